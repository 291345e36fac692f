"""A car drives past: one long event that crosses the picture."""

from __future__ import annotations

import numpy as np

from bench.truth.drawing import Canvas, View
from bench.truth.materials import shade
from bench.truth.take import SKY, Setting, Take
from bench.truth.truth import Ambience, Event

_HALF_LENGTH = 2.1


def car(setting: Setting) -> Take:
    """One or two cars cross a street."""
    height_m = 4.6
    reach = setting.reach(height_m) + _HALF_LENGTH
    count = int(setting.rng.integers(1, 3))
    speeds = [setting.uniform(4.5, 9) for _ in range(count)]
    sides = [float(setting.rng.choice([-1.0, 1.0])) for _ in range(count)]
    closest = [setting.uniform(2.2, 2.8) + 3.2 * index for index in range(count)]
    paints = [setting.pick(((176, 40, 36), (52, 84, 150), (210, 212, 214), (38, 44, 48))) for _ in range(count)]

    def draw(canvas: Canvas, time_s: float) -> None:
        for speed, side, middle, colour in zip(speeds, sides, closest, paints, strict=True):
            x = speed * (time_s - middle)
            if abs(x) < reach + 1:
                _car(canvas, x, side, colour, x / 0.32, setting.sealed)

    events = tuple(
        Event(max(middle - reach / speed, 0.0), "pass-by", "car", "asphalt", 1200, speed, -side,
              min(2 * reach / speed, setting.duration_s - max(middle - reach / speed, 0.0)), layers=("action",),
              path=tuple((float(at), float(side * speed * (at - middle)))
                         for at in np.linspace(middle - reach / speed, middle + reach / speed, 9)))
        for speed, side, middle in zip(speeds, sides, closest, strict=True)
    )  # fmt: skip
    backdrop = setting.backdrop(
        (84, 84, 88), wall=SKY, horizon_m=0.5, props=lambda canvas: _street(canvas, setting.sealed)
    )
    return Take(View(height_m, 0.8), (backdrop,), draw, events, {}, Ambience("street"))


def _street(canvas: Canvas, sealed: bool) -> None:
    for index in range(-4, 5):
        tall = 2.0 + 0.9 * ((index * 7) % 3)
        canvas.block(
            index * 1.9 - 0.85, 0.5, index * 1.9 + 0.85, tall, (132 - 14 * (index % 3), 120, 110 + 8 * (index % 2))
        )
        for row in range(1, int(tall)):
            canvas.block(
                index * 1.9 - 0.5,
                row + 0.2,
                index * 1.9 + 0.5,
                row + 0.55,
                (74, 86, 96) if not sealed else (150, 140, 100),
            )


def _car(canvas: Canvas, x: float, side: float, colour: tuple[int, int, int], turn: float, van: bool) -> None:
    cabin = [(-1.0, 0.8), (-0.7, 1.4), (0.5, 1.4), (1.1, 0.85)]
    if van:
        cabin = [(-2.0, 0.8), (-2.0, 1.9), (0.9, 1.9), (1.6, 0.85)]
    body = [(-2.1, 0.3), (2.1, 0.3), (2.1, 0.7), (1.1, 0.88), (-2.05, 0.85)]
    move, flip = np.array([x, 0.0]), np.array([side, 1.0])
    canvas.shadow(side * x, 0.0, 2.2, 0.5)
    canvas.shape((np.array(cabin) + move) * flip, shade(colour, 0.8))
    canvas.shape((np.array([(-0.05, 0.9), (-0.05, 1.32), (0.42, 1.32), (0.9, 0.9)]) + move) * flip, (66, 84, 98))
    canvas.shape((np.array(body) + move) * flip, colour)
    for wheel in (-1.3, 1.3):
        at = side * (x + wheel)
        canvas.disc(at, 0.32, 0.32, (28, 28, 30))
        canvas.disc(at, 0.32, 0.18, (150, 152, 156))
        for spoke in (0.0, 2.1, 4.2):
            canvas.disc(
                at + 0.1 * np.cos(spoke - side * turn), 0.32 + 0.1 * np.sin(spoke - side * turn), 0.045, (70, 72, 76)
            )
