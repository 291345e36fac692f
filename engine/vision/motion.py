"""How the camera moves from one picture to the next: the shift, turn and zoom on which most of the picture agrees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]

GRID_PX = 8
STILL_PX = 0.12  # the corners move less than this: the camera is held


@dataclass(frozen=True, slots=True)
class Move:
    """A similarity on the complex plane, about the picture's middle: z -> turn * z + shift, in pixels."""

    turn: complex = 1.0
    shift: complex = 0.0
    trust: float = 1.0  # share of the textured picture that agrees

    def then(self, after: Move) -> Move:
        return Move(after.turn * self.turn, after.turn * self.shift + after.shift, min(self.trust, after.trust))

    def inverse(self) -> Move:
        return Move(1 / self.turn, -self.shift / self.turn, self.trust)

    def corner_px(self, width: int, height: int) -> float:
        """The farthest that any pixel goes, nearly."""
        return abs(self.shift) + abs(self.turn - 1) * abs(complex(width, height)) / 2

    def matrix(self, width: int, height: int) -> npt.NDArray[np.float64]:
        """`[2, 3]` for cv2.warpAffine with pixel coordinates."""
        middle = complex(width - 1, height - 1) / 2
        shift = middle - self.turn * middle + self.shift
        return np.array([[self.turn.real, -self.turn.imag, shift.real], [self.turn.imag, self.turn.real, shift.imag]])


STILL = Move()
_SQUARE = np.ones((3, 3), np.uint8)


def median(values: npt.NDArray[np.floating[Any]]) -> float:
    """The upper middle value; numpy's own spends most of its time on checks."""
    return float(np.partition(values, values.size // 2)[values.size // 2])


def warp(image: Image, move: Move, fill: int | None = None) -> Image:
    """The image as it would look after the move; outside the picture its edge is repeated, or `fill`."""
    height, width = image.shape[:2]
    border = cv2.BORDER_REPLICATE if fill is None else cv2.BORDER_CONSTANT
    matrix = move.matrix(width, height)
    return np.asarray(
        cv2.warpAffine(image, matrix, (width, height), borderMode=border, borderValue=fill or 0), np.uint8
    )


def flow_between(engine: cv2.DISOpticalFlow, before: Image, after: Image) -> npt.NDArray[np.float32]:
    """`[height, width, 2]` pixels, x before y."""
    return np.asarray(engine.calc(before, after, None), np.float32)  # type: ignore[call-overload]


class CameraEye:
    """Follows the camera through successive pictures of one size."""

    def __init__(self, width: int, height: int) -> None:
        self.flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        rows, columns = np.mgrid[GRID_PX // 2 : height : GRID_PX, GRID_PX // 2 : width : GRID_PX]
        self._rows, self._columns = rows, columns
        self._points = (columns - (width - 1) / 2) + 1j * (rows - (height - 1) / 2)

    def move(self, before: Image, after: Image) -> Move:
        """From `before` to `after`, both blurred a little."""
        textured = self._texture(before) > 6
        if np.count_nonzero(textured) < 12 or self._unchanged(before, after, textured):
            return STILL
        flow = flow_between(self.flow, before, after)[self._rows, self._columns]
        points = self._points[textured]
        there = points + (flow[..., 0] + 1j * flow[..., 1])[textured]
        found = _agree(points, there)
        return found if _explains(before, after, found) else STILL

    def _texture(self, image: Image) -> npt.NDArray[np.int16]:
        """Local contrast at the grid's points."""
        across = np.asarray(cv2.morphologyEx(image, cv2.MORPH_GRADIENT, _SQUARE), np.int16)
        return np.asarray(across[self._rows, self._columns], np.int16)

    def _unchanged(self, before: Image, after: Image, textured: npt.NDArray[np.bool_]) -> bool:
        change = cv2.absdiff(before, after)[self._rows, self._columns][textured]
        return bool(np.count_nonzero(change <= 2) > 0.7 * change.size)


def _explains(before: Image, after: Image, move: Move) -> bool:
    """Whether nearly everything with texture fits the move better than rest: else something large moves by itself."""
    if abs(move.turn) < 0.5 or move.trust < 0.2:
        return False
    at_rest = cv2.absdiff(before, after)
    moved = cv2.absdiff(warp(before, move), after)
    gain = cv2.subtract(at_rest, moved, dtype=cv2.CV_32F)
    height, width = before.shape
    blocks = cv2.resize(gain, (width // GRID_PX, height // GRID_PX), interpolation=cv2.INTER_AREA)
    better, worse = np.count_nonzero(blocks > 0.35), np.count_nonzero(blocks < -0.35)
    return bool(better > 2.5 * worse)


def _agree(points: npt.NDArray[np.complex128], there: npt.NDArray[np.complex128]) -> Move:
    """The similarity that most points follow: weighted least squares, the weights from the residuals (Cauchy)."""
    moved = there - points
    shift = complex(median(moved.real), median(moved.imag))
    turn, error = 1 + 0j, np.abs(moved - shift)
    for _ in range(4):
        scale = max(0.1, 1.5 * median(error))
        weight = 1 / (1 + (error / scale) ** 2)
        weight /= weight.sum()
        from_mean, to_mean = complex(weight @ points), complex(weight @ there)
        from_off, to_off = points - from_mean, there - to_mean
        spread = float(weight @ np.abs(from_off) ** 2)
        turn = complex(weight @ (from_off.conj() * to_off)) / spread if spread > 1 else 1 + 0j
        shift = to_mean - turn * from_mean
        error = np.abs(turn * points + shift - there)
    return Move(turn, shift, float(np.mean(error < 0.5)))
