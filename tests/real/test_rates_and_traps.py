"""Programs that are not ours play the stems, and every hit lands within a sample, at every rate and past every trap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plugin.timeline.choice import Choice
from tests.plugin.timelines import clip, gap, save, span, timeline, touch, track
from tests.real import blender, ges, melt
from tests.real.counting import RATES, Rate, frames_of, label_of, sample_at
from tests.real.foley_tracks import clicks
from tests.real.hits import Hit, place_hits
from tests.real.traps import FILM, TRAPS, at, movie_with_timecode

pytestmark = pytest.mark.real

Heard = Callable[[Path, tuple[int, int]], list[int]]


@pytest.fixture(scope="session")
def in_ges() -> Iterator[Heard]:
    if not ges.is_there():
        pytest.skip("GStreamer Editing Services is not installed for the system's Python")
    with ges.started() as server:
        yield lambda placed, rate: clicks(ges.rendered(server, placed, rate))


@pytest.fixture(scope="session")
def in_blender() -> Iterator[Heard]:
    if not blender.is_there():
        pytest.skip("Blender is not installed")
    with blender.started() as server:
        yield lambda placed, rate: clicks(blender.rendered(server, placed, rate))


def within_a_sample(heard: list[int], hits: list[Hit]) -> None:
    meant = sorted(hit.heard for hit in hits if hit.heard is not None)
    assert meant and len(heard) == len(meant), (heard, meant)
    assert np.abs(np.array(heard) - np.array(meant)).max() <= 1, (heard, meant)


STARTS = {"no start": None, "at one hour": 1, "past a day": 25}


def cut_of(rate: Rate, hours: int | None, written: float, folder: Path) -> Path:
    """Two clips with a gap between, of files that begin with their own timecode."""
    first = 0 if hours is None else frames_of(hours, 0, 0, 0, rate)

    def camera(name: str, frames: int) -> Any:
        available = span(3_600, 9_000, written)
        return clip(name, frames, start=3_610, rate=written, url="m.mov", available=available)

    root = timeline(track(camera("a", 151), gap(13, written), camera("b", 97)), rate=written)
    root.global_start_time = None if hours is None else span(first, 0, written).start_time
    touch(folder, "m.mov")
    return save(root, folder / "cut.otio")


def hits_of(rate: Rate) -> list[Hit]:
    """Files are shown from their picture 10 on; b's first at 164."""
    shown = [("a", 42, 32), ("a", 150, 140), ("b", 21, 175), ("b", 77, 231)]
    return [Hit(name, count, rate.pair, sample_at((record, *rate.pair))) for name, count, record in shown]


def writings(rate: Rate) -> list[float]:
    """As files hold a rate: the nearest double, and what was cut off after two or three digits."""
    short = {24: (23.976, 23.98), 30: (29.97,), 48: (47.952, 47.95), 60: (59.94,), 120: (119.88,)}
    return [rate.written, *(short[rate.nominal] if rate.denominator > 1 else ())]


WRITINGS = [pytest.param(rate, written, id=f"{rate}-{written!r}") for rate in RATES for written in writings(rate)]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(("rate", "written"), WRITINGS)
def test_ges_plays_every_hit_in_its_place(
    tmp_path: Path, in_ges: Heard, rate: Rate, written: float, start: str
) -> None:
    placed = place_hits(cut_of(rate, STARTS[start], written, tmp_path), hits_of(rate))
    within_a_sample(in_ges(placed, rate.pair), hits_of(rate))


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_blender_plays_every_hit_in_its_place(tmp_path: Path, in_blender: Heard, rate: Rate) -> None:
    placed = place_hits(cut_of(rate, 1, rate.written, tmp_path), hits_of(rate))
    within_a_sample(in_blender(placed, rate.pair), hits_of(rate))


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_a_range_typed_as_timecode_is_heard_where_it_is_meant(tmp_path: Path, in_ges: Heard, rate: Rate) -> None:
    first = frames_of(1, 0, 0, 0, rate)
    typed = f"{label_of(first + 30, rate)}-{label_of(first + 180, rate)}"
    hits = [*hits_of(rate)[:3], Hit("a", 33, rate.pair, None), Hit("b", 77, rate.pair, None)]
    placed = place_hits(cut_of(rate, 1, rate.written, tmp_path), hits, Choice(range=typed))
    within_a_sample(in_ges(placed, rate.pair), hits)


@pytest.mark.parametrize("trap", TRAPS)
def test_ges_is_past_the_trap(tmp_path: Path, in_ges: Heard, trap: str) -> None:
    made = TRAPS[trap]()
    within_a_sample(in_ges(place_hits(made.saved(tmp_path), made.hits), made.rate), made.hits)


@pytest.mark.parametrize("trap", TRAPS)
def test_blender_is_past_the_trap(tmp_path: Path, in_blender: Heard, trap: str) -> None:
    made = TRAPS[trap]()
    within_a_sample(in_blender(place_hits(made.saved(tmp_path), made.hits), made.rate), made.hits)


def test_the_files_own_timecode_is_taken_off_where_nothing_else_says_it(tmp_path: Path, in_ges: Heard) -> None:
    rate = RATES[0]
    movie_with_timecode(tmp_path / "m.mov", "01:00:00:00", Fraction(*rate.pair))
    root = timeline(track(clip("a", 48, start=86_410, rate=rate.written, url="m.mov"), gap(5, rate.written)))
    hits = [at("a", 30, 20, rate.pair)]
    within_a_sample(in_ges(place_hits(save(root, tmp_path / "cut.otio"), hits), FILM), hits)


@pytest.mark.skipif(not melt.is_there(), reason="melt is not installed")
@pytest.mark.parametrize("rate", RATES, ids=str)
def test_melt_plays_the_ninth_hour_without_drift(tmp_path: Path, rate: Rate) -> None:
    """Nine hours in, a rate that is taken as it is written would be seconds off."""
    first = frames_of(9, 0, 0, 0, rate)
    written = writings(rate)[-1]
    root = timeline(track(gap(first, written), clip("a", 2 * rate.nominal, rate=written, url="m.mov")), rate=written)
    touch(tmp_path, "m.mov")
    hits = [Hit("a", count, rate.pair, sample_at((first + count, *rate.pair))) for count in (7, rate.nominal + 3)]
    handles = 0 if rate.nominal > 80 else None  # MLT 7.12 seeks badly at such rates, and Foleyline tells so
    placed = place_hits(save(root, tmp_path / "cut.otio"), hits, handles_frames=handles)
    within_a_sample(melt.heard(placed, rate.pair, first, first + 2 * rate.nominal), hits)
