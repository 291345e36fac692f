"""Which source sounds on what is seen: cues become happenings, and each happening is given to one source or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.instruments.dsp import stream
from engine.score.scene import Scene
from engine.text.intent import Source
from engine.text.ontology import Entry, ontology
from engine.types import Cue, CueKind, Curve

ASKED_FOR = 0.35  # confidence wanted of a cue where the words ask for such an event
FAINT = 0.12  # enough where the words ask for one event and this is the picture's best
APART_S = 0.25  # between two such
BROKEN_S = 0.6  # after something broke, what still strikes there is its pieces
SAME_INSTANT_S = 0.06
FEWEST_STEPS = 3  # of a walk, where only hits are seen and no cadence
CROSSING = 0.5  # share of the picture's half width that somebody covers who walks
GAIT_INTERVAL_S = {"walk": 0.55, "run": 0.34, "sneak": 0.8}
FAMILY_INTERVAL_S = {"knock": 0.24, "body": 0.6, "ball": 0.5}
RHYTHMIC = ("footstep", "key")  # instruments that go on and on where no count is said
STRUCK_AGAIN = (
    "tool",
    "ball",
    "body",
    "knock",
    "sword",
    "keys",
    "chain",
    "typing",
)  # families of more than one contact
NATURAL_INTERVAL_S = {"footstep": 0.55, "key": 0.14, "contact": 0.45, "click": 0.4, "drip": 0.9}


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that may sound, seconds from the scene's start."""

    id: str
    time_s: float
    duration_s: float = 0.0
    x: float = 0.0
    energy: float = 0.5
    confidence: float = 1.0
    object: str = ""
    step: bool = False
    curve: Curve | None = None
    path: Curve | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A source with its entry in the ontology."""

    source: Source
    entry: Entry
    marked: bool = False  # a marker asks for it, not the words

    def follows(self, kind: str) -> bool:
        return kind in self.entry.follows

    @property
    def once(self) -> bool:
        return ontology().family(self.entry.id).once


def struck(cues: Sequence[Cue], shot: str, offset_s: float) -> list[Happening]:
    """Hits and steps of a shot in order; a hit and a step of one instant are one happening."""
    found: list[Happening] = []
    chosen = [cue for cue in cues if cue.kind in (CueKind.HIT, CueKind.STEP)]
    for cue in sorted(chosen, key=lambda cue: (cue.time_s, cue.id)):
        one = _happening(cue, shot, offset_s)
        if found and one.time_s - found[-1].time_s < SAME_INSTANT_S and found[-1].step != one.step:
            better = max(found[-1], one, key=lambda happening: (not happening.step, happening.confidence))
            found[-1] = replace(better, step=True, confidence=max(found[-1].confidence, one.confidence))
        else:
            found.append(one)
    return found


def moving(cues: Sequence[Cue], shot: str, offset_s: float) -> list[Happening]:
    """What moves for a while, in order."""
    chosen = [cue for cue in cues if cue.kind is CueKind.MOTION and cue.duration_s > 0.1]
    return [_happening(cue, shot, offset_s) for cue in sorted(chosen, key=lambda cue: (cue.time_s, cue.id))]


def _happening(cue: Cue, shot: str, offset_s: float) -> Happening:
    return Happening(
        id=f"{shot}.{cue.id}",
        time_s=cue.time_s + offset_s,
        duration_s=cue.duration_s,
        x=cue.x,
        energy=cue.energy,
        confidence=cue.confidence,
        object=f"{shot}.{cue.object}" if cue.object else "",
        step=cue.kind is CueKind.STEP,
        curve=cue.curve,
        path=cue.path,
        because=cue.id,
    )


def cast_struck(happenings: Sequence[Happening], roles: Sequence[Role]) -> dict[str, list[Happening]]:
    """Give happenings to roles that strike or walk, by source id.

    Steps go to sources that walk and hits to sources that strike; where the words ask for one sort alone it takes
    both. Several striking sources share the seen objects in turn; words that mean one event take the picture's best.
    """
    walkers = [role for role in roles if role.follows("step")]
    striking = [role for role in roles if role.follows("hit") and not role.follows("step")]
    strikers = [role for role in striking if not role.once]
    cast: dict[str, list[Happening]] = {role.source.id: [] for role in (*walkers, *striking)}
    if striking and not strikers:
        taken = _cast_single(cast, [one for one in happenings if not (walkers and one.step)], striking)
        happenings = [one for one in happenings if one not in taken]
    likely = [one for one in happenings if one.confidence >= ASKED_FOR]
    if walkers and strikers:
        _share(cast, [one for one in likely if one.step], walkers)
        _share(cast, [one for one in likely if not one.step], strikers)
    elif strikers or (walkers and (any(one.step for one in likely) or len(likely) >= FEWEST_STEPS)):
        _share(cast, likely, walkers or strikers)
    _break_as_it_lands(cast, striking)
    return {source: limited(members, roles, source) for source, members in cast.items()}


def _break_as_it_lands(cast: dict[str, list[Happening]], striking: Sequence[Role]) -> None:
    """What is said to fall and to break does both at once, and what has just broken breaks no further."""
    for role in striking:
        if role.entry.family != "break" or cast[role.source.id]:
            continue
        absorbed = ontology().family(role.entry.id).absorbs
        landed = [one for other in striking if other.entry.family in absorbed for one in cast[other.source.id]]
        for one in sorted(landed, key=lambda one: (one.time_s, one.id)):
            if all(one.time_s - other.time_s >= BROKEN_S for other in cast[role.source.id]):
                cast[role.source.id].append(one)


def _cast_single(
    cast: dict[str, list[Happening]], happenings: Sequence[Happening], roles: Sequence[Role]
) -> list[Happening]:
    """One event for each word that means one (or as many as it counts): the picture's best, in the words' order."""
    wanted = [role for role in roles for _ in range(role.source.count or 1)]
    best: list[Happening] = []
    for one in sorted(happenings, key=lambda one: (-one.confidence, one.time_s)):
        if one.confidence < FAINT or len(best) == len(wanted):
            break
        if all(abs(one.time_s - other.time_s) >= APART_S for other in best):
            best.append(one)
    best.sort(key=lambda one: one.time_s)
    for role, one in zip(wanted, best, strict=False):
        cast[role.source.id].append(one)
    return best


def _share(cast: dict[str, list[Happening]], members: Sequence[Happening], roles: Sequence[Role]) -> None:
    objects = sorted({one.object for one in members}, key=lambda name: (not name, name))
    for one in members:
        role = roles[objects.index(one.object) % len(roles)]
        cast[role.source.id].append(one)


def limited(members: list[Happening], roles: Sequence[Role], source: str) -> list[Happening]:
    """The strongest `count` of a source's happenings, in order of time."""
    count = next(role.source.count for role in roles if role.source.id == source)
    if count is None or len(members) <= count:
        return members
    strongest = sorted(members, key=lambda one: (-one.energy * one.confidence, one.time_s))[:count]
    return sorted(strongest, key=lambda one: one.time_s)


