"""What the clauses of a text ask together."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from engine.text.intent import Decision
from engine.text.sources import Draft, PlaceFound


@dataclass(slots=True)
class Plan:
    """What was read so far."""

    drafts: list[Draft] = field(default_factory=list)
    places: list[PlaceFound] = field(default_factory=list)
    excluded: dict[str, str] = field(default_factory=dict)  # id to the words that forbid it
    links: dict[int, tuple[str, Draft]] = field(default_factory=dict)  # id(draft) to what it waits for
    gaps_s: dict[int, Fraction] = field(default_factory=dict)  # id(draft) to how long it waits
    stands_for: dict[int, Draft] = field(default_factory=dict)  # id(draft) to the one that was kept in its place
    decisions: list[Decision] = field(default_factory=list)
    room: str | None = None

    def decide(self, what: str, why: str) -> None:
        self.decisions.append(Decision(what, why))


def is_out(entry: str, names: dict[str, str]) -> bool:
    return any(entry == name or entry.startswith(name + ".") for name in names)
