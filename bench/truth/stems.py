"""Truth stems: plain bursts and tones at the true times. They exist to test the scorer, not to be listened to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
from scipy.signal import lfilter

from bench.truth.truth import Event, Truth

RATE_HZ = 48_000
LAYERS = ("ambient", "action", "material")

Sound = npt.NDArray[np.float64]


def true_stems(truth: Truth, seed: int) -> dict[str, Sound]:
    """`[2, sample]` per layer, at 48 kHz, exactly as long as the scene."""
    length = round(truth.duration_s * RATE_HZ)
    rng = np.random.default_rng(seed)
    stems = {layer: np.zeros((2, length)) for layer in LAYERS}
    stems["ambient"] += _bed(rng, length, truth.ambience.level)
    top_db = max((event.level_db for event in truth.contacts), default=0.0)
    freq_hz = float(rng.uniform(900, 1800))
    for event in truth.events:
        for layer in event.layers:
            sound = _sounded(event, layer, _amplitude(event, top_db), freq_hz, rng)
            _mix_in(stems[layer], sound * _pan(_places(event, sound.size)), round(event.t_s * RATE_HZ))
    return stems


def write_stems(stems: dict[str, Sound], folder: Path) -> dict[str, Path]:
    """`<layer>.wav` and their sum `mix.wav`, 24-bit."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.wav" for name in (*LAYERS, "mix")}
    for name, path in paths.items():
        sound = stems[name] if name in stems else np.sum([stems[layer] for layer in LAYERS], axis=0)
        soundfile.write(path, sound.T, RATE_HZ, subtype="PCM_24")
    return paths


def _amplitude(event: Event, top_db: float) -> float:
    """The scene's hardest contact at .3, the others three quarters as many decibels below as their momentum is."""
    return float(0.3 * 10 ** (0.75 * (event.level_db - top_db) / 20))


def _sounded(event: Event, layer: str, peak: float, freq_hz: float, rng: np.random.Generator) -> Sound:
    if not event.sharp:
        return _span(event, rng)
    time_s = np.arange(int(0.25 * RATE_HZ)) / RATE_HZ
    if layer == "action":
        return np.asarray(peak * 0.5 * rng.standard_normal(time_s.size) * np.exp(-time_s / 0.012))
    ring = np.sin(2 * np.pi * freq_hz * time_s) * np.exp(-time_s / 0.035)
    return np.asarray(peak * ring, dtype=np.float64)


def _span(event: Event, rng: np.random.Generator) -> Sound:
    count = max(int(event.duration_s * RATE_HZ), 1)
    fade = np.clip(np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.08 * RATE_HZ), 0, 1)
    smooth = lfilter([0.2], [1, -0.8], rng.standard_normal(count))
    return np.asarray(0.02 * np.sin(fade * np.pi / 2) ** 2 * smooth, dtype=np.float64)


def _bed(rng: np.random.Generator, length: int, level: tuple[tuple[float, float], ...]) -> Sound:
    times, gains = zip(*level, strict=True)
    curve = np.interp(np.arange(length) / RATE_HZ, times, gains)
    smooth = lfilter([0.1], [1, -0.9], rng.standard_normal((2, length)), axis=1)
    return np.asarray(0.02 * curve * smooth, dtype=np.float64)


def _places(event: Event, count: int) -> Sound:
    """x of every sample: along the path where there is one."""
    if not event.path:
        return np.full(count, event.x)
    times, places = zip(*event.path, strict=True)
    return np.asarray(np.interp(event.t_s + np.arange(count) / RATE_HZ, times, places), dtype=np.float64)


def _pan(x: Sound) -> Sound:
    angle = (np.clip(x, -1, 1) + 1) * np.pi / 4
    return np.stack([np.cos(angle), np.sin(angle)])


def _mix_in(stem: Sound, sound: Sound, at: int) -> None:
    room = min(sound.shape[-1], stem.shape[1] - at)
    if room > 0:
        stem[:, at : at + room] += sound[..., :room]
