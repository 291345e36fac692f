"""Single events in a stem: how loud each is, and from where it comes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.signal import bilinear_zpk, sosfilt, zpk2sos
from scipy.stats import spearmanr

from bench.truth.truth import Event, Truth

RATE_HZ = 48_000
_HEARD_S = 0.05
_CLEAR_X = 0.2  # nearer to the middle than this, left and right cannot be confused
_STEP_S = 0.1
_FEWEST = 5

Sound = npt.NDArray[np.float64]


def energy_rho(stem: Sound, truth: Truth) -> float:
    """Spearman's rho between 20 log10(m v) and the A-weighted level of the 50 ms after each required contact."""
    alone = _alone([event for event in truth.contacts if event.required])
    if len(alone) < _FEWEST or np.ptp([event.level_db for event in alone]) < 0.5:
        return float("nan")
    weighted = np.asarray(sosfilt(_a_weighting(), stem, axis=1), dtype=np.float64)
    levels = [_level(weighted, event.t_s) for event in alone]
    return float(spearmanr([event.level_db for event in alone], levels).statistic)


def _alone(events: Sequence[Event]) -> list[Event]:
    """Those with no other one within the 50 ms that follow."""
    return [event for event in events if not any(0 < other.t_s - event.t_s < _HEARD_S for other in events)]


def _level(sound: Sound, time_s: float) -> float:
    return float(10 * np.log10((_piece(sound, time_s, _HEARD_S) ** 2).mean() + 1e-20))


def level_db(sound: Sound, time_s: float) -> float:
    """Mean square of the 12 ms from an onset on, dB."""
    return float(10 * np.log10((_piece(sound, max(time_s - 0.002, 0.0), 0.012) ** 2).mean() + 1e-20))


def _piece(sound: Sound, time_s: float, lasts_s: float) -> Sound:
    """At least one sample of silence, at the very end of a stem."""
    first = round(time_s * RATE_HZ)
    piece = sound[:, first : first + round(lasts_s * RATE_HZ)]
    return piece if piece.shape[1] else np.zeros((sound.shape[0], 1))


def _a_weighting() -> Sound:
    """IEC 61672 A, by its poles."""
    poles = -2 * np.pi * np.array([20.598997, 20.598997, 107.65265, 737.86223, 12194.217, 12194.217])
    gain = (2 * np.pi * 12194.217) ** 2 * 10 ** (2 / 20)
    return np.asarray(zpk2sos(*bilinear_zpk(np.zeros(4), poles, gain, RATE_HZ)), dtype=np.float64)


def heard_x(sound: Sound, time_s: float, lasts_s: float = _HEARD_S) -> float:
    """-1 left .. 1 right by the inverse of the constant-power law; nan in silence."""
    left, right = np.sqrt((_piece(sound, time_s, lasts_s) ** 2).sum(axis=1))
    return float(np.arctan2(right, left) * 4 / np.pi - 1) if left + right > 1e-6 else float("nan")


def panning(stem: Sound, truth: Truth) -> tuple[float, int]:
    """(mean |error| of x over the required contacts, how many sound on the wrong side)."""
    events = _alone([event for event in truth.contacts if event.required])
    heard = np.array([heard_x(stem, event.t_s) for event in events])
    true = np.array([event.x for event in events])
    known = np.isfinite(heard)
    if not known.any():
        return float("nan"), 0
    wrong = (np.abs(true) > _CLEAR_X) & (np.abs(heard) > 0.05) & (np.sign(true) != np.sign(heard)) & known
    return float(np.abs(heard - true)[known].mean()), int(wrong.sum())


def path_rho(stem: Sound, truth: Truth) -> float:
    """Correlation of heard and true x along what passes, ten times a second; nan where nothing does."""
    heard, true = list[float](), list[float]()
    for event in truth.spans:
        if len(event.path) > 1 and event.required:
            times, places = zip(*event.path, strict=True)
            for at in np.arange(event.t_s, min(event.t_s + event.duration_s, truth.duration_s - _STEP_S), _STEP_S):
                heard.append(heard_x(stem, float(at), _STEP_S))
                true.append(float(np.clip(np.interp(at + _STEP_S / 2, times, places), -1, 1)))
    known = np.isfinite(heard)
    if known.sum() < _FEWEST or np.ptp(np.array(heard)[known]) < 1e-6:
        return float("nan")
    return float(np.corrcoef(np.array(heard)[known], np.array(true)[known])[0, 1])


def sounded(stem: Sound, truth: Truth) -> tuple[int, int]:
    """(how many, of all) required things that last are heard: over -60 dBFS, and 10 dB over where nothing happens."""
    spans = [event for event in truth.spans if event.required]
    away = np.ones(stem.shape[1], dtype=np.bool_)
    for event in truth.events:
        away[max(round((event.t_s - 0.1) * RATE_HZ), 0) : round((event.t_s + event.duration_s + 0.5) * RATE_HZ)] = False
    idle = float((stem[:, away] ** 2).mean()) if away.any() else 0.0
    heard = [float((_piece(stem, event.t_s, event.duration_s) ** 2).mean()) for event in spans]
    return sum(power > max(1e-6, 10 * idle) for power in heard), len(spans)
