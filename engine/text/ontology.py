"""What can sound, by name: families of entries with their words, slots, and the instruments that play them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

from engine.types import CueKind, Json, Layer

DATA = files("engine.text") / "data"
LANGUAGES = ("en", "zh")

Slots = Mapping[str, float | str]
Words = Mapping[str, tuple[str, ...]]
"""Language to phrases. `a+b` in a phrase: both are in the clause, in any order."""


@dataclass(frozen=True, slots=True)
class Part:
    """One note of an entry: the instrument that plays it, and on which layer."""

    layer: Layer
    instrument: str
    params: Slots = field(default_factory=dict)  # of this part alone; they beat the entry's slots
    gain_db: float = 0.0

    def filled(self, slots: Slots, said: Slots, takes: Collection[str]) -> dict[str, float | str]:
        """A note's parameters: the entry's slots, then this part's own, then what the words say.

        `takes` are the parameters that the part's instrument declares; others are left out.
        """
        return {name: value for name, value in {**slots, **self.params, **said}.items() if name in takes}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can sound. Without parts it is understood, but has no instrument yet."""

    id: str  # "footsteps.gravel": family and leaf
    layer: Layer
    words: Words
    slots: Slots  # defaults, named as the instruments name them
    parts: tuple[Part, ...]
    follows: tuple[str, ...]  # kinds of cue that drive it; "none": a bed
    textures: tuple[str, ...]  # labels of texture cues that support it
    ucs: str  # category id of the Universal Category System, version 8.2
    default_level_db: float  # against an ordinary action at full level
    implies: tuple[str, ...] = ()  # entries that usually sound along
    room: str | None = None  # of a place: the room it sounds in
    places: Words = field(default_factory=dict)  # of a place: nouns that name it
    weak: Words = field(default_factory=dict)  # nouns of this kind, weak as those of the family

    @property
    def family(self) -> str:
        return self.id.partition(".")[0]

    @property
    def plays(self) -> bool:
        return bool(self.parts)

    @property
    def name(self) -> str:
        """The entry in plain words: "footsteps gravel"."""
        return self.id.replace(".", " ").replace("_", " ")

    def follows_cue(self, kind: CueKind) -> bool:
        return kind.value in self.follows


@dataclass(frozen=True, slots=True)
class Family:
    """Entries that are kinds of one thing, and the words that name it in general."""

    id: str
    words: Words
    weak: Words  # nouns that ask for sound only beside a word of sound, but that a negation means
    entries: tuple[Entry, ...]
    default: str  # id of the entry that a general word means
    leaf_slot: str | None  # words for this slot choose the entry
    takes: Mapping[str, str]  # slot to its table of words
    strength: Mapping[str, tuple[float, ...]]  # slot to its values from faint to violent
    direct_object: str  # whether "drops a cup" names the striker, or "hits a cup" the struck
    counted: bool  # "three knocks" are three events; "three dogs" are not three barks
    things: frozenset[str]  # of its words, those whose number counts no events: "two balls bounce"
    once: bool  # its word means one event where no count says more: a door that closes, not a hammer
    each: bool  # each thing sounds once: "three coins drop" are three events, "three balls bounce" are not
    absorbs: tuple[str, ...]  # families whose general verbs say only what this one does: "rain falls"

    def leaf(self, slots: Slots) -> Entry:
        """The entry that these slots choose, else the default."""
        wanted = slots.get(self.leaf_slot) if self.leaf_slot else None
        return next((e for e in self.entries if wanted and e.slots.get(str(self.leaf_slot)) == wanted), self.plain)

    def entry(self, entry_id: str) -> Entry:
        """The entry of that id; the default for the family's own id."""
        return next((entry for entry in self.entries if entry.id == entry_id), self.plain)

    @property
    def plain(self) -> Entry:
        return next(entry for entry in self.entries if entry.id == self.default)


