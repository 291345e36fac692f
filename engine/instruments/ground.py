"""What the ground answers to a step: its own modes, loose grains, brushed blades, water."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import signal

from engine.instruments import dsp
from engine.instruments.dsp import Array
from engine.instruments.materials import Modes, force_gain, ring_out
from engine.instruments.step import LOAD_RATE, Step, Touch, loading, touches
from engine.instruments.surfaces import SURFACE_TABLE, Brush, Grains, Plate, Surface, wetted
from engine.types import SAMPLE_RATE

Indices = npt.NDArray[np.int64]
FIRST_TOUCH = 64  # samples
PARTIALS = 3  # of one grain: a pebble is no tuning fork


def _plate_modes(plate: Plate, identity: int, step: Step, place: int) -> Modes:
    """The place's own modes, a little different at each step on it."""
    own = dsp.stream(identity, "plate", place)
    hit = dsp.stream(step.seed, "plate", place)
    span = np.linspace(0.0, 1.0, plate.count) + own.uniform(-0.4, 0.4, plate.count) / plate.count
    freqs = plate.low_hz * (plate.high_hz / plate.low_hz) ** span
    octaves = np.log2(freqs / plate.low_hz)
    gains_db = (
        plate.tilt_db_per_octave * octaves + own.normal(0.0, 4.0, plate.count) + hit.normal(0.0, 2.5, plate.count)
    )
    gains = 10.0 ** (gains_db / 20.0)
    t60 = plate.t1_s * (freqs / 1000.0) ** plate.decay_slope * np.exp(0.3 * own.standard_normal(plate.count))
    total = dsp.db(plate.level_db) / float(np.sqrt(np.sum(gains**2)))
    return Modes(
        freqs * (1.0 + 0.003 * hit.standard_normal()), t60, gains * total * hit.choice([-1.0, 1.0], plate.count)
    )


def _spread_grains(
    freqs_hz: Array, t60_s: Array, gains: Array, starts: Indices, count: int, rises: Array | None = None
) -> Array:
    """Short rings placed in time, all at once; `rises` bend their pitch upwards as they fade."""
    out = np.zeros(count)
    for chosen in np.array_split(np.argsort(t60_s, kind="stable"), 6):
        if len(chosen):
            reach = dsp.samples(float(t60_s[chosen].max()) * 0.65) + 1
            times = np.arange(reach, dtype=np.float32) / np.float32(SAMPLE_RATE)
            fall = (6.908 / t60_s[chosen, None]).astype(np.float32)
            turns = (2.0 * np.pi * freqs_hz[chosen, None]).astype(np.float32) * times
            if rises is not None:
                turns = turns * (1.0 + (rises[chosen, None] / 2.0).astype(np.float32) * fall * times)
            waves = np.exp(-fall * times) * np.sin(turns) * gains[chosen, None].astype(np.float32)
            index = starts[chosen, None] + np.arange(reach)
            out += np.bincount(index.reshape(-1), waves.reshape(-1), count + reach)[:count]
    return out


def _times(rng: np.random.Generator, drive: Array, count: float) -> Indices:
    """Samples at which some `count` events fall, as likely as the drive is strong; one in 40 as the foot touches."""
    number = max(int(rng.poisson(count)), 1)
    share = np.cumsum(drive)
    at = np.interp(rng.uniform(0.0, 1.0, number) * share[-1], share, np.arange(len(drive)))
    starts = np.asarray(at * (SAMPLE_RATE / LOAD_RATE), dtype=np.int64)
    first = 1 + number // 40
    starts[:first] = np.arange(first) * FIRST_TOUCH // first
    return starts


