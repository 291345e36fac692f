"""Footfalls from the bob of a body: it sinks fastest at a time of the step that physics sets, seen feet or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.vision.cadence import Cadence
from engine.vision.instants import EXPOSED
from engine.vision.watch import Moment

SHORTEST_S, LONGEST_S = 0.26, 0.72
RUN_S = 0.42  # quicker steps than this are a run's
LOWEST_AFTER_STRIKE_S = 0.05  # a walker is lowest in the middle of standing on both feet
SINKS_AFTER_STRIKE_S = 0.03  # a runner falls on until the leg has taken the weight
SPAN_STEPS = 6.0
LEAST_QUALITY, LEAST_OF_RUN = 0.4, 0.25
OF_WHOLE_STEP = 0.15  # a run has less of its power at twice the period than this; a walk's legs swing twice a step
LEAST_STEPS = 4
LEAST_SINK = 0.05  # px a picture
LEAST_SHARE = 0.35  # of the usual bob: less, and the body is out of sight or stands
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Wave:
    """Vertical speed over time, as one steady wave."""

    period_s: float
    quality: float  # share of its power in the wave


def gait(moments: Sequence[Moment], frame_s: float) -> Cadence | None:
    """Steady footfalls of one scene by the bob alone; None where nothing bobs steadily."""
    if len(moments) < 2 or moments[-1].time_s - moments[0].time_s < LEAST_STEPS * SHORTEST_S:
        return None
    times = np.array([m.time_s for m in moments]) + (EXPOSED - 0.5) * frame_s
    found = [(_wave(times, signal), signal) for signal in _signals(moments)]
    (wave, signal) = max(found, key=lambda pair: pair[0].quality)
    running = wave.period_s < RUN_S
    if wave.quality < (LEAST_OF_RUN if running else LEAST_QUALITY) or float(signal.std()) < LEAST_SINK:
        return None
    if running:
        signal = _signals(moments)[1]
    peaks = _peaks(times, signal, wave.period_s)
    strikes = peaks - SINKS_AFTER_STRIKE_S if running else peaks + wave.period_s / 4 - LOWEST_AFTER_STRIKE_S
    inside = strikes[(strikes > times[0]) & (strikes < times[-1] + frame_s)]
    return Cadence(tuple(map(float, inside)), wave.period_s, wave.quality) if inside.size >= LEAST_STEPS else None


def _signals(moments: Sequence[Moment]) -> tuple[Floats, Floats]:
    upper, whole = np.array([m.sinking for m in moments]).T
    return _calmed(upper), _calmed(whole)


def _calmed(signal: Floats) -> Floats:
    """Without its drift, and with jumps cut down."""
    level = signal - np.median(signal)
    most = 4 * float(np.abs(level).mean()) + 1e-9
    return np.asarray(np.clip(level, -most, most))


def _wave(times: Floats, signal: Floats) -> _Wave:
    found = _strongest(times, signal, np.geomspace(SHORTEST_S, LONGEST_S, 240))
    if found.period_s >= RUN_S:
        return found
    slower = _strongest(times, signal, 2 * found.period_s * np.linspace(0.95, 1.05, 21))
    return slower if slower.quality > OF_WHOLE_STEP * found.quality else found


def _strongest(times: Floats, signal: Floats, periods: Floats) -> _Wave:
    turns = np.exp(-2j * np.pi * times / periods[:, None])
    power = np.abs(turns @ signal) ** 2 * 2 / (times.size * float(signal @ signal) + 1e-9)
    best = int(np.argmax(power))
    return _Wave(float(periods[best]), float(power[best]))


def _peaks(times: Floats, signal: Floats, period_s: float) -> Floats:
    """When the wave is highest, where there is one: its phase is followed through the scene, a few steps at a time."""
    turns = signal * np.exp(-2j * np.pi * times / period_s)
    guesses = np.arange(times[0] - period_s, times[-1] + period_s, period_s)
    near = np.exp(-0.5 * ((times - guesses[:, None]) / (SPAN_STEPS * period_s / 2.5)) ** 2)
    phase = np.unwrap(np.angle(near @ turns))
    first = guesses[0] + ((-phase[0] / (2 * np.pi) * period_s - guesses[0]) % period_s)
    peaks = first + period_s * np.arange(guesses.size) - (phase - phase[0]) / (2 * np.pi) * period_s
    close = np.exp(-0.5 * ((times - peaks[:, None]) / (period_s / 2)) ** 2)
    size = np.sqrt(close @ signal**2 / close.sum(axis=1))
    return np.asarray(peaks[size > LEAST_SHARE * np.quantile(size, 0.8)])
