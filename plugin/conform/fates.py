"""What has happened to each shot, in an editor's words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from plugin.conform.pairing import Link
from plugin.conform.parts import Fate, NewShot
from plugin.timeline import clock
from plugin.timeline.clock import Span
from plugin.timeline.cut import Cut
from plugin.timeline.topmost import Piece


@dataclass(frozen=True, slots=True)
class Row:
    """One shot: where it was, where it is, what happened."""

    name: str
    was: tuple[str, str] | None  # timecodes of its start and end; None for what was not there
    now: tuple[str, str] | None  # None for what is no more
    what: tuple[str, ...]
    copied_s: float | None = None  # the mean of its three stems; None for what is no more, and before it is done
    made_s: float | None = None


def rows(
    old_cut: Cut,
    new_cut: Cut,
    old: Sequence[Piece],
    new: Sequence[Piece],
    shots: Sequence[NewShot],
    covered: Sequence[Span],
    copied_s: Sequence[float] | None,
) -> list[Row]:
    """The shots of the new cut that have stems, in order, then the old ones that are gone. `copied_s` of each shot."""
    links = [link for shot in shots for part in shot.parts if (link := part.link)]
    uses: dict[int, list[Link]] = {}
    for link in links:
        uses.setdefault(link.old, []).append(link)
    ordered = _in_order(shots)
    made = []
    for number, shot in enumerate(shots):
        mine = [part.link for part in shot.parts if part.link]
        length = float(shot.now.duration)
        was = Span(min(link.was.start for link in mine), max(link.was.end for link in mine)) if mine else None
        made.append(
            Row(
                name=new[shot.piece].clip.name,
                was=_timecodes(old_cut, was) if was else None,
                now=_timecodes(new_cut, shot.now),
                what=tuple(_what(shot, mine, old, new, uses, new_cut.rate, in_order=number in ordered)),
                copied_s=round(copied_s[number], 3) if copied_s else None,
                made_s=round(max(length - copied_s[number], 0.0), 3) if copied_s else None,
            )
        )
    return made + _gone(old_cut, old, uses, covered)


def _timecodes(cut: Cut, span: Span) -> tuple[str, str]:
    return cut.timecode(span.start), cut.timecode(span.end)


def _gone(cut: Cut, old: Sequence[Piece], uses: Mapping[int, object], covered: Sequence[Span]) -> list[Row]:
    return [
        Row(piece.clip.name, _timecodes(cut, piece.record), None, ("deleted",))
        for index, piece in enumerate(old)
        if index not in uses and any(piece.record.cut_to(span) for span in covered)
    ]


def _what(
    shot: NewShot,
    links: Sequence[Link],
    old: Sequence[Piece],
    new: Sequence[Piece],
    uses: Mapping[int, Sequence[Link]],
    rate: Fraction,
    *,
    in_order: bool,
) -> Iterable[str]:
    if not links:
        yield "added"
        return
    first, last = links[0], links[-1]
    if slip := _slip(shot, links, old):
        yield f"slipped {_signed(slip, rate)}"
        return
    changed = False
    for link in links:
        if not link.is_plain:
            yield _retimed(old[link.old], new[link.new])
            changed = True
            break
    if len({link.old for link in links}) > 1:
        yield f"joined of {len({link.old for link in links})}"
        changed = True
    twins = uses[first.old]
    if len(twins) > 1 and len(links) == 1 and first.shift:
        others = [one for one in twins if one is not first]
        if any(one.was.cut_to(first.was) for one in others):
            yield "repeated"
        else:
            place = sorted(twins, key=lambda one: one.was.start).index(first)
            yield f"split, {place + 1} of {len(twins)}"
        changed = True
    for edge, trimmed in (("head", _trim(first, old, head=True)), ("tail", _trim(last, old, head=False))):
        grown = shot.parts[0 if edge == "head" else -1]
        if grown.fate is Fate.NEW:
            yield f"{edge} +{_frames(grown.now.duration, rate)}"
            changed = True
        elif clock.seconds_to_frames(trimmed, rate=rate) > 0 and not _is_seam(edge, first, twins):
            yield f"{edge} -{_frames(trimmed, rate)}"
            changed = True
    moved = shot.now.start - old[first.old].record.start
    if not in_order and first.shift:
        yield "reordered"
    elif first.shift and first.is_plain and clock.seconds_to_frames(abs(moved), rate=rate):
        yield f"moved {_signed(first.shift, rate)}"
    elif not changed:
        yield "unchanged"


def _slip(shot: NewShot, links: Sequence[Link], old: Sequence[Piece]) -> Fraction | None:
    """By how much later in its footage a shot begins that is as long, and where, it was."""
    (link, *more) = links
    is_same_place = shot.now == old[link.old].record
    return -link.shift if is_same_place and link.is_plain and link.shift and not more else None


def _signed(length: Fraction, rate: Fraction) -> str:
    return f"{'+' if length > 0 else '-'}{_frames(abs(length), rate)}"


def _is_seam(edge: str, link: Link, twins: Sequence[Link]) -> bool:
    """Whether the rest of a split shot begins or ends where this part of it does."""
    if edge == "head":
        return any(one.was.end == link.was.start for one in twins)
    return any(one.was.start == link.was.end for one in twins)


def _trim(link: Link, old: Sequence[Piece], *, head: bool) -> Fraction:
    """What of the old shot is not shown at an end of the new one."""
    record = old[link.old].record
    return link.was.start - record.start if head != link.backwards else record.end - link.was.end


def _retimed(was: Piece, now: Piece) -> str:
    return f"retimed {_percent(was.clip.speed)} to {_percent(now.clip.speed)}"


def _percent(speed: Fraction) -> str:
    return f"{float(100 * speed):.4g} %"


def _frames(length: Fraction, rate: Fraction) -> str:
    """A length as timecode: minutes and more only where there are some."""
    frames = clock.seconds_to_frames(length, rate=rate)
    text = clock.frames_to_timecode(frames, rate=rate)
    hours, minutes, seconds, rest = text.split(":")
    if hours != "00":
        return text
    return f"{minutes}:{seconds}:{rest}" if minutes != "00" else f"{seconds}:{rest}"


def _in_order(shots: Sequence[NewShot]) -> set[int]:
    """The most shots that follow each other as before; the others were put elsewhere (Schensted, 1961)."""
    places = [(number, shot.parts) for number, shot in enumerate(shots)]
    starts = [
        (number, next(part.link.was.start for part in parts if part.link))
        for number, parts in places
        if any(part.link for part in parts)
    ]
    tails: list[Fraction] = []
    tail_of: list[int] = []
    before: dict[int, int | None] = {}
    for number, start in starts:
        place = bisect_left(tails, start)
        tails[place : place + 1] = [start]
        tail_of[place : place + 1] = [number]
        before[number] = tail_of[place - 1] if place else None
    chain, at = set(), tail_of[-1] if tail_of else None
    while at is not None:
        chain.add(at)
        at = before[at]
    return chain | {number for number, _ in places if number not in before}
