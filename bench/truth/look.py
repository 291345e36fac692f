"""How a scene is filmed: size, frame times, shutter, camera, light, noise, compression, by difficulty.

Convention of time: a frame's pts is when its shutter opens. A 180-degree shutter closes half a frame later, so the
picture shows, on average, the world a quarter of a frame after its pts. Clean scenes have a shutter so short that a
frame shows one instant, and it lies there too: at pts + 1/4 frame. Hostile scenes may have a longer shutter.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

DIFFICULTIES = ("clean", "randomised", "hostile")


@dataclass(frozen=True, slots=True)
class Camera:
    """Moves in shares of the picture's unit square; still by default."""

    pan: tuple[float, float] = (0.0, 0.0)  # x and y, reached smoothly at the end
    zoom: float = 1.0  # reached smoothly at the end
    shake: float = 0.0  # standard deviation
    shake_hz: float = 5.0
    seed: int = 0

    @property
    def moves(self) -> bool:
        return self.pan != (0.0, 0.0) or self.zoom != 1.0 or self.shake > 0

    @property
    def margin(self) -> float:
        """How much more than the frame the canvas must show, as a factor."""
        return 1.04 + 2.3 * max(abs(self.pan[0]), abs(self.pan[1])) + 7 * self.shake if self.moves else 1.0

    def at(self, time_s: float, duration_s: float) -> tuple[float, float, float, float]:
        """(x, y, zoom, roll in radians) of the camera."""
        done = float(np.clip(time_s / duration_s, 0, 1))
        eased = done * done * (3 - 2 * done)
        wobble = self._wobble(time_s)
        zoom = 1 + (self.zoom - 1) * eased
        return self.pan[0] * eased + wobble[0], self.pan[1] * eased + wobble[1], zoom, float(wobble[2] * 0.6)

    def _wobble(self, time_s: float) -> npt.NDArray[np.float64]:
        if self.shake == 0:
            return np.zeros(3)
        rng = np.random.default_rng(self.seed)
        rates = rng.uniform(0.15, 1.0, (3, 5)) * self.shake_hz
        phases = rng.uniform(0, 2 * np.pi, (3, 5))
        waves = np.sin(2 * np.pi * rates * time_s + phases) - np.sin(phases)
        return np.asarray(waves.mean(axis=1) * self.shake * 1.4, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Look:
    """Everything between the world and the file."""

    width: int
    height: int
    frame_rate: Fraction
    duration_s: Fraction
    times_s: npt.NDArray[np.float64]  # pts of every frame
    exposure: tuple[float, float]  # opens, closes: shares of a frame after pts
    sub_frames: int
    camera: Camera
    light: float  # gain
    gamma: float
    noise: float  # standard deviation in 8-bit steps
    crf: int
    codec: str
    roughness: float  # contrast of the background's textures
    bars: int  # black rows at top and bottom each
    occluder: bool
    variable_rate: bool
    conditions: tuple[str, ...]


_RATES = tuple(Fraction(rate) for rate in (24, 25, 30))
_MANY_RATES = (
    Fraction(15),
    Fraction(24000, 1001),
    *_RATES,
    Fraction(30000, 1001),
    Fraction(48),
    Fraction(50),
    Fraction(60),
)


def look(difficulty: str, rng: np.random.Generator) -> Look:
    """Draw a look; ValueError for an unknown difficulty."""
    if difficulty == "clean":
        return _clean(rng)
    if difficulty == "randomised":
        return _randomised(rng)
    if difficulty == "hostile":
        return _hostile(rng)
    raise ValueError(f"there is no difficulty {difficulty!r}; there are: {', '.join(DIFFICULTIES)}")


def _clean(rng: np.random.Generator) -> Look:
    width, height = ((640, 360), (640, 360), (640, 360), (1280, 720))[int(rng.integers(4))]
    rate = _RATES[int(rng.integers(3))]
    times, duration = _steady(rate, 8)
    return Look(
        width, height, rate, duration, times, (0.25, 0.25), 1, Camera(), 1.0, 1.0, float(rng.uniform(0, 1)),
        int(rng.integers(19, 24)), "libx264", 0.05, 0, False, False, (),
    )  # fmt: skip


def _randomised(rng: np.random.Generator) -> Look:
    rate = _MANY_RATES[int(rng.integers(len(_MANY_RATES)))]
    sizes = ((480, 270), (512, 288)) if rate > 30 else ((640, 360), (480, 270), (768, 432), (512, 384), (640, 272))
    width, height = sizes[int(rng.integers(len(sizes)))]
    times, duration = _steady(rate, float(rng.uniform(6.5, 8.5)))
    camera, named = _moved(rng, ("still", "drift", "handheld", "pan", "zoom"))
    occluder = bool(rng.random() < 0.2)
    return Look(
        width, height, rate, duration, times, (0.0, 0.5), 3 if rate > 30 else 4, camera, float(rng.uniform(0.75, 1.1)),
        float(rng.uniform(0.75, 1.3)), float(rng.uniform(0.5, 4)), int(rng.integers(28, 36)),
        "mpeg4" if rng.random() < 0.15 else "libx264", float(rng.uniform(0.06, 0.22)), 0, occluder, False,
        (named, *(["occluder"] if occluder else [])),
    )  # fmt: skip


def _hostile(rng: np.random.Generator) -> Look:
    rate = (Fraction(15), *_RATES, Fraction(30), Fraction(60))[int(rng.integers(6))]
    variable, upright = bool(rng.random() < 0.35) and rate != 15, bool(rng.random() < 0.25)
    width, height = (
        (360, 640) if upright else ((640, 360), (480, 270), (426, 240))[int(rng.integers(3 if rate < 60 else 2))]
    )
    times, duration = _unsteady(rate, 8, rng) if variable else _steady(rate, 8)
    camera, named = _moved(rng, ("still", "handheld", "shake", "shake", "pan"))
    barred = bool(rng.random() < 0.3) and not upright
    dark = float(rng.uniform(0.34, 0.66))
    said = (("variable rate", variable), ("9:16", upright), ("letterbox", barred), ("low light", dark < 0.48))
    return Look(
        width, height, rate, duration, times, (0.0, float(rng.choice([0.5, 0.5, 0.75]))), 3, camera, dark,
        float(rng.uniform(0.8, 1.2)), float(rng.uniform(4, 9)), int(rng.integers(33, 39)), "libx264",
        float(rng.uniform(0.08, 0.26)), height // 10 if barred else 0, False, variable,
        (named, *(name for name, true in said if true)),
    )  # fmt: skip


def _moved(rng: np.random.Generator, among: tuple[str, ...]) -> tuple[Camera, str]:
    name = among[int(rng.integers(len(among)))]
    seed = int(rng.integers(2**31))
    side = float(rng.choice([-1.0, 1.0]))
    return {
        "still": Camera(),
        "drift": Camera(shake=0.006, shake_hz=0.5, seed=seed),
        "handheld": Camera(shake=0.004, shake_hz=4, seed=seed),
        "shake": Camera(shake=0.014, shake_hz=7, seed=seed),
        "pan": Camera(pan=(side * 0.07, 0.0)),
        "zoom": Camera(zoom=1.12),
    }[name], name


def _steady(rate: Fraction, about_s: float) -> tuple[npt.NDArray[np.float64], Fraction]:
    count = round(about_s * rate)
    return np.array([float(index / rate) for index in range(count)]), count / rate


def _unsteady(rate: Fraction, about_s: float, rng: np.random.Generator) -> tuple[npt.NDArray[np.float64], Fraction]:
    """Some frames dropped and the rest late or early by up to 15 %, on whole milliseconds, as phones film."""
    kept = [index for index in range(round(about_s * rate)) if index == 0 or rng.random() > 0.12]
    frame_ms = 1000 / float(rate)
    stamps = [0] + [round((index + float(rng.uniform(-0.15, 0.15))) * frame_ms) for index in kept[1:]]
    return np.array(stamps) / 1000, Fraction(stamps[-1] + round(frame_ms), 1000)
