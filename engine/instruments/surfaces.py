"""Grounds to walk on, as data: what of each is solid, loose, fine or wet, and how loud."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, slots=True)
class Plate:
    """Solid ground's modes: many, close together, log-uniform; decays follow T1 (f/1 kHz)^slope."""

    low_hz: float
    high_hz: float
    count: int
    t1_s: float
    decay_slope: float
    tilt_db_per_octave: float
    level_db: float


@dataclass(frozen=True, slots=True)
class Grains:
    """Loose pieces: each a short ring of its own pitch, set off where the ground is being loaded."""

    count: float  # a step
    low_hz: float
    high_hz: float
    ring_s: float  # T60 at 1 kHz, shorter above
    level_db: float
    spread: float = 0.7  # of log amplitude: how much the few large ones stand out


@dataclass(frozen=True, slots=True)
class Brush:
    """What is too fine to be heard singly: `count` impulses a step through a band."""

    count: float
    low_hz: float
    high_hz: float
    level_db: float


@dataclass(frozen=True, slots=True)
class Surface:
    """One ground; `softness` lengthens the shoe's contact, `thump` is how the mass below answers."""

    softness: float
    thump_hz: float
    thump_db: float
    shoe_db: float = 0.0  # what is left of the shoe's own sound
    press: float = 0.15  # how much it is worked by load, not only by its growth
    plates: tuple[Plate, ...] = ()
    grains: tuple[Grains, ...] = ()
    brushes: tuple[Brush, ...] = ()
    rattle: Plate | None = None  # a loose plate's edge on its frame
    creak: float = 0.0  # chance
    squeak_db: float | None = None  # cold snow
    bubbles: tuple[Grains, ...] = ()  # counts and pitches of air under water
    sink_s: float = 0.018  # how long it gives way under the heel
    fades: float = 0.42  # share of the stance by which the work in it falls to 1/e
    settles: float = 1.0  # how firmly it lies once pressed: power of that fall, 1 exponential, 2 Gaussian
    touch: float = 0.25  # what is heard of loose matter as the foot first meets it, re its loudest


SURFACE_TABLE = {
    "concrete": Surface(
        1.0, 98, -20,
        plates=(Plate(220, 6000, 60, 0.035, -0.3, -3.0, -6),),
        grains=(Grains(14, 2500, 9000, 0.006, -28),),
        brushes=(Brush(160, 1200, 7000, -30),),
    ),
    "tile": Surface(
        0.85, 112, -20,
        plates=(Plate(220, 1500, 30, 0.05, -0.2, -2.0, -8), Plate(1300, 6500, 36, 0.07, -0.5, -5.0, -13)),
        brushes=(Brush(120, 2000, 9000, -38),),
    ),
    "wood": Surface(
        1.25, 98, -19,
        plates=(Plate(130, 1300, 44, 0.09, -0.15, 1.0, -3), Plate(1100, 4500, 30, 0.05, -0.2, -5.0, -13)),
        brushes=(Brush(140, 800, 5000, -37),),
        creak=0.05,
    ),
    "metal": Surface(
        0.9, 84, -17, -3,
        plates=(Plate(160, 2200, 44, 0.3, -0.3, 1.0, -5),),
        brushes=(Brush(200, 1500, 9000, -30),),
        rattle=Plate(700, 13_000, 60, 0.14, -0.35, -0.5, -14),
    ),
    "carpet": Surface(
        4.5, 72, -4, -9,
        plates=(Plate(80, 700, 24, 0.035, 0.0, -6.0, -9),),
        brushes=(Brush(900, 700, 3500, -33),),
    ),
    "gravel": Surface(
        2.0, 88, -22, -17, 0.45,
        plates=(Plate(120, 900, 24, 0.03, 0.0, 0.0, -24),),
        grains=(
            Grains(80, 450, 1700, 0.009, -9.5, 0.55),
            Grains(100, 1500, 5500, 0.007, -14, 0.6),
            Grains(60, 5500, 11_000, 0.006, -18),
        ),
        brushes=(Brush(2000, 900, 14_000, -14), Brush(600, 120, 600, -18)),
        sink_s=0.05, fades=0.36, settles=1.4, touch=0.4,
    ),
    "sand": Surface(
        4.0, 84, -26, -26, 0.6,
        brushes=(Brush(1500, 80, 500, -16), Brush(3500, 400, 1900, -9), Brush(2500, 1500, 8000, -19)),
        sink_s=0.09, fades=0.25,
    ),
    "snow": Surface(
        5.0, 84, -24, -26, 0.7,
        grains=(Grains(120, 120, 1200, 0.011, -14, 0.45), Grains(70, 900, 4000, 0.004, -18, 0.5)),
        brushes=(Brush(900, 60, 360, -10.5), Brush(2500, 500, 9000, -18)),
        squeak_db=-34,
        sink_s=0.2, fades=0.28, touch=0.2,
    ),
    "leaves": Surface(
        3.0, 84, -24, -24, 0.35,
        grains=(Grains(120, 1500, 9000, 0.004, -13, 0.6), Grains(40, 500, 1800, 0.006, -18, 0.6)),
        brushes=(Brush(2500, 2500, 15_000, -9), Brush(600, 300, 2500, -18)),
        sink_s=0.08, fades=0.35,
    ),
    "grass": Surface(
        3.5, 86, -27, -30, 0.7,
        grains=(Grains(20, 1200, 6000, 0.006, -24),),
        brushes=(Brush(2000, 250, 1500, -14), Brush(6000, 1200, 13_000, -11), Brush(500, 60, 250, -22)),
        sink_s=0.12, fades=0.4, touch=0.16,
    ),
    "mud": Surface(
        5.0, 84, -24, -22, 0.4,
        grains=(Grains(12, 350, 1200, 0.02, -16),),
        brushes=(Brush(1500, 120, 1300, -11), Brush(1500, 1400, 12_000, -24)),
        bubbles=(Grains(4, 200, 480, 0.0, -24),),
        sink_s=0.07, fades=0.3,
    ),
    "puddle": Surface(
        1.6, 90, -36, -27, 0.8,
        brushes=(Brush(2500, 420, 2600, -10), Brush(2500, 2200, 12_000, -17)),
        bubbles=(Grains(3, 350, 800, 0.0, -19), Grains(80, 800, 5000, 0.0, -19)),
        sink_s=0.35, fades=1.0, touch=0.18,
    ),
}  # fmt: skip


def wetted(surface: Surface, wet: float) -> Surface:
    """The same ground with water on it: crackle goes dull, a film slaps, a few bubbles close."""
    if not wet:
        return surface
    dull = tuple(
        replace(one, high_hz=one.low_hz + (one.high_hz - one.low_hz) * (1 - 0.6 * wet)) for one in surface.grains
    )
    film = Brush(1200, 500, 4500, -16 + 12 * np.log10(wet))
    drops = Grains(16 * wet, 800, 4500, 0.0, -20)
    return replace(surface, grains=dull, brushes=(*surface.brushes, film), bubbles=(*surface.bubbles, drops))
