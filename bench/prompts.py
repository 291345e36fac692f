"""How well words are read: precision, recall and F1 by kind of slot and language, negations obeyed, and every miss.

    python -m bench.prompts [--language en] [--set en_2] [--quiet]

The gold prompts in tests/engine/gold were written without sight of the grammar: `en.json`, then `en_2.json` ...
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
    """The readings of one set, or of some together, and their sums."""

    readings: tuple[Reading, ...]
    negations: int

    @property
    def obeyed(self) -> str:
        return f"{self.negations - len(self.total.disobeyed)} of {self.negations}"

    @property
    def total(self) -> Verdict:
        return sum((reading.verdict for reading in self.readings), Verdict())

    @property
    def f1(self) -> float:
        total = self.total
        return f1(len(total.hits), len(total.missing), len(total.extra))

    def __add__(self, other: Report) -> Report:
        return Report(self.readings + other.readings, self.negations + other.negations)

    @property
    def worst(self) -> list[Reading]:
        """The prompts with an error, the worst first."""
        wrong = [reading for reading in self.readings if reading.verdict.errors or reading.verdict.disobeyed]
        return sorted(wrong, key=lambda reading: (-len(reading.verdict.disobeyed), -reading.verdict.errors))


def gold_sets(language: str = "") -> list[str]:
    """The names of the sets of a language, or of all: "en", "en_2", ...; the oldest first."""
    return [name for known in LANGUAGES for name in _sets(known) if language in ("", known)]


def gold_prompts(name: str) -> list[Json]:
    """The gold prompts of a set: `prompt`, `gold`, and `frame_rate` where a timecode needs one."""
    prompts: list[Json] = json.loads((GOLD / f"{name}.json").read_text("utf-8"))
    return prompts


def read_gold(name: str) -> Report:
    """Read every gold prompt of a set and judge it."""
    prompts = gold_prompts(name)
    readings = tuple(Reading(item["prompt"], judge(_read(item), item["gold"])) for item in prompts)
    return Report(readings, sum(_negations(item["gold"]) for item in prompts))


def sums(reports: dict[str, Report]) -> str:
    """Markdown: one row a set, and the sum of each language."""
    rows = [_set_row(name, report) for name, report in reports.items()]
    for language in LANGUAGES:
        alike = [report for name, report in reports.items() if name.partition("_")[0] == language]
        if len(alike) > 1:
            rows.append(_set_row(f"{language}, all", sum(alike[1:], alike[0])))
    head = ["| set | prompts | with an error | negations obeyed | F1 |", "|---|--:|--:|--:|--:|"]
    return "\n".join(head + rows)


def table(report: Report) -> str:
    """Markdown: one row a kind of slot, the sum below."""
    total = report.total
    hits, missing, extra = (_by_kind(slots) for slots in (total.hits, total.missing, total.extra))
    kinds = sorted({*hits, *missing, *extra})
    rows = [_row(kind, hits[kind], missing[kind], extra[kind]) for kind in kinds]
    rows.append(_row("all", len(total.hits), len(total.missing), len(total.extra)))
    head = ["| slot | wanted | precision | recall | F1 |", "|---|--:|--:|--:|--:|"]
    return "\n".join(head + rows)


def _sets(language: str) -> list[str]:
    later = sorted(GOLD.glob(f"{language}_*.json"), key=lambda path: int(path.stem.partition("_")[2]))
    return [language, *(path.stem for path in later)]


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


def _set_row(name: str, report: Report) -> str:
    return f"| {name} | {len(report.readings)} | {len(report.worst)} | {report.obeyed} | {report.f1:.3f} |"


def _print(name: str, report: Report, quiet: bool) -> None:
    print(f"\n## {name}\n\n{table(report)}\n\nnegations obeyed: {report.obeyed}\n")
    if not quiet:
        print("\n".join(str(reading) for reading in report.worst))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.prompts", description=__doc__.partition("\n")[0])
    parser.add_argument("--language", choices=LANGUAGES, default="", help="one language alone")
    parser.add_argument("--set", choices=gold_sets(), help="one set alone")
    parser.add_argument("--quiet", action="store_true", help="tables without the misses")
    options = parser.parse_args()
    reports = {name: read_gold(name) for name in ([options.set] if options.set else gold_sets(options.language))}
    for name, report in reports.items():
        _print(name, report, options.quiet)
    print(f"\n## Sums\n\n{sums(reports)}")


if __name__ == "__main__":
    main()
