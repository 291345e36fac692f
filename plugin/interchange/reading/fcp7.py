"""Final Cut Pro 7 XML (xmeml), as Premiere Pro and Resolve write it: an own reader, for the adapter drops speeds.

Frames throughout: `start` and `end` in the sequence's rate, `in` and `out` in the clip's, from the media's first frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import opentimelineio as otio

from engine.types import TimelineError
from plugin.interchange.reading import laying, remap
from plugin.interchange.reading.fcp7_time import number, rate_of, start_of, time_points
from plugin.interchange.reading.laying import ZERO, Blend, Compounds, Piece, Reading, Told

_CLIPS = ("clipitem", "generatoritem")
_KINDS = {"video": "Video", "audio": "Audio"}


@dataclass(frozen=True, slots=True)
class _Placed:
    """A clip item, or a transition, with its record frames as they are meant."""

    element: Element
    start: Fraction  # frames
    end: Fraction
    lead: Fraction  # frames of the clip's range that lie before `start`, under a transition


def timeline_of(root: Element, path: Path) -> Reading:
    """The first sequence's timeline. Raises TimelineError."""
    told = Told(path)
    sequence = _sequence(root, path, told)
    rate = rate_of(sequence, None, path)
    if rate is None:
        raise TimelineError(f"{path} does not say its frame rate. Set the sequence's and export it again.")
    start, dropping = start_of(sequence, rate, path)
    timeline = laying.made_timeline(sequence.findtext("name", ""), rate, start, dropping, path.name)
    reader = _Reader(root, path, told)
    timeline.tracks = reader.stack(sequence, rate, 0)
    reader.compounds.fill()
    return Reading(timeline, told.warnings())


def _sequence(root: Element, path: Path, told: Told) -> Element:
    """The first that no other holds, in a project or out of one."""
    nested = [held for one in root.iter() if one.tag in _CLIPS for held in one.findall("sequence")]
    held = {id(one) for one in nested}
    names = {one.get("id") for one in nested if one.get("id")}
    found = [one for one in root.iter("sequence") if id(one) not in held and one.find("media") is not None]
    found = [one for one in found if one.get("id") not in names] or found
    if not found:
        raise TimelineError(
            f"{path} holds no sequence. Select the sequence in the editing program and export it again."
        )
    if len(found) > 1:
        told.note(f'It holds {len(found)} sequences; "{found[0].findtext("name", "")}", the first, is taken.')
    return found[0]


class _Reader:
    """Reads the sequences of one file."""

    def __init__(self, root: Element, path: Path, told: Told) -> None:
        self._path, self._told, self.compounds = path, told, Compounds(told)
        # Said whole once; after that an empty element with its id stands for it.
        self._files = _by_id(root, "file", "pathurl")
        self._sequences = _by_id(root, "sequence", "media")

    def stack(self, sequence: Element, rate: Fraction, depth: int, only: str = "") -> otio.schema.Stack:
        """A sequence that begins at zero; its tracks, or those of one kind alone."""
        stack = otio.schema.Stack()
        for tag, kind in ((tag, kind) for tag, kind in _KINDS.items() if only in ("", kind)):
            for track in sequence.findall(f"media/{tag}/track"):
                stack.extend(self._tracks(track, kind, rate, depth))
        for marker in sequence.findall("marker"):
            stack.markers.append(self._marker(marker, ZERO, rate))
        return stack

    def _tracks(self, track: Element, kind: str, rate: Fraction, depth: int) -> list[otio.schema.Track]:
        pieces: list[Piece] = []
        blends: list[Blend] = []
        for placed in _placed(track, self._path):
            if placed.element.tag == "transitionitem":
                blends.append(_blend(placed, rate))
            else:
                pieces += self._pieces(placed, kind, rate, depth)
        made = laying.tracks_of(pieces, blends, rate, kind=kind, name=track.findtext("name", ""))
        for one in made:
            one.enabled = _switch(track, "enabled", True)
        return made

    def _pieces(self, placed: _Placed, kind: str, rate: Fraction, depth: int) -> Iterator[Piece]:
        """One piece a clip, or one a run where its speed changes."""
        self._told.one_more(depth)
        clip = placed.element
        self._tell(clip)
        own_rate = rate_of(clip, None, self._path) or rate
        start, end = placed.start / rate, placed.end / rate
        first = placed.lead / rate
        for run in remap.runs(time_points(clip, own_rate, rate, self._path, self._told), first, first + end - start):
            media, origin = self._media(clip, kind, own_rate, depth)
            shown = origin + run.source, run.end - run.start
            at = start + run.start - first
            yield Piece(at, at + shown[1], self._item(clip, media, shown, run.speed, rate, origin, own_rate))

    def _item(
        self,
        clip: Element,
        media: Any,
        shown: tuple[Fraction, Fraction],
        speed: Fraction,
        rate: Fraction,
        origin: Fraction,
        own_rate: Fraction,
    ) -> Any:
        name, enabled = clip.findtext("name", ""), _switch(clip, "enabled", True)
        if isinstance(media, otio.schema.Stack):
            item: Any = media
            item.name, item.enabled = name, enabled
            laying.show(item, shown, rate, speed)
        else:
            notes = {key: text for key in ("note", "description") if (text := _comment(clip, key))}
            item = laying.made_clip(name, media, shown, rate, speed, enabled=enabled, metadata={"fcp7": notes})
        item.markers.extend(self._marker(marker, origin, own_rate) for marker in clip.findall("marker"))
        return item

    def _media(self, clip: Element, kind: str, rate: Fraction, depth: int) -> tuple[Any, Fraction]:
        """What a clip shows, and the media time of its first frame. Of a nested sequence it is the track's own kind."""
        inner = clip.find("sequence")
        if inner is not None:
            whole = inner if inner.find("media") is not None else self._sequences.get(inner.get("id", ""))
            if whole is None:
                self._told.note("A nested sequence is not in the file; its place stays empty.")
                return otio.schema.Stack(), ZERO
            own = rate_of(whole, None, self._path) or rate
            return self.compounds.of((id(whole), own, kind), lambda: self.stack(whole, own, depth + 1, kind)), ZERO
        said = clip.find("file")
        if said is None:
            name = clip.findtext("effect/name") or clip.findtext("name", "")
            return otio.schema.GeneratorReference(name, clip.tag), ZERO
        return self._file(self._files.get(said.get("id", ""), said), rate)

    def _file(self, file: Element, rate: Fraction) -> tuple[Any, Fraction]:
        own = rate_of(file, None, self._path) or rate
        start, _ = start_of(file, own, self._path)
        frames = number(file.findtext("duration"), self._path)
        url = laying.media_url(file.findtext("pathurl", "").strip(), self._path.parent, encoded=True)
        if not url:
            return otio.schema.MissingReference(name=file.findtext("name", "")), start
        available = laying.exact_range(start, frames / own, own) if frames and frames > 0 else None
        reference = otio.schema.ExternalReference(url, available)
        reference.name = file.findtext("name", "")
        return reference, start if available is not None else ZERO

    def _marker(self, marker: Element, origin: Fraction, rate: Fraction) -> Any:
        start = number(marker.findtext("in"), self._path) or ZERO
        end = number(marker.findtext("out"), self._path)
        length = max(ZERO, end - start) if end is not None else ZERO
        words = marker.findtext("name", ""), marker.findtext("comment", "")
        return laying.made_marker(*words, _colour(marker), origin + start / rate, length / rate, rate)

    def _tell(self, clip: Element) -> None:
        for effect in clip.findall("filter/effect"):
            if (
                effect.findtext("effectid", "").lower() not in _PLAIN_EFFECTS
                and effect.findtext("effecttype") != "audio"
            ):
                self._told.note(f'The effect "{effect.findtext("name", "")}" cannot be read; the plain media is seen.')


