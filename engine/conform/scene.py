"""The score of a scene of the new cut, from those of the old one and from what was made for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain

import numpy as np

from engine.conform.beds import Beds
from engine.conform.events import move_events
from engine.conform.run import Run, score_under
from engine.conform.sheet import Origin, Sheet
from engine.mix import ducking
from engine.score.score import LEVEL, Mix, Provenance, Score, is_bed
from engine.sounding import aligned
from engine.types import Curve, Layer, ScoreError


@dataclass(frozen=True, slots=True)
class NewScene:
    """Where a scene lies now, and what of the old cut is in it. Record seconds."""

    number: int
    start: Fraction
    end: Fraction
    head: Fraction  # handles
    tail: Fraction
    runs: tuple[Run, ...]  # at least one, joined, in order


@dataclass(frozen=True, slots=True)
class Conformed:
    """A new score, and where each note that has gone with its shot comes from."""

    scene: NewScene
    score: Score
    origins: Mapping[str, Origin]


def conform(
    scene: NewScene, old: Sequence[Score], made: Sequence[Score], made_by: Provenance | None = None
) -> Conformed:
    """Move what was scored to where its pictures are now; of `made`, take the events between the runs.

    The mix goes with the shots: gains, ducking and the limiter's curve. Raises ScoreError for old scores that were
    never mixed.
    """
    under = [score_under(old, run) for run in scene.runs]
    for score in under:
        if score.mix is None:
            raise ScoreError("the score was never mixed; sound it first: foleyline stems OLD --from-score SCORE")
    first = under[0].mix or Mix()
    sheet = Sheet(scene.start, scene.end, scene.head, scene.tail, scene.runs, first.gain_db)
    beds = Beds(sheet)
    for index, score in enumerate(under):
        beds.move(score, index, [note for note in score.notes if is_bed(note)])
        move_events(sheet, score, index, [note for note in score.notes if not is_bed(note)])
    beds.write()
    fresh = [_take_made(sheet, score) for score in made]
    notes = tuple(sorted(sheet.notes, key=lambda note: (note.start_s, note.id)))
    mix = Mix(first.gain_db, _curve(sheet, under, "duck", fresh), _curve(sheet, under, "limiter", ()))
    made_by = made_by or under[0].made_by
    score = Score(scene.number, scene.start, scene.end - scene.start, notes, mix, made_by)
    return Conformed(scene, score, sheet.origins)


def _take_made(sheet: Sheet, score: Score) -> Score:
    """The events of what was made for a new stretch; its ambience is that of its neighbours."""
    score = replace(score, notes=tuple(note for note in score.notes if note.layer is not Layer.AMBIENT))
    score = aligned(score)
    late = score.record_start - sheet.start
    for note in score.notes:
        sheet.add(replace(note, start_s=float(late + Fraction(note.start_s))), score, -1)
    return score


def _curve(sheet: Sheet, under: Sequence[Score], name: str, fresh: Sequence[Score]) -> Curve:
    """A curve of the mix, each run's with its run, and at rest in between, but for the ducking of what is new there."""
    parts: list[tuple[Fraction, Curve]] = []
    for run, score in zip(sheet.runs, under, strict=True):
        curve: Curve = getattr(score.mix, name)
        first = run.was_start - (sheet.head if run.is_plain and run.now_start == sheet.start else 0)
        last = run.was_end + (sheet.tail if run.is_plain and run.now_end == sheet.end else 0)
        clipped = _clipped(curve, first - score.record_start, last - score.record_start)
        parts.append((run.now_start - (run.was_start - first), _stretched(clipped, run)))
    for start, end in sheet.gaps:
        curve = LEVEL
        for score in fresh:
            if start <= score.record_start < end:
                curve = ducking(score)
                curve = Curve(tuple(time + float(score.record_start - start) for time in curve.times_s), curve.values)
        parts.append((start, _clipped(curve, Fraction(0), end - start)))
    if all(level == 0.0 for _, part in parts for level in part.values):
        return LEVEL
    parts.sort(key=lambda part: part[0])
    times = [[round(sheet.at(start) + time, 7) for time in part.times_s] for start, part in parts]
    return Curve(tuple(chain(*times)), tuple(chain(*(part.values for _, part in parts))))


def _clipped(curve: Curve, start: Fraction, end: Fraction) -> Curve:
    """The curve from `start` to `end`, its time counted from there."""
    lo, hi = float(start), float(end)
    edges = curve.at(np.array([lo, hi])).tolist()
    inner = [(time - lo, level) for time, level in zip(curve.times_s, curve.values, strict=True) if lo < time < hi]
    points = [(0.0, edges[0]), *inner, (hi - lo, edges[1])]
    return Curve(tuple(time for time, _ in points), tuple(level for _, level in points))


def _stretched(curve: Curve, run: Run) -> Curve:
    factor = float(run.stretch)
    if run.backwards:
        length = curve.times_s[-1]
        times = tuple((length - time) * factor for time in reversed(curve.times_s))
        return Curve(times, tuple(reversed(curve.values)))
    return curve if factor == 1 else Curve(tuple(time * factor for time in curve.times_s), curve.values)
