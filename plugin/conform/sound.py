"""The new stems as sound: copied from the old files to the bit where nothing changed, else as it was made."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.conform.scene import Conformed
from engine.conform.unchanged import Lengths, unchanged
from engine.score.score import Score
from engine.stems import SceneStems
from engine.types import Layer, Samples, ScoreError, Shot, seconds_to_sample
from plugin.conform.old import Source
from plugin.stem_files import WRITE_BLOCK


@dataclass(frozen=True, slots=True)
class Copy:
    """Samples of the new timeline that an old file holds."""

    first: int
    last: int
    source: Source
    shift: int  # new sample minus old

    def read(self, first: int, last: int) -> bytes:
        begins = self.shift + self.source.file_first
        return self.source.sound.read(first - begins, last - begins)


def copies_of(
    conformed: Conformed,
    old: Sequence[Score],
    sources: Mapping[Layer, Sequence[Source]],
    layer: Layer,
    lengths: Lengths,
) -> list[Copy]:
    """What of a new scene's layer can be copied, in order."""
    made = []
    for index, run in enumerate(conformed.scene.runs):
        for first, last in unchanged(conformed, old, index, layer, lengths):
            shift = run.shift_samples
            begin = max(bisect_right(sources[layer], first - shift, key=lambda source: source.first) - 1, 0)
            for source in sources[layer][begin:]:
                if source.first + shift >= last:
                    break
                lo, hi = max(first, source.first + shift), min(last, source.last + shift)
                if hi > lo:
                    made.append(Copy(lo, hi, source, shift))
    return sorted(made, key=lambda copy: copy.first)


def left_over(first: int, last: int, copies: Sequence[Copy]) -> list[tuple[int, int]]:
    """What of a stretch no copy holds."""
    found, at = [], first
    for copy in copies:
        if copy.first > at:
            found.append((at, min(copy.first, last)))
        at = max(at, copy.last)
    return [*found, (at, last)] if at < last else found


@dataclass(frozen=True, slots=True)
class SceneSound:
    """One new scene: samples `first:last`, handles included, each either in a copy or in a stretch that was made."""

    score: Score
    first: int
    last: int
    copies: Mapping[Layer, Sequence[Copy]]
    made: Sequence[SceneStems]  # apart from each other

    def blocks(self, layer: Layer, first: int, last: int) -> Iterator[Samples | bytes]:
        """Copied and made by turns."""
        copies, at = self.copies[layer], first
        number = max(bisect_right(copies, first, key=lambda copy: copy.first) - 1, 0)
        while at < last:
            while number < len(copies) and copies[number].last <= at:
                number += 1
            copy = copies[number] if number < len(copies) else None
            if copy is not None and copy.first <= at:
                end = min(copy.last, last, at + WRITE_BLOCK)
                yield copy.read(at, end)
            else:
                end = min(copy.first if copy is not None else last, last, at + WRITE_BLOCK)
                yield self._read_made(layer, at, end)
            at = end

    def _read_made(self, layer: Layer, first: int, last: int) -> Samples:
        sound = np.zeros((2, last - first), dtype=np.float32)
        for stretch in self.made:
            lo, hi = max(first, stretch.sounded[0]), min(last, stretch.sounded[1])
            if hi > lo:
                sound[:, lo - first : hi - first] = stretch.read(layer, lo, hi)
        return sound


class ConformedSound:
    """Finished stems of the new cut, scene after scene (`plugin.stem_files.Sound`)."""

    def __init__(self, scenes: Sequence[SceneSound]) -> None:
        self._scenes = scenes

    @property
    def scores(self) -> Sequence[Score]:
        return [scene.score for scene in self._scenes]

    def score_of(self, shot: Shot) -> Score:
        return self._of(shot).score

    def blocks(self, shots: Sequence[Shot], layer: Layer, first: int, last: int) -> Iterator[Samples | bytes]:
        """With one shot its scene's; with all, each scene up to the middle of what lies between, and silence beyond."""
        if len(shots) == 1:
            yield from self._of(shots[0]).blocks(layer, first, last)
            return
        at = first
        for scene, end in zip(self._scenes, [*self._turns(), last], strict=True):
            lo, hi = max(at, scene.first), min(scene.last, end, last)
            if hi > lo:
                yield from _silence(lo - at)
                yield from scene.blocks(layer, lo, hi)
                at = hi
        yield from _silence(last - at)

    def _turns(self) -> list[int]:
        """Where each scene gives way to the next."""
        ends = [seconds_to_sample(score.record_start + score.duration) for score in self.scores]
        starts = [seconds_to_sample(score.record_start) for score in self.scores]
        return [(ends[number] + starts[number + 1]) // 2 for number, _ in enumerate(pairwise(starts))]

    def _of(self, shot: Shot) -> SceneSound:
        for scene in self._scenes:
            start, length = scene.score.record_start, scene.score.duration
            if start <= shot.record_start and shot.record_end <= start + length:
                return scene
        raise ScoreError(f"no scene was conformed for the shot {shot.name!r}")


def _silence(samples: int) -> Iterator[Samples]:
    for start in range(0, samples, WRITE_BLOCK):
        yield np.zeros((2, min(WRITE_BLOCK, samples - start)), dtype=np.float32)
