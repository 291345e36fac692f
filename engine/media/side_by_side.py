"""The same work on several things at once. Array operations on long sounds run beside each other on threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

THREADS = min(4, os.cpu_count() or 1)  # each holds a block of sound


def side_by_side(work: Callable[[T], R], things: Iterable[T]) -> list[R]:
    """The results in the order of the things; the first error, in that order, is raised."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="side") as pool:
        return list(pool.map(work, things))
