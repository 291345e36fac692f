"""Exact time: rates, seconds, frames, samples and timecode. Nothing here rounds before the last step."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from opentimelineio import opentime

from engine.timecode import NTSC_RATES, frames_to_timecode, has_drop_frame, nominal_rate, timecode_to_frames
from engine.types import TimelineError, seconds_to_sample

__all__ = [
    "Span", "exact_number", "exact_rate", "frames_to_samples", "frames_to_seconds", "frames_to_timecode",
    "has_drop_frame", "joined", "nominal_rate", "range_to_span", "rational_to_seconds", "seconds_to_frames",
    "timecode_to_frames",
]  # fmt: skip

_NTSC_TOLERANCE = Fraction(5, 1000)  # files hold 23.976023976..., 23.976 and 23.98 for one rate
LONGEST = Fraction(2**38)  # seconds, thousands of years; some files hold 2**64 nanoseconds for no end
_DOUBLE_NOISE = Fraction(1, 10**9)


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time in exact seconds."""

    start: Fraction
    end: Fraction

    @property
    def duration(self) -> Fraction:
        return self.end - self.start

    def cut_to(self, other: Span) -> Span | None:
        """The part that lies inside `other`, None when nothing does."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None

    def shifted(self, seconds: Fraction) -> Span:
        return Span(self.start + seconds, self.end + seconds)


def joined(spans: Iterable[Span], *, gap: Fraction) -> list[Span]:
    """Spans in order of their starts, those made one that overlap or lie less than `gap` seconds apart."""
    made: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if made and span.start - made[-1].end < gap:
            span = Span(made[-1].start, max(made.pop().end, span.end))
        made.append(span)
    return made


def exact_number(value: float | Fraction) -> Fraction:
    """The plain fraction that a double stands for, so that 2001.9999999999998 is 2002 and 100.1 is 1001/10."""
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if not math.isfinite(value):
        raise TimelineError(f"The timeline holds {value} as a time, which is no number. Export the timeline again.")
    if value.is_integer():
        return Fraction(int(value))
    literal = Fraction(value)
    plain = literal.limit_denominator(100_000)
    return plain if abs(plain - literal) <= _DOUBLE_NOISE * max(Fraction(1), abs(plain)) else literal


@lru_cache(maxsize=256)
def exact_rate(rate: float | Fraction) -> Fraction:
    """Frames a second as they are meant: 23.976 and 23.98 are 24000/1001.

    Raises TimelineError for a rate that is not above zero.
    """
    exact = exact_number(rate)
    if exact <= 0:
        raise TimelineError(
            f"The timeline holds a rate of {rate} frames a second. Set its frame rate and export again."
        )
    return next((ntsc for ntsc in NTSC_RATES if abs(exact - ntsc) <= _NTSC_TOLERANCE), exact)


def rational_to_seconds(time: opentime.RationalTime, of: str = "The timeline") -> Fraction:
    """Exact seconds of an OpenTimelineIO time.

    Raises TimelineError for what is no time, or longer than any; `of` says in its words whose time it is.
    """
    seconds = exact_number(time.value) / exact_rate(time.rate)
    if abs(seconds) > LONGEST:
        raise TimelineError(
            f"{of} holds a time of {time.value:.6g} at {time.rate:.6g} a second, which is thousands of years. "
            "Correct it in the editing program and export the timeline again."
        )
    return seconds


def range_to_span(time_range: opentime.TimeRange, of: str = "The timeline") -> Span:
    """Exact start and end of an OpenTimelineIO range, whose two times may have different rates."""
    start = rational_to_seconds(time_range.start_time, of)
    return Span(start, start + rational_to_seconds(time_range.duration, of))


def frames_to_seconds(frames: int | Fraction, *, rate: Fraction) -> Fraction:
    return Fraction(frames) / rate


def seconds_to_frames(seconds: Fraction, *, rate: Fraction) -> int:
    """The nearest frame, halves up."""
    return math.floor(seconds * rate + Fraction(1, 2))


def frames_to_samples(frames: int | Fraction, *, rate: Fraction) -> int:
    return seconds_to_sample(frames_to_seconds(frames, rate=rate))
