"""Rolling. A ball does not follow a profile, it hops: strokes whose strength goes with the way since the last one,
which is what tells rolling from scratching (Conan et al. 2014). `roll` is the hops as they are heard beside the bodies,
`roll_body` what both bodies answer to the very same hops.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.instruments.bodies import (
    OBJECT,
    SIZE,
    SPEED,
    STRIKER,
    STRUCK,
    contact_surface,
    note_speed,
    pair,
    pair_level,
    push,
    ringing,
)
from engine.instruments.dsp import Array, band, filtered_by, impulses, pulse, stream
from engine.instruments.materials import contact_s, mass_kg
from engine.instruments.parts import as_channel
from engine.instruments.registry import number
from engine.types import SAMPLE_RATE, Layer, Note, Parameter, Samples

ROLL_PARAMETERS = (STRIKER, STRUCK, SPEED, SIZE, OBJECT)
ROLL_LEVEL = 0.20


def hops(way_m: float, spacing_m: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Where along the way the ball lands (m), and how hard: gamma gaps, lognormal strengths tied to the gap before."""
    count = int(way_m / spacing_m * 1.1 + 6.0 * np.sqrt(way_m / spacing_m + 1.0)) + 4
    gaps = rng.gamma(2.0, spacing_m / 2.0, count)
    places = np.cumsum(gaps) - gaps[0]
    long = (np.log(gaps / spacing_m) + 0.27) / 0.8  # log of a gamma of shape 2: mean -.27, sigma .8
    strengths = np.exp(0.6 * (0.5 * long + 0.87 * rng.standard_normal(count)))
    inside = places < way_m
    return places[inside], strengths[inside]


def _strokes(note: Note, speed: Array) -> tuple[Array, Array]:
    """(times in s, strengths) of the hops; strength ~ v^1.2, uneven once a turn."""
    rng = stream(note.seed, "hops")
    way = np.cumsum(speed) / SAMPLE_RATE
    radius_m = 0.5 * number(note, SIZE)
    spacing_m = float(np.clip(0.4 * contact_surface(note).bump_m * (radius_m / 0.025) ** 0.3, 0.2e-3, 3e-3))
    places, strengths = hops(float(way[-1]), spacing_m, rng)
    at = np.searchsorted(way, places) + rng.uniform(0.0, 1.0, len(places))
    moving = speed[np.minimum(at.astype(int), len(speed) - 1)]
    uneven = 1.0 + rng.uniform(0.2, 0.5) * np.cos(places / radius_m + rng.uniform(0.0, 2.0 * np.pi))
    return at / SAMPLE_RATE, strengths * moving**1.2 * uneven * np.sqrt(spacing_m / 1e-3)


def _hop_contact_s(note: Note, speed: Array) -> float:
    """Contact time of an ordinary hop: the ball falls back at a tenth of its speed."""
    striker, struck = pair(note)
    size_m = number(note, SIZE)
    fall_m_s = 0.1 * float(np.sqrt(np.mean(np.square(speed)))) + 0.005
    return float(np.clip(contact_s(striker, struck, mass_kg(striker, size_m), 0.5 * size_m, fall_m_s), 4e-5, 4e-3))


def _through_contacts(note: Note, speed: Array, stroke: Callable[[float], Array]) -> Array:
    """The hops as a sum of strokes; the hard third is shorter, the soft third longer than the middle."""
    times, strengths = _strokes(note, speed)
    middle_s = _hop_contact_s(note, speed)
    edges = np.quantile(strengths, [0.33, 0.67]) if len(strengths) else np.zeros(2)
    third = np.searchsorted(edges, strengths)
    total = np.zeros(len(speed))
    for index, length in enumerate((1.3, 1.0, 0.75)):
        chosen = third == index
        train = impulses(times[chosen], strengths[chosen], len(speed))
        total += filtered_by(train, stroke(length * middle_s))[: len(speed)]
    return total


def _tick(contact_time_s: float) -> Array:
    """The same stroke as it is heard beside the bodies: the pulse of acceleration, unit energy, shorter is louder."""
    tick = np.diff(pulse(contact_time_s), prepend=0.0, append=0.0)
    return np.asarray(tick / np.sqrt(np.sum(tick**2)) * min((2e-4 / contact_time_s) ** 0.5, 1.5))


def _rumble(note: Note, speed: Array) -> Array:
    """The floor under a heavy roller, 40-200 Hz."""
    weight = float(np.clip(mass_kg(pair(note)[0], number(note, SIZE)) ** 0.4, 0.02, 1.5))
    noise = band(stream(note.seed, "rumble").standard_normal(len(speed)), 40.0, 200.0)
    return 0.8 * weight * noise * speed**1.2


class Roll:
    """The hops themselves, and the floor's rumble."""

    name = "roll"
    layers: tuple[Layer, ...] = (Layer.ACTION,)
    parameters: tuple[Parameter, ...] = ROLL_PARAMETERS

    def play(self, note: Note) -> Samples:
        speed = note_speed(note)
        small = min(number(note, SIZE) / 0.05, 1.0)  # a little ball's own motion hardly moves the air
        ticks = band(0.35 * small * pair_level(note) * _through_contacts(note, speed, _tick), None, 9000.0, 1)
        return as_channel(ROLL_LEVEL * (ticks + _rumble(note, speed)))


class RollBody:
    """Roller and ground, ringing from the same hops."""

    name = "roll_body"
    layers: tuple[Layer, ...] = (Layer.MATERIAL,)
    parameters: tuple[Parameter, ...] = ROLL_PARAMETERS

    def play(self, note: Note) -> Samples:
        speed = note_speed(note)
        force = _through_contacts(note, speed, push)
        return as_channel(ROLL_LEVEL * pair_level(note) * ringing(note, force, speed))
