"""What markers ask for: an event at its marker's moment, a bed or a walk for its marker's length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.score import word_times
from engine.score.casting import ASKED_FOR, RHYTHMIC, Role
from engine.score.page import plays_events
from engine.score.scene import Scene
from engine.text.intent import Intent, Source, Times
from engine.text.ontology import ontology
from engine.types import CueKind, Shot

SNAP_FRAMES = 2  # a marker is set by hand: a contact seen as near as this is what it means


@dataclass(frozen=True, slots=True)
class Marking:
    """What the words of one marker ask, from `start` to `end` in record seconds; of no length for a moment."""

    intent: Intent
    start: Fraction
    end: Fraction


def read_marks(shots: Sequence[Shot], read: Callable[[str], Intent]) -> list[Marking]:
    """The markers of some shots; one that runs on over a cut is one marking."""
    found: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for shot in shots:
        for mark in shot.marks:
            spans = found.setdefault(", ".join(mark.words), [])
            start = shot.record_start + mark.start
            goes_on = bool(spans) and mark.start == 0 and spans[-1][1] == start and spans[-1][0] < start
            first = spans.pop()[0] if goes_on else start
            is_moment = mark.duration * shot.frame_rate <= 1 and not goes_on
            spans.append((first, start if is_moment else start + mark.duration))
    return [Marking(read(words), start, end) for words, spans in found.items() for start, end in spans]


def marked_roles(scene: Scene, markings: Sequence[Marking]) -> list[Role]:
    """The sources that markers ask for, each with its time by the words' clock."""
    return [
        Role(_timed(scene, marking, source, number), ontology().find(source.entry), marked=True)
        for number, marking in enumerate(markings, 1)
        for source in marking.intent.sources
        if _has_time(marking, source)
    ]


def hinted_with(scene: Scene, hinted: Sequence[Intent], markings: Sequence[Marking]) -> list[Intent]:
    """What is said of each shot, with the places and beds of markers at one moment: those speak of the whole clip."""
    joined = list(hinted)
    for number, marking in enumerate(markings, 1):
        index = _shot_at(scene, marking.start)
        sources = tuple(
            replace(source, id=f"{source.id}n{number}")
            for source in marking.intent.sources
            if not _has_time(marking, source)
        )
        here = joined[index]
        joined[index] = replace(here, sources=here.sources + sources, room=here.room or marking.intent.room)
    return joined


def by_marks(roles: Sequence[Role], marks: Sequence[Role]) -> list[Role]:
    """Roles with the markers' times: a source that markers speak of sounds there, unless it has times of its own."""
    free = list(marks)
    made: list[Role] = []
    for role in roles:
        mine = [] if word_times.says_when(role) else _speaking_of(role, free)
        free = [mark for mark in free if mark not in mine]
        made += _retimed(role, mine)
    return made + free


def _speaking_of(role: Role, marks: Sequence[Role]) -> list[Role]:
    """The marks of a role's own entry, else of its family."""
    exact = [mark for mark in marks if mark.entry.id == role.entry.id]
    return exact or [mark for mark in marks if mark.entry.family == role.entry.family]


def _retimed(role: Role, marks: Sequence[Role]) -> list[Role]:
    """A role at its marks: all its moments in one, each stretch by itself; the first keeps the role's id."""
    moments = tuple(at for mark in marks for at in mark.source.times.at_s)
    all_times = [Times(at_s=moments)] if moments else []
    all_times += [mark.source.times for mark in marks if not mark.source.times.at_s]
    if not all_times:
        return [role]
    keep = role.source.times
    return [
        replace(
            role,
            source=replace(
                role.source,
                id=f"{role.source.id}w{number}" if number else role.source.id,
                times=replace(times, fade_in=keep.fade_in, fade_out=keep.fade_out),
            ),
        )
        for number, times in enumerate(all_times)
    ]


def _has_time(marking: Marking, source: Source) -> bool:
    """A moment is the time of an event, not of a bed."""
    return marking.end > marking.start or plays_events(Role(source, ontology().find(source.entry)))


def _timed(scene: Scene, marking: Marking, source: Source, number: int) -> Source:
    words = f'the marker "{marking.intent.words}"'
    source = replace(source, id=f"{source.id}m{number}", words=words)
    role = Role(source, ontology().find(source.entry))
    if word_times.says_when(role):
        return source
    start, end = marking.start, marking.end
    if not plays_events(role) or (end > start and not _is_one_event(scene, role, marking)):
        times = Times(start_s=start - scene.origin, end_s=end - scene.origin)
    elif role.entry.parts[0].instrument in RHYTHMIC and not source.count:
        shot = scene.shots[_shot_at(scene, start)]
        times = Times(start_s=start - scene.origin, end_s=shot.record_end - scene.origin)
    else:
        times = Times(at_s=(_snapped(scene, start) - scene.origin,))
    return replace(source, times=times)


def _is_one_event(scene: Scene, role: Role, marking: Marking) -> bool:
    """Whether a long marker means one event at its start: no rhythm, and no contacts are seen along it."""
    if role.once:
        return True
    if not role.follows("hit") or role.entry.parts[0].instrument in RHYTHMIC:
        return False
    return not any(marking.start <= at < marking.end for at, sure in _contacts(scene) if sure >= ASKED_FOR)


def _snapped(scene: Scene, moment: Fraction) -> Fraction:
    """The contact seen nearest to a marker, when it is within two frames of it."""
    reach = SNAP_FRAMES / scene.shots[_shot_at(scene, moment)].frame_rate
    near = [at for at, _ in _contacts(scene) if abs(at - moment) <= reach]
    return min(near, key=lambda at: abs(at - moment), default=moment)


def _contacts(scene: Scene) -> list[tuple[Fraction, float]]:
    """Record time and confidence of what is seen to strike or step."""
    return [
        (shot.record_start + Fraction(cue.time_s).limit_denominator(1_000_000), cue.confidence)
        for shot, cues in zip(scene.shots, scene.cues, strict=True)
        for cue in cues
        if cue.kind in (CueKind.HIT, CueKind.STEP)
    ]


def _shot_at(scene: Scene, record: Fraction) -> int:
    found = (index for index, shot in enumerate(scene.shots) if record < shot.record_end)
    return next(found, len(scene.shots) - 1)
