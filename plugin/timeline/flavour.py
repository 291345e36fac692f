"""How each program wants its stems: the kind of file, and within OpenTimelineIO the paths, media times and metadata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import opentimelineio as otio

from engine.types import Json, OutputError, TimelineError
from plugin.timeline import clock
from plugin.timeline.document import Document
from plugin.timeline.medium import is_bare_absolute

_RESOLVE = "Resolve_OTIO"


class PathStyle(StrEnum):
    """How a stem's file is named in the timeline."""

    PORTABLE = "portable"  # relative to the written file where the stem lies beneath its folder, else a file URL
    FILE_URL = "file URL"
    ABSOLUTE = "absolute"  # a bare path in the system's own style, nothing encoded


class MediaTime(StrEnum):
    """Where a stem's media times count from."""

    FILE_START = "file start"  # the first sample is zero
    TIME_REFERENCE = "time reference"  # the first sample is at the timecode that the file's bext chunk says


@dataclass(frozen=True, slots=True)
class Flavour:
    """One program's wishes. `track_notes` and `timeline_notes` are metadata of new tracks and of new timelines."""

    name: str  # as it is asked for: "resolve"
    title: str
    suffix: str = ".otio"  # of the kind of file that the program takes best
    paths: PathStyle = PathStyle.PORTABLE
    media_times: MediaTime = MediaTime.FILE_START
    track_notes: Mapping[str, Json] = field(default_factory=dict)
    timeline_notes: Mapping[str, Json] = field(default_factory=dict)
    reads: tuple[str, ...] = ()  # the kinds of file that it takes; all that are written, where nobody said
    unreadable: str = ""  # letters that the program misreads in a path
    takes_fades: bool = True  # transitions on sound tracks, beside gaps too
    timelines_rate: bool = False  # times carry the very number that the timeline's start has for its rate

    def url(self, media: Path, output: Path) -> str:
        """The stem's address for a timeline written as `output`. Raises OutputError for one the program misreads."""
        address = _ADDRESSES[self.paths](media.resolve(), output)
        found = "".join(letter for letter in self.unreadable if letter in address)
        if found:
            raise OutputError(
                f'{self.title} misreads paths with "{found[0]}" in them; the stems are in {media.resolve().parent}. '
                "Give an output folder without it."
            )
        return address

    def kind_doubts(self, output: Path) -> tuple[str, ...]:
        """Whether the program reads the kind of file that is asked for."""
        suffix = output.suffix.lower()
        if not self.reads or suffix in self.reads:
            return ()
        return (
            f"{self.title} does not read {suffix} files, as which {output.name} is written; it takes {self.suffix}.",
        )

    def rate(self, timeline: Any, exact: float) -> float:
        """The rate as new times carry it: `exact`, or what the timeline itself writes for the same rate."""
        start = timeline.global_start_time
        if not self.timelines_rate or start is None or clock.exact_rate(start.rate) != clock.exact_rate(exact):
            return exact
        return float(start.rate)


def flavour_of(name: str) -> Flavour:
    """The flavour of that name, in whatever case. Raises TimelineError."""
    found = FLAVOURS.get(name.strip().lower())
    if found is None:
        raise TimelineError(f'"{name}" is no program that stems can be written for. Use {", ".join(FLAVOURS)}.')
    return found


def doubts(document: Document, flavour: Flavour) -> tuple[str, ...]:
    """What the flavour's program may not take of what is on the timeline already, and is not ours to change."""
    if flavour.paths is not PathStyle.ABSOLUTE:
        return ()
    references = (getattr(node.item, "media_reference", None) for node in document.nodes)
    urls = {getattr(reference, "target_url", "") for reference in references}
    unfound = sum(1 for url in urls if url and not is_bare_absolute(url))
    loose = sum(1 for child in document.timeline.tracks if not isinstance(child, otio.schema.Track))
    told = []
    if unfound:
        told.append(
            f"{unfound} of the timeline's own media are named by URLs or relative paths, which {flavour.title} may not "
            "find; relink them after the import, or write the stems alone."
        )
    if loose and flavour is RESOLVE:
        told.append(f"Items of the timeline that lie in no track: {loose}; {flavour.title} leaves them out.")
    return tuple(told)


def portable_url(media: Path, output: Path) -> str:
    """Relative to the written file where the medium lies beneath its folder, else a file URL."""
    folder = output.parent.resolve()
    return quote(media.relative_to(folder).as_posix()) if media.is_relative_to(folder) else media.as_uri()


_ADDRESSES: Mapping[PathStyle, Callable[[Path, Path], str]] = MappingProxyType(
    {
        PathStyle.PORTABLE: portable_url,
        PathStyle.FILE_URL: lambda media, output: media.as_uri(),
        PathStyle.ABSOLUTE: lambda media, output: str(media),
    }
)

ANY = Flavour("any", "any program")

# 18.5 to 21.1. It drops files with a time reference, without a word, where their ranges count from zero; 20.2 does not
# follow file URLs; a track that does not say otherwise is mono.
RESOLVE = Flavour(
    "resolve",
    "DaVinci Resolve",
    paths=PathStyle.ABSOLUTE,
    media_times=MediaTime.TIME_REFERENCE,
    track_notes={_RESOLVE: {"Audio Type": "Stereo", "Locked": False, "SoloOn": False}},
    timeline_notes={_RESOLVE: {"Resolve OTIO Meta Version": "1.0"}},
    reads=(".otio", ".otioz", ".otiod", ".fcpxml", ".xml", ".aaf", ".edl"),
    unreadable="#?%",
    takes_fades=False,
    timelines_rate=True,
)

# From 25.04 it reads OpenTimelineIO itself: bare paths, and of media times it takes off a movie's timecode only. It
# makes a picture's mix of every transition.
KDENLIVE = Flavour(
    "kdenlive",
    "Kdenlive",
    ".kdenlive",
    PathStyle.ABSOLUTE,
    reads=(".kdenlive", ".mlt", ".otio"),
    takes_fades=False,
)

# From 25.6 it reads OpenTimelineIO; every version reads Final Cut Pro 7 XML. It shows a time reference as media start.
PREMIERE = Flavour(
    "premiere",
    "Premiere Pro",
    ".xml",
    PathStyle.FILE_URL,
    MediaTime.TIME_REFERENCE,
    reads=(".xml", ".aaf", ".edl", ".otio"),
)

FCP = Flavour("fcp", "Final Cut Pro", ".fcpxml", PathStyle.FILE_URL, reads=(".fcpxml",))
AVID = Flavour(
    "avid",
    "Media Composer",
    ".aaf",
    PathStyle.FILE_URL,
    MediaTime.TIME_REFERENCE,
    reads=(".aaf", ".edl", ".otio"),  # OpenTimelineIO as a preview since December 2024
)
REAPER = Flavour("reaper", "REAPER", ".rpp", reads=(".rpp", ".edl"))

FLAVOURS: Mapping[str, Flavour] = MappingProxyType(
    {one.name: one for one in (RESOLVE, KDENLIVE, PREMIERE, FCP, AVID, REAPER, ANY)}
)
"""Every flavour by its name, in the order in which they are told."""
