"""What each command does and prints."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.types import Cancel, Layer, OutputError
from plugin import printed
from plugin.printed import json_text, markup, printable

if TYPE_CHECKING:
    from rich.console import Console

    from plugin.workflow import Report


def stems(options: argparse.Namespace, cancel: Cancel) -> int:
    """`foleyline stems`: the main job."""
    from engine.media.wave_chunks import Depth
    from engine.types import Settings
    from plugin.progress import Bars, JsonLines
    from plugin.timeline.select import Choice
    from plugin.workflow import Job, make_stems

    job = Job(
        timeline=options.timeline,
        rate=_rate(options),
        drop_frame=options.drop_frame,
        choice=Choice(options.range, options.mark_in, options.mark_out, options.track, options.clip, options.marker),
        words=options.prompt,
        output=options.output,
        settings=Settings(
            seed=options.seed,
            programme_lufs=options.loudness,
            accept_guesses=options.take_guesses,
            skip_broken=options.skip_missing,
        ),
        handles_frames=options.handles,
        fades_frames=options.fades,
        depth=Depth(options.bits),
        skip_missing=options.skip_missing,
        host=options.host,
        stems_only=options.stems_only,
        one_file_per_track=options.one_file_per_track,
        from_score=options.from_score,
        score=options.score,
        preview=options.preview,
        picture=options.picture,
    )
    reporter = JsonLines() if options.json else Bars()
    with reporter:
        report = make_stems(job, reporter.progress, cancel)
    with telling(f"{report.output} was written with its stems in {report.media_folder}"):
        if isinstance(reporter, JsonLines):
            reporter.done(report_json(report))
        else:
            _print_report(report, explain=options.explain)
    return 0


def _rate(options: argparse.Namespace) -> Fraction | None:
    """What --rate says."""
    from plugin.job import given_rate

    return given_rate(options.rate, "--rate") if options.rate else None


@contextmanager
def telling(done: str) -> Iterator[None]:
    """What was done is said on the error stream where standard output does not take the report. Raises OutputError."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{done}; only the report could not be written to standard output: {reason}") from error


def report_json(report: Report) -> dict[str, Any]:
    """The report as plain JSON; levels that do not exist are null."""
    return {
        "output": str(report.output),
        "media_folder": str(report.media_folder),
        "take": report.take,
        "tracks": list(report.tracks),
        "rule": report.rule,
        "shots": [
            {
                "name": shot.name,
                "timecode": shot.timecode,
                "duration_s": shot.duration_s,
                "notes": {layer.value: count for layer, count in shot.notes.items()},
            }
            for shot in report.shots
        ],
        "lufs": _finite(report.levels.lufs),
        "target_lufs": _finite(report.levels.target_lufs),
        "true_peak_dbtp": _finite(report.levels.true_peak_dbtp),
        "limited_db": report.levels.limited_db,
        "decisions": [{"what": what, "why": why} for what, why in report.decisions],
        "guesses": {words: list(entries) for words, entries in report.guesses},
        "not_understood": list(report.not_understood),
        "warnings": list(report.warnings),
        "extras": [str(path) for path in report.extras],
        "seconds": {stage: round(seconds, 3) for stage, seconds in report.seconds.items()},
    }


def _finite(levels: Mapping[str, float]) -> dict[str, float | None]:
    return {name: round(level, 2) if math.isfinite(level) else None for name, level in levels.items()}


def _print_report(report: Report, *, explain: bool) -> None:
    console = printed.console()
    if explain:
        for what, why in report.decisions:
            console.print(f"  {markup(what)}  [dim]because: {markup(why)}[/dim]", soft_wrap=True)
    _print_shots(console, report)
    _print_levels(console, report)
    for words, entries in report.guesses:
        guess = f'"{words}" is not known; it may mean {", ".join(entries)} (a guess: --take-guesses sounds the first)'
        console.print(f"[yellow]?[/yellow] {markup(guess)}", soft_wrap=True)
    if report.not_understood:
        console.print(f"[yellow]?[/yellow] not understood: {markup(', '.join(report.not_understood))}")
    for warning in report.warnings:
        console.print(f"[yellow]![/yellow] {markup(warning)}", soft_wrap=True)
    console.print(f"placed on {', '.join(report.tracks)} in {report.seconds['all']:.1f} s:")
    for path in (report.output, report.media_folder, *report.extras):
        console.print(f"  {markup(str(path))}", soft_wrap=True)


def _print_shots(console: Console, report: Report) -> None:
    from rich.table import Table

    table = Table(
        "shot", "at", "length", *(layer.value for layer in Layer), title=f"{markup(report.rule)}", title_justify="left"
    )
    for column in table.columns[2:]:
        column.justify = "right"
    for shot in report.shots:
        counts = [f"{shot.notes[layer]} note{'' if shot.notes[layer] == 1 else 's'}" for layer in Layer]
        table.add_row(markup(shot.name), shot.timecode, f"{shot.duration_s:.2f} s", *counts)
    console.print(table)


def _print_levels(console: Console, report: Report) -> None:
    from rich.table import Table

    levels = report.levels
    table = Table("stem", "loudness", "target", "true peak")
    for column in table.columns[1:]:
        column.justify = "right"
    for name in (*(layer.value for layer in Layer), "events", "mix"):
        target = levels.target_lufs.get(name)
        heard = math.isfinite(levels.lufs[name])
        table.add_row(
            name,
            f"{levels.lufs[name]:.1f} LUFS" if heard else "silent",
            f"{target:.1f}" if target is not None and heard else "",
            f"{levels.true_peak_dbtp[name]:.1f} dBTP" if heard and name in levels.true_peak_dbtp else "",
        )
    console.print(table)


def conform(options: argparse.Namespace, cancel: Cancel) -> int:
    """`foleyline conform`: stems for the new version of a cut."""
    from plugin.conform.command import run

    return run(options, cancel, _rate(options))


def inspect(options: argparse.Namespace, cancel: Cancel) -> int:
    """`foleyline inspect`: what a timeline holds."""
    from plugin.inspection import inspection_json, print_inspection
    from plugin.job import check_rate
    from plugin.timeline.read import read_timeline

    rate = _rate(options)
    check_rate(options.timeline, rate)
    cut = read_timeline(options.timeline, rate, drop_frame=options.drop_frame)
    if options.json:
        _print_json(inspection_json(cut))
    else:
        print_inspection(cut)
    return 0


def explain(options: argparse.Namespace, cancel: Cancel) -> int:
    """`foleyline explain`: what words ask for, and why."""
    from engine.text.explain import explain as lines_of
    from engine.text.prompt import read_words
    from plugin.job import check_words, given_rate

    check_words(options.words)
    rate = given_rate(options.fps, "--fps")
    intent = read_words(options.words, frame_rate=rate, accept_guesses=options.take_guesses)
    if options.json:
        _print_json({"lines": lines_of(intent).splitlines()})
    else:
        print(lines_of(intent))
    return 0


def score(options: argparse.Namespace, cancel: Cancel) -> int:
    """`foleyline score`: the score that a written timeline carries."""
    from engine.score.score import write_scores
    from plugin.carried import scores_of

    scores = scores_of(options.timeline, options.take)
    write_scores(options.output, scores)
    notes = sum(len(one.notes) for one in scores)
    with telling(f"{options.output} was written"):
        if options.json:
            _print_json({"event": "done", "output": str(options.output), "scenes": len(scores), "notes": notes})
        else:
            print(printable(f"{notes} notes of {len(scores)} scenes written to {options.output}"))
    return 0


def _print_json(value: Any) -> None:
    print(json_text(value, sys.stdout, indent=1))
