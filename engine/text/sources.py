"""Clauses into drafts of sources: which names sound, and which words around belong to which name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from engine.text.asked import is_absorbed, is_asked, is_surface
from engine.text.clauses import Clause, Reading
from engine.text.counts import count_of
from engine.text.lexicon import lexicon
from engine.text.manner import BEGINNING_S, Manner, end_lengths, read_manner
from engine.text.ontology import Entry, Family, ontology
from engine.text.picks import Pick
from engine.text.slots import leaf, read_slots, sized, strength
from engine.text.splash import thing_in
from engine.text.words import is_han
from engine.types import Layer

BEFORE_PLACES = ("在", "从", "穿过", "沿着", "于", "位于", "走过", "走进", "跑过", "进入", "来到", "经过", "路过")
Params = dict[str, float | str]
STEP_DB = 4.0
"""What "heavy" adds to a source that has nothing else to turn."""


@dataclass(slots=True)
class Draft:
    """A source in the making."""

    pick: Pick
    family: Family
    clause: Clause
    territory: range
    entry: Entry
    params: Params
    manner: Manner
    words: str
    count: tuple[int, str] | None = None

    @property
    def says_nothing(self) -> bool:
        return not self.params and self.manner.says_nothing and self.count is None


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place that the words name; bare, it asks for its ambience too."""

    entry: Entry
    pick: Pick
    clause: Clause
    bare: bool


def drafts(reading: Reading, clause: Clause) -> list[Draft]:
    """What the clause asks to sound, in the order of its words."""
    picks = _sounding(reading, clause)
    return [
        draft(reading, clause, pick, territory)
        for pick, territory in zip(picks, _territories(reading, clause, picks), strict=True)
    ]


def draft(reading: Reading, clause: Clause, pick: Pick, territory: range) -> Draft:
    family = ontology().family(pick.value)
    slots = read_slots(reading, family, pick, territory)
    if family.id == "splash" and (thing := thing_in(reading, territory)):
        slots["size_m"] = thing[1]
        reading.take(thing[:1])
    manner = read_manner(reading, territory, _taken(clause), family.id)
    entry, params = leaf(family, pick, slots)
    words = reading.words(clause.start, clause.end)
    made = Draft(pick, family, clause, territory, entry, sized(reading, entry, params, territory), manner, words)
    own = lexicon().pattern_words.get(family.id, frozenset())
    reading.take(index for index in territory if reading.tokens[index].key in own)
    made.count = count_of(reading, _alike(clause, pick), territory, family)
    return made


def _alike(clause: Clause, pick: Pick) -> list[Pick]:
    """The names of one thing in a clause: the "steps" and "metal stairs" of "ten steps on metal stairs"."""
    return [pick, *(other for other in clause.picks if other.kind == "head" and other.family == pick.family)]


def add_words(reading: Reading, made: Draft, extra: range) -> None:
    """Let a clause that names nothing speak of this source: "footsteps, leather shoes, far away"."""
    slots = read_slots(reading, made.family, made.pick, extra)
    _give_back(reading, made, slots, extra)
    more = read_manner(reading, extra, frozenset(), made.family.id)
    made.entry, params = leaf(made.family, made.pick, {**slots, **made.params})
    made.params = sized(reading, made.entry, params, extra)
    made.manner = made.manner.joined(more)
    made.count = made.count or count_of(reading, [made.pick], extra, made.family)


def _give_back(reading: Reading, made: Draft, slots: Params, extra: range) -> None:
    """Words for a slot that is said already had no effect: the first holds."""
    late = {value for slot, value in slots.items() if made.params.get(slot, value) != value}
    for index in extra:
        values = [m.value.partition(" ")[0] for match in reading.tokens[index].matches for m in match.meanings]
        if not late.isdisjoint(values):
            reading.taken.discard(index)


def finish(made: Draft) -> None:
    """Turn the strength of the words into the slot that carries it, or into level where there is none."""
    end_lengths(made.manner)
    _clear_fades(made.manner)
    if all(part.layer is Layer.AMBIENT for part in made.entry.parts):
        _begin_bed(made)
    steps = made.manner.steps
    if steps:
        slot = strength(made.entry, made.family, steps)
        made.params = {**slot, **made.params}
        made.manner.gain_db += 0.0 if slot else STEP_DB * steps


def _begin_bed(made: Draft) -> None:
    """A bed "at 2 s" sounds from then on: it has no single moment."""
    times = made.manner.times
    if times.start_s == 0 and times.end_s is None and times.end_share is None:
        times = made.manner.times = replace(times, start_s=None)  # a bed sounds from the start as it is
    if made.entry.parts and len(times.at_s) == 1 and times.start_s is None:
        made.manner.times = replace(times, at_s=(), start_s=times.at_s[0])
    elif made.entry.parts and len(times.at_share) == 1 and times.start_share is None:
        made.manner.times = replace(times, at_share=(), start_share=times.at_share[0])


