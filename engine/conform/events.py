"""Hits, steps and movements go with the pictures that they were made for."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from engine.conform.run import Run
from engine.conform.sheet import Sheet
from engine.score.score import Score
from engine.types import Curve, Note

HELD_S = 0.5  # what lasts as long follows the picture as it goes; what is shorter is struck
LATE_S = Fraction(3, 10)  # by which a sound may outlast the trimmed picture
CUT_FADE_S = 0.03


def move_events(sheet: Sheet, score: Score, index: int, notes: list[Note]) -> None:
    """Put the events of an old scene that are seen in a run under their pictures.

    A note belongs to the shot in which it begins. Of a movement that goes on where the shot was trimmed, what is still
    seen is heard. What is struck rings on over a cut.
    """
    run = sheet.runs[index]
    for note in notes:
        start, end = (score.record_start + Fraction(at) for at in (note.heard_start_s, note.heard_end_s))
        inside = run.was_start <= start < run.was_end or _hangs_over(score, run, start)
        goes_on = run.opens <= start < run.was_start and end > run.was_start + LATE_S
        if inside or goes_on:
            sheet.add(_moved(sheet, score, run, note), score, index, note if run.is_plain else None)


def _hangs_over(score: Score, run: Run, start: Fraction) -> bool:
    """Whether something begins in the handle beyond a scene's first or last shot."""
    before = start < score.record_start == run.was_start
    return before or start >= score.record_start + score.duration == run.was_end


def _moved(sheet: Sheet, score: Score, run: Run, note: Note) -> Note:
    own_zero = score.record_start + Fraction(note.start_s)
    cut = _cut(score, run, note)
    if run.is_plain:
        return replace(cut, start_s=sheet.at(run.new_time(own_zero)))
    if not _is_held(note):
        return replace(cut, start_s=sheet.at(run.new_time(own_zero)))
    return _retimed(sheet, run, cut, own_zero)


def _cut(score: Score, run: Run, note: Note) -> Note:
    """Only so much of it as is seen, where the run begins or ends within its shot."""
    own_zero = score.record_start + Fraction(note.start_s)
    heard = own_zero + Fraction(note.heard_from_s), score.record_start + Fraction(note.heard_end_s)
    if run.opens < run.was_start and heard[0] < run.was_start:
        note = replace(note, heard_from_s=float(run.was_start - own_zero), fade_in_s=CUT_FADE_S)
    if run.was_end < run.closes and heard[1] > run.was_end + LATE_S:
        note = replace(note, heard_until_s=float(run.was_end - own_zero), fade_out_s=CUT_FADE_S)
    return note


def _is_held(note: Note) -> bool:
    moving = any(isinstance(value, Curve) for value in (*note.params.values(), note.place.pan))
    return note.duration_s >= HELD_S or moving


def _retimed(sheet: Sheet, run: Run, note: Note, own_zero: Fraction) -> Note:
    """A movement as long as the picture now shows it, turned round with it."""
    factor = float(run.stretch)
    start = run.new_time(own_zero)
    if run.backwards:
        start = run.new_time(own_zero + Fraction(note.duration_s))
    scaled = replace(
        note,
        start_s=sheet.at(start),
        duration_s=note.duration_s * factor,
        heard_from_s=note.heard_from_s * factor,
        heard_until_s=note.heard_until_s * factor,
        params={name: _scaled(value, note.duration_s, run) for name, value in note.params.items()},
    )
    if run.backwards and (note.heard_from_s or note.heard_until_s):
        end = note.heard_until_s or note.duration_s
        scaled = replace(
            scaled, heard_from_s=(note.duration_s - end) * factor, heard_until_s=scaled.duration_s - scaled.heard_from_s
        )
    return replace(scaled, place=replace(note.place, pan=_scaled_pan(note.place.pan, note.duration_s, run)))


def _scaled(value: float | str | Curve, length_s: float, run: Run) -> float | str | Curve:
    if not isinstance(value, Curve):
        return value
    factor = float(run.stretch)
    if run.backwards:
        times = tuple((length_s - time) * factor for time in reversed(value.times_s))
        return Curve(times, tuple(reversed(value.values)))
    return Curve(tuple(time * factor for time in value.times_s), value.values)


def _scaled_pan(pan: float | Curve, length_s: float, run: Run) -> float | Curve:
    made = _scaled(pan, length_s, run)
    return pan if isinstance(made, str) else made
