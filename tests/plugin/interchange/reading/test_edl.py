"""CMX 3600 lists, as Premiere Pro, Avid and Resolve write them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.types import TimelineError
from plugin.timeline import clock
from plugin.timeline.cut import Cut
from plugin.timeline.read import read_timeline
from tests.plugin.interchange.reading.reads import cut_of, marks, rows

DROP = Fraction(30000, 1001)
HEAD = "TITLE: Reel 1\nFCM: NON-DROP FRAME\n\n"
START = "001  AX       V     C        00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n"


def read(tmp_path: Path, text: str, rate: Fraction | None = Fraction(25)) -> Cut:
    return cut_of(text, tmp_path / "cut.edl", rate)


def test_places_names_and_channels(tmp_path: Path) -> None:
    text = (
        HEAD
        + "001  TAPE_01  AA/V  C        10:00:00:10 10:00:02:10 01:00:01:00 01:00:03:00\n* FROM CLIP NAME: walk.mov\n"
        + "002  BL       V     C        00:00:00:00 00:00:01:00 01:00:03:00 01:00:04:00\n"
        + "003  TAPE 02  V2    C        11:00:00:00 11:00:01:00 01:00:04:00 01:00:05:00\n"
        + "004  T3       NONE  C        11:00:00:00 11:00:01:00 01:00:05:00 01:00:06:00\nAUD  3    4\n"
    )
    cut = read(tmp_path, text)
    hours = 10 * 3600 * 25
    assert [cut.name, cut.rate, cut.timecode(Fraction(0))] == ["Reel 1", 25, "01:00:00:00"]
    assert rows(cut) == [
        ("V1", "walk.mov", 25, 75, hours + 10, 1), ("V2", "TAPE 02", 100, 125, 11 * 3600 * 25, 1)
    ]  # fmt: skip
    assert [row[:4] for row in rows(cut, "Audio")] == [
        ("A1", "walk.mov", 25, 75), ("A2", "walk.mov", 25, 75), ("A3", "T3", 125, 150), ("A4", "T3", 125, 150)
    ]  # fmt: skip
    assert cut.clips[0].medium.path == tmp_path / "walk.mov"


def test_drop_frame_says_the_rate(tmp_path: Path) -> None:
    text = "TITLE: R\nFCM: DROP FRAME\n001  AX V C 00:00:59:29 00:01:00:02 01:00:59:29 01:01:00:02\n"
    cut = read(tmp_path, text, None)
    assert (cut.rate, cut.drop_frame) == (DROP, True)
    assert rows(cut)[0][2:] == (1799, 1800, 1799, 1)
    assert cut.timecode(Fraction(1800) / DROP) == "01:01:00;02"


def test_semicolons_in_the_record_alone_leave_the_source_as_it_is(tmp_path: Path) -> None:
    cut = read(tmp_path, "TITLE: R\n001  AX V C 01:00:00:00 01:00:01:00 01:00:00;00 01:00:01;00\n", None)
    assert (cut.drop_frame, rows(cut)[0][4]) == (True, 108000)


@pytest.mark.parametrize("text", [HEAD + START, HEAD + START.replace(":00\n", ":25\n")])
def test_a_rate_that_nothing_says_is_asked_for(tmp_path: Path, text: str) -> None:
    with pytest.raises(TimelineError, match="Give the rate"):
        read(tmp_path, text, None)


def test_a_rate_line_is_taken(tmp_path: Path) -> None:
    assert read(tmp_path, "TITLE: R\n* FRAME RATE: 23.976\n" + START, None).rate == Fraction(24000, 1001)


def test_the_rate_of_the_media_is_taken(tmp_path: Path, film: Path) -> None:
    cut = read(tmp_path, HEAD + START + f"* SOURCE FILE: {film}\n", None)
    assert [cut.rate, cut.clips[0].medium.path] == [24, film]
    assert any("that of its media" in warning for warning in cut.warnings)


def test_a_rate_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match="counts frames up to 25"):
        read(tmp_path, HEAD + START.replace("00:00:01:00 01", "00:00:01:25 01"), Fraction(25))


def test_past_midnight_record_time_goes_on(tmp_path: Path) -> None:
    text = (
        HEAD
        + "001  A V C 23:59:59:00 00:00:01:00 23:59:58:00 00:00:00:00\n"
        + "002  B V C 00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00\n"
    )
    cut = read(tmp_path, text)
    assert cut.timecode(Fraction(0)) == "23:59:58:00"
    assert [row[2:4] for row in rows(cut)] == [(0, 50), (50, 75)]


def test_a_dissolve_keeps_the_cut_and_its_length(tmp_path: Path) -> None:
    text = (
        HEAD
        + "001  A V C 00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00\n"
        + "002  A V C 00:00:02:00 00:00:02:00 01:00:02:00 01:00:02:00\n"
        + "002  B V D 024 00:00:10:00 00:00:12:00 01:00:02:00 01:00:04:00\n"
        + "* FROM CLIP NAME: one\n* TO CLIP NAME: two\n"
    )
    assert rows(read(tmp_path, text)) == [("V1", "A", 0, 50, 0, 1), ("V1", "two", 50, 100, 250, 1)]


def test_of_a_dissolve_only_what_comes_in_has_the_files_and_names_said_to(tmp_path: Path) -> None:
    head = (
        HEAD
        + "001  A V C 00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00\n* FROM CLIP NAME: one\n* FROM CLIP: /m/one.mov\n"
        + "002  A V C 00:00:02:00 00:00:02:00 01:00:02:00 01:00:02:00\n"
        + "002  B V D 024 00:00:10:00 00:00:12:00 01:00:02:00 01:00:04:00\n"
    )
    came = "* FROM CLIP NAME:  one\n* FROM CLIP: file:///m/one.mov\n* FROM FILE: /m/one.mov\n"
    for said, name, path in (
        ("* TO CLIP NAME:  two\n* TO CLIP: file:///m/two.mov\n", "two", Path("/m/two.mov")),
        ("* TO CLIP NAME: two.mov\n", "two.mov", tmp_path / "two.mov"),
        ("", "B", None),
    ):
        clips = read(tmp_path, head + came + said).clips
        assert [(one.name, one.medium.path) for one in clips] == [("one", Path("/m/one.mov")), (name, path)]


@pytest.mark.parametrize(
    ("source_out", "motion", "expected"),
    [
        ("00:00:14:00", "050.0", (250, 2)),
        ("00:00:11:00", "012.5", (250, Fraction(1, 2))),
        ("00:00:10:17", "008.3", (250, Fraction(83, 250))),
        ("00:00:12:00", "-025.0", (300, -1)),
        ("00:00:10:01", "000.0", (250, 0)),
    ],
)
def test_speeds(tmp_path: Path, source_out: str, motion: str, expected: tuple[Fraction | int, Fraction | int]) -> None:
    text = HEAD + f"001  A V C 00:00:10:00 {source_out} 01:00:00:00 01:00:02:00\nM2   A       {motion}    00:00:10:00\n"
    assert [row[4:] for row in rows(read(tmp_path, text))] == [expected]


def test_markers_of_avid_and_resolve(tmp_path: Path) -> None:
    text = HEAD + START + "* LOC: 01:00:00:12 RED     DOOR SLAM\n"
    assert marks(read(tmp_path, text)) == [("DOOR SLAM", "", 12)]
    text += "002  001      V     C        01:00:00:20 01:00:00:21 01:00:00:20 01:00:00:21  \n"
    text += " |C:ResolveColorBlue |M:glass |D:1\n"
    assert marks(read(tmp_path, text)) == [("DOOR SLAM", "", 12), ("glass", "", 20)]


def test_a_first_event_far_from_the_hour_is_the_start(tmp_path: Path) -> None:
    cut = read(tmp_path, HEAD + "001  A V C 00:00:00:00 00:00:01:00 01:30:00:00 01:30:01:00\n")
    assert (cut.timecode(Fraction(0)), rows(cut)[0][2]) == ("01:30:00:00", 0)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "no events"),
        (b"TITLE: x\n", "no events"),
        (b"\x00\x01\x02", "no text"),
        (b"001 A V C 00:00:00:00 00:00:01:00 01:00:01:00 01:00:00:00", "before it begins"),
        (b"001 A V C 00:00:00:00 00:00:01:00 01:99:01:00 01:00:00:00", "line 1"),
    ],
)
def test_what_is_no_list_is_refused_in_words(tmp_path: Path, raw: bytes, words: str) -> None:
    (tmp_path / "cut.edl").write_bytes(raw)
    with pytest.raises(TimelineError, match=words):
        read_timeline(tmp_path / "cut.edl", Fraction(25))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(
        [(Fraction(24000, 1001), False), (Fraction(25), False), (DROP, True), (DROP, False), (Fraction(60), False)]
    ),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 9000), st.integers(0, 10**6)), min_size=1, max_size=6),
)
def test_any_whole_frames_come_back_exactly(
    tmp_path: Path, counted: tuple[Fraction, bool], items: list[tuple[int, int, int]]
) -> None:
    rate, dropping = counted
    place = clock.timecode_to_frames("01:00:00:00", rate=rate, drop_frame=dropping)
    text, expected = f"FCM: {'' if dropping else 'NON-'}DROP FRAME\n", []
    for number, (lead, length, source) in enumerate(items):
        place += lead
        frames = source, source + length, place, place + length
        text += f"{number:03d}  R V C " + " ".join(
            clock.frames_to_timecode(one, rate=rate, drop_frame=dropping).replace(";", ":") for one in frames
        )
        text += "\n"
        expected.append((place, place + length, source))
        place += length
    cut = read(tmp_path, text, rate)
    first: Any = cut.start * rate
    assert [(row[2] + first, row[3] + first, row[4]) for row in rows(cut)] == expected
