"""What the words send from one side to the other: "from left to right"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from engine.text.intent import Source
from engine.types import Curve, Note

SHORT_S = 0.5  # a note this short stays where it begins


def crossed(notes: Sequence[Note], sources: Iterable[Source]) -> list[Note]:
    """The notes, those of a crossing source placed along its way from their first to their last."""
    placed = list(notes)
    for source in sources:
        mine = [number for number, note in enumerate(placed) if f".{source.id}." in note.id]
        if source.pan_path is None or not mine:
            continue
        first = min(placed[number].start_s for number in mine)
        last = max(placed[number].start_s + placed[number].duration_s for number in mine)
        for number in mine:
            placed[number] = _along(placed[number], (first, last), source.pan_path)
    return placed


def _along(note: Note, span_s: tuple[float, float], pans: tuple[float, float]) -> Note:
    edges = (note.start_s, note.start_s + note.duration_s)
    begins, ends = (round(float(np.interp(edge, span_s, pans)), 4) for edge in edges)
    pan: float | Curve = begins if note.duration_s <= SHORT_S else Curve((0.0, note.duration_s), (begins, ends))
    return replace(note, place=replace(note.place, pan=pan))
