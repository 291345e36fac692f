"""How many sounds the words count: "twice", 敲三下, "three knocks"."""

from __future__ import annotations

from engine.text.clauses import Reading
from engine.text.ontology import Family
from engine.text.picks import Pick
from engine.text.words import is_han

THINGS_ZH = frozenset("只条辆位名扇块把张颗盏头匹群座间双杯本根支枚艘台架")
"""Measure words of things; 下, 声 and 次 count sounds, and 个 either."""


def count_of(reading: Reading, names: list[Pick], territory: range, family: Family) -> tuple[int, str] | None:
    """A count of sounds and its words: "twice", 敲三下, "three knocks".

    A number of things counts sounds only where each thing sounds once: "three coins drop", not "three balls bounce".
    """
    for index in territory:
        token = reading.tokens[index]
        words = reading.words(index, min(index + 2, territory.stop))
        if token.text in ("once", "twice", "thrice"):
            reading.take((index,))
            return ("once", "twice", "thrice").index(token.text) + 1, token.text
        if token.number is None or token.number.denominator != 1 or not 1 <= token.number <= 100:
            continue
        if cross := _cross_at(reading, index, territory):
            reading.take((index, cross))
            first, last = sorted((index, cross))
            return int(token.number), reading.words(first, last + 1)
        following = reading.tokens[index + 1] if index + 1 < territory.stop else None
        if following and following.means("times_word") and (token.number > 1 or following.text in ("下", "次")):
            reading.take((index,))
            return int(token.number), words
        does_each = [pick for pick in names if _is_object(index, pick)]
        if not family.counted or (_counts_things(reading, index, family) and not family.each and not does_each):
            continue
        if named := [pick.last for pick in names if pick in does_each or _counts_name(reading, index, pick)]:
            reading.take((index,))
            return int(token.number), reading.words(index, min(named) + 1)
    return None


CROSSES = frozenset(("x", "×", "*"))


def _cross_at(reading: Reading, index: int, territory: range) -> int | None:
    """The sign that makes a number a count: "x2", "×3", "3x knock"."""
    return next((at for at in (index - 1, index + 1) if at in territory and reading.tokens[at].text in CROSSES), None)


def _counts_things(reading: Reading, index: int, family: Family) -> bool:
    """Whether a number counts things: "three hammers", 三个球弹跳; not "three hammer blows", 敲三下."""
    at = index + 1
    while at < len(reading.tokens) and (
        reading.tokens[at].means("measure", "degrees", "size", "material") or reading.tokens[at].text == "of"
    ):
        at += 1
    if at >= len(reading.tokens):
        return False
    noun = reading.tokens[at]
    if is_han(noun.text):
        if reading.tokens[index + 1].text in THINGS_ZH and noun.text[-1] not in "声音响":
            return True
        return noun.means("object", "weak") or noun.text.startswith(tuple(family.things) or ("\0",))
    return noun.text.endswith("s") and (noun.means("object", "weak") or noun.text in family.things)


def _is_object(index: int, pick: Pick) -> bool:
    """Whether the number counts what a verb is done to, each once: "types ten keys"."""
    return pick.scattered and pick.first < index and index + 1 == pick.last


def _counts_name(reading: Reading, index: int, pick: Pick) -> bool:
    """Whether the number stands before the name with nothing but adjectives between: "three loud knocks"."""
    if not index < pick.first <= index + 4:
        return False
    between = reading.tokens[index + 1 : pick.first]
    number = reading.tokens[index].number
    if not between and len(pick.indices) == 1 and reading.tokens[index].text == "一":
        return False
    plain = all(
        t.text == "of" or t.means("degrees", "measure", "material", "size", "more", "of", "times_word") for t in between
    )
    return plain and number is not None and (number > 1 or reading.tokens[index].text in ("one", "1"))
