"""From sounded tracks to stems: gain to target loudness, ducking, a limiter; the stems always sum to the mix.

Targets are gated programme loudness (ITU-R BS.1770): one for the ambience, one for the events, which are action and
material together. A gesture and the body that answers it keep their own balance: by itself the gesture of a hit on
metal is 18 dB softer than what rings, and bringing each to a target of its own would turn the hit into a click. What
the words call faint or loud moves the target. A limiter turns the events down where they, or their sum with the
ambience, would pass the ceiling; the ambience stays as it is, and the mix is the sum of the stems.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.instruments import dsp
from engine.media import loudness
from engine.score.score import LEVEL, Mix, Score
from engine.stems import SceneStems, blocks
from engine.types import PROGRAMME_LUFS, Curve, Layer

GROUPS: dict[str, tuple[Layer, ...]] = {"ambient": (Layer.AMBIENT,), "events": (Layer.ACTION, Layer.MATERIAL)}
TARGETS_LUFS = {"ambient": -34.0, "events": -23.3}
LEVEL_RANGE_DB = (-24.0, 6.0)  # how far words may move a target
MAKE_UPS = 4
MOST_AMBIENT_PEAK = 0.5

DUCK_DB, DUCK_AHEAD_S, DUCK_ATTACK_S, DUCK_RELEASE_S = 2.0, 0.020, 0.030, 0.400


@dataclass(frozen=True, slots=True)
class Levels:
    """Measured on the finished stems, handles left out of the loudness."""

    lufs: Mapping[str, float]  # "ambient", "action", "material", "events", "mix"; -inf where silent
    target_lufs: Mapping[str, float]  # "ambient" and "events"
    true_peak_dbtp: Mapping[str, float]  # "ambient", "action", "material", "mix"
    limited_db: float  # the limiter's deepest reduction


@dataclass(slots=True)
class _Survey:
    """K-weighted mean squares of each 100 ms over all scenes, and what ambience and events have in common."""

    hops: dict[str, dsp.Array]
    common: dsp.Array  # 2 x mean of the product of weighted ambience and events

    def scaled(self, ambient_db: float, events_db: float) -> dict[str, dsp.Array]:
        """The hops after a gain on either group, the mix among them."""
        a, e = dsp.db(ambient_db), dsp.db(events_db)
        hops = {name: hops * (a if name == "ambient" else e) ** 2 for name, hops in self.hops.items()}
        hops["mix"] = np.maximum(hops["ambient"] + hops["events"] + a * e * self.common, 0.0)
        return hops


def ducking(score: Score, depth_db: float = DUCK_DB) -> Curve:
    """Gain of the ambience over the scene, dB: down under each struck event, back up after it."""
    if depth_db <= 0:
        return LEVEL
    starts = sorted({note.start_s for note in score.notes if note.layer is not Layer.AMBIENT and note.duration_s < 2.0})
    points: list[tuple[float, float]] = []
    for start in starts:
        down, bottom = start - DUCK_AHEAD_S, start - DUCK_AHEAD_S + DUCK_ATTACK_S
        while points and points[-1][0] >= down:
            points.pop()
        level = _level_at(points, down)
        points += [(down, level), (bottom, -depth_db), (bottom + DUCK_RELEASE_S, 0.0)]
    return Curve(tuple(t for t, _ in points), tuple(v for _, v in points)) if points else LEVEL


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
    for scene in fresh:
        scene.score = replace(scene.score, mix=Mix({}, ducking(scene.score)))
    survey = _survey(scenes)
    more = dict.fromkeys(GROUPS, 0.0)
    if fresh:
        more = _missing(targets, survey.hops if fresh == list(scenes) else _survey(fresh).hops)
        _add_gains(fresh, more)
    peaks = [scene.limit() for scene in scenes]
    ambient_peak = max((float(peak[0]) for peak in peaks), default=0.0)
    if fresh and ambient_peak > MOST_AMBIENT_PEAK:  # only far above broadcast loudness: events need room over it
        less_db = 20.0 * math.log10(MOST_AMBIENT_PEAK / ambient_peak)
        _add_gains(fresh, {"ambient": less_db, "events": 0.0})
        more["ambient"] += less_db
        peaks = [scene.limit() for scene in scenes]
    if fresh != list(scenes) or any(len(scene.reduction) for scene in scenes):
        _make_up(fresh, targets)
        peaks = [scene.keep_limiter() if any(scene is one for one in fresh) else scene.limit() for scene in scenes]
        survey, more = _survey(scenes), dict.fromkeys(GROUPS, 0.0)
    return _levels(scenes, survey.scaled(more["ambient"], more["events"]), peaks, targets)


def _make_up(fresh: Sequence[SceneStems], targets: Mapping[str, float]) -> None:
    """Give back the loudness that the limiter took from fresh scenes, as far as peaks allow."""
    for _ in range(MAKE_UPS if fresh else 0):
        short = _gain_to(targets["events"], _events_hops(fresh))
        if short < 0.2:
            break
        _add_gains(fresh, {"ambient": 0.0, "events": min(1.6 * short, 4.0)})
        for scene in fresh:
            scene.limit()


def _target(group: str, levels_db: Mapping[Layer, float], programme_lufs: float) -> float:
    levels = [levels_db[layer] for layer in GROUPS[group] if layer in levels_db]
    level = min(max(max(levels, default=0.0), LEVEL_RANGE_DB[0]), LEVEL_RANGE_DB[1])
    return TARGETS_LUFS[group] + (programme_lufs - PROGRAMME_LUFS) + level


def _missing(targets: Mapping[str, float], hops: Mapping[str, dsp.Array]) -> dict[str, float]:
    """How many dB each group is short of its target; 0 where it is silent."""
    return {group: round(_gain_to(targets[group], hops[group]), 3) for group in GROUPS}


def _gain_to(target_lufs: float, hops: dsp.Array) -> float:
    """The gain after which the gated loudness is the target; more passes the absolute gate as the gain grows."""
    gain_db = 0.0
    for _ in range(4):
        scaled = hops * dsp.db(gain_db) ** 2
        measured = loudness.integrated_lufs(scaled)
        if not math.isfinite(measured):  # all below the gate, as a room's tone may be before it has its gain
            measured = loudness.lufs(float(loudness.blocks(scaled).mean())) if scaled.any() else target_lufs
        gain_db += target_lufs - measured
    return gain_db


def _add_gains(scenes: Sequence[SceneStems], more_db: Mapping[str, float]) -> None:
    for scene in scenes:
        mix = scene.score.mix or Mix()
        gains = {
            layer: round(mix.gain_db.get(layer, 0.0) + more_db[group], 3)
            for group, layers in GROUPS.items()
            for layer in layers
        }
        scene.score = replace(scene.score, mix=replace(mix, gain_db=gains))


def _survey(scenes: Sequence[SceneStems]) -> _Survey:
    """Measure the finished stems of scenes, one after the other, as they are now."""
    parts = [_survey_scene(scene) for scene in scenes]
    names = (*(layer.value for layer in Layer), "events")
    hops = {name: np.concatenate([part.hops[name] for part in parts]) if parts else np.zeros(0) for name in names}
    return _Survey(hops, np.concatenate([part.common for part in parts]) if parts else np.zeros(0))


def _events_hops(scenes: Sequence[SceneStems]) -> dsp.Array:
    parts = [np.zeros(0)]
    for scene in scenes:
        weighting, means = loudness.KWeighting(), loudness.HopMeans()
        for first, last in blocks(scene.first, scene.last):
            means.feed(np.square(weighting.apply(scene.read_sum(GROUPS["events"], first, last))).sum(axis=0))
        parts.append(means.means())
    return np.concatenate(parts)


def _survey_scene(scene: SceneStems) -> _Survey:
    filters = {layer: loudness.KWeighting() for layer in Layer}
    means: dict[str, loudness.HopMeans] = {name: loudness.HopMeans() for name in (*Layer, "events", "common")}
    for first, last in blocks(scene.first, scene.last):
        weighted = {layer: filters[layer].apply(scene.read(layer, first, last)) for layer in Layer}
        events = weighted[Layer.ACTION] + weighted[Layer.MATERIAL]
        for layer, sound in weighted.items():
            means[layer].feed(np.square(sound).sum(axis=0))
        means["events"].feed(np.square(events).sum(axis=0))
        means["common"].feed(2.0 * (events * weighted[Layer.AMBIENT]).sum(axis=0))
    common = means.pop("common").means()
    return _Survey({str(name): mean.means() for name, mean in means.items()}, common)


def _levels(
    scenes: Sequence[SceneStems],
    hops: Mapping[str, dsp.Array],
    peaks: Sequence[dsp.Array],
    targets: Mapping[str, float],
) -> Levels:
    highest = np.max([*peaks, np.zeros(4)], axis=0)
    if any(len(scene.reduction) for scene in scenes):
        highest = np.max([_limited_peaks(scene) for scene in scenes], axis=0)
    names = (*(layer.value for layer in Layer), "mix")
    return Levels(
        lufs={name: loudness.integrated_lufs(hop) for name, hop in hops.items()},
        target_lufs=targets,
        true_peak_dbtp={name: loudness.dbtp(float(peak)) for name, peak in zip(names, highest, strict=True)},
        limited_db=max((_deepest_db(scene) for scene in scenes), default=0.0),
    )


def _deepest_db(scene: SceneStems) -> float:
    kept = -min(scene.score.mix.limiter.values) if scene.score.mix else 0.0
    return kept - 20.0 * math.log10(max(float(scene.reduction.min(initial=1.0)), 1e-6))


def _limited_peaks(scene: SceneStems) -> dsp.Array:
    """Oversampled peaks of the three stems and the mix as they leave the limiter."""
    highest = np.zeros(4)
    for first, last in blocks(*scene.sounded):
        stems = [scene.read(layer, first - 64, last + 64) for layer in Layer]
        sounds = [*stems, np.asarray(sum(stems), dtype=np.float32)]
        highest = np.maximum(highest, [loudness.true_peak(sound) for sound in sounds])
    return highest
