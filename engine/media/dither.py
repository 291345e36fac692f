"""Float sound to whole numbers with TPDF dither that depends on the sample's place alone, not on how it is cut."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.types import Samples

GRID = 65_536
"""Dither is drawn on this grid of samples, so that any cutting into blocks gives the same bytes."""


class Dither:
    """Triangular noise, 2 LSB from peak to peak (Lipshitz, Wannamaker, Vanderkooy 1992), for consecutive samples."""

    def __init__(self, channels: int, seed: int) -> None:
        self._channels, self._seed = channels, seed % 2**64
        self._square, self._noise = -1, np.zeros((channels, 0))

    def at(self, first_sample: int, count: int) -> npt.NDArray[np.float64]:
        """Noise in LSB, `[channel, count]`, for samples from `first_sample` on within one square of the grid."""
        square, offset = divmod(first_sample, GRID)
        if square != self._square:
            self._square = square
            self._noise = np.stack([self._draw(square, channel) for channel in range(self._channels)])
        return self._noise[:, offset : offset + count]

    def _draw(self, square: int, channel: int) -> npt.NDArray[np.float64]:
        # Raw words of a counter-based generator are the same on every machine and in every version of NumPy.
        words = np.random.Philox(key=self._seed, counter=[0, 0, square, channel]).random_raw(GRID)
        high, low = words >> np.uint64(32), words & np.uint64(0xFFFFFFFF)
        return (high.astype(np.float64) - low.astype(np.float64)) / 2.0**32


def quantize(block: Samples, noise_lsb: npt.NDArray[np.float64], bits: int) -> tuple[npt.NDArray[np.int32], int]:
    """Whole numbers `[channel, sample]` and how many had to be clipped. Digital silence stays silent."""
    full_scale = 2.0 ** (bits - 1)
    noisy = np.where(block == 0.0, 0.0, block * full_scale + noise_lsb)
    rounded = np.floor(noisy + 0.5)
    kept = np.clip(rounded, -full_scale, full_scale - 1)
    return kept.astype(np.int32), int(np.count_nonzero(kept != rounded))
