"""Loudness and true peak after ITU-R BS.1770, block by block, at 48 kHz."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import signal

from engine.types import SAMPLE_RATE, Samples

HOP = SAMPLE_RATE // 10  # gating blocks are four hops, 75 % overlap
SILENCE_LUFS = -70.0

# Recommendation ITU-R BS.1770-5, annex 1, tables 1 and 2
_K_WEIGHT = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
_OVERSAMPLE = 4
_TRUE_PEAK_FIR = signal.firwin(_OVERSAMPLE * 24 + 1, 1.0 / _OVERSAMPLE, window=("kaiser", 8.0)) * _OVERSAMPLE


class KWeighting:
    """The K-weighting filter, fed block by block."""

    def __init__(self, channels: int = 2) -> None:
        self._state = np.zeros((2, channels, 2))

    def apply(self, block: Samples) -> npt.NDArray[np.float64]:
        if not block.shape[-1]:
            return block.astype(np.float64)
        weighted, self._state = signal.sosfilt(_K_WEIGHT, block.astype(np.float64), axis=-1, zi=self._state)
        return np.asarray(weighted)


class Means:
    """Means over each `size` samples of a row of values that comes in blocks."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rest = np.zeros(0)
        self._means: list[npt.NDArray[np.float64]] = []

    def feed(self, values: npt.NDArray[np.float64]) -> None:
        values = np.concatenate([self._rest, values])
        whole = len(values) // self._size * self._size
        if whole:
            self._means.append(values[:whole].reshape(-1, self._size).mean(axis=1))
        self._rest = values[whole:]

    def means(self) -> npt.NDArray[np.float64]:
        """The last one padded with silence."""
        tail = [np.array([self._rest.sum() / self._size])] if len(self._rest) else []
        return np.concatenate([*self._means, *tail, np.zeros(0)])


class LoudnessMeter:
    """Feed `[channel, sample]` blocks of any length; ask for the loudness of all that went in."""

    def __init__(self, channels: int = 2) -> None:
        self._filter, self._power = KWeighting(channels), Means(HOP)

    def feed(self, block: Samples) -> None:
        self._power.feed(np.square(self._filter.apply(block)).sum(axis=0))

    def integrated_lufs(self) -> float:
        """Gated programme loudness; -inf for silence. Under 400 ms: padded, ungated."""
        return integrated_lufs(self._power.means())


def lufs(mean_square: float) -> float:
    return -0.691 + 10.0 * math.log10(mean_square) if mean_square > 0 else -math.inf


def blocks(hops: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Mean squares of the 400 ms gating blocks of a row of 100 ms means."""
    if len(hops) < 4:
        return np.array([hops.sum() / 4.0])
    return np.convolve(hops, np.full(4, 0.25), "valid")


def integrated_lufs(hops: npt.NDArray[np.floating[Any]]) -> float:
    energies = blocks(hops)
    loud = energies[energies > 10 ** ((SILENCE_LUFS + 0.691) / 10)]
    if not len(loud):
        return -math.inf
    gate = 0.1 * loud.mean()  # 10 LU below the mean of what passed the absolute gate
    return lufs(float(loud[loud > gate].mean()))


def measure_lufs(sound: Samples) -> float:
    """Integrated loudness of a whole sound `[channel, sample]`."""
    meter = LoudnessMeter(sound.shape[0])
    meter.feed(sound)
    return meter.integrated_lufs()


def oversampled(sound: Samples) -> npt.NDArray[np.float32]:
    """Per sample, the largest |value| in its four-times oversampled neighbourhood: `[channel, sample]`."""
    count = sound.shape[-1]
    fine = signal.upfirdn(_TRUE_PEAK_FIR.astype(np.float32), sound, up=_OVERSAMPLE, axis=-1)
    delay = (len(_TRUE_PEAK_FIR) - 1) // 2
    fine = np.abs(fine[:, delay : delay + count * _OVERSAMPLE])
    return np.asarray(fine.reshape(len(sound), count, _OVERSAMPLE).max(axis=2), dtype=np.float32)


def true_peak(sound: Samples) -> float:
    """Largest oversampled |value|, linear. Only stretches whose samples come within 3 dB of the top are oversampled."""
    if not sound.size:
        return 0.0
    top = np.abs(sound).max(axis=0)
    highest = float(top.max())
    if highest == 0.0:
        return 0.0
    size, margin, peak = 4096, 64, highest
    for first in range(0, sound.shape[-1], size):
        if top[first : first + size].max() > 0.7 * highest:
            lo = max(first - margin, 0)
            heard = oversampled(sound[:, lo : first + size + margin])[:, first - lo : first - lo + size]
            peak = max(peak, float(heard.max()))  # the margins ring where they are cut
    return peak


def dbtp(peak: float) -> float:
    return 20.0 * math.log10(peak) if peak > 0 else -math.inf
