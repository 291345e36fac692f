"""Sounding bubbles (Minnaert 1933; damping and rise after van den Doel 2005), which are what water sounds of.

A bubble of radius r rings at 3/r Hz and dies as e^(-sigma t), sigma = 0.13/r + 0.0072 r^-1.5; one that forms close
under the surface rises in pitch while it dies.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine.instruments.dsp import Array
from engine.instruments.texture import OVERLAP, Floats, band_limited
from engine.types import SAMPLE_RATE

SHALLOW_SHARE = 0.1  # of bubbles rise audibly
KEPT_RADII = 40


def bubble(radius_m: float, rise: float = 0.0, damping: float = 1.0, longest: int = OVERLAP) -> Floats:
    """One bubble of peak near 1, from its first sample to -50 dB or `longest` samples.

    `damping` above 1: torn water and neighbours take its sound away sooner than still water would.
    """
    decay = damping * (0.13 / radius_m + 0.0072 * radius_m**-1.5)
    count = min(int(5.8 / decay * SAMPLE_RATE) + 16, longest)
    t = np.arange(count) / SAMPLE_RATE
    turns = 3.0 / radius_m * (t + 0.5 * rise * decay * t**2)
    attack = np.minimum(t / max(1e-4, 0.08 * radius_m), 1.0)
    wave = attack * np.exp(-decay * t) * np.sin(2.0 * np.pi * turns)
    tail = min(count, 64)
    wave[-tail:] *= np.linspace(1.0, 0.0, tail)
    return band_limited(wave)


@lru_cache(maxsize=16)
def bubble_bank(low_m: float, high_m: float, damping: float) -> tuple[Array, list[Floats]]:
    """Radii from low to high and their bubbles: first those that ring level, then the same radii rising."""
    radii = np.geomspace(low_m, high_m, KEPT_RADII)
    level = [bubble(float(radius), 0.0, damping) for radius in radii]
    rising = [bubble(float(radius), 0.12, damping) for radius in radii]
    return radii, level + rising


@dataclass(frozen=True)
class Swarm:
    """A population of bubbles: r = low (high/low)^(u^skew), amplitude depth x (r/high)^loudness, depth = u^depth."""

    low_m: float
    high_m: float
    skew: float = 1.0
    depth: float = 1.3
    loudness: float = 1.2
    damping: float = 1.0

    def draw(self, rng: np.random.Generator, count: int) -> tuple[npt.NDArray[np.int64], Array]:
        """Of `count` bubbles: which response of the bank, and the amplitude."""
        place = rng.random(count) ** self.skew
        which = np.minimum((place * KEPT_RADII).astype(np.int64), KEPT_RADII - 1)
        shallow = rng.random(count) < SHALLOW_SHARE
        amplitude = rng.random(count) ** self.depth * (self.high_m / self.low_m) ** ((place - 1.0) * self.loudness)
        return which + KEPT_RADII * shallow, amplitude

    def bank(self) -> list[Floats]:
        return bubble_bank(self.low_m, self.high_m, self.damping)[1]
