"""On what somebody walks where no words say it: the ground that the picture shows."""

from __future__ import annotations

from dataclasses import replace

from engine.score.casting import Role
from engine.score.page import Page
from engine.score.places import is_green
from engine.text.ontology import ontology

STEPS, SURFACE = "footsteps", "surface"
GROUND_OF_PLACE = {"indoor": "wood", "outdoor": "concrete", "night": "concrete", "": "concrete"}


def seen_ground(page: Page, shot: int) -> tuple[str, str]:
    """The surface under a shot's steps, and why: grass where the ground is green, else what the place has."""
    place = page.stretch_of(shot).place
    if place != "indoor" and is_green(page.scene.cues[shot]):
        return "grass", "the ground looks green"
    return GROUND_OF_PLACE[place], f"the picture looks {place or 'undecided'}"


def grounded(page: Page, role: Role, shot: int) -> Role:
    """A role that walks on no ground of its own, on the ground of its shot."""
    plain = ontology().family(role.entry.id).plain
    if role.entry.family != STEPS or SURFACE in role.source.params or role.entry.id != plain.id:
        return role
    surface, why = seen_ground(page, shot)
    entry = ontology().family(STEPS).leaf({SURFACE: surface})
    page.decide(f"{entry.id} in shot{shot + 1}", why)
    return replace(role, entry=entry, source=replace(role.source, entry=entry.id))
