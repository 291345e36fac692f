"""Cloth: garments that rub as somebody moves, and cloth that flaps. Loudness follows the limb's speed^1.5, and quicker
cloth is brighter. Under the even rubbing lie folds that give way one by one, few large and many small (E^-1.5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.instruments.dsp import (
    CONTROL_RATE,
    Array,
    fade,
    filtered_by,
    impulses,
    noise_psd,
    over_time,
    samples,
    shaped_noise,
    slow,
    stream,
    to_audio,
)
from engine.instruments.parts import as_channel, crackle_sizes, lasting_s
from engine.instruments.registry import choice, motion, number, register
from engine.instruments.stick_slip import CONTROL_HZ, at_control_rate, slips, wandering
from engine.types import SAMPLE_RATE, Curve, Layer, Note, Parameter, Samples


@dataclass(frozen=True, slots=True)
class Fabric:
    """How a cloth rubs: its band, and what is uneven in it."""

    low_hz: float
    high_hz: float
    slope: float  # power slope above the band, 3 dB an octave a unit
    weave: float  # depth of the unevenness that threads make
    weave_hz: float  # how quickly it passes at full speed
    folds_per_s: float  # at full speed
    folds: float  # their level beside the rubbing
    creaks: float = 0.0  # stick-slip, leather
    level: float = 1.0


FABRICS = {
    "cotton": Fabric(900.0, 2800.0, 2.8, 0.25, 12.0, 70.0, 0.5),
    "denim": Fabric(600.0, 1600.0, 2.8, 0.6, 28.0, 60.0, 0.5, 0.0, 1.2),
    "nylon": Fabric(2600.0, 8000.0, 4.0, 0.7, 90.0, 260.0, 0.9, 0.0, 1.1),
    "leather": Fabric(420.0, 1500.0, 2.6, 0.3, 10.0, 40.0, 0.6, 0.8),
    "silk": Fabric(3600.0, 7000.0, 4.0, 0.1, 8.0, 25.0, 0.2, 0.0, 0.6),
}
FABRIC = Parameter("fabric", default="cotton", choices=tuple(FABRICS), meaning="what is worn or waved")
SPEED = Parameter("speed", "", 0.0, 1.0, 0.5, meaning="of the limb or cloth; may be a curve over the note")
FLAP = Parameter("flap", "", 0.0, 1.0, 0.0, meaning="how much it beats the air, as a cape or a flag does")
DEFAULT_S = 0.4


def _speed(note: Note) -> Array:
    """Speed over the note: a curve as it is; a plain number as one movement that swells and ends."""
    count = samples(lasting_s(note, DEFAULT_S))
    value = motion(note, SPEED)
    speed = np.clip(over_time(value, count), 0.0, 1.0)
    length_s = count / SAMPLE_RATE
    if isinstance(value, Curve):
        return fade(speed, min(0.015, 0.2 * length_s), min(0.05, 0.3 * length_s))
    return fade(speed, min(0.12, 0.45 * length_s), min(0.2, 0.5 * length_s))


def _alive(speed: Array, rng: np.random.Generator) -> Array:
    """No limb moves evenly: a lognormal drift of a few hertz."""
    drift = slow(rng, int(len(speed) * CONTROL_RATE / SAMPLE_RATE) + 2, 3.0)
    return np.asarray(speed * np.exp(0.25 * to_audio(drift, len(speed))))


def _rubbing(fabric: Fabric, speed: Array, rng: np.random.Generator) -> Array:
    """Even noise of thread on thread, from a dull and a bright band; the bright one needs speed."""
    dull = shaped_noise(noise_psd(0.7 * fabric.low_hz, 2, 0.7 * fabric.high_hz, fabric.slope), len(speed), rng)
    bright = shaped_noise(noise_psd(fabric.low_hz, 2, 1.3 * fabric.high_hz, fabric.slope), len(speed), rng)
    quick = np.minimum(speed, 1.0)
    return np.asarray(np.sqrt(1.0 - quick) * dull + np.sqrt(quick) * bright)


def _weave(fabric: Fabric, speed: Array, rng: np.random.Generator) -> Array:
    """Threads and ridges passing: an unevenness that hurries with the speed."""
    way = np.cumsum(speed) * (2.0 * fabric.weave_hz * 2.0 / SAMPLE_RATE)
    threads = slow(rng, int(way[-1]) + 3, 0.25, 1.0)
    passing = np.interp(way, np.arange(len(threads)), threads)
    return np.asarray(np.exp(fabric.weave * passing - 0.5 * fabric.weave**2))


def _folds(fabric: Fabric, speed: Array, rng: np.random.Generator) -> Array:
    """Folds giving way, as many as the cloth's way asks for: bursts of 1-4 ms, the large ones duller."""
    way = np.cumsum(speed) / SAMPLE_RATE
    count = rng.poisson(fabric.folds_per_s * way[-1])
    times = np.searchsorted(way, rng.uniform(0.0, way[-1], count)) / SAMPLE_RATE
    sizes = crackle_sizes(count, rng)
    kind = np.minimum((np.log(sizes) / np.log(12.0) * 3.0).astype(int), 2)
    total = np.zeros(len(speed))
    for index, (length_s, shift) in enumerate(((0.0012, 1.2), (0.0025, 1.0), (0.004, 0.8))):
        chosen = (kind == index) & (rng.uniform(0, 1, count) < 0.95)
        train = impulses(times[chosen], sizes[chosen], len(speed))
        total += filtered_by(train, _fold(fabric, length_s, shift, rng))[: len(speed)]
    return total


