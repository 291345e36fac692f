"""Walking and running, from the side and from the front with the feet out of the picture."""

from __future__ import annotations

from dataclasses import replace

from bench.truth.drawing import Canvas, View
from bench.truth.figure import FLAT_S, Clothes, Gait, draw_front, draw_side
from bench.truth.kinds.strikes import SKIN, SLEEVES
from bench.truth.materials import Material
from bench.truth.take import SKY, Setting, Take
from bench.truth.truth import Ambience, Event

_FOOT_KG = 4.0
_TOE_KG = 1.0
_LOOSE = ("gravel", "grass", "sand")
_CRUNCH_S = 0.18
_TROUSERS = ((44, 48, 62), (86, 72, 56), (52, 60, 48))
_SHOES = ((30, 26, 24), (120, 72, 40), (200, 196, 190))


def _clothes(setting: Setting) -> Clothes:
    picked = (setting.pick(SKIN), setting.pick(SLEEVES), setting.pick(_TROUSERS), setting.pick(_SHOES))
    return Clothes(*picked, coat=setting.sealed)


def _gait(setting: Setting, speed_m_s: float, period_s: float, start_x: float, *, running: bool) -> Gait:
    steep = (0.5, 0.75) if running else (0.2, 0.36)
    landings = tuple(setting.uniform(*steep) for _ in range(64))
    return Gait(setting.uniform(0.15, 0.5), period_s, speed_m_s, start_x, landings, running)


def _strikes(gait: Gait, until_s: float) -> list[int]:
    return [step for step in range(200) if gait.strike(step) < until_s]


def _steps(
    gait: Gait, floor: Material, facing: float, reach: float, setting: Setting, *, followed: bool
) -> tuple[Event, ...]:
    found = []
    for step in _strikes(gait, setting.duration_s):
        at = gait.strike(step)
        x = gait.strike_x(step) - (gait.speed_m_s * at if followed else 0)
        required = abs(x + 0.1) < reach - 0.1
        found.append(
            Event(at, "step", "shoe", floor.name, _FOOT_KG, gait.landing_m_s(step), facing * x, required=required)
        )
    return _with_what_follows(found)


def _after(step: Event) -> Event:
    """What follows a heel strike, neither missed nor false: the toe comes down, or loose ground gives way."""
    if step.struck in _LOOSE:
        return replace(step, kind="crunch", duration_s=_CRUNCH_S, required=False)
    return replace(step, t_s=step.t_s + FLAT_S, kind="toe", mass_kg=_TOE_KG, required=False)


def _with_what_follows(steps: list[Event]) -> tuple[Event, ...]:
    return tuple(sorted([*steps, *(_after(step) for step in steps)], key=lambda event: event.t_s))


def _from_the_side(setting: Setting, *, running: bool, followed: bool) -> Take:
    floor = setting.floor()
    height_m = 2.5 if followed else 3.6
    reach, facing = setting.reach(height_m), float(setting.rng.choice([-1.0, 1.0]))
    speed = setting.uniform(2.3, 3.1) if running else setting.uniform(1.0, 1.4)
    period = setting.uniform(0.31, 0.38) if running else setting.uniform(0.5, 0.62)
    gait = _gait(setting, speed, period, -0.1 if followed else -reach - 0.1, running=running)
    clothes = _clothes(setting)

    def along(time_s: float) -> float:
        return speed * time_s

    def draw(canvas: Canvas, time_s: float) -> None:
        draw_side(canvas, gait, time_s, clothes, facing, along(time_s) if followed else 0.0)

    outdoors = floor.name in ("gravel", "grass", "asphalt", "sand", "concrete")
    wall = SKY if outdoors else setting.wall()
    return Take(
        View(height_m, 0.86), (setting.backdrop(floor.colour, wall=wall, horizon_m=0.35),), draw,
        _steps(gait, floor, facing, reach, setting, followed=followed), {"floor": floor},
        Ambience("park" if outdoors else "hall"), scroll=(lambda time_s: facing * along(time_s)) if followed else None,
    )  # fmt: skip


def walk(setting: Setting) -> Take:
    """Somebody walks across the picture."""
    return _from_the_side(setting, running=False, followed=False)


def walk_followed(setting: Setting) -> Take:
    """The camera goes along with the walker."""
    return _from_the_side(setting, running=False, followed=True)


def run(setting: Setting) -> Take:
    """The camera goes along with a runner."""
    return _from_the_side(setting, running=True, followed=True)


def walk_front(setting: Setting) -> Take:
    """From the front, from the hips up: the steps show only as the body's bob."""
    floor = setting.floor()
    gait = _gait(setting, 1.2, setting.uniform(0.48, 0.62), 0.0, running=False)
    clothes = _clothes(setting)

    def draw(canvas: Canvas, time_s: float) -> None:
        draw_front(canvas, gait, time_s, clothes)

    steps = [
        Event(gait.strike(step), "step", "shoe", floor.name, _FOOT_KG, gait.landing_m_s(step), 0.0)
        for step in _strikes(gait, setting.duration_s)
    ]
    backdrop = setting.backdrop(floor.colour, horizon_m=0.6)
    return Take(View(0.95, 1.86), (backdrop,), draw, _with_what_follows(steps), {"floor": floor}, Ambience("hall"))
