"""Materials, surfaces, shoes, sizes: what the words around a source say of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.text.clauses import Reading
from engine.text.ontology import Entry, Family, table
from engine.text.picks import Pick
from engine.text.tokens import Match, Token
from engine.text.words import is_han

ROLES = ("striker", "struck")
SIZE_RANGE_M = (0.005, 3.0)
AWAY = ("off", "from", "out")
NEVER_NAMED = ("shoe", "gait", "door_material")
"""Slots that no kind of a family is named by."""
LOCATIVES = frozenset("上里中面内")


@dataclass(frozen=True, slots=True)
class Mention:
    """A material or a thing of some material: "wooden table"."""

    start: int
    end: int
    material: str
    size_m: float | None
    role: str  # striker, struck, away, or "" where the words leave it open

    def overlaps(self, pick: Pick) -> bool:
        return any(index in pick.indices for index in range(self.start, self.end))


def read_slots(reading: Reading, family: Family, pick: Pick, territory: range) -> dict[str, float | str]:
    """The slots of the family that words in the territory fill."""
    slots: dict[str, float | str] = {}
    for slot, name in family.takes.items():
        if name != "material" and (value := _best_value(reading, name, pick, territory)):
            slots[slot] = value
    if "material" in family.takes.values():
        slots.update(_materials(reading, family, pick, territory))
    return slots


def leaf(family: Family, pick: Pick, slots: dict[str, float | str]) -> tuple[Entry, dict[str, float | str]]:
    """The entry that the words name, and its slots: a kind named by words states its slot too."""
    named = next((entry for entry in family.entries if entry.id == pick.value), None)
    if named is None:
        return family.leaf(slots), slots
    slot = family.leaf_slot
    is_slot_leaf = slot is not None and named.slots.get(slot) == named.id.partition(".")[2]
    if not is_slot_leaf or slot is None:
        return named, slots
    if slot in slots:
        return family.leaf(slots), slots
    return named, {slot: named.slots[slot], **slots}


def stands_on(reading: Reading, family: Family, territory: range) -> bool:
    """Whether the words put something under what is named: "high heels on marble"."""
    name = family.takes.get(family.leaf_slot or "")
    found = _longest(reading, name, territory) if name else iter(())
    return any(_is_under(reading, match, territory) for match in found)


def _best_value(reading: Reading, name: str, pick: Pick, territory: range) -> str | None:
    """The value that stands where such a thing stands ("on gravel"), else the longest phrase for one.

    Where a kind is already named, only such a place can change it: in "rain outside the window" none is meant.
    """
    found = [m for m in _longest(reading, name, territory) if name == "fabric" or _is_said_of(reading, m, territory)]
    if "." in pick.value:
        found = [m for m in found if _is_under(reading, m, territory) or m.start in pick.indices or name in NEVER_NAMED]
    if not found:
        return None
    best = max(found, key=lambda match: (_is_under(reading, match, territory), match.weight, -match.start))
    for match in found:
        if match.value(name) == best.value(name):
            reading.take(range(match.start, match.end))
    return best.value(name)


def _longest(reading: Reading, name: str, territory: range) -> Iterator[Match]:
    index = territory.start
    while index < territory.stop:
        match = next((m for m in reading.tokens[index].matches if m.has(name) and m.end <= territory.stop), None)
        if match:
            yield match
        index = match.end if match else index + 1


def _is_said_of(reading: Reading, match: Match, territory: range) -> bool:
    """Whether a thing is said of the sound: a place named for itself is not, "night street in the rain"."""
    is_place = reading.tokens[match.start].means("place")
    return not _is_of_another(reading, match) and (not is_place or _is_under(reading, match, territory))


def _is_of_another(reading: Reading, match: Match) -> bool:
    """Whether an adjective belongs to a garment: the leather of "leather jacket" is no shoe."""
    following = reading.tokens[match.end] if match.end < len(reading.tokens) else None
    if following is None or match.size > 1:
        return False
    return following.means("weak") and not following.means("shoe", "object")


def _is_under(reading: Reading, match: Match, territory: range) -> bool:
    """Whether "on", "through", 在..上 and the like put the thing under or around the sound."""
    before = reading.tokens[max(territory.start, match.start - 3) : match.start]
    after = reading.tokens[match.end : match.end + 1]
    ends = {token.text[-1] for token in reading.tokens[match.start - 1 : match.end] if is_han(token.text)}
    if match.start > territory.start and not ends.isdisjoint("在上"):
        return True
    return any(token.means("on") for token in before) or any(token.text[:1] in LOCATIVES for token in after)


def _materials(reading: Reading, family: Family, pick: Pick, territory: range) -> dict[str, float | str]:
    """Who strikes what: by "on", "with", 用 and the order of the words; a lone thing is the verb's object."""
    mentions = [m for m in _mentions(reading, territory) if not _is_said_by_name(family, pick, m)]
    slots: dict[str, float | str] = {}
    reading.take(index for m in _mentions(reading, territory) if m.overlaps(pick) for index in range(m.start, m.end))
    for mention in mentions:
        role = mention.role or _open_role(family, pick, mention, mentions)
        if role == "away" or (role in family.takes and slots.get(role, mention.material) == mention.material):
            reading.take(range(mention.start, mention.end))
        if role in family.takes and role not in slots:
            slots[role] = mention.material
            if mention.size_m and role == family.direct_object:
                slots["size_m"] = mention.size_m
    return slots