_PLAIN_EFFECTS = {"timeremap", "basic", "crop", "distort", "opacity", "audiolevels", "audiopan", "motion"}


def _colour(marker: Element) -> str:
    """Premiere Pro's number holds blue, green and red; Final Cut Pro names each."""
    number = marker.findtext("pproColor", "").strip()
    if number.isdecimal() and len(number) <= 10:
        value = int(number)
        return laying.named_colour(value & 255, value >> 8 & 255, value >> 16 & 255)
    parts = [marker.findtext(f"color/{key}", "").strip() for key in ("red", "green", "blue")]
    known = all(part.isdecimal() and len(part) <= 3 for part in parts)
    return laying.named_colour(*(int(part) for part in parts)) if known else ""


def _by_id(root: Element, tag: str, whole: str) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for one in root.iter(tag):
        if one.get("id") and one.find(whole) is not None:
            found.setdefault(one.get("id", ""), one)
    return found


def _placed(track: Element, path: Path) -> list[_Placed]:
    """Items with their places: -1 beside a transition is the cut under it."""
    items = [item for item in track if item.tag in (*_CLIPS, "transitionitem")]
    spans = [tuple(number(item.findtext(key), path) for key in ("start", "end")) for item in items]
    found = []
    for index, (item, (start, end)) in enumerate(zip(items, spans, strict=True)):
        if item.tag == "transitionitem":
            if start is not None and end is not None and end > start:
                found.append(_Placed(item, start, end, ZERO))
            continue
        lead = ZERO
        before = _cut(items, spans, index - 1)
        if start is None and before is not None:
            start, lead = before[1], before[1] - before[0]
        after = _cut(items, spans, index + 1)
        if end is None and after is not None:
            end = after[1]
        if start is not None and end is not None and end > start:
            found.append(_Placed(item, start, end, lead))
    return found


def _cut(
    items: list[Element], spans: list[tuple[Fraction | None, ...]], index: int
) -> tuple[Fraction, Fraction] | None:
    """Where a transition begins, and the frame of the cut under it."""
    if not 0 <= index < len(items) or items[index].tag != "transitionitem":
        return None
    start, end = spans[index]
    if start is None or end is None:
        return None
    alignment = items[index].findtext("alignment", "center")
    if alignment.startswith("start"):
        return start, start
    return (start, end) if alignment.startswith("end") else (start, Fraction((start + end) // 2))


def _blend(placed: _Placed, rate: Fraction) -> Blend:
    cut = _cut([placed.element], [(placed.start, placed.end)], 0)
    assert cut is not None
    name = placed.element.findtext("effect/name") or "Transition"
    return Blend(cut[1] / rate, (cut[1] - placed.start) / rate, (placed.end - cut[1]) / rate, name)


def _switch(element: Element, key: str, default: bool) -> bool:
    text = element.findtext(key)
    return default if text is None else text.strip().upper() != "FALSE"


def _comment(clip: Element, key: str) -> str:
    place = {"note": "comments/mastercomment1", "description": "logginginfo/description"}[key]
    return clip.findtext(place, "").strip()
