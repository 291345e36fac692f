"""What happens when a door is moved: which part touches which, when, and how hard. A door's notes read one plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.instruments.dsp import Array, samples, slow, stream
from engine.instruments.parts import Contact
from engine.instruments.stick_slip import CONTROL_HZ, Slips, control_count, locked, slips, wandering
from engine.types import Curve

HINGE_RATE_HZ = 32.0  # slips a second of a dry hinge at an ordinary swing
SWING_S, SHORTEST_SWING_S = 1.0, 0.2  # of a door opened without hurry, if the note does not say; of any door


@dataclass(frozen=True, slots=True)
class DoorPlan:
    contacts: list[Contact]
    air: float  # the push of air that a closing leaf makes
    swing_from_s: float  # when the leaf begins to turn, and for how long
    swing_s: float
    creak: Slips | None


def _knob(rng: np.random.Generator, at_s: float = 0.0) -> list[Contact]:
    """A handle pressed: play in the spindle, the spring, the cam; `at_s` is the first touch."""
    stop_s = at_s + rng.uniform(0.07, 0.13)
    return [
        Contact(at_s, "handle", 0.16),
        Contact(at_s + rng.uniform(0.02, 0.04), "spring", 0.07),
        Contact(stop_s, "handle", 0.12, 1.2),
    ]


def _handle_back(rng: np.random.Generator, at_s: float) -> list[Contact]:
    """The handle let go: it springs to its stop and bounces once."""
    return [
        Contact(at_s, "spring", 0.09),
        Contact(at_s + rng.uniform(0.015, 0.03), "handle", 0.2, 1.2),
        Contact(at_s + rng.uniform(0.06, 0.1), "handle", 0.07),
    ]


def _rattle(rng: np.random.Generator, count: int, first_s: float, spread_s: float, level: float) -> list[Contact]:
    """Loose things in leaf and frame, ever fewer and fainter."""
    times = first_s + np.sort(rng.exponential(spread_s, count))
    fading = level * np.exp(-(times - first_s) / (1.5 * spread_s)) * np.exp(0.5 * rng.standard_normal(count))
    return [Contact(float(at), "rattle", float(loud)) for at, loud in zip(times, fading, strict=True)]


def _flutter(rng: np.random.Generator, count: int, level: float, hardness: float) -> list[Contact]:
    """The leaf springs off its stop and back, sooner and fainter each time, with top and bottom corner out of step."""
    times = np.cumsum(rng.uniform(0.014, 0.04, count))
    fading = level * 0.78 ** np.arange(count) * np.exp(0.2 * rng.standard_normal(count))
    return [Contact(float(at), "panel", float(loud), hardness) for at, loud in zip(times, fading, strict=True)]


def _open(rng: np.random.Generator, loose: float) -> list[Contact]:
    release_s = rng.uniform(0.08, 0.13)
    clear_s = release_s + rng.uniform(0.012, 0.025)
    return [
        *_knob(rng),
        Contact(release_s, "bolt", 0.3),
        Contact(clear_s, "strike", 0.24),
        Contact(clear_s + rng.uniform(0.004, 0.009), "panel", 0.16, 0.6),
        *_rattle(rng, round(2 * loose), clear_s + 0.02, 0.04, 0.04 * loose),
        *_handle_back(rng, clear_s + rng.uniform(0.2, 0.32)),
    ]


def _close(rng: np.random.Generator, loose: float) -> list[Contact]:
    """The bolt rides up its plate as the leaf arrives, and snaps in 15-40 ms later."""
    snap_s = rng.uniform(0.015, 0.040)
    return [
        Contact(0.0, "panel", 0.58),
        Contact(0.0, "bolt", 0.16),
        Contact(snap_s, "strike", 0.26),
        *_flutter(rng, 7, 0.28 * loose**0.4, 0.8),
        Contact(snap_s + rng.uniform(0.003, 0.006), "bolt", 0.16),
        *_rattle(rng, round(4 * loose), 0.03, 0.11 * loose**0.3, 0.08 * loose),
        *_handle_back(rng, rng.uniform(0.12, 0.22)),
    ]


def _slam(rng: np.random.Generator, loose: float) -> list[Contact]:
    snap_s = rng.uniform(0.015, 0.022)
    return [
        Contact(0.0, "panel", 0.85, 1.6),
        Contact(0.0, "bolt", 0.3, 1.3),
        Contact(snap_s, "strike", 0.45, 1.4),
        *_flutter(rng, 8, 0.42 * loose**0.3, 1.2),
        *_rattle(rng, round(loose * rng.integers(6, 10)), 0.02, 0.12 * loose**0.3, 0.2 * loose**0.5),
    ]


def _knob_alone(rng: np.random.Generator, loose: float) -> list[Contact]:
    return [*_knob(rng), *_handle_back(rng, rng.uniform(0.3, 0.5))]


def _no_contact(rng: np.random.Generator, loose: float) -> list[Contact]:
    return []


CONTACTS: dict[str, Callable[[np.random.Generator, float], list[Contact]]] = {
    "open": _open,
    "close": _close,
    "slam": _slam,
    "creak": _no_contact,
    "knob": _knob_alone,
}
AIR = {"open": 0.0, "close": 0.1, "slam": 0.3, "creak": 0.0, "knob": 0.0}


def _swing_speed(speed: float | Curve, control: int) -> Array:
    """The leaf's speed at CONTROL_HZ: the curve as it is; a plain number swells and rests as an arm moves a door."""
    if isinstance(speed, Curve):
        return np.asarray(speed.at(np.arange(control) / CONTROL_HZ))
    turn = np.sin(np.pi * np.minimum((np.arange(control) + 1.0) / control, 1.0)) ** 0.6
    return speed * turn


def _creak(speed: float | Curve, swing_s: float, modes_hz: Array, rng: np.random.Generator) -> Slips:
    """Slips of the hinge: a drifting creak that climbs into a squeak now and then, and rests now and then."""
    control = control_count(samples(swing_s))
    drift = np.exp(rng.normal(0.2, 0.5) * np.linspace(-1.0, 1.0, control))
    rate = wandering(HINGE_RATE_HZ * drift * _swing_speed(speed, control), rng, 0.55, 1.4)
    excited = slow(rng, control, 0.8, CONTROL_HZ)
    rate = np.where(excited > 1.1, locked(rate * 7.0, modes_hz), rate)
    train = slips(rate, rng, 0.07)
    grip = np.exp(0.5 * slow(rng, control, 4.0, CONTROL_HZ))
    at = np.minimum((train.times_s * CONTROL_HZ).astype(int), control - 1)
    moving = np.clip(rate[at] / HINGE_RATE_HZ, 0.05, None)
    return Slips(train.times_s, train.strengths * grip[at] * np.minimum(moving**-0.35, 1.6))


def door_plan(
    kind: str, seed: int, duration_s: float, speed: float | Curve, dryness: float, modes_hz: Array, loose: float = 1.0
) -> DoorPlan:
    """The plan of one movement. `speed` is relative (1 = unhurried); `dryness` 0..1 is how much the hinge creaks,
    `loose` how much rattles (1 = a wooden door)."""
    contacts = CONTACTS[kind](stream(seed, "door", kind), loose)
    begins_s = min((hit.at_s for hit in contacts if hit.part == "panel"), default=0.0)
    swing_s = max(duration_s - begins_s, SHORTEST_SWING_S)
    turning = kind == "creak" or (kind == "open" and dryness > 0.0)
    creak = _creak(speed, swing_s, modes_hz, stream(seed, "hinge")) if turning else None
    return DoorPlan(contacts, AIR[kind], begins_s, swing_s, creak)
