"""A timeline is read exactly: places, nesting, media paths, source times; and what is wrong is said in words."""

from __future__ import annotations

import json
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime, TimeRange

from engine.types import TimelineError
from plugin.timeline.clock import Span
from plugin.timeline.cut import Cut
from plugin.timeline.read import read_timeline
from tests.plugin.timelines import clip, dissolve, gap, marker, save, span, stack, timeline, touch, track


def read(root: Any, folder: Path) -> Cut:
    return read_timeline(save(root, folder / "cut.otio"))


def frames(record: Span) -> tuple[object, object]:
    return record.start * 24, record.end * 24


def places(cut: Cut) -> dict[str, object]:
    return {found.name: frames(found.record) for found in cut.clips}


def test_clips_follow_each_other_and_transitions_take_no_time(tmp_path: Path) -> None:
    shown = track(gap(12), clip("a", 24), dissolve(6, 6), clip("b", 48), dissolve(0, 6), clip("c", 24), name="Picture")
    cut = read(timeline(shown, track(clip("s", 10), name="Voice", kind="Audio")), tmp_path)
    assert places(cut) == {"a": (12, 36), "b": (36, 84), "c": (84, 108), "s": (0, 10)}
    assert [found.address for found in cut.clips] == [(0, 1), (0, 3), (0, 5), (1, 0)]
    assert cut.duration == Fraction(108, 24)
    assert (cut.rate, cut.start, cut.timecode(Fraction(1))) == (Fraction(24), Fraction(3600), "01:00:01:00")
    assert [(label.label, label.name, label.kind) for label in cut.tracks] == [
        ("V1", "Picture", "Video"),
        ("A1", "Voice", "Audio"),
    ]


def test_tracks_are_counted_by_kind_from_the_bottom(tmp_path: Path) -> None:
    kinds = ["Audio", "Video", "Audio", "Video", "Subtitle"]
    cut = read(timeline(*(track(clip(str(index), 9), kind=kind) for index, kind in enumerate(kinds))), tmp_path)
    assert [label.label for label in cut.tracks] == ["A1", "V1", "A2", "V2", "S1"]
    assert [(found.name, found.track.label) for found in cut.clips] == [
        ("0", "A1"), ("1", "V1"), ("2", "A2"), ("3", "V2"), ("4", "S1"),
    ]  # fmt: skip


def test_a_trimmed_compound_shows_its_inside_where_it_is_played(tmp_path: Path) -> None:
    inside = stack(track(clip("head", 48), clip("tail", 48)), source_range=span(36, 36))
    cut = read(timeline(track(gap(24), inside)), tmp_path)
    assert places(cut) == {"head": (24, 36), "tail": (36, 60)}
    assert [found.source_start for found in cut.clips] == [Fraction(36, 24), 0]


def test_what_is_trimmed_away_is_not_there(tmp_path: Path) -> None:
    inside = track(clip("gone", 24), clip("kept", 24), clip("late", 24), source_range=span(24, 24))
    assert places(read(timeline(track(inside)), tmp_path)) == {"kept": (0, 24)}


def test_the_root_stack_may_be_trimmed_itself(tmp_path: Path) -> None:
    root = timeline(track(clip("a", 48), clip("b", 48)))
    root.tracks.source_range = span(36, 40)
    cut = read(root, tmp_path)
    assert places(cut) == {"a": (0, 12), "b": (12, 40)}
    assert cut.duration == Fraction(40, 24)


@pytest.mark.parametrize("depth", [3, 60, 700])
def test_nesting_of_any_depth(tmp_path: Path, depth: int) -> None:
    item = clip("deep", 240, start=100, url="deep.mov", available=span(100, 500))
    for _ in range(depth):
        item = stack(track(gap(1), item, source_range=span(1, 200)))
    cut = read(timeline(track(item)), tmp_path)
    assert places(cut) == {"deep": (0, 200)}
    assert len(cut.clips[0].address) == 2 + 2 * depth
    assert cut.clips[0].source_start == 0


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 60)), min_size=1, max_size=8))
def test_nested_trims_agree_with_playing_frame_by_frame(trims: list[tuple[int, int, int]]) -> None:
    item = clip("x", 100, start=0)
    shown: list[int | None] = list(range(100))
    for lead, start, length in trims:
        shown = [*[None] * lead, *shown][start : start + length]
        shown += [None] * (length - len(shown))
        item = track(gap(lead), item, source_range=span(start, length))
    with_frames = [(record, frame) for record, frame in enumerate(shown) if frame is not None]
    with tempfile.TemporaryDirectory() as folder:
        clips = read(timeline(item), Path(folder)).clips
    if not with_frames:
        assert clips == ()
        return
    assert frames(clips[0].record) == (with_frames[0][0], with_frames[-1][0] + 1)
    assert clips[0].source_start * 24 == with_frames[0][1]


