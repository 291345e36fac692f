"""Where a text speaks of time or distance, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.text.lengths import TIME_CUE, Clock, pattern
from engine.text.time_phrases import PHRASES, Phrase, TimeMark


def marks(text: str, clock: Clock) -> list[tuple[int, int, TimeMark]]:
    """Every expression of time or distance in plain text: where it begins and ends, and what it says."""
    return [(match.start(), match.end(), phrase.read(match, clock)) for match, phrase in _found(text)]


def _found(text: str) -> Iterator[tuple[re.Match[str], Phrase]]:
    """The leftmost phrase, then the leftmost after its end; of those that begin together the first of PHRASES."""
    phrases = [phrase for phrase in PHRASES if _may_hold(text, phrase)]
    following = [_pattern(phrase).search(text) for phrase in phrases]
    while found := [(match.start(), place) for place, match in enumerate(following) if match]:
        place = min(found)[1]
        match = following[place]
        assert match is not None
        yield match, phrases[place]
        position = match.end()
        for other, later in enumerate(following):
            if later and later.start() < position:
                following[other] = _pattern(phrases[other]).search(text, position)


def _pattern(phrase: Phrase) -> re.Pattern[str]:
    """The phrase where it does not begin inside a word: there is no "in" in "rain", no "at" in "a mat"."""
    return pattern(rf"(?:(?<![A-Za-z])|(?![A-Za-z]))(?:{phrase.source})")


def _may_hold(text: str, phrase: Phrase) -> bool:
    timed = not phrase.timed or pattern(TIME_CUE).search(text)
    return bool(timed and pattern(phrase.cue).search(text))
