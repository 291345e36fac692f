"""The timecode of a file's first frame: its own, and of a file that does not open what the timeline says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import aaf2  # type: ignore[import-untyped]
import av
import pytest

from plugin.interchange import aaf, edl, fcp7, fcpxml
from plugin.interchange.reel import Reel
from plugin.timeline import clock
from plugin.timeline.read import read_timeline
from tests.engine.footage import draw, wall, write_film
from tests.plugin.interchange.placed_reels import placed_reel
from tests.plugin.timelines import clip, save, span, timeline, track

RATE = 24
SAID = 10 * 3600 * RATE + 7  # 10:00:00:07
FIRST = 30  # frame of the file that is shown first


def reel_of(film: Path, folder: Path) -> Reel:
    """A clip of a file whose first frame the timeline puts at SAID."""
    shown = clip("walk", 24, start=SAID + FIRST, url=str(film), available=span(SAID, 96))
    return placed_reel(folder, Fraction(RATE), cut=timeline(track(shown)))


@pytest.fixture(params=["missing", "of an unknown kind"])
def reel(request: pytest.FixtureRequest, tmp_path: Path) -> Reel:
    film = tmp_path / "walk.mov"
    if request.param != "missing":
        film.write_bytes(b"no picture")
    return reel_of(film, tmp_path)


def parsed(path: Path) -> Element:
    return ElementTree.parse(path).getroot()


@pytest.mark.parametrize(
    ("available", "start"),
    [(span(SAID, 96), Fraction(SAID, RATE)), (span(12.5, 96, 23.976), Fraction(25, 2) * 1001 / 24000), (None, None)],
)
def test_what_the_timeline_says_is_kept_exactly(tmp_path: Path, available: Any, start: Fraction | None) -> None:
    made = clip("walk", 24, start=SAID, url="/m/walk.mov", available=available)
    (read,) = read_timeline(save(timeline(track(made)), tmp_path / "cut.otio")).clips
    assert read.media_start == start


def test_fcp7_has_it_as_the_files_timecode(reel: Reel, tmp_path: Path) -> None:
    fcp7.write(reel, tmp_path / "out.xml")
    item = next(parsed(tmp_path / "out.xml").iter("clipitem"))
    assert item.findtext("file/timecode/frame") == str(SAID)
    assert item.findtext("file/timecode/string") == "10:00:00:07"
    assert item.findtext("in") == str(FIRST)


def test_final_cut_has_it_as_the_assets_start(reel: Reel, tmp_path: Path) -> None:
    fcpxml.write(reel, tmp_path / "out.fcpxml")
    root = parsed(tmp_path / "out.fcpxml")
    asset = next(one for one in root.iter("asset") if one.attrib["name"] == "walk.mov")
    shown = next(one for one in root.iter("asset-clip") if one.attrib["ref"] == asset.attrib["id"])
    seconds = [Fraction(text.removesuffix("s")) for text in (asset.attrib["start"], shown.attrib["start"])]
    assert seconds == [Fraction(SAID, RATE), Fraction(SAID + FIRST, RATE)]


def test_an_aaf_has_it_where_the_file_is_from(reel: Reel, tmp_path: Path) -> None:
    aaf.write(reel, tmp_path / "out.aaf")
    with aaf2.open(str(tmp_path / "out.aaf"), "r") as file:
        picture = next(slot for slot in next(file.content.toplevel()).slots if slot.media_kind == "Picture")
        shown = next(iter(picture.segment.components))
        origin = shown.mob
        while origin.slot_at(1).segment.mob is not None:
            origin = origin.slot_at(1).segment.mob
        origin_clock = next(slot.segment for slot in origin.slots if slot.media_kind == "Timecode")
        assert (shown.start, origin_clock.start, origin_clock.fps) == (FIRST, SAID, RATE)


def test_a_list_has_it_as_source_timecode(reel: Reel, tmp_path: Path) -> None:
    edl.write(reel, tmp_path / "out.edl")
    event = next(line for line in (tmp_path / "out.edl").read_text().splitlines() if " V " in line)
    assert event.split()[4:6] == ["10:00:01:13", "10:00:02:13"]


@pytest.mark.parametrize(("timecode", "start"), [("02:00:00:00", 2 * 3600 * RATE), ("", 0)])
def test_what_the_file_itself_says_is_believed(tmp_path: Path, timecode: str, start: int) -> None:
    film = write_film(tmp_path / "plain.mov", draw([0.0] * 96, lambda picture, at: None, wall()), rate=Fraction(RATE))
    _stamp(film, tmp_path / "walk.mov", timecode)
    reel = reel_of(tmp_path / "walk.mov", tmp_path)
    fcp7.write(reel, tmp_path / "out.xml")
    item = next(parsed(tmp_path / "out.xml").iter("clipitem"))
    assert (item.findtext("file/timecode/frame"), item.findtext("in")) == (str(start), str(FIRST))
    edl.write(reel, tmp_path / "out.edl")
    event = next(line for line in (tmp_path / "out.edl").read_text().splitlines() if " V " in line)
    assert event.split()[4] == clock.frames_to_timecode(start + FIRST, rate=Fraction(RATE))


def _stamp(film: Path, stamped: Path, timecode: str) -> None:
    with av.open(str(film)) as source, av.open(str(stamped), "w") as out:
        stream = source.streams.video[0]
        copied = out.add_stream_from_template(stream)
        if timecode:
            copied.metadata["timecode"] = timecode
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copied
                out.mux(packet)
