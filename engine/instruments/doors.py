"""Doors. A door's two notes play one plan: `door` its latch, handle, hinge and air, `door_body` what leaf and frame
answer to the very same contacts. A closing door's sample 0 is the moment at which the leaf meets its frame.
"""

from __future__ import annotations

import numpy as np

from engine.instruments.door_plan import SHORTEST_SWING_S, SWING_S, DoorPlan, door_plan
from engine.instruments.dsp import Array, band, fade, filtered_by, impulses, samples, stream
from engine.instruments.materials import Modes
from engine.instruments.panels import PANELS, frame_modes, panel_modes
from engine.instruments.parts import (
    Contact,
    Part,
    as_channel,
    energy_hardness,
    energy_level,
    jittered,
    lasting_s,
    play_contacts,
    rung,
    strike,
    summed,
)
from engine.instruments.registry import choice, motion, number
from engine.types import SAMPLE_RATE, Layer, Note, Parameter, Samples

KIND = Parameter("kind", default="close", choices=("open", "close", "slam", "creak", "knob"), meaning="what is done")
STRUCK = Parameter("struck", default="wood", choices=("wood", "metal", "glass"), meaning="what the leaf is made of")
ENERGY = Parameter("energy", default=0.5, meaning="how hard")
SIZE = Parameter("size_m", "m", 0.3, 4.0, 2.0, meaning="height of the leaf")
SPEED = Parameter("speed", "", 0.0, 4.0, 1.0, meaning="how fast the leaf turns; 1 is unhurried; may be a curve")
DRYNESS = Parameter("dryness", "", 0.0, 1.0, 0.25, meaning="how much the hinge creaks when the door opens")
OBJECT = Parameter("object", "", 0.0, 65_535.0, 0.0, meaning="which single object: the same number, the same one")
DOOR_PARAMETERS = (KIND, STRUCK, ENERGY, SIZE, SPEED, DRYNESS, OBJECT)

LATCH_PARTS = {
    "handle": Part(800.0, 4500.0, 12, 0.045, 0.00035, -0.3, -0.4, 0.3),
    "spring": Part(2200.0, 9000.0, 8, 0.030, 0.00012, -0.3, -0.1, 0.4),
    "bolt": Part(1300.0, 13_000.0, 18, 0.034, 0.00008, -0.3, -0.15, 0.8),
    "strike": Part(620.0, 12_000.0, 24, 0.045, 0.00014, -0.35, -0.2, 0.7),
    "rattle": Part(500.0, 8000.0, 18, 0.045, 0.00022, -0.3, -0.25, 0.7),
}
# The slap of the leaf's edge on the rebate: no ring of its own worth naming
EDGES = {
    "wood": Part(240.0, 1600.0, 10, 0.020, 0.0011, 0.0, -0.5, 0.9),
    "metal": Part(380.0, 13_000.0, 26, 0.060, 0.00011, -0.2, -0.1, 1.1),
    "glass": Part(420.0, 4200.0, 12, 0.030, 0.00060, -0.2, -0.4, 0.8),
}
# How much of a contact's force reaches the leaf, and how sharp it is there
COUPLING = {
    "panel": 1.0,
    "strike": 1.2,
    "bolt": 0.7,
    "handle": 0.6,
    "spring": 0.2,
    "rattle": 1.4,
}
LATCH_CONTACT_S = 0.0004
ACTION_LEVEL, BODY_LEVEL = 0.30, 0.30
HINGE = Part(900.0, 7000.0, 10, 0.012, 0.00015, -0.2, -0.4, 0.6)


def _identity(note: Note) -> int:
    return round(number(note, OBJECT))


def _leaf(note: Note) -> Modes:
    return panel_modes(choice(note, STRUCK), number(note, SIZE), _identity(note))


def _plan(note: Note) -> DoorPlan:
    leaf_hz = np.sort(_leaf(note).freqs_hz)
    plan = door_plan(
        choice(note, KIND),
        note.seed,
        lasting_s(note, SWING_S, SHORTEST_SWING_S),
        motion(note, SPEED),
        number(note, DRYNESS),
        leaf_hz,
        PANELS[choice(note, STRUCK)].loose,
    )
    hardness = energy_hardness(number(note, ENERGY))
    contacts = [hit._replace(hardness=hit.hardness * hardness) for hit in plan.contacts]
    return DoorPlan(contacts, plan.air, plan.swing_from_s, plan.swing_s, plan.creak)


def _creak_level(note: Note) -> float:
    """A creaking hinge is as loud as it is dry; the kind `creak` is one that is."""
    return 0.5 if choice(note, KIND) == "creak" else 0.35 * number(note, DRYNESS)


