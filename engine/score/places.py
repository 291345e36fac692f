"""Where each part of a scene is: shots cut together share a place until picture or name tell of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.score.scene import Scene
from engine.text.intent import Intent
from engine.types import Cue, CueKind

SURE = 0.5  # confidence of a place; shots that tell of none are where their neighbours are
ROOM_OF_PLACE = {"indoor": "living_room", "outdoor": "outdoor", "night": "outdoor", "": "small_room"}
SIDES = {"indoor": "in", "outdoor": "out"}  # night is dark on either side of the door
GREEN = "green"  # label of a place whose ground grows


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring shots in one place: one room, and one ambience where nobody names any."""

    first: int  # of the scene's shots
    last: int
    start_s: float  # from the scene's start
    end_s: float
    place: str  # indoor, outdoor, night, or nothing
    room: str
    why: str  # of the room


def stretches_of(scene: Scene, intent: Intent, hinted: Sequence[Intent]) -> list[Stretch]:
    """The places of a scene in order. A room that the words name is the room of all."""
    firsts = [0] if intent.room else _firsts(scene, hinted)
    lasts = [*(first - 1 for first in firsts[1:]), len(scene.shots) - 1]
    return [_stretch(scene, first, last, intent, hinted) for first, last in zip(firsts, lasts, strict=True)]


def place_of(scene: Scene, first: int, last: int) -> str:
    """indoor, outdoor, night, or nothing: what those of these shots that surely look like a place look like most."""
    weight: dict[str, float] = {}
    for index in range(first, last + 1):
        for cue in _told(scene.cues[index]):
            weight[cue.label] = weight.get(cue.label, 0.0) + cue.confidence * float(scene.shots[index].duration)
    if weight:
        return max(sorted(weight), key=lambda name: weight[name])
    lengths_s = [float(shot.duration) for shot in scene.shots[first : last + 1]]
    green = [is_green(cues) for cues in scene.cues[first : last + 1]]
    green_s = sum(length for length, grown in zip(lengths_s, green, strict=True) if grown)
    return "outdoor" if green_s >= sum(lengths_s) / 2 else ""


def is_green(cues: Sequence[Cue]) -> bool:
    """Whether the ground of a shot looks grown over."""
    return any(cue.kind is CueKind.PLACE and cue.label == GREEN and cue.confidence >= SURE for cue in cues)


def _told(cues: Sequence[Cue]) -> list[Cue]:
    places = [cue for cue in cues if cue.kind is CueKind.PLACE and cue.label in ROOM_OF_PLACE]
    return [cue for cue in places if cue.confidence >= SURE]


def _firsts(scene: Scene, hinted: Sequence[Intent]) -> list[int]:
    """The shots at which another place begins: one side of the door after the other, or another room by name."""
    firsts, side, room = [0], "", ""
    for index, (cues, hint) in enumerate(zip(scene.cues, hinted, strict=True)):
        here = next((SIDES.get(cue.label, "") for cue in _told(cues)), "")
        named = hint.room or ""
        if (side and here and here != side) or (room and named and named != room):
            firsts.append(index)
            side, room = here, named
        side, room = here or side, named or room
    return firsts


def _stretch(scene: Scene, first: int, last: int, intent: Intent, hinted: Sequence[Intent]) -> Stretch:
    place = place_of(scene, first, last)
    named = next((one.room for one in hinted[first : last + 1] if one.room), None)
    why = "the words" if intent.room else "a clip's name" if named else f"the picture looks {place or 'undecided'}"
    start, end = scene.offset(scene.shots[first]), scene.offset(scene.shots[last]) + float(scene.shots[last].duration)
    return Stretch(first, last, start, end, place, intent.room or named or ROOM_OF_PLACE[place], why)
