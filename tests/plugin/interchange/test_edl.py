"""Edit decision lists say where every stem lies, in timecode that a small reader of its own counts with integers."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.types import OutputError
from plugin.interchange.edl import Reels, write
from plugin.timeline.clock import Span
from plugin.timeline.cut import CutClip, Medium, TrackLabel
from tests.plugin.interchange.placed_reels import HEAD, PLACES, RATES, placed_reel
from tests.plugin.timelines import clip, dissolve, gap, marker, span, timeline, track

EVENT = re.compile(r"(\d{3,})  (\S{1,8}) +(\S+) +C +(\S+) (\S+) (\S+) (\S+)")
NTSC_24, NTSC_30 = Fraction(24000, 1001), Fraction(30000, 1001)
DROPPING = {30: 2, 60: 4}  # numbers left out in each minute but the tenth


def frames_of(timecode: str, nominal: int) -> int:
    hours, minutes, seconds, frames = (int(part) for part in re.split("[:;]", timecode))
    total = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    passed = hours * 60 + minutes
    return total - (DROPPING[nominal] * (passed - passed // 10) if ";" in timecode else 0)


def events_of(path: Path, nominal: int) -> list[Any]:
    """(reel, channels, source in, out, record in, out) of each event."""
    found = [EVENT.fullmatch(line) for line in path.read_text("utf-8").splitlines()]
    return [
        (match[2], match[3], *(frames_of(match[group], nominal) for group in range(4, 8))) for match in found if match
    ]


def header(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()[:2]


@pytest.mark.parametrize(
    ("rate", "drop"),
    [(rate, False) for rate in RATES if rate < 100] + [(NTSC_30, True), (Fraction(60000, 1001), True)],
)
def test_every_stem_is_at_its_frame_in_both_timecodes(tmp_path: Path, rate: Fraction, drop: bool) -> None:
    nominal = round(rate)
    start = 3600 * nominal - (DROPPING[nominal] * 54 if drop else 0)
    reel = placed_reel(tmp_path, rate, start_frame=start, drop_frame=drop, stems_only=True)
    told = write(reel, tmp_path / "out.edl")
    # The files are stamped with their place, so that the numbers of source and record are the same.
    places = [(start + begin, start + end) * 2 for begin, end in PLACES]
    for name, layer in (("out", "AM"), ("out.action", "AC"), ("out.material", "MA")):
        path = tmp_path / f"{name}.edl"
        assert header(path)[1] == f"FCM: {'DROP FRAME' if drop else 'NON-DROP FRAME'}"
        events = events_of(path, nominal)
        assert [event[2:] for event in events] == places
        assert [event[:2] for event in events] == [(f"{layer}{number:06d}", "AA") for number in (1, 2, 3)]
    assert (";" in (tmp_path / "out.edl").read_text()) is drop
    assert any("above the 30" in words for words in told) is (nominal > 30)


def test_clip_names_and_files_follow_each_event(tmp_path: Path) -> None:
    reel = placed_reel(tmp_path, Fraction(25), stems_only=True)
    told = write(reel, tmp_path / "out.edl")
    raw = (tmp_path / "out.edl").read_bytes()
    lines = raw.decode().split("\r\n")
    assert lines[:3] == ["TITLE: Reel 1", "FCM: NON-DROP FRAME", ""]
    assert lines[3:6] == [
        "001  AM000001 AA    C        01:00:00:07 01:00:01:06 01:00:00:07 01:00:01:06",
        "* FROM CLIP NAME: ambient-0",
        f"* SOURCE FILE: {tmp_path / 'stems' / 'ambient-0.wav'}",
    ]
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert told == (
        "CMX 3600: a list has two sound channels; the other stem tracks are in out.action.edl and out.material.edl, "
        "beside it.",
    )


@pytest.mark.parametrize("rate", [NTSC_24, Fraction(24), Fraction(25), NTSC_30, Fraction(30), Fraction(50)])
def test_the_public_reader_finds_the_same(tmp_path: Path, rate: Fraction) -> None:
    adapter = pytest.importorskip("otio_cmx3600_adapter.cmx_3600")
    start = 3600 * round(rate)
    write(placed_reel(tmp_path, rate), tmp_path / "out.edl")
    read = adapter.read_from_string((tmp_path / "out.edl").read_text(), rate=float(rate))
    tracks = {one.name: one for one in read.tracks}
    assert {name: one.kind for name, one in tracks.items()} == {"V": "Video", "A1": "Audio", "A2": "Audio"}
    for name in ("A1", "A2"):
        lengths = [round(item.duration().value) for item in tracks[name]]
        assert lengths == [24, 13, 17, 36]
        clips = [item for item in tracks[name] if isinstance(item, otio.schema.Clip)]
        assert [round(one.source_range.start_time.value) for one in clips] == [start + begin for begin, _ in PLACES]
        assert [one.name for one in clips] == ["ambient-0", "ambient-1", "ambient-2"]


def test_the_picture_is_what_a_viewer_sees_and_losses_are_counted(tmp_path: Path) -> None:
    low = track(clip("a", 48, start=10, url="/m/reel one.mov", available=span(0, 99)), gap(12), clip("c", 20, start=3),
                dissolve(4, 4), clip("d", 20, start=9))  # fmt: skip
    high = track(
        gap(24),
        clip("b", 12, start=5, url="/m/reel one!.mov", available=span(0, 99), markers=(marker("x", 6),)),
        clip("off", 12, url="/m/x.mov", enabled=False),
    )
    voice = track(clip("voice", 90, url="/m/v.wav"), kind="Audio")
    hidden = track(gap(24), clip("hidden", 12, url="/m/h.mov"))
    reel = placed_reel(tmp_path, Fraction(24), cut=timeline(hidden, low, high, voice))
    told = write(reel, tmp_path / "out.edl")
    start, pictures = 86_400, [one for one in events_of(tmp_path / "out.edl", 24) if one[1] == "V"]
    assert pictures == [
        ("REELONE", "V", 10, 34, start, start + 24),
        ("REELONE2", "V", 5, 17, start + 24, start + 36),
        ("REELONE", "V", 46, 58, start + 36, start + 48),
        ("AX", "V", 3, 19, start + 60, start + 76),
        ("AX", "V", 19, 19, start + 76, start + 76),
    ]
    lines = (tmp_path / "out.edl").read_text().splitlines()
    assert lines[-1 - lines[::-1].index("* TO CLIP NAME: d") - 3 :][:4] == [
        "008  AX       V     C        00:00:00:19 00:00:00:19 01:00:03:04 01:00:03:04",
        "008  AX       V     D    008 00:00:00:05 00:00:01:05 01:00:03:04 01:00:04:04",
        "* FROM CLIP NAME: c",
        "* TO CLIP NAME: d",
    ]
    assert "\n".join(told[1:]) == "\n".join(
        [
            "CMX 3600: 1 clip lies beneath others and is left out.",
            "CMX 3600: 1 clip on sound tracks is left out.",
            "CMX 3600: 1 clip that is switched off is left out.",
            "CMX 3600: 1 marker is left out.",
        ]
    )


@pytest.mark.parametrize(
    ("speed", "source", "line"),
    [
        (2.0, (10, 58), "M2   A         048.0                00:00:00:10"),
        (0.5, (10, 22), "M2   A         012.0                00:00:00:10"),
        (-1.0, (10, 34), "M2   A        -024.0                00:00:01:09"),
        (0, (10, 11), "M2   A         000.0                00:00:00:10"),
    ],
)
def test_speeds_are_motion_lines(tmp_path: Path, speed: float, source: tuple[int, int], line: str) -> None:
    cut = timeline(track(clip("a", 24, start=10, url="/m/a.mov", available=span(0, 99), speed=speed)))
    write(placed_reel(tmp_path, Fraction(24), cut=cut), tmp_path / "out.edl")
    event = next(one for one in events_of(tmp_path / "out.edl", 24) if one[1] == "V")
    assert event == ("A", "V", *source, 86_400, 86_424)
    text = (tmp_path / "out.edl").read_text()
    assert line in text.splitlines()
    assert ("* FREEZE FRAME" in text) is (speed == 0)


def test_a_list_begins_again_at_midnight(tmp_path: Path) -> None:
    start = 24 * 3600 * 25 - 40
    told = write(placed_reel(tmp_path, Fraction(25), start_frame=start, stems_only=True), tmp_path / "out.edl")
    assert "CMX 3600: the timeline runs past midnight, where a list's timecode begins again." in told
    day = 24 * 3600 * 25
    records = [event[4:] for event in events_of(tmp_path / "out.edl", 25)]
    assert records == [((start + begin) % day, (start + end) % day) for begin, end in PLACES]


@given(st.lists(st.text(min_size=1, max_size=12).filter(lambda name: "/" not in name), min_size=1, max_size=30))
def test_reel_names_are_eight_letters_and_none_is_two_files(names: list[str]) -> None:
    reels, paths = Reels(), [Path(f"/m/{number}/{name}") for number, name in enumerate(names)]
    label, zero = TrackLabel("V1", "", "Video"), Fraction(0)
    made = [
        reels.of_clip(CutClip((0,), label, "Video", "", Span(zero, zero), Medium(path=path), zero, zero, True))
        for path in [*paths, *paths]
    ]
    assert len(set(made)) == len(paths)
    assert made[: len(paths)] == made[len(paths) :]
    assert all(re.fullmatch("[A-Z0-9]{1,8}", name) and name not in ("AX", "BL", "BARS", "BLACK") for name in made)


def test_a_rate_of_three_digits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="two digits, and the timeline runs at 120 a second"):
        write(placed_reel(tmp_path, Fraction(120)), tmp_path / "out.edl")
    assert not list(tmp_path.glob("*.edl"))


def test_a_list_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    reel = placed_reel(tmp_path, Fraction(24))
    (tmp_path / "out.edl").write_text("mine")
    with pytest.raises(OutputError, match="never overwritten"):
        write(reel, tmp_path / "out.edl")
    assert [path.read_text() for path in tmp_path.glob("*.edl")] == ["mine"]


def test_a_further_list_takes_the_next_free_name(tmp_path: Path) -> None:
    reel = placed_reel(tmp_path, Fraction(24))
    (tmp_path / "out.material.edl").write_text("mine")
    told = write(reel, tmp_path / "out.edl")
    assert "are in out.action.edl and out.material-2.edl, beside it." in told[0]
    assert events_of(tmp_path / "out.material-2.edl", 24)[0][0] == "MA000001"
    assert (tmp_path / "out.material.edl").read_text() == "mine"


def test_where_a_further_list_cannot_be_written_none_is(tmp_path: Path) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    name = "a" * 244 + ".edl"  # the others' names are too long for a disk
    with pytest.raises(OutputError, match="could not be written: File name too long"):
        write(placed_reel(tmp_path, Fraction(24)), folder / name)
    assert not list(folder.iterdir())


def test_the_head_of_a_file_is_before_its_event(tmp_path: Path) -> None:
    """A stem's first frame has a stamp of its own: what the event skips of the file is its head."""
    reel = placed_reel(tmp_path, Fraction(24), stems_only=True)
    write(reel, tmp_path / "out.edl")
    first = reel.tracks[0].stems[0]
    stamp = first.stem.span.time_reference_samples(reel.cut.start)
    assert events_of(tmp_path / "out.edl", 24)[0][2] * 2000 - stamp == HEAD * 2000
