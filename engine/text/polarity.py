"""What the words forbid: the reach of each negation, and the families that it silences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from engine.text.clauses import Clause, Reading
from engine.text.lexicon import lexicon, weight
from engine.text.ontology import ontology, table
from engine.text.picks import Pick
from engine.text.tokens import Match, Token
from engine.text.turns import NOT, QUIET, goes_on, is_said_of_sound, turn_times
from engine.text.words import is_han
from engine.types import Layer

HARMLESS = ("function", "measure", "prepositions", "sound_words", "joins_negation", "after_head_silent", "of")
"""Words that may follow a negation which looks back: "birds are not wanted"."""

WISHES = frozenset(
    ("hear", "heard", "want", "wanted", "need", "allow", "includ", "present", "wish", "audibl", "要", "有", "出现",
     "响", "加", "需要", "听到")
)  # fmt: skip


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
    _exceptions(reading)


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

KINDS = ("affirms", "nothing", "silence", "except", "only", "negation", "turn_off")


def _negate(reading: Reading, clause: Clause) -> None:
    found = [
        (kind, match)
        for match in reading.ruled(clause.start, clause.end, *KINDS)
        if (kind := _kind(reading, clause, match))
    ]
    if not found and _is_quiet_for_a_time(reading, clause):
        clause.scope = "silence"
        for index in range(clause.start, clause.end):
            if reading.tokens[index].text in QUIET:
                reading.rules[index] = None
                reading.take((index,))
    kinds = [kind for kind, _ in found]
    clause.denies_degree = any(_turns_degree(reading, m.end, clause.end) for m in _denials(reading, clause))
    if "only" in kinds or ("except" in kinds and _shuts_out_all(reading, clause, found)):
        clause.scope = "only"
    elif "silence" in kinds and clause.heads() and _is_silent_noun(reading, clause):
        clause.scope, clause.negated = "negation", range(clause.start, clause.end)
    elif "except" in kinds or "negation" in kinds:
        clause.scope, match = next((k, m) for k, m in found if k in ("except", "negation"))
        clause.negated = _reach(reading, clause, match.start, match.end)
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
    elif _ends_switched_off(reading, clause):
        clause.scope, clause.negated = "negation", range(clause.start, clause.end)


def _is_quiet_for_a_time(reading: Reading, clause: Clause) -> bool:
    """Whether a clause is nothing but a stretch of quiet: "quiet for the first 3 seconds", 前3秒安静."""
    tokens = reading.tokens[clause.start : clause.end]
    quiet = any(token.text in QUIET for token in tokens) and any(token.time for token in tokens)
    return quiet and all(token.text in QUIET or token.time or token.means("function") for token in tokens)


def _shuts_out_all(reading: Reading, clause: Clause, found: list[tuple[str, Match]]) -> bool:
    """Whether an exception is one from silence: "no sound except rain", "mute everything except the rain"."""
    if any(kind in ("nothing", "silence") for kind, _ in found):
        return True
    exception = next(match.start for kind, match in found if kind == "except")
    denied = any(kind in ("negation", "turn_off") for kind, _ in found)
    named = any(pick.first < exception for pick in clause.heads()) or _groups_in(reading, clause.start, exception)
    return denied and not named


def _denials(reading: Reading, clause: Clause) -> Iterator[Match]:
    return reading.ruled(clause.start, clause.end, "negation")


ORDERS = frozenset(("turn", "switch", "shut", "put", "pleas", "kill"))


def _is_order(reading: Reading, match: Match) -> bool:
    """Whether words that switch something off are told to the reader: nobody in the picture does it."""
    token, before = reading.tokens[match.start], reading.tokens[match.start - 1] if match.start else None
    asks = any(other.text in REQUESTS for other in reading.tokens[max(match.start - 3, 0) : match.start])
    if before and not asks and before.kind == "word" and (before.means("picture") or before.text in PRONOUNS):
        return False
    if token.text in HANDLED and not _is_sound(reading, match.end):
        return False
    return is_han(token.text) or token.text.removesuffix("e") == token.key.removesuffix("e")


REQUESTS = frozenset(("can", "could", "would", "will", "should", "shall", "may", "might", "let", "lets", "must"))
"""Words that make an order of "we lose the clock"."""

HANDLED = frozenset(("drop", "pull", "take", "strip", "cut"))
"""Words that switch a sound off, "drop the music", but are done to things: "drop the glass"."""


def _is_sound(reading: Reading, index: int) -> bool:
    """Whether a sound is named here or right after a word for how it is, and no thing of the picture."""
    for token in reading.tokens[index : index + 3]:
        if token.means("weak", "object") and not token.means("groups"):
            return False
        if token.means("head", "groups", "sound_words", "place"):
            return True
    return False


PRONOUNS = frozenset(("he", "she", "they", "we", "i", "it", "who", "他", "她", "他们", "她们", "我", "我们"))


def _ends_switched_off(reading: Reading, clause: Clause) -> bool:
    """Whether a lasting sound is told off: "music off", "turn the tv off"; an alarm that goes off is none."""
    heads = clause.heads()
    if not heads or reading.tokens[clause.end - 1].text != "off" or heads[-1].last != clause.end - 2:
        return False
    told = all(token.text in ORDERS for token in reading.tokens[clause.start : heads[0].first])
    return told and ontology().family(heads[-1].value).plain.layer is Layer.AMBIENT


def _kind(reading: Reading, clause: Clause, match: Match) -> str:
    """The kind of negation that a phrase is, "" where it is none: "not too loud", 一只, "just after"."""
    kind = next(kind for kind in KINDS if match.has(kind))
    token, before = reading.tokens[match.start], reading.tokens[match.start - 1] if match.start else None
    if match.has("affirms") or is_said_of_sound(reading, clause, match) or goes_on(reading, clause, match):
        return ""
    if kind == "nothing" and clause.joiner == "then":
        return "silence"
    if kind == "only" and _limits(reading, clause, match):
        return ""
    if kind == "negation" and any(reading.tokens[at].text in DROWNS for at in range(match.end, clause.end)):
        return ""
    if kind == "turn_off":
        return "negation" if _is_order(reading, match) else ""
    if kind == "negation" and _turns_degree(reading, match.end, len(reading.tokens)):
        return ""
    if token.key == "只" and before and before.number is not None:
        return ""
    if token.key == "just" and _is_shortly(reading, match.end, before):
        return ""
    return kind


DROWNS = frozenset(
    ("drown", "drowns", "overpower", "overpowers", "mask", "masks", "bury", "盖过", "压过", "盖住", "掩盖")
)
"""What one sound does to another: "don't let the traffic drown the steps" forbids neither."""


def _limits(reading: Reading, clause: Clause, match: Match) -> bool:
    """Whether "only" says when, where or how a thing sounds: "wind only from 3 to 6 s", 风声只在3秒到6秒."""
    rest = range(match.end, clause.end)
    if any(reading.ruled(match.end, min(match.end + 1, clause.end), "negation", "turn_off")):
        return True
    following = (reading.tokens[at] for at in rest if not reading.tokens[at].means("function", "prepositions"))
    first = next(following, None)
    if first and (first.time or first.means("at_beginning", "at_end")):
        return True
    heads = clause.heads()
    if not any(pick.first < match.start for pick in heads) or any(pick.first >= match.end for pick in heads):
        return False
    manners = ("degrees", "pan", "distance", "at_beginning", "at_end", "place", "fade_in", "fade_out", "picture")
    tokens = reading.tokens
    return any(tokens[at].time or tokens[at].number is not None or tokens[at].means(*manners) for at in rest)


def _is_shortly(reading: Reading, after: int, before: Token | None) -> bool:
    """Whether "just" says how near in time: "just before the end", "he just left"."""
    following = reading.tokens[after] if after < len(reading.tokens) else None
    soon = following is not None and (following.time is not None or following.means("before", "after"))
    return soon or (before is not None and before.kind == "word")


def _turns_degree(reading: Reading, index: int, end: int) -> bool:
    """Whether the negation only weakens a degree: "not too loud", 不太大, "don't make it so loud", 别下那么大."""
    if reading.tokens[index - 1].key not in NOT:
        return False
    end = min(end, index + DEGREE_REACH)
    end = next((at for at in range(index, end) if reading.tokens[at].kind in ("comma", "stop")), end)
    if reading.tokens[index - 1].key in ORDERED or reading.tokens[index].key in MAKES:
        index = next((at for at in range(index, end) if reading.tokens[at].means("too")), index)
    while index < end and reading.tokens[index].means("too", "more"):
        index += 1
    return index < end and reading.rule(index, "degrees", "size") is not None


ORDERED = frozenset(("别", "不要", "不能"))
DEGREE_REACH = 8
"""Tokens from a denial to the degree that it denies: "don't make the rain on the roof so loud"."""

MAKES = frozenset(("mak", "let", "have", "get", "be", "want", "需要", "让"))


def _is_silent_noun(reading: Reading, clause: Clause) -> bool:
    """Whether silence is said of something before it: "the dog is silent"."""
    silence = next(reading.ruled(clause.start, clause.end, "silence"))
    return clause.heads()[0].last < silence.start and silence.has("after_head_silent")


def _reach(reading: Reading, clause: Clause, first: int, after: int) -> range:
    """From the negation to the clause's end; over the whole clause where only the words before it can be meant."""
    rest = range(after, clause.end)
    names = [pick for pick in clause.picks if pick.last >= after]
    if reading.tokens[after - 1].text in REPLACES:
        return range(after, _replaced(reading, after, clause.end))
    if names or _groups_in(reading, after, clause.end):
        return rest
    looks_back = all(_is_harmless(reading, index) for index in rest)
    return range(clause.start, clause.end) if looks_back else range(first, clause.end)


