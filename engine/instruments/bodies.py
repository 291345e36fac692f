"""Two bodies that move along each other: what is asked of them, and how both ring from the force between them."""

from __future__ import annotations

import numpy as np

from engine.instruments.dsp import Array, fade, filtered_by, over_time, pulse, ring, samples, stream
from engine.instruments.materials import MATERIALS, Material, Modes, mobility, object_modes
from engine.instruments.parts import jittered, lasting_s, summed
from engine.instruments.registry import choice, motion, number
from engine.instruments.roughness import SURFACES, Surface, rougher
from engine.types import SAMPLE_RATE, Note, Parameter

NAMES = tuple(MATERIALS)
STRIKER = Parameter("striker", default="wood", choices=NAMES, meaning="what moves")
STRUCK = Parameter("struck", default="wood", choices=NAMES, meaning="what it moves on")
SPEED = Parameter("speed", "m/s", 0.0, 10.0, 0.5, meaning="how fast it moves; may be a curve over the note")
SIZE = Parameter("size_m", "m", 0.003, 3.0, 0.1, meaning="of what moves")
OBJECT = Parameter("object", "", 0.0, 65_535.0, 0.0, meaning="which single object: the same number, the same one")

DEFAULT_S = 0.5
RADIATED_HZ = 900.0  # below it, bodies of a hand's to a chair's size move less and less air
FLOOR_SIZE_M = 0.8  # of the ground as it answers
WANDER_M, PLACE_DB = 0.08, 5.0  # how far a contact moves until other modes lead, and how much they differ


def note_speed(note: Note) -> Array:
    """Speed over the note, a value a sample; it starts and stops within a blink, never at once."""
    speed = np.abs(over_time(motion(note, SPEED), samples(lasting_s(note, DEFAULT_S))))
    length_s = len(speed) / SAMPLE_RATE
    return fade(speed, min(0.02, 0.2 * length_s), min(0.08, 0.3 * length_s))


def pair(note: Note) -> tuple[Material, Material]:
    return MATERIALS[choice(note, STRIKER)], MATERIALS[choice(note, STRUCK)]


def contact_surface(note: Note) -> Surface:
    return rougher(SURFACES[choice(note, STRIKER)], SURFACES[choice(note, STRUCK)])


def both_modes(note: Note) -> Modes:
    """Both bodies' modes as they are heard; the lighter wins."""
    identity = round(number(note, OBJECT))
    moving = object_modes(choice(note, STRIKER), number(note, SIZE), identity, 0.3)
    ground = object_modes(choice(note, STRUCK), FLOOR_SIZE_M, identity + 1, 0.6)
    striker, struck = pair(note)
    modes = moving.scaled(_loudness(striker)) + ground.scaled(_loudness(struck))
    return modes.scaled(np.minimum(modes.freqs_hz / RADIATED_HZ, 1.0) ** 0.5)


def _answer(modes: Modes) -> Array:
    """Their impulse response, with the energy of one stroke."""
    response = ring(modes.freqs_hz, modes.t60_s, modes.gains, samples(min(1.1 * float(modes.t60_s.max()), 2.5)))
    return fade(response / np.sqrt(np.sum(np.square(response))), out_s=0.005)


def ringing(note: Note, force: Array, speed: Array) -> Array:
    """Both bodies driven by `force`. The contact wanders over them, so that now these modes speak up, now those."""
    here = both_modes(note)
    elsewhere = jittered(here, stream(round(number(note, OBJECT)), "elsewhere"), PLACE_DB)
    way = np.cumsum(speed) / (SAMPLE_RATE * WANDER_M)
    turns = np.cumsum(stream(note.seed, "places").normal(0.0, 0.7, int(way[-1]) + 3))
    angle = np.interp(way, np.arange(len(turns)), turns)
    heard = [(here, np.cos(angle)), (elsewhere, np.sin(angle))]
    return summed([filtered_by(force * weight, _answer(modes)) for modes, weight in heard])


def _loudness(material: Material) -> float:
    return float(mobility(material) * 10.0 ** (material.level_db / 20.0))


def pair_level(note: Note) -> float:
    """Soft bodies are quiet bodies: the louder of the two sets the level."""
    return max(_loudness(material) for material in pair(note))


def push(contact_time_s: float) -> Array:
    """A stroke of unit area: what it drives into a body's low modes does not depend on its length."""
    push = pulse(contact_time_s)
    return np.asarray(push / push.sum())
