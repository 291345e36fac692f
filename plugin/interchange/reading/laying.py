"""Pieces with exact record times, laid on OpenTimelineIO tracks: gaps between them, transitions where they meet."""

from __future__ import annotations

import colorsys
import os
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from engine.types import TimelineError
from plugin.timeline import clock

ZERO, ONE = Fraction(0), Fraction(1)
SLOWEST, FASTEST = Fraction(1), Fraction(240)  # frames a second of a timeline
LONGEST = Fraction(10**9)  # seconds
MOST_ITEMS = 100_000  # with every compound counted as often as it is used
DEEPEST = 50  # compounds in compounds
_GREY = 0.15  # saturation under which a colour is none
_HUES = {
    "RED": 0,
    "ORANGE": 30,
    "YELLOW": 57,
    "GREEN": 120,
    "CYAN": 180,
    "BLUE": 225,
    "PURPLE": 270,
    "MAGENTA": 300,
    "PINK": 335,
}
_PLACED = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|/?[A-Za-z]:[/\\]|\\\\")  # a URL, a drive, a network share


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found: an OpenTimelineIO object, and in plain words what the file does not say or was not read."""

    root: Any
    warnings: tuple[str, ...] = ()
    source: str = ""  # OpenTimelineIO's JSON of the root, where it was read from that


@dataclass(frozen=True, slots=True)
class Piece:
    """An item at its record time, in seconds from the start of what it lies in."""

    start: Fraction
    end: Fraction
    item: Any  # its source range is as long as the piece

    def shifted(self, seconds: Fraction) -> Piece:
        return Piece(self.start + seconds, self.end + seconds, self.item)


@dataclass(frozen=True, slots=True)
class Blend:
    """A transition over the cut at `at`, reaching so many seconds to each side."""

    at: Fraction
    before: Fraction
    after: Fraction
    name: str = ""
    kind: str = "SMPTE_Dissolve"


@dataclass(slots=True)
class Told:
    """What is to be told of a file, each thing once and counted; and a bound on what it may unfold to."""

    source: Path
    items: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def note(self, words: str) -> None:
        self.counts[words] = self.counts.get(words, 0) + 1

    def one_more(self, depth: int = 0) -> None:
        """Count an item. Raises TimelineError past the bounds, which a compound that holds itself passes too."""
        self.items += 1
        if self.items > MOST_ITEMS:
            raise TimelineError(
                f"{self.source} unfolds to over {MOST_ITEMS} items. Flatten its compound clips, or export less of it."
            )
        if depth > DEEPEST:
            raise TimelineError(
                f"{self.source} holds compound clips over {DEEPEST} deep, or one that holds itself. Flatten them."
            )

    def warnings(self) -> tuple[str, ...]:
        return tuple(f"{words} ({count} times)" if count > 1 else words for words, count in self.counts.items())


class Compounds:
    """Compound clips that are read once, however often they are used; each use counts as all it holds.

    Uses stay empty until `fill`, so that a file which unfolds without bound is refused before anything is unfolded.
    """

    def __init__(self, told: Told) -> None:
        self._told = told
        self._known: dict[Hashable, tuple[otio.schema.Stack, int]] = {}
        self._uses: dict[Hashable, list[otio.schema.Stack]] = {}
        self._open: set[Hashable] = set()

    def of(self, key: Hashable, read: Callable[[], otio.schema.Stack]) -> otio.schema.Stack:
        """A stack that is to hold what `read` makes. Raises TimelineError for one that holds itself."""
        if key in self._open:
            raise TimelineError(
                f"{self._told.source} holds a compound clip that holds itself. Remove it and export again."
            )
        if key in self._known:
            self._told.items += self._known[key][1]
            self._told.one_more()
        else:
            before = self._told.items
            self._open.add(key)
            made = read()
            self._open.discard(key)
            self._known[key] = made, self._told.items - before
        use = otio.schema.Stack()
        self._uses.setdefault(key, []).append(use)
        return use

    def fill(self) -> None:
        """Put into every use what it holds. What lies in others was read before them, and is filled before them."""
        for key, (made, _) in self._known.items():
            *others, last = self._uses[key]
            for use in others:
                _move(made.deepcopy(), use)
            _move(made, last)


def _move(made: otio.schema.Stack, use: otio.schema.Stack) -> None:
    children, markers = list(made), [*made.markers, *use.markers]
    del made[:]
    use.extend(children)
    del use.markers[:]
    use.markers.extend(markers)


def checked_rate(rate: Fraction, source: Path) -> Fraction:
    """The rate as it is meant. Raises TimelineError for one that no timeline has."""
    exact = clock.exact_rate(rate)
    if not SLOWEST <= exact <= FASTEST:
        raise TimelineError(f"{source} says it has {float(rate):.6g} frames a second. Export the timeline again.")
    return exact


def checked_seconds(seconds: Fraction, source: Path) -> Fraction:
    """Raises TimelineError for a time that no timeline has."""
    if abs(seconds) > LONGEST:
        raise TimelineError(f"{source} holds a time of {float(seconds):.6g} seconds. Export the timeline again.")
    return seconds


def exact_time(seconds: Fraction, rate: Fraction) -> RationalTime:
    """Whole frames where they are whole; else a time whose rate is the fraction's own denominator, and exact too."""
    frames = seconds * rate
    if frames.denominator == 1:
        return RationalTime(int(frames), float(rate))
    scale = -(-1000 // seconds.denominator)  # never a rate that could be one of pictures
    return RationalTime(seconds.numerator * scale, seconds.denominator * scale)


def exact_range(start: Fraction, duration: Fraction, rate: Fraction) -> TimeRange:
    return TimeRange(exact_time(start, rate), exact_time(duration, rate))


def made_clip(
    name: str,
    media: Any,
    shown: tuple[Fraction, Fraction],
    rate: Fraction,
    speed: Fraction = ONE,
    *,
    enabled: bool = True,
    metadata: Mapping[str, Any] | None = None,
) -> otio.schema.Clip:
    """A clip that shows `(first, duration)`: the media time of its first picture, and how long it lasts on record."""
    clip = otio.schema.Clip(name, media, metadata=dict(metadata or {}))
    clip.enabled = enabled
    show(clip, shown, rate, speed)
    return clip


def show(item: Any, shown: tuple[Fraction, Fraction], rate: Fraction, speed: Fraction = ONE) -> None:
    """Give an item its range and speed. Backwards, the range begins where it ends: it is played from its end."""
    first, duration = shown
    item.source_range = exact_range(first + speed * duration if speed < 0 else first, duration, rate)
    if speed == 0:
        item.effects.append(otio.schema.FreezeFrame())
    elif speed != 1:
        item.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(speed)))


