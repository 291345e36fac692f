"""Where the clips of a timeline lie, in whole ticks: from each clip up through all that encloses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from tests.plugin.random_timelines import ticks


@dataclass(frozen=True, slots=True)
class Counted:
    """A clip's place on the timeline, and what of its own time is shown first and last, in ticks."""

    start: int
    end: int
    enabled: bool


def counted_clips(root: Any) -> dict[tuple[int, ...], Counted]:
    """By address, the clips of which something is shown."""
    found = {}
    for address, chain in _clips(root, ()):
        whole = [root, *(item for item, _ in chain)]
        if all(place is not None for _, place in chain) and (shown := _lifted(root, chain)):
            found[address] = Counted(*shown, all(item.enabled for item in whole))
    return found


Chain = list[tuple[Any, int | None]]
"""Items from below the root down to a clip, each with its place in its parent's own time."""


def _clips(parent: Any, address: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Chain]]:
    at: int | None = 0
    for index, item in enumerate(parent):
        if isinstance(item, otio.schema.Transition):
            continue
        here = (item, at)
        if isinstance(item, otio.schema.Clip):
            yield (*address, index), [here]
        elif isinstance(item, otio.core.Composition):
            yield from ((below, [here, *chain]) for below, chain in _clips(item, (*address, index)))
        if isinstance(parent, otio.schema.Track) and at is not None:
            at = at + _length(item) if _is_known(item) else None


def _lifted(root: Any, chain: Chain) -> tuple[int, int] | None:
    clip, place = chain[-1]
    assert place is not None
    start, end = place, place + _length(clip)
    for item, placed in reversed(chain[:-1]):
        assert placed is not None
        speed = _speed(item)
        if not speed:
            return None
        first, last = (placed + _outward(item, tick, speed) for tick in (start, end))
        start, end = max(min(first, last), placed), min(max(first, last), placed + _length(item))
        if start >= end:
            return None
    begin = _begin(root)
    start, end = max(start - begin, 0), min(end - begin, _length(root))
    return (start, end) if start < end else None


def _outward(item: Any, tick: int, speed: Fraction) -> int:
    """From an item's own time to time since it began to play."""
    inside = tick - _begin(item)
    if speed < 0:
        inside = _divided(_length(item) * -speed.numerator, speed.denominator) - inside
    return _divided(inside * speed.denominator, abs(speed.numerator))


def _divided(top: int, bottom: int) -> int:
    assert top % bottom == 0, "ticks are too coarse"
    return top // bottom


def _speed(item: Any) -> Fraction:
    speed = Fraction(1)
    for effect in item.effects:
        if isinstance(effect, otio.schema.LinearTimeWarp) and effect.enabled:
            speed *= Fraction(effect.time_scalar)
    return speed


def _own(item: Any) -> Any:
    if item.source_range is not None or not isinstance(item, otio.schema.Clip):
        return item.source_range
    return item.media_reference.available_range


def _begin(item: Any) -> int:
    own = _own(item)
    return ticks(own.start_time) if own is not None else 0


def _length(item: Any) -> int:
    own = _own(item)
    if own is not None:
        return ticks(own.duration)
    if isinstance(item, otio.schema.Stack):
        return max((_length(child) for child in item), default=0)
    length = 0
    for child in item if isinstance(item, otio.schema.Track) else ():
        if not isinstance(child, otio.schema.Transition):
            length += _length(child)
            if not _is_known(child):
                break
    return length


def _is_known(item: Any) -> bool:
    if _own(item) is not None:
        return True
    inside = [child for child in item if not isinstance(child, otio.schema.Transition)] if _holds(item) else []
    return _holds(item) and all(_is_known(child) for child in inside)


def _holds(item: Any) -> bool:
    return isinstance(item, otio.core.Composition)
