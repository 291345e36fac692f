"""Timecode: labels of frames, counted in whole numbers. What else is time is in fractions of seconds."""

from __future__ import annotations

import math
import re
from fractions import Fraction

from engine.types import TimelineError

NTSC_RATES = tuple(Fraction(nominal * 1000, 1001) for nominal in (24, 30, 48, 60, 120))

_TIMECODE = re.compile(r"(-?)(\d{1,4})([:;])(\d{2})([:;])(\d{2})([:;])(\d{2,3})")


def nominal_rate(rate: Fraction) -> int:
    """Frames that timecode counts in its second: 30 for 29.97."""
    return max(1, math.floor(rate + Fraction(1, 2)))


def has_drop_frame(rate: Fraction) -> bool:
    """Whether drop-frame timecode exists at this rate: 29.97, 59.94 and 119.88."""
    return rate in NTSC_RATES and nominal_rate(rate) % 30 == 0


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
