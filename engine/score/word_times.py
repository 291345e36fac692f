"""When the words say that something sounds: at times of its own, inside a window, or beside another source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from engine.score import casting
from engine.score.casting import Happening, Role
from engine.score.page import Page
from engine.score.scene import Scene
from engine.score.seen_shot import SeenShot

ANCHOR_GAP_S = 0.5
MOST_EVENTS = 100_000
CLOSEST_S = 0.02  # of events that come again and again
SHORTEST_MOVE_S = 0.1  # of what is left of a movement, to be heard
SAME_S = 0.001


def is_timed(role: Role) -> bool:
    return bool(role.source.times.at_s or role.source.times.every_s)


def says_when(role: Role) -> bool:
    """Whether the words give a source times or a window of its own."""
    times = role.source.times
    return is_timed(role) or is_spaced(role) or times.start_s is not None or times.end_s is not None


def is_spaced(role: Role) -> bool:
    """Whether the words say how long after another source it sounds: the picture has no say in it."""
    return anchor(role) is not None and role.source.times.gap_s is not None


def waits(role: Role) -> bool:
    """Whether a bed's time is told by another source."""
    return anchor(role) is not None and role.source.times.start_s is None and role.source.times.end_s is None


def anchor(role: Role) -> str | None:
    """The source that this one comes after or before, as the words say."""
    return role.source.times.after or role.source.times.before


def is_bound(role: Role) -> bool:
    """Whether a source waits for another, or for its time: a single event chooses only among what is seen then."""
    times = role.source.times
    return anchor(role) is not None or (role.once and (times.start_s is not None or times.end_s is not None))


def window(scene: Scene, role: Role, shot: SeenShot) -> tuple[float, float]:
    """The part of a shot in which the words let a source sound."""
    times = role.source.times
    start = scene.time_of(times.start_s) if times.start_s is not None else shot.start_s
    end = scene.time_of(times.end_s) if times.end_s is not None else shot.end_s
    return max(start, shot.start_s), min(end, shot.end_s)


def write_timed(page: Page, role: Role, shot: SeenShot) -> None:
    """Events whose times the words give; each belongs to the shot that it falls into."""
    times = [one for one in _times(page.scene, role) if shot.holds(one)]
    for side, time in enumerate(times):
        _write_at(page, role, shot, time, side)


def in_order(roles: Sequence[Role]) -> list[list[Role]]:
    """Roles in turns: each after that of the source that it waits for; those with times of their own wait for none."""
    waits = {role.source.id: anchor(role) for role in roles if not is_timed(role)}

    def turn(source: str | None, depth: int = 0) -> int:
        beside = waits.get(source) if source else None
        return depth if beside is None or beside not in waits or depth > len(waits) else turn(beside, depth + 1)

    turns: dict[int, list[Role]] = {}
    for role in roles:
        turns.setdefault(min(turn(role.source.id), len(roles)), []).append(role)
    return [turns[number] for number in sorted(turns)]


def beside_anchor(page: Page, role: Role, happenings: Sequence[Happening]) -> list[Happening]:
    """Of what was seen, what comes after (or before) the source that the words name.

    A movement that is under way when its turn comes is heard from then on.
    """
    starts = _anchor_starts(page, role)
    if not starts:
        return list(happenings)
    if role.source.times.after:
        now_s = _turn_s(page, role, starts)
        going = [casting.from_time(one, now_s) for one in happenings if one.time_s + one.duration_s > now_s]
        return [one for one in happenings if one.duration_s == 0.0 and one.time_s > now_s] + [
            one for one in going if one.duration_s > SHORTEST_MOVE_S
        ]
    return [one for one in happenings if one.time_s < min(starts)]


def turn_of(page: Page, role: Role) -> tuple[float | None, float | None]:
    """When a bed begins and ends that stands beside another source, seconds from the scene's start; None: as it likes.

    After a bed that has no end of its own it begins halfway.
    """
    gap_s = float(role.source.times.gap_s or 0)
    starts = _anchor_starts(page, role)
    if role.source.times.before:
        return None, max(min(starts) - gap_s, SHORTEST_MOVE_S) if starts else None
    if starts:
        return (max(starts) + gap_s if gap_s else _last_end(page, role, starts)), None
    beds = page.notes_of(role.source.times.after or "")
    if not beds:
        return None, None
    end = float(page.scene.duration)
    first, last = max(note.start_s for note in beds), min(max(note.start_s + note.duration_s for note in beds), end)
    if gap_s:
        return max(first, 0.0) + gap_s, None
    return (last if last < end - SHORTEST_MOVE_S else (max(first, 0.0) + end) / 2), None


