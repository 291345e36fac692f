"""Ambiences go with the shots that they lay under, and cross-fade where the cut has put others side by side."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from engine.conform.sheet import Sheet
from engine.score.score import Score
from engine.types import Note

SEAM = Fraction(1, 10)
"""Seconds of the equal-power cross-fade around a cut at which an ambience goes on from another moment of itself."""

SHORTEST = Fraction(1, 20)
SAME_S = 1e-4  # score times are rounded


@dataclass(frozen=True, slots=True)
class _Portion:
    """A stretch of a bed: the new record seconds it covers and its own time at the first; which of its ends are cut."""

    score: Score
    note: Note
    start: Fraction
    end: Fraction
    own: Fraction
    opens: bool  # it was sounding before, and is cut here
    closes: bool


@dataclass(slots=True)
class Beds:
    """Writes the ambience of a new scene."""

    sheet: Sheet
    used: dict[tuple[int, str], Fraction] = field(default_factory=dict)  # own time of each bed that has been heard
    at_end: dict[Fraction, list[_Portion]] = field(default_factory=dict)  # what sounds where a run ends
    at_start: dict[Fraction, list[_Portion]] = field(default_factory=dict)

    def move(self, score: Score, index: int, notes: list[Note]) -> None:
        """The beds of an old scene as far as a run goes."""
        run = self.sheet.runs[index]
        for note in notes:
            begins, ends = (score.record_start + Fraction(at) for at in (note.heard_start_s, note.heard_end_s))
            first, last = max(begins, run.was_start), min(ends, run.was_end)
            if last - first < SHORTEST:
                continue
            opens, closes = begins <= run.was_start, ends >= run.was_end
            start = run.now_start + first - run.was_start
            end = run.now_end if closes else min(start + last - first, run.now_end)
            own = first - score.record_start - Fraction(note.start_s)
            portion = _Portion(score, note, start, end, own, opens, closes)
            self._write(portion, index if run.is_plain else -1)
            if opens:
                self.at_start.setdefault(run.now_start, []).append(portion)
            if closes:
                self.at_end.setdefault(run.now_end, []).append(portion)

    def fill(self) -> None:
        """Let the ambience before each new stretch, or else that after it, go on in it with sound not yet heard."""
        for start, end in self.sheet.gaps:
            for portion in self.at_end.get(start) or self.at_start.get(end, []):
                key = (portion.score.scene, portion.note.id)
                fresh = max(self.used[key], Fraction(portion.note.duration_s)) + SEAM
                self._write(replace(portion, start=start, end=end, own=fresh, opens=True, closes=True), -1)

    def _write(self, portion: _Portion, index: int) -> None:
        note, sheet = portion.note, self.sheet
        from_s, fade_in_s, until_s, fade_out_s = note.heard_from_s, note.fade_in_s, note.heard_until_s, note.fade_out_s
        own_end = portion.own + portion.end - portion.start
        if portion.opens:
            before, fade_s = (sheet.head, 0.0) if portion.start == sheet.start else (SEAM / 2, float(SEAM))
            from_s = max(float(portion.own - before), 0.0)
            fade_in_s = max(fade_s, note.fade_in_s if from_s < note.heard_from_s + SAME_S else 0.0)
        if portion.closes:
            after, fade_s = (sheet.tail, 0.0) if portion.end == sheet.end else (SEAM / 2, float(SEAM))
            own_end += after
            until_s = float(own_end)
            fade_out_s = max(fade_s, note.fade_out_s if until_s > note.duration_s - SAME_S else 0.0)
        made = replace(
            note,
            start_s=sheet.at(portion.start - portion.own),
            duration_s=max(note.duration_s, float(own_end)),
            heard_from_s=from_s if abs(from_s - note.heard_from_s) > SAME_S else note.heard_from_s,
            heard_until_s=until_s if abs(until_s - (note.heard_until_s or note.duration_s)) > SAME_S else 0.0,
            fade_in_s=fade_in_s,
            fade_out_s=fade_out_s,
        )
        key = (portion.score.scene, note.id)
        self.used[key] = max(self.used.get(key, Fraction(0)), own_end)
        sheet.add(made, portion.score, index, note if index >= 0 else None)
