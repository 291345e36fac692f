"""CMX 3600 edit decision lists: an own reader, for the adapter drops the leading gap and speeds and moves dissolves.

An EDL does not say its frame rate. It is what the caller gives, or what the list or its media give away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from engine.types import TimelineError
from plugin.interchange.reading import laying
from plugin.interchange.reading.edl_events import Event, Sheet, read_sheet
from plugin.interchange.reading.edl_rate import rate_of
from plugin.interchange.reading.laying import ZERO, Blend, Piece, Reading, Told
from plugin.timeline import clock
from plugin.timeline.medium import is_there

_LONGEST_LEAD = 600  # seconds of gap before the first event that are taken for the timeline's own
_BLACK = ("BL", "BLACK")
# Of a cut and, after it, of a dissolve or wipe, which "FROM" says where it comes from and "TO" what it shows.
_NAME_KEYS = ("FROM CLIP NAME", "KEY CLIP NAME", "TO CLIP NAME"), ("TO CLIP NAME", "KEY CLIP NAME")
_FILE_KEYS = (
    ("SOURCE FILE", "MEDIA FILE", "FROM FILE", "SOURCE FILE PATH", "FROM CLIP"),
    ("TO FILE", "TO CLIP", "SOURCE FILE", "MEDIA FILE", "SOURCE FILE PATH"),
)


@dataclass(frozen=True, slots=True)
class _Cut:
    """An event in frames, past midnight counted on."""

    event: Event
    source: tuple[int, int]
    record: tuple[int, int]


def read(path: Path, rate: Fraction | None = None) -> Reading:
    """Read an EDL. Raises TimelineError, also when its rate is needed and not given."""
    told = Told(path)
    sheet = read_sheet(path, told)
    found = rate_of(sheet, path, rate, told)
    cuts = list(_counted(sheet, found, path))
    start = _start(cuts, found, told)
    timeline = laying.made_timeline(sheet.title, found, start / found, sheet.drops(found), path.name)
    timeline.tracks.extend(_Reader(sheet, path, found, start, told).tracks(cuts))
    timeline.tracks.markers.extend(_markers(sheet, found, start, path))
    return Reading(timeline, told.warnings())


def _counted(sheet: Sheet, rate: Fraction, path: Path) -> Iterator[_Cut]:
    """Events in frames; after midnight they are counted on."""
    before = passed = 0
    for event in sheet.events:
        day = _day(rate, event.dropping)
        start, end = (_frames(text, rate, event.dropping, path, event) + passed for text in event.record)
        if start < before - day // 2:
            passed, start, end = passed + day, start + day, end + day
        end += day if end < start - day // 2 else 0
        if end < start:
            raise TimelineError(f"{path}, line {event.line}: the event ends before it begins. Export the list again.")
        first, last = (_frames(text, rate, event.source_dropping, path, event) for text in event.source)
        last += _day(rate, event.source_dropping) if last < first - day // 2 else 0
        before = start
        yield _Cut(event, (first, last), (start, end))


def _day(rate: Fraction, dropping: bool) -> int:
    return clock.timecode_to_frames("24:00:00:00", rate=rate, drop_frame=dropping)


def _frames(text: str, rate: Fraction, dropping: bool, path: Path, event: Event) -> int:
    try:
        return clock.timecode_to_frames(text, rate=rate, drop_frame=dropping)
    except TimelineError as error:
        raise TimelineError(f"{path}, line {event.line}: {error}") from error


def _start(cuts: list[_Cut], rate: Fraction, told: Told) -> int:
    """The frame of the timeline's start, which no list says: the hour before its first event, if that is near."""
    first = min(cut.record[0] for cut in cuts)
    hour = clock.nominal_rate(rate) * 3600
    dropping = any(cut.event.dropping for cut in cuts)
    full = first // hour * hour
    if dropping:
        hours = int(clock.frames_to_timecode(first, rate=rate, drop_frame=True).split(":")[0])
        full = clock.timecode_to_frames(f"{hours:02d}:00:00;00", rate=rate)
    start = full if first - full <= _LONGEST_LEAD * rate else first
    if start != first:
        label = clock.frames_to_timecode(start, rate=rate, drop_frame=dropping)
        told.note(f"An EDL does not say where its timeline begins; {label} is taken.")
    return start


