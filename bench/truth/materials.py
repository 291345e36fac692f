"""What things are made of: name, Chinese name, colour, liveliness. The sealed split has its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Material:
    name: str
    chinese: str
    colour: Colour  # red, green, blue
    liveliness: float = 0.6  # share of speed kept in a bounce


_OPEN_BODIES = (
    Material("rubber", "橡胶", (186, 52, 44), 0.8),
    Material("wood", "木", (164, 116, 66), 0.62),
    Material("steel", "钢", (150, 158, 168), 0.7),
    Material("glass", "玻璃", (120, 190, 180), 0.66),
    Material("plastic", "塑料", (232, 190, 40), 0.7),
    Material("ceramic", "陶瓷", (226, 220, 208), 0.6),
)
_SEALED_BODIES = (
    Material("cork", "软木", (196, 152, 104), 0.6),
    Material("brass", "黄铜", (206, 172, 78), 0.72),
    Material("stone", "石头", (122, 118, 112), 0.56),
    Material("leather", "皮革", (92, 58, 38), 0.72),
    Material("celluloid", "赛璐珞", (246, 244, 236), 0.84),
)
_OPEN_FLOORS = (
    Material("concrete", "水泥地", (140, 140, 136)),
    Material("wood", "木地板", (150, 104, 62)),
    Material("tile", "瓷砖", (196, 200, 204)),
    Material("gravel", "砾石", (128, 120, 108)),
    Material("grass", "草地", (84, 124, 52)),
    Material("metal", "金属板", (112, 118, 126)),
)
_SEALED_FLOORS = (
    Material("marble", "大理石", (214, 206, 196)),
    Material("asphalt", "柏油路", (70, 70, 74)),
    Material("sand", "沙地", (206, 182, 134)),
    Material("laminate", "复合地板", (178, 140, 96)),
)
HARD = ("concrete", "wood", "tile", "metal", "marble", "asphalt", "laminate")


def bodies(sealed: bool) -> tuple[Material, ...]:
    """What moving things are made of."""
    return _SEALED_BODIES if sealed else _OPEN_BODIES


def floors(sealed: bool, *, hard: bool = False) -> tuple[Material, ...]:
    """What lies underneath; `hard`: only where a ball bounces."""
    known = _SEALED_FLOORS if sealed else _OPEN_FLOORS
    return tuple(floor for floor in known if floor.name in HARD) if hard else known


def shade(colour: Colour, gain: float) -> Colour:
    """The colour under more or less light."""
    red, green, blue = (int(np.clip(channel * gain, 0, 255)) for channel in colour)
    return red, green, blue
