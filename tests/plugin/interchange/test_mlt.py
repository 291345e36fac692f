"""What the files for MLT say, frame for frame; what melt makes of them is tested with melt itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.media.wave import Depth
from engine.types import OutputError
from plugin.interchange import kdenlive, mlt
from plugin.interchange.reel import Reel
from tests.plugin.interchange.clicking import NAME, RATES, SHOT_FRAMES, clicking_reel
from tests.plugin.interchange.cuts import cuts
from tests.plugin.timelines import clip, gap, marker, span, stack, timeline, touch, track

Writer = Callable[[Reel, Path], tuple[str, ...]]
WRITERS = pytest.mark.parametrize("write", [mlt.write, kdenlive.write], ids=["mlt", "kdenlive"])
WHOLE = span(86_400, 240)


def written(reel: Reel, path: Path, write: Writer) -> tuple[Element, tuple[str, ...]]:
    told = write(reel, path)
    return ElementTree.parse(path).getroot(), told


def value(element: Element, name: str) -> str | None:
    return next((found.text or "" for found in element.findall("property") if found.get("name") == name), None)


def by_id(root: Element, tag: str) -> dict[str, Element]:
    found = [element for element in root if element.tag == tag]
    ids = [element.attrib["id"] for element in found]
    assert len(ids) == len(set(ids))
    return dict(zip(ids, found, strict=True))


def tracks(root: Element) -> dict[str, Element]:
    """Playlists of the tracks by the names that editors see."""
    playlists = by_id(root, "playlist")
    shotcut = {name: one for one in playlists.values() if (name := value(one, "shotcut:name")) is not None}
    if shotcut:
        return shotcut
    tractors = by_id(root, "tractor").values()
    named = {value(one, "kdenlive:track_name"): one.findall("track")[0].attrib["producer"] for one in tractors}
    return {name: playlists[first] for name, first in named.items() if name is not None}


def entries(playlist: Element) -> Iterator[tuple[str, int, int, int]]:
    """(producer, record start, frames, in point)"""
    at_frame = 0
    for child in playlist:
        if child.tag == "blank":
            at_frame += int(child.attrib["length"])
        elif child.tag == "entry":
            first, last = int(child.attrib["in"]), int(child.attrib["out"])
            yield child.attrib["producer"], at_frame, last - first + 1, first
            at_frame += last - first + 1


@WRITERS
@pytest.mark.parametrize("rate", RATES)
def test_stems_lie_on_their_frames_of_the_exact_rate(tmp_path: Path, rate: Fraction, write: Writer) -> None:
    reel, _ = clicking_reel(tmp_path, rate, 3600 * round(rate), silent=True)
    root, _ = written(reel, tmp_path / "cut.xml", write)
    profile = root.find("profile")
    assert profile is not None
    assert (profile.get("frame_rate_num"), profile.get("frame_rate_den")) == (
        str(rate.numerator),
        str(rate.denominator),
    )
    assert (profile.get("width"), profile.get("height"), profile.get("display_aspect_num")) == ("1920", "1080", "16")
    producers = by_id(root, "producer")
    for name, layer in (("Foley Ambient", "ambient"), ("Foley Action", "action"), ("Foley Material", "material")):
        found = list(entries(tracks(root)[name]))
        assert [(start, frames) for _, start, frames, _ in found] == [(a, b - a) for a, b in SHOT_FRAMES]
        assert [first for *_, first in found] == [round(rate)] * 3
        files = [value(producers[producer], "resource") for producer, *_ in found]
        assert files == [f"stems/{layer}-{number}.wav" for number in range(3)]
        lengths = [int(value(producers[producer], "length") or 0) for producer, *_ in found]
        assert lengths == [2 * round(rate) + b - a for a, b in SHOT_FRAMES]


@WRITERS
def test_every_track_is_mixed_at_full_level(tmp_path: Path, write: Writer) -> None:
    voice = track(clip("v", 24, url="/v.wav", available=span(0, 99)), kind="Audio")
    reel, _ = clicking_reel(tmp_path, Fraction(24), cut=timeline(track(clip("a", 99)), voice), silent=True)
    root, _ = written(reel, tmp_path / "cut.xml", write)
    tractor = [one for one in root if one.tag == "tractor"][-1]
    heard = {number for number, one in enumerate(tractor.findall("track")) if one.get("producer") != "black_track"}
    mixed = [one for one in tractor.findall("transition") if value(one, "mlt_service") == "mix"]
    assert all(
        (value(one, "sum"), value(one, "always_active"), value(one, "a_track")) == ("1", "1", "0") for one in mixed
    )
    sounds = {int(value(one, "b_track") or 0) for one in mixed}
    assert sounds <= heard
    assert len(sounds) >= 4


@WRITERS
def test_the_cut_is_there_with_what_it_loses(tmp_path: Path, write: Writer) -> None:
    url = str(tmp_path / NAME)
    touch(tmp_path, NAME)
    deep = stack(
        track(clip("low", 24, start=86_400, url="/low.mov", available=WHOLE)),
        track(gap(6), clip("high", 12, url="/high.mov")),
    )
    picture = track(
        clip("plain", 24, start=86_410, url=url, available=WHOLE),
        clip("fast", 24, start=86_404, url=url, available=WHOLE, speed=2),
        clip("off", 12, start=86_400, url=url, available=WHOLE, enabled=False),
        clip("back", 12, start=86_420, url=url, available=WHOLE, speed=-1),
        clip("early", 12, start=86_396, url=url, available=WHOLE),
        clip("lost", 12),
        clip("beside", 12.5, start=86_400.25, url=url, available=WHOLE),
        clip("brief", 0.25, start=86_400, url=url, available=WHOLE),
        deep,
        name='Pictures & "more"',
    )
    reel, _ = clicking_reel(tmp_path, Fraction(24), 86_400, cut=timeline(picture), silent=True)
    root, told = written(reel, tmp_path / "cut.xml", write)
    producers = by_id(root, "producer")
    found = [
        (value(producers[producer], "resource"), start, frames, first)
        for producer, start, frames, first in entries(tracks(root)['Pictures & "more"'])
    ]
    assert found == [
        (NAME, 0, 24, 10), (f"2.0:{NAME}", 24, 24, 2), (f"-1.0:{NAME}", 60, 12, 208), (NAME, 76, 8, 0),
        (NAME, 96, 13, 0), ("/low.mov", 109, 24, 0),
    ]  # fmt: skip
    assert [found[1:] for found in entries(tracks(root)['Pictures & "more" (2)'])] == [(115, 12, 0)]
    title = "MLT XML" if write is mlt.write else "Kdenlive"
    assert told[:1] == (f"{title} has no start timecode: 01:00:00:00 is its 00:00:00:00.",)
    assert f'{title}: 1 clip switched off leaves a gap: "off".' in told
    assert f'{title}: 1 clip without a file leaves a gap: "lost".' in told
    assert f"{title}: 1 clip is shorter than half a frame and left out." in told
    between = "begins between two frames, set to the nearest."
    assert f"{title}: 3 clips {between.replace('begins', 'begin')}" in told


@WRITERS
def test_names_of_files_are_as_they_are(tmp_path: Path, write: Writer) -> None:
    inside, aside = tmp_path / "in 100% & 夜", tmp_path / 'by "it\'s"'
    inside.mkdir()
    names = ["a b#1?.wav", "x:y.wav", "<夜>&.wav"]
    touch(inside, *names)
    touch(aside, "c d.wav")
    urls = [str(inside / name) for name in names] + [str(aside / "c d.wav"), "C:/Users/é.wav"]
    sound = track(*[clip(url, 12, url=url, available=span(0, 99)) for url in urls], kind="Audio", name="S")
    reel, _ = clicking_reel(inside, Fraction(24), cut=timeline(sound), silent=True)
    root, told = written(reel, inside / "cut.xml", write)
    producers = by_id(root, "producer")
    assert root.get("root") == str(inside)
    assert any("% or ?" in words for words in told) is (write is mlt.write)
    resources = [value(producers[producer], "resource") for producer, *_ in entries(tracks(root)["S"])]
    assert resources == [names[0], urls[1], names[2], urls[3], urls[4]]


def test_shotcut_sees_names_and_markers(tmp_path: Path) -> None:
    cut = timeline(track(clip("a", 99, markers=(marker("door", 30, comment="slams"),)), name="Bild"), start=None)
    cut.tracks.markers.append(marker("rain", 24, 12, comment="<夜> & wind"))
    reel, _ = clicking_reel(tmp_path, Fraction(24), cut=cut, silent=True)
    root, _ = written(reel, tmp_path / "cut.mlt", mlt.write)
    tractor = by_id(root, "tractor")["main"]
    assert value(tractor, "shotcut") == "1"
    (listed,) = tractor.findall("properties")
    marks = [tuple(value(one, name) for name in ("text", "start", "end")) for one in listed]
    assert marks == [("rain: <夜> & wind", "24", "36"), ("door: slams", "30", "30")]
    assert list(tracks(root)) == ["Bild", "Foley Ambient", "Foley Action", "Foley Material"]


def test_kdenlive_gets_its_bin_tracks_and_guides(tmp_path: Path) -> None:
    url = "/film.mov"
    picture = track(clip("film", 50, url=url, available=span(0, 99)), clip("film", 49, start=3, url=url, speed=0))
    voice = track(clip("film", 50, url=url, available=span(0, 99)), kind="Audio", name="Voice")
    cut = timeline(picture, voice, start=None)
    cut.tracks.markers.extend([marker("rain", 24, 12, colour="BLUE"), marker("more", 24, comment='"夜"')])
    reel, _ = clicking_reel(tmp_path, Fraction(24), cut=cut, silent=True)
    root, told = written(reel, tmp_path / "cut.kdenlive", kdenlive.write)
    bin_clips = by_id(root, "playlist")["main_bin"]
    producers = by_id(root, "producer")
    in_bin = [producers[entry.attrib["producer"]] for entry in bin_clips.findall("entry")]
    ids = {value(one, "kdenlive:id"): value(one, "resource") for one in in_bin}
    assert len(ids) == len(in_bin) == 10  # the film once, whatever plays it
    played = [one for name, one in producers.items() if name.startswith("producer")]
    assert all(ids[value(one, "kdenlive:id")] == value(one, "resource") for one in played)
    assert json.loads(value(bin_clips, "kdenlive:docproperties.guides") or "") == [
        {"comment": 'more: "夜"; rain', "pos": 24, "type": 8}
    ]
    assert (root.get("producer"), value(bin_clips, "kdenlive:docproperties.version")) == ("main_bin", "1.04")
    assert list(tracks(root)) == ["Foley Material", "Foley Action", "Foley Ambient", "Voice", "V1"]
    (frozen,) = tracks(root)["V1"].iter("filter")
    assert (value(frozen, "mlt_service"), value(frozen, "frame")) == ("freeze", "0")
    assert told == ()


@WRITERS
def test_stems_that_start_late_are_told(tmp_path: Path, write: Writer) -> None:
    reel, _ = clicking_reel(tmp_path, Fraction(24), depth=Depth.INT24, stems_only=True)
    assert [" late " in words for words in write(reel, tmp_path / "cut.xml")] == [True]


@WRITERS
def test_no_file_is_overwritten(tmp_path: Path, write: Writer) -> None:
    reel, _ = clicking_reel(tmp_path, Fraction(24), silent=True)
    (tmp_path / "cut.xml").write_text("mine")
    with pytest.raises(OutputError, match="is there already"):
        write(reel, tmp_path / "cut.xml")
    assert (tmp_path / "cut.xml").read_text() == "mine"


@WRITERS
def test_a_timeline_of_more_frames_than_mlt_counts_is_refused(tmp_path: Path, write: Writer) -> None:
    reel, _ = clicking_reel(tmp_path, Fraction(24), cut=timeline(track(gap(2.0**32))), silent=True)
    with pytest.raises(OutputError, match="more than MLT counts"):
        write(reel, tmp_path / "cut.xml")


@WRITERS
def test_a_frame_held_far_beyond_its_file_stays_countable(tmp_path: Path, write: Writer) -> None:
    cut = timeline(track(clip("far", 24, start=1e12, url="/far.mov", speed=0), name="P"))
    reel, _ = clicking_reel(tmp_path, Fraction(24), cut=cut, silent=True)
    root, _ = written(reel, tmp_path / "cut.xml", write)
    ((producer, _, frames, first),) = entries(tracks(root)["P"])
    assert first + frames <= int(value(by_id(root, "producer")[producer], "length") or 0) < 2**31


@WRITERS
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=cuts(), stems_only=st.booleans())
def test_any_cut_is_well_formed(
    tmp_path_factory: pytest.TempPathFactory, cut: Any, stems_only: bool, write: Writer
) -> None:
    folder = tmp_path_factory.mktemp("any")
    reel, _ = clicking_reel(folder, Fraction(24), cut=cut, silent=True, stems_only=stems_only)
    root, _ = written(reel, folder / "cut.xml", write)
    producers = by_id(root, "producer")
    for playlist in by_id(root, "playlist").values():
        for producer, start, frames, first in entries(playlist):
            assert frames > 0 <= first
            assert first + frames <= int(value(producers[producer], "length") or 0)
            assert start + frames <= reel.frames or playlist.get("id") in ("main_bin", "background")
