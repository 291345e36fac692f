"""FCP 7 XML: every stem where it belongs to the frame, each file told once, and what cannot be held is said."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import opentimelineio as otio
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.types import Layer, OutputError, TimelineError
from plugin.interchange.fcp7 import write
from tests.plugin.interchange.xml_reels import NTSC, RATES, Truth, any_reels, cut_at, reel_of
from tests.plugin.timelines import clip, dissolve, gap, marker, span, track

SHOTS = [(0, 31), (31, 44), (61, 97)]


def number(element: Element, path: str) -> int:
    return int(text(element, path))


def text(element: Element, path: str) -> str:
    found = element.findtext(path)
    assert found is not None, path
    return found


def written(reel: Any, folder: Path) -> tuple[Element, tuple[str, ...]]:
    path = folder / "cut.xml"
    told = write(reel, path)
    return ElementTree.parse(path).getroot(), told


def rate_of(element: Element) -> Fraction:
    timebase = number(element, "rate/timebase")
    return Fraction(timebase * 1000, 1001) if text(element, "rate/ntsc") == "TRUE" else Fraction(timebase)


def files(root: Element) -> dict[str, Element]:
    """Each file's description by its id; told once."""
    full: dict[str, Element] = {}
    for file in root.iter("file"):
        if len(file):
            assert file.attrib["id"] not in full
            full[file.attrib["id"]] = file
        else:
            assert file.attrib["id"] in full
    return full


def check_stems(root: Element, truths: dict[str, Truth], rate: Fraction) -> None:
    told = files(root)
    seen: dict[str, list[str]] = {name: [] for name in truths}
    for item in root.iter("clipitem"):
        name = text(item, "name")
        if name in truths:
            truth, file = truths[name], told[item.find("file").attrib["id"]]  # type: ignore[union-attr]
            assert (number(item, "start"), number(item, "end")) == (truth.start, truth.end)
            assert (number(item, "in"), number(item, "out")) == (truth.head, truth.head + truth.end - truth.start)
            assert number(item, "duration") == number(file, "duration") == truth.file
            assert number(file, "timecode/frame") == truth.stamp
            assert rate_of(item) == rate_of(file) == rate
            seen[name].append(text(item, "sourcetrack/trackindex"))
    assert all(channels == ["1", "2"] for channels in seen.values())


def check_form(root: Element) -> None:
    """Ids are there once, links lead to clips, every track is in order and holds frames that fit."""
    ids = [item.attrib["id"] for item in root.iter("clipitem")]
    assert len(ids) == len(set(ids))
    tracks = root.findall("sequence/media/audio/track")
    for link in root.iter("link"):
        linked = tracks[number(link, "trackindex") - 1].findall("clipitem")[number(link, "clipindex") - 1]
        assert linked.attrib["id"] == text(link, "linkclipref")
    for one in root.iter("track"):
        at = 0
        for item, start, end in placed(one):
            first, last = number(item, "in"), number(item, "out")
            assert at <= start < end and first >= 0
            assert number(item, "start") < 0 or number(item, "end") < 0 or last - first == end - start
            assert last <= number(item, "duration")
            at = end


def placed(track: Element) -> list[tuple[Element, int, int]]:
    """Each clip with the frames at which it is cut; under a dissolve these are the dissolve's."""
    items = [one for one in track if one.tag in ("clipitem", "transitionitem")]
    found = []
    for index, item in enumerate(items):
        if item.tag == "clipitem":
            start, end = number(item, "start"), number(item, "end")
            start = cut_of(items[index - 1]) if start < 0 else start
            found.append((item, start, cut_of(items[index + 1]) if end < 0 else end))
    return found


