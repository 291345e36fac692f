"""Hand-driven blows: hammer, knuckles, keys, knife. Each blow's contact is exact and its speed known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.truth.drawing import Canvas, View, by, turned
from bench.truth.materials import Colour, Material, shade
from bench.truth.take import Setting, Take
from bench.truth.truth import Ambience, Event

SKIN: tuple[Colour, ...] = ((224, 172, 140), (150, 102, 72), (244, 200, 170), (98, 66, 48))
SLEEVES: tuple[Colour, ...] = ((60, 84, 130), (120, 44, 44), (64, 92, 70), (60, 60, 66))


@dataclass(frozen=True, slots=True)
class Blows:
    """Distance from contact over time: raised, swung down at constant acceleration, thrown back a little."""

    times_s: tuple[float, ...]
    tops: tuple[float, ...]  # how far it is raised before each blow
    swing_s: float  # from the top to the contact
    recoil: float = 0.25  # share of speed kept

    def speed(self, index: int) -> float:
        """At the contact, in the units of `tops` per second."""
        return 2 * self.tops[index] / self.swing_s

    def offset(self, time_s: float) -> float:
        """0 at the contacts, above 0 elsewhere."""
        coming = next((index for index, at in enumerate(self.times_s) if at > time_s), None)
        if coming is None:
            return self._lifted(time_s, len(self.times_s) - 1, self.times_s[-1] + 0.6, self.tops[-1] * 0.5)
        begins = self.times_s[coming] - self.swing_s
        if time_s >= begins:
            return float(self.tops[coming] * (1 - ((time_s - begins) / self.swing_s) ** 2))
        if coming == 0:
            return self.tops[0]
        return self._lifted(time_s, coming - 1, begins, self.tops[coming])

    def _lifted(self, time_s: float, last: int, until_s: float, top: float) -> float:
        """Cubic from the contact, leaving at the recoil's speed, to rest at the top."""
        span = max(until_s - self.times_s[last], 1e-3)
        share = min((time_s - self.times_s[last]) / span, 1.0)
        leaving = min(self.recoil * self.speed(last) * span, 2.5 * top)
        return float(top * share**2 * (3 - 2 * share) + leaving * share * (1 - share) ** 2)


def _rhythm(setting: Setting, gap_s: tuple[float, float], *, group: int = 0, rest_s: float = 1.0) -> list[float]:
    """Contact times from a little after the start to a little before the end; `group` blows, then a rest."""
    time_s, times = setting.uniform(0.7, 1.2), list[float]()
    pace = setting.uniform(*gap_s)
    while time_s < setting.duration_s - 0.35:
        times.append(time_s)
        time_s += pace * setting.uniform(0.9, 1.1)
        if group and len(times) % group == 0:
            time_s += rest_s * setting.uniform(0.8, 1.3)
    return times


def _blows(setting: Setting, times: list[float], top: tuple[float, float], swing_s: float, recoil: float) -> Blows:
    return Blows(tuple(times), tuple(setting.uniform(*top) for _ in times), swing_s, recoil)


def _events(
    blows: Blows, kind: str, actor: str, struck: str, mass: float, x: float, metres: float = 1.0
) -> tuple[Event, ...]:
    """`metres` turns the unit of the offset (radians on an arm) into metres."""
    return tuple(
        Event(at, kind, actor, struck, mass, blows.speed(index) * metres, x) for index, at in enumerate(blows.times_s)
    )


