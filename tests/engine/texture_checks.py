"""What every endless texture is asked: notes to play, and figures of its evenness, its width and its joints."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.instruments.texture import HOP, OVERLAP
from engine.types import SAMPLE_RATE, Curve, Layer, Note
from tests.engine import sound_checks

Array = npt.NDArray[np.floating[Any]]
FRAME = SAMPLE_RATE // 50


def bed_note(instrument: str, seconds: float = 6.0, seed: int = 1, **params: float | str | Curve) -> Note:
    return Note("n1", "e1", Layer.AMBIENT, instrument, 0.0, seconds, params, seed=seed)


def second_levels_db(sound: Array) -> Array:
    """Level of each whole second."""
    count = sound.shape[-1] // SAMPLE_RATE
    power = np.square(sound[:, : count * SAMPLE_RATE]).reshape(2, count, -1).mean(axis=(0, 2))
    return np.asarray(10.0 * np.log10(power + 1e-20))


def unevenness_db(sound: Array) -> float:
    """Standard deviation of the level of whole seconds."""
    return float(np.std(second_levels_db(sound)))


def fold_down_loss_db(sound: Array) -> float:
    """What a sum to mono loses, dB: 0 in phase, 3 uncorrelated."""
    together = np.sum(np.square(sound.sum(axis=0, dtype=np.float64)))
    return float(-10.0 * np.log10(together / (2.0 * np.sum(np.square(sound, dtype=np.float64)))))


def coherence(sound: Array, low_hz: float, high_hz: float) -> float:
    """Correlation of the two channels in a band."""
    spectra = np.fft.rfft(sound, axis=1)
    freqs = np.fft.rfftfreq(sound.shape[1], 1.0 / SAMPLE_RATE)
    left, right = spectra[:, (freqs >= low_hz) & (freqs < high_hz)]
    cross = np.sum(left * np.conj(right)).real
    return float(cross / np.sqrt(np.sum(np.abs(left) ** 2) * np.sum(np.abs(right) ** 2)))


def joint_percentiles(sound: Array) -> Array:
    """How the joints between blocks stand among all other stretches as long: mean percentile of (level, level jump,
    spectral change). 50 is like any other moment, near 0 or 100 sticks out.
    """
    wave = sound_checks.mono(sound)
    frames = wave[: len(wave) // FRAME * FRAME].reshape(-1, FRAME) * np.hanning(FRAME)
    spectrum = np.log10(np.abs(np.fft.rfft(frames, axis=1)[:, 2:320:4]) + 1e-9)
    level = 10.0 * np.log10(np.mean(np.square(frames), axis=1) + 1e-20)
    jumps = np.abs(np.diff(level, prepend=level[0]))
    change = np.abs(np.diff(spectrum, axis=0, prepend=spectrum[:1])).mean(axis=1)
    length = OVERLAP // FRAME
    joints = np.arange(HOP, len(wave) - OVERLAP, HOP) // FRAME
    others = np.setdiff1d(np.arange(0, len(frames) - length, length // 2), joints)
    found = []
    for track in (level, jumps, change):
        mean = np.convolve(track, np.ones(length) / length, "valid")
        found.append([np.mean(mean[others] < mean[joint]) for joint in joints])
    return np.asarray(100.0 * np.mean(found, axis=1))


def erb_difference_db(first: Array, second: Array) -> float:
    """Largest difference between the ERB spectra of two sounds, 100 Hz to 16 kHz, smoothed over three bands."""
    apart = sound_checks.erb_levels_db(first) - sound_checks.erb_levels_db(second)
    return float(np.max(np.abs(np.convolve(apart[2:], np.ones(3) / 3.0, "valid"))))
