"""A cut in whole frames: for formats that know nothing finer, rows of clips of which none lies over another."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from plugin.interchange.reel import Reel
from plugin.timeline import clock
from plugin.timeline.blends import Blend
from plugin.timeline.cut import PICTURE, Address, CutClip, TrackLabel
from plugin.timeline.fades import Overlap

SOUND = "Audio"
DISSOLVE = "SMPTE_Dissolve"
Pair = tuple[Address, Address]


@dataclass(frozen=True, slots=True)
class RowClip:
    """A clip where it lies on the timeline, in frames from its start; `end_frame` is the first left out."""

    clip: CutClip
    start_frame: int
    end_frame: int
    overlap: Overlap | None = None  # with the clip that follows in its row

    @property
    def frames(self) -> int:
        return self.end_frame - self.start_frame


@dataclass(frozen=True, slots=True)
class Row:
    """One of the editor's tracks, or a layer of what is nested in it, in record order."""

    track: TrackLabel
    clips: tuple[RowClip, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The editor's own clips, switched off ones too; nothing of a reel that holds the stems only."""

    pictures: tuple[Row, ...]  # from the bottom up
    sounds: tuple[Row, ...]
    moved: int  # clips that lie beside whole frames, and were moved to the nearest
    dropped: int  # clips of less than half a frame
    others: int  # clips that are neither picture nor sound
    blends: tuple[Blend, ...]  # transitions that join clips of the rows, or begin or end one

    @property
    def clips(self) -> list[RowClip]:
        return [placed for row in (*self.pictures, *self.sounds) for placed in row.clips]

    @property
    def cut_clips(self) -> list[CutClip]:
        return [placed.clip for placed in self.clips]


def rows_of(reel: Reel) -> Rows:
    """Every track of the cut as one row, or as several where nested layers lie over one another."""
    clips = () if reel.stems_only else reel.cut.clips
    placed = [_placed(clip, reel) for clip in clips if clip.kind in (PICTURE, SOUND)]
    kept = [one for one in placed if one.frames > 0]
    return Rows(
        pictures=_rows(reel, [one for one in kept if one.clip.kind == PICTURE]),
        sounds=_rows(reel, [one for one in kept if one.clip.kind == SOUND]),
        moved=sum(not _is_whole(one.clip, reel) for one in kept),
        dropped=len(placed) - len(kept),
        others=len(clips) - len(placed),
        blends=_blends_of(reel, kept),
    )


def _placed(clip: CutClip, reel: Reel) -> RowClip:
    start, end = (clock.seconds_to_frames(edge, rate=reel.rate) for edge in (clip.record.start, clip.record.end))
    return RowClip(clip, start, end)


def _is_whole(clip: CutClip, reel: Reel) -> bool:
    return all((edge * reel.rate).denominator == 1 for edge in (clip.record.start, clip.record.end))


def _rows(reel: Reel, clips: Sequence[RowClip]) -> tuple[Row, ...]:
    by_track: dict[TrackLabel, list[RowClip]] = {track: [] for track in reel.cut.tracks}
    for one in clips:
        by_track.setdefault(one.clip.track, []).append(one)
    joined = {(blend.before, blend.after): blend for blend in reel.blends if blend.kind == DISSOLVE}
    rows = ((track, layer) for track, mine in by_track.items() for layer in _layers(mine))
    return tuple(Row(track, _overlapped(layer, joined, reel.rate)) for track, layer in rows)


def _overlapped(clips: Sequence[RowClip], joined: Mapping[Pair, Blend], rate: Fraction) -> tuple[RowClip, ...]:
    """The clips, each with the dissolve to its neighbour where there is room for it in both."""
    made, room = [], 0
    for index, one in enumerate(clips):
        following = clips[index + 1] if index + 1 < len(clips) else None
        overlap = _overlap(one, following, joined, rate) if following is not None else None
        if overlap is not None and following is not None:
            fits = overlap.lead <= one.frames - room and overlap.trail <= following.frames
            overlap = overlap if fits else None
        room = overlap.trail if overlap is not None else 0
        made.append(replace(one, overlap=overlap))
    return tuple(made)


def _overlap(one: RowClip, following: RowClip, joined: Mapping[Pair, Blend], rate: Fraction) -> Overlap | None:
    blend = joined.get((one.clip.address, following.clip.address))
    if blend is None or one.end_frame != following.start_frame:
        return None
    lead, trail = (clock.seconds_to_frames(max(part, Fraction(0)), rate=rate) for part in (blend.lead, blend.trail))
    return Overlap(lead, trail) if lead + trail else None


def _blends_of(reel: Reel, clips: Iterable[RowClip]) -> tuple[Blend, ...]:
    here = {one.clip.address for one in clips}
    return tuple(blend for blend in reel.blends if blend.before in here or blend.after in here)


def _layers(clips: Iterable[RowClip]) -> list[tuple[RowClip, ...]]:
    """Each clip above all that it lies over; addresses compare like layers, the later child is on top."""
    layers: list[_Layer] = []
    for one in sorted(clips, key=lambda one: one.clip.address):
        under = next((index for index in reversed(range(len(layers))) if layers[index].touches(one)), -1)
        if under + 1 == len(layers):
            layers.append(_Layer())
        layers[under + 1].add(one)
    return [tuple(layer.clips) for layer in layers]


class _Layer:
    def __init__(self) -> None:
        self.clips: list[RowClip] = []
        self._starts: list[int] = []

    def touches(self, one: RowClip) -> bool:
        index = bisect_left(self._starts, one.end_frame)
        return index > 0 and self.clips[index - 1].end_frame > one.start_frame

    def add(self, one: RowClip) -> None:
        index = bisect_left(self._starts, one.start_frame)
        self._starts.insert(index, one.start_frame)
        self.clips.insert(index, one)