def tracks_of(
    pieces: Iterable[Piece], blends: Sequence[Blend], rate: Fraction, *, kind: str = "Video", name: str = ""
) -> list[otio.schema.Track]:
    """The pieces on one track, or on as many as it takes so that none lies over another. At least one track."""
    lanes: list[list[Piece]] = [[]]
    for piece in sorted(pieces, key=lambda piece: piece.start):
        if piece.end > piece.start:
            free = next((lane for lane in lanes if not lane or lane[-1].end <= piece.start), None)
            if free is None:
                lanes.append(free := [])
            free.append(piece)
    return [_track(lane, blends if lane is lanes[0] else (), rate, kind, name) for lane in lanes]


def _track(lane: list[Piece], blends: Sequence[Blend], rate: Fraction, kind: str, name: str) -> otio.schema.Track:
    track, at, waiting = otio.schema.Track(name, kind=kind), ZERO, {blend.at: blend for blend in blends}
    for piece in lane:
        if piece.start > at:
            _append_blend(track, waiting, at, rate)
            track.append(otio.schema.Gap(source_range=exact_range(ZERO, piece.start - at, rate)))
        _append_blend(track, waiting, piece.start, rate)
        track.append(piece.item)
        at = piece.end
    _append_blend(track, waiting, at, rate)
    return track


def _append_blend(track: otio.schema.Track, waiting: dict[Fraction, Blend], at: Fraction, rate: Fraction) -> None:
    blend = waiting.pop(at, None)
    if blend is not None:
        offsets = exact_time(blend.before, rate), exact_time(blend.after, rate)
        track.append(otio.schema.Transition(blend.name, blend.kind, in_offset=offsets[0], out_offset=offsets[1]))


def made_marker(name: str, comment: str, colour: str, at: Fraction, length: Fraction, rate: Fraction) -> Any:
    marker = otio.schema.Marker(name, marked_range=exact_range(at, length, rate), color=colour)
    marker.comment = comment
    return marker


def named_colour(red: int, green: int, blue: int) -> str:
    """The name that OpenTimelineIO has for a marker's colour, by its hue; of 0 to 255 each."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(min(255, max(0, part)) / 255 for part in (red, green, blue)))
    if saturation < _GREY:
        return "WHITE" if value > 0.5 else "BLACK"
    return min(_HUES, key=lambda name: min(abs(hue * 360 - _HUES[name]), 360 - abs(hue * 360 - _HUES[name])))


def made_timeline(
    name: str, rate: Fraction, start: Fraction = ZERO, drop_frame: bool = False, origin: str = ""
) -> otio.schema.Timeline:
    """An empty timeline that says its rate, its start and how it counts."""
    timeline = otio.schema.Timeline(name, global_start_time=exact_start(start, rate))
    counted = {"read_from": origin, "displayFormat": "DF" if drop_frame else "NDF"}
    timeline.metadata["foleyline"] = counted
    return timeline


def exact_start(start: Fraction, rate: Fraction) -> RationalTime:
    """A start that says the rate as well, be it between two frames."""
    frames = start * rate
    return RationalTime(int(frames) if frames.denominator == 1 else float(frames), float(rate))


def media_url(text: str, folder: Path, *, encoded: bool) -> str:
    """A URL that holds wherever the timeline is written. Relative names count from `folder`, drives stay as they are.

    `encoded`: the text is part of a URL, `%20` a blank; else it is a plain path, `%20` three letters.
    """
    if not text or _PLACED.match(text):
        return text
    path = folder.absolute() / (unquote(text) if encoded else text).replace("\\", "/")
    return "file://" + quote(os.fsencode(path))
