"""What falls, is thrown or dropped into water is heard as a splash, whatever its own name would ask for."""

from __future__ import annotations

from engine.text.clauses import Clause, Reading
from engine.text.ontology import ontology
from engine.text.picks import Pick
from engine.text.words import is_han
from engine.types import Layer

INTO = frozenset(("into", "in", "onto", "on", "to", "at"))
REACH = 7
"""Tokens from the verb to the water."""
SOFT = frozenset(("leaf", "leaves", "feather", "petal", "petals", "snowflake", "snowflakes", "snow", "dust", "落叶",
                  "树叶", "叶子", "花瓣", "雪花", "羽毛", "雪", "花"))  # fmt: skip
"""What falls on water unheard."""
LET_GO = frozenset(("drop", "hit", "body", "ball", "coin", "keys", "put", "roll", "splash"))
"""Families that say only what fell, or that it fell."""
BIG_M = 0.35


def splashed(reading: Reading, clause: Clause) -> list[Pick]:
    """The clause's names, with one splash in place of those of the fall and of the water."""
    found = _fall(reading, clause)
    if not found:
        return clause.picks
    verb, water = found
    kept = [pick for pick in clause.picks if pick.family not in LET_GO and water not in pick.indices]
    value = "splash.big" if _is_big(reading, range(clause.start, clause.end)) else "splash"
    splash = Pick(tuple(sorted({verb, water})), "head", value, 4, True)
    return sorted([*kept, splash], key=lambda pick: pick.first)


def thing_in(reading: Reading, territory: range) -> tuple[int, float] | None:
    """What falls, named before the water: its token, and its size in metres."""
    for index in territory:
        token = reading.tokens[index]
        if token.means("waters") or token.text in INTO:
            return None
        for match in token.matches:
            if value := match.value("object"):
                return index, float(value.split()[1])
    return None


def _fall(reading: Reading, clause: Clause) -> tuple[int, int] | None:
    """Where the clause says that something falls, and into what water; None where rain, a drop or a leaf does."""
    if any(pick.value in ("splash.big", "splash.swim") for pick in clause.heads()):
        return None
    for verb in range(clause.start, clause.end):
        if not reading.tokens[verb].means("falls") or _is_light(reading, clause, verb):
            continue
        for water in range(verb + 1, min(verb + 1 + REACH, clause.end)):
            if reading.tokens[water].means("waters") and _leads_in(reading, verb, water):
                return verb, water
    return None


def _leads_in(reading: Reading, verb: int, water: int) -> bool:
    """Whether the fall ends in the water: "into the cold lake", 扔进水里; not "falls on the bench by the lake"."""
    if is_han(reading.tokens[verb].text):
        return all(not reading.tokens[index].means("object", "head") for index in range(verb + 1, water))
    ways = [index for index in range(verb + 1, water) if reading.tokens[index].means("prepositions")]
    ways = [index for index in ways if reading.tokens[index].text != "of"]
    return bool(ways) and reading.tokens[ways[-1]].text in INTO


def _is_light(reading: Reading, clause: Clause, verb: int) -> bool:
    before = [pick for pick in clause.heads() if pick.first <= verb and pick.family not in LET_GO]
    wet = before and (
        ontology().family(before[-1].value).plain.layer is Layer.AMBIENT or before[-1].family == "drop_of_water"
    )
    return bool(wet) or any(token.text in SOFT for token in reading.tokens[clause.start : verb])


def _is_big(reading: Reading, territory: range) -> bool:
    """Whether a person or a big thing falls; who throws a thing is no part of the splash."""
    thing = thing_in(reading, territory)
    if thing is None and any(reading.tokens[index].means("person") for index in territory):
        return not any(reading.tokens[index].means("material") for index in territory)
    return thing is not None and thing[1] >= BIG_M
