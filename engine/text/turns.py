"""Words for where a sound starts or stops: "the rain stops at 2 s" ends it then, and forbids no rain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from engine.text.clauses import Clause, Reading
from engine.text.ontology import ontology
from engine.text.time_phrases import TimeMark
from engine.text.tokens import Match

KINDS = ("starts", "stops")
PERFECT = frozenset(("has", "have", "had", "已", "已经"))
STOPPED = frozenset(("停", "停了", "停止", "停下", "停下来"))
SUBJECTS = frozenset(("he", "she", "they", "we", "i", "it", "who", "他", "她", "他们", "她们", "我", "我们"))


@dataclass(frozen=True, slots=True)
class Turn:
    """A word that says that something starts or stops."""

    index: int
    kind: str  # one of KINDS


def turn_at(reading: Reading, index: int, territory: range) -> Turn | None:
    """The start or stop that a time in the territory is said of: the nearest, with no other time between."""
    found = [Turn(at, kind) for at in territory for kind in KINDS if at != index and _says(reading, at, kind)]
    near = [turn for turn in found if not _parted(reading, *sorted((turn.index, index)))]
    return min(near, key=lambda turn: (abs(turn.index - index), turn.index), default=None)


def is_said_of_sound(reading: Reading, clause: Clause, match: Match) -> bool:
    """Whether a word for stopping tells what a sound does, or when; else it is an order against what it names.

    "The rain stops" and "stop the rain at 2 s" let it rain till then; "stop the rain" and "the rain has stopped" don't.
    """
    if not match.has("stops"):
        return False
    tokens = reading.tokens
    kept = next((other.start for other in reading.ruled(match.end, clause.end, "except")), clause.end)
    if any(_is_moment(reading, index) for index in range(clause.start, kept)):
        return True
    before = tokens[clause.start : match.start]
    if any(token.text in PERFECT for token in before):
        return False
    told = any(pick.first < match.start for pick in clause.heads()) or any(t.text in SUBJECTS for t in before)
    inflected = tokens[match.start].text != tokens[match.start].key and match.size == 1
    return tokens[match.start].key == "stop" and (told or inflected)


def ends_by_itself(reading: Reading, territory: range) -> int | None:
    """The word that says that a sound stops, no time said: "the rain stops, then birds sing"."""
    if any(
        reading.tokens[index].time or reading.tokens[index].means("negation")
        for index in territory
        if not _is_stop(reading, index)
    ):
        return None
    named = False
    for index in territory:
        token = reading.tokens[index]
        if named and (token.key == "stop" or token.text in STOPPED) and _says(reading, index, "stops"):
            return index
        named = named or token.means("head")
    return None


def pause_s(reading: Reading, clause: Clause) -> Fraction | None:
    """How long a clause that names nothing has one wait: "a two second pause", 停顿两秒."""
    if clause.heads() or not any(reading.tokens[at].means("pauses") for at in range(clause.start, clause.end)):
        return None
    for index in range(clause.start, clause.end):
        mark = reading.tokens[index].time
        if (
            mark
            and not mark.wrong
            and not reading.tokens[index].text.startswith(MOMENTS)
            and (mark.at_s or mark.end_s is not None or mark.lasts_s is not None)
        ):
            reading.take((index,))
            return mark.at_s[0] if mark.at_s else mark.end_s or mark.lasts_s
    return None


MOMENTS = ("at ", "on ", "第", "到", "在")
"""How the words for a moment begin, which is no length."""


def is_beat(reading: Reading, clause: Clause) -> bool:
    """Whether a clause is a screenplay's pause, "Beat.", and no blow."""
    return clause.end - clause.start == 1 and reading.tokens[clause.start].text in ("beat", "pause", "停顿")


def ends_in_silence(reading: Reading, clause: Clause) -> bool:
    """Whether a clause says that silence follows, at no time that it tells: "then silence", 然后安静."""
    tokens = reading.tokens[clause.start : clause.end]
    if clause.joiner != "then" or any(token.time for token in tokens) or clause.picks:
        return False
    if any(reading.ruled(clause.start, clause.end, "nothing", "silence")):
        return True
    quiet = [token.text in QUIET for token in tokens]
    return any(quiet) and all(hush or token.means("function") for hush, token in zip(quiet, tokens, strict=True))


