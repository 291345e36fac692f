from __future__ import annotations

from fractions import Fraction

import pytest

from engine.score import rules
from engine.score.scene import Scene
from engine.text.prompt import read_words
from engine.types import Cue, CueKind, Curve, Layer, Note, Shot


def notes_of(words: str) -> tuple[Note, ...]:
    cues = tuple(Cue(f"step{number}", CueKind.STEP, 0.5 + 0.5 * number, x=0.9, confidence=0.9) for number in range(7))
    shot = Shot("walk", None, Fraction(0), Fraction(4), Fraction(0))
    score, _ = rules.perform(Scene(0, (shot,), (cues,), Fraction(0), Fraction(4)), read_words(words))
    return score.notes


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [("footsteps on wood from left to right", -0.7, 0.7), ("木地板上的脚步声从右到左", 0.7, -0.7)],
)
def test_steps_cross_as_the_words_say_whatever_is_seen(words: str, first: float, last: float) -> None:
    steps = [note.place.pan for note in notes_of(words) if note.layer is Layer.ACTION]
    pans = [float(pan) for pan in steps if not isinstance(pan, Curve)]
    assert len(pans) == len(steps) > 4
    assert pans[0] == first
    assert abs(pans[-1] - last) < 0.1
    assert pans == sorted(pans, reverse=first > last)


def test_a_bed_moves_while_it_sounds() -> None:
    (rain,) = (note for note in notes_of("rain from left to right") if note.instrument == "rain")
    assert rain.place.pan == Curve((0.0, rain.duration_s), (-0.7, 0.7))


def test_what_does_not_cross_stays() -> None:
    assert {note.place.pan for note in notes_of("footsteps on wood on the left") if note.layer is Layer.ACTION} == {
        -0.7
    }
