"""How a track went around one of its samples, at about 30 steps a second whatever the picture's rate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.vision.tracks import Track

REACH = 4  # steps either side
_SIGNALS = ("x", "y", "top", "bottom", "front", "rear")
WINDOW = tuple(f"{signal} {step}" for signal in _SIGNALS for step in range(-REACH, REACH + 1))


class Paths:
    """Steps of a track's centre and edges; each track's table is made once."""

    def __init__(self, stride: int) -> None:
        self.stride = stride
        self._tables: dict[int, tuple[Track, npt.NDArray[np.float64]]] = {}

    def around(self, track: Track, row: int) -> tuple[float, tuple[float, ...]]:
        """The longest step, px, and WINDOW: every step over it; x counts forward as the track went before."""
        table = self._table(track)
        margin = (REACH + 1) * self.stride
        at = row + margin + self.stride * np.arange(-REACH - 1, REACH + 1)
        steps = np.diff(table[at], axis=0)  # step j ends at sample row + stride * j
        forward = 1.0 if steps[: REACH + 1, 0].sum() >= 0 else -1.0
        x, y, left, right, top, bottom = steps.T
        front, rear = (right, left) if forward > 0 else (-left, -right)
        window = np.concatenate([x * forward, y, top, bottom, front, rear])
        longest = float(max(0.3, np.abs(window[: 4 * REACH + 2]).max()))
        return longest, tuple(np.clip(window / longest, -3, 3).tolist())

    def _table(self, track: Track) -> npt.NDArray[np.float64]:
        known = self._tables.get(id(track))
        if known is None:
            series = track.series()
            places = np.stack([series[name] for name in ("x", "y", "left", "right", "top", "bottom")], axis=1)
            known = track, np.pad(places, (((REACH + 1) * self.stride,) * 2, (0, 0)), mode="edge")
            self._tables[id(track)] = known
        return known[1]
