"""Advanced Authoring Format: a sequence of linked files, for import into a timeline of Resolve or Media Composer.

Each stem track is one stereo track: Resolve, Media Composer, Pro Tools and Premiere write such a clip as an
`Audio Channel Combiner` over the two sides of its file, and read it so. Two mono tracks, the other way there is, would
come in panned apart and unlinked. An own writer: the public adapter (otio-aaf-adapter 2.0) takes every fractional rate
for drop-frame, writes sound as mono, and makes tapes of files.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aaf2  # type: ignore[import-untyped]
from aaf2.auid import AUID  # type: ignore[import-untyped]
from aaf2.misc import TaggedValueHelper  # type: ignore[import-untyped]

from engine.media.whole_file import refuse_existing, unwritable, whole_file
from plugin.interchange import aaf_media
from plugin.interchange.aaf_media import LEFT, PICTURE, RIGHT, SOUND, Clock, linked_clip, name_mob
from plugin.interchange.footage import Footage, footage_of_cut
from plugin.interchange.losses import Losses, add_plain_cuts
from plugin.interchange.reel import Reel, ReelStem, ReelTrack
from plugin.interchange.rows import Row, RowClip, rows_of
from plugin.timeline import clock
from plugin.timeline.cut import Address
from plugin.timeline.fades import Overlap

TITLE = "AAF"

_COMBINER = AUID("6b46dd7a-132d-4856-ab21-8b751d8462ec")
_STEREO = 2  # of the attribute `_TRACK_FORMAT`
_PRODUCT = AUID("0ec94d9e-5d5c-5f8e-9a54-3e5a1f0c7b60")
_NO_GENERATION = AUID("00000000-0000-0000-0000-000000000000")


def write(reel: Reel, path: Path) -> tuple[str, ...]:
    """Write the picture as linked clips and the stems under it; with `stems_only` the stems alone.

    Returns what was lost. Raises OutputError when the file is there already or a stem is no stereo WAV.
    """
    refuse_existing(path)
    losses = Losses(TITLE)
    try:
        with TemporaryDirectory() as folder:
            made = Path(folder) / "sequence.aaf"
            with aaf2.open(str(made), "w") as file:
                _sign(file)
                _compose(file, reel, losses)
            body = made.read_bytes()
    except OSError as error:
        raise unwritable(path, error) from error
    with whole_file(path) as whole:
        whole.write(body)
    return losses.told()


def _sign(file: Any) -> None:
    identity = file.header["IdentificationList"].value[0]
    identity["ProductName"].value = identity["CompanyName"].value = "Foleyline"
    identity["ProductID"].value, identity["GenerationAUID"].value = _PRODUCT, _NO_GENERATION
    identity["Platform"].value = "any"
    identity["Date"].value = file.header["LastModified"].value = aaf_media.WRITTEN


def _compose(file: Any, reel: Reel, losses: Losses) -> None:
    time = Clock(reel.rate, reel.cut.drop_frame)
    sequence = file.create.CompositionMob(reel.cut.name or "Foley")
    name_mob(sequence, "sequence", reel.cut.name, str(reel.rate), reel.take, [_told(track) for track in reel.tracks])
    sequence.usage = "Usage_TopLevel"
    sequence.comments["Comments"] = f"Foleyline, take {reel.take}"
    file.content.mobs.append(sequence)
    aaf_media.add_timecode(sequence, time, reel.cut.start_frame, reel.frames)
    if not reel.stems_only:
        _add_pictures(file, sequence, reel, losses)
    stems = _Stems(file, reel)
    for number, track in enumerate(reel.tracks, 1):
        slot = _add_track(sequence, reel, track.name, number, SOUND, stems.components(track))
        attributes = TaggedValueHelper(slot["TimelineMobAttributeList"])
        attributes["_TRACK_FORMAT"] = _STEREO


def _told(track: ReelTrack) -> list[tuple[str, int, int]]:
    return [(stem.name, stem.start_frame, stem.end_frame) for stem in track.stems]


def _add_track(sequence: Any, reel: Reel, name: str, number: int, kind: str, components: Iterable[Any]) -> Any:
    """One track from wall to wall."""
    slot = sequence.create_empty_sequence_slot(reel.rate, media_kind=kind)
    slot.name = name
    slot["PhysicalTrackNumber"].value = number
    slot.segment["Components"].value = list(components)
    slot.segment.length = reel.frames
    return slot


def _with_filler(
    file: Any, reel: Reel, clips: Iterable[tuple[RowClip, Any]], dissolves: dict[Address, str]
) -> Iterable[Any]:
    """Pictures, each at its frame, filler between and after, and dissolves, which lie in the length of both clips.

    `dissolves` is told what keeps one from being written.
    """
    at_frame, found = 0, list(clips)
    for (placed, clip), following in zip_longest(found, found[1:]):
        if placed.start_frame > at_frame:
            yield file.create.Filler(PICTURE, placed.start_frame - at_frame)
        yield clip
        at_frame = placed.end_frame
        if placed.overlap is not None:
            dissolves[placed.clip.address] = problem = _dissolve_problem(placed, following)
            if not problem:
                clip.length += placed.overlap.trail
                following[1].start -= placed.overlap.lead
                following[1].length += placed.overlap.lead
                yield _dissolve(file, placed.overlap)
    if reel.frames > at_frame:
        yield file.create.Filler(PICTURE, reel.frames - at_frame)


def _dissolve_problem(placed: RowClip, following: tuple[RowClip, Any] | None) -> str:
    if following is None or following[0].start_frame != placed.end_frame:
        return "a clip beside it is left out"
    if placed.clip.speed != 1 or following[0].clip.speed != 1:
        return "a clip beside it runs at another speed"
    lead = placed.overlap.lead if placed.overlap is not None else 0
    return "the file after it begins too late" if following[1].start < lead else ""


def _dissolve(file: Any, overlap: Overlap) -> Any:
    dissolve = aaf_media.picture_dissolve(file)
    group = file.create.OperationGroup(dissolve, overlap.frames, media_kind=PICTURE)
    transition = file.create.Transition(PICTURE, overlap.frames)
    transition.cutpoint = overlap.lead
    transition["OperationGroup"].value = group
    return transition


class _Stems:
    """Makes the clips of stems, copies of one, with their mobs and fades."""

    def __init__(self, file: Any, reel: Reel) -> None:
        self._file, self._reel = file, reel
        self._dissolve = aaf_media.audio_dissolve(file) if _has_fades(reel) else None
        self._mobs = aaf_media.Stems(file, Clock(reel.rate, reel.cut.drop_frame))
        combiner = _combiner(file)
        self._pattern = file.create.OperationGroup(combiner, 0, media_kind=SOUND)
        for side in (LEFT, RIGHT):
            self._pattern.segments.append(file.create.SourceClip(slot_id=side, media_kind=SOUND))

    def components(self, track: ReelTrack) -> Iterable[Any]:
        """A track from wall to wall: what a transition lies over is in the length of both that it joins."""
        at_frame = over = 0
        for stem in track.stems:
            fades = stem.fades
            yield from self._filler(stem.start_frame - at_frame + over + fades.rise)
            yield from self._transition(0, fades.rise)
            yield self._clip(track, stem)
            if fades.after is not None:
                yield from self._transition(fades.after.lead, fades.after.trail)
            yield from self._transition(fades.fall, 0)
            at_frame, over = stem.end_frame, fades.fall
        yield from self._filler(self._reel.frames - at_frame + over)

    def _filler(self, frames: int) -> Iterable[Any]:
        if frames:
            yield self._file.create.Filler(SOUND, frames)

    def _transition(self, lead: int, trail: int) -> Iterable[Any]:
        """A cross-fade around a cut; with filler, a fade."""
        if lead + trail:
            group = self._file.create.OperationGroup(self._dissolve, lead + trail, media_kind=SOUND)
            transition = self._file.create.Transition(SOUND, lead + trail)
            transition.cutpoint = lead
            transition["OperationGroup"].value = group
            yield transition

    def _clip(self, track: ReelTrack, stem: ReelStem) -> Any:
        """Both sides of a stem from its head on; the handles are in the file for whoever slides or cross-fades."""
        first_frame = max(self._reel.cut.start_frame + stem.start_frame - stem.head_frames, 0)
        comment = f"Foleyline {track.layer}, take {self._reel.take}"
        mob = self._mobs.add(stem.path, stem.name, first_frame, stem.stem.span.file_frames, comment)
        clip = self._pattern.copy()
        clip.length = stem.fades.lead + stem.frames + stem.fades.trail
        for side in clip.segments:
            side.mob_id, side.start, side.length = mob.mob_id, stem.head_frames - stem.fades.lead, clip.length
        return clip


def _has_fades(reel: Reel) -> bool:
    return any(stem.fades.starts for track in reel.tracks for stem in track.stems)


def _combiner(file: Any) -> Any:
    return aaf_media.operation(file, _COMBINER, "Audio Channel Combiner", "Mono sides to one stereo clip", inputs=-1)


def _add_pictures(file: Any, sequence: Any, reel: Reel, losses: Losses) -> None:
    rows = rows_of(reel)
    footage = footage_of_cut(rows, reel.rate)
    mobs: dict[Path, Any] = {}
    dissolves: dict[Address, str] = {}
    for number, row in enumerate(rows.pictures, 1):
        clips = _with_filler(file, reel, _picture_clips(file, reel, row, footage, mobs, losses), dissolves)
        _add_track(sequence, reel, row.track.name or row.track.label, number, PICTURE, clips)
    losses.add("clip", "is moved to the nearest frame", "are moved to the nearest frame", rows.moved)
    losses.add("clip", "of less than half a frame is left out", "of less than half a frame are left out", rows.dropped)
    add_plain_cuts(losses, rows.blends, rows.cut_clips, dissolves)
    sounds = sum(len(row.clips) for row in rows.sounds)
    losses.add("clip", "on sound tracks is left out", "on sound tracks are left out", sounds)
    marks = len(reel.cut.markers) + sum(len(placed.clip.markers) for placed in rows.clips)
    losses.add("marker", "is left out", "are left out", marks)


def _picture_clips(
    file: Any, reel: Reel, row: Row, footage: dict[Path, Footage], mobs: dict[Path, Any], losses: Losses
) -> Iterable[tuple[RowClip, Any]]:
    for placed in row.clips:
        path, speed = placed.clip.medium.path, placed.clip.speed
        losses.add("clip", "that is switched off is left out", "that are switched off are left out", _off(placed))
        if not placed.clip.enabled:
            continue
        if path is None:
            losses.add("clip", "without a file is left out", "without a file are left out", name=placed.clip.name)
            continue
        losses.add("clip", "plays at its file's own speed", "play at their files' own speed", int(speed != 1))
        if path not in mobs:
            mobs[path] = aaf_media.picture_mob(file, footage[path], placed.clip.name or footage[path].name)
        yield placed, linked_clip(file, mobs[path], 1, _first(placed, reel), placed.frames, PICTURE)


def _off(placed: RowClip) -> int:
    return int(not placed.clip.enabled)


def _first(placed: RowClip, reel: Reel) -> int:
    """The file's frame that is shown first; of a clip that runs backwards the first that it comes to."""
    clip = placed.clip
    first = min(clip.source_start, clip.source_at(clip.record.end)) if clip.speed < 0 else clip.source_start
    return max(clock.seconds_to_frames(first, rate=reel.rate), 0)
