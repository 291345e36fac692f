"""Brittle things that break. `fracture` is the crack and the touch of every piece that lands (action), `shards` what
the thing and its pieces ring (material). Both read one plan of landings, drawn from the note's seed.

Many small pieces and few large ones (sizes ~ Pareto), a dense first moment, a rate that dies away, and pieces that
bounce on: after the fracture model of the Sound Design Toolkit's authors and Cook's particle models (PhISEM, 1997).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.instruments.dsp import Array, add_at, band, db, fade, filtered_by, impulses, samples, stream
from engine.instruments.materials import Modes, force_gain, object_modes
from engine.instruments.parts import as_channel, contact_burst, energy_level, summed
from engine.instruments.registry import choice, number, register
from engine.instruments.ringing import ring_out
from engine.types import SAMPLE_RATE, Layer, Note, Parameter, Samples

STRUCK = Parameter("struck", default="glass", choices=("glass", "ceramic"), meaning="what breaks")
ENERGY = Parameter("energy", default=0.5, meaning="how hard")
SIZE = Parameter("size_m", "m", 0.03, 2.5, 0.12, meaning="of what breaks: a tumbler .12, a window 1")
OBJECT = Parameter("object", "", 0.0, 65_535.0, 0.0, meaning="which single object: the same number, the same one")
PARAMETERS = (STRUCK, ENERGY, SIZE, OBJECT)

SMALLEST_CM, PARETO = 0.3, 1.4
DISC = np.array([1.0, 1.73, 2.33, 3.91, 4.11, 6.3, 6.71])  # free disc (Leissa)
GRAVITY = 9.81
REST_M_S = 0.1  # slower landings are not heard
LEVEL = 0.19
PIECES_DB = -15.0  # re the crack


@dataclass(frozen=True, slots=True)
class Brittle:
    """How one material cracks and how its pieces ring."""

    piece_hz: float  # lowest mode of a piece of 1 cm
    t60_s: float  # of a piece at 3 kHz
    restitution: float
    crack_low_hz: float
    crack_s: float
    touch_low_hz: float
    contact_s: float


BRITTLE = {
    "glass": Brittle(5200.0, 0.20, 0.5, 2200.0, 0.016, 3200.0, 0.00004),
    "ceramic": Brittle(3300.0, 0.075, 0.4, 900.0, 0.012, 1300.0, 0.00008),
}


@dataclass(frozen=True, slots=True)
class Landings:
    """Every touch of every piece, in no order: when, how hard, which piece; and the pieces' lengths."""

    times_s: Array
    strengths: Array
    pieces: Array
    lengths_cm: Array


def landings(seed: int, struck: str, energy: float, size_m: float) -> Landings:
    """How the pieces of one breaking come down."""
    rng = stream(seed, "pieces")
    count = int(np.clip(70.0 * (size_m / 0.12) ** 0.7 * (0.4 + energy), 20, 300))
    lengths = np.minimum(SMALLEST_CM * (1.0 - rng.uniform(size=count)) ** (-1.0 / PARETO), 25.0 * size_m)
    spread_s = 0.02 + 0.06 * energy + 0.07 * np.sqrt(size_m / 0.12)
    at_once = rng.uniform(size=count) < 0.3
    flight_s = 0.01 + spread_s * lengths**-0.35 * np.minimum(
        rng.exponential(1.0, count), 4.0
    )  # the finest fly farthest
    first_s = np.where(at_once, rng.exponential(0.008, count), flight_s)
    first_s[:3] = 0.0
    loud = lengths**0.45 * np.exp(0.5 * rng.standard_normal(count) - 1.2 * first_s)
    speed = rng.uniform(0.3, 1.0, count) * np.sqrt(0.5 + 2.0 * energy)
    times, strengths, pieces = [first_s], [loud], [np.arange(count)]
    at_s, still = first_s, BRITTLE[struck].restitution
    for _ in range(5):
        rebound = still * np.exp(0.25 * rng.standard_normal(count))
        speed, loud = speed * rebound, loud * rebound
        at_s = at_s + 2.0 * speed / GRAVITY
        heard = speed > REST_M_S
        times, strengths = [*times, at_s[heard]], [*strengths, loud[heard]]
        pieces = [*pieces, np.flatnonzero(heard)]
    return Landings(np.concatenate(times), np.concatenate(strengths), np.concatenate(pieces), lengths)


def _of(note: Note) -> Landings:
    return landings(note.seed, choice(note, STRUCK), number(note, ENERGY), number(note, SIZE))


