"""Final Cut Pro XML: exact rational times, every stem connected where it belongs, roles, handles and words kept."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import cv2
import numpy as np
import opentimelineio as otio
import pytest
import wavinfo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.media.wave import Broadcast, Depth, WaveWriter
from engine.types import OutputError
from plugin.interchange.fcpxml import write
from tests.plugin.interchange.fcpxml_grammar import check, seconds
from tests.plugin.interchange.xml_reels import NTSC, RATES, Truth, any_reels, cut_at, reel_of
from tests.plugin.timelines import clip, dissolve, gap, marker, span, stack, track

SHOTS = [(0, 31), (31, 44), (61, 97)]
ROLES = {"ambient": "-1", "action": "-2", "material": "-3"}


def written(reel: Any, folder: Path) -> tuple[Element, tuple[str, ...]]:
    path = folder / "cut.fcpxml"
    told = write(reel, path)
    root = ElementTree.parse(path).getroot()
    check(root)
    return root, told


def frames(time: Fraction, rate: Fraction) -> int:
    assert (time * rate).denominator == 1
    return int(time * rate)


def resource(root: Element, identity: str | None) -> Element:
    found = root.find(f"resources/*[@id='{identity}']")
    assert found is not None
    return found


def placed(sequence: Element) -> list[tuple[Element, Fraction]]:
    """Every clip with its place in seconds from the timeline's start."""
    found, start = [], seconds(sequence.get("tcStart"))
    for item in sequence.findall("spine/*"):
        if item.tag == "transition":
            continue
        at = seconds(item.get("offset")) - start
        found.append((item, at))
        own = seconds(item.get("start"))
        found += [(child, at + seconds(child.get("offset")) - own) for child in item.findall("asset-clip")]
    return found


def project(root: Element) -> Element:
    found = root.find("library/event/project/sequence")
    assert found is not None
    return found


def by_name(root: Element) -> dict[str | None, Element]:
    return {one.get("name"): one for one in project(root).iter("asset-clip")}


def check_stems(root: Element, sequence: Element, truths: dict[str, Truth], rate: Fraction) -> None:
    found = {element.get("name"): (element, at) for element, at in placed(sequence) if element.get("audioRole")}
    assert set(found) == set(truths)
    for name, truth in truths.items():
        element, at = found[name]
        asset = resource(root, element.get("ref"))
        stamp = (truth.stamp * 48_000 * 2 + rate) // (2 * rate)  # the nearest sample, halves up
        first = seconds(asset.get("start"))
        assert first == Fraction(int(stamp), 48_000)
        assert frames(at, rate) == truth.start
        assert frames(seconds(element.get("duration")), rate) == truth.end - truth.start
        assert (seconds(element.get("start")) - first) * rate == truth.head
        assert seconds(asset.get("duration")) * rate == truth.file
        layer = name.split("-")[0]
        assert (element.get("audioRole"), element.get("lane")) == (f"effects.{layer}", ROLES[layer])
        assert (asset.get("hasAudio"), asset.get("audioChannels"), asset.get("hasVideo")) == ("1", "2", None)


