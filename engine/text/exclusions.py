"""The families and entries that the denials of a text forbid."""

from __future__ import annotations

from collections.abc import Iterator

from engine.text.clauses import Clause, Reading
from engine.text.lexicon import lexicon, weight
from engine.text.ontology import ontology, table
from engine.text.picks import Pick
from engine.text.plan import Plan, is_out
from engine.text.reach import groups_in
from engine.text.slots import leaf, read_slots


def read_exclusions(reading: Reading, plan: Plan) -> None:
    for clause in reading.clauses:
        words = reading.words(clause.start, clause.end)
        for name in excluded(reading, clause):
            _exclude(reading, plan, clause, name, words)
            reading.take(clause.negated)
            family = name.partition(".")[0]
            reading.take(i for pick in clause.picks if pick.family == family for i in pick.indices)
        if clause.scope in ("negation", "except"):
            for pick in clause.picks:
                if pick.kind == "place" and clause.negates(pick) and not _is_other_ground(reading, plan, clause, pick):
                    plan.excluded.setdefault(pick.value, words)
                    reading.take(clause.negated)


def _is_other_ground(reading: Reading, plan: Plan, clause: Clause, pick: Pick) -> bool:
    """Whether a denied place is what somebody does not walk on: the grass of "on sand, not on grass"."""
    walks = any(made.family.id == "footsteps" for made in plan.drafts)
    return walks and not clause.heads() and all(reading.tokens[index].means("ground") for index in pick.indices)


def _exclude(reading: Reading, plan: Plan, clause: Clause, name: str, words: str) -> None:
    """Forbid a family or an entry, no further than the words mean where a sister is asked for."""
    family = name.partition(".")[0]
    asked = {d.entry.id for d in plan.drafts if d.family.id == family and not d.clause.negates(d.pick)}
    denied = [pick for pick in clause.picks if clause.negates(pick) and pick.family == family]
    if name == family and denied and all(pick.kind == "weak" for pick in denied) and _says_it_is_not(reading, clause):
        return
    if asked and denied and all(_denies_only_how(reading, clause, pick) for pick in denied):
        plan.decide(f"{family} is not forbidden", f"{words!r} denies only how it is, and the words ask for it")
        return
    if name == family and any(made.clause.excepts for made in plan.drafts if made.family.id == family):
        for entry in ontology().family(family).entries:
            if entry.id not in asked:
                plan.excluded.setdefault(entry.id, words)
        return
    if name == family and asked and _is_another_kind(reading, plan, clause, family, denied):
        for entry in ontology().family(family).entries:
            if entry.id not in asked and (not denied or entry.id == ontology().family(family).default):
                plan.excluded.setdefault(entry.id, words)
        return
    kinds = {pick.value for pick in denied}
    if name == family and asked - kinds and all("." in kind for kind in kinds) and kinds:
        for kind in sorted(kinds):
            plan.excluded.setdefault(kind, words)
        return
    plan.excluded.setdefault(_narrowed(reading, clause, name), words)


def _is_another_kind(reading: Reading, plan: Plan, clause: Clause, family: str, denied: list[Pick]) -> bool:
    """Whether a denial of many families, or of what a thing does, leaves the kind that other words ask for.

    "No cars, but a bicycle passes"; "the phone isn't ringing, it's vibrating".
    """
    asked = [made for made in plan.drafts if made.family.id == family and made.clause is not clause]
    named = bool(asked) and all("." in made.pick.value or made.clause.joiner == "but" for made in asked)
    spoken_of = all(any(reading.ruled(pick.first + 1, pick.last, "negation")) for pick in denied)
    usual = {ontology().family(family).default} & {made.entry.id for made in asked}
    return named and (not denied or (spoken_of and not usual and all(p.value == family for p in denied)))


def _denies_only_how(reading: Reading, clause: Clause, pick: Pick) -> bool:
    """Whether a negation means only a manner: "no heavy rain", "she isn't running"."""
    gait = any(match.has("gait") for index in pick.indices for match in reading.tokens[index].matches)
    return gait or denies_only_degree(reading, clause, pick)


