"""Paper. On *action* it is the gesture: the hand and the sheet sliding, the air a page throws, the pen. On *material*
it is the sheet's own crackle, and the table under a pen. Both read one gesture, and sum to the whole sound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.instruments.dsp import (
    Array,
    add_at,
    band,
    fade,
    filtered_by,
    impulses,
    noise_psd,
    ring,
    samples,
    shaped_noise,
    slow,
    stream,
    to_audio,
)
from engine.instruments.parts import as_channel, contact_burst, crackle_sizes, energy_level, lasting_s
from engine.instruments.registry import choice, number
from engine.types import SAMPLE_RATE, Layer, Note, Parameter, Samples

KINDS = ("rustle", "crumple", "page_turn", "rip", "writing")
KIND = Parameter("kind", default="rustle", choices=KINDS, meaning="what is done with it")
ENERGY = Parameter("energy", default=0.5, meaning="how hard")
STIFFNESS = Parameter("stiffness", "", 0.0, 1.0, 0.5, meaning="tissue 0, writing paper .5, card 1")

GESTURE_HZ = 200.0
FACET_SIZES, FACETS_OF_A_SIZE = 4, 3


@dataclass(frozen=True, slots=True)
class Handling:
    """One way of handling a sheet: how densely it crackles, how it slides, how long it takes if nothing says so."""

    crackles_per_s: float  # at full speed
    crackle: float
    slide_low_hz: float
    slide_high_hz: float
    slide: float
    default_s: float


HANDLINGS = {
    "rustle": Handling(160.0, 1.0, 1500.0, 5500.0, 0.5, 0.8),
    "crumple": Handling(420.0, 1.2, 700.0, 3500.0, 0.4, 1.0),
    "page_turn": Handling(240.0, 0.7, 1200.0, 5000.0, 1.0, 0.32),
    "rip": Handling(1500.0, 0.8, 1500.0, 6500.0, 1.2, 0.5),
    "writing": Handling(60.0, 0.2, 2000.0, 5500.0, 0.9, 1.5),
}


# Gestures: how fast the sheet moves, 0..1, at GESTURE_HZ


def _rustled(count: int, rng: np.random.Generator) -> Array:
    """Small moves with rests between."""
    return np.asarray(np.clip(0.55 + 0.45 * slow(rng, count, 2.5, GESTURE_HZ), 0.12, 1.4))


def _crumpled(count: int, rng: np.random.Generator) -> Array:
    """The hand closes three or four times a second, the sheet gives less each time."""
    at = np.arange(count) / GESTURE_HZ
    starts = np.cumsum(rng.uniform(0.1, 0.32, int(at[-1] / 0.1) + 2))
    squeeze = np.zeros(count)
    for start in (0.0, *starts):
        since = np.maximum(at - start, 0.0)
        squeeze += rng.uniform(0.5, 1.0) * np.minimum(since / 0.008, 1.0) * np.exp(-since / 0.14) * (at >= start)
    return np.clip(squeeze, 0.12, 1.3)


def _turned(count: int, rng: np.random.Generator) -> Array:
    """Lifted, drawn over ever faster, let fall at four fifths."""
    turn = (np.arange(count) + 1.0) / count
    return np.where(turn < 0.8, 0.25 + 0.75 * (turn / 0.8) ** 1.5, np.maximum(1.0 - turn, 0.0) / 0.2)


def _ripped(count: int, rng: np.random.Generator) -> Array:
    """A start, then ever faster to the sheet's end."""
    turn = (np.arange(count) + 1.0) / count
    return np.asarray((0.35 + 0.65 * turn**1.3) * np.exp(0.25 * slow(rng, count, 12.0, GESTURE_HZ)))


def stroke_times(duration_s: float, rng: np.random.Generator) -> Array:
    """When a writing pen sets down: some 4.5 strokes a second, and a rest after each word."""
    gaps = rng.lognormal(np.log(0.19), 0.3, int(duration_s / 0.1) + 4)
    gaps[rng.uniform(size=len(gaps)) < 0.18] += 0.22
    times = np.concatenate([[0.0], np.cumsum(gaps)])
    return np.asarray(times[times < duration_s])


