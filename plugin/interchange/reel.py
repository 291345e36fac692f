"""What every export starts from: the cut, flat and exact, and the stems that go under it, frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from engine.types import Layer
from plugin.timeline import clock
from plugin.timeline.blends import Blend, blends
from plugin.timeline.cut import PICTURE, Cut, CutClip, TrackLabel
from plugin.timeline.document import Document
from plugin.timeline.fades import Fades
from plugin.timeline.place import StemClip, check_stem_names, without_overlap
from plugin.timeline.read import read_document
from plugin.timeline.takes import next_take, track_name


@dataclass(frozen=True, slots=True)
class ReelStem:
    """A stem on its track. Frames count from the timeline's start; `end_frame` is the first left out."""

    stem: StemClip
    end_frame: int  # at most the stem's own: of a frame that two shots share the later has the whole

    @property
    def name(self) -> str:
        return self.stem.path.stem

    @property
    def path(self) -> Path:
        return self.stem.path

    @property
    def start_frame(self) -> int:
        return self.stem.span.start_frame

    @property
    def head_frames(self) -> int:
        """Frames of sound in the file before what is placed."""
        return self.stem.span.head_frames

    @property
    def frames(self) -> int:
        return self.end_frame - self.start_frame

    @property
    def fades(self) -> Fades:
        return self.stem.fades

    @property
    def sounding(self) -> tuple[int, int]:
        """Frames from where to where it is heard, cross-fades with its neighbours included."""
        return self.start_frame - self.fades.lead, self.end_frame + self.fades.trail


@dataclass(frozen=True, slots=True)
class ReelTrack:
    """One new sound track, its stems in record order, none over another."""

    name: str
    layer: Layer
    stems: tuple[ReelStem, ...]


@dataclass(frozen=True, slots=True)
class Reel:
    """A cut and its new tracks, ready to be written in any format."""

    cut: Cut
    tracks: tuple[ReelTrack, ...]  # ambient, action, material
    take: int
    stems_only: bool = False  # write the new tracks alone
    blends: tuple[Blend, ...] = ()  # transitions of the editor's own tracks, in address order

    @property
    def rate(self) -> Fraction:
        return self.cut.rate

    @property
    def frames(self) -> int:
        """Length of the timeline, stems included."""
        ends = [stem.end_frame for track in self.tracks for stem in track.stems]
        return max([clock.seconds_to_frames(self.cut.duration, rate=self.rate), *ends], default=0)

    def clips_of(self, track: TrackLabel) -> tuple[CutClip, ...]:
        """What is switched on of one of the editor's own tracks, in record order; nothing with `stems_only`."""
        if self.stems_only:
            return ()
        mine = (clip for clip in self.cut.clips if clip.track == track and clip.enabled)
        return tuple(sorted(mine, key=lambda clip: (clip.record.start, clip.address)))

    @property
    def picture_tracks(self) -> tuple[TrackLabel, ...]:
        """The editor's own, from the bottom up."""
        return tuple(track for track in self.cut.tracks if track.kind == PICTURE)

    @property
    def sound_tracks(self) -> tuple[TrackLabel, ...]:
        return tuple(track for track in self.cut.tracks if track.kind != PICTURE)


def make_reel(
    document: Document, stems: Sequence[StemClip], *, cut: Cut | None = None, stems_only: bool = False
) -> Reel:
    """The cut of an opened timeline with stems of a new take; `cut` is what was read of it, if it was.

    Raises TimelineError, OutputError as `place_stems`.
    """
    check_stem_names(document, stems)
    take = next_take(document)
    tracks = tuple(_track(layer, take, stems) for layer in Layer)
    return Reel(cut or read_document(document), tracks, take, stems_only, () if stems_only else blends(document))


def _track(layer: Layer, take: int, stems: Sequence[StemClip]) -> ReelTrack:
    name = track_name(layer, take)
    mine = sorted((stem for stem in stems if stem.layer is layer), key=lambda stem: stem.span.start_frame)
    return ReelTrack(name, layer, tuple(ReelStem(stem, end) for stem, end in without_overlap(mine, name)))
