"""Times in the words, from the sentence to the moment in the score."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.score.score import Score
from engine.text.intent import Times
from engine.types import Layer
from tests.engine.test_rules import hit, motion, score_of, starts

S = Fraction


def spans(score: Score, instrument: str) -> list[tuple[float, float]]:
    """Where the notes of an instrument begin and end."""
    return [(note.start_s, note.start_s + note.duration_s) for note in score.notes if note.instrument == instrument]


def test_shares_of_the_length_become_seconds_and_the_rest_stays() -> None:
    times = Times(at_s=(S(1),), at_share=(S(1, 2),), start_share=S(1, 4), every_s=S(2))
    assert times.in_seconds(S(8)) == Times(at_s=(S(1), S(4)), start_s=S(2), every_s=S(2))


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("a knock halfway", 4.0),
        ("a quarter of the way in, a knock", 2.0),
        ("a knock one second before the end", 7.0),
        ("a knock at -3s", 5.0),
        ("a knock 3 seconds in", 3.0),
        ("三秒后敲一下门", 3.0),
        ("一半的时候敲一下门", 4.0),
    ],
)
def test_a_moment_in_words_is_that_moment_of_the_score(words: str, at: float) -> None:
    assert starts(score_of(words, ())) == [pytest.approx(at)]


def test_a_time_from_which_words_let_something_sound_waits_for_what_is_seen() -> None:
    seen = (hit(0.5), hit(3.4))
    assert starts(score_of("after two seconds a door slams", seen)) == [pytest.approx(3.4)]


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("rain stops at 1 s", -1.0, 1.0),
        ("rain starts at 2 s", 2.0, 9.0),
        ("rain at 2 s", 2.0, 9.0),
        ("rain in the second half", 4.0, 9.0),
        ("rain until one second before the end", -1.0, 7.0),
        ("雨在第1秒停", -1.0, 1.0),
    ],
)
def test_a_bed_sounds_as_long_as_the_words_say(words: str, start: float, end: float) -> None:
    (span,) = spans(score_of(words, ()), "rain")
    assert span == pytest.approx((start, end))


def test_what_is_asked_for_at_a_time_is_heard_then_though_more_moves_elsewhere() -> None:
    score = score_of("after five seconds three knocks", (motion(0.5, 3.0),), (motion(2.0, 0.4),))
    assert starts(score)[0] == pytest.approx(5.0)
    assert {note.layer for note in score.notes} >= {Layer.ACTION, Layer.MATERIAL}


@pytest.mark.parametrize("words", ["a knock, two seconds later a door slams", "a door slams two seconds after a knock"])
def test_a_gap_in_words_is_that_gap_in_the_score_whatever_is_seen(words: str) -> None:
    score = score_of(words, (hit(1.0), hit(3.6)))
    at = {note.entry: note.start_s for note in reversed(score.notes)}
    assert at["door.slam"] - max(n.start_s for n in score.notes if n.entry.startswith("knock")) == pytest.approx(2.0)


def test_a_walk_after_a_gap_goes_on_to_the_end() -> None:
    score = score_of("a knock at 1 s, two seconds later footsteps", ())
    steps = [note.start_s for note in score.notes if note.entry.startswith("footsteps") and note.layer is Layer.ACTION]
    assert steps[0] == pytest.approx(3.0, abs=0.1)
    assert len(steps) > 5 and steps[-1] > 7.0
