"""The scorer's ear: a fixed onset detector without weights. Its ceiling is measured on truth stems."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter, uniform_filter1d
from scipy.signal import butter, sosfiltfilt

RATE_HZ = 48_000
_WINDOW = 1024
_HOP = 96  # 2 ms
_BANDS = 40
_LOW_HZ, _HIGH_HZ = 80.0, 18_000.0
_RISE_HOPS = 3  # a rise counts over 6 ms
_MEDIAN_HOPS = 151  # 300 ms
_DELTA = 0.9  # nepers of log(1 + 1000 X) above the running median
_REFRACTORY_HOPS = 13  # 25 ms
_SEARCH_S = 0.016

Sound = npt.NDArray[np.float64]


def onsets(sound: Sound) -> list[float]:
    """Onset times in seconds of `[channel, sample]` sound at 48 kHz."""
    rise = _rise(_levels(sound))
    floor = median_filter(rise, _MEDIAN_HOPS, mode="nearest")
    envelope = _envelope(sound)
    return [_refined(envelope, peak * _HOP / RATE_HZ) for peak in _peaks(rise - floor)]


def _levels(sound: Sound) -> Sound:
    """`[hop, band]`: log(1 + 1000 X) of the band amplitudes, windows centred on the hops."""
    half = _WINDOW // 2
    padded = np.pad(sound, ((0, 0), (half, half + _HOP)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW, axis=1)[:, ::_HOP]
    window = np.hanning(_WINDOW)
    power = np.zeros((frames.shape[1], _WINDOW // 2 + 1))
    for channel in frames:
        power += np.abs(np.fft.rfft(channel * window, axis=1)) ** 2
    amplitude = np.sqrt(power @ _erb_bands().T) / window.sum()
    return np.asarray(np.log1p(1000 * amplitude), dtype=np.float64)


@lru_cache(maxsize=1)
def _erb_bands() -> Sound:
    """`[band, bin]` triangles on the ERB-rate scale (Glasberg and Moore 1990), each at least three bins wide."""
    edges = np.linspace(_erb_rate(_LOW_HZ), _erb_rate(_HIGH_HZ), _BANDS + 2)
    hz = (10 ** (edges / 21.4) - 1) / 0.00437
    bins = np.arange(_WINDOW // 2 + 1) * RATE_HZ / _WINDOW
    least = 1.5 * RATE_HZ / _WINDOW
    low, middle, high = hz[:-2, None], hz[1:-1, None], hz[2:, None]
    up = (bins - np.minimum(low, middle - least)) / np.maximum(middle - low, least)
    down = (np.maximum(high, middle + least) - bins) / np.maximum(high - middle, least)
    return np.asarray(np.clip(np.minimum(up, down), 0, None), dtype=np.float64)


def _erb_rate(freq_hz: float) -> float:
    return float(21.4 * np.log10(1 + 0.00437 * freq_hz))


def _rise(levels: Sound) -> Sound:
    """The strongest band's rise over 6 ms, smoothed over 6 ms."""
    change = np.zeros_like(levels)
    change[_RISE_HOPS:] = levels[_RISE_HOPS:] - levels[:-_RISE_HOPS]
    return np.asarray(uniform_filter1d(np.clip(change, 0, None).max(axis=1), 3), dtype=np.float64)


def _peaks(above: Sound) -> list[int]:
    """Strongest first, none within 25 ms of a stronger one; in order of time."""
    inner = (above[1:-1] > _DELTA) & (above[1:-1] >= above[:-2]) & (above[1:-1] > above[2:])
    candidates = np.flatnonzero(inner) + 1
    kept: list[int] = []
    for peak in candidates[np.argsort(-above[candidates], kind="stable")]:
        if all(abs(peak - other) > _REFRACTORY_HOPS for other in kept):
            kept.append(int(peak))
    return sorted(kept)


def _envelope(sound: Sound) -> Sound:
    """Magnitude above 150 Hz, smoothed over 1 ms."""
    above = sosfiltfilt(_high_pass(), sound, axis=1)
    return np.asarray(uniform_filter1d(np.sqrt((above**2).sum(axis=0)), 48), dtype=np.float64)


def _refined(envelope: Sound, about_s: float) -> float:
    """Where the envelope has risen half of the way, within 16 ms of the coarse time."""
    first = max(int((about_s - _SEARCH_S) * RATE_HZ), 0)
    piece = envelope[first : int((about_s + _SEARCH_S) * RATE_HZ)]
    if not piece.size:
        return about_s
    top = int(piece.argmax())
    lowest = int(piece[: top + 1].argmin())
    half = (float(piece[lowest]) + float(piece[top])) / 2
    return (first + lowest + int(np.argmax(piece[lowest : top + 1] >= half))) / RATE_HZ


@lru_cache(maxsize=1)
def _high_pass() -> Sound:
    return np.asarray(butter(2, 150, "highpass", fs=RATE_HZ, output="sos"), dtype=np.float64)
