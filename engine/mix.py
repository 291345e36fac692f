"""From sounded tracks to stems: gain to target loudness, ducking, one linked limiter; the stems always sum to the mix.

Targets are gated programme loudness (ITU-R BS.1770): one for the ambience, one for the events, which are action and
material together. A gesture and the body that answers it keep their own balance: by itself the gesture of a hit on
metal is 18 dB softer than what rings, and bringing each to a target of its own would turn the hit into a click. What
the words call faint or loud moves the target. A limiter that hears the mix and every stem turns all three down
together, so the sum stays the mix.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import ndimage

from engine.instruments import dsp
from engine.media import loudness
from engine.score.score import NO_DUCKING, Mix, Score
from engine.sounding import BLOCK, Track, sound_note_again
from engine.types import SAMPLE_RATE, Curve, Layer, Note, Samples

GROUPS: dict[str, tuple[Layer, ...]] = {"ambient": (Layer.AMBIENT,), "events": (Layer.ACTION, Layer.MATERIAL)}
TARGETS_LUFS = {"ambient": -34.0, "events": -23.3}
PROGRAMME_LUFS = -23.0  # what the two come to where both sound
CEILING_DBTP = -1.0
LEVEL_RANGE_DB = (-24.0, 6.0)  # how far words may move a target

DUCK_DB, DUCK_AHEAD_S, DUCK_ATTACK_S, DUCK_RELEASE_S = 2.0, 0.020, 0.030, 0.400

MAKE_UPS = 4
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
    need: dsp.Array = field(default_factory=lambda: np.ones(0))  # gain that peaks allow, a cell, from the tracks' first
    reduction: dsp.Array = field(default_factory=lambda: np.ones(0))  # the limiter's smooth gain; empty: it rests

    def read(self, layer: Layer, first: int, last: int) -> Samples:
        """The finished stem, `[2, last-first]` float32, wherever the scene was sounded; silence outside."""
        return np.asarray(self.unlimited(layer, first, last) * self._limiter(first, last), dtype=np.float32)

    def read_sum(self, layers: Iterable[Layer], first: int, last: int) -> Samples:
        """Several finished stems added up."""
        total = np.zeros((2, last - first))
        for layer in layers:
            total += self.unlimited(layer, first, last)
        return np.asarray(total * self._limiter(first, last), dtype=np.float32)

    def read_mix(self, first: int, last: int) -> Samples:
        """The sum of the three stems."""
        return self.read_sum(Layer, first, last)

    def unlimited(self, layer: Layer, first: int, last: int) -> dsp.Array:
        """The stem with its gain and ducking, before the limiter."""
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

    lufs: Mapping[str, float]  # "ambient", "action", "material", "events", "mix"; -inf where silent
    target_lufs: Mapping[str, float]  # "ambient" and "events"
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
    """Give every scene its gains, ducking and limiter, in place. `levels_db` moves the targets.

    A scene whose score already holds a mix keeps it to the bit: an edited note is heard where it was, and nothing else
    moves. All scenes of a job share one gain for the ambience and one for the events.
    """
    targets = {group: _target(group, levels_db, programme_lufs) for group in GROUPS}
    fresh = [scene for scene in scenes if scene.score.mix is None]
    if fresh:
        _set_gains(fresh, targets)
    for scene in scenes:
        _limit(scene)
    for _ in range(MAKE_UPS):  # the limiter takes some loudness away; give it back where peaks allow
        if not fresh or not _make_up(fresh, targets):
            break
    return measure(scenes, targets)


def _target(group: str, levels_db: Mapping[Layer, float], programme_lufs: float) -> float:
    levels = [levels_db[layer] for layer in GROUPS[group] if layer in levels_db]
    level = min(max(max(levels, default=0.0), LEVEL_RANGE_DB[0]), LEVEL_RANGE_DB[1])
    return TARGETS_LUFS[group] + (programme_lufs - PROGRAMME_LUFS) + level


def _set_gains(scenes: Sequence[SceneStems], targets: Mapping[str, float]) -> None:
    for scene in scenes:
        scene.score = replace(scene.score, mix=Mix({}, ducking(scene.score)))
    _add_gains(scenes, {group: _short_of(targets[group], _loudness(scenes, group)) for group in GROUPS})


def _add_gains(scenes: Sequence[SceneStems], more_db: Mapping[str, float]) -> None:
    for scene in scenes:
        mix = scene.score.mix or Mix()
        gains = {
            layer: round(mix.gain_db.get(layer, 0.0) + more_db[group], 3)
            for group, layers in GROUPS.items()
            for layer in layers
        }
        scene.score = replace(scene.score, mix=replace(mix, gain_db=gains))


def _short_of(target_lufs: float, measured_lufs: float) -> float:
    return target_lufs - measured_lufs if math.isfinite(measured_lufs) else 0.0


def _make_up(scenes: Sequence[SceneStems], targets: Mapping[str, float]) -> bool:
    """Raise what the limiter took away; whether anything moved."""
    if all(float(scene.reduction.min(initial=1.0)) > 0.999 for scene in scenes):
        return False
    short = {group: _short_of(targets[group], _loudness(scenes, group)) for group in GROUPS}
    if max(short.values()) < 0.1:
        return False
    _add_gains(scenes, {group: min(max(1.5 * more, 0.0), 3.0) for group, more in short.items()})
    for scene in scenes:
        _limit(scene)
    return True


def _blocks(first: int, last: int) -> Iterator[tuple[int, int]]:
    for start in range(first, last, BLOCK):
        yield start, min(start + BLOCK, last)


def _loudness(scenes: Sequence[SceneStems], group: str) -> float:
    """Gated loudness of a group of finished stems over all scenes, handles left out."""
    hops = []
    for scene in scenes:
        meter = loudness.LoudnessMeter()
        for first, last in _blocks(scene.first, scene.last):
            meter.feed(scene.read_sum(GROUPS[group], first, last))
        hops.append(meter.hops())
    return loudness.integrated_lufs(np.concatenate(hops)) if hops else -math.inf


def edit_note(scene: SceneStems, note: Note) -> tuple[int, int]:
    """Sound one edited note in place of the scene's note of that id; the samples that changed. Raises ScoreError."""
    scene.score, first, last = sound_note_again(scene.score, note, scene.tracks)
    track = scene.tracks[Layer.AMBIENT]
    if last > first:
        reach = 4  # the oversampling filter rings a cell beyond its sound
        cells = slice(max((first - track.first) // CELL - reach, 0), (last - track.first) // CELL + 1 + reach)
        scene.need[cells] = 1.0
        _find_peaks(scene, track.first + cells.start * CELL, min(track.first + cells.stop * CELL, track.last))
        _smooth(scene)
    return first, last


def _limit(scene: SceneStems) -> None:
    """Set the limiter so that neither the mix nor any stem passes the ceiling; where nothing does, it stays away."""
    track = scene.tracks[Layer.AMBIENT]
    scene.need = np.ones(-(-(track.last - track.first) // CELL))
    for first, last in _blocks(track.first, track.last):
        _find_peaks(scene, first, last)
    _smooth(scene)


def _find_peaks(scene: SceneStems, first: int, last: int) -> None:
    stems = np.stack([scene.unlimited(layer, first - 64, last + 64) for layer in Layer]).astype(np.float32)
    heard = np.concatenate([stems, stems.sum(axis=0, keepdims=True)]).reshape(8, -1)
    ceiling = dsp.db(CEILING_DBTP) * _SAFETY
    _mark_peaks(scene.need, (first - scene.tracks[Layer.AMBIENT].first) // CELL, heard, ceiling)


def _smooth(scene: SceneStems) -> None:
    """From what single peaks allow to a gain that goes down ahead of each and holds for 20 ms."""
    if scene.need.min(initial=1.0) >= 1.0:
        scene.reduction = np.ones(0)
        return
    width = 2 * AHEAD_CELLS + 1
    held = ndimage.minimum_filter1d(scene.need, HOLD_CELLS + width, origin=HOLD_CELLS // 2, mode="nearest")
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


def measure(scenes: Sequence[SceneStems], targets: Mapping[str, float]) -> Levels:
    """Loudness and true peak of the finished stems and their sums, handles left out."""
    names = (*(layer.value for layer in Layer), "events", "mix")
    hops: dict[str, list[dsp.Array]] = {name: [] for name in names}
    peaks = dict.fromkeys(names, 0.0)
    for scene in scenes:
        meters = {name: loudness.LoudnessMeter() for name in names}
        for first, last in _blocks(scene.first, scene.last):
            sounds = {layer.value: scene.read(layer, first, last) for layer in Layer}
            sounds["events"] = sounds["action"] + sounds["material"]
            sounds["mix"] = sounds["events"] + sounds["ambient"]
            for name, sound in sounds.items():
                meters[name].feed(sound)
                peaks[name] = max(peaks[name], loudness.true_peak(sound))
        for name, meter in meters.items():
            hops[name].append(meter.hops())
    deepest = min((float(scene.reduction.min(initial=1.0)) for scene in scenes), default=1.0)
    return Levels(
        lufs={name: loudness.integrated_lufs(np.concatenate([*parts, np.zeros(0)])) for name, parts in hops.items()},
        target_lufs=targets,
        true_peak_dbtp={name: loudness.dbtp(peak) for name, peak in peaks.items()},
        limited_db=-20.0 * math.log10(max(deepest, 1e-6)),
    )
