"""What `foleyline conform` does and prints."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.types import Cancel, Settings
from plugin import printed
from plugin.commands import telling
from plugin.conform.conform import ConformJob, ConformReport, conform_stems, preview_rows
from plugin.conform.fates import Row
from plugin.job import RATELESS, Job
from plugin.printed import json_text, markup
from plugin.progress import Bars, JsonLines

if TYPE_CHECKING:
    from rich.console import Console


def run(options: argparse.Namespace, cancel: Cancel, rate: Fraction | None) -> int:
    """One run by its options; `rate` is what --rate says."""
    old_asks = options.old.suffix.lower() in RATELESS
    job = Job(
        timeline=options.timeline,
        rate=rate if options.timeline.suffix.lower() in RATELESS or not old_asks else None,
        drop_frame=options.drop_frame,
        words=options.prompt,
        output=options.output,
        settings=Settings(skip_broken=options.skip_missing),
        handles_frames=options.handles,
        fades_frames=options.fades,
        skip_missing=options.skip_missing,
        host=options.host,
        stems_only=options.stems_only,
        one_file_per_track=options.one_file_per_track,
        score=options.score,
    )
    wanted = ConformJob(options.old, job, options.take, rate if old_asks else None, options.from_score)
    if options.dry_run:
        _preview(wanted, as_json=options.json)
        return 0
    reporter = JsonLines() if options.json else Bars()
    with reporter:
        report = conform_stems(wanted, reporter.progress, cancel)
    with telling(f"{report.output} was written with its stems in {report.media_folder}"):
        if isinstance(reporter, JsonLines):
            reporter.done(report_json(report))
        else:
            _print_report(report)
    return 0


def _preview(wanted: ConformJob, *, as_json: bool) -> None:
    rows, warnings = preview_rows(wanted)
    with telling("nothing was written, as --dry-run asks"):
        if as_json:
            print(json_text({"shots": [asdict(row) for row in rows], "warnings": list(warnings)}, sys.stdout, indent=1))
        else:
            console = printed.console()
            _print_rows(console, rows)
            _print_warnings(console, warnings)


def report_json(report: ConformReport) -> dict[str, Any]:
    """The report as plain JSON."""
    return {
        "output": str(report.output),
        "media_folder": str(report.media_folder),
        "take": report.take,
        "old_take": report.old_take,
        "tracks": list(report.tracks),
        "shots": [asdict(row) for row in report.rows],
        "warnings": list(report.warnings),
        "extras": [str(path) for path in report.extras],
        "seconds": round(report.seconds, 3),
    }


def _print_report(report: ConformReport) -> None:
    console = printed.console()
    _print_rows(console, report.rows)
    _print_warnings(console, report.warnings)
    copied, made = (sum(getattr(row, name) or 0.0 for row in report.rows) for name in ("copied_s", "made_s"))
    console.print(
        f"take {report.old_take} conformed: {copied:.1f} s copied, {made:.1f} s made; "
        f"placed on {', '.join(report.tracks)} in {report.seconds:.1f} s:"
    )
    for path in (report.output, report.media_folder, *report.extras):
        console.print(f"  {markup(str(path))}", soft_wrap=True)


def _print_rows(console: Console, rows: Sequence[Row]) -> None:
    from rich.table import Table

    is_done = any(row.copied_s is not None for row in rows)
    table = Table("shot", "was at", "is at", "what happened", *(("copied", "made") if is_done else ()))
    if is_done:
        table.caption = "copied and made: the mean of a shot's three stems"
    for column in table.columns[4:]:
        column.justify = "right"
    for row in rows:
        seconds = ["" if one is None else f"{one:.2f} s" for one in (row.copied_s, row.made_s)] if is_done else []
        starts = (place[0] if place else "" for place in (row.was, row.now))
        table.add_row(markup(row.name), *starts, ", ".join(row.what), *seconds)
    console.print(table)


def _print_warnings(console: Console, warnings: Sequence[str]) -> None:
    for warning in warnings:
        console.print(f"[yellow]![/yellow] {markup(warning)}", soft_wrap=True)
