"""Fades of stems as each format has them, read by readers of others where there are any."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import opentimelineio as otio
import pytest

from plugin.interchange import aaf, edl, fcp7, fcpxml, kdenlive, mlt, otioz, reaper
from plugin.interchange.formats import FORMATS
from plugin.timeline.read import read_timeline
from tests.plugin.interchange.faded_reels import END, FADES, HANDLES, PLACES, click_at, faded_reel
from tests.plugin.interchange.fcpxml_grammar import check, seconds

RATES = [Fraction(24), Fraction(30000, 1001)]
SOUNDING = [(24, 60), (60, 101), (91, 144), (180, 216)]  # with the cross-fade at 96
EDGES = [(FADES, 0), (0, FADES), (FADES, FADES), (FADES, FADES)]  # frames in, frames out
WAYS = [(24, 0, FADES), (96, 5, 5), (144, FADES, 0), (180, 0, FADES), (216, FADES, 0)]  # cut, before it, after it


def parsed(path: Path) -> Element:
    return ElementTree.parse(path).getroot()


def ways_of(track: Any) -> list[tuple[int, int, int]]:
    """Each transition's cut in frames, and how far it reaches before and after it."""
    found, at = [], 0
    for item in track:
        if isinstance(item, otio.schema.Transition):
            found.append((at, round(item.in_offset.value), round(item.out_offset.value)))
        else:
            at += round(item.duration().value)
    return found


def places_of(track: Any) -> list[tuple[int, int]]:
    items = [one for one in track if not isinstance(one, otio.schema.Transition | otio.schema.Gap)]
    ranges = [track.range_of_child(one) for one in items]
    return [(round(one.start_time.value), round(one.end_time_exclusive().value)) for one in ranges]


@pytest.mark.parametrize("rate", RATES)
def test_an_aaf_has_transitions_that_the_public_adapter_reads(tmp_path: Path, rate: Fraction) -> None:
    pytest.importorskip("otio_aaf_adapter")
    assert aaf.write(faded_reel(tmp_path, rate).reel, tmp_path / "out.aaf") == ()
    back = otio.adapters.read_from_file(str(tmp_path / "out.aaf"))
    for track in back.tracks:
        assert ways_of(track) == WAYS
        assert places_of(track) == [place[:2] for place in PLACES]
    (first, *_) = (one for one in back.tracks[0] if isinstance(one, otio.schema.Transition))
    told = first.metadata["AAF"]["OperationGroup"]["Operation"]
    assert told["Name"] == "Mono Audio Dissolve"