@pytest.mark.parametrize("written", [23.976, 23.98, 24000 / 1001])
def test_ntsc_rates_do_not_drift_over_an_hour(tmp_path: Path, written: float) -> None:
    root = timeline(track(gap(86400, written), clip("late", 24, rate=written)), start=86400, rate=written)
    cut = read(root, tmp_path)
    assert cut.rate == Fraction(24000, 1001)
    assert cut.clips[0].record.start == Fraction(86400 * 1001, 24000)
    assert cut.timecode(cut.clips[0].record.start) == "02:00:00:00"


def test_mixed_rates_add_up_exactly(tmp_path: Path) -> None:
    shown = track(clip("film", 1, rate=24), clip("sound", 4801, rate=48000), clip("pal", 1, rate=25))
    cut = read(timeline(shown, start=None), tmp_path)
    assert cut.clips[2].record == Span(Fraction(1, 24) + Fraction(4801, 48000), Fraction(1, 24) + Fraction(6721, 48000))


def test_the_edit_rate_without_a_start_is_that_of_the_picture(tmp_path: Path) -> None:
    voice = track(*(clip(str(number), 48000, rate=48000) for number in range(4)), kind="Audio")
    cut = read(timeline(voice, track(clip("p", 50, rate=25)), start=None), tmp_path)
    assert (cut.rate, cut.start, cut.warnings) == (Fraction(25), Fraction(0), ())


def test_a_start_in_samples_is_no_edit_rate(tmp_path: Path) -> None:
    cut = read(timeline(track(clip("p", 50, rate=25)), start=48000 * 3600, rate=48000), tmp_path)
    assert (cut.rate, cut.start) == (Fraction(25), Fraction(3600))


@pytest.mark.parametrize(("start", "dropping"), [(108000, False), (107892, True), (0, False)])
def test_drop_frame_is_seen_by_the_start(tmp_path: Path, start: int, dropping: bool) -> None:
    cut = read(timeline(track(clip("p", 60, rate=29.97)), start=start, rate=29.97), tmp_path)
    assert cut.drop_frame is dropping
    assert cut.timecode(Fraction(0)).startswith("01:00:00" if start else "00:00:00")


def test_drop_frame_is_read_from_metadata(tmp_path: Path) -> None:
    root = timeline(track(clip("p", 60, rate=29.97)), start=0, rate=29.97)
    root.tracks.metadata["fcp_xml"] = {"timecode": {"displayformat": "DF"}}
    assert read(root, tmp_path).drop_frame is True


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("media/a b.mov", "media/a b.mov"),
        ("media/a%20b.mov", "media/a b.mov"),
        ("media\\a b.mov", "media/a b.mov"),
        ("{folder}/media/a b.mov", "media/a b.mov"),
        ("{folder}/100%25.mov", "100%25.mov"),
        ("file://{folder}/media/a%20b.mov", "media/a b.mov"),
        ("file://localhost{folder}/media/a%20b.mov", "media/a b.mov"),
        ("file:{folder}/media/a%20b.mov", "media/a b.mov"),
        ("file://{folder}/take%231.mov", "take#1.mov"),
        ("file://{folder}/take#1.mov", "take#1.mov"),
        ("file://{folder}/%E6%AD%A5.mov", "步.mov"),
    ],
)
def test_media_paths(tmp_path: Path, url: str, file: str) -> None:
    touch(tmp_path, file)
    cut = read(timeline(track(clip("a", 24, url=url.format(folder=tmp_path)))), tmp_path)
    path = cut.clips[0].medium.path
    assert path is not None
    assert path.exists()
    assert path == tmp_path / file


@pytest.mark.parametrize("url", ["file:///E:/Media/a%20b.mov", "file://E:/Media/a%20b.mov", "E:\\Media\\a b.mov"])
def test_windows_drives(tmp_path: Path, url: str) -> None:
    cut = read(timeline(track(clip("a", 24, url=url))), tmp_path)
    assert cut.clips[0].medium.path == Path("E:/Media/a b.mov")


def test_media_that_is_no_file_says_why(tmp_path: Path) -> None:
    title = clip("title", 24)
    title.media_reference = otio.schema.GeneratorReference(generator_kind="Text")
    frames_of = clip("exr", 24)
    frames_of.media_reference = otio.schema.ImageSequenceReference("file:///s/", "a.", ".exr", 1001, 1, 24, 4)
    cut = read(timeline(track(title, frames_of, clip("off", 24), clip("web", 24, url="https://x.org/a.mov"))), tmp_path)
    assert [found.medium.path for found in cut.clips] == [None] * 4
    for found, words in zip(cut.clips, ["generator", "image sequence", "no file", "not on a disk"], strict=True):
        assert words in found.medium.problem


