"""Door leaves and the frames they hang in, as modes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.instruments.dsp import Array, stream
from engine.instruments.materials import Modes

HEIGHT_M = 2.0  # of the door that the table describes


@dataclass(frozen=True, slots=True)
class Panel:
    """A door leaf of 2 m: lowest and highest mode, decay, how hard it meets the frame."""

    low_hz: float
    high_hz: float
    t60_s: float  # at 200 Hz
    t60_power: float
    tilt: float  # gain = (f / low)^tilt
    contact_s: float  # of an ordinary closing
    frame_level: float  # of the wall and frame beside the leaf
    loose: float  # how much rattles in it as it shuts, 1 is a wooden door


PANELS = {
    "wood": Panel(66.0, 6500.0, 0.42, -0.35, -0.38, 0.0022, 0.48, 1.0),
    "metal": Panel(52.0, 13_000.0, 0.95, -0.30, -0.12, 0.0005, 0.55, 2.5),
    "glass": Panel(60.0, 8000.0, 0.30, -0.35, -0.25, 0.0010, 0.8, 1.4),
}


def size_ratio(size_m: float) -> float:
    """How much higher a smaller leaf sounds (plates of unlike thickness: 1/L^1.3)."""
    return float((HEIGHT_M / size_m) ** 1.3)


def _plate_hz(panel: Panel, size_m: float) -> Array:
    """Bending modes (m/a)^2 + (n/b)^2 of a leaf 2.2 times as high as wide."""
    low = panel.low_hz * size_ratio(size_m)
    m, n = np.meshgrid(np.arange(1, 14), np.arange(1, 28))
    ratio = (2.2**2 * m**2 + n**2) / (2.2**2 + 1.0)
    freqs = np.sort(low * ratio.reshape(-1))
    return np.asarray(freqs[freqs < max(panel.high_hz, 6.0 * low)])


def _thinned(freqs_hz: Array, most: int, rng: np.random.Generator) -> Array:
    """At most `most` of the modes, the lowest always kept."""
    if len(freqs_hz) <= most:
        return freqs_hz
    sparse = rng.choice(np.arange(12, len(freqs_hz)), most - 12, replace=False)
    return np.concatenate([freqs_hz[:12], freqs_hz[np.sort(sparse)]])


@lru_cache(maxsize=64)
def panel_modes(struck: str, size_m: float, identity: int) -> Modes:
    """The leaf's modes; sum of squared gains 1. One identity is one door."""
    panel = PANELS[struck]
    rng = stream(identity, "panel", struck)
    freqs = _thinned(_plate_hz(panel, size_m), 90, rng)
    freqs = freqs * np.exp(0.05 * rng.standard_normal() + 0.025 * rng.standard_normal(len(freqs)))
    t60 = panel.t60_s * (freqs / 200.0) ** panel.t60_power * np.exp(0.12 * rng.standard_normal(len(freqs)))
    gains = (freqs / freqs[0]) ** panel.tilt * np.exp(0.5 * rng.standard_normal(len(freqs)))
    gains *= rng.choice([-1.0, 1.0], len(freqs))
    return Modes(freqs, t60, gains / np.sqrt(np.sum(gains**2)))


@lru_cache(maxsize=64)
def frame_modes(struck: str, size_m: float, identity: int) -> Modes:
    """What moves with the leaf: frame and wall, four low modes; small doors hang in light frames."""
    rng = stream(identity, "frame", struck)
    freqs = np.array([44.0, 61.0, 83.0, 118.0]) * (HEIGHT_M / size_m) ** 0.7 * np.exp(0.08 * rng.standard_normal(4))
    t60 = np.array([0.5, 0.48, 0.42, 0.34]) * np.exp(0.15 * rng.standard_normal(4))
    gains = np.array([0.8, 1.0, 0.7, 0.5]) * np.exp(0.3 * rng.standard_normal(4))
    level = PANELS[struck].frame_level * min(1.0, size_m / 1.2)
    return Modes(freqs, t60, level * gains / np.sqrt(np.sum(gains**2)))
