"""What earlier runs have placed on a timeline: takes, and the stems of each with their notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import opentimelineio as otio

from engine.types import Json, Layer
from plugin.timeline.clock import Span
from plugin.timeline.document import Document, as_document
from plugin.timeline.walk import Node

NAMESPACE = "foleyline"
"""The key of our own metadata."""

_TRACK_NAME = re.compile(r"Foley (Ambient|Action|Material)(?: (\d{1,6}))?")
_STEM_NAME = re.compile(r".*_FOLEYLINE_[A-Za-z0-9-]*-T(\d{1,6})(?:\.wav)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FoundStem:
    """A stem that an earlier run placed, as it lies on the timeline now."""

    name: str
    track: str
    layer: Layer
    take: int
    url: str
    record: Span
    note: Mapping[str, Json]


def track_name(layer: Layer, take: int) -> str:
    """As editors see it: "Foley Ambient", and for later takes "Foley Ambient 2"."""
    return f"Foley {layer.value.capitalize()}" + (f" {take}" if take > 1 else "")


def next_take(timeline: Path | Document) -> int:
    """The number of the take that the next stems on this timeline are: 1, or one more than the last.

    Tracks may have been renamed; the stems on them still say in their names which take they are.
    """
    document = as_document(timeline)
    tracks = [_TRACK_NAME.fullmatch(child.name) for child in document.timeline.tracks]
    stems = [_STEM_NAME.fullmatch(name) for name in names_on(document)]
    takes = [int(found[2] or 1) for found in tracks if found] + [int(found[1]) for found in stems if found]
    return 1 + max(takes, default=0)


def foleyline_notes(timeline: Path | Document) -> list[FoundStem]:
    """The stems on a timeline and what was noted with each, in track order."""
    document = as_document(timeline)
    return [found for node in document.nodes if (found := _found(node))]


def _found(node: Node) -> FoundStem | None:
    """A clip that carries our note, on whatever track: editors rename and regroup."""
    note = node.item.metadata.get(NAMESPACE)
    if node.parent is None or not isinstance(node.item, otio.schema.Clip) or not isinstance(note, Mapping):
        return None
    named = _TRACK_NAME.fullmatch(node.parent.item.name)
    layer = note.get("layer", named[1].lower() if named else None)
    take = note.get("take", int(named[2] or 1) if named else None)
    if node.record is None or layer not in set(Layer) or not isinstance(take, int):
        return None
    url = getattr(node.item.media_reference, "target_url", "")
    return FoundStem(node.item.name, node.parent.item.name, Layer(layer), take, url, node.record, _plain(note))


def names_on(document: Document) -> set[str]:
    """What clips and their files are called on a timeline."""
    return {name for node in document.nodes for name in _names(node.item)}


def _names(item: Any) -> Iterable[str]:
    if isinstance(item, otio.schema.Clip):
        yield item.name
        yield re.split(r"[/\\]", getattr(item.media_reference, "target_url", "") or "")[-1]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
