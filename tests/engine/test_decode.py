"""Pictures with their exact times, upright and in square pixels, from any file; and words for files that give none."""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from engine.media.decode import probe, read_frames, thumbnails
from engine.media.source import Report
from engine.types import MediaError, MissingMediaError
from tests.engine.footage import Picture, wall, write_film, write_tone

ALL = Fraction(1000)


def counted(k: int, height: int = 90, width: int = 160) -> Picture:
    """A plain picture whose brightness says its number."""
    return np.full((height, width, 3), 20 + 4 * k, np.uint8)


def number(grey: Picture) -> int:
    luma = (float(grey.mean()) - 16) * 255 / 219
    return round((luma - 20) / 4)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "count.mp4", (counted(k) for k in range(50)))


def test_every_picture_comes_once_with_its_exact_time(film: Path) -> None:
    frames = list(read_frames(film, Fraction(0), ALL))
    assert [f.time for f in frames] == [Fraction(k, 25) for k in range(50)]
    assert [number(f.grey) for f in frames] == list(range(50))


@pytest.mark.parametrize(
    ("start", "end", "first", "last"), [(0, 1, 0, 24), (1, 2, 25, 49), ("1.01", "1.05", 25, 26), ("1.99", 9, 49, 49)]
)
def test_a_range_gives_the_picture_on_screen_at_its_start_and_all_before_its_end(
    film: Path, start: str, end: str, first: int, last: int
) -> None:
    frames = list(read_frames(film, Fraction(start), Fraction(end)))
    assert [number(f.grey) for f in frames] == list(range(first, last + 1))


def test_far_from_a_key_picture_the_same_is_shown_for_less_work(tmp_path: Path) -> None:
    path = write_film(tmp_path / "long.mp4", (counted(k) for k in range(55)), key_every=250)
    report = Report(path)
    frames = list(read_frames(path, Fraction(46, 25), Fraction(2), report=report))
    assert [(f.time, number(f.grey)) for f in frames] == [(Fraction(k, 25), k) for k in range(46, 50)]
    assert 4 < report.decoded < 44


@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg2video", "libvpx-vp9", "libsvtav1", "libaom-av1"])
def test_wherever_reading_begins_every_picture_comes(tmp_path: Path, codec: str) -> None:
    if codec not in av.codecs_available:
        pytest.skip(f"this PyAV has no {codec}")
    path = write_film(tmp_path / "film.mkv", (counted(k) for k in range(55)), codec=codec, key_every=250)
    whole = [number(f.grey) for f in read_frames(path, Fraction(0), ALL)]
    for start in (15, 30, 46):
        assert [number(f.grey) for f in read_frames(path, Fraction(start, 25), ALL)] == whole[start:]


@pytest.mark.parametrize(
    ("height", "width", "shape"),
    [(1080, 1920, (108, 192)), (640, 360, (192, 108)), (200, 200, (144, 144)), (101, 203, (102, 203))],
)
def test_pictures_are_small_in_their_own_shape(tmp_path: Path, height: int, width: int, shape: tuple[int, int]) -> None:
    path = write_film(tmp_path / "shape.mkv", [wall(height, width)], pixel_format="yuv444p")
    (frame,) = read_frames(path, Fraction(0), ALL)
    assert abs(frame.grey.shape[1] / frame.grey.shape[0] - width / height) < 0.03
    assert frame.grey.size == pytest.approx(192 * 108, rel=0.03)
    assert shape == frame.grey.shape or height == 101


def test_colour_comes_a_few_times_a_second(film: Path) -> None:
    coloured = [f for f in read_frames(film, Fraction(0), ALL, colour_rate=Fraction(5)) if f.rgb is not None]
    assert 9 <= len(coloured) <= 13
    assert coloured[0].rgb is not None and coloured[0].rgb.shape == (54, 96, 3)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv420p10le", "gray", "rgb24", "nv12"])
def test_colours_and_light_survive_every_pixel_format(tmp_path: Path, pixel_format: str) -> None:
    picture = np.zeros((120, 160, 3), np.uint8)
    picture[:, :80], picture[:, 80:] = (200, 60, 40), (30, 60, 180)
    codec = "libx264" if pixel_format.startswith("yuv") else "rawvideo"
    path = write_film(
        tmp_path / f"colour.{'mkv' if codec == 'libx264' else 'nut'}", [picture], codec=codec, pixel_format=pixel_format
    )
    (frame,) = read_frames(path, Fraction(0), ALL)
    left, right = float(frame.grey[:, :40].mean()), float(frame.grey[:, -40:].mean())
    assert 85 < left < 115 and 55 < right < 90
    assert frame.rgb is not None
    if pixel_format != "gray":
        assert np.abs(frame.rgb[20, 10].astype(int) - (200, 60, 40)).max() < 32
        assert np.abs(frame.rgb[20, -10].astype(int) - (30, 60, 180)).max() < 32


def test_a_varying_rate_keeps_every_stamp(tmp_path: Path) -> None:
    stamps = [0, 33, 90, 91, 400, 433, 900]
    path = write_film(tmp_path / "vfr.mkv", (counted(k) for k in range(7)), stamps=stamps)
    frames = list(read_frames(path, Fraction(0), ALL))
    assert [f.time for f in frames] == [Fraction(ms, 1000) for ms in stamps]
    assert [number(f.grey) for f in read_frames(path, Fraction(2, 10), Fraction(42, 100))] == [3, 4]


