"""How what moves sinks and rises from picture to picture: a walking body bobs once a step, feet in sight or not."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from engine.vision.motion import Image

UPPER = 0.3  # of what moves: the head and shoulders, which neither legs nor hands swing through
LEAST_ROWS = 6
_STIFF = 3200.0  # against wild guesses where there is hardly any texture; squares of Sobel's eightfold slopes
Floats = npt.NDArray[np.float32]


def sinking(before: Image, now: Image, change: Image) -> tuple[float, float]:
    """Pixels downward since the picture before: of the upper part of what changed, and of all of it.

    The shift that explains the change by the slopes best (Lucas and Kanade 1981).
    """
    left, top, width, height = cv2.boundingRect(change)
    if height < LEAST_ROWS or width < LEAST_ROWS:
        return 0.0, 0.0
    box = slice(top, top + height), slice(left, left + width)
    mask = np.minimum(change[box], 1).astype(np.float32)
    first, second = before[box].astype(np.float32), now[box].astype(np.float32)
    middle = cv2.addWeighted(first, 0.5, second, 0.5, 0)
    across = np.asarray(cv2.Sobel(middle, cv2.CV_32F, 1, 0), np.float32) * mask
    down = np.asarray(cv2.Sobel(middle, cv2.CV_32F, 0, 1), np.float32) * mask
    passed = (second - first) * mask
    upper = max(LEAST_ROWS // 2, int(UPPER * height))
    return _downward(across[:upper], down[:upper], passed[:upper]), _downward(across, down, passed)


def _downward(across: Floats, down: Floats, passed: Floats) -> float:
    slopes_x, slopes_y, change = across.ravel(), down.ravel(), passed.ravel()
    xx, yy = float(slopes_x @ slopes_x) + _STIFF, float(slopes_y @ slopes_y) + _STIFF
    xy = float(slopes_x @ slopes_y)
    x_passed, y_passed = float(slopes_x @ change), float(slopes_y @ change)
    return -8 * (xx * y_passed - xy * x_passed) / (xx * yy - xy * xy)
