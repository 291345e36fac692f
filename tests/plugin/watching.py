"""Who watches the work in a test."""

from __future__ import annotations


def quiet(name: str, stage: str, fraction: float) -> None:
    """Nobody."""


def never(name: str, stage: str, fraction: float) -> None:
    """Somebody who is to see that no work begins."""
    raise AssertionError(f"{stage} has begun")
