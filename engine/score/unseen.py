"""What the words ask for and no shot shows: along what moves, else where the words say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.score import casting, word_times
from engine.score.casting import Happening, Role
from engine.score.page import Page, plays_events
from engine.score.seen_shot import SeenShot

SHORTEST_S = 0.05


def write_unseen(page: Page, seen: Sequence[SeenShot], role: Role) -> None:
    """A source where it has not sounded yet; one that walks goes on in each shot that somebody crosses."""
    if not plays_events(role) or word_times.is_timed(role):
        return
    if role.source.id in page.sounding:
        seen = [shot for shot in seen if shot.crossings and not _sounds_in(page, role, shot)]
        if not (seen and role.follows("step")):
            return
    if word_times.anchor(role) and word_times.write_anchored(page, role, seen):
        return
    open_now = [shot for shot in seen if _is_open(page, role, shot)]
    for shot, moving in _likely_shots(role, open_now):
        start, end = word_times.window(page.scene, role, shot)
        if role.source.times.start_s is None and moving:
            start, end = max(start, moving.time_s), min(end, moving.time_s + moving.duration_s)
        if end - start >= SHORTEST_S:
            _write_imagined(page, role, shot, start, end, moving)


def _is_open(page: Page, role: Role, shot: SeenShot) -> bool:
    """Whether the words let a source sound in a shot."""
    start, end = word_times.window(page.scene, role, shot)
    return end - start >= SHORTEST_S


def _likely_shots(role: Role, seen: Sequence[SeenShot]) -> list[tuple[SeenShot, Happening | None]]:
    """Where a source that was not seen to sound may be: those who walk, where somebody crosses the picture."""
    if role.follows("step"):
        crossing = [(shot, found[0]) for shot in seen if (found := shot.crossings)]
        if crossing:
            return list(crossing)
    longest = [(shot, max(shot.moving, key=lambda one: one.duration_s)) for shot in seen if shot.moving]
    return [max(longest, key=lambda pair: pair[1].duration_s)] if longest else [(shot, None) for shot in seen[:1]]


def _sounds_in(page: Page, role: Role, shot: SeenShot) -> bool:
    """Whether a source has notes that begin in a shot."""
    mark = f".{role.source.id}."
    return any(mark in note.id and shot.holds(note.start_s) for note in page.notes)


def _write_imagined(
    page: Page, role: Role, shot: SeenShot, start_s: float, end_s: float, moving: Happening | None
) -> None:
    if role.follows("hit") or role.follows("step"):
        _write_rhythm(page, role, shot, start_s, end_s, moving)
    else:
        span = Happening(f"{shot.name}.span", start_s, end_s - start_s, because=f"words: {role.source.words}")
        page.decide(f"{role.entry.id} through {shot.name}", "the words ask for it; nothing is seen moving")
        page.add(role, [span])


def _write_rhythm(
    page: Page, role: Role, shot: SeenShot, start_s: float, end_s: float, moving: Happening | None
) -> None:
    seed = page.seed + int(start_s * 1000)
    path = moving.path if moving else None
    made = casting.natural(role, role.entry.parts[0].instrument, start_s, end_s, seed, path)
    page.decide(
        f"{role.entry.id}: {len(made)} events in {shot.name} at their own rhythm",
        "the words ask for it; something moves there, and no contact is seen" if moving else "the words ask for it",
    )
    page.add(role, [replace(one, id=f"{shot.name}.{one.id}") for one in made])
