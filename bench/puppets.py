"""Large bodies that sway, turn and stroll before a wall: much stirs in such a picture, and it is no rain nor water."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
HEIGHT, WIDTH = 108, 192


@dataclass(frozen=True, slots=True)
class Puppet:
    """An ellipse of its own texture; it goes, sways and breathes."""

    skin: Picture
    mask: Picture
    start: complex  # px
    speed: complex  # px a second
    sway: complex  # px
    sway_hz: float
    turn: float  # radians
    breath: float

    def placed(self, time_s: float) -> npt.NDArray[np.float64]:
        """`[2, 3]` from the skin to the picture."""
        phase = 2 * np.pi * self.sway_hz * time_s
        size = 1 + self.breath * np.sin(phase * 0.7)
        turn = size * np.exp(1j * self.turn * np.sin(phase * 0.6 + 1))
        at = self.start + self.speed * time_s + self.sway * np.sin(phase)
        shift = at - turn * complex(self.skin.shape[1], self.skin.shape[0]) / 2
        return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def puppet_pictures(seed: int, seconds: float = 6.0) -> Iterator[tuple[float, Picture]]:
    """Times and `[108, 192, 3]` pictures; noise, light and picture rate differ from seed to seed."""
    rng = np.random.default_rng(seed)
    wall, puppets = _cloth(rng, HEIGHT, WIDTH), [_puppet(rng) for _ in range(int(rng.integers(1, 5)))]
    rate, noise = float(rng.choice([10.0, 24.0, 25.0, 30.0])), float(rng.uniform(0, 2.5))
    for k in range(int(seconds * rate)):
        picture = wall.copy()
        for puppet in puppets:
            matrix = puppet.placed(k / rate)
            skin = cv2.warpAffine(puppet.skin, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
            inside = cv2.warpAffine(puppet.mask, matrix, (WIDTH, HEIGHT))[..., None] / 255
            picture = np.asarray(picture * (1 - inside) + skin * inside, np.uint8)
        yield k / rate, np.asarray(np.clip(picture + rng.normal(0, noise, picture.shape), 0, 255), np.uint8)


def _puppet(rng: np.random.Generator) -> Puppet:
    height, width = (max(8, int(side * HEIGHT)) for side in np.exp(rng.uniform(np.log(0.08), np.log(1.1), 2)))
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, (width // 2, height // 2), (width // 2 - 1, height // 2 - 1), 0, 0, 360, 255, -1, cv2.LINE_AA)
    speed = complex(rng.normal(0, 20), rng.normal(0, 5)) * bool(rng.random() < 0.5)
    return Puppet(
        _cloth(rng, height, width),
        mask,
        complex(rng.uniform(0.1, 0.9) * WIDTH, rng.uniform(0.3, 0.9) * HEIGHT),
        speed,
        complex(rng.normal(0, 10), rng.normal(0, 5)),
        float(rng.uniform(0.2, 1.8)),
        float(rng.uniform(0, 0.3)),
        float(rng.uniform(0, 0.08)),
    )


def _cloth(rng: np.random.Generator, height: int, width: int) -> Picture:
    """A colour with soft and fine pattern."""
    pattern = np.zeros((height, width), np.float32)
    for scale in (1.0, 3.0, 10.0):
        layer = np.asarray(
            cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), scale), np.float32
        )
        pattern += layer / max(float(layer.std()), 1e-3) * float(rng.uniform(0, 14))
    colour = rng.uniform(20, 200, 3) * (1 if rng.random() < 0.5 else np.array([0.7, 1.0, 0.6]))
    return np.asarray(np.clip(colour + pattern[..., None], 0, 255), np.uint8)
