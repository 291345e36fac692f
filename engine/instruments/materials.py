"""What things are made of: elastic constants for contact, mode ranges and decays for ringing.

Decays follow T60 = T1 (f/1 kHz)^s, fitted to measured everyday objects (Traer, Cusimano & McDermott 2019); elastic
constants after Wang & James 2019. Mode ranges belong to an object of `REFERENCE_SIZE_M`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from engine.instruments import dsp
from engine.instruments.dsp import Array

REFERENCE_SIZE_M = 0.15
SPEED_OF_SOUND_M_S = 343.0
PAIRS = 14
SUPPORTS = ("table", "free", "held", "floor", "carpet", "filled")
RING_BY_SUPPORT = {"table": 0.6, "free": 8.0, "held": 0.3, "floor": 0.8, "carpet": 0.3, "filled": 0.5}


@dataclass(frozen=True, slots=True)
class Material:
    """One material; the choices of `striker` and `struck`."""

    density: float  # kg/m3
    youngs_pa: float
    poisson: float
    low_hz: float  # lowest mode of a hand-sized object
    high_hz: float
    t1_s: float  # T60 at 1 kHz
    decay_slope: float  # s of T60 = T1 (f/1 kHz)^s
    modes: int
    gain_slope: float  # log amplitude over log frequency
    layout: str  # how modes lie: plate, ring, bar, lump
    rings: float = 0.0  # how far the support's damping reaches it: 1 metal and glass, 0 soft matter
    level_db: float = 0.0  # of its body, struck by something hard
    burst_db: float = -10.0  # of the noise of contact
    forest_db: float = 8.0  # of the short modes between those that ring, over the noise of contact
    fill: float = 0.4  # solid share of size^3, for the mass
    doublet: float = 0.0  # split of degenerate pairs, share of frequency
    dents: float = 1.0  # how much longer than Hertz says it is touched, since it yields
    crumbles_s: float = 0.0  # how long it goes on breaking under what hits it
    merge_hz: float = 1e6  # above, the modes of a hand-sized thing overlap: no single one stands out


MATERIALS = {
    "wood": Material(
        750, 1.1e10, 0.25, 380, 8000, 0.13, -0.15, 30, -0.35, "plate", 0.35, 0, -3, 2, dents=2.4, merge_hz=900
    ),
    "wood_soft": Material(
        450, 6e9, 0.25, 290, 7000, 0.10, -0.12, 28, -0.45, "plate", 0.3, -2, -3, 2, dents=2.6, merge_hz=800
    ),
    "metal": Material(7850, 2e11, 0.29, 600, 16_000, 0.6, -0.4, 40, -0.25, "bar", 1, 0, -11, fill=0.05, doublet=0.002),
    "metal_sheet": Material(
        7850, 2e11, 0.29, 210, 14_000, 0.8, -0.42, 72, -0.3, "plate", 0.8, 0, -12, fill=0.02, doublet=0.003
    ),
    "glass": Material(
        2600, 6.2e10, 0.2, 2200, 18_000, 0.45, -0.4, 16, -0.05, "ring", 1, -2, -18, fill=0.15, doublet=0.002
    ),
    "ceramic": Material(
        2700, 7.2e10, 0.19, 1050, 15_000, 0.2, -0.4, 22, -0.2, "ring", 1, -1, -11, fill=0.2, doublet=0.002
    ),
    "stone": Material(
        2600,
        4e10,
        0.23,
        1350,
        14_000,
        0.075,
        -0.3,
        40,
        -0.25,
        "lump",
        0.3,
        -2,
        -9,
        dents=1.6,
        crumbles_s=0.008,
    ),
    "concrete": Material(
        2400,
        3e10,
        0.2,
        650,
        9000,
        0.05,
        -0.3,
        36,
        -0.35,
        "lump",
        0.2,
        -4,
        -6,
        dents=1.6,
        crumbles_s=0.008,
    ),
    "plastic": Material(1070, 1.4e9, 0.35, 800, 8000, 0.042, -0.35, 16, -0.25, "plate", 0.3, -2, -8, fill=0.2),
    "foam": Material(40, 2e6, 0.3, 300, 5000, 0.035, 0, 10, -0.7, "lump", 0, -14, -14, fill=1.0),
    "rubber": Material(1100, 1e7, 0.49, 110, 900, 0.075, 0.2, 7, -0.6, "lump", 0, -5, -20),
    "cardboard": Material(200, 2e8, 0.2, 180, 5000, 0.07, -0.25, 25, -0.5, "plate", 0.2, -4, -8, fill=0.15),
    "paper": Material(250, 1e8, 0.2, 420, 4500, 0.023, 0, 12, -0.4, "plate", 0, -10, -8, fill=0.1),
    "leather": Material(900, 5e7, 0.4, 280, 3000, 0.055, 0, 12, -0.55, "lump", 0, -6, -9, fill=0.2),
    "fabric": Material(300, 1e6, 0.3, 140, 5000, 0.032, -0.1, 25, -0.7, "lump", 0, -9, -8, fill=0.5),
    "skin": Material(1050, 2e7, 0.45, 170, 2500, 0.04, 0, 10, -0.6, "lump", 0, -9, -8),
    "ice": Material(
        917, 9e9, 0.33, 950, 14_000, 0.12, -0.35, 24, -0.2, "lump", 0.4, -2, -8, dents=1.3, crumbles_s=0.005
    ),
    "soil": Material(1500, 5e6, 0.3, 80, 1200, 0.045, 0, 10, -0.7, "lump", 0, -8, -9),
}


@dataclass(frozen=True, slots=True)
class Modes:
    """What rings: frequencies, decay times and amplitudes, one entry a mode."""

    freqs_hz: Array
    t60_s: Array
    gains: Array

    def __add__(self, other: Modes) -> Modes:
        pairs = ((self.freqs_hz, other.freqs_hz), (self.t60_s, other.t60_s), (self.gains, other.gains))
        return Modes(*(np.concatenate(pair) for pair in pairs))

    def scaled(self, gain: float | Array) -> Modes:
        return replace(self, gains=self.gains * gain)


# Contact


def contact_s(striker: Material, struck: Material, mass_kg: float, radius_m: float, speed_m_s: float) -> float:
    """Contact time of two materials (Hertz): the softer decides."""
    give = sum((1.0 - body.poisson**2) / body.youngs_pa for body in (striker, struck))
    return dsp.hertz_contact_s(1.0 / give, mass_kg, radius_m, speed_m_s)


def mass_kg(material: Material, size_m: float) -> float:
    """Of a hand-made thing of that size, .002 to 20 kg."""
    return float(np.clip(material.density * material.fill * size_m**3, 0.002, 20.0))


def force_gain(freqs_hz: Array, contact_time_s: float) -> Array:
    """How much of a mode a contact excites, 1 at low frequency.

    The envelope of the pulse's spectrum without its nulls: real strikers are not smooth spheres, 9 dB per octave stays.
    """
    turns = np.asarray(freqs_hz, dtype=float) * contact_time_s / 0.8
    return np.asarray((1.0 + turns**2) ** -0.75)


def mobility(material: Material) -> float:
    """How readily a body answers a force, 1/(rho c h), compressed to decibels that stay within reach; 1 is wood."""
    wood = MATERIALS["wood"]
    impedance = [np.sqrt(one.density * one.youngs_pa) * one.fill for one in (material, wood)]
    return float(np.clip(impedance[0] / impedance[1], 0.1, 10.0) ** -0.3)


# Modes


def _plate(count: int, rng: np.random.Generator) -> Array:
    """Simply supported plate of a random aspect: (m/a)^2 + (n/b)^2."""
    aspect = rng.uniform(1.1, 1.9)
    m, n = np.meshgrid(np.arange(1, 24), np.arange(1, 24))
    ratios = np.sort((m**2 + (n / aspect) ** 2).reshape(-1))
    return np.asarray(ratios[:count] / ratios[0])


def _ring(count: int, rng: np.random.Generator) -> Array:
    """Rim modes n = 2, 3 .. of a thin ring, and a second family with an axial bend."""
    n = np.arange(2, 2 + count, dtype=float)
    rim = n * (n**2 - 1) / np.sqrt(n**2 + 1)
    return np.asarray(np.sort(np.concatenate([rim, rim * rng.uniform(1.55, 1.9) + 1.0]))[:count] / rim[0])


def _bar(count: int, rng: np.random.Generator) -> Array:
    """Free bar bending in two planes (Euler-Bernoulli), twisting, and bending across."""
    n = np.arange(1, count + 1)
    bending = ((2 * n + 1) / 3.0112) ** 2
    families = [bending, bending * rng.uniform(1.15, 1.7), n * rng.uniform(1.8, 2.6), 2.0 + n * rng.uniform(1.1, 1.7)]
    return np.asarray(np.sort(np.concatenate(families))[:count])


def _lump(count: int, rng: np.random.Generator) -> Array:
    """A solid: modes get denser upwards (Weyl); ratio span 12."""
    strata = (np.arange(count) + rng.uniform(0, 1, count)) / count
    strata[0] = 0.0
    return np.asarray(12.0 ** (strata**0.8))


LAYOUTS: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "plate": _plate,
    "ring": _ring,
    "bar": _bar,
    "lump": _lump,
}


def size_factor(size_m: float) -> float:
    """How modes move with size: 1/L for small lumps, less for large things, whose walls are thicker too."""
    ratio = REFERENCE_SIZE_M / size_m
    return float(ratio if ratio > 1.0 else ratio**0.6)


def decay_s(material: Material, freqs_hz: Array, ring_factor: float = 1.0) -> Array:
    """T60 of modes at those frequencies, level below 400 Hz; the support counts as far as the material rings."""
    above = (np.maximum(freqs_hz, 400.0) / 1000.0) ** material.decay_slope
    return np.asarray(material.t1_s * above * ring_factor**material.rings)


def radiation(freqs_hz: Array, size_m: float) -> Array:
    """How well a body of that size moves the air: 6 dB per octave below c/(4L), then 1."""
    return np.asarray((1.0 + (SPEED_OF_SOUND_M_S / (4.0 * size_m) / freqs_hz) ** 2) ** -0.5)


@lru_cache(maxsize=256)
def object_modes(name: str, size_m: float, identity: int, ring_factor: float = 1.0, spread: float = 1.0) -> Modes:
    """The modes of one thing of material `name`; the same `identity` is always the same thing.

    Pitch and decay differ by 10 % (1 sigma) from thing to thing, a mode's decay by 30 % and gain by 5 dB; `spread`
    scales that. Gains have a sum of squares of 1.
    """
    material = MATERIALS[name]
    rng = dsp.stream(identity, "object", name)
    pitch = size_factor(size_m) * np.exp(spread * 0.1 * rng.standard_normal())
    count = min(round(material.modes * max(pitch**-0.5, 1.0)), 110)
    freqs = material.low_hz * pitch * LAYOUTS[material.layout](count, rng)
    freqs = freqs * np.exp(spread * 0.02 * rng.standard_normal(count))
    top = max(min(material.high_hz * max(pitch, 1.0) ** 0.3, 20_000.0), float(freqs.min()) * 1.5)
    freqs = freqs[freqs <= top]
    deviation = np.exp(spread * (0.1 * rng.standard_normal() + 0.3 * rng.standard_normal(len(freqs))))
    t60 = np.minimum(decay_s(material, freqs, ring_factor) * deviation, 12.0)
    # at most 1 sigma up: a mode can be missed where a thing is struck, but none is above its own greatest motion
    scatter = 10.0 ** (spread * 5.0 * np.minimum(rng.standard_normal(len(freqs)), 1.0) / 20.0)
    slope = (freqs / freqs.min()) ** material.gain_slope * radiation(freqs, size_m)
    modes = Modes(freqs, t60, slope * scatter * rng.choice([-1.0, 1.0], len(freqs)))
    modes = _split(modes, material.doublet, rng) if material.doublet else modes
    return modes.scaled(1.0 / float(np.sqrt(np.sum(modes.gains**2))))


def forest(name: str, modes: Modes, size_m: float, rng: np.random.Generator) -> Modes:
    """Some 90 short modes between and below the ringing ones, drawn anew at each hit: what a table of modes leaves out.

    Listeners need this residual to believe a material (Ren, Yeh & Lin 2013). Gains have a sum of squares of 1.
    """
    material = MATERIALS[name]
    base = float(modes.freqs_hz.min())
    freqs = np.geomspace(max(0.22 * base, 110.0), max(material.high_hz, 3.0 * base), 90) * rng.uniform(0.97, 1.03, 90)
    ratio = freqs / base
    gains = np.where(ratio > 1.0, ratio ** (material.gain_slope - 0.1), ratio**0.5) * rng.normal(0.0, 1.0, 90)
    gains = gains * radiation(freqs, size_m)
    t60 = np.clip(0.55 * decay_s(material, freqs), 0.015, 0.15) * rng.uniform(0.5, 1.5, 90)
    return Modes(freqs, t60, gains / float(np.sqrt(np.sum(gains**2))))


def _split(modes: Modes, split: float, rng: np.random.Generator) -> Modes:
    """The lowest modes as pairs a little apart: their slow beat is much of what makes glass and metal real."""
    low = slice(0, PAIRS)
    apart = 1.0 + split * rng.uniform(0.3, 1.5, len(modes.freqs_hz[low]))
    twin = rng.uniform(0.3, 0.9, len(apart))
    return modes + Modes(modes.freqs_hz[low] * apart, modes.t60_s[low] * 0.95, modes.gains[low] * twin)
