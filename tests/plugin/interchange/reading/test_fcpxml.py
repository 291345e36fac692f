"""Final Cut Pro XML, as Final Cut Pro and DaVinci Resolve write it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.types import TimelineError
from plugin.interchange.reading import laying
from plugin.timeline.cut import Cut
from plugin.timeline.read import read_timeline
from tests.plugin.interchange.reading.reads import cut_of, marks, rows

NTSC = Fraction(24000, 1001)
RATES = [NTSC, Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(50), Fraction(60000, 1001)]


def at(frames: int, rate: Fraction = NTSC) -> str:
    """So many frames as the file writes them, not reduced."""
    return f"{frames * rate.denominator}/{rate.numerator}s"


def document(
    spine: str,
    *,
    rate: Fraction = NTSC,
    start: int = 0,
    counted: str = "NDF",
    media: str = "",
    src: str = "",
    said: str = "",
) -> str:
    source = src or "file:///Volumes/My%20Disk/A%25.mov"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>
<fcpxml version="1.10"><resources>
<format id="r1" name="FFVideoFormat1080p" frameDuration="{rate.denominator}/{rate.numerator}s"/>
<asset id="r2" name="A" start="{at(86400, rate)}" duration="{at(2400, rate)}" hasVideo="1" hasAudio="1" format="r1">
<media-rep kind="original-media" src="{source}"/></asset>
<asset id="r4" name="S" start="0s" duration="{at(2400, rate)}" hasAudio="1"><media-rep src="./s%20.wav"/></asset>
{media}</resources><library><event name="E"><project name="Reel">
<sequence format="r1" tcStart="{at(start, rate)}" tcFormat="{counted}" {said}><spine>{spine}</spine></sequence>
</project></event></library></fcpxml>"""


def clip(
    name: str, offset: int, start: int | None, length: int, inside: str = "", more: str = "", rate: Fraction = NTSC
) -> str:
    begins = "" if start is None else f'start="{at(start, rate)}"'
    return (
        f'<asset-clip ref="r2" name="{name}" offset="{at(offset, rate)}" {begins} duration="{at(length, rate)}" {more}>'
        f"{inside}</asset-clip>"
    )


def read(tmp_path: Path, spine: str, **settings: object) -> Cut:
    return cut_of(document(spine, **settings), tmp_path / "cut.fcpxml")  # type: ignore[arg-type]


@pytest.mark.parametrize("rate", RATES)
def test_rate_start_places_and_in_points_are_exact(tmp_path: Path, rate: Fraction) -> None:
    first = 3600 * round(rate)
    spine = (
        clip("one", first, 86410, 48, rate=rate)
        + f'<gap offset="{at(first + 48, rate)}" start="{at(99, rate)}" duration="{at(24, rate)}"/>'
        + clip("two", first + 72, None, 7, rate=rate)
    )
    cut = read(tmp_path, spine, rate=rate, start=first)
    assert [cut.rate, cut.start * rate, cut.name] == [rate, first, "Reel"]
    assert rows(cut) == [("V1", "one", 0, 48, 10, 1), ("V1", "two", 72, 79, 0, 1)]
    assert rows(cut, "Audio") == [("A1", "one", 0, 48, 10, 1), ("A1", "two", 72, 79, 0, 1)]
    assert cut.warnings == ()


def test_a_start_past_a_day_and_drop_frame(tmp_path: Path) -> None:
    rate, frames = Fraction(30000, 1001), 25 * 107892
    cut = read(tmp_path, clip("one", frames, 86400, 10, rate=rate), rate=rate, start=frames, counted="DF")
    assert (cut.drop_frame, cut.timecode(Fraction(0))) == (True, "25:00:00;00")


def test_offsets_that_count_from_zero_under_a_start_timecode(tmp_path: Path) -> None:
    cut = read(tmp_path, clip("one", 0, 86400, 10) + clip("two", 10, 86400, 10), start=86400)
    assert [row[2:4] for row in rows(cut)] == [(0, 10), (10, 20)]


def test_connected_clips_storylines_and_disabled_clips(tmp_path: Path) -> None:
    connected = (
        clip("up", 86410, 86500, 5, more='lane="1" enabled="0"')
        + f'<spine lane="2" offset="{at(86405)}">{clip("s1", 0, 86400, 3)}{clip("s2", 3, 86420, 4)}</spine>'
        + f'<asset-clip lane="-1" ref="r4" name="wind" offset="{at(86402)}" duration="{at(9)}"/>'
    )
    cut = read(tmp_path, clip("one", 0, 86400, 48, connected))
    assert rows(cut) == [
        ("V1", "one", 0, 48, 0, 1), ("V2", "up", 10, 15, 100, 1), ("V3", "s1", 5, 8, 0, 1), ("V3", "s2", 8, 12, 20, 1)
    ]  # fmt: skip
    assert [clip.name for clip in cut.clips if not clip.enabled] == ["up"] * 2  # picture and sound
    wind = next(clip for clip in cut.clips if clip.name == "wind")
    assert [wind.kind, wind.record.start * NTSC, wind.medium.path] == ["Audio", 2, tmp_path / "s .wav"]


