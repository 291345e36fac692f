"""Things that must not make a detector fire: the camera moves, the light changes, people wave, words appear."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from bench.truth.drawing import Canvas, Picture, View
from bench.truth.figure import Clothes
from bench.truth.kinds.strikes import SKIN, SLEEVES
from bench.truth.look import Camera
from bench.truth.materials import Colour, shade
from bench.truth.take import Setting, Take
from bench.truth.truth import Ambience

_COLOURS: tuple[Colour, ...] = ((170, 70, 60), (70, 110, 150), (90, 130, 80), (200, 170, 90), (120, 90, 130))


def _still_life(setting: Setting) -> Callable[[Canvas], None]:
    """A few objects that stand on the floor."""
    count = 6
    rows = [
        (
            setting.uniform(-1.5, 1.5),
            setting.uniform(0.1, 0.25),
            setting.uniform(0.25, 1.1),
            setting.pick(_COLOURS),
            index % 3,
        )
        for index in range(count)
    ]

    def props(canvas: Canvas) -> None:
        for x, half, tall, colour, form in rows:
            canvas.shadow(x, 0.0, half * 1.4, 0.5)
            if form == 0 and not setting.sealed:
                canvas.disc(x, half, half, colour)
            elif form == 1:
                canvas.shape([(x - half, 0), (x + half, 0), (x + half * 0.6, tall), (x - half * 0.6, tall)], colour)
            else:
                canvas.block(x - half, 0, x + half, tall, colour)
                canvas.block(x - half * 0.7, tall * 0.6, x + half * 0.7, tall * 0.7, shade(colour, 1.4))

    return props


def _nothing(canvas: Canvas, time_s: float) -> None:
    """Nothing moves in front of the backdrop."""


def _scene(setting: Setting, **changes: object) -> Take:
    backdrop = setting.backdrop(setting.floor().colour, props=_still_life(setting))
    plain = {"view": View(2.0), "backdrops": (backdrop,), "draw": _nothing, "ambience": Ambience("room")}
    return Take(**{**plain, **changes})  # type: ignore[arg-type]


def shake(setting: Setting) -> Take:
    """A hand-held camera shakes."""
    return _scene(
        setting,
        camera=Camera(
            shake=setting.uniform(0.008, 0.02), shake_hz=setting.uniform(3, 9), seed=int(setting.rng.integers(2**31))
        ),
    )


def pan(setting: Setting) -> Take:
    """The camera pans."""
    return _scene(setting, camera=Camera(pan=(setting.uniform(0.15, 0.3) * float(setting.rng.choice([-1, 1])), 0.0)))


def zoom(setting: Setting) -> Take:
    """The camera zooms in."""
    return _scene(setting, camera=Camera(zoom=setting.uniform(1.2, 1.6)))


def flicker(setting: Setting) -> Take:
    """A lamp flickers."""
    rates, depth = setting.rng.uniform(1.5, 9, 3), setting.uniform(0.06, 0.16)
    return _scene(setting, light=lambda time_s: float(1 - depth + depth * np.sin(2 * np.pi * rates * time_s).mean()))


def flash(setting: Setting) -> Take:
    """Photographers' flashes."""
    times = [setting.uniform(0.8, 1.6) + index * setting.uniform(1.4, 1.9) for index in range(4)]
    return _scene(setting, light=lambda time_s: 2.6 if any(0 <= time_s - at < 0.05 for at in times) else 1.0)


def cut(setting: Setting) -> Take:
    """Three shots; in each a balloon drifts."""
    cuts = (setting.uniform(1.8, 2.9), setting.uniform(4.4, 5.6))
    backdrops = tuple(setting.backdrop(setting.floor().colour, props=_still_life(setting)) for _ in range(3))
    starts = [(setting.uniform(-0.8, 0.8), setting.uniform(0.7, 1.2), setting.uniform(-0.12, 0.12)) for _ in range(3)]
    colours = [setting.pick(_COLOURS) for _ in range(3)]

    def draw(canvas: Canvas, time_s: float) -> None:
        shot = sum(time_s >= at for at in cuts)
        x, y, speed = starts[shot]
        _balloon(canvas, x + speed * time_s, y + 0.06 * float(np.sin(time_s * 0.9)), colours[shot])

    return _scene(setting, backdrops=backdrops, draw=draw, cuts=cuts)


