"""What the clauses of a text ask together: the sources, what waits for what, the room, and what is forbidden."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from engine.text.clauses import Clause, Reading
from engine.text.intent import Decision
from engine.text.ontology import Entry, ontology
from engine.text.picks import Pick
from engine.text.polarity import REPLACES, denies_only_degree, excluded
from engine.text.slots import leaf, read_slots
from engine.text.sources import Draft, PlaceFound, add_words, drafts, finish, places
from engine.text.turns import ends_in_silence, gaps, later_s, pause_s
from engine.types import Layer


@dataclass(slots=True)
class Plan:
    """What was read so far."""

    drafts: list[Draft] = field(default_factory=list)
    places: list[PlaceFound] = field(default_factory=list)
    excluded: dict[str, str] = field(default_factory=dict)  # id to the words that forbid it
    links: dict[int, tuple[str, Draft]] = field(default_factory=dict)  # id(draft) to what it waits for
    gaps_s: dict[int, Fraction] = field(default_factory=dict)  # id(draft) to how long it waits
    stands_for: dict[int, Draft] = field(default_factory=dict)  # id(draft) to the one that was kept in its place
    decisions: list[Decision] = field(default_factory=list)
    room: str | None = None

    def decide(self, what: str, why: str) -> None:
        self.decisions.append(Decision(what, why))


def make_plan(reading: Reading) -> Plan:
    """The plan of a text whose clauses have their polarity. What is forbidden is in none of its drafts and places."""
    plan = Plan()
    _read_clauses(reading, plan)
    _read_exclusions(reading, plan)
    _obey_exclusions(plan)
    return plan


def _read_clauses(reading: Reading, plan: Plan) -> None:
    by_clause = [drafts(reading, clause) for clause in reading.clauses]
    found = [places(reading, clause) for clause in reading.clauses]
    by_clause = _without_denials(_without_things(by_clause))
    by_clause = _without_returns(reading, by_clause)
    pauses = [pause_s(reading, clause) for clause in reading.clauses]
    _attach_modifiers(reading, by_clause, found, pauses)
    for here in by_clause:
        for made in here:
            finish(made)
    by_clause = _without_recounts(reading, by_clause)
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


def _without_things(by_clause: list[list[Draft]]) -> list[list[Draft]]:
    """No shoes beside a walk: in "leather shoes on carpet, a slow walk" they say how the walk sounds."""
    named = {made.family.id for clause in by_clause for made in clause if made.pick.kind == "head"}
    return [
        [m for m in here if m.pick.kind == "head" or "." in m.pick.value or m.family.id not in named]
        for here in by_clause
    ]


def _without_denials(by_clause: list[list[Draft]]) -> list[list[Draft]]:
    """No second source for what it is not: "light rain, not heavy rain"."""
    asked = {made.family.id for here in by_clause for made in here if not made.clause.denies_degree}
    return [[m for m in here if not (m.clause.denies_degree and m.family.id in asked)] for here in by_clause]


def _without_recounts(reading: Reading, by_clause: list[list[Draft]]) -> list[list[Draft]]:
    """A clause that only counts speaks of the source before: "a ball bounces, four bounces", "chops wood, 5 hits"."""
    for before, here in zip(_last_filled(by_clause), by_clause, strict=True):
        if len(here) == 1 and before and _recounts(reading, here[0], before[-1]):
            before[-1].count = here[0].count
            here.clear()
    return by_clause


def _without_returns(reading: Reading, by_clause: list[list[Draft]]) -> list[list[Draft]]:
    """A clause that only says how the source before sounds: "footsteps on metal, running", 脚步声几乎听不见."""
    for before, here in zip(_last_filled(by_clause), by_clause, strict=True):
        made = here[0] if len(here) == 1 and before and here[0].family is before[-1].family else None
        says = (_says_gait, _says_level, _says_course)
        if made and any(each(reading, made, before[-1]) for each in says):
            add_words(reading, before[-1], range(made.clause.start, made.clause.end))
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


def _attach_modifiers(
    reading: Reading, by_clause: list[list[Draft]], found: list[list[PlaceFound]], pauses: list[Fraction | None]
) -> None:
    """Clauses that name nothing speak of a neighbour: the one before, or the one after where a sentence begins."""
    hushed = False  # by the first words for silence, which speak of all sources
    for clause, here, places_here, pause, before, after in zip(
        reading.clauses, by_clause, found, pauses, _last_filled(by_clause), _next_filled(by_clause), strict=True
    ):
        extra = _said_words(reading, clause)
        if before and ends_in_silence(reading, clause):
            _let_fade(reading, [made for drafts_there in by_clause for made in drafts_there], clause)
            continue
        if here or not extra or pause is not None or any(place.bare for place in places_here):
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


def _link(clauses: list[Clause], by_clause: list[list[Draft]], plan: Plan) -> None:
    """What waits for what: "then", "after the door closes"."""
    beside = zip(clauses, by_clause, _last_filled(by_clause), _next_filled(by_clause), strict=True)
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
    for here, before, gap_s in zip(by_clause, _last_filled(by_clause), gaps(reading, by_clause, pauses), strict=True):
        if gap_s is None or not before or before[-1].family.plain.layer is Layer.AMBIENT:
            continue
        for made in (before[-1], here[0]):
            if made.manner.times.start_s == later_s(reading, made.clause) == gap_s:
                made.manner.times = replace(made.manner.times, start_s=None)
        plan.links[id(here[0])] = ("after", before[-1])
        plan.gaps_s[id(here[0])] = gap_s


def _last_filled(by_clause: list[list[Draft]]) -> list[list[Draft]]:
    """For each clause the drafts of the nearest one before that has any."""
    last: list[list[Draft]] = [[]]
    for here in by_clause[:-1]:
        last.append(here or last[-1])
    return last[: len(by_clause)]


def _next_filled(by_clause: list[list[Draft]]) -> list[list[Draft]]:
    return _last_filled(by_clause[::-1])[::-1]


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


def _read_exclusions(reading: Reading, plan: Plan) -> None:
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


def _obey_exclusions(plan: Plan) -> None:
    gone = [draft for draft in plan.drafts if is_out(draft.entry.id, plan.excluded)]
    for draft in gone:
        plan.decide(f"no {draft.entry.id}", f"asked for in {draft.words!r}, but forbidden: a negation is a hard rule")
    plan.drafts = [draft for draft in plan.drafts if not any(draft is other for other in gone)]
    plan.places = [place for place in plan.places if not is_out(place.entry.id, plan.excluded)]


def is_out(entry: str, names: dict[str, str]) -> bool:
    return any(entry == name or entry.startswith(name + ".") for name in names)
