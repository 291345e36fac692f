"""Clauses that only say more of a source named before, or beside: a count, a gait, how loud."""

from __future__ import annotations

from engine.text.clauses import Reading
from engine.text.sources import Draft, add_words


def without_things(by_clause: list[list[Draft]]) -> list[list[Draft]]:
    """No shoes beside a walk: in "leather shoes on carpet, a slow walk" they say how the walk sounds."""
    named = {made.family.id for clause in by_clause for made in clause if made.pick.kind == "head"}
    return [
        [m for m in here if m.pick.kind == "head" or "." in m.pick.value or m.family.id not in named]
        for here in by_clause
    ]


def without_denials(by_clause: list[list[Draft]]) -> list[list[Draft]]:
    """No second source for what it is not: "light rain, not heavy rain"."""
    asked = {made.family.id for here in by_clause for made in here if not made.clause.denies_degree}
    return [[m for m in here if not (m.clause.denies_degree and m.family.id in asked)] for here in by_clause]


def without_recounts(reading: Reading, by_clause: list[list[Draft]]) -> list[list[Draft]]:
    """A clause that only counts speaks of the source before: "a ball bounces, four bounces", "chops wood, 5 hits"."""
    for before, here in zip(last_filled(by_clause), by_clause, strict=True):
        if len(here) == 1 and before and _recounts(reading, here[0], before[-1]):
            before[-1].count = here[0].count
            here.clear()
    return by_clause


def without_pauses(reading: Reading, by_clause: list[list[Draft]]) -> list[list[Draft]]:
    """A denial for a time says when a source named before sounds: "heavy rain, no rain from 2 to 5 s"."""
    named: dict[str, Draft] = {}
    for here in by_clause:
        for made in here[:]:
            clause, earlier = made.clause, named.setdefault(made.family.id, made)
            marks = [reading.tokens[at].time for at in range(clause.start, clause.end)]
            if earlier.clause is not clause and any(mark and mark.turned for mark in marks):
                add_words(reading, earlier, range(clause.start, clause.end))
                here.remove(made)
                clause.spent = True
    return by_clause


def without_returns(reading: Reading, by_clause: list[list[Draft]]) -> list[list[Draft]]:
    """A clause that only says how the source before sounds: "footsteps on metal, running", 脚步声几乎听不见."""
    for before, here in zip(last_filled(by_clause), by_clause, strict=True):
        made = here[0] if len(here) == 1 and before and here[0].family is before[-1].family else None
        says = (_says_gait, _says_level, _says_course)
        if made and any(each(reading, made, before[-1]) for each in says):
            add_words(reading, before[-1], range(made.clause.start, made.clause.end))
            made.clause.spent = True
            here.clear()
    return by_clause


def _says_course(reading: Reading, made: Draft, before: Draft) -> bool:
    """Whether a clause says how a source goes on while somebody does it: "fading as she walks away"."""
    first = made.clause.start + 1
    leads = [token.text for token in reading.tokens[first : made.pick.first]]
    return "." not in made.pick.value and "as" in leads and made.clause.joiner == "comma"


def _says_level(reading: Reading, made: Draft, before: Draft) -> bool:
    """Whether a clause names a source again, and then only how loud it is: "..., the footsteps barely audible"."""
    clause, pick = made.clause, made.pick
    rest = range(pick.last + 1, clause.end)
    plain = "." not in pick.value and pick.kind == "head" and pick.first == clause.start and not made.count
    only = bool(rest) and all(reading.tokens[at].means("degrees", "more", "less", "function", "too") for at in rest)
    return plain and only and clause.joiner == "comma" and before.manner.steps == before.manner.gain_db == 0


def _says_gait(reading: Reading, made: Draft, before: Draft) -> bool:
    """Whether a clause is nothing but how somebody walks, of steps named before: "footsteps on metal, running"."""
    alone = made.clause.joiner in ("comma", "list") and made.clause.end - made.clause.start == len(made.pick.indices)
    gait = all(reading.tokens[index].means("gait") for index in made.pick.indices)
    return alone and gait and "gait" not in before.params


def _recounts(reading: Reading, made: Draft, before: Draft) -> bool:
    general = made.family is before.family or made.family.id in before.family.absorbs
    rest = [at for at in range(made.clause.start, made.clause.end) if at not in made.pick.indices]
    counted = [at for at in rest if not reading.tokens[at].means("times_word", "measure")]
    bare = len(counted) == 1
    return general and bare and made.count is not None and before.count is None and before.clause is not made.clause


def last_filled(by_clause: list[list[Draft]]) -> list[list[Draft]]:
    """For each clause the drafts of the nearest one before that has any."""
    last: list[list[Draft]] = [[]]
    for here in by_clause[:-1]:
        last.append(here or last[-1])
    return last[: len(by_clause)]


def next_filled(by_clause: list[list[Draft]]) -> list[list[Draft]]:
    return last_filled(by_clause[::-1])[::-1]