def _strength(drive: Array, starts: Indices) -> Array:
    """How hard the ground is worked at those samples; the touch itself is always heard."""
    at = np.minimum((starts * LOAD_RATE) // SAMPLE_RATE + 1, len(drive) - 1)
    return np.asarray(np.maximum(drive[at] ** 0.7 + 0.03, 0.6 * (starts < FIRST_TOUCH)))


def grain_sound(grains: Grains, drive: Array, count: int, rng: np.random.Generator) -> Array:
    """`count` samples of loose pieces knocking: energies of a heavy-tailed kind, pitches all different."""
    starts = np.repeat(_times(rng, drive, grains.count), PARTIALS)
    number = len(starts)
    freqs = grains.low_hz * (grains.high_hz / grains.low_hz) ** rng.uniform(0.0, 1.0, number)
    t60 = grains.ring_s * (1000.0 / freqs) ** 0.6 * rng.uniform(0.6, 1.5, number)
    sizes = np.repeat(np.exp(grains.spread * rng.standard_normal(number // PARTIALS)), PARTIALS)
    sizes = sizes * rng.normal(0.0, 0.7, number)
    gains = dsp.db(grains.level_db) * sizes * _strength(drive, starts)
    return _spread_grains(freqs, np.clip(t60, 0.0015, 0.03), gains, starts, count)


def brush_sound(brush: Brush, drive: Array, count: int, rng: np.random.Generator) -> Array:
    """`count` samples of countless small contacts: impulses as dense as the drive, through a band."""
    starts = _times(rng, drive, brush.count)
    sizes = rng.exponential(1.0, len(starts)) * rng.choice([-1.0, 1.0], len(starts)) * _strength(drive, starts)
    impulses = np.bincount(starts, sizes, count)[:count].astype(np.float64)
    heard = dsp.band(impulses, brush.low_hz, brush.high_hz, 2)
    band_share = (brush.high_hz - brush.low_hz) / (0.5 * SAMPLE_RATE)
    return np.asarray(heard * (dsp.db(brush.level_db) * 18.0 / np.sqrt(brush.count * band_share + 1.0)))


def bubble_sound(bubbles: Grains, count: int, rng: np.random.Generator, from_s: float, spread_s: float) -> Array:
    """Air drawn under: f = 3/r, damped by radiation and heat (Minnaert 1933; van den Doel 2005)."""
    number = max(int(rng.poisson(bubbles.count)), 1)
    freqs = bubbles.low_hz * (bubbles.high_hz / bubbles.low_hz) ** rng.uniform(0.0, 1.0, number)
    radius = 3.0 / freqs
    t60 = 6.908 / (0.13 / radius + 0.0072 * radius**-1.5)
    gains = dsp.db(bubbles.level_db) * (freqs / bubbles.low_hz) ** -0.6 * rng.uniform(0.3, 1.0, number)
    starts = dsp.samples(from_s) + (SAMPLE_RATE * rng.exponential(spread_s, number)).astype(np.int64)
    rises = 0.1 * (rng.uniform(0.0, 1.0, number) < 0.15)  # those near the surface
    return _spread_grains(freqs, np.minimum(t60, 0.12), gains, np.minimum(starts, count - 1), count, rises)


def _squeak(level_db: float, drive: Array, count: int, rng: np.random.Generator) -> Array:
    """Cold snow: crystals slip some 200 times a second into one resonance."""
    slips = np.cumsum(rng.lognormal(np.log(1.0 / 200.0), 0.12, int(count / SAMPLE_RATE * 200)))
    starts = (slips[slips * LOAD_RATE < len(drive) - 1] * SAMPLE_RATE).astype(np.int64)
    pulses = np.bincount(starts, drive[starts * LOAD_RATE // SAMPLE_RATE], count)
    centre, radius = rng.uniform(800.0, 1500.0), 0.992
    turn = 2.0 * np.pi * centre / SAMPLE_RATE
    tone = signal.lfilter([1.0, 0.0, -1.0], [1.0, -2.0 * radius * np.cos(turn), radius**2], pulses)
    return np.asarray(tone * dsp.db(level_db))


def _creak(modes: Modes, rng: np.random.Generator) -> Array:
    """A board that slips a few times on its nail under the weight."""
    tick = ring_out(modes, 0.0)
    out = np.zeros(len(tick) + dsp.samples(0.35))
    at_s = rng.uniform(0.06, 0.14)
    for _ in range(int(rng.integers(2, 7))):
        dsp.add_at(out, dsp.samples(at_s), tick * rng.uniform(0.08, 0.25))
        at_s += rng.uniform(0.012, 0.04)
    return out


def solid_answer(surface: Surface, step: Step, touch: Touch) -> Array:
    """`[sample]`: the modes of solid ground after one touch, with a plate's rattle."""
    contact = step.contact_s(surface.softness)
    place = 0 if touch.part == "heel" else 1
    out: Array = np.zeros(1)
    for number, plate in enumerate(surface.plates):
        modes = _plate_modes(plate, step.walker, step, 2 * number + place)
        rung = ring_out(modes.scaled(force_gain(modes.freqs_hz, contact) * touch.strength), 0.5 * contact)
        out = _longer(out, len(rung))
        out[: len(rung)] += rung
    return _rattled(out, step) if surface.rattle and touch.part == "heel" else out


def _longer(sound: Array, count: int) -> Array:
    return np.pad(sound, (0, max(count - len(sound), 0)))


def _rattled(sound: Array, step: Step) -> Array:
    """A loose plate's edge knocks on its frame, 3 to 6 times."""
    rng = dsp.stream(step.seed, "rattle")
    high = dsp.band(sound[: dsp.samples(0.25)], 900.0)
    out = _longer(sound, len(sound) + dsp.samples(0.1))
    for at_s in 0.018 + np.cumsum(rng.exponential(0.022, int(rng.integers(3, 7)))):
        dsp.add_at(out, dsp.samples(float(at_s)), high * rng.uniform(0.05, 0.22))
    return out


def loose_answer(surface: Surface, step: Step) -> Array:
    """`[sample]`: grains, blades, crystals and water over the whole stance."""
    drive = loading(step, surface.press)
    count = dsp.samples(len(drive) / LOAD_RATE + (0.35 if surface.bubbles else 0.06))
    out = np.zeros(count)
    for number, grains in enumerate(surface.grains):
        out += grain_sound(grains, drive, count, dsp.stream(step.seed, "grains", number))
    for number, brush in enumerate(surface.brushes):
        out += brush_sound(brush, drive, count, dsp.stream(step.seed, "brush", number))
    if surface.squeak_db is not None:
        out += _squeak(surface.squeak_db, drive, count, dsp.stream(step.seed, "squeak"))
    for number, bubbles in enumerate(surface.bubbles):
        out += bubble_sound(bubbles, count, dsp.stream(step.seed, "bubbles", number), 0.02, 0.12)
    return out * dsp.db(min(step.gait.heel_db, 0.0) * 0.6)


def ground_sound(step: Step) -> Array:
    """`[sample]`: everything the ground answers to one step."""
    surface = wetted(SURFACE_TABLE[step.surface], step.wet)
    out = loose_answer(surface, step)
    for touch in touches(step):
        if surface.plates:
            answer = solid_answer(surface, step, touch)
            start = dsp.samples(touch.at_s)
            out = _longer(out, start + len(answer))
            dsp.add_at(out, start, answer)
    rng = dsp.stream(step.seed, "creak")
    if rng.uniform() < surface.creak:
        modes = _plate_modes(surface.plates[0], step.walker, step, 7)
        creak = _creak(modes, rng)
        out = _longer(out, len(creak))
        out[: len(creak)] += creak
    return out * (step.amplitude * 0.9)
