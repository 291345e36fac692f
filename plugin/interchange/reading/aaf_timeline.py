"""From the mobs of an AAF to a timeline: slots are tracks, source clips lead to files and tapes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import opentimelineio as otio

from engine.types import TimelineError
from plugin.interchange.reading import laying
from plugin.interchange.reading.aaf_layers import Bit, Layer
from plugin.interchange.reading.aaf_segments import Segments
from plugin.interchange.reading.laying import ZERO, Piece, Reading, Told
from plugin.timeline import clock

_KINDS = {"Picture": "Video", "Sound": "Audio"}
_NOTES = ("Comments", "Comment", "Description", "Note")


def read_composition(path: Path) -> Reading:
    """The first top-level composition. Raises TimelineError, and whatever pyaaf2 raises for a damaged file."""
    told = Told(path)
    with import_module("aaf2").open(str(path), "r") as file:
        composition = _composition(file.content, path, told)
        slots = [slot for slot in composition.slots if _kind(slot) in _KINDS]
        rate = _rate(composition, slots, path)
        start, dropping = _start(composition, rate)
        timeline = laying.made_timeline(composition.name or "", rate, start, dropping, path.name)
        segments = Segments(path, told)
        for kind in _KINDS:
            for slot in slots:
                if _kind(slot) == kind:
                    timeline.tracks.extend(_tracks(slot, _KINDS[kind], rate, segments))
        timeline.tracks.markers.extend(_markers(composition, rate))
    return Reading(timeline, told.warnings())


def _composition(content: Any, path: Path, told: Told) -> Any:
    found = list(content.toplevel()) or list(content.compositionmobs())
    if not found:
        raise TimelineError(f"{path} holds no composition, only media. Export the timeline itself as AAF.")
    if len(found) > 1:
        told.note(f'It holds {len(found)} compositions; "{found[0].name}", the first, is taken.')
    return found[0]


def _kind(slot: Any) -> str:
    try:
        return str(slot.media_kind)
    except (AttributeError, KeyError):
        return ""


def _rate(composition: Any, slots: list[Any], path: Path) -> Fraction:
    """Of the pictures, else of the timecode; sound alone may count in samples."""
    timecodes = [slot for slot, _ in _timecodes(composition)]
    pictures = [slot for slot in slots if _kind(slot) == "Picture"]
    for slot in (*pictures, *timecodes, *slots):
        rate = rate_of(slot)
        if rate <= laying.FASTEST:
            return laying.checked_rate(rate, path)
    raise TimelineError(f"{path} does not say its frame rate. Export the timeline again, with its pictures.")


def rate_of(slot: Any) -> Fraction:
    return clock.exact_rate(Fraction(int(slot.edit_rate.numerator), int(slot.edit_rate.denominator)))


def _timecodes(mob: Any) -> Iterator[tuple[Any, Any]]:
    for slot in mob.slots:
        segment: Any = getattr(slot, "segment", None)
        parts = list(segment.components) if type(segment).__name__ == "Sequence" else [segment]
        yield from ((slot, part) for part in parts[:1] if type(part).__name__ == "Timecode")


def _start(composition: Any, rate: Fraction) -> tuple[Fraction, bool]:
    for slot, timecode in _timecodes(composition):
        if abs(rate_of(slot) - rate) < 1:
            return Fraction(int(timecode.start)) / rate_of(slot), bool(timecode.drop) and clock.has_drop_frame(rate)
    return ZERO, False


def _tracks(slot: Any, kind: str, rate: Fraction, segments: Segments) -> list[otio.schema.Track]:
    made: list[otio.schema.Track] = []
    for layer in segments.read(slot.segment, rate_of(slot), 0) or [Layer()]:
        pieces = [Piece(bit.start, bit.end, _clip(bit, rate)) for bit in layer.bits]
        made += laying.tracks_of(pieces, layer.blends, rate, kind=kind, name=slot.name or "")
    return made


def _clip(bit: Bit, rate: Fraction) -> otio.schema.Clip:
    notes = {key.lower(): bit.comments[key] for key in _NOTES if bit.comments.get(key)}
    shown = bit.first, bit.end - bit.start
    metadata = {"AAF": notes} if notes else {}
    return laying.made_clip(
        bit.name, bit.reference(rate), shown, rate, bit.speed, enabled=bit.enabled, metadata=metadata
    )


def _markers(composition: Any, rate: Fraction) -> Iterator[Any]:
    found = [
        mark for slot in composition.slots if type(slot).__name__ == "EventMobSlot" for mark in _slot_markers(slot)
    ]
    for at, length, words, colour in sorted(found):
        yield laying.made_marker(words, "", colour, at, length, rate)


def _slot_markers(slot: Any) -> Iterator[tuple[Fraction, Fraction, str, str]]:
    edit_rate = Fraction(int(slot["EditRate"].value.numerator), int(slot["EditRate"].value.denominator))
    segment = slot.segment
    for event in segment.components if hasattr(segment, "components") else [segment]:
        position = event.get("Position")
        if position is None:
            continue
        attributes = event.get("CommentMarkerAttributeList")
        said = {str(one.name): str(one.value) for one in attributes.value} if attributes is not None else {}
        comment = event.get("Comment")
        words = (str(comment.value) if comment is not None else "") or said.get("_ATN_CRM_COM", "")
        colour = said.get("_ATN_CRM_COLOR", "").upper()
        yield int(position.value) / clock.exact_rate(edit_rate), ZERO, words, colour
