"""Whoosh: something swung, thrown or waved through air.

A thin thing sings: its wake sheds vortices at f = 0.2 U/d, as loud as U^3 (Selfridge, Moffat & Reiss 2017), summed over
eight places along it, which move at different speeds. A thick thing only pushes air: noise that opens with the speed.
"""

from __future__ import annotations

import numpy as np

from engine.instruments.dsp import Array, band, fade, over_time, samples, slow, stream, to_audio
from engine.instruments.parts import as_channel, lasting_s
from engine.instruments.registry import motion, number, register
from engine.types import SAMPLE_RATE, Curve, Layer, Note, Parameter, Samples

THICKNESS = Parameter(
    "thickness_m", "m", 0.001, 0.5, 0.015, meaning="wire .002, blade .008, stick .015, bat .05, arm .08"
)
SPEED = Parameter(
    "speed_m_s", "m/s", 0.0, 80.0, 22.0, meaning="at its fastest; a curve is the speed over the note itself"
)
TONE = Parameter("tone", "", 0.0, 1.0, 0.5, meaning="how much it sings rather than rushes")
PEAK = Parameter("peak", "", 0.0, 1.0, 0.5, meaning="where in the note it is loudest")

STROUHAL = 0.2
SHORTEST_S, DEFAULT_S = 0.08, 0.35
PLACES = np.linspace(0.3, 1.0, 8)  # along what is swung, as shares of the tip's speed
WAKE_BANDS_HZ = (120.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
SHIMMER_HZ = 2000.0  # control rate of the tones' own noise


def swing(count: int, peak: float) -> Array:
    """Speed of one swing, 0 to 1 to 0 as sin^2, its top at the share `peak` of the way."""
    turn = (np.arange(count) + 0.5) / count
    top = min(max(peak, 0.05), 0.95)
    bent = np.where(turn < top, 0.5 * turn / top, 0.5 + 0.5 * (turn - top) / (1.0 - top))
    return np.asarray(np.sin(np.pi * bent) ** 2)


def _speed(note: Note) -> Array:
    count = samples(lasting_s(note, DEFAULT_S, SHORTEST_S))
    value = motion(note, SPEED)
    if isinstance(value, Curve):
        return fade(np.abs(over_time(value, count)), 0.015, 0.04)
    return number(note, SPEED) * swing(count, number(note, PEAK))


def _quality(thickness_m: float) -> float:
    """Q of the shed tone: 30 for wires, 6 for thick branches."""
    return float(np.clip(30.0 * (0.003 / thickness_m) ** 0.5, 6.0, 30.0))


def _shimmer(rng: np.random.Generator, count: int, bandwidth_hz: float) -> Array:
    """Complex noise around 0 Hz: what makes a tone a narrow band."""
    control = int(count * SHIMMER_HZ / SAMPLE_RATE) + 2
    parts = [to_audio(slow(rng, control, bandwidth_hz, SHIMMER_HZ), count, SHIMMER_HZ) for _ in range(2)]
    return np.asarray((parts[0] + 1j * parts[1]) / np.sqrt(2.0))


def _tones(speed: Array, thickness_m: float, rng: np.random.Generator) -> Array:
    """The lift tones of eight places, and the drag tone an octave up, 15 dB down, of the tip; 1.0 near 20 m/s."""
    total = np.zeros(len(speed))
    turns = np.cumsum(speed) * (2.0 * np.pi * STROUHAL / thickness_m / SAMPLE_RATE)
    fastest_hz = STROUHAL * float(speed.max(initial=0.0)) / thickness_m
    loud = (speed / 20.0) ** 3 * np.minimum(thickness_m / 0.015, 1.0) ** 0.5
    for place in PLACES:
        if 40.0 < place * fastest_hz < 0.4 * SAMPLE_RATE:
            around = _shimmer(rng, len(speed), 0.5 * place * fastest_hz / _quality(thickness_m))
            total += place**3 * loud * (around * np.exp(1j * place * turns)).real
    if 20.0 < fastest_hz < 0.2 * SAMPLE_RATE:
        around = _shimmer(rng, len(speed), fastest_hz / _quality(thickness_m))
        total += 0.18 * loud * (around * np.exp(2j * turns)).real
    return total


def _rush(speed: Array, thickness_m: float, rng: np.random.Generator) -> Array:
    """The turbulent wake: noise whose middle climbs with the speed, level ~ U^2.5; 1.0 rms near 20 m/s."""
    total = np.zeros(len(speed))
    middle_hz = np.maximum(55.0 * speed * (0.02 / thickness_m) ** 0.35, 20.0)
    loud = (speed / 20.0) ** 2.5
    for centre_hz in WAKE_BANDS_HZ:
        noise = band(rng.standard_normal(len(speed)), centre_hz / np.sqrt(2.0), centre_hz * np.sqrt(2.0))
        off = np.log2(centre_hz / middle_hz)
        total += loud * 2.0 ** -np.where(off > 0.0, 1.5 * off, -0.55 * off) * noise / np.sqrt(centre_hz / 8000.0)
    return 0.55 * total


class Whoosh:
    """Air around what is swung."""

    name = "whoosh"
    layers: tuple[Layer, ...] = (Layer.ACTION,)
    parameters: tuple[Parameter, ...] = (THICKNESS, SPEED, TONE, PEAK)

    def play(self, note: Note) -> Samples:
        speed = _speed(note)
        thickness_m, tone = number(note, THICKNESS), number(note, TONE)
        size = float(np.clip((thickness_m / 0.02) ** 0.3, 0.4, 1.8))
        rush = (1.0 - 0.8 * tone) * size * _rush(speed, thickness_m, stream(note.seed, "rush"))
        sound = 0.08 * (rush + 1.2 * tone * _tones(speed, thickness_m, stream(note.seed, "tones")))
        return as_channel(fade(sound, 0.003, 0.005))


register(Whoosh())