def write_anchored(page: Page, role: Role, seen: Sequence[SeenShot]) -> bool:
    """After the last, or before the first, of the source that the words name; whether there is one.

    As long after as the words say, else half a second, or as soon as what comes first leaves room.
    """
    starts = _anchor_starts(page, role)
    if not starts:
        return False
    gap_s = role.source.times.gap_s
    apart = ANCHOR_GAP_S if gap_s is None else float(gap_s)
    first = max(starts) + apart if role.source.times.after else min(starts) - apart
    if gap_s is None and role.source.times.after:
        first = max(first, _turn_s(page, role, starts))
        end_s = float(page.scene.duration)
        if first >= end_s > max(starts):
            first = (max(starts) + end_s) / 2
    step = casting.interval_s(role, role.entry.parts[0].instrument)
    goes_on = role.entry.parts[0].instrument in casting.RHYTHMIC and bool(role.source.times.after)
    count = role.source.count or (max(int((seen[-1].end_s - first) / step), 1) if seen and goes_on else 1)
    for side, time in enumerate(first + step * number for number in range(count)):
        shot = next((shot for shot in seen if shot.holds(time)), None)
        if shot is not None:
            _write_at(page, role, shot, time, side)
    return True


def _anchor_starts(page: Page, role: Role) -> list[float]:
    """When the source begins, again and again, that another one waits for; none where it was over before this scene."""
    beside = anchor(role)
    if not beside:
        return []
    starts = page.event_starts(beside)
    other = page.asked.get(beside)
    if not starts and other and is_timed(other):
        starts = _times(page.scene, other)
    return starts if starts and max(starts) >= 0 else []


def _turn_s(page: Page, role: Role, starts: Sequence[float]) -> float:
    """From when on a source may sound: after the last of the other, after its first where that goes on to the end."""
    last = _last_end(page, role, starts)
    return last if last < float(page.scene.duration) - SHORTEST_MOVE_S or len(starts) == 1 else min(starts)


def _last_end(page: Page, role: Role, starts: Sequence[float]) -> float:
    ends = [note.start_s + note.duration_s for note in page.notes_of(anchor(role) or "") if note.start_s in starts]
    return max(ends, default=max(starts))


def _write_at(page: Page, role: Role, shot: SeenShot, time_s: float, side: int = 0) -> None:
    event = f"{shot.name}.{role.source.id}.t{round(time_s * 1000):07d}"
    lasts_s = 1.0 if role.follows("motion") and not role.follows("hit") else 0.05
    seen = next((one for one in shot.struck if role.marked and abs(one.time_s - time_s) < SAME_S), None)
    there = Happening(event, time_s, lasts_s, because=role.source.words)
    if seen:
        there = replace(there, x=seen.x, energy=seen.energy)
    page.add(role, [there], first_side=side)
    why = role.source.words if role.marked else f"the words: {role.source.words}"
    page.decide(f"{role.entry.id} at {time_s:.3f} s", why)


def _times(scene: Scene, role: Role) -> list[float]:
    times = role.source.times
    if len(times.at_s) == 1 and role.source.count:  # "three knocks at 1 s" begin then
        step = casting.interval_s(role, role.entry.parts[0].instrument)
        return [scene.time_of(times.at_s[0]) + step * number for number in range(role.source.count)]
    if times.at_s:
        return [scene.time_of(at) for at in times.at_s]
    return _repeated(scene, role, times.every_s) if times.every_s else []


def _repeated(scene: Scene, role: Role, every_s: Fraction) -> list[float]:
    times = role.source.times
    start = scene.time_of(times.start_s or Fraction(0))
    end = scene.time_of(times.end_s) if times.end_s is not None else float(scene.duration)
    step = max(float(every_s), CLOSEST_S)
    count = min(int((end - start) / step) + 1, role.source.count or MOST_EVENTS)
    return [start + step * number for number in range(count) if start + step * number < end]
