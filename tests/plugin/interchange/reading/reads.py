"""Files written by hand, read, and what is seen of them in whole frames, which tests compare with whole numbers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from plugin.timeline.cut import Cut
from plugin.timeline.read import read_timeline


def cut_of(text: str, path: Path, rate: Fraction | None = None) -> Cut:
    path.write_text(text, encoding="utf-8")
    return read_timeline(path, rate)


def rows(cut: Cut, kind: str = "Video") -> list[Any]:
    """Track, name, record in and out, first source frame and speed of each clip, in frames of the timeline."""
    return [
        (
            clip.track.label, clip.name, clip.record.start * cut.rate, clip.record.end * cut.rate,
            clip.source_start * cut.rate, clip.speed,
        )
        for clip in cut.clips
        if clip.kind == kind
    ]  # fmt: skip


def marks(cut: Cut) -> list[Any]:
    """Name, comment and record frame of every marker."""
    found = [*cut.markers, *(marker for clip in cut.clips if clip.kind == "Video" for marker in clip.markers)]
    return sorted((marker.name, marker.comment, marker.record.start * cut.rate) for marker in found)
