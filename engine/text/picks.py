"""Which phrases of a clause name something that can sound, or a place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from engine.text.lexicon import Key, Pattern, lexicon
from engine.text.tokens import Match, Token
from engine.text.words import is_han

KINDS = ("head", "place", "weak")
REACH = 8
"""Tokens within which the parts of a pattern stand."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A phrase that names a family, an entry or a place, and the tokens that it took."""

    indices: tuple[int, ...]
    kind: str  # one of KINDS
    value: str  # id of a family or an entry
    weight: int
    scattered: bool = False  # found by a pattern; a place's may share words with a sound: 雨夜的街道

    @property
    def family(self) -> str:
        return self.value.partition(".")[0]

    @property
    def first(self) -> int:
        return self.indices[0]

    @property
    def last(self) -> int:
        return self.indices[-1]


def picks(tokens: Sequence[Token], rules: Sequence[Match | None], start: int, end: int) -> list[Pick]:
    """What tokens `start:end` name, in order; the weightiest phrases first take their tokens."""
    taken: set[int] = set()  # by sounds
    phrased: set[int] = set()  # by sounds that are one phrase: a "church bell" is no church
    placed: set[int] = set()
    chosen: list[Pick] = []
    for pick in sorted(_candidates(tokens, rules, start, end), key=_preference):
        if _is_state(tokens, pick):
            continue
        barred = placed | (set() if pick.scattered else phrased) if pick.kind == "place" else taken
        if not barred.isdisjoint(pick.indices):
            continue
        chosen.append(pick)
        (placed if pick.kind == "place" else taken).update(pick.indices)
        if pick.kind == "head" and not pick.scattered:
            phrased.update(pick.indices)
    return sorted(chosen, key=lambda pick: pick.first)


def continued(tokens: Sequence[Token], families: set[str], start: int, end: int) -> list[Pick]:
    """What tokens `start:end` say of things named before: the "closes" of "the door opens and closes"."""
    found: list[Pick] = []
    for pattern in chain.from_iterable(lexicon().actions.get(family, ()) for family in sorted(families)):
        places = [
            next((at for at in range(start, end) if _is_part(tokens, p, at, end, pattern)), None) for p in pattern.parts
        ]
        own = tuple(sorted(place for place in places if place is not None))
        if len(own) == len(pattern.parts):
            found.append(Pick(own, pattern.meaning.kind, pattern.meaning.value, pattern.weight))
    return sorted(found, key=_preference)


def _preference(pick: Pick) -> tuple[int, int, bool, int, int]:
    return -pick.weight, KINDS.index(pick.kind), "." not in pick.value, pick.last - pick.first, pick.first


def _candidates(tokens: Sequence[Token], rules: Sequence[Match | None], start: int, end: int) -> Iterator[Pick]:
    where = _where(tokens, start, end)
    for index in range(start, end):
        for match in tokens[index].matches:
            if match.end <= end and _is_heard(rules, match):
                yield from _named(match)
        for pattern in _patterns_at(tokens[index]):
            if indices := _stand(tokens, pattern, index, where, end):
                yield Pick(indices, pattern.meaning.kind, pattern.meaning.value, pattern.weight, True)


STATES = frozenset(("closed", "locked", "shut", "opened"))


def _is_state(tokens: Sequence[Token], pick: Pick) -> bool:
    """Whether a noun is only in some state: a "closed door" makes no sound, as "he closed the door" does."""
    pairs = ((tokens[at], tokens[at + 1]) for at in pick.indices if at + 1 in pick.indices)
    return pick.kind == "head" and any(one.text in STATES and other.start - one.end == 1 for one, other in pairs)


def _named(match: Match) -> Iterator[Pick]:
    indices = tuple(range(match.start, match.end))
    return (Pick(indices, m.kind, m.value, match.weight) for m in match.meanings if m.kind in KINDS)


def _is_heard(rules: Sequence[Match | None], match: Match) -> bool:
    """Whether no weightier phrase covers it: in "no sound" nothing is called "sound"."""
    covers = (rules[index] for index in range(match.start, match.end))
    apart: tuple[str, ...] = ("shoe", *KINDS) if match.has("weak") else KINDS  # "rain boots" are boots
    apart = ("ground", *KINDS) if match.has("place") else apart  # a kitchen floor is in a kitchen
    if match.has("head") and not match.has("place"):
        apart = ("head", "weak")  # no car sounds in a car park
    return all(rule is None or rule.weight <= match.weight or rule.has(*apart) for rule in covers)


def _patterns_at(token: Token) -> Iterator[Pattern]:
    known = lexicon().patterns
    found = chain.from_iterable(known.get(key, ()) for key in _forms(token))
    return (pattern for pattern in found if _may_be(token, pattern.parts[0], pattern))


def _may_be(token: Token, part: Key, pattern: Pattern) -> bool:
    """Whether a compound may stand for its last part: 微风 is a 风, but 敲门 is no 门."""
    if part[0] == token.key or not token.means("head"):
        return True
    family = pattern.meaning.value.partition(".")[0]
    return any(
        m.kind == "head" and m.value.partition(".")[0] == family for each in token.matches for m in each.meanings
    )


def _forms(token: Token) -> tuple[str, ...]:
    """The word, and the noun that a Chinese compound ends with: 木门 is a 门."""
    if not is_han(token.key) or len(token.key) < 2 or token.means("degrees", "groups"):
        return (token.key,)
    return tuple(token.key[cut:] for cut in range(len(token.key)))


def _where(tokens: Sequence[Token], start: int, end: int) -> dict[str, list[int]]:
    """For each word of the clause, and each noun that a compound ends with, where it stands."""
    where: dict[str, list[int]] = {}
    for index in range(start, end):
        for form in _forms(tokens[index]):
            where.setdefault(form, []).append(index)
    return where


def _stand(
    tokens: Sequence[Token], pattern: Pattern, index: int, where: dict[str, list[int]], end: int
) -> tuple[int, ...]:
    """The tokens of a pattern whose first part begins at `index`; () if a part is missing nearby."""
    found: list[int] = []
    if any(part[0] not in where for part in pattern.parts):
        return ()
    for part in pattern.parts:
        near = (at for at in where[part[0]] if abs(at - index) <= REACH)
        places = [index] if not found else sorted(near, key=lambda at: (abs(at - index), at))
        place = next((at for at in places if at not in found and _is_part(tokens, part, at, end, pattern)), None)
        if place is None:
            return ()
        found.extend(range(place, place + len(part)))
    return tuple(sorted(set(found)))


def _is_part(tokens: Sequence[Token], part: Key, at: int, end: int, pattern: Pattern) -> bool:
    if at + len(part) > end or not _may_be(tokens[at], part, pattern):
        return False
    return all(word in _forms(tokens[at + offset]) for offset, word in enumerate(part))