class _Reader:
    """Lays events on tracks: V, V2 ... upwards, then A, A2 ..."""

    def __init__(self, sheet: Sheet, path: Path, rate: Fraction, start: int, told: Told) -> None:
        self._sheet, self._path, self._rate, self._start, self._told = sheet, path, rate, start, told

    def tracks(self, cuts: list[_Cut]) -> list[otio.schema.Track]:
        pieces: dict[tuple[str, int], list[Piece]] = {}
        blends: dict[tuple[str, int], list[Blend]] = {}
        for cut in cuts:
            self._told.one_more()
            for channel in cut.event.channels:
                if cut.event.kind.startswith("K") and cut.event.kind != "KB" and channel[0] == "Video":
                    channel = (channel[0], channel[1] + 1)  # a key lies over its background
                if cut.event.reel.upper() not in _BLACK and cut.record[1] > cut.record[0]:
                    pieces.setdefault(channel, []).append(self._piece(cut))
                if cut.event.frames and cut.event.kind[0] in "DW":
                    blends.setdefault(channel, []).append(self._blend(cut))
        for channel in set(blends) - set(pieces):
            pieces[channel] = []
        made = []
        for kind, index in sorted(pieces, key=lambda channel: (channel[0] != "Video", channel[1])):
            made += laying.tracks_of(pieces[kind, index], blends.get((kind, index), []), self._rate, kind=kind)
        return made

    def _piece(self, cut: _Cut) -> Piece:
        start, end = ((frame - self._start) / self._rate for frame in cut.record)
        speed = self._speed(cut)
        low, high = min(cut.source), max(cut.source)
        used = abs(speed) * (end - start)
        first = low / self._rate
        if speed < 0:  # the list gives the range; the last of it is seen first
            first = max(high / self._rate, low / self._rate + used) if high > low else first
        name = cut.event.words(*_NAME_KEYS[cut.event.kind[0] in "DW"]) or cut.event.reel
        media = self._media(cut.event, name)
        clip = laying.made_clip(name, media, (first, end - start), self._rate, speed, metadata=_metadata(cut.event))
        return Piece(start, end, clip)

    def _speed(self, cut: _Cut) -> Fraction:
        """Media per record, as the M2 line says in frames a second, or the lengths do where they say it finer."""
        shown, used = cut.record[1] - cut.record[0], abs(cut.source[1] - cut.source[0])
        said = cut.event.motion
        if said is None or not shown:
            if shown and used != shown and not cut.event.words("FREEZE FRAME"):
                self._told.note(
                    "An event's source is not as long as its record, and no M2 line says a speed; it is not changed."
                )
            return Fraction(1)
        speed = said / clock.nominal_rate(self._rate)
        ratio, sign = Fraction(used, shown), -1 if said < 0 else 1
        if said == 0 or abs(abs(speed) * shown - used) <= Fraction(1, 2):
            return speed
        if abs(ratio * clock.nominal_rate(self._rate) - abs(said)) <= Fraction(15, 100) and used:
            return sign * ratio
        if used != shown:
            self._told.note("An M2 line says another speed than the lengths of its event do; the M2 line is taken.")
        return speed

    def _media(self, event: Event, name: str) -> Any:
        said = event.words(*_FILE_KEYS[event.kind[0] in "DW"])
        for text in (said, name, event.reel):
            if text and (text == said or Path(text.replace("\\", "/")).suffix or is_there(self._path.parent / text)):
                reference = otio.schema.ExternalReference(laying.media_url(text, self._path.parent, encoded=False))
                reference.name = event.reel
                return reference
        return otio.schema.MissingReference(name=event.reel)

    def _blend(self, cut: _Cut) -> Blend:
        """The old picture is seen on for so many frames after the cut."""
        name, kind = (
            ("Dissolve", "SMPTE_Dissolve") if cut.event.kind[0] == "D" else (cut.event.kind, "Custom_Transition")
        )
        at = (cut.record[0] - self._start) / self._rate
        return Blend(at, ZERO, cut.event.frames / self._rate, name, kind)


def _metadata(event: Event) -> dict[str, Any]:
    comments = event.words("COMMENT", "NOTE", "DESCRIPTION")
    return {"cmx_3600": {"reel": event.reel, **({"comment": comments} if comments else {})}}


def _markers(sheet: Sheet, rate: Fraction, start: int, path: Path) -> Iterator[Any]:
    for mark in sheet.marks:
        frame = _frames(mark.timecode, rate, mark.event.dropping, path, mark.event) - start
        if frame >= 0:
            length = mark.frames / rate
            yield laying.made_marker(mark.words, "", mark.colour, frame / rate, length, rate)
