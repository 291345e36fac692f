"""How a source sounds: how loud, how fast, how often, when, and from where."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from engine.text.clauses import Reading
from engine.text.intent import Times
from engine.text.ontology import Family, ontology
from engine.text.slots import degree_effect, is_size
from engine.text.time_phrases import TimeMark
from engine.text.tokens import Match, Token
from engine.text.turns import NOT, ends_by_itself, turn_at
from engine.types import Layer

BEGINNING_S = Fraction(2)
"""How long "at the beginning" and "at the end" last."""


@dataclass(slots=True)
class Manner:
    """All that the words around a source say of how it sounds."""

    gain_db: float = 0.0
    speed: float = 1.0
    density: float = 1.0
    steps: float = 0.0  # of strength, -2 .. 2
    times: Times = field(default_factory=Times)
    lasts_s: Fraction | None = None  # "for two seconds", whether or not the words say from when
    pan: float | None = None
    pan_path: tuple[float, float] | None = None
    distance_m: float | None = None
    again: list[Times] = field(default_factory=list)  # further stretches: "1-3 s and again 5-7 s"
    notes: list[tuple[str, str]] = field(default_factory=list)  # what was read, and why

    @property
    def says_nothing(self) -> bool:
        return not self.notes

    def joined(self, more: Manner) -> Manner:
        """This manner with what other words add; where both say a thing, the first holds."""
        return Manner(
            gain_db=self.gain_db + more.gain_db,
            speed=self.speed * more.speed,
            density=self.density * more.density,
            steps=self.steps + more.steps,
            times=self.times if _are_two(self.times, more.times) else self.times.joined(more.times),
            lasts_s=self.lasts_s if self.lasts_s is not None else more.lasts_s,
            again=self.again + [more.times] * _are_two(self.times, more.times) + more.again,
            pan=self.pan if self.pan is not None else more.pan,
            pan_path=self.pan_path or more.pan_path,
            distance_m=self.distance_m if self.distance_m is not None else more.distance_m,
            notes=self.notes + more.notes,
        )


def read_manner(reading: Reading, territory: range, taken: frozenset[int], family: str) -> Manner:
    """The manner that tokens of the territory give, those already taken by names left out."""
    manner = Manner()
    for index in territory:
        token, match = reading.tokens[index], reading.rules[index]
        if token.time:
            _time(manner, reading, index, territory, family)
            reading.take((index,))
        if not match or match.start != index:
            continue
        if (steps := match.value("implied_strength")) is not None:
            _note(manner, token, f"strength {steps}")
            manner.steps += float(steps)
            reading.take(range(match.start, match.end))
        elif taken.isdisjoint(range(match.start, match.end)):
            said = len(manner.notes)
            _word(manner, reading, match, territory, family)
            reading.take(range(match.start, match.end) if len(manner.notes) > said else ())
    lasts = ontology().family(family).plain.layer is Layer.AMBIENT
    if lasts and (ended := ends_by_itself(reading, territory)):
        _note(manner, reading.tokens[ended], "fade out")
        manner.times = replace(manner.times, fade_out=True)
        reading.take((ended,))
    return manner


COLOURS = ("blue", "green", "red", "brown", "grey", "gray", "color", "colour")


def _note(manner: Manner, token: Token, what: str) -> None:
    manner.notes.append((what, token.text))


def _word(manner: Manner, reading: Reading, match: Match, territory: range, family: str) -> None:
    text = reading.words(match.start, match.end)
    if is_size(reading, match) or _is_of_picture(reading, match, family) or _is_verb(reading, match):
        return
    if (degree := match.value("degrees")) is not None:
        _degree(manner, reading, degree, match, territory)
        manner.notes.append((f"degree {degree}", text))
    elif (path := match.value("pan_path")) is not None:
        first, last = path.split()
        manner.pan_path = float(first), float(last)
        manner.notes.append((f"pan from {first} to {last}", text))
    elif (pan := match.value("pan")) is not None:
        manner.pan = float(pan)
        manner.notes.append((f"pan {pan}", text))
    elif (metres := match.value("distance")) is not None and not _is_preposition(reading, match, territory):
        manner.distance_m = float(metres) if manner.distance_m is None else manner.distance_m
        manner.notes.append((f"distance {metres} m", text))
    else:
        _course(manner, reading, match, text)


def _course(manner: Manner, reading: Reading, match: Match, text: str) -> None:
    for kind, change in COURSES.items():
        if match.has(kind) and not _begins_itself(reading, match):
            manner.times = change(manner.times)
            manner.notes.append((kind.replace("_", " "), text))
            return


def _begins_itself(reading: Reading, match: Match) -> bool:
    """Whether 开始 says what something does, 鸟开始叫, and not when."""
    before = reading.tokens[match.start - 1] if match.start else None
    return reading.tokens[match.start].text == "开始" and before is not None and before.kind == "word"


COURSES: dict[str, Callable[[Times], Times]] = {
    "fade_in": lambda times: replace(times, fade_in=True),
    "fade_out": lambda times: replace(times, fade_out=True),
    "at_beginning": lambda times: replace(times, start_s=Fraction(0), end_s=BEGINNING_S),
    "at_end": lambda times: replace(times, start_s=-BEGINNING_S),
    "whole": lambda times: replace(times, start_s=Fraction(0)),
}


def _degree(manner: Manner, reading: Reading, degree: str, match: Match, territory: range) -> None:
    effect = degree_effect(degree)
    factor = _intensity(reading, match.start, territory)
    manner.gain_db += effect.get("gain_db", 0.0) * factor
    manner.steps += effect.get("strength", 0.0) * (2.0 if factor > 1 else factor)
    manner.speed *= effect.get("speed", 1.0) ** factor
    manner.density *= effect.get("density", 1.0) ** factor


def _intensity(reading: Reading, index: int, territory: range) -> float:
    """1.5 after "very", 0.5 after "slightly", turned round after "not" or "not too"."""
    before = reading.tokens[max(territory.start, index - 2) : index]
    denied = any(token.key in NOT for token in reading.tokens[territory.start : index])
    if any(token.key in NOT for token in before) or (denied and before[-1].means("too")):
        return -0.5
    exceeds = reading.tokens[index].text.startswith(TOO_ZH) or (before and before[-1].text in TOO)
    if exceeds or (before and before[-1].text == "less"):
        return -1.0
    if any(token.means("less") for token in before[-1:]):
        return 0.5
    return 1.5 if any(token.means("more") for token in before[-1:]) else 1.0


TOO = frozenset(("too", "overly", "太", "过于", "过分"))
TOO_ZH = ("太", "声音太")
"""What is too loud is to be softer."""


def _is_of_picture(reading: Reading, match: Match, family: str) -> bool:
    """Whether an adjective says how something else is: "light blue", "a quiet forest", "calm water"."""
    following = reading.tokens[match.end : match.end + 2]
    if following and following[0].text == "的":
        following = following[1:]
    if not following or not match.has("degrees", "size"):
        return False
    weak = {m.value.partition(".")[0] for each in following[0].matches for m in each.meanings if m.kind == "weak"}
    if match.has("size") and any(token.means("place") for token in following) and not following[0].means("head"):
        return True
    return following[0].text in COLOURS or following[0].means("place") or bool(weak and family not in weak)


def _is_verb(reading: Reading, match: Match) -> bool:
    """Whether a word of place is a verb here: the "closes" of a door, the "left" of "he left the room"."""
    token, before = reading.tokens[match.start], reading.tokens[max(match.start - 1, 0)]
    counts = token.text == "more" and before is not token and before.number is not None  # "three more knocks"
    if token.text == "lit" or counts or (token.text in ("more", "less") and not _names_next(reading, match)):
        return True
    if match.size > 1 or not token.means("distance", "pan"):
        return False
    return token.text in ("closes", "closed", "closing") or (token.text == "left" and before.means("picture"))


def _names_next(reading: Reading, match: Match) -> bool:
    """Whether a sound's name follows: the "more" of "more rain", not of "more slowly"."""
    return match.end < len(reading.tokens) and reading.tokens[match.end].means("head")


