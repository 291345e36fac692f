"""The rule performer: needs no weights, writes the score from cues and intent, and says why.

Words beat the picture, the picture beats defaults. What the words exclude never sounds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from engine.score import word_times, writing
from engine.score.ambience import write_ambience
from engine.score.casting import Role
from engine.score.events import write_shot
from engine.score.naming import shots_of
from engine.score.page import Page
from engine.score.scene import Scene
from engine.score.score import Provenance, Score
from engine.score.seen_shot import SeenShot, seen_shots
from engine.score.unseen import write_unseen
from engine.text.intent import Decision, Intent
from engine.text.ontology import ontology
from engine.types import CueKind, Layer

GENERATOR = "rules"
USUAL_LEVEL_DB = {Layer.AMBIENT: -8.0, Layer.ACTION: -4.0, Layer.MATERIAL: -4.0}  # in the ontology's levels
FAINTEST_LEVEL_DB = -60.0
ROOM_OF_PLACE = {"indoor": "living_room", "outdoor": "outdoor", "night": "outdoor", "": "small_room"}


def perform(
    scene: Scene,
    intent: Intent,
    hinted: Sequence[Intent] = (),
    *,
    elsewhere: Sequence[Intent] = (),
    seed: int = 0,
    made_by: Provenance | None = None,
) -> tuple[Score, list[Decision]]:
    """Write the score of a scene, and why.

    `hinted`: for each shot what its clip name and notes say. Without words it decides what sounds; with words, in
    which shots a source may sound, and `elsewhere`, what is said of the chosen clips of other scenes, does as well.
    """
    intent, hinted = scene.timed(intent), [scene.timed(one) for one in hinted or [Intent()] * len(scene.shots)]
    page = _empty_page(scene, intent, hinted, seed)
    if intent.silent:
        page.decide("silence", "the words ask for it")
    else:
        words = _roles(intent, intent)
        hints = [_roles(one, intent, f"h{number}") for number, one in enumerate(hinted, 1)] if not words else []
        write_ambience(page, words, hints)
        _write_events(page, words, hints, {role.source.id: shots_of(role, hinted, elsewhere) for role in words})
    notes = tuple(sorted(page.notes, key=lambda note: (note.start_s, note.id)))
    made_by = made_by or Provenance(GENERATOR, seed=seed, words=intent.words)
    return Score(scene.id, scene.record_start, scene.duration, notes, None, made_by), page.decisions


def stem_levels(scores: Sequence[Score]) -> dict[Layer, float]:
    """For each stem, how far its loudest note's level is from what that layer's notes usually have, dB."""
    loudest: dict[Layer, float] = {}
    for score in scores:
        for note in score.notes:
            loudest[note.layer] = max(loudest.get(note.layer, FAINTEST_LEVEL_DB), note.gain_db)
    return {layer: round(level - USUAL_LEVEL_DB[layer], 3) for layer, level in loudest.items()}


def scene_place(scene: Scene) -> str:
    """indoor, outdoor, night, or nothing: what most of the scene looks like."""
    weight: dict[str, float] = {}
    for shot, cues in zip(scene.shots, scene.cues, strict=True):
        for cue in cues:
            if cue.kind is CueKind.PLACE and cue.label in ROOM_OF_PLACE:
                weight[cue.label] = weight.get(cue.label, 0.0) + cue.confidence * float(shot.duration)
    best = max(sorted(weight), key=lambda name: weight[name], default="")
    return best if best and weight[best] >= 0.5 * float(scene.duration) else ""


def _empty_page(scene: Scene, intent: Intent, hinted: Sequence[Intent], seed: int) -> Page:
    place = scene_place(scene)
    room = intent.room or next((one.room for one in hinted if one.room), None) or ROOM_OF_PLACE[place]
    page = Page(scene, intent, writing.Setting(seed, room), place)
    page.decide(f"room: {room}", "the words" if intent.room else f"the picture looks {place or 'undecided'}")
    return page


def _write_events(
    page: Page, words: Sequence[Role], hints: Sequence[Sequence[Role]], named: Mapping[str, Collection[int]]
) -> None:
    """What happens in each shot; then what is asked for and no shot shows."""
    seen = seen_shots(page.scene)
    anyone_crosses = any(shot.crossings for shot in seen)
    for index, shot in enumerate(seen):
        here = [role for role in words if index in named[role.source.id]]
        write_shot(page, shot, [*here, *(hints[index] if hints else ())], anyone_crosses)
    for role in sorted(words, key=lambda role: word_times.anchor(role) is not None):  # what others wait for comes first
        write_unseen(page, [seen[index] for index in sorted(named[role.source.id])], role)
    _write_unseen_hints(page, seen, hints)


def _write_unseen_hints(page: Page, seen: Sequence[SeenShot], hints: Sequence[Sequence[Role]]) -> None:
    for shot, roles in zip(seen, hints, strict=False):
        for role in roles:
            write_unseen(page, [shot], role)


def _roles(intent: Intent, excluded: Intent, mark: str = "") -> list[Role]:
    """Sources with their entries, the excluded ones left out; `mark` keeps those of clip names apart."""
    return [
        Role(replace(source, id=f"{source.id}{mark}"), ontology().find(source.entry))
        for source in intent.sources
        if not excluded.excludes(source.entry)
    ]
