"""Words into intent: the one door of this room."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

from engine.text import encoder
from engine.text.clauses import Clause, Reading, read_clauses
from engine.text.intent import Decision, Guess, Intent, Source, Times
from engine.text.lexicon import lexicon
from engine.text.ontology import Entry, ontology
from engine.text.polarity import excluded, negate
from engine.text.slots import leaf, read_slots
from engine.text.sources import Draft, PlaceFound, add_words, drafts, finish, places
from engine.text.times import Clock
from engine.text.tokens import tokenise
from engine.text.words import HAN, plain
from engine.types import WordsError

MAX_CHARACTERS = 20_000


@dataclass(slots=True)
class _Plan:
    """What was read so far."""

    drafts: list[Draft] = field(default_factory=list)
    places: list[PlaceFound] = field(default_factory=list)
    excluded: dict[str, str] = field(default_factory=dict)  # id to the words that forbid it
    links: dict[int, tuple[str, Draft]] = field(default_factory=dict)  # id(draft) to what it waits for
    decisions: list[Decision] = field(default_factory=list)
    room: str | None = None

    def decide(self, what: str, why: str) -> None:
        self.decisions.append(Decision(what, why))


def read_words(
    words: str,
    *,
    frame_rate: Fraction = Fraction(24),
    start_timecode: str | None = None,
    accept_guesses: bool = False,
) -> Intent:
    """What the words ask, in English, Chinese, or both mixed.

    `start_timecode` is that of the shot's first frame: times in the words are then counted from it. With
    `accept_guesses` the nearest meaning of an unknown word becomes a source. Raises WordsError for words that
    are too long to be a prompt.
    """
    if len(words) > MAX_CHARACTERS:
        raise WordsError(
            f"the words are {len(words)} characters long; a prompt has at most {MAX_CHARACTERS}: shorten them"
        )
    text = plain(words)
    reading = read_clauses(text, tokenise(text, Clock(frame_rate, start_timecode)))
    negate(reading)
    plan = _Plan()
    _read_clauses(reading, plan)
    _read_exclusions(reading, plan)
    _obey_exclusions(plan)
    guesses, unknown = _unknown(reading)
    return _intent(words, reading, plan, guesses, unknown, accept_guesses)


def _read_clauses(reading: Reading, plan: _Plan) -> None:
    by_clause = [drafts(reading, clause) for clause in reading.clauses]
    found = [places(reading, clause) for clause in reading.clauses]
    _attach_modifiers(reading, by_clause, found)
    for here in by_clause:
        for made in here:
            finish(made)
    _link(reading.clauses, by_clause, plan)
    plan.drafts = _without_repeats([made for here in by_clause for made in here], plan)
    _read_rooms(plan, [place.entry for here in found for place in here])
    plan.places = [place for here in found for place in here]


def _attach_modifiers(reading: Reading, by_clause: list[list[Draft]], found: list[list[PlaceFound]]) -> None:
    """Clauses that name nothing speak of a neighbour: the one before, or the one after where a sentence begins."""
    for clause, here, places_here, before, after in zip(
        reading.clauses, by_clause, found, _last_filled(by_clause), _next_filled(by_clause), strict=True
    ):
        if here or clause.scope or any(place.bare for place in places_here):
            continue
        opens = clause.joiner in ("first", "stop")
        target = (after[:1] or before[-1:]) if opens else (before[-1:] or after[:1])
        for made in target:
            add_words(reading, made, range(clause.start, clause.end))


def _link(clauses: list[Clause], by_clause: list[list[Draft]], plan: _Plan) -> None:
    """What waits for what: "then", "after the door closes"."""
    beside = zip(clauses, by_clause, _last_filled(by_clause), _next_filled(by_clause), strict=True)
    for clause, here, before, after in beside:
        if clause.anchors and here:
            relation, side = clause.anchors.split()
            for waiting in before if side == "previous" else after:
                plan.links[id(waiting)] = (relation, here[-1])
        elif clause.joiner == "then" and before:
            for waiting in here:
                plan.links[id(waiting)] = ("after", before[-1])


def _last_filled(by_clause: list[list[Draft]]) -> list[list[Draft]]:
    """For each clause the drafts of the nearest one before that has any."""
    last: list[list[Draft]] = [[]]
    for here in by_clause[:-1]:
        last.append(here or last[-1])
    return last[: len(by_clause)]


def _next_filled(by_clause: list[list[Draft]]) -> list[list[Draft]]:
    return _last_filled(by_clause[::-1])[::-1]


def _without_repeats(made: list[Draft], plan: _Plan) -> list[Draft]:
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
        plan.links = {key: (how, stays if other is goes else other) for key, (how, other) in plan.links.items()}
        if id(goes) in plan.links and id(stays) not in plan.links and plan.links[id(goes)][1] is not stays:
            plan.links[id(stays)] = plan.links[id(goes)]
    return kept


def _is_same(one: Draft, other: Draft) -> bool:
    if one.entry is other.entry:
        return one.says_nothing or other.says_nothing
    bare = one if "." not in one.pick.value else other
    return "." not in bare.pick.value and bare.says_nothing


def _read_rooms(plan: _Plan, named: list[Entry]) -> None:
    for entry in [*named, *(draft.entry for draft in plan.drafts)]:
        if entry.room and plan.room is None:
            plan.room = entry.room
            plan.decide(f"room {entry.room}", f"the words name the place {entry.id!r}")
        elif entry.room and entry.room != plan.room:
            plan.decide(f"not room {entry.room}", f"the first place named is {plan.room}")


def _read_exclusions(reading: Reading, plan: _Plan) -> None:
    for clause in reading.clauses:
        words = reading.words(clause.start, clause.end)
        for name in excluded(reading, clause):
            plan.excluded.setdefault(_narrowed(reading, clause, name), words)
        if clause.scope in ("negation", "except"):
            for pick in clause.picks:
                if pick.kind == "place" and clause.negates(pick):
                    plan.excluded.setdefault(pick.value, words)


def _narrowed(reading: Reading, clause: Clause, name: str) -> str:
    """The kind that the words narrow a family to: "no footsteps on gravel"."""
    family = ontology().family(name)
    pick = next((p for p in clause.picks if p.value == name and clause.negates(p)), None)
    if pick is None or not family.leaf_slot or "." in name:
        return name
    slots = read_slots(reading, family, pick, range(clause.negated.start, clause.negated.stop))
    return leaf(family, pick, slots)[0].id if family.leaf_slot in slots else name


def _obey_exclusions(plan: _Plan) -> None:
    gone = [draft for draft in plan.drafts if _is_out(draft.entry.id, plan.excluded)]
    for draft in gone:
        plan.decide(f"no {draft.entry.id}", f"asked for in {draft.words!r}, but forbidden: a negation is a hard rule")
    plan.drafts = [draft for draft in plan.drafts if not any(draft is other for other in gone)]
    plan.places = [place for place in plan.places if not _is_out(place.entry.id, plan.excluded)]


def _is_out(entry: str, names: dict[str, str]) -> bool:
    return any(entry == name or entry.startswith(name + ".") for name in names)


def _intent(
    words: str, reading: Reading, plan: _Plan, guesses: list[Guess], unknown: list[str], accept: bool
) -> Intent:
    sources = _numbered(plan)
    sources += _ambiences(plan, reading, len(sources), bool(sources) or bool(plan.excluded))
    if accept:
        sources += _accepted(guesses, plan, len(sources))
    scopes = {clause.scope for clause in reading.clauses}
    silent = not sources and bool(scopes & {"nothing", "silence"})
    if sources and scopes & {"only", "nothing"}:
        _exclude_the_rest(plan, sources)
    for name, why in plan.excluded.items():
        plan.decide(f"nothing of {name}", why if why.startswith("only") else f"forbidden in {why!r}")
    if silent:
        plan.decide("silence", "the words ask for no sound")
    _say_spelling(reading, plan)
    return Intent(
        words=words,
        language=_language(reading.text),
        sources=tuple(sources),
        excluded=tuple(plan.excluded),
        silent=silent,
        room=plan.room,
        guesses=tuple(guesses),
        not_understood=tuple(unknown),
        decisions=tuple(plan.decisions),
    )


def _numbered(plan: _Plan) -> list[Source]:
    ids = {id(draft): f"s{index}" for index, draft in enumerate(plan.drafts, start=1)}
    return [_source(draft, ids, plan) for draft in plan.drafts]


def _source(draft: Draft, ids: dict[int, str], plan: _Plan) -> Source:
    manner, name = draft.manner, ids[id(draft)]
    plan.decide(f"{name} {draft.entry.id}", f"asked for in {draft.words!r}")
    for slot, value in draft.params.items():
        plan.decide(f"{name} {slot} {value}", f"said in {draft.words!r}")
    for what, why in manner.notes:
        plan.decide(f"{name} {what}", f"the words {why!r}")
    if draft.count:
        plan.decide(f"{name} count {draft.count[0]}", f"the words {draft.count[1]!r}")
    if not draft.entry.plays:
        plan.decide(f"{name} does not sound", f"no instrument plays {draft.entry.id} yet")
    return Source(
        id=name,
        entry=draft.entry.id,
        words=draft.words,
        params=draft.params,
        gain_db=round(manner.gain_db, 2),
        speed=round(manner.speed, 3),
        density=round(manner.density, 3),
        count=draft.count[0] if draft.count else None,
        times=_times(draft, ids, plan),
        pan=manner.pan,
        distance_m=manner.distance_m,
    )


def _times(draft: Draft, ids: dict[int, str], plan: _Plan) -> Times:
    relation, other = plan.links.get(id(draft), ("", draft))
    if other is draft or id(other) not in ids:
        return draft.manner.times
    plan.decide(f"{ids[id(draft)]} {relation} {ids[id(other)]}", f"said in {draft.words!r}")
    times = draft.manner.times
    return replace(times, after=ids[id(other)]) if relation == "after" else replace(times, before=ids[id(other)])


def _ambiences(plan: _Plan, reading: Reading, number: int, is_answered: bool) -> list[Source]:
    """The beds of places that are named for themselves, and of any place where nothing else is asked."""
    wanted: list[tuple[Entry, str]] = []
    for place in plan.places:
        words = reading.words(place.clause.start, place.clause.end)
        if (place.bare or not is_answered) and place.entry not in [entry for entry, _ in wanted]:
            wanted.append((place.entry, words))
    sources: list[Source] = []
    for index, (entry, words) in enumerate(wanted, start=number + 1):
        plan.decide(f"s{index} {entry.id}", f"the place itself is asked for in {words!r}")
        sources.append(Source(f"s{index}", entry.id, words))
    return sources


def _accepted(guesses: list[Guess], plan: _Plan, number: int) -> list[Source]:
    sources: list[Source] = []
    for guess in guesses:
        entry, likeness = guess.entries[0]
        if not _is_out(entry, plan.excluded):
            name = f"s{number + len(sources) + 1}"
            plan.decide(f"{name} {entry}", f"guessed from {guess.words!r} (likeness {likeness:.2f}), as was allowed")
            sources.append(Source(name, entry, guess.words, guessed=True))
    return sources


def _exclude_the_rest(plan: _Plan, sources: list[Source]) -> None:
    wanted = {source.entry.partition(".")[0] for source in sources}
    for family in ontology().families:
        if family not in wanted:
            plan.excluded.setdefault(family, "only what the words name may sound")


def _say_spelling(reading: Reading, plan: _Plan) -> None:
    for token in reading.tokens:
        if token.spelled:
            plan.decide(f"read {token.text!r} as {token.spelled!r}", "one letter differs")


def _unknown(reading: Reading) -> tuple[list[Guess], list[str]]:
    """Unknown words with the nearest entries, and those that are near to none."""
    asked: list[str] = []
    unknown = [token.text for token in reading.tokens if token.time and token.time.wrong]
    for clause in reading.clauses:
        for words, negated in _unknown_runs(reading, clause):
            (unknown if negated else asked).append(words)
    asked = list(dict.fromkeys(asked))
    guesses = encoder.guesses(asked) if asked else []
    guessed = {guess.words for guess in guesses}
    return guesses, list(dict.fromkeys(unknown + [words for words in asked if words not in guessed]))


def _unknown_runs(reading: Reading, clause: Clause) -> list[tuple[str, bool]]:
    """Runs of unknown words in a clause, and whether a negation rules them."""
    runs: list[tuple[str, bool]] = []
    start: int | None = None
    for index in range(clause.start, clause.end + 1):
        if index < clause.end and _is_unknown(reading, index):
            start = index if start is None else start
        elif start is not None:
            runs.append((reading.words(start, index), start in clause.negated))
            start = None
    return runs


def _is_unknown(reading: Reading, index: int) -> bool:
    token = reading.tokens[index]
    if token.kind != "word" or token.number is not None or reading.rules[index] is not None:
        return False
    known = token.matches or lexicon().knows((token.key,))
    return not known and (len(token.text) > 1 or not token.text.isascii())


def _language(text: str) -> str:
    han = len(re.findall(f"[{HAN}]", text))
    latin = len(re.findall(r"[a-z]+", text))
    if not han and not latin:
        return ""
    return "zh" if han >= latin else "en"
