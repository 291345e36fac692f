"""Tokens into clauses: where one thought ends, and what waits for what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from engine.text.lexicon import SLOT_TABLES
from engine.text.ontology import ontology
from engine.text.picks import Pick, continued, picks
from engine.text.tokens import Match, Token
from engine.text.words import is_han

CONTROL = (
    "nothing", "silence", "except", "only", "negation", "affirms", "turn_off", "but", "then", "after", "before", "head",
    "place",
    "fade_in", "fade_out", "at_beginning", "at_end", "whole", "pan", "pan_path", "distance", "degrees",
    "implied_strength", "more", "less", "too", "separators", "times_word", "groups", "weak", "sound_words", "picture",
    "function",
)  # fmt: skip
LONGEST_CLAUSE = 64
"""Tokens; what runs on longer is cut, and a negation runs on with it."""
BOUNDARIES = ("separators", "then", "but")


@dataclass(slots=True)
class Clause:
    """Tokens `start` up to `end`, how the clause joins the one before, and what it names."""

    start: int
    end: int
    joiner: str  # first, stop, comma, list, and, or, then, but
    anchors: str = ""  # "after next", "before previous": it only says when its neighbour sounds
    gap_s: Fraction | None = None  # how long after or before: "two seconds after the door closes"
    picks: list[Pick] = field(default_factory=list)
    negated: range = range(0)  # tokens that a negation rules
    scope: str = ""  # the negation's kind: negation, except, only, nothing, silence
    inherits: bool = False  # negated by the clause before: "no birds or dogs"
    spent: bool = False  # its words were given to a source named before
    excepts: bool = False  # where a denied sound is not: the wood of "no footsteps except on wood"
    place: int = 0  # among the clauses of the reading
    denies_degree: bool = False  # only how a thing is: "not heavy rain"

    def heads(self) -> list[Pick]:
        return [pick for pick in self.picks if pick.kind == "head"]

    def negates(self, pick: Pick) -> bool:
        return any(index in self.negated for index in pick.indices)


@dataclass(slots=True)
class Reading:
    """A text with its tokens, the phrase that rules each token, and its clauses."""

    text: str
    tokens: list[Token]
    rules: list[Match | None]
    clauses: list[Clause] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)  # tokens that had an effect

    def take(self, indices: Iterable[int]) -> None:
        """Note tokens that had an effect; the others are reported."""
        self.taken.update(indices)

    def rule(self, index: int, *kinds: str) -> str | None:
        """The value of the phrase that begins at this token ("" for one without); None if it is none of the kinds."""
        match = self.rules[index]
        if match is None or match.start != index:
            return None
        return next((value for kind in kinds if (value := match.value(kind)) is not None), None)

    def ruled(self, start: int, end: int, *kinds: str) -> Iterator[Match]:
        """Phrases of these kinds that begin in tokens `start:end`."""
        for index in range(start, end):
            match = self.rules[index]
            if match and match.start == index and match.has(*kinds):
                yield match

    def words(self, start: int, end: int) -> str:
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if end > start else ""


def read_clauses(text: str, tokens: list[Token]) -> Reading:
    """The clauses of a text, each with its picks."""
    reading = Reading(text, tokens, _rules(tokens))
    for whole in _split(reading):
        for piece in _wishes(reading, whole):
            reading.clauses.extend(_relations(reading, piece))
    for place, clause in enumerate(reading.clauses):
        clause.place = place
        clause.picks = picks(tokens, reading.rules, clause.start, clause.end)
    for index, clause in enumerate(reading.clauses):
        named = [before for before in reading.clauses[max(index - REMEMBERED, 0) : index] if before.picks]
        for before in named[::-1] if not clause.picks else ():
            clause.picks = clause.picks or _continued(reading, before, clause)
    return reading


REMEMBERED = 3
"""Clauses in which a noun is still meant: "the door opens, he walks in, it shuts"."""


def _continued(reading: Reading, before: Clause, clause: Clause) -> list[Pick]:
    """What a clause names with the noun of the one before: "the door opens and closes"."""
    families = {pick.family for pick in before.picks}
    for index in range(clause.start, clause.end):
        if reading.tokens[index].text in ("one", "ones") and before.heads():
            return [Pick((index,), "head", before.heads()[-1].family, 1)]
    return continued(reading.tokens, families, clause.start, clause.end)[:1] or _on_other_ground(
        reading, before, clause
    )


def _on_other_ground(reading: Reading, before: Clause, clause: Clause) -> list[Pick]:
    """The same sound where only another ground is named: "steps on wood then on carpet", "just on the leaves"."""
    limits = any(reading.ruled(clause.start, clause.end, "only"))
    if not limits and clause.joiner not in ("then", "but"):
        return []
    for pick in reversed(before.heads()):
        family = ontology().family(pick.value)
        table = family.takes.get(family.leaf_slot or "", "material")
        for index in range(clause.start, clause.end) if table != "material" else ():
            if reading.tokens[index].means(table) and _lies_under(reading, clause, index):
                return [Pick((index,), "head", family.id, 1)]
    return []


def _lies_under(reading: Reading, clause: Clause, index: int) -> bool:
    before = reading.tokens[max(clause.start, index - 3) : index]
    after = reading.tokens[index + 1 : min(index + 2, clause.end)]
    return any(token.means("on") for token in before) or any(token.means("locative_after") for token in after)


def _rules(tokens: Sequence[Token]) -> list[Match | None]:
    """For each token the weightiest phrase over it; a longer phrase hides the words inside."""
    rules: list[Match | None] = [None] * len(tokens)
    found = [
        match
        for token in tokens
        for match in token.matches
        if match.has(*CONTROL) or (match.size > 1 and match.has(*SLOT_TABLES))
    ]
    for match in sorted(found, key=lambda match: (-match.weight, match.start)):
        if all(rules[index] is None for index in range(match.start, match.end)):
            rules[match.start : match.end] = [match] * match.size
    return rules


def _split(reading: Reading) -> Iterator[Clause]:
    start, joiner, index = 0, "first", 0
    while index < len(reading.tokens):
        boundary, length = _boundary(reading, index)
        if not boundary and index - start >= LONGEST_CLAUSE:
            yield Clause(start, index, joiner)
            start, joiner = index, "or"
        elif boundary:
            if index > start:
                yield Clause(start, index, joiner)
                joiner = boundary
            elif (boundary not in ("comma", "and", "list") and joiner != "stop") or joiner == "comma":
                joiner = boundary
            start = index + length
        index += length
    if start < len(reading.tokens):
        yield Clause(start, len(reading.tokens), joiner)


WANTS = frozenset(
    ("keep", "leav", "want", "only", "just", "giv", "add", "us", "要", "有", "只要", "只有", "想要", "保留", "留下",
     "留", "只留", "来点", "换成", "改成")
)  # fmt: skip


def _wishes(reading: Reading, clause: Clause) -> Iterator[Clause]:
    """Cut where a wish follows what is not wanted: "no wind just rain", 不要风声要雨声."""
    denial = next(reading.ruled(clause.start, clause.end, "negation", "turn_off"), None)
    kept = next(reading.ruled(denial.end, clause.end, "except"), None) if denial else None
    if denial and kept and _names(reading, denial.end, kept.start) and _says_where(reading, kept.end, clause.end):
        reading.take(range(kept.start, kept.end))
        yield Clause(clause.start, kept.start, clause.joiner)
        yield Clause(kept.end, clause.end, "but", excepts=True)
        return
    for index in range(denial.end + 1, clause.end - 1) if denial else ():
        wishes = reading.tokens[index].key in WANTS and _names(reading, index + 1, clause.end)
        if wishes and denial and _names(reading, denial.end, index):
            yield Clause(clause.start, index, clause.joiner)
            yield Clause(index, clause.end, "but")
            return
    yield clause


def _boundary(reading: Reading, index: int) -> tuple[str, int]:
    """The joiner that this token is, "" inside a clause, and the tokens it takes."""
    token, match = reading.tokens[index], reading.rules[index]
    if token.kind in ("stop", "comma", "list"):
        return token.kind, 1
    if token.key in ("or", "nor", "或", "或者"):
        return "or", 1
    if match and match.start == index and not match.has("head", "place", "negation", "degrees"):
        for kind in BOUNDARIES:
            if match.has(kind):
                return ("and" if kind == "separators" else kind), match.size
    return "", 1


def _relations(reading: Reading, clause: Clause) -> Iterator[Clause]:
    """Split "footsteps after the door closes" and "关门之后脚步声" into what sounds and what it waits for."""
    for match in reading.ruled(clause.start, clause.end, "after", "before"):
        relation = "after" if match.has("after") else "before"
        split = _chinese_relation if is_han(reading.tokens[match.start].key) else _english_relation
        return split(reading, clause, relation, match)
    return iter((clause,))


def _chinese_relation(reading: Reading, clause: Clause, relation: str, match: Match) -> Iterator[Clause]:
    if not _names(reading, clause.start, match.start):
        yield Clause(match.end, clause.end, "then") if match.end < clause.end else clause
        return
    yield Clause(clause.start, match.start, clause.joiner, anchors=f"{relation} next")
    if match.end < clause.end:
        yield Clause(match.end, clause.end, "and")


def _english_relation(reading: Reading, clause: Clause, relation: str, match: Match) -> Iterator[Clause]:
    gap_s = _length_before(reading, clause.start, match.start)
    before = match.start - (gap_s is not None)
    if gap_s is not None:
        reading.take((before,))
    if not _names(reading, match.end, clause.end):
        yield clause
    elif before > clause.start:
        yield Clause(clause.start, before, clause.joiner)
        yield Clause(match.end, clause.end, "and", anchors=f"{relation} previous", gap_s=gap_s)
    else:
        yield Clause(match.end, clause.end, clause.joiner, anchors=f"{relation} next", gap_s=gap_s)


def _length_before(reading: Reading, start: int, index: int) -> Fraction | None:
    """The length of time that stands right before a relation: the two seconds of "two seconds after the door"."""
    token = reading.tokens[index - 1] if index > start else None
    if token is None or token.time is None or len(token.time.at_s) != 1 or not token.text[0].isalnum():
        return None
    return None if token.text.startswith("at ") or ":" in token.text else token.time.at_s[0]


def _says_where(reading: Reading, start: int, end: int) -> bool:
    """Whether words name no sound, nor many, nor a time: the exception of "no footsteps except on the wood"."""
    named = any(pick.kind != "place" for pick in picks(reading.tokens, reading.rules, start, end))
    return (
        start < end
        and not named
        and not any(token.time or token.means("groups") for token in reading.tokens[start:end])
    )


def _names(reading: Reading, start: int, end: int) -> bool:
    return any(pick.kind == "head" for pick in picks(reading.tokens, reading.rules, start, end))
