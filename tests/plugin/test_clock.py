"""Time is exact: rates as they are meant, samples without drift, timecode at every rate."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentimelineio import opentime

from engine.types import TimelineError, seconds_to_sample
from plugin.timeline import clock

NTSC_24 = Fraction(24000, 1001)
NTSC_30 = Fraction(30000, 1001)
NTSC_48 = Fraction(48000, 1001)
NTSC_60 = Fraction(60000, 1001)
NTSC_120 = Fraction(120000, 1001)
RATES = [NTSC_24, Fraction(24), Fraction(25), NTSC_30, Fraction(30), NTSC_48, Fraction(48), Fraction(50), NTSC_60]
RATES += [Fraction(60), Fraction(100), NTSC_120, Fraction(120)]
DROP_RATES = [NTSC_30, NTSC_60, NTSC_120]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (23.976, NTSC_24),
        (23.98, NTSC_24),
        (23.976023976023978, NTSC_24),
        (24000 / 1001, NTSC_24),
        (29.97, NTSC_30),
        (47.952, NTSC_48),
        (59.94, NTSC_60),
        (59.940059940059943, NTSC_60),
        (119.88, NTSC_120),
        (24.0, Fraction(24)),
        (25, Fraction(25)),
        (24.000000000000004, Fraction(24)),
        (12.5, Fraction(25, 2)),
        (239.76023976023976, Fraction(240000, 1001)),
        (48000, Fraction(48000)),
    ],
)
def test_a_rate_is_taken_as_it_is_meant(written: float, meant: Fraction) -> None:
    assert clock.exact_rate(written) == meant


@pytest.mark.parametrize("rate", [0.0, -24.0, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_an_error_in_words(rate: float) -> None:
    with pytest.raises(TimelineError, match="xport"):
        clock.exact_rate(rate)


@pytest.mark.parametrize(
    ("value", "rate", "seconds"),
    [
        (24, 23.976, Fraction(1001, 1000)),
        (86400, 24, Fraction(3600)),
        (2001.9999999999998, 48000, Fraction(2002, 48000)),
        (100.1, 24, Fraction(1001, 240)),
        (0.5, 25, Fraction(1, 50)),
        (-12, 24, Fraction(-1, 2)),
    ],
)
def test_seconds_of_a_rational_time_are_exact(value: float, rate: float, seconds: Fraction) -> None:
    assert clock.rational_to_seconds(opentime.RationalTime(value, rate)) == seconds


def test_a_range_may_have_two_rates() -> None:
    mixed = opentime.TimeRange(opentime.RationalTime(24, 24), opentime.RationalTime(72000, 48000))
    assert clock.range_to_span(mixed) == clock.Span(Fraction(1), Fraction(5, 2))


@pytest.mark.parametrize(
    ("frames", "rate", "samples"),
    [
        (1, NTSC_24, 2002),
        (1, Fraction(24), 2000),
        (1, Fraction(25), 1920),
        (1, NTSC_30, 1602),  # 1601.6
        (2, NTSC_30, 3203),  # 3203.2
        (5, NTSC_30, 8008),
        (1, NTSC_60, 801),  # 800.8
        (86400, NTSC_24, 172_972_800),
        (86400, Fraction(24), 172_800_000),
        (24 * 107892, NTSC_30, 4_147_195_853),  # a day of drop-frame timecode
    ],
)
def test_frames_to_samples(frames: int, rate: Fraction, samples: int) -> None:
    assert clock.frames_to_samples(frames, rate=rate) == samples


def test_half_a_sample_rounds_up() -> None:
    assert seconds_to_sample(Fraction(1, 96000)) == 1
    assert seconds_to_sample(Fraction(-1, 96000)) == 0
    assert seconds_to_sample(Fraction(1, 96001)) == 0


@given(st.sampled_from(RATES), st.integers(0, 24 * 3600 * 120))
def test_no_drift_in_24_hours(rate: Fraction, frame: int) -> None:
    samples = clock.frames_to_samples(frame, rate=rate)
    assert abs(Fraction(samples) - frame * 48000 / rate) <= Fraction(1, 2)
    assert clock.seconds_to_frames(Fraction(samples, 48000), rate=rate) == frame


@given(st.sampled_from(RATES), st.integers(0, 10**6))
def test_what_a_double_does_to_a_frame_is_undone(rate: Fraction, frame: int) -> None:
    rescaled = opentime.RationalTime(frame, float(rate)).rescaled_to(48000)
    assert clock.rational_to_seconds(rescaled) == frame / rate


@pytest.mark.parametrize(
    ("text", "rate", "frames"),
    [
        ("00:00:00:00", Fraction(24), 0),
        ("01:00:04:00", Fraction(24), 86496),
        ("01:00:00:00", NTSC_24, 86400),
        ("00:00:01:00", NTSC_48, 48),
        ("00:00:01:23", Fraction(25), 48),
        ("01:00:00:00", NTSC_30, 108000),
        ("01:00:00;00", NTSC_30, 107892),
        ("00:00:59;29", NTSC_30, 1799),
        ("00:01:00;02", NTSC_30, 1800),
        ("00:10:00;00", NTSC_30, 17982),
        ("00:10:00;01", NTSC_30, 17983),
        ("01:00:00;00", NTSC_60, 215784),
        ("00:01:00;04", NTSC_60, 3600),
        ("00:01:00;008", NTSC_120, 7200),
        ("00:00:00:119", Fraction(120), 119),
        ("24:00:00:00", Fraction(25), 2_160_000),
        ("100:00:00:00", Fraction(24), 8_640_000),
        ("24:00:00;00", NTSC_30, 2_589_408),
    ],
)
def test_timecode_table(text: str, rate: Fraction, frames: int) -> None:
    assert clock.timecode_to_frames(text, rate=rate) == frames
    assert clock.frames_to_timecode(frames, rate=rate, drop_frame=";" in text) == text


@pytest.mark.parametrize("rate", [24, 25, 30, 48, 50, 60, 24000 / 1001, 30000 / 1001, 60000 / 1001])
@pytest.mark.parametrize("frames", [0, 1, 1799, 1800, 17981, 17982, 107892, 1_294_704])
def test_timecode_agrees_with_opentimelineio(rate: float, frames: int) -> None:
    exact = clock.exact_rate(rate)
    for drop_frame in {False, clock.has_drop_frame(exact)}:
        theirs = opentime.to_timecode(opentime.RationalTime(frames, rate), rate, drop_frame=drop_frame)
        assert clock.frames_to_timecode(frames, rate=exact, drop_frame=drop_frame) == theirs


@given(st.sampled_from(RATES), st.integers(0, 60 * 3600 * 120))
def test_timecode_round_trip(rate: Fraction, frames: int) -> None:
    assert clock.timecode_to_frames(clock.frames_to_timecode(frames, rate=rate), rate=rate) == frames


@given(st.sampled_from(DROP_RATES), st.integers(0, 60 * 3600 * 120))
def test_drop_frame_round_trip_and_true_to_the_clock(rate: Fraction, frames: int) -> None:
    text = clock.frames_to_timecode(frames, rate=rate, drop_frame=True)
    assert clock.timecode_to_frames(text, rate=rate) == frames
    hours, minutes, seconds = (int(part) for part in text[: text.rindex(";")].split(":"))
    shown = (
        hours * 3600 + minutes * 60 + seconds + Fraction(int(text[text.rindex(";") + 1 :]), clock.nominal_rate(rate))
    )
    # Drop-frame strays two frames within ten minutes and loses 3.6 frames an hour that nobody mends.
    assert abs(shown - frames / rate) < Fraction(7, 100) + frames / rate / 10**6 * 2


def test_colons_are_drop_frame_when_the_timeline_is() -> None:
    assert clock.timecode_to_frames("01:00:00:00", rate=NTSC_30, drop_frame=True) == 107892


@pytest.mark.parametrize(
    ("text", "rate", "words"),
    [
        ("", Fraction(24), "no timecode"),
        ("1:0:0", Fraction(24), "no timecode"),
        ("01:00:00.12", Fraction(24), "no timecode"),
        ("01:60:00:00", Fraction(24), "00 to 59"),
        ("01:00:00:24", Fraction(24), "00 to 23"),
        ("00:01:00;01", NTSC_30, "00:01:00;02"),
        ("00:01:00;03", NTSC_60, "00:01:00;04"),
        ("01:00:00;00", Fraction(25), "does not have"),
        ("01:00:00;00", Fraction(30), "does not have"),
    ],
)
def test_timecode_that_names_no_frame_says_so(text: str, rate: Fraction, words: str) -> None:
    with pytest.raises(TimelineError, match=words):
        clock.timecode_to_frames(text, rate=rate)


def test_negative_frames_print_with_a_minus() -> None:
    assert clock.frames_to_timecode(-25, rate=Fraction(24)) == "-00:00:01:01"


@given(st.sampled_from(RATES), st.integers(-(10**7), 10**7), st.booleans())
def test_timecode_that_is_printed_is_read_as_the_same(rate: Fraction, frames: int, drop_frame: bool) -> None:
    dropping = drop_frame and clock.has_drop_frame(rate)
    text = clock.frames_to_timecode(frames, rate=rate, drop_frame=dropping)
    assert clock.timecode_to_frames(text, rate=rate) == frames


def test_spans_that_touch_are_joined() -> None:
    spans = [clock.Span(Fraction(start), Fraction(end)) for start, end in ((5, 6), (0, 2), (2, 4), (1, 3), (8, 9))]
    found = clock.joined(spans, gap=Fraction(1, 1000))
    assert [f"{span.start}-{span.end}" for span in found] == ["0-4", "5-6", "8-9"]


def test_spans_cut_and_shift() -> None:
    span = clock.Span(Fraction(1), Fraction(3))
    assert span.duration == 2
    assert span.cut_to(clock.Span(Fraction(2), Fraction(9))) == clock.Span(Fraction(2), Fraction(3))
    assert span.cut_to(clock.Span(Fraction(3), Fraction(9))) is None
    assert span.shifted(Fraction(-1)) == clock.Span(Fraction(0), Fraction(2))
