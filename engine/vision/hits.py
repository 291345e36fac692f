"""Contacts and footfalls: candidates weighed, those of one instant joined, what walks told from what strikes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log

import numpy as np
import numpy.typing as npt

from engine.types import Cue, CueKind
from engine.vision.bounces import Bounce, continued
from engine.vision.cadence import Cadence, cadence
from engine.vision.evidence import Candidate, candidates
from engine.vision.gait import gait
from engine.vision.model import contact_outputs, instant_outputs
from engine.vision.overview import loudness
from engine.vision.tracks import Series
from engine.vision.watch import Moment, Watched

EXPOSED = 0.25  # of a frame after its stamp: where the shutter is open, on average, at half a frame of exposure
JOIN_S = 0.04
JOIN_PX = 40
APART_S = 0.05
ON_BEAT_S = 0.06
SURE_BOB = 0.7  # of its quality: more telling than feet
LEAST_FOOTFALL = 1.0  # mean log odds
ON_BOUNCE_S = 0.025
BOUNCE_SURE, BOUNCE_CONFIDENCE = 0.5, 0.6
DOUBTED = 0.45
BY_THING = 5  # of an instant's figures: the likeliest of its things
LEAST_LOG_ODDS = -3.5
LEAST_CONFIDENCE = 0.12
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Instant:
    """Candidates that speak of one contact."""

    time_s: float
    members: tuple[Candidate, ...]
    shares: tuple[float, ...]  # probability by each member alone
    figures: tuple[float, ...]
    footfall: float  # log odds
    confidence: float = 0.0
    strength: float = 1.0  # of an inferred bounce, its speed over that of the last one seen

    @property
    def best(self) -> Candidate:
        return max(zip(self.shares, self.members, strict=True), key=lambda pair: pair[0])[1]


def frame_length(watched: Watched) -> float:
    """Seconds that a picture usually lasts."""
    times = np.array([m.time_s for m in watched.moments])
    return float(np.median(np.diff(times))) if times.size > 1 else 1 / 24


def hits(watched: Watched) -> list[Cue]:
    """HIT and STEP cues, in order of time."""
    frame_s = frame_length(watched)
    found = weighed(watched, candidates(watched, frame_s), frame_s)
    scenes = sorted({_scene(one) for one in found})
    in_step = [
        one
        for scene in scenes
        for one in _in_step(
            [o for o in found if _scene(o) == scene], [m for m in watched.moments if m.scene == scene], frame_s
        )
    ]
    bounced = [one for scene in scenes for one in _bounced([o for o in in_step if _scene(o) == scene], watched)]
    chosen = [one for one in _apart(bounced) if one.confidence >= LEAST_CONFIDENCE]
    return [_cue(k, one, watched, frame_s) for k, one in enumerate(sorted(chosen, key=lambda one: one.time_s))]


def weighed(watched: Watched, found: list[Candidate], frame_s: float) -> list[Instant]:
    """Instants with their confidence."""
    if not found:
        return []
    outputs = contact_outputs(np.array([c.features for c in found]))
    outputs[_unsafe(watched, found, frame_s), 0] = -9.0
    joined = join(found, outputs, frame_s)
    if not joined:
        return []
    odds = instant_outputs(np.array([one.figures for one in joined]))
    shares = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    smooth = _SmoothBodies(watched)
    return [
        replace(one, confidence=min(float(p), DOUBTED) if smooth.deny(one) else float(p))
        for one, p in zip(joined, shares, strict=True)
    ]


class _SmoothBodies:
    """Whole bodies clearly seen: where one goes on smoothly, jumps in what merely changed are no contact."""

    def __init__(self, watched: Watched) -> None:
        self._series = [track.series() for track in watched.things if len(track.rows) >= 8]

    def deny(self, one: Instant) -> bool:
        if one.figures[BY_THING] > 0.3:
            return False
        return any(self._passes(series, one) for series in self._series)

    def _passes(self, series: dict[str, Series], one: Instant) -> bool:
        at = one.best
        near = np.abs(series["time"] - one.time_s) < 0.12
        if np.count_nonzero(near) < 4:
            return False
        area = series["area"][near]
        away = np.hypot(series["seen_x"][near] - at.x, series["seen_y"][near] - at.y).min()
        return bool(area.min() > 60 and area.min() > 0.75 * area.max() and away < 12)


def _unsafe(watched: Watched, found: list[Candidate], frame_s: float) -> npt.NDArray[np.bool_]:
    """Too near a cut or a flash: there everything changes at once."""
    times = np.array([_sample_s(c) for c in found])
    bad = np.zeros(times.size, dtype=bool)
    for cut_s in watched.cuts_s:
        bad |= np.abs(times - cut_s) < 2 * frame_s
    for flash_s in watched.flashes_s:
        bad |= (times > flash_s - 2 * frame_s) & (times < flash_s + 0.2)
    return bad


def _sample_s(candidate: Candidate) -> float:
    return candidate.kink.track.rows[candidate.kink.row].time


def join(found: list[Candidate], outputs: Floats, frame_s: float) -> list[Instant]:
    """Greedily, the likeliest first: what is near it in time and place is the same contact."""
    odds = outputs[:, 0]
    times = np.array([_sample_s(c) for c in found]) + (np.clip(outputs[:, 1], -2, 3) + EXPOSED) * frame_s
    x, y = np.array([c.x for c in found]), np.array([c.y for c in found])
    free, joined = np.ones(len(found), dtype=bool), list[Instant]()
    for i in np.argsort(-odds, kind="stable"):
        if odds[i] < LEAST_LOG_ODDS:
            break
        if not free[i]:
            continue
        beside = np.hypot(x - x[i], y - y[i]) < JOIN_PX
        near = np.abs(times - times[i]) < JOIN_S
        one = _instant(found, outputs, times, near, near & beside & free, frame_s)
        free &= ~((near | (np.abs(times - one.time_s) < APART_S)) & beside)
        joined.append(one)
    return joined


def _instant(
    found: list[Candidate],
    outputs: Floats,
    times: Floats,
    near: npt.NDArray[np.bool_],
    members: npt.NDArray[np.bool_],
    frame_s: float,
) -> Instant:
    rows = np.nonzero(members)[0]
    odds = np.sort(outputs[rows, 0])[::-1]
    shares = 1 / (1 + np.exp(-outputs[rows, 0]))
    time_s = float((times[rows] * shares**2).sum() / (shares**2).sum())
    around = (np.abs(times - time_s) < 0.15) & ~near
    chosen = [found[k] for k in rows]
    by_source = [
        max((s for s, c in zip(shares, chosen, strict=True) if c.source == name), default=0.0)
        for name in ("thing", "stir", "fade")
    ]
    figures = (
        float(odds[0]), float(odds[:3].mean()), float(odds[:8].mean()), log(1 + float(shares.sum())),
        log(1 + rows.size), *map(float, by_source),
        float(np.sqrt((shares * (times[rows] - time_s) ** 2).sum() / shares.sum())) / 0.02,
        float(outputs[around, 0].max(initial=-6.0)), log(frame_s * 30),
    )  # fmt: skip
    return Instant(time_s, tuple(chosen), tuple(map(float, shares)), figures, float(outputs[rows, 2].mean()))


def _scene(one: Instant) -> int:
    return one.members[0].kink.track.scene


def _in_step(found: list[Instant], moments: list[Moment], frame_s: float) -> list[Instant]:
    """Where somebody walks, the footfalls that keep the rhythm are surer, and those between are hardly any."""
    falls = [one for one in found if one.footfall > 0]
    walk, bob = cadence([one.time_s for one in falls], [one.confidence for one in falls]), _bob(found, moments, frame_s)
    steady = bob if walk is None or (bob is not None and bob.quality > SURE_BOB) else walk
    if steady is None or not falls:
        return found
    beats = np.array(steady.times_s)
    weight = steady.quality / (1.05 - steady.quality) if steady is bob else 0.0
    on_beat = [_on_beat(falls, beat, steady, weight) for beat in steady.times_s]
    others = [one for one in found if np.abs(beats - one.time_s).min() > ON_BEAT_S]
    return [one for one in on_beat if one] + [_off_beat(one, steady) for one in others]


def _bob(found: list[Instant], moments: list[Moment], frame_s: float) -> Cadence | None:
    """The rhythm of a body's bob, if what is seen besides looks like footfalls: a waving hand bobs too."""
    sure = sum(one.confidence for one in found)
    if not sure or sum(one.confidence * one.footfall for one in found) < LEAST_FOOTFALL * sure:
        return None
    return gait(moments, frame_s)


