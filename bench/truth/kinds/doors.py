"""Things with stages: a door that swings and slams, a drawer pulled out and pushed home, a box dragged by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bench.truth.drawing import Canvas, Points, View
from bench.truth.kinds.strikes import SKIN, SLEEVES
from bench.truth.materials import Material, shade
from bench.truth.take import Setting, Take
from bench.truth.truth import Ambience, Event

Motion = Callable[[float], float]


def _opened(opens_s: float, shuts_s: float, out_s: float, in_s: float) -> Motion:
    """0 shut .. 1 open: eased out within `out_s`, then pushed in, ever faster, to stop dead at `shuts_s`."""

    def at(time_s: float) -> float:
        if time_s >= shuts_s:
            return 0.0
        if time_s >= shuts_s - in_s:
            return 1 - ((time_s - shuts_s + in_s) / in_s) ** 2
        share = float(np.clip((time_s - opens_s) / out_s, 0, 1))
        return share * share * (3 - 2 * share)

    return at


def door(setting: Setting) -> Take:
    """A door opens away from its frame and slams, twice."""
    wood = Material(
        "wood", "木", setting.pick(((150, 104, 66), (186, 180, 168)) if not setting.sealed else ((96, 120, 110),))
    )
    swings = [
        (setting.uniform(0.5, 0.9), setting.uniform(2.6, 3.2)),
        (setting.uniform(4.0, 4.4), setting.uniform(5.9, 6.2)),
    ]
    in_s = [setting.uniform(0.3, 0.75) for _ in swings]
    moves = [_opened(opens, shuts, 1.0, in_s[index]) for index, (opens, shuts) in enumerate(swings)]
    side = float(setting.rng.choice([-1.0, 1.0]))

    def draw(canvas: Canvas, time_s: float) -> None:
        angle = 1.25 * max(move(time_s) for move in moves)
        across, depth = 0.9 * np.cos(angle), 0.22 * np.sin(angle)
        hinge, edge = side * 0.45, side * (0.45 - across)
        leaf = np.array([(hinge, 0.0), (edge, -depth), (edge, 2.0 + depth), (hinge, 2.0)])
        canvas.shape(leaf, shade(wood.colour, 1 - 0.25 * np.sin(angle)))
        for low, high in ((0.15, 0.85), (1.1, 1.85)):
            canvas.shape(_panel(leaf, low / 2, high / 2), shade(wood.colour, 0.78))
        knob = leaf[0] + (leaf[1] - leaf[0]) * 0.9 + (0, 1.0 + depth)
        canvas.disc(float(knob[0]), float(knob[1]), 0.035, (206, 186, 120))

    def props(canvas: Canvas) -> None:
        canvas.block(-0.53, 0.0, 0.53, 2.08, shade(wood.colour, 0.6))
        canvas.block(-0.45, 0.0, 0.45, 2.0, (34, 30, 32))

    slams = [
        Event(shuts, "slam", "wood", "wood", 18.0, 2 * 1.25 * 0.45 / in_s[index], -side * 0.45)
        for index, (_, shuts) in enumerate(swings)
    ]
    creaks = [Event(opens, "creak", "metal", "wood", 1.0, 0.5, side * 0.45, 1.0, required=False) for opens, _ in swings]
    swooshes = [
        Event(shuts - in_s[index], "creak", "metal", "wood", 1.0, 0.5, side * 0.45, in_s[index] - 0.06, required=False)
        for index, (_, shuts) in enumerate(swings)
    ]
    events = tuple(sorted(slams + creaks + swooshes, key=lambda event: event.t_s))
    backdrop = setting.backdrop((128, 104, 84), horizon_m=0.04, props=props)
    return Take(View(2.5, 0.9), (backdrop,), draw, events, {"body": wood}, Ambience("home"))


def _panel(leaf: Points, low: float, high: float) -> list[tuple[float, float]]:
    corners = []
    for across, up in ((0.15, low), (0.8, low), (0.8, high), (0.15, high)):
        bottom = leaf[0] + (leaf[1] - leaf[0]) * across
        top = leaf[3] + (leaf[2] - leaf[3]) * across
        corners.append((float(bottom[0] + (top[0] - bottom[0]) * up), float(bottom[1] + (top[1] - bottom[1]) * up)))
    return corners


def drawer(setting: Setting) -> Take:
    """Seen from the side: a hand pulls a drawer out and pushes it home, two or three times."""
    wood = Material(
        "wood", "木", setting.pick(((164, 120, 78), (212, 204, 190)) if not setting.sealed else ((110, 70, 60),))
    )
    opens = [0.6 + index * 2.45 + setting.uniform(0, 0.3) for index in range(int(setting.rng.integers(2, 4)))]
    out_s, in_s = [setting.uniform(0.5, 0.8) for _ in opens], [setting.uniform(0.22, 0.45) for _ in opens]
    shuts = [at + setting.uniform(1.5, 1.9) for at in opens]
    moves = [_opened(*times) for times in zip(opens, shuts, out_s, in_s, strict=True)]
    side = float(setting.rng.choice([-1.0, 1.0]))
    skin, sleeve = setting.pick(SKIN), setting.pick(SLEEVES)

    def draw(canvas: Canvas, time_s: float) -> None:
        out = 0.36 * max(move(time_s) for move in moves)
        left, right = sorted((side * (-0.1 + out), side * (-0.5 + out)))
        canvas.block(left, 0.42, right, 0.6, shade(wood.colour, 1.2))
        left, right = sorted((side * (-0.1 + out), side * (-0.06 + out)))
        canvas.block(left, 0.39, right, 0.63, shade(wood.colour, 0.72))
        canvas.disc(side * (-0.035 + out), 0.51, 0.025, (188, 184, 170))
        canvas.limb((side * (0.45 + out), 0.75), (side * (0.08 + out), 0.54), 0.1, sleeve)
        canvas.limb((side * (0.06 + out), 0.53), (side * (-0.02 + out), 0.51), 0.07, skin)
        left, right = _span(side * -0.75, side * -0.12)
        canvas.block(left, 0.0, right, 0.4, wood.colour)
        canvas.block(left, 0.62, right, 0.82, wood.colour)

    thuds = [
        Event(at, "thud", "wood", "wood", 2.5, 2 * 0.36 / speed, side * -0.1)
        for at, speed in zip(shuts, in_s, strict=True)
    ]
    pulls = [Event(at, "slide", "wood", "wood", 2.5, 0.5, 0.0, lasts) for at, lasts in zip(opens, out_s, strict=True)]
    pushes = [
        Event(at - lasts, "slide", "wood", "wood", 2.5, 0.8, 0.0, lasts - 0.05)
        for at, lasts in zip(shuts, in_s, strict=True)
    ]
    known = [event for event in thuds + pulls + pushes if event.t_s < setting.duration_s - 0.05]
    backdrop = setting.backdrop((116, 98, 82), horizon_m=0.05)
    ordered = tuple(sorted(known, key=lambda event: event.t_s))
    return Take(View(1.1, 0.92), (backdrop,), draw, ordered, {"body": wood}, Ambience("home"))


def _span(first: float, second: float) -> tuple[float, float]:
    return min(first, second), max(first, second)


def drag(setting: Setting) -> Take:
    """A box is pulled along the floor by a rope in two or three tugs."""
    floor, body = setting.floor(), setting.body()
    begins = [0.8 + index * 2.4 + setting.uniform(0, 0.3) for index in range(3)]
    lasts = [setting.uniform(1.0, 1.6) for _ in begins]
    side = float(setting.rng.choice([-1.0, 1.0]))
    reach = setting.reach(1.8)
    each = reach * 0.42
    skin, sleeve = setting.pick(SKIN), setting.pick(SLEEVES)

    def along(time_s: float) -> float:
        shares = [float(np.clip((time_s - at) / span, 0, 1)) for at, span in zip(begins, lasts, strict=True)]
        return -0.75 * reach + each * sum(share * share * (3 - 2 * share) for share in shares)

    def draw(canvas: Canvas, time_s: float) -> None:
        x = along(time_s)
        canvas.shadow(side * x, 0.0, 0.3, 0.5)
        left, right = _span(side * (x - 0.2), side * (x + 0.2))
        canvas.block(left, 0.0, right, 0.32, body.colour)
        canvas.block(left, 0.14, right, 0.18, shade(body.colour, 0.6))
        canvas.limb((side * (x + 0.2), 0.16), (side * (x + 0.62), 0.4), 0.02, (200, 180, 130))
        canvas.limb((side * (x + 0.62), 0.4), (side * (x + 1.3), 0.8), 0.11, sleeve)
        canvas.disc(side * (x + 0.6), 0.39, 0.055, skin)

    events = tuple(
        Event(at, "slide", body.name, floor.name, 5.0, each / span, side * along(at), span,
              path=((at, side * along(at)), (at + span, side * along(at + span))))
        for at, span in zip(begins, lasts, strict=True)
    )  # fmt: skip
    words = {"body": body, "floor": floor}
    return Take(
        View(1.8, 0.84), (setting.backdrop(floor.colour, horizon_m=0.15),), draw, events, words, Ambience("room")
    )
