"""An old scene of three shots, 4 s each: rain under all, hits that ring over cuts, something that rolls."""

from __future__ import annotations

from fractions import Fraction

from engine.conform.run import Run, joined_runs
from engine.conform.scene import NewScene
from engine.score.score import Mix, Score
from engine.sounding import sound_score
from engine.stems import SceneStems
from engine.types import Curve, Layer, Note, Place, seconds_to_sample

Time = float | Fraction
HANDLE = Fraction(1)
SHOT = Fraction(4)
HITS_S = (0.5, 2.25, 3.98, 5.0, 7.5, 9.0, 11.75)


def old_score() -> Score:
    mix = Mix(
        {Layer.AMBIENT: -3.0, Layer.ACTION: 2.0, Layer.MATERIAL: 2.0},
        Curve((0.0, 3.96, 3.99, 4.39, 12.0), (0.0, 0.0, -2.0, 0.0, 0.0)),
    )
    notes = sorted((_rain(), *_hits(), _roll()), key=lambda note: (note.start_s, note.id))
    return Score(0, Fraction(10), 3 * SHOT, tuple(notes), mix)


def _rain() -> Note:
    head, length = float(HANDLE), float(3 * SHOT + 2 * HANDLE)
    return Note("rain", "rain", Layer.AMBIENT, "rain", -head, length, seed=5, place=Place(0.0, 3.0))


def _hits() -> list[Note]:
    return [
        Note(
            f"hit{index}.{layer}", f"hit{index}", layer, instrument, at, 0.05, seed=index, place=Place(0.1, 2.0, "hall")
        )
        for index, at in enumerate(HITS_S)
        for layer, instrument in ((Layer.ACTION, "contact"), (Layer.MATERIAL, "body"))
    ]


def _roll() -> Note:
    """From 5.5 s to 7.5 s, within the second shot."""
    return Note("roll", "roll", Layer.ACTION, "roll", 5.5, 2.0, {"speed": Curve((0.0, 2.0), (0.5, 1.0))}, seed=9)


def run(was: tuple[Time, Time], now: tuple[Time, Time], *, backwards: bool = False) -> Run:
    """Record seconds; the old scene begins at 10, its shots at 10, 14 and 18."""
    start, end = (Fraction(at) for at in was)
    opens = 10 + (start - 10) // SHOT * SHOT
    closes = 10 + -(-(end - 10) // SHOT) * SHOT
    return Run(start, end, Fraction(now[0]), Fraction(now[1]), opens, closes, backwards)


def scene(start: Time, end: Time, *runs: Run) -> NewScene:
    return NewScene(0, Fraction(start), Fraction(end), HANDLE, HANDLE, tuple(joined_runs(runs)))


def sounded(score: Score) -> SceneStems:
    first, last = score.record_start, score.record_start + score.duration
    score, tracks = sound_score(score, seconds_to_sample(first - HANDLE), seconds_to_sample(last + HANDLE))
    return SceneStems(score, tracks, seconds_to_sample(first), seconds_to_sample(last))
