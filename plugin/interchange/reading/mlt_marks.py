"""Markers of Shotcut and Kdenlive."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from plugin.interchange.reading import laying
from plugin.interchange.reading.mlt_producers import frames_of, properties_of

_NOWHERE = Path()
_HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_LONGEST_JSON = 2**22


def sequence_marks(main: Element, rate: Fraction) -> Iterator[Any]:
    """Markers of a timeline: Shotcut's own element, Kdenlive's JSON."""
    said = properties_of(main)
    for group in main.findall("properties"):
        if group.get("name") == "shotcut:markers":
            yield from (_shotcut(one, rate) for one in group.findall("properties"))
    for key in ("kdenlive:sequenceproperties.guides", "kdenlive:docproperties.guides"):
        yield from _kdenlive(said.get(key, ""), rate)


def clip_marks(producer: Element, rate: Fraction) -> Iterator[Any]:
    """Markers of a clip, counted from its media's first frame."""
    yield from _kdenlive(properties_of(producer).get("kdenlive:markers", ""), rate)


def _shotcut(group: Element, rate: Fraction) -> Any:
    said = properties_of(group)
    start = frames_of(said.get("start"), rate, _NOWHERE)
    length = max(0, frames_of(said.get("end"), rate, _NOWHERE, start) - start)
    match = _HEX.fullmatch(said.get("color", ""))
    colour = laying.named_colour(*(int(part, 16) for part in match.groups())) if match else ""
    return laying.made_marker(said.get("text", ""), "", colour, start / rate, length / rate, rate)


def _kdenlive(text: str, rate: Fraction) -> Iterator[Any]:
    for one in _listed(text):
        position, duration = one.get("pos"), one.get("duration", 0)
        if (
            isinstance(position, int)
            and isinstance(duration, int)
            and 0 <= position < 10**12
            and 0 <= duration < 10**12
        ):
            length = duration / rate
            yield laying.made_marker(str(one.get("comment", "")), "", "", position / rate, length, rate)


def _listed(text: str) -> list[dict[str, Any]]:
    """A JSON list of objects; what is none holds no markers."""
    if not text or len(text) > _LONGEST_JSON:
        return []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
