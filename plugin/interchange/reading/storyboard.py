"""Items that hold items, laid flat: each with its record time and its own time there, through every change of speed."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from plugin.interchange.reading import laying
from plugin.interchange.reading.laying import ONE, Blend, Piece
from plugin.timeline.clock import Span

EVERYWHERE = Span(-laying.LONGEST, laying.LONGEST)
BOTH = frozenset(("Video", "Audio"))


@dataclass(frozen=True, slots=True)
class Frame:
    """The time inside something that holds items: it is `own` at record time `start`, and runs at `speed` there."""

    start: Fraction
    own: Fraction
    speed: Fraction = ONE
    window: Span = EVERYWHERE  # of record; nothing inside is seen outside
    kinds: frozenset[str] = BOTH
    enabled: bool = True
    name: str = ""  # what the whole is called, where it is one picture

    def own_at(self, record: Fraction) -> Fraction:
        return self.own + self.speed * (record - self.start)

    def record_at(self, own: Fraction) -> Fraction:
        """Where a time inside lies on record; in a freeze, as if it ran."""
        return self.start + (own - self.own) / (self.speed or ONE)

    def seen(self, start: Fraction, end: Fraction) -> Span | None:
        """The record time in which a stretch of the time inside is seen."""
        if self.speed == 0:
            return self.window if start <= self.own < end else None
        ends = self.record_at(start), self.record_at(end)
        return Span(min(ends), max(ends)).cut_to(self.window)


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece on a lane, with the media time of its first picture."""

    piece: Piece
    source: Fraction
    speed: Fraction

    def media_at(self, record: Fraction) -> Fraction:
        return self.source + (self.speed or ONE) * (record - self.piece.start)


@dataclass(slots=True)
class Storyboard:
    """One sequence: what lies on each lane (0 is the storyline), its transitions, and markers that are on no item."""

    rate: Fraction
    shown: dict[tuple[str, int], list[Shown]] = field(default_factory=dict)
    blends: dict[int, list[Blend]] = field(default_factory=dict)
    markers: list[Any] = field(default_factory=list)

    def put(self, kind: str, lane: int, shown: Shown) -> None:
        self.shown.setdefault((kind, lane), []).append(shown)

    def mark(self, on: list[Shown], words: tuple[str, str, str], record: Span) -> None:
        """A marker `(name, comment, colour)` on the piece that lies there, or on the sequence."""
        under = next((one for one in on if one.piece.start <= record.start < one.piece.end), None)
        if under is None:
            self.markers.append(laying.made_marker(*words, record.start, record.duration, self.rate))
            return
        ends = under.media_at(record.start), under.media_at(record.end)
        length = abs(ends[1] - ends[0])
        under.piece.item.markers.append(laying.made_marker(*words, min(ends), length, self.rate))

    def stack(self, name: str = "") -> otio.schema.Stack:
        """All of it, pictures from the lowest lane up, then sound from the storyline's down."""
        stack = otio.schema.Stack(name)
        for kind, lane in sorted(
            self.shown, key=lambda key: (key[0] == "Audio", key[1] if key[0] == "Video" else -key[1])
        ):
            pieces = [one.piece for one in self.shown[kind, lane]]
            blends = self.blends.get(lane, []) if kind == "Video" else []
            stack.extend(laying.tracks_of(pieces, blends, self.rate, kind=kind))
        stack.markers.extend(sorted(self.markers, key=lambda marker: marker.marked_range.start_time.to_seconds()))
        return stack
