"""Stick-slip: what a dry hinge, a chair leg or a wet glass does instead of sliding.

A surface is dragged along until its grip lets go; each letting-go is one short stroke into the object. Some 10-60 slips
a second are heard as a creak, 150-900 as a squeak that locks to the nearest mode of the object (Farnell 2010; Dupont
2002 for why it locks).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.instruments.dsp import Array, slow
from engine.types import SAMPLE_RATE

CONTROL_HZ = 400.0
LOCKING = 0.08  # a mode pulls a slip rate that lies this close to it


class Slips(NamedTuple):
    times_s: Array
    strengths: Array


def locked(rate_hz: Array, modes_hz: Array) -> Array:
    """Slip rates, pulled to the nearest mode where one lies within 8 %."""
    if len(modes_hz) == 0:
        return rate_hz
    nearest = np.abs(rate_hz[:, None] / modes_hz[None, :] - 1.0)
    mode = modes_hz[np.argmin(nearest, axis=1)]
    return np.asarray(np.where(nearest.min(axis=1) < LOCKING, mode, rate_hz))


def slips(rate_hz: Array, rng: np.random.Generator, jitter: float = 0.06) -> Slips:
    """Slips at `rate_hz` (read at CONTROL_HZ; where it is 0 the surfaces rest). A longer hold lets go harder."""
    turns = np.concatenate([[0.0], np.cumsum(rate_hz)]) / CONTROL_HZ
    held = np.exp(jitter * rng.standard_normal(int(turns[-1] * 1.2) + 8))
    at = np.cumsum(held) - held[0]
    keep = at < turns[-1]
    times = np.interp(at[keep], turns, np.arange(len(turns)) / CONTROL_HZ)
    strengths = held[keep] ** 2 * np.exp(0.25 * rng.standard_normal(int(keep.sum())))
    return Slips(times, strengths)


def wandering(rate_hz: Array, rng: np.random.Generator, spread: float, wander_hz: float = 3.0) -> Array:
    """A slip rate that drifts as dry surfaces do: lognormal, `spread` in natural logarithms."""
    return np.asarray(rate_hz * np.exp(spread * slow(rng, len(rate_hz), wander_hz, CONTROL_HZ)))


def at_control_rate(curve: Array) -> Array:
    """A curve of one value a sample, at CONTROL_HZ."""
    at_s = np.arange(control_count(len(curve))) / CONTROL_HZ
    return np.interp(at_s, np.arange(len(curve)) / SAMPLE_RATE, curve)


def control_count(count: int) -> int:
    """How many values at CONTROL_HZ span `count` samples."""
    return int(np.ceil(count * CONTROL_HZ / SAMPLE_RATE)) + 1