@pytest.mark.parametrize("hours", [0, 1, 25])
@pytest.mark.parametrize("rate", RATES)
def test_stems_lie_where_they_belong_at_every_rate(tmp_path: Path, rate: Fraction, hours: int) -> None:
    picture = track(gap(40, float(rate)), clip("picture", 30, start=7, rate=float(rate), url="/m/a b.mov"))
    reel, truths = reel_of(cut_at(rate, picture, hours=hours), SHOTS, tmp_path, rate)
    root, _ = written(reel, tmp_path)
    check_stems(root, project(root), truths, rate)
    assert seconds(project(root).get("tcStart")) * rate == hours * 3600 * round(rate)
    assert seconds(project(root).get("duration")) * rate == 97
    (shown,) = [(one, at) for one, at in placed(project(root)) if one.get("name") == "picture"]
    assert (frames(shown[1], rate), frames(seconds(shown[0].get("start")), rate)) == (40, 7)


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(25), Fraction(30), Fraction(50), Fraction(60)])
def test_the_public_adapter_reads_the_same_places(tmp_path: Path, rate: Fraction) -> None:
    pytest.importorskip("otio_fcpx_xml_adapter")
    picture = track(clip("picture", 97, rate=float(rate), url="/m/a.mov"))
    reel, truths = reel_of(cut_at(rate, picture, hours=0), SHOTS, tmp_path, rate)
    write(reel, tmp_path / "cut.fcpxml")
    (back,) = otio.adapters.read_from_file(str(tmp_path / "cut.fcpxml"), adapter_name="fcpx_xml")
    assert [one.name for one in back.tracks] == ["-1", "-2", "-3", "0"]
    read = {item.name: item for item in back.find_clips()}
    assert set(read) == {*truths, "picture"}
    for name, truth in truths.items():
        place = read[name].trimmed_range_in_parent()
        # It counts frames of floats and cuts them off, so that it may read one too few.
        assert place.start_time.value - truth.start in (0, -1)
        assert place.duration.value - (truth.end - truth.start) in (0, -1)
        assert read[name].source_range.start_time.value - truth.stamp - truth.head in (0, -1)


@pytest.mark.parametrize(
    ("rate", "duration", "name"),
    [
        (NTSC[0], "1001/24000s", "FFVideoFormat1080p2398"), (Fraction(24), "1/24s", "FFVideoFormat1080p24"),
        (Fraction(25), "1/25s", "FFVideoFormat1080p25"), (NTSC[1], "1001/30000s", "FFVideoFormat1080p2997"),
        (Fraction(30), "1/30s", "FFVideoFormat1080p30"), (NTSC[2], "1001/48000s", None),
        (Fraction(48), "1/48s", None), (Fraction(50), "1/50s", "FFVideoFormat1080p50"),
        (NTSC[3], "1001/60000s", "FFVideoFormat1080p5994"), (Fraction(60), "1/60s", "FFVideoFormat1080p60"),
        (NTSC[4], "1001/120000s", None), (Fraction(120), "1/120s", None),
    ],
)  # fmt: skip
def test_every_rate_has_its_format(tmp_path: Path, rate: Fraction, duration: str, name: str | None) -> None:
    reel, _ = reel_of(cut_at(rate), [(0, 9)], tmp_path, rate)
    root, told = written(reel, tmp_path)
    shape = resource(root, project(root).get("format"))
    assert (shape.get("frameDuration"), shape.get("name")) == (duration, name)
    assert bool(told) is (name is None)
    assert all("at which Final Cut Pro has no projects" in one for one in told)


@pytest.mark.parametrize("rate", [NTSC[1], NTSC[3], NTSC[4]])
def test_drop_frame_is_shown_and_counts_real_frames(tmp_path: Path, rate: Fraction) -> None:
    reel, truths = reel_of(cut_at(rate, drop_frame=True), [(0, 31)], tmp_path, rate)
    root, _ = written(reel, tmp_path)
    check_stems(root, project(root), truths, rate)
    assert project(root).get("tcFormat") == "DF"
    assert seconds(project(root).get("tcStart")) * rate == 3600 * round(rate) - 54 * round(rate) // 15


def test_known_sizes_have_known_names_and_others_none(tmp_path: Path, film: Path) -> None:
    reel, _ = reel_of(cut_at(Fraction(24), track(clip("a", 24, url=str(film)))), [], tmp_path, Fraction(24))
    root, _ = written(reel, tmp_path)
    shape = resource(root, project(root).get("format"))
    assert (shape.get("width"), shape.get("name"), shape.get("frameDuration")) == ("320", None, "1/24s")
    asset = resource(root, by_name(root)["a"].get("ref"))
    assert (asset.get("duration"), asset.get("hasVideo"), asset.get("hasAudio")) == ("6s", "1", None)


