"""What a scene kind is given, and what it gives back: a world to paint at any instant, and its events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from bench.truth.backdrop import Backdrop
from bench.truth.drawing import Canvas, Picture, View
from bench.truth.look import Camera
from bench.truth.materials import Colour, Material, bodies, floors
from bench.truth.truth import Ambience, Event

T = TypeVar("T")

WALLS: tuple[Colour, ...] = ((188, 182, 170), (150, 168, 182), (196, 176, 150), (160, 176, 156), (120, 126, 140))
SEALED_WALLS: tuple[Colour, ...] = ((206, 190, 196), (112, 132, 120), (176, 150, 142), (92, 104, 128))
SKY: Colour = (150, 184, 214)


@dataclass(frozen=True, slots=True)
class Setting:
    """The conditions that a scene is made under."""

    rng: np.random.Generator
    sealed: bool
    duration_s: float
    half_width: float  # of the picture, in unit squares
    roughness: float

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.rng.integers(len(choices)))]

    def body(self) -> Material:
        return self.pick(bodies(self.sealed))

    def floor(self, *, hard: bool = False) -> Material:
        return self.pick(floors(self.sealed, hard=hard))

    def reach(self, height_m: float) -> float:
        """Metres from the picture's middle to its side."""
        return self.half_width * height_m

    def wall(self, apart: Colour | None = None) -> Colour:
        """A wall's colour; one that what moves in front of it, coloured `apart`, stands out from."""
        known = SEALED_WALLS if self.sealed else WALLS
        if apart is None:
            return self.pick(known)
        tries = [self.pick(known) for _ in range(3)]
        return max(tries, key=lambda wall: float(np.abs(np.subtract(wall, apart)).sum()))

    def backdrop(
        self,
        floor: Colour,
        *,
        wall: Colour | None = None,
        apart: Colour | None = None,
        horizon_m: float = 0.2,
        props: Callable[[Canvas], None] | None = None,
    ) -> Backdrop:
        seed = int(self.rng.integers(2**31))
        return Backdrop(wall or self.wall(apart), floor, seed, self.roughness, horizon_m, self.sealed, props)


@dataclass(frozen=True, slots=True)
class Take:
    """A world that can be painted at any instant, and what sounds in it."""

    view: View
    backdrops: tuple[Backdrop, ...]
    draw: Callable[[Canvas, float], None]  # over the backdrop; times in seconds from the first pts
    events: tuple[Event, ...] = ()  # their x in metres until the camera has been taken into account
    words: Mapping[str, Material] = field(default_factory=dict)  # what the prompt may name
    ambience: Ambience = field(default_factory=Ambience)
    cuts: tuple[float, ...] = ()  # the backdrop changes at each
    scroll: Callable[[float], float] | None = None  # metres that the camera has followed along x
    light: Callable[[float], float] | None = None  # gain
    camera: Camera | None = None  # instead of the look's
    overlay: Callable[[Picture, float], None] | None = None  # on the finished frame
    most_sub_frames: int = 8

    def backdrop_at(self, time_s: float) -> int:
        return sum(time_s >= cut for cut in self.cuts)
