"""Places that sound by themselves and hold no event: rain, snow, surf, stream, fire, wind in leaves."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from bench.truth.backdrop import Backdrop, Field, octaves, seamless
from bench.truth.drawing import Canvas, Picture, View
from bench.truth.materials import Colour, shade
from bench.truth.take import SKY, Setting, Take
from bench.truth.truth import Ambience

Values = npt.NDArray[np.float64]

_GRID = (180, 320)  # rows and columns of the painted fields


def _take(setting: Setting, name: str, view: View, backdrop: Backdrop, draw: Callable[[Canvas, float], None]) -> Take:
    level = tuple((float(at), 1.0) for at in (0, setting.duration_s))
    return Take(view, (backdrop,), draw, (), {}, Ambience(name, level), most_sub_frames=1)


def rain(setting: Setting) -> Take:
    """Streaks at three depths, in front of a grey street, and rings on the ground."""
    count, wind = int(setting.uniform(140, 320)), setting.uniform(-0.18, 0.18)
    grey = setting.pick(((96, 106, 116), (70, 78, 92)) if not setting.sealed else ((112, 112, 100),))
    drops = setting.rng.uniform((-4, 0, 0), (4, 1, 3), (count, 3))
    puddles = setting.rng.uniform((-3.4, -0.9, 0), (3.4, -0.05, 1), (40, 3))

    def draw(canvas: Canvas, time_s: float) -> None:
        for depth in range(3):
            own = drops[drops[:, 2].astype(int) == depth]
            speed, length = 8.0 - 1.6 * depth, 0.28 - 0.07 * depth
            fallen = (own[:, 1] * 6.5 + time_s * speed) % 6.5
            top = np.stack([own[:, 0] - wind * (3 - fallen), 5.0 - fallen], axis=1)
            ends = np.stack([top, top + np.array([wind * length, -length])], axis=1)
            canvas.strokes(ends, 1, shade(grey, 1.75 - 0.2 * depth))
        for x, y, phase in puddles:
            share = (time_s * 1.7 + phase) % 1.0
            _ring(
                canvas,
                x + np.floor(time_s * 1.7 + phase) * 0.37 % 1.3 - 0.65,
                y,
                0.1 * share,
                shade(grey, 1.5 - 0.45 * share),
            )

    def props(canvas: Canvas) -> None:
        for index in range(-3, 4):
            canvas.block(
                index * 1.3 - 0.5,
                0.3,
                index * 1.3 + 0.5,
                1.6 + 0.5 * (index % 3),
                shade(grey, 0.7 + 0.06 * (index % 2)),
            )

    backdrop = setting.backdrop(shade(grey, 0.75), wall=grey, horizon_m=0.3, props=props)
    return _take(setting, "rain", View(4.0, 0.74), backdrop, draw)


def _ring(canvas: Canvas, x: float, y: float, radius: float, colour: Colour) -> None:
    angles = np.linspace(0, 2 * np.pi, 14)
    canvas.strokes(np.stack([x + radius * np.cos(angles), y + 0.3 * radius * np.sin(angles)], axis=1)[None], 1, colour)


def snow(setting: Setting) -> Take:
    """Slow flakes that drift, over a white ground."""
    count = int(setting.uniform(110, 240))
    flakes = setting.rng.uniform((-4, 0, 0.6, 0), (4, 5.4, 1.5, 6.3), (count, 4))
    sizes = setting.rng.uniform(0.012, 0.04, count)

    def draw(canvas: Canvas, time_s: float) -> None:
        fallen = (flakes[:, 1] + time_s * flakes[:, 2] * 0.8) % 5.4
        x = flakes[:, 0] + 0.22 * np.sin(time_s * flakes[:, 2] + flakes[:, 3])
        canvas.discs(np.stack([x, 4.2 - fallen], axis=1), sizes, (246, 248, 250))

    def props(canvas: Canvas) -> None:
        for x in (-2.4, -1.5, 1.2, 2.6):
            canvas.shape(
                [(x - 0.5, 0.2), (x + 0.5, 0.2), (x, 1.9)], (52, 74, 66) if not setting.sealed else (84, 78, 92)
            )

    backdrop = setting.backdrop((226, 230, 236), wall=(140, 150, 164), horizon_m=0.25, props=props)
    return _take(setting, "snow", View(4.0, 0.76), backdrop, draw)


def surf(setting: Setting) -> Take:
    """Waves roll in and run up a beach every seven to eleven seconds."""
    period, tint = (
        setting.uniform(5.5, 9.0),
        setting.pick(((48, 104, 124), (40, 84, 112)) if not setting.sealed else ((66, 116, 104),)),
    )
    texture = seamless(octaves(setting.rng, *_GRID, finest_px=2, coarsest_px=32, slope=0.4))
    foam = seamless(octaves(setting.rng, *_GRID, finest_px=2, coarsest_px=64, slope=0.6))
    still = texture[: _GRID[0], : _GRID[1]]
    rows, columns = np.mgrid[0 : _GRID[0], 0 : _GRID[1]]
    down = rows / _GRID[0]
    phase = setting.uniform(0, 1)

    def draw(canvas: Canvas, time_s: float) -> None:
        cycle = (time_s / period + phase) % 1.0
        sparkle = _window(texture, 0, -time_s * 9) * _window(texture, time_s * 6, 0)
        waves = np.sin(2 * np.pi * (down**0.6 * 9 - time_s / period * 3) + 0.6 * np.sin(columns / 40))
        shore = 0.72 + 0.09 * np.sin(2 * np.pi * cycle) + 0.015 * np.sin(columns / 23 + time_s * 0.7)
        front = np.exp(-(((down - shore) / 0.025) ** 2)) + 0.6 * np.clip(waves - 0.75, 0, 1) * (down > 0.4) * 2.5
        lace = np.clip(front * (1 + 0.5 * _window(foam, -time_s * 5, 0)), 0, 1)[..., None]
        sea = np.array(tint) * (0.85 + 0.12 * waves + 0.1 * np.clip(sparkle, -1, 3))[..., None]
        sand = np.array((198, 174, 128)) * (1 + 0.05 * still)[..., None]
        field = np.where((down < shore)[..., None], sea, sand) * (1 - lace) + 240 * lace
        sky = np.array(SKY) * np.ones_like(field)
        _cover(canvas, np.where((down < 0.26)[..., None], sky, field))

    return _take(setting, "surf", View(6.0), setting.backdrop((60, 90, 100)), draw)


def stream(setting: Setting) -> Take:
    """Water runs over stones, with glints that move and vanish."""
    near = seamless(octaves(setting.rng, *_GRID, finest_px=3, coarsest_px=40, slope=0.5))
    far = seamless(octaves(setting.rng, *_GRID, finest_px=2, coarsest_px=20, slope=0.3))
    tint = setting.pick(((70, 96, 92), (64, 88, 104)) if not setting.sealed else ((92, 100, 76),))
    stones = setting.rng.uniform((0, 40, 6), (_GRID[1], 150, 16), (14, 3))
    pace = setting.uniform(50, 90)
    rows = np.arange(_GRID[0])[:, None] / _GRID[0]
    grass = np.array((74, 102, 52)) * (1 + 0.2 * _window(far, 0, 0))[..., None]

    def draw(canvas: Canvas, time_s: float) -> None:
        flow = _window(near, 0, -time_s * pace) + 0.7 * _window(far, 0, -time_s * pace * 1.6)
        flow = flow + 0.5 * _window(near, time_s * 7, -time_s * pace * 0.7)
        glint = np.clip(flow - 1.7, 0, 1)[..., None] * 150
        field = np.array(tint) * (1 + 0.16 * flow)[..., None] + glint
        bank = (rows < 0.16) | (rows > 0.88)
        field = np.where(bank[..., None], grass, field)
        picture = np.clip(field, 0, 255).astype(np.uint8)
        for x, y, radius in stones:
            cv2.ellipse(
                picture, (int(x), int(y)), (int(radius * 1.5), int(radius)), 0, 0, 360, (112, 106, 98), -1, cv2.LINE_AA
            )
        _cover(canvas, picture.astype(np.float64))

    return _take(setting, "stream", View(4.0), setting.backdrop((74, 102, 52)), draw)


def _window(field: Field, down: float, across: float) -> Field:
    """The part of a seamless field that begins at this row and column, to the pixel."""
    rows, columns = _GRID
    kept = np.arange(rows) + int(down), np.arange(columns) + int(across)
    return field.take(kept[0], axis=0, mode="wrap").take(kept[1], axis=1, mode="wrap")


def fire(setting: Setting) -> Take:
    """Flames over logs: hot colours that rise and flicker at five to fifteen times a second."""
    coarse = seamless(octaves(setting.rng, *_GRID, finest_px=8, coarsest_px=80, slope=0.8))
    fine = seamless(octaves(setting.rng, *_GRID, finest_px=3, coarsest_px=20, slope=0.5))
    rows, columns = np.mgrid[0 : _GRID[0], 0 : _GRID[1]]
    rates, phases = setting.rng.uniform(5, 15, 5), setting.rng.uniform(0, 6.3, 5)
    width, rise = setting.uniform(0.16, 0.24), setting.uniform(130, 190)
    up = 1 - rows / (0.86 * _GRID[0])
    across = np.abs(columns / _GRID[1] - 0.5)
    room = np.array((34, 24, 20) if not setting.sealed else (20, 24, 34))

    def draw(canvas: Canvas, time_s: float) -> None:
        flicker = 1 + 0.16 * float(np.sin(2 * np.pi * rates * time_s + phases).mean()) * 2
        tongues = _window(coarse, time_s * rise, 0) + 0.6 * _window(fine, time_s * rise * 1.7, 0)
        heat = flicker * (1.25 - up * 1.5 - (across / width) ** 2 + 0.42 * tongues) * (up > 0)
        heat = np.clip(heat, 0, 1.3)
        glow = 46 * flicker * np.exp(-(((across / 0.3) ** 2) + (up - 0.2) ** 2))
        red = np.clip(room[0] + glow * 1.2 + 330 * heat, 0, 255)
        green = np.clip(room[1] + glow * 0.6 + 230 * heat**1.6, 0, 250)
        blue = np.clip(room[2] + glow * 0.2 + 120 * heat**3.5, 0, 210)
        picture = np.stack([red, green, blue], axis=2).astype(np.uint8)
        for offset, tilt in ((-22, -16), (18, 14), (0, 3)):
            cv2.ellipse(picture, (160 + offset, 158), (56, 9), tilt, 0, 360, (58, 38, 26), -1, cv2.LINE_AA)
        _cover(canvas, picture.astype(np.float64))

    return _take(setting, "fire", View(2.0), setting.backdrop((34, 24, 20)), draw)


def leaves(setting: Setting) -> Take:
    """A tree's crown sways in gusts."""
    count = 380
    angle, radius = setting.rng.uniform(0, 2 * np.pi, count), np.sqrt(setting.rng.uniform(0, 1, count))
    home = np.stack([1.35 * radius * np.cos(angle), 2.1 + 0.9 * radius * np.sin(angle)], axis=1)
    size, lean = setting.rng.uniform(0.07, 0.15, count), setting.rng.uniform(0, 2 * np.pi, count)
    phase, rate = home[:, 0] * 1.1 + setting.rng.normal(0, 0.4, count), setting.rng.uniform(0.5, 1.6, 3)
    greens = (
        ((62, 104, 40), (84, 128, 50), (104, 146, 62))
        if not setting.sealed
        else ((150, 96, 40), (176, 120, 48), (124, 110, 50))
    )
    shape = np.array([(-1, 0), (-0.4, 0.42), (0.4, 0.36), (1, 0), (0.4, -0.36), (-0.4, -0.42)])

    def draw(canvas: Canvas, time_s: float) -> None:
        gust = 0.6 + 0.4 * np.sin(2 * np.pi * 0.21 * time_s)
        sway = gust * sum(np.sin(2 * np.pi * one * time_s - phase * one) for one in rate)
        x = home[:, 0] + 0.05 * sway * (home[:, 1] - 0.8)
        spin = lean + 0.35 * sway
        cosine, sine = np.cos(spin)[:, None] * size[:, None], np.sin(spin)[:, None] * size[:, None]
        corners = np.stack(
            [shape[:, 0] * cosine - 0.8 * shape[:, 1] * sine, shape[:, 0] * sine + 0.8 * shape[:, 1] * cosine], axis=2
        )
        corners += np.stack([x, home[:, 1]], axis=1)[:, None]
        canvas.limb((0, 0.0), (0.04 * float(sway.mean()), 1.9), 0.2, (88, 66, 48))
        for shade_index, colour in enumerate(greens):
            canvas.shapes(corners[shade_index::3], colour)

    return _take(setting, "leaves", View(3.4, 0.9), setting.backdrop((92, 124, 60), wall=SKY, horizon_m=0.3), draw)


def _cover(canvas: Canvas, field: Values) -> None:
    picture: Picture = np.clip(field, 0, 255).astype(np.uint8)
    side = max(canvas.width / _GRID[1], canvas.height / _GRID[0])
    size = (int(np.ceil(_GRID[1] * side)), int(np.ceil(_GRID[0] * side)))
    grown = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
    left, top = (size[0] - canvas.width) // 2, (size[1] - canvas.height) // 2
    canvas.pixels[:] = grown[top : top + canvas.height, left : left + canvas.width]
