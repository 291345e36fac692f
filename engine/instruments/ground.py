"""What the ground answers to a step: its own modes, loose grains, brushed blades, water."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import signal

from engine.instruments import dsp
from engine.instruments.dsp import Array
from engine.instruments.materials import Modes, force_gain
from engine.instruments.ringing import ring_out
from engine.instruments.step import LOAD_RATE, Step, Touch, loading, touches
from engine.instruments.surfaces import SURFACE_TABLE, Brush, Grains, Plate, Surface, wetted
from engine.types import SAMPLE_RATE

Indices = npt.NDArray[np.int64]
FIRST_TOUCH = 64  # samples
GRAIN_BLOCK = 32  # samples
CROWDED = 2.5  # bubbles in mud and in churned water lose their ring sooner than single ones
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
    t60 = (
        plate.t1_s
        * (np.maximum(freqs, 400.0) / 1000.0) ** plate.decay_slope
        * np.exp(0.3 * own.standard_normal(plate.count))
    )
    total = dsp.db(plate.level_db) / float(np.sqrt(np.sum(gains**2)))
    return Modes(
        freqs * (1.0 + 0.003 * hit.standard_normal()), t60, gains * total * hit.choice([-1.0, 1.0], plate.count)
    )


def _spread(waves: Callable[[Indices, int], Array], lasts_s: Array, starts: Indices, count: int) -> Array:
    """Short rings placed in time, those of like length at once: `waves` gives `[piece, sample]` of some of them."""
    out = np.zeros(count)
    for chosen in np.array_split(np.argsort(lasts_s, kind="stable"), 6):
        if len(chosen):
            reach = dsp.samples(float(lasts_s[chosen].max()) * 0.65) + 1
            index = starts[chosen, None] + np.arange(reach)
            out += np.bincount(index.reshape(-1), waves(chosen, reach).reshape(-1), count + reach)[:count]
    return out


def _ringing(freqs_hz: Array, t60_s: Array, gains: Array, reach: int) -> Array:
    """`[piece, reach]`: the partials `[piece, partial]` of each, as a blocked product like that of `dsp.ring`."""
    turn = (2.0 * np.pi / SAMPLE_RATE * freqs_hz).astype(np.float32)[..., None]
    fall = (6.908 / SAMPLE_RATE / t60_s).astype(np.float32)[..., None]
    within = np.arange(GRAIN_BLOCK, dtype=np.float32)
    onward = np.arange(0, reach, GRAIN_BLOCK, dtype=np.float32)
    late, early = np.exp(-fall * onward) * gains[..., None].astype(np.float32), np.exp(-fall * within)
    left = np.concatenate([late * np.sin(turn * onward), late * np.cos(turn * onward)], axis=1)
    right = np.concatenate([early * np.cos(turn * within), early * np.sin(turn * within)], axis=1)
    return np.asarray(np.matmul(left.transpose(0, 2, 1), right).reshape(len(freqs_hz), -1)[:, :reach])


def _rising(freqs_hz: Array, t60_s: Array, gains: Array, rises: Array, reach: int) -> Array:
    """`[bubble, reach]`: rings whose pitch bends upwards by `rises` as they fade."""
    times = np.arange(reach, dtype=np.float32) / np.float32(SAMPLE_RATE)
    fall = (6.908 / t60_s[:, None]).astype(np.float32)
    turns = (2.0 * np.pi * freqs_hz[:, None]).astype(np.float32) * times
    bend = 1.0 + (0.5 * rises[:, None]).astype(np.float32) * fall * times
    return np.asarray(np.exp(-fall * times) * np.sin(turns * bend) * gains[:, None].astype(np.float32))


def _times(rng: np.random.Generator, drive: Array, count: float) -> Indices:
    """Samples at which some `count` events fall, as likely as the drive is strong; one in 60 as the foot touches."""
    number = max(int(rng.poisson(count)), 1)
    share = np.cumsum(drive)
    at = np.interp(rng.uniform(0.0, 1.0, number) * share[-1], share, np.arange(len(drive)))
    starts = np.asarray(at * (SAMPLE_RATE / LOAD_RATE), dtype=np.int64)
    first = 1 + number // 60
    starts[:first] = np.arange(first) * FIRST_TOUCH // first
    return starts


def _strength(drive: Array, starts: Indices, touch: float) -> Array:
    """How hard the ground is worked at those samples; the touch itself is always heard."""
    at = np.minimum((starts * LOAD_RATE) // SAMPLE_RATE + 1, len(drive) - 1)
    return np.asarray(np.maximum(drive[at] ** 0.7, touch * (starts < FIRST_TOUCH)))


def grain_sound(grains: Grains, drive: Array, count: int, rng: np.random.Generator, touch: float) -> Array:
    """`count` samples of loose pieces knocking: energies of a heavy-tailed kind, pitches all different."""
    starts = _times(rng, drive, grains.count)
    shape = (len(starts), PARTIALS)
    freqs = np.sort(grains.low_hz * (grains.high_hz / grains.low_hz) ** rng.uniform(0.0, 1.0, shape), axis=1)
    t60 = grains.ring_s * (1000.0 / freqs) ** 0.6 * rng.uniform(0.6, 1.5, shape)
    sizes = np.exp(grains.spread * rng.standard_normal(len(starts))) * _strength(drive, starts, touch)
    gains = dsp.db(grains.level_db) * sizes[:, None] * rng.normal(0.0, 0.7, shape)
    gains[:, 0] = -freqs[:, 0] * np.sum(gains[:, 1:] / freqs[:, 1:], axis=1)  # a pebble pushes no air to and fro
    t60 = np.clip(t60, 0.0015, 0.03)
    return _spread(lambda some, reach: _ringing(freqs[some], t60[some], gains[some], reach), t60.max(1), starts, count)


def brush_sound(brush: Brush, drive: Array, count: int, rng: np.random.Generator, touch: float) -> Array:
    """`count` samples of countless small contacts: impulses as dense as the drive, through a band."""
    starts = _times(rng, drive, brush.count)
    sizes = rng.exponential(1.0, len(starts)) * rng.choice([-1.0, 1.0], len(starts)) * _strength(drive, starts, touch)
    impulses = np.bincount(starts, sizes, count)[:count].astype(np.float64)
    heard = dsp.band(impulses, brush.low_hz, brush.high_hz, 2)
    band_share = (brush.high_hz - brush.low_hz) / (0.5 * SAMPLE_RATE)
    return np.asarray(heard * (dsp.db(brush.level_db) * 18.0 / np.sqrt(brush.count * band_share + 1.0)))


def bubble_sound(bubbles: Grains, count: int, rng: np.random.Generator, from_s: float, within_s: float) -> Array:
    """Air drawn under: f = 3/r, damped by radiation and heat (Minnaert 1933; van den Doel 2005)."""
    number = max(int(rng.poisson(bubbles.count)), 1)
    freqs = bubbles.low_hz * (bubbles.high_hz / bubbles.low_hz) ** rng.uniform(0.0, 1.0, number)
    radius = 3.0 / freqs
    t60 = 6.908 / (CROWDED * (0.13 / radius + 0.0072 * radius**-1.5))
    when = rng.beta(1.4, 2.2, number)
    gains = dsp.db(bubbles.level_db) * (freqs / bubbles.low_hz) ** -0.6 * rng.uniform(0.3, 1.0, number) * (1.0 - when)
    starts = (SAMPLE_RATE * (from_s + within_s * when)).astype(np.int64)
    rises = 0.1 * (rng.uniform(0.0, 1.0, number) < 0.15)  # those near the surface
    return _spread(
        lambda some, reach: _rising(freqs[some], t60[some], gains[some], rises[some], reach), t60, starts, count
    )


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
    """`[sample]`: the modes of solid ground after one touch."""
    contact = step.contact_s(surface.softness)
    place = 0 if touch.part == "heel" else 1
    out: Array = np.zeros(1)
    for number, plate in enumerate(surface.plates):
        modes = _plate_modes(plate, step.walker, step, 2 * number + place)
        rung = ring_out(modes.scaled(force_gain(modes.freqs_hz, contact) * touch.strength), 0.5 * contact)
        out = _sum(out, rung)
    return out


def _sum(sound: Array, other: Array, start: int = 0) -> Array:
    """Both, as long as the later end; `other` begins at sample `start`."""
    out = np.pad(sound, (0, max(start + len(other) - len(sound), 0)))
    dsp.add_at(out, start, other)
    return out


def _rattle(plate: Plate, step: Step) -> Array:
    """A loose plate's edge knocks on its frame, metal on metal, ever fainter: 5 to 9 times."""
    rng = dsp.stream(step.seed, "rattle")
    knock = ring_out(_plate_modes(plate, step.walker, step, 8), 0.0003)
    times_s = np.cumsum(rng.exponential(0.018, int(rng.integers(5, 10))))
    out = np.zeros(len(knock) + dsp.samples(float(times_s[-1])) + 1)
    for at_s in (0.0, *times_s):
        dsp.add_at(out, dsp.samples(at_s), knock * (rng.uniform(0.4, 1.0) * np.exp(-at_s / 0.12)))
    return out


