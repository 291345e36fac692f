"""What a viewer sees: of clips that lie over one another, at each moment the one on top."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from engine.types import SAMPLE_RATE
from plugin.timeline.clock import Span
from plugin.timeline.cut import CutClip

SLIVER = Fraction(1, 2 * SAMPLE_RATE)
"""Shorter than this, a stretch or a gap is the noise of a file's doubles."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch in which one clip is on top."""

    clip: CutClip
    record: Span


def topmost(clips: Iterable[CutClip]) -> tuple[list[Piece], list[Piece]]:
    """The pieces seen, in record order; and those on top that name no file, where something beneath is seen instead."""
    seen: list[Piece] = []
    unseen: list[Piece] = []
    for span, layers in _stretches(clips):
        top = next((clip for clip in layers if clip.medium.names_file), layers[0])
        _extend(seen, top, span)
        if top is not layers[0]:
            _extend(unseen, layers[0], span)
    return seen, unseen


def _stretches(clips: Iterable[CutClip]) -> Iterator[tuple[Span, list[CutClip]]]:
    """Stretches between edges, each with the clips that lie there, the highest first."""
    waiting = sorted(((clip, clip.shown) for clip in clips), key=lambda pair: _start(*pair), reverse=True)
    edges = sorted(
        {edge for clip, shown in waiting for span in (clip.record, shown) for edge in (span.start, span.end)}
    )
    active: list[tuple[Fraction, int, CutClip, Span]] = []
    count = 0
    for start, end in pairwise(edges):
        while waiting and _start(*waiting[-1]) <= start:
            clip, shown = waiting.pop()
            count += 1
            heapq.heappush(active, (max(clip.record.end, shown.end), count, clip, shown))
        while active and active[0][0] <= start:
            heapq.heappop(active)
        if end - start >= SLIVER and (there := _there(active, Span(start, end))):
            # Addresses compare like layers: the first index that differs is a stack's, whose later child is on top.
            yield Span(start, end), sorted(there, key=lambda clip: clip.address, reverse=True)


def _start(clip: CutClip, shown: Span) -> Fraction:
    return min(clip.record.start, shown.start)


def _there(active: list[tuple[Fraction, int, CutClip, Span]], stretch: Span) -> list[CutClip]:
    """Whose picture it is; where a transition gives way to a picture that is not there, whose record."""
    shown = [clip for *_, clip, span in active if span.cut_to(stretch)]
    return shown or [clip for *_, clip, _ in active if clip.record.cut_to(stretch)]


def _extend(pieces: list[Piece], clip: CutClip, span: Span) -> None:
    last = pieces[-1] if pieces else None
    if last is not None and last.clip is clip and span.start - last.record.end < SLIVER:
        pieces[-1] = Piece(clip, Span(last.record.start, span.end))
    else:
        pieces.append(Piece(clip, span))
