"""One path for panel and command line: timeline, selection, engine, files, tracks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine import generate as engine
from engine.score.reading import read_scores
from engine.score.score import write_scores
from engine.types import Cancel, CancelledError, Layer, Progress, Shot
from plugin import naming
from plugin.fading import check_fades, fade_warnings, faded
from plugin.interchange.delivery import deliver
from plugin.job import Job, PlacedShot, Report, check_job
from plugin.publish import Placed, Stages, publish, speaking_of, staged
from plugin.stem_files import MadeSound, Piece, StemFiles, one_piece
from plugin.timeline import place
from plugin.timeline.choice import Choice
from plugin.timeline.clock import Span
from plugin.timeline.cut import Cut
from plugin.timeline.document import Document, open_document
from plugin.timeline.flavour import KDENLIVE
from plugin.timeline.place import StemClip
from plugin.timeline.read import read_document
from plugin.timeline.select import Selection, select
from plugin.timeline.stem_span import handles_of, seeking_warnings, stem_span

if TYPE_CHECKING:
    from engine.performance import Stems

__all__ = ["Job", "PlacedShot", "Report", "make_stems"]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be made, settled before anything is; the timeline as it was when it was read."""

    document: Document
    cut: Cut
    selection: Selection
    shots: tuple[Shot, ...]  # with their handles
    pieces: tuple[Piece, ...]
    take: int


def make_stems(job: Job, progress: Progress, cancel: Cancel | None = None) -> Report:
    """Make stems for the chosen clips and write the timeline that has them.

    Nothing that exists is replaced, and nothing is left behind when it fails. Raises the errors of `engine.types`.
    """
    begun = time.monotonic()
    plan = _plan(job)
    read_at = time.monotonic()
    wanted = [path for path in (job.wanted_output, job.score, job.picture, job.preview) if path is not None]
    with staged(wanted) as stages, _sounded(job, plan, progress, cancel) as stems:
        made_at = time.monotonic()
        stage = stages.beside(job.wanted_output)
        with speaking_of(job.wanted_output):
            files = StemFiles(plan.cut, plan.take, job.timeline.stem, job.depth, MadeSound(stems), stage)
            clips = _faded(job, plan, stems, files.write(plan.pieces, progress, cancel))
        extras = _write_extras(job, plan, stems, stages, progress, cancel)
        if cancel and cancel.is_set():
            raise CancelledError("stopped before anything was placed")
        losses: list[str] = []
        placed = publish(job.wanted_output, clips, extras, stage, partial(_write_timeline, job, plan, losses))
        stems.warnings += losses
        done = time.monotonic()
        seconds = {
            "reading": read_at - begun,
            "making": made_at - read_at,
            "writing": done - made_at,
            "all": done - begun,
        }
        return _report(job, plan, stems, placed, seconds)


def _plan(job: Job) -> _Plan:
    check_job(job)
    document = open_document(job.timeline, job.rate)
    cut = read_document(document, drop_frame=job.drop_frame)
    selection = _selection(job, cut)
    place.check_placeable(document)
    check_fades(job.fades_frames, handles_of(cut.rate, job.handles_frames))
    spans = [stem_span(shot, cut.rate, job.handles_frames, start=cut.start) for shot in selection.shots]
    shots = tuple(
        replace(shot, head=span.head, tail=span.tail) for shot, span in zip(selection.shots, spans, strict=True)
    )
    pieces = [Piece(shot.name, (shot,), span) for shot, span in zip(shots, spans, strict=True)]
    if job.one_file_per_track:
        pieces = [one_piece(cut, shots, job.handles_frames)]
    return _Plan(document, cut, selection, shots, tuple(pieces), place.next_take(document))


def _selection(job: Job, cut: Cut) -> Selection:
    """What was chosen; for a score and no choice, the range and the shots that the score was made for."""
    if job.from_score is None or job.choice != Choice():
        return select(cut, job.choice, skip_missing=job.skip_missing)
    spans = [Span(score.record_start, score.record_start + score.duration) for score in read_scores(job.from_score)]
    if not spans:
        return select(cut, job.choice, skip_missing=job.skip_missing)
    whole = Span(min(span.start for span in spans), max(span.end for span in spans))
    found = select(cut, Choice(range=cut.timecode_range(whole)), skip_missing=job.skip_missing)
    covered = [
        shot
        for shot in found.shots
        if any(span.start <= shot.record_start and shot.record_end <= span.end for span in spans)
    ]
    return replace(found, shots=tuple(covered) or found.shots)


