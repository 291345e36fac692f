"""Running and dripping water: swarms of bubbles over the wash of many smaller ones (van den Doel 2005)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.instruments import pouring, texture  # noqa: F401  pour and splash belong to this family
from engine.instruments.bubbles import Swarm, bubble
from engine.instruments.dsp import Array, band, db, noise_psd, samples, stream
from engine.instruments.registry import number, register
from engine.instruments.texture import Bed, Floats, Psd, Stretch
from engine.types import SAMPLE_RATE, Layer, Note, Parameter, Samples

LEVEL = 0.02
SPRAYS = 48

KIND = Parameter(
    "kind", default="brook", choices=("brook", "river", "waterfall", "fountain"), meaning="which water runs"
)
RATE = Parameter("rate", "", 0.0, 1.0, 0.5, meaning="from a trickle to a torrent")
DRIP_RATE = Parameter("rate_hz", "1/s", 0.05, 40.0, 1.0, meaning="drops a second; an action note is one drop")
DRIP_SIZE = Parameter("size_m", "m", 0.0005, 0.02, 0.0035, meaning="radius of the bubble: 2 mm a tap, 6 mm a cave")


@dataclass(frozen=True)
class Spot:
    """Bubbles of one size range, which the places of the bed let go in bursts."""

    per_s: float
    level_db: float
    swarm: Swarm
    children: float = 0.0  # that follow a bubble in its burst
    spread_s: float = 0.02


@dataclass(frozen=True)
class Run:
    """One kind of running water; levels re the whole, at rate .5."""

    level_db: float
    wash: Psd
    wash_db: float
    low: Psd
    low_db: float
    spots: tuple[Spot, ...]
    places: int = 5
    unrest: float = 0.3  # of each place, log
    pace_hz: float = 1.0
    patter_per_s: float = 0.0  # bursts of spray: drops on the surface, small splashes
    patter_db: float = -20.0
    patter_s: tuple[float, float] = (0.0003, 0.0012)


GURGLE = Spot(70.0, -4.0, Swarm(0.003, 0.0078, skew=1.1, depth=1.3, loudness=0.5, damping=2.4), 2.0, 0.03)
TRICKLE = Spot(300.0, -8.0, Swarm(0.0006, 0.0036, skew=0.9, depth=1.5, loudness=0.8, damping=1.5), 8.0, 0.025)
CHATTER = Spot(450.0, -15.0, Swarm(0.0003, 0.002, skew=0.9, depth=1.5, loudness=0.9), 12.0, 0.015)


def _waterfall(freqs_hz: Array) -> Array:
    return np.asarray(noise_psd(90.0, 0.6, 1100.0, 1.35)(freqs_hz) * noise_psd(1.0, 1.0, 14_000.0, 4.0)(freqs_hz))


RUNS = {
    "brook": Run(
        -2.0, noise_psd(430.0, 2.6, 800.0, 2.4), -9.0, noise_psd(800.0, 1.0, 4000.0, 1.6), -22.0,
        (GURGLE, TRICKLE, CHATTER), unrest=1.05, pace_hz=6.0,
        patter_per_s=45.0, patter_db=-19.0, patter_s=(0.002, 0.01),
    ),
    "river": Run(
        4.0, noise_psd(480.0, 1.1, 1300.0, 2.2), -1.5, noise_psd(120.0, 1.4, 300.0, 2.0), -15.0,
        (Spot(350.0, -8.0, Swarm(0.001, 0.007, depth=1.5, loudness=0.6)), CHATTER),
    ),
    "waterfall": Run(
        10.0, _waterfall, -1.5, noise_psd(40.0, 1.3, 110.0, 1.9), -5.0,
        (Spot(200.0, -17.0, Swarm(0.0006, 0.01, depth=2.0)),),
    ),
    "fountain": Run(
        0.0, noise_psd(3200.0, 1.6, 8500.0, 5.0), -3.0, noise_psd(350.0, 1.6, 700.0, 2.4), -16.0,
        (Spot(60.0, -10.0, Swarm(0.003, 0.009, depth=1.3, loudness=0.7, damping=2.4), 2.0, 0.02), CHATTER),
        places=4, unrest=0.6, pace_hz=6.0, patter_per_s=90.0, patter_db=-1.0, patter_s=(0.0004, 0.004),
    ),
}  # fmt: skip


class Stream(Bed):
    name = "stream"
    parameters: tuple[Parameter, ...] = (KIND, RATE)

    def draw(self, stretch: Stretch) -> Samples:
        run = RUNS[stretch.choice(KIND)]
        flow = np.exp(1.1 * (2.0 * stretch.curve(RATE) - 1.0))  # 1 at rate .5, a third to three times
        found = _wash(stretch, run, flow)
        for place in range(run.places):
            for spot in run.spots:
                _gurgle(found, stretch, run, spot, place, flow)
            if run.patter_per_s:
                _patter(found, stretch, run, place, flow)
        return np.asarray(LEVEL * db(run.level_db) * found, np.float32)


def _wash(stretch: Stretch, run: Run, flow: Array) -> Floats:
    surge = 0.06 * stretch.drift("surge", 0.5)
    bustle = sum(_life(stretch, run, place) for place in range(run.places)) / run.places
    wash = texture.diffuse(run.wash, stretch.rng("wash"))
    wash *= texture.upsampled(db(run.wash_db) * flow**1.1 * np.exp(surge) * bustle**0.5)
    low = texture.diffuse(run.low, stretch.rng("low"))
    low *= texture.upsampled(db(run.low_db) * flow**1.2 * np.exp(0.7 * surge) * bustle)
    return stretch.crossfaded(wash + low)


def _life(stretch: Stretch, run: Run, place: int) -> Array:
    """How busy one place is, `[CONTROLS]`, mean 1: all that sounds there comes and goes together."""
    unrest = 0.4 * stretch.drift(f"mood {place}", 0.7) + 0.9 * stretch.drift(f"life {place}", run.pace_hz)
    return np.minimum(np.exp(run.unrest * unrest - 0.5 * run.unrest**2), 6.0)


def _where(stretch: Stretch, run: Run, place: int) -> float:
    offset = stretch.whole_note_rng("place").uniform(-0.1, 0.1, run.places)
    return float(np.linspace(-0.8, 0.8, run.places)[place] + offset[place])


def _gurgle(target: Floats, stretch: Stretch, run: Run, spot: Spot, place: int, flow: Array) -> None:
    rng = stretch.rng("gurgle", run.spots.index(spot), place)
    per_s = spot.per_s / run.places / (1.0 + spot.children)
    starts = texture.grain_times(rng, per_s * _life(stretch, run, place) * flow**0.6)
    starts = texture.in_bursts(starts, spot.children, spot.spread_s, rng)
    response, amplitude = spot.swarm.draw(rng, len(starts))
    around = np.clip(rng.normal(_where(stretch, run, place), 0.12, len(starts)), -1.0, 1.0)
    loudness = db(spot.level_db) * _unit_gain(spot) * flow[np.minimum(starts // texture.STEP, len(flow) - 1)] ** 0.6
    texture.ring_on(target, starts, response, spot.swarm.bank(), loudness * amplitude * texture.pan_gains(around))


@lru_cache(maxsize=16)
def _unit_gain(spot: Spot) -> float:
    """What brings the spot's bubbles to rms 1 at rate .5."""
    response, amplitude = spot.swarm.draw(stream(0, "unit gain"), 400)
    energy = np.array([float(np.sum(np.square(one))) for one in spot.swarm.bank()])
    mean = float(np.mean(amplitude**2 * energy[response]))
    return float(np.sqrt(2.0 * SAMPLE_RATE / (spot.per_s * mean)))