def _balloon(canvas: Canvas, x: float, y: float, colour: Colour) -> None:
    canvas.limb((x, y - 0.16), (x + 0.02, y - 0.55), 0.012, (90, 90, 90))
    canvas.disc(x, y, 0.16, colour)
    canvas.disc(x - 0.05, y + 0.06, 0.03, shade(colour, 1.5))


def wave(setting: Setting) -> Take:
    """Somebody waves an arm, and touches nothing."""
    rate, swing = setting.uniform(0.5, 1.3), setting.uniform(0.35, 0.6)
    clothes = Clothes(setting.pick(SKIN), setting.pick(SLEEVES), (50, 52, 60), (30, 28, 26))

    def draw(canvas: Canvas, time_s: float) -> None:
        angle = 0.5 + swing * float(np.sin(2 * np.pi * rate * time_s))
        canvas.shadow(0.0, 0.0, 0.35, 0.5)
        for x in (-0.11, 0.11):
            canvas.limb((x, 0.08), (x * 0.9, 0.9), 0.16, clothes.trousers)
            canvas.limb((x, 0.05), (x * 1.5, 0.05), 0.1, clothes.shoe)
        canvas.shape([(-0.22, 1.45), (0.22, 1.45), (0.17, 0.85), (-0.17, 0.85)], clothes.shirt)
        canvas.limb((-0.24, 1.4), (-0.29, 0.85), 0.09, shade(clothes.shirt, 0.85))
        elbow = np.array([0.42, 1.5])
        hand = elbow + 0.3 * np.array([np.sin(angle - 0.5), np.cos(angle - 0.5)])
        canvas.limb((0.22, 1.38), elbow, 0.09, shade(clothes.shirt, 0.85))
        canvas.limb(elbow, hand, 0.075, clothes.skin)
        canvas.disc(float(hand[0]), float(hand[1]), 0.06, clothes.skin)
        canvas.disc(0.0, 1.66, 0.12, clothes.skin)

    return Take(View(2.2, 0.9), (setting.backdrop(setting.floor().colour),), draw, ambience=Ambience("room"))


def subtitles(setting: Setting) -> Take:
    """Captions come and go over a scene in which a balloon drifts."""
    lines = ("I never said that.", "Then who did?", "Wait here.", "It was years ago.", "Listen.")
    times = np.arange(0.4, 8, setting.uniform(1.3, 1.9))
    order = setting.rng.permutation(len(lines))
    colour, start = setting.pick(_COLOURS), setting.uniform(-0.9, 0.3)

    def draw(canvas: Canvas, time_s: float) -> None:
        _balloon(canvas, start + 0.1 * time_s, 1.0 + 0.05 * float(np.sin(time_s)), colour)

    def overlay(picture: Picture, time_s: float) -> None:
        shown = int(np.searchsorted(times, time_s)) - 1
        if shown >= 0 and time_s - times[shown] < 1.1:
            _caption(picture, lines[order[shown % len(lines)]])

    return _scene(setting, draw=draw, overlay=overlay)


def _caption(picture: Picture, words: str) -> None:
    height, width = picture.shape[:2]
    scale = min(height / 420, width / 560)
    (wide, _), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, scale, 2)
    at = ((width - wide) // 2, int(height * 0.86))
    cv2.putText(picture, words, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 4, cv2.LINE_AA)
    cv2.putText(picture, words, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (245, 245, 245), 1, cv2.LINE_AA)