def _says_it_is_not(reading: Reading, clause: Clause) -> bool:
    """Whether a negation says what a thing of the picture is not: 不是铁门."""
    after = clause.negated.start
    return after < clause.end and reading.tokens[after].text == "是" and clause.scope == "negation"


def _narrowed(reading: Reading, clause: Clause, name: str) -> str:
    """The kind that the words narrow a family to: "no footsteps on gravel"."""
    family = ontology().family(name)
    pick = next((p for p in clause.picks if p.value == name and clause.negates(p)), None)
    if pick is None or not family.leaf_slot or "." in name:
        return name
    slots = read_slots(reading, family, pick, range(clause.negated.start, clause.negated.stop))
    return leaf(family, pick, slots)[0].id if family.leaf_slot in slots else name


def obey_exclusions(plan: Plan) -> None:
    gone = [draft for draft in plan.drafts if is_out(draft.entry.id, plan.excluded)]
    for draft in gone:
        plan.decide(f"no {draft.entry.id}", f"asked for in {draft.words!r}, but forbidden: a negation is a hard rule")
    plan.drafts = [draft for draft in plan.drafts if not any(draft is other for other in gone)]
    plan.places = [place for place in plan.places if not is_out(place.entry.id, plan.excluded)]


def excluded(reading: Reading, clause: Clause) -> list[str]:
    """Ids of the families and entries that the clause forbids."""
    if clause.scope not in ("negation", "except"):
        return []
    ids = list(_groups(reading, clause))
    ids.extend(_excluded_id(pick.value) for pick in clause.picks if pick.kind != "place" and clause.negates(pick))
    kept = {pick.family for pick in clause.picks if pick.kind != "place" and not clause.negates(pick)}
    ids.extend(_of_thing_before(reading, clause))
    return [name for index, name in enumerate(ids) if name not in ids[:index] and name not in kept]


def _of_thing_before(reading: Reading, clause: Clause) -> Iterator[str]:
    """What a denied verb is of the thing that the clause before names: the clash of "sword swings, no clash"."""
    before = reading.clauses[clause.place - 1] if clause.place else None
    denied = [pick for pick in clause.heads() if clause.negates(pick) and len(pick.indices) == 1]
    if before is None or len(denied) != 1:
        return
    tokens = reading.tokens[before.start : before.end]
    named = {
        m.value.partition(".")[0] for t in tokens for match in t.matches for m in match.meanings if m.kind in NAMED
    }
    for family in sorted(named - {denied[0].family}):
        for pattern in lexicon().actions.get(family, ()):
            if pattern.parts == ((reading.tokens[denied[0].first].key,),):
                yield _excluded_id(pattern.meaning.value)


NAMED = ("head", "weak")


def denies_only_degree(reading: Reading, clause: Clause, pick: Pick) -> bool:
    """Whether a negation means how a thing is, "no heavy rain", or a detail of it, "no heels"."""
    if pick.kind == "weak":
        return True
    start = min(clause.negated.start, pick.first)
    return any(reading.ruled(start, pick.last + 1, "degrees", "implied_strength", "distance"))


def _groups(reading: Reading, clause: Clause) -> list[str]:
    """Families that a word for many of them forbids: "no animals"; a weightier name of one sound wins."""
    named = {i: pick.weight for pick in clause.picks if clause.negates(pick) for i in pick.indices}
    ids: list[str] = []
    for start, end, group in groups_in(reading, clause.negated.start, clause.negated.stop):
        size = weight(tuple(token.key for token in reading.tokens[start:end]))
        apart = not any(index in named for index in range(start, end))
        if any(named.get(index, 0) > size for index in range(start, end)) or (apart and named):
            continue
        ids.extend(table("grammar")["groups"][group]["members"])
    return ids


def _excluded_id(value: str) -> str:
    """A named kind forbids that kind; the usual kind of an animal or a voice forbids them all."""
    family = ontology().family(value)
    whole = "." not in value or len(family.entries) == 1 or (value == family.default and not family.counted)
    return family.id if whole else value