def _hinge_slips(plan: DoorPlan) -> Array:
    """The hinge's slips as strokes of one sample, from the start of the swing; empty if the hinge is silent."""
    if plan.creak is None:
        return np.zeros(0)
    train = impulses(plan.creak.times_s, plan.creak.strengths, samples(plan.swing_s))
    return fade(train, out_s=min(0.05, 0.2 * plan.swing_s))


def _stroke(contact_s: float) -> Array:
    """What a small contact near the leaf's edge drives into it: its pulse, with little left for the lowest modes."""
    at_s = np.arange(samples(3.0 * contact_s)) / SAMPLE_RATE
    push = at_s * np.exp(-4.0 * at_s / contact_s)
    push = push / push.max()
    return np.concatenate([push, [0.0]]) - 0.97 * np.concatenate([[0.0], push])


def _at(sound: Array, start_s: float) -> Array:
    return np.concatenate([np.zeros(samples(start_s)), sound])


class Door:
    """Latch, handle, hinge and air."""

    name = "door"
    layers: tuple[Layer, ...] = (Layer.ACTION,)
    parameters: tuple[Parameter, ...] = DOOR_PARAMETERS

    def play(self, note: Note) -> Samples:
        plan = _plan(note)
        parts = {**LATCH_PARTS, "panel": EDGES[choice(note, STRUCK)]}
        thing = ("door", choice(note, STRUCK), _identity(note))
        sounds = [play_contacts(plan.contacts, parts, thing, note.seed), self._air(note, plan), self._hinge(note, plan)]
        return as_channel(ACTION_LEVEL * energy_level(number(note, ENERGY)) * summed(sounds))

    def _air(self, note: Note, plan: DoorPlan) -> Array:
        """The gust that a closing leaf drives out of its gap."""
        if not plan.air:
            return np.zeros(0)
        count = samples(0.25)
        gust = band(stream(note.seed, "air").standard_normal(count), 70.0, 600.0, 1)
        rise = np.minimum(np.arange(count) / samples(0.004), 1.0)
        return fade(plan.air * 5.0 * gust * rise * np.exp(-np.arange(count) / samples(0.045)), out_s=0.05)

    def _hinge(self, note: Note, plan: DoorPlan) -> Array:
        knuckle = strike(HINGE, ("hinge", _identity(note)), stream(note.seed, "knuckle"))
        return _at(0.1 * _creak_level(note) * filtered_by(_hinge_slips(plan), knuckle), plan.swing_from_s)


class DoorBody:
    """What leaf and frame answer."""

    name = "door_body"
    layers: tuple[Layer, ...] = (Layer.MATERIAL,)
    parameters: tuple[Parameter, ...] = DOOR_PARAMETERS

    def play(self, note: Note) -> Samples:
        plan = _plan(note)
        sounds = [self._met(note, order, hit) for order, hit in enumerate(plan.contacts) if hit.part == "panel"]
        sounds += [self._shaken(note, plan), self._creaking(note, plan)]
        return as_channel(BODY_LEVEL * energy_level(number(note, ENERGY)) * summed(sounds))

    def _met(self, note: Note, order: int, hit: Contact) -> Array:
        """Leaf on frame: the heavy contact, its modes drawn anew each time."""
        rng = stream(note.seed, "leaf", order)
        contact_s = PANELS[choice(note, STRUCK)].contact_s / hit.hardness * float(np.exp(0.1 * rng.standard_normal()))
        frame = frame_modes(choice(note, STRUCK), number(note, SIZE), _identity(note))
        modes = jittered(_leaf(note), rng) + jittered(frame, rng)
        return _at(hit.level * fade(rung(modes, contact_s), out_s=0.01), hit.at_s)

    def _shaken(self, note: Note, plan: DoorPlan) -> Array:
        """The small contacts of latch and handle, heard through the leaf."""
        small = [hit for hit in plan.contacts if hit.part != "panel"]
        if not small:
            return np.zeros(0)
        times = np.array([hit.at_s for hit in small])
        levels = np.array([hit.level * COUPLING[hit.part] for hit in small])
        strokes = impulses(times, levels, samples(times.max()) + 2)
        return self._through_leaf(note, filtered_by(strokes, _stroke(LATCH_CONTACT_S / small[0].hardness)))

    def _creaking(self, note: Note, plan: DoorPlan) -> Array:
        force = filtered_by(_hinge_slips(plan), _stroke(0.0005))
        return _at(0.3 * _creak_level(note) * self._through_leaf(note, force), plan.swing_from_s)

    def _through_leaf(self, note: Note, force: Array) -> Array:
        modes = jittered(_leaf(note), stream(note.seed, "through"))
        return filtered_by(force, fade(rung(modes, 1e-5), out_s=0.01))