def _is_preposition(reading: Reading, match: Match, territory: range) -> bool:
    """Whether "near" or "behind" only says beside what: "near a lake"."""
    token = reading.tokens[match.start]
    if re.match(r" (?:him|her|them|it)\b", reading.text[token.end :]):
        return True
    if match.size > 1 or not token.means("prepositions", "on"):
        return False
    return match.end < territory.stop and reading.tokens[match.end].means("picture", "head", "place", "object", "weak")


def _time(manner: Manner, reading: Reading, index: int, territory: range, family: str) -> None:
    token, mark = reading.tokens[index], reading.tokens[index].time
    if mark is None or mark.wrong:
        return
    said, words = _said(mark), token.text
    if not mark.turned and (turn := turn_at(reading, index, territory)):
        said = _turned(said, turn.kind, ontology().family(family))
        first, last = sorted((index, turn.index))
        words = reading.words(first, last + 1)
        reading.take((turn.index,))
    if mark.lasts_s is not None:
        manner.lasts_s = mark.lasts_s
    elif _are_two(manner.times, said):
        manner.again.append(said)
    else:
        manner.times = replace(said.joined(manner.times), at_s=manner.times.at_s + said.at_s)
    if mark.again:
        manner.again.append(_said(mark.again))
    manner.distance_m = mark.distance_m if mark.distance_m is not None else manner.distance_m
    manner.notes.append(("distance" if mark.distance_m is not None else "time", words))


def end_lengths(manner: Manner) -> None:
    """Let what lasts "for two seconds" end so long after the words let it begin, else after the shot's first frame."""
    times, length = manner.times, manner.lasts_s
    if length is None or times.end_s is not None or times.end_share is not None or times.start_share is not None:
        return
    start = times.at_s[0] if len(times.at_s) == 1 and times.start_s is None else times.start_s
    if start is None:
        start = Fraction(0)
    at_s = () if times.at_s[:1] == (start,) else times.at_s
    open_end = start < 0 and start + length >= 0
    manner.times = replace(times, at_s=at_s, start_s=start, end_s=None if open_end else start + length)


def _are_two(times: Times, more: Times) -> bool:
    """Whether both are whole stretches, so that the second is one of its own."""
    return all(each.start_s is not None and each.end_s is not None for each in (times, more))


def _said(mark: TimeMark) -> Times:
    return Times(
        at_s=mark.at_s,
        start_s=mark.start_s,
        end_s=mark.end_s,
        every_s=mark.every_s,
        at_share=() if mark.at_share is None else (mark.at_share,),
        start_share=mark.start_share,
        end_share=mark.end_share,
    )


def _turned(times: Times, kind: str, family: Family) -> Times:
    """A moment at which something starts or stops, as where its time begins or ends."""
    point = times.at_s[0] if times.at_s else times.start_s
    share = times.at_share[0] if times.at_share else times.start_share
    if times.end_s is not None or times.end_share is not None or len(times.at_s) > 1:
        return times
    if kind == "stops":
        return Times(end_s=point, end_share=share, every_s=times.every_s)
    return times if family.once else Times(start_s=point, start_share=share, every_s=times.every_s)
