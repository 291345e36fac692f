"""rppxml, which is REAPER's own parser of project files, finds every track and item in its sample."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.types import Layer
from plugin.interchange import reaper
from tests.real.counting import Rate, frames_of, sample_at
from tests.real.good_cut import PICTURES, SOME_RATES, TRACK, Placed, good_reel, stems

rppxml = pytest.importorskip("rppxml", reason="rppxml is not installed")
pytestmark = pytest.mark.real


def lines(block: Any) -> dict[str, list[Any]]:
    """The lines of a block by their first words."""
    return {line[0]: line[1:] for line in block.children if not isinstance(line, rppxml.RPPXML)}


def blocks(block: Any, name: str) -> list[Any]:
    return [child for child in block.children if isinstance(child, rppxml.RPPXML) and child.name == name]


def sample(seconds: float) -> int:
    exact = Fraction(seconds) * 48_000
    assert abs(exact - round(exact)) < Fraction(1, 1000)
    return round(exact)


def items(track: Any, folder: Path) -> Iterator[Placed]:
    """Name, start, length and in point in samples; every file is there."""
    for item in blocks(track, "ITEM"):
        said, (source,) = lines(item), blocks(item, "SOURCE")
        assert (folder / lines(source)["FILE"][0]).is_file()
        assert (said["MUTE"][0] == 1) == (said["NAME"][0] == "off")
        start, length = said["POSITION"][0], said["LENGTH"][0]
        yield said["NAME"][0], sample(start), sample(start + length) - sample(start), round(said["SOFFS"][0] * 48_000)


def in_samples(placed: Placed, rate: Rate) -> Placed:
    name, start, frames, first = placed
    begin, end = (sample_at((frame, *rate.pair)) for frame in (start, start + frames))
    return name, begin, end - begin, sample_at((first, *rate.pair))


def within_a_sample_inside(found: Placed, true: Placed) -> bool:
    """A file starts at a whole sample, so that its in point may be one sample from where the frames say."""
    return found[:3] == true[:3] and abs(found[3] - true[3]) <= 1


@SOME_RATES
def test_every_item_is_in_its_sample(tmp_path: Path, rate: Rate) -> None:
    folder = tmp_path / 'a "cut" & 夜'
    folder.mkdir()
    reel, _ = good_reel(folder, rate)
    reaper.write(reel, folder / "cut.rpp")
    project = rppxml.load(str(folder / "cut.rpp"))
    settings = lines(project)
    start = Fraction(frames_of(1, 0, 0, 0, rate) * rate.denominator, rate.numerator)
    assert abs(Fraction(settings["PROJOFFS"][0]) - start) < Fraction(1, 10**9)
    dropping = 1 if rate.drop else 0 if rate.denominator == 1 else 2
    assert (settings["TIMEMODE"][3:5], settings["SAMPLERATE"][:2]) == ([rate.nominal, dropping], [48_000, 1])
    assert settings["MARKER"][2] == 'rain: on "tin"'
    expected = {TRACK: PICTURES} | {f"Foley {layer.capitalize()}": stems(layer, rate) for layer in Layer}
    tracks = {lines(track)["NAME"][0]: list(items(track, folder)) for track in blocks(project, "TRACK")}
    assert list(tracks) == list(expected)
    for name, placed in expected.items():
        true = [in_samples(one, rate) for one in placed]
        assert all(map(within_a_sample_inside, tracks[name], true)), (tracks[name], true)
        assert len(tracks[name]) == len(true)