def test_a_dissolve_keeps_the_cut(tmp_path: Path) -> None:
    blend = f'<transition name="Cross Dissolve" offset="{at(42)}" duration="{at(12)}"/>'
    cut = read(tmp_path, clip("one", 0, 86400, 48) + blend + clip("two", 48, 86500, 48))
    assert [row[2:4] for row in rows(cut)] == [(0, 48), (48, 96)]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (((0, 0), (200, 100)), [(0, 40, 0, Fraction(1, 2))]),
        (((0, 0), (100, 200)), [(0, 40, 0, 2)]),
        (((0, 50), (100, 50)), [(0, 40, 50, 0)]),
        (((0, 90), (100, -10)), [(0, 40, 90, -1)]),
        (((0, 0), (10, 20), (30, 20), (60, 50)), [(0, 10, 0, 2), (10, 30, 20, 0), (30, 40, 20, 1)]),
    ],
)
def test_speeds_run_by_run(
    tmp_path: Path, points: tuple[tuple[int, int], ...], expected: list[tuple[int, ...]]
) -> None:
    body = "".join(f'<timept time="{at(86400 + t)}" value="{at(86400 + v)}" interp="linear"/>' for t, v in points)
    cut = read(tmp_path, clip("one", 0, 86400, 40, f"<timeMap>{body}</timeMap>", 'srcEnable="video"'))
    assert [row[2:] for row in rows(cut)] == expected


def test_compound_clips_at_every_depth(tmp_path: Path) -> None:
    media = (
        f'<media id="r5" name="Inner"><sequence format="r1" tcStart="{at(240)}" duration="{at(240)}"><spine>'
        f"{clip('deep', 240, 86430, 100)}</spine></sequence></media>"
        f'<media id="r6" name="Outer"><sequence format="r1" duration="{at(240)}"><spine><gap duration="{at(10)}"/>'
        f'<ref-clip ref="r5" offset="{at(10)}" start="{at(250)}" duration="{at(60)}"/></spine></sequence></media>'
    )
    spine = f'<ref-clip name="both" ref="r6" offset="0s" start="{at(5)}" duration="{at(30)}"/>'
    cut = read(tmp_path, spine, media=media)
    assert rows(cut) == [("V1", "deep", 5, 30, 40, 1)]


def test_a_compound_clip_at_half_speed(tmp_path: Path) -> None:
    media = (
        f'<media id="r5"><sequence format="r1" duration="{at(240)}"><spine>{clip("in", 0, 86400, 240)}'
        "</spine></sequence></media>"
    )
    spine = (
        f'<ref-clip ref="r5" offset="0s" duration="{at(40)}"><timeMap><timept time="0s" value="0s"/>'
        f'<timept time="{at(100)}" value="{at(50)}"/></timeMap></ref-clip>'
    )
    assert rows(read(tmp_path, spine, media=media)) == [("V1", "in", 0, 40, 0, Fraction(1, 2))]


def test_clips_with_their_picture_inside_synchronized_and_multicam_clips(tmp_path: Path) -> None:
    where = f'offset="{at(86400)}" start="{at(86400)}" duration="{at(2400)}"'
    video = f'<video ref="r2" {where}><audio lane="-1" ref="r2" {where}/></video>'
    spine = (
        f'<clip name="old" offset="0s" start="{at(86410)}" duration="{at(20)}">{video}</clip>'
        f'<sync-clip name="sync" offset="{at(20)}" start="{at(5)}" duration="{at(20)}">'
        f"<spine>{clip('held', 0, 86400, 100)}</spine></sync-clip>"
        f'<mc-clip ref="r7" offset="{at(40)}" start="{at(30)}" duration="{at(20)}">'
        '<mc-source angleID="b" srcEnable="video"/><mc-source angleID="a" srcEnable="audio"/></mc-clip>'
    )
    angles = "".join(
        f'<mc-angle angleID="{one}">{clip(one, 0, 86400 + n, 200)}</mc-angle>' for n, one in enumerate("ab")
    )
    cut = read(tmp_path, spine, media=f'<media id="r7"><multicam format="r1">{angles}</multicam></media>')
    assert rows(cut) == [
        ("V1", "old", 0, 20, 10, 1), ("V1", "held", 20, 40, 5, 1), ("V1", "b", 40, 60, 31, 1)
    ]  # fmt: skip
    assert [row[1] for row in rows(cut, "Audio")] == ["held", "a", "old"]


