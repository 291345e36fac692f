"""Surfaces that something slides or rolls over: how rough, how coarse, and what force they drive into what moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft

from engine.instruments.dsp import Array
from engine.types import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Surface:
    """Height profile of a surface: fractal, power ~ 1/k^beta between its longest wave and its grain."""

    beta: float  # glass 2.2, planed wood 1.8, concrete 1.2: lower is rougher at the small scale
    grain_m: float  # the smallest feature
    bump_m: float  # mean way between features that stand out
    roughness: float  # of the force it gives, 1 is planed wood


SURFACES = {
    "wood": Surface(1.8, 60e-6, 3.0e-3, 1.0),
    "wood_soft": Surface(1.6, 90e-6, 3.0e-3, 1.1),
    "metal": Surface(2.1, 20e-6, 1.5e-3, 0.7),
    "metal_sheet": Surface(2.1, 25e-6, 2.0e-3, 0.8),
    "glass": Surface(2.2, 12e-6, 2.0e-3, 0.45),
    "ceramic": Surface(2.0, 25e-6, 1.5e-3, 0.7),
    "stone": Surface(1.4, 60e-6, 2.0e-3, 1.4),
    "concrete": Surface(1.2, 90e-6, 2.5e-3, 1.9),
    "plastic": Surface(2.0, 50e-6, 2.5e-3, 0.7),
    "foam": Surface(1.6, 400e-6, 4.0e-3, 0.5),
    "rubber": Surface(1.8, 300e-6, 4.0e-3, 0.8),
    "cardboard": Surface(1.7, 120e-6, 2.0e-3, 0.9),
    "paper": Surface(1.7, 40e-6, 1.0e-3, 0.6),
    "leather": Surface(1.7, 200e-6, 1.5e-3, 0.7),
    "fabric": Surface(1.3, 250e-6, 0.8e-3, 0.7),
    "skin": Surface(1.8, 300e-6, 2.0e-3, 0.5),
    "ice": Surface(1.9, 30e-6, 3.0e-3, 0.6),
    "soil": Surface(1.0, 400e-6, 3.0e-3, 1.5),
}


def rougher(first: Surface, second: Surface) -> Surface:
    """What two surfaces are to each other: the coarser grain decides, the roughnesses add as powers."""
    coarse, fine = (first, second) if first.grain_m >= second.grain_m else (second, first)
    return Surface(
        min(first.beta, second.beta),
        float(np.sqrt(coarse.grain_m * fine.grain_m)),
        min(first.bump_m, second.bump_m),
        float(np.hypot(first.roughness, second.roughness) / np.sqrt(2.0)),
    )


def slope_profile(surface: Surface, patch_m: float, step_m: float, count: int, rng: np.random.Generator) -> Array:
    """The surface's slope h'(s), smoothed by a contact patch of that size, at `count` points `step_m` apart; rms 1.

    Most of it is fractal noise; single bumps stand out, which a slow hand hears as ticks and a quick one as a band.
    """
    size = fft.next_fast_len(max(count, 64), real=True)
    source = rng.standard_normal(size, dtype=np.float32)
    bumps = rng.poisson(max(size * step_m / surface.bump_m, 1.0))
    height = np.exp(0.8 * rng.standard_normal(bumps)) * rng.choice([-1.0, 1.0], bumps)
    weight = 0.8 * np.sqrt(surface.bump_m / step_m)
    source += np.bincount(rng.integers(0, size, bumps), weight * height, size).astype(np.float32)
    waves = np.arange(size // 2 + 1) / (size * step_m)
    profile = fft.irfft(fft.rfft(source) * _slope_gain(surface, patch_m, waves).astype(np.float32), size)[:count]
    return np.asarray(profile / max(float(np.sqrt(np.mean(np.square(profile)))), 1e-12))


def _slope_gain(surface: Surface, patch_m: float, waves_per_m: Array) -> Array:
    """Amplitude of h' by wave number: k^(1 - beta/2), 6 dB an octave down past the patch, gone past the grain."""
    k = np.maximum(waves_per_m, 1e-3)
    fractal = (k / 100.0) ** (1.0 - surface.beta / 2.0)
    patch = 1.0 / np.sqrt(1.0 + (2.0 * patch_m * k) ** 1.2)
    grain = 1.0 / (1.0 + (surface.grain_m * k) ** 4.0)
    return np.asarray(fractal * patch * grain * (waves_per_m > 5.0))


def loudness_of(speed_m_s: Array) -> Array:
    """How the force of a slide grows: 40 dB a decade of v, levelling off above 3 m/s; 1 at 1 m/s."""
    return np.asarray(1.1 * np.square(speed_m_s) / (1.0 + np.square(speed_m_s / 3.0)))


def sliding_force(speed_m_s: Array, surface: Surface, patch_m: float, rng: np.random.Generator) -> Array:
    """Force of a slide at that speed (one value a sample): h' read along the path, as loud as `loudness_of` says.

    1.0 rms at 1 m/s on planed wood. The spectrum moves with the speed, because it is the path that is rough.
    """
    fastest = float(np.max(speed_m_s, initial=0.0))
    if fastest <= 0.0:
        return np.zeros(len(speed_m_s))
    step_m = fastest / SAMPLE_RATE
    way = np.cumsum(np.abs(speed_m_s)) / fastest
    profile = slope_profile(surface, patch_m, step_m, int(way[-1]) + 2, rng)
    force = surface.roughness * np.interp(way, np.arange(len(profile)), profile)
    return np.asarray(2.5 * np.tanh(0.4 * force) * loudness_of(speed_m_s))