QUIET = frozenset(("安静", "静", "静下来", "安静下来", "quiet", "still"))


def later_s(reading: Reading, clause: Clause) -> Fraction | None:
    """How long after what came before: the two seconds of "two seconds later", 两秒后."""
    for index in range(clause.start, clause.end):
        token = reading.tokens[index]
        if token.time and token.time.start_s is not None and token.text.endswith(("later", "后")):
            return token.time.start_s
    return None


def ends_later(reading: Reading, clause: Clause) -> bool:
    """Whether a clause only says how long after it the next begins: 关门两秒后, "..."."""
    token = reading.tokens[clause.end - 1]
    return bool(token.time and token.text.endswith("后") and clause.heads())


def goes_on(reading: Reading, clause: Clause, match: Match) -> bool:
    """Whether the phrase is half of a double denial: "the rain never stops", 别让雨停."""
    stops = [at for at in range(clause.start, clause.end) if _is_stop(reading, at)]
    denied = [
        other for other in reading.ruled(clause.start, clause.end, "negation") if not _is_stop(reading, other.start)
    ]
    pairs = ((other, at) for other in denied for at in stops if other.end <= at)
    return any(match is other or match.start <= at < match.end for other, at in pairs) or _is_undone(reading, match)


NOT = frozenset(("not", "never", "cannot", "不", "没", "没有", "别", "不要", "不能", "不会", "不用"))
"""Denials of what is done; "no" and 无 deny things."""

NO = frozenset(("no", "none", "nor", "neither", "without", "无", *NOT))


def _is_undone(reading: Reading, match: Match) -> bool:
    """Whether the phrase is half of a denied removal: "don't mute the thunder", 别去掉雷声."""
    around = list(
        reading.ruled(max(match.start - 2, 0), min(match.end + 2, len(reading.tokens)), "negation", "turn_off")
    )
    after = reading.tokens[match.end] if match.end < len(reading.tokens) else None
    if (
        after
        and after.text == "关"
        and reading.tokens[match.start].key in NOT
        and _cannot_close(reading, match.end + 1)
    ):
        return True
    return any(
        match in (first, second)
        and reading.tokens[first.start].key in NOT
        and reading.tokens[second.start].key not in NO
        and second.start - first.end <= 1
        for first, second in pairwise(around)
    )


def _cannot_close(reading: Reading, index: int) -> bool:
    """Whether what is named here has no sound of closing, so that not to close it, 没关水龙头, lets it go on."""
    after = reading.tokens[index : index + 1]
    named = (m.value for token in after for match in token.matches for m in match.meanings if m.kind == "head")
    family = next((ontology().family(value) for value in named), None)
    return family is not None and not any(entry.id.endswith(".close") for entry in family.entries)


def _is_stop(reading: Reading, index: int) -> bool:
    return reading.tokens[index].key == "stop" or reading.tokens[index].text in STOPPED


def gaps(
    reading: Reading, sources: Sequence[Sequence[object]], pauses: Sequence[Fraction | None]
) -> list[Fraction | None]:
    """For each clause that names a source the seconds from the source before, where the words say."""
    gaps: list[Fraction | None] = []
    pending: Fraction | None = None
    for clause, here, pause in zip(reading.clauses, sources, pauses, strict=True):
        later = later_s(reading, clause) if here else None
        for_next = later is not None and ends_later(reading, clause)
        pending = pause if pause is not None else pending
        gaps.append((pending if later is None or for_next else later) if here else None)
        pending = later if for_next else None if here else pending
    return gaps


def turn_times(reading: Reading, clause: Clause) -> None:
    """Turn a denial for a part of the time into when there is sound: "no birds until 4 s", "no sound after 5 s"."""
    if _leaves_time(reading, clause):
        clause.scope, clause.negated = "", range(0)
        return
    held = _holds(reading, clause)
    if clause.scope not in ("negation", "nothing", "silence", "except") and held is None:
        return
    if clause.scope == "except" and not _excepts_time(reading, clause):
        return
    reading.take(() if held is None else (held,))
    for index in range(clause.start, clause.end):
        if turned := _turned(reading.tokens[index].time):
            reading.tokens[index].time = turned
            orders = {at for match in reading.ruled(clause.start, clause.end, "turn_off") for at in _tokens(match)}
            clause.picks = [pick for pick in clause.picks if orders.isdisjoint(pick.indices)]
            clause.scope, clause.negated = "", range(0)


