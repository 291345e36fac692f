"""File and clip names of stems, in the order of the Universal Category System: CatID_FXName_CreatorID_SourceID."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from engine.score.score import Score
from engine.text.ontology import ontology
from engine.types import Layer, Note, Shot

CREATOR = "FOLEYLINE"
NOTHING_ID = {Layer.AMBIENT: "AMBMisc", Layer.ACTION: "FOLYMisc", Layer.MATERIAL: "FOLYProp"}


class Named(Protocol):
    """What one file a layer is made for."""

    @property
    def name(self) -> str: ...
    @property
    def shots(self) -> tuple[Shot, ...]: ...


def stem_names(
    pieces: Sequence[Named], scores: Sequence[Score], timeline: str, take: int
) -> dict[tuple[int, Layer], str]:
    """A name for each piece's stems: ASCII, no blanks, unique. Keys are (index of the piece, layer)."""
    source = f"{words(timeline) or 'Timeline'}-T{take}"
    names = {}
    for index, piece in enumerate(pieces):
        notes = [note for shot in piece.shots for note in notes_of(shot, scores)]
        for layer in Layer:
            what = f"{layer.value.capitalize()}-{index + 1:03d}-{words(piece.name) or 'Clip'}"
            names[index, layer] = f"{category(notes, layer)}_{what}_{CREATOR}_{source}"
    return names


def notes_of(shot: Shot, scores: Sequence[Score]) -> list[Note]:
    """The notes that are heard with a shot, its handles included."""
    found = []
    for score in scores:
        first = float(shot.record_start - shot.head - score.record_start)
        last = float(shot.record_end + shot.tail - score.record_start)
        covers = score.record_start <= shot.record_start and shot.record_end <= score.record_start + score.duration
        if covers:
            found += [note for note in score.notes if note.heard_start_s < last and note.heard_end_s > first]
    return found


def category(notes: Sequence[Note], layer: Layer) -> str:
    """The UCS CatID of what sounds longest on a layer."""
    weights: Counter[str] = Counter()
    for note in notes:
        if note.layer is layer:
            weights[_ucs(note.entry)] += max(round(note.duration_s * 1000), 100)
    del weights[""]
    best = max(sorted(weights), key=lambda name: weights[name], default="")
    return best or NOTHING_ID[layer]


def _ucs(entry: str) -> str:
    """The CatID of an entry; none for one that only the score's author knows."""
    try:
        return ontology().find(entry).ucs
    except KeyError:
        return ""


def words(text: str, longest: int = 32) -> str:
    """Text as hyphenated ASCII words; what no ASCII letter stands for is left out."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[A-Za-z0-9]+", plain))[:longest].strip("-")


def number(text: str, seed: int) -> int:
    """A number for a text and a seed, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{text}".encode(), digest_size=8).digest(), "little")
