"""The promise of the reader of words: slot F1 of 0.9 on prompts written without sight of it, and no broken negation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.prompts import LANGUAGES, gold_prompts, read_gold, table
from engine.text.ontology import ontology
from engine.types import Json

PROMISED_F1 = 0.9


@pytest.mark.parametrize("language", LANGUAGES)
def test_slots_are_read_as_an_editor_means_them(language: str) -> None:
    report = read_gold(language)
    worst = "\n".join(str(reading) for reading in report.worst[:20])
    assert report.f1 >= PROMISED_F1, f"F1 {report.f1:.3f}\n{table(report)}\n{worst}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_negation_is_obeyed(language: str) -> None:
    broken = [str(reading) for reading in read_gold(language).readings if reading.verdict.disobeyed]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(("language", "count"), [("en", 100), ("zh", 60)])
def test_gold_prompts_are_all_different(language: str, count: int) -> None:
    assert len({item["prompt"] for item in gold_prompts(language)}) == count


@pytest.mark.parametrize("language", LANGUAGES)
def test_gold_names_only_what_the_ontology_has(language: str) -> None:
    known = {"*", *ontology().families} | {entry.id for entry in ontology().entries}
    assert not {name for meaning in _meanings(language) for name in _names(meaning)} - known


def _meanings(language: str) -> Iterator[Json]:
    for item in gold_prompts(language):
        yield from item["gold"] if isinstance(item["gold"], list) else [item["gold"]]


def _names(meaning: Json) -> Iterator[str]:
    named = [source["entry"] for source in meaning["sources"]] + meaning.get("excluded", [])
    for name in named + meaning.get("may", []) + meaning.get("may_exclude", []):
        yield from name if isinstance(name, list) else [name]
