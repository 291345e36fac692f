"""What is to be done after a cut has changed, settled before any of it is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from pathlib import Path

from engine.conform.run import Run, joined_runs
from engine.conform.scene import NewScene
from engine.types import Layer, MissingMediaError, Shot, TimelineError
from plugin.conform.old import OldStems, is_stem, old_stems
from plugin.conform.pairing import Link, pair
from plugin.conform.parts import Fate, NewShot, parts_of, shots_with_stems
from plugin.fading import check_fades
from plugin.job import Job, check_job, check_rate
from plugin.stem_files import Piece, one_piece
from plugin.timeline import place
from plugin.timeline.clock import Span
from plugin.timeline.cut import Cut
from plugin.timeline.document import Document, open_document
from plugin.timeline.read import read_document
from plugin.timeline.select import missing, shots_of, shown
from plugin.timeline.stem_span import handles_of, stem_span
from plugin.timeline.topmost import Piece as Picture


@dataclass(frozen=True, slots=True)
class ConformJob:
    """What the user asks for: `job` is for the new timeline, its words for what is new in it."""

    old: Path
    job: Job
    take: int | None = None  # of the old stems; the last
    old_rate: Fraction | None = None  # of an old timeline whose file does not say it
    old_score: Path | None = None  # for an old timeline that carries none


@dataclass(frozen=True, slots=True)
class Plan:
    """Both cuts, and what of the old is in the new. Shots, scenes and pieces lie on the new timeline, in order."""

    document: Document
    cut: Cut
    old_cut: Cut
    old: OldStems
    old_pictures: Sequence[Picture]
    pictures: Sequence[Picture]
    new_shots: Sequence[NewShot]
    shots: Sequence[Shot]  # one for each of them, with handles
    scenes: Sequence[NewScene]  # without runs: nothing of it was there before
    made: Sequence[Shot]  # what is to be looked at
    pieces: Sequence[Piece]
    take: int
    warnings: tuple[str, ...]

    def layers_of(self, scene: NewScene) -> tuple[Layer, ...]:
        """Those that some shot of a scene gets a file of."""
        pieces = [piece for piece in self.pieces if any(shot.scene == scene.number for shot in piece.shots)]
        return tuple(layer for layer in Layer if any(layer in piece.layers for piece in pieces))


def plan_conform(wanted: ConformJob) -> Plan:
    """Read both timelines and pair their shots. Raises TimelineError, ScoreError, MissingMediaError, as `check_job`."""
    job = wanted.job
    check_job(job)
    check_rate(wanted.old, wanted.old_rate)
    old_document, document = open_document(wanted.old, wanted.old_rate), open_document(job.timeline, job.rate)
    old_cut, cut = read_document(old_document), read_document(document, drop_frame=job.drop_frame)
    old = old_stems(old_document, old_cut, wanted.take, wanted.old_score)
    place.check_placeable(document)
    check_fades(job.fades_frames, handles_of(cut.rate, job.handles_frames))
    old_pictures, pictures = shown(old_cut), shown(cut)
    frame = 1 / cut.rate
    links = pair(old_pictures, pictures, frame)
    new_shots = shots_with_stems(parts_of(pictures, links, old.covered(*Layer), frame))
    if not any(part.link for shot in new_shots for part in shot.parts):
        raise TimelineError(
            f"{job.timeline} shows no picture that has stems in {wanted.old}: no clip of it plays the same file. "
            "Give the timeline with the stems first, then its new cut."
        )
    new_shots, made, lost = _looked_at(cut, pictures, new_shots, skip_missing=job.skip_missing)
    shots = _with_handles(cut, shots_of(cut, [Picture(pictures[shot.piece].clip, shot.now) for shot in new_shots]), job)
    return Plan(
        document=document,
        cut=cut,
        old_cut=old_cut,
        old=old,
        old_pictures=old_pictures,
        pictures=pictures,
        new_shots=new_shots,
        shots=shots,
        scenes=_scenes(shots, new_shots, old_pictures),
        made=made,
        pieces=_pieces(cut, shots, new_shots, old, job),
        take=place.next_take(document),
        warnings=(
            *cut.warnings,
            *job.flavour.kind_doubts(job.wanted_output),
            *lost,
            *_doubled(cut),
            *_without(cut, pictures, new_shots),
        ),
    )


def _with_handles(cut: Cut, shots: Sequence[Shot], job: Job) -> list[Shot]:
    spans = [stem_span(shot, cut.rate, job.handles_frames, start=cut.start) for shot in shots]
    return [replace(shot, head=span.head, tail=span.tail) for shot, span in zip(shots, spans, strict=True)]


def _looked_at(
    cut: Cut, pictures: Sequence[Picture], new_shots: Sequence[NewShot], *, skip_missing: bool
) -> tuple[list[NewShot], list[Shot], list[str]]:
    """The shots, what of them is new and can be seen, and what cannot; a wholly new one that cannot is left out."""
    seen, kept, lost = [], [], []
    for shot in new_shots:
        news = [part for part in shot.parts if part.fate is Fate.NEW]
        problem = missing(cut, Picture(pictures[shot.piece].clip, news[0].now)) if news else ""
        if problem and not skip_missing and pictures[shot.piece].clip.medium.names_file:
            raise MissingMediaError(f"{problem} Relink it, or leave such clips out with --skip-missing.")
        lost += [problem] if problem else []
        if not problem:
            seen += [Picture(pictures[shot.piece].clip, part.now) for part in news]
        if not problem or len(news) < len(shot.parts):
            kept.append(shot)
    return kept, list(shots_of(cut, seen)), lost


def _scenes(shots: Sequence[Shot], new_shots: Sequence[NewShot], old_pictures: Sequence[Picture]) -> list[NewScene]:
    scenes = []
    for number, pairs in groupby(zip(shots, new_shots, strict=True), key=lambda pair: pair[0].scene):
        members = list(pairs)
        links = [part.link for _, new in members for part in new.parts if part.link]
        runs = joined_runs([_run(link, old_pictures[link.old]) for link in links])
        first, last = members[0][0], members[-1][0]
        scenes.append(NewScene(number, first.record_start, last.record_end, first.head, last.tail, tuple(runs)))
    return scenes


def _run(link: Link, shot: Picture) -> Run:
    opens, closes = min(shot.record.start, link.was.start), max(shot.record.end, link.was.end)
    return Run(link.was.start, link.was.end, link.now.start, link.now.end, opens, closes, link.backwards)


def _pieces(cut: Cut, shots: Sequence[Shot], new_shots: Sequence[NewShot], old: OldStems, job: Job) -> list[Piece]:
    if job.one_file_per_track:
        return [one_piece(cut, shots, job.handles_frames)]
    covered = {layer: old.covered(layer) for layer in Layer}
    pieces = []
    for shot, new in zip(shots, new_shots, strict=True):
        span = stem_span(shot, cut.rate, job.handles_frames, start=cut.start)
        pieces.append(Piece(shot.name, (shot,), span, _layers(new, covered)))
    return pieces


def _layers(shot: NewShot, covered: Mapping[Layer, Sequence[Span]]) -> tuple[Layer, ...]:
    """All for what is new; of what was there, those that had a stem."""
    if any(part.fate is Fate.NEW for part in shot.parts):
        return tuple(Layer)
    was = [part.link.was for part in shot.parts if part.link]
    return tuple(layer for layer in Layer if any(_reaches(covered[layer], span) for span in was))


def _reaches(covered: Sequence[Span], span: Span) -> bool:
    """Whether a stretch lies in or over one of others that are in order and apart."""
    after = bisect_left(covered, span.end, key=lambda one: one.start)
    return after > 0 and covered[after - 1].end > span.start


def _doubled(cut: Cut) -> list[str]:
    there = [clip for clip in cut.clips if clip.enabled and is_stem(clip)]
    if not there:
        return []
    tracks = ", ".join(dict.fromkeys(clip.track.name or clip.track.label for clip in there))
    return [f"{cut.path.name} still has stems of an earlier take on {tracks}; mute or delete them."]


def _without(cut: Cut, pictures: Sequence[Picture], shots: Sequence[NewShot]) -> list[str]:
    """Shots that have had no stems, and get none."""
    given = {shot.piece for shot in shots}
    bare = [picture for index, picture in enumerate(pictures) if index not in given]
    if not bare:
        return []
    named = ", ".join(f'"{picture.clip.name}" at {cut.timecode(picture.record.start)}' for picture in bare[:3])
    more = f" and {len(bare) - 3} more" if len(bare) > 3 else ""
    return [f"Without stems, as in the old cut: {named}{more}. Make some with `foleyline stems --range` or `--clip`."]
