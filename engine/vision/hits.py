"""Contacts and footfalls: the likely instants, and what walks, bounces and strikes in a row among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.types import Cue, CueKind
from engine.vision.bounces import NEAR_PX, Bounce, Seen, chains
from engine.vision.cadence import Cadence, cadence, evened
from engine.vision.evidence import Candidate, candidates
from engine.vision.gait import gait
from engine.vision.instants import DOUBTED, Instant, frame_length, weighed
from engine.vision.overview import loudness
from engine.vision.rhythm import missing
from engine.vision.watch import Moment, Watched

ON_BEAT_S = 0.06
SURE_BOB = 0.6  # of its quality: more telling than feet
CLEAR_BOB, FAINT_BOB = 0.7, 0.4
CLEAR_NEEDS, PLAIN_NEEDS, FAINT_NEEDS = -1.0, 0.0, 5.0  # mean log odds of footfalls
SURE_BLOW, MOST_OFF_BEAT = 0.5, 2
SURELY_NO_STEP = -3.0
ON_BOUNCE_S = 0.025
BOUNCE_CONFIDENCE = 0.6
BY_FLIGHT = 0.7  # how far a contact that was seen is moved to where the flights have it
ROW_SURE, ROW_CONFIDENCE = 0.5, 0.55
LEAST_CONFIDENCE = 0.12


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
    bounced = [
        one for scene in scenes for one in _bounced([o for o in in_step if _scene(o) == scene], watched, frame_s)
    ]
    in_row = [one for scene in scenes for one in _in_row([o for o in bounced if _scene(o) == scene])]
    chosen = [one for one in _apart(in_row) if one.confidence >= LEAST_CONFIDENCE]
    return [_cue(k, one, watched, frame_s) for k, one in enumerate(sorted(chosen, key=lambda one: one.time_s))]


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
    return _at_a_pace([one for one in on_beat if one], steady) + [_off_beat(one, steady) for one in others]


def _at_a_pace(steps: list[Instant], walk: Cadence) -> list[Instant]:
    """Each run of steps without a gap, evened."""
    runs: list[list[Instant]] = []
    for one in steps:
        if runs and one.time_s - runs[-1][-1].time_s < 1.5 * walk.period_s:
            runs[-1].append(one)
        else:
            runs.append([one])
    return [
        replace(one, time_s=time_s)
        for run in runs
        for one, time_s in zip(
            run, evened([o.time_s for o in run]) if len(run) > 2 else [o.time_s for o in run], strict=True
        )
    ]


def _bob(found: list[Instant], moments: list[Moment], frame_s: float) -> Cadence | None:
    """The rhythm of a body's bob, if what is seen besides looks like footfalls: hands and whole pictures bob too."""
    bob, sure = gait(moments, frame_s), sum(one.confidence for one in found)
    if bob is None or not sure or _belied(bob, found):
        return None
    footfall = sum(one.confidence * one.footfall for one in found) / sure
    needed = CLEAR_NEEDS if bob.quality > CLEAR_BOB else PLAIN_NEEDS if bob.quality > FAINT_BOB else FAINT_NEEDS
    return bob if footfall > needed else None


def _belied(bob: Cadence, found: list[Instant]) -> bool:
    """Whether sure contacts fall between its beats: then what bobs is an arm at work."""
    beats = np.array(bob.times_s)
    off = [np.abs(beats - one.time_s).min() > ON_BEAT_S for one in found if one.confidence >= SURE_BLOW]
    return bool(sum(off) > max(MOST_OFF_BEAT, len(off) / 2))


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
    return replace(one, confidence=min(0.45, 0.6 * one.confidence)) if among and one.footfall > SURELY_NO_STEP else one


def _bounced(found: list[Instant], watched: Watched, frame_s: float) -> list[Instant]:
    """With the contacts of balls where their flights have them: also the last, small ones, which are seen poorly."""
    things = sorted((one for one in found if one.footfall <= 0), key=lambda one: (one.time_s, one.best.x))
    seen = [Seen(one.time_s, one.best.x, one.confidence) for one in things]
    for chain in chains(seen, frame_s, watched.moments[-1].time_s):
        taken = {id(things[bounce.source]) for bounce in chain}
        found = [_in_flight(one, chain) for one in found if id(one) not in taken]
        found += [_as_bounce(things[bounce.source], bounce) for bounce in chain]
    return found


def _as_bounce(one: Instant, bounce: Bounce) -> Instant:
    one = replace(one, footfall=-1.0, bounces=True)
    if not bounce.seen:
        return replace(one, time_s=bounce.time_s, confidence=BOUNCE_CONFIDENCE, strength=bounce.strength)
    time_s = BY_FLIGHT * bounce.time_s + (1 - BY_FLIGHT) * one.time_s
    return replace(one, time_s=time_s, confidence=max(one.confidence, BOUNCE_CONFIDENCE))


def _in_flight(one: Instant, chain: Sequence[Bounce]) -> Instant:
    """Between two of its contacts a ball strikes nothing."""
    inside = chain[0].time_s < one.time_s < chain[-1].time_s + ON_BOUNCE_S
    there = min(abs(one.best.x - bounce.x_px) for bounce in chain) < NEAR_PX
    return replace(one, confidence=min(one.confidence, DOUBTED)) if inside and there else one


def _in_row(found: list[Instant]) -> list[Instant]:
    """With the blows that a quick row lacks, where the least is seen of each."""
    blows = [one for one in _apart(found) if one.footfall <= 0 and not one.bounces]
    sure = sorted(one.time_s for one in blows if one.confidence >= ROW_SURE)
    taken: dict[int, Instant] = {}
    for hole in missing(sure):
        seen = [_nearest(found, time_s, reach_s) for time_s, reach_s in hole]
        if None not in seen:
            taken |= {id(one): one for one in seen if one is not None}
    return [replace(one, confidence=max(one.confidence, ROW_CONFIDENCE)) if id(one) in taken else one for one in found]


def _nearest(found: list[Instant], time_s: float, reach_s: float) -> Instant | None:
    near = [one for one in found if abs(one.time_s - time_s) < reach_s and one.footfall <= 0]
    return max(near, key=lambda one: (one.confidence, -abs(one.time_s - time_s)), default=None)


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
    if candidate.source in ("fade", "hush"):
        return "stop"
    if kink.steadiness < 0.3:
        return "burst"
    if kink.drop > 1.25:
        return "reversal"
    return "landing" if kink.signal in ("centre", "bottom") else "stop"