def _on_beat(falls: list[Instant], beat_s: float, walk: Cadence, weight: float) -> Instant | None:
    """The footfall at a beat, which counts for its time with `weight`; above 0 it needs no evidence of its own."""
    near = [one for one in falls if abs(one.time_s - beat_s) <= ON_BEAT_S]
    if not near and not weight:
        return None
    best = max(near or falls, key=lambda one: (one.confidence if near else -abs(one.time_s - beat_s), -one.time_s))
    weights = [one.confidence**2 for one in near]
    time_s = (weight * beat_s + sum(w * one.time_s for w, one in zip(weights, near, strict=True))) / (
        weight + sum(weights)
    )
    sure = min(0.95, 0.4 + 0.6 * walk.quality)
    confidence = max(best.confidence, sure) if near else sure
    return replace(best, time_s=time_s, confidence=confidence, footfall=max(best.footfall, 1.0))


def _off_beat(one: Instant, walk: Cadence) -> Instant:
    among = walk.times_s[0] - walk.period_s < one.time_s < walk.times_s[-1] + walk.period_s
    return replace(one, confidence=min(0.45, 0.6 * one.confidence)) if among and one.footfall > -1 else one


def _bounced(found: list[Instant], watched: Watched) -> list[Instant]:
    """With the last, small bounces of what bounces, which are seen poorly or not at all."""
    sure = sorted((one for one in found if one.confidence >= BOUNCE_SURE), key=lambda one: one.time_s)
    seen = [Bounce(one.time_s, one.best.x, k) for k, one in enumerate(sure)]
    for bounce in continued(seen):
        near = [
            one
            for one in found
            if abs(one.time_s - bounce.time_s) < ON_BOUNCE_S and abs(one.best.x - bounce.x_px) < JOIN_PX
        ]
        if near:
            best = max(near, key=lambda one: (one.confidence, -one.time_s))
            found = [one for one in found if one is not best]
            found.append(replace(best, confidence=max(best.confidence, BOUNCE_CONFIDENCE), footfall=-1.0))
        elif bounce.time_s < watched.moments[-1].time_s:
            last = sure[bounce.source]
            found.append(replace(last, time_s=bounce.time_s, confidence=BOUNCE_CONFIDENCE, strength=bounce.strength))
    return found


