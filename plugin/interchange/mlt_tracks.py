"""A reel on tracks of whole frames, as MLT plays them: what Shotcut's and Kdenlive's files have in common."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import av.error
import soundfile

from engine.media.source import open_media
from engine.media.wave_chunks import Depth
from engine.types import MediaError, OutputError
from plugin.interchange.losses import BEFORE_ITS_FILE, Losses, add_plain_cuts
from plugin.interchange.reel import Reel, ReelTrack
from plugin.interchange.rows import Row, RowClip, rows_of
from plugin.timeline import clock
from plugin.timeline.cut import PICTURE, Address, CutClip, CutMarker
from plugin.timeline.fades import NO_FADES, Fades, Overlap
from plugin.timeline.medium import file_facts
from plugin.timeline.stem_span import seeking_warnings

MOST_FRAMES = 2**31 - 1  # MLT counts them in 32 bits
_FASTEST = 1000  # MLT divides its frame rate by the speed, and ends where nothing is left of it
_DEPTHS = {"PCM_16": Depth.INT16, "PCM_24": Depth.INT24, "FLOAT": Depth.FLOAT32}


@dataclass(frozen=True, slots=True)
class Played:
    """A file as one producer plays it."""

    path: Path
    picture: bool  # its picture alone, else its sound alone
    speed: Fraction = Fraction(1)
    held_frame: int | None = None  # the one frame that is shown


@dataclass(frozen=True, slots=True)
class Piece:
    """Something at its place. Frames of the timeline's rate; `in_frame` counts frames of the file at its speed."""

    name: str
    played: Played
    start_frame: int
    frames: int
    in_frame: int
    length: int  # frames of the whole file, never less than what is played
    fades: Fades = NO_FADES  # of its level; cross-fades reach beyond it

    @property
    def end_frame(self) -> int:
        return self.start_frame + self.frames

    def part(self, start_frame: int, end_frame: int) -> Piece:
        """What is heard of it between two frames of the timeline, cross-fades included."""
        moved = start_frame - self.start_frame
        return replace(self, start_frame=start_frame, frames=end_frame - start_frame, in_frame=self.in_frame + moved)


@dataclass(frozen=True, slots=True)
class Track:
    """Pieces in order, none over another."""

    name: str
    picture: bool
    pieces: tuple[Piece, ...]


def tracks_of(reel: Reel, losses: Losses) -> tuple[Track, ...]:
    """All tracks from the bottom up: picture, the editor's own sound, the new ones. Raises OutputError."""
    if reel.frames > MOST_FRAMES:
        raise OutputError(f"The timeline has {reel.frames} frames, more than MLT counts. Write it as .otio.")
    rows = rows_of(reel)
    losses.add(
        "clip", "is shorter than half a frame and left out", "are shorter than half a frame and left out", rows.dropped
    )
    losses.add(
        "clip", "is neither picture nor sound and left out", "are neither picture nor sound and left out", rows.others
    )
    dissolves: dict[Address, str] = {}
    picture = tuple(_tracks(rows.pictures, True, reel.rate, losses, dissolves))
    sound = tuple(_tracks(rows.sounds, False, reel.rate, losses, dissolves))
    add_plain_cuts(losses, rows.blends, rows.cut_clips, dissolves)
    return (*picture, *sound, *(_stem_track(track) for track in reel.tracks))


def lengths_of(tracks: Iterable[Track]) -> dict[Played, int]:
    """Each producer once, in order of its first use, with frames enough for all its pieces."""
    lengths: dict[Played, int] = {}
    for piece in (piece for track in tracks for piece in track.pieces):
        lengths[piece.played] = max(lengths.get(piece.played, 0), piece.length)
    return lengths


