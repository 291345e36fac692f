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
    rattle: float = 0.0
    creak: float = 0.0  # chance
    squeak_db: float | None = None  # cold snow
    bubbles: tuple[Grains, ...] = ()  # counts and pitches of air under water


SURFACE_TABLE = {
    "concrete": Surface(
        1.0, 95, -15,
        plates=(Plate(220, 6000, 60, 0.035, -0.3, -3.0, -6),),
        grains=(Grains(14, 2500, 9000, 0.006, -28),),
        brushes=(Brush(160, 1200, 7000, -30),),
    ),
    "tile": Surface(
        0.85, 110, -15,
        plates=(Plate(220, 1500, 30, 0.05, -0.2, -3.0, -9), Plate(1500, 7500, 36, 0.09, -0.4, -4.0, -19)),
        brushes=(Brush(120, 2000, 9000, -36),),
    ),
    "wood": Surface(
        1.25, 95, -14,
        plates=(Plate(130, 1300, 44, 0.09, -0.15, 1.0, -3), Plate(1100, 4500, 30, 0.05, -0.2, -5.0, -13)),
        brushes=(Brush(140, 800, 5000, -37),),
        creak=0.05,
    ),
    "metal": Surface(
        0.9, 80, -9,
        plates=(Plate(150, 8000, 70, 0.3, -0.4, 3.0, 1),),
        brushes=(Brush(200, 1500, 9000, -32),),
        rattle=1.0,
    ),
    "carpet": Surface(
        4.5, 72, -4, -9,
        plates=(Plate(80, 700, 24, 0.035, 0.0, -6.0, -9),),
        brushes=(Brush(900, 700, 3500, -33),),
    ),
    "gravel": Surface(
        2.0, 88, -15, -15, 0.4,
        plates=(Plate(120, 900, 24, 0.03, 0.0, 0.0, -19),),
        grains=(
            Grains(80, 420, 1700, 0.009, -13, 0.65),
            Grains(120, 1500, 5500, 0.008, -12, 0.7),
            Grains(70, 5500, 11_000, 0.008, -17),
        ),
        brushes=(Brush(2600, 900, 11_000, -14),),
    ),
    "sand": Surface(4.0, 80, -26, -26, 0.8, brushes=(Brush(3500, 450, 1900, -8), Brush(2500, 1800, 9000, -16))),
    "snow": Surface(
        5.0, 74, -9, -16,
        grains=(Grains(120, 110, 1200, 0.011, -14, 0.45), Grains(70, 900, 4000, 0.004, -18, 0.5)),
        brushes=(Brush(2500, 500, 8000, -18),),
        squeak_db=-34,
    ),
    "leaves": Surface(
        3.0, 70, -18, -22, 0.35,
        grains=(Grains(120, 1500, 9000, 0.004, -13, 0.7), Grains(30, 500, 1800, 0.006, -18, 0.6)),
        brushes=(Brush(2500, 2500, 15_000, -9),),
    ),
    "grass": Surface(
        3.5, 58, -12, -26, 0.6,
        grains=(Grains(20, 1200, 6000, 0.006, -20),),
        brushes=(Brush(5000, 900, 13_000, -8),),
    ),
    "mud": Surface(
        5.0, 70, -12, -16,
        grains=(Grains(12, 350, 1200, 0.03, -14),),
        brushes=(Brush(1500, 350, 1600, -11),),
        bubbles=(Grains(4, 150, 380, 0.0, -10),),
    ),
    "puddle": Surface(
        1.6, 84, -17, -11,
        plates=(Plate(180, 4000, 40, 0.03, -0.3, -4.0, -17),),
        brushes=(Brush(2500, 500, 5000, -9),),
        bubbles=(Grains(3, 220, 600, 0.0, -14), Grains(90, 800, 7000, 0.0, -16)),
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
