"""`foleyline conform`: the stems of an old cut put under a new one."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import groupby
from pathlib import Path

from engine import generate as engine
from engine.conform.scene import NewScene, conform
from engine.conform.unchanged import Lengths
from engine.media.wave_chunks import Depth
from engine.performance import perform_parts
from engine.score.score import Score, write_scores
from engine.stems import SceneStems
from engine.types import (
    SAMPLE_RATE,
    Cancel,
    CancelledError,
    Layer,
    Note,
    Progress,
    Settings,
    Shot,
    seconds_to_sample,
)
from plugin.conform.fates import Row, rows
from plugin.conform.hands import kept_by_hand
from plugin.conform.old import Source, sources
from plugin.conform.plan import ConformJob, Plan, plan_conform
from plugin.conform.sound import ConformedSound, Copy, SceneSound, copies_of, left_over
from plugin.fading import fade_warnings, faded
from plugin.interchange.delivery import deliver
from plugin.publish import publish, speaking_of, staged
from plugin.stem_files import StemFiles
from plugin.timeline import place
from plugin.timeline.place import StemClip

__all__ = ["ConformJob", "ConformReport", "conform_stems", "preview_rows"]


@dataclass(frozen=True, slots=True)
class ConformReport:
    """What was done."""

    output: Path
    media_folder: Path
    take: int
    old_take: int
    tracks: tuple[str, ...]
    rows: tuple[Row, ...]
    warnings: tuple[str, ...]
    extras: tuple[Path, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Scene:
    """A new scene with its score, and what of its sound can be copied."""

    place: NewScene
    score: Score
    copies: Mapping[Layer, Sequence[Copy]]
    layers: Sequence[Layer]  # that get files

    @property
    def first(self) -> int:
        return seconds_to_sample(self.place.start - self.place.head)

    @property
    def last(self) -> int:
        return seconds_to_sample(self.place.end + self.place.tail)


def conform_stems(wanted: ConformJob, progress: Progress, cancel: Cancel | None = None) -> ConformReport:
    """Move score and stems with the shots, make what is new, and write the new timeline with a take of stems.

    Sound that nothing changed is copied to the bit. Neither timeline is changed, nothing that exists is replaced, and
    nothing is left behind when it fails. Raises the errors of `engine.types`.
    """
    begun = time.monotonic()
    plan, job = plan_conform(wanted), wanted.job
    warnings = list(plan.warnings)
    files, depth = sources(plan.old, warnings)
    lengths = Lengths()
    scenes = _scenes(plan, wanted, files, lengths, warnings, progress, cancel)
    given = [path for path in (job.wanted_output, job.score) if path is not None]
    with staged(given) as stages, _made(plan, scenes, lengths, job.settings, progress, cancel) as made:
        sounds = [_sound(scene, stretches, depth) for scene, stretches in zip(scenes, made, strict=True)]
        sound = ConformedSound(sounds)
        stage = stages.beside(job.wanted_output)
        with speaking_of(job.wanted_output):
            clips = StemFiles(plan.cut, plan.take, job.timeline.stem, depth, sound, stage).write(
                plan.pieces, progress, cancel
            )
        extras = {}
        if job.score:
            path = stages.beside(job.score) / "score.json"
            with speaking_of(job.score):
                write_scores(path, sound.scores)
            extras[path] = job.score
        if cancel and cancel.is_set():
            raise CancelledError("stopped before anything was placed")
        clips = faded(
            clips, {piece.span: sound.score_of(piece.shots[0]).scene for piece in plan.pieces}, job.fades_frames
        )
        warnings += fade_warnings(clips, job.fades_frames)
        placed = publish(job.wanted_output, clips, extras, stage, partial(_write, wanted, plan, warnings))
    return ConformReport(
        output=placed.output,
        media_folder=placed.media_folder,
        take=plan.take,
        old_take=plan.old.take,
        tracks=tuple(place.track_name(layer, plan.take) for layer in Layer),
        rows=tuple(_rows(plan, [_copied_s(scenes, shot) for shot in plan.shots])),
        warnings=tuple(warnings),
        extras=placed.extras,
        seconds=time.monotonic() - begun,
    )


def preview_rows(wanted: ConformJob) -> tuple[list[Row], tuple[str, ...]]:
    """What has happened to each shot, and warnings; nothing is made or written. Raises as `conform_stems`."""
    plan = plan_conform(wanted)
    return list(_rows(plan, None)), plan.warnings


def _write(wanted: ConformJob, plan: Plan, warnings: list[str], clips: Sequence[StemClip], path: Path) -> None:
    job = wanted.job
    warnings += deliver(plan.document, plan.cut, clips, path, flavour=job.flavour, stems_only=job.stems_only)


def _scenes(
    plan: Plan,
    wanted: ConformJob,
    files: Mapping[Layer, Sequence[Source]],
    lengths: Lengths,
    warnings: list[str],
    progress: Progress,
    cancel: Cancel | None,
) -> list[_Scene]:
    """Every new scene with its score, moved or written."""
    written = _written(plan, wanted, warnings, progress, cancel)
    scenes = []
    for scene in plan.scenes:
        inside = [score for score in written if scene.start <= score.record_start < scene.end]
        layers = plan.layers_of(scene)
        if scene.runs:
            moved = conform(scene, plan.old.scores, inside)
            copies = {layer: copies_of(moved, plan.old.scores, files, layer, lengths) for layer in Layer}
            for layer in (layer for layer in layers if layer is not Layer.AMBIENT):
                by_hand = list(kept_by_hand(moved, plan.old.scores, files[layer], layer, copies[layer], lengths))
                copies[layer] = sorted((*copies[layer], *by_hand), key=lambda copy: copy.first)
                warnings += _told_by_hand(plan, layer, by_hand)
            scenes.append(_Scene(scene, moved.score, copies, layers))
        else:
            score = replace(inside[0], scene=scene.number)
            scenes.append(_Scene(scene, score, dict.fromkeys(Layer, ()), layers))
    return scenes


def _told_by_hand(plan: Plan, layer: Layer, copies: Sequence[Copy]) -> list[str]:
    """Where an editor's own sound is kept over a new cut."""
    lengths_s: dict[Shot, float] = {}
    for copy in copies:
        start = Fraction(copy.first, SAMPLE_RATE)
        shot = next(shot for shot in plan.shots if start < shot.record_end)
        lengths_s[shot] = lengths_s.get(shot, 0.0) + (copy.last - copy.first) / SAMPLE_RATE
    return [
        f'The {layer.value} stem of "{shot.name}" at {plan.cut.timecode(shot.record_start)} was changed by hand: '
        f"{length:.2f} s of it are copied as they are, with what rings in from the shot that was before."
        for shot, length in lengths_s.items()
    ]


