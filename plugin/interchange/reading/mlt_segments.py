"""The entries of MLT playlists with their places, transitions of Shotcut and mixes of Kdenlive made cuts again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element

from plugin.interchange.reading.laying import Blend, Told
from plugin.interchange.reading.mlt_producers import Producers, frames_of, properties_of, tracks_in


@dataclass(frozen=True, slots=True)
class Segment:
    """A producer on a track: record frames, and the frame of its own that is played first."""

    start: int
    end: int
    producer: Element
    first: int
    name: str = ""  # of its own on the timeline
    under: bool = False  # its start lies under a transition


@dataclass(frozen=True, slots=True)
class Mix:
    """Where a mix of Kdenlive has its cut, and whether its second playlist holds the clip that it begins with."""

    trail: int  # frames from its cut to its end
    reverse: bool


def segments_of(
    playlist: Element, producers: Producers, rate: Fraction, path: Path
) -> tuple[list[Segment], list[Blend]]:
    """What lies on a playlist. Shotcut's transitions are entries of their own, of a tail and a head."""
    found: list[Segment] = []
    blends: list[Blend] = []
    bound, at = Told(path), 0
    for child in playlist:
        if child.tag == "blank":
            at += max(0, frames_of(child.get("length"), rate, path))
        target = producers.get(child.get("producer")) if child.tag == "entry" else None
        if target is None:
            continue
        bound.one_more()
        first, length = _entry_range(child, target, producers, rate, path)
        parts = _transition(target, at, first, length, producers, rate, path)
        if parts:
            _join(found, parts[0])
            found.append(parts[1])
            cut = parts[1].start
            blends.append(Blend(cut / rate, (cut - at) / rate, (at + length - cut) / rate, "Dissolve"))
        elif length > 0 and found and found[-1].under:
            _join(found, Segment(at, at + length, target, first))
        elif length > 0:
            name = properties_of(child).get("shotcut:caption", "")
            found.append(Segment(at, at + length, target, first, name))
        at += length
    return found, blends


def mixes_of(tractor: Element, rate: Fraction, path: Path) -> dict[int, Mix]:
    """Kdenlive's mixes on a track, by the frame at which each begins."""
    found: dict[int, Mix] = {}
    for one in tractor.findall("transition"):
        said = properties_of(one)
        if said.get("kdenlive:mixcut"):
            trail = frames_of(said["kdenlive:mixcut"], rate, path)
            found[frames_of(one.get("in"), rate, path)] = Mix(trail, said.get("reverse") == "1")
    return found


def without_overlap(
    halves: Sequence[Sequence[Segment]], mixes: Mapping[int, Mix], rate: Fraction
) -> tuple[list[Segment], list[Blend]]:
    """Clips of two playlists that overlap where they are mixed meet at the mix's cut instead, under a transition."""
    made: list[Segment] = []
    blends: list[Blend] = []
    for segment in _in_order(halves, mixes):
        before = made[-1] if made else None
        cut = _cut(before, segment, mixes.get(segment.start)) if before is not None else None
        if before is not None and cut is not None:
            blends.append(Blend(cut / rate, (cut - segment.start) / rate, (before.end - cut) / rate, "Mix"))
            made[-1] = replace(before, end=cut)
            segment = replace(segment, start=cut, first=segment.first + cut - segment.start)
        made.append(segment)
    return made, blends


def _in_order(halves: Sequence[Sequence[Segment]], mixes: Mapping[int, Mix]) -> list[Segment]:
    """As they follow one another; of two that are mixed all along, the one first that the mix begins with."""

    def order(placed: tuple[int, Segment]) -> tuple[int, int, int]:
        half, segment = placed
        mix = mixes.get(segment.start)
        return segment.start, segment.end, -half if mix is not None and mix.reverse else half

    return [one for _, one in sorted(((half, one) for half, held in enumerate(halves) for one in held), key=order)]


def _cut(before: Segment, segment: Segment, mix: Mix | None) -> int | None:
    """Where one gives way to the other: where their mix says it, else in the middle; None for no mix of the two."""
    if not before.start <= segment.start < before.end <= segment.end:
        return None
    if mix is None and (before.start == segment.start or before.end == segment.end):
        return None
    said = before.end - mix.trail if mix is not None else None
    cut = said if said is not None and segment.start <= said <= before.end else (segment.start + before.end) // 2
    return cut if before.start < cut < segment.end else None


def _entry_range(entry: Element, target: Element, producers: Producers, rate: Fraction, path: Path) -> tuple[int, int]:
    first, length = producers.range_of(target)
    start = frames_of(entry.get("in"), rate, path, first)
    last = frames_of(entry.get("out"), rate, path, first + length - 1)
    return start, max(0, last - start + 1)


def _transition(
    target: Element, at: int, first: int, length: int, producers: Producers, rate: Fraction, path: Path
) -> tuple[Segment, Segment] | None:
    """The tail and the head that lie under a transition, each up to its middle."""
    tracks = tracks_in(target)
    held = [producers.get(track.get("producer")) for track in tracks]
    if not properties_of(target).get("shotcut:transition") or len(held) != 2 or length < 2:
        return None
    tail, head = held
    if tail is None or head is None:
        return None
    starts = [
        _entry_range(track, one, producers, rate, path)[0] + first
        for track, one in zip(tracks, (tail, head), strict=True)
    ]
    half = length // 2
    return (
        Segment(at, at + half, tail, starts[0]),
        Segment(at + half, at + length, head, starts[1] + half, under=True),
    )


def _join(found: list[Segment], segment: Segment) -> None:
    """Go on with the segment before where it is the same media running on, cut in two by a transition."""
    before = found[-1] if found else None
    runs_on = (
        before is not None and before.end == segment.start and before.first + before.end - before.start == segment.first
    )
    if before is not None and runs_on and _plays(before.producer) == _plays(segment.producer):
        found[-1] = replace(before, end=segment.end)
    else:
        found.append(segment)


def _plays(producer: Element) -> tuple[str, ...]:
    said = properties_of(producer)
    return tuple(said.get(key, "") for key in ("mlt_service", "resource", "warp_speed", "warp_resource"))
