"""Footfalls in their rhythm: a walk is steady, so each step tells when the others come (as beats, Ellis 2007)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

TICK_S = 0.01
BLUR_S = 0.025
SHORTEST_S, LONGEST_S = 0.22, 0.95
LEAST_QUALITY = 0.4
LEAST_STEPS = 4
LEAST_EVIDENCE = 2.0  # footfalls
TIGHTNESS = 6.0
EVEN_REACH = 3  # beats either side
NATURAL_S = 0.012  # standard deviation of a walker's own steps about an even pace
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cadence:
    """A stretch of steady footfalls."""

    times_s: tuple[float, ...]
    period_s: float
    quality: float  # how much of the evidence returns after one period, 0..1


def cadence(times_s: Sequence[float], shares: Sequence[float]) -> Cadence | None:
    """The steady rhythm in likely footfalls; None if there is none. `shares` are their probabilities."""
    if len(times_s) < LEAST_STEPS or sum(shares) < LEAST_EVIDENCE:
        return None
    start = min(times_s) - 0.2
    strength = _strength(np.array(times_s) - start, np.array(shares))
    period, quality = _period(strength)
    if quality < LEAST_QUALITY:
        return None
    beats = _trimmed(_chain(strength, period), strength)
    if len(beats) < LEAST_STEPS:
        return None
    return Cadence(tuple(float(start + beat * TICK_S) for beat in beats), period * TICK_S, quality)


def _strength(times_s: Floats, shares: Floats) -> Floats:
    ticks = np.arange(int((times_s.max() + 0.3) / TICK_S)) * TICK_S
    bumps = np.exp(-0.5 * ((ticks - times_s[:, None]) / BLUR_S) ** 2) * shares[:, None]
    return np.asarray(bumps.max(axis=0))


def _period(strength: Floats) -> tuple[int, float]:
    """Ticks between steps, and how well the strength repeats after them."""
    low, high = round(SHORTEST_S / TICK_S), min(round(LONGEST_S / TICK_S), strength.size // 2)
    if high <= low:
        return low, 0.0
    level = strength - strength.mean()
    power = float(level @ level) + 1e-9
    lags = np.arange(low, high + 1)
    repeats = np.array(
        [float(level[lag:] @ level[:-lag]) / power * strength.size / (strength.size - lag) for lag in lags]
    )
    usual = np.exp(-0.5 * (np.log(lags * TICK_S / 0.5) / 0.9) ** 2)
    best = int(np.argmax(repeats * usual))
    half = round(int(lags[best]) / 2) - low  # left foot to left foot is as steady as left to right
    if half >= 2:
        nearer = half - 2 + int(np.argmax(repeats[half - 2 : half + 3]))
        best = nearer if repeats[nearer] > 0.65 * repeats[best] else best
    return int(lags[best]), float(repeats[best])


def _chain(strength: Floats, period: int) -> list[int]:
    """The chain of ticks that gathers most strength with steps near the period."""
    gaps = np.arange(max(2, round(0.75 * period)), round(1.35 * period) + 1)
    cost = TIGHTNESS * np.log(gaps / period) ** 2
    total, came_from = strength.copy(), np.full(strength.size, -1)
    for tick in range(int(gaps[0]), strength.size):
        usable = gaps[gaps <= tick]
        scores = total[tick - usable] - cost[: usable.size]
        best = int(np.argmax(scores))
        if scores[best] > 0:
            total[tick] += scores[best]
            came_from[tick] = tick - usable[best]
    tick, chain = int(np.argmax(total)), list[int]()
    while tick >= 0:
        chain.append(tick)
        tick = int(came_from[tick])
    return chain[::-1]


def _trimmed(beats: list[int], strength: Floats) -> list[int]:
    """Without the ends that nothing speaks for."""
    backed = [k for k, beat in enumerate(beats) if strength[max(0, beat - 3) : beat + 4].max() > 0.15]
    return beats[backed[0] : backed[-1] + 1] if backed else []


def evened(times_s: Sequence[float]) -> list[float]:
    """Beats drawn toward an even pace, the more the wilder they are: no walker stumbles so often."""
    times = np.array(times_s)
    near = [slice(max(0, k - EVEN_REACH), k + EVEN_REACH + 1) for k in range(times.size)]
    even = np.array([_at_even_pace(times, around, k) for k, around in enumerate(near)])
    off = times - even
    kept = [NATURAL_S**2 / (NATURAL_S**2 + float(np.mean(off[around] ** 2))) for around in near]
    return [float(place + share * error) for place, share, error in zip(even, kept, off, strict=True)]


def _at_even_pace(times: Floats, around: slice, k: int) -> float:
    numbers = np.arange(times.size)[around] - k
    return float(np.polyfit(numbers, times[around], 1)[1])