HOLDS = frozenset(("hold", "delay", "withhold", "postpone"))


def _holds(reading: Reading, clause: Clause) -> int | None:
    """The order that lets a sound wait: "hold the music until 6 s"."""
    first = clause.start
    return first if clause.heads() and clause.heads()[0].first > first and reading.tokens[first].text in HOLDS else None


def _excepts_time(reading: Reading, clause: Clause) -> bool:
    """Whether an exception names only when: "footsteps except in the first 3 s"."""
    excepted = next(reading.ruled(clause.start, clause.end, "except"))
    after = any(pick.last >= excepted.end for pick in clause.picks)
    return not after and any(pick.last < excepted.start for pick in clause.heads())


def _leaves_time(reading: Reading, clause: Clause) -> bool:
    """Whether a denial leaves nothing but a stretch of time: "no footsteps except in the first 3 s"."""
    excepted = next(reading.ruled(clause.start, clause.end, "except"), None)
    if clause.scope not in ("negation", "only") or excepted is None:
        return False
    rest = range(excepted.end, clause.end)
    timed = any(reading.tokens[at].time for at in rest)
    denied = any(reading.ruled(clause.start, excepted.start, "negation", "turn_off"))
    return timed and denied and bool(clause.heads()) and not any(pick.last >= excepted.end for pick in clause.picks)


def _tokens(match: Match) -> range:
    return range(match.start, match.end)


def _turned(mark: TimeMark | None) -> TimeMark | None:
    """The time that a denied stretch leaves, before and after it; None for a moment."""
    if mark is None or mark.wrong:
        return None
    if mark.lasts_s is not None:
        return TimeMark(start_s=mark.lasts_s, turned=True)
    if mark.end_s is not None and not mark.start_s:
        return TimeMark(start_s=mark.end_s, turned=True)
    if mark.end_s is not None:
        later = TimeMark(start_s=mark.end_s, turned=True)
        return TimeMark(start_s=Fraction(0), end_s=mark.start_s, turned=True, again=later)
    return TimeMark(end_s=mark.start_s, turned=True) if mark.start_s is not None and mark.end_s is None else None


SWITCHES = frozenset(("turn", "turns", "switch", "switches", "shut", "shuts"))
NOUN_AFTER = frozenset(("on", "at", "after", "before", "with", "from", "by", "to"))
"""After these "cut", "start" and "end" are no verbs: "a whoosh on the cut at 1.5 s"."""


def _says(reading: Reading, index: int, kind: str) -> bool:
    token = reading.tokens[index]
    if kind == "stops" and token.text == "off":
        return any(each.text in SWITCHES for each in reading.tokens[max(index - 4, 0) : index])
    if not any(match.has(kind) for match in token.matches):
        return False
    before = reading.tokens[index - 1] if index else None
    if before is not None and before.text in NOUN_AFTER:
        return False
    after = reading.tokens[index + 1] if index + 1 < len(reading.tokens) else None
    acts = before is not None and (before.text in SUBJECTS or (before.means("picture") and not before.means("weak")))
    return not acts or (after is not None and after.means("head"))


def _parted(reading: Reading, first: int, last: int) -> bool:
    """Whether another time, or an exception, stands between: the 3 s of "mute all but the shot at 3 s" is its own."""
    between = range(first + 1, last)
    return any(reading.tokens[index].time for index in between) or any(reading.ruled(first + 1, last, "except"))


def _is_moment(reading: Reading, index: int) -> bool:
    """Whether a token is a time at which something may stop, not a stretch."""
    mark = reading.tokens[index].time
    if mark is None or mark.wrong or mark.end_s is not None or mark.end_share is not None:
        return False
    return bool(mark.at_s) or mark.start_s is not None or mark.at_share is not None
