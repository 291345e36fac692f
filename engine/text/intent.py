"""What the words ask for: plain data between the reader of words and the performer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Times:
    """When a source sounds, as the words say. Seconds from the shot's start; what is not said is empty or None."""

    at_s: tuple[Fraction, ...] = ()  # hard times: they override the picture; negative ones count back from the end
    start_s: Fraction | None = None  # "from 2 to 5 seconds", "at the end"
    end_s: Fraction | None = None
    every_s: Fraction | None = None
    after: str | None = None  # id of another source, e.g. "after the door closes"
    before: str | None = None
    gap_s: Fraction | None = None  # from that source to this: "two seconds after the door closes"
    fade_in: bool = False
    fade_out: bool = False
    at_share: tuple[Fraction, ...] = ()  # of the whole length, 0..1: "halfway"
    start_share: Fraction | None = None  # "in the second half"
    end_share: Fraction | None = None

    def joined(self, more: Times) -> Times:
        """These times with what other words add; where both say a thing, these hold."""
        return Times(
            at_s=self.at_s + more.at_s,
            start_s=self.start_s if self.start_s is not None else more.start_s,
            end_s=self.end_s if self.end_s is not None else more.end_s,
            every_s=self.every_s or more.every_s,
            after=self.after or more.after,
            before=self.before or more.before,
            gap_s=self.gap_s if self.gap_s is not None else more.gap_s,
            fade_in=self.fade_in or more.fade_in,
            fade_out=self.fade_out or more.fade_out,
            at_share=self.at_share + more.at_share,
            start_share=self.start_share if self.start_share is not None else more.start_share,
            end_share=self.end_share if self.end_share is not None else more.end_share,
        )

    def in_seconds(self, length: Fraction) -> Times:
        """The same times where the whole is `length` seconds long: shares of it become seconds."""
        start, end = self.start_share, self.end_share
        return replace(
            self,
            at_s=self.at_s + tuple(share * length for share in self.at_share),
            start_s=start * length if self.start_s is None and start is not None else self.start_s,
            end_s=end * length if self.end_s is None and end is not None else self.end_s,
            at_share=(),
            start_share=None,
            end_share=None,
        )


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
    pan_path: tuple[float, float] | None = None  # "from left to right": where it begins and ends, then without `pan`
    guessed: bool = False  # taken from a guess that the user accepted


@dataclass(frozen=True, slots=True)
class Guess:
    """Words outside the ontology, with the entries nearest in meaning. Sounds nothing unless the user accepts it."""

    words: str
    entries: tuple[tuple[str, float], ...]  # (ontology id, likeness 0..1), best first


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
