"""Exact time: rates, seconds, frames, samples and timecode. Nothing here rounds before the last step."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from opentimelineio import opentime

from engine.types import TimelineError, seconds_to_sample

_NTSC_RATES = tuple(Fraction(nominal * 1000, 1001) for nominal in (24, 30, 48, 60, 120))
_NTSC_TOLERANCE = Fraction(5, 1000)  # files hold 23.976023976..., 23.976 and 23.98 for one rate
_DOUBLE_NOISE = Fraction(1, 10**9)
_TIMECODE = re.compile(r"(-?)(\d{1,4})([:;])(\d{2})([:;])(\d{2})([:;])(\d{2,3})")


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
    return next((ntsc for ntsc in _NTSC_RATES if abs(exact - ntsc) <= _NTSC_TOLERANCE), exact)


def rational_to_seconds(time: opentime.RationalTime) -> Fraction:
    """Exact seconds of an OpenTimelineIO time."""
    return exact_number(time.value) / exact_rate(time.rate)


def range_to_span(time_range: opentime.TimeRange) -> Span:
    """Exact start and end of an OpenTimelineIO range, whose two times may have different rates."""
    start = rational_to_seconds(time_range.start_time)
    return Span(start, start + rational_to_seconds(time_range.duration))


def frames_to_seconds(frames: int | Fraction, *, rate: Fraction) -> Fraction:
    return Fraction(frames) / rate


def seconds_to_frames(seconds: Fraction, *, rate: Fraction) -> int:
    """The nearest frame, halves up."""
    return math.floor(seconds * rate + Fraction(1, 2))


def frames_to_samples(frames: int | Fraction, *, rate: Fraction) -> int:
    return seconds_to_sample(frames_to_seconds(frames, rate=rate))


def nominal_rate(rate: Fraction) -> int:
    """Frames that timecode counts in its second: 30 for 29.97."""
    return max(1, math.floor(rate + Fraction(1, 2)))


def has_drop_frame(rate: Fraction) -> bool:
    """Whether drop-frame timecode exists at this rate: 29.97, 59.94 and 119.88."""
    return rate in _NTSC_RATES and nominal_rate(rate) % 30 == 0


def timecode_to_frames(text: str, *, rate: Fraction, drop_frame: bool = False) -> int:
    """Real frames from 00:00:00:00, negative with a minus before it.

    A `;` in the text means drop-frame, whatever `drop_frame` says of colons.
    Raises TimelineError for text that names no frame at this rate.
    """
    match = _TIMECODE.fullmatch(text.strip())
    if match is None:
        raise TimelineError(f'"{text}" is no timecode. Write hours:minutes:seconds:frames, such as 01:00:04:00.')
    hours, minutes, seconds, frames = (int(match[group]) for group in (2, 4, 6, 8))
    dropping = drop_frame or ";" in text
    nominal = nominal_rate(rate)
    _check_label(text, minutes, seconds, frames, rate)
    total_minutes = hours * 60 + minutes
    label = (total_minutes * 60 + seconds) * nominal + frames
    sign = -1 if match[1] else 1
    if not dropping:
        return sign * label
    dropped = _dropped_a_minute(rate, text)
    if seconds == 0 and frames < dropped and minutes % 10:
        raise TimelineError(
            f'"{text}" names no frame: drop-frame timecode skips the first {dropped} numbers of this minute. '
            f"Its first frame is {hours:02d}:{minutes:02d}:00;{dropped:02d}."
        )
    return sign * (label - dropped * (total_minutes - total_minutes // 10))


def frames_to_timecode(frames: int, *, rate: Fraction, drop_frame: bool = False) -> str:
    """Timecode of a real frame count, `;` before the frames for drop-frame; hours go on past 24.

    Raises TimelineError when drop-frame is asked at a rate that has none.
    """
    if frames < 0:
        return "-" + frames_to_timecode(-frames, rate=rate, drop_frame=drop_frame)
    nominal = nominal_rate(rate)
    label = _dropped_label(frames, rate) if drop_frame else frames
    total_seconds, frame = divmod(label, nominal)
    total_minutes, second = divmod(total_seconds, 60)
    hour, minute = divmod(total_minutes, 60)
    digits = max(2, len(str(nominal - 1)))
    return f"{hour:02d}:{minute:02d}:{second:02d}{';' if drop_frame else ':'}{frame:0{digits}d}"


def _dropped_label(frames: int, rate: Fraction) -> int:
    dropped, nominal = _dropped_a_minute(rate, "Drop-frame timecode"), nominal_rate(rate)
    tens, rest = divmod(frames, nominal * 600 - 9 * dropped)
    minutes = max(0, (rest - dropped) // (nominal * 60 - dropped))
    return frames + dropped * (9 * tens + minutes)


def _dropped_a_minute(rate: Fraction, asked: str) -> int:
    if not has_drop_frame(rate):
        raise TimelineError(
            f'"{asked}" is drop-frame (;), which {float(rate):.5g} frames a second does not have. Write : for ;.'
        )
    return nominal_rate(rate) // 15


def _check_label(text: str, minutes: int, seconds: int, frames: int, rate: Fraction) -> None:
    if minutes > 59 or seconds > 59:
        raise TimelineError(f'"{text}" is no timecode: minutes and seconds go from 00 to 59.')
    if frames >= nominal_rate(rate):
        raise TimelineError(
            f'"{text}" is no timecode at {float(rate):.5g} frames a second: '
            f"its frames go from 00 to {nominal_rate(rate) - 1}."
        )