def _write_timeline(job: Job, plan: _Plan, losses: list[str], clips: Sequence[StemClip], path: Path) -> None:
    """`losses` is told what the file could not hold."""
    losses += deliver(plan.document, plan.cut, clips, path, flavour=job.flavour, stems_only=job.stems_only)


def _faded(job: Job, plan: _Plan, stems: Stems, clips: Sequence[StemClip]) -> list[StemClip]:
    made = faded(clips, {one.span: stems.of(one.shots[0]).score.scene for one in plan.pieces}, job.fades_frames)
    stems.warnings += fade_warnings(made, job.fades_frames)
    return made


def _sounded(job: Job, plan: _Plan, progress: Progress, cancel: Cancel | None) -> Stems:
    if job.from_score:
        return engine.sound_again(plan.shots, read_scores(job.from_score), job.settings, progress, cancel)
    start = plan.cut.timecode(plan.shots[0].record_start)
    return engine.generate(plan.shots, job.words, replace(job.settings, start_timecode=start), progress, cancel)


def _write_extras(
    job: Job, plan: _Plan, stems: Stems, stages: Stages, progress: Progress, cancel: Cancel | None
) -> dict[Path, Path]:
    """Score, picture and preview, each made beside its place: where each lies and where it goes."""
    extras = {}

    @contextmanager
    def made(path: Path, name: str) -> Iterator[Path]:
        aside = stages.beside(path) / name
        with speaking_of(path):
            yield aside
        extras[aside] = path

    if job.score:
        with made(job.score, "score.json") as path:
            write_scores(path, stems.scores)
    if job.picture:
        from plugin.picture import draw_stems

        span = (plan.cut.timecode(plan.shots[0].record_start), plan.cut.timecode(plan.shots[-1].record_end))
        with made(job.picture, "picture.png") as path:
            stems.warnings += draw_stems(path, plan.shots, stems, span, job.words or plan.cut.name)
        progress("picture", "drawing", 1.0)
    if job.preview:
        from plugin.preview import write_preview

        with made(job.preview, f"preview{job.preview.suffix.lower()}") as path:
            write_preview(path, plan.shots, stems, lambda fraction: progress("preview", "encoding", fraction), cancel)
    return extras


def _for_mlt(job: Job) -> bool:
    return job.host == KDENLIVE.name or job.wanted_output.suffix.lower() in (".kdenlive", ".mlt")


def _held_back(stems: Stems) -> tuple[str, ...]:
    short = stems.levels.held_back_lu
    if short < 1.0:
        return ()
    return (f"The events are {short:.0f} LU softer than asked: louder, their peaks would be pressed flat.",)


def _report(job: Job, plan: _Plan, stems: Stems, placed: Placed, seconds: Mapping[str, float]) -> Report:
    shots = []
    for shot in plan.shots:
        notes = naming.notes_of(replace(shot, head=shot.head * 0, tail=shot.tail * 0), stems.scores)
        counts = {layer: sum(note.layer is layer for note in notes) for layer in Layer}
        shots.append(PlacedShot(shot.name, plan.cut.timecode(shot.record_start), float(shot.duration), counts))
    return Report(
        output=placed.output,
        media_folder=placed.media_folder,
        take=plan.take,
        tracks=tuple(place.track_name(layer, plan.take) for layer in Layer),
        rule=plan.selection.rule,
        shots=tuple(shots),
        levels=stems.levels,
        decisions=tuple((one.what, one.why) for one in stems.decisions),
        guesses=tuple((one.words, tuple(entry for entry, _ in one.entries)) for one in stems.intent.guesses),
        not_understood=stems.intent.not_understood,
        warnings=(
            *plan.cut.warnings,
            *plan.selection.warnings,
            *job.flavour.kind_doubts(job.wanted_output),
            *_held_back(stems),
            *(seeking_warnings((piece.span for piece in plan.pieces), job.depth) if _for_mlt(job) else ()),
            *stems.warnings,
        ),
        extras=placed.extras,
        seconds=seconds,
    )
