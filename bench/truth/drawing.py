"""Paint in metres, to a sixty-fourth of a pixel. x runs right from the picture's middle, y up from the floor."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from bench.truth.materials import Colour

Picture = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

_SHIFT = 6
_NARROWEST = 4 / 3  # the scene fits a picture this wide; taller pictures show more above and below


@dataclass(frozen=True, slots=True)
class View:
    """How much of the world the picture shows: its unit square is `height_m` tall, the floor at `floor` of it."""

    height_m: float = 2.0
    floor: float = 0.82  # 0 top .. 1 bottom


def unit_px(width: int, height: int) -> float:
    """Side of the unit square in a picture of this size."""
    return min(float(height), width / _NARROWEST)


class Canvas:
    """A picture to paint on. `unit` is the frame's unit square, which a moving camera's wider canvas shares."""

    def __init__(self, pixels: Picture, view: View, unit: float) -> None:
        self.pixels = pixels
        self.view = view
        self.height, self.width = pixels.shape[:2]
        self.px_per_m = unit / view.height_m
        self._origin = np.array([self.width / 2, self.height / 2 + (view.floor - 0.5) * unit])

    def place(self, points: npt.ArrayLike) -> Points:
        """`[n, 2]` metres to pixels."""
        metres = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        return np.asarray(self._origin + metres * (self.px_per_m, -self.px_per_m), dtype=np.float64)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        (at,) = _fixed(self.place((x, y)))
        size = max(int(radius * self.px_per_m * 2**_SHIFT), 2**_SHIFT // 2)
        cv2.circle(self.pixels, (int(at[0]), int(at[1])), size, colour, -1, cv2.LINE_AA, _SHIFT)

    def discs(self, points: Points, radii: npt.NDArray[np.float64], colour: Colour) -> None:
        for at, size in zip(_fixed(self.place(points)), radii * self.px_per_m * 2**_SHIFT, strict=True):
            cv2.circle(self.pixels, (int(at[0]), int(at[1])), int(size) + 1, colour, -1, cv2.LINE_AA, _SHIFT)

    def shape(self, points: npt.ArrayLike, colour: Colour) -> None:
        cv2.fillPoly(self.pixels, [_fixed(self.place(points))], colour, cv2.LINE_AA, _SHIFT)

    def shapes(self, outlines: npt.NDArray[np.float64], colour: Colour) -> None:
        """Many outlines of one colour: `[n, points, 2]`."""
        count, points = outlines.shape[:2]
        fixed = _fixed(self.place(outlines.reshape(-1, 2))).reshape(count, points, 2)
        cv2.fillPoly(self.pixels, list(fixed), colour, cv2.LINE_AA, _SHIFT)

    def strokes(self, ends: npt.NDArray[np.float64], width_px: int, colour: Colour) -> None:
        """Many lines of one colour: `[n, points, 2]`."""
        count, points = ends.shape[:2]
        fixed = _fixed(self.place(ends.reshape(-1, 2))).reshape(count, points, 2)
        cv2.polylines(self.pixels, list(fixed), False, colour, width_px, cv2.LINE_AA, _SHIFT)

    def block(self, left: float, bottom: float, right: float, top: float, colour: Colour) -> None:
        self.shape([(left, bottom), (right, bottom), (right, top), (left, top)], colour)

    def limb(self, start: npt.ArrayLike, end: npt.ArrayLike, width: float, colour: Colour) -> None:
        """A line with round ends, `width` metres thick."""
        first, second = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
        along = second - first
        length = float(np.hypot(*along)) or 1e-9
        across = np.array([-along[1], along[0]]) / length * width / 2
        self.shape([first + across, second + across, second - across, first - across], colour)
        for x, y in (first, second):
            self.disc(float(x), float(y), width / 2, colour)

    def shadow(self, x: float, y: float, half_width: float, strength: float) -> None:
        """A soft dark ellipse on the floor."""
        (centre,) = self.place((x, y))
        radius_x = max(half_width * self.px_per_m, 2.0)
        radius_y = max(radius_x * 0.22, 1.5)
        left, right = max(int(centre[0] - radius_x), 0), min(int(centre[0] + radius_x) + 2, self.width)
        top, bottom = max(int(centre[1] - radius_y), 0), min(int(centre[1] + radius_y) + 2, self.height)
        if left >= right or top >= bottom:
            return
        across = ((np.arange(left, right) - centre[0]) / radius_x) ** 2
        down = ((np.arange(top, bottom) - centre[1]) / radius_y) ** 2
        dark = 1 - strength * np.clip(1 - (down[:, None] + across[None]), 0, 1)
        region = self.pixels[top:bottom, left:right]
        region[:] = (region * dark[..., None]).astype(np.uint8)


def by(x: float, y: float) -> Points:
    """A displacement to add to points."""
    return np.array([x, y], dtype=np.float64)


def turned(points: npt.ArrayLike, angle: float, about: tuple[float, float] = (0.0, 0.0)) -> Points:
    """`[n, 2]` points turned anticlockwise by `angle` radians."""
    cosine, sine = np.cos(angle), np.sin(angle)
    centre = np.array(about)
    spun = (np.asarray(points, dtype=np.float64) - centre) @ np.array([[cosine, sine], [-sine, cosine]])
    return np.asarray(spun + centre, dtype=np.float64)


def _fixed(points: Points) -> npt.NDArray[np.int32]:
    limited = np.clip(points, -8000, 8000)  # far outside the picture: keep the fixed point from overflowing
    return np.asarray(np.round(limited * 2**_SHIFT), dtype=np.int32)
