"""Builders of small timelines for tests: one line a clip, so that a test shows its cut at a glance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

NTSC_RATES = {23.976: 24000 / 1001, 29.97: 30000 / 1001, 59.94: 60000 / 1001}


def span(start: float, frames: float, rate: float = 24) -> TimeRange:
    """A range in frames."""
    return TimeRange(RationalTime(start, rate), RationalTime(frames, rate))


def clip(
    name: str,
    frames: float | None,
    *,
    start: float = 0,
    rate: float = 24,
    url: str | None = None,
    available: TimeRange | None = None,
    speed: float | None = None,
    enabled: bool = True,
    markers: tuple[Any, ...] = (),
    metadata: dict[str, Any] | None = None,
) -> Any:
    """A clip of so many frames; `frames` None leaves its source range out, `url` None its media."""
    made = otio.schema.Clip(name, metadata=metadata or {}, markers=list(markers))
    made.source_range = None if frames is None else span(start, frames, rate)
    if url is not None:
        made.media_reference = otio.schema.ExternalReference(target_url=url, available_range=available)
    if speed is not None:
        warp = otio.schema.FreezeFrame() if speed == 0 else otio.schema.LinearTimeWarp(time_scalar=speed)
        made.effects.append(warp)
    made.enabled = enabled
    return made


def gap(frames: float, rate: float = 24) -> Any:
    return otio.schema.Gap(source_range=span(0, frames, rate))


def dissolve(before: float, after: float, rate: float = 24) -> Any:
    return otio.schema.Transition(
        transition_type="SMPTE_Dissolve", in_offset=RationalTime(before, rate), out_offset=RationalTime(after, rate)
    )


def marker(name: str, at: float, frames: float = 0, *, colour: str = "RED", comment: str = "", rate: float = 24) -> Any:
    made = otio.schema.Marker(name, marked_range=span(at, frames, rate), color=colour)
    made.comment = comment
    return made


def track(*items: Any, name: str = "", kind: str = "Video", **settings: Any) -> Any:
    return otio.schema.Track(name, children=list(items), kind=kind, **settings)


def stack(*items: Any, name: str = "", **settings: Any) -> Any:
    return otio.schema.Stack(name, children=list(items), **settings)


def timeline(*tracks: Any, name: str = "Reel 1", start: float | None = 86400, rate: float = 24) -> Any:
    """A timeline that starts at 01:00:00:00 of 24 frames, unless told otherwise."""
    made = otio.schema.Timeline(name, tracks=list(tracks))
    made.global_start_time = None if start is None else RationalTime(start, rate)
    return made


def save(root: Any, path: Path) -> Path:
    path.write_text(otio.core.serialize_json_to_string(root, indent=2), encoding="utf-8")
    return path


def touch(folder: Path, *names: str) -> None:
    """Media files that are there; nothing in these tests looks inside."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