def _written(count: int, rng: np.random.Generator) -> Array:
    """Each stroke runs out and turns once or twice."""
    at = np.arange(count) / GESTURE_HZ
    speed = np.zeros(count)
    for start in stroke_times(count / GESTURE_HZ, rng):
        length_s, turns = rng.uniform(0.1, 0.16), rng.uniform(1.0, 2.4)
        phase = np.clip((at - start) / length_s, 0.0, 1.0)
        speed += rng.uniform(0.6, 1.0) * np.abs(np.sin(np.pi * turns * phase + 0.5)) * np.sin(np.pi * phase) ** 0.5
    return np.clip(speed, 0.0, 1.0)


GESTURES: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "rustle": _rustled,
    "crumple": _crumpled,
    "page_turn": _turned,
    "rip": _ripped,
    "writing": _written,
}


def _duration_s(note: Note) -> float:
    return lasting_s(note, HANDLINGS[choice(note, KIND)].default_s)


def _speed(note: Note) -> Array:
    """The gesture, a value a sample; the sheet is moving from the first millisecond and comes to rest."""
    count = samples(_duration_s(note))
    gesture = GESTURES[choice(note, KIND)](int(_duration_s(note) * GESTURE_HZ) + 2, stream(note.seed, "gesture"))
    return fade(to_audio(gesture, count, GESTURE_HZ), 0.002, min(0.06, 0.3 * _duration_s(note)))


# Action


def _slide(note: Note, speed: Array) -> Array:
    """Sheet on hand, sheet on sheet; a quick slide is brighter, a stiff sheet is too."""
    handling, rng = HANDLINGS[choice(note, KIND)], stream(note.seed, "slide")
    stiff = 0.75 + 0.5 * number(note, STIFFNESS)
    low_hz, high_hz = stiff * handling.slide_low_hz, stiff * handling.slide_high_hz
    dull = shaped_noise(noise_psd(0.6 * low_hz, 2, 0.6 * high_hz, 3.0), len(speed), rng)
    bright = shaped_noise(noise_psd(low_hz, 2, 1.4 * high_hz, 3.5), len(speed), rng)
    quick = np.clip(speed, 0.0, 1.0)
    return np.asarray(handling.slide * speed**1.5 * (np.sqrt(1.0 - quick) * dull + np.sqrt(quick) * bright))


def _flap(note: Note) -> Array:
    """The page falls flat: a soft beat of air, 150-700 Hz."""
    at_s = 0.8 * _duration_s(note)
    rng = stream(note.seed, "flap")
    beat = shaped_noise(noise_psd(130.0, 2, 550.0, 3.0), samples(0.14), rng) * np.exp(
        -np.arange(samples(0.14)) / samples(0.02)
    )
    total = np.zeros(samples(at_s + 0.14))
    add_at(total, samples(at_s), 2.4 * fade(beat, 0.003, 0.03))
    return total


def _pen_taps(note: Note) -> Array:
    """Strokes of one sample where the pen sets down."""
    times = stroke_times(int(_duration_s(note) * GESTURE_HZ + 2) / GESTURE_HZ, stream(note.seed, "gesture"))
    rng = stream(note.seed, "taps")
    return impulses(times, np.exp(0.4 * rng.standard_normal(len(times))), samples(_duration_s(note)))


def _gesture_sound(note: Note) -> Array:
    speed = _speed(note)
    sound = _slide(note, speed)
    if choice(note, KIND) == "page_turn":
        flap = _flap(note)
        sound = np.pad(sound, (0, max(len(flap) - len(sound), 0)))
        add_at(sound, 0, flap)
    if choice(note, KIND) == "writing":
        sound = (
            sound + 3.0 * filtered_by(_pen_taps(note), contact_burst(0.0002, stream(note.seed, "nib")))[: len(sound)]
        )
    return sound