def loose_answer(surface: Surface, step: Step) -> Array:
    """`[sample]`: grains, blades, crystals and water over the whole stance."""
    drive = loading(step, surface.press, surface.sink_s, surface.fades, surface.settles)
    count = dsp.samples(len(drive) / LOAD_RATE + (0.25 if surface.bubbles else 0.04))
    out = np.zeros(count)
    for number, grains in enumerate(surface.grains):
        out += grain_sound(grains, drive, count, dsp.stream(step.seed, "grains", number), surface.touch)
    for number, brush in enumerate(surface.brushes):
        out += brush_sound(brush, drive, count, dsp.stream(step.seed, "brush", number), surface.touch)
    if surface.squeak_db is not None:
        out += _squeak(surface.squeak_db, drive, count, dsp.stream(step.seed, "squeak"))
    within_s = len(drive) / LOAD_RATE + 0.2
    for number, bubbles in enumerate(surface.bubbles):
        out += bubble_sound(bubbles, count, dsp.stream(step.seed, "bubbles", number), 0.015, within_s)
    return out * dsp.db(min(step.gait.heel_db, 0.0) * 0.6)


def ground_sound(step: Step) -> Array:
    """`[sample]`: everything the ground answers to one step."""
    surface = wetted(SURFACE_TABLE[step.surface], step.wet)
    out = loose_answer(surface, step)
    for touch in touches(step):
        if surface.plates:
            out = _sum(out, solid_answer(surface, step, touch), dsp.samples(touch.at_s))
    if surface.rattle:
        out = _sum(out, _rattle(surface.rattle, step) * touches(step)[0].strength)
    rng = dsp.stream(step.seed, "creak")
    if rng.uniform() < surface.creak:
        modes = _plate_modes(surface.plates[0], step.walker, step, 7)
        out = _sum(out, _creak(modes, rng))
    return out * (step.amplitude * 0.9)
