"""Rolling and scraping. One roll or slide drives two notes: `roll`/`scrape` is the contact itself as it is heard beside
the bodies, `roll_body`/`scrape_body` what both bodies answer to the very same force. Speeds are in metres a second and
may be curves over the note.

A ball does not follow a profile, it hops: strokes whose strength goes with the way since the last one, which is what
tells rolling from scratching (Conan et al. 2014). A slide reads the slope of the surface along its path (Agarwal et al.
2021).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.instruments.dsp import (
    Array,
    band,
    fade,
    filtered_by,
    impulses,
    over_time,
    pulse,
    ring,
    samples,
    slow,
    stream,
    to_audio,
)
from engine.instruments.materials import MATERIALS, Material, contact_s, mass_kg, mobility, object_modes
from engine.instruments.parts import as_channel, lasting_s
from engine.instruments.registry import choice, motion, number, register
from engine.instruments.roughness import SURFACES, Surface, rougher, sliding_force
from engine.instruments.stick_slip import at_control_rate, locked, slips, wandering
from engine.types import SAMPLE_RATE, Layer, Note, Parameter, Samples

NAMES = tuple(MATERIALS)
STRIKER = Parameter("striker", default="wood", choices=NAMES, meaning="what moves")
STRUCK = Parameter("struck", default="wood", choices=NAMES, meaning="what it moves on")
SPEED = Parameter("speed", "m/s", 0.0, 10.0, 0.5, meaning="how fast it moves; may be a curve over the note")
SIZE = Parameter("size_m", "m", 0.003, 3.0, 0.1, meaning="of what moves")
FORCE = Parameter("force", "", 0.0, 1.0, 0.5, meaning="how hard it is pressed; above .5 it begins to stick and groan")
OBJECT = Parameter("object", "", 0.0, 65_535.0, 0.0, meaning="which single object: the same number, the same one")
ROLL_PARAMETERS = (STRIKER, STRUCK, SPEED, SIZE, OBJECT)
SCRAPE_PARAMETERS = (STRIKER, STRUCK, SPEED, SIZE, FORCE, OBJECT)

SNAG_S = 0.00025
SNAG_LEVEL, GROAN_LEVEL = 14.0, 9.0
DEFAULT_S = 0.5
RADIATED_HZ = 900.0  # below it, bodies of a hand's to a chair's size move less and less air
FLOOR_SIZE_M = 0.8  # of the ground as it answers
ROLL_LEVEL, SCRAPE_LEVEL = 0.20, 0.05


def _speed(note: Note) -> Array:
    """Speed over the note, a value a sample; it starts and stops within a blink, never at once."""
    speed = np.abs(over_time(motion(note, SPEED), samples(lasting_s(note, DEFAULT_S))))
    length_s = len(speed) / SAMPLE_RATE
    return fade(speed, min(0.02, 0.2 * length_s), min(0.08, 0.3 * length_s))


def _pair(note: Note) -> tuple[Material, Material]:
    return MATERIALS[choice(note, STRIKER)], MATERIALS[choice(note, STRUCK)]


def _contact_surface(note: Note) -> Surface:
    return rougher(SURFACES[choice(note, STRIKER)], SURFACES[choice(note, STRUCK)])


def _answer(note: Note) -> Array:
    """Impulse response of both bodies; the lighter wins, the whole has the energy of one stroke."""
    identity = round(number(note, OBJECT))
    moving = object_modes(choice(note, STRIKER), number(note, SIZE), identity, 0.3)
    ground = object_modes(choice(note, STRUCK), FLOOR_SIZE_M, identity + 1, 0.6)
    striker, struck = _pair(note)
    modes = moving.scaled(_loudness(striker)) + ground.scaled(_loudness(struck))
    heard = modes.gains * np.minimum(modes.freqs_hz / RADIATED_HZ, 1.0) ** 0.5
    response = ring(modes.freqs_hz, modes.t60_s, heard, samples(min(1.1 * float(modes.t60_s.max()), 2.5)))
    return fade(response / np.sqrt(np.sum(np.square(response))), out_s=0.005)


def _loudness(material: Material) -> float:
    return float(mobility(material) * 10.0 ** (material.level_db / 20.0))


def _total_level(note: Note) -> float:
    """Soft bodies are quiet bodies: the louder of the two sets the level."""
    return max(_loudness(material) for material in _pair(note))


# Rolling


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
    spacing_m = float(np.clip(0.4 * _contact_surface(note).bump_m * (radius_m / 0.025) ** 0.3, 0.2e-3, 3e-3))
    places, strengths = hops(float(way[-1]), spacing_m, rng)
    at = np.searchsorted(way, places) + rng.uniform(0.0, 1.0, len(places))
    moving = speed[np.minimum(at.astype(int), len(speed) - 1)]
    uneven = 1.0 + rng.uniform(0.2, 0.5) * np.cos(places / radius_m + rng.uniform(0.0, 2.0 * np.pi))
    return at / SAMPLE_RATE, strengths * moving**1.2 * uneven * np.sqrt(spacing_m / 1e-3)


def _hop_contact_s(note: Note, speed: Array) -> float:
    """Contact time of an ordinary hop: the ball falls back at a tenth of its speed."""
    striker, struck = _pair(note)
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


def _push(contact_time_s: float) -> Array:
    """A stroke of unit area: what it drives into a body's low modes does not depend on its length."""
    push = pulse(contact_time_s)
    return np.asarray(push / push.sum())


def _tick(contact_time_s: float) -> Array:
    """The same stroke as it is heard beside the bodies: the pulse of acceleration, unit energy, shorter is louder."""
    tick = np.diff(pulse(contact_time_s), prepend=0.0, append=0.0)
    return np.asarray(tick / np.sqrt(np.sum(tick**2)) * min((2e-4 / contact_time_s) ** 0.5, 1.5))


