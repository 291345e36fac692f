"""Water that is moved: poured into a vessel, or struck by something that falls in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

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
    "plastic": Vessel(0.20, 0.05, 9.0, (310.0, 640.0, 1150.0), 0.03, -26.0),
}
FALLING = Swarm(0.0007, 0.006, skew=0.9, depth=1.2, loudness=0.5, damping=2.5)
OPEN = Swarm(0.001, 0.009, skew=1.0, depth=1.2, loudness=0.6, damping=2.0)
DROPLETS = Swarm(0.0005, 0.003, skew=0.9, depth=1.3, loudness=0.8, damping=2.0)


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
    bubbles = band(0.09 * _scatter(count, times, swarm, loud, rng), 40.0, None, 1)
    rush = band(rng.standard_normal(count), 900.0, 9000.0, 1) * to_audio(unrest * (0.2 + rate) ** 1.5, count)
    plunge = 0.014 * band(rng.standard_normal(count), 70.0, 700.0, 1) * to_audio(unrest * (0.2 + rate), count)
    return bubbles + (0.006 * rush + plunge) * np.minimum(np.arange(count) / samples(0.004), 1.0)


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
    shape *= 1.8 / np.sqrt(1.0 + (freqs / 400.0) ** 2)  # the jet drives the air as a whole, its bubbles hardly
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
    return np.asarray(db(vessel.wall_db) * scale * wave)


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


def _bigness(size_m: float) -> float:
    """0 for a pebble of 1 cm, 1 for a body of a metre."""
    return float(np.clip(np.log10(size_m / 0.01) / 2.0, 0.0, 1.0))


def _swell(t: Array, peak_s: float) -> Array:
    """Rises to 1 at `peak_s`, dies away."""
    return np.asarray(t / peak_s * np.exp(1.0 - t / peak_s))


def _slap(energy: float, size_m: float, rng: np.random.Generator) -> Array:
    """The blow on the surface, the torn water behind it, and the cavity closing 45-200 ms later."""
    big = _bigness(size_m)
    count = samples(0.5 + 0.6 * big)
    t = np.arange(count) / SAMPLE_RATE
    rough = np.exp(0.5 * to_audio(slow(rng, count // 480 + 2, 25.0), count))
    blow = band(rng.standard_normal(count), 140.0 / (0.5 + big), (2500.0 + 6000.0 * energy) / (1.0 + big), 1)
    sound = 0.5 * blow * np.exp(-t / (0.006 + 0.02 * big)) * np.minimum(t / 0.0005, 1.0)
    torn = band(rng.standard_normal(count), 260.0 / (0.4 + 2.2 * big), (700.0 + 1300.0 * energy) / (1.0 + big), 1)
    sound += (0.25 + 0.3 * energy + 0.7 * big) * torn * rough * _swell(t, 0.03 + 0.08 * big)
    thud = band(rng.standard_normal(count), 45.0, 140.0, 1)
    sound += 1.3 * big * (0.4 + 0.6 * energy) * thud * _swell(t, 0.05 + 0.10 * big)
    closing = 0.03 + 0.10 * big + rng.uniform(0.0, 0.03)
    cavity_m = float(np.clip(0.2 * size_m, 0.004, 0.035))
    add_at(sound, samples(closing), (0.25 + 0.3 * energy) * bubble(cavity_m, 0.12, 2.5 + 3.0 * big))
    for _ in range(6 + int(rng.poisson(6.0 + 16.0 * energy))):
        radius, late = float(cavity_m * rng.uniform(0.12, 0.5)), closing + rng.exponential(0.05 + 0.09 * big)
        add_at(sound, samples(late), rng.uniform(0.05, 0.2) * bubble(radius, rng.uniform(0.1, 0.3), 2.5))
    return fade(sound, 0.0, 0.1)


def _droplets(energy: float, size_m: float, rng: np.random.Generator) -> Array:
    """What was thrown up comes down after twice its speed over g, in spray and small bubbles, and foam hisses away."""
    big = _bigness(size_m)
    spread_s = 0.10 + 0.35 * energy * (0.4 + big)
    count = samples(0.45 + 3.2 * spread_s)
    drops = int(80 + 700 * energy * (0.3 + big))
    fall = rng.gamma(2.2, spread_s / 2.2, drops) + rng.uniform(0.0, 0.01, drops)
    fall = np.concatenate([rng.uniform(0.0, 0.006, 12), fall])
    fall = fall[fall < count / SAMPLE_RATE - 0.1]
    late = np.exp(-fall / (1.5 * spread_s))  # what was thrown highest is the finest
    cloud = 0.13 * _scatter(count, fall, DROPLETS, late * rng.lognormal(-0.2, 0.6, len(fall)), rng)
    cloud = cloud + 0.8 * band(cloud, 180.0, 420.0, 1)  # a cloud of bubbles rings lower than its members
    t = np.arange(count) / SAMPLE_RATE
    patter = np.bincount((fall * SAMPLE_RATE).astype(int), rng.exponential(0.6, len(fall)) + 0.3, count)[:count]
    grit = signal.lfilter([1.0], [1.0, -np.exp(-1.0 / (0.0025 * SAMPLE_RATE))], patter)
    foam = 0.10 * np.exp(-t / 0.02) + 0.12 * _swell(t, spread_s) + 0.09 * grit
    spray = (
        band(rng.standard_normal(count), 800.0 / (1.0 + big), 15_000.0 / (1.0 + 3.0 * big), 1)
        * foam
        * np.minimum(t / 0.0008, 1.0)
    )
    return fade(cloud + (0.4 + 0.6 * energy) * (1.0 - 0.55 * big) * spray, 0.0, 0.15)


POUR = register(Pour())
SPLASH = register(Splash())
