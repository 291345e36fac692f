"""Which scenes a run makes: kinds, difficulties, seeds; and the words of the command line that choose them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.truth.scenes import DIFFICULTIES, KINDS, SPLITS

_FULL_SEEDS = 5
SMOKE_KINDS = (
    *("ball", "two-balls", "walk", "walk-front", "run", "hammer", "knock", "typing"),
    *("shatter", "pour", "door", "car", "rain", "fire", "shake", "wave"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    kind: str
    difficulty: str
    seed: int
    split: str


def chosen(clips: str, split: str, difficulties: Sequence[str], kinds: Sequence[str]) -> Iterator[Choice]:
    """Smoke: 16 kinds x 3 difficulties x 1 seed = 48 scenes. Full: 33 x 3 x 5 = 495. Asking for kinds narrows them."""
    known = SMOKE_KINDS if clips == "smoke" else KINDS
    for difficulty in difficulties or DIFFICULTIES:
        for kind in kinds or known:
            for seed in range(1 if clips == "smoke" else _FULL_SEEDS):
                yield Choice(kind, difficulty, seed, split)


def add_choices(parser: argparse.ArgumentParser) -> None:
    """The arguments that choose scenes."""
    parser.add_argument("--clips", choices=("smoke", "full"), default="smoke", help="48 scenes, or 495")
    parser.add_argument("--split", choices=SPLITS, default="open", help="nobody tunes on the sealed one")
    parser.add_argument(
        "--difficulty", dest="difficulties", nargs="+", choices=DIFFICULTIES, default=[], metavar="NAME"
    )
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=[], metavar="KIND", help=", ".join(KINDS))
