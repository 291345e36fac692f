"""The Foley tracks of a written .otio file, read as plain JSON with whole numbers; and the clicks of a wave."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile


@dataclass(frozen=True, slots=True)
class PlacedWave:
    """A stem on its track. Frames are whole; `start` counts from what the timeline shows first."""

    track: int
    path: Path
    start: int
    head: int
    frames: int


def foley_tracks(path: Path) -> list[PlacedWave]:
    """The clips of the Foley tracks, wherever the file's root keeps its timeline."""
    stack = _timeline(json.loads(path.read_text(encoding="utf-8")))["tracks"]
    tracks = [track for track in stack["children"] if track["name"].startswith("Foley")]
    shown = stack.get("source_range")  # which files of old schemas leave out
    trim = _frames(shown["start_time"]) if shown else 0
    placed = []
    for number, track in enumerate(tracks):
        at = -trim
        for child in track["children"]:
            frames = _frames(child["source_range"]["duration"])
            if child["OTIO_SCHEMA"].startswith("Clip"):
                reference = child["media_references"][child["active_media_reference_key"]]
                head = _frames(child["source_range"]["start_time"]) - _frames(
                    reference["available_range"]["start_time"]
                )
                placed.append(PlacedWave(number, path.parent / reference["target_url"], at, head, frames))
            at += frames
    return placed


def clicks(rendered: Path, level: float = 0.3) -> list[int]:
    """First samples of what is louder than `level`, a millisecond apart at least."""
    sound = soundfile.read(rendered, always_2d=True)[0]
    loud = np.flatnonzero(np.abs(sound).max(axis=1) > level)
    return [int(sample) for index, sample in enumerate(loud) if index == 0 or sample - loud[index - 1] > 48]


def _timeline(root: dict[str, Any]) -> dict[str, Any]:
    if root["OTIO_SCHEMA"].startswith("SerializableCollection"):
        return next(found for child in root["children"] if (found := _timeline(child)))
    return root if root["OTIO_SCHEMA"].startswith("Timeline") else {}


def _frames(time: dict[str, float]) -> int:
    assert time["value"] == int(time["value"]), "a stem that does not lie on whole frames"
    return int(time["value"])
