"""Plain text into tokens, each with every phrase that begins at it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from engine.text.lengths import Clock, number
from engine.text.lexicon import Lexicon, Meaning, lexicon, weight
from engine.text.time_phrases import TimeMark
from engine.text.times import marks
from engine.text.words import ARTICLES, HAN, is_slip, stem

STOPS = frozenset(".;!?:。;!?:…")
COMMAS = frozenset(",,/|+&\\\n")
LISTS = frozenset("、")
FIRST_SIGN = "\u2300"
"""From here on symbols are pictures; "°" and "™" before it are none."""

_PIECE = re.compile(rf"[{HAN}]+|(?:(?![{HAN}\d_])\w)+(?:'(?:(?![{HAN}\d_])\w)+)?|\d+(?:\.\d+)?|\S")


@dataclass(slots=True)
class Token:
    """One word, number, time or mark, and where it stands in the plain text."""

    text: str
    start: int
    end: int
    key: str = ""  # stem, or the Chinese word
    kind: str = "word"  # word, time, number, stop, comma, list, sign (an emoji), mark
    time: TimeMark | None = None
    number: Fraction | None = None
    spelled: str = ""  # the known word that was read in place of this one
    nearly: str = ""  # a known word with one other letter, which this may be or not
    matches: list[Match] = field(default_factory=list)  # longest first

    def means(self, *kinds: str) -> bool:
        """Whether the word by itself can be one of these kinds."""
        return any(match.size == 1 and match.has(*kinds) for match in self.matches)


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase in the text: tokens `start` up to `end`, and all that it can mean."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]
    weight: int

    @property
    def size(self) -> int:
        return self.end - self.start

    def has(self, *kinds: str) -> bool:
        return any(meaning.kind in kinds for meaning in self.meanings)

    def value(self, kind: str) -> str | None:
        """The first value of that kind, None if it means nothing of the kind."""
        return next((meaning.value for meaning in self.meanings if meaning.kind == kind), None)


def tokenise(text: str, clock: Clock) -> list[Token]:
    """Tokens of plain text (as `words.plain` gives it), articles dropped, phrases found."""
    tokens: list[Token] = []
    position = 0
    for start, end, mark in marks(text, clock):
        tokens.extend(_pieces(text, position, start))
        tokens.append(Token(text[start:end], start, end, kind="time", time=mark))
        position = end
    tokens.extend(_pieces(text, position, len(text)))
    for before, token in pairwise(tokens):
        if before.time and token.text == ":":
            token.kind = "mark"  # "2 s: a door slams" is one thought
        if before.text == "couple" and token.text == "of":
            before.number = Fraction(2)
    for index in range(len(tokens)):
        tokens[index].matches = _matches(tokens, index)
    return tokens


def _pieces(text: str, start: int, end: int) -> Iterator[Token]:
    for piece in _PIECE.finditer(text, start, end):
        word = piece.group()
        if re.match(f"[{HAN}]", word):
            yield from _chinese(word, piece.start())
        elif word[0].isalpha():
            yield from _latin(word, piece.start())
        else:
            yield _mark(word, piece.start())


def _mark(word: str, start: int) -> Token:
    token = Token(word, start, start + len(word), kind="mark")
    if word[0].isdigit():
        token.kind, token.number = "number", number(word)
    elif word in STOPS or unicodedata.category(word) == "Zp":
        token.kind = "stop"
    elif word in COMMAS:
        token.kind = "comma"
    elif word in LISTS:
        token.kind = "list"
    elif word >= FIRST_SIGN and unicodedata.category(word) == "So":
        token.kind = "sign"
    return token


def _latin(word: str, start: int) -> Iterator[Token]:
    end = start + len(word)
    if word.endswith("n't") or word in ("cannot", "dont", "doesnt"):
        yield Token("not", start, end, key="not")
        return
    word = word.removesuffix("'s").replace("'", "")
    if word in ARTICLES:
        return
    token = Token(word, start, end, key=stem(word), number=number(word))
    known = lexicon()
    if (
        not known.knows((token.key,))
        and not known.longest.get(token.key)
        and 6 <= len(word) <= 24
        and word.isascii()
        and (spelled := known.spelled(token.key))
    ):
        if is_slip(token.key, spelled):
            token.key = token.spelled = spelled
        else:
            token.nearly = spelled
    yield token


def _chinese(run: str, start: int) -> Iterator[Token]:
    """Longest match; characters that no word claims stay together as one unknown word."""
    known, position, unknown = lexicon(), 0, 0
    while position < len(run):
        length = _longest_word(run, position, known)
        if not length and run[position] not in "零一二两三四五六七八九十百半":
            position += 1
            continue
        if unknown < position:
            yield _word(run[unknown:position], start + unknown)
        length = length or 1
        yield _word(run[position : position + length], start + position)
        position += length
        unknown = position
    if unknown < position:
        yield _word(run[unknown:position], start + unknown)


def _word(word: str, start: int) -> Token:
    return Token(word, start, start + len(word), key=word, number=number(word))


NEGATIONS = frozenset("不没无别勿")


def _longest_word(run: str, position: int, known: Lexicon) -> int:
    length = _longest(run, position, known)
    if length < 2 or run[position] not in NEGATIONS:
        return length
    meanings = known.meanings[(run[position : position + length],)]
    after = _longest(run, position + 1, known)
    names = after >= length and any(
        m.kind == "head" for m in known.meanings[(run[position + 1 : position + 1 + after],)]
    )
    return 1 if names and all(m.kind in ("picture", "function") for m in meanings) else length  # 无人群 is 无 人群


def _longest(run: str, position: int, known: Lexicon) -> int:
    longest = min(known.longest_han, len(run) - position)
    return next((n for n in range(longest, 0, -1) if known.knows((run[position : position + n],))), 0)


def _matches(tokens: Sequence[Token], index: int) -> list[Match]:
    known, found = lexicon(), []
    for length in range(known.longest.get(tokens[index].key, 0), 0, -1):
        key = tuple(token.key for token in tokens[index : index + length])
        if len(key) == length and "" not in key and known.knows(key):
            found.append(Match(index, index + length, tuple(known.meanings[key]), weight(key)))
    return found
