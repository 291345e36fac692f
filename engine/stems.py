"""The finished stems of a scene, read by span: sounded tracks with their gain, ducking and limiter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from engine import limiter
from engine.instruments import dsp
from engine.media.side_by_side import side_by_side
from engine.score.score import LEVEL, Mix, Score
from engine.scratch import Track
from engine.sounding import BLOCK, sound_note_again
from engine.types import SAMPLE_RATE, Curve, Layer, Note, Samples

GRID = 24  # samples; curves of the mix are linear between


@dataclass(slots=True)
class SceneStems:
    """One scene's score and sound; samples count from the timeline's start. A span reads the same however it is cut."""

    score: Score
    tracks: dict[Layer, Track]
    first: int  # of what the cut shows, without handles
    last: int
    tops: limiter.Tops = field(default_factory=lambda: limiter.Tops(0))  # from the tracks' first sample on
    reduction: dsp.Array = field(default_factory=lambda: np.ones(0))  # the limiter on top of the mix's own curve

    @property
    def sounded(self) -> tuple[int, int]:
        """First sample that was sounded, handles included, and the first after the last."""
        track = self.tracks[Layer.AMBIENT]
        return track.first, track.last

    def read(self, layer: Layer, first: int, last: int) -> Samples:
        """The finished stem, `[2, last-first]` float32, wherever the scene was sounded; silence outside."""
        sound = self.unlimited(layer, first, last)
        if layer is Layer.AMBIENT or not len(self.reduction):
            return sound
        cells = (np.arange(first, last) - self.sounded[0]) / limiter.CELL
        return np.asarray(sound * limiter.gain(self.reduction, cells), dtype=np.float32)

    def read_sum(self, layers: Iterable[Layer], first: int, last: int) -> Samples:
        """Several finished stems added up."""
        total = np.zeros((2, last - first))
        for layer in layers:
            total += self.read(layer, first, last)
        return np.asarray(total, dtype=np.float32)

    def read_mix(self, first: int, last: int) -> Samples:
        """The sum of the three stems."""
        return self.read_sum(Layer, first, last)

    def unlimited(self, layer: Layer, first: int, last: int) -> Samples:
        """The stem with the gain and the curve of its mix, before what limits an edit."""
        mix = self.score.mix or Mix()
        sound = self.tracks[layer].read(first, last) * np.float32(dsp.db(mix.gain_db.get(layer, 0.0)))
        curve = mix.duck if layer is Layer.AMBIENT else mix.limiter
        return sound if curve == LEVEL else np.asarray(sound * self._gain(curve, first, last), dtype=np.float32)

    def _gain(self, curve: Curve, first: int, last: int) -> dsp.Array:
        grid = np.arange(first // GRID, last // GRID + 2) * GRID
        levels = curve.at((grid - self._scene_sample) / SAMPLE_RATE)
        return np.interp(np.arange(first, last), grid, 10 ** (levels / 20))

    @property
    def _scene_sample(self) -> float:
        return float(self.score.record_start * SAMPLE_RATE)

    def limit(self) -> dsp.Array:
        """Measure the tops and set the limiter; the highest peaks of ambient, action, material and mix before it."""
        first, last = self.sounded
        self.tops = limiter.Tops(-(-(last - first) // limiter.CELL))
        peaks = side_by_side(self._measure, blocks(first, last))
        self.reduction = limiter.smooth(self.tops.allow())
        return np.asarray(np.max([np.zeros(4), *peaks], axis=0))

    def raise_events(self, more_db: float) -> None:
        """Set the limiter for events that are so much louder than when they were measured."""
        self.tops.raise_events(dsp.db(more_db))
        self.reduction = limiter.smooth(self.tops.allow())

    def keep_limiter(self) -> None:
        """Write the limiter into the score's mix, to stay when notes are edited or taken out."""
        if len(self.reduction) and self.score.mix:
            cells, levels_db = limiter.corners(self.reduction)
            times = (self.sounded[0] + cells * limiter.CELL - self._scene_sample) / SAMPLE_RATE
            curve = Curve(tuple(np.round(times, 7).tolist()), tuple(levels_db.tolist()))
            self.score = replace(self.score, mix=replace(self.score.mix, limiter=curve))
            self.tops.raise_events(self.reduction)
            self.reduction = np.ones(0)

    def limited(self, first: int, count: int, step: int) -> dsp.Array:
        """The limiter's gain on the events at every `step`-th sample from `first` on."""
        if not len(self.reduction):
            return np.ones(count)
        return limiter.gain(self.reduction, (first - self.sounded[0] + step * np.arange(count)) / limiter.CELL)

    def edit_note(self, note: Note) -> tuple[int, int]:
        """Sound an edited note in place of the score's note of that id; the samples that changed. Raises ScoreError."""
        self.score, first, last = sound_note_again(self.score, note, self.tracks)
        if last > first:
            begin, end = self.sounded
            lowest = max((first - begin) // limiter.CELL - limiter.REACH_CELLS, 0)
            highest = (last - begin) // limiter.CELL + 1 + limiter.REACH_CELLS
            self._measure((begin + lowest * limiter.CELL, min(begin + highest * limiter.CELL, end)))
            self.reduction = limiter.smooth(self.tops.allow())
        return first, last

    def _measure(self, span: tuple[int, int]) -> dsp.Array:
        around = span[0] - limiter.CONTEXT, span[1] + limiter.CONTEXT
        stems = (self.unlimited(layer, *around) for layer in Layer)
        return self.tops.measure((span[0] - self.sounded[0]) // limiter.CELL, *stems)

    def close(self) -> None:
        for track in self.tracks.values():
            track.close()


def blocks(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Spans of some seconds, one after the other."""
    for start in range(first, last, BLOCK):
        yield start, min(start + BLOCK, last)
