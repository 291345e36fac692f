"""The score that a written timeline carries in its clips."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from engine.score.reading import from_json
from engine.score.score import Score
from engine.types import ScoreError
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
