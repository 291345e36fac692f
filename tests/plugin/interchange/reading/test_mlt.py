"""MLT XML of melt and Shotcut, and Kdenlive projects."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.types import TimelineError
from plugin.timeline.cut import Cut
from tests.plugin.interchange.reading.reads import cut_of, marks, rows

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60)]


def properties(**said: object) -> str:
    names = {key.replace("__", ":").replace("_dot_", "."): value for key, value in said.items()}
    return "".join(f'<property name="{key}">{value}</property>' for key, value in names.items())


def producer(name: str, resource: str = "", tag: str = "producer", more: str = "", **said: object) -> str:
    body = properties(**{"length": 1000, "resource": resource or f"{name}.mp4", "mlt_service": "avformat", **said})
    return f'<{tag} id="{name}" in="0" out="999">{body}{more}</{tag}>'


def entry(name: str, first: int, last: int, more: str = "") -> str:
    return f'<entry producer="{name}" in="{first}" out="{last}">{more}</entry>'


def playlist(name: str, body: str, **said: object) -> str:
    return f'<playlist id="{name}">{properties(**said)}{body}</playlist>'


def document(body: str, tracks: str, rate: Fraction = Fraction(25), more: str = "", root: str = "") -> str:
    return (
        f'<?xml version="1.0"?><mlt LC_NUMERIC="C" version="7.12.0" {root}>'
        f'<profile frame_rate_num="{rate.numerator}" frame_rate_den="{rate.denominator}"/>'
        '<producer id="black"><property name="mlt_service">color</property></producer>'
        f'<playlist id="background"><entry producer="black" in="0" out="999"/></playlist>{body}'
        f'<tractor id="main"><track producer="background"/>{tracks}{more}</tractor></mlt>'
    )


def read(tmp_path: Path, *args: object, name: str = "cut.mlt", **settings: object) -> Cut:
    return cut_of(document(*args, **settings), tmp_path / name)  # type: ignore[arg-type]


@pytest.mark.parametrize("rate", RATES)
def test_tracks_gaps_and_clock_times_are_exact(tmp_path: Path, rate: Fraction) -> None:
    clock = f"00:00:{float(30 / rate):06.3f}"
    v1 = playlist("p1", f'<blank length="{clock}"/>{entry("a", 10, 57)}{entry("b", 0, 6)}', shotcut__video=1)
    v2, a1 = playlist("p2", entry("b", 5, 5)), playlist("p3", entry("s", 3, 12), shotcut__audio=1, shotcut__name="Dlg")
    body = producer("a", shotcut__comment="gravel") + producer("b") + producer("s", "s.wav") + v1 + v2 + a1
    tracks = '<track producer="p1"/><track producer="p2" hide="video"/><track producer="p3" hide="video"/>'
    cut = read(tmp_path, body, tracks.replace(' hide="video"', "", 1), rate)
    assert [cut.rate, cut.start, cut.drop_frame] == [rate, 0, False]
    assert rows(cut) == [
        ("V1", "a.mp4", 30, 78, 10, 1), ("V1", "b.mp4", 78, 85, 0, 1), ("V2", "b.mp4", 0, 1, 5, 1)
    ]  # fmt: skip
    assert rows(cut, "Audio") == [("A1", "s.wav", 0, 10, 3, 1)]
    assert (cut.clips[0].notes, cut.clips[0].medium.path) == (("gravel",), tmp_path / "a.mp4")


@pytest.mark.parametrize(
    ("said", "more", "expected"),
    [
        ({"mlt_service": "timewarp", "resource": "2.0:a.mp4", "warp_speed": "2"}, "", (20, 2)),
        ({"mlt_service": "timewarp", "resource": "0.5:a.mp4"}, "", (5, Fraction(1, 2))),
        ({"mlt_service": "timewarp", "resource": "-1:a.mp4"}, "", (990, -1)),
        ({"mlt_service": "hold", "frame": 33}, "", (33, 0)),
        ({}, f"<filter>{properties(mlt_service='freeze', frame=44)}</filter>", (44, 0)),
        ({}, f"<link>{properties(mlt_service='timeremap', time_map='0=1;100=9')}</link>", (45, 2)),
    ],
)
def test_speeds(tmp_path: Path, said: dict[str, Any], more: str, expected: tuple[int, int]) -> None:
    body = producer("a", more=more, **said) + playlist("p1", entry("a", 10, 29))
    cut = read(tmp_path, body, '<track producer="p1"/>')
    assert [row[4:] for row in rows(cut)] == [expected]
    assert cut.clips[0].medium.path == tmp_path / "a.mp4"


def test_a_transition_of_shotcut_is_a_cut_in_its_middle(tmp_path: Path) -> None:
    blend = (
        f'<tractor id="t" in="0" out="9">{properties(shotcut__transition="lumaMix")}'
        '<track producer="a2" in="50" out="59"/><track producer="b2" in="100" out="109"/></tractor>'
    )
    line = playlist("p1", entry("a", 0, 49) + entry("t", 0, 9) + entry("b", 110, 149))
    body = producer("a") + producer("a2", "a.mp4") + producer("b") + producer("b2", "b.mp4") + blend + line
    assert rows(read(tmp_path, body, '<track producer="p1"/>')) == [
        ("V1", "a.mp4", 0, 55, 0, 1), ("V1", "b.mp4", 55, 100, 105, 1)
    ]  # fmt: skip


def test_hidden_tracks_are_switched_off_and_a_name_on_the_timeline_counts(tmp_path: Path) -> None:
    line = playlist("p1", entry("a", 0, 9, properties(shotcut__caption="My walk")), shotcut__video=1)
    cut = read(tmp_path, producer("a") + line, '<track producer="p1" hide="both"/>')
    assert [(clip.name, clip.enabled) for clip in cut.clips] == [("My walk", False)]


def test_a_project_of_kdenlive(tmp_path: Path) -> None:
    marker = json.dumps([{"comment": "hit", "pos": 12, "type": 0}])
    guide = json.dumps([{"comment": "guide", "pos": 30, "type": 0}])
    body = (
        producer("a", "/m/50%.mp4", "chain", kdenlive__markers=marker, kdenlive__clipname="walk")
        + producer("off", set_dot_test_image=1)
        + playlist("p1", f'{entry("a", 10, 29)}<blank length="30"/>{entry("off", 0, 9)}')
        + playlist("p2", f'<blank length="16"/>{entry("a", 100, 119)}')
        + '<tractor id="t1"><track hide="audio" producer="p1"/><track hide="audio" producer="p2"/></tractor>'
        + playlist("p3", entry("a", 10, 29), kdenlive__audio_track=1)
        + f'<tractor id="t0">{properties(kdenlive__audio_track=1)}<track hide="video" producer="p3"/></tractor>'
        + f'<tractor id="seq">{properties(kdenlive__uuid="u", kdenlive__clipname="Sequence 1")}'
        + f"{properties(**{'kdenlive:sequenceproperties.guides': guide})}"
        + '<track producer="black"/><track producer="t0"/><track producer="t1"/></tractor>'
    )
    text = document(body, "").replace(
        '<tractor id="main"><track producer="background"/>',
        f'<tractor id="main">{properties(kdenlive__projectTractor=1)}<track producer="seq"/>',
    )
    cut = cut_of(text, tmp_path / "cut.kdenlive")
    assert cut.name == "Sequence 1"
    assert rows(cut) == [
        ("V1", "walk", 0, 18, 10, 1), ("V1", "walk", 18, 36, 102, 1), ("V1", "off.mp4", 50, 60, 0, 1)
    ]  # fmt: skip
    assert [clip.name for clip in cut.clips if not clip.enabled] == ["off.mp4"]
    assert rows(cut, "Audio") == [("A1", "walk", 0, 20, 10, 1)]
    assert marks(cut) == [("guide", "", 30), ("hit", "", 2)]
    assert cut.clips[0].medium.path == Path("/m/50%.mp4")


@pytest.mark.parametrize(
    ("first", "second", "mix", "expected"),
    [
        ((0, 0, 19), (10, 100, 119), (10, 3, 0), [(0, 17, 0), (17, 30, 107)]),
        ((0, 0, 19), (10, 100, 119), (10, 99, 0), [(0, 15, 0), (15, 30, 105)]),
        ((6, 0, 19), (6, 100, 119), (6, 12, 0), [(6, 14, 0), (14, 26, 108)]),
        ((6, 0, 19), (6, 100, 119), (6, 12, 1), [(6, 14, 100), (14, 26, 8)]),
    ],
)
def test_clips_that_kdenlive_mixes_meet_at_the_cut_of_the_mix(
    tmp_path: Path,
    first: tuple[int, int, int],
    second: tuple[int, int, int],
    mix: tuple[int, int, int],
    expected: list[tuple[int, int, int]],
) -> None:
    """Also where one runs under all of the other; a cut outside of its mix is taken for its middle."""
    halves = [
        playlist(name, f'<blank length="{blank}"/>{entry("a", begin, end)}')
        for name, (blank, begin, end) in (("p1", first), ("p2", second))
    ]
    begins, trail, reverse = mix
    said = properties(**{"kdenlive:mixcut": trail, "reverse": reverse})
    transition = f'<transition id="m" in="{begins}" out="19">{said}</transition>'
    track = f'<tractor id="t1"><track producer="p1"/><track producer="p2"/>{transition}</tractor>'
    cut = read(tmp_path, producer("a") + "".join(halves) + track, '<track producer="t1"/>', name="cut.kdenlive")
    assert [(start, end, source) for _, _, start, end, source, _ in rows(cut)] == expected


def test_nested_sequences(tmp_path: Path) -> None:
    body = (
        producer("a")
        + playlist("inner", f'<blank length="5"/>{entry("a", 50, 149)}')
        + '<tractor id="t"><multitrack><track producer="inner"/></multitrack></tractor>'
        + playlist("p1", entry("t", 10, 29))
    )
    assert rows(read(tmp_path, body, '<track producer="p1"/>')) == [("V1", "a.mp4", 0, 20, 55, 1)]


def test_sequences_that_hold_themselves_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match="holds itself"):
        read(tmp_path, playlist("p1", entry("main", 0, 9)), '<track producer="p1"/>')


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('frame_rate_num="25"', "", "frame rate"),
        ('frame_rate_den="1"', 'frame_rate_den="0"', "frame rate"),
        ('frame_rate_num="25"', 'frame_rate_num="999999"', "frames a second"),
        ('in="0" out="9"', 'in="x" out="9"', "number belongs"),
        ('in="0" out="9"', f'in="0" out="{"9" * 15}"', "seconds"),
    ],
)
def test_absurd_numbers_are_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = document(producer("a") + playlist("p1", entry("a", 0, 9)), '<track producer="p1"/>')
    with pytest.raises(TimelineError, match=words):
        cut_of(text.replace(old, new), tmp_path / "cut.mlt")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(RATES),
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 300), st.integers(0, 10**6)), min_size=1, max_size=6),
)
def test_any_whole_frames_come_back_exactly(tmp_path: Path, rate: Fraction, items: list[tuple[int, int, int]]) -> None:
    place, line, expected = 0, "", []
    for lead, length, source in items:
        place += lead
        line += f'<blank length="{lead}"/>{entry("a", source, source + length - 1)}'
        expected.append(("V1", "a.mp4", place, place + length, source, 1))
        place += length
    assert rows(read(tmp_path, producer("a") + playlist("p1", line), '<track producer="p1"/>', rate)) == expected