def _written(
    plan: Plan, wanted: ConformJob, warnings: list[str], progress: Progress, cancel: Cancel | None
) -> list[Score]:
    """Scores for what is new: by the words that are given for it, else by those of the old stems."""
    if not plan.made:
        return []
    job, said = wanted.job, Counter((score.made_by.words, score.made_by.seed) for score in plan.old.scores)
    words, seed = max(said, key=lambda one: said[one])
    start = plan.cut.timecode(plan.made[0].record_start)
    settings = replace(job.settings, seed=seed, start_timecode=start)
    scores, told = engine.write(plan.made, job.words or words, settings, progress, cancel)
    warnings += told.warnings
    if job.words:
        return scores
    # The old words have had their events: what they asked for unseen sounds where it did, not once more.
    asked = {source.words for source in told.intent.sources}
    return [_without(score, asked) for score in scores]


def _without(score: Score, asked: set[str]) -> Score:
    return replace(score, notes=tuple(note for note in score.notes if not _is_asked(note, asked)))


def _is_asked(note: Note, asked: set[str]) -> bool:
    return note.layer is not Layer.AMBIENT and note.because.removeprefix("words: ") in asked


@contextmanager
def _made(
    plan: Plan,
    scenes: Sequence[_Scene],
    lengths: Lengths,
    settings: Settings,
    progress: Progress,
    cancel: Cancel | None,
) -> Iterator[list[list[SceneStems]]]:
    """The stretches of each scene that no file holds, sounded."""
    stretches = [_stretches(scene) for scene in scenes]
    flat = [(number, one) for number, ones in enumerate(stretches) for one in ones]
    if not flat:
        yield [[] for _ in scenes]
        return
    parts = [
        ((_stretch_shot(scenes[number], one, index, plan.cut.rate),), _reaching(scenes[number].score, one, lengths))
        for index, (number, one) in enumerate(flat)
    ]
    with perform_parts(parts, settings, progress, cancel) as stems:
        by_scene = {
            number: [stretch for _, stretch in group]
            for number, group in groupby(
                zip((number for number, _ in flat), stems.scenes, strict=True), key=lambda pair: pair[0]
            )
        }
        yield [by_scene.get(number, []) for number in range(len(scenes))]