def test_media_of_another_rate_is_conformed_without_a_change_of_speed(tmp_path: Path, film: Path) -> None:
    reel, _ = reel_of(
        cut_at(Fraction(25), track(clip("a", 25, start=50, rate=25, url=str(film)))), [], tmp_path, Fraction(25)
    )
    root, _ = written(reel, tmp_path)
    (conform,) = by_name(root)["a"].findall("conform-rate")
    assert conform.attrib == {"scaleEnabled": "0", "srcFrameRate": "24"}
    assert by_name(root)["a"].get("start") == "2s"


def test_upper_tracks_and_sound_are_connected_in_lanes(tmp_path: Path) -> None:
    inner = stack(track(clip("n1", 24, url="/m/n1.mov")), track(clip("n2", 12, url="/m/n2.mov")))
    cut = cut_at(
        Fraction(24),
        track(clip("v1", 24, start=5, url="/m/v1.mov"), inner),
        track(gap(30), clip("v2", 10, url="/m/v2.mov", enabled=False)),
        track(gap(26), clip("voice", 10, url="/m/v1.mov"), kind="Audio"),
    )
    reel, truths = reel_of(cut, [(26, 40)], tmp_path, Fraction(24))
    root, _ = written(reel, tmp_path)
    check_stems(root, project(root), truths, Fraction(24))
    lanes = {
        one.get("name"): (one.get("lane"), frames(at, Fraction(24)))
        for one, at in placed(project(root))
        if not one.get("audioRole")
    }
    assert lanes == {
        "v1": (None, 0), "n1": (None, 24), "n2": ("1", 24), "v2": ("2", 30), "voice": ("-4", 26),
    }  # fmt: skip
    assert by_name(root)["v2"].get("enabled") == "0"
    assert (by_name(root)["v1"].get("srcEnable"), by_name(root)["voice"].get("srcEnable")) == ("video", "audio")
    assert len([one for one in root.findall("resources/asset") if one.get("name") == "v1.mov"]) == 1


def test_speeds_are_mapped_exactly(tmp_path: Path) -> None:
    clips = [
        clip(f"{speed}", 24, start=240, url="/m/a.mov", available=span(0, 480), speed=speed)
        for speed in (2, 0.5, -1, 0, 1 / 3)
    ]
    reel, _ = reel_of(cut_at(Fraction(24), track(*clips)), [], tmp_path, Fraction(24))
    root, told = written(reel, tmp_path)
    maps = {
        name: (one.get("start"), [(point.get("time"), point.get("value")) for point in one.iter("timept")])
        for name, one in by_name(root).items()
    }
    assert maps == {
        "2": ("5s", [("0s", "0s"), ("10s", "20s")]),
        "0.5": ("20s", [("0s", "0s"), ("40s", "20s")]),
        "-1": ("9s", [("0s", "20s"), ("20s", "0s")]),  # its source range 10 s to 11 s is played from its end
        "0": ("10s", [("10s", "10s"), ("11s", "10s")]),
        f"{1 / 3}": ("30s", [("0s", "0s"), ("60s", "20s")]),
    }
    assert told == ()


def test_a_stem_hangs_on_what_lies_at_its_first_frame(tmp_path: Path) -> None:
    cut = cut_at(Fraction(25), track(clip("slow", 50, start=100, rate=25, url="/m/a.mov", speed=0.5), gap(20, 25)))
    reel, _ = reel_of(cut, [(10, 30), (30, 60), (60, 90)], tmp_path, Fraction(25))
    root, _ = written(reel, tmp_path)
    items = [(one.tag, [child.get("name") for child in one if child.get("lane") == "-1"]) for one in project(root)[0]]
    assert items == [("asset-clip", ["ambient-0", "ambient-1"]), ("gap", ["ambient-2"])]
    slow = project(root)[0][0]
    assert slow.get("start") == "8s"  # frame 100 at half speed
    assert next(child.get("offset") for child in slow if child.get("name") == "ambient-0") == "42/5s"