def test_source_time_counts_from_the_available_range(tmp_path: Path) -> None:
    camera = clip("cam", 48, start=86410, url="cam.mov", available=span(86400, 2400))
    assert read(timeline(track(camera)), tmp_path).clips[0].source_start == Fraction(10, 24)


def test_source_and_available_range_may_have_two_rates(tmp_path: Path) -> None:
    available = TimeRange(RationalTime(90000, 25), RationalTime(1000, 25))
    camera = clip("cam", 48, start=86412, url="cam.mov", available=available)
    assert read(timeline(track(camera)), tmp_path).clips[0].source_start == Fraction(1, 2)


def movie(path: Path, timecode: str) -> None:
    with av.open(str(path), "w") as container:
        container.metadata["timecode"] = timecode
        stream = container.add_stream("mpeg4", rate=Fraction(24000, 1001))
        stream.width, stream.height = 32, 32
        for _ in range(3):
            picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(("start", "frame"), [(86410, 10), (86400, 0), (10, 10), (0, 0)])
def test_without_available_range_the_files_own_timecode_decides(tmp_path: Path, start: int, frame: int) -> None:
    movie(tmp_path / "cam.mov", "01:00:00:00")
    camera = clip("cam", 48, start=start, url="cam.mov", rate=23.976)
    assert read(timeline(track(camera)), tmp_path).clips[0].source_start == Fraction(frame * 1001, 24000)


def test_a_clip_with_available_range_alone_is_as_long_as_its_media(tmp_path: Path) -> None:
    cut = read(timeline(track(clip("a", None, url="a.mov", available=span(1000, 30)), clip("b", 24))), tmp_path)
    assert places(cut) == {"a": (0, 30), "b": (30, 54)}
    assert cut.clips[0].source_start == 0


@pytest.mark.parametrize(("speed", "start"), [(2, 10), (0.5, 10), (0, 10), (-1, 34), (-2, 58)])
def test_speed(tmp_path: Path, speed: float, start: int) -> None:
    cut = read(timeline(track(clip("w", 24, start=10, speed=speed), clip("b", 24))), tmp_path)
    assert places(cut) == {"w": (0, 24), "b": (24, 48)}
    assert (cut.clips[0].speed, cut.clips[0].source_start) == (Fraction(speed), Fraction(start, 24))
    assert any("backwards" in warning for warning in cut.warnings) == (speed < 0)


def test_speed_of_a_compound_reaches_its_clips(tmp_path: Path) -> None:
    fast = stack(track(clip("a", 48), clip("b", 48, speed=0.5)), source_range=span(0, 48))
    fast.effects.append(otio.schema.LinearTimeWarp(time_scalar=2))
    cut = read(timeline(track(fast)), tmp_path)
    assert places(cut) == {"a": (0, 24), "b": (24, 48)}
    assert [found.speed for found in cut.clips] == [2, 1]


def test_a_compound_backwards_plays_its_clips_from_the_last(tmp_path: Path) -> None:
    back = stack(track(clip("a", 24), clip("b", 24)), source_range=span(0, 48))
    back.effects.append(otio.schema.LinearTimeWarp(time_scalar=-1))
    cut = read(timeline(track(back)), tmp_path)
    assert places(cut) == {"a": (24, 48), "b": (0, 24)}
    assert [(int(found.speed), int(found.source_start)) for found in cut.clips] == [(-1, 1), (-1, 1)]


def test_a_switch_turns_off_all_that_is_inside(tmp_path: Path) -> None:
    inner = stack(track(clip("inner", 24)))
    inner.enabled = False
    off = track(clip("off", 24))
    off.enabled = False
    cut = read(timeline(track(inner, clip("on", 24), clip("self", 24, enabled=False)), off), tmp_path)
    assert {found.name: found.enabled for found in cut.clips} == {
        "inner": False,
        "on": True,
        "self": False,
        "off": False,
    }


