"""Words into intent: the one door of this room."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from engine.text.arrange import make_plan
from engine.text.clauses import Reading, read_clauses
from engine.text.intent import Guess, Intent, Source, Times
from engine.text.lengths import Clock
from engine.text.ontology import Entry, ontology
from engine.text.plan import Plan, is_out
from engine.text.polarity import negate
from engine.text.sources import Draft
from engine.text.splash import splashed
from engine.text.tokens import tokenise
from engine.text.turns import is_beat
from engine.text.unread import idle_words, unknown_words
from engine.text.words import HAN, plain
from engine.types import WordsError

MAX_CHARACTERS = 20_000
ONLY = "only what the words name may sound"
NOTHING_ELSE = "nothing else"
"""What is decided where the words shut out all that they do not name, in one decision for all families."""


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
    for clause in reading.clauses:
        clause.picks = [] if is_beat(reading, clause) else splashed(reading, clause)
    negate(reading)
    plan = make_plan(reading)
    guesses, unknown, told = unknown_words(reading)
    idle, more = idle_words(reading)
    plan.decisions.extend(told + more)
    return _intent(words, reading, plan, guesses, list(dict.fromkeys(unknown + idle)), accept_guesses)


def _intent(words: str, reading: Reading, plan: Plan, guesses: list[Guess], unknown: list[str], accept: bool) -> Intent:
    sources = _numbered(plan)
    sources += _ambiences(plan, reading, len(sources), bool(sources) or bool(plan.excluded))
    if accept:
        sources += _accepted(guesses, plan, len(sources))
    scopes = {clause.scope for clause in reading.clauses}
    silent = not sources and bool(scopes & {"nothing", "silence"})
    if sources and scopes & {"only", "nothing"}:
        _exclude_the_rest(plan, sources)
    for name, why in plan.excluded.items():
        if why != ONLY:
            plan.decide(f"nothing of {name}", f"forbidden in {why!r}")
    if ONLY in plan.excluded.values():
        plan.decide(NOTHING_ELSE, ONLY)
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


def _numbered(plan: Plan) -> list[Source]:
    ids = {id(draft): f"s{index}" for index, draft in enumerate(plan.drafts, start=1)}
    return [_source(draft, ids, plan) for draft in plan.drafts]


def _source(draft: Draft, ids: dict[int, str], plan: Plan) -> Source:
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
        pan=manner.pan if manner.pan_path is None else None,
        pan_path=manner.pan_path,
        distance_m=manner.distance_m,
    )


def _times(draft: Draft, ids: dict[int, str], plan: Plan) -> Times:
    relation, other = plan.links.get(id(draft), ("", draft))
    while id(other) in plan.stands_for:
        other = plan.stands_for[id(other)]
    if other is draft or id(other) not in ids:
        return draft.manner.times
    plan.decide(f"{ids[id(draft)]} {relation} {ids[id(other)]}", f"said in {draft.words!r}")
    times = replace(draft.manner.times, gap_s=plan.gaps_s.get(id(draft)))
    return replace(times, after=ids[id(other)]) if relation == "after" else replace(times, before=ids[id(other)])


def _ambiences(plan: Plan, reading: Reading, number: int, is_answered: bool) -> list[Source]:
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


def _accepted(guesses: list[Guess], plan: Plan, number: int) -> list[Source]:
    sources: list[Source] = []
    for guess in guesses:
        entry, likeness = guess.entries[0]
        if not is_out(entry, plan.excluded):
            name = f"s{number + len(sources) + 1}"
            why = f"{guess.words!r} is not known; this is the nearest in meaning ({likeness:.2f}), taken as a guess"
            plan.decide(f"{name} {entry}", why)
            sources.append(Source(name, entry, guess.words, guessed=True))
    return sources


def _exclude_the_rest(plan: Plan, sources: list[Source]) -> None:
    wanted = {source.entry.partition(".")[0] for source in sources}
    for family in ontology().families:
        if family not in wanted:
            plan.excluded.setdefault(family, ONLY)


def _say_spelling(reading: Reading, plan: Plan) -> None:
    for token in reading.tokens:
        if token.spelled:
            plan.decide(f"read {token.text!r} as {token.spelled!r}", "one letter differs")


def _language(text: str) -> str:
    han = len(re.findall(f"[{HAN}]", text))
    latin = len(re.findall(r"[a-z]+", text))
    if not han and not latin:
        return ""
    return "zh" if han >= latin else "en"
