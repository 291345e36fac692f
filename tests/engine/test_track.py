"""Scratch tracks: the same sound for everyone who reads, however it was sounded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from engine import sounding
from engine.scratch import Track
from engine.types import Layer, Place
from tests.engine.test_sounding import bed, score, sound, whole

THREADS, READS, COUNT = 4, 2000, 50_000


@pytest.fixture
def track() -> Iterator[Track]:
    """Left counts samples from 100 on, right the same below zero."""
    made = Track(100, 100 + COUNT)
    numbers = np.arange(100, 100 + COUNT, dtype=np.float32)
    made.append(np.stack([numbers, -numbers]))
    yield made
    made.close()


def counted(first: int, last: int) -> np.ndarray:
    at = np.arange(first, last)
    return np.asarray(np.where((at >= 100) & (at < 100 + COUNT), at, 0) * np.array([[1], [-1]]), dtype=np.float32)


@pytest.mark.parametrize(
    ("first", "last"),
    [(100, 140), (90, 110), (COUNT, COUNT + 300), (0, 100), (COUNT + 100, COUNT + 200), (9, 9), (9, 2)],
)
def test_a_span_is_what_was_sounded_there_and_silence_outside(track: Track, first: int, last: int) -> None:
    np.testing.assert_array_equal(track.read(first, last), counted(first, last))


@pytest.mark.parametrize(("first", "count"), [(200, 10), (95, 10), (COUNT + 95, 10), (0, 100), (COUNT + 100, 10)])
def test_what_is_put_in_place_of_other_sound_changes_nothing_beside_it(track: Track, first: int, count: int) -> None:
    track.overwrite(first, np.full((2, count), 0.5, np.float32))
    wanted = counted(0, COUNT + 300)
    inside = slice(max(first, 100), max(min(first + count, 100 + COUNT), 100))
    wanted[:, inside] = 0.5
    np.testing.assert_array_equal(track.read(0, COUNT + 300), wanted)


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_many_threads_read_what_one_reads(track: Track, restless: None) -> None:
    def wrong(number: int) -> int:
        starts = np.random.default_rng(number).integers(100, 100 + COUNT - 8, READS).tolist()
        return sum(not np.array_equal(track.read(start, start + 8), counted(start, start + 8)) for start in starts)

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(wrong, range(THREADS))) == [0] * THREADS


def sounded_in_blocks(patch: pytest.MonkeyPatch, block: int) -> np.ndarray:
    patch.setattr(sounding, "BLOCK", block)
    stems = sound(score(replace(bed(5.0), place=Place(0.3, 40.0, "dry"), start_s=0.2), seconds=6))
    heard = whole(stems, Layer.AMBIENT)
    stems.close()
    return heard


def test_a_far_bed_has_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (sounded_in_blocks(monkeypatch, block) for block in (480_000, 77_777))
    assert np.abs(one).max() > 1e-4
    np.testing.assert_allclose(other, one, atol=1e-8)


def test_a_far_bed_is_the_same_to_the_bit_however_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (sounded_in_blocks(monkeypatch, block) for block in (480_000, 77_777))
    np.testing.assert_array_equal(other, one)