# Material


def _facet(index: int, stiffness: float, rng: np.random.Generator) -> Array:
    """How one size of fold sounds as it gives way: the snap, and the patch of sheet around it. Larger is lower."""
    low_hz = 1700.0 * 0.74**index * (0.7 + 0.6 * stiffness)
    freqs = low_hz * rng.uniform(1.0, 4.2, 14)
    t60 = (0.008 + 0.010 * stiffness) * rng.uniform(0.6, 1.4, 14) * 1.25**index
    patch = ring(freqs, t60, rng.standard_normal(14) * (freqs / low_hz) ** -0.4, samples(1.1 * float(t60.max())))
    snap = contact_burst(6e-5 + 5e-5 * index, rng, 0.0008 + 0.0006 * index)
    total = 0.5 * patch / np.max(np.abs(patch))
    total = np.pad(total, (0, max(len(snap) - len(total), 0)))
    add_at(total, 0, snap)
    return np.asarray(fade(total / np.sqrt(np.sum(np.square(total))), out_s=0.001))


def _crackle(note: Note, speed: Array) -> Array:
    """Folds giving way, as many as the sheet's way asks for; the sheet is never twice folded alike."""
    handling, rng = HANDLINGS[choice(note, KIND)], stream(note.seed, "crackle")
    way = np.cumsum(speed) / SAMPLE_RATE
    count = rng.poisson(handling.crackles_per_s * way[-1])
    times = np.searchsorted(way, np.append(rng.uniform(0.0, way[-1], count), 0.0)) / SAMPLE_RATE
    sizes = crackle_sizes(count + 1, rng)
    size = np.log(sizes) / np.log(12.0) * (FACET_SIZES - 1) + rng.normal(0.0, 0.6, count + 1)
    size = np.clip(size.round(), 0, FACET_SIZES - 1).astype(int)
    kind = FACETS_OF_A_SIZE * size + rng.integers(0, FACETS_OF_A_SIZE, count + 1)
    total = np.zeros(len(speed) + samples(0.08))
    for index in range(FACET_SIZES * FACETS_OF_A_SIZE):
        train = impulses(times[kind == index], sizes[kind == index], len(speed))
        facet = _facet(index // FACETS_OF_A_SIZE, number(note, STIFFNESS), rng)
        add_at(total, 0, filtered_by(train, facet))
    return total


def _table(note: Note) -> Array:
    """What a pen drives into the table through the sheet."""
    rng = stream(note.seed, "table")
    freqs = rng.uniform(260.0, 1900.0, 14)
    answer = ring(freqs, 0.03 * (freqs / 1000.0) ** -0.4, rng.standard_normal(14), samples(0.06))
    answer = fade(answer / np.sqrt(np.sum(np.square(answer))), out_s=0.004)
    speed = _speed(note)
    scribble = 0.012 * speed**1.5 * band(stream(note.seed, "scribble").standard_normal(len(speed)), 200.0, 2500.0, 1)
    return filtered_by(_pen_taps(note) + scribble, answer)


def _sheet_sound(note: Note) -> Array:
    crackle = 4.5 * HANDLINGS[choice(note, KIND)].crackle * _crackle(note, _speed(note))
    if choice(note, KIND) != "writing":
        return crackle
    table = 9.0 * _table(note)
    add_at(table, 0, crackle[: len(table)])
    return table


class Paper:
    """A sheet in somebody's hands."""

    name = "paper"
    layers: tuple[Layer, ...] = (Layer.ACTION, Layer.MATERIAL)
    parameters: tuple[Parameter, ...] = (KIND, ENERGY, STIFFNESS)

    def play(self, note: Note) -> Samples:
        sound = _gesture_sound(note) if note.layer is Layer.ACTION else _sheet_sound(note)
        return as_channel(0.022 * energy_level(number(note, ENERGY)) * fade(sound, out_s=0.005))
