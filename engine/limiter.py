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


def allow(need: dsp.Array, first_cell: int, ambient: Samples, action: Samples, material: Samples) -> dsp.Array:
    """Lower `need` in the cells where the events peak too high; the oversampled peaks of the three stems and their sum.

    Each stem is `[2, sample]` with CONTEXT samples more at both ends; their first own sample begins `first_cell`. Only
    stretches that come near the ceiling, or near the highest so far, are oversampled.
    """
    events = action + material
    heard = np.concatenate([ambient, action, material, events, ambient + events])
    count = heard.shape[1] - 2 * CONTEXT
    rough = np.abs(heard)
    highest = rough[:, CONTEXT : CONTEXT + count].max(axis=1, initial=0.0)
    near = np.minimum(0.7 * highest, 0.4 * _CEILING)
    for start in range(0, count, _WINDOW):
        stop = min(start + _WINDOW, count)
        tops = rough[:, start : stop + 2 * CONTEXT].max(axis=1)
        loud = (tops >= near) & (tops > 0)
        if not loud.any():
            continue
        fine = np.zeros((len(heard), stop - start), dtype=np.float32)
        fine[loud] = loudness.oversampled(heard[loud, start : stop + 2 * CONTEXT])[:, CONTEXT : CONTEXT + stop - start]
        highest = np.maximum(highest, fine.max(axis=1))
        cells = np.pad(fine, ((0, 0), (0, -fine.shape[1] % CELL))).reshape(5, 2, -1, CELL).max(axis=(1, 3))
        below = np.pad(rough[:2, CONTEXT + start : CONTEXT + stop], ((0, 0), (0, -(stop - start) % CELL)))
        left = np.maximum(_CEILING - 1.06 * below.reshape(2, -1, CELL).max(axis=(0, 2)), 0.05)
        allowed = np.minimum(_CEILING / np.maximum(cells[1:3].max(axis=0), _CEILING), left / np.maximum(cells[3], left))
        at = first_cell + start // CELL
        need[at : at + cells.shape[1]] = np.minimum(need[at : at + cells.shape[1]], allowed)
    peaks = highest.reshape(5, 2).max(axis=1)
    return np.asarray(peaks[[0, 1, 2, 4]], dtype=np.float64)


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