def from_time(one: Happening, start_s: float) -> Happening:
    """What is left of a happening from a time on, its speed and its way as they are then."""
    if one.time_s >= start_s:
        return one
    late = start_s - one.time_s
    curve, path = (_from(curve, late) if curve else None for curve in (one.curve, one.path))
    return replace(one, time_s=start_s, duration_s=one.duration_s - late, curve=curve, path=path)


def _from(curve: Curve, late_s: float) -> Curve:
    later = [(time - late_s, value) for time, value in zip(curve.times_s, curve.values, strict=True) if time > late_s]
    now = float(curve.at(np.array([late_s]))[0])
    return Curve((0.0, *(time for time, _ in later)), (now, *(value for _, value in later)))


def first_contacts(role: Role, happenings: Sequence[Happening]) -> list[Happening]:
    """As many of the first contacts as a source counts: something else strikes afterwards."""
    likely = [one for one in happenings if one.confidence >= ASKED_FOR]
    return likely[: role.source.count or 1]


def in_window(role: Role, happenings: Sequence[Happening], scene: Scene) -> list[Happening]:
    """Those that begin inside the time the words allow."""
    times = role.source.times
    start = scene.time_of(times.start_s) if times.start_s is not None else -float("inf")
    end = scene.time_of(times.end_s) if times.end_s is not None else float("inf")
    return [one for one in happenings if start <= one.time_s < end]


def crossings(moving: Sequence[Happening]) -> list[Happening]:
    """Those who go through the picture, the longest way first: where feet may be heard though none was seen to land."""
    ways = [(abs(one.path.values[-1] - one.path.values[0]), one) for one in moving if one.path and one.duration_s > 0.5]
    return [one for way, one in sorted(ways, key=lambda pair: (-pair[0], pair[1].time_s)) if way >= CROSSING]


def interval_s(role: Role, instrument: str) -> float:
    """Seconds from one event of a source to its next, as it is by nature and as the words quicken it."""
    natural_s = FAMILY_INTERVAL_S.get(role.entry.family, NATURAL_INTERVAL_S.get(instrument, 0.5))
    if instrument == "footstep":
        natural_s = GAIT_INTERVAL_S.get(str(role.source.params.get("gait", role.entry.slots.get("gait"))), natural_s)
    return natural_s / max(role.source.speed * role.source.density, 0.05)


def natural(
    role: Role, instrument: str, start_s: float, end_s: float, seed: int, path: Curve | None = None
) -> list[Happening]:
    """Events at the source's own rhythm where the words ask for it and the picture shows none.

    `path` is where it is over the time from `start_s` on.
    """
    source = role.source
    rng = stream(seed, "rhythm", source.id)
    rhythmic = instrument in RHYTHMIC or (source.count or 0) > 1
    interval = interval_s(role, instrument)
    count = source.count or (max(int((end_s - start_s) / interval), 1) if rhythmic else 1)
    times: list[float] = []
    said = (source.times.start_s or 0) > 0  # "after three seconds": then, not some time later
    at = start_s + (0.0 if said else min(0.5, 0.25 * (end_s - start_s), interval))
    while len(times) < count and at < end_s:
        times.append(at)
        at += interval * float(rng.lognormal(0.0, 0.05 if instrument != "key" else 0.4))
    where = [float(path.at(np.array([time - start_s]))[0]) if path else 0.0 for time in times]
    return [
        Happening(f"{source.id}.{index:03d}", time, x=round(x, 4), because=f"words: {source.words}")
        for index, (time, x) in enumerate(zip(times, where, strict=True))
    ]
