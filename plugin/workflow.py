"""One path for panel and command line: timeline, selection, engine, files, tracks."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine import generate as engine
from engine.generate import Settings, Stems
from engine.media.wave import WaveWriter
from engine.media.wave_chunks import Broadcast, Depth
from engine.media.whole_file import free_path, refuse_existing, unwritable
from engine.mix import Levels
from engine.score.reading import from_json, read_scores
from engine.score.score import Score, to_json, write_scores
from engine.types import (
    SAMPLE_RATE,
    Cancel,
    CancelledError,
    FoleylineError,
    Json,
    Layer,
    OutputError,
    Progress,
    ScoreError,
    SettingError,
    Shot,
)
from plugin import naming
from plugin.timeline import place
from plugin.timeline.cut import Cut
from plugin.timeline.document import Document, open_document
from plugin.timeline.place import FoundStem, StemClip
from plugin.timeline.read import read_timeline
from plugin.timeline.select import Choice, Selection, select
from plugin.timeline.stem_span import StemSpan, stem_span

WRITE_BLOCK = 10 * SAMPLE_RATE
LOUDNESS_RANGE_LUFS = (-60.0, -5.0)
LARGEST_SEED = 2**53 - 1  # what every program that reads JSON keeps exact
LONGEST_HANDLES = 1200  # frames


@dataclass(frozen=True, slots=True)
class Job:
    """What the user asks for."""

    timeline: Path
    choice: Choice = field(default_factory=Choice)
    words: str = ""
    output: Path | None = None
    settings: Settings = field(default_factory=Settings)
    handles_frames: int | None = None  # about a second
    depth: Depth = Depth.INT16
    skip_missing: bool = False
    stems_only: bool = False
    from_score: Path | None = None
    score: Path | None = None
    preview: Path | None = None
    picture: Path | None = None


@dataclass(frozen=True, slots=True)
class PlacedShot:
    """One shot as it was placed."""

    name: str
    timecode: str
    duration_s: float
    notes: Mapping[Layer, int]


@dataclass(frozen=True, slots=True)
class Report:
    """What was done."""

    output: Path
    media_folder: Path
    take: int
    tracks: tuple[str, ...]
    rule: str
    shots: tuple[PlacedShot, ...]
    levels: Levels
    decisions: tuple[tuple[str, str], ...]
    guesses: tuple[tuple[str, tuple[str, ...]], ...]
    not_understood: tuple[str, ...]
    warnings: tuple[str, ...]
    extras: tuple[Path, ...]  # score, preview, picture
    seconds: Mapping[str, float]  # by stage of the work


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where everything goes, settled before anything is made."""

    cut: Cut
    selection: Selection
    shots: tuple[Shot, ...]  # with their handles
    spans: tuple[StemSpan, ...]
    output: Path
    media_folder: Path
    take: int


def make_stems(job: Job, progress: Progress, cancel: Cancel | None = None) -> Report:
    """Make stems for the chosen clips and write the timeline that has them.

    Nothing that exists is replaced, and nothing is left behind when it fails. Raises the errors of `engine.types`.
    """
    begun = time.monotonic()
    plan = _plan(job)
    read_at = time.monotonic()
    with _staged(plan.output.parent) as stage, _sounded(job, plan, progress, cancel) as stems:
        made_at = time.monotonic()
        names = naming.stem_names(plan.shots, stems.scores, job.timeline.stem, plan.take)
        clips = _write_stems(job, plan, stems, stage, names, progress, cancel)
        extras = _write_extras(job, plan, stems, stage, progress, cancel)
        if cancel and cancel.is_set():
            raise CancelledError("stopped before anything was placed")
        _publish(job, plan, clips, stage, extras)
        done = time.monotonic()
        seconds = {
            "reading": read_at - begun,
            "making": made_at - read_at,
            "writing": done - made_at,
            "all": done - begun,
        }
        return _report(plan, stems, extras, seconds)


def _plan(job: Job) -> _Plan:
    _check_numbers(job)
    _check_names(job)
    cut = read_timeline(job.timeline)
    selection = select(cut, job.choice, skip_missing=job.skip_missing)
    output = free_path(job.output or job.timeline.with_name(f"{job.timeline.stem}.foley.otio"))
    place.check_placeable(job.timeline)
    spans = tuple(stem_span(shot, cut.rate, job.handles_frames, start=cut.start) for shot in selection.shots)
    shots = tuple(
        replace(shot, head=span.head, tail=span.tail) for shot, span in zip(selection.shots, spans, strict=True)
    )
    media_folder = free_path(output.with_name(f"{naming.words(output.stem, 80) or 'foley'}-stems"))
    return _Plan(cut, selection, shots, spans, output, media_folder, place.next_take(job.timeline))


