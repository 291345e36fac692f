from __future__ import annotations

from dataclasses import dataclass

from engine.types import Layer, Note, Shot
from plugin import naming


def note(entry: str, duration_s: float) -> Note:
    return Note(entry, entry, Layer.ACTION, "whoosh", 0.0, duration_s, entry=entry)


def test_the_category_is_that_of_what_sounds_longest() -> None:
    gravel = note("footsteps.gravel", 3.0)
    assert naming.category([note("whoosh", 1.0), gravel], Layer.ACTION) == naming.category([gravel], Layer.ACTION)
    assert naming.category([gravel], Layer.ACTION) != naming.NOTHING_ID[Layer.ACTION]


def test_an_entry_that_nobody_knows_has_no_category() -> None:
    strange = note("bogus.thing", 100.0)
    assert naming.category([strange], Layer.ACTION) == naming.NOTHING_ID[Layer.ACTION]
    gravel = note("footsteps.gravel", 1.0)
    assert naming.category([strange, gravel], Layer.ACTION) == naming.category([gravel], Layer.ACTION)


def test_hits_too_short_to_count_count_for_a_tenth_of_a_second_each() -> None:
    gravel, hits = note("footsteps.gravel", 0.25), [note("whoosh", 0.01)] * 3
    for count, heard in ((2, gravel), (3, hits[0])):
        of_all = naming.category([gravel, *hits[:count]], Layer.ACTION)
        assert of_all == naming.category([heard], Layer.ACTION)
    assert naming.category([gravel], Layer.ACTION) != naming.category(hits, Layer.ACTION)


@dataclass(frozen=True)
class Named:
    name: str
    shots: tuple[Shot, ...] = ()


def test_names_are_numbered_in_plain_letters_and_of_bounded_length() -> None:
    names = naming.stem_names([Named("Über den Fluß/2"), Named("夜"), Named("夜"), Named("x" * 99)], [], "My cut!", 3)
    assert [names[index, Layer.ACTION] for index in range(4)] == [
        "FOLYMisc_Action-001-Uber-den-Flu-2_FOLEYLINE_My-cut-T3",
        "FOLYMisc_Action-002-Clip_FOLEYLINE_My-cut-T3",
        "FOLYMisc_Action-003-Clip_FOLEYLINE_My-cut-T3",
        f"FOLYMisc_Action-004-{'x' * 32}_FOLEYLINE_My-cut-T3",
    ]
    assert len(set(names.values())) == 12
    assert naming.stem_names([Named("a")], [], "夜", 1)[0, Layer.AMBIENT].endswith("_Timeline-T1")
