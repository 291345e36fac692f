"""Compare what the reader of words understood with what an editor meant, slot by slot.

A gold file is a list of prompts with `gold`: one meaning, or a list of meanings that are all fair. A meaning:
`sources`, `excluded`, `silent`, `room`, and what is neither asked nor wrong: `may` (families that may sound too),
`may_exclude`. In a source, `entry` is a family ("rain": the words name no kind of it) or an entry ("rain.metal").
A list means "any of these", null in it "or nothing said"; `"*"` among the excluded: all that nobody asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from engine.text.intent import Intent, Source, Times
from engine.text.ontology import ontology
from engine.types import Json

NEAR_M, FAR_M = 1.5, 6.0


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing said about one source ("of"), or about the whole prompt."""

    kind: str
    value: str
    of: str = ""

    def __str__(self) -> str:
        return f"{self.of + ': ' if self.of else ''}{self.kind} {self.value}"


@dataclass(frozen=True, slots=True)
class Want:
    """What the words say: any of the values; optional when a reader may also hear nothing there."""

    kind: str
    values: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What of one prompt was understood, what was not, what was invented, and which negations were broken."""

    hits: tuple[Slot, ...] = ()
    missing: tuple[Slot, ...] = ()
    extra: tuple[Slot, ...] = ()
    disobeyed: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        return len(self.missing) + len(self.extra)

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(
            self.hits + other.hits,
            self.missing + other.missing,
            self.extra + other.extra,
            self.disobeyed + other.disobeyed,
        )


def f1(hits: int, missing: int, extra: int) -> float:
    """The harmonic mean of precision and recall; 1 when there was nothing to say and nothing was said."""
    return 2 * hits / (2 * hits + missing + extra) if hits + missing + extra else 1.0


def judge(intent: Intent, gold: Json) -> Verdict:
    """The verdict by the fairest of the gold meanings."""
    meanings = gold if isinstance(gold, list) else [gold]
    verdicts = [_judge_meaning(intent, meaning) for meaning in meanings]
    return min(verdicts, key=lambda verdict: (len(verdict.disobeyed), verdict.errors))


def _judge_meaning(intent: Intent, meaning: Json) -> Verdict:
    whole = _compare(_whole_wants(meaning), _whole_claims(intent), "")
    return whole + _judge_sources(intent, meaning) + _judge_excluded(intent, meaning)


def _whole_wants(meaning: Json) -> list[Want]:
    wants = [_want("room", meaning["room"])] if "room" in meaning else []
    return [*wants, Want("silent", ("yes",))] if meaning.get("silent") else wants


def _whole_claims(intent: Intent) -> list[Slot]:
    said = [Slot("silent", "yes")] if intent.silent else []
    return [*said, Slot("room", intent.room)] if intent.room else said


def _judge_sources(intent: Intent, meaning: Json) -> Verdict:
    golds: Sequence[Json] = meaning["sources"]
    pairs = _match(golds, intent)
    verdict = Verdict()
    for number, gold in enumerate(golds):
        source = intent.sources[pairs[number]] if number in pairs else None
        verdict += _judge_source(gold, source, intent)
    neutral = meaning.get("may", [])
    for place, source in enumerate(intent.sources):
        if place not in pairs.values() and _family(source.entry) not in neutral:
            verdict += Verdict(extra=tuple(_claims({}, source, intent)))
    return verdict


def _match(golds: Sequence[Json], intent: Intent) -> dict[int, int]:
    """Gold source to understood source of the same family, so that most slots agree."""
    if not golds or not intent.sources:
        return {}
    agreement = np.array([[_agreement(gold, source, intent) for source in intent.sources] for gold in golds])
    rows, columns = linear_sum_assignment(agreement, maximize=True)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True) if agreement[row, column] > 0}


def _agreement(gold: Json, source: Source, intent: Intent) -> float:
    if _family(source.entry) not in {_family(entry) for entry in _listed(gold["entry"])}:
        return 0.0
    verdict = _judge_source(gold, source, intent)
    return 1000.0 + len(verdict.hits) - verdict.errors


def _judge_source(gold: Json, source: Source | None, intent: Intent) -> Verdict:
    of = _family(source.entry if source else str(_listed(gold["entry"])[0]))
    claims = _claims(gold, source, intent) if source else []
    return _compare(_source_wants(gold, of), claims, of)


def _source_wants(gold: Json, family: str) -> list[Want]:
    entries = [str(entry) for entry in _listed(gold["entry"]) if _family(str(entry)) == family]
    leaves = tuple(_leaf(entry) for entry in entries if "." in entry)
    plain = tuple(_leaf(ontology().family(family).default) for entry in entries if "." not in entry)
    wants = [Want("family", (family,)), Want("leaf", leaves + plain, optional=bool(plain))]
    wants += [_want(kind, value) for kind, value in gold.items() if kind not in ("entry", "times")]
    return wants + [_want("time", value) for value in gold.get("times", [])]


def _claims(gold: Json, source: Source, intent: Intent) -> list[Slot]:
    """What the reader says about a source, beyond what its family means without words."""
    entry, family = ontology().find(source.entry), ontology().family(source.entry)
    said = [("family", family.id)]
    if gold or entry.id != family.default:
        said.append(("leaf", _leaf(entry.id)))
    said += [(k, v) for k, v in source.params.items() if isinstance(v, str) and (k in gold or v != entry.slots.get(k))]
    said += [("level", sign) for sign in _level_signs(source)]
    said += [("speed", sign) for sign in _speed_signs(source)]
    said += _sign("density", source.density - 1, "sparser", "denser")
    said += _sign("pan", source.pan or 0.0, "left", "right")
    said += [("count", str(source.count))] if source.count is not None else []
    said += [("distance", _distance_class(source.distance_m))] if source.distance_m is not None else []
    said += [("time", time) for time in _time_claims(source.times, intent)]
    return [Slot(kind, value, family.id) for kind, value in said]


def _level_signs(source: Source) -> list[str]:
    """Louder or softer, whether it is said as gain or as force; both only if the two contradict each other."""
    entry, family = ontology().find(source.entry), ontology().family(source.entry)
    forces = [slot for slot in family.strength if slot in source.params and slot in entry.slots]
    changes = [source.gain_db] + [float(source.params[slot]) - float(entry.slots[slot]) for slot in forces]
    return sorted({sign for change in changes for _, sign in _sign("level", change, "softer", "louder")})


def _speed_signs(source: Source) -> list[str]:
    entry, family = ontology().find(source.entry), ontology().family(source.entry)
    rates = [s for s in ("speed", "rate_hz") if s in source.params and s in entry.slots and s not in family.strength]
    changes = [source.speed - 1] + [float(source.params[slot]) - float(entry.slots[slot]) for slot in rates]
    if source.times.every_s is not None:
        changes = changes[:1]
    return sorted({sign for change in changes for _, sign in _sign("speed", change, "slower", "faster")})


def _time_claims(times: Times, intent: Intent) -> list[str]:
    said = [f"at {float(time):g}" for time in times.at_s]
    for name, time in (("start", times.start_s), ("end", times.end_s), ("every", times.every_s)):
        said += [f"{name} {float(time):g}"] if time is not None else []
    families = {source.id: _family(source.entry) for source in intent.sources}
    for name, other in (("after", times.after), ("before", times.before)):
        said += [f"{name} {families.get(other, other)}"] if other is not None else []
    return said + ["fade_in"] * times.fade_in + ["fade_out"] * times.fade_out


def _compare(wants: Iterable[Want], claims: Iterable[Slot], of: str) -> Verdict:
    """Claims that are wanted are hits, others extra; optional wants that are met count for nothing."""
    hits, missing, extra = [], [], list(claims)
    for want in wants:
        met = next((claim for claim in extra if claim.kind == want.kind and claim.value in want.values), None)
        if met:
            extra.remove(met)
        if met and not want.optional:
            hits.append(met)
        elif not met and not want.optional:
            missing.append(Slot(want.kind, "|".join(want.values), of))
    return Verdict(tuple(hits), tuple(missing), tuple(extra))


def _judge_excluded(intent: Intent, meaning: Json) -> Verdict:
    wanted = [[str(entry) for entry in _listed(item)] for item in meaning.get("excluded", [])]
    kept = [any(_is_out(intent, entry, meaning) for entry in item) for item in wanted]
    fair = [entry for item in wanted for entry in item] + meaning.get("may_exclude", [])
    surplus = [out for out in intent.excluded if "*" not in fair and not any(_within(out, entry) for entry in fair)]
    broken = ["|".join(item) for item, done in zip(wanted, kept, strict=True) if not done]
    if meaning.get("silent") and (intent.sources or not intent.silent):
        broken.append("silent")
    return Verdict(
        hits=tuple(Slot("excluded", "|".join(item)) for item, done in zip(wanted, kept, strict=True) if done),
        missing=tuple(Slot("excluded", item) for item in broken if item != "silent"),
        extra=tuple(Slot("excluded", out) for out in surplus),
        disobeyed=tuple(broken),
    )


def _is_out(intent: Intent, entry: str, meaning: Json) -> bool:
    """Whether this entry is silenced and not sounded; `*` is every family that the words do not ask for."""
    if entry != "*":
        return intent.excludes(entry) and not any(_within(source.entry, entry) for source in intent.sources)
    asked = {_family(str(name)) for gold in meaning["sources"] for name in _listed(gold["entry"])}
    others = set(ontology().families) - asked - set(meaning.get("may", []))
    return all(intent.excludes(family) for family in others) and not others & {
        _family(source.entry) for source in intent.sources
    }


def _want(kind: str, value: Json) -> Want:
    values = _listed(value)
    return Want(kind, tuple(str(v) for v in values if v is not None), optional=None in values)


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _sign(kind: str, change: float, below: str, above: str) -> list[tuple[str, str]]:
    return [] if abs(change) < 0.01 else [(kind, above if change > 0 else below)]


def _distance_class(distance_m: float) -> str:
    return "near" if distance_m <= NEAR_M else "far" if distance_m >= FAR_M else "middle"


def _within(entry: str, other: str) -> bool:
    return entry == other or entry.startswith(other + ".")


def _family(entry: str) -> str:
    return entry.partition(".")[0]


def _leaf(entry: str) -> str:
    return entry.partition(".")[2]
