"""What is heard of what is seen: a shot's contacts and movements given to the sources that the words name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.score import casting, ground, word_times
from engine.score.casting import Happening, Role
from engine.score.page import Page, plays_events, unasked_role
from engine.score.seen_shot import SeenShot

UNASKED_DB = -6.0  # what is seen and not named is heard, not featured
HIT_SURE, STEPS_SURE = 0.8, 0.6  # confidence wanted of what nobody asked for; a cadence of steps bears itself out
DOUBT_DB = 20.0  # softer by this for each of confidence that is wanting
MOST_WALKERS = 2  # whose unseen steps are heard at once
FEW_STEPS = 0.25  # of those a walk should have: fewer, and the eye has lost the feet
STEPS_APART = 0.6  # of a walk's interval, between a step that was seen and one that was not
WHOOSH_ENERGY, WHOOSH_S = 0.75, 2.0

DEFAULT_STRUCK, DEFAULT_SWIFT = "hit.wood", "whoosh.swing"


def write_asked(
    page: Page, shot: SeenShot, left: Sequence[Happening], roles: Sequence[Role], anyone_crosses: bool
) -> Sequence[Happening]:
    """Roles in a shot on the contacts that are `left`; those that none took. `anyone_crosses` the scene's shots."""
    sounding = _sounding(shot, roles, anyone_crosses)
    for role in sounding:
        if word_times.is_timed(role):
            word_times.write_timed(page, role, shot)
    meant = [at for role in sounding if role.marked for at in page.event_starts(role.source.id)]
    left = [one for one in left if all(abs(one.time_s - at) > casting.SAME_INSTANT_S for at in meant)]
    return _write_all_free(page, shot, left, [role for role in sounding if not word_times.is_timed(role)])


def write_unasked(
    page: Page, shot: SeenShot, left: Sequence[Happening], roles: Sequence[Role], anyone_crosses: bool
) -> None:
    """What a shot plainly shows and none of its roles speaks of."""
    sounding = [role for role in _sounding(shot, roles, anyone_crosses) if not role.marked]
    if any(word_times.is_timed(role) for role in sounding):
        return
    answered = any(not role.once and (role.follows("hit") or role.follows("step")) for role in sounding)
    _write_unasked(page, shot, left if not answered else [], shot.moving if not sounding else [])


def _sounding(shot: SeenShot, roles: Sequence[Role], anyone_crosses: bool) -> list[Role]:
    """Roles that the picture of a shot may have a say in."""
    sounding = [role for role in roles if plays_events(role) and not word_times.is_spaced(role)]
    if anyone_crosses and not shot.shows_walking:
        return [role for role in sounding if not role.follows("step") or word_times.says_when(role)]
    return sounding


def _write_all_free(page: Page, shot: SeenShot, left: Sequence[Happening], free: Sequence[Role]) -> Sequence[Happening]:
    """Sources without times of their own; what comes first before what it leaves, those beside another last."""
    for role in free:
        if _leaves_the_rest(page, role):
            first = casting.first_contacts(role, left)
            _write_struck(page, role, first, shot)
            left = [one for one in left if one not in first]
    free = [role for role in free if not _leaves_the_rest(page, role)]
    rest = _write_free(page, shot, left, [role for role in free if not word_times.is_bound(role)])
    for role in free:
        if word_times.is_bound(role):
            near = casting.in_window(role, word_times.beside_anchor(page, role, rest), page.scene)
            rest = _write_free(page, shot, near, [role])
    return rest


def _leaves_the_rest(page: Page, role: Role) -> bool:
    """Whether a single contact opens what strikes on after it: "a mouse click, then typing"."""
    if role.once or not role.follows("hit") or role.entry.family in casting.STRUCK_AGAIN:
        return False
    return word_times.anchor(role) is None and any(
        other.source.times.after == role.source.id and other.follows("hit") for other in page.asked.values()
    )


def _write_free(page: Page, shot: SeenShot, struck: Sequence[Happening], roles: Sequence[Role]) -> Sequence[Happening]:
    cast = casting.cast_struck(struck, roles)
    for role in roles:
        if role.source.id in cast:
            _write_struck(page, role, cast[role.source.id], shot)
        else:
            _write_moving(page, role, shot)
    taken = {one.id for members in cast.values() for one in members}
    return [one for one in struck if one.id not in taken]


def _write_struck(page: Page, role: Role, happenings: Sequence[Happening], shot: SeenShot) -> None:
    """A striking or walking source on what was seen."""
    allowed = casting.in_window(role, happenings, page.scene)
    if allowed:
        page.decide(f"{role.entry.id}: {len(allowed)} events in {shot.name}", "seen in the picture, named by the words")
        page.add(role, allowed)
    if allowed and role.follows("step"):
        _write_missed_steps(page, role, allowed, shot)


def _write_missed_steps(page: Page, role: Role, seen: Sequence[Happening], shot: SeenShot) -> None:
    """Someone crosses the picture and hardly any step was seen to land: the walk goes on at its own rhythm."""
    interval = casting.interval_s(role, "footstep")
    for number, crossing in enumerate(shot.crossings[:MOST_WALKERS]):
        start, end = crossing.time_s, crossing.time_s + crossing.duration_s
        landed = [one.time_s for one in seen if start <= one.time_s < end]
        if len(landed) >= FEW_STEPS * crossing.duration_s / interval:
            continue
        made = casting.natural(role, "footstep", start, end, page.seed + number, crossing.path)
        apart = [one for one in made if all(abs(one.time_s - time) > STEPS_APART * interval for time in landed)]
        page.decide(f"{role.entry.id}: {len(apart)} more events in {shot.name}", "somebody walks on there, unseen feet")
        page.add(role, [replace(one, id=f"{shot.name}.walk{number}.{one.id}") for one in apart])


def _write_moving(page: Page, role: Role, shot: SeenShot) -> None:
    """A continuous source along what moves."""
    allowed = word_times.beside_anchor(page, role, casting.in_window(role, shot.moving, page.scene))
    if allowed and role.once:
        allowed = [max(allowed, key=lambda one: one.duration_s * one.energy * one.confidence)]
    if allowed:
        why = "seen moving, named by the words"
        page.decide(f"{role.entry.id} along {len(allowed)} movements in {shot.name}", why)
        page.add(role, allowed)


def _write_unasked(page: Page, shot: SeenShot, rest: Sequence[Happening], moving: Sequence[Happening]) -> None:
    """What is plainly seen and no words speak of: it takes more to be heard, and the less sure, the softer it is."""
    surface, ground_why = ground.seen_ground(page, shot.index)
    swift = [one for one in moving if one.energy >= WHOOSH_ENERGY and one.duration_s < WHOOSH_S]
    for entry, why, members in (
        (f"footsteps.{surface}", f", {ground_why}", [one for one in rest if one.step and one.confidence >= STEPS_SURE]),
        (DEFAULT_STRUCK, "", [one for one in rest if not one.step and one.confidence >= HIT_SURE]),
        (DEFAULT_SWIFT, "", swift),
    ):
        role = unasked_role(entry, "the picture shows it, no words say what it is" + why, UNASKED_DB)
        if members and page.allows(role):
            page.decide(f"{entry}: {len(members)} events in {shot.name}", role.source.words)
            for side, one in enumerate(members):
                page.add(_softer(role, one), [one], first_side=side)


def _softer(role: Role, one: Happening) -> Role:
    doubt_db = round(DOUBT_DB * (1.0 - one.confidence), 1)
    return replace(role, source=replace(role.source, gain_db=role.source.gain_db - doubt_db))
