"""The judge of prompts: what counts as understood, as missing, as invented, and as a broken negation."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bench.prompt_scoring import Slot, f1, judge
from engine.text.intent import Intent, Source, Times
from engine.text.ontology import ontology
from engine.types import Json


def source(entry: str, number: int = 1, **said: object) -> Source:
    return Source(id=f"s{number}", entry=entry, words="", **said)  # type: ignore[arg-type]


def kinds(slots: tuple[Slot, ...]) -> list[str]:
    return [f"{slot.kind} {slot.value}" for slot in slots]


def test_all_said_and_understood_has_no_error() -> None:
    walk = source("footsteps.gravel", params={"surface": "gravel", "shoe": "boot"}, count=4, pan=-0.5, distance_m=20.0)
    gold = {"sources": [{"entry": "footsteps.gravel", "shoe": "boot", "count": 4, "pan": "left", "distance": "far"}]}
    verdict = judge(Intent(sources=(walk,)), gold)
    assert kinds(verdict.hits) == [
        "family footsteps",
        "leaf gravel",
        "shoe boot",
        "count 4",
        "pan left",
        "distance far",
    ]
    assert verdict.errors == 0


def test_a_wrong_value_is_missing_and_extra() -> None:
    heard = Intent(sources=(source("footsteps.wood", params={"shoe": "heel"}),))
    verdict = judge(heard, {"sources": [{"entry": "footsteps.gravel", "shoe": "boot"}]})
    assert kinds(verdict.missing) == ["leaf gravel", "shoe boot"]
    assert kinds(verdict.extra) == ["leaf wood", "shoe heel"]


def test_a_source_nobody_asked_for_is_extra_with_all_that_is_said_of_it() -> None:
    verdict = judge(Intent(sources=(source("door.slam", gain_db=6.0),)), {"sources": []})
    assert kinds(verdict.extra) == ["family door", "leaf slam", "level louder"]


def test_a_source_not_heard_is_missing_with_its_slots() -> None:
    verdict = judge(Intent(), {"sources": [{"entry": "rain.metal", "level": "louder", "times": ["start 2"]}]})
    assert kinds(verdict.missing) == ["family rain", "leaf metal", "level louder", "time start 2"]


def test_a_leaf_the_words_do_not_name_is_extra_only_when_it_is_not_the_plain_one() -> None:
    gold = {"sources": [{"entry": "rain"}]}
    assert judge(Intent(sources=(source("rain.concrete"),)), gold).errors == 0
    assert kinds(judge(Intent(sources=(source("rain.tent"),)), gold).extra) == ["leaf tent"]


def test_force_and_gain_both_tell_the_level_and_contradiction_is_extra() -> None:
    gold = {"sources": [{"entry": "rain", "level": "louder"}]}
    heavy = source("rain.concrete", params={"rate_mm_h": 25.0})
    torn = source("rain.concrete", params={"rate_mm_h": 25.0}, gain_db=-6.0)
    assert kinds(judge(Intent(sources=(heavy,)), gold).hits) == ["family rain", "level louder"]
    assert kinds(judge(Intent(sources=(torn,)), gold).extra) == ["level softer"]


def test_optional_values_count_for_nothing_and_wrong_ones_do() -> None:
    gold = {"sources": [{"entry": "rain", "distance": [None, "near"]}], "room": [None, "street"]}
    plain, near, far = (source("rain.concrete", distance_m=metres) for metres in (None, 1.0, 30.0))
    assert len(judge(Intent(sources=(plain,)), gold).hits) == len(judge(Intent(sources=(near,)), gold).hits) == 1
    assert kinds(judge(Intent(sources=(far,), room="church"), gold).extra) == ["room church", "distance far"]


def test_sources_of_one_family_are_matched_by_what_is_said_of_them() -> None:
    heard = Intent(sources=(source("door.close", 1), source("door.open", 2, times=Times(at_s=(Fraction(3, 2),)))))
    gold = {"sources": [{"entry": "door.open", "times": ["at 1.5"]}, {"entry": "door.close"}]}
    assert judge(heard, gold).errors == 0


def test_an_anchor_is_judged_by_the_family_it_points_to() -> None:
    heard = Intent(sources=(source("door.close", 1), source("rain.concrete", 2, times=Times(after="s1"))))
    gold = {"sources": [{"entry": "door.close"}, {"entry": "rain", "times": ["after door"]}]}
    assert "time after door" in kinds(judge(heard, gold).hits)


def test_the_fairest_meaning_counts() -> None:
    gold = [{"sources": [{"entry": "thunder"}]}, {"sources": [{"entry": "storm"}]}]
    assert judge(Intent(sources=(source("storm.storm"),)), gold).errors == 0


@pytest.mark.parametrize(
    ("intent", "broken"),
    [
        (Intent(excluded=("birds",)), ()),
        (Intent(excluded=("birds.song",)), ("birds",)),
        (Intent(), ("birds",)),
        (Intent(excluded=("birds",), sources=(source("birds.owl"),)), ("birds",)),
    ],
)
def test_a_negation_is_obeyed_when_it_is_a_rule_and_nothing_of_it_sounds(intent: Intent, broken: tuple[str]) -> None:
    assert judge(intent, {"sources": [], "excluded": ["birds"]}).disobeyed == broken


def test_nothing_else_silences_every_family_that_is_not_asked() -> None:
    rain = (source("rain.concrete"),)
    others = tuple(family for family in ontology().families if family != "rain")
    gold: Json = {"sources": [{"entry": "rain"}], "excluded": ["*"]}
    assert judge(Intent(sources=rain, excluded=others), gold).disobeyed == ()
    assert judge(Intent(sources=rain, excluded=others[1:]), gold).disobeyed == ("*",)


def test_an_exclusion_that_nobody_asked_for_is_extra() -> None:
    gold = {"sources": [], "excluded": ["birds"], "may_exclude": ["insects"]}
    verdict = judge(Intent(excluded=("birds", "insects.crickets", "dog")), gold)
    assert kinds(verdict.extra) == ["excluded dog"]


def test_silence_must_silence() -> None:
    gold = {"sources": [], "silent": True}
    assert judge(Intent(silent=True), gold).errors == 0
    assert judge(Intent(), gold).disobeyed == ("silent",)


def test_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    assert f1(3, 1, 2) == pytest.approx(2 * (3 / 5) * (3 / 4) / (3 / 5 + 3 / 4))
    assert f1(0, 0, 0) == 1.0