def test_markers_keep_their_words_and_places(tmp_path: Path) -> None:
    marked = clip("a", 48, start=120, url="/m/a.mov", markers=(marker("door", 130, 5, comment="slams"),))
    cut = cut_at(Fraction(24), track(gap(24), marked))
    cut.tracks.markers.extend([marker("rain", 30, comment="from here"), marker("", 3)])
    reel, _ = reel_of(cut, [], tmp_path, Fraction(24))
    root, told = written(reel, tmp_path)
    found = [
        (one.get("name"), *(mark.get(key) for key in ("start", "duration", "value", "note")))
        for one in project(root)[0]
        for mark in one.findall("marker")
    ]
    assert found == [
        ("Gap", "28801/8s", "1/24s", "Marker", None),
        ("a", "65/12s", "5/24s", "door", "slams"),
        ("a", "21/4s", "1/24s", "rain", "from here"),
    ]
    assert told == ("Final Cut Pro XML: 3 markers lose their colours.",)


def test_what_has_no_file_is_a_gap_and_is_told(tmp_path: Path) -> None:
    cut = cut_at(Fraction(24), track(clip("title", 24), clip("a", 24, url="/m/a.mov")))
    reel, _ = reel_of(cut, [], tmp_path, Fraction(24))
    root, told = written(reel, tmp_path)
    assert [(one.tag, one.get("name")) for one in project(root)[0]] == [("gap", "title"), ("asset-clip", "a")]
    assert told == ('Final Cut Pro XML: 1 clip has no file; a gap is left in its place: "title".',)


def test_even_dissolves_of_the_storyline_are_kept_and_others_told(tmp_path: Path) -> None:
    shots = [clip(name, 48, start=24, url=f"/m/{name}.mov", available=span(0, 100)) for name in "abcd"]
    short = clip("e", 48, start=3, url="/m/e.mov", available=span(0, 100))
    picture = track(
        shots[0], dissolve(6, 6), shots[1], dissolve(2, 6), shots[2], dissolve(6, 6), short, gap(4), shots[3]
    )
    upper = [clip(name, 48, start=24, url=f"/m/{name}.mov", available=span(0, 100)) for name in "xy"]
    reel, _ = reel_of(
        cut_at(Fraction(24), picture, track(upper[0], dissolve(6, 6), upper[1])), [], tmp_path, Fraction(24)
    )
    root, told = written(reel, tmp_path)
    (found,) = root.iter("transition")
    assert (found.get("offset"), found.get("duration")) == ("14407/4s", "1/2s")  # 42 frames after the hour
    assert [one.get("name") for one in project(root)[0]] == ["a", "Cross Dissolve", "b", "c", "e", "Gap", "d"]
    say = "Final Cut Pro XML: 1 transition is a plain cut here, for"
    assert told == (
        f'{say} its halves are unequal: "b to c".',
        f'{say} the file after it begins too late: "c to e".',
        f'{say} it is not on the primary storyline: "x to y".',
    )


@pytest.mark.parametrize("rate", [NTSC[0], Fraction(25)])
def test_stems_alone_come_as_a_project_and_a_compound_clip(tmp_path: Path, rate: Fraction) -> None:
    cut = cut_at(rate, track(clip("a", 120, rate=float(rate), url="/m/a.mov")))
    cut.tracks.markers.append(marker("rain", 30, rate=float(rate)))
    reel, truths = reel_of(cut, SHOTS, tmp_path, rate, stems_only=True)
    root, told = written(reel, tmp_path)
    assert [one.tag for one in project(root)[0]] == ["gap"]
    check_stems(root, project(root), truths, rate)
    (compound,) = root.findall("library/event/ref-clip")
    assert compound.get("useAudioSubroles") == "1" and compound.get("duration") == project(root).get("duration")
    inside = resource(root, compound.get("ref"))[0]
    check_stems(root, inside, truths, rate)
    assert len(root.findall("resources/asset")) == len(truths)
    assert list(root.iter("marker")) == [] and told == ()