def hammer(setting: Setting) -> Take:
    """An arm swings a hammer down on a nail or a plate on a bench."""
    struck = setting.pick(_benches(setting))
    blows = _blows(setting, _rhythm(setting, (0.5, 0.95)), (0.7, 1.25), setting.uniform(0.14, 0.2), 0.22)
    side = float(setting.rng.choice([-1.0, 1.0]))
    skin, sleeve = setting.pick(SKIN), setting.pick(SLEEVES)
    length, elbow = 0.52, np.array([-0.52, 0.16])
    handle, head = (126, 86, 48), (96, 100, 108)
    flip = np.array([side, 1.0])

    def draw(canvas: Canvas, time_s: float) -> None:
        angle = blows.offset(time_s)
        joints = np.array([(-0.95, 0.3), elbow, elbow + by(0.24, 0.0), elbow + by(length, 0.0)])
        joints[2:] = turned(joints[2:], angle, (float(elbow[0]), float(elbow[1])))
        shoulder, bend, hand, tip = joints * flip
        iron = turned(
            elbow + np.array([(0.47, -0.115), (0.57, -0.115), (0.57, 0.07), (0.47, 0.07)]), angle, tuple(elbow)
        )
        canvas.limb(shoulder, bend, 0.13, sleeve)
        canvas.limb(bend, hand, 0.09, shade(sleeve, 1.15))
        canvas.limb(hand, tip, 0.03, handle)
        canvas.shape(iron * flip, head)
        canvas.disc(float(hand[0]), float(hand[1]), 0.06, skin)

    def props(canvas: Canvas) -> None:
        canvas.block(-0.7, -0.2, 0.7, 0.0, shade(struck.colour, 0.85))
        canvas.block(-0.7, -0.03, 0.7, 0.0, struck.colour)
        canvas.block(side * 0.0 - 0.06, 0.0, side * 0.0 + 0.06, 0.045, (170, 172, 176))

    events = _events(blows, "blow", "steel", struck.name, 0.5, 0.0, length)
    backdrop = setting.backdrop((96, 84, 72), horizon_m=-0.2, props=props)
    return Take(View(1.3, 0.7), (backdrop,), draw, events, {"body": struck}, Ambience("workshop"))


def _benches(setting: Setting) -> tuple[Material, ...]:
    if setting.sealed:
        return (Material("stone", "石头", (140, 136, 130)),)
    return Material("wood", "木板", (170, 124, 76)), Material("steel", "钢板", (150, 156, 164))


def knock(setting: Setting) -> Take:
    """Knuckles on a door that stands edge-on."""
    door = setting.pick(
        (Material("metal", "铁", (120, 126, 134)),) if setting.sealed else (Material("wood", "木", (140, 94, 54)),)
    )
    times = _rhythm(setting, (0.19, 0.34), group=int(setting.rng.integers(2, 5)), rest_s=1.0)
    blows = _blows(setting, times, (0.07, 0.13), 0.075, 0.3)
    side = float(setting.rng.choice([-1.0, 1.0]))
    skin, sleeve, at = setting.pick(SKIN), setting.pick(SLEEVES), 0.22

    def draw(canvas: Canvas, time_s: float) -> None:
        knuckles = at - blows.offset(time_s)
        fist = [(knuckles - 0.09, 0.5), (knuckles, 0.51), (knuckles, 0.59), (knuckles - 0.1, 0.6)]
        canvas.limb((side * (knuckles - 0.5), 0.3), (side * (knuckles - 0.14), 0.53), 0.1, sleeve)
        canvas.shape(np.array(fist) * (side, 1), skin)
        canvas.limb((side * (knuckles - 0.14), 0.53), (side * (knuckles - 0.06), 0.55), 0.07, skin)

    def props(canvas: Canvas) -> None:
        left, right = sorted((side * at, side * (at + 0.09)))
        canvas.block(left, -0.2, right, 1.2, door.colour)
        left, right = sorted((side * (at + 0.09), side * 3))
        canvas.block(left, -0.2, right, 1.2, shade(door.colour, 0.5))

    events = _events(blows, "knock", "skin", door.name, 0.4, side * at)
    backdrop = setting.backdrop((120, 110, 100), horizon_m=0.05, props=props)
    return Take(View(1.0, 0.98), (backdrop,), draw, events, {"body": door}, Ambience("room"))


