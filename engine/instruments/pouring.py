"""Water that is moved: poured into a vessel, or struck by something that falls in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from engine.instruments.bubbles import Swarm, bubble
from engine.instruments.dsp import Array, add_at, band, db, fade, poisson_times, ring, samples, slow, stream, to_audio
from engine.instruments.registry import choice, number, register
from engine.instruments.texture import OVERLAP
from engine.types import SAMPLE_RATE, Curve, Layer, Note, Parameter, Samples

FRAME, STRIDE = 1024, 256
SOUND_M_S = 343.0

VESSEL = Parameter(
    "vessel", default="glass", choices=("glass", "ceramic", "metal", "plastic", "none"), meaning="none: into open water"
)
POUR_RATE = Parameter("rate", "", 0.0, 1.0, 0.5, meaning="from a thin stream to a gush")
FILL = Parameter("fill", "", 0.0, 1.0, 0.6, meaning="how full the vessel is at the end; it begins nearly empty")
ENERGY = Parameter("energy", "", 0.0, 1.0, 0.5, meaning="how hard it strikes the water")
SIZE = Parameter("size_m", "m", 0.005, 3.0, 0.1, meaning="of what falls in")


@dataclass(frozen=True)
class Vessel:
    """Height and radius of the air column, its Q, and the wall's modes."""

    height_m: float
    radius_m: float
    q: float
    wall_hz: tuple[float, ...]
    wall_t60_s: float
    wall_db: float


VESSELS = {
    "glass": Vessel(0.14, 0.035, 11.0, (1150.0, 2480.0, 3900.0, 5700.0), 0.10, -19.0),
    "ceramic": Vessel(0.10, 0.042, 9.0, (1650.0, 3300.0, 4600.0), 0.05, -21.0),
    "metal": Vessel(0.16, 0.08, 13.0, (420.0, 980.0, 1730.0, 2900.0, 4400.0), 0.22, -15.0),
    "plastic": Vessel(0.20, 0.05, 7.0, (310.0, 640.0, 1150.0), 0.03, -19.0),
}
FALLING = Swarm(0.0008, 0.006, skew=0.9, depth=1.2, loudness=0.9)
OPEN = Swarm(0.001, 0.009, skew=1.0, depth=1.2, loudness=0.9)
DROPLETS = Swarm(0.0005, 0.004, skew=0.9, depth=1.3, loudness=0.8)


def _curve(note: Note, parameter: Parameter, times_s: npt.NDArray[np.float64]) -> Array:
    value = note.params.get(parameter.name, parameter.default)
    return np.asarray(value.at(times_s)) if isinstance(value, Curve) else np.full(len(times_s), float(value))


def _scatter(count: int, starts_s: Array, swarm: Swarm, gains: Array, rng: np.random.Generator) -> Array:
    """Bubbles of a swarm at times, `[count]`."""
    sound = np.zeros(count + OVERLAP, np.float32)
    which, amplitude = swarm.draw(rng, len(starts_s))
    bank = swarm.bank()
    for n, start in enumerate((starts_s * SAMPLE_RATE).astype(int).tolist()):
        response = bank[int(which[n])]
        sound[start : start + len(response)] += np.float32(amplitude[n] * gains[n]) * response
    return sound[:count]


class Pour:
    """Pouring: the jet and its bubbles on *action*; on *material* what the vessel makes of them."""

    name = "pour"
    layers: tuple[Layer, ...] = (Layer.ACTION, Layer.MATERIAL)
    parameters: tuple[Parameter, ...] = (VESSEL, POUR_RATE, FILL)

    def play(self, note: Note) -> Samples:
        count = samples(note.duration_s)
        water = _jet(note, count)
        if note.layer is Layer.ACTION:
            return np.asarray(fade(water, 0.0, 0.05)[None, :], np.float32)
        if choice(note, VESSEL) == "none":
            return np.zeros((1, count), np.float32)
        vessel = VESSELS[choice(note, VESSEL)]
        body = _air_column(water, note, vessel) + _wall(water, vessel)
        return np.asarray(fade(body, 0.0, 0.05)[None, :], np.float32)


def _jet(note: Note, count: int) -> Array:
    """The same for both layers of a note pair: bubbles and the jet's own rush, `[count]`."""
    rng = stream(note.seed, "pour", "jet")
    steps = int(note.duration_s * 100.0) + 2
    rate = _curve(note, POUR_RATE, np.arange(steps) / 100.0)
    unrest = np.exp(0.35 * slow(rng, steps, 4.0) - 0.06)
    per_s = (250.0 + 1300.0 * rate) * unrest
    times = poisson_times(rng, float(per_s.max()), note.duration_s)
    index = np.minimum((times * 100.0).astype(int), steps - 1)
    times = times[rng.random(len(times)) * per_s.max() < per_s[index]]
    times = np.concatenate([rng.uniform(0.0, 0.002, 2), times])
    loud = 0.35 + 0.9 * rate[np.minimum((times * 100.0).astype(int), steps - 1)]
    swarm = OPEN if choice(note, VESSEL) == "none" else FALLING
    bubbles = 0.09 * _scatter(count, times, swarm, loud, rng)
    rush = band(rng.standard_normal(count), 900.0, 9000.0, 1) * to_audio(unrest * (0.2 + rate) ** 1.5, count)
    return bubbles + 0.006 * rush * np.minimum(np.arange(count) / samples(0.004), 1.0)


