"""Which pictures of a new cut were in the old one, and where: shots paired by their footage, exactly in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile
from pathlib import Path

import numpy as np

from plugin.timeline.clock import Span
from plugin.timeline.cut import CutClip
from plugin.timeline.medium import is_there
from plugin.timeline.topmost import Piece

SLOP_FRAMES = Fraction(3, 5)
SAME_LENGTH = Fraction(1, 20)
"""Seconds by which an original and its proxy may differ."""


@dataclass(frozen=True, slots=True)
class Link:
    """A stretch of a new shot and the stretch of an old one that showed the same pictures; shots by their numbers."""

    old: int
    new: int
    was: Span
    now: Span
    backwards: bool = False  # one runs against the other

    @property
    def is_plain(self) -> bool:
        """Whether the pictures run as they did."""
        return self.was.duration == self.now.duration and not self.backwards

    @property
    def shift(self) -> Fraction:
        return self.now.start - self.was.start

    def cut_to_now(self, span: Span) -> Link | None:
        """The part that lies in a stretch of the new timeline."""
        now = self.now.cut_to(span)
        return None if now is None else Link(self.old, self.new, self._was(now), now, self.backwards)

    def cut_to_was(self, span: Span) -> Link | None:
        """The part that lay in a stretch of the old timeline."""
        was = self.was.cut_to(span)
        if was is None:
            return None
        slope = self.now.duration / self.was.duration
        if self.backwards:
            now = Span(
                self.now.end - (was.end - self.was.start) * slope, self.now.end - (was.start - self.was.start) * slope
            )
        else:
            now = Span(
                self.now.start + (was.start - self.was.start) * slope, self.now.end - (self.was.end - was.end) * slope
            )
        return Link(self.old, self.new, was, now, self.backwards)

    def _was(self, now: Span) -> Span:
        slope = self.was.duration / self.now.duration
        if self.backwards:
            return Span(
                self.was.end - (now.end - self.now.start) * slope, self.was.end - (now.start - self.now.start) * slope
            )
        return Span(
            self.was.start + (now.start - self.now.start) * slope, self.was.end - (self.now.end - now.end) * slope
        )


def pair(old: Sequence[Piece], new: Sequence[Piece], frame: Fraction) -> list[Link]:
    """Links in the order of the new cut, none over another; an old stretch may be shown more than once.

    Of several old shots of the same pictures the one is taken that runs at the same speed, shows most, follows on what
    the shot before was taken from, and was not taken yet, in this order. Nothing shorter than half a `frame` counts.
    """
    footage = _Footage(old)
    links: list[Link] = []
    taken: set[int] = set()
    for number, piece in enumerate(new):
        candidates = [link for index in footage.near(piece) for link in _link(old[index], piece, index, number, frame)]
        links += sorted(_chosen(candidates, piece, links, taken, frame), key=lambda link: link.now.start)
    return links


class _Footage:
    """Old pieces by their files and by the stretch of them that they show, so that few are looked at closely."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self._paths = {piece.clip.medium.path for piece in pieces if piece.clip.medium.path}
        found: dict[str, list[tuple[int, float, float]]] = {}
        for index, piece in enumerate(pieces):
            for name in _names(piece.clip):
                found.setdefault(name, []).append((index, *_shown(piece)))
        self._by_name = {name: np.array(ones).T for name, ones in found.items()}

    def near(self, piece: Piece) -> list[int]:
        """Numbers of the pieces of the same footage that may show some of what this one does."""
        found = next((self._by_name[name] for name in _names(piece.clip) if name in self._by_name), None)
        if found is None:
            return []
        start, end = _shown(piece)
        index, first, last = found
        near = [int(number) for number in index[(first <= end + 1.0) & (last >= start - 1.0)]]
        return self._of_same_file(
            [number for number in near if _is_same_footage(self._pieces[number].clip, piece.clip)], piece
        )

    def _of_same_file(self, found: list[int], piece: Piece) -> list[int]:
        """Of cards whose files have one name the one that is meant: the very path, or else the most like it."""
        path = piece.clip.medium.path
        if path is None:
            return found
        paths = {number: self._pieces[number].clip.medium.path for number in found}
        if path in self._paths:
            return [number for number in found if paths[number] in (path, None)]
        alike = {number: _common_end(path, other) if other else 0 for number, other in paths.items()}
        most = max(alike.values(), default=0)
        return [number for number in found if alike[number] == most]


