"""What words forbid, and what only looks forbidden: removals, denied removals, limits, and denials for a time."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.performance import _unheard
from engine.text.intent import Intent, Source, Times
from engine.text.ontology import ontology
from engine.text.prompt import read_words


def families(words: str) -> list[str]:
    return [source.entry.partition(".")[0] for source in read_words(words).sources]


@pytest.mark.parametrize(
    ("words", "out", "kept"),
    [
        ("Take out the birds and the bees, leave the brook", ["birds", "insects.bees"], ["stream"]),
        ("can we lose the clock? keep the fireplace though", ["clock"], ["fire"]),
        ("could you drop the music, keep the steps", ["music"], ["footsteps"]),
        ("Kill the music bed, keep the footsteps", ["music"], ["footsteps"]),
        ("no horns, no sirens, distant traffic", ["vehicle.horn", "vehicle.siren"], ["traffic"]),
        ("rain, no kids", ["crowd.children"], ["rain"]),
        ("sword swings, no clash", ["sword"], ["whoosh"]),
        ("Don't touch the birds, just remove the cars", ["traffic"], ["birds"]),
        ("no voices, but the crowd can stay", ["voice"], ["crowd"]),
        ("no cars, but a lone bicycle passes", ["traffic", "vehicle.car"], ["vehicle"]),
        ("The phone isn't ringing, it's vibrating on the desk", ["phone.ring"], ["phone"]),
        ("把音乐关了，雨声保留", ["music"], ["rain"]),
        ("replace the birds with wind", ["birds"], ["wind"]),
        ("swap the rain for a stream", ["rain"], ["stream"]),
        ("substitute wind for the rain", ["rain"], ["wind"]),
        ("把鸟叫换成蝉鸣", ["birds"], ["insects"]),
        ("replace the gravel footsteps with footsteps on wood", ["footsteps.gravel"], ["footsteps"]),
        ("no rain on the window, just on the leaves", ["rain.glass"], ["rain"]),
        ("no footsteps except on wood", ["footsteps.concrete"], ["footsteps"]),
        ("雨可以有，风和雷都不要", ["wind", "thunder"], ["rain"]),
        ("rain, birds and dogs are both unwanted", ["birds", "dog"], ["rain"]),
        ("wind, but the radio is off", ["media.radio"], ["wind"]),
        ("mute everything except the gunshot at 3s", ["rain", "voice"], ["gun"]),
    ],
)
def test_an_order_silences_its_family_and_no_other(words: str, out: list[str], kept: list[str]) -> None:
    intent = read_words(words)
    assert [name for name in out if not intent.excludes(name)] == []
    assert families(words) == kept


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Don't forget the seagulls", ["birds"]),
        ("please don't mute the thunder", ["thunder"]),
        ("A summer night is never without crickets", ["insects"]),
        ("don't just give me wind, add some leaves rustling too", ["wind"]),
        ("Not only wind but also heavy rain", ["wind", "rain"]),
        ("drop the glass on the tiles", ["drop"]),
        ("boots, not sneakers, on a wooden floor", ["footsteps"]),
        ("I can't hear the clock, bring it up", ["clock"]),
        ("听不见钟声，调大一点", ["bell"]),
        ("她没关水龙头", ["tap"]),
        ("traffic outside, but not too loud", ["traffic"]),
        ("He takes out the keys", ["keys"]),
        ("别忘了加上蛙鸣", ["frogs"]),
        ("不光有雨，还有雷", ["rain", "thunder"]),
        ("除了雨声还有风声", ["rain", "wind"]),
    ],
)
def test_what_only_looks_denied_sounds_and_nothing_is_shut_out(words: str, kept: list[str]) -> None:
    assert families(words)[: len(kept)] == kept
    assert read_words(words).excluded == ()


@pytest.mark.parametrize(
    "words", ["Rain throughout, wind only from 3s to 6s", "下雨，风声只在3秒到6秒", "wind only far away, rain"]
)
def test_only_before_a_time_or_place_limits_one_sound(words: str) -> None:
    intent = read_words(words)
    assert sorted(families(words)) == ["rain", "wind"]
    assert intent.excluded == ()


@pytest.mark.parametrize("words", ["only rain", "rain only", "除了雨声，什么都不要", "只要雨声"])
def test_only_a_sound_shuts_out_all_others(words: str) -> None:
    others = set(ontology().families) - {"rain"}
    assert families(words) == ["rain"]
    assert all(read_words(words).excludes(name) for name in others)


@pytest.mark.parametrize(
    ("words", "softer"),
    [
        ("Don't make the wind so loud", True),
        ("风不要太大", True),
        ("雨别下那么大", True),
        ("make the wind louder", False),
    ],
)
def test_a_denied_degree_is_a_softer_sound(words: str, softer: bool) -> None:
    source = read_words(words).sources[0]
    entry = ontology().find(source.entry)
    changes = [source.gain_db] + [
        float(value) - float(entry.slots[slot]) for slot, value in source.params.items() if slot != "surface"
    ]
    assert any(change < 0 for change in changes) is softer
    assert read_words(words).excluded == ()


@pytest.mark.parametrize(
    ("words", "windows"),
    [
        ("Rain 1-3s and again 5-7s", [(1, 3), (5, 7)]),
        ("no rain from 2 to 5 s", [(0, 2), (5, None)]),
        ("2到5秒不要雨声", [(0, 2), (5, None)]),
        ("no rain until 4 s", [(4, None)]),
        ("let's drop the rain from 4s onward", [(None, 4)]),
    ],
)
def test_a_source_sounds_in_each_of_its_windows(words: str, windows: list[tuple[int | None, int | None]]) -> None:
    intent = read_words(words)
    assert [source.entry for source in intent.sources] == ["rain.concrete"] * len(windows)
    assert [(source.times.start_s, source.times.end_s) for source in intent.sources] == windows
    assert intent.excluded == ()


@pytest.mark.parametrize("words", ["Wind, then silence", "风声，然后安静", "wind, then nothing"])
def test_what_lasts_fades_into_the_silence_after_it(words: str) -> None:
    intent = read_words(words)
    assert [source.times for source in intent.sources] == [Times(fade_out=True)]
    assert (intent.excluded, intent.silent, intent.not_understood) == ((), False, ())


def test_a_removal_at_an_event_ends_the_sound_there() -> None:
    tv, door = read_words("mute the TV when the door closes").sources
    assert (tv.entry, tv.times.before, door.entry) == ("media.tv", door.id, "door.close")


def test_no_steps_until_the_door_opens_are_steps_after_it() -> None:
    steps, door = read_words("no footsteps until the door opens").sources
    assert (steps.times.after, door.entry) == (door.id, "door.open")


def test_a_noun_is_meant_two_clauses_later() -> None:
    assert [source.entry for source in read_words("the door opens, he walks in, and it shuts").sources] == [
        "door.open",
        "footsteps.concrete",
        "door.close",
    ]


@pytest.mark.parametrize(
    "times", [Times(at_share=(Fraction(1, 2),)), Times(start_share=Fraction(1, 2)), Times(end_s=Fraction(2))]
)
def test_a_source_outside_its_time_is_told_so(times: Times) -> None:
    told = _unheard(Intent(sources=(Source("s1", "rain.concrete", "rain halfway", times=times),)), [])
    assert told == ['"rain halfway" (rain.concrete) is not heard: its time lies outside what was chosen.']


@pytest.mark.parametrize(
    ("words", "times"),
    [
        ("前3秒安静，然后爆炸", Times(start_s=Fraction(3))),
        ("先安静两秒，再打雷", Times(start_s=Fraction(2))),
        ("雨只下到第4秒", Times(end_s=Fraction(4))),
        ("turn the tv off at 3 s", Times(end_s=Fraction(3))),
        ("Whoosh on the cut at 1.5s", Times(at_s=(Fraction(3, 2),))),
        ("two gunshots half a second apart", Times(every_s=Fraction(1, 2))),
        ("rain gets heavier towards the end", Times(fade_in=True)),
    ],
)
def test_one_sound_is_timed_as_told(words: str, times: Times) -> None:
    intent = read_words(words)
    assert [source.times for source in intent.sources] == [times]
    assert intent.excluded == ()


def test_a_sound_that_stops_at_an_event_sounds_until_then() -> None:
    rain, door = read_words("The rain should stop when the door shuts").sources
    assert (rain.entry, rain.times.before, door.entry) == ("rain.concrete", door.id, "door.close")


@pytest.mark.parametrize("words", ["don't let the traffic drown out the footsteps", "不要让车声盖过脚步声"])
def test_a_sound_that_must_not_drown_another_is_not_forbidden(words: str) -> None:
    assert families(words) == ["traffic", "footsteps"]
    assert read_words(words).excluded == ()


@pytest.mark.parametrize(
    ("words", "gain_db"), [("turn down the rain", -6.0), ("turn up the fire", 6.0), ("把雨声调小一点", -6.0)]
)
def test_a_level_is_turned_up_or_down(words: str, gain_db: float) -> None:
    assert [source.gain_db for source in read_words(words).sources] == [gain_db]


@pytest.mark.parametrize(
    "words", ["heavy rain, no rain from 2 to 5 s", "heavy rain, wind. No rain between 2 and 5 seconds"]
)
def test_a_denial_for_a_time_parts_the_sound_that_is_asked_for(words: str) -> None:
    rain = [source for source in read_words(words).sources if source.entry == "rain.concrete"]
    assert [(source.times.start_s, source.times.end_s) for source in rain] == [
        (Fraction(0), Fraction(2)),
        (Fraction(5), None),
    ]
    assert {source.params["rate_mm_h"] for source in rain} == {25.0}


def test_a_sound_named_again_is_turned_once() -> None:
    once, again = (read_words(words).sources for words in ("脚步声几乎听不见", "走廊里她走路，脚步声几乎听不见"))
    assert [source.gain_db for source in again] == [source.gain_db for source in once] == [-10.0]
    sources = read_words("rain, wind. No rain between 2 and 5 seconds").sources
    assert [source.times for source in sources if source.entry == "wind.open"] == [Times()]
