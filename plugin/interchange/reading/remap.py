"""A clip's time as a line through points: its runs of one speed each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

ZERO = Fraction(0)

Point = tuple[Fraction, Fraction]
"""A clip's own time, and the media time that is shown then."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a clip's own time in which its media runs at one speed."""

    start: Fraction
    end: Fraction
    source: Fraction  # media time at its start
    speed: Fraction


def runs(points: Sequence[Point], start: Fraction, end: Fraction) -> list[Run]:
    """The runs from `start` to `end`; before the first point and after the last it goes on as it went there."""
    lines = _lines(points)
    starts = [start, *(min(max(line.start, start), end) for line in lines[1:]), end]
    found: list[Run] = []
    for line, (first, last) in zip(lines, pairwise(starts), strict=True):
        if last > first:
            source = line.source + line.speed * (first - line.start)
            if found and found[-1].speed == line.speed and source == _source_at(found[-1], first):
                found[-1] = Run(found[-1].start, last, found[-1].source, line.speed)
            else:
                found.append(Run(first, last, source, line.speed))
    return found


def simplified(points: Sequence[Point], tolerance: Fraction) -> list[Point]:
    """Some of the points, between which a straight line passes all others within `tolerance` of media time."""
    rising = sorted(dict(points).items())
    kept, last, (least, most) = rising[:1], rising[0], (None, None)
    for point in rising[1:]:
        if least is not None and most is not None and not least <= _slope(kept[-1], point, ZERO) <= most:
            kept.append(last)
            least = most = None
        low, high = _slope(kept[-1], point, -tolerance), _slope(kept[-1], point, tolerance)
        least, most = low if least is None else max(least, low), high if most is None else min(most, high)
        last = point
    return [*kept, last] if last != kept[-1] else kept


def _slope(start: Point, end: Point, higher: Fraction) -> Fraction:
    return (end[1] + higher - start[1]) / (end[0] - start[0])


def _source_at(run: Run, time: Fraction) -> Fraction:
    return run.source + run.speed * (time - run.start)


def _lines(points: Sequence[Point]) -> list[Run]:
    rising = sorted(dict(points).items())
    if len(rising) < 2:
        time, value = rising[0] if rising else (Fraction(0), Fraction(0))
        return [Run(time, time, value, Fraction(0 if rising else 1))]
    return [Run(x, x2, y, (y2 - y) / (x2 - x)) for (x, y), (x2, y2) in pairwise(rising)]
