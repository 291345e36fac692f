"""Rows of hits, by kind and difficulty, with totals and bootstrap intervals, as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.truth.matching import Hits, added, f1, precision, recall

HEADER = ("scene", "clips", "F1", "95 %", "chance", "P", "R", "|offset|", "bias", "p95", "false/min")
PLAN_HEADER = ("plan F1", "chance", "|offset|", "bias", "false/min")


@dataclass(frozen=True, slots=True)
class Row:
    """One scene's result: where it belongs, and what was found at the main tolerance."""

    kind: str
    difficulty: str
    hits: Hits
    chance: float = float("nan")
    plan: Hits | None = None  # what the engine meant, where it says
    plan_chance: float = float("nan")


def interval(
    parts: Sequence[Hits], figure: Callable[[Hits], float], *, draws: int = 400, seed: int = 0
) -> tuple[float, float]:
    """95 % bootstrap interval over clips of a figure of their sum."""
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, len(parts), (draws, len(parts)))
    values = [figure(added([parts[index] for index in pick])) for pick in picks]
    if not np.isfinite(values).any():
        return float("nan"), float("nan")
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def figures(rows: Sequence[Row]) -> dict[str, float]:
    """The figures of several scenes together: offsets in milliseconds, false events a minute."""
    total = added([row.hits for row in rows])
    offsets = np.array(total.offsets_s) * 1000
    low, high = interval([row.hits for row in rows], f1)
    chances = [row.chance for row in rows if np.isfinite(row.chance)]
    return {
        "clips": len(rows),
        "F1": f1(total),
        "low": low,
        "high": high,
        "chance": float(np.mean(chances)) if chances else float("nan"),
        "P": precision(total),
        "R": recall(total),
        "offset_ms": _over(np.mean, np.abs(offsets)),
        "bias_ms": _over(np.mean, offsets),
        "p95_ms": _over(lambda values: np.percentile(values, 95), np.abs(offsets)),
        "false_per_min": 60 * total.false / total.duration_s if total.duration_s else float("nan"),
    }


def _over(figure: Callable[..., object], values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return float(figure(values)) if values.size else float("nan")  # type: ignore[arg-type]


def grouped(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    """Rows by "difficulty kind" in the order met, then by "difficulty all"."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(f"{row.difficulty} {row.kind}", []).append(row)
    for row in rows:
        groups.setdefault(f"{row.difficulty} ALL", []).append(row)
    return groups


def as_text(rows: Sequence[Row]) -> str:
    """The table: one line a kind and difficulty, then one a difficulty; the plan's columns where there is one."""
    planned = all(row.plan is not None for row in rows)
    lines = [HEADER + (PLAN_HEADER if planned else ())]
    for name, group in grouped(rows).items():
        lines.append(_line(name, figures(group)) + (_plan_cells(figures(_plans(group))) if planned else ()))
    return aligned(lines)


def _plans(rows: Sequence[Row]) -> list[Row]:
    return [Row(row.kind, row.difficulty, row.plan, row.plan_chance) for row in rows if row.plan is not None]


def _plan_cells(of: Mapping[str, float]) -> tuple[str, ...]:
    parts = (("F1", 2), ("chance", 2), ("offset_ms", 1), ("bias_ms", 1), ("false_per_min", 1))
    return tuple(number(of[name], digits) for name, digits in parts)


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Columns under each other, the first to the left, the rest to the right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        line[0].ljust(widths[0])
        + "".join(cell.rjust(width + 2) for cell, width in zip(line[1:], widths[1:], strict=True))
        for line in lines
    )


def _line(name: str, of: Mapping[str, float]) -> tuple[str, ...]:
    span = "" if np.isnan(of["low"]) else f"{of['low']:.2f}-{of['high']:.2f}"
    cells = [f"{of['clips']:.0f}", number(of["F1"]), span, *(number(of[name]) for name in ("chance", "P", "R"))]
    return (name, *cells, *(number(of[name], 1) for name in ("offset_ms", "bias_ms", "p95_ms", "false_per_min")))


def number(value: float, digits: int = 2) -> str:
    """Nothing for what is not known."""
    return "" if np.isnan(value) else f"{value:.{digits}f}"