def test_a_still_is_shown_as_long_as_it_is_cut(tmp_path: Path) -> None:
    picture = tmp_path / "still.png"
    cv2.imwrite(str(picture), np.zeros((72, 128, 3), np.uint8))
    cut = cut_at(NTSC[0], track(clip("card", 48, start=10, rate=float(NTSC[0]), url=str(picture))))
    reel, truths = reel_of(cut, [(12, 40)], tmp_path, NTSC[0])
    root, told = written(reel, tmp_path)
    check_stems(root, project(root), truths, NTSC[0])
    (card,) = project(root)[0]
    assert (card.tag, card.get("name"), card.get("duration")) == ("video", "card", "1001/500s")
    asset = resource(root, card.get("ref"))
    shape = resource(root, asset.get("format"))
    assert (asset.get("duration"), shape.attrib.get("frameDuration")) == ("0s", None)
    assert (shape.get("name"), shape.get("width")) == ("FFVideoFormatRateUndefined", "128")
    assert told == ()


@pytest.mark.parametrize("rate", RATES[:6])
def test_an_asset_starts_at_the_stamp_that_is_in_the_file(tmp_path: Path, rate: Fraction) -> None:
    reel, truths = reel_of(cut_at(rate), [(33, 57)], tmp_path, rate)
    (stem,) = reel.tracks[0].stems
    stem.path.parent.mkdir()
    stamp = stem.stem.span.time_reference_samples(reel.cut.start)
    with WaveWriter(stem.path, 2, Depth.INT24, Broadcast(stamp)) as writer:
        writer.write(np.zeros((2, stem.stem.span.sample_count), np.float32))
    root, _ = written(reel, tmp_path)
    info = wavinfo.WavInfoReader(str(stem.path))
    asset = next(one for one in root.iter("asset") if one.get("name") == "ambient-0.wav")
    assert seconds(asset.get("start")) * 48_000 == info.bext.time_reference
    held, said = info.data.frame_count, seconds(asset.get("duration")) * 48_000
    assert abs(held - said) <= 1
    in_samples = seconds(by_name(root)["ambient-0"].get("start")) * 48_000 - info.bext.time_reference
    assert abs(in_samples - (truths["ambient-0"].start * 48_000 / rate - stem.stem.span.first_sample)) <= Fraction(1, 2)


def test_the_editors_own_stamped_sound_counts_from_its_stamp(tmp_path: Path) -> None:
    voice = tmp_path / "voice.wav"
    with WaveWriter(voice, 1, Depth.INT16, Broadcast(48_000 * 7200 + 12)) as writer:
        writer.write(np.zeros((1, 96_000), np.float32))
    cut = cut_at(Fraction(24), track(clip("voice", 24, start=12, url=str(voice)), kind="Audio"))
    root, _ = written(reel_of(cut, [], tmp_path, Fraction(24))[0], tmp_path)
    element = by_name(root)["voice"]
    asset = resource(root, element.get("ref"))
    assert (asset.get("start"), asset.get("duration"), asset.get("audioChannels")) == ("28800001/4000s", "2s", "1")
    assert seconds(element.get("start")) - seconds(asset.get("start")) == Fraction(1, 2)


def test_files_are_named_by_encoded_urls(tmp_path: Path) -> None:
    cut = cut_at(Fraction(24), track(clip("a", 24, url="/m/a b#1 é%.mov")))
    reel, _ = reel_of(cut, [], tmp_path, Fraction(24))
    root, _ = written(reel, tmp_path)
    (source,) = root.iter("media-rep")
    assert source.get("src") == "file:///m/a%20b%231%20%C3%A9%25.mov"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    reel, _ = reel_of(cut_at(Fraction(25)), [(0, 9)], tmp_path, Fraction(25))
    (tmp_path / "cut.fcpxml").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="never overwritten"):
        write(reel, tmp_path / "cut.fcpxml")
    assert (tmp_path / "cut.fcpxml").read_text(encoding="utf-8") == "mine"


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_cut_keeps_the_grammar_and_holds_its_stems(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        reel, truths = data.draw(any_reels(Path(name)))
        root, _ = written(reel, Path(name))
        for sequence in root.iter("sequence"):
            check_stems(root, sequence, truths, reel.rate)