@pytest.mark.parametrize("name", ["late.ts", "late.mkv"])
def test_the_first_picture_is_time_nought_whatever_its_stamp(tmp_path: Path, name: str) -> None:
    path = write_film(tmp_path / name, (counted(k) for k in range(30)), stamps=[5000 + 40 * k for k in range(30)])
    frames = list(read_frames(path, Fraction(0), ALL))
    assert [round(f.time * 1000) for f in frames] == [40 * k for k in range(30)]
    assert number(next(iter(read_frames(path, Fraction(1), ALL))).grey) == 25


@pytest.mark.real
@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_turned_recording_is_shown_upright(tmp_path: Path, turn: int) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if not ffmpeg:
        pytest.skip("ffmpeg is not installed: nothing to compare with")
    picture = wall(120, 200)
    picture[:40, :60] = (255, 255, 255)
    turned = write_film(tmp_path / "turned.mp4", [picture] * 3, quarter_turns=turn)
    upright = tmp_path / "upright.png"
    subprocess.run([ffmpeg, "-v", "error", "-i", turned, "-frames:v", "1", upright], check=True)
    expected = cv2.imread(str(upright), cv2.IMREAD_GRAYSCALE)
    assert expected is not None
    frame = next(iter(read_frames(turned, Fraction(0), ALL)))
    assert (expected.shape[0] > expected.shape[1]) == (frame.grey.shape[0] > frame.grey.shape[1])
    small = cv2.resize(expected, frame.grey.shape[::-1], interpolation=cv2.INTER_AREA).astype(float)
    assert np.corrcoef(small.ravel(), frame.grey.ravel())[0, 1] > 0.95
    assert probe(turned).size == (expected.shape[1], expected.shape[0])
    assert thumbnails(turned, [Fraction(0)], height=60)[0].shape[:2] == (
        60,
        round(60 * expected.shape[1] / expected.shape[0]),
    )


def test_anamorphic_pixels_are_made_square(tmp_path: Path) -> None:
    path = write_film(tmp_path / "dv.mkv", [wall(288, 360)], sample_aspect=Fraction(64, 45))
    (frame,) = read_frames(path, Fraction(0), ALL)
    assert frame.grey.shape[1] / frame.grey.shape[0] == pytest.approx(16 / 9, rel=0.02)
    assert probe(path).size == (512, 288)


def test_a_still_is_one_picture(tmp_path: Path) -> None:
    still = tmp_path / "still.png"
    cv2.imwrite(str(still), wall(2160, 3840)[..., ::-1])
    (frame,) = read_frames(still, Fraction(0), Fraction(5))
    assert frame.time == 0 and frame.grey.shape == (108, 192)


def test_a_clip_of_one_picture(tmp_path: Path) -> None:
    path = write_film(tmp_path / "one.mp4", [counted(7)])
    assert [number(f.grey) for f in read_frames(path, Fraction(0), ALL)] == [7]
    assert len(thumbnails(path, [Fraction(0), Fraction(3)])) == 2


def test_probe_tells_what_is_in_the_file(film: Path, tmp_path: Path) -> None:
    told = probe(film)
    assert (told.duration, told.rate, told.size) == (Fraction(2), Fraction(25), (160, 90))
    assert told.has_picture and not told.has_sound and told.timecode is None
    tone = probe(write_tone(tmp_path / "tone.wav"))
    assert tone.has_sound and not tone.has_picture and tone.size is None and tone.duration == 1


def test_thumbnails_are_the_pictures_on_screen_in_the_order_asked(film: Path) -> None:
    asked = [Fraction("1.50"), Fraction("0.01"), Fraction("1.99"), Fraction("0.01")]
    shown = [round((float(image.mean()) - 20) / 4) for image in thumbnails(film, asked, height=40)]
    assert shown == [37, 0, 49, 0]


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingMediaError, match=r"gone\.mov.*relink"):
        list(read_frames(tmp_path / "gone.mov", Fraction(0), ALL))
    with pytest.raises(FileNotFoundError):
        probe(tmp_path / "gone.mov")


@pytest.mark.parametrize(("content", "words"), [(b"", "empty"), (b"not a film at all" * 99, "cannot be opened")])
def test_a_file_that_is_no_film_is_an_error_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bad.mp4"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=words):
        list(read_frames(path, Fraction(0), ALL))


def test_sound_without_picture_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no picture"):
        list(read_frames(write_tone(tmp_path / "tone.wav"), Fraction(0), ALL))


def test_a_range_past_the_end_holds_the_last_picture(film: Path) -> None:
    assert [number(f.grey) for f in read_frames(film, Fraction(30), Fraction(31))] == [49]


def test_a_cut_off_file_gives_what_is_there(tmp_path: Path) -> None:
    whole = write_film(tmp_path / "whole.ts", (wall(seed=k) for k in range(40)))
    part = tmp_path / "part.ts"
    part.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    frames = list(read_frames(part, Fraction(0), ALL))
    assert 10 < len(frames) < 30


def test_damage_in_the_middle_is_skipped_and_told(tmp_path: Path) -> None:
    whole = write_film(tmp_path / "whole.ts", (wall(seed=k) for k in range(72)))
    content = bytearray(whole.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 20_000] = bytes(range(250)) * 80
    damaged = tmp_path / "damaged.ts"
    damaged.write_bytes(bytes(content))
    report = Report(damaged)
    frames = list(read_frames(damaged, Fraction(0), ALL, report=report))
    assert frames[-1].time >= Fraction(70, 25)
    assert report.damaged and "damaged.ts" in report.warnings()[0]
