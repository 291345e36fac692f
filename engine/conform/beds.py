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
LONGEST_FADE_END = Fraction(3, 10)
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
    """Gathers the ambience of a new scene, and writes it."""

    sheet: Sheet
    portions: list[tuple[_Portion, int]] = field(default_factory=list)  # with the number of the run; -1 for none
    at_end: dict[Fraction, list[_Portion]] = field(default_factory=dict)  # what sounds where a run ends
    at_start: dict[Fraction, list[_Portion]] = field(default_factory=dict)

    def move(self, score: Score, index: int, notes: list[Note]) -> None:
        """The beds of an old scene as far as a run goes."""
        run = self.sheet.runs[index]
        for note in notes:
            begins, ends = (score.record_start + Fraction(at) for at in (note.heard_start_s, note.heard_end_s))
            first, last = max(begins, run.was_start), min(ends, run.was_end)
            if last - first < SHORTEST or _is_end_of_fade(score, note, first, last):
                continue
            opens, closes = begins <= run.was_start, ends >= run.was_end
            start = run.now_start + first - run.was_start
            end = run.now_end if closes else min(start + last - first, run.now_end)
            own = first - score.record_start - Fraction(note.start_s)
            portion = _Portion(score, note, start, end, own, opens, closes)
            self.portions.append((portion, index if run.is_plain else -1))
            if opens:
                self.at_start.setdefault(run.now_start, []).append(portion)
            if closes:
                self.at_end.setdefault(run.now_end, []).append(portion)

    def write(self) -> None:
        """Onto the sheet. In a new stretch the ambience before it, or else that after it, goes on, not yet heard."""
        used: dict[tuple[int, str], Fraction] = {}  # own time of each bed
        for portion, index in self.portions:
            key = (portion.score.scene, portion.note.id)
            used[key] = max(used.get(key, Fraction(0)), self._write(portion, index))
        for start, end in self.sheet.gaps:
            for portion in self.at_end.get(start) or self.at_start.get(end, []):
                key = (portion.score.scene, portion.note.id)
                fresh = max(used[key], Fraction(portion.note.duration_s)) + SEAM
                filling = replace(portion, start=start, end=end, own=fresh, opens=True, closes=True)
                used[key] = self._write(filling, -1)

    def _write(self, portion: _Portion, index: int) -> Fraction:
        """Own time at which it ends."""
        note, sheet = portion.note, self.sheet
        from_s, fade_in_s, until_s, fade_out_s = note.heard_from_s, note.fade_in_s, note.heard_until_s, note.fade_out_s
        own_end = portion.own + portion.end - portion.start
        if portion.opens:
            goes_on = any(_is_same_sound(one, portion) for one in self.at_end.get(portion.start, ()))
            before, fade_s = _edge(portion.start == sheet.start, sheet.head, goes_on=goes_on)
            from_s = max(float(portion.own - before), 0.0)
            fade_in_s = max(fade_s, note.fade_in_s if from_s < note.heard_from_s + SAME_S and not goes_on else 0.0)
        if portion.closes:
            goes_on = any(_is_same_sound(portion, one) for one in self.at_start.get(portion.end, ()))
            after, fade_s = _edge(portion.end == sheet.end, sheet.tail, goes_on=goes_on)
            own_end += after
            until_s = float(own_end)
            fade_out_s = max(fade_s, note.fade_out_s if until_s > note.own_end_s - SAME_S and not goes_on else 0.0)
        made = replace(
            note,
            start_s=sheet.at(portion.start - portion.own),
            duration_s=max(note.duration_s, float(own_end)),
            heard_from_s=from_s if abs(from_s - note.heard_from_s) > SAME_S else note.heard_from_s,
            heard_until_s=until_s if abs(until_s - note.own_end_s) > SAME_S else note.heard_until_s,
            fade_in_s=fade_in_s,
            fade_out_s=fade_out_s,
        )
        sheet.add(made, portion.score, index, note if index >= 0 else None)
        return own_end


def _is_end_of_fade(score: Score, note: Note, first: Fraction, last: Fraction) -> bool:
    """Whether a short stretch holds no more of a bed than how it fades into its neighbour, over an old cut."""
    if last - first > LONGEST_FADE_END:
        return False
    start, end = (float(at - score.record_start) for at in (first, last))
    return start >= note.heard_end_s - note.fade_out_s or end <= note.heard_start_s + note.fade_in_s


def _edge(is_outer: bool, handle: Fraction, *, goes_on: bool) -> tuple[Fraction, float]:
    """How far a bed is heard beyond its edge, and its fade there."""
    if is_outer:
        return handle, 0.0
    return (Fraction(0), 0.0) if goes_on else (SEAM / 2, float(SEAM))


def _is_same_sound(before: _Portion, after: _Portion) -> bool:
    """Whether one goes on in the other as if there were no cut: an old cross-fade between them is undone."""
    a, b = before.note, after.note
    kinds = [(note.instrument, note.seed, note.params, note.place, note.gain_db) for note in (a, b)]
    zeros = before.start - before.own, after.start - after.own
    return before.score is after.score and kinds[0] == kinds[1] and abs(zeros[0] - zeros[1]) < SAME_S
