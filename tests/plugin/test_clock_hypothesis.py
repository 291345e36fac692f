"""Time does not drift: over a whole day, at every rate, by every way from frames to samples and back."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime, TimeRange

from engine.types import Shot, seconds_to_sample
from plugin.timeline import clock
from plugin.timeline.stem_span import stem_span
from tests.real.counting import RATES, Rate, frames_of, label_of, sample_at

DAY_S = 24 * 3600
WRITTEN_SHORT = {(24, 1001): (23.976, 23.98), (30, 1001): (29.97,), (48, 1001): (47.952, 47.95), (60, 1001): (59.94,)}

rates = st.sampled_from(RATES)
frames_of_a_day = st.integers(0, DAY_S * 120)


def fraction(rate: Rate) -> Fraction:
    return Fraction(rate.numerator, rate.denominator)


def writings(rate: Rate) -> tuple[float, ...]:
    return (rate.written, *WRITTEN_SHORT.get((rate.nominal, rate.denominator), ()))


@given(rates, st.lists(frames_of_a_day, min_size=2, max_size=40, unique=True))
def test_spans_of_frames_add_up_to_the_whole(rate: Rate, edges: list[int]) -> None:
    edges.sort()
    exact = fraction(rate)
    spans = [
        clock.range_to_span(TimeRange(RationalTime(first, rate.written), RationalTime(end - first, rate.written)))
        for first, end in pairwise(edges)
    ]
    assert sum(span.duration for span in spans) == Fraction(edges[-1] - edges[0]) / exact
    assert all(before.end == after.start for before, after in pairwise(spans))
    counts = [seconds_to_sample(span.end) - seconds_to_sample(span.start) for span in spans]
    assert sum(counts) == sample_at((edges[-1], *rate.pair)) - sample_at((edges[0], *rate.pair))


@given(rates, frames_of_a_day)
def test_frames_seconds_samples_and_back(rate: Rate, frame: int) -> None:
    exact = fraction(rate)
    sample = clock.frames_to_samples(frame, rate=exact)
    assert sample == sample_at((frame, *rate.pair))
    assert clock.seconds_to_frames(clock.frames_to_seconds(frame, rate=exact), rate=exact) == frame
    assert clock.seconds_to_frames(Fraction(sample, 48_000), rate=exact) == frame
    following = clock.frames_to_samples(frame + 1, rate=exact)
    assert following - sample in {48_000 // exact, -(-48_000 // exact)}


@given(rates, frames_of_a_day, st.data())
def test_a_rate_written_short_names_the_same_moment(rate: Rate, frame: int, data: st.DataObject) -> None:
    written = data.draw(st.sampled_from(writings(rate)))
    time = RationalTime(frame, written)
    assert clock.rational_to_seconds(time) == Fraction(frame * rate.denominator, rate.numerator)
    again = RationalTime(clock.rational_to_seconds(time) * 48_000, 48_000)
    assert seconds_to_sample(clock.rational_to_seconds(again)) == sample_at((frame, *rate.pair))


@given(rates, st.lists(st.integers(1, 20_000), min_size=1, max_size=30), st.integers(0, DAY_S * 24))
def test_stems_that_follow_each_other_leave_no_sample_between(rate: Rate, lengths: list[int], first: int) -> None:
    exact, at, last = fraction(rate), first, None
    for length in lengths:
        shot = Shot("a", None, Fraction(0), length / exact, at / exact, frame_rate=exact)
        span = stem_span(shot, exact, 0)
        assert (span.first_sample, span.last_sample) == (
            sample_at((at, *rate.pair)), sample_at((at + length, *rate.pair))
        )  # fmt: skip
        assert last in (None, span.first_sample)
        at, last = at + length, span.last_sample


def both_ways(frame: int, rate: Rate) -> None:
    label = label_of(frame, rate)
    exact = fraction(rate)
    assert clock.frames_to_timecode(frame, rate=exact, drop_frame=rate.drop) == label
    assert clock.timecode_to_frames(label, rate=exact, drop_frame=rate.drop) == frame


@given(rates, st.integers(0, 30 * 3600 * 120))
def test_timecode_names_the_frame_that_counting_does(rate: Rate, frame: int) -> None:
    both_ways(frame, rate)


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_timecode_at_both_sides_of_every_minute_of_a_day(rate: Rate) -> None:
    exact = fraction(rate)
    for minute in range(24 * 60 + 1):
        skipped = rate.nominal // 15 if rate.drop and minute % 10 else 0
        first = frames_of(0, minute, 0, skipped, rate)
        hour, rest = divmod(minute, 60)
        width, mark = (3 if rate.nominal > 100 else 2), (";" if rate.drop else ":")
        label = f"{hour:02d}:{rest:02d}:00{mark}{skipped:0{width}d}"
        assert clock.timecode_to_frames(label, rate=exact) == first
        assert clock.frames_to_timecode(first, rate=exact, drop_frame=rate.drop) == label
        if minute:
            hour, rest = divmod(minute - 1, 60)
            before = f"{hour:02d}:{rest:02d}:59{mark}{rate.nominal - 1:0{width}d}"
            assert clock.timecode_to_frames(before, rate=exact) == first - 1
            assert clock.frames_to_timecode(first - 1, rate=exact, drop_frame=rate.drop) == before


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_timecode_of_a_whole_day_by_steps_that_meet_every_remainder(rate: Rate) -> None:
    for frame in range(0, DAY_S * rate.nominal, 7_919):  # a prime, so that it meets every frame number
        both_ways(frame, rate)


@pytest.mark.parametrize("rate", [rate for rate in RATES if rate.drop], ids=str)
def test_a_day_of_drop_frame_is_a_day_but_for_86_milliseconds(rate: Rate) -> None:
    exact = fraction(rate)
    frames = clock.timecode_to_frames("24:00:00;00", rate=exact)
    assert frames == frames_of(24, 0, 0, 0, rate)
    assert frames / exact - DAY_S == Fraction(-864, 10_000)
