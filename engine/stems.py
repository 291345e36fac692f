"""The finished stems of a scene, read by span: sounded tracks with their gain, ducking and limiter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from engine import limiter
from engine.instruments import dsp
from engine.score.score import LEVEL, Mix, Score
from engine.sounding import BLOCK, Track, sound_note_again
from engine.types import SAMPLE_RATE, Curve, Layer, Note, Samples

GRID = 24  # samples; curves of the mix are linear between


@dataclass(slots=True)
class SceneStems:
    """One scene's score and sound; samples count from the timeline's start. A span reads the same however it is cut."""

    score: Score
    tracks: dict[Layer, Track]
    first: int  # of what the cut shows, without handles
    last: int
    need: dsp.Array = field(default_factory=lambda: np.ones(0))  # gain that peaks allow, a cell, from the tracks' first
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

    def keep_limiter(self) -> dsp.Array:
        """Write the limiter into the score's mix, to stay when notes are edited or taken out; peaks as `limit`."""
        if len(self.reduction) and self.score.mix:
            cells, levels_db = limiter.corners(self.reduction)
            times = (self.sounded[0] + cells * limiter.CELL - self._scene_sample) / SAMPLE_RATE
            curve = Curve(tuple(np.round(times, 7).tolist()), tuple(levels_db.tolist()))
            self.score = replace(self.score, mix=replace(self.score.mix, limiter=curve))
        return self.limit()

    def limit(self) -> dsp.Array:
        """Set the limiter anew; the highest oversampled peaks of ambient, action, material and mix before it."""
        first, last = self.sounded
        self.need = np.ones(-(-(last - first) // limiter.CELL))
        peaks = [self._allow(start, stop) for start, stop in blocks(first, last)]
        self.reduction = limiter.smooth(self.need)
        return np.asarray(np.max(peaks, axis=0)) if peaks else np.zeros(4)

    def edit_note(self, note: Note) -> tuple[int, int]:
        """Sound an edited note in place of the score's note of that id; the samples that changed. Raises ScoreError."""
        self.score, first, last = sound_note_again(self.score, note, self.tracks)
        if last > first:
            begin, end = self.sounded
            lowest = max((first - begin) // limiter.CELL - limiter.REACH_CELLS, 0)
            highest = (last - begin) // limiter.CELL + 1 + limiter.REACH_CELLS
            self.need[lowest:highest] = 1.0
            self._allow(begin + lowest * limiter.CELL, min(begin + highest * limiter.CELL, end))
            self.reduction = limiter.smooth(self.need)
        return first, last

    def _allow(self, first: int, last: int) -> dsp.Array:
        around = first - limiter.CONTEXT, last + limiter.CONTEXT
        stems = (self.unlimited(layer, *around) for layer in (Layer.AMBIENT, Layer.ACTION, Layer.MATERIAL))
        return limiter.allow(self.need, (first - self.sounded[0]) // limiter.CELL, *stems)

    def close(self) -> None:
        for track in self.tracks.values():
            track.close()


def blocks(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Spans of some seconds, one after the other."""
    for start in range(first, last, BLOCK):
        yield start, min(start + BLOCK, last)
