"""What is measured of a sound to set it beside a recording: band envelopes, modulation, spikiness, decay, event rate.

The texture statistics follow McDermott & Simoncelli 2011 (Neuron 71): ERB-band envelopes with their moments,
modulation power and correlations between bands. Sound is mono `[sample]` float64.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import fft, ndimage, signal

Array = npt.NDArray[np.floating[Any]]
Statistics = dict[str, Array]  # by family
BANDS = 30
LOWEST_HZ, HIGHEST_HZ = 80.0, 18_000.0
ENVELOPE_HZ = 500.0
COMPRESSION = 0.3  # of band envelopes, as in the cochlea
MODULATIONS = 20
LAGS = (1, 2, 3, 5, 8)
FLOORS = {
    "level": 2.0,
    "variation": 0.05,
    "skewness": 0.25,
    "kurtosis": 0.5,
    "modulation": 1.5,
    "correlation": 0.1,
    "course": 4.0,
}
WINDOWS_S = (0.0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64)
TINY = 1e-12


def erb_number(freq_hz: float | Array) -> Array:
    """Glasberg & Moore 1990."""
    return np.asarray(21.4 * np.log10(1.0 + 0.00437 * np.asarray(freq_hz)))


def band_centres_hz() -> Array:
    numbers = np.linspace(erb_number(LOWEST_HZ), erb_number(HIGHEST_HZ), BANDS)
    return np.asarray((10.0 ** (numbers / 21.4) - 1.0) / 0.00437)


def modulation_centres_hz() -> Array:
    return np.geomspace(0.5, 200.0, MODULATIONS)


def bandwidth_hz(sound: Array, rate_hz: int) -> float:
    """Where a lossy coder or an old rate cut the recording off: the steepest fall of its mean spectrum, or Nyquist."""
    freqs, power = signal.welch(sound, rate_hz, nperseg=2048)
    level = ndimage.median_filter(10.0 * np.log10(power + 1e-20), 9)
    step = max(1, round(700.0 / (freqs[1] - freqs[0])))
    fall = level[:-step] - level[step:]
    fall[freqs[:-step] < 3000.0] = 0.0
    highest_above = np.maximum.accumulate(level[::-1])[::-1][step:]
    sharp = np.flatnonzero((fall > 18.0) & (level[:-step] - highest_above > 12.0))
    return float(freqs[sharp[0]]) if len(sharp) else rate_hz / 2.0


def envelopes(sound: Array, rate_hz: int) -> Array:
    """Band envelopes `[band, time]` at `ENVELOPE_HZ`, of cosine bands half overlapping on the ERB scale."""
    size = fft.next_fast_len(len(sound), real=True)
    spectrum = fft.rfft(sound, size)
    at = erb_number(np.arange(len(spectrum)) * rate_hz / size)
    centres = erb_number(band_centres_hz())
    width = centres[1] - centres[0]
    count = max(8, round(len(sound) / rate_hz * ENVELOPE_HZ))
    rows = [_band_envelope(spectrum, (at - centre) / width, size, len(sound), count) for centre in centres]
    return np.stack(rows)


def _band_envelope(
    spectrum: npt.NDArray[np.complexfloating[Any]], distance: Array, size: int, length: int, count: int
) -> Array:
    inside = np.flatnonzero(np.abs(distance) < 1.0)
    part = np.zeros(fft.next_fast_len(max(2 * len(inside), 64)), dtype=complex)
    part[: len(inside)] = spectrum[inside] * np.cos(0.5 * np.pi * distance[inside])
    power = np.square(np.abs(fft.ifft(part) * len(part) * 2.0 / size))
    total = np.concatenate([[0.0], np.cumsum(power)])
    edges = np.linspace(0.0, len(part) * length / size, count + 1)
    mean = np.diff(np.interp(edges, np.arange(len(total)), total)) / np.diff(edges)
    return np.asarray(np.sqrt(np.maximum(mean, 0.0)))


def statistics(sound: Array, rate_hz: int, limit_hz: float | None = None) -> Statistics:
    """Of a texture's excerpt of 2 s or more, by family; what lies above `limit_hz` (default: where the recording was
    cut off) is nan.

    level: dB re the bands below 3 kHz, `[band]`; variation: standard deviation over mean of the compressed envelope;
    skewness and kurtosis of it; modulation: dB of its variance, `[band, modulation]`; correlation: between bands.
    """
    limit_hz = bandwidth_hz(sound, rate_hz) if limit_hz is None else limit_hz
    band = envelopes(sound, rate_hz)
    level = _band_level_db(band, limit_hz)
    squeezed = band**COMPRESSION
    mean, spread = squeezed.mean(axis=1), squeezed.std(axis=1) + TINY
    unit = (squeezed - mean[:, None]) / spread[:, None]
    unit[~np.isfinite(level)] = np.nan
    return {
        "level": level,
        "variation": np.where(np.isfinite(level), spread / mean, np.nan),
        "skewness": np.mean(unit**3, axis=1),
        "kurtosis": np.mean(unit**4, axis=1),
        "modulation": _modulation_db(unit),
        "correlation": _correlations(unit),
    }


def event_statistics(sound: Array, rate_hz: int, limit_hz: float | None = None) -> Statistics:
    """Of one event that starts at sample 0: level per band as above, and how the energy runs on, dB per window."""
    limit_hz = bandwidth_hz(sound, rate_hz) if limit_hz is None else limit_hz
    longest = round(WINDOWS_S[-1] * rate_hz)
    sound = np.concatenate([sound, np.zeros(max(0, longest - len(sound)))])[:longest]
    edges = [round(edge * rate_hz) for edge in WINDOWS_S]
    power = np.array([np.mean(np.square(sound[i:j])) for i, j in pairwise(edges)])
    course = np.maximum(10.0 * np.log10(power / power.max() + TINY), -60.0)
    return {"level": _band_level_db(envelopes(sound, rate_hz), limit_hz), "course": course}


def _band_level_db(band: Array, limit_hz: float) -> Array:
    power = np.mean(np.square(band), axis=1)
    level = 10.0 * np.log10(power / (power[band_centres_hz() < 3000.0].sum() + 1e-30) + 1e-9)
    return np.where(band_centres_hz() > 0.9 * limit_hz, np.nan, level)


def _modulation_db(unit: Array) -> Array:
    freqs, power = signal.welch(unit, ENVELOPE_HZ, nperseg=min(unit.shape[1], 2048), axis=1)
    centres = modulation_centres_hz()
    half = np.sqrt(centres[1] / centres[0])
    rows = [power[:, _near(freqs, centre / half, centre * half)].mean(axis=1) * centre for centre in centres]
    return np.asarray(10.0 * np.log10(np.stack(rows, axis=1) + 1e-6))


def _near(freqs: Array, low: float, high: float) -> npt.NDArray[np.bool_]:
    inside = (freqs >= low) & (freqs < high)
    if not inside.any():
        inside[1 + np.argmin(np.abs(freqs[1:] - np.sqrt(low * high)))] = True
    return np.asarray(inside)


def _correlations(unit: Array) -> Array:
    table = np.full((len(LAGS), BANDS), np.nan)
    for row, lag in enumerate(LAGS):
        table[row, :-lag] = np.mean(unit[:-lag] * unit[lag:], axis=1)
    return table


def distance(sound: Statistics, references: list[Statistics]) -> dict[str, float]:
    """Texture distance: |s - t|/sigma, t and sigma over the references; the mean of each family, and of those as "D".

    A recording lies at about 0.8 from its own class; sigma has a floor, since few references agree by chance.
    """
    found = {}
    for name, values in sound.items():
        rows = np.stack([one[name].ravel() for one in references])
        known = np.isfinite(rows).sum(axis=0) >= min(2, len(rows))
        target, spread = np.nanmean(rows[:, known], axis=0), np.nanstd(rows[:, known], axis=0)
        away = np.abs(values.ravel()[known] - target) / np.maximum(spread, FLOORS[name])
        found[name] = float(np.nanmean(away))
    found["D"] = float(np.mean(list(found.values())))
    return found


def crest_db(sound: Array) -> float:
    return float(20.0 * np.log10(np.max(np.abs(sound)) / (np.sqrt(np.mean(np.square(sound))) + TINY) + TINY))


def kurtosis(sound: Array) -> float:
    centred = sound - np.mean(sound)
    return float(np.mean((centred / (np.std(centred) + TINY)) ** 4))


def spectrum_point_hz(sound: Array, rate_hz: int, share: float, limit_hz: float) -> float:
    """Frequency below which `share` of the power up to `limit_hz` lies: .5 the median, .85 the roll-off."""
    freqs, power = signal.welch(sound, rate_hz, nperseg=min(len(sound), 4096))
    power = power[freqs <= limit_hz]
    return float(freqs[np.searchsorted(np.cumsum(power), share * power.sum())])


def decay_s(sound: Array, rate_hz: int) -> float:
    """T60 from the backward-integrated energy after the loudest moment, -2 to -17 dB; nan where it never falls."""
    start = int(np.argmax(ndimage.uniform_filter1d(np.square(sound), max(1, rate_hz // 200))))
    left = np.cumsum(np.square(sound[start:])[::-1])[::-1]
    level = 10.0 * np.log10(left / (left[0] + TINY) + TINY)
    first, last = int(np.argmax(level < -2.0)), int(np.argmax(level < -17.0))
    if last - first < 8:
        return float("nan")
    slope = np.polyfit(np.arange(first, last) / rate_hz, level[first:last], 1)[0]
    return float(-60.0 / slope)


def onset_rate(sound: Array, rate_hz: int) -> float:
    """Distinct attacks a second: peaks of band-summed log flux well above the running median."""
    band = np.log1p(1e3 * envelopes(sound / (np.max(np.abs(sound)) + TINY), rate_hz))
    flux = ndimage.gaussian_filter1d(np.maximum(np.diff(band, axis=1), 0.0).sum(axis=0), 1.5)
    usual = ndimage.median_filter(flux, 151)
    spread = np.median(np.abs(flux - usual)) + TINY
    peaks, _ = signal.find_peaks(flux - usual, height=max(6.0 * spread, 0.15 * float(np.max(flux))), distance=12)
    return float(len(peaks) * rate_hz / len(sound))
