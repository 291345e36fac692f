"""Rain: the bed of far drops, the near drops one by one, their bubbles, and what the surface answers.

Drop sizes after Marshall & Palmer 1948, terminal speed after Atlas et al. 1973; the impact pulse of a drop lasts D/v.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.instruments import texture
from engine.instruments.bubbles import Swarm
from engine.instruments.dsp import Array, band, db, noise_psd, ring
from engine.instruments.registry import register
from engine.instruments.texture import Bed, Floats, Psd, Stretch
from engine.types import SAMPLE_RATE, Parameter, Samples

NEAREST_M, FARTHEST_M = 1.5, 9.0
LEVEL = 0.02  # rms of the bed at 10 mm/h, some 60 dB SPL
ROOF_SPOTS = 24
DROP_KINDS = 256
DROP_GAIN, BUBBLE_GAIN, MODES_GAIN = 25.0, 9.0, 52.0  # for 0 dB re the bed at 10 mm/h

RATE = Parameter("rate_mm_h", "mm/h", 0.2, 100.0, 10.0, meaning="how hard it rains: drizzle 1, rain 8, heavy 30")
SURFACE = Parameter(
    "surface",
    default="concrete",
    choices=("concrete", "leaves", "metal", "glass", "tent", "water", "interior"),
    meaning="what it falls on; interior is heard from inside, through a window",
)


SPLASHES = Swarm(0.0004, 0.004, skew=0.8)
PLOPS = Swarm(0.0002, 0.0028, skew=1.2, depth=1.5, loudness=0.2)


@dataclass(frozen=True)
class Ground:
    """How one surface sounds; levels relative to the bed at 10 mm/h."""

    low: Psd  # of the bed: splashing
    high: Psd  # of the bed: hiss, grows faster with the rate
    high_db: float
    drops_db: float
    bubbles_db: float
    bubbles_per_s: float = 150.0
    swarm: Swarm = SPLASHES
    stretch: float = 1.0  # of the impact pulse
    modes_hz: tuple[float, float] | None = None  # sheet or membrane that each drop excites
    t60_s: tuple[float, float] = (0.08, 0.2)
    modes: int = 0
    modes_db: float = 0.0
    ringing_per_s: float = 60.0


def _psd(low_hz: float, order: float, high_hz: float, slope: float, top_hz: float = 11_000.0) -> Psd:
    shape, top = noise_psd(low_hz, order, high_hz, slope), noise_psd(1.0, 1.0, top_hz, 5.0)
    return lambda freqs_hz: np.asarray(shape(freqs_hz) * top(freqs_hz))


HISS = _psd(2200.0, 1.2, 6500.0, 1.4)
GROUNDS = {
    "concrete": Ground(_psd(330.0, 1.2, 620.0, 1.5), HISS, -10.0, -10.0, -12.0),
    "leaves": Ground(_psd(900.0, 1.1, 1700.0, 1.3), _psd(1900.0, 1.3, 6500.0, 1.8), 0.0, -9.0, -26.0, stretch=2.0),
    "metal": Ground(
        _psd(300.0, 1.2, 1200.0, 1.5), HISS, -6.0, -9.0, -30.0,
        modes_hz=(400.0, 6000.0), modes=14, modes_db=-1.0, ringing_per_s=220.0,
    ),
    "glass": Ground(
        _psd(350.0, 1.0, 900.0, 1.4), HISS, -6.0, -7.0, -24.0,
        modes_hz=(1500.0, 7000.0), t60_s=(0.03, 0.06), modes=8, modes_db=-5.0, ringing_per_s=160.0,
    ),
    "tent": Ground(
        _psd(150.0, 1.2, 500.0, 1.7), HISS, -13.0, -6.0, -40.0,
        modes_hz=(120.0, 600.0), t60_s=(0.02, 0.04), modes=9, modes_db=3.0, ringing_per_s=260.0, stretch=2.0,
    ),
    "water": Ground(
        _psd(500.0, 1.2, 1500.0, 1.5), HISS, -4.0, -12.0, -4.0, bubbles_per_s=700.0, swarm=PLOPS
    ),
    "interior": Ground(_psd(170.0, 1.0, 380.0, 1.7, 6000.0), HISS, -26.0, -9.0, -16.0),
}  # fmt: skip


class Rain(Bed):
    name = "rain"
    parameters: tuple[Parameter, ...] = (RATE, SURFACE)

    def draw(self, stretch: Stretch) -> Samples:
        rate = stretch.curve(RATE)
        kind = stretch.choice(SURFACE)
        ground = GROUNDS[kind]
        grains = np.zeros((2, texture.BLOCK), np.float32)
        _near_drops(grains, stretch, ground, rate)
        _bubbles(grains, stretch, ground, rate)
        if ground.modes_hz:
            _ringing(grains, stretch, ground, rate)
        if kind == "interior":
            grains = _through_window(grains)
        return np.asarray(LEVEL * (grains + _far_drops(stretch, ground, rate)), np.float32)


def _far_drops(stretch: Stretch, ground: Ground, rate: Array) -> Floats:
    """The bed: two bands that drift apart a little; the hiss grows faster with the rate."""
    swell = 0.05 * stretch.drift("swell", 0.4) + 0.05 * stretch.drift("shower", 2.0)
    low = texture.diffuse(ground.low, stretch.rng("low")) * texture.upsampled((rate / 10.0) ** 0.6 * np.exp(swell))
    hiss = 0.07 * stretch.drift("hiss", 4.0) + 0.6 * swell
    high = texture.diffuse(ground.high, stretch.rng("high"))
    high *= texture.upsampled(db(ground.high_db) * (rate / 10.0) ** 0.75 * np.exp(hiss))
    return stretch.crossfaded(low + high)


def _diameters_mm(rng: np.random.Generator, count: int, rate_mm_h: float) -> Array:
    return np.asarray(np.minimum(0.5 + rng.exponential(1.0, count) / (4.1 * rate_mm_h**-0.21), 6.0))


def _near_drops(target: Floats, stretch: Stretch, ground: Ground, rate: Array) -> None:
    rng = stretch.rng("drops")
    size_mm = _diameters_mm(rng, DROP_KINDS, float(rate.mean()))
    speed = 9.65 - 10.3 * np.exp(-0.6 * size_mm)
    pulses = _impact_pulses(size_mm / 1000.0 / speed * ground.stretch, rng)
    pulses *= (size_mm * speed / 9.0)[:, None].astype(np.float32)
    starts = texture.grain_times(rng, 800.0 * (rate / 10.0) ** 0.6)
    gains = DROP_GAIN * db(ground.drops_db) * _nearness(rng, len(starts)) * _places(rng, len(starts))
    texture.sow(target, starts, pulses[rng.integers(0, DROP_KINDS, len(starts))], gains)


def _nearness(rng: np.random.Generator, count: int) -> Array:
    """1/r of places uniform on a ring of ground, 1 at the nearest."""
    return np.asarray(NEAREST_M / np.sqrt(rng.uniform(NEAREST_M**2, FARTHEST_M**2, count)))


def _places(rng: np.random.Generator, count: int) -> Array:
    return texture.pan_gains(rng.uniform(-1.0, 1.0, count))


def _impact_pulses(length_s: Array, rng: np.random.Generator) -> Floats:
    """`[n, m]`: the derivative of a Hann pulse, then fine spray for a millisecond or two."""
    t = np.arange(88) / SAMPLE_RATE
    turn = t[None, :] / length_s[:, None]
    spray = rng.standard_normal((len(length_s), len(t))) * np.exp(-t / rng.uniform(0.0003, 0.0012, (len(length_s), 1)))
    spray[:, 1:] -= 0.7 * spray[:, :-1]
    return texture.band_limited(np.where(turn < 1.0, np.sin(2.0 * np.pi * turn), 0.0) + 0.25 * spray)


def _bubbles(target: Floats, stretch: Stretch, ground: Ground, rate: Array) -> None:
    rng = stretch.rng("bubbles")
    starts = texture.grain_times(rng, ground.bubbles_per_s * (rate / 10.0) ** 0.5)
    which, amplitude = ground.swarm.draw(rng, len(starts))
    gains = BUBBLE_GAIN * db(ground.bubbles_db) * amplitude * _places(rng, len(starts))
    texture.ring_on(target, starts, which, ground.swarm.bank(), gains)


def _ringing(target: Floats, stretch: Stretch, ground: Ground, rate: Array) -> None:
    """Each larger drop strikes the sheet at one of its spots: the same modes, other gains."""
    rng = stretch.rng("ringing")
    starts = texture.grain_times(rng, ground.ringing_per_s * (rate / 10.0) ** 0.6)
    amplitude = _diameters_mm(rng, len(starts), float(rate.mean())) * _nearness(rng, len(starts))
    gains = MODES_GAIN * db(ground.modes_db) * amplitude * _places(rng, len(starts))
    texture.ring_on(target, starts, rng.integers(0, ROOF_SPOTS, len(starts)), _roof(stretch, ground), gains)


def _roof(stretch: Stretch, ground: Ground) -> list[Floats]:
    rng = stretch.whole_note_rng("roof")
    low, high = ground.modes_hz or (0.0, 0.0)
    freqs = np.exp(rng.uniform(np.log(low), np.log(high), ground.modes))
    t60 = rng.uniform(*ground.t60_s, ground.modes) * (low / freqs) ** 0.25
    count = int(1.2 * ground.t60_s[1] * SAMPLE_RATE)
    gains = rng.lognormal(0.0, 0.7, (ROOF_SPOTS, ground.modes)) / np.sqrt(ground.modes)
    waves = [texture.band_limited(band(ring(freqs, t60, spot, count), 60.0, None, 1)) for spot in gains]
    energy = np.mean([np.sum(np.square(wave)) for wave in waves])
    return [np.asarray(wave / np.sqrt(energy), np.float32) for wave in waves]


def _through_window(sound: Floats) -> Floats:
    dull = band(sound, None, 1200.0)
    return np.asarray(dull + 0.8 * band(dull, 200.0, 310.0, 1), np.float32)


RAIN = register(Rain())