def _fold(fabric: Fabric, length_s: float, shift: float, rng: np.random.Generator) -> Array:
    """One fold's burst, unit energy."""
    count = samples(5.0 * length_s)
    noise = shaped_noise(noise_psd(shift * fabric.low_hz, 2, shift * fabric.high_hz, fabric.slope), count, rng)
    burst = fade(noise * np.exp(-np.arange(count) / samples(length_s)), 0.0002, 0.001)
    return np.asarray(burst / np.sqrt(np.sum(np.square(burst))))


def _creaks(speed: Array, rng: np.random.Generator) -> Array:
    """Leather sticking to itself: slips at 30-120 a second in fits, through two soft resonances."""
    control = at_control_rate(speed)
    fits = np.clip(slow(rng, len(control), 2.0, CONTROL_HZ) - 0.3, 0.0, 1.5)
    train = slips(wandering(90.0 * control * (fits > 0.0), rng, 0.4), rng, 0.12)
    at = np.minimum((train.times_s * CONTROL_HZ).astype(int), len(control) - 1)
    strokes = impulses(train.times_s, train.strengths * fits[at] * control[at] ** 0.5, len(speed))
    t = np.arange(samples(0.02)) / SAMPLE_RATE
    voice = np.exp(-t / 0.003) * np.sin(2 * np.pi * 780 * t) + 0.7 * np.exp(-t / 0.002) * np.sin(2 * np.pi * 1850 * t)
    return filtered_by(strokes, voice)[: len(speed)]


def _flaps(speed: Array, rng: np.random.Generator) -> Array:
    """Cloth thrown against air: dull beats, 200-600 Hz, some 6 a second at full speed."""
    control = at_control_rate(speed)
    train = slips(7.0 * control**0.5 * (control > 0.02), rng, 0.2)
    at = np.minimum((train.times_s * CONTROL_HZ).astype(int), len(control) - 1)
    strokes = impulses(train.times_s, train.strengths * control[at], len(speed))
    count = samples(0.12)
    beat = shaped_noise(noise_psd(150.0, 2, 500.0, 4.0), count, rng) * np.exp(-np.arange(count) / samples(0.025))
    return filtered_by(strokes, fade(beat, 0.006, 0.02))[: len(speed)]


class Cloth:
    """A garment or a cloth in movement."""

    name = "cloth"
    layers: tuple[Layer, ...] = (Layer.ACTION,)
    parameters: tuple[Parameter, ...] = (FABRIC, SPEED, FLAP)

    def play(self, note: Note) -> Samples:
        fabric = FABRICS[choice(note, FABRIC)]
        speed = _alive(_speed(note), stream(note.seed, "limb"))
        weave = _weave(fabric, speed, stream(note.seed, "weave"))
        sound = _rubbing(fabric, speed, stream(note.seed, "rubbing")) * weave * speed**1.5
        sound += 6.0 * fabric.folds * _folds(fabric, speed, stream(note.seed, "folds")) * speed**0.5
        if fabric.creaks:
            sound += fabric.creaks * _creaks(speed, stream(note.seed, "creaks"))
        if number(note, FLAP) > 0.0:
            sound += 4.0 * number(note, FLAP) * _flaps(speed, stream(note.seed, "flaps"))
        return as_channel(fade(0.02 * fabric.level * sound, 0.004, 0.01))


register(Cloth())
