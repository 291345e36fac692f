"""A footfall in physical terms: who steps how on what, when heel and toe touch, and how the ground is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import signal

from engine.instruments import dsp
from engine.instruments.dsp import Array
from engine.instruments.registry import choice, number
from engine.types import Note, Parameter

SURFACES = (
    "concrete",
    "wood",
    "tile",
    "metal",
    "carpet",
    "gravel",
    "sand",
    "snow",
    "leaves",
    "grass",
    "mud",
    "puddle",
)
LOAD_RATE = 2000  # Hz, of the ground reaction force
HARD_S = 0.018  # of the heel's first transient on hard ground
LEAST_WORK = 0.02  # of the ground, re its greatest: less is not heard
STEP_PEAK = 0.3
LEVEL_RANGE_DB = 34.0  # from energy 0 to 1


@dataclass(frozen=True, slots=True)
class Shoe:
    """What meets the ground."""

    contact_ms: float  # on hard ground
    level_db: float
    low_hz: float  # of the sole's own modes
    high_hz: float
    ring_s: float
    slap_db: float  # noise of sole on ground
    toe_db: float  # toe re heel
    thump_db: float
    scuff_db: float


@dataclass(frozen=True, slots=True)
class Gait:
    """How the foot rolls: contact times from the heel's, and the humps of the ground reaction force."""

    stance_s: float
    toe_s: tuple[float, float]
    heel_db: float
    toe_db: float
    roll_db: float  # friction between heel and toe
    humps: tuple[tuple[float, float, float], ...]  # (centre, width, body weights), shares of the stance
    heel_load: float  # body weights of the first transient


SHOES = {
    "sneaker": Shoe(4.0, -4.0, 150, 1000, 0.035, -15, -7, 0, -36),
    "leather": Shoe(0.75, 0.0, 280, 2000, 0.045, -12, -10, -3, -38),
    "boot": Shoe(1.5, 2.0, 180, 1400, 0.055, -13, -8, 3, -35),
    "barefoot": Shoe(4.5, -10.0, 140, 800, 0.025, -8, -5, -2, -38),
    "heel": Shoe(0.28, -2.0, 700, 4200, 0.035, -11, -16, -9, -44),
}
GAITS = {
    "walk": Gait(0.62, (0.052, 0.085), 0.0, 0.0, 0.0, ((0.22, 0.44, 0.8), (0.5, 1.0, 0.6), (0.76, 0.48, 0.8)), 0.7),
    "run": Gait(0.25, (0.022, 0.045), 4.0, 1.0, -2.0, ((0.42, 0.84, 2.6),), 1.6),
    "sneak": Gait(0.95, (0.2, 0.32), -10.0, -3.0, 6.0, ((0.33, 0.6, 0.7), (0.5, 1.0, 0.6), (0.76, 0.48, 0.6)), 0.1),
}

SURFACE = Parameter("surface", default="concrete", choices=SURFACES, meaning="what is walked on")
SHOE = Parameter("shoe", default="leather", choices=tuple(SHOES), meaning="what is on the foot")
GAIT = Parameter("gait", default="walk", choices=tuple(GAITS), meaning="how the foot is set down")
ENERGY = Parameter("energy", default=0.5, meaning="how hard")
SIDE = Parameter("side", default="left", choices=("left", "right"), meaning="which foot")
WEIGHT = Parameter("weight_kg", "kg", 15.0, 200.0, 75.0, meaning="of the walker")
WET = Parameter("wet", default=0.0, meaning="water on the ground")
OBJECT = Parameter("object", low=0, high=65_535, default=0.0, meaning="which walker: the same number, the same shoes")
PARAMETERS = (SURFACE, SHOE, GAIT, ENERGY, SIDE, WEIGHT, WET, OBJECT)


@dataclass(frozen=True, slots=True)
class Touch:
    """Heel or toe meeting the ground."""

    at_s: float
    strength: float  # 1 is the heel of an ordinary step
    part: str


@lru_cache(maxsize=32)
def _contact_deviation(seed: int) -> float:
    return float(np.exp(0.1 * dsp.stream(seed, "contact time").standard_normal()))


