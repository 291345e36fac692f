"""Blows in a quick, even row, as of keys or knuckles: where one is missing, the row tells when it was."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

SHORTEST_S, LONGEST_S = 0.09, 0.42
REACH = 8  # gaps either side from which the usual one is taken
LEAST_ALIKE = 4
ALIKE = 0.15  # share by which gaps of one row differ
MOST_MISSING = 2
OFF = 0.15  # of the usual gap: a missing one lies no farther from where it is expected


def missing(times_s: Sequence[float]) -> list[list[tuple[float, float]]]:
    """For every hole in a row of sure blows, in order: (when, within how many seconds) of each that it lacks."""
    gaps = [after - before for before, after in pairwise(times_s)]
    holes = []
    for k, (gap, start_s) in enumerate(zip(gaps, times_s, strict=False)):
        usual = _usual(gaps[max(0, k - REACH) : k] + gaps[k + 1 : k + 1 + REACH])
        count = round(gap / usual) - 1 if usual else 0
        if 0 < count <= MOST_MISSING and abs(gap / (count + 1) / usual - 1) < ALIKE:
            holes.append([(start_s + gap * (n + 1) / (count + 1), OFF * usual) for n in range(count)])
    return holes


def _usual(gaps: Sequence[float]) -> float:
    """The gap that most of these are like; 0 where there is no row."""
    quick = [gap for gap in gaps if SHORTEST_S < gap < LONGEST_S]
    if len(quick) < LEAST_ALIKE:
        return 0.0
    alike = [[other for other in quick if abs(other / gap - 1) < ALIKE] for gap in sorted(quick)]
    most = max(alike, key=len)
    return float(np.median(most)) if len(most) >= LEAST_ALIKE else 0.0
