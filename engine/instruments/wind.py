"""Wind: gusts that travel from ear to ear, rumble, breath on edges, aeolian tones, leaves; and the howl of a gap.

Tones of cylinders after Strouhal, f = 0.2 U/d; a level that grows as U^2 for turbulence, U^3 for tones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from engine.instruments import texture
from engine.instruments.dsp import CONTROL_RATE, Array, db, noise_psd
from engine.instruments.registry import register
from engine.instruments.texture import Bed, Floats, Psd, Stretch
from engine.types import Parameter, Samples

LEVEL = 0.02  # rms at 5 m/s; with the mean speed it grows as U, inside a gust as U^2
USUAL_M_S = 5.0
STROUHAL = 0.2
ADVANCE_S = 0.12  # by which a gust reaches the left ear first
DEEPEST_GUST = 1.6

SPEED = Parameter("speed_m_s", "m/s", 0.5, 40.0, 5.0, meaning="breeze 4, wind 8, strong 12, storm 22")
KIND = Parameter(
    "kind",
    default="open",
    choices=("open", "leaves", "tonal", "snow", "interior"),
    meaning="open country, trees, a whistling gap, snow or desert, or heard from indoors",
)
GUST = Parameter("gust", "", 0.0, 1.0, 0.5, meaning="from an even stream of air to heavy gusts")


RUMBLE = noise_psd(35.0, 1.5, 110.0, 2.4)
BODY = noise_psd(120.0, 1.0, 420.0, 2.6)
DRIFT = noise_psd(170.0, 1.3, 560.0, 5.5)
BREATH = noise_psd(500.0, 0.8, 1300.0, 1.9)
LEAVES = noise_psd(2200.0, 1.3, 5200.0, 2.2)
INDOORS = noise_psd(45.0, 1.2, 210.0, 3.6)
BODIES = {"interior": INDOORS, "snow": DRIFT}  # over snow nothing stands up that the air could hiss on


@dataclass(frozen=True)
class Air:
    """Levels in dB at the usual speed; tones as (lowest Hz, highest Hz, Q)."""

    rumble_db: float
    body_db: float
    breath_db: float
    leaves_db: float | None = None
    tones_db: float = -18.0
    tones: int = 3
    tones_hz: tuple[float, float] = (130.0, 420.0)
    sharpness: float = 6.0
    glide: float = 1.0  # how far pitch follows the gust


KINDS = {
    "open": Air(0.0, -4.0, -17.0),
    "leaves": Air(-5.0, -8.0, -15.0, leaves_db=-1.0),
    "tonal": Air(-2.0, -6.0, -22.0, tones_db=-4.0, tones=2, tones_hz=(330.0, 900.0), sharpness=20.0, glide=0.45),
    "snow": Air(-13.0, -2.0, -42.0, tones_db=-9.0, tones=3, tones_hz=(180.0, 640.0), sharpness=9.0, glide=0.6),
    "interior": Air(-4.0, 0.0, -36.0, tones_db=-9.0, tones=2, tones_hz=(180.0, 420.0), sharpness=10.0, glide=0.5),
}


class Wind(Bed):
    name = "wind"
    parameters: tuple[Parameter, ...] = (SPEED, KIND, GUST)

    def draw(self, stretch: Stretch) -> Samples:
        kind = stretch.choice(KIND)
        air = KINDS[kind]
        speed = [_gusty_speed(stretch, lag_s) / USUAL_M_S for lag_s in (0.0, ADVANCE_S)]
        found = _turbulence(stretch, RUMBLE, "rumble", air.rumble_db, [one**2.0 for one in speed], 0.12)
        found += _turbulence(stretch, BODIES.get(kind, BODY), "body", air.body_db, [one**2.0 for one in speed], 0.1)
        found += _turbulence(stretch, BREATH, "breath", air.breath_db, [one**2.6 for one in speed], 0.1)
        if air.leaves_db is not None:
            stir = [np.maximum(one * USUAL_M_S / 4.0 - 0.5, 0.02) ** 1.5 for one in speed]
            found += _turbulence(stretch, LEAVES, "leaves", air.leaves_db, stir, 0.3)
        stretch.crossfaded(found)
        for number in range(air.tones):
            found += _tone(stretch, air, number, speed[number % 2])
        found *= texture.upsampled(LEVEL * USUAL_M_S / stretch.curve(SPEED))
        return found


def _gusty_speed(stretch: Stretch, lag_s: float) -> Array:
    """Speed with its gusts, m/s, at one ear: `[CONTROLS]`; slow swells, gusts and flutter."""
    first = stretch.index * texture.HOP // texture.STEP - round(lag_s * CONTROL_RATE)
    depth = stretch.curve(GUST)
    parts = (("swell", 0.06, 0.8, 0.24), ("gust", 0.25, 0.25, 0.12), ("flutter", 1.0, 0.02, 0.04))
    shape = sum(share * _rounded(stretch, name, cutoff, first, round_s) for name, cutoff, round_s, share in parts)
    return np.asarray(stretch.curve(SPEED) * np.exp(np.clip(1.3 * depth * shape, -DEEPEST_GUST, DEEPEST_GUST)))


def _rounded(stretch: Stretch, name: str, cutoff_hz: float, first: int, round_s: float) -> Array:
    """A drift without the roughness of its fast part: air has mass."""
    margin = int(4.0 * round_s * CONTROL_RATE)
    rough = stretch.drift_at(name, cutoff_hz, first - margin, texture.CONTROLS + 2 * margin)
    smooth = ndimage.gaussian_filter1d(rough, round_s * CONTROL_RATE)
    return np.asarray(smooth[margin : margin + texture.CONTROLS])


def _turbulence(stretch: Stretch, psd: Psd, name: str, level_db: float, gains: list[Array], unrest: float) -> Floats:
    """One band of noise under the gusts of its two ears, with some unrest of its own."""
    own = np.exp(unrest * stretch.drift(name, 1.5))
    noise = texture.diffuse(psd, stretch.rng(name))
    for channel, gain in enumerate(gains):
        noise[channel] *= texture.upsampled(db(level_db) * gain * own)
    return noise


def _tone(stretch: Stretch, air: Air, number: int, speed: Array) -> Floats:
    """A narrow noise at the Strouhal frequency of one edge, gliding with the gust; faded in and out with its block."""
    note = stretch.whole_note_rng("tone", number)
    low, high = air.tones_hz
    centre = low * (high / low) ** ((number + note.uniform(0.2, 0.8)) / air.tones)
    smooth = ndimage.gaussian_filter1d(speed, 12.0)
    usual = float(np.mean(stretch.curve(SPEED))) / USUAL_M_S
    freq = np.clip(centre * (smooth / usual) ** air.glide * usual**0.3, 60.0, 6000.0)
    wander = 1.0 + 0.03 * ndimage.gaussian_filter1d(stretch.drift(f"wander {number}", 0.3), 12.0)
    phase = 2.0 * np.pi * texture.turns(freq * wander)
    beat = texture.beating(stretch.rng("tone", number), centre / air.sharpness)
    wave = stretch.crossfaded(beat.real * np.cos(phase) - beat.imag * np.sin(phase))
    call = np.exp(0.5 * stretch.drift(f"call {number}", 0.2))
    wave *= texture.upsampled(db(air.tones_db) / np.sqrt(air.tones) * speed**3.0 * call)
    return np.asarray(texture.pan_gains(note.uniform(-0.7, 0.7, 1)) * wave, np.float32)


WIND = register(Wind())