class Ontology:
    """All families and entries, in the order of the data."""

    def __init__(self, families: tuple[Family, ...]) -> None:
        self.families = {family.id: family for family in families}
        self.entries = tuple(entry for family in families for entry in family.entries)
        self._by_id = {entry.id: entry for entry in self.entries}

    def find(self, entry_id: str) -> Entry:
        """The entry of that id, or a family's plain entry; KeyError names the unknown id."""
        if entry_id in self.families:
            return self.families[entry_id].plain
        if entry_id not in self._by_id:
            raise KeyError(f"the ontology has no entry {entry_id!r}")
        return self._by_id[entry_id]

    def family(self, family_id: str) -> Family:
        """The family of that id, or of that entry's id; KeyError names the unknown id."""
        family = family_id.partition(".")[0]
        if family not in self.families:
            raise KeyError(f"the ontology has no family {family!r}")
        return self.families[family]

    def entries_for_texture(self, label: str) -> tuple[Entry, ...]:
        """Entries that a texture seen in the picture supports, playable ones first."""
        found = [entry for entry in self.entries if label in entry.textures]
        return tuple(sorted(found, key=lambda entry: not entry.plays))

    def of_layer(self, layer: Layer) -> tuple[Family, ...]:
        return tuple(family for family in self.families.values() if family.plain.layer is layer)


@lru_cache(maxsize=1)
def ontology() -> Ontology:
    """The ontology that ships with Foleyline, read once."""
    folder = DATA / "ontology"
    records = [record for file in _sorted(folder) for record in json.loads(file.read_text("utf-8"))["families"]]
    return Ontology(tuple(_family(record) for record in records))


@cache
def table(name: str) -> Json:
    """A table of words from the data folder: "slots", "grammar"."""
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


def phrases(record: Json) -> Words:
    """The words of a record, `{"en": "rain, rains", ...}`, split into phrases by language."""
    return {lang: tuple(record[lang].split(", ")) for lang in LANGUAGES if record.get(lang)}


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)


def _family(record: Json) -> Family:
    entries = tuple(_entry(record, leaf) for leaf in record["entries"])
    return Family(
        id=record["id"],
        words=phrases(record),
        weak=phrases(record.get("weak", {})),
        entries=entries,
        default=f"{record['id']}.{record['default']}",
        leaf_slot=record.get("leaf_slot"),
        takes=record.get("takes", {}),
        strength={slot: tuple(values) for slot, values in record.get("strength", {}).items()},
        direct_object=record.get("object", "struck"),
        counted=record.get("counted", True),
        things=frozenset(record.get("things", ())),
        once=record.get("once", False),
        each=record.get("each", record.get("once", False)),
        absorbs=tuple(record.get("absorbs", ())),
    )


def _entry(family: Json, leaf: Json) -> Entry:
    general = phrases(family) if leaf["id"] == family["default"] else {}
    own = phrases(leaf)
    return Entry(
        id=f"{family['id']}.{leaf['id']}",
        layer=Layer(_own_or_family("layer", leaf, family)),
        words={lang: own.get(lang, ()) + general.get(lang, ()) for lang in LANGUAGES},
        slots={**family["slots"], **leaf.get("slots", {})},
        parts=tuple(_part(part) for part in _own_or_family("parts", leaf, family)),
        follows=tuple(_own_or_family("follows", leaf, family)),
        textures=tuple(_own_or_family("textures", leaf, family)),
        ucs=_own_or_family("ucs", leaf, family),
        default_level_db=float(_own_or_family("level_db", leaf, family)),
        implies=tuple(leaf.get("implies", family.get("implies", ()))),
        room=leaf.get("room"),
        places=phrases(leaf.get("place", {})),
        weak=phrases(leaf.get("weak", {})),
    )


def _part(record: Json) -> Part:
    return Part(
        Layer(record["layer"]), record["instrument"], record.get("params", {}), float(record.get("gain_db", 0.0))
    )


T = TypeVar("T")


def _own_or_family(key: str, leaf: Mapping[str, T], family: Mapping[str, T]) -> T:
    return leaf[key] if key in leaf else family[key]
