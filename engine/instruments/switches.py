"""Switches, buttons, latches, locks, mice and drawers: a hand moves something small, and it clicks in a fixed order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.instruments.dsp import Array, fade, filtered_by, samples, stream
from engine.instruments.parts import (
    Contact,
    Part,
    as_channel,
    energy_hardness,
    energy_level,
    lasting_s,
    modes_of,
    play_contacts,
    rung,
    summed,
)
from engine.instruments.registry import choice, number
from engine.instruments.roughness import SURFACES, sliding_force
from engine.types import Layer, Note, Parameter, Samples

KINDS = ("switch", "button", "latch", "lock", "mouse", "drawer")
KIND = Parameter("kind", default="switch", choices=KINDS, meaning="what is pressed, thrown or shut")
ENERGY = Parameter("energy", default=0.5, meaning="how hard")
OBJECT = Parameter("object", "", 0.0, 65_535.0, 0.0, meaning="which single object: the same number, the same one")

DRAWER_M_S = 0.9

PARTS = {
    "toggle": Part(1100.0, 12_000.0, 38, 0.045, 0.00008, -0.3, -0.1, 0.9),
    "blade": Part(5200.0, 11_000.0, 14, 0.023, 0.00010, -0.2, 0.0, 0.5),
    "plate": Part(420.0, 1900.0, 14, 0.057, 0.00050, -0.2, -0.4, 0.2),
    "dome": Part(1500.0, 10_000.0, 22, 0.019, 0.00013, -0.2, -0.2, 0.8),
    "bolt": Part(1100.0, 12_000.0, 27, 0.067, 0.00010, -0.3, -0.2, 0.7),
    "keep": Part(650.0, 8000.0, 27, 0.085, 0.00020, -0.3, -0.35, 0.6),
    "pin": Part(3200.0, 12_000.0, 14, 0.027, 0.00006, -0.2, 0.0, 0.5),
    "throw": Part(420.0, 6500.0, 31, 0.114, 0.00030, -0.35, -0.4, 0.6),
    "shell": Part(1300.0, 11_000.0, 26, 0.017, 0.00009, -0.2, -0.1, 0.8),
    "stop": Part(140.0, 2600.0, 37, 0.133, 0.00070, -0.25, -0.45, 0.7),
    "loose": Part(900.0, 9000.0, 20, 0.076, 0.00020, -0.3, -0.2, 0.4),
}
RUNNER = Part(180.0, 3800.0, 24, 0.05, 0.0001, -0.2, -0.5, 0.0)


def _switch(rng: np.random.Generator, until_s: float) -> list[Contact]:
    """The toggle passes its middle, its blade snaps over 8-25 ms later; let go by the finger, it springs back a bit."""
    snap_s = rng.uniform(0.008, 0.025)
    let_go_s = rng.uniform(0.05, 0.09)
    return [
        Contact(0.0, "toggle", 0.55),
        Contact(0.0, "plate", 0.08),
        Contact(snap_s, "toggle", 0.9, 1.2),
        Contact(snap_s, "blade", 0.45),
        Contact(snap_s + 0.001, "plate", 0.13),
        Contact(let_go_s, "toggle", 0.28, 0.8),
        Contact(let_go_s + rng.uniform(0.004, 0.01), "plate", 0.05),
    ]


def _button(rng: np.random.Generator, until_s: float) -> list[Contact]:
    up_s = rng.uniform(0.06, 0.11)
    return [Contact(0.0, "dome", 0.7), Contact(0.003, "plate", 0.2), Contact(up_s, "dome", 0.35, 1.3)]


def _latch(rng: np.random.Generator, until_s: float) -> list[Contact]:
    snap_s = rng.uniform(0.015, 0.040)
    return [
        Contact(0.0, "bolt", 0.5),
        Contact(snap_s, "keep", 0.9),
        Contact(snap_s + rng.uniform(0.003, 0.008), "bolt", 0.35),
    ]


def _lock(rng: np.random.Generator, until_s: float) -> list[Contact]:
    """Pins tick over as the key turns, then the bolt is thrown and rebounds."""
    ticks = np.cumsum(rng.uniform(0.018, 0.045, int(rng.integers(4, 6)))) - 0.018
    thrown_s = ticks[-1] + rng.uniform(0.04, 0.08)
    return [
        Contact(0.0, "pin", 0.3),
        *(Contact(float(at), "pin", 0.22 * float(np.exp(0.3 * rng.standard_normal()))) for at in ticks[1:]),
        Contact(thrown_s, "throw", 0.95),
        Contact(thrown_s + rng.uniform(0.012, 0.022), "keep", 0.4),
    ]


def _mouse(rng: np.random.Generator, until_s: float) -> list[Contact]:
    up_s = float(0.07 * np.exp(0.15 * rng.standard_normal()))
    return [Contact(0.0, "shell", 0.35), Contact(up_s, "shell", 0.2, 1.2)]


def _drawer(rng: np.random.Generator, until_s: float) -> list[Contact]:
    """It ends at its stop, and what lies in it knocks about; where it is heard to slide, it starts with a jerk."""
    loose = until_s + np.sort(rng.exponential(0.05, 3)) + 0.008
    return [
        *([Contact(0.0, "stop", 0.12, 0.8)] if until_s else []),
        Contact(until_s, "stop", 1.0),
        *(Contact(float(at), "loose", 0.2 * float(np.exp(0.5 * rng.standard_normal()))) for at in loose),
    ]


PLANS: dict[str, Callable[[np.random.Generator, float], list[Contact]]] = {
    "switch": _switch,
    "button": _button,
    "latch": _latch,
    "lock": _lock,
    "mouse": _mouse,
    "drawer": _drawer,
}
LEVELS = {"switch": 0.10, "button": 0.08, "latch": 0.16, "lock": 0.18, "mouse": 0.09, "drawer": 0.2}


class Click:
    """Small things that are pressed, thrown or shut.

    A drawer slides for the note's duration and ends at its stop; a note that marks an instant is the stop alone.
    """

    name = "click"
    layers: tuple[Layer, ...] = (Layer.ACTION,)
    parameters: tuple[Parameter, ...] = (KIND, ENERGY, OBJECT)

    def play(self, note: Note) -> Samples:
        kind = choice(note, KIND)
        until_s = lasting_s(note, 0.0)
        hardness = energy_hardness(number(note, ENERGY))
        plan = PLANS[kind](stream(note.seed, "click", kind), until_s)
        contacts = [hit._replace(hardness=hit.hardness * hardness) for hit in plan]
        sounds = [play_contacts(contacts, PARTS, self._thing(note), note.seed)]
        if kind == "drawer" and until_s:
            sounds.append(self._slide(note, until_s))
        return as_channel(LEVELS[kind] * energy_level(number(note, ENERGY)) * summed(sounds))

    def _thing(self, note: Note) -> tuple[str, str, int]:
        return ("click", choice(note, KIND), round(number(note, OBJECT)))

    def _slide(self, note: Note, until_s: float) -> Array:
        """Runners under the drawer, until it meets the stop."""
        turn = (np.arange(samples(until_s)) + 1.0) / samples(until_s)
        speed = DRAWER_M_S * np.minimum(turn / 0.25, 1.0) ** 0.7
        force = sliding_force(fade(speed, out_s=0.008), SURFACES["wood_soft"], 0.0006, stream(note.seed, "slide"))
        runner = rung(modes_of(RUNNER, self._thing(note)), RUNNER.contact_s)
        return 0.02 * filtered_by(force, runner)
