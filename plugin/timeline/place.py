"""Stems onto a timeline: three new audio tracks after the editor's own, and nothing else changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from engine.media.whole_file import free_path
from engine.types import Json, Layer, OutputError, TimelineError
from plugin.timeline import clock
from plugin.timeline.cut import Cut
from plugin.timeline.document import Document, as_document, write_document, write_object
from plugin.timeline.fades import NO_FADES, Fades
from plugin.timeline.flavour import ANY, Flavour, MediaTime, doubts, portable_url
from plugin.timeline.medium import is_relative, is_there, path_of_url
from plugin.timeline.read import read_document
from plugin.timeline.stem_span import StemSpan, stem_span
from plugin.timeline.takes import NAMESPACE, FoundStem, foleyline_notes, names_on, next_take, track_name

__all__ = [
    "FoundStem", "Placement", "StemClip", "StemSpan", "foleyline_notes", "next_take", "place_stems", "stem_span",
    "track_name",
]  # fmt: skip

_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class StemClip:
    """A finished stem to be placed. The clip is called as the file without its suffix."""

    layer: Layer
    span: StemSpan
    path: Path
    note: Mapping[str, Json]  # plain JSON, kept with the clip
    fades: Fades = NO_FADES


@dataclass(frozen=True, slots=True)
class Placement:
    """What was written."""

    path: Path
    take: int
    tracks: tuple[str, ...]
    warnings: tuple[str, ...] = ()  # what the program asked for may not take of the editor's own tracks


def place_stems(
    timeline: Path | Document,
    stems: Sequence[StemClip],
    output: Path | None = None,
    *,
    cut: Cut | None = None,
    stems_only: bool = False,
    flavour: Flavour = ANY,
) -> Placement:
    """Write a copy of the timeline with the stems on tracks `Foley Ambient`, `Foley Action`, `Foley Material`.

    Where such tracks are there already, a new take's are added: `Foley Ambient 2` ... Without `output` the file goes
    beside the timeline as NAME.foley.otio, or the next free name. `stems_only` writes the three tracks alone.
    The new tracks are written as the `flavour`'s program takes them; the editor's own stay as they are whatever it is,
    but for media named by paths relative to the timeline, which are addressed anew when the output lies elsewhere.
    An opened timeline stays as it is, to be written again; `cut` is what was read of it.

    Raises OutputError when the given output exists or cannot be written, or the program misreads the stems' paths;
    TimelineError when stems do not fit.
    """
    document = as_document(timeline)
    path = output or free_path(document.path.with_name(f"{document.path.stem}.foley.otio"))
    take, cut = next_take(document), cut or read_document(document)
    check_stem_names(document, stems)
    target = _stems_timeline(document, cut, flavour) if stems_only else document.timeline
    writer = _TrackWriter(cut.start, target, path, flavour)
    tracks = [writer.track(layer, take, [stem for stem in stems if stem.layer is layer]) for layer in Layer]
    names = tuple(track.name for track in tracks)
    if stems_only:
        target.tracks.extend(tracks)
        write_object(target, path)
        return Placement(path, take, names, _unfaded(stems, flavour))
    with _addressed_from(path, document):
        write_document(document, tracks, path)
    return Placement(path, take, names, (*doubts(document, flavour), *_unfaded(stems, flavour)))


def _unfaded(stems: Sequence[StemClip], flavour: Flavour) -> tuple[str, ...]:
    count = sum(stem.fades.starts for stem in stems)
    if flavour.takes_fades or not count:
        return ()
    what = "1 fade is" if count == 1 else f"{count} fades are"
    return (f"{what} left out: {flavour.title} takes none on sound tracks from OpenTimelineIO. Set them there.",)


@contextmanager
def _addressed_from(output: Path, document: Document) -> Iterator[None]:
    """Media that are named relative to the document are found from where `output` lies, for so long."""
    folder = document.path.parent
    moved = [] if output.parent.resolve() == folder.resolve() else list(_relative_media(document))
    for reference, name, _, media in moved:
        address = portable_url(media, output)
        setattr(reference, name, address if name == "target_url" else f"{address}/")
    try:
        yield
    finally:
        for reference, name, url, _ in moved:
            setattr(reference, name, url)


def _relative_media(document: Document) -> Iterator[tuple[Any, str, str, Path]]:
    """References with their addresses and what those are called, and what they name, as far as it is there."""
    folder = document.path.parent
    for item in document.timeline.tracks.find_children(descended_from_type=otio.schema.Clip):
        for reference in item.media_references().values():
            for name in ("target_url", "target_url_base"):  # of a file, and of the folder of an image sequence
                url = getattr(reference, name, None)
                beside = url == "" and name == "target_url_base"
                media = path_of_url(url or ".", folder) if beside or (url and is_relative(url)) else None
                if url is not None and media is not None and is_there(media):
                    yield reference, name, url, media.resolve()


def check_placeable(timeline: Path | Document) -> None:
    """TimelineError for a timeline on which no stem could be placed, before any is made."""
    document = as_document(timeline)
    _TrackWriter(Fraction(0), document.timeline, document.path, ANY)


class _TrackWriter:
    """Writes one file's tracks: wall-to-wall gaps and clips in whole frames of the picture."""

    def __init__(self, start: Fraction, target: otio.schema.Timeline, output: Path, flavour: Flavour) -> None:
        self._start, self._target, self._output, self._flavour = start, target, output, flavour
        trim = target.tracks.source_range
        self._trimmed = trim.start_time if trim is not None else None
        if self._trimmed is not None and self._trimmed.value < 0:
            raise TimelineError(
                "The timeline is trimmed to begin before its own start. Move its trim to zero or later."
            )

    def track(self, layer: Layer, take: int, stems: Sequence[StemClip]) -> otio.schema.Track:
        metadata = {NAMESPACE: {"take": take}, **self._flavour.track_notes}
        track = otio.schema.Track(track_name(layer, take), kind=otio.schema.TrackKind.Audio, metadata=metadata)
        if self._trimmed is not None and self._trimmed.value > 0:
            track.append(otio.schema.Gap(source_range=TimeRange(RationalTime(0, self._trimmed.rate), self._trimmed)))
        self._fill(track, sorted(stems, key=lambda stem: stem.span.start_frame))
        return track

    def _fill(self, track: otio.schema.Track, stems: list[StemClip]) -> None:
        at_frame = 0
        for stem, end_frame in without_overlap(stems, track.name):
            rate, lead = self._rate(stem), stem.span.start_frame - at_frame
            if lead:
                track.append(otio.schema.Gap(source_range=TimeRange(RationalTime(0, rate), RationalTime(lead, rate))))
            fades = stem.fades if self._flavour.takes_fades else NO_FADES
            if fades.rise:
                track.append(_transition(0, fades.rise, rate))
            track.append(self._clip(stem, end_frame))
            if fades.after is not None:
                track.append(_transition(fades.after.lead, fades.after.trail, rate))
            elif fades.fall:
                track.append(_transition(fades.fall, 0, rate))
            at_frame = end_frame

    def _clip(self, stem: StemClip, end_frame: int) -> otio.schema.Clip:
        span, rate = stem.span, self._rate(stem)
        base = self._first_media_frame(span)
        reference = otio.schema.ExternalReference(
            target_url=self._flavour.url(stem.path, self._output),
            available_range=TimeRange(RationalTime(base, rate), RationalTime(span.file_frames, rate)),
        )
        reference.name = stem.path.stem
        shown = TimeRange(RationalTime(base + span.head_frames, rate), RationalTime(end_frame - span.start_frame, rate))
        return otio.schema.Clip(stem.path.stem, reference, shown, metadata={NAMESPACE: dict(stem.note)})

    def _rate(self, stem: StemClip) -> float:
        return self._flavour.rate(self._target, float(stem.span.rate))

    def _first_media_frame(self, span: StemSpan) -> int:
        if self._flavour.media_times is MediaTime.FILE_START:
            return 0
        return max(clock.seconds_to_frames(self._start, rate=span.rate) + span.start_frame - span.head_frames, 0)


