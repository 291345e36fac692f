"""The score as it grows: notes are added for a role's happenings, each decision with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.score import writing
from engine.score.casting import Happening, Role
from engine.score.places import Stretch
from engine.score.scene import Scene
from engine.text.intent import Decision, Intent, Source
from engine.text.ontology import ontology
from engine.types import Layer, Note

LONGEST_NOTE_S = 30.0
JOINT_S = 0.25  # by which the pieces of a longer one cross-fade


@dataclass(slots=True)
class Page:
    """What one scene's score is written on, and by what."""

    scene: Scene
    intent: Intent
    seed: int
    stretches: list[Stretch]
    asked: dict[str, Role] = field(default_factory=dict)  # by id, the sources that words, names and markers ask for
    notes: list[Note] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    sounding: set[str] = field(default_factory=set)  # ids of the sources that have notes
    taken: set[tuple[str, int]] = field(default_factory=set)  # (source, millisecond) of its events

    def decide(self, what: str, why: str) -> None:
        self.decisions.append(Decision(what, why))

    def stretch_of(self, shot: int) -> Stretch:
        """The place of a shot, by its number in the scene."""
        return next(one for one in self.stretches if one.first <= shot <= one.last)

    def setting_at(self, time_s: float) -> writing.Setting:
        """The room in which something sounds that begins at this time."""
        here = next((one for one in self.stretches if time_s < one.end_s), self.stretches[-1])
        return writing.Setting(self.seed, here.room)

    def add(self, role: Role, happenings: Sequence[Happening], first_side: int = 0) -> None:
        """Write the notes of happenings for a role, one event at one time; long ones in pieces that cross-fade."""
        self.sounding.add(role.source.id)
        for side, happening in enumerate(happenings, first_side):
            moment = (role.source.id, round(happening.time_s * 1000))
            if moment in self.taken:
                continue
            self.taken.add(moment)
            setting = self.setting_at(happening.time_s)
            for piece in _pieces(happening):
                self.notes += _faded(writing.event_notes(role, piece, setting, side=side), piece, happening)

    def allows(self, role: Role) -> bool:
        """Whether the words leave room for a source that they do not ask for; a no is a decision."""
        if self.intent.excludes(role.entry.id):
            self.decide(f"no {role.entry.id}", "the words exclude it")
            return False
        return True

    def notes_of(self, source: str) -> list[Note]:
        """The notes of a source that are written so far."""
        return [note for note in self.notes if f".{source}." in note.id]

    def event_starts(self, source: str) -> list[float]:
        """When the events of a source begin, and its bed where that begins later than the scene."""
        return [note.start_s for note in self.notes_of(source) if note.layer is not Layer.AMBIENT or note.start_s > 0]


def unasked_role(entry: str, why: str, gain_db: float = 0.0, mark: str = "") -> Role:
    """A source that no words asked for; `mark` tells it from the same one elsewhere."""
    return Role(Source(id=f"seen-{entry}{mark}", entry=entry, words=why, gain_db=gain_db), ontology().find(entry))


def plays_on(role: Role, *layers: Layer) -> bool:
    """Whether some part of a source's sound is on one of these layers."""
    return any(part.layer in layers for part in role.entry.parts)


def plays_events(role: Role) -> bool:
    return plays_on(role, Layer.ACTION, Layer.MATERIAL)


def _pieces(happening: Happening) -> list[Happening]:
    """A long movement in stretches that overlap by a fade."""
    if happening.duration_s <= LONGEST_NOTE_S:
        return [happening]
    count = int(happening.duration_s // LONGEST_NOTE_S) + 1
    length = happening.duration_s / count
    return [
        replace(
            happening,
            id=f"{happening.id}-{number}",
            time_s=happening.time_s + number * length,
            duration_s=min(length + JOINT_S, happening.duration_s - number * length),
            curve=None,
            path=None,
        )
        for number in range(count)
    ]


def _faded(notes: list[Note], piece: Happening, whole: Happening) -> list[Note]:
    fade_in = JOINT_S if piece.time_s > whole.time_s else 0.0
    fade_out = JOINT_S if piece.time_s + piece.duration_s < whole.time_s + whole.duration_s - 1e-6 else 0.0
    return [replace(note, fade_in_s=fade_in, fade_out_s=fade_out) for note in notes]
