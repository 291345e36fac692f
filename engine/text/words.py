"""The shape of words: one spelling for each, and light stems, so that "Walking" and "walks" are one word."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from engine.text.ontology import table

HAN = "\u3400-\u4dbf\u4e00-\u9fff\u3007"
ARTICLES = frozenset({"a", "an", "the", "his", "her", "its", "my", "your", "our", "their", "some", "any"})


def plain(text: str) -> str:
    """NFKC, lower case, simplified Chinese; without control and format characters. New lines end sentences."""
    lines = re.sub(r"[\r\n\u2028\u2029]+", " . ", unicodedata.normalize("NFKC", text))
    kept = (" " if unicodedata.category(c) in ("Cc", "Zs") else c for c in lines if unicodedata.category(c) != "Cf")
    spelled = "".join(kept).lower().replace("’", "'").replace("‘", "'").replace("`", "'")
    return _HEADING_ZH.sub(_place_zh, _HEADING.sub(_place, spelled.translate(_simplified())))


_HEADING = re.compile(r"\b(int|ext)\b\.?(?: ?/ ?(?:int|ext)\b\.?)? ([^.,;:\-–—]{2,40}?) *[-–—] *([a-z]+)\b *[.,;:]?")


def _place(heading: re.Match[str]) -> str:
    """A screenplay's heading as a phrase of place: "int. car - night" is "inside the car"."""
    where, place, time = heading.groups()
    return f"inside the {place} ." if where == "int" else f"{'night ' if time == 'night' else ''}{place} ."


_HEADING_ZH = re.compile(
    rf"([内外])景[ .:,/。、—-]*([{HAN}]{{1,12}}?)[ .:,/、—-]+"
    rf"(日|夜|晨|昏|白天|夜晚|晚上|清晨|早晨|黄昏|傍晚|黎明|下午)(?![{HAN}])"
)


def _place_zh(heading: re.Match[str]) -> str:
    """The same of a Chinese screenplay: "内景 厨房 夜" is 厨房里."""
    where, place, time = heading.groups()
    return f"{place}里。" if where == "内" else f"{'夜晚的' if time[0] in '夜晚' else ''}{place}。"


def is_han(text: str) -> bool:
    return bool(re.match(f"[{HAN}]", text))


KEY_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def is_slip(word: str, known: str) -> bool:
    """Whether a word with one mistake is a slip of the hand, not some other word.

    A letter too many, too few or in the wrong place, or a neighbour on the keyboard; "halfway" is no slip for
    "hallway".
    """
    if len(word) != len(known) or sorted(word) == sorted(known):
        return True
    wrong = [(one, other) for one, other in zip(word, known, strict=True) if one != other]
    return len(wrong) == 1 and _are_neighbours(*wrong[0])


def _are_neighbours(one: str, other: str) -> bool:
    places = {key: (row.index(key) + 0.5 * y, y) for y, row in enumerate(KEY_ROWS) for key in row}
    if one not in places or other not in places:
        return False
    (x, y), (u, v) = places[one], places[other]
    return abs(x - u) <= 1 and abs(y - v) <= 1


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The word without the endings -s, -es, -ies, -ing, -ed and a final e; irregular forms by table."""
    word = _irregular().get(word, word)
    if len(word) <= 3 or not word.isascii() or word in _irregular().values():
        return word.rstrip("e") if len(word) > 3 else word
    base = _without_ending(word)
    return base[:-1] if base.endswith("e") and len(base) > 3 else base


def stems(phrase: str) -> tuple[str, ...]:
    """The stems of a phrase of Latin words, without articles."""
    return tuple(stem(word) for word in re.findall(r"[^\W_]+", phrase.replace("'", "")) if word not in ARTICLES)


def _without_ending(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3 and re.search("[aeiouy]", base):
            return _undoubled(base)
    return word


def _undoubled(base: str) -> str:
    doubled = len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz"
    return base[:-1] if doubled else base


@cache
def _irregular() -> dict[str, str]:
    forms: dict[str, str] = table("grammar")["irregular"]
    return forms


@cache
def _simplified() -> dict[int, str]:
    pairs: str = table("grammar")["traditional"]
    return {ord(old): new for old, new in zip(pairs[::2], pairs[1::2], strict=True)}
