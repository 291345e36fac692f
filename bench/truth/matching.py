"""Pair found times with true ones: one to one, as many as fit the tolerance, least total |offset|."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from bench.truth.truth import Event, Truth

SPAN_EARLY_S = 0.10  # onsets from this long before a roll, a slide or a pour
SPAN_LATE_S = 0.15  # to this long after it are neither false nor found
START_TOLERANCE_S = 0.15  # of what lasts: it fades in, so its start is no instant
OWN_SOUNDS = ((0.25, 3.0), (0.6, 12.0))  # an onset this soon after a right one (s), and weaker by this (dB), is its own

Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hits:
    """What was right, false and missed in one scene. `offsets_s` are found minus true: above 0 is late."""

    offsets_s: tuple[float, ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()  # (index among the required contacts, index among the found times)
    false: int = 0
    missed: int = 0
    duration_s: float = 0.0

    @property
    def right(self) -> int:
        return len(self.offsets_s)


def pair(true: Sequence[float], found: Sequence[float], tolerance_s: float) -> list[tuple[int, int]]:
    """(true index, found index) pairs: as many as possible within the tolerance, then the least total |offset|."""
    if not len(true) or not len(found):
        return []
    apart = np.abs(np.subtract.outer(np.asarray(true, float), np.asarray(found, float)))
    never = tolerance_s * (len(true) + len(found) + 1) * 2
    rows, columns = linear_sum_assignment(np.where(apart <= tolerance_s, apart, never))
    return [
        (int(row), int(column)) for row, column in zip(rows, columns, strict=True) if apart[row, column] <= tolerance_s
    ]


def score_events(
    truth: Truth, times: Sequence[float], tolerance_s: float = 0.04, levels_db: Sequence[float] | None = None
) -> Hits:
    """Compare found times (seconds from the first pts, in order) with the truth's contacts.

    With the onsets' own `levels_db`, one that follows a right or an optional one within 250 ms and is 3 dB weaker, or
    within 600 ms and 12 dB weaker, is part of that event's sound: neither right nor false. (A key comes up
    again, gravel trickles.)

    Faint contacts and those outside the picture are neither missed nor false; nor is an onset within something that
    lasts, for a roll or a pour has grains of its own. The starts of what lasts are scored by `score_starts`.
    """
    found = [float(time) for time in times] if levels_db is not None else sorted(float(time) for time in times)
    required = [event.t_s for event in truth.contacts if event.required]
    pairs = pair(required, found, tolerance_s)
    taken = {column for _, column in pairs}
    own = _own_sounds(found, levels_db, taken)
    left = [index for index in range(len(found)) if index not in taken | own]
    optional = [event.t_s for event in truth.contacts if not event.required]
    excused = {left[column] for _, column in pair(optional, [found[index] for index in left], tolerance_s)}
    excused |= _own_sounds(found, levels_db, excused)
    false = [index for index in left if index not in excused and not _within(found[index], truth.spans)]
    offsets = tuple(found[column] - required[row] for row, column in pairs)
    return Hits(offsets, tuple(pairs), len(false), len(required) - len(pairs), truth.duration_s)


def _own_sounds(found: Sequence[float], levels_db: Sequence[float] | None, right: set[int]) -> set[int]:
    """Indices of onsets that belong to the sound of a right one before them; none where no levels are known."""
    if levels_db is None:
        return set()
    return {
        index
        for index, time in enumerate(found)
        for main in right
        if any(
            0 < time - found[main] <= within_s and levels_db[index] <= levels_db[main] - weaker_db
            for within_s, weaker_db in OWN_SOUNDS
        )
    } - right


def score_starts(truth: Truth, times: Sequence[float]) -> tuple[int, int]:
    """(found, all) starts of required things that last, within 150 ms."""
    starts = [event.t_s for event in truth.spans if event.required]
    return len(pair(starts, list(times), START_TOLERANCE_S)), len(starts)


def chance(
    truth: Truth, times: Sequence[float], tolerance_s: float = 0.04, *, draws: int = 100, seed: int = 0
) -> float:
    """Mean F1 when the same found times are shifted around the scene by random amounts."""
    rng = np.random.default_rng(seed)
    found = np.asarray(times, dtype=np.float64)
    if not found.size or not any(event.required for event in truth.contacts):
        return float("nan")
    shifts = rng.uniform(0, truth.duration_s, draws)
    return float(
        np.mean(
            [f1(score_events(truth, ((found + shift) % truth.duration_s).tolist(), tolerance_s)) for shift in shifts]
        )
    )


def precision(hits: Hits) -> float:
    """Share of what was found that is right; nan if nothing was found."""
    return hits.right / (hits.right + hits.false) if hits.right + hits.false else float("nan")


def recall(hits: Hits) -> float:
    """Share of what is true that was found; nan if there is nothing to find."""
    return hits.right / (hits.right + hits.missed) if hits.right + hits.missed else float("nan")


def f1(hits: Hits) -> float:
    """2 right / (2 right + false + missed); nan if there is nothing to find and nothing was found."""
    total = 2 * hits.right + hits.false + hits.missed
    return 2 * hits.right / total if total else float("nan")


def added(parts: Sequence[Hits]) -> Hits:
    """Several scenes' hits as one; the pairs are dropped, for their indices are of their own scenes."""
    offsets = tuple(offset for part in parts for offset in part.offsets_s)
    sums = (
        sum(part.false for part in parts),
        sum(part.missed for part in parts),
        sum(part.duration_s for part in parts),
    )
    return Hits(offsets, (), *sums)


def _within(time_s: float, spans: Sequence[Event]) -> bool:
    """Margins only where the span's own start and end are asked for: they fade, debris and toes don't."""
    return any(
        span.t_s - SPAN_EARLY_S * span.required <= time_s <= span.t_s + span.duration_s + SPAN_LATE_S * span.required
        for span in spans
    )
