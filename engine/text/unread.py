"""What the words say that nothing takes: unknown words, and known ones without effect. None of it is lost silently."""

from __future__ import annotations

from itertools import groupby

from engine.text import encoder
from engine.text.clauses import Clause, Reading
from engine.text.intent import Decision, Guess
from engine.text.lexicon import GRAMMAR, SLOT_TABLES, lexicon
from engine.text.ontology import ontology

LONGEST_GUESSED = 60
"""Characters; a longer run of unknown words is no name of anything."""

SAID = (
    "head",
    "part",
    "degrees",
    "pan",
    "pan_path",
    "distance",
    "implied_strength",
    "groups",
    "fade_in",
    "fade_out",
    "size",
)
SEEN = ("weak", "object", "place")
PLAIN = tuple(kind for kind in GRAMMAR if not kind.startswith("fade"))
"""Words that hold a sentence together, or tell only of the picture."""


def unknown_words(reading: Reading) -> tuple[list[Guess], list[str], list[Decision]]:
    """Unknown words with the nearest entries; those near to none; and what is said of those that were forbidden."""
    asked: list[str] = []
    unknown = [token.text for token in reading.tokens if token.time and token.time.wrong]
    decisions: list[Decision] = []
    for clause in reading.clauses:
        for words, negated in _unknown_runs(reading, clause):
            (unknown if negated or len(words) > LONGEST_GUESSED else asked).append(words)
            if negated:
                decisions.append(_nothing_excluded(words, "is not known"))
    decisions += [_no_timeline(token.text) for token in reading.tokens if token.time and token.time.of_timeline]
    unknown += [token.text for token in reading.tokens if token.kind == "sign"]
    near, told = _near_words(reading, asked)
    decisions += told
    asked = [words for words in dict.fromkeys(asked) if words not in [guess.words for guess in near]]
    guesses = near + (encoder.guesses(asked) if asked else [])
    guessed = {guess.words for guess in guesses}
    return guesses, list(dict.fromkeys(unknown + [words for words in asked if words not in guessed])), decisions


def _near_words(reading: Reading, asked: list[str]) -> tuple[list[Guess], list[Decision]]:
    """Guesses for words one letter away from the name of a sound, and what is told of those near to another word."""
    near = {token.text: token.nearly for token in reading.tokens if token.nearly and token.text in asked}
    guesses: list[Guess] = []
    decisions: list[Decision] = []
    for words, known in near.items():
        heads = [m.value for m in lexicon().meanings[(known,)] if m.kind == "head"]
        if heads:
            guesses.append(Guess(words, ((ontology().find(heads[0]).id, round(1 - 1 / len(words), 4)),)))
        else:
            decisions.append(
                Decision(f"nothing read for {words!r}", f"it may be {known!r}, one letter differs; it is not taken")
            )
    return guesses, decisions


def idle_words(reading: Reading) -> tuple[list[str], list[Decision]]:
    """Known words without effect: those that ask for something, and what is told of things that are only seen."""
    asked: list[str] = []
    decisions: list[Decision] = []
    for clause in reading.clauses:
        kinds = {index: _idle(reading, index, clause) for index in range(clause.start, clause.end)}
        for (kind, negated), run in groupby(kinds, key=lambda at: (kinds[at], at in clause.negated)):
            indices = list(run)
            words = reading.words(indices[0], indices[-1] + 1)
            if kind and negated:
                decisions.append(_nothing_excluded(words, "alone names no sound"))
            elif kind == "exception":
                decisions.append(Decision(f"no exception for {words!r}", "it names no sound or ground of its own"))
            elif kind == "number":
                words = reading.words(indices[0], (_counted_noun(reading, indices[-1]) or indices[-1]) + 1)
                decisions.append(Decision(f"no count from {words!r}", "it counts people or things, not sounds"))
            elif kind == "seen":
                decisions.append(
                    Decision(f"nothing sounds for {words!r}", "it is seen, but the words let nothing sound with it")
                )
            elif kind:
                asked.append(words)
    return list(dict.fromkeys(asked)), decisions


def _no_timeline(words: str) -> Decision:
    return Decision(f"no time from {words!r}", "a moment of the timeline needs timecode, such as 'at 01:00:02:00'")


def _nothing_excluded(words: str, why: str) -> Decision:
    return Decision(f"nothing excluded for {words!r}", f"{words!r} {why}, so nothing was excluded for it")


def _idle(reading: Reading, index: int, clause: Clause) -> str:
    """ "asked" or "seen" for a word that means something but did nothing; "" for all others."""
    token, rule = reading.tokens[index], reading.rules[index]
    if index in reading.taken:
        return ""
    if clause.excepts and not clause.picks and not token.means("prepositions", "on", "of"):
        return "exception"
    if token.means("weak", "object"):
        return "seen"
    if rule and rule.has(*PLAIN) and not rule.has(*SAID):
        return ""
    if token.time:
        return "" if token.time.wrong else "asked"
    if token.kind == "number" or (token.number is not None and token.text not in ("一", "one")):
        return "number" if _counted_noun(reading, index) else "asked"
    if token.kind != "word" or token.means(*PLAIN):
        return ""
    if token.means(*SEEN) or _is_adjective(reading, index, clause.end):
        return "seen"
    return "asked" if token.means(*SAID, *SLOT_TABLES) else ""


def _counted_noun(reading: Reading, index: int) -> int | None:
    """The people or things that a number counts: the "men" of "two old men"; None where no known word follows."""
    following = range(index + 1, min(index + 5, len(reading.tokens)))
    nouns = [at for at in following if reading.tokens[at].means("head", "person", *SEEN)]
    return next(iter(nouns), next((at for at in following[:1] if reading.tokens[at].means(*PLAIN)), None))


def _is_adjective(reading: Reading, index: int, end: int) -> bool:
    """Whether a word only tells how a thing of the picture is: the "big" of "a big house"."""
    if not reading.tokens[index].means("degrees", "size", *SLOT_TABLES):
        return False
    following = reading.tokens[index + 1] if index + 1 < end else None
    if following and following.text == "的" and index + 2 < end:
        following = reading.tokens[index + 2]
    return bool(following and following.means("picture", *SEEN)) or bool(
        following and index + 2 < end and _is_adjective(reading, index + 1, end)
    )


def _unknown_runs(reading: Reading, clause: Clause) -> list[tuple[str, bool]]:
    """Runs of unknown words in a clause, and whether a negation rules them."""
    groups = groupby(range(clause.start, clause.end), key=lambda index: _is_unknown(reading, index))
    runs = [list(run) for unknown, run in groups if unknown]
    return [(reading.words(run[0], run[-1] + 1), run[0] in clause.negated) for run in runs]


def _is_unknown(reading: Reading, index: int) -> bool:
    token = reading.tokens[index]
    if index in reading.taken or token.kind != "word" or token.number is not None or reading.rules[index] is not None:
        return False
    known = token.matches or lexicon().knows((token.key,))
    return not known and (len(token.text) > 1 or not token.text.isascii())
