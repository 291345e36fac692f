"""What moves: regions that differ from the backdrop, with place, edges and activity to a fraction of a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from engine.vision.motion import Image, median

MOST = 10
LEAST_PX = 6
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Region:
    """One connected stretch of change. Pixels of the small picture; edges are soft, so they move smoothly."""

    x: float
    y: float
    left: float
    right: float
    top: float
    bottom: float
    area: float
    activity: float  # change since the picture before, summed over its pixels, / 255
    cut_off: bool  # touches the picture's edge


def noise_level(before: Image, after: Image) -> float:
    """Standard deviation of what flickers at rest: the lower two thirds of the differences (half-normal)."""
    change = np.sort(cv2.absdiff(before, after)[::5, ::5].ravel())
    return float(change[: 2 * change.size // 3].mean()) * 2.0


def brightness_ratio(image: Image, backdrop: Image) -> float:
    """How much brighter the light is now: the median of ratios where there is light."""
    now, then = image[2::7, 2::7].astype(np.float32), backdrop[2::7, 2::7].astype(np.float32)
    lit = then > 12
    return median(now[lit] / then[lit]) if np.count_nonzero(lit) > 20 else 1.0


def changed(image: Image, backdrop: Image, noise: float, held: bool) -> tuple[Image, Image]:
    """The difference to the backdrop, and the mask of where it counts."""
    ratio = brightness_ratio(image, backdrop)
    if abs(ratio - 1) > 0.015:
        image = np.asarray(cv2.convertScaleAbs(image, alpha=1 / ratio), np.uint8)
    difference = np.asarray(cv2.absdiff(image, backdrop), np.uint8)
    edges = cv2.morphologyEx(backdrop, cv2.MORPH_GRADIENT, _SQUARE)
    doubt = cv2.convertScaleAbs(edges, alpha=0.1 if held else 0.35, beta=max(7.0, 4.5 * noise))
    mask = cv2.compare(difference, doubt, cv2.CMP_GT)
    return difference, np.asarray(mask, np.uint8)


def regions(difference: Image, mask: Image, motion: Image) -> list[Region]:
    """The largest connected regions of the mask, largest first."""
    joined = cv2.dilate(mask, _SQUARE)
    left, top, width, height = cv2.boundingRect(joined)
    if width == 0:
        return []
    window = (slice(top, top + height), slice(left, left + width))
    _, found, stats, _ = cv2.connectedComponentsWithStats(joined[window], connectivity=8, ltype=cv2.CV_16U)
    labels = np.asarray(found, np.uint16)
    areas = stats[1:, cv2.CC_STAT_AREA]
    kept, moved = np.asarray(cv2.bitwise_and(difference[window], mask[window]), np.uint8), motion[window]
    order = [int(k) for k in np.argsort(-areas, kind="stable")[:MOST] if areas[k] >= 3 * LEAST_PX]
    measured = (_region(kept, labels, moved, k + 1, stats[k + 1], (left, top), mask.shape) for k in order)
    return [region for region in measured if region is not None]


def _region(
    kept: Image,
    labels: npt.NDArray[np.uint16],
    motion: Image,
    label: int,
    stat: npt.NDArray[np.int32],
    corner: tuple[int, int],
    picture: tuple[int, ...],
) -> Region | None:
    left, top, width, height = stat[:4].tolist()
    window = (slice(top, top + height), slice(left, left + width))
    inside = (labels[window] == label).view(np.uint8) * np.uint8(255)
    weight = np.minimum(cv2.bitwise_and(kept[window], inside), 60)
    pixels = cv2.countNonZero(weight)
    if pixels < LEAST_PX:
        return None
    left, top = left + corner[0], top + corner[1]
    x, x_first, x_last = _spread(cv2.reduce(weight, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0])
    y, y_first, y_last = _spread(cv2.reduce(weight, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[:, 0])
    return Region(
        left + x,
        top + y,
        left + x_first,
        left + x_last,
        top + y_first,
        top + y_last,
        float(pixels),
        cv2.sumElems(cv2.bitwise_and(motion[window], inside))[0] / 255,
        left <= 1 or top <= 1 or left + width >= picture[1] - 1 or top + height >= picture[0] - 1,
    )


def _spread(profile: npt.NDArray[np.integer[Any] | np.floating[Any]]) -> tuple[float, float, float]:
    """Mean, and the places below and above which 3 % of the weight lies."""
    total = profile.cumsum()
    whole = float(total[-1])
    mean = profile.size - float(total.sum()) / whole
    first, last = total.searchsorted((0.03 * whole, 0.97 * whole)).tolist()
    return mean, _within(total, first, 0.03 * whole) - 0.5, _within(total, last, 0.97 * whole) - 0.5


def _within(total: npt.NDArray[np.int64], k: int, level: float) -> float:
    below = float(total[k - 1]) if k else 0.0
    return k + (level - below) / max(float(total[k]) - below, 1e-9)
