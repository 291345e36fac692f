"""What a performer works from: the shots of one scene with what was seen in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from engine.text.intent import Intent
from engine.types import Cue, Shot


@dataclass(frozen=True, slots=True)
class Scene:
    """Contiguous shots that share one ambience, and the cues of each (seconds from that shot's start)."""

    id: int
    shots: tuple[Shot, ...]
    cues: tuple[tuple[Cue, ...], ...]
    origin: Fraction  # record seconds from which the words' times count: where the user's choice starts ...
    end: Fraction  # ... and from where negative ones count back: where it ends

    @property
    def record_start(self) -> Fraction:
        return self.shots[0].record_start

    @property
    def record_end(self) -> Fraction:
        return self.shots[-1].record_end

    @property
    def duration(self) -> Fraction:
        return self.record_end - self.record_start

    def offset(self, shot: Shot) -> float:
        """Seconds from the scene's start to the shot's."""
        return float(shot.record_start - self.record_start)

    def time_of(self, words_s: Fraction) -> float:
        """Seconds from the scene's start of a time in the words: from the choice's start, or back from its end."""
        zero = self.origin if words_s >= 0 else self.end
        return float(zero + words_s - self.record_start)

    def timed(self, intent: Intent) -> Intent:
        """The intent with shares of the length, "halfway", as seconds of the choice that the words are for."""
        length = self.end - self.origin
        sources = (replace(source, times=source.times.in_seconds(length)) for source in intent.sources)
        return replace(intent, sources=tuple(sources))