@dataclass(frozen=True, slots=True)
class Step:
    """One footfall."""

    surface: str
    shoe: Shoe
    gait: Gait
    energy: float
    side: str
    weight_kg: float
    wet: float
    walker: int
    seed: int

    @property
    def foot(self) -> int:
        """Left and right shoes of one walker are two things."""
        return 2 * self.walker + (self.side == "right")

    @property
    def amplitude(self) -> float:
        """Peak of an ordinary hard heel of this energy; each foot a little off, each step +-1 dB."""
        foot_db = dsp.stream(self.foot, "foot level").uniform(-1.0, 1.0)
        step_db = dsp.stream(self.seed, "level").standard_normal()
        return STEP_PEAK * dsp.db(LEVEL_RANGE_DB * (self.energy - 0.5) + foot_db + step_db + self.shoe.level_db)

    def contact_s(self, softness: float) -> float:
        """Contact time on ground `softness` times as yielding as concrete; harder steps are shorter (v^-1/5)."""
        speed = float(10.0 ** (1.5 * (self.energy - 0.5)))
        return min(float(1e-3 * self.shoe.contact_ms * softness * speed**-0.2 * _contact_deviation(self.seed)), 0.014)


def step_of(note: Note) -> Step:
    """What the note's parameters say."""
    return Step(
        choice(note, SURFACE),
        SHOES[choice(note, SHOE)],
        GAITS[choice(note, GAIT)],
        number(note, ENERGY),
        choice(note, SIDE),
        number(note, WEIGHT),
        number(note, WET),
        round(number(note, OBJECT)),
        note.seed,
    )


@lru_cache(maxsize=32)
def touches(step: Step) -> tuple[Touch, Touch]:
    """Heel at 0, toe after it."""
    rng = dsp.stream(step.seed, "touches")
    toe_db = step.gait.toe_db + step.shoe.toe_db + rng.normal(0.0, 2.0)
    heel = Touch(0.0, dsp.db(step.gait.heel_db), "heel")
    return heel, Touch(float(rng.uniform(*step.gait.toe_s)), dsp.db(float(toe_db)), "toe")


def ground_load(step: Step, sink_s: float = HARD_S) -> Array:
    """Ground reaction force over the stance in body weights, at LOAD_RATE: heel transient and the gait's humps.

    Ground that gives way for `sink_s` takes the heel in that time, no harder than it takes the weight.
    """
    stance_s = step.gait.stance_s * float(np.exp(0.04 * dsp.stream(step.seed, "stance").standard_normal()))
    sink_s = min(sink_s, 0.4 * stance_s)
    times = np.arange(round(stance_s * LOAD_RATE)) / LOAD_RATE
    humps = [(centre * stance_s, width * stance_s, weights) for centre, width, weights in step.gait.humps]
    humps.append((0.5 * sink_s, sink_s, step.gait.heel_load * min(1.5, 1.5 / step.shoe.contact_ms**0.3)))
    force = np.zeros(len(times))
    for centre_s, width_s, weights in humps:
        inside = np.abs(times - centre_s) < width_s / 2.0
        force += weights * inside * np.cos(np.pi * (times - centre_s) / width_s) ** 2
    return force


def loading(step: Step, press: float = 0.2, sink_s: float = HARD_S, fades: float = 0.42, settles: float = 1.0) -> Array:
    """How hard the ground is worked, at LOAD_RATE, 0..1: by growing load, and by `press` also by load itself.

    Work falls as e^-(share of the stance/`fades`)^`settles`: what is pressed once has less to give. What was set moving
    comes to rest within some 25 ms; pushing off works the ground less than setting down.
    """
    force = ground_load(step, sink_s)
    growth = np.diff(force, prepend=0.0)
    rate = np.where(growth > 0.0, growth, -0.25 * growth)
    work = (1.0 - press) * (rate / rate.max()) ** 0.8 + press * force / force.max()
    work = work * np.exp(-((np.arange(len(work)) / (fades * len(work))) ** settles))
    work = np.maximum(work, signal.lfilter([0.02], [1.0, -0.98], np.pad(work, (0, LOAD_RATE // 20)))[: len(work)])
    tail = work[-1] * np.exp(-np.arange(LOAD_RATE // 12) / (0.02 * LOAD_RATE))
    work = np.concatenate([work, tail])
    heard = work / work.max() - LEAST_WORK
    return np.asarray(np.maximum(heard[: np.flatnonzero(heard > 0.0)[-1] + 2], 0.0) / heard.max())
