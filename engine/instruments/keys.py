"""Typing. `key` is the click of the switch and the cap as they go down and come up, `key_body` the thock with which the
press ends in the case. The touch of a screen is a fingertip alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.instruments.dsp import stream
from engine.instruments.parts import (
    Contact,
    Part,
    as_channel,
    energy_hardness,
    energy_level,
    play_contacts,
)
from engine.instruments.registry import choice, number
from engine.types import Layer, Note, Parameter, Samples

KIND = Parameter("kind", default="letter", choices=("letter", "space", "enter", "touch"), meaning="what is pressed")
ENERGY = Parameter("energy", default=0.5, meaning="how hard")
OBJECT = Parameter("object", "", 0.0, 65_535.0, 0.0, meaning="which key of the keyboard: the same number, the same key")
PARAMETERS = (KIND, ENERGY, OBJECT)

LETTER = {
    "leaf": Part(1200.0, 14_500.0, 40, 0.036, 0.00009, -0.3, -0.38, 1.2),
    "cap": Part(900.0, 9000.0, 32, 0.036, 0.00017, -0.3, -0.25, 1.0),
    "wire": Part(2300.0, 9000.0, 14, 0.050, 0.00012, -0.3, -0.2, 0.4),
    "finger": Part(260.0, 1800.0, 8, 0.012, 0.0016, 0.0, -0.7, 0.8),
}
CASE = {
    "bottom": Part(380.0, 3800.0, 34, 0.045, 0.00035, -0.35, -0.25, 0.3),
    "tap": Part(400.0, 4600.0, 26, 0.045, 0.00030, -0.3, -0.25, 0.25),
    "glass": Part(180.0, 1700.0, 14, 0.030, 0.0018, -0.3, -0.5, 0.2),
}
LOWER = {"letter": 1.0, "enter": 0.84, "space": 0.68, "touch": 1.0}
LEVEL = 0.055


def _lower(part: Part, kind: str) -> Part:
    """The same part of a longer key."""
    return replace(part, low_hz=part.low_hz * LOWER[kind], high_hz=part.high_hz * LOWER[kind] ** 0.5)


def _pressed(note: Note) -> tuple[float, float]:
    """(travel to the bottom, time until the key is up again), seconds; a harder press arrives sooner."""
    rng = stream(note.seed, "press")
    travel_s = rng.uniform(0.0035, 0.0065) / energy_hardness(number(note, ENERGY))
    return float(travel_s), float(rng.uniform(0.06, 0.11))


def _wires(note: Note) -> list[Contact]:
    """The long keys hang in a wire that rattles as they land."""
    if choice(note, KIND) not in ("space", "enter"):
        return []
    rng = stream(note.seed, "wire")
    at = _pressed(note)[0] + np.cumsum(rng.uniform(0.003, 0.009, 2))
    return [Contact(float(at[0]), "wire", 0.3), Contact(float(at[1]), "wire", 0.16)]


def _switch_contacts(note: Note) -> list[Contact]:
    if choice(note, KIND) == "touch":
        return [Contact(0.0, "finger", 0.8)]
    bottom_s, up_s = _pressed(note)
    return [
        Contact(0.0, "leaf", 1.2),
        Contact(bottom_s, "cap", 0.55),
        *_wires(note),
        Contact(up_s, "leaf", 0.32, 1.2),
        Contact(up_s + 0.004, "cap", 0.28, 1.2),
    ]


def _case_contacts(note: Note) -> list[Contact]:
    if choice(note, KIND) == "touch":
        return [Contact(0.0, "glass", 0.5)]
    bottom_s, up_s = _pressed(note)
    return [
        Contact(0.0, "tap", 0.1),
        Contact(bottom_s, "bottom", 0.15),
        Contact(up_s + 0.004, "tap", 0.1),
    ]


def _play(note: Note, contacts: list[Contact], parts: dict[str, Part]) -> Samples:
    kind, energy = choice(note, KIND), number(note, ENERGY)
    hardness = energy_hardness(energy)
    harder = [hit._replace(hardness=hit.hardness * hardness) for hit in contacts]
    thing = ("key", kind, round(number(note, OBJECT)))
    sound = play_contacts(harder, {name: _lower(part, kind) for name, part in parts.items()}, thing, note.seed)
    return as_channel(LEVEL * energy_level(energy) * sound)


class Key:
    """Switch and cap, down and up."""

    name = "key"
    layers: tuple[Layer, ...] = (Layer.ACTION,)
    parameters: tuple[Parameter, ...] = PARAMETERS

    def play(self, note: Note) -> Samples:
        return _play(note, _switch_contacts(note), LETTER)


class KeyBody:
    """The case that the press ends in."""

    name = "key_body"
    layers: tuple[Layer, ...] = (Layer.MATERIAL,)
    parameters: tuple[Parameter, ...] = PARAMETERS

    def play(self, note: Note) -> Samples:
        return _play(note, _case_contacts(note), CASE)
