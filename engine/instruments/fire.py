"""Fire: the lapping and body of flames, hiss, fine crackle without end, and snaps that come in clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft

from engine.instruments import texture
from engine.instruments.dsp import Array, db, noise_psd
from engine.instruments.registry import register
from engine.instruments.texture import Bed, Floats, Psd, Stretch
from engine.types import SAMPLE_RATE, Parameter, Samples

LEVEL = 0.03
GRAINS = 72  # different crackles drawn for each block
GRAIN_SAMPLES = 2048
WIDTH = 0.5  # of the stereo picture: a fire is a place, not a field

KIND = Parameter(
    "kind",
    default="campfire",
    choices=("candle", "campfire", "torch", "big", "gas"),
    meaning="a candle, burning wood, a moving torch, a house on fire, a gas burner",
)
CRACKLE = Parameter("crackle", "", 0.0, 1.0, 0.5, meaning="from quiet embers to wet, snapping wood")


@dataclass(frozen=True)
class Flame:
    """Levels in dB, rates per second, at crackle .5."""

    level_db: float
    lapping_db: float
    body_db: float
    hiss_db: float
    flicker: float  # depth of the lapping's own beat, log
    flicker_hz: float
    fine_per_s: float
    fine_db: float
    snaps_per_s: float
    snaps_db: float


LAPPING = noise_psd(32.0, 1.6, 75.0, 3.0)
BODY = noise_psd(160.0, 0.8, 520.0, 2.2)
HISS = noise_psd(900.0, 0.8, 7500.0, 2.0)
JET = noise_psd(90.0, 1.0, 700.0, 1.7)
KINDS = {
    "candle": Flame(-22.0, -2.0, -13.0, -26.0, 0.5, 5.0, 3.0, -12.0, 0.15, -16.0),
    "campfire": Flame(0.0, 0.0, -19.0, -18.0, 0.26, 3.5, 150.0, -7.0, 3.0, -8.0),
    "torch": Flame(-3.0, 2.0, -7.0, -13.0, 0.5, 5.5, 80.0, -8.0, 1.2, -9.0),
    "big": Flame(6.0, 4.0, -12.0, -13.0, 0.20, 2.5, 480.0, -11.0, 9.0, -11.0),
    "gas": Flame(-4.0, -9.0, -2.0, -14.0, 0.06, 8.0, 0.0, -30.0, 0.0, -30.0),
}


class Fire(Bed):
    name = "fire"
    parameters: tuple[Parameter, ...] = (KIND, CRACKLE)

    def draw(self, stretch: Stretch) -> Samples:
        kind = stretch.choice(KIND)
        flame = KINDS[kind]
        found = stretch.crossfaded(_flames(stretch, flame, JET if kind == "gas" else BODY))
        if flame.fine_per_s:
            grains = _grains(stretch.rng("grains"))
            _fine_crackle(found, stretch, flame, grains)
            _snaps(found, stretch, flame, grains)
        return np.asarray(LEVEL * db(flame.level_db) * found, np.float32)


def _flames(stretch: Stretch, flame: Flame, body: Psd) -> Floats:
    draught = stretch.drift("draught", 0.25)
    beat = flame.flicker * stretch.drift("beat", flame.flicker_hz)
    parts = (
        (LAPPING, "lapping", flame.lapping_db, beat + 0.10 * draught),
        (body, "body", flame.body_db, 0.7 * beat + 0.10 * draught + 0.15 * stretch.drift("body", 6.0)),
        (HISS, "hiss", flame.hiss_db, 0.35 * beat + 0.12 * draught + 0.35 * stretch.drift("hiss", 9.0)),
    )
    found = np.zeros((2, texture.BLOCK), np.float32)
    for psd, name, level, gain in parts:
        found += texture.diffuse(psd, stretch.rng(name)) * texture.upsampled(
            db(level) * np.exp(gain - 0.5 * flame.flicker**2)
        )
    return found


def _grains(rng: np.random.Generator) -> list[Floats]:
    """Crackles of unit energy: a step of gas let go, then wood ringing shortly, each in a band of its own."""
    t = np.arange(GRAIN_SAMPLES) / SAMPLE_RATE
    length = np.exp(rng.uniform(np.log(0.0004), np.log(0.006), (GRAINS, 1)))
    waves = rng.standard_normal((GRAINS, GRAIN_SAMPLES)) * np.exp(-t / length) * np.minimum(t / 4e-5, 1.0)
    centre = np.exp(rng.uniform(np.log(700.0), np.log(12_000.0), (GRAINS, 1)))
    freqs = np.maximum(fft.rfftfreq(GRAIN_SAMPLES, 1.0 / SAMPLE_RATE), 20.0)
    shape = 1.0 / (1.0 + 1j * 1.1 * (freqs / centre - centre / freqs))  # causal: the attack stays where it is
    waves = fft.irfft(fft.rfft(waves, axis=1) * shape, GRAIN_SAMPLES, axis=1)
    waves /= np.sqrt(np.sum(np.square(waves), axis=1, keepdims=True))
    kept = (9.0 * length[:, 0] * SAMPLE_RATE).astype(int) + 200
    return [wave[:count] for wave, count in zip(texture.band_limited(waves), kept.tolist(), strict=True)]


def _vigour(stretch: Stretch) -> Array:
    """How lively it burns, `[CONTROLS]`: 1 at crackle .5, in waves of some seconds."""
    wave = 0.35 * stretch.drift("vigour", 0.3) + 0.25 * stretch.drift("bustle", 1.5)
    return np.asarray((2.0 * stretch.curve(CRACKLE)) ** 1.3 * np.exp(wave - 0.1))


def _fine_crackle(target: Floats, stretch: Stretch, flame: Flame, grains: list[Floats]) -> None:
    """Many small ones: sizes fall as a power law, as of all that cracks."""
    rng = stretch.rng("fine")
    starts = texture.grain_times(rng, flame.fine_per_s * _vigour(stretch))
    size = np.minimum(1.0 + rng.pareto(1.6, len(starts)), 14.0)
    gains = 4.0 * db(flame.fine_db) * size * _places(rng, len(starts))
    texture.ring_on(target, starts, rng.integers(0, GRAINS, len(starts)), grains, gains)


def _snaps(target: Floats, stretch: Stretch, flame: Flame, grains: list[Floats]) -> None:
    """Clusters: a big crack and a few behind it within 50 ms, from one place, some with a dull thud of the log."""
    rng = stretch.rng("snaps")
    ceiling = 3.0
    parents = texture.grain_times(rng, flame.snaps_per_s * np.minimum(_vigour(stretch), ceiling))
    for parent in parents.tolist():
        count = 1 + int(rng.poisson(2.5))
        starts = np.minimum(parent + np.sort(rng.exponential(0.05, count)) * SAMPLE_RATE, texture.BLOCK - 1).astype(
            np.int64
        )
        starts[0] = parent
        size = np.minimum(0.4 + rng.pareto(2.0, count), 4.0) * rng.uniform(0.5, 1.5)
        place = np.repeat(_places(rng, 1), count, axis=1)
        texture.ring_on(
            target, starts, rng.integers(0, GRAINS, count), grains, 22.0 * db(flame.snaps_db) * size * place
        )


def _places(rng: np.random.Generator, count: int) -> Array:
    return texture.pan_gains(np.clip(rng.normal(0.0, WIDTH, count), -1.0, 1.0))


FIRE = register(Fire())
