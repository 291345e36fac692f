"""The stems of all scenes as one sound a layer: ambiences cross-fade where scenes meet, events ring on over the cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from engine import limiter
from engine.instruments import dsp
from engine.types import Layer, Samples

CROSS_FADE = dsp.samples(0.5)
LAST_FADE = dsp.samples(0.05)  # of what still rings where a scene's handle ends


class Scene(Protocol):
    """A scene's finished stems; samples count from the timeline's start."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def sounded(self) -> tuple[int, int]: ...
    def read(self, layer: Layer, first: int, last: int) -> Samples: ...


@dataclass(slots=True)
class _Fade:
    """How a scene's ambience comes and goes: samples around its first and its last; 0 where it simply goes on."""

    rise: int = 0
    fall: int = 0


class Joined:
    """Scenes in record order, read as one; samples count from the timeline's start. A span reads the same however cut.

    Where sounds of two scenes lie over each other the events are turned down as far as the ceiling asks.
    """

    def __init__(self, scenes: Sequence[Scene]) -> None:
        self._scenes = scenes
        self._fades = [_Fade() for _ in scenes]
        for (before, fade_before), (after, fade_after) in pairwise(zip(scenes, self._fades, strict=True)):
            half = CROSS_FADE // 2
            fade_before.fall = min(half, before.sounded[1] - before.last, (before.last - before.first) // 2)
            fade_after.rise = min(half, after.first - after.sounded[0], (after.last - after.first) // 2)
        self._joints = [self._joint(before, after) for before, after in pairwise(scenes)]

    def read(self, layer: Layer, first: int, last: int) -> Samples:
        """One layer over all scenes, `[2, last-first]` float32; silence where nothing was sounded."""
        total = self._sum(layer, first, last)
        if layer is Layer.AMBIENT:
            return total
        gain = np.ones(last - first)
        for begin, reduction in self._joints:
            if len(reduction):
                cells = (np.arange(first, last) - begin) / limiter.CELL
                inside = (cells >= 0) & (cells < len(reduction))
                gain[inside] = np.minimum(gain[inside], limiter.gain(reduction, cells[inside]))
        return np.asarray(total * gain, dtype=np.float32)

    def _sum(self, layer: Layer, first: int, last: int) -> Samples:
        total = np.zeros((2, last - first))
        for scene, fade in zip(self._scenes, self._fades, strict=True):
            lo, hi = max(scene.sounded[0], first), min(scene.sounded[1], last)
            if layer is not Layer.AMBIENT:
                lo = max(lo, scene.first if fade.rise else lo)
            if hi > lo:
                shape = _ambience_shape if layer is Layer.AMBIENT else _events_shape
                total[:, lo - first : hi - first] += scene.read(layer, lo, hi) * shape(
                    scene, fade, np.arange(lo, hi, dtype=np.float64)
                )
        return np.asarray(total, dtype=np.float32)

    def _joint(self, before: Scene, after: Scene) -> tuple[int, dsp.Array]:
        """Where the sound of two scenes overlaps, and the gain of each cell from there on; empty if all may stay."""
        begin, end = after.sounded[0], before.sounded[1]
        if end <= begin:
            return begin, np.ones(0)
        reach = limiter.CELL * (limiter.HOLD_CELLS + 2 * limiter.AHEAD_CELLS + limiter.REACH_CELLS)
        begin, end = begin - reach, end + reach
        tops = limiter.Tops(-(-(end - begin) // limiter.CELL))
        around = begin - limiter.CONTEXT, end + limiter.CONTEXT
        tops.measure(0, *(self._sum(layer, *around) for layer in Layer))
        return begin, limiter.smooth(tops.allow())


def _ambience_shape(scene: Scene, fade: _Fade, at: dsp.Array) -> dsp.Array:
    """Of equal power with the neighbour's: ambiences of two scenes are not alike."""
    shape = np.ones(len(at))
    if fade.rise:
        shape *= np.sin(np.pi / 2 * np.clip((at - scene.first + fade.rise) / (2 * fade.rise), 0.0, 1.0))
    if fade.fall:
        shape *= np.cos(np.pi / 2 * np.clip((at - scene.last + fade.fall) / (2 * fade.fall), 0.0, 1.0))
    return shape


def _events_shape(scene: Scene, fade: _Fade, at: dsp.Array) -> dsp.Array:
    """Whole, and softly ended where the handle does."""
    if not fade.fall:
        return np.ones(len(at))
    length = min(LAST_FADE, scene.sounded[1] - scene.last)
    return np.asarray(np.clip((scene.sounded[1] - at) / max(length, 1), 0.0, 1.0))
