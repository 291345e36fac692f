"""What of an old timeline goes on in the new one, and where. Exact record seconds of either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.score.score import Score
from engine.types import ScoreError, seconds_to_sample


@dataclass(frozen=True, slots=True)
class Run:
    """An old stretch and the new one that shows the same pictures, at the same speed unless their lengths differ.

    `opens` and `closes` are the edges of the old shots in which it begins and ends: where they lie outside, the shot
    has been trimmed.
    """

    was_start: Fraction
    was_end: Fraction
    now_start: Fraction
    now_end: Fraction
    opens: Fraction
    closes: Fraction
    backwards: bool = False

    @property
    def stretch(self) -> Fraction:
        """New seconds an old one."""
        return (self.now_end - self.now_start) / (self.was_end - self.was_start)

    @property
    def is_plain(self) -> bool:
        """Whether it is as long as it was, and runs forward, so that its sound can stay."""
        return self.stretch == 1 and not self.backwards

    @property
    def shift_samples(self) -> int:
        """What a plain run's samples move by: start goes to start."""
        return seconds_to_sample(self.now_start) - seconds_to_sample(self.was_start)

    def new_time(self, was: Fraction) -> Fraction:
        """Where an old moment lies now, straight on outside the run."""
        if self.backwards:
            return self.now_start + (self.was_end - was) * self.stretch
        return self.now_start + (was - self.was_start) * self.stretch


def joined_runs(runs: Sequence[Run]) -> list[Run]:
    """Plain runs that follow each other as they did before, made one; in the new order."""
    made: list[Run] = []
    for run in sorted(runs, key=lambda run: run.now_start):
        last = made[-1] if made else None
        if (
            last is not None
            and last.is_plain
            and run.is_plain
            and last.now_end == run.now_start
            and last.was_end == run.was_start
        ):
            made[-1] = Run(last.was_start, run.was_end, last.now_start, run.now_end, last.opens, run.closes)
        else:
            made.append(run)
    return made


def score_under(scores: Sequence[Score], run: Run) -> Score:
    """The old scene that a run comes from. Raises ScoreError where nothing was scored."""
    middle = (run.was_start + run.was_end) / 2
    for score in scores:
        if score.record_start <= middle <= score.record_start + score.duration:
            return score
    raise ScoreError(f"the score has nothing for {float(middle):.3f} s of the old timeline, which has stems there")
