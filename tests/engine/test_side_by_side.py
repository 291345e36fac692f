"""Work on several things at once: in their order, no more ahead than asked for, the first error told."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from engine.media.side_by_side import a_little_ahead, side_by_side

THREADS = 3


@pytest.fixture(autouse=True)
def three_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("engine.media.side_by_side"), "THREADS", THREADS)


class Counted:
    """Numbers without end, and how many were taken."""

    def __init__(self) -> None:
        self.taken = 0

    def __iter__(self) -> Iterator[int]:
        while self.taken < 1000:
            self.taken += 1
            yield self.taken - 1


class Backwards:
    """Work on 0, 1 and 2 that ends in the order 2, 1, 0."""

    def __init__(self) -> None:
        self.ended = [threading.Event() for _ in range(THREADS)]

    def __call__(self, number: int) -> int:
        if number + 1 < THREADS:
            assert self.ended[number + 1].wait(30)
        self.ended[number].set()
        return number * number


class Failing(Backwards):
    def __call__(self, number: int) -> int:
        raise ValueError(f"no {super().__call__(number)}")


def test_results_come_in_the_order_of_the_things_whatever_ends_first() -> None:
    assert side_by_side(Backwards(), range(THREADS)) == [0, 1, 4]
    assert list(a_little_ahead(Backwards(), range(THREADS))) == [0, 1, 4]
    assert list(a_little_ahead(str, range(20))) == side_by_side(str, range(20)) == [str(k) for k in range(20)]
    assert list(a_little_ahead(str, [])) == side_by_side(str, []) == []


def test_no_more_is_made_ahead_than_threads_can_work_on() -> None:
    things = Counted()
    with closing(a_little_ahead(str, things)) as results:
        assert things.taken == 0
        for consumed, _ in zip(range(50), results, strict=False):
            assert things.taken <= consumed + THREADS + 1


def test_the_first_error_in_the_order_of_the_things_is_raised() -> None:
    with pytest.raises(ValueError, match="no 0"):
        side_by_side(Failing(), range(THREADS))
    with pytest.raises(ValueError, match="no 0"):
        list(a_little_ahead(Failing(), range(THREADS)))


def test_what_was_made_before_an_error_is_given() -> None:
    results = a_little_ahead(lambda number: 60 // (2 - number), range(9))
    assert [next(results), next(results)] == [30, 60]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_closed_early_nothing_more_is_begun_and_what_runs_has_ended() -> None:
    things, begun, ended = Counted(), [], []
    go = threading.Event()

    def work(number: int) -> int:
        begun.append(number)
        assert number == 0 or go.wait(30)
        ended.append(number)
        return number

    results = a_little_ahead(work, things)
    assert next(results) == 0
    go.set()
    results.close()
    assert things.taken == THREADS + 1
    assert sorted(begun) == sorted(ended)
    assert set(begun) <= set(range(THREADS + 1))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
