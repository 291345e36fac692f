"""The score that a written timeline carries in its clips."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from engine.score.reading import from_json
from engine.score.score import Score
from engine.types import Curve, ScoreError
from plugin.timeline import place
from plugin.timeline.document import Document, as_document
from plugin.timeline.place import FoundStem


def scores_of(timeline: Path | Document, take: int | None = None) -> list[Score]:
    """The scores that a written timeline carries, put together from its clips. Raises ScoreError, TimelineError."""
    document = as_document(timeline)
    found = place.foleyline_notes(document)
    takes = sorted({stem.take for stem in found})
    if not takes:
        raise ScoreError(
            f"{document.path} carries no Foleyline score; it was not written by Foleyline, or lost its notes"
        )
    chosen = take if take is not None else takes[-1]
    if chosen not in takes:
        raise ScoreError(f"{document.path} has no take {chosen}; it has {', '.join(map(str, takes))}")
    parts: dict[int, list[Score]] = {}
    for stem in found:
        if stem.take == chosen:
            for score in _noted_scores(stem):
                parts.setdefault(score.scene, []).append(score)
    return [_whole(parts[scene]) for scene in sorted(parts)]


def _whole(parts: Sequence[Score]) -> Score:
    """A scene of what its clips carry: each its notes, and the mix as long as it sounds."""
    notes = {note.id: note for part in reversed(parts) for note in part.notes}
    mixes = [part.mix for part in parts if part.mix]
    mix = mixes and replace(
        mixes[0], duck=_joined(mix.duck for mix in mixes), limiter=_joined(mix.limiter for mix in mixes)
    )
    ordered = sorted(notes.values(), key=lambda note: (note.start_s, note.id))
    return replace(parts[0], notes=tuple(ordered), mix=mix or None)


def _joined(curves: Iterable[Curve]) -> Curve:
    """One curve of stretches of it that overlap: each point once, points of one time in their order."""
    stretches = sorted({(curve.times_s, curve.values) for curve in curves})
    points = dict.fromkeys(point for stretch in stretches for point in zip(*stretch, strict=True))
    ordered = sorted(points, key=lambda point: point[0])
    return Curve(tuple(time for time, _ in ordered), tuple(value for _, value in ordered))


def _noted_scores(stem: FoundStem) -> list[Score]:
    try:
        return from_json(json.loads(str(stem.note.get("score"))), stem.name)
    except ValueError as error:
        raise (
            error if isinstance(error, ScoreError) else ScoreError(f"{stem.name} carries no readable score: {error}")
        ) from error
