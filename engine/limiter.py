"""One limiter for the two event stems: it hears each, and their sum over the ambience, and turns both down together.

The ambience is never turned down with a hit, for that would be heard as a hole in it. The limiter works on
half-millisecond cells: what gain the oversampled peaks of a cell allow, then a smooth gain that goes down 1.5 ms ahead
of a peak and holds for 20 ms.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from engine.instruments import dsp
from engine.media import loudness
from engine.types import Samples

CELL = 24
REACH_CELLS = 4  # the oversampling filter rings a cell beyond its sound
CONTEXT = 64  # samples of sound a side that `allow` needs
HOLD_CELLS, AHEAD_CELLS = 40, 3
CEILING_DBTP = -1.0
_CEILING = dsp.db(CEILING_DBTP - 0.1)  # dither and the filter's ripple stay below the ceiling
_WINDOW = CELL * 100


class Tops:
    """The highest oversampled |values| of each cell: of the ambience, of either event stem, and of the events' sum.

    Where a stretch stays far below the ceiling its plain samples stand for them.
    """

    def __init__(self, cells: int) -> None:
        self.ambient, self.own, self.events = (np.zeros(cells, dtype=np.float32) for _ in range(3))

    def measure(self, first_cell: int, ambient: Samples, action: Samples, material: Samples) -> dsp.Array:
        """Measure the cells from `first_cell` on; the oversampled peaks of the three stems and their sum.

        Each stem is `[2, sample]` with CONTEXT samples more at both ends; its first own sample begins the cell. Only
        stretches that come near the ceiling, or near the highest so far, are oversampled.
        """
        events = action + material
        heard = np.concatenate([ambient, action, material, events, ambient + events])
        count = heard.shape[1] - 2 * CONTEXT
        rough = np.abs(heard)
        inside = slice(CONTEXT, CONTEXT + count)
        highest = rough[:, inside].max(axis=1, initial=0.0)
        near = np.minimum(0.7 * highest, 0.25 * _CEILING)
        fine = rough[:, inside].copy()
        for start in range(0, count, _WINDOW):
            stop = min(start + _WINDOW, count)
            tops = rough[:, start : stop + 2 * CONTEXT].max(axis=1)
            loud = (tops >= near) & (tops > 0)
            if loud.any():
                around = heard[loud, start : stop + 2 * CONTEXT]
                fine[loud, start:stop] = loudness.oversampled(around)[:, CONTEXT : CONTEXT + stop - start]
        cells = _by_cell(fine).reshape(5, 2, -1).max(axis=1)
        here = slice(first_cell, first_cell + cells.shape[1])
        self.ambient[here] = _by_cell(rough[:2, inside]).max(axis=0)
        self.own[here], self.events[here] = cells[1:3].max(axis=0), cells[3]
        peaks = np.maximum(highest, fine.max(axis=1, initial=0.0)).reshape(5, 2).max(axis=1)
        return np.asarray(peaks[[0, 1, 2, 4]], dtype=np.float64)

    def raise_events(self, gain: float | dsp.Array) -> None:
        """What the tops become after a gain on the events, one or for each cell."""
        self.own, self.events = (np.asarray(tops * gain, dtype=np.float32) for tops in (self.own, self.events))

    def allow(self) -> dsp.Array:
        """The gain of the events that each cell allows, at most 1."""
        left = np.maximum(_CEILING - 1.06 * self.ambient, 0.05)
        return np.asarray(np.minimum(_CEILING / np.maximum(self.own, _CEILING), left / np.maximum(self.events, left)))


def _by_cell(values: Samples) -> Samples:
    """The highest of each cell, `[row, cell]`."""
    padded = np.pad(values, ((0, 0), (0, -values.shape[1] % CELL)))
    return np.asarray(padded.reshape(len(values), -1, CELL).max(axis=2))


def smooth(need: dsp.Array) -> dsp.Array:
    """The gain of each cell; empty where every cell allows all, and the limiter rests."""
    if need.min(initial=1.0) >= 1.0:
        return np.ones(0)
    width = 2 * AHEAD_CELLS + 1
    held = ndimage.minimum_filter1d(need, HOLD_CELLS + width, origin=HOLD_CELLS // 2, mode="nearest")
    held = ndimage.minimum_filter1d(held, width, mode="nearest")
    return np.asarray(ndimage.uniform_filter1d(held, width, mode="nearest"))


def corners(reduction: dsp.Array) -> tuple[dsp.Array, dsp.Array]:
    """The gain as few points, linear between: positions in cells, and dB rounded down to a hundredth."""
    hundredths = np.floor(2000.0 * np.log10(reduction) + 1e-6).astype(np.int32)
    bends = np.flatnonzero(np.diff(hundredths, 2)) + 1
    kept = np.unique(np.concatenate([[0], bends, [len(hundredths) - 1]]))
    return kept + 0.5, hundredths[kept] / 100.0


def gain(reduction: dsp.Array, cells_at: dsp.Array) -> dsp.Array:
    """The limiter's gain at rising positions given in cells, linear between cell centres."""
    if not len(cells_at):
        return np.ones(0)
    first = min(max(int(cells_at[0]) - 1, 0), len(reduction) - 1)
    last = max(min(int(cells_at[-1]) + 2, len(reduction)), first + 1)
    return np.interp(cells_at, np.arange(first, last) + 0.5, reduction[first:last])