def test_markers_are_where_they_show(tmp_path: Path) -> None:
    marked = clip("m", 48, start=86424, url="m.mov", available=span(86400, 240), speed=2)
    marked.markers.extend([marker("step", 86444, comment="left foot"), marker("local", 6), marker("cut off", 86410)])
    shown = track(gap(24), marked)
    root = timeline(shown)
    root.tracks.markers.append(marker("scene", 12, 24, colour="GREEN"))
    shown.markers.append(marker("track", 30))
    cut = read(root, tmp_path)
    assert [(found.name, found.colour, found.comment, *frames(found.record)) for found in cut.markers] == [
        ("scene", "GREEN", "", 12, 36),
        ("track", "RED", "", 30, 30),
    ]
    assert [(found.name, found.comment, *frames(found.record)) for found in cut.clips[0].markers] == [
        ("step", "left foot", 34, 34),
        ("local", "", 27, 27),
    ]


def test_notes_are_plain_texts_of_the_metadata(tmp_path: Path) -> None:
    metadata = {
        "Note": "wet gravel",
        "deep": {"comments": "heels", "other": "no"},
        "notes": 5,
        "x": {"note": {"a": "b"}},
    }
    assert read(timeline(track(clip("n", 9, metadata=metadata))), tmp_path).clips[0].notes == ("wet gravel", "heels")


def test_effects_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    clips = [clip(str(number), 24) for number in range(3)]
    for item in clips:
        item.effects.append(otio.schema.Effect(effect_name="Resolve Effect", metadata={"R": {"Effect Name": "Crop"}}))
    warnings = read(timeline(track(*clips)), tmp_path).warnings
    assert [warning for warning in warnings if "Crop" in warning and "3 clips" in warning] == list(warnings)


def test_one_clip_without_a_range_spoils_only_what_follows_it(tmp_path: Path) -> None:
    broken = track(clip("before", 24), clip("no range", None), clip("after", 24), name="Wild")
    cut = read(timeline(broken, track(clip("other", 48))), tmp_path)
    assert places(cut) == {"before": (0, 24), "other": (0, 48)}
    assert len(cut.warnings) == 1
    assert '"Wild"' in cut.warnings[0]
    assert '"no range"' in cut.warnings[0]


def test_a_range_that_cannot_be_is_none(tmp_path: Path) -> None:
    ranges = [span(0, -5), span(0, 5, 0), TimeRange(RationalTime(0, 24), RationalTime(float("nan"), 24))]
    tracks = [track(clip("ok", 24), clip(f"bad {number}", 24)) for number in range(len(ranges))]
    for item, wrong in zip(tracks, ranges, strict=True):
        item[1].source_range = wrong
    cut = read(timeline(*tracks), tmp_path)
    assert [(found.name, *frames(found.record)) for found in cut.clips] == [("ok", Fraction(0), Fraction(24))] * 3
    assert len(cut.warnings) == 3


def test_a_compound_of_unknown_length_is_shown_as_far_as_known(tmp_path: Path) -> None:
    inside = stack(track(clip("known", 24), clip("no range", None)))
    assert places(read(timeline(track(inside, clip("after", 24))), tmp_path)) == {"known": (0, 24)}
    trimmed = stack(track(clip("known", 24), clip("no range", None)), source_range=span(0, 48))
    cut = read(timeline(track(trimmed, clip("after", 24))), tmp_path)
    assert places(cut) == {"known": (0, 24), "after": (48, 72)}


def test_a_timeline_without_tracks_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "cut.otio"
    path.write_text(
        '{"OTIO_SCHEMA": "Timeline.1", "metadata": {}, "name": "x", "tracks": null, "global_start_time": null}'
    )
    cut = read_timeline(path)
    assert (cut.clips, cut.duration) == ((), Fraction(0))


@pytest.mark.parametrize("kind", ["timeline", "collection", "stack", "track", "clip", "bin"])
def test_any_root(tmp_path: Path, kind: str) -> None:
    roots = {
        "timeline": timeline(track(clip("a", 24))),
        "collection": otio.schema.SerializableCollection(
            "box", [clip("in the bin", 5), timeline(track(clip("a", 24)))]
        ),
        "stack": stack(track(clip("a", 24)), name="S"),
        "track": track(clip("a", 24), name="T"),
        "clip": clip("a", 24),
        "bin": otio.schema.SerializableCollection("box", [clip("a", 24)]),
    }
    cut = read(roots[kind], tmp_path)
    assert places(cut) == {"a": (0, 24)}
    assert cut.clips[0].track.label == "V1"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"hello", "no OpenTimelineIO file"),
        (b'{"OTIO_SCHEMA": "Timeline.1", ', "damaged"),
        (b'{"a": 1}', "no timeline"),
        (b"[1, 2]", "no timeline"),
        (b"3", "no timeline"),
        (b"\x89PNG\r\n\x1a\n\x00", "no OpenTimelineIO file"),
        (b'{"OTIO_SCHEMA": "Marker.2", "metadata": {}, "name": ""}', "damaged"),
        (b'{"OTIO_SCHEMA": "Effect.1", "metadata": {}, "name": "", "effect_name": ""}', "an Effect"),
        (b'{"OTIO_SCHEMA": "Reel.7", "metadata": {}}', "no timeline"),
    ],
)
def test_a_file_that_is_no_timeline_says_so(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "cut.otio"
    path.write_bytes(content)
    with pytest.raises(TimelineError, match=words) as caught:
        read_timeline(path)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match="no timeline at"):
        read_timeline(tmp_path / "none.otio")
    with pytest.raises(TimelineError, match="cannot be read"):
        read_timeline(tmp_path)


