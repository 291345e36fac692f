"""A REAPER project says in seconds, exactly, what was counted in samples; an independent reader takes it apart."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.types import OutputError
from plugin.interchange import reaper
from plugin.timeline.read import read_timeline
from tests.plugin.interchange.clicking import NAME, RATES, SHOT_FRAMES, clicking_reel
from tests.plugin.interchange.cuts import cuts
from tests.plugin.timelines import clip, gap, marker, span, timeline, touch, track

rpp = pytest.importorskip("rpp", reason="the package rpp is not installed")

STARTS_S = [None, 0, 3600, 30 * 3600]


def lines(element: Any, name: str) -> list[list[str]]:
    return [child for child in element if isinstance(child, list) and child[0] == name]


def line(element: Any, name: str) -> list[str]:
    (found,) = lines(element, name)
    return found[1:]


def tracks(project: Any) -> dict[str, Any]:
    return {line(found, "NAME")[0]: found for found in project.findall("TRACK")}


def samples(text: str) -> int:
    """The sample that a number of seconds names; it must be no further than a thousandth of one from it."""
    exact = Fraction(text) * 48_000
    assert abs(exact - round(exact)) < Fraction(1, 1000)
    return round(exact)


def nearest_sample(frame: int, rate: Fraction) -> int:
    return (2 * frame * 48_000 * rate.denominator + rate.numerator) // (2 * rate.numerator)


def written(reel: Any, path: Path) -> tuple[Any, tuple[str, ...]]:
    told = reaper.write(reel, path)
    return rpp.loads(path.read_text(encoding="utf-8")), told


def placed(track: Any) -> Iterator[tuple[int, int, int]]:
    for item in track.findall("ITEM"):
        yield samples(line(item, "POSITION")[0]), samples(line(item, "LENGTH")[0]), samples(line(item, "SOFFS")[0])


@pytest.mark.parametrize("start_s", STARTS_S)
@pytest.mark.parametrize("rate", RATES)
def test_stems_lie_on_their_samples(tmp_path: Path, rate: Fraction, start_s: int | None) -> None:
    start_frame = None if start_s is None else start_s * round(rate)
    reel, _ = clicking_reel(tmp_path, rate, start_frame, silent=True)
    project, _ = written(reel, tmp_path / "cut.rpp")
    heads = {stem.name: stem.head_frames for found in reel.tracks for stem in found.stems}
    for name, layer in (("Foley Ambient", "ambient"), ("Foley Action", "action"), ("Foley Material", "material")):
        expected = []
        for number, (first, last) in enumerate(SHOT_FRAMES):
            begin, end = nearest_sample(first, rate), nearest_sample(last, rate)
            head = begin - nearest_sample(first - heads[f"{layer}-{number}"], rate)
            expected.append((begin, end - begin, head))
        assert list(placed(tracks(project)[name])) == expected
    offset = Fraction(line(project, "PROJOFFS")[0])
    assert abs(offset - (start_frame or 0) / rate) < Fraction(1, 10**9)


@pytest.mark.parametrize(
    ("rate", "start_frame", "ruler"),
    [
        (Fraction(24000, 1001), 86_400, ["24", "2"]), (Fraction(24), 86_400, ["24", "0"]),
        (Fraction(30000, 1001), 107_892, ["30", "1"]), (Fraction(30000, 1001), 108_000, ["30", "2"]),
        (Fraction(50), 180_000, ["50", "0"]), (Fraction(60000, 1001), 215_784, ["60", "1"]),
    ],
)  # fmt: skip
def test_the_ruler_counts_the_frames_of_the_timeline(
    tmp_path: Path, rate: Fraction, start_frame: int, ruler: list[str]
) -> None:
    reel, _ = clicking_reel(tmp_path, rate, start_frame, silent=True)
    project, told = written(reel, tmp_path / "cut.rpp")
    assert line(project, "TIMEMODE")[3:5] == ruler
    assert (line(project, "SAMPLERATE")[:2], line(project, "TIMELOCKMODE")) == (["48000", "1"], ["0"])
    assert any("ruler" in words for words in told) is (round(rate) == 60)


def test_the_cut_is_there_with_its_markers(tmp_path: Path) -> None:
    url, whole = str(tmp_path / NAME), span(86_400, 240)
    touch(tmp_path, NAME)
    picture = track(
        clip(NAME, 24, start=86_410, url=url, available=whole, markers=(marker("cue", 86_412, comment='"hit" it\'s'),)),
        clip("fast", 24, start=86_400, url=url, available=whole, speed=2),
        clip("off", 12, start=86_400, url=url, available=whole, enabled=False),
        clip("frozen", 12, start=86_400, url=url, available=whole, speed=0),
        clip("back", 12, start=86_400, url=url, available=whole, speed=-1),
        clip("lost", 12),
        name="Pictures & more",
    )
    voice = track(gap(12), clip("voice", 24, start=5, url="/else/a voice.flac", available=span(0, 99)), kind="Audio")
    cut = timeline(picture, voice)
    cut.tracks.markers.append(marker("rain", 24, 24, colour="BLUE", comment="夜 `q`"))
    reel, _ = clicking_reel(tmp_path, Fraction(24), 86_400, cut=cut, silent=True)
    project, told = written(reel, tmp_path / "cut.rpp")
    items = tracks(project)["Pictures & more"].findall("ITEM")
    assert [line(item, "NAME")[0] for item in items] == [NAME, "fast", "off"]
    assert [line(item, "POSITION")[0] for item in items] == ["0", "1", "2"]
    assert [line(item, "SOFFS")[0] for item in items][:2] == ["0.416666666666666667", "0"]
    assert [line(item, "PLAYRATE")[0] for item in items] == ["1", "2", "1"]
    assert [line(item, "MUTE")[0] for item in items] == ["0", "0", "1"]
    source = items[0].find("SOURCE")
    assert (source.attrib, line(source, "FILE")) == (["VIDEO"], [NAME])
    sound = tracks(project)["A1"].find("ITEM").find("SOURCE")
    assert (sound.attrib, line(sound, "FILE")) == (["FLAC"], ["/else/a voice.flac"])
    marks = [(found[2], found[3], found[4]) for found in lines(project, "MARKER")]
    assert marks == [
        ("0.0833333333333333333", "cue: \"hit\" it's", "0"), ("1", "rain: 夜 `q`", "1"), ("2", "", "1"),
    ]  # fmt: skip
    assert told == (
        'REAPER: 1 clip of frozen picture or sound leaves a gap: "frozen".',
        'REAPER: 1 clip played backwards leaves a gap: "back".',
        'REAPER: 1 clip without a file leaves a gap: "lost".',
    )


def test_stems_alone_and_never_over_a_file(tmp_path: Path) -> None:
    reel, _ = clicking_reel(tmp_path, Fraction(25), stems_only=True, silent=True)
    project, told = written(reel, tmp_path / "cut.rpp")
    assert list(tracks(project)) == ["Foley Ambient", "Foley Action", "Foley Material"]
    assert told == ()
    before = (tmp_path / "cut.rpp").read_bytes()
    with pytest.raises(OutputError, match="is there already"):
        reaper.write(reel, tmp_path / "cut.rpp")
    assert (tmp_path / "cut.rpp").read_bytes() == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=cuts(), stems_only=st.booleans())
def test_any_cut_is_written_and_read(tmp_path_factory: pytest.TempPathFactory, cut: Any, stems_only: bool) -> None:
    folder = tmp_path_factory.mktemp("any")
    reel, _ = clicking_reel(folder, Fraction(24), cut=cut, silent=True, stems_only=stems_only)
    project, _ = written(reel, folder / "cut.rpp")
    items = [item for found in project.findall("TRACK") for item in found.findall("ITEM")]
    assert len(items) == sum(len(lines(item, "POSITION")) for item in items) >= 9
    read = read_timeline(folder / "cut.otio")
    names = {clip.name for clip in read.clips}
    assert all(line(item, "NAME")[0] in names for item in items[:-9])
