"""What keeps time: rows of quick blows, a walker's even pace, a body that comes, bobs and goes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.vision.cadence import NATURAL_S, Cadence, evened
from engine.vision.gait import gait
from engine.vision.hits import _belied, _bob, _in_row
from engine.vision.instants import Instant
from engine.vision.motion import STILL
from engine.vision.rhythm import missing
from engine.vision.watch import Moment


@given(st.floats(0.11, 0.35), st.integers(3, 8), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_blow_that_a_quick_row_lacks_is_expected_where_it_was(gap_s: float, lost: int, seed: int) -> None:
    times = 1 + np.cumsum(gap_s * np.random.default_rng(seed).uniform(0.95, 1.05, 12))
    (hole,) = missing([float(time) for k, time in enumerate(times) if k != lost])
    ((expected_s, reach_s),) = hole
    assert abs(expected_s - times[lost]) < min(reach_s, 0.06 * gap_s)


def test_two_in_a_row_are_expected_together() -> None:
    (hole,) = missing([0.2 * k for k in range(12) if k not in (5, 6)])
    assert [time_s for time_s, _ in hole] == pytest.approx([1.0, 1.2])


@pytest.mark.parametrize(
    "times_s",
    [
        [],
        [0.5, 1.2, 1.9, 3.3, 4.0],  # a hammer: too slow to be a row
        [1 + 0.2 * k for k in range(12)],  # nothing lacks
        [1.0, 1.2, 1.4, 2.6, 2.8, 3.0, 4.2, 4.4],  # knocks, with rests between
        [1.0, 1.6, 2.05, 2.39, 2.64, 2.83],  # a ball
    ],
)
def test_what_is_no_row_lacks_nothing(times_s: list[float]) -> None:
    assert missing(times_s) == []


@given(st.floats(0.3, 0.8), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_wild_steps_are_drawn_to_an_even_pace(period_s: float, seed: int) -> None:
    seen = 1 + period_s * np.arange(14) + np.random.default_rng(seed).normal(0, 0.03, 14)
    found = np.array(evened(seen.tolist()))
    assert np.diff(found).std() < 0.7 * np.diff(seen).std()
    assert abs(np.mean(found - seen)) < 0.012


def test_small_unevenness_is_a_walkers_own() -> None:
    steps = 1 + 0.5 * np.arange(10) + NATURAL_S / 4 * (-1.0) ** np.arange(10)
    assert evened(steps.tolist()) == pytest.approx(steps.tolist(), abs=0.001)
    assert evened([1.0, 1.5, 2.0]) == pytest.approx([1.0, 1.5, 2.0])


def test_no_step_is_heard_where_nobody_is_left_to_walk() -> None:
    times = np.arange(240) / 30
    sank = np.where(times < 5, 0.6 * np.cos(2 * np.pi * times / 0.5), 0.0)
    moments = [
        Moment(float(t), 0, 90.0, STILL, 0.1, 1, False, (float(v), float(v))) for t, v in zip(times, sank, strict=True)
    ]
    found = gait(moments, 1 / 30)
    assert found is not None and len(found.times_s) in (9, 10, 11) and max(found.times_s) < 5.4


def instants(times_s: list[float], *, confidence: float = 0.9, bounces: bool = False) -> list[Instant]:
    """What is seen of blows; what they were seen by does not matter here."""
    return [Instant(t, (), (), (), -3.0, confidence, bounces=bounces) for t in times_s]


def test_a_bob_between_whose_beats_things_are_struck_is_no_walkers() -> None:
    bob = Cadence(tuple(1 + 0.3 * k for k in range(12)), 0.3, 0.6)
    between = instants([1.1 + 0.3 * k for k in range(8)])
    assert _belied(bob, between)
    assert not _belied(bob, instants([1 + 0.3 * k for k in range(8)]))
    assert not _belied(bob, between[:2]) and not _belied(
        bob, instants([1.1 + 0.3 * k for k in range(8)], confidence=0.3)
    )


def test_a_row_takes_what_is_poorly_seen_but_no_row_is_made_of_bounces() -> None:
    times = [1 + 0.2 * k for k in range(9) if k != 4]
    missed = instants([1.81], confidence=0.2)
    assert [one.confidence >= 0.5 for one in _in_row(instants(times) + missed)] == [True] * 9
    assert [one.confidence >= 0.5 for one in _in_row(instants(times, bounces=True) + missed)] == [True] * 8 + [False]


@pytest.mark.parametrize(
    ("shake", "footfall", "heard"), [(0.1, -0.5, True), (0.1, -1.5, False), (0.45, -0.5, False), (0.45, 0.5, True)]
)
def test_the_fainter_a_bob_the_more_must_look_like_footfalls(shake: float, footfall: float, heard: bool) -> None:
    times, rng = np.arange(200) / 30, np.random.default_rng(2)
    sank = 0.6 * np.cos(2 * np.pi * times / 0.55) + rng.normal(0, shake, 200)
    seen = [
        Moment(float(t), 0, 90.0, STILL, 0.1, 1, False, (float(v), float(v))) for t, v in zip(times, sank, strict=True)
    ]
    stirs = [Instant(t, (), (), (), footfall, 0.3) for t in (1.0, 2.0, 3.0)]
    assert (_bob(stirs, seen, 1 / 30) is not None) is heard