def cut_of(item: Element) -> int:
    assert item.tag == "transitionitem"
    start, end, alignment = number(item, "start"), number(item, "end"), text(item, "alignment")
    assert start < end and (alignment != "center" or (end - start) % 2 == 0)
    return {"start": start, "end": end, "center": (start + end) // 2}[alignment]


@pytest.mark.parametrize("rate", RATES)
def test_stems_lie_where_they_belong_at_every_rate(tmp_path: Path, rate: Fraction) -> None:
    cut = cut_at(rate, track(clip("picture", 100, rate=float(rate), url="/m/a b.mov")))
    reel, truths = reel_of(cut, SHOTS, tmp_path, rate)
    root, told = written(reel, tmp_path)
    check_stems(root, truths, rate)
    check_form(root)
    assert told == ()
    assert number(root, "sequence/timecode/frame") == 3600 * round(rate)
    assert number(root, "sequence/duration") == 100


@pytest.mark.parametrize("rate", RATES)
def test_the_public_adapter_reads_the_same_frames(tmp_path: Path, rate: Fraction) -> None:
    pytest.importorskip("otio_fcp_adapter")
    name = "a & <b> %2F 夜.mov"
    picture = track(gap(5, float(rate)), clip("picture", 95, start=7, rate=float(rate), url=f"/m/{name}"))
    reel, truths = reel_of(cut_at(rate, picture), SHOTS, tmp_path, rate)
    write(reel, tmp_path / "cut.xml")
    back = otio.adapters.read_from_file(str(tmp_path / "cut.xml"), adapter_name="fcp_xml")
    assert [one.name for one in back.tracks] == ["", "Foley Ambient", "Foley Action", "Foley Material"]
    assert round(back.global_start_time.value) == 3600 * round(rate)
    for item in back.find_clips():
        place = item.trimmed_range_in_parent()
        start, length, first = place.start_time.value, place.duration.value, item.source_range.start_time.value
        media = item.media_reference.available_range
        assert place.start_time.rate == pytest.approx(float(rate), rel=1e-12)
        if item.name == "picture":
            assert (start, length, first) == (5, 95, 7)
        else:
            truth = truths[item.name]
            assert (start, length) == (truth.start, truth.end - truth.start)
            assert first == truth.stamp + truth.head == 3600 * round(rate) + truth.start
            assert (media.start_time.value, media.duration.value) == (truth.stamp, truth.file)


@pytest.mark.parametrize("rate", [NTSC[1], NTSC[3], NTSC[4]])
def test_drop_frame_is_shown_and_counts_real_frames(tmp_path: Path, rate: Fraction) -> None:
    reel, truths = reel_of(cut_at(rate, drop_frame=True), [(0, 31)], tmp_path, rate)
    root, _ = written(reel, tmp_path)
    check_stems(root, truths, rate)
    assert text(root, "sequence/timecode/displayformat") == "DF"
    label = text(root, "sequence/timecode/string")
    assert label.startswith("01:00:00;") and int(label.split(";")[1]) == 0
    assert number(root, "sequence/timecode/frame") == 3600 * round(rate) - 54 * round(rate) // 15


def test_a_stereo_stem_is_an_exploded_pair_with_its_name(tmp_path: Path) -> None:
    reel, _ = reel_of(cut_at(Fraction(25)), [(0, 10)], tmp_path, Fraction(25), stems_only=True)
    root, _ = written(reel, tmp_path)
    tracks = root.findall("sequence/media/audio/track")
    assert [one.get("MZ.TrackName") for one in tracks[::2]] == ["Foley Ambient", "Foley Action", "Foley Material"]
    assert [one.get("currentExplodedTrackIndex") for one in tracks] == ["0", "1"] * 3
    assert {(one.get("premiereTrackType"), one.get("totalExplodedTrackCount")) for one in tracks} == {("Stereo", "2")}
    assert [text(one, "outputchannelindex") for one in tracks] == ["1", "2"] * 3
    assert len(list(root.iter("link"))) == 12
    assert root.findall("sequence/media/video/track") == []


def test_files_are_named_as_premiere_and_resolve_find_them(tmp_path: Path) -> None:
    cut = cut_at(Fraction(24), track(clip("a", 24, url="/m/a b#1 é%.mov"), clip("b", 24, url="C:\\rushes\\b c.mov")))
    reel, _ = reel_of(cut, [(0, 10)], tmp_path, Fraction(24))
    root, _ = written(reel, tmp_path)
    urls = [file.findtext("pathurl") for file in files(root).values()]
    assert urls[:2] == ["file://localhost/m/a%20b%231%20%C3%A9%25.mov", "file://localhost/C:/rushes/b%20c.mov"]
    assert urls[2] == f"file://localhost{(tmp_path / 'stems' / 'ambient-0.wav').as_posix()}"


def test_a_file_is_told_once_and_reaches_as_far_as_it_is_used(tmp_path: Path) -> None:
    cut = cut_at(Fraction(24), track(clip("a", 24, start=10, url="/m/a.mov"), clip("b", 30, start=100, url="/m/a.mov")))
    reel, _ = reel_of(cut, [], tmp_path, Fraction(24))
    root, _ = written(reel, tmp_path)
    (file,) = files(root).values()
    assert number(file, "duration") == 130
    assert len({text(item, "masterclipid") for item in root.iter("clipitem")}) == 1


def test_what_is_switched_off_stays_off(tmp_path: Path) -> None:
    off = track(clip("a", 24, url="/m/a.mov"))
    off.enabled = False
    on = track(clip("b", 24, url="/m/a.mov", enabled=False), clip("c", 24, url="/m/a.mov"))
    reel, _ = reel_of(cut_at(Fraction(24), off, on), [], tmp_path, Fraction(24))
    root, _ = written(reel, tmp_path)
    switches = {text(item, "name"): text(item, "enabled") for item in root.iter("clipitem")}
    assert switches == {"a": "FALSE", "b": "FALSE", "c": "TRUE"}
    assert [text(one, "enabled") for one in root.findall("sequence/media/video/track")] == ["FALSE", "TRUE"]


def test_speeds_are_written_where_percents_say_them_and_all_are_told(tmp_path: Path) -> None:
    clips = [
        clip(f"{speed}", 24, start=30, url="/m/a.mov", available=span(0, 500), speed=speed)
        for speed in (2, 0.5, 1.125, -1, 0, 1 / 3)
    ]
    reel, _ = reel_of(cut_at(Fraction(24), track(*clips)), [], tmp_path, Fraction(24))
    root, told = written(reel, tmp_path)
    found = {text(item, "name"): item for item in root.iter("clipitem")}
    values = {
        name: text(item.findall("filter/effect/parameter")[1], "value")
        for name, item in found.items()
        if item.find("filter") is not None
    }
    assert values == {"2": "200", "0.5": "50", "1.125": "112.5"}
    assert [(number(found[name], "in"), number(found[name], "duration")) for name in ("2", "0.5")] == [
        (15, 250), (60, 1000),
    ]  # fmt: skip
    assert {number(item, "out") - number(item, "in") for item in found.values()} == {24}
    assert told == (
        "FCP 7 XML: 3 clips run at another speed, which Premiere Pro reads and DaVinci Resolve does not.",
        "FCP 7 XML: 1 clip starts in its file between two frames and from the nearest here.",
        "FCP 7 XML: 1 clip runs backwards in the cut, here forwards at normal speed.",
        "FCP 7 XML: 1 clip is frozen in the cut, here forwards at normal speed.",
        "FCP 7 XML: 1 clip runs at a speed that percents cannot say in the cut, here forwards at normal speed.",
    )


def test_markers_keep_their_words_and_places(tmp_path: Path) -> None:
    marked = clip("a", 48, start=100, url="/m/a.mov", markers=(marker("door", 110, 5, comment="slams"),))
    cut = cut_at(Fraction(24), track(gap(24), marked))
    cut.tracks.markers.append(marker("rain", 30, comment="from here"))
    reel, _ = reel_of(cut, [], tmp_path, Fraction(24))
    root, told = written(reel, tmp_path)
    found = [
        tuple(one.findtext(tag) for tag in ("name", "comment", "in", "out"))
        for one in (*root.findall("sequence/marker"), *root.findall(".//clipitem/marker"))
    ]
    assert found == [("rain", "from here", "30", "-1"), ("door", "slams", "110", "115")]
    assert told == ("FCP 7 XML: 2 markers lose their colours.",)


def test_dissolves_are_kept_with_their_handles_and_others_told(tmp_path: Path) -> None:
    shots = [clip(name, 48, start=24, url=f"/m/{name}.mov", available=span(0, 100)) for name in "abcde"]
    shots.append(clip("f", 48, start=3, url="/m/f.mov", available=span(0, 100)))
    ways = [dissolve(6, 6), dissolve(0, 8), dissolve(8, 0), dissolve(2, 6), dissolve(6, 6)]
    items = [one for pair in zip(shots[:-1], ways, strict=True) for one in pair]
    reel, truths = reel_of(cut_at(Fraction(24), track(*items, shots[-1])), [(40, 60)], tmp_path, Fraction(24))
    root, told = written(reel, tmp_path)
    check_form(root)
    check_stems(root, truths, Fraction(24))
    found = [tuple(one.findtext(tag) for tag in ("start", "end", "alignment")) for one in root.iter("transitionitem")]
    assert found == [("42", "54", "center"), ("96", "104", "start"), ("136", "144", "end")]
    own = placed(root.findall("sequence/media/video/track")[0])
    assert [(start, end) for _, start, end in own] == [(at, at + 48) for at in range(0, 288, 48)]
    assert [(number(item, "in"), number(item, "out")) for item, *_ in own] == [
        (24, 78), (18, 80), (24, 72), (16, 72), (24, 72), (3, 51),
    ]  # fmt: skip
    assert told == (
        'FCP 7 XML: 1 transition is a plain cut here, for its halves are unequal: "d to e".',
        'FCP 7 XML: 1 transition is a plain cut here, for the file after it begins too late: "e to f".',
    )


def test_the_public_adapter_reads_dissolves_and_the_cuts_under_them(tmp_path: Path) -> None:
    pytest.importorskip("otio_fcp_adapter")
    shots = [clip(name, 48, start=24, url=f"/m/{name}.mov", available=span(0, 100)) for name in "abc"]
    picture = track(shots[0], dissolve(6, 6), shots[1], dissolve(0, 8), shots[2])
    reel, _ = reel_of(cut_at(Fraction(24), picture), [], tmp_path, Fraction(24))
    write(reel, tmp_path / "cut.xml")
    back = otio.adapters.read_from_file(str(tmp_path / "cut.xml"), adapter_name="fcp_xml").tracks[0]
    read = []
    for one in back.find_clips():
        place = one.trimmed_range_in_parent()
        read.append((one.name, place.start_time.value, place.duration.value, one.source_range.start_time.value))
    assert read == [("a", 0, 48, 24), ("b", 48, 48, 24), ("c", 96, 48, 24)]
    ways = [(one.in_offset.value, one.out_offset.value) for one in back if isinstance(one, otio.schema.Transition)]
    assert ways == [(6, 6), (0, 8)]


def test_sound_keeps_its_channels(tmp_path: Path) -> None:
    for name, channels in (("mono", 1), ("stereo", 2), ("six", 6)):
        soundfile.write(tmp_path / f"{name}.wav", np.zeros((96_000, channels)), 48_000)
    clips = [clip(name, 12, start=12, url=str(tmp_path / f"{name}.wav")) for name in ("mono", "stereo", "six")]
    cut = cut_at(Fraction(24), track(*clips, name="Voice", kind="Audio"))
    reel, _ = reel_of(cut, [], tmp_path, Fraction(24))
    root, told = written(reel, tmp_path)
    check_form(root)
    shapes = [
        (one.get("premiereTrackType"), [item.findtext("name") for item in one.findall("clipitem")])
        for one in root.findall("sequence/media/audio/track")
        if one.get("MZ.TrackName") == "Voice"
    ]
    assert shapes == [("Mono", ["mono"]), ("Stereo", ["stereo", "six"]), ("Stereo", ["stereo", "six"])]
    assert [number(file, "media/audio/channelcount") for file in files(root).values()] == [1, 2, 6]
    assert {number(file, "duration") for file in files(root).values()} == {48}
    assert told == ("FCP 7 XML: 1 clip has more than two channels, of which the first two are written.",)


def test_a_film_says_its_own_rate_size_and_length(tmp_path: Path, film: Path) -> None:
    cut = cut_at(Fraction(25), track(clip("a", 25, start=50, rate=25, url=str(film))))
    reel, _ = reel_of(cut, [], tmp_path, Fraction(25))
    root, _ = written(reel, tmp_path)
    (file,) = files(root).values()
    assert (rate_of(file), number(file, "duration")) == (Fraction(24), 144)
    assert number(root, "sequence/media/video/format/samplecharacteristics/width") == 320
    (item,) = root.iter("clipitem")
    assert (number(item, "in"), number(item, "duration"), rate_of(item)) == (50, 150, Fraction(25))


def test_places_between_frames_and_clips_without_files_are_told(tmp_path: Path) -> None:
    cut = cut_at(
        Fraction(24), track(clip("a", 23.5, url="/m/a.mov"), clip("title", 24), clip("b", 0.25, url="/m/b.mov"))
    )
    reel, _ = reel_of(cut, [], tmp_path, Fraction(24))
    root, told = written(reel, tmp_path)
    check_form(root)
    assert [text(item, "name") for item in root.iter("clipitem")] == ["a", "title"]
    assert told == (
        'FCP 7 XML: 1 clip has no file and is offline here: "title".',
        "FCP 7 XML: 2 clips lie beside whole frames and are moved to the nearest.",
        "FCP 7 XML: 1 clip is shorter than a frame and left out.",
    )


def test_past_24_hours_frames_go_on_and_it_is_told(tmp_path: Path) -> None:
    reel, truths = reel_of(cut_at(Fraction(25), hours=25), SHOTS, tmp_path, Fraction(25))
    root, told = written(reel, tmp_path)
    check_stems(root, truths, Fraction(25))
    assert number(root, "sequence/timecode/frame") == 25 * 3600 * 25
    assert told == ("FCP 7 XML: 1 timeline runs past 24 hours; programs may show its timecode from 00:00:00:00 again.",)


def test_a_rate_that_the_format_cannot_count_is_refused(tmp_path: Path) -> None:
    reel, _ = reel_of(cut_at(Fraction(25, 2)), [(0, 9)], tmp_path, Fraction(25, 2))
    with pytest.raises(TimelineError, match=r"cannot count 12\.5 frames a second"):
        write(reel, tmp_path / "cut.xml")
    assert not (tmp_path / "cut.xml").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    reel, _ = reel_of(cut_at(Fraction(25)), [(0, 9)], tmp_path, Fraction(25))
    (tmp_path / "cut.xml").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="never overwritten"):
        write(reel, tmp_path / "cut.xml")
    assert (tmp_path / "cut.xml").read_text(encoding="utf-8") == "mine"


def test_the_same_reel_is_the_same_bytes(tmp_path: Path) -> None:
    reel, _ = reel_of(cut_at(Fraction(24), track(clip("a", 24, url="/m/a.mov"))), SHOTS, tmp_path, Fraction(24))
    write(reel, tmp_path / "one.xml")
    write(reel, tmp_path / "two.xml")
    assert (tmp_path / "one.xml").read_bytes() == (tmp_path / "two.xml").read_bytes()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_cut_is_well_formed_and_holds_its_stems(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        reel, truths = data.draw(any_reels(Path(name)))
        root, _ = written(reel, Path(name))
        check_form(root)
        check_stems(root, truths, reel.rate)
        own = [item for item in root.iter("clipitem") if text(item, "name") not in truths]
        assert not own or not reel.stems_only
        assert len(list(root.iter("clipitem"))) == len(own) + 2 * len(truths)
        assert len(truths) % len(Layer) == 0
