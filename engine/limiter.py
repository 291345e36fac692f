"""One limiter for three stems: it hears each and their sum, and turns all down together, so the sum stays the sum.

It works on half-millisecond cells: what gain the oversampled peaks of a cell allow, then a smooth gain that goes down
1.5 ms ahead of a peak and holds for 20 ms.
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


def allow(need: dsp.Array, first_cell: int, heard: Samples) -> dsp.Array:
    """Lower `need` in the cells whose peaks are too high; the oversampled peak of each signal.

    `heard` is `[signal, sample]` with CONTEXT samples more at both ends; its first own sample begins `first_cell`.
    Only stretches that come near the ceiling, or near the highest so far, are oversampled.
    """
    count = heard.shape[1] - 2 * CONTEXT
    rough = np.abs(heard)
    highest = rough[:, CONTEXT : CONTEXT + count].max(axis=1, initial=0.0)
    near = np.minimum(0.7 * highest, 0.6 * _CEILING)
    for start in range(0, count, _WINDOW):
        stop = min(start + _WINDOW, count)
        tops = rough[:, start : stop + 2 * CONTEXT].max(axis=1)
        loud = np.flatnonzero((tops >= near) & (tops > 0))
        if not len(loud):
            continue
        fine = loudness.oversampled(heard[loud, start : stop + 2 * CONTEXT])[:, CONTEXT : CONTEXT + stop - start]
        highest[loud] = np.maximum(highest[loud], fine.max(axis=1))
        peaks = fine.max(axis=0)
        if peaks.max() > _CEILING:
            cells = np.pad(peaks, (0, -len(peaks) % CELL)).reshape(-1, CELL).max(axis=1)
            at = first_cell + start // CELL
            need[at : at + len(cells)] = np.minimum(need[at : at + len(cells)], _CEILING / np.maximum(cells, _CEILING))
    return np.asarray(highest, dtype=np.float64)


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
    level_db = np.floor(2000.0 * np.log10(reduction) + 1e-6) / 100.0
    bends = np.flatnonzero(np.abs(np.diff(level_db, 2)) > 1e-9) + 1
    kept = np.unique(np.concatenate([[0], bends, [len(level_db) - 1]]))
    return kept + 0.5, level_db[kept]


def gain(reduction: dsp.Array, cells_at: dsp.Array) -> dsp.Array:
    """The limiter's gain at positions given in cells, linear between cell centres."""
    return np.interp(cells_at, np.arange(len(reduction)) + 0.5, reduction)
