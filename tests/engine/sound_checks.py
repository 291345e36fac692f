"""What can be told of a sound without listening: onset, level, decay and spectrum figures.

Every function takes 48 kHz sound, `[sample]` or `[channel, sample]` (channels are averaged first).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import signal

from engine.types import SAMPLE_RATE

Array = npt.NDArray[np.floating[Any]]
SILENCE = 1e-30


def mono(sound: Array) -> Array:
    """`[sample]` float64 of one or more channels."""
    sound = np.asarray(sound, dtype=np.float64)
    return np.asarray(sound.mean(axis=0)) if sound.ndim == 2 else sound


def _running_energy(sound: Array, window_s: float) -> Array:
    """Energy of the `window_s` that end at each sample."""
    count = max(1, round(window_s * SAMPLE_RATE))
    total = np.concatenate([np.zeros(count), np.cumsum(np.square(mono(sound)))])
    return np.asarray(np.maximum(total[count:] - total[:-count], 0.0))


def onset_ms(sound: Array) -> float:
    """When the 2 ms energy first comes within 20 dB of its first maximum, ms from sample 0.

    The first maximum is the first peak that is the highest within 10 ms and not 30 dB below the loudest.
    """
    energy = _running_energy(sound, 0.002)
    reach = round(0.010 * SAMPLE_RATE)
    loud = np.flatnonzero(energy > 1e-3 * energy.max())
    first = next(int(n) for n in loud if energy[n] >= energy[n : n + reach].max())
    return float(np.flatnonzero(energy >= 0.01 * energy[first])[0] * 1000.0 / SAMPLE_RATE)


def peak(sound: Array) -> float:
    """Largest magnitude in any channel."""
    return float(np.max(np.abs(sound)))


def rms_db(sound: Array) -> float:
    """Level of the whole in dBFS (a full-scale square wave is 0)."""
    return float(10.0 * np.log10(np.mean(np.square(mono(sound))) + SILENCE))


def energy_db(sound: Array) -> float:
    """Energy (sum of squares over a second's samples), dB: grows with level and with length."""
    return float(10.0 * np.log10(np.sum(np.square(mono(sound))) / SAMPLE_RATE + SILENCE))


def crest_db(sound: Array) -> float:
    """Peak over rms."""
    wave = mono(sound)
    return float(20.0 * np.log10(np.max(np.abs(wave)) / np.sqrt(np.mean(np.square(wave)))))


def kurtosis(sound: Array) -> float:
    """Fourth moment over squared variance: 3 for Gaussian noise, more for spiky sound."""
    wave = mono(sound) - np.mean(mono(sound))
    return float(np.mean(wave**4) / np.mean(wave**2) ** 2)


def dc_dbfs(sound: Array) -> float:
    """Level of the mean."""
    return float(20.0 * np.log10(abs(np.mean(mono(sound))) + SILENCE))


def largest_jump(sound: Array) -> float:
    """Largest step from one sample to the next, as a share of the peak; the silence before counts."""
    wave = mono(sound)
    return float(np.max(np.abs(np.diff(wave, prepend=0.0, append=0.0))) / np.max(np.abs(wave)))


def normalised_correlation(first: Array, second: Array) -> float:
    """Correlation at lag 0, -1..1; the shorter is padded with silence."""
    a, b = mono(first), mono(second)
    count = min(len(a), len(b))
    return float(np.dot(a[:count], b[:count]) / np.sqrt(np.dot(a, a) * np.dot(b, b) + SILENCE))


def power_spectrum(sound: Array) -> tuple[Array, Array]:
    """(frequencies in Hz, power per bin); the bins add up to the sound's sum of squares."""
    wave = mono(sound)
    size = max(len(wave), 4096)
    bins = np.square(np.abs(np.fft.rfft(wave, size))) / size
    bins[1:-1] *= 2.0
    return np.fft.rfftfreq(size, 1.0 / SAMPLE_RATE), bins


def _quantile_hz(sound: Array, share: float) -> float:
    freqs, power = power_spectrum(sound)
    return float(freqs[np.searchsorted(np.cumsum(power), share * power.sum())])


def spectral_median_hz(sound: Array) -> float:
    """Half of the power lies below."""
    return _quantile_hz(sound, 0.5)


def rolloff_hz(sound: Array, share: float = 0.85) -> float:
    """`share` of the power lies below."""
    return _quantile_hz(sound, share)


def spectral_centroid_hz(sound: Array) -> float:
    """Amplitude-weighted mean frequency: what brightness follows, less blind to weak highs than the median."""
    freqs, power = power_spectrum(sound)
    magnitude = np.sqrt(power)
    return float(np.sum(freqs * magnitude) / np.sum(magnitude))


def band_share_db(sound: Array, low_hz: float, high_hz: float) -> float:
    """Power between two frequencies over the whole power, dB."""
    freqs, power = power_spectrum(sound)
    inside = power[(freqs >= low_hz) & (freqs < high_hz)].sum()
    return float(10.0 * np.log10(inside / power.sum() + SILENCE))


def erb_edges_hz(low_hz: float = 50.0, high_hz: float = 16_000.0, bands: int = 32) -> Array:
    """Edges of `bands` bands of equal width on the ERB scale (Glasberg & Moore 1990)."""
    low, high = 21.4 * np.log10(1.0 + 0.00437 * np.array([low_hz, high_hz]))
    return np.asarray((10.0 ** (np.linspace(low, high, bands + 1) / 21.4) - 1.0) / 0.00437)


def erb_levels_db(sound: Array) -> Array:
    """Mean power in each of 32 ERB bands from 50 Hz to 16 kHz, dBFS."""
    freqs, power = power_spectrum(sound)
    total = np.concatenate([[0.0], np.cumsum(power)]) / len(mono(sound))
    at = np.searchsorted(freqs, erb_edges_hz())
    return np.asarray(10.0 * np.log10(np.diff(total[at]) + SILENCE))


def t60_s(sound: Array, low: float, high: float) -> float:
    """Decay time of the band `low`..`high` Hz: backward-integrated energy, -5 to -25 dB, times 3; nan if silent."""
    top = min(high, 0.49 * SAMPLE_RATE)
    sections = signal.butter(3, (low, top), "bandpass", fs=SAMPLE_RATE, output="sos")
    wave = np.concatenate([mono(sound), np.zeros(SAMPLE_RATE // 10)])
    left = np.cumsum(np.square(signal.sosfilt(sections, wave))[::-1])[::-1]
    if left[0] < 1e-18:
        return float("nan")
    level = 10.0 * np.log10(left / left[0] + SILENCE)
    first, last = int(np.argmax(level < -5.0)), int(np.argmax(level < -25.0))
    at = np.arange(first, last)
    slope = np.polyfit(at / SAMPLE_RATE, level[at], 1)[0] if len(at) > 2 else -np.inf
    return float(-60.0 / slope)


def duration_s(sound: Array, floor_db: float = -40.0) -> float:
    """Time to the last 10 ms whose level is within `floor_db` of the loudest 10 ms."""
    energy = _running_energy(sound, 0.010)
    return float(np.flatnonzero(energy > energy.max() * 10.0 ** (floor_db / 10.0))[-1] / SAMPLE_RATE)