REPLACES = frozenset(("of", "than", "代替", "取代", "而非"))
"""How the words end that put one thing in the place of another."""


def _replaced(reading: Reading, after: int, end: int) -> int:
    """Where what is replaced ends: the sand of "gravel instead of sand for the footsteps"."""
    aims = (index for index in range(after + 1, end) if reading.tokens[index].text in ("for", "under", "as", "when"))
    ones = (index + 1 for index in range(after, end) if reading.tokens[index].text in ("one", "ones"))
    return min(next(aims, end), next(ones, end))


def _is_harmless(reading: Reading, index: int) -> bool:
    token = reading.tokens[index]
    return token.key in WISHES or token.kind != "word" or token.means(*HARMLESS)


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
    grouped = {i for start, end, _ in _groups_in(reading, clause.start, clause.end) for i in range(start, end)}
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


def denies_only_degree(reading: Reading, clause: Clause, pick: Pick) -> bool:
    """Whether a negation means how a thing is, "no heavy rain", or a detail of it, "no heels"."""
    if pick.kind == "weak":
        return True
    start = min(clause.negated.start, pick.first)
    return any(reading.ruled(start, pick.last + 1, "degrees", "implied_strength", "distance"))


def _exceptions(reading: Reading) -> None:
    """ "Except for rain, no sound": what is excepted from silence is all that sounds."""
    for index, clause in enumerate(reading.clauses):
        beside = reading.clauses[max(index - 1, 0) : index + 2]
        if clause.scope == "except" and any(other.scope in ("nothing", "silence") for other in beside):
            clause.scope, clause.negated = "only", range(0)


def _groups(reading: Reading, clause: Clause) -> list[str]:
    """Families that a word for many of them forbids: "no animals"; a weightier name of one sound wins."""
    named = {i: pick.weight for pick in clause.picks if clause.negates(pick) for i in pick.indices}
    ids: list[str] = []
    for start, end, group in _groups_in(reading, clause.negated.start, clause.negated.stop):
        size = weight(tuple(token.key for token in reading.tokens[start:end]))
        apart = not any(index in named for index in range(start, end))
        if any(named.get(index, 0) > size for index in range(start, end)) or (apart and named):
            continue
        ids.extend(table("grammar")["groups"][group]["members"])
    return ids


def _groups_in(reading: Reading, start: int, end: int) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    index = start
    while index < end:
        match = next((m for m in reading.tokens[index].matches if m.has("groups") and m.end <= end), None)
        if match:
            found.append((match.start, match.end, match.value("groups") or ""))
        index = match.end if match else index + 1
    return found


def _excluded_id(value: str) -> str:
    """A named kind forbids that kind; the usual kind of an animal or a voice forbids them all."""
    family = ontology().family(value)
    whole = "." not in value or len(family.entries) == 1 or (value == family.default and not family.counted)
    return family.id if whole else value