def _patter(target: Floats, stretch: Stretch, run: Run, place: int, flow: Array) -> None:
    """Spray of small splashes: noise of some milliseconds, brighter where it is shorter."""
    rng = stretch.rng("patter", place)
    starts = texture.grain_times(rng, run.patter_per_s / run.places * _life(stretch, run, place) * flow**0.7)
    size = np.minimum(0.4 + rng.pareto(2.2, len(starts)), 6.0)
    around = np.clip(rng.normal(_where(stretch, run, place), 0.2, len(starts)), -1.0, 1.0)
    gains = 14.0 * db(run.patter_db) * size * texture.pan_gains(around)
    texture.ring_on(target, starts, rng.integers(0, SPRAYS, len(starts)), _sprays(run.patter_s), gains)


@lru_cache(maxsize=4)
def _sprays(length_s: tuple[float, float]) -> list[Floats]:
    """Bursts of spray of unit energy."""
    rng = stream(0, "sprays")
    found = []
    for length in np.geomspace(*length_s, SPRAYS):
        t = np.arange(int(8.0 * length * SAMPLE_RATE) + 64) / SAMPLE_RATE
        wave = rng.standard_normal(len(t)) * np.exp(-t / length) * np.minimum(t / (0.15 * length), 1.0)
        wave = band(wave, 1800.0, 12_000.0 * (length_s[0] / length) ** 0.3, 1)
        found.append(texture.band_limited(wave / np.sqrt(np.sum(np.square(wave)))))
    return found


