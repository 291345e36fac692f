"""A stretch of record time as an editor types it: timecode or frames, with "-", ".." or "to" between."""

from __future__ import annotations

import re
from fractions import Fraction

from engine.types import TimelineError
from plugin.timeline import clock
from plugin.timeline.clock import Span
from plugin.timeline.cut import Cut

_BETWEEN = re.compile(r"\s*(?:\.\.|[-–—]|\bto\b)\s*")
_FRAMES = re.compile(r"\d{1,9}")


def parse_range(cut: Cut, text: str) -> Span:
    """Record time of "01:00:04:00-01:00:12:00" or "96-288"; the end is the first frame left out.

    Timecode counts as the timeline shows it, plain frames from the timeline's start. Raises TimelineError when the
    text is no range, or is empty or reversed.
    """
    sides = _BETWEEN.split(text.strip())
    if len(sides) != 2 or not all(sides):
        raise TimelineError(
            f'"{text}" is no range. Write two timecodes or frame numbers with - between, '
            f"such as {cut.timecode_range(cut.record)} for the whole timeline."
        )
    return _forward(cut, Span(parse_moment(cut, sides[0]), parse_moment(cut, sides[1])), text)


def parse_marks(cut: Cut, mark_in: str, mark_out: str) -> Span:
    """Record time between marks; the side not set is the timeline's own. Raises as `parse_range` does."""
    start = parse_moment(cut, mark_in) if mark_in else Fraction(0)
    end = parse_moment(cut, mark_out) if mark_out else max(cut.duration, start + 1 / cut.rate)
    return _forward(cut, Span(start, end), f"{mark_in or 'start'} to {mark_out or 'end'}")


def parse_moment(cut: Cut, text: str) -> Fraction:
    """Record time of one timecode or frame number; before the timeline's start it is negative."""
    if _FRAMES.fullmatch(text.strip()):
        return clock.frames_to_seconds(int(text), rate=cut.rate)
    frames = clock.timecode_to_frames(text, rate=cut.rate, drop_frame=cut.drop_frame)
    return clock.frames_to_seconds(frames, rate=cut.rate) - cut.start


def _forward(cut: Cut, span: Span, text: str) -> Span:
    if span.start < span.end:
        return span
    how = "is empty: it ends where it starts" if span.start == span.end else "is reversed: it ends before it starts"
    raise TimelineError(f'The range "{text}" {how}. The timeline runs {cut.timecode_range(cut.record)}.')