@pytest.mark.parametrize("frames", [7, 1])
@pytest.mark.parametrize("suffix", [".aaf", ".xml"])
def test_fades_of_an_odd_length_reach_a_frame_further_after_the_cut(tmp_path: Path, suffix: str, frames: int) -> None:
    pytest.importorskip("otio_aaf_adapter" if suffix == ".aaf" else "otio_fcp_adapter")
    (aaf if suffix == ".aaf" else fcp7).write(faded_reel(tmp_path, frames=frames).reel, tmp_path / f"out{suffix}")
    for track in otio.adapters.read_from_file(str(tmp_path / f"out{suffix}")).tracks:
        assert ways_of(track)[1] == (96, frames // 2, frames - frames // 2)
        assert places_of(track) == [place[:2] for place in PLACES]


@pytest.mark.parametrize("rate", RATES)
def test_fcp7_has_transitions_on_both_sides_that_the_public_adapter_reads(tmp_path: Path, rate: Fraction) -> None:
    pytest.importorskip("otio_fcp_adapter")
    assert fcp7.write(faded_reel(tmp_path, rate).reel, tmp_path / "out.xml") == ()
    back = otio.adapters.read_from_file(str(tmp_path / "out.xml"), adapter_name="fcp_xml")
    for track in back.tracks:
        assert ways_of(track) == WAYS
        assert places_of(track) == [place[:2] for place in PLACES]
    for track in parsed(tmp_path / "out.xml").findall("sequence/media/audio/track"):
        fades = track.findall("transitionitem")
        said = [(one.findtext("alignment"), one.findtext("effect/effectid")) for one in fades]
        even, power = "KGAudioTransCrossFade0dB", "KGAudioTransCrossFade3dB"
        edges = [("start-black", even), ("end-black", even)]
        assert said == [edges[0], ("center", power), edges[1], *edges]
        clips = [(one.findtext("in"), one.findtext("out")) for one in track.findall("clipitem")]
        assert clips == [("24", "60"), ("24", "65"), ("19", "72"), ("24", "60")]


@pytest.mark.parametrize("rate", RATES)
def test_final_cut_has_fade_handles_and_a_lane_for_what_lies_over(tmp_path: Path, rate: Fraction) -> None:
    told = fcpxml.write(faded_reel(tmp_path, rate, stems_only=False).reel, tmp_path / "out.fcpxml")
    assert not any("fade" in one for one in told)
    root = parsed(tmp_path / "out.fcpxml")
    check(root)
    for layer, lanes in (("ambient", (-1, -2)), ("action", (-3, -4)), ("material", (-5, -6))):
        stems = [one for one in root.iter("asset-clip") if one.get("audioRole") == f"effects.{layer}"]
        stems.sort(key=lambda one: one.attrib["name"])
        assert [int(one.attrib["lane"]) for one in stems] == [lanes[0], lanes[0], lanes[1], lanes[0]]
        for one, (begin, end), (rise, fall), place in zip(stems, SOUNDING, EDGES, PLACES, strict=True):
            assert seconds(one.get("duration")) == (end - begin) / rate
            stamp = Fraction(click_at(3600 * round(rate) + place[0] - HANDLES, rate), 48000)
            assert seconds(one.get("start")) == stamp + (begin - place[0] + HANDLES) / rate
            level = one.find("adjust-volume/param")
            assert level is not None and level.get("name") == "amount"
            lengths = [level.find(tag) for tag in ("fadeIn", "fadeOut")]
            found = [0 if length is None else seconds(length.get("duration")) * rate for length in lengths]
            assert found == [rise, fall]


@pytest.mark.parametrize("rate", RATES)
def test_reaper_has_fades_in_its_items_which_overlap_where_they_cross(tmp_path: Path, rate: Fraction) -> None:
    rpp = pytest.importorskip("rpp")
    assert reaper.write(faded_reel(tmp_path, rate).reel, tmp_path / "out.rpp") == ()
    project = rpp.loads((tmp_path / "out.rpp").read_text(encoding="utf-8"))
    for track in project.findall("TRACK"):
        items = track.findall("ITEM")
        assert len(items) == len(PLACES)
        for item, (begin, end), (rise, fall), place in zip(items, SOUNDING, EDGES, PLACES, strict=True):
            said = {line[0]: [Fraction(text) for text in line[1:4]] for line in item if line[0] in _NUMBERED}
            first, last = click_at(begin, rate), click_at(end, rate)
            risen = (click_at(begin + rise, rate) - first, last - click_at(end - fall, rate))
            assert samples(said["POSITION"][0], said["LENGTH"][0]) == (first, last - first)
            assert samples(said["SOFFS"][0]) == (first - click_at(place[0] - HANDLES, rate),)
            assert samples(said["FADEIN"][1], said["FADEOUT"][1]) == risen
            assert said["FADEIN"][2] == said["FADEOUT"][2] == 0


_NUMBERED = ("POSITION", "LENGTH", "SOFFS", "FADEIN", "FADEOUT")


def samples(*seconds_: Fraction) -> tuple[int, ...]:
    return tuple(round(one * 48000) for one in seconds_)


def test_a_list_has_none_and_it_is_told(tmp_path: Path) -> None:
    assert "CMX 3600: 15 fades of stems are left out." in edl.write(faded_reel(tmp_path).reel, tmp_path / "out.edl")
    (tmp_path / "plain").mkdir()
    plain = edl.write(faded_reel(tmp_path / "plain", frames=0).reel, tmp_path / "plain.edl")
    assert not any("fade" in told for told in plain)


def test_a_bundle_has_them_as_its_timeline_does(tmp_path: Path) -> None:
    otioz.write(faded_reel(tmp_path).reel, tmp_path / "out.otiod")
    back = otio.adapters.read_from_file(str(tmp_path / "out.otiod" / "content.otio"))
    assert [ways_of(track) for track in back.tracks] == [WAYS] * 3


def test_kdenlive_has_its_own_fades_and_mixes(tmp_path: Path) -> None:
    kdenlive.write(faded_reel(tmp_path).reel, tmp_path / "out.kdenlive")
    root = parsed(tmp_path / "out.kdenlive")
    for number in range(3):
        halves = [root.find(f"playlist[@id='playlist{number}_{half}']") for half in (0, 1)]
        entries = [[_ends(one) for one in half.findall("entry")] for half in halves if half is not None]
        assert entries == [[(24, 59), (24, 64), (24, 59)], [(19, 71)]]
        faded = [
            (_said(one, "kdenlive_id"), _ends(one))
            for half in halves
            if half is not None
            for one in half.iter("filter")
        ]
        assert faded == [("fadein", (24, 33)), ("fadein", (24, 33)), ("fadeout", (50, 59)), ("fadeout", (62, 71))]
        (mix,) = root.findall(f"tractor[@id='tractor{number}']/transition")
        assert (_ends(mix), _said(mix, "kdenlive:mixcut"), _said(mix, "reverse")) == ((91, 100), "5", "0")


def test_kdenlive_counts_a_mix_of_an_odd_length_from_its_end_to_the_cut(tmp_path: Path) -> None:
    kdenlive.write(faded_reel(tmp_path, frames=7).reel, tmp_path / "out.kdenlive")
    (mix,) = parsed(tmp_path / "out.kdenlive").findall("tractor[@id='tractor0']/transition")
    assert (_ends(mix), _said(mix, "kdenlive:mixcut")) == ((93, 99), "4")


def _ends(element: Element) -> tuple[int, int]:
    return int(element.attrib["in"]), int(element.attrib["out"])


def _said(element: Element, name: str) -> str | None:
    return element.findtext(f"property[@name='{name}']")


def test_shotcut_has_its_own_fades_and_transitions(tmp_path: Path) -> None:
    mlt.write(faded_reel(tmp_path).reel, tmp_path / "out.mlt")
    root = parsed(tmp_path / "out.mlt")
    faded = [(_said(one, "shotcut:filter"), _ends(one), _said(one, "level")) for one in root.findall("producer/filter")]
    rise, fall = "0=-60;9=0", "26=0;35=-60"
    assert faded[:4] == [
        ("fadeInVolume", (24, 59), rise), ("fadeOutVolume", (24, 71), "38=0;47=-60"), ("fadeInVolume", (24, 59), rise),
        ("fadeOutVolume", (24, 59), fall),
    ]  # fmt: skip
    crossings = [one for one in root.findall("tractor") if _said(one, "shotcut:transition") == "lumaMix"]
    assert [[_ends(track) for track in one.findall("track")] for one in crossings] == [[(55, 64), (19, 28)]] * 3


@pytest.mark.parametrize("suffix", [one.suffix for one in FORMATS if one.suffix not in (".rpp", ".otiod")])
def test_the_sound_of_a_stem_lies_where_it_does_without_fades(tmp_path: Path, suffix: str) -> None:
    """Whether a cross-fade is in a clip's length or not, each moment of its file is where it belongs."""
    writer = next(one for one in FORMATS if one.suffix == suffix)
    writer.write(faded_reel(tmp_path).reel, tmp_path / f"out{suffix}")
    cut = read_timeline(tmp_path / f"out{suffix}", Fraction(24) if suffix == ".edl" else None)
    assert cut.duration == Fraction(END, 24)
    for number, (begin, end, _) in enumerate(PLACES):
        mine = [one for one in cut.clips if one.medium.path and one.medium.path.name == f"ambient-{number}.wav"]
        assert mine
        for one in mine:
            assert Fraction(begin - 5, 24) <= one.record.start < one.record.end <= Fraction(end + 5, 24)
            assert one.source_start - one.record.start == Fraction(HANDLES - begin, 24)
