"""Which clauses of a text deny, and which words each denial rules."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from engine.text.clauses import Clause, Reading
from engine.text.denials import KINDS, ends_switched_off, is_quiet_for_a_time, is_silent_noun, kind_of, turns_degree
from engine.text.reach import groups_in, reach, swapped
from engine.text.time_phrases import TimeMark
from engine.text.tokens import Match
from engine.text.turns import QUIET, turn_times


def negate(reading: Reading) -> None:
    """Mark in every clause the tokens that a negation rules."""
    for clause in reading.clauses:
        _negate(reading, clause)
        turn_times(reading, clause)
    _turn_relations(reading)
    _besides(reading)
    _contrasts(reading)
    for before, clause in zip(reading.clauses, reading.clauses[1:], strict=False):
        if _is_carried(reading, before, clause):
            clause.negated, clause.scope, clause.inherits = range(clause.start, clause.end), before.scope, True
    _list_ends(reading)
    _all_denied(reading)
    _exceptions(reading)


def _negate(reading: Reading, clause: Clause) -> None:
    found = [
        (kind, match)
        for match in reading.ruled(clause.start, clause.end, *KINDS)
        if (kind := kind_of(reading, clause, match))
    ]
    if not found and is_quiet_for_a_time(reading, clause):
        clause.scope = "silence"
        for index in range(clause.start, clause.end):
            mark = reading.tokens[index].time
            if mark and len(mark.at_s) == 1 and reading.tokens[index].text[0].isalnum():
                reading.tokens[index].time = TimeMark(start_s=Fraction(0), end_s=mark.at_s[0])
            if reading.tokens[index].text in QUIET:
                reading.rules[index] = None
                reading.take((index,))
    kinds = [kind for kind, _ in found]
    if not kinds and (old := swapped(reading, clause)):
        clause.scope, clause.negated = "negation", old
        return
    clause.denies_degree = any(turns_degree(reading, m.end, clause.end) for m in _denials(reading, clause))
    if "only" in kinds or ("except" in kinds and _shuts_out_all(reading, clause, found)):
        clause.scope = "only"
    elif "silence" in kinds and clause.heads() and is_silent_noun(reading, clause):
        clause.scope, clause.negated = "negation", range(clause.start, clause.end)
    elif "except" in kinds or "negation" in kinds:
        clause.scope, match = next((k, m) for k, m in found if k in ("except", "negation"))
        clause.negated = reach(reading, clause, match.start, match.end)
        if match.has("turn_off"):
            order = range(match.start, match.end)
            clause.picks = [pick for pick in clause.picks if not all(index in order for index in pick.indices)]
        kept = next((m.start for k, m in found if k == "except" and m.start >= match.end), None)
        if kept is not None and clause.scope == "negation":
            clause.negated = range(clause.negated.start, kept)
    elif kinds and not clause.heads():
        clause.scope = kinds[0]
        reading.take(range(clause.start, clause.end))
    elif kinds and any(pick.first <= found[0][1].end <= pick.last + 1 for pick in clause.heads()):
        clause.scope, clause.negated = "negation", range(found[0][1].start, clause.end)
    elif ends_switched_off(reading, clause):
        clause.scope, clause.negated = "negation", range(clause.start, clause.end)


def _shuts_out_all(reading: Reading, clause: Clause, found: list[tuple[str, Match]]) -> bool:
    """Whether an exception is one from silence: "no sound except rain", "mute everything except the rain"."""
    if any(kind in ("nothing", "silence") for kind, _ in found):
        return True
    exception = next(match.start for kind, match in found if kind == "except")
    denied = any(kind in ("negation", "turn_off") for kind, _ in found)
    named = any(pick.first < exception for pick in clause.heads()) or groups_in(reading, clause.start, exception)
    return denied and not named


def _denials(reading: Reading, clause: Clause) -> Iterator[Match]:
    return reading.ruled(clause.start, clause.end, "negation")


def _is_carried(reading: Reading, before: Clause, clause: Clause) -> bool:
    """Whether a negation runs on: "no birds or dogs", "without music and voices", 不要鸟叫、音乐."""
    if (
        before.scope not in ("negation", "except")
        or not before.negated
        or clause.scope
        or before.negated.stop < before.end
    ):
        return False
    if clause.joiner == "or":
        return True
    return clause.joiner in ("and", "list") and _is_bare(reading, clause)


def _is_bare(reading: Reading, clause: Clause) -> bool:
    """Whether a clause is nothing but names of sounds."""
    named = {index for pick in clause.picks for index in pick.indices if pick.kind != "place"}
    grouped = {i for start, end, _ in groups_in(reading, clause.start, clause.end) for i in range(start, end)}
    rest = [i for i in range(clause.start, clause.end) if i not in named | grouped]
    plain = all(reading.tokens[i].means("sound_words", "of", "function", "measure") for i in rest)
    return bool(named | grouped) and plain and not clause.anchors


def _list_ends(reading: Reading) -> None:
    """ "No birds, wind or traffic": the last "or" makes the commas before it part of the list."""
    clauses = reading.clauses
    for last in range(len(clauses) - 1, 1, -1):
        if clauses[last].joiner != "or" or clauses[last].scope:
            continue
        first = last - 1
        while first > 0 and clauses[first].joiner == "comma" and not clauses[first].scope:
            first -= 1
        if clauses[first].scope == "negation" and all(_is_bare(reading, c) for c in clauses[first + 1 : last]):
            for clause in clauses[first + 1 : last + 1]:
                clause.negated, clause.scope, clause.inherits = range(clause.start, clause.end), "negation", True


ALL = frozenset(("都", "全", "全都", "均", "一律", "both", "all"))


def _all_denied(reading: Reading) -> None:
    """ "Wind and thunder are both unwanted", 风和雷都不要: a denial of all looks back over the list."""
    for before, clause in reversed(list(pairwise(reading.clauses))):
        if clause.scope != "negation" or before.scope or clause.joiner not in ("and", "list"):
            continue
        said = {reading.tokens[at].text for at in range(clause.start, clause.end)}
        looks_back = clause.negated.start == clause.start and not ALL.isdisjoint(said)
        if (looks_back or clause.inherits) and _is_bare(reading, before):
            before.negated, before.scope, before.inherits = range(before.start, before.end), "negation", True
            clause.inherits = True


TURNED = {
    "after previous": "before previous", "before previous": "after previous",
    "after next": "before next", "before next": "after next",
}  # fmt: skip


def _turn_relations(reading: Reading) -> None:
    for before, clause in pairwise(reading.clauses):
        if not (_joins_at(reading, clause) and before.heads() and clause.heads()):
            continue
        if not before.scope and any(reading.ruled(before.start, before.end, "stops")):
            clause.anchors = "before previous"
        elif before.scope == "negation" and any(reading.ruled(before.start, before.end, "turn_off", "stops")):
            clause.anchors = "after previous"
    _turn_anchors(reading)


def _joins_at(reading: Reading, clause: Clause) -> bool:
    """Whether a clause tells at which event the one before happens: "mute the tv when the door closes"."""
    return clause.joiner == "and" and reading.tokens[clause.start - 1].text in ("when", "once")


def _turn_anchors(reading: Reading) -> None:
    """ "No footsteps until the door opens": a denial up to an event, or from it on, says when there is sound."""
    clauses = reading.clauses
    for index, clause in enumerate(clauses):
        beside = index + (-1 if clause.anchors.endswith("previous") else 1)
        if clause.anchors and 0 <= beside < len(clauses) and clauses[beside].scope == "negation" and not clause.scope:
            clause.anchors = TURNED[clause.anchors]
            clauses[beside].scope, clauses[beside].negated = "", range(0)


ALSO = frozenset(("also", "还", "还有", "也", "也有", "又"))


def _besides(reading: Reading) -> None:
    """ "Besides the rain there is also wind", 除了雨声还有风声: the first is not forbidden but added to."""
    for clause, following in zip(reading.clauses, reading.clauses[1:], strict=False):
        between = reading.tokens[clause.end : following.start] + reading.tokens[following.start : following.start + 3]
        if clause.scope == "except" and any(token.key in ALSO for token in between) and not following.scope:
            clause.negated, clause.scope = range(0), ""


def _contrasts(reading: Reading) -> None:
    """ "No heavy rain, only drizzle": what is wanted stands against its own kind, and shuts out nothing else."""
    for before, clause in pairwise(reading.clauses):
        denied = {pick.family for pick in before.picks if before.negates(pick)}
        if clause.scope == "only" and denied & {pick.family for pick in clause.picks}:
            clause.scope = ""


def _exceptions(reading: Reading) -> None:
    """ "Except for rain, no sound": what is excepted from silence is all that sounds."""
    for index, clause in enumerate(reading.clauses):
        beside = reading.clauses[max(index - 1, 0) : index + 2]
        if clause.scope == "except" and any(other.scope in ("nothing", "silence") for other in beside):
            clause.scope, clause.negated = "only", range(0)
