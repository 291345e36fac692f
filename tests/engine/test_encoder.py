"""Guesses for words outside the ontology."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.text import encoder
from engine.text.encoder import MAX_PHRASES, MIN_LIKENESS, guesses, nearest_entries
from engine.text.explain import explain
from engine.text.prompt import read_words


@pytest.fixture(autouse=True, scope="module")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    file = tmp_path_factory.mktemp("cache") / "vectors.npy"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "_kept_file", lambda _words: file)
        yield


@pytest.mark.parametrize(
    ("words", "family"),
    [("bagpipes", "music"), ("locomotives", "train"), ("sailboat", "boat"), ("kitten", "cat"), ("电子琴", "music"),
     ("thunderstorms", "storm"), ("seaplane", "aircraft"), ("sledgehammer", "tool"), ("snowmobile", "wind")],
)  # fmt: skip
def test_unseen_names_of_sounds_come_near_their_family(words: str, family: str) -> None:
    best, likeness = nearest_entries([words])[0][0]
    assert best.partition(".")[0] == family
    assert likeness >= MIN_LIKENESS


def test_words_that_name_no_sound_are_not_guessed() -> None:
    assert guesses(["philosophy", "quantum", "哲学", "经济", "democracy", "数学", "北京", "invoice"]) == []


def test_what_the_encoder_cannot_read_is_not_guessed() -> None:
    assert nearest_entries(["唠叨"]) == [()]


def test_prose_is_not_guessed() -> None:
    assert guesses(["bagpipes"] * (MAX_PHRASES + 1)) == []


def test_the_vectors_kept_on_disk_are_the_ones_encoded(tmp_path: Path) -> None:
    entries, mean = encoder._entry_vectors()
    file = tmp_path / "kept.npy"
    encoder._keep(file, entries)
    again = encoder._read(file, len(entries))
    assert again is not None and (again == entries).all()
    assert encoder._read(file, len(entries) + 1) is None
    file.write_bytes(b"half a file")
    assert encoder._read(file, len(entries)) is None
    assert mean.shape == (512,)


def test_a_guess_sounds_only_if_it_is_accepted() -> None:
    words = "rain and a 电子琴"
    asked = read_words(words)
    assert [guess.words for guess in asked.guesses] == ["电子琴"]
    assert [source.entry for source in asked.sources] == ["rain.concrete"]
    accepted = read_words(words, accept_guesses=True)
    assert [(source.entry, source.guessed) for source in accepted.sources] == [
        ("rain.concrete", False),
        ("music.piano", True),
    ]


def test_an_accepted_guess_obeys_a_negation() -> None:
    intent = read_words("电子琴, no music", accept_guesses=True)
    assert intent.sources == ()
    assert intent.excluded == ("music",)


@pytest.mark.parametrize(
    ("words", "accept", "fate"),
    [
        ("电子琴", False, "It is silent unless guesses are taken (--take-guesses sounds music.piano)"),
        ("电子琴", True, "taken for the nearest, music.piano"),
        ("电子琴, no music", True, "but the words forbid music.piano"),
    ],
)
def test_explain_says_what_becomes_of_a_guess(words: str, accept: bool, fate: str) -> None:
    (line,) = [
        line for line in explain(read_words(words, accept_guesses=accept)).splitlines() if line.startswith("guess")
    ]
    assert line.startswith("guess: '电子琴' is not known; ") and line.endswith(fate)


def test_negated_unknown_words_are_reported_not_guessed() -> None:
    intent = read_words("rain, no glockenspiels")
    assert intent.guesses == ()
    assert intent.not_understood == ("glockenspiels",)