def standing_losses(reel: Reel, title: str) -> tuple[str, ...]:
    """What MLT cannot hold whatever the clips are: a start timecode, and stems that it starts late."""
    depths = {stem.path: _depth(stem.path) for track in reel.tracks for stem in track.stems}
    told: list[str] = []
    if reel.cut.start:
        told.append(f"{title} has no start timecode: {reel.cut.timecode(Fraction(0))} is its 00:00:00:00.")
    for depth in Depth:
        spans = [stem.stem.span for track in reel.tracks for stem in track.stems if depths[stem.path] is depth]
        told += seeking_warnings(spans, depth)
    return tuple(told)


def all_markers(reel: Reel) -> list[CutMarker]:
    """The timeline's own and its clips', in order of time."""
    of_clips = () if reel.stems_only else (marker for clip in reel.cut.clips if clip.enabled for marker in clip.markers)
    return sorted([*reel.cut.markers, *of_clips], key=lambda marker: (marker.record.start, marker.record.end))


def is_xml_text(text: str) -> bool:
    """Whether XML 1.0 can hold it unchanged."""
    return all(letter >= " " and not "\ud800" <= letter <= "\udfff" and letter not in "\ufffe\uffff" for letter in text)


def _depth(path: Path) -> Depth | None:
    """None for a stem that is not there yet."""
    if not path.is_file():
        return None
    try:
        return _DEPTHS.get(soundfile.info(path).subtype)
    except soundfile.SoundFileError as error:
        raise OutputError(f"The stem {path} cannot be read ({error}). Make it again.") from error


def _tracks(
    rows: Iterable[Row], picture: bool, rate: Fraction, losses: Losses, dissolves: dict[Address, str]
) -> Iterator[Track]:
    layers: Counter[str] = Counter()
    for row in rows:
        layers[row.track.label] += 1
        layer = layers[row.track.label]
        name = (row.track.name or row.track.label) + (f" ({layer})" if layer > 1 else "")
        pieces = [_piece(placed, rate, losses) for placed in row.clips]
        _dissolve(row.clips, pieces, rate, dissolves)
        yield Track(name, picture, tuple(piece for piece in pieces if piece is not None))


def _dissolve(
    clips: Sequence[RowClip], pieces: list[Piece | None], rate: Fraction, dissolves: dict[Address, str]
) -> None:
    """Let pieces that dissolve reach over their cuts; `dissolves` is told what keeps one from it."""
    for index, placed in enumerate(clips[:-1]):
        overlap, one, after = placed.overlap, pieces[index], pieces[index + 1]
        if overlap is not None:
            dissolves[placed.clip.address] = problem = _dissolve_problem(placed.clip, overlap, one, after, rate)
            if not problem and one is not None and after is not None:
                length = max(one.length, one.in_frame + one.frames + overlap.trail)
                pieces[index] = replace(one, length=length, fades=replace(one.fades, after=overlap))
                pieces[index + 1] = replace(after, fades=replace(after.fades, before=overlap))


def _dissolve_problem(clip: CutClip, overlap: Overlap, one: Piece | None, after: Piece | None, rate: Fraction) -> str:
    if one is None or after is None:
        return "a clip beside it is left out"
    if one.played.held_frame is not None or after.played.held_frame is not None:
        return "a clip beside it is frozen"
    if one.end_frame != after.start_frame or after.in_frame < overlap.lead:
        return "the file after it begins too late"
    known = _file_frames(clip, rate)
    return "the file before it ends too early" if 0 < known < one.in_frame + one.frames + overlap.trail else ""


def _stem_track(track: ReelTrack) -> Track:
    return Track(
        track.name,
        False,
        tuple(
            Piece(
                stem.name,
                Played(stem.path.absolute(), picture=False),
                stem.start_frame,
                stem.frames,
                stem.head_frames,
                stem.stem.span.file_frames,
                stem.fades,
            )
            for stem in track.stems
        ),
    )


def _piece(placed: RowClip, rate: Fraction, losses: Losses) -> Piece | None:
    """The clip in whole frames; None, told, for one that cannot be played."""
    problem = _problem(placed.clip)
    if problem:
        losses.add("clip", f"{problem} leaves a gap", f"{problem} leave gaps", name=placed.clip.name)
        return None
    if placed.clip.speed == 0:
        return _held(placed, rate)
    return _moving(placed, rate, losses)


