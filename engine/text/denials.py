"""What kind of denial a phrase is, and where what looks like one is none."""

from __future__ import annotations

from engine.text.clauses import Clause, Reading
from engine.text.ontology import ontology
from engine.text.tokens import Match, Token
from engine.text.turns import NOT, QUIET, goes_on, is_said_of_sound
from engine.text.words import is_han
from engine.types import Layer

KINDS = ("affirms", "nothing", "silence", "except", "only", "negation", "turn_off")


def is_quiet_for_a_time(reading: Reading, clause: Clause) -> bool:
    """Whether a clause is nothing but a stretch of quiet: "quiet for the first 3 seconds", 前3秒安静."""
    tokens = reading.tokens[clause.start : clause.end]
    quiet = any(token.text in QUIET for token in tokens) and any(token.time for token in tokens)
    return quiet and all(token.text in QUIET or token.time or token.means("function") for token in tokens)


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


def ends_switched_off(reading: Reading, clause: Clause) -> bool:
    """Whether a lasting sound is told off: "music off", "turn the tv off"; an alarm that goes off is none."""
    heads = clause.heads()
    if not heads or reading.tokens[clause.end - 1].text != "off":
        return False
    if not all(reading.tokens[at].text in BE for at in range(heads[-1].last + 1, clause.end - 1)):
        return False
    told = all(token.text in ORDERS for token in reading.tokens[clause.start : heads[0].first])
    return told and ontology().family(heads[-1].value).plain.layer is Layer.AMBIENT


BE = frozenset(("is", "are", "be", "was", "stays", "should", "must", "goes", "to"))


def kind_of(reading: Reading, clause: Clause, match: Match) -> str:
    """The kind of negation that a phrase is, "" where it is none: "not too loud", 一只, "just after"."""
    kind = next(kind for kind in KINDS if match.has(kind))
    token, before = reading.tokens[match.start], reading.tokens[match.start - 1] if match.start else None
    if match.has("affirms") or is_said_of_sound(reading, clause, match) or goes_on(reading, clause, match):
        return ""
    if kind == "nothing" and clause.joiner == "then":
        return "silence"
    if kind == "negation" and _is_complaint(reading, clause, match):
        return ""
    if kind == "only" and _limits(reading, clause, match):
        return ""
    if kind == "negation" and any(reading.tokens[at].text in DROWNS for at in range(match.end, clause.end)):
        return ""
    if kind == "turn_off":
        return "negation" if _is_order(reading, match) else ""
    if kind in ("negation", "except") and turns_degree(reading, match.end, len(reading.tokens)):
        return ""
    if token.key == "只" and before and before.number is not None:
        return ""
    if token.key == "just" and _is_shortly(reading, match.end, before):
        return ""
    return kind


def _is_complaint(reading: Reading, clause: Clause, match: Match) -> bool:
    """Whether a sound that cannot be heard is to be raised: "I can't hear the clock, bring it up"."""
    heard = range(match.start, min(match.end + 2, clause.end))
    if not any(
        reading.tokens[at].text in ("hear", "听到", "听见", "听清") or reading.tokens[at].key in UNHEARD for at in heard
    ):
        return False
    following = reading.clauses[clause.place + 1 : clause.place + 2]
    raised = (reading.rule(at, "degrees") for each in following for at in range(each.start, each.end))
    return any(degree == "loud" for degree in raised) and not any(each.heads() for each in following)


UNHEARD = frozenset(("听不到", "听不见", "听不清"))

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


def turns_degree(reading: Reading, index: int, end: int) -> bool:
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


def is_silent_noun(reading: Reading, clause: Clause) -> bool:
    """Whether silence is said of something before it: "the dog is silent"."""
    silence = next(reading.ruled(clause.start, clause.end, "silence"))
    return clause.heads()[0].last < silence.start and silence.has("after_head_silent")
