"""Footsteps: `footstep` is the shoe and the weight that comes down (action), `footstep_ground` what the ground answers.

Heel, roll and toe follow the ground reaction force of walking, running and sneaking (Cook 2002; Turchet 2016).
"""

from __future__ import annotations

import numpy as np

from engine.instruments import dsp
from engine.instruments.dsp import Array
from engine.instruments.ground import ground_sound
from engine.instruments.materials import Modes, force_gain
from engine.instruments.registry import register
from engine.instruments.ringing import finish, ring_out
from engine.instruments.step import LOAD_RATE, PARAMETERS, Step, Touch, loading, step_of, touches
from engine.instruments.surfaces import SURFACE_TABLE, Surface
from engine.types import SAMPLE_RATE, Layer, Note, Parameter, Samples


def _sole(step: Step, surface: Surface, touch: Touch) -> Modes:
    """The shoe's own modes: the same for every step of this foot, but for +-2 dB each."""
    count = 36
    own = dsp.stream(step.foot, "sole", touch.part)
    hit = dsp.stream(step.seed, "sole", touch.part)
    span = (np.arange(count) + own.uniform(0.0, 1.0, count)) / count
    freqs = step.shoe.low_hz * (step.shoe.high_hz / step.shoe.low_hz) ** span
    gains = (freqs / step.shoe.low_hz) ** -0.3 * 10.0 ** ((own.normal(0, 4, count) + hit.normal(0, 2, count)) / 20.0)
    t60 = step.shoe.ring_s * (freqs / 1000.0) ** -0.2 * own.uniform(0.6, 1.5, count)
    gains = gains * force_gain(freqs, step.contact_s(surface.softness)) * hit.choice([-1.0, 1.0], count)
    return Modes(freqs, t60, gains * (0.4 * dsp.db(surface.shoe_db) / float(np.sqrt(np.sum(gains**2)))))


def _thump(step: Step, surface: Surface, touch: Touch) -> Modes:
    """The weight on the ground: 3 low modes, lower and louder for a heavier walker."""
    own = dsp.stream(step.walker, "thump", step.surface)
    hit = dsp.stream(step.seed, "thump", touch.part)
    heavy = step.weight_kg / 75.0
    freqs = surface.thump_hz * heavy**-0.2 * np.array([1.0, 1.55, 2.3]) * own.uniform(0.92, 1.08, 3)
    level = dsp.db(surface.thump_db + step.shoe.thump_db) * heavy**0.7
    gains = level * np.array([0.8, 0.6, 0.4]) * 10.0 ** (hit.normal(0.0, 1.5, 3) / 20.0)
    return Modes(freqs, own.uniform(0.05, 0.1, 3), gains)


def _slap(step: Step, surface: Surface, touch: Touch) -> Array:
    """Noise of sole meeting ground, through the contact's spectrum."""
    contact = step.contact_s(surface.softness)
    rng = dsp.stream(step.seed, "slap", touch.part)
    count = dsp.samples(0.02 + 4.0 * min(contact, 0.02))
    noise = dsp.shaped_noise(lambda f: (force_gain(f, contact) * f / (f + 300.0)) ** 2 * (f < 19_000.0), count, rng)
    times = np.arange(count) / SAMPLE_RATE
    shape = np.minimum(times / np.clip(0.4 * contact, 4e-5, 0.002), 1.0) * np.exp(-times / (0.0016 + 0.35 * contact))
    return np.asarray(noise * shape * dsp.db(step.shoe.slap_db + 0.7 * surface.shoe_db))


def _scuff(step: Step, surface: Surface) -> Array:
    """The sole rubbing as it rolls and pushes off."""
    drive = loading(step, fades=0.25)
    count = dsp.samples(len(drive) / LOAD_RATE)
    rng = dsp.stream(step.seed, "scuff")
    noise = dsp.band(rng.random(count, dtype=np.float32) - 0.5, 400.0, 2600.0 / surface.softness**0.3, 1) * 10.4
    level_db = step.shoe.scuff_db + step.gait.roll_db + 0.5 * surface.shoe_db
    return np.asarray(noise * dsp.to_audio(drive**0.8, count, LOAD_RATE) * dsp.db(level_db))


def shoe_sound(step: Step) -> Array:
    """`[sample]`: sole, weight and rub of one step."""
    surface = SURFACE_TABLE[step.surface]
    scuff = _scuff(step, surface)
    out = np.pad(scuff, (0, dsp.samples(0.15)))
    rise_s = 0.5 * step.contact_s(surface.softness)
    for touch in touches(step):
        start = dsp.samples(touch.at_s)
        modes = _sole(step, surface, touch) + _thump(step, surface, touch)
        dsp.add_at(out, start, ring_out(modes, rise_s) * touch.strength)
        dsp.add_at(out, start, _slap(step, surface, touch) * touch.strength)
    return out * step.amplitude


class _Footfall:
    """One layer of a step."""

    parameters: tuple[Parameter, ...] = PARAMETERS

    def __init__(self, name: str, layer: Layer) -> None:
        self.name = name
        self.layers: tuple[Layer, ...] = (layer,)
        self._sound = shoe_sound if layer is Layer.ACTION else ground_sound

    def play(self, note: Note) -> Samples:
        return finish(self._sound(step_of(note)))[None, :].astype(np.float32)


footstep = register(_Footfall("footstep", Layer.ACTION))
footstep_ground = register(_Footfall("footstep_ground", Layer.MATERIAL))
