"""How well words are read: precision, recall and F1 by kind of slot and language, negations obeyed, and every miss.

    python -m bench.prompts [--language en] [--quiet]

The gold prompts in tests/engine/gold were written without sight of the grammar.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bench.prompt_scoring import Slot, Verdict, f1, judge
from engine.text.intent import Intent
from engine.text.prompt import read_words
from engine.types import Json

GOLD = Path(__file__).resolve().parents[1] / "tests" / "engine" / "gold"
LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Reading:
    """One gold prompt and how the reader did on it."""

    prompt: str
    verdict: Verdict

    def __str__(self) -> str:
        lines = [self.prompt]
        lines += [f"    missing  {slot}" for slot in self.verdict.missing]
        lines += [f"    extra    {slot}" for slot in self.verdict.extra]
        return "\n".join(lines + [f"    NEGATION BROKEN  {entry}" for entry in self.verdict.disobeyed])


@dataclass(frozen=True, slots=True)
class Report:
    """The readings of one language and their sums."""

    readings: tuple[Reading, ...]
    negations: int

    @property
    def total(self) -> Verdict:
        return sum((reading.verdict for reading in self.readings), Verdict())

    @property
    def f1(self) -> float:
        total = self.total
        return f1(len(total.hits), len(total.missing), len(total.extra))

    @property
    def worst(self) -> list[Reading]:
        """The prompts with an error, the worst first."""
        wrong = [reading for reading in self.readings if reading.verdict.errors or reading.verdict.disobeyed]
        return sorted(wrong, key=lambda reading: (-len(reading.verdict.disobeyed), -reading.verdict.errors))


def gold_prompts(language: str) -> list[Json]:
    """The gold prompts of a language: `prompt`, `gold`, and `frame_rate` where a timecode needs one."""
    prompts: list[Json] = json.loads((GOLD / f"{language}.json").read_text("utf-8"))
    return prompts


def read_gold(language: str) -> Report:
    """Read every gold prompt of a language and judge it."""
    prompts = gold_prompts(language)
    readings = tuple(Reading(item["prompt"], judge(_read(item), item["gold"])) for item in prompts)
    return Report(readings, sum(_negations(item["gold"]) for item in prompts))


def table(report: Report) -> str:
    """Markdown: one row a kind of slot, the sum below."""
    total = report.total
    hits, missing, extra = (_by_kind(slots) for slots in (total.hits, total.missing, total.extra))
    kinds = sorted({*hits, *missing, *extra})
    rows = [_row(kind, hits[kind], missing[kind], extra[kind]) for kind in kinds]
    rows.append(_row("all", len(total.hits), len(total.missing), len(total.extra)))
    head = ["| slot | wanted | precision | recall | F1 |", "|---|--:|--:|--:|--:|"]
    return "\n".join(head + rows)


def _read(item: Json) -> Intent:
    return read_words(item["prompt"], frame_rate=Fraction(item.get("frame_rate", 24)))


def _negations(gold: Json) -> int:
    meaning = gold[0] if isinstance(gold, list) else gold
    return len(meaning.get("excluded", [])) + bool(meaning.get("silent"))


def _by_kind(slots: Sequence[Slot]) -> Counter[str]:
    return Counter(slot.kind for slot in slots)


def _row(kind: str, hits: int, missing: int, extra: int) -> str:
    precision = hits / (hits + extra) if hits + extra else 1.0
    recall = hits / (hits + missing) if hits + missing else 1.0
    return f"| {kind} | {hits + missing} | {precision:.3f} | {recall:.3f} | {f1(hits, missing, extra):.3f} |"


def _print(language: str, report: Report, quiet: bool) -> None:
    broken = len(report.total.disobeyed)
    print(f"\n## {language}: {len(report.readings)} prompts, {len(report.worst)} with an error\n\n{table(report)}\n")
    print(f"negations obeyed: {report.negations - broken} of {report.negations}\n")
    if not quiet:
        print("\n".join(str(reading) for reading in report.worst))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.prompts", description=__doc__.partition("\n")[0])
    parser.add_argument("--language", choices=LANGUAGES, help="one language alone")
    parser.add_argument("--quiet", action="store_true", help="tables without the misses")
    options = parser.parse_args()
    for language in (options.language,) if options.language else LANGUAGES:
        _print(language, read_gold(language), options.quiet)


if __name__ == "__main__":
    main()
