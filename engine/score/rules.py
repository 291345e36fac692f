"""The rule performer: needs no weights, writes the score from cues and intent, and says why.

Words beat the picture, the picture beats defaults. What the words exclude never sounds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from engine.score import word_times
from engine.score.ambience import write_ambience, write_waiting
from engine.score.casting import Happening, Role
from engine.score.crossing import crossed
from engine.score.events import write_asked, write_unasked
from engine.score.ground import grounded
from engine.score.marks import Marking, by_marks, hinted_with, marked_roles
from engine.score.naming import shots_of
from engine.score.page import Page, plays_on
from engine.score.places import stretches_of
from engine.score.scene import Scene
from engine.score.score import Provenance, Score
from engine.score.seen_shot import seen_shots
from engine.score.unseen import write_unseen
from engine.text.intent import Decision, Intent, Source
from engine.text.ontology import ontology
from engine.types import Layer

GENERATOR = "rules"


def perform(
    scene: Scene,
    intent: Intent,
    hinted: Sequence[Intent] = (),
    *,
    elsewhere: Sequence[Intent] = (),
    markings: Sequence[Marking] = (),
    seed: int = 0,
    made_by: Provenance | None = None,
) -> tuple[Score, list[Decision]]:
    """Write the score of a scene, and why.

    `hinted`: for each shot what its clip name and notes say. Without words it decides what sounds; with words, in
    which shots a source may sound, and `elsewhere`, what is said of the chosen clips of other scenes, does as well.
    What `markings` ask for sounds when they say, with words or without.
    """
    intent, hinted = scene.timed(intent), [scene.timed(one) for one in hinted or [Intent()] * len(scene.shots)]
    hinted = hinted_with(scene, hinted, markings)
    page = _empty_page(scene, intent, hinted, seed)
    if intent.silent:
        page.decide("silence", "the words ask for it")
    else:
        words = _roles(intent, intent)
        hints = [] if words else [_named_roles(page, index, one) for index, one in enumerate(hinted)]
        marks = [role for role in marked_roles(scene, markings) if not intent.excludes(role.entry.id)]
        words, hints, marks = _at_marks(words, hints, marks)
        where = {role.source.id: shots_of(role, hinted, elsewhere) for role in (*words, *marks)}
        where |= {role.source.id: {index} for index, roles in enumerate(hints) for role in roles}
        _write(page, words, hints, marks, where)
    notes = tuple(sorted(crossed(page.notes, intent.sources), key=lambda note: (note.start_s, note.id)))
    made_by = made_by or Provenance(GENERATOR, seed=seed, words=intent.words)
    return Score(scene.id, scene.record_start, scene.duration, notes, None, made_by), page.decisions


def _empty_page(scene: Scene, intent: Intent, hinted: Sequence[Intent], seed: int) -> Page:
    page = Page(scene, intent, seed, stretches_of(scene, intent, hinted))
    for stretch in page.stretches:
        shots = "" if len(page.stretches) == 1 else f", shots {stretch.first + 1}-{stretch.last + 1}"
        page.decide(f"room: {stretch.room}{shots}", stretch.why)
    return page


def _at_marks(
    words: Sequence[Role], hints: Sequence[Sequence[Role]], marks: Sequence[Role]
) -> tuple[list[Role], list[list[Role]], list[Role]]:
    """Words, hints and marks; what markers give a time is no longer free, and a marker that words take up no mark."""
    timed = by_marks(words, marks)
    left = [role for role in timed if role.marked]
    families = {mark.entry.family for mark in left}
    free = [[role for role in roles if role.entry.family not in families] for roles in hints]
    return [role for role in timed if not role.marked], free, left


def _write(
    page: Page,
    words: Sequence[Role],
    hints: Sequence[Sequence[Role]],
    marks: Sequence[Role],
    where: Mapping[str, Collection[int]],
) -> None:
    """The bed, then what happens, then the beds that wait for it."""
    asked = [*words, *marks, *(role for roles in hints for role in roles)]
    page.asked = {role.source.id: role for role in asked}
    waiting = [role for role in (*words, *marks) if word_times.waits(role) and plays_on(role, Layer.AMBIENT)]
    write_ambience(page, words, hints, marks)
    _write_events(page, asked, where)
    for turn in word_times.in_order(waiting):
        for role in turn:
            write_waiting(page, role)


def _write_events(page: Page, asked: Sequence[Role], where: Mapping[str, Collection[int]]) -> None:
    """What happens in each shot, and what is asked for and no shot shows; then what is seen and nothing speaks of."""
    seen = seen_shots(page.scene)
    left: list[Sequence[Happening]] = [shot.struck for shot in seen]
    anyone_crosses = any(shot.crossings for shot in seen)
    for turn in word_times.in_order(asked):
        for index, shot in enumerate(seen):
            here = [role for role in turn if index in where[role.source.id]]
            left[index] = write_asked(page, shot, left[index], here, anyone_crosses)
        for role in turn:
            write_unseen(page, [seen[index] for index in sorted(where[role.source.id])], role)
    for index, shot in enumerate(seen):
        here = [role for role in asked if index in where[role.source.id]]
        write_unasked(page, shot, left[index], here, anyone_crosses)


def _roles(intent: Intent, excluded: Intent, mark: str = "") -> list[Role]:
    """Sources with their entries, the excluded ones left out; `mark` keeps those of clip names apart."""
    return [
        Role(_renamed(source, mark), ontology().find(source.entry))
        for source in intent.sources
        if not excluded.excludes(source.entry)
    ]


def _named_roles(page: Page, index: int, hint: Intent) -> list[Role]:
    """What a clip's name asks for; where it does not say on what ground somebody walks, the picture does."""
    roles = _roles(hint, page.intent, f"h{index + 1}")
    return [grounded(page, role, index) for role in roles]


def _renamed(source: Source, mark: str) -> Source:
    after, before = (f"{other}{mark}" if other else None for other in (source.times.after, source.times.before))
    return replace(source, id=f"{source.id}{mark}", times=replace(source.times, after=after, before=before))
