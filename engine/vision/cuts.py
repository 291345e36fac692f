"""Where one picture does not follow from the one before: cuts, and flashes, which are none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from engine.vision.motion import Image

LOOKAHEAD = 4  # pictures: a flash is over by then
_SIZE = (32, 18)
_FAINT = _SIZE[0] * _SIZE[1] * 9.0  # a flat picture has no layout: noise must not count as one


@dataclass(frozen=True, slots=True)
class Thumb:
    """The picture's layout, `[18, 32]` about its own mean."""

    layout: npt.NDArray[np.float32]
    level: float  # mean luma 0..255
    size: float  # of the layout as a vector

    @property
    def plain(self) -> bool:
        return self.size < 6 * math.sqrt(_SIZE[0] * _SIZE[1])


def thumb(image: Image) -> Thumb:
    small = cv2.resize(image, _SIZE, interpolation=cv2.INTER_AREA).astype(np.float32)
    level = cv2.mean(small)[0]
    layout = small - np.float32(level)
    return Thumb(layout, level, float(np.linalg.norm(layout)))


def unlike(before: Thumb, after: Thumb) -> float:
    """0: the same layout, 1: nothing in common. Blind to brightness and contrast."""
    alike = float(np.vdot(before.layout, after.layout))
    return 1 - (alike + _FAINT) / (before.size * after.size + _FAINT)


def is_cut(before: Sequence[Thumb], after: Sequence[Thumb]) -> bool:
    """Whether the first of `after` begins a new shot; `before` ends with the picture just before it."""
    jump = unlike(before[-1], after[0])
    if jump < 0.18 and not _new_light(before[-1], after[0]):
        return False
    usual = [unlike(a, b) for run in (before, after) for a, b in pairwise(run)]
    returns = min((unlike(before[-1], later) for later in after[1:]), default=1.0)
    lasting = returns > 0.5 * jump
    return lasting and jump > 3 * float(np.median(usual) if usual else 0) and jump > 1.5 * max(usual, default=0)


def is_flash(before: Sequence[Thumb], after: Sequence[Thumb]) -> bool:
    """Whether the first of `after` is suddenly brighter, and the light falls again within the next pictures."""
    rise = after[0].level - before[-1].level
    return rise > 18 and any(later.level - before[-1].level < 0.6 * rise for later in after[1:])


def _new_light(before: Thumb, after: Thumb) -> bool:
    """To or from a plain picture, which has no layout of its own: the levels tell."""
    if not (before.plain or after.plain):
        return False
    step = np.abs(before.layout - after.layout + (before.level - after.level)).mean()
    return bool(step > 15)
