"""A clip that asks for more picture than its file holds is told, by how much; one that is too fast stands still."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.types import Shot
from plugin.job import Job
from plugin.timeline.choice import Choice
from plugin.timeline.extent import FASTEST
from plugin.timeline.read import read_timeline
from plugin.timeline.select import Selection, select
from plugin.workflow import make_stems
from tests.plugin.timelines import clip, save, span, stack, timeline, touch, track
from tests.plugin.watching import quiet


def chosen(folder: Path, *items: Any, choice: Choice | None = None) -> Selection:
    touch(folder, "m.mov")
    return select(read_timeline(save(timeline(track(*items)), folder / "cut.otio")), choice)


def media(name: str, frames: float, *, lasts: float = 100, **settings: Any) -> Any:
    return clip(name, frames, url="m.mov", available=span(1000, lasts), **settings)


@pytest.mark.parametrize(
    ("start", "frames", "speed", "words"),
    [
        (1000, 100, None, ()),
        (1090, 22, None, ("runs 12 frames past the end",)),
        (1099.4, 1, None, ()),  # less than half a frame
        (990, 20, None, ("begins 10 frames before its media",)),
        (999, 102, None, ("begins 1 frame before", "runs 1 frame past the end")),
        (1080, 24, 2.0, ("runs 14 frames past the end",)),
        (1080, 24, -2.0, ("runs 14 frames past the end",)),
        (1050, 24, 0.0, ()),
        (1100, 24, 0.0, ("runs 24 frames past the end",)),
    ],
)
def test_what_the_timeline_says_is_not_there_is_told_in_its_frames(
    tmp_path: Path, start: float, frames: float, speed: float | None, words: tuple[str, ...]
) -> None:
    warnings = chosen(tmp_path, media("walk", frames, start=start, speed=speed)).warnings
    assert len(warnings) == len(words)
    for warning, part in zip(warnings, words, strict=True):
        assert warning.startswith('Clip "walk" on V1 at 01:00:00:00 ') and part in warning
        assert "past" not in part or "lasts 4.167 s, as the timeline says" in warning


def test_only_what_is_chosen_is_told(tmp_path: Path) -> None:
    items = [media("far", 48, start=1090), media("near", 48, start=1000), media("also", 48, start=1080)]
    assert chosen(tmp_path, *items, choice=Choice(clip="near")).warnings == ()
    assert chosen(tmp_path, *items, choice=Choice(range="0-10")).warnings == ()
    (told,) = chosen(tmp_path, *items, choice=Choice(range="100-140")).warnings
    assert told.startswith('Clip "also" on V1 at 01:00:04:04 runs 24 frames past')


def test_without_an_available_range_the_file_that_was_opened_says_its_length(tmp_path: Path, film: Path) -> None:
    selection = chosen(tmp_path, clip("ball", 48, start=120, url=film.as_uri()))
    (told,) = selection.warnings
    assert "runs 24 frames past the end of its media, which lasts 6.000 s, as the file says" in told


def still(shot: Shot) -> tuple[Fraction, ...]:
    return shot.source_start * 24, shot.speed


@pytest.mark.parametrize("speed", [1e9, -1e9, 1e300, -1e300, FASTEST + 1.0])
def test_a_clip_that_is_too_fast_is_a_still_with_one_warning(tmp_path: Path, speed: float) -> None:
    selection = chosen(tmp_path, media("fly", 24, start=1010, speed=speed))
    (told,) = selection.warnings
    assert f"runs at {speed:.4g} times its speed" in told and "as a still" in told
    assert still(selection.shots[0]) == (Fraction(10), Fraction(0))


def test_a_still_of_a_trimmed_clip_lies_inside_its_media(tmp_path: Path) -> None:
    inner = stack(track(media("fly", 48, start=1000, speed=1e9)), source_range=span(12, 24))
    assert still(chosen(tmp_path, inner).shots[0]) == (Fraction(99), Fraction(0))


def test_the_fastest_that_is_watched_moves(tmp_path: Path) -> None:
    selection = chosen(tmp_path, media("fast", 24, lasts=2400, start=1000, speed=float(FASTEST)))
    assert selection.warnings == () and selection.shots[0].speed == FASTEST


@pytest.mark.parametrize("speed", [1e9, -1e9])
def test_stems_of_a_clip_of_endless_speed_are_made(tmp_path: Path, film: Path, speed: float) -> None:
    path = save(timeline(track(clip("fly", 24, url=film.as_uri(), speed=speed))), tmp_path / "cut.otio")
    report = make_stems(Job(path, words="rain"), quiet)
    assert report.output.exists() and any("as a still" in warning for warning in report.warnings)
