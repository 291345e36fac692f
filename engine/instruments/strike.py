"""A contact in physical terms: what two notes of one contact share, read from the same parameters and seed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.instruments import dsp
from engine.instruments.materials import MATERIALS, SUPPORTS, Material, contact_s, mass_kg
from engine.instruments.registry import choice, number
from engine.types import Note, Parameter

NAMES = tuple(MATERIALS)
STRIKER = Parameter("striker", default="wood", choices=NAMES, meaning="what hits")
STRUCK = Parameter("struck", default="wood", choices=NAMES, meaning="what is hit")
ENERGY = Parameter("energy", default=0.5, meaning="how hard: (20 log10(mass x speed) + 40) / 60")
SIZE = Parameter("size_m", "m", 0.005, 3.0, 0.15, meaning="of what is hit")
STRIKER_SIZE = Parameter("striker_size_m", "m", 0.005, 3.0, 0.08, meaning="of what hits")
SUPPORT = Parameter("support", default="table", choices=SUPPORTS, meaning="what holds the thing that is hit")
HOLLOW = Parameter("hollow", default=0.0, meaning="air inside what is hit: box, door, bottle")
STRIKER_HOLLOW = Parameter("striker_hollow", default=0.0, meaning="air inside what hits: a ball")
OBJECT = Parameter("object", low=0, high=65_535, default=0.0, meaning="which one: the same number is the same thing")
SETTLE = Parameter("settle", default=0.0, meaning="how freely it bounces on until it lies")
PARAMETERS = (STRIKER, STRUCK, ENERGY, SIZE, STRIKER_SIZE, SUPPORT, HOLLOW, STRIKER_HOLLOW, OBJECT, SETTLE)

HIT_PEAK = 0.3
LEVEL_RANGE_DB = 34.0  # from energy 0 to 1; shorter contacts at higher energy add the rest
RESTITUTION_HARD, RESTITUTION_SOFT = 0.72, 0.3


@dataclass(frozen=True, slots=True)
class Strike:
    """One contact in physical terms."""

    striker: str
    struck: str
    energy: float
    size_m: float
    striker_size_m: float
    support: str
    hollow: float
    striker_hollow: float
    identity: int
    seed: int

    @property
    def bodies(self) -> tuple[Material, Material]:
        return MATERIALS[self.striker], MATERIALS[self.struck]

    @property
    def momentum(self) -> float:
        """kg m/s."""
        return float(10.0 ** ((60.0 * self.energy - 40.0) / 20.0))

    @property
    def mass_kg(self) -> float:
        return mass_kg(MATERIALS[self.striker], self.striker_size_m) * (1.0 - 0.85 * self.striker_hollow)

    @property
    def struck_kg(self) -> float:
        return mass_kg(MATERIALS[self.struck], self.size_m) * (1.0 - 0.85 * self.hollow)

    @property
    def speed_m_s(self) -> float:
        return min(self.momentum / self.mass_kg, 30.0)

    @property
    def contact_s(self) -> float:
        """Hertz, longer where what is hit yields, with this hit's own deviation (lognormal, 10 %); up to 15 ms."""
        deviation = float(np.exp(0.1 * dsp.stream(self.seed, "contact time").standard_normal()))
        striker, struck = self.bodies
        hertz_s = contact_s(striker, struck, self.mass_kg, 0.12 * self.striker_size_m, self.speed_m_s)
        return min(deviation * hertz_s * struck.dents, 0.015)

    @property
    def micro_contacts(self) -> list[tuple[float, float]]:
        """(delay, gain) of the fainter contacts just after the first: real faces are not smooth, and stone crumbles."""
        rng = dsp.stream(self.seed, "micro contacts")
        crumbles_s = max(body.crumbles_s for body in self.bodies)
        span_s = 0.0015 + min(2.0 * self.contact_s, 0.005) + crumbles_s
        count = int(rng.integers(1, 5)) + round(500.0 * crumbles_s)
        delays = span_s * rng.uniform(0.1, 1.0, count)
        gains = np.sqrt(rng.uniform(0.03, 0.3, count)) * rng.choice([-1.0, 1.0], count)
        return list(zip(delays.tolist(), gains.tolist(), strict=True))

    @property
    def amplitude(self) -> float:
        """Peak of an ordinary hard hit of this energy, with this hit's own +-1 dB."""
        deviation_db = float(dsp.stream(self.seed, "level").standard_normal())
        return HIT_PEAK * dsp.db(LEVEL_RANGE_DB * (self.energy - 0.5) + deviation_db)


def strike_of(note: Note) -> Strike:
    """What the note's parameters say."""
    return Strike(
        choice(note, STRIKER),
        choice(note, STRUCK),
        number(note, ENERGY),
        number(note, SIZE),
        number(note, STRIKER_SIZE),
        choice(note, SUPPORT),
        number(note, HOLLOW),
        number(note, STRIKER_HOLLOW),
        round(number(note, OBJECT)),
        note.seed,
    )


def restitution(striker: Material, struck: Material) -> float:
    """Share of speed that a bounce keeps: hard on hard .72, soft 0.3, rubber and hollow balls .78."""
    if MATERIALS["rubber"] in (striker, struck):
        return 0.78
    hardness = np.log10(min(striker.youngs_pa, struck.youngs_pa))
    return float(np.interp(hardness, (6.0, 10.5), (RESTITUTION_SOFT, RESTITUTION_HARD)))


def rebounds(strike: Strike, settle: float) -> list[tuple[float, Strike]]:
    """(time, strike) of the first contact and the bounces after it: intervals and speeds shrink by the restitution."""
    hits = [(0.0, strike)]
    rng = dsp.stream(strike.seed, "rebounds")
    keep = restitution(*strike.bodies) * settle
    at_s, speed = 0.0, min(strike.speed_m_s, 3.0)
    while speed * keep > 0.05 and len(hits) < 14:
        speed *= keep * float(np.exp(0.12 * rng.standard_normal()))
        at_s += 2.0 * speed / 9.81
        energy = strike.energy + 20.0 * np.log10(speed / min(strike.speed_m_s, 3.0)) / 60.0
        later = replace(strike, energy=max(float(energy), 0.0), seed=int(rng.integers(2**31)))
        hits.append((at_s, later))
    return hits
