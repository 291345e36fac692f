"""From sounded tracks to stems: gain to target loudness, ducking, one linked limiter; the stems always sum to the mix.

Targets are gated programme loudness (ITU-R BS.1770) of each stem by itself; what the words call faint or loud moves its
stem's target. A limiter that hears the mix and every stem turns all three down together, so the sum stays the mix.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import ndimage

from engine.instruments import dsp
from engine.media import loudness
from engine.score.score import NO_DUCKING, Mix, Score
from engine.sounding import BLOCK, Track
from engine.types import SAMPLE_RATE, Curve, Layer, Samples

STEM_TARGETS_LUFS = {Layer.AMBIENT: -34.0, Layer.ACTION: -25.0, Layer.MATERIAL: -28.0}
PROGRAMME_LUFS = -23.0  # what the three targets come to where all sound
CEILING_DBTP = -1.0
LEVEL_RANGE_DB = (-24.0, 6.0)  # how far words may move a stem's target

DUCK_DB, DUCK_AHEAD_S, DUCK_ATTACK_S, DUCK_RELEASE_S = 2.0, 0.020, 0.030, 0.400

CELL = 24  # the limiter thinks in half milliseconds
HOLD_CELLS, AHEAD_CELLS = 40, 3
_SAFETY = 10 ** (-0.1 / 20)  # dither and the FIR's ripple stay below the ceiling


@dataclass(slots=True)
class SceneStems:
    """One scene's score and sound; samples count from the timeline's start."""

    score: Score
    tracks: dict[Layer, Track]
    first: int  # of what the cut shows, without handles
    last: int
    reduction: dsp.Array = field(
        default_factory=lambda: np.ones(0)
    )  # limiter gain a cell, from the track's first sample

    def read(self, layer: Layer, first: int, last: int) -> Samples:
        """The finished stem, `[2, last-first]` float32, wherever the scene was sounded; silence outside."""
        return np.asarray(self._raw(layer, first, last) * self._limiter(first, last), dtype=np.float32)

    def read_mix(self, first: int, last: int) -> Samples:
        """The sum of the three stems."""
        return np.asarray(sum(self.read(layer, first, last) for layer in Layer), dtype=np.float32)

    def _raw(self, layer: Layer, first: int, last: int) -> dsp.Array:
        mix = self.score.mix or Mix()
        sound = self.tracks[layer].read(first, last) * dsp.db(mix.gain_db.get(layer, 0.0))
        if layer is Layer.AMBIENT and mix.duck != NO_DUCKING:
            start = self.score.record_start * SAMPLE_RATE
            at = (np.arange(first, last, 48) - float(start)) / SAMPLE_RATE
            curve = np.interp(np.arange(last - first), np.arange(len(at)) * 48.0, 10 ** (mix.duck.at(at) / 20))
            return np.asarray(sound * curve)
        return sound

    def _limiter(self, first: int, last: int) -> dsp.Array | float:
        if not len(self.reduction):
            return 1.0
        at = (np.arange(first, last) - self.tracks[Layer.AMBIENT].first) / CELL
        return np.interp(at, np.arange(len(self.reduction)) + 0.5, self.reduction)

    def close(self) -> None:
        for track in self.tracks.values():
            track.close()


@dataclass(frozen=True, slots=True)
class Levels:
    """Measured on the finished stems."""

    lufs: Mapping[str, float]  # by layer, and "mix"; -inf where silent
    target_lufs: Mapping[str, float]
    true_peak_dbtp: Mapping[str, float]
    limited_db: float  # the limiter's deepest reduction


def ducking(score: Score, depth_db: float = DUCK_DB) -> Curve:
    """Gain of the ambience over the scene, dB: down under each struck event, back up after it."""
    if depth_db <= 0:
        return NO_DUCKING
    starts = sorted({note.start_s for note in score.notes if note.layer is not Layer.AMBIENT and note.duration_s < 2.0})
    points: list[tuple[float, float]] = []
    for start in starts:
        down, bottom = start - DUCK_AHEAD_S, start - DUCK_AHEAD_S + DUCK_ATTACK_S
        while points and points[-1][0] >= down:
            points.pop()
        level = _level_at(points, down)
        points += [(down, level), (bottom, -depth_db), (bottom + DUCK_RELEASE_S, 0.0)]
    return Curve(tuple(t for t, _ in points), tuple(v for _, v in points)) if points else NO_DUCKING


def _level_at(points: Sequence[tuple[float, float]], time_s: float) -> float:
    """The ducking at a time inside the release that the last kept point began."""
    if not points or points[-1][1] == 0.0:
        return 0.0
    bottom_s, depth = points[-1]
    return min(depth * (1.0 - (time_s - bottom_s) / DUCK_RELEASE_S), 0.0)


def mix_scenes(
    scenes: Sequence[SceneStems], levels_db: Mapping[Layer, float], programme_lufs: float = PROGRAMME_LUFS
) -> Levels:
    """Give every scene its gains, ducking and limiter, in place. `levels_db` moves the stems' targets.

    A scene whose score already holds a mix keeps it to the bit: an edited note is heard where it was, and nothing else
    moves. All scenes of a job share one gain a layer.
    """
    targets = {layer: _target(layer, levels_db, programme_lufs) for layer in Layer}
    fresh = [scene for scene in scenes if scene.score.mix is None]
    if fresh:
        _set_gains(fresh, targets)
    for scene in scenes:
        _limit(scene)
    for _ in range(3):  # the limiter takes some loudness away; give it back where peaks allow
        if not fresh or not _make_up(fresh, targets):
            break
    return measure(scenes, targets)


def _target(layer: Layer, levels_db: Mapping[Layer, float], programme_lufs: float) -> float:
    level = min(max(levels_db.get(layer, 0.0), LEVEL_RANGE_DB[0]), LEVEL_RANGE_DB[1])
    return STEM_TARGETS_LUFS[layer] + (programme_lufs - PROGRAMME_LUFS) + level


def _set_gains(scenes: Sequence[SceneStems], targets: Mapping[Layer, float]) -> None:
    for scene in scenes:
        scene.score = replace(scene.score, mix=Mix({}, ducking(scene.score)))
    gains = {layer: _gain_to(targets[layer], _loudness(scenes, layer)) for layer in Layer}
    for scene in scenes:
        scene.score = replace(scene.score, mix=Mix(gains, scene.score.mix.duck if scene.score.mix else NO_DUCKING))


def _gain_to(target_lufs: float, measured_lufs: float) -> float:
    return round(target_lufs - measured_lufs, 3) if math.isfinite(measured_lufs) else 0.0


def _make_up(scenes: Sequence[SceneStems], targets: Mapping[Layer, float]) -> bool:
    """Raise limited stems toward their targets; whether anything moved."""
    if all(float(scene.reduction.min(initial=1.0)) > 0.999 for scene in scenes):
        return False
    short = {layer: _gain_to(targets[layer], _loudness(scenes, layer)) for layer in Layer}
    if max(short.values()) < 0.1:
        return False
    for scene in scenes:
        mix = scene.score.mix or Mix()
        gains = {layer: round(mix.gain_db.get(layer, 0.0) + min(max(short[layer], 0.0), 3.0), 3) for layer in Layer}
        scene.score = replace(scene.score, mix=replace(mix, gain_db=gains))
        _limit(scene)
    return True


def _blocks(first: int, last: int) -> Iterator[tuple[int, int]]:
    for start in range(first, last, BLOCK):
        yield start, min(start + BLOCK, last)


def _loudness(scenes: Sequence[SceneStems], layer: Layer) -> float:
    """Gated loudness of one finished stem over all scenes, handles left out."""
    hops = []
    for scene in scenes:
        meter = loudness.LoudnessMeter()
        for first, last in _blocks(scene.first, scene.last):
            meter.feed(scene.read(layer, first, last))
        hops.append(meter.hops())
    return loudness.integrated_lufs(np.concatenate(hops)) if hops else -math.inf


def _limit(scene: SceneStems) -> None:
    """Set the limiter so that neither the mix nor any stem passes the ceiling; where nothing does, it stays away."""
    scene.reduction = np.ones(0)
    track = scene.tracks[Layer.AMBIENT]
    ceiling = dsp.db(CEILING_DBTP) * _SAFETY
    need = np.ones(-(-(track.last - track.first) // CELL))
    for first, last in _blocks(track.first, track.last):
        stems = np.stack([scene.read(layer, first - 64, last + 64) for layer in Layer])
        heard = np.concatenate([stems, stems.sum(axis=0, keepdims=True)]).reshape(8, -1)
        _mark_peaks(need, (first - track.first) // CELL, heard, ceiling)
    if need.min(initial=1.0) >= 1.0:
        return
    width = 2 * AHEAD_CELLS + 1
    held = ndimage.minimum_filter1d(need, HOLD_CELLS + width, origin=HOLD_CELLS // 2, mode="nearest")
    held = ndimage.minimum_filter1d(held, width, mode="nearest")
    scene.reduction = ndimage.uniform_filter1d(held, width, mode="nearest")


def _mark_peaks(need: dsp.Array, first_cell: int, heard: Samples, ceiling: float) -> None:
    """Lower `need` in the cells where the oversampled peak of `heard` (64 samples of context a side) is too high."""
    count = heard.shape[1] - 128
    rough = np.abs(heard).max(axis=0)
    size = CELL * 100
    for start in range(0, count, size):
        stop = min(start + size, count)
        if rough[start : stop + 128].max() < 0.6 * ceiling:
            continue
        peaks = loudness.oversampled_peak(heard[:, start : stop + 128])[64 : 64 + stop - start]
        cells = np.pad(peaks, (0, -len(peaks) % CELL)).reshape(-1, CELL).max(axis=1)
        at = first_cell + start // CELL
        need[at : at + len(cells)] = np.minimum(need[at : at + len(cells)], ceiling / np.maximum(cells, ceiling))


def measure(scenes: Sequence[SceneStems], targets: Mapping[Layer, float]) -> Levels:
    """Loudness and true peak of the finished stems and their sum, handles left out."""
    hops: dict[str, list[dsp.Array]] = {}
    peaks: dict[str, float] = {}
    for scene in scenes:
        meters = {name: loudness.LoudnessMeter() for name in (*(layer.value for layer in Layer), "mix")}
        for first, last in _blocks(scene.first, scene.last):
            sounds = {layer.value: scene.read(layer, first, last) for layer in Layer}
            sounds["mix"] = np.asarray(sum(sounds.values()), dtype=np.float32)
            for name, sound in sounds.items():
                meters[name].feed(sound)
                peaks[name] = max(peaks.get(name, 0.0), loudness.true_peak(sound))
        for name, meter in meters.items():
            hops.setdefault(name, []).append(meter.hops())
    deepest = min((float(scene.reduction.min(initial=1.0)) for scene in scenes), default=1.0)
    return Levels(
        lufs={name: loudness.integrated_lufs(np.concatenate(parts)) for name, parts in hops.items()},
        target_lufs={layer.value: target for layer, target in targets.items()},
        true_peak_dbtp={name: loudness.dbtp(peak) for name, peak in peaks.items()},
        limited_db=-20.0 * math.log10(max(deepest, 1e-6)),
    )
