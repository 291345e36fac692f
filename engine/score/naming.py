"""Which clips speak of a sound: their names, notes and markers say where it belongs when many clips are chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.score import word_times
from engine.score.casting import Role
from engine.text.intent import Intent, Source
from engine.text.ontology import ontology

_WORD = re.compile(r"[^\W_]+")


def speaking(role: Role, hinted: Sequence[Intent]) -> set[int]:
    """The clips that speak of a source's family.

    Where one speaks of it in the words' own terms, another that tells of a different gait is about something else:
    "people walk" is not the rabbit that runs.
    """
    found = {index: best for index, hint in enumerate(hinted) if (best := _best(role, hint)) is not None}
    in_own_terms = any(shared for shared, _ in found.values())
    return {index for index, (shared, differs) in found.items() if shared or not (in_own_terms and differs)}


def shots_of(role: Role, hinted: Sequence[Intent], elsewhere: Sequence[Intent] = ()) -> set[int]:
    """The shots of a scene, one for each of `hinted`, in which a source may sound: those alone that speak of it.

    Where no chosen clip does, in this scene or `elsewhere`, it may be in all; so may what the words give a time.
    """
    everywhere = set(range(len(hinted)))
    if word_times.says_when(role):
        return everywhere
    named = speaking(role, [*hinted, *elsewhere])
    return named & everywhere if named else everywhere


def _best(role: Role, hint: Intent) -> tuple[bool, bool] | None:
    """Whether a clip's words share one with the source's, and whether they tell of another gait; None: of neither."""
    same = [source for source in hint.sources if ontology().find(source.entry).family == role.entry.family]
    if not same:
        return None
    shared = bool(_words([role.source.words]) & _words([hint.words]))
    return shared, all(_gait(source) != _gait(role.source) for source in same)


def _gait(source: Source) -> object:
    return source.params.get("gait", ontology().find(source.entry).slots.get("gait"))


def _words(texts: Iterable[str]) -> set[str]:
    """Words of weight: three letters or more, and not those that join others."""
    found = {word.casefold() for text in texts for word in _WORD.findall(text)}
    return {word for word in found if len(word) > 2} - {"the", "and", "with", "into", "over", "onto", "from"}
