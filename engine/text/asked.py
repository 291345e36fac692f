"""Whether a name asks for a sound of its own, or only says where, on what or how another sounds."""

from __future__ import annotations

from engine.text.clauses import Clause, Reading
from engine.text.ontology import Family, ontology
from engine.text.picks import Pick
from engine.text.slots import stands_on
from engine.text.words import is_han


def is_asked(reading: Reading, clause: Clause, pick: Pick) -> bool:
    """Whether a thing that may be only seen is asked to sound: by a word of sound, or on a ground."""
    if pick.kind != "weak":
        return False
    family = ontology().family(pick.value)
    if any(reading.ruled(clause.start, clause.end, "sound_words")) or _is_rubbed(clause, pick):
        return True
    if stands_on(reading, family, range(pick.last + 1, clause.end)):
        return True
    beside = _beside(reading, clause)
    if family.leaf_slot and any(_is_ground(reading, other, family) for other in beside):
        return True
    listed = any(other.heads() and "and" in (other.joiner, clause.joiner) for other in beside)
    alike = any(_is_listed(reading, other, family) for other in beside) and _is_listed(reading, clause, family)
    return (listed or alike) and clause.end - clause.start == len(pick.indices)


def _is_listed(reading: Reading, clause: Clause, family: Family) -> bool:
    """Whether a clause is one of a list of things of a kind: "cups and plates"; "a cup and a plate" is a picture."""
    if len(clause.picks) != 1 or clause.end - clause.start != len(clause.picks[0].indices):
        return False
    last = reading.tokens[clause.end - 1].text
    many = clause.heads() or is_han(last) or last.endswith("s")
    return bool(many) and clause.picks[0].family == family.id


def _is_rubbed(clause: Clause, pick: Pick) -> bool:
    """Whether a garment is what rubs: "jeans brushing"."""
    rubs = {"scrape", "creak"} & set(ontology().family(pick.value).absorbs)
    return any(head.family in rubs for head in clause.heads())


def _beside(reading: Reading, clause: Clause) -> list[Clause]:
    """The clause before and the one after, those left out that only say what it is not: "boots, not sneakers"."""
    at = clause.place
    before = reading.clauses[max(at - REACH, 0) : at][::-1]
    sides = (before, reading.clauses[at + 1 : at + 1 + REACH])
    return [other for side in sides for other in [each for each in side if not _only_denies(each)][:1]]


REACH = 3
"""Clauses on either side among which the nearest that names something is looked for."""


def _only_denies(clause: Clause) -> bool:
    return (
        clause.scope == "negation"
        and bool(clause.picks)
        and all(pick.kind == "weak" and clause.negates(pick) for pick in clause.picks)
    )


def _is_ground(reading: Reading, clause: Clause, family: Family) -> bool:
    """Whether a clause names nothing but what a step is heard on: the second of "not on gravel but on wood"."""
    if clause.heads() or (clause.scope and not clause.negated) or family.id != "footsteps":
        return False
    name = family.takes[str(family.leaf_slot)]
    kept = (reading.tokens[at] for at in range(clause.start, clause.end) if at not in clause.negated)
    return any(token.means(name) for token in kept)


def is_surface(reading: Reading, clause: Clause, pick: Pick, named: list[Pick]) -> bool:
    """Whether a name is only where another sound happens: the lake of "rain on the lake"."""
    tables = {
        name for other in named if other.family != pick.family for name in _tables(other) if other.first != pick.first
    }
    said = [m for m in reading.tokens[pick.first].matches if m.has(*tables) and m.end > pick.last]
    if not said or len(pick.indices) > said[0].size:
        return False
    before = reading.tokens[max(clause.start, pick.first - 3) : pick.first]
    after = reading.tokens[pick.last + 1 : min(pick.last + 2, clause.end)]
    last = reading.tokens[pick.last].text
    under = any(token.means("on") for token in before)
    return under or any(token.means("locative_after") for token in after) or (is_han(last) and last[-1] in "面上")


def _tables(pick: Pick) -> set[str]:
    return set(ontology().family(pick.value).takes.values()) - {"gait", "shoe", "material"}


def is_absorbed(reading: Reading, pick: Pick, named: list[Pick]) -> bool:
    """Whether a general verb says only what another name does: "rain falls", "crashing waves"."""
    for other in named:
        if pick.family not in ontology().family(other.value).absorbs:
            continue
        if ontology().family(other.value).plain.layer.value != "ambient":
            return True
        first, last = min(pick.last, other.last), max(pick.first, other.first)
        between = reading.tokens[first + 1 : last]
        if other.first < pick.first and not any(t.means("object", "material") for t in between):
            return True
        if pick.first < other.first and all(t.text in ("的", "of") or t.means("degrees") for t in between):
            return True
    return False