def _reaching(score: Score, stretch: tuple[int, int], lengths: Lengths) -> Score:
    """The score of a stretch: what sounds in it. One that is not mixed yet is mixed whole."""
    if score.mix is None:
        return score
    heard = {note.id for layer in Layer for note in lengths.sounding(score, layer, stretch)}
    return replace(score, notes=tuple(note for note in score.notes if note.id in heard))


def _stretches(scene: _Scene) -> list[tuple[int, int]]:
    """What has to be sounded, of any layer that gets files; neighbours are one."""
    found = sorted(one for layer in scene.layers for one in left_over(scene.first, scene.last, scene.copies[layer]))
    made: list[tuple[int, int]] = []
    for first, last in found:
        if made and first <= made[-1][1] + SAMPLE_RATE:
            made[-1] = made[-1][0], max(made[-1][1], last)
        else:
            made.append((first, last))
    return made


def _stretch_shot(scene: _Scene, stretch: tuple[int, int], number: int, rate: Fraction) -> Shot:
    """A stretch as what `sound_again` takes: inside its scene, what is beyond as handles."""
    place = scene.place
    first, last = (Fraction(sample, SAMPLE_RATE) for sample in stretch)
    start = min(max(first, place.start), place.end - Fraction(1, SAMPLE_RATE))
    end = max(min(last, place.end), start)
    return Shot(
        name=f"scene {place.number + 1}",
        media=None,
        source_start=Fraction(0),
        duration=end - start,
        record_start=start,
        frame_rate=rate,
        scene=number,
        head=max(start - first, Fraction(0)),
        tail=max(last - end, Fraction(0)),
    )


def _sound(scene: _Scene, made: Sequence[SceneStems], depth: Depth) -> SceneSound:
    score = made[0].score if scene.score.mix is None else scene.score
    return SceneSound(score, (scene.first, scene.last), scene.copies, made, depth)


def _rows(plan: Plan, copied_s: Sequence[float] | None) -> Sequence[Row]:
    return rows(
        plan.old_cut, plan.cut, plan.old_pictures, plan.pictures, plan.new_shots, plan.old.covered(*Layer), copied_s
    )


def _copied_s(scenes: Sequence[_Scene], shot: Shot) -> float:
    """Seconds of a shot that are copied, the mean of its three stems."""
    scene = next(one for one in scenes if one.place.start <= shot.record_start < one.place.end)
    first, last = seconds_to_sample(shot.record_start), seconds_to_sample(shot.record_end)
    kept = sum(_samples_in(scene.copies[layer], first, last) for layer in scene.layers)
    return kept / len(scene.layers) / SAMPLE_RATE


def _samples_in(copies: Sequence[Copy], first: int, last: int) -> int:
    begin = bisect_right(copies, first, key=lambda copy: copy.last)
    end = bisect_left(copies, last, key=lambda copy: copy.first)
    return sum(min(copy.last, last) - max(copy.first, first) for copy in copies[begin:end])