def _transition(lead: int, trail: int, rate: float) -> otio.schema.Transition:
    """A cross-fade; a fade in or out beside a gap."""
    return otio.schema.Transition(
        transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve,
        in_offset=RationalTime(lead, rate),
        out_offset=RationalTime(trail, rate),
    )


def without_overlap(stems: list[StemClip], track: str) -> Iterable[tuple[StemClip, int]]:
    """Each stem with its end frame: of a frame in which one shot gives way to the next, the next has the whole."""
    for stem, following in pairwise(stems):
        shared = stem.span.end_frame - following.span.start_frame
        if shared > 1:
            raise TimelineError(
                f'"{stem.path.stem}" and "{following.path.stem}" lie over each other on {track} for {shared} frames. '
                "Place stems of shots that follow each other."
            )
        if following.span.start_frame > stem.span.start_frame:
            yield stem, min(stem.span.end_frame, following.span.start_frame)
    if stems:
        yield stems[-1], stems[-1].span.end_frame


def check_stem_names(document: Document, stems: Sequence[StemClip]) -> None:
    """OutputError for a stem whose name is not plain, or is on the timeline already."""
    taken = names_on(document)
    for stem in stems:
        if not _PLAIN_NAME.fullmatch(stem.path.name):
            raise OutputError(
                f'The stem "{stem.path.name}" needs a name of plain letters, digits, ".", "_" and "-" alone.'
            )
        if {stem.path.stem, stem.path.name} & taken:
            raise OutputError(
                f'The timeline has a clip or file called "{stem.path.stem}" already. '
                "Give the stem another name: programs that tell clips apart by name would play the wrong one."
            )
        taken |= {stem.path.stem, stem.path.name}


def _stems_timeline(document: Document, cut: Cut, flavour: Flavour) -> otio.schema.Timeline:
    start = document.timeline.global_start_time
    timeline = otio.schema.Timeline(f"{document.timeline.name} Foley".strip(), metadata=dict(flavour.timeline_notes))
    timeline.global_start_time = start
    if flavour.media_times is MediaTime.TIME_REFERENCE:  # media times count from it: it must be said, and in frames
        timeline.global_start_time = RationalTime(cut.start_frame, flavour.rate(document.timeline, float(cut.rate)))
    return timeline