def test_markers_and_notes_are_read_where_they_lie(tmp_path: Path) -> None:
    inside = f'<note>wet gravel</note><marker start="{at(86412)}" duration="{at(1)}" value="hit" note="door slams"/>'
    slow = (
        f'<timeMap><timept time="{at(86400)}" value="{at(86400)}"/>'
        f'<timept time="{at(86500)}" value="{at(86450)}"/></timeMap>'
        f'<marker start="{at(86408)}" duration="{at(1)}" value="slow" completed="0"/>'
    )
    cut = read(tmp_path, clip("one", 0, 86410, 48, inside) + clip("two", 48, 86400, 20, slow))
    assert marks(cut) == [("hit", "door slams", 2), ("slow", "", 56)]
    assert next(clip for clip in cut.clips if clip.name == "one").notes == ("wet gravel",)


def test_a_bundle_folder_is_read_and_media_beside_it_found(tmp_path: Path) -> None:
    folder = tmp_path / "Reel.fcpxmld"
    folder.mkdir()
    (folder / "Info.fcpxml").write_text(document(clip("one", 0, 86400, 10), src="Media/a%20b.mov"))
    cut = read_timeline(folder)
    assert cut.clips[0].medium.path == folder / "Media" / "a b.mov"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (document(clip("one", 0, 0, 10)).replace("frameDuration", "x"), "frame rate"),
        (document(clip("one", 0, 0, 10)).replace('offset="0/24000s"', 'offset="1/0s"'), "is none"),
        (document(clip("one", 0, 0, 10)).replace('offset="0/24000s"', f'offset="{"9" * 17}s"'), "seconds"),
        ("<fcpxml/>", "no project"),
        ("<fcpxml><project><sequence", "damaged"),
        ("", "damaged"),
        ("<html/>", "another kind"),
    ],
)
def test_what_is_no_timeline_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(TimelineError, match=words):
        cut_of(text, tmp_path / "cut.fcpxml")


@pytest.mark.parametrize("fan", [1, 2])
def test_compound_clips_that_hold_themselves_are_refused(tmp_path: Path, fan: int) -> None:
    held = f'<ref-clip ref="r5" duration="{at(10)}"/>' * fan
    media = f'<media id="r5"><sequence format="r1"><spine>{held}</spine></sequence></media>'
    with pytest.raises(TimelineError, match="holds itself"):
        read(tmp_path, held, media=media)


def test_compound_clips_that_unfold_without_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laying, "MOST_ITEMS", 2000)
    media = "".join(
        f'<media id="m{number}"><sequence format="r1"><spine>'
        + f'<ref-clip ref="m{number + 1}" duration="{at(10)}"/>' * 10
        + "</spine></sequence></media>"
        for number in range(20)
    )
    with pytest.raises(TimelineError, match="unfolds to over 2000"):
        read(tmp_path, f'<ref-clip ref="m0" duration="{at(10)}"/>', media=media)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(RATES),
    st.integers(0, 10**7),
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 300), st.integers(0, 1000)), min_size=1, max_size=6),
)
def test_any_whole_frames_come_back_exactly(
    tmp_path: Path, rate: Fraction, start: int, items: list[tuple[int, int, int]]
) -> None:
    place, spine, expected = start, "", []
    for number, (lead, length, source) in enumerate(items):
        place += lead
        spine += clip(f"c{number}", place, 86400 + source, length, more='srcEnable="video"', rate=rate)
        expected.append(("V1", f"c{number}", place - start, place - start + length, source, 1))
        place += length
    assert (
        rows(read(tmp_path, f'<gap offset="{at(start, rate)}" duration="0s"/>' + spine, rate=rate, start=start))
        == expected
    )


@pytest.mark.parametrize(
    ("said", "wrong", "told"),
    [
        (
            ' frameDuration="1001/24000s"',
            ' frameDuration=""',
            r'holds "" as a time.*: frameDuration of <format id="\w+".*>',
        ),
        (' duration="x"', ' duration="x"', r'holds "x" as a time.*: duration of <asset-clip name="walk">\.'),
    ],
)
def test_a_time_that_is_none_is_told_with_its_place(tmp_path: Path, said: str, wrong: str, told: str) -> None:
    text = document('<asset-clip name="walk" ref="r2" offset="0s" duration="x"/>')
    assert said in text
    with pytest.raises(TimelineError, match=told):
        cut_of(text.replace(said, wrong), tmp_path / "cut.fcpxml")
