"""Modes made to sound: the ring of one stroke, and what a one-shot needs at its end."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.instruments import dsp
from engine.instruments.dsp import Array
from engine.instruments.materials import Modes
from engine.types import SAMPLE_RATE

LOWEST_HZ = 36.0  # of a one-shot
WORTH_PARTING = 600_000  # modes x samples: below, one product is quicker than several


def _audible(modes: Modes) -> Modes:
    """Without what lies 55 dB below the loudest."""
    keep = np.abs(modes.gains) > np.abs(modes.gains).max() * dsp.db(-55.0)
    return Modes(modes.freqs_hz[keep], modes.t60_s[keep], modes.gains[keep])


def _powers(steps: npt.NDArray[np.complexfloating[Any]], count: int) -> npt.NDArray[np.complexfloating[Any]]:
    """exp(step n) for n = 0 .. count-1, `[mode, n]`, by doubling; `count` is a power of two."""
    out = np.ones((len(steps), count), dtype=np.complex64)
    done = 1
    while done < count:
        out[:, done : 2 * done] = out[:, :done] * np.exp(steps * done)[:, None].astype(np.complex64)
        done *= 2
    return out


def sounding(modes: Modes, count: int) -> Array:
    """`[sample]`: as `dsp.ring` from phase zero, in single precision (exact to -110 dB) at a third of its cost."""
    heard = (modes.freqs_hz > 25.0) & (modes.freqs_hz < 0.45 * SAMPLE_RATE)
    if count <= 0 or not heard.any():
        return np.zeros(max(count, 0))
    turns = 2.0 * np.pi * modes.freqs_hz[heard]
    steps = np.asarray(-6.908 / modes.t60_s[heard] + 1j * turns, dtype=np.complex128) / SAMPLE_RATE
    block = 256 if count > 16_384 else 128
    within = _powers(steps, block)
    onward = np.exp(np.outer(np.arange(-(-count // block)) * block, steps)) * modes.gains[heard]
    left = np.concatenate([onward.imag, onward.real], axis=1).astype(np.float32)
    return np.asarray((left @ np.concatenate([within.real, within.imag])).reshape(-1)[:count], dtype=np.float64)


def ring_out(modes: Modes, rise_s: float) -> Array:
    """Modes sounding until each is 60 dB below the loudest, long ones apart from short ones; risen after `rise_s`."""
    modes = _audible(modes)
    reach_db = 60.0 + 20.0 * np.log10(np.abs(modes.gains) / np.abs(modes.gains).max())
    lasts_s = modes.t60_s * reach_db / 60.0
    out = np.zeros(dsp.samples(float(lasts_s.max())) + 1)
    short = len(lasts_s) * len(out) < WORTH_PARTING
    edges = np.array([0.0, 1.01] if short else [0.0, 0.2, 0.5, 1.01]) * lasts_s.max()
    for low, high in pairwise(edges):
        chosen = (lasts_s > low) & (lasts_s <= high)
        if chosen.any():
            count = dsp.samples(float(lasts_s[chosen].max()))
            part = Modes(modes.freqs_hz[chosen], modes.t60_s[chosen], modes.gains[chosen])
            out[:count] += sounding(part, count)
    return dsp.fade(out, in_s=min(rise_s, 0.003), out_s=0.004)


def finish(sound: Array) -> Array:
    """A one-shot with its end faded, and without what lies too low to be heard: it would only cost headroom."""
    heard = np.flatnonzero(np.abs(sound) > dsp.db(-72.0) * np.abs(sound).max())
    settling = np.pad(sound[: heard[-1] + 1 if len(heard) else 1], (0, dsp.samples(0.03)))
    return dsp.fade(dsp.band(settling, LOWEST_HZ), out_s=0.02)