def _is_said_by_name(family: Family, pick: Pick, mention: Mention) -> bool:
    """Whether a thing only repeats what the name says: the door of "knock on the door", the nail-driving hammer."""
    if not mention.overlaps(pick):
        return False
    usual = family.entry(pick.value).slots.get(family.direct_object)
    return "striker" not in family.takes or mention.material == usual


def _open_role(family: Family, pick: Pick, mention: Mention, mentions: list[Mention]) -> str:
    if _is_tool(family, pick):
        return "struck"
    other = "striker" if family.direct_object == "struck" else "struck"
    roles = {each.role for each in mentions if each is not mention}
    if "." in pick.value and family.leaf_slot == family.direct_object and not mention.overlaps(pick):
        roles.add(family.direct_object)
    if family.direct_object in roles:
        return other
    if mention.start < pick.first and len(mentions) > 1 and "struck" not in roles and "striker" not in roles:
        return "striker"
    if mention.start < pick.first and family.direct_object == "struck" and other in roles:
        return "struck"
    return family.direct_object


def _is_tool(family: Family, pick: Pick) -> bool:
    """Whether the kind is named by its tool, so that what is named beside is what it works on: "saws a plank"."""
    return "." in pick.value and pick.value.partition(".")[2] != family.entry(pick.value).slots.get(
        family.leaf_slot or ""
    )


def _mentions(reading: Reading, territory: range) -> Iterator[Mention]:
    index = territory.start
    while index < territory.stop:
        material = _named(reading, index, "material", territory)
        at = material.end if material else index
        whole = material if material and material.has("object") and material.size == 1 else None
        thing = whole or (_named(reading, at, "object", territory) if at < territory.stop else None)
        if not material and not thing:
            index += 1
            continue
        end = thing.end if thing else at
        last = _named(reading, end, "object", territory) if thing and end < territory.stop else None
        if last and not is_han(reading.tokens[end].text):
            material, thing, end = material or thing, last, last.end
        substance, size = (thing.value("object") or "").split() if thing else ("", "")
        value = _substance(material) or substance
        yield Mention(index, end, value, float(size) if size else None, _role(reading, index, end, territory))
        index = end


def _substance(match: Match | None) -> str:
    """The material that a word names, or that the thing it names is made of: the brick of "brick wall"."""
    if match is None:
        return ""
    return match.value("material") or (match.value("object") or "").partition(" ")[0]


def _named(reading: Reading, index: int, kind: str, territory: range) -> Match | None:
    return next((m for m in reading.tokens[index].matches if m.has(kind) and m.end <= territory.stop), None)


def _role(reading: Reading, start: int, end: int, territory: range) -> str:
    """The role that the word before a thing gives it, or in Chinese the place word after it."""
    after = reading.tokens[end].text if end < len(reading.tokens) else ""
    if is_han(after) and (after[0] in LOCATIVES or after[-1] in LOCATIVES):
        return "struck"
    for index in range(start - 1, max(territory.start, start - 4) - 1, -1):
        token = reading.tokens[index]
        if token.text in AWAY:
            return "away"
        if token.means("striker_by"):
            return "striker"
        if token.means("struck_by") or (index == start - 1 and _is_blow(token)):
            return "struck"
        if token.means("head", "object") and not token.means("material"):
            return ""
    return ""


def _is_blow(token: Token) -> bool:
    """Whether a verb strikes what follows it: "a ball hits the wall"."""
    return any(m.kind == "head" and m.value == "hit" for match in token.matches for m in match.meanings)


def is_size(reading: Reading, match: Match) -> bool:
    """Whether a word of size stands before a thing: the "big" of "big box", not of "big rain"."""
    if not match.has("size"):
        return False
    following = [token for token in reading.tokens[match.end : match.end + 3] if token.text not in ("的", "地")]
    return any(token.means("object") for token in following[:2]) and not following[0].means("head")


def sized(reading: Reading, entry: Entry, slots: dict[str, float | str], territory: range) -> dict[str, float | str]:
    """The slots with "small" or "huge" worked into the size, where the entry has one."""
    if "size_m" not in entry.slots:
        return slots
    sizes = [m for i in territory for m in reading.tokens[i].matches if m.has("size") and is_size(reading, m)]
    factors = [float(match.value("size") or 1) for match in sizes]
    reading.take(index for match in sizes[:1] for index in range(match.start, match.end))
    if not factors:
        return slots
    low, high = SIZE_RANGE_M
    size = float(slots.get("size_m", entry.slots["size_m"])) * factors[0]
    return {**slots, "size_m": round(min(max(size, low), high), 4)}


def strength(entry: Entry, family: Family, steps: float) -> dict[str, float | str]:
    """The family's strength slot, `steps` (-2 faint .. 2 violent) from what the entry has; {} without such a slot."""
    for slot, values in family.strength.items():
        own = float(entry.slots.get(slot, values[2]))
        at = float(np.interp(own, values, range(5))) + steps
        return {slot: round(float(np.interp(at, range(5), values)), 4)}
    return {}


def degree_effect(name: str) -> dict[str, float]:
    effect: dict[str, float] = table("grammar")["degree_effects"][name]
    return effect