def _rumble(note: Note, speed: Array) -> Array:
    """The floor under a heavy roller, 40-200 Hz."""
    weight = float(np.clip(mass_kg(_pair(note)[0], number(note, SIZE)) ** 0.4, 0.02, 1.5))
    noise = band(stream(note.seed, "rumble").standard_normal(len(speed)), 40.0, 200.0)
    return 0.8 * weight * noise * speed**1.2


class Roll:
    """The hops themselves, and the floor's rumble."""

    name = "roll"
    layers: tuple[Layer, ...] = (Layer.ACTION,)
    parameters: tuple[Parameter, ...] = ROLL_PARAMETERS

    def play(self, note: Note) -> Samples:
        speed = _speed(note)
        small = min(number(note, SIZE) / 0.05, 1.0)  # a little ball's own motion hardly moves the air
        ticks = band(0.35 * small * _total_level(note) * _through_contacts(note, speed, _tick), None, 9000.0, 1)
        return as_channel(ROLL_LEVEL * (ticks + _rumble(note, speed)))


class RollBody:
    """Roller and ground, ringing from the same hops."""

    name = "roll_body"
    layers: tuple[Layer, ...] = (Layer.MATERIAL,)
    parameters: tuple[Parameter, ...] = ROLL_PARAMETERS

    def play(self, note: Note) -> Samples:
        force = _through_contacts(note, _speed(note), _push)
        return as_channel(ROLL_LEVEL * _total_level(note) * filtered_by(force, _answer(note)))


# Scraping


def _groan(note: Note, speed: Array) -> Array:
    """Slips of what is pressed too hard to slide: furniture groans at 20-60 Hz, small hard things squeak."""
    pressed = float(np.clip(2.0 * number(note, FORCE) - 1.0, 0.0, 1.0))
    if pressed == 0.0:
        return np.zeros(len(speed))
    rng = stream(note.seed, "groan")
    per_m = float(np.clip(90.0 * (0.5 / number(note, SIZE)) ** 1.2, 50.0, 2000.0))
    control = at_control_rate(speed)
    identity = round(number(note, OBJECT))
    modes_hz = object_modes(choice(note, STRIKER), number(note, SIZE), identity, 0.3).freqs_hz
    train = slips(locked(wandering(per_m * control, rng, 0.25), modes_hz), rng)
    at = np.minimum((train.times_s * SAMPLE_RATE).astype(int), len(speed) - 1)
    strengths = train.strengths * np.square(speed[at]) * np.sqrt(SAMPLE_RATE / np.maximum(per_m * speed[at], 1.0))
    strokes = impulses(train.times_s, strengths, len(speed))
    return GROAN_LEVEL * pressed * filtered_by(strokes, _push(0.0006))[: len(speed)]


def _snags(note: Note, speed: Array) -> Array:
    """Single bumps that catch and let go. Each is as short as its contact however slow the hand: ticks, then a band."""
    rng = stream(note.seed, "snags")
    surface = _contact_surface(note)
    way = np.cumsum(speed) / SAMPLE_RATE
    places = np.sort(rng.uniform(0.0, way[-1], rng.poisson(way[-1] / surface.bump_m)))
    at = np.searchsorted(way, places)
    heights = np.minimum(np.exp(0.7 * rng.standard_normal(len(places))), 3.0)
    strengths = heights * speed[np.minimum(at, len(speed) - 1)] ** 1.5
    strokes = impulses(at / SAMPLE_RATE, surface.roughness * strengths, len(speed))
    return filtered_by(strokes, _push(SNAG_S))[: len(speed)]


def _slide(note: Note, speed: Array) -> Array:
    """The force of the slide: the surfaces' slope along the path, bumps, a hand's tremor, and the groan."""
    force = number(note, FORCE)
    patch_m = float(np.clip(0.008 * number(note, SIZE) * (0.4 + force), 0.2e-3, 5e-3))
    sliding = sliding_force(speed, _contact_surface(note), patch_m, stream(note.seed, "slide"))
    tremor = slow(stream(note.seed, "tremor"), int(len(speed) * 100 / SAMPLE_RATE) + 2, 5.0)
    held = np.exp(0.22 * to_audio(tremor, len(speed)))
    rubbing = (sliding + SNAG_LEVEL * _snags(note, speed)) * held
    return np.asarray((0.35 + 1.3 * force) * (rubbing + _groan(note, speed)))


class Scrape:
    """The contact as it is heard beside the bodies."""

    name = "scrape"
    layers: tuple[Layer, ...] = (Layer.ACTION,)
    parameters: tuple[Parameter, ...] = SCRAPE_PARAMETERS

    def play(self, note: Note) -> Samples:
        soft_hz = 2.5 * min(material.high_hz for material in _pair(note))
        heard = band(_slide(note, _speed(note)), 180.0, min(soft_hz, 20_000.0), 1)
        return as_channel(0.45 * SCRAPE_LEVEL * _total_level(note) * heard)


class ScrapeBody:
    """Both bodies, driven by the same slide."""

    name = "scrape_body"
    layers: tuple[Layer, ...] = (Layer.MATERIAL,)
    parameters: tuple[Parameter, ...] = SCRAPE_PARAMETERS

    def play(self, note: Note) -> Samples:
        force = _slide(note, _speed(note))
        return as_channel(SCRAPE_LEVEL * _total_level(note) * filtered_by(force, _answer(note)))


register(Roll())
register(RollBody())
register(Scrape())
register(ScrapeBody())
