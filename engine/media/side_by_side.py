"""The same work on several things at once. Array operations on long sounds run beside each other on threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

THREADS = min(4, os.cpu_count() or 1)  # each holds a block of sound


def side_by_side(work: Callable[[T], R], things: Iterable[T]) -> list[R]:
    """The results in the order of the things; the first error, in that order, is raised."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="side") as pool:
        return list(pool.map(work, things))


def a_little_ahead(work: Callable[[T], R], things: Iterable[T]) -> Generator[R, None, None]:
    """As `side_by_side`, for results too large to keep: each is made only shortly before it is taken. Close it."""
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="ahead") as pool:
        try:
            for thing in things:
                waiting.append(pool.submit(work, thing))
                if len(waiting) > THREADS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