def _common_end(one: Path, other: Path) -> int:
    """How many folders and names two paths share from their ends."""
    pairs = zip(reversed(one.parts), reversed(other.parts), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0].casefold() == pair[1].casefold(), pairs))


def _shown(piece: Piece) -> tuple[float, float]:
    """File seconds of the first and the last picture."""
    ends = float(piece.clip.source_at(piece.record.start)), float(piece.clip.source_at(piece.record.end))
    return min(ends), max(ends)


def _chosen(
    candidates: Sequence[Link], piece: Piece, before: Sequence[Link], taken: set[int], frame: Fraction
) -> Iterator[Link]:
    """Links that cover a piece, the best first, none over another."""
    last = before[-1] if before else None
    free = [piece.record]
    while free:
        fitting = [cut for link in candidates for span in free if (cut := link.cut_to_now(span))]
        fitting = [link for link in fitting if link.now.duration >= frame / 2]
        if not fitting:
            return
        best = max(fitting, key=lambda link: _worth(link, last, taken, frame))
        yield best
        taken.add(best.old)
        free = [rest for span in free for rest in _without(span, best.now)]


def _worth(link: Link, last: Link | None, taken: set[int], frame: Fraction) -> tuple[bool, int, bool, bool, int]:
    follows = last is not None and (link.old == last.old + 1 or link.shift == last.shift)
    near = -abs(link.old - (last.old + 1 if last is not None else 0))
    return link.is_plain, round(link.now.duration / frame), follows, link.old not in taken, near


def _without(span: Span, taken: Span) -> list[Span]:
    if taken.end <= span.start or span.end <= taken.start:
        return [span]
    return [Span(a, b) for a, b in ((span.start, taken.start), (taken.end, span.end)) if b > a]


def _link(old: Piece, new: Piece, index: int, number: int, frame: Fraction) -> Iterator[Link]:
    """The stretch of a new piece whose pictures an old one showed."""
    was_speed, now_speed = old.clip.speed, new.clip.speed
    if (was_speed == 0) != (now_speed == 0):
        return
    if was_speed == 0:
        if abs(old.clip.source_at(old.record.start) - new.clip.source_at(new.record.start)) < frame:
            length = min(old.record.duration, new.record.duration)
            yield Link(
                index,
                number,
                Span(old.record.start, old.record.start + length),
                Span(new.record.start, new.record.start + length),
            )
        return
    slope = now_speed / was_speed
    begin = old.record.start + (new.clip.source_at(new.record.start) - old.clip.source_at(old.record.start)) / was_speed
    end = begin + new.record.duration * slope
    shown = Link(index, number, Span(min(begin, end), max(begin, end)), new.record, slope < 0)
    if cut := cut_about(shown, old.record, frame):
        yield cut


def cut_about(link: Link, was: Span, frame: Fraction) -> Link | None:
    """The part of a link that lay in an old stretch, or ended less than a rounded frame beyond it.

    Other file formats count in frames, of the footage's rate or the timeline's, and stems end on frames.
    """
    inside = link.cut_to_was(was)
    slop = SLOP_FRAMES * frame
    reaching = link.cut_to_was(Span(was.start - slop, was.end + slop))
    if inside is None or reaching is None:
        return None
    start = reaching.now.start if inside.now.start - reaching.now.start < slop else inside.now.start
    end = reaching.now.end if reaching.now.end - inside.now.end < slop else inside.now.end
    return reaching.cut_to_now(Span(start, end))


def _names(clip: CutClip) -> list[str]:
    """What its footage goes by: the file's name, and that without its ending, as lists name it; else the clip's own."""
    medium = clip.medium
    name = medium.path.name if medium.path else medium.url.replace("\\", "/").rpartition("/")[2]
    name = (name or clip.name).casefold()
    return list(dict.fromkeys((name, name.rpartition(".")[0] or name)))


def _is_same_footage(one: CutClip, other: CutClip) -> bool:
    """Files of one name are the same unless both are there, in two places, and neither as large nor as long.

    As long, but not as large, are an original and its proxy.
    """
    a, b = one.medium.path, other.medium.path
    if a is None or b is None or a == b or not (is_there(a) and is_there(b)):
        return True
    if a.resolve() == b.resolve() or a.stat().st_size == b.stat().st_size:
        return True
    lengths = [clip.extent.seconds for clip in (one, other) if clip.extent]
    return len(lengths) == 2 and abs(lengths[0] - lengths[1]) <= SAME_LENGTH
