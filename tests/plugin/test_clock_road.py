"""Time does not drift on the whole road of a day: read, selected, placed, written and read again, at every rate."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime

from engine.types import Layer, seconds_to_sample
from plugin.timeline import clock
from plugin.timeline.place import StemClip, place_stems
from plugin.timeline.read import read_timeline
from plugin.timeline.select import select
from plugin.timeline.stem_span import stem_span
from tests.plugin.test_clock_hypothesis import DAY_S, fraction, rates, writings
from tests.plugin.timelines import clip, gap, save, timeline, touch, track
from tests.real.counting import RATES, Rate, label_of, sample_at

AUDIO_RATES = (48_000, 44_100, 96_000, 192_000)
Item = tuple[int, int]
"""Frames of gap and of a clip after it."""


@given(rates, st.integers(0, DAY_S * 120), st.sampled_from(AUDIO_RATES), st.data())
def test_every_way_round_leads_back(rate: Rate, frame: int, audio_rate: int, data: st.DataObject) -> None:
    exact = fraction(rate)
    seconds = clock.rational_to_seconds(RationalTime(frame, data.draw(st.sampled_from(writings(rate)))))
    assert seconds == Fraction(frame * rate.denominator, rate.numerator)
    sample = seconds_to_sample(seconds)
    assert sample == sample_at((frame, *rate.pair))
    label = clock.frames_to_timecode(
        clock.seconds_to_frames(Fraction(sample, 48_000), rate=exact), rate=exact, drop_frame=rate.drop
    )
    assert label == label_of(frame, rate)
    back = clock.frames_to_seconds(clock.timecode_to_frames(label, rate=exact, drop_frame=rate.drop), rate=exact)
    assert back == seconds
    counted = RationalTime(float(back * audio_rate), audio_rate)  # as a program that counts samples writes it
    assert seconds_to_sample(clock.rational_to_seconds(counted)) == sample
    span = clock.Span(back, back + 1 / exact)
    assert span.shifted(-seconds) == clock.Span(Fraction(0), Fraction(rate.denominator, rate.numerator))


def go(rate: Rate, written: float, start: int, items: list[Item]) -> None:
    """The road of one picture track, with whole numbers beside it."""
    exact = fraction(rate)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        touch(folder, "m.mov")
        parts = []
        for lead, frames in items:
            parts += [gap(lead, written), clip("c", frames, start=7, rate=written, url="m.mov")]
        source = save(timeline(track(*parts), start=start, rate=written), folder / "cut.otio")
        cut = read_timeline(source)
        assert (cut.rate, cut.start) == (exact, start / exact)
        shots, edges, at = select(cut).shots, [], 0
        for lead, frames in items:
            edges.append((at + lead, at + lead + frames))
            at += lead + frames
        assert cut.duration == Fraction(at * rate.denominator, rate.numerator)
        stems = []
        for number, (shot, (first, end)) in enumerate(zip(shots, edges, strict=True)):
            assert [shot.record_start * exact, shot.record_end * exact] == [first, end]
            span = stem_span(shot, exact, 3, start=cut.start)
            assert (span.start_frame, span.end_frame) == (first, end)
            head = span.head_frames
            assert span.first_sample == sample_at((first - head, *rate.pair))
            assert span.last_sample == sample_at((end + 3, *rate.pair))
            assert span.time_reference_samples(cut.start) == sample_at((start + first - head, *rate.pair))
            assert cut.timecode(shot.record_start).lstrip("-") == label_of(
                start + first, dropping(rate, cut.drop_frame)
            )
            stems.append(StemClip(Layer.ACTION, span, folder / f"stems/action-{number}.wav", {}))
        again = read_timeline(place_stems(source, stems).path)
        placed = [one for one in again.clips if one.kind == "Audio"]
        assert [[one.record.start * exact, one.record.end * exact] for one in placed] == [list(edge) for edge in edges]
        assert [seconds_to_sample(one.record.start) for one in placed] == [
            sample_at((first, *rate.pair)) for first, _ in edges
        ]
        assert [one.source_start * exact for one in placed] == [stem.span.head_frames for stem in stems]


def dropping(rate: Rate, counted: bool) -> Rate:
    return rate._replace(drop=counted)


@st.composite
def cuts_of_a_day(draw: st.DrawFn) -> tuple[Rate, float, int, list[Item]]:
    rate = draw(rates)
    day = DAY_S * rate.nominal
    lengths = st.tuples(st.integers(1, day // 8), st.integers(1, 20_000))
    items = draw(st.lists(lengths, min_size=1, max_size=6))
    return rate, draw(st.sampled_from(writings(rate))), draw(st.integers(0, day)), items


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cuts_of_a_day())
def test_no_frame_and_no_sample_is_lost_in_a_day(cut: tuple[Rate, float, int, list[Item]]) -> None:
    go(*cut)


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_a_cut_of_many_odd_lengths_ends_where_it_should(rate: Rate) -> None:
    """Six hundred items on the way to the end of a day: what were lost at each would show."""
    day = DAY_S * rate.nominal
    go(rate, rate.written, 0, [(day // 300 - 1001, 997)] * 299 + [(1, day - 299 * (day // 300 - 4) - 1)])
