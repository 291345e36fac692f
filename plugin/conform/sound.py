"""The new stems as sound: copied from the old files to the bit where nothing changed, else as it was made."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.conform.scene import Conformed
from engine.conform.unchanged import Lengths, unchanged
from engine.joined import CROSS_FADE, Joined
from engine.media.wave_chunks import Depth
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

    def stored(self, first: int, last: int, depth: Depth) -> bytes:
        begins = self.shift + self.source.file_first
        return self.source.sound.read(first - begins, last - begins, depth)

    def read(self, first: int, last: int) -> Samples:
        begins = self.shift + self.source.file_first
        return self.source.sound.sound(first - begins, last - begins)


def copies_of(
    conformed: Conformed,
    old: Sequence[Score],
    sources: Mapping[Layer, Sequence[Source]],
    layer: Layer,
    lengths: Lengths,
) -> list[Copy]:
    """What of a new scene's layer can be copied, in order."""
    made = [
        copy
        for index, run in enumerate(conformed.scene.runs)
        for first, last in unchanged(conformed, old, index, layer, lengths)
        for copy in copied(sources[layer], first, last, run.shift_samples)
    ]
    return sorted(made, key=lambda copy: copy.first)


def copied(sources: Sequence[Source], first: int, last: int, shift: int) -> Iterator[Copy]:
    """What files hold of the new samples `first:last`."""
    begin = max(bisect_right(sources, first - shift, key=lambda source: source.first) - 1, 0)
    for source in sources[begin:]:
        if source.first + shift >= last:
            break
        lo, hi = max(first, source.first + shift), min(last, source.last + shift)
        if hi > lo:
            yield Copy(lo, hi, source, shift)


def left_over(first: int, last: int, copies: Sequence[Copy]) -> list[tuple[int, int]]:
    """What of a stretch no copy holds; the copies are in order."""
    found, at = [], first
    for copy in copies[bisect_right(copies, first, key=lambda copy: copy.last) :]:
        if copy.first >= last:
            break
        if copy.first > at:
            found.append((at, copy.first))
        at = max(at, copy.last)
    return [*found, (at, last)] if at < last else found


@dataclass(frozen=True, slots=True)
class SceneSound:
    """One new scene: what is sounded of it lies either in a copy or in a stretch that was made."""

    score: Score
    sounded: tuple[int, int]  # first sample, handles included, and the first after the last
    copies: Mapping[Layer, Sequence[Copy]]
    made: Sequence[SceneStems]  # apart from each other
    depth: Depth

    @property
    def first(self) -> int:
        return seconds_to_sample(self.score.record_start)

    @property
    def last(self) -> int:
        return seconds_to_sample(self.score.record_start + self.score.duration)

    def blocks(self, layer: Layer, first: int, last: int) -> Iterator[Samples | bytes]:
        """Copied as it is stored and made by turns."""
        for start, end, copy in self._turns(layer, first, last):
            for lo in range(start, end, WRITE_BLOCK):
                hi = min(lo + WRITE_BLOCK, end)
                yield copy.stored(lo, hi, self.depth) if copy else self._read_made(layer, lo, hi)

    def read(self, layer: Layer, first: int, last: int) -> Samples:
        """All as sound, `[2, last-first]`."""
        turns = self._turns(layer, first, last)
        parts = [copy.read(lo, hi) if copy else self._read_made(layer, lo, hi) for lo, hi, copy in turns]
        return np.concatenate([np.zeros((2, 0), dtype=np.float32), *parts], axis=1)

    def _turns(self, layer: Layer, first: int, last: int) -> Iterator[tuple[int, int, Copy | None]]:
        copies, at = self.copies[layer], first
        for copy in copies[bisect_right(copies, first, key=lambda copy: copy.last) :]:
            if copy.first >= last:
                break
            if copy.first > at:
                yield at, copy.first, None
            at = max(at, copy.first)
            end = min(copy.last, last)
            yield at, end, copy
            at = end
        if at < last:
            yield at, last, None

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
        self._joined: Joined | None = None

    @property
    def scores(self) -> Sequence[Score]:
        return [scene.score for scene in self._scenes]

    def score_of(self, shot: Shot) -> Score:
        return self._of(shot).score

    def blocks(self, shots: Sequence[Shot], layer: Layer, first: int, last: int) -> Iterator[Samples | bytes]:
        """With one shot its scene's; with all, scenes as `engine.joined` joins them, copied inside of each."""
        if len(shots) == 1:
            return self._of(shots[0]).blocks(layer, first, last)
        self._joined = self._joined or Joined(self._scenes)
        return self._all(self._joined, layer, first, last)

    def _all(self, joined: Joined, layer: Layer, first: int, last: int) -> Iterator[Samples | bytes]:
        at = first
        for number, scene in enumerate(self._scenes):
            half = min(CROSS_FADE // 2, (scene.last - scene.first) // 2) if layer is Layer.AMBIENT else 0
            begin = scene.first + half if number else scene.sounded[0]
            end = scene.last - half if number + 1 < len(self._scenes) else scene.sounded[1]
            begin, end = max(begin, at), min(end, last)
            if end > begin:
                yield from _in_blocks(joined, layer, at, begin)
                yield from scene.blocks(layer, begin, end)
                at = end
        yield from _in_blocks(joined, layer, at, last)

    def _of(self, shot: Shot) -> SceneSound:
        for scene in self._scenes:
            start, length = scene.score.record_start, scene.score.duration
            if start <= shot.record_start and shot.record_end <= start + length:
                return scene
        raise ScoreError(f"no scene was conformed for the shot {shot.name!r}")


def _in_blocks(joined: Joined, layer: Layer, first: int, last: int) -> Iterator[Samples]:
    for start in range(first, last, WRITE_BLOCK):
        yield joined.read(layer, start, min(start + WRITE_BLOCK, last))
