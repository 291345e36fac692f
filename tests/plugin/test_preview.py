"""The preview shows and sounds what is on the timeline at each moment."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from engine.media.decode import pictures_at
from engine.media.wave_chunks import Depth
from plugin import preview
from plugin.timeline.choice import Choice
from plugin.workflow import Job, make_stems
from tests.engine.footage import Picture, draw, wall, write_film
from tests.plugin.timelines import clip, save, timeline, track
from tests.plugin.watching import quiet


def shown(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as movie:
        return [frame.to_ndarray(format="rgb24") for frame in movie.decode(video=0)]


def heard(path: Path) -> np.ndarray:
    with av.open(str(path)) as movie:
        return np.concatenate([frame.to_ndarray() for frame in movie.decode(audio=0)], axis=1)


def test_its_sound_is_the_sum_of_the_stems_of_the_range(cut: Path, tmp_path: Path) -> None:
    words = "a knock on wood at 0.5s, no ball"
    report = make_stems(Job(cut, Choice(range="48-84"), words, handles_frames=0, preview=tmp_path / "p.mp4"), quiet)
    stems = sum(soundfile.read(path, dtype="float32")[0].T for path in sorted(report.media_folder.iterdir()))
    sound = heard(tmp_path / "p.mp4")[:, : stems.shape[1]]
    assert np.abs(stems).max() > 0.02
    assert np.corrcoef(sound[0], stems[0][: sound.shape[1]])[0, 1] > 0.95
    assert len(shown(tmp_path / "p.mp4")) == 36


def _brighter(picture: Picture, time_s: float) -> None:
    picture[:] = round(20 + 90 * time_s)


def test_a_backward_shot_is_shown_backwards_a_little_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = write_film(tmp_path / "up.mp4", draw([n / 24 for n in range(48)], _brighter, wall()), rate=Fraction(24))
    path = save(timeline(track(clip("up", 48, url=film.as_uri(), speed=-1))), tmp_path / "cut.otio")
    asked: list[int] = []

    def counted(media: Path, times: list[Fraction], *, height: int) -> object:
        asked.append(len(times))
        return pictures_at(media, times, height=height)

    monkeypatch.setattr(preview, "pictures_at", counted)
    make_stems(Job(path, words="light rain", preview=tmp_path / "p.mp4"), quiet)
    light = [picture.mean() for picture in shown(tmp_path / "p.mp4")]
    assert len(light) == 48 and light[0] > light[24] > light[-1]
    assert all(before >= after - 1.0 for before, after in pairwise(light))
    assert asked == [24, 24]


@pytest.mark.parametrize("size", [(540, 304), (304, 540), (540, 1280), (700, 960)])
def test_a_picture_of_another_shape_stands_whole_in_the_middle(size: tuple[int, int]) -> None:
    picture = np.full((*size, 3), 200, np.uint8)
    picture[:, : size[1] // 2] = 100
    made = preview._sized(picture, 960, 540)
    assert made.shape == (540, 960, 3)
    rows, columns = (np.flatnonzero(made.max(axis=axes)) for axes in ((1, 2), (0, 2)))
    assert abs((rows[0] + rows[-1]) / 2 - 269.5) <= 1 and abs((columns[0] + columns[-1]) / 2 - 479.5) <= 1
    assert abs(len(columns) / len(rows) - size[1] / size[0]) < 0.02
    middle = made[270]
    assert middle[columns[5], 0] == 100 and middle[columns[-5], 0] == 200


@pytest.mark.parametrize(("name", "brand"), [("p.mp4", b"isom"), ("p.MOV", b"qt  ")])
def test_it_is_the_kind_of_movie_that_its_name_says(cut: Path, tmp_path: Path, name: str, brand: bytes) -> None:
    make_stems(Job(cut, Choice(range="0-12"), "rain", preview=tmp_path / name), quiet)
    assert (tmp_path / name).read_bytes()[4:12] == b"ftyp" + brand


def test_what_mlt_and_missing_fonts_make_of_it_is_told(cut: Path, tmp_path: Path) -> None:
    job = Job(cut, Choice(range="0-12"), "rain \U0001f327", depth=Depth.INT24, picture=tmp_path / "p.png")
    report = make_stems(replace(job, host="kdenlive", output=tmp_path / "for-kdenlive.otio"), quiet)
    assert any("MLT 7.12" in warning for warning in report.warnings)
    assert any("shows boxes" in warning for warning in report.warnings)
    other = make_stems(replace(job, picture=None), quiet)
    assert not any("MLT 7.12" in warning for warning in other.warnings)
