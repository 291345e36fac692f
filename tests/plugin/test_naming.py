from __future__ import annotations

from engine.types import Layer, Note
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