def _problem(clip: CutClip) -> str:
    if not clip.enabled:
        return "switched off"
    if clip.medium.path is None:
        return "without a file"
    if not is_xml_text(str(clip.medium.path)):
        return "with a path that XML cannot hold"
    if clip.speed == 0:
        return "" if clip.kind == PICTURE else "of frozen sound"
    if not Fraction(1, _FASTEST) <= abs(clip.speed) <= _FASTEST:
        return "faster or slower than MLT can be"
    if clip.speed < 0 and _whole_length(clip) is None:
        return "backwards from a file of unknown length"
    return ""


def _held(placed: RowClip, rate: Fraction) -> Piece:
    frame = min(max(0, math.floor(placed.clip.source_start * rate)), MOST_FRAMES - placed.frames)
    played = Played(_path(placed.clip), True, Fraction(0), frame)
    return Piece(placed.clip.name, played, placed.start_frame, placed.frames, 0, placed.frames)


def _moving(placed: RowClip, rate: Fraction, losses: Losses) -> Piece | None:
    clip = placed.clip
    exact = _in_frame(clip, placed.start_frame / rate, rate)
    in_frame = math.floor(exact + Fraction(1, 2))
    blank = max(0, -in_frame)  # before its file's beginning there is nothing to play
    first, last = in_frame + blank, in_frame + placed.frames
    if first >= last or last > MOST_FRAMES:
        losses.add("clip", "outside of its file leaves a gap", "outside of their files leave gaps")
        return None
    if blank:
        losses.add("clip", *BEFORE_ITS_FILE, name=clip.name)
    if in_frame != exact or placed.start_frame != clip.record.start * rate:
        losses.add(
            "clip", "begins between two frames, set to the nearest", "begin between two frames, set to the nearest"
        )
    if not _warps_exactly(clip.speed, rate, last):
        losses.add("clip", "ends a frame or more beside its speed", "end a frame or more beside their speeds")
    played = Played(_path(clip), clip.kind == PICTURE, clip.speed)
    length = max(_file_frames(clip, rate), last)
    return Piece(clip.name, played, placed.start_frame + blank, placed.frames - blank, first, length)


def _path(clip: CutClip) -> Path:
    assert clip.medium.path is not None
    return clip.medium.path


def _in_frame(clip: CutClip, record: Fraction, rate: Fraction) -> Fraction:
    """Frame of the file, at the clip's speed, that is played at a record time."""
    at = clip.source_at(record) * rate / abs(clip.speed)
    if clip.speed > 0:
        return at
    # MLT counts a reversed file from the end that it finds, in whole frames.
    return clock.seconds_to_frames(_whole_length(clip) or Fraction(0), rate=rate / abs(clip.speed)) - at


def _whole_length(clip: CutClip) -> Fraction | None:
    """Seconds of the container, which is what MLT takes for the file's length; else what the timeline says."""
    said = clip.extent.seconds if clip.extent else None
    try:
        with open_media(_path(clip)) as container:
            return Fraction(container.duration, av.time_base) if container.duration else said
    except (MediaError, OSError, av.error.FFmpegError):
        return said


def _file_frames(clip: CutClip, rate: Fraction) -> int:
    """As far as anybody says, else 0."""
    seconds = clip.extent.seconds if clip.extent else file_facts(_path(clip)).duration
    return min(clock.seconds_to_frames(seconds or Fraction(0), rate=rate / abs(clip.speed)), MOST_FRAMES)


def _warps_exactly(speed: Fraction, rate: Fraction, frames: int) -> bool:
    """Whether MLT's timewarp, which keeps a whole numerator of the warped rate, stays within half a frame."""
    numerator = rate.numerator * (1000 if rate.numerator < 1000 else 1)
    warped = numerator / abs(speed)
    return speed == 1 or math.floor(warped) * (frames + Fraction(1, 2)) > warped * frames
