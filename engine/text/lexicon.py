"""Every word that is understood, and all that it can mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain

from engine.text.ontology import Family, Words, ontology, phrases, table
from engine.text.words import is_han, stems

Key = tuple[str, ...]
"""Latin stems, or one Chinese word."""

GRAMMAR = (
    "separators", "then", "after", "before", "but", "negation", "affirms", "turn_off", "except", "only", "nothing",
    "silence", "sound_words",
    "striker_by", "struck_by", "prepositions", "locative_after", "of", "more", "less", "too", "fade_in", "fade_out",
    "at_beginning", "at_end", "whole", "times_word", "measure", "picture", "function", "joins_negation",
    "after_head_silent", "on", "starts", "stops", "pauses", "falls",
    "waters", "person",
)  # fmt: skip
TABLES = ("degrees", "size", "pan", "pan_path", "distance", "groups", "implied_strength")
SLOT_TABLES = ("rain_surface", "ground", "shoe", "gait", "fabric", "vessel", "door_material", "material", "object")


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a word can mean."""

    kind: str  # "head", "weak", "place", a slot table, or a word class of the grammar
    value: str = ""  # family or entry id, slot value, degree ...


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words that name an entry when they stand in one clause, in any order: "door+slam"."""

    parts: tuple[Key, ...]
    meaning: Meaning

    @property
    def weight(self) -> int:
        return sum(weight(part) for part in self.parts)


def weight(key: Key) -> int:
    """How much a phrase says: two for each Latin word, one for each Chinese character."""
    return sum(len(word) if is_han(word) else 2 for word in key)


class Lexicon:
    """Phrases of both languages with their meanings."""

    def __init__(self) -> None:
        self.meanings: dict[Key, list[Meaning]] = defaultdict(list)
        self.patterns: dict[str, list[Pattern]] = defaultdict(list)  # by the first word of the first part
        for phrase, meaning in chain(_heads(), _slots(), _grammar()):
            self._add(phrase, meaning)
        self._pattern_parts()
        self._compounds()
        self.longest: dict[str, int] = defaultdict(int)  # first word of a phrase to the most words it begins
        for key in self.meanings:
            self.longest[key[0]] = max(self.longest[key[0]], len(key))
        self.longest_han = max(len(key[0]) for key in self.meanings if is_han(key[0]))

    def _add(self, phrase: str, meaning: Meaning) -> None:
        parts = tuple(_key(part) for part in phrase.split("+"))
        if len(parts) > 1:
            self.patterns[parts[0][0]].append(Pattern(parts, meaning))
        elif parts[0] and meaning not in self.meanings[parts[0]]:
            self.meanings[parts[0]].append(meaning)

    def _pattern_parts(self) -> None:
        for pattern in chain.from_iterable(self.patterns.values()):
            for part in pattern.parts:
                if Meaning("part") not in self.meanings[part]:
                    self.meanings[part].append(Meaning("part"))

    def _compounds(self) -> None:
        """A Chinese word made of a material and a thing means both: 金属杯."""
        for (word, *rest), meanings in list(self.meanings.items()):
            if rest or not is_han(word) or any(m.kind in ("material", "object") for m in meanings):
                continue
            for cut in range(1, len(word)):
                first, last = self.meanings.get((word[:cut],), []), self.meanings.get((word[cut:],), [])
                material = [m for m in first if m.kind == "material"]
                thing = [m for m in last if m.kind == "object"]
                if material and thing:
                    meanings.extend(material + thing)

    def knows(self, key: Key) -> bool:
        return key in self.meanings

    @cached_property
    def actions(self) -> dict[str, list[Pattern]]:
        """By family, the patterns of its entries without the nouns that name the family: "door+slam" is "slam"."""
        nouns = {family.id: {_key(phrase) for phrase in _nouns(family)} for family in _families()}
        found: dict[str, list[Pattern]] = defaultdict(list)
        for pattern in chain.from_iterable(self.patterns.values()):
            family = pattern.meaning.value.partition(".")[0]
            parts = tuple(part for part in pattern.parts if part not in nouns[family])
            if parts and parts != pattern.parts and pattern.meaning.kind == "head":
                found[family].append(Pattern(parts, pattern.meaning))
        return found

    @cached_property
    def pattern_words(self) -> dict[str, frozenset[str]]:
        """By family, the first word of each part of its patterns: what may be said of it in many words."""
        found: dict[str, set[str]] = defaultdict(set)
        for pattern in chain.from_iterable(self.patterns.values()):
            found[pattern.meaning.value.partition(".")[0]].update(part[0] for part in pattern.parts)
        return {family: frozenset(words) for family, words in found.items()}

    @cached_property
    def near_spellings(self) -> dict[str, str]:
        """Long known words with one letter left out, for words with one wrong letter."""
        near: dict[str, str] = {}
        for (word, *rest), meanings in self.meanings.items():
            if rest and any(m.kind == "distance" for m in meanings):
                word, rest = max([word, *rest], key=len), []  # the "distance" of "in the distance"
            if not rest and word.isascii() and len(word) >= 5 and any(m.kind in SPELLED for m in meanings):
                near.update({cut: word for cut in _cuts(word) if cut not in near})
        return near

    def spelled(self, word: str) -> str | None:
        """The known word that is one letter away from this one."""
        return next((self.near_spellings[cut] for cut in _cuts(word) if cut in self.near_spellings), None)


SPELLED = frozenset({"head", "place", "degrees", "distance", "negation", "part", *SLOT_TABLES})


@cache
def lexicon() -> Lexicon:
    return Lexicon()


def _cuts(word: str) -> list[str]:
    return [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]


def _key(phrase: str) -> Key:
    return (phrase,) if is_han(phrase) else stems(phrase)


def _each(words: Words) -> Iterator[str]:
    return chain.from_iterable(words.values())


def _families() -> Iterable[Family]:
    return ontology().families.values()


def _nouns(family: Family) -> Iterator[str]:
    yield from chain(_each(family.words), _each(family.weak), *(_each(entry.weak) for entry in family.entries))


def _heads() -> Iterator[tuple[str, Meaning]]:
    for family in _families():
        yield from ((phrase, Meaning("head", family.id)) for phrase in _each(family.words))
        yield from ((phrase, Meaning("weak", family.id)) for phrase in _each(family.weak))
        for entry in family.entries:
            general = set(_each(family.words))
            own = (phrase for phrase in _each(entry.words) if phrase not in general)
            yield from ((phrase, Meaning("head", entry.id)) for phrase in own)
            yield from ((phrase, Meaning("place", entry.id)) for phrase in _each(entry.places))
            yield from ((phrase, Meaning("weak", entry.id)) for phrase in _each(entry.weak))


def _slots() -> Iterator[tuple[str, Meaning]]:
    for name, values in table("slots").items():
        for value, record in values.items():
            yield from ((phrase, Meaning(name, value)) for phrase in _each(phrases(record)))


def _grammar() -> Iterator[tuple[str, Meaning]]:
    grammar = table("grammar")
    for kind in GRAMMAR:
        yield from ((phrase, Meaning(kind)) for phrase in _each(phrases(grammar[kind])))
    for kind in TABLES:
        for value, record in grammar[kind].items():
            yield from ((phrase, Meaning(kind, value)) for phrase in _each(phrases(record)))