def _air_column(water: Array, note: Note, vessel: Vessel) -> Array:
    """The rising resonance of what is left of the air, odd quarter waves: c/(4 (L - h + .62 a)) and up."""
    count = len(water)
    padded = np.concatenate([np.zeros(FRAME), water, np.zeros(2 * FRAME)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::STRIDE]
    window = np.sqrt(0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(FRAME) / FRAME))
    share = np.clip((np.arange(len(frames)) * STRIDE - FRAME) / max(count, 1), 0.0, 1.0)
    air_m = vessel.height_m * (1.0 - np.maximum(0.05, number(note, FILL)) * share) + 0.62 * vessel.radius_m
    freqs = np.maximum(fft.rfftfreq(FRAME, 1.0 / SAMPLE_RATE), 20.0)
    shape = np.zeros((len(frames), len(freqs)), np.float32)
    for order, gain in ((1.0, 1.0), (3.0, 0.55), (5.0, 0.3)):
        centre = (order * SOUND_M_S / (4.0 * air_m))[:, None]
        shape += gain / np.sqrt(1.0 + (vessel.q * (freqs / centre - centre / freqs)) ** 2)
    spectra = fft.rfft(frames * window, axis=1) * shape
    waves = fft.irfft(spectra, FRAME, axis=1) * window
    sound = np.zeros(len(padded) + FRAME)
    for start, wave in enumerate(waves):
        sound[start * STRIDE : start * STRIDE + FRAME] += wave
    return 1.1 * sound[FRAME : FRAME + count] / (FRAME / STRIDE / 2.0)


def _wall(water: Array, vessel: Vessel) -> Array:
    """The vessel's wall, shaken by the water: its modes, quieter."""
    freqs = np.array(vessel.wall_hz)
    gains = 1.0 / np.sqrt(np.arange(1, len(freqs) + 1))
    response = ring(freqs, vessel.wall_t60_s * (freqs[0] / freqs) ** 0.5, gains, samples(1.2 * vessel.wall_t60_s))
    size = fft.next_fast_len(len(water) + len(response), real=True)
    wave = fft.irfft(fft.rfft(water, size) * fft.rfft(response, size), size)[: len(water)]
    scale = np.sqrt(np.mean(np.square(water)) / max(float(np.mean(np.square(wave))), 1e-20))
    return np.asarray(db(vessel.wall_db + 12.0) * scale * wave)


class Splash:
    """Something falls into water: slap and cavity on *action*; the rain of droplets and the foam on *material*."""

    name = "splash"
    layers: tuple[Layer, ...] = (Layer.ACTION, Layer.MATERIAL)
    parameters: tuple[Parameter, ...] = (ENERGY, SIZE)

    def play(self, note: Note) -> Samples:
        rng = stream(note.seed, self.name, note.layer.value)
        energy, size_m = number(note, ENERGY), number(note, SIZE)
        sound = _slap(energy, size_m, rng) if note.layer is Layer.ACTION else _droplets(energy, size_m, rng)
        return np.asarray((0.06 + 0.55 * energy**1.5) * sound[None, :], np.float32)


def _slap(energy: float, size_m: float, rng: np.random.Generator) -> Array:
    """The blow on the surface, then the cavity closing 60-200 ms later with a few bubbles that it tears off."""
    big = np.clip(np.log10(size_m / 0.01) / 2.0, 0.0, 1.0)
    length = 0.012 + 0.045 * big
    t = np.arange(samples(8.0 * length)) / SAMPLE_RATE
    sound = np.zeros(samples(1.1))
    slap = band(rng.standard_normal(len(t)), 120.0 / (0.5 + big), 1800.0 + 3500.0 * energy, 1)
    grit = np.exp(0.4 * to_audio(slow(rng, len(t) // 480 + 2, 20.0), len(t)))
    add_at(sound, 0, 0.55 * slap * grit * np.exp(-t / length) * np.minimum(t / 0.0006, 1.0))
    closing = samples(0.045 + 0.13 * big + rng.uniform(0.0, 0.03))
    cavity_m = np.clip(0.3 * size_m, 0.004, 0.05)
    add_at(sound, closing, (0.35 + 0.5 * energy) * bubble(float(cavity_m), 0.15))
    for _ in range(3 + int(rng.poisson(3.0 + 8.0 * energy))):
        radius = float(cavity_m * rng.uniform(0.15, 0.7))
        add_at(sound, closing + samples(rng.exponential(0.09)), rng.uniform(0.08, 0.3) * bubble(radius, 0.12))
    return fade(sound, 0.0, 0.05)


def _droplets(energy: float, size_m: float, rng: np.random.Generator) -> Array:
    """What was thrown up comes down after twice its speed over g, and the foam hisses away."""
    big = float(np.clip(np.log10(size_m / 0.01) / 2.0, 0.0, 1.0))
    spread_s = 0.12 + 0.5 * energy * (0.4 + big)
    count = samples(0.5 + 3.0 * spread_s)
    drops = int(40 + 500 * energy * (0.3 + big))
    rise = rng.gamma(2.2, spread_s / 2.2, drops) + rng.uniform(0.0, 0.01, drops)
    rise = np.concatenate([rng.uniform(0.0, 0.008, 8), rise])
    rise = rise[rise < count / SAMPLE_RATE - 0.1]
    cloud = 0.20 * _scatter(count, rise, DROPLETS, rng.lognormal(-0.2, 0.6, len(rise)), rng)
    cloud = cloud + 0.8 * band(cloud, 180.0, 420.0, 1)  # a cloud of bubbles rings lower than its members
    t = np.arange(count) / SAMPLE_RATE
    foam = band(rng.standard_normal(count), 700.0, 9000.0, 1) * (
        0.3 * np.exp(-t / 0.03) + t / spread_s * np.exp(1.0 - t / spread_s)
    )
    ramp = np.minimum(t / 0.001, 1.0)
    return fade(cloud + 0.05 * (0.4 + energy) * foam * ramp, 0.0, 0.08)


POUR = register(Pour())
SPLASH = register(Splash())
