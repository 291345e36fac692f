"""What stands behind the action: a wall or a sky, a floor, and their textures. The sealed split has its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from bench.truth.drawing import Canvas, Picture
from bench.truth.materials import Colour

Field = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A static setting. `props` paints what stands still in front of the wall."""

    wall: Colour
    floor: Colour
    seed: int
    roughness: float = 0.1  # contrast of the textures, 0..1
    horizon_m: float = 0.2  # where wall and floor meet, above the line of contact
    sealed: bool = False
    props: Callable[[Canvas], None] | None = None


def paint(backdrop: Backdrop, canvas: Canvas) -> None:
    """Fill the canvas."""
    rng = np.random.default_rng(backdrop.seed)
    height, width = canvas.height, canvas.width
    horizon = int(np.clip(canvas.place((0, backdrop.horizon_m))[0, 1], 0, height))
    wall = _texture(rng, height, width, backdrop.sealed) * backdrop.roughness
    floor = _texture(rng, height, width, backdrop.sealed) * backdrop.roughness * 1.2
    light = np.linspace(1.12, 0.9, height, dtype=np.float32)[:, None] + _slope(rng, width)
    canvas.pixels[:horizon] = _tinted(backdrop.wall, (light + wall)[:horizon])
    canvas.pixels[horizon:] = _tinted(backdrop.floor, (light + floor)[horizon:])
    if backdrop.props is not None:
        backdrop.props(canvas)


def _slope(rng: np.random.Generator, width: int) -> Field:
    return np.linspace(-0.08, 0.08, width, dtype=np.float32)[None] * np.float32(rng.uniform(-1, 1))


def _tinted(colour: Colour, gain: Field) -> Picture:
    return np.clip(gain[..., None] * np.array(colour, np.float32), 0, 255).astype(np.uint8)


def _texture(rng: np.random.Generator, height: int, width: int, sealed: bool) -> Field:
    painters = (_bricks, _grain, _marbled) if sealed else (_clouded, _cells, _speckled)
    return painters[int(rng.integers(len(painters)))](rng, height, width)


def octaves(
    rng: np.random.Generator,
    height: int,
    width: int,
    *,
    finest_px: int = 4,
    coarsest_px: int = 1024,
    slope: float = 1.0,
) -> Field:
    """1/f noise about 0, standard deviation 1: enlarged random grids added up."""
    total = np.zeros((height, width), np.float32)
    step = min(max(height, width), coarsest_px)
    while step >= finest_px:
        grid = rng.standard_normal((height // step + 2, width // step + 2)).astype(np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * np.float32(step**slope)
        step //= 2
    return np.asarray((total - total.mean()) / (total.std() + 1e-6), np.float32)


def _clouded(rng: np.random.Generator, height: int, width: int) -> Field:
    return octaves(rng, height, width, slope=0.7)


def _speckled(rng: np.random.Generator, height: int, width: int) -> Field:
    return octaves(rng, height, width, finest_px=2, slope=0.15)


def _cells(rng: np.random.Generator, height: int, width: int) -> Field:
    seeds = rng.uniform((0, 0), (width, height), (60, 2)).astype(np.float32)
    shades = rng.standard_normal(60).astype(np.float32)
    rows, columns = np.mgrid[0:height:4, 0:width:4].astype(np.float32)
    distance = (columns[..., None] - seeds[:, 0]) ** 2 + (rows[..., None] - seeds[:, 1]) ** 2
    cells = shades[distance.argmin(axis=2)]
    return np.asarray(cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _bricks(rng: np.random.Generator, height: int, width: int) -> Field:
    tall = int(rng.integers(14, 30))
    rows, columns = np.mgrid[0:height, 0:width]
    course = rows // tall
    brick = (columns + (course % 2) * tall) // (2 * tall)
    shades = rng.standard_normal(4096).astype(np.float32)
    mortar = (rows % tall < 2) | ((columns + (course % 2) * tall) % (2 * tall) < 2)
    return np.where(mortar, np.float32(-2), shades[(course * 131 + brick * 17) % 4096]).astype(np.float32)


def _grain(rng: np.random.Generator, height: int, width: int) -> Field:
    warp = octaves(rng, height, width, finest_px=16)
    rows = np.arange(height, dtype=np.float32)[:, None]
    return np.asarray(np.sin(rows / height * rng.uniform(40, 90) + warp * 3), np.float32)


def _marbled(rng: np.random.Generator, height: int, width: int) -> Field:
    return np.asarray(1.2 - 3 * np.abs(octaves(rng, height, width, slope=0.8)), np.float32).clip(-2, 2)


def seamless(field: Field) -> Field:
    """The field and its mirror images, twice as high and wide: it can be rolled around without a seam."""
    wide = np.concatenate([field, field[:, ::-1]], axis=1)
    return np.concatenate([wide, wide[::-1]], axis=0)
