"""Glass and water: a glass falls and shatters, things drop into water, a jug pours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.truth.drawing import Canvas, Points, View, by, turned
from bench.truth.kinds.balls import GRAVITY
from bench.truth.materials import Colour, Material, shade
from bench.truth.take import Setting, Take
from bench.truth.truth import Ambience, Event

_WATER = (86, 134, 156)
_GLASS = (206, 230, 232)


def shatter(setting: Setting) -> Take:
    """Glasses tip off a shelf one after the other, fall, and burst on the floor."""
    floor = setting.floor(hard=True)
    shelf = setting.uniform(0.8, 1.1)
    falls_s = float(np.sqrt(2 * shelf / GRAVITY))
    tips = [setting.uniform(1.0, 1.6), setting.uniform(4.0, 4.8)]
    side = float(setting.rng.choice([-1.0, 1.0]))
    hits = [tip + 0.5 + falls_s for tip in tips]
    hit_x = [side * (0.1 + 0.12 * falls_s), side * (0.1 + 0.12 * falls_s)]
    shards = [_shards(setting, 26) for _ in tips]
    tint = _GLASS if not setting.sealed else (150, 190, 140)

    def draw(canvas: Canvas, time_s: float) -> None:
        canvas.block(
            *((0.07, shelf - 0.05, 1.5, shelf) if side < 0 else (-1.5, shelf - 0.05, -0.07, shelf)), (112, 84, 58)
        )
        for tip, hit, x, pieces in zip(tips, hits, hit_x, shards, strict=True):
            if time_s < hit:
                _tumbler(canvas, time_s, tip, shelf, side, tint, setting.sealed)
            else:
                _burst(canvas, time_s - hit, x, pieces, tint)
            if time_s < tips[0] + 2.5:
                break

    speed = GRAVITY * falls_s
    hit_events = [Event(at, "shatter", "glass", floor.name, 0.2, speed, x) for at, x in zip(hits, hit_x, strict=True)]
    debris = [replace(event, kind="debris", duration_s=0.7, required=False) for event in hit_events]
    events = tuple(sorted(hit_events + debris, key=lambda event: event.t_s))
    words = {"body": Material("glass", "玻璃杯", tint), "floor": floor}
    return Take(
        View(1.7, 0.88), (setting.backdrop(floor.colour, apart=tint),), draw, events, words, Ambience("kitchen")
    )


def _tumbler(
    canvas: Canvas, time_s: float, tip_s: float, shelf: float, side: float, tint: Colour, stemmed: bool
) -> None:
    """Slides to the edge for half a second, then falls turning."""
    slid = float(np.clip((time_s - tip_s) / 0.5, 0, 1))
    falling = max(time_s - tip_s - 0.5, 0.0)
    x = side * (-0.2 + 0.3 * slid**2 + 0.12 * falling)
    y = shelf - GRAVITY / 2 * falling**2
    outline = [(-0.05, 0), (0.05, 0), (0.06, 0.15), (-0.06, 0.15)]
    if stemmed:
        outline = [
            (-0.05, 0),
            (0.05, 0),
            (0.012, 0.02),
            (0.012, 0.08),
            (0.065, 0.17),
            (-0.065, 0.17),
            (-0.012, 0.08),
            (-0.012, 0.02),
        ]
    glass = np.array(outline) + by(x, y)
    lean = -side * min(falling * 2.2, 1.1)
    spun = turned(glass, lean, (x, y))
    spun[:, 1] += y - max(float(spun[:, 1].min()), y - 0.2) if falling else 0.0
    canvas.shadow(x, 0.0, 0.08, 0.4 / (1 + max(y, 0)))
    canvas.shape(spun, tint)
    canvas.shape((spun - spun.mean(axis=0)) * 0.7 + spun.mean(axis=0), shade(tint, 0.82))


def _shards(setting: Setting, count: int) -> Points:
    """Rows of (vx, vy, size, spin)."""
    rng = setting.rng
    rows = (
        rng.normal(0, 1.1, count),
        rng.uniform(0.4, 2.4, count),
        rng.uniform(0.012, 0.04, count),
        rng.normal(0, 14, count),
    )
    return np.stack(rows, axis=1)


def _burst(
    canvas: Canvas, after_s: float, x: float, shards: Points, tint: Colour
) -> None:  # fmt: skip
    lands = 2 * shards[:, 1] / GRAVITY
    flown = np.minimum(after_s, lands)
    slid = shards[:, 0] * 0.06 * (1 - np.exp(-np.maximum(after_s - lands, 0) * 8))
    centres = np.stack([x + shards[:, 0] * flown + slid, shards[:, 1] * flown - GRAVITY / 2 * flown**2 + 0.008], axis=1)
    angles = shards[:, 3] * flown
    corners = np.array([0.0, 2.3, 4.0])
    around = np.stack([np.cos(angles[:, None] + corners), np.sin(angles[:, None] + corners)], axis=2)
    canvas.shapes(centres[:, None] + around * shards[:, 2, None, None], tint)


def splash(setting: Setting) -> Take:
    """Stones fall into water: a crown of drops, and rings."""
    body = setting.body()
    reach = setting.reach(1.8)
    times = list(np.cumsum([setting.uniform(1.0, 1.5), *(setting.uniform(1.5, 2.2) for _ in range(2))]))
    places = [setting.uniform(-0.6, 0.6) * reach for _ in times]
    sizes = [setting.uniform(0.07, 0.12) for _ in times]
    drops = [_shards(setting, 30) for _ in times]
    drop_m = 1.25
    falls_s = float(np.sqrt(2 * drop_m / GRAVITY))

    def draw(canvas: Canvas, time_s: float) -> None:
        for at, x, size in zip(times, places, sizes, strict=True):
            after = time_s - at
            if -falls_s <= after < size * 2 / (GRAVITY * falls_s):
                canvas.disc(
                    x,
                    size - (GRAVITY * falls_s * after if after > 0 else 0) + _height(after, falls_s),
                    size,
                    body.colour,
                )
        canvas.block(-9, -0.9, 9, 0.0, _WATER)
        _swell(canvas, time_s)
        for at, x, size, spray in zip(times, places, sizes, drops, strict=True):
            if 0 <= time_s - at < 2:
                _crown(canvas, time_s - at, x, spray * (1, 1 + size * 8, 0.7, 1))

    speed = GRAVITY * falls_s
    events = tuple(
        Event(
            float(at),
            "splash",
            body.name,
            "water",
            3000 * size**3,
            speed,
            x,
            required=bool(at < setting.duration_s - 0.1),
        )
        for at, x, size in zip(times, places, sizes, strict=True)
        if at < setting.duration_s
    )
    backdrop = setting.backdrop(_WATER, apart=body.colour, horizon_m=0.0)
    return Take(View(1.8, 0.74), (backdrop,), draw, events, {"body": body}, Ambience("pond"))


def _height(after_s: float, falls_s: float) -> float:
    return 0.0 if after_s > 0 else GRAVITY / 2 * (falls_s**2 - (falls_s + after_s) ** 2)


def _swell(canvas: Canvas, time_s: float) -> None:
    x = np.linspace(-3, 3, 60)
    for depth in (0.06, 0.14, 0.24, 0.36):
        y = -depth + 0.006 * np.sin(9 * x / (1 + depth) + time_s * 1.3 + depth * 40)
        canvas.strokes(np.stack([x, y], axis=1)[None], 1, shade(_WATER, 1.14))


def _crown(canvas: Canvas, after_s: float, x: float, spray: Points) -> None:
    if after_s < 0.46:
        rise = 0.34 * float(np.sin(np.pi * after_s / 0.46))
        half = 0.05 + 0.16 * after_s
        canvas.shape(
            [
                (x - half, 0),
                (x - half * 1.3, rise),
                (x - half * 0.4, rise * 0.6),
                (x, rise * 0.9),
                (x + half * 0.4, rise * 0.6),
                (x + half * 1.3, rise),
                (x + half, 0),
            ],
            (206, 226, 234),
        )
    height = spray[:, 1] * after_s - GRAVITY / 2 * after_s**2
    flying = height > 0
    points = np.stack([x + spray[:, 0] * 0.45 * after_s, height], axis=1)[flying]
    canvas.discs(points, spray[flying, 2] * 0.9, (214, 232, 238))
    angles = np.linspace(0, 2 * np.pi, 40)
    for delay in (0.0, 0.16, 0.32):
        radius = 0.55 * (after_s - delay)
        if radius > 0.01:
            ring = np.stack(
                [x + radius * np.cos(angles), -0.03 - 0.13 * radius + 0.12 * radius * np.sin(angles)], axis=1
            )
            canvas.strokes(ring[None], 2, shade(_WATER, 1 + 0.5 * np.exp(-2 * after_s)))


def pour(setting: Setting) -> Take:
    """A jug tips, a stream falls into a glass, the jug is set down again."""
    tip_s, lasts = setting.uniform(0.8, 1.3), setting.uniform(2.2, 3.2)
    flows_s, ends_s = tip_s + 0.6, tip_s + 0.6 + lasts
    down_s = ends_s + setting.uniform(1.3, 1.6)
    side = float(setting.rng.choice([-1.0, 1.0]))
    jug = setting.pick(((176, 120, 84), (90, 110, 150)) if not setting.sealed else ((70, 120, 100),))
    drink = setting.pick(((120, 170, 210), (196, 130, 40)))
    falls_s = 0.17
    down_speed = 2 * 0.22 / (down_s - ends_s - 0.5)

    def lifted(time_s: float) -> tuple[float, float]:
        """(tilt 0..1, height) of the jug: set down at a steady, growing speed that stops on the table."""
        tilt = float(np.clip((time_s - tip_s) / 0.6, 0, 1) - np.clip((time_s - ends_s) / 0.5, 0, 1))
        lowering = float(np.clip((time_s - ends_s - 0.5) / (down_s - ends_s - 0.5), 0, 1))
        return tilt * tilt * (3 - 2 * tilt), 0.22 * (1 - lowering**2)

    def draw(canvas: Canvas, time_s: float) -> None:
        tilt, height = lifted(time_s)
        level = 0.15 * float(np.clip((time_s - flows_s - falls_s) / lasts, 0, 1))
        _jug(canvas, tilt, height, side, jug)
        _stream(canvas, time_s - flows_s, ends_s - flows_s, falls_s, side, drink, level)
        for x in (-0.07, 0.06):
            canvas.block(x, 0.0, x + 0.01, 0.2, (214, 224, 228))
        canvas.block(-0.06, 0.0, 0.06, 0.012, (214, 224, 228))
        if level > 0.002:
            canvas.block(-0.06, 0.012, 0.06, 0.012 + level, drink)

    events = (
        Event(flows_s + falls_s, "pour", "water", "glass", 0.1, 1.5, 0.0, lasts),
        Event(down_s, "set-down", "ceramic", "wood", 0.8, down_speed, side * 0.4),
    )
    table = (150, 110, 72) if not setting.sealed else (90, 84, 92)
    return Take(View(0.85, 0.8), (setting.backdrop(table, horizon_m=0.03),), draw, events, {}, Ambience("kitchen"))


def _jug(canvas: Canvas, tilt: float, height: float, side: float, colour: Colour) -> None:
    body = np.array([(0.3, 0.0), (0.5, 0.0), (0.52, 0.16), (0.46, 0.26), (0.34, 0.26), (0.28, 0.16)]) + by(0, height)
    lip = (0.34, 0.26 + height)
    shape = turned(body, 1.15 * tilt, lip) + np.array([-0.3, 0.06]) * tilt
    handle = turned(
        np.array([(0.5, 0.2 + height), (0.58, 0.18 + height), (0.57, 0.06 + height), (0.5, 0.04 + height)]),
        1.15 * tilt,
        lip,
    )
    flip = np.array([side, 1.0])
    canvas.strokes(
        ((handle + np.array([-0.3, 0.06]) * tilt) * flip)[None], max(int(0.02 * canvas.px_per_m), 2), shade(colour, 0.7)
    )
    canvas.shape(shape * flip, colour)


def _stream(
    canvas: Canvas, since_s: float, lasts_s: float, falls_s: float, side: float, colour: Colour, level: float
) -> None:  # fmt: skip
    """From the lip to the drink's surface: head and tail both fall."""
    if not 0 < since_s < lasts_s + falls_s:
        return
    top = 0.54
    first = GRAVITY / 2 * max(since_s - lasts_s, 0) ** 2 * 1.4
    last = min((top - 0.012 - level), (top - 0.012) * (since_s / falls_s) ** 2)
    down = np.linspace(min(first, last), last, 12)
    wobble = 0.003 * np.sin(down * 40 - since_s * 30)
    x = side * 0.04 * np.exp(-down * 8) + wobble
    canvas.strokes(np.stack([x, top - down], axis=1)[None], max(int(0.016 * canvas.px_per_m), 2), colour)
