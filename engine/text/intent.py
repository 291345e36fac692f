"""What the words ask for: plain data between the reader of words and the performer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Times:
    """When a source sounds, as the words say. Seconds from the shot's start; what is not said is empty or None."""

    at_s: tuple[Fraction, ...] = ()  # hard times: they override the picture
    start_s: Fraction | None = None  # "from 2 to 5 seconds"; negative: counted back from the end, "at the end"
    end_s: Fraction | None = None
    every_s: Fraction | None = None
    after: str | None = None  # id of another source, e.g. "after the door closes"
    before: str | None = None
    fade_in: bool = False
    fade_out: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One sounding thing that the words ask for."""

    id: str  # "s1", in the order of the words
    entry: str  # id in the ontology: "footsteps.gravel"
    words: str  # the clause that asks for it
    params: Mapping[str, float | str] = field(default_factory=dict)  # slots, named as the instruments name them
    gain_db: float = 0.0  # from "loud", "faint", ...
    speed: float = 1.0  # from "fast", "slow"
    density: float = 1.0  # from "occasional", "constant"
    count: int | None = None  # "three knocks"
    times: Times = Times()
    pan: float | None = None  # -1 left .. 1 right
    distance_m: float | None = None
    guessed: bool = False  # taken from a guess that the user accepted


@dataclass(frozen=True, slots=True)
class Guess:
    """Words outside the ontology, with the entries nearest in meaning. Sounds nothing unless the user accepts it."""

    words: str
    entries: tuple[tuple[str, float], ...]  # (ontology id, cosine 0..1), best first


@dataclass(frozen=True, slots=True)
class Decision:
    """One choice and its reason, for `foleyline explain`."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Intent:
    """All that the words ask. `excluded` is a hard rule: it silences also what picture or clip name suggest."""

    words: str = ""
    language: str = ""  # "en", "zh", "" without words
    sources: tuple[Source, ...] = ()
    excluded: tuple[str, ...] = ()  # ontology ids or their families: "birds", "footsteps.gravel"
    silent: bool = False  # "silence", "no sound": nothing may sound
    room: str | None = None  # a name of the rooms table: "church", "street"
    guesses: tuple[Guess, ...] = ()
    not_understood: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()

    def excludes(self, entry: str) -> bool:
        """Whether a negation in the words silences this ontology entry."""
        return self.silent or any(entry == out or entry.startswith(out + ".") for out in self.excluded)
