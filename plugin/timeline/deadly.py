"""JSON that OpenTimelineIO (0.18) does not refuse but dies of, with the whole process: found in the text beforehand.

Its reader calls itself for each bracket, until the stack ends. Its upgrade of a `Clip.1` or `Marker.1` writes over
members that only version 2 has, and where those hold objects the process ends; so it does for an `UnknownSchema`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

import numpy as np

DEEPEST = 8000
_CHUNK = 2**20
_QUOTE = b'"'[0]
_STEPS = np.zeros(256, np.int8)
_STEPS[list(b"[{")], _STEPS[list(b"]}")] = 1, -1
_SUSPECT = re.compile(r'"(?:(?:Clip|Marker)\.(?!2")|UnknownSchema)|\\u00[2-7]')  # or its letters are written as numbers
_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*+")\s*+(:?)|[\[\]{}]', re.DOTALL)
_NEWER = {"Clip": {"media_references", "active_media_reference_key"}, "Marker": {"marked_range"}}
_VALUES = {"RationalTime", "TimeRange", "TimeTransform", "V2d", "Box2d"}
_SCHEMA = "OTIO_SCHEMA"


def is_too_deep(text: str) -> bool:
    """Whether brackets, outside of texts, lie deeper in one another than the reader's stack goes."""
    raw = np.frombuffer(text.encode().replace(rb"\\", b"__").replace(rb"\"", b"__"), dtype=np.uint8)
    depth, in_text = 0, False
    for first in range(0, len(raw), _CHUNK):
        part = raw[first : first + _CHUNK]
        inside = np.logical_xor.accumulate(part == _QUOTE) ^ in_text
        depths = depth + np.cumsum(np.where(inside, 0, _STEPS[part]), dtype=np.int64)
        if depths.max() > DEEPEST:
            return True
        depth, in_text = int(depths[-1]), bool(inside[-1])
    return False


@dataclass(slots=True)
class _Open:
    """An object or a list that has not ended yet."""

    name: str  # under which it lies in the object around it
    schemas: list[str] = field(default_factory=list)
    holding: set[str] = field(default_factory=set)  # its members that are, or hold, objects that are no plain values
    bare: set[str] = field(default_factory=set)  # those of them that are not objects of a schema themselves


def deadly_object(text: str) -> str:
    """Which object the process would die of, in words; "" when there is none. Only old files are looked at closely."""
    return _search(text) if _SUSPECT.search(text) else ""


def _search(text: str) -> str:
    around, name = [_Open("")], ""
    for match in _TOKEN.finditer(text):
        sign = match[0]
        if sign in "[{":
            around.append(_Open(name))
            name = ""
        elif sign in "]}":
            if len(around) == 1:  # no JSON
                return ""
            ended = around.pop()
            if found := _deadly(ended):
                return found
            _tell(around[-1], ended)
        elif match[2]:
            name = _decoded(match[1])
        elif name == _SCHEMA:
            around[-1].schemas.append(_decoded(match[1]))
    return ""


def _tell(outer: _Open, ended: _Open) -> None:
    is_object = not all(schema.partition(".")[0] in _VALUES for schema in ended.schemas)
    if is_object or ended.holding:
        outer.holding.add(ended.name)
        if not is_object:
            outer.bare.add(ended.name)


def _decoded(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    try:
        return str(json.loads(token, strict=False))
    except ValueError:  # no JSON, as its reader will say
        return token


def _deadly(ended: _Open) -> str:
    for schema in ended.schemas:
        kind, _, version = schema.rpartition(".")
        if "UnknownSchema" in (kind, schema):
            return f'an object of the schema "{schema}"'
        if kind in _NEWER and not _is_new(version):
            wrong = (_NEWER[kind] & ended.holding) | ({"media_reference"} & ended.bare)
            if wrong:
                return f'a "{schema}" whose "{min(wrong)}" is of another version'
    return ""


def _is_new(version: str) -> bool:
    return version.isascii() and version.isdigit() and int(version) > 1