def _apart(found: list[Instant]) -> list[Instant]:
    """Of contacts heard as one, the surest."""
    kept: list[Instant] = []
    for one in sorted(found, key=lambda one: (-one.confidence, one.time_s)):
        if all(abs(one.time_s - other.time_s) > 0.03 for other in kept):
            kept.append(one)
    return kept


def _cue(number: int, one: Instant, watched: Watched, frame_s: float) -> Cue:
    best, step = one.best, one.footfall > 0
    row = best.kink.track.rows[best.kink.row]
    speed = max(
        (c.kink.pace_px for c, s in zip(one.members, one.shares, strict=True) if s > 0.3), default=best.kink.pace_px
    )
    size = row.area**0.5 / watched.height
    return Cue(
        id=f"{'step' if step else 'hit'}-{number:03d}-{one.time_s:.3f}",
        kind=CueKind.STEP if step else CueKind.HIT,
        time_s=one.time_s,
        x=float(np.clip(2 * best.x / max(watched.width - 1, 1) - 1, -1, 1)),
        y=float(np.clip(2 * best.y / max(watched.height - 1, 1) - 1, -1, 1)),
        size=(row.bottom - row.top) / watched.height,
        energy=loudness(speed * one.strength / frame_s / watched.height, size),
        confidence=one.confidence,
        label="footfall" if step else "bounce" if one.strength < 1 else _sort_of(best),
        object=f"o{best.kink.track.number}" if best.source == "thing" else f"p{best.kink.track.number}",
    )


def _sort_of(candidate: Candidate) -> str:
    """What sort of evidence it was."""
    kink = candidate.kink
    if candidate.source == "fade":
        return "stop"
    if kink.steadiness < 0.3:
        return "burst"
    if kink.drop > 1.25:
        return "reversal"
    return "landing" if kink.signal in ("centre", "bottom") else "stop"
