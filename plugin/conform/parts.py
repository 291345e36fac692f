"""The new cut in parts: what had stems before, what is new and gets some, and what is left alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from plugin.conform.pairing import Link, cut_about
from plugin.timeline.clock import Span
from plugin.timeline.topmost import SLIVER, Piece


class Fate(StrEnum):
    KEPT = "kept"  # its pictures had stems in the old cut
    NEW = "new"  # they were not in it, and those beside them have stems
    LEFT = "left"  # they were in it without stems, or are among such


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of one new shot."""

    piece: int
    now: Span
    fate: Fate
    link: Link | None = None  # for what is kept


def parts_of(pieces: Sequence[Piece], links: Iterable[Link], covered: Sequence[Span], frame: Fraction) -> list[Part]:
    """All of the new pieces, in order. `covered`: the old record that has stems, in stretches apart."""
    by_piece: dict[int, list[Link]] = {}
    for link in links:
        by_piece.setdefault(link.new, []).append(link)
    parts = [
        part
        for index, piece in enumerate(pieces)
        for part in _parts(index, piece, by_piece.get(index, []), covered, frame)
    ]
    return _wanted(parts)


def _parts(index: int, piece: Piece, links: Sequence[Link], covered: Sequence[Span], frame: Fraction) -> list[Part]:
    """Of one piece; what no old shot shows is called new for now."""
    shown = [cut for link in links for span in covered if (cut := cut_about(link, span, frame))]
    kept = [Part(index, link.now, Fate.KEPT, link) for link in shown if link.now.duration >= frame / 2]
    rest = _rest(piece.record, (part.now for part in kept))
    known = [link.now for link in links]
    left = [span for gap in rest for one in known if (span := gap.cut_to(one))]
    new = _rest(piece.record, (*(part.now for part in kept), *left))
    parts = [*kept, *(Part(index, span, Fate.LEFT) for span in left), *(Part(index, span, Fate.NEW) for span in new)]
    return sorted(parts, key=lambda part: part.now.start)


def _rest(whole: Span, taken: Iterable[Span]) -> list[Span]:
    found, at = [], whole.start
    for span in sorted(taken, key=lambda span: span.start):
        if span.start - at >= SLIVER:
            found.append(Span(at, span.start))
        at = max(at, span.end)
    return [*found, Span(at, whole.end)] if whole.end - at >= SLIVER else found


def _wanted(parts: list[Part]) -> list[Part]:
    """New parts get stems where the nearest part before or after that was in the old cut has them."""
    before = _nearest_fates(parts)
    after = reversed(list(_nearest_fates(parts[::-1])))
    made = []
    for part, one, other in zip(parts, before, after, strict=True):
        if part.fate is Fate.NEW and Fate.KEPT not in (one, other):
            part = Part(part.piece, part.now, Fate.LEFT)
        made.append(part)
    return made


def _nearest_fates(parts: Iterable[Part]) -> Iterator[Fate | None]:
    fate = None
    for part in parts:
        if part.fate is not Fate.NEW:
            fate = part.fate
        yield fate


@dataclass(frozen=True, slots=True)
class NewShot:
    """A stretch of one new shot that gets stems, and its parts in order."""

    piece: int
    now: Span
    parts: tuple[Part, ...]


def shots_with_stems(parts: Iterable[Part]) -> list[NewShot]:
    """The stretches that get stems."""
    shots: list[NewShot] = []
    for part in parts:
        if part.fate is Fate.LEFT:
            continue
        last = shots[-1] if shots else None
        if last is not None and last.piece == part.piece and part.now.start - last.now.end < SLIVER:
            shots[-1] = NewShot(part.piece, Span(last.now.start, part.now.end), (*last.parts, part))
        else:
            shots.append(NewShot(part.piece, part.now, (part,)))
    return shots
