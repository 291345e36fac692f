"""The ontology: what it holds, and that every part of it can be played."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from engine.instruments.registry import check, instrument
from engine.text.lexicon import lexicon
from engine.text.ontology import LANGUAGES, Entry, Family, Part, ontology, table
from engine.text.words import is_slip, plain, stem, stems
from engine.types import CueKind, Layer, Note

ROOMS = {
    "outdoor", "forest", "street", "small_room", "living_room", "kitchen", "bathroom", "car", "corridor", "stairwell",
    "hall", "church", "cave", "warehouse",
}  # fmt: skip
ENTRIES = {entry.id: entry for entry in ontology().entries}
PARTS = [
    pytest.param(entry, part, id=f"{entry.id}:{part.instrument}") for entry in ENTRIES.values() for part in entry.parts
]


def note_of(entry: Entry, part: Part, said: Mapping[str, float | str]) -> Note:
    takes = {parameter.name for parameter in instrument(part.instrument).parameters}
    return Note("n", "e", part.layer, part.instrument, 0.0, 1.0, part.filled(entry.slots, said, takes))


@pytest.mark.parametrize(("entry", "part"), PARTS)
def test_each_part_fits_its_instrument(entry: Entry, part: Part) -> None:
    check(note_of(entry, part, {}))


@pytest.mark.parametrize("family", ontology().families.values(), ids=lambda family: family.id)
def test_all_that_words_may_fill_fits_the_instruments(family: Family) -> None:
    entry = family.plain
    said: list[dict[str, float | str]] = [
        {slot: value} for slot, name in family.takes.items() for value in table("slots")[name]
    ]
    said += [{slot: value} for slot, values in family.strength.items() for value in values]
    for slots in said:
        for part in entry.parts:
            check(note_of(entry, part, slots))


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.id)
def test_every_slot_is_a_parameter_of_an_instrument_of_the_entry(entry: Entry) -> None:
    known = {p.name for part in entry.parts for p in instrument(part.instrument).parameters}
    assert set(entry.slots) <= known


def test_ids_words_and_ucs_are_complete() -> None:
    assert len(ENTRIES) >= 160
    assert len(ENTRIES) == len(ontology().entries)
    for entry in ENTRIES.values():
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", entry.id)
        assert re.fullmatch(r"[A-Z]{2,6}[A-Za-z]*", entry.ucs)
        for lang in LANGUAGES:
            assert entry.words[lang] or entry.places.get(lang), f"{entry.id} has no {lang} words"
        assert set(entry.follows) <= {kind.value for kind in CueKind} | {"none"}
        assert all(implied in ENTRIES for implied in entry.implies)
        assert entry.room is None or entry.room in ROOMS


def test_every_room_has_a_place_that_names_it() -> None:
    assert {entry.room for entry in ENTRIES.values() if entry.room} == ROOMS


def test_absorbed_and_grouped_families_exist() -> None:
    named = {name for family in ontology().families.values() for name in family.absorbs}
    grouped = {name for group in table("grammar")["groups"].values() for name in group["members"]}
    assert named <= set(ontology().families)
    assert grouped <= set(ontology().families) | set(ENTRIES)


def test_contacts_sound_on_action_and_material() -> None:
    for name in ("hit.wood", "knock.wood", "footsteps.gravel", "door.slam", "typing.letter", "roll.wood", "put.glass"):
        assert [part.layer for part in ENTRIES[name].parts] == [Layer.ACTION, Layer.MATERIAL]


def test_what_has_no_instrument_is_still_understood() -> None:
    for name in ("thunder.clap", "birds.song", "dog.bark", "crowd.chatter", "vehicle.car"):
        assert not ENTRIES[name].plays


def test_find_knows_entries_and_families_and_says_what_is_unknown() -> None:
    assert ontology().find("footsteps.gravel").slots["surface"] == "gravel"
    assert ontology().find("footsteps").id == "footsteps.concrete"
    with pytest.raises(KeyError, match="no entry 'trombone'"):
        ontology().find("trombone")
    assert ontology().family("rain.metal").id == "rain"
    with pytest.raises(KeyError, match="no family"):
        ontology().family("trombone.slide")


@pytest.mark.parametrize(
    ("label", "entry"),
    [("rain", "rain.concrete"), ("water", "stream.brook"), ("fire", "fire.campfire"), ("leaves", "wind.leaves"),
     ("snow", "wind.snow"), ("crowd", "crowd.chatter"), ("traffic", "traffic.city")],
)  # fmt: skip
def test_textures_of_the_picture_find_their_entries(label: str, entry: str) -> None:
    assert entry in [found.id for found in ontology().entries_for_texture(label)]


def test_playable_entries_come_first_for_a_texture() -> None:
    plays = [entry.plays for entry in ontology().entries_for_texture("water")]
    assert plays == sorted(plays, reverse=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [("walking", "walks"), ("slammed", "slam"), ("closes", "close"), ("leaf", "leaves"), ("churches", "church"),
     ("ran", "run"), ("cries", "cry"), ("tapping", "tap"), ("dropped", "drops"), ("waves", "wave")],
)  # fmt: skip
def test_inflections_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("press", "pre"), ("glass", "glas"), ("wood", "woods"), ("ring", "r")])
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_articles_are_no_words() -> None:
    assert stems("a walk on the gravel") == ("walk", "on", "gravel")


def test_plain_text_is_one_spelling() -> None:
    assert plain("ＲＡＩＮ　雷聲") == "rain 雷声"
    assert plain("ra\u200bin\u202e\x07 door") == "rain  door"


@pytest.mark.parametrize(("wrong", "right"), [("footsteos", "footstep"), ("thundr", "thunder"), ("gravle", "gravel")])
def test_one_wrong_letter_is_read(wrong: str, right: str) -> None:
    assert lexicon().spelled(stem(wrong)) == stem(right)


@pytest.mark.parametrize(
    ("word", "known", "slip"),
    [("footsteos", "footsteps", True), ("gravle", "gravel", True), ("thundr", "thunder", True), ("rooof", "roof", True),
     ("halfway", "hallway", False), ("breezy", "freezy", False)],
)  # fmt: skip
def test_a_slip_of_the_hand_is_told_from_another_word(word: str, known: str, slip: bool) -> None:
    assert is_slip(word, known) is slip


def test_no_noun_both_asks_for_its_family_and_does_not() -> None:
    both = [
        (key, meaning.value)
        for key, meanings in lexicon().meanings.items()
        for meaning in meanings
        if meaning.kind == "weak" and any(m.kind == "head" and m.value == meaning.value for m in meanings)
    ]
    assert both == []