class Drip(Bed):
    """Single drops: the tick of the impact, a gap, the bubble that closes under it."""

    name = "drip"
    layers: tuple[Layer, ...] = (Layer.AMBIENT, Layer.ACTION)
    parameters: tuple[Parameter, ...] = (DRIP_RATE, DRIP_SIZE)

    def draw(self, stretch: Stretch) -> Samples:
        found = np.zeros((2, texture.BLOCK), np.float32)
        rng = stretch.rng("drips")
        sources = _drip_sources(stretch)
        starts = texture.grain_times(rng, stretch.curve(DRIP_RATE))
        radius = stretch.curve(DRIP_SIZE)[starts // texture.STEP]
        for start, size, source in zip(
            starts.tolist(), radius, rng.integers(0, len(sources), len(starts)), strict=True
        ):
            place, scale, level = sources[int(source)]
            drop = drip(float(size) * scale * rng.lognormal(0.0, 0.06), rng)
            wave = np.float32(level * rng.lognormal(0.0, 0.15)) * drop
            count = min(len(wave), texture.BLOCK - start)
            found[:, start : start + count] += texture.pan_gains(np.array([place])).astype(np.float32) * wave[:count]
        return found

    def play(self, note: Note) -> Samples:
        """An ambient note: drops over its duration, `[2, sample]`; an action note: one drop, `[1, sample]`."""
        if note.layer is Layer.AMBIENT:
            return super().play(note)
        rng = stream(note.seed, self.name, "one")
        return np.asarray(drip(number(note, DRIP_SIZE) * rng.lognormal(0.0, 0.05), rng)[None, :], np.float32)


def _drip_sources(stretch: Stretch) -> list[tuple[float, float, float]]:
    """Where it drips: (pan, size, level) of four places, the first the nearest."""
    note = stretch.whole_note_rng("sources")
    levels = (1.0, 0.6, 0.45, 0.3)
    return [(note.uniform(-0.8, 0.8), note.lognormal(0.0, 0.25), level) for level in levels]


def drip(radius_m: float, rng: np.random.Generator) -> Array:
    """One drop into a pool, `[sample]`, peak near .2: tick, 5-20 ms, a bubble rising a little, at times a second."""
    tick_count = samples(0.0012)
    t = np.arange(tick_count) / SAMPLE_RATE
    tick = 0.35 * rng.standard_normal(tick_count) * np.exp(-t / 0.0003) * np.minimum(t / 5e-5, 1.0)
    parts: list[tuple[int, Array]] = [
        (0, texture.band_limited(tick)),
        (samples(rng.uniform(0.005, 0.020)), bubble(radius_m, rng.uniform(0.10, 0.20))),
    ]
    if rng.random() < 0.3:
        later = parts[1][0] + samples(rng.uniform(0.015, 0.06))
        parts.append((later, rng.uniform(0.25, 0.6) * bubble(radius_m * rng.uniform(0.5, 0.9), 0.12)))
    sound = np.zeros(max(start + len(part) for start, part in parts))
    for start, part in parts:
        sound[start : start + len(part)] += part
    return 0.2 * sound


STREAM = register(Stream())
DRIP = register(Drip())
