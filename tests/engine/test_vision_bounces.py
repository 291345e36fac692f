"""Bouncing balls: chains of contacts are told from rows of blows, and go on to where they are not seen."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.vision.bounces import SHORTEST_S, Seen, chains

FRAME_S = 0.04


def contacts(ratio: float, flight_s: float, count: int = 24) -> list[float]:
    return [1 + flight_s * (1 - ratio**k) / (1 - ratio) for k in range(count)]


def audible(times: list[float]) -> list[float]:
    return times[:1] + [b for a, b in pairwise(times) if b - a > SHORTEST_S + 0.01]


@given(st.floats(0.6, 0.85), st.floats(0.35, 0.7), st.floats(-20, 20), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_a_ball_seen_to_bounce_goes_on_bouncing(ratio: float, flight_s: float, drift: float, seed: int) -> None:
    true = contacts(ratio, flight_s)
    times = np.array(true[:5]) + np.random.default_rng(seed).uniform(-0.001, 0.001, 5)
    seen = [Seen(float(t), 80 + drift * t, 0.9) for t in times]
    (chain,) = chains(seen, FRAME_S, 30.0)
    assert [bounce.source for bounce in chain[:5]] == [0, 1, 2, 3, 4] and all(bounce.seen for bounce in chain[:5])
    assert all(not bounce.seen and bounce.source == 4 and 0 < bounce.strength < 1 for bounce in chain[5:])
    heard = audible(true)[:9]
    assert len(chain) >= len(heard)
    assert all(abs(bounce.time_s - t) < 0.04 for bounce, t in zip(chain, heard, strict=False))


def test_a_contact_behind_something_is_where_the_flights_have_it() -> None:
    true = contacts(0.8, 0.6, 8)
    seen = [Seen(t, 80, 0.9) for k, t in enumerate(true) if k != 4]
    (chain,) = chains(seen, FRAME_S, 30.0)
    assert not chain[4].seen and chain[4].time_s == pytest.approx(true[4], abs=0.004)


def test_poorly_seen_last_bounces_are_taken_from_what_else_stirs() -> None:
    true = contacts(0.8, 0.5, 9)
    seen = sorted(
        [Seen(t + 0.01 * (k > 5), 80, 0.9 if k < 5 else 0.2) for k, t in enumerate(true)]
        + [Seen((a + b) / 2, 80, 0.1) for a, b in pairwise(true)],
        key=lambda one: one.time_s,
    )
    (chain,) = chains(seen, FRAME_S, 30.0)
    taken = [seen[bounce.source].time_s for bounce in chain if bounce.seen]
    assert taken == [one.time_s for one in seen if one.share != 0.1]


def test_two_balls_are_two_chains() -> None:
    first, second = contacts(0.8, 0.6, 7), [0.2 + t for t in contacts(0.7, 0.5, 6)]
    both = [Seen(t, 60, 0.9) for t in first] + [Seen(t, 140, 0.9) for t in second]
    seen = sorted(both, key=lambda one: one.time_s)
    places = [{seen[bounce.source].x_px for bounce in chain} for chain in chains(seen, FRAME_S, 30.0)]
    assert sorted(places, key=min) == [{60}, {140}]


@given(st.floats(0.12, 0.8), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_blows_at_a_pace_are_no_ball(gap_s: float, seed: int) -> None:
    times = 1 + np.cumsum(gap_s * np.random.default_rng(seed).uniform(0.9, 1.1, 14))
    assert chains([Seen(float(t), 60, 0.9) for t in times], FRAME_S, 30.0) == []


@pytest.mark.parametrize(
    "times_s", [[], [1.0], [1.0, 1.5, 1.9, 2.22, 2.9, 3.5], [1.0, 1.5, 1.75], [1.0, 2.0, 2.4, 2.6]]
)
def test_blows_that_go_on_or_are_too_few_are_no_ball(times_s: list[float]) -> None:
    assert chains([Seen(t, 60, 0.9) for t in times_s], FRAME_S, 30.0) == []


def test_nothing_is_heard_after_the_picture() -> None:
    true = contacts(0.85, 0.7, 20)
    (chain,) = chains([Seen(t, 80, 0.9) for t in true[:5]], FRAME_S, true[7] + 0.01)
    assert len(chain) == 8