def _clear_fades(manner: Manner) -> None:
    """A fade at the beginning or the end is no limit on when the source sounds."""
    times = manner.times
    if times.fade_in and times.end_s == BEGINNING_S:
        times = replace(times, start_s=None, end_s=None)
    if (times.fade_out or times.fade_in) and times.start_s == -BEGINNING_S:
        times = replace(times, start_s=None)
    manner.times = times


def places(reading: Reading, clause: Clause) -> list[PlaceFound]:
    """Places that the clause names, without those that a negation rules."""
    general = any(pick.family == "ambience" for pick in clause.heads())
    reading.take(i for pick in clause.picks if pick.kind == "place" and not clause.negates(pick) for i in pick.indices)
    return [
        PlaceFound(
            ontology().find(pick.value),
            pick,
            clause,
            general or not _is_locative(reading, clause, pick) or not ontology().find(pick.value).room,
        )
        for pick in clause.picks
        if pick.kind == "place" and not clause.negates(pick) and not is_trodden(reading, clause, pick)
    ]


def is_trodden(reading: Reading, clause: Clause, pick: Pick) -> bool:
    """Whether a place is only what somebody walks on: the grass of "runs on grass"."""
    walks = [other for other in clause.heads() if other.family == "footsteps"]
    ground = all(reading.tokens[index].means("ground") for index in pick.indices)
    return ground and bool(walks) and _is_locative(reading, clause, pick)


def _taken(clause: Clause) -> frozenset[int]:
    return frozenset(index for pick in clause.picks if pick.kind != "weak" for index in pick.indices)


def _sounding(reading: Reading, clause: Clause) -> list[Pick]:
    named = [p for p in clause.picks if not clause.negates(p) and (p.kind == "head" or is_asked(reading, clause, p))]
    reading.take(index for pick in named for index in pick.indices)
    if len({pick.family for pick in named}) > 1:
        named = [pick for pick in named if not is_surface(reading, clause, pick, named)]
        named = [pick for pick in named if not is_absorbed(reading, pick, named)]
    if any(pick.kind == "place" for pick in clause.picks):
        named = [pick for pick in named if pick.value != "ambience"]
    return list(_merged(named))


def _merged(named: list[Pick]) -> Iterator[Pick]:
    """One pick for each thing: "footsteps walking on gravel" is one family named twice."""
    alike: dict[str, list[Pick]] = {}
    for pick in named:
        alike.setdefault(pick.family, []).append(pick)
    for index, pick in enumerate(named):
        same = alike[pick.family]
        if _is_plainer_bed(pick, same):
            continue
        kinds = {other.value for other in same if "." in other.value}
        if "." in pick.value:
            if pick.value not in (other.value for other in named[:index]):
                yield pick
        elif not kinds and pick is same[0]:
            yield pick


def _is_plainer_bed(pick: Pick, same: list[Pick]) -> bool:
    """Whether a bed is named more closely beside: "ocean waves on a pebble beach" are one."""
    family = ontology().family(pick.value)
    special = any("." in other.value and other.value != family.default for other in same)
    return family.plain.layer.value == "ambient" and pick.value == family.default and special


def _territories(reading: Reading, clause: Clause, picks: list[Pick]) -> list[range]:
    """The tokens of the clause, shared among its names."""
    start, stop = clause.start, clause.end
    if clause.negated and picks:
        start, stop = (start, clause.negated.start) if clause.negated.start > picks[-1].last else (start, stop)
    borders = [start, *(_border(reading, a, b) for a, b in pairwise(picks)), stop]
    return [range(borders[index], max(borders[index], borders[index + 1])) for index in range(len(picks))]


def _border(reading: Reading, left: Pick, right: Pick) -> int:
    """Where the words of one name end and those of the next begin: at the last preposition between, else at once."""
    first, last = left.last + 1, right.first
    if first >= last:
        return max(first, left.first + 1)
    if is_han(reading.tokens[last].text):
        follows = reading.tokens[first].means("more") and not any(t.text == "的" for t in reading.tokens[first:last])
        return min(first + 2, last) if follows else first
    prepositions = [index for index in range(first, last) if reading.tokens[index].means("prepositions")]
    return prepositions[-1] if prepositions else first


def _is_locative(reading: Reading, clause: Clause, pick: Pick) -> bool:
    """Whether the place stands in a phrase of place: "in a large church", 教堂里."""
    if reading.tokens[pick.first].means("prepositions"):
        return True
    after = reading.tokens[pick.last + 1 : min(pick.last + 2, clause.end)]
    if is_han(reading.tokens[pick.last].text):
        if any(token.means("locative_after") for token in after) or reading.tokens[pick.last].text[-1] in "里上内中间":
            return True
        before = reading.tokens[max(clause.start, pick.first - 3) : pick.first]
        return any(token.text in BEFORE_PLACES for token in before)
    for index in range(pick.first - 1, clause.start - 1, -1):
        token = reading.tokens[index]
        if token.means("prepositions"):
            return True
        if token.means("head") and not token.means("picture", "material"):
            return False
    return False