def test_a_newer_schema_asks_for_an_older_export(tmp_path: Path) -> None:
    path = save(timeline(track(clip("a", 24, markers=(marker("m", 3),)))), tmp_path / "cut.otio")
    path.write_text(path.read_text().replace("Marker.2", "Marker.3"))
    with pytest.raises(TimelineError, match="newer OpenTimelineIO"):
        read_timeline(path)


def test_an_unknown_effect_is_named_with_its_clip(tmp_path: Path) -> None:
    faded = clip("door", 24)
    faded.effects.append(otio.schema.Effect("fade"))
    path = save(timeline(track(faded)), tmp_path / "cut.otio")
    path.write_text(path.read_text().replace("Effect.1", "AudioFadeIn.1"))
    with pytest.raises(TimelineError, match='"door"'):
        read_timeline(path)


def test_an_unknown_schema_in_metadata_is_no_trouble(tmp_path: Path) -> None:
    path = save(timeline(track(clip("a", 24, metadata={"x": {"OTIO_SCHEMA": "Lens.1"}}))), tmp_path / "cut.otio")
    assert "Lens.1" in path.read_text()
    assert places(read_timeline(path)) == {"a": (0, 24)}


def test_a_byte_order_mark_is_no_trouble(tmp_path: Path) -> None:
    path = save(timeline(track(clip("a", 24))), tmp_path / "cut.otio")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert json.loads(path.read_text("utf-8-sig"))
    assert places(read_timeline(path)) == {"a": (0, 24)}


@pytest.mark.parametrize("opening", ["[", '{"OTIO_SCHEMA":"Stack.1","children":[', '["a \\\\" [[", '])
def test_a_file_nested_deeper_than_the_reader_bears_says_so(tmp_path: Path, opening: str) -> None:
    path = tmp_path / "deep.otio"
    path.write_text(opening * 200_000)
    with pytest.raises(TimelineError, match="brackets deep"):
        read_timeline(path)


def test_brackets_inside_names_are_no_nesting(tmp_path: Path) -> None:
    cut = read(timeline(track(clip("[{" * 20_000 + '"\\', 24))), tmp_path)
    assert len(cut.clips[0].name) == 40_002


def test_names_cannot_steer_a_terminal(tmp_path: Path) -> None:
    cut = read(timeline(track(clip("a\x1b[2J\nb\x07", 24))), tmp_path)
    assert cut.clips[0].name == "a [2J b "


def test_a_url_that_is_none_leads_nowhere(tmp_path: Path) -> None:
    cut = read(timeline(track(clip("a", 24, url="file://[::1/x.mov"))), tmp_path)
    assert cut.clips[0].medium.path is not None and not cut.clips[0].medium.path.exists()


def _far(value: float) -> dict[str, Any]:
    far = span(value, 24)
    return {
        '"far"': clip("far", 24, start=value),
        '"wide"': clip("wide", value),
        "A clip's media": clip("far", 24, url="m.mov", available=far),
    }


@pytest.mark.parametrize("value", [1e308, -1e308, 24 * 2.0**38 + 1])
@pytest.mark.parametrize("where", ['"far"', '"wide"', "A clip's media", "The timeline's start"])
def test_times_of_thousands_of_years_are_refused_with_their_place(tmp_path: Path, value: float, where: str) -> None:
    far = _far(abs(value) if "wide" in where else value).get(where)
    root = timeline(track(far or clip("a", 24)), start=None if far else value)
    with pytest.raises(TimelineError, match=rf"{where} holds a time of .*thousands of years\. Correct it"):
        read_timeline(save(root, tmp_path / "cut.otio"))


def test_what_means_no_end_is_read(tmp_path: Path) -> None:
    """GStreamer counts 2**64 nanoseconds where a thing has no end."""
    endless = span(0, 2.0**64, 1e9)
    root = timeline(track(clip("a", 24, url="m.mov", available=endless)))
    assert read_timeline(save(root, tmp_path / "cut.otio")).clips[0].record.duration == 1