def _check_numbers(job: Job) -> None:
    """SettingError at once, not after the work, for what cannot be."""
    low, high = LOUDNESS_RANGE_LUFS
    if not low <= job.settings.programme_lufs <= high:
        raise SettingError(f"the loudness is {job.settings.programme_lufs:g}; it lies in {low:g} to {high:g} LUFS")
    if not 0 <= job.settings.seed <= LARGEST_SEED:
        raise SettingError(f"the seed is {job.settings.seed}; it lies in 0 to {LARGEST_SEED}")
    if job.handles_frames is not None and not 0 <= job.handles_frames <= LONGEST_HANDLES:
        raise SettingError(f"the handles are {job.handles_frames} frames; they lie in 0 to {LONGEST_HANDLES}")


def _check_names(job: Job) -> None:
    given = [path for path in (job.output, job.score, job.preview, job.picture) if path is not None]
    for path in given:
        if not path.name or path.name == ".." or path.is_dir():
            raise OutputError(f"{str(path)!r} is a folder; give the name of a file")
        if not path.parent.is_dir():
            raise OutputError(f"the folder {path.parent} is not there; make it, or give another name for {path.name}")
    places = [path.resolve() for path in given]
    for path in given:
        if places.count(path.resolve()) > 1:
            raise OutputError(f"{path} is given for two outputs; give each a name of its own")


def _sounded(job: Job, plan: _Plan, progress: Progress, cancel: Cancel | None) -> Stems:
    if job.from_score:
        return engine.sound_again(plan.shots, read_scores(job.from_score), job.settings, progress, cancel)
    return engine.generate(plan.shots, job.words, job.settings, progress, cancel)


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """A folder beside the output in which everything is made, gone afterwards; and those of killed runs with it."""
    mine = f".foleyline-{naming.words(platform.node()) or 'here'}-"
    _remove_orphans(folder, mine)
    try:
        stage = Path(tempfile.mkdtemp(prefix=f"{mine}{os.getpid()}-", dir=folder))
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _remove_orphans(folder: Path, prefix: str) -> None:
    """Remove what runs on this machine left in `folder` whose process is gone."""
    for left in folder.glob(f"{prefix}*-*"):
        owner = left.name.removeprefix(prefix).partition("-")[0]
        if os.name == "posix" and owner.isdecimal() and not _runs(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


def _write_stems(
    job: Job,
    plan: _Plan,
    stems: Stems,
    stage: Path,
    names: Mapping[tuple[int, Layer], str],
    progress: Progress,
    cancel: Cancel | None,
) -> list[StemClip]:
    clips = []
    for index, (shot, span) in enumerate(zip(plan.shots, plan.spans, strict=True)):
        for number, layer in enumerate(Layer):
            name = names[index, layer]
            about = _about(job, plan, stems, index, layer, name)
            _write_stem(stage / f"{name}.wav", stems, shot, span, layer, job, about, cancel)
            note = _clip_note(plan, stems, shot, layer)
            clips.append(StemClip(layer, span, plan.media_folder / f"{name}.wav", note))
            progress(shot.name, "writing", (number + 1) / len(Layer))
    return clips


def _write_stem(
    path: Path,
    stems: Stems,
    shot: Shot,
    span: StemSpan,
    layer: Layer,
    job: Job,
    about: Broadcast,
    cancel: Cancel | None,
) -> None:
    seed = naming.number(path.stem, job.settings.seed)
    with WaveWriter(path, 2, job.depth, about, seed=seed) as writer:
        for first in range(span.first_sample, span.last_sample, WRITE_BLOCK):
            if cancel and cancel.is_set():
                raise CancelledError(f"stopped while writing {path.name}")
            writer.write(stems.read(shot, layer, first, min(first + WRITE_BLOCK, span.last_sample)))


def _about(job: Job, plan: _Plan, stems: Stems, index: int, layer: Layer, name: str) -> Broadcast:
    span, score = plan.spans[index], stems.of(plan.shots[index]).score
    made_by = score.made_by
    note = (
        f"Foleyline {made_by.version}, generator {made_by.generator}, seed {made_by.seed}, words: {made_by.words}; "
        f"licence: {made_by.licence}"
    )
    return Broadcast(
        time_reference_samples=span.time_reference_samples(plan.cut.start),
        description=f"{layer.value} stem of {plan.shots[index].name}",
        reference=name,
        project=plan.cut.name,
        scene=str(score.scene + 1),
        take=str(plan.take),
        note=note,
        track_names=(f"{layer.value} L", f"{layer.value} R"),
        timecode_rate=plan.cut.rate,
        drop_frame=plan.cut.drop_frame,
    )


def _clip_note(plan: _Plan, stems: Stems, shot: Shot, layer: Layer) -> dict[str, Json]:
    """What made a stem: enough to open, change and sound it again from the timeline alone."""
    score = stems.of(shot).score
    ids = {note.id for note in naming.notes_of(shot, [score])}
    mine = tuple(note for note in score.notes if note.layer is layer and note.id in ids)
    made_by = {name: getattr(score.made_by, name) for name in ("generator", "version", "seed", "words", "licence")}
    # As text: OpenTimelineIO (0.18) reads numbers a unit in the last place off, and the score is kept to the bit.
    text = json.dumps(to_json([replace(score, notes=mine)]), ensure_ascii=False)
    return {"layer": layer.value, "take": plan.take, **made_by, "score": text}


def _write_extras(
    job: Job, plan: _Plan, stems: Stems, stage: Path, progress: Progress, cancel: Cancel | None
) -> list[tuple[Path, Path]]:
    """Score, picture and preview, made in `stage`: pairs of where each lies and where it goes."""
    extras = []
    if job.score:
        extras.append((stage / "score.json", free_path(job.score)))
        write_scores(extras[-1][0], stems.scores)
    if job.picture:
        from plugin.picture import draw_stems

        extras.append((stage / "picture.png", free_path(job.picture)))
        span = (plan.cut.timecode(plan.shots[0].record_start), plan.cut.timecode(plan.shots[-1].record_end))
        draw_stems(extras[-1][0], plan.shots, stems, span, job.words or plan.cut.name)
        progress("picture", "drawing", 1.0)
    if job.preview:
        from plugin.preview import write_preview

        extras.append((stage / "preview.mp4", free_path(job.preview)))
        write_preview(
            extras[-1][0], plan.shots, stems, lambda fraction: progress("preview", "encoding", fraction), cancel
        )
    return extras


def _publish(
    job: Job, plan: _Plan, clips: Sequence[StemClip], stage: Path, extras: Sequence[tuple[Path, Path]]
) -> None:
    """Give everything its name, the timeline last; on failure take back what had its name already."""
    given: list[Path] = []
    try:
        plan.media_folder.mkdir()
        given.append(plan.media_folder)
        for clip in clips:
            (stage / clip.path.name).replace(clip.path)
        for made, path in extras:
            refuse_existing(path)
            shutil.move(made, path)
            given.append(path)
        place.place_stems(job.timeline, clips, plan.output, stems_only=job.stems_only)
    except BaseException as error:
        for path in given:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, FoleylineError):
            raise unwritable(plan.output, error) from error
        raise


