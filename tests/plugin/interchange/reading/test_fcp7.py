"""Final Cut Pro 7 XML, as Premiere Pro and Resolve write it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.types import TimelineError
from plugin.timeline.cut import Cut
from tests.plugin.interchange.reading.reads import cut_of, marks, rows

RATES = [(24, True), (24, False), (25, False), (30, True), (50, False), (60, True)]


def rate_xml(timebase: int, ntsc: bool) -> str:
    return f"<rate><timebase>{timebase}</timebase><ntsc>{str(ntsc).upper()}</ntsc></rate>"


FILE = (
    '<file id="file-1"><name>A.mov</name><pathurl>file://localhost/C%3a/My%20Media/A%25.mov</pathurl>{rate}'
    "<duration>2400</duration><timecode>{rate}<string>01:00:00:00</string><frame>{tc}</frame>"
    "<displayformat>NDF</displayformat></timecode></file>"
)


def document(
    video: str,
    *,
    timebase: int = 24,
    ntsc: bool = True,
    timecode: str = "",
    audio: str = "",
    more: str = "",
    root: str = "",
) -> str:
    rate = rate_xml(timebase, ntsc)
    file = FILE.format(rate=rate, tc=3600 * timebase)
    body = video.replace("<file/>", file, 1).replace("<file/>", '<file id="file-1"/>')
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n<xmeml version="4"><project><name>P</name><children>'
        f'<sequence id="s1"><name>Reel</name><duration>500</duration>{rate}'
        f"<timecode>{rate}{timecode or '<frame>0</frame>'}</timecode>"
        f"<media><video>{body}</video><audio>{audio}</audio></media>{more}</sequence>{root}</children></project></xmeml>"
    )


def item(
    name: str, start: int, end: int, first: int, last: int | None = None, more: str = "", file: str = "<file/>"
) -> str:
    out = first + end - start if last is None else last
    return (
        f"<clipitem><name>{name}</name><duration>2400</duration><start>{start}</start><end>{end}</end><in>{first}</in>"
        f"<out>{out}</out>{file}{more}</clipitem>"
    )


def track(*items: str, more: str = "") -> str:
    return f"<track>{''.join(items)}{more}</track>"


def speed(percent: str, reverse: bool = False, more: str = "") -> str:
    values = {"variablespeed": "0", "speed": percent, "reverse": str(reverse).upper(), "frameblending": "FALSE"}
    body = "".join(
        f"<parameter><parameterid>{key}</parameterid><value>{value}</value></parameter>"
        for key, value in values.items()
    )
    return f"<filter><effect><name>Time Remap</name><effectid>timeremap</effectid>{body}{more}</effect></filter>"


def read(tmp_path: Path, video: str, **settings: object) -> Cut:
    return cut_of(document(video, **settings), tmp_path / "cut.xml")  # type: ignore[arg-type]


@pytest.mark.parametrize(("timebase", "ntsc"), RATES)
def test_rate_start_places_and_in_points_are_exact(tmp_path: Path, timebase: int, ntsc: bool) -> None:
    start = 25 * 3600 * timebase
    video = track(item("one", 12, 60, 10), item("two", 60, 90, 500)) + track(item("up", 20, 30, 0))
    cut = read(tmp_path, video, timebase=timebase, ntsc=ntsc, timecode=f"<frame>{start}</frame>")
    assert cut.rate == (Fraction(timebase * 1000, 1001) if ntsc else timebase)
    assert [cut.start * cut.rate, cut.drop_frame] == [start, False]
    assert rows(cut) == [("V1", "one", 12, 60, 10, 1), ("V1", "two", 60, 90, 500, 1), ("V2", "up", 20, 30, 0, 1)]
    assert cut.clips[0].medium.path == Path("C:/My Media/A%.mov")
    assert cut.warnings == ()


@pytest.mark.parametrize(
    ("said", "frames", "dropping"),
    [
        ("<string>01:00:00;00</string><frame>107892</frame><displayformat>DF</displayformat>", 107892, True),
        ("<string>01:00:00;00</string><displayformat>DF</displayformat>", 107892, True),
        ("<string>01:00:00:00</string><displayformat>NDF</displayformat>", 108000, False),
    ],
)
def test_drop_frame(tmp_path: Path, said: str, frames: int, dropping: bool) -> None:
    cut = read(tmp_path, track(item("one", 0, 10, 0)), timebase=30, timecode=said)
    assert [cut.start * cut.rate, cut.drop_frame] == [frames, dropping]


@pytest.mark.parametrize(("alignment", "cut_frame"), [("center", 48), ("start-black", 42), ("end-black", 54)])
def test_clips_that_meet_under_a_transition(tmp_path: Path, alignment: str, cut_frame: int) -> None:
    blend = f"<transitionitem><start>42</start><end>54</end><alignment>{alignment}</alignment></transitionitem>"
    one = item("one", 0, 0, 10, 64).replace("<end>0<", "<end>-1<")
    two = item("two", 0, 90, 100, 148).replace("<start>0<", "<start>-1<")
    cut = read(tmp_path, track(one, blend, two))
    assert rows(cut) == [("V1", "one", 0, cut_frame, 10, 1), ("V1", "two", cut_frame, 90, 100 + cut_frame - 42, 1)]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (item("x", 0, 40, 100, more=speed("50")), (50, Fraction(1, 2))),  # in-points as played, half a file frame each
        (item("x", 0, 40, 100, 120, more=speed("50")), (100, Fraction(1, 2))),  # in-points of the file
        (item("x", 0, 40, 25, more=speed("200")), (50, 2)),
        (item("x", 0, 40, 100, more=speed("100", True)), (2300, -1)),
        (item("x", 0, 40, 7, more="<stillframe>TRUE</stillframe><stillframeoffset>33</stillframeoffset>"), (33, 0)),
    ],
)
def test_speeds(tmp_path: Path, made: str, expected: tuple[Fraction | int, Fraction | int]) -> None:
    assert [row[4:] for row in rows(read(tmp_path, track(made)))] == [expected]


def test_a_drawn_speed_is_read_run_by_run(tmp_path: Path) -> None:
    keys = "".join(
        f"<keyframe><when>{when}</when><value>{value}</value></keyframe>"
        for when, value in ((0, 0), (20, 40), (100, 40))
    )
    graph = f"<parameter><parameterid>graphdict</parameterid>{keys}</parameter>"
    drawn = speed("100", more=graph).replace("<value>0</value>", "<value>1</value>", 1)
    cut = read(tmp_path, track(item("x", 0, 40, 10, more=drawn)))
    assert [row[2:] for row in rows(cut)] == [(0, 10, 20, 2), (10, 40, 40, 0)]


def test_disabled_clips_and_tracks(tmp_path: Path) -> None:
    video = track(item("off", 0, 10, 0, more="<enabled>FALSE</enabled>"), item("on", 10, 20, 0))
    cut = read(tmp_path, video + track(item("hidden", 0, 10, 0), more="<enabled>FALSE</enabled>"))
    assert [(clip.name, clip.enabled) for clip in cut.clips] == [("off", False), ("on", True), ("hidden", False)]


def test_of_a_nested_sequence_each_track_has_its_own_kind(tmp_path: Path) -> None:
    sound = f"<audio>{track(item('wind', 0, 100, 7))}</audio>"
    media = f"<media><video>{track(item('deep', 5, 100, 50))}</video>{sound}</media>"
    inner = f'<sequence id="s2">{rate_xml(24, True)}{media}</sequence>'
    beneath = track(item("n1", 0, 20, 10, file='<sequence id="s2"/>'))
    cut = read(tmp_path, track(item("n1", 0, 20, 10, file=inner)), audio=beneath)
    assert rows(cut) == [("V1", "deep", 0, 20, 55, 1)]
    assert rows(cut, "Audio") == [("A1", "wind", 0, 20, 17, 1)]


def test_nested_sequences_said_whole_or_by_their_id(tmp_path: Path) -> None:
    media = f"<media><video>{track(item('deep', 5, 100, 50))}</video></media>"
    inner = f'<sequence id="s2">{rate_xml(24, True)}{media}</sequence>'
    first = item("n1", 0, 20, 10, file=inner)
    second = item("n2", 20, 30, 0, file='<sequence id="s2"/>')
    assert rows(read(tmp_path, track(first, second))) == [("V1", "deep", 0, 20, 55, 1), ("V1", "deep", 25, 30, 50, 1)]


def test_sequences_that_hold_themselves_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match="holds itself"):
        read(tmp_path, track(item("n", 0, 20, 0, file='<sequence id="s1"/>')))


def test_markers_sound_and_generators(tmp_path: Path) -> None:
    mark = "<marker><name>hit</name><comment>door</comment><in>{}</in><out>-1</out></marker>"
    title = "<generatoritem><name>Title</name><start>30</start><end>40</end><in>0</in><out>10</out></generatoritem>"
    cut = read(
        tmp_path,
        track(item("one", 0, 30, 10, more=mark.format(15)), title),
        audio=track(item("one", 0, 30, 10, file='<file id="file-1"/>')),
        more=mark.format(35),
    )
    assert marks(cut) == [("hit", "door", 5), ("hit", "door", 35)]
    assert rows(cut, "Audio") == [("A1", "one", 0, 30, 10, 1)]
    assert next(clip for clip in cut.clips if clip.name == "Title").medium.path is None


def test_of_several_sequences_the_first_is_taken_and_told(tmp_path: Path) -> None:
    other = f'<sequence id="s9"><name>Other</name>{rate_xml(25, False)}<media/></sequence>'
    cut = read(tmp_path, track(item("one", 0, 10, 0)), root=other)
    assert (cut.name, len(cut.warnings)) == ("Reel", 1)


def test_a_sequence_that_another_holds_is_not_the_timeline(tmp_path: Path) -> None:
    held = track(item("n", 0, 20, 0, file='<sequence id="s1"/>'))
    media = f"<media><video>{held}</video></media>"
    outer = f'<sequence id="s3"><name>Outer</name>{rate_xml(24, True)}{media}</sequence>'
    cut = read(tmp_path, track(item("deep", 0, 30, 7)), root=outer)
    assert (cut.name, rows(cut), cut.warnings) == ("Outer", [("V1", "deep", 0, 20, 7, 1)], ())


@pytest.mark.parametrize("wrong", ["<start>1e9</start>", "<start>x</start>", f"<start>{'9' * 15}</start>"])
def test_absurd_numbers_are_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(TimelineError, match=r"Export"):
        read(tmp_path, track(item("one", 0, 10, 0)).replace("<start>0</start>", wrong))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(RATES),
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 300), st.integers(0, 10**6)), min_size=1, max_size=6),
)
def test_any_whole_frames_come_back_exactly(
    tmp_path: Path, rate: tuple[int, bool], items: list[tuple[int, int, int]]
) -> None:
    place, made, expected = 0, [], []
    for number, (lead, length, source) in enumerate(items):
        place += lead
        made.append(item(f"c{number}", place, place + length, source))
        expected.append(("V1", f"c{number}", place, place + length, source, 1))
        place += length
    assert rows(read(tmp_path, track(*made), timebase=rate[0], ntsc=rate[1])) == expected


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("<pproColor>4281740498</pproColor>", "RED"),  # Premiere Pro's d22c36
        ("<color><red>10</red><green>200</green><blue>30</blue></color>", "GREEN"),
        ("<color><red>250</red><green>250</green><blue>250</blue></color>", "WHITE"),
        ("<pproColor>x</pproColor>", ""),
        ("", ""),
    ],
)
def test_colours_of_markers(tmp_path: Path, said: str, name: str) -> None:
    mark = f"<marker><name>hit</name><in>3</in><out>-1</out>{said}</marker>"
    [marker] = read(tmp_path, track(item("one", 0, 30, 10)), more=mark).markers
    assert marker.colour == name
