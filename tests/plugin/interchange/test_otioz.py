"""A bundle holds the timeline and its stems, and OpenTimelineIO opens it."""

from __future__ import annotations

import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from engine.types import OutputError
from plugin.interchange.formats import format_of
from plugin.interchange.otioz import write, write_bundle
from plugin.interchange.reel import Reel
from plugin.timeline.flavour import RESOLVE
from tests.plugin.interchange.placed_reels import HEAD, PLACES, RATES, placed_reel
from tests.plugin.timelines import clip, span, timeline, touch, track

STEMS = sorted(f"{layer}-{number}.wav" for layer in ("ambient", "action", "material") for number in range(3))


def opened(path: Path, folder: Path) -> Any:
    """The timeline as OpenTimelineIO reads it, with its media's paths on this disk."""
    if path.suffix == ".otiod":
        return otio.adapters.read_from_file(str(path), absolute_media_reference_paths=True)
    folder.mkdir()
    return otio.adapters.read_from_file(str(path), extract_to_directory=str(folder))


@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
@pytest.mark.parametrize("rate", [RATES[0], RATES[1], Fraction(25), Fraction(60)])
def test_opentimelineio_finds_every_stem_inside_at_its_frame(tmp_path: Path, suffix: str, rate: Fraction) -> None:
    path = tmp_path / f"out{suffix}"
    assert format_of(path).write(placed_reel(tmp_path, rate), path) == ()
    folder = tmp_path / "unpacked"
    found = opened(path, folder)
    new = [one for one in found.tracks if one.name.startswith("Foley")]
    assert [one.name for one in new] == ["Foley Ambient", "Foley Action", "Foley Material"]
    for one in new:
        edges = [round(one.range_of_child(item).start_time.value) for item in one.find_clips()]
        assert edges == [begin for begin, _ in PLACES]
        for item in one.find_clips():
            name = item.media_reference.target_url.rsplit("/", 1)[-1]
            assert name == f"{item.name}.wav"
            held = (folder if suffix == ".otioz" else path) / "media" / name
            assert held.read_bytes() == (tmp_path / "stems" / name).read_bytes()
            assert item.source_range.start_time.value == HEAD


@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
def test_nothing_else_is_inside_and_nothing_is_left_beside(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    write(placed_reel(tmp_path, Fraction(25), stems_only=True), path)
    wanted = sorted(["content.otio", "version.txt", *(f"media/{name}" for name in STEMS)])
    if suffix == ".otioz":
        with zipfile.ZipFile(path) as archive:
            assert sorted(archive.namelist()) == wanted
            assert archive.read("version.txt") == b"1.0.0"
            assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    else:
        assert sorted(str(one.relative_to(path)) for one in path.rglob("*") if one.is_file()) == wanted
        assert (path / "version.txt").read_bytes() == b"1.0.0"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["cut.otio", path.name, "stems"]


def test_the_same_stems_give_the_same_bytes(tmp_path: Path) -> None:
    reel = placed_reel(tmp_path, Fraction(25))
    for name in ("one.otioz", "two.otioz"):
        write(reel, tmp_path / name)
    assert (tmp_path / "one.otioz").read_bytes() == (tmp_path / "two.otioz").read_bytes()


@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
def test_the_editors_own_media_stay_where_they_are_and_are_told(tmp_path: Path, suffix: str) -> None:
    urls = ["file:///m/a%20b.mov", "/m/c.mov", "film/d e.mov", "E:/m/f.mov", "/m/c.mov"]
    own = track(*(clip(f"clip {number}", 20, url=url, available=span(0, 99)) for number, url in enumerate(urls)))
    touch(tmp_path, "film/d e.mov")
    path = tmp_path / f"out{suffix}"
    told = write(placed_reel(tmp_path, Fraction(24), cut=timeline(own)), path)
    assert told == (f"out{suffix} holds the stems; the timeline's own media (4) stay where they are.",)
    found = otio.adapters.read_from_file(str(path))
    film = (tmp_path / "film" / "d e.mov").as_uri()
    assert [one.media_reference.target_url for one in found.tracks[0]] == [*urls[:2], film, *urls[3:]]
    before = otio.adapters.read_from_file(str(tmp_path / "cut.otio"))
    found.tracks[0][2].media_reference.target_url = urls[2]
    del found.tracks[1:]
    assert found.is_equivalent_to(before)


def test_a_flavour_is_kept_inside(tmp_path: Path) -> None:
    reel = placed_reel(tmp_path, Fraction(24))
    stems = [one.stem for one in reel.tracks[0].stems]
    write_bundle(tmp_path / "cut.otio", stems, tmp_path / "out.otioz", flavour=RESOLVE)
    first = otio.adapters.read_from_file(str(tmp_path / "out.otioz")).tracks[1][1]
    assert first.media_reference.target_url == "media/ambient-0.wav"
    assert first.source_range.start_time.value == 86_400 + PLACES[0][0]


@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
def test_what_is_there_is_never_overwritten(tmp_path: Path, suffix: str) -> None:
    reel: Reel = placed_reel(tmp_path, Fraction(25))
    path = tmp_path / f"out{suffix}"
    path.mkdir()
    with pytest.raises(OutputError, match="never overwritten"):
        write(reel, path)
    assert not list(path.iterdir())


@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
def test_a_stem_that_is_gone_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    reel = placed_reel(tmp_path, Fraction(25))
    reel.tracks[2].stems[1].path.unlink()
    with pytest.raises(OutputError, match=r"could not be written: No such file"):
        write(reel, tmp_path / f"out{suffix}")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["cut.otio", "stems"]
