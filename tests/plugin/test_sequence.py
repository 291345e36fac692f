"""Pictures numbered one by one are looked at as a film, from the number and at the rate that the timeline says."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import opentimelineio as otio
import pytest

from engine.media.decode import probe, read_frames, thumbnails
from engine.media.numbered import SUFFIX
from engine.types import MediaError, MissingMediaError
from plugin.timeline import sequence
from plugin.timeline.choice import Choice
from plugin.timeline.read import read_timeline
from plugin.timeline.select import select
from tests.plugin.timelines import clip, save, span, timeline, track

NTSC = Fraction(24000, 1001)
FIRST, COUNT = 1001, 30


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOLEYLINE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "sequences"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Thirty grey pictures, each 8 levels brighter than the one before it, in a folder with a percent sign."""
    folder = tmp_path / "50% shots"
    folder.mkdir()
    for index in range(COUNT):
        grey = np.full((64, 96, 3), 8 * index, np.uint8)
        cv2.imwrite(str(folder / f"a%d.{FIRST + index:04d}.png"), grey)
    return folder


def numbered(folder: Path, *, first: int = FIRST, step: int = 1, count: int = COUNT, rate: float = 24000 / 1001) -> Any:
    made = otio.schema.ImageSequenceReference(
        folder.as_uri() + "/", "a%d.", ".png", first, step, rate, 4, available_range=span(first, count * step, rate)
    )
    one = clip("shot", 10, start=first + 5, rate=rate)
    one.media_reference = made
    return one


def named(folder: Path, name: str, rate: float = 24000 / 1001) -> Any:
    return clip("shot", 10, start=FIRST + 5, rate=rate, url=str(folder / name), available=span(FIRST, COUNT, rate))


def cut_of(tmp_path: Path, item: Any) -> Any:
    return read_timeline(save(timeline(track(item), rate=24000 / 1001), tmp_path / "cut.otio"))


def brightness(path: Path, start: Fraction, end: Fraction) -> list[tuple[Fraction, int]]:
    return [(frame.time, round(float(frame.grey.mean()) / 8)) for frame in read_frames(path, start, end)]


@pytest.mark.parametrize("form", ["reference", "a%d.%04d.png", "a%d.####.png", "a%d.[####].png", "a%d.[1001-1030].png"])
def test_the_pictures_that_the_cut_shows_are_read_at_their_exact_times(
    tmp_path: Path, pictures: Path, form: str
) -> None:
    item = numbered(pictures) if form == "reference" else named(pictures, form)
    [shot] = select(cut_of(tmp_path, item), Choice()).shots
    assert shot.media is not None and shot.source_start * NTSC == 5
    seen = brightness(shot.media, shot.source_start, shot.source_start + shot.duration)
    assert seen == [(Fraction(number) / NTSC, number) for number in range(5, 15)]
    assert probe(shot.media).rate == NTSC


def test_one_picture_late_in_the_sequence_is_found(tmp_path: Path, pictures: Path) -> None:
    [shot] = select(cut_of(tmp_path, numbered(pictures)), Choice()).shots
    assert shot.media is not None
    [late, early] = thumbnails(shot.media, [27 / NTSC, 2 / NTSC], height=8)
    assert (round(float(late.mean()) / 8), round(float(early.mean()) / 8)) == (27, 2)


def test_changed_pictures_are_other_media(tmp_path: Path, pictures: Path) -> None:
    first = cut_of(tmp_path, numbered(pictures)).clips[0].medium.seen
    assert cut_of(tmp_path, numbered(pictures)).clips[0].medium.seen == first
    cv2.imwrite(str(pictures / "a%d.1003.png"), np.zeros((8, 8, 3), np.uint8))
    assert cut_of(tmp_path, numbered(pictures)).clips[0].medium.seen != first


def test_a_hole_a_step_and_no_length_are_refused_in_words(tmp_path: Path, pictures: Path) -> None:
    (pictures / "a%d.1007.png").unlink()
    (tmp_path / "cache").mkdir()
    unknown = numbered(pictures)
    unknown.media_reference.available_range = None
    for item, words in (
        (numbered(pictures), "a%d.1007.png is not there"),
        (named(pictures, "a%d.%04d.png"), "a%d.1007.png is not there"),
        (numbered(pictures, step=2, count=15), "counts by 2"),
        (unknown, "no known length"),
    ):
        medium = cut_of(tmp_path, item).clips[0].medium
        assert medium.seen is None and words in medium.problem


@pytest.mark.parametrize("name", ["100%done.mov", "take #3.mov", "gone.%04d.png", "[12].mov"])
def test_a_missing_file_with_such_letters_is_a_missing_file(tmp_path: Path, name: str) -> None:
    medium = cut_of(tmp_path, named(tmp_path, name)).clips[0].medium
    assert (medium.path, medium.pictures) == (tmp_path / name, None)


def test_the_reference_in_use_is_the_one_that_is_looked_at(tmp_path: Path, pictures: Path) -> None:
    item = numbered(pictures)
    proxy = otio.schema.ExternalReference("proxy.mov", span(0, 300, 24))
    item.set_media_references({"DEFAULT_MEDIA": item.media_reference, "proxy": proxy}, "proxy")
    assert cut_of(tmp_path, item).clips[0].medium.path == tmp_path / "proxy.mov"
    item.active_media_reference_key = "DEFAULT_MEDIA"
    assert cut_of(tmp_path, item).clips[0].medium.pictures is not None


@pytest.mark.parametrize("raw", ["", "{}", "[]", '{"pictures": 3}', "x" * 70000])
def test_what_is_no_sheet_is_refused(tmp_path: Path, raw: str) -> None:
    sheet = tmp_path / "a.foleyline-pictures"
    sheet.write_text(raw or " ")
    with pytest.raises(MediaError, match="no sheet"):
        probe(sheet)


@pytest.mark.parametrize("url", ["file:///a%00b.mov", "file:///x%00y/a.%2504d.png"])
def test_media_of_a_name_that_no_system_can_hold_are_missing(tmp_path: Path, url: str) -> None:
    item = clip("shot", 10, start=86500, url=url)
    with pytest.raises(MissingMediaError, match="no file"):
        select(cut_of(tmp_path, item), Choice())


def test_sheets_that_were_written_longest_ago_go(
    tmp_path: Path, cache: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir(parents=True)
    for number in range(4):
        path = cache / f"{number}{SUFFIX}"
        path.write_bytes(b"x" * 100)
        os.utime(path, (number, number))
    (cache / "theirs.txt").write_bytes(b"x" * 1000)
    monkeypatch.setattr(sequence, "MOST_BYTES", 250)
    made = cut_of(tmp_path, numbered(pictures)).clips[0].medium.pictures
    assert {path.name for path in cache.iterdir()} == {f"2{SUFFIX}", f"3{SUFFIX}", "theirs.txt", made.name}