def _report(plan: _Plan, stems: Stems, extras: Sequence[tuple[Path, Path]], seconds: Mapping[str, float]) -> Report:
    placed = []
    for shot in plan.shots:
        notes = naming.notes_of(replace(shot, head=shot.head * 0, tail=shot.tail * 0), stems.scores)
        counts = {layer: sum(note.layer is layer for note in notes) for layer in Layer}
        placed.append(PlacedShot(shot.name, plan.cut.timecode(shot.record_start), float(shot.duration), counts))
    suffix = f" {plan.take}" if plan.take > 1 else ""
    return Report(
        output=plan.output,
        media_folder=plan.media_folder,
        take=plan.take,
        tracks=tuple(f"Foley {layer.value.capitalize()}{suffix}" for layer in Layer),
        rule=plan.selection.rule,
        shots=tuple(placed),
        levels=stems.levels,
        decisions=tuple((one.what, one.why) for one in stems.decisions),
        guesses=tuple((one.words, tuple(entry for entry, _ in one.entries)) for one in stems.intent.guesses),
        not_understood=stems.intent.not_understood,
        warnings=(*plan.cut.warnings, *plan.selection.warnings, *stems.warnings),
        extras=tuple(path for _, path in extras),
        seconds=seconds,
    )


def scores_of(timeline: Path | Document, take: int | None = None) -> list[Score]:
    """The scores that a written timeline carries, put together from its clips. Raises ScoreError, TimelineError."""
    document = timeline if isinstance(timeline, Document) else open_document(timeline)
    found = place.foleyline_notes(document)
    takes = sorted({stem.take for stem in found})
    if not takes:
        raise ScoreError(
            f"{document.path} carries no Foleyline score; it was not written by Foleyline, or lost its notes"
        )
    chosen = take if take is not None else takes[-1]
    if chosen not in takes:
        raise ScoreError(f"{document.path} has no take {chosen}; it has {', '.join(map(str, takes))}")
    whole: dict[int, Score] = {}
    for stem in found:
        if stem.take != chosen:
            continue
        for score in _noted_scores(stem):
            known = whole.setdefault(score.scene, replace(score, notes=()))
            ids = {note.id for note in known.notes}
            fresh = tuple(note for note in score.notes if note.id not in ids)
            notes = tuple(sorted((*known.notes, *fresh), key=lambda note: (note.start_s, note.id)))
            whole[score.scene] = replace(known, notes=notes)
    return [whole[scene] for scene in sorted(whole)]


def _noted_scores(stem: FoundStem) -> list[Score]:
    try:
        return from_json(json.loads(str(stem.note.get("score"))), stem.name)
    except ValueError as error:
        raise (
            error if isinstance(error, ScoreError) else ScoreError(f"{stem.name} carries no readable score: {error}")
        ) from error
