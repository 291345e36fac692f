"""Clauses into one plan: the sources, what waits for what, the room, and what is forbidden."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from engine.text.clauses import Clause, Reading
from engine.text.exclusions import obey_exclusions, read_exclusions
from engine.text.intent import Times
from engine.text.ontology import Entry
from engine.text.plan import Plan
from engine.text.reach import REPLACES
from engine.text.restated import (
    last_filled,
    next_filled,
    without_denials,
    without_pauses,
    without_recounts,
    without_returns,
    without_things,
)
from engine.text.sources import Draft, PlaceFound, add_words, drafts, finish, places
from engine.text.turns import ends_in_silence, gaps, later_s, pause_s
from engine.types import Layer


def make_plan(reading: Reading) -> Plan:
    """The plan of a text whose clauses have their polarity. What is forbidden is in none of its drafts and places."""
    plan = Plan()
    _read_clauses(reading, plan)
    read_exclusions(reading, plan)
    obey_exclusions(plan)
    return plan


def _read_clauses(reading: Reading, plan: Plan) -> None:
    by_clause = [drafts(reading, clause) for clause in reading.clauses]
    found = [places(reading, clause) for clause in reading.clauses]
    by_clause = without_denials(without_things(by_clause))
    by_clause = without_pauses(reading, without_returns(reading, by_clause))
    pauses = [pause_s(reading, clause) for clause in reading.clauses]
    _attach_modifiers(reading, by_clause, found, pauses)
    for here in by_clause:
        for made in here:
            finish(made)
    by_clause = without_recounts(reading, by_clause)
    _share_times(reading, by_clause)
    _link(reading.clauses, by_clause, plan)
    _wait(reading, by_clause, pauses, plan)
    plan.drafts = _again(_without_repeats([made for here in by_clause for made in here], plan))
    _read_rooms(plan, [place.entry for here in found for place in here])
    plan.places = [place for here in found for place in here]


def _again(drafts: list[Draft]) -> list[Draft]:
    """A source for each further stretch of time: "rain 1-3 s and again 5-7 s"."""
    return [
        each
        for draft in drafts
        for each in [
            draft,
            *(replace(draft, manner=replace(draft.manner, times=times, again=[])) for times in draft.manner.again),
        ]
    ]


def _attach_modifiers(
    reading: Reading, by_clause: list[list[Draft]], found: list[list[PlaceFound]], pauses: list[Fraction | None]
) -> None:
    """Clauses that name nothing speak of a neighbour: the one before, or the one after where a sentence begins."""
    hushed = False  # by the first words for silence, which speak of all sources
    for clause, here, places_here, pause, before, after in zip(
        reading.clauses, by_clause, found, pauses, last_filled(by_clause), next_filled(by_clause), strict=True
    ):
        extra = _said_words(reading, clause)
        if before and ends_in_silence(reading, clause):
            _let_fade(reading, [made for drafts_there in by_clause for made in drafts_there], clause)
            continue
        if pause is not None and _interval_s(reading, clause, before):
            before[-1].manner.times = replace(before[-1].manner.times, every_s=pause)
            before[-1].manner.notes.append((f"every {float(pause):g} s", reading.words(clause.start, clause.end)))
        if here or clause.spent or not extra or pause is not None or any(place.bare for place in places_here):
            continue
        opens = clause.joiner in ("first", "stop")
        target = (after[:1] or before[-1:]) if opens else (before[-1:] or after[:1])
        if not hushed and any(reading.ruled(clause.start, clause.end, "silence", "nothing")):
            target, hushed = [made for drafts_there in by_clause for made in drafts_there], True
        for made in target:
            add_words(reading, made, extra)


def _let_fade(reading: Reading, drafts: list[Draft], clause: Clause) -> None:
    """ "Wind, then silence": what lasts fades out; a blow is over by itself."""
    for made in drafts:
        if made.family.plain.layer is Layer.AMBIENT and made.clause.start < clause.start:
            made.manner.times = replace(made.manner.times, fade_out=True)
            made.manner.notes.append(("fade out", reading.words(clause.start, clause.end)))
    reading.take(range(clause.start, clause.end))


def _share_times(reading: Reading, by_clause: list[list[Draft]]) -> None:
    """One time for one happening: "a glass falls and breaks at 2.5 s" falls then too."""
    for before, here in zip(last_filled(by_clause), by_clause, strict=True):
        if not (before and here) or here[0].clause.joiner != "and" or here[0].pick.first != here[0].clause.start:
            continue
        fall, blow = before[-1], here[0]
        if fall.family.id in blow.family.absorbs and fall.manner.times == Times() and blow.manner.times.at_s:
            fall.manner.times = Times(at_s=blow.manner.times.at_s)
            fall.manner.notes.append(("time", blow.words))


def _interval_s(reading: Reading, clause: Clause, before: list[Draft]) -> bool:
    """Whether a wait after counted sounds is the time between them: 两声枪响，间隔一秒."""
    words = {reading.tokens[at].text for at in range(clause.start, clause.end)}
    return bool(before and before[-1].count and before[-1].count[0] > 1 and words & {"间隔", "相隔", "interval"})


def _link(clauses: list[Clause], by_clause: list[list[Draft]], plan: Plan) -> None:
    """What waits for what: "then", "after the door closes"."""
    beside = zip(clauses, by_clause, last_filled(by_clause), next_filled(by_clause), strict=True)
    for clause, here, before, after in beside:
        if clause.anchors and here:
            relation, side = clause.anchors.split()
            for waiting in before if side == "previous" else after:
                plan.links[id(waiting)] = (relation, here[-1])
                if clause.gap_s is not None:
                    plan.gaps_s[id(waiting)] = clause.gap_s
        elif clause.joiner == "then" and before:
            for waiting in here:
                plan.links[id(waiting)] = ("after", before[-1])


def _said_words(reading: Reading, clause: Clause) -> range:
    """What a clause says, less what it denies: the wood of "wood instead of stone"."""
    if not clause.scope:
        return range(clause.start, clause.end)
    start = clause.negated.start
    replaces = clause.negated and start > clause.start and reading.tokens[start - 1].text in REPLACES
    return range(clause.start, start) if replaces else range(0)


def _wait(reading: Reading, by_clause: list[list[Draft]], pauses: list[Fraction | None], plan: Plan) -> None:
    """What comes some seconds after the source before: "a door opens, two seconds later footsteps", or a pause."""
    for here, before, gap_s in zip(by_clause, last_filled(by_clause), gaps(reading, by_clause, pauses), strict=True):
        if gap_s is None or not before or before[-1].family.plain.layer is Layer.AMBIENT:
            continue
        for made in (before[-1], here[0]):
            if made.manner.times.start_s == later_s(reading, made.clause) == gap_s:
                made.manner.times = replace(made.manner.times, start_s=None)
        plan.links[id(here[0])] = ("after", before[-1])
        plan.gaps_s[id(here[0])] = gap_s


def _without_repeats(made: list[Draft], plan: Plan) -> list[Draft]:
    """One source for a thing named twice where one naming says nothing more: "rain, sound of rain"."""
    kept: list[Draft] = []
    for draft in made:
        twin = next((d for d in kept if d.family is draft.family and _is_same(d, draft)), None)
        waits = id(draft) in plan.links and plan.links[id(draft)][1] is not twin
        if twin is None or (waits and not draft.clause.anchors):
            kept.append(draft)
            continue
        stays, goes = (draft, twin) if twin.says_nothing and not draft.says_nothing else (twin, draft)
        kept[kept.index(twin)] = stays
        plan.stands_for[id(goes)] = stays
        if id(goes) in plan.links and id(stays) not in plan.links and plan.links[id(goes)][1] is not stays:
            plan.links[id(stays)] = plan.links[id(goes)]
    return kept


def _is_same(one: Draft, other: Draft) -> bool:
    if one.entry is other.entry:
        return one.says_nothing or other.says_nothing
    bare = one if "." not in one.pick.value else other
    return "." not in bare.pick.value and bare.says_nothing


def _read_rooms(plan: Plan, named: list[Entry]) -> None:
    for entry in [*named, *(draft.entry for draft in plan.drafts)]:
        if entry.room and plan.room is None:
            plan.room = entry.room
            plan.decide(f"room {entry.room}", f"the words name the place {entry.id!r}")
        elif entry.room and entry.room != plan.room:
            plan.decide(f"not room {entry.room}", f"the first place named is {plan.room}")