def typing(setting: Setting) -> Take:
    """Two hands seen from the front, eight fingers, keys that go down."""
    times = _rhythm(setting, (0.13, 0.24), group=int(setting.rng.integers(6, 12)), rest_s=0.35)
    fingers = [int(setting.rng.integers(8)) for _ in times]
    own = [tuple(at for at, finger in zip(times, fingers, strict=True) if finger == index) for index in range(8)]
    moves = [Blows(at, (0.022,) * len(at), 0.05, 0.1) for at in own]
    keys = np.array([-0.135, -0.105, -0.075, -0.045, 0.045, 0.075, 0.105, 0.135])
    skin, cap = setting.pick(SKIN), setting.pick(((62, 64, 70), (210, 210, 204)))

    def draw(canvas: Canvas, time_s: float) -> None:
        for index, key in enumerate(keys):
            lifted = moves[index].offset(time_s) if own[index] else 0.022
            rest = 0.006 if lifted > 0.006 else lifted
            canvas.block(key - 0.013, 0.0, key + 0.013, 0.004 + rest, cap)
            tip = (float(key), 0.011 + lifted)
            knuckle = (float(key) * 0.94, 0.065 + lifted * 0.3)
            canvas.limb(knuckle, tip, 0.014, shade(skin, 0.94 + 0.04 * (index % 2)))
        for side in (-1, 1):
            canvas.limb((side * 0.052, 0.075), (side * 0.118, 0.075), 0.045, skin)
            canvas.limb((side * 0.085, 0.08), (side * 0.105, 0.2), 0.05, (74, 80, 96))

    def props(canvas: Canvas) -> None:
        canvas.block(-0.19, -0.02, 0.19, 0.0, shade(cap, 0.7))
        canvas.block(-1, -0.1, 1, -0.02, (120, 92, 64))

    events = tuple(
        Event(at, "key", "skin", "plastic", 0.02, 0.88, float(keys[finger]))
        for at, finger in zip(times, fingers, strict=True)
    )
    backdrop = setting.backdrop((120, 92, 64), horizon_m=-0.03, props=props)
    return Take(View(0.3, 0.8), (backdrop,), draw, events, {}, Ambience("office"))


def chop(setting: Setting) -> Take:
    """A knife goes through a carrot, and stops on the board."""
    board = setting.pick(
        (Material("bamboo", "竹", (206, 180, 120)),) if setting.sealed else (Material("wood", "木", (190, 150, 100)),)
    )
    blows = _blows(setting, _rhythm(setting, (0.26, 0.5)), (0.1, 0.16), 0.1, 0.1)
    skin, sleeve = setting.pick(SKIN), setting.pick(SLEEVES)
    food = setting.pick(((92, 140, 60), (180, 60, 70)) if setting.sealed else ((228, 120, 40), (120, 160, 60)))
    begins, ends = blows.times_s[0], blows.times_s[-1]

    def draw(canvas: Canvas, time_s: float) -> None:
        lifted = blows.offset(time_s)
        eaten = float(np.clip((time_s - begins) / max(ends - begins, 0.1), 0, 1)) * 0.3
        canvas.block(-0.42, 0.0, 0.02 - eaten, 0.055, food)
        cut = [at for at in blows.times_s if at <= time_s]
        for index, _ in enumerate(cut[-12:]):
            canvas.disc(0.06 + 0.025 * index, 0.02, 0.02, shade(food, 1.15))
        edge = 0.02 - eaten
        blade = np.array([(edge - 0.005, 0.0), (edge + 0.3, 0.0), (edge + 0.33, 0.08), (edge - 0.005, 0.07)]) + by(
            0,
            lifted,
        )
        canvas.shape(blade, (196, 200, 206))
        canvas.limb((edge + 0.33, 0.055 + lifted), (edge + 0.46, 0.075 + lifted), 0.04, (44, 40, 40))
        canvas.limb((edge + 0.42, 0.08 + lifted), (edge + 0.5, 0.1 + lifted), 0.09, skin)
        canvas.limb((edge + 0.5, 0.1 + lifted), (edge + 0.95, 0.3 + lifted * 0.4), 0.1, sleeve)

    def props(canvas: Canvas) -> None:
        canvas.block(-0.55, -0.05, 0.55, 0.0, board.colour)

    events = _events(blows, "chop", "steel", board.name, 0.25, 0.1)
    backdrop = setting.backdrop((84, 88, 92), horizon_m=-0.03, props=props)
    return Take(View(0.8, 0.75), (backdrop,), draw, events, {"body": board}, Ambience("kitchen"))


Kind = Callable[[Setting], Take]