def _crack(brittle: Brittle, energy: float, size_m: float, rng: np.random.Generator) -> Array:
    """The walls giving way: noise as of many cracks, and the weight that meets the floor."""
    count = samples(0.25)
    t = np.arange(count) / SAMPLE_RATE
    crack_s = brittle.crack_s * (size_m / 0.12) ** 0.3
    torn = band(rng.standard_normal(count), brittle.crack_low_hz, None, 1)
    grit = np.minimum(0.3 + rng.exponential(0.7, count // 96 + 1), 3.0).repeat(96)[:count]  # cracks come in jumps
    body = band(rng.standard_normal(count), 220.0, 2400.0, 1) * np.exp(-t / 0.011)
    thump = band(rng.standard_normal(count), 70.0, 330.0, 1) * np.exp(-t / 0.022)
    sound = torn * grit * np.exp(-t / crack_s) + 0.9 * body + (0.9 + 0.9 * energy) * thump
    return np.asarray(0.35 * sound * np.minimum(t / 0.0004, 1.0))


class Fracture:
    """The crack, and each piece's touch on the floor."""

    name = "fracture"
    layers: tuple[Layer, ...] = (Layer.ACTION,)
    parameters: tuple[Parameter, ...] = PARAMETERS

    def play(self, note: Note) -> Samples:
        brittle, down = BRITTLE[choice(note, STRUCK)], _of(note)
        rng = stream(note.seed, "crack")
        touch = band(contact_burst(brittle.contact_s, rng, 0.0015), brittle.touch_low_hz, None, 1)
        strokes = impulses(down.times_s, down.strengths, samples(float(down.times_s.max())) + 2)
        touches = 0.1 * filtered_by(strokes, fade(touch, out_s=0.002))
        sound = summed([_crack(brittle, number(note, ENERGY), number(note, SIZE), rng), touches])
        return as_channel(LEVEL * energy_level(number(note, ENERGY)) * sound)


class Shards:
    """The thing's own ring, cut short, and its pieces' rings as they land and bounce."""

    name = "shards"
    layers: tuple[Layer, ...] = (Layer.MATERIAL,)
    parameters: tuple[Parameter, ...] = PARAMETERS

    def play(self, note: Note) -> Samples:
        brittle, down = BRITTLE[choice(note, STRUCK)], _of(note)
        sound = np.zeros(samples(float(down.times_s.max()) + 0.5))
        add_at(sound, 0, self._choked(note, brittle))
        shapes = [
            _piece(float(length), brittle, stream(note.seed, "piece", n)) for n, length in enumerate(down.lengths_cm)
        ]
        hits = stream(note.seed, "hits")
        for at_s, strength, piece in zip(down.times_s, down.strengths, down.pieces, strict=True):
            modes = shapes[int(piece)]
            place = db(PIECES_DB) * strength * hits.normal(0.0, 1.0, len(modes.gains))
            add_at(sound, samples(float(at_s)), ring_out(modes.scaled(place), 0.0))
        return as_channel(LEVEL * energy_level(number(note, ENERGY)) * sound)

    def _choked(self, note: Note, brittle: Brittle) -> Array:
        """What the whole thing still rings before it is no more."""
        modes = object_modes(choice(note, STRUCK), number(note, SIZE), round(number(note, OBJECT)))
        modes = Modes(modes.freqs_hz, np.minimum(modes.t60_s, 0.06), modes.gains)
        return ring_out(modes.scaled(0.4 * force_gain(modes.freqs_hz, brittle.contact_s)), 0.0002)


def _piece(length_cm: float, brittle: Brittle, rng: np.random.Generator) -> Modes:
    """A piece's modes: those of a free plate, f ~ L^-.8 as larger pieces are thicker too."""
    count = int(rng.integers(3, len(DISC) + 1))
    lowest = float(np.clip(brittle.piece_hz * length_cm**-0.8, 700.0, 13_000.0))
    freqs = lowest * DISC[:count] * np.exp(0.06 * rng.standard_normal(count))
    t60 = brittle.t60_s * rng.uniform(0.4, 1.5) * (freqs / 3000.0) ** -0.45
    heard = freqs < 20_500.0
    freqs, t60 = freqs[heard], t60[heard]
    return Modes(freqs, t60, (freqs / lowest) ** -0.3 / np.sqrt(count))


FRACTURE = register(Fracture())
SHARDS = register(Shards())
