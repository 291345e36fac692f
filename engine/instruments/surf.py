"""Surf: waves that build, break, run up the beach and drain away; each with its own size and place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.instruments import texture
from engine.instruments.bubbles import Swarm
from engine.instruments.dsp import Array, db, noise_psd, stream
from engine.instruments.registry import register
from engine.instruments.texture import Bed, Floats, Psd, Stretch
from engine.types import SAMPLE_RATE, Curve, Parameter, Samples

LEVEL = 0.05
LONGEST_S = 14.0  # a wave is over by then, in periods of 7.5 s
STONES = 40

KIND = Parameter(
    "kind",
    default="sea",
    choices=("sea", "lake", "pebbles", "far"),
    meaning="a sandy beach, a lake's lapping, shingle, the sea from afar",
)
PERIOD = Parameter(
    "period_s", "s", 1.0, 20.0, 7.5, meaning="from wave to wave: sea 7.5, lake 2.5; a curve counts by its mean"
)


@dataclass(frozen=True)
class Shore:
    """Levels in dB; times in periods of the usual 7.5 s."""

    level_db: float
    low: Psd
    low_db: float
    low_floor: float  # share of the roar that never stops
    hiss: Psd
    hiss_db: float
    hiss_floor: float
    fizz_db: float | None = None
    stones_db: float | None = None
    lap_db: float | None = None
    blur: float = 1.0


ROAR = noise_psd(48.0, 1.2, 330.0, 1.6)
WASH = noise_psd(700.0, 0.9, 4200.0, 2.0)
SHORES = {
    "sea": Shore(0.0, ROAR, -1.0, 0.22, WASH, -8.0, 0.19, fizz_db=-20.0),
    "lake": Shore(-14.0, noise_psd(130.0, 1.2, 420.0, 2.0), -6.0, 0.10, WASH, -15.0, 0.08, lap_db=-3.0),
    "pebbles": Shore(-1.0, ROAR, -2.0, 0.20, WASH, -9.0, 0.15, stones_db=1.0),
    "far": Shore(
        -8.0, noise_psd(45.0, 1.2, 260.0, 1.8), 0.0, 0.5, noise_psd(350.0, 1.0, 900.0, 2.6), -12.0, 0.5, blur=1.6
    ),
}


@dataclass(frozen=True)
class Wave:
    """One wave: when it begins to build (s from the note's start), how big, how long, where it breaks."""

    begin_s: float
    size: float
    stretch: float
    place: float


class Surf(Bed):
    name = "surf"
    parameters: tuple[Parameter, ...] = (KIND, PERIOD)

    def draw(self, stretch: Stretch) -> Samples:
        shore = SHORES[stretch.choice(KIND)]
        period = _period_s(stretch)
        waves = _waves(stretch, period)
        swell, wash, drain = _envelopes(stretch, waves, shore.blur * period / 7.5)
        found = _roar(stretch, shore, swell) + _hiss(stretch, shore, wash)
        stretch.crossfaded(found)
        if shore.fizz_db is not None:
            _bubbles(found, stretch, "fizz", shore.fizz_db, 450.0 * drain, Swarm(0.0002, 0.0012, depth=1.5))
        if shore.lap_db is not None:
            _bubbles(found, stretch, "lap", shore.lap_db, 22.0 * swell, Swarm(0.004, 0.014, depth=1.2, loudness=0.6))
        if shore.stones_db is not None:
            _stones(found, stretch, shore.stones_db, drain)
        return np.asarray(LEVEL * db(shore.level_db) * found, np.float32)


def _period_s(stretch: Stretch) -> float:
    value = dict(stretch.params).get(PERIOD.name, 2.5 if stretch.choice(KIND) == "lake" else PERIOD.default)
    return float(np.mean(value.values)) if isinstance(value, Curve) else float(value)


def _waves(stretch: Stretch, period_s: float) -> list[Wave]:
    """The waves that sound in this block; wave n has its own stream, so no past is needed to know it."""
    begin = stretch.index * texture.HOP / SAMPLE_RATE
    first = int(np.floor((begin - 2.0 * LONGEST_S * period_s / 7.5) / period_s))
    return [_wave(stretch, n, period_s) for n in range(first, int(np.ceil((begin + 6.0) / period_s)) + 2)]


def _wave(stretch: Stretch, number: int, period_s: float) -> Wave:
    rng = stream(stretch.seed, stretch.instrument, "wave", number)
    begin = (number + rng.normal(0.0, 0.16)) * period_s
    return Wave(begin, rng.lognormal(0.0, 0.28), rng.lognormal(0.0, 0.15), rng.uniform(-0.7, 0.7))


def _envelopes(stretch: Stretch, waves: list[Wave], scale: float) -> tuple[Array, Array, Array]:
    """Per ear, `[2, CONTROLS]`: the swell that builds and breaks, the wash that follows, the draining after it."""
    found = np.zeros((3, 2, texture.CONTROLS))
    times = stretch.times_s()
    for wave in waves:
        t = (times - wave.begin_s) / (scale * wave.stretch)
        gains = np.sqrt(2.0) * texture.pan_gains(np.array([wave.place * 0.6]))
        run_up = (t - 1.2) * (1.0 + 0.3 * wave.place), (t - 1.2) * (1.0 - 0.3 * wave.place)
        found[0] += wave.size * gains * _bump(t / 1.6, 2.5)
        found[1] += wave.size * gains * np.stack([_bump(ear / 1.6, 1.0) for ear in run_up])
        found[2] += wave.size * gains * _bump((t - 3.2) / 1.5, 1.5)
    return found[0], found[1], found[2]


def _bump(u: Array, power: float) -> Array:
    """u^p e^(p(1-u)): rises, peaks 1 at u = 1, dies away."""
    u = np.maximum(u, 0.0)
    return np.asarray(u**power * np.exp(power * (1.0 - u)))


def _both(noise: Floats, level_db: float, gains: Array, own: Array) -> Floats:
    for channel in (0, 1):
        noise[channel] *= texture.upsampled(db(level_db) * gains[channel] * own)
    return noise


def _roar(stretch: Stretch, shore: Shore, swell: Array) -> Floats:
    churn = np.exp(0.12 * stretch.drift("churn", 3.0) + 0.1 * stretch.drift("sea", 0.1))
    return _both(texture.diffuse(shore.low, stretch.rng("roar")), shore.low_db, shore.low_floor + swell, churn)


def _hiss(stretch: Stretch, shore: Shore, wash: Array) -> Floats:
    tumble = np.exp(0.15 * stretch.drift("tumble", 6.0))
    return _both(texture.diffuse(shore.hiss, stretch.rng("hiss")), shore.hiss_db, shore.hiss_floor + wash, tumble)


def _bubbles(target: Floats, stretch: Stretch, name: str, level_db: float, per_s: Array, swarm: Swarm) -> None:
    rng = stretch.rng(name)
    starts = texture.grain_times(rng, per_s.mean(axis=0))
    which, amplitude = swarm.draw(rng, len(starts))
    texture.ring_on(
        target,
        starts,
        which,
        swarm.bank(),
        4.0 * db(level_db) * amplitude * texture.pan_gains(rng.uniform(-1, 1, len(starts))),
    )


def _stones(target: Floats, stretch: Stretch, level_db: float, drain: Array) -> None:
    """Shingle dragged back by the water: many small knocks of stone on stone."""
    rng = stretch.rng("stones")
    starts = texture.grain_times(rng, 190.0 * drain.mean(axis=0) ** 1.3)
    size = np.minimum(0.3 + rng.pareto(2.0, len(starts)), 5.0)
    gains = 5.0 * db(level_db) * size * texture.pan_gains(rng.uniform(-0.9, 0.9, len(starts)))
    texture.ring_on(target, starts, rng.integers(0, STONES, len(starts)), _stone_knocks(), gains)


@lru_cache(maxsize=1)
def _stone_knocks() -> list[Floats]:
    """Knocks of unit energy: 2-4 short modes of a stone of 1-6 cm under a contact of .1-.3 ms."""
    rng = stream(0, "stones")
    t = np.arange(1400) / SAMPLE_RATE
    found = []
    for _ in range(STONES):
        base = np.exp(rng.uniform(np.log(1500.0), np.log(6500.0)))
        modes = base * np.array([1.0, rng.uniform(1.3, 1.6), rng.uniform(1.9, 2.4)])
        wave = sum(
            gain * np.exp(-t * freq / 14.0) * np.sin(2 * np.pi * freq * t)
            for freq, gain in zip(modes, (1.0, 0.6, 0.4), strict=True)
        )
        click = rng.standard_normal(1400) * np.exp(-t / 0.0002) * 0.5
        both = np.asarray(wave + click)
        found.append(texture.band_limited(both / np.sqrt(np.sum(np.square(both)))))
    return found


SURF = register(Surf())
