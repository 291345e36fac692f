"""The new score as it grows: notes with names of their own, and where each comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from engine.conform.run import Run
from engine.score.score import Score
from engine.types import Layer, Note


@dataclass(frozen=True, slots=True)
class Origin:
    """The old note that a new one is, and the run that brought it."""

    score: Score
    note: Note
    run: int


@dataclass(slots=True)
class Sheet:
    """Notes of one new scene."""

    start: Fraction  # record seconds
    end: Fraction
    head: Fraction  # handles: what is sounded beyond
    tail: Fraction
    runs: Sequence[Run]
    gain_db: Mapping[Layer, float]  # of the new scene's mix
    notes: list[Note] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)  # by the new note's id
    _ids: set[str] = field(default_factory=set)
    _events: dict[tuple[int, str, int], str] = field(default_factory=dict)

    @property
    def gaps(self) -> list[tuple[Fraction, Fraction]]:
        """What no run covers, in order."""
        found, at = [], self.start
        for run in self.runs:
            if run.now_start > at:
                found.append((at, run.now_start))
            at = run.now_end
        return [*found, (at, self.end)] if self.end > at else found

    def add(self, note: Note, score: Score, run: int, old: Note | None = None) -> None:
        """Take a note whose times already count from the new scene's start; `old` is what it comes from.

        Its gain makes up for what the mix of its old scene had other than the new one's.
        """
        change = self._gain_change(score, note.layer)
        gain = note.gain_db + change if change else note.gain_db
        taken = self._free(note.id)
        self.notes.append(replace(note, id=taken, event=self._event(score, note.event, run), gain_db=gain))
        if old is not None:
            self.origins[taken] = Origin(score, old, run)

    def at(self, record: Fraction) -> float:
        """A record time as seconds from the scene's start."""
        return float(record - self.start)

    def _gain_change(self, score: Score, layer: Layer) -> float:
        return score.mix.gain_db.get(layer, 0.0) - self.gain_db.get(layer, 0.0) if score.mix else 0.0

    def _free(self, name: str) -> str:
        free, number = name, 1
        while free in self._ids:
            number += 1
            free = f"{name}~{number}"
        self._ids.add(free)
        return free

    def _event(self, score: Score, name: str, run: int) -> str:
        """Notes of one event stay together, and apart from another run's."""
        key = (score.scene, name, run)
        if key not in self._events:
            taken, free, number = set(self._events.values()), name, 1
            while free in taken:
                number += 1
                free = f"{name}~{number}"
            self._events[key] = free
        return self._events[key]
