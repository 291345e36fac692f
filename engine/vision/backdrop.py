"""What stands still: the picture without what moves in it, from the pictures around each moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from engine.vision.cuts import Thumb
from engine.vision.motion import STILL_PX, Image, Move

HELD_SPAN_S = 2.4
MOVING_SPAN_S = 1.0
_SAMPLES = 7
# A sorting network that leaves the median of seven in the middle (Devillard 1998, after Knuth).
_MEDIAN_OF_SEVEN = (
    (0, 5),
    (0, 3),
    (1, 6),
    (2, 4),
    (0, 1),
    (3, 5),
    (2, 6),
    (2, 3),
    (3, 6),
    (4, 5),
    (1, 4),
    (1, 3),
    (3, 4),
)


@dataclass(slots=True)
class Seen:
    """One picture, and where the camera stood."""

    index: int
    time_s: float
    image: Image  # a little blurred
    thumb: Thumb
    pose: Move  # from the first picture of all to this one
    move: Move  # from the picture before
    change: Image  # since the picture before, the camera's own and the noise taken out
    noise: float  # standard deviation of what flickers at rest
    scene: int = 0  # counts cuts
    rgb: Image | None = None
    flash: bool = False
    sinking: tuple[float, float] = (0.0, 0.0)  # px downward of what changed: its upper part, and all


@dataclass(slots=True)
class Backdrop:
    """Keeps the last backdrop: a held camera shows the same for a while."""

    _key: tuple[int, ...] = ()
    _image: Image = field(default_factory=lambda: np.zeros((1, 1), np.uint8))

    def behind(self, now: Seen, around: Sequence[Seen]) -> tuple[Image, bool]:
        """The still part of the picture as framed `now`, and whether the camera is held meanwhile."""
        scene = [s for s in around if s.scene == now.scene and not s.flash] or [now]
        # Only what came before: where a thing will come to rest must not count as backdrop while it arrives.
        samples = _spread(scene, now.time_s - HELD_SPAN_S, HELD_SPAN_S)
        back = now.pose.inverse()
        height, width = now.image.shape
        if all(s.pose.then(back).corner_px(width, height) < STILL_PX * 3 for s in samples):
            key = tuple(s.index for s in samples)
            if key != self._key:
                self._key, self._image = key, median_of_seven([s.image for s in samples])
            return self._image, True
        near = _spread(scene, now.time_s - MOVING_SPAN_S / 2, MOVING_SPAN_S)
        return median_of_seven([_framed(s, now) for s in near]), False


def _spread(candidates: list[Seen], start_s: float, span_s: float) -> list[Seen]:
    """Seven pictures evenly over the span, which slides to stay within the scene; their choice changes seldom."""
    first, last = candidates[0].time_s, candidates[-1].time_s
    start = max(first, min(start_s, last - span_s))
    step_s = min(span_s, last - start) / (_SAMPLES - 1)
    grid_s = max(step_s / 2, 1e-6)
    start = first + grid_s * int((start - first) / grid_s)
    times = np.array([s.time_s for s in candidates])
    nearest = np.searchsorted(times, start + step_s * np.arange(_SAMPLES) - 1e-9)
    return [candidates[min(int(k), len(candidates) - 1)] for k in nearest]


def _framed(seen: Seen, now: Seen) -> Image:
    """A picture seen from where the camera stands now; what it did not show is taken from now's own picture."""
    if seen is now:
        return now.image
    height, width = now.image.shape
    matrix = seen.pose.inverse().then(now.pose).matrix(width, height)
    return np.asarray(
        cv2.warpAffine(seen.image, matrix, (width, height), dst=now.image.copy(), borderMode=cv2.BORDER_TRANSPARENT),
        np.uint8,
    )


def median_of_seven(images: Sequence[Image]) -> Image:
    """Pixel by pixel."""
    sorted_so_far = list(images)
    for low, high in _MEDIAN_OF_SEVEN:
        one, other = sorted_so_far[low], sorted_so_far[high]
        sorted_so_far[low], sorted_so_far[high] = np.minimum(one, other), np.maximum(one, other)
    return sorted_so_far[3]
