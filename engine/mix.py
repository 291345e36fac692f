"""From sounded tracks to stems: gain to target loudness, ducking, a limiter; the stems always sum to the mix.

Targets are gated programme loudness (ITU-R BS.1770): one for the ambience, one for the events, which are action and
material together. A gesture and the body that answers it keep their own balance: by itself the gesture of a hit on
metal is 18 dB softer than what rings, and bringing each to a target of its own would turn the hit into a click. What
the words call faint or loud moves the target. A limiter turns the events down where they, or their sum with the
ambience, would pass the ceiling; the ambience stays as it is, and the mix is the sum of the stems. It never takes more
than 6 dB: the events' target gives way, for a hit that is pressed flat is no louder, only its room is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat

import numpy as np

from engine import limiter
from engine.instruments import dsp
from engine.media import loudness
from engine.score.score import LEVEL, Mix, Score
from engine.stems import SceneStems
from engine.survey import Survey, cells_in_minutes, hops_of, survey
from engine.types import PROGRAMME_LUFS, Curve, Layer

GROUPS: dict[str, tuple[Layer, ...]] = {"ambient": (Layer.AMBIENT,), "events": (Layer.ACTION, Layer.MATERIAL)}
TARGETS_LUFS = {"ambient": -34.0, "events": -23.3}
LEVEL_RANGE_DB = (-24.0, 6.0)  # how far words may move a target
MAKE_UPS, ENOUGH_DB = 6, 0.2
MOST_LIMITED_DB = 6.0  # deeper, a hit is no louder for its gain and only its room and its neighbours are
MOST_AMBIENT_PEAK = 0.5

DUCK_DB, DUCK_AHEAD_S, DUCK_ATTACK_S, DUCK_RELEASE_S = 2.0, 0.020, 0.030, 0.400


@dataclass(frozen=True, slots=True)
class Levels:
    """Measured on the finished stems, handles left out of the loudness."""

    lufs: Mapping[str, float]  # "ambient", "action", "material", "events", "mix"; -inf where silent
    target_lufs: Mapping[str, float]  # "ambient" and "events"
    true_peak_dbtp: Mapping[str, float]  # "ambient", "action", "material", "mix"
    limited_db: float  # the limiter's deepest reduction
    held_back_lu: float = (
        0.0  # how far the events' target lies under what words and settings ask, for their peaks' sake
    )


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
    before = survey(fresh)
    gains_db = {group: round(_gain_to(targets[group], before.hops[group]), 3) for group in GROUPS}
    _add_gains(fresh, gains_db)
    peaks = np.max([np.zeros(4), *(scene.limit() for scene in scenes)], axis=0)
    if peaks[0] > MOST_AMBIENT_PEAK:  # only far above broadcast loudness: events need room over it
        gains_db["ambient"] += _make_room(fresh)
        for scene in scenes:
            if not any(scene is one for one in fresh):
                _make_room([scene])  # an edit has made its ambience so loud
        peaks = np.max([np.zeros(4), *(scene.limit() for scene in scenes)], axis=0)
    if len(fresh) == len(scenes) and not any(len(scene.reduction) for scene in scenes):
        return _levels(before.scaled(gains_db["ambient"], gains_db["events"]), peaks, targets, 0.0)
    asked_lufs = targets["events"]
    if fresh:
        targets["events"] = _settle(fresh, before, gains_db["events"], targets["events"])
    deepest_db = max(_deepest_db(scene) for scene in scenes)
    for scene in fresh:
        scene.keep_limiter()
    after = survey(scenes, true_peaks=True)
    levels = _levels(after.scaled(0.0, 0.0), after.true_peaks, targets, deepest_db)
    return replace(levels, held_back_lu=asked_lufs - targets["events"])


def _make_room(scenes: Sequence[SceneStems]) -> float:
    """Turn the ambience of scenes down to where events have room over it; by how many dB, 0 or less."""
    highest = max((float(scene.tops.ambient.max(initial=0.0)) for scene in scenes), default=0.0)
    if highest <= MOST_AMBIENT_PEAK:
        return 0.0
    less_db = round(20.0 * math.log10(MOST_AMBIENT_PEAK / highest), 3)
    _add_gains(scenes, {"ambient": less_db, "events": 0.0})
    return less_db


def _settle(fresh: Sequence[SceneStems], before: Survey, gain_db: float, target_lufs: float) -> float:
    """Bring limited events to their target, or as near as MOST_LIMITED_DB allows; the target that is then aimed at."""
    for _ in range(MAKE_UPS):
        deepest_db = max(_deepest_db(scene) for scene in fresh)
        short_db = _gain_to(target_lufs, _limited_hops(fresh, before, gain_db))
        more_db = round(min(1.6 * max(short_db, 0.0), 4.0, MOST_LIMITED_DB - deepest_db), 3)
        if abs(more_db) < ENOUGH_DB:
            break
        _add_gains(fresh, {"ambient": 0.0, "events": more_db})
        gain_db += more_db
        for scene in fresh:
            scene.raise_events(more_db)
    short_db = _gain_to(target_lufs, _limited_hops(fresh, before, gain_db))
    return target_lufs - short_db if short_db > 2 * ENOUGH_DB else target_lufs


def _limited_hops(fresh: Sequence[SceneStems], before: Survey, gain_db: float) -> dsp.Array:
    """Mean squares of the events' 100 ms after a gain and the limiter."""
    power = dsp.db(gain_db) ** 2
    each = [
        zip(repeat(scene), cells_in_minutes(cells)) for scene, cells in zip(fresh, before.events_cells, strict=True)
    ]
    return np.concatenate(
        [hops_of(power * cells * _power_kept(scene, at, len(cells))) for scene, (at, cells) in chain(*each)]
    )


def _power_kept(scene: SceneStems, first_cell: int, cells: int) -> dsp.Array:
    """What the limiter leaves of the events' power in each cell; cells count from the first that the cut shows."""
    first = scene.first + limiter.CELL * first_cell + limiter.CELL // 2
    return np.square(scene.limited(first, cells, limiter.CELL))


def _target(group: str, levels_db: Mapping[Layer, float], programme_lufs: float) -> float:
    levels = [levels_db[layer] for layer in GROUPS[group] if layer in levels_db]
    level = min(max(max(levels, default=0.0), LEVEL_RANGE_DB[0]), LEVEL_RANGE_DB[1])
    return TARGETS_LUFS[group] + (programme_lufs - PROGRAMME_LUFS) + level


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


def _levels(
    hops: Mapping[str, dsp.Array], true_peaks: dsp.Array, targets: Mapping[str, float], limited_db: float
) -> Levels:
    names = (*(layer.value for layer in Layer), "mix")
    return Levels(
        lufs={name: loudness.integrated_lufs(hop) for name, hop in hops.items()},
        target_lufs=targets,
        true_peak_dbtp={name: loudness.dbtp(float(peak)) for name, peak in zip(names, true_peaks, strict=True)},
        limited_db=limited_db,
    )


def _deepest_db(scene: SceneStems) -> float:
    kept = -min(scene.score.mix.limiter.values) if scene.score.mix else 0.0
    return kept - 20.0 * math.log10(max(float(scene.reduction.min(initial=1.0)), 1e-6))
