"""`foleyline inspect`: a timeline's tracks, clips, ranges and media, as a table or JSON."""

from __future__ import annotations

from typing import Any

from plugin import printed
from plugin.printed import markup
from plugin.timeline import clock
from plugin.timeline.cut import Cut, CutClip
from plugin.timeline.medium import is_there


def inspection_json(cut: Cut) -> dict[str, Any]:
    """All that was read, as plain JSON; times are exact seconds as fractions."""
    return {
        "name": cut.name,
        "rate": str(cut.rate),
        "drop_frame": cut.drop_frame,
        "range": cut.timecode_range(cut.record),
        "tracks": [
            {"label": track.label, "name": track.name, "kind": track.kind, "enabled": track.enabled}
            for track in cut.tracks
        ],
        "clips": [_clip_json(cut, clip) for clip in cut.clips],
        "markers": [
            {"name": one.name, "colour": one.colour, "at": cut.timecode(one.record.start)} for one in cut.markers
        ],
        "warnings": list(cut.warnings),
    }


def _clip_json(cut: Cut, clip: CutClip) -> dict[str, Any]:
    return {
        "name": clip.name,
        "track": clip.track.label,
        "range": cut.timecode_range(clip.record),
        "duration_s": str(clip.record.duration),
        "source_start_s": str(clip.source_start),
        "speed": str(clip.speed),
        "enabled": clip.enabled,
        "media": str(clip.medium.path) if clip.medium.path else None,
        "found": bool(clip.medium.seen and is_there(clip.medium.seen)),
        "problem": clip.medium.problem,
        "markers": [{"name": marker.name, "colour": marker.colour} for marker in clip.markers],
    }


def print_inspection(cut: Cut) -> None:
    from rich.table import Table

    console = printed.console()
    rate = clock.nominal_rate(cut.rate) if cut.rate.denominator == 1 else f"{float(cut.rate):.3f}"
    counting = " drop-frame" if cut.drop_frame else ""
    console.print(f"[bold]{markup(cut.name)}[/bold]  {cut.timecode_range(cut.record)}  {rate} fps{counting}")
    table = Table("track", "clip", "record range", "source", "speed", "media")
    for column in table.columns:
        column.overflow = "fold"
    table.columns[2].no_wrap = True  # of the range each digit counts
    for clip in cut.clips:
        name = markup(clip.name) + ("" if clip.enabled else " [dim](disabled)[/dim]")
        source = f"{float(clip.source_start):.3f} s"
        table.add_row(
            markup(clip.track.label), name, cut.timecode_range(clip.record), source, _speed(clip), _medium(clip)
        )
    console.print(table)
    for marker in (*cut.markers, *(one for clip in cut.clips for one in clip.markers)):
        console.print(
            f"marker {cut.timecode(marker.record.start)} {markup(marker.colour)} {markup(' '.join(marker.words))}"
        )
    for warning in cut.warnings:
        console.print(f"[yellow]![/yellow] {markup(warning)}")


def _speed(clip: CutClip) -> str:
    return "freeze" if clip.speed == 0 else f"{float(clip.speed) * 100:.4g} %"


def _medium(clip: CutClip) -> str:
    if clip.medium.pictures is not None:
        return markup(clip.medium.url.rpartition("/")[2])
    if clip.medium.path is None:
        return f"[red]{markup(clip.medium.problem)}[/red]"
    if not is_there(clip.medium.path):
        return f"[red]missing:[/red] {markup(str(clip.medium.path))}"
    return markup(clip.medium.path.name)
