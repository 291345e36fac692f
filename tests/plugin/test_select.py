"""What the editor chooses becomes shots: the picture that a viewer sees, cut to the range, or an error in words."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.types import Mark, MissingMediaError, Shot, TimelineError
from plugin.timeline import clock
from plugin.timeline.clock import Span
from plugin.timeline.cut import Cut, CutClip, Medium, TrackLabel
from plugin.timeline.read import read_timeline
from plugin.timeline.record_range import parse_range
from plugin.timeline.select import Choice, select
from plugin.timeline.stem_span import stem_span
from plugin.timeline.topmost import topmost
from tests.plugin.timelines import clip, dissolve, gap, marker, save, span, stack, timeline, touch, track


def read(root: Any, folder: Path) -> Cut:
    touch(folder, "m.mov")
    return read_timeline(save(root, folder / "cut.otio"))


def media(name: str, frames: float, **settings: Any) -> Any:
    return clip(name, frames, url="m.mov", available=span(0, 10_000, settings.get("rate", 24)), **settings)


def shape(shots: tuple[Shot, ...], rate: Fraction | int = 24) -> list[tuple[object, ...]]:
    """(name, first frame, end frame, scene)"""
    return [(shot.name, shot.record_start * rate, shot.record_end * rate, shot.scene) for shot in shots]


@pytest.fixture
def cut(tmp_path: Path) -> Cut:
    """V1: a 0-96, b 96-192, a gap, c 240-384; V2: over 120-144."""
    low = track(media("a", 96), media("b", 96, start=50), gap(48), media("c", 144), name="Main")
    high = track(gap(120), media("over", 24), name="Inserts")
    return read(timeline(low, high, track(clip("voice", 500), kind="Audio")), tmp_path)


def test_all_is_what_a_viewer_sees(cut: Cut) -> None:
    selection = select(cut)
    assert shape(selection.shots) == [
        ("a", 0, 96, 0), ("b", 96, 120, 0), ("over", 120, 144, 0), ("b", 144, 192, 0), ("c", 240, 384, 1),
    ]  # fmt: skip
    assert selection.rule.startswith("the whole timeline")


@pytest.mark.parametrize(
    "text",
    [
        "01:00:04:00-01:00:12:00",
        "01:00:04:00..01:00:12:00",
        " 01:00:04:00 – 01:00:12:00 ",
        "01:00:04:00 to 01:00:12:00",
        "96-288",
        "96..288",
        "01:00:04:00-288",
    ],
)
def test_a_range_of_timecode_or_frames(cut: Cut, text: str) -> None:
    found = select(cut, Choice(range=text, track="1")).shots
    assert shape(found) == [("b", 96, 192, 0), ("c", 240, 288, 1)]
    assert found[0].source_start == Fraction(50, 24)


def test_a_range_trims_the_source_too(cut: Cut) -> None:
    (found,) = select(cut, Choice(range="100-110")).shots
    assert (found.source_start, found.duration, found.media) == (
        Fraction(54, 24),
        Fraction(10, 24),
        cut.path.parent / "m.mov",
    )


@pytest.mark.parametrize(
    ("mark_in", "mark_out", "expected"),
    [
        ("01:00:10:00", "01:00:12:00", [("c", 240, 288, 0)]),
        ("370", "", [("c", 370, 384, 0)]),
        ("", "10", [("a", 0, 10, 0)]),
    ],
)
def test_marks(cut: Cut, mark_in: str, mark_out: str, expected: list[tuple[object, ...]]) -> None:
    assert shape(select(cut, Choice(mark_in=mark_in, mark_out=mark_out)).shots) == expected


@pytest.mark.parametrize("name", ["V2", "v2", "2", "Inserts"])
def test_a_track_is_looked_at_alone(cut: Cut, name: str) -> None:
    assert shape(select(cut, Choice(track=name)).shots) == [("over", 120, 144, 0)]


@pytest.mark.parametrize("name", ["V3", "9", "A1", "Sound"])
def test_a_track_that_is_not_there_names_those_that_are(cut: Cut, name: str) -> None:
    with pytest.raises(TimelineError, match='V1 "Main", V2 "Inserts"'):
        select(cut, Choice(track=name))


def test_clips_by_name_and_pattern(cut: Cut) -> None:
    assert shape(select(cut, Choice(clip="b")).shots) == [("b", 96, 120, 0), ("b", 144, 192, 1)]
    assert shape(select(cut, Choice(clip="[ac]")).shots) == [("a", 0, 96, 0), ("c", 240, 384, 1)]
    with pytest.raises(TimelineError, match='"zebra"'):
        select(cut, Choice(clip="zebra"))


def test_the_rule_says_which_stretches_were_chosen(cut: Cut, tmp_path: Path) -> None:
    ranges = "01:00:04:00-01:00:05:00, 01:00:06:00-01:00:08:00"
    assert select(cut, Choice(clip="b")).rule == f"clip b: {ranges}"
    assert select(cut, Choice(clip="[ab]")).rule == "clip [ab]: 01:00:00:00-01:00:05:00, 01:00:06:00-01:00:08:00"
    assert select(cut, Choice(range="0-100")).rule == "range 0-100: 01:00:00:00-01:00:04:04"
    many = read(timeline(track(*(item for _ in range(10) for item in (media("a", 24), gap(24))))), tmp_path)
    rule = select(many, Choice(clip="a")).rule
    assert rule.endswith("01:00:14:00-01:00:15:00 and 2 more") and rule.count("-") == 8


def test_a_clip_whose_name_looks_like_a_pattern_is_found_exactly(tmp_path: Path) -> None:
    cut = read(timeline(track(media("take [1]", 24))), tmp_path)
    assert len(select(cut, Choice(clip="take [1]")).shots) == 1


def test_a_covered_clip_says_how_to_reach_it(tmp_path: Path) -> None:
    cut = read(timeline(track(media("under", 24)), track(media("over", 24))), tmp_path)
    with pytest.raises(TimelineError, match="--track V1"):
        select(cut, Choice(clip="under"))
    assert shape(select(cut, Choice(clip="under", track="V1")).shots) == [("under", 0, 24, 0)]


def test_what_is_switched_off_is_not_seen(tmp_path: Path) -> None:
    off = track(media("off track", 24))
    off.enabled = False
    cut = read(timeline(track(media("a", 24)), track(media("off", 24, enabled=False)), off), tmp_path)
    assert shape(select(cut).shots) == [("a", 0, 24, 0)]


def test_within_a_compound_the_top_is_seen_as_well(tmp_path: Path) -> None:
    inside = stack(track(media("low", 48)), track(gap(12), media("high", 12)))
    cut = read(timeline(track(media("a", 24), inside)), tmp_path)
    assert shape(select(cut).shots) == [("a", 0, 24, 0), ("low", 24, 36, 0), ("high", 36, 48, 0), ("low", 48, 72, 0)]


def test_marker_colours(tmp_path: Path) -> None:
    root = timeline(track(media("a", 96, markers=(marker("slam", 20, comment="heavy"),)), media("b", 96)))
    root.tracks.markers.extend(
        [
            marker("wet steps", 100, 40, colour="GREEN", comment="gravel"),
            marker("", 120, 40, colour="GREEN"),
            marker("here", 150, colour="BLUE"),
        ]
    )
    cut = read(root, tmp_path)
    green = select(cut, Choice(marker="green"))
    assert shape(green.shots) == [("b", 100, 160, 0)]
    assert green.shots[0].hints == ("b",)
    assert green.shots[0].marks == (
        Mark(Fraction(0), Fraction(40, 24), ("wet steps", "gravel")), Mark(Fraction(50, 24), Fraction(0), ("here",)),
    )  # fmt: skip
    assert shape(select(cut, Choice(marker="RED")).shots) == [("a", 0, 96, 0)]
    assert shape(select(cut, Choice(marker="blue")).shots) == [("b", 96, 192, 0)]
    assert shape(select(cut, Choice(marker="GREEN", range="0-110")).shots) == [("b", 100, 110, 0)]
    with pytest.raises(TimelineError, match="BLUE, GREEN, RED"):
        select(cut, Choice(marker="pink"))
    with pytest.raises(TimelineError, match="No GREEN marker lies"):
        select(cut, Choice(marker="green", range="0-50"))


def test_hints_are_the_words_that_are_there(tmp_path: Path) -> None:
    noted = media("walk_gravel_03", 24, markers=(marker("step", 3, comment="left"),), metadata={"note": "boots"})
    (shot,) = select(read(timeline(track(noted)), tmp_path)).shots
    assert shot.hints == ("walk_gravel_03", "boots")
    assert shot.marks == (Mark(Fraction(3, 24), Fraction(0), ("step", "left")),)


def test_marks_count_from_the_shot_as_it_is_cut(tmp_path: Path) -> None:
    """Of a clip that starts late in its file, and of the timeline, over two clips and in absolute timecode."""
    root = timeline(track(media("a", 48), media("b", 48, start=100, markers=(marker("thud", 130),))))
    root.tracks.markers.extend([marker("rain", 36, 36), marker("slam", 86_400 + 60), marker("", 70)])
    cut = read(root, tmp_path)
    assert [(found.name, int(found.record.start * 24)) for found in cut.markers] == [
        ("rain", 36),
        ("slam", 60),
        ("", 70),
    ]
    a, b = select(cut, Choice(range="24-90")).shots
    assert a.marks == (Mark(Fraction(1, 2), Fraction(1, 2), ("rain",)),)
    assert b.marks == (
        Mark(Fraction(0), Fraction(1), ("rain",)),
        Mark(Fraction(12, 24), Fraction(0), ("slam",)),
        Mark(Fraction(30, 24), Fraction(0), ("thud",)),
    )


def test_speeds(tmp_path: Path) -> None:
    clips = [media("fast", 24, start=10, speed=2), media("still", 24, start=10, speed=0), media("back", 24, speed=-1)]
    shots = select(read(timeline(track(*clips)), tmp_path), Choice(range="6-66")).shots
    assert [(shot.source_start * 24, shot.speed) for shot in shots] == [
        (Fraction(22), Fraction(2)), (Fraction(10), Fraction(0)), (Fraction(24), Fraction(-1)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (12, 12, 48), (12, 13, 48), (13, 12, 48), (0, 24, 60), (24, 0, 36), (6, 30, 60), (0, 2, 49), (0, 1, 48),
        (0, 400, 96), (400, 0, 0),
    ],
)  # fmt: skip
def test_in_a_dissolve_pictures_change_at_its_middle(tmp_path: Path, before: int, after: int, change: int) -> None:
    """The cut stays where it is; only what is looked at changes, each clip running on in its own file."""
    row = track(media("a", 48, start=500), dissolve(before, after), media("b", 48, start=700))
    cut = read(timeline(row), tmp_path)
    assert [int(edge * 24) for found in cut.clips for edge in (found.record.start, found.record.end)] == [0, 48, 48, 96]
    shots = select(cut).shots
    seen = [("a", 0, change, 0), ("b", change, 96, 0)]
    assert shape(shots) == [one for one in seen if one[1] < one[2]]
    sources = {"a": 500, "b": 700 + change - 48}
    assert [int(shot.source_start * 24) for shot in shots] == [sources[shot.name] for shot in shots]


def test_a_long_dissolve_is_found_from_either_side(tmp_path: Path) -> None:
    cut = read(timeline(track(media("a", 48), dissolve(0, 48), media("b", 96))), tmp_path)
    assert shape(select(cut, Choice(range="50-60")).shots) == [("a", 50, 60, 0)]
    assert shape(select(cut, Choice(range="60-80")).shots) == [("a", 60, 72, 0), ("b", 72, 80, 0)]


def test_a_picture_that_comes_from_nothing_gives_nothing_away(tmp_path: Path) -> None:
    row = (dissolve(0, 24), media("a", 48), dissolve(24, 0), gap(48), dissolve(12, 24), media("b", 48, start=90))
    off = (media("off", 24, enabled=False), dissolve(0, 12), media("c", 24), dissolve(0, 12))
    cut = read(timeline(track(*row, *off)), tmp_path)
    assert shape(select(cut).shots) == [("a", 0, 48, 0), ("b", 96, 144, 1), ("c", 168, 192, 2)]
    faded = read(
        timeline(track(media("a", 48), dissolve(0, 24), gap(48), dissolve(24, 0), media("b", 9, start=50))), tmp_path
    )
    assert shape(select(faded).shots) == [("a", 0, 60, 0), ("b", 84, 105, 1)]


def test_where_a_file_ends_in_a_dissolve_the_other_picture_is_seen(tmp_path: Path) -> None:
    short = clip("a", 48, url="m.mov", available=span(0, 50))
    cut = read(timeline(track(short, dissolve(0, 24), media("b", 48))), tmp_path)
    selection = select(cut)
    assert shape(selection.shots) == [("a", 0, 48, 0), ("b", 48, 96, 0)]
    assert selection.warnings == ()


def test_a_clip_between_two_dissolves_keeps_what_is_left(tmp_path: Path) -> None:
    row = (media("a", 48), dissolve(0, 12), media("b", 12, start=50), dissolve(8, 0), media("c", 48, start=50))
    assert shape(select(read(timeline(track(*row)), tmp_path)).shots) == [
        ("a", 0, 54, 0), ("b", 54, 56, 0), ("c", 56, 108, 0),
    ]  # fmt: skip
    row = (media("a", 48), dissolve(0, 12), media("b", 6, start=50), dissolve(8, 0), media("c", 48, start=50))
    assert {shot.name for shot in select(read(timeline(track(*row)), tmp_path)).shots} == {"a", "c"}


def test_a_dissolve_inside_a_compound_and_of_one(tmp_path: Path) -> None:
    inside = stack(track(media("a", 48), dissolve(0, 24), media("b", 48)), source_range=span(24, 60))
    cut = read(timeline(track(inside, dissolve(0, 12), media("c", 48))), tmp_path)
    assert shape(select(cut).shots) == [("a", 0, 36, 0), ("b", 36, 66, 0), ("c", 66, 108, 0)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("02:00:00:00-02:00:01:00", "lies outside the timeline"),
        ("00:00:04:00-00:00:12:00", "lies outside the timeline"),
        ("9000-9001", "lies outside the timeline"),
        ("01:00:12:00-01:00:04:00", "reversed"),
        ("288-96", "reversed"),
        ("96-96", "empty"),
    ],
)
def test_a_range_that_is_nowhere_shows_the_timelines_own(cut: Cut, text: str, words: str) -> None:
    with pytest.raises(TimelineError, match=words) as caught:
        select(cut, Choice(range=text))
    assert "01:00:00:00-01:00:20:20" in str(caught.value)


@pytest.mark.parametrize("text", ["96", "96-", "a-b", "1-2-3", "01:00:04:00"])
def test_what_is_no_range_says_how_to_write_one(cut: Cut, text: str) -> None:
    with pytest.raises(TimelineError, match=r"is no (range|timecode)"):
        select(cut, Choice(range=text))


def test_a_range_beyond_the_end_is_cut_with_a_warning(cut: Cut) -> None:
    selection = select(cut, Choice(range="380-9000"))
    assert shape(selection.shots) == [("c", 380, 384, 0)]
    assert len(selection.warnings) == 1
    assert "beyond the timeline" in selection.warnings[0]


def test_a_range_over_a_gap_alone_has_no_picture(cut: Cut) -> None:
    with pytest.raises(TimelineError, match="no picture in the range"):
        select(cut, Choice(range="200-230"))


def test_an_empty_timeline_says_so(tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match="no enabled picture"):
        select(read(timeline(track()), tmp_path))


@pytest.mark.parametrize(
    ("text", "start"),
    [("01:00:04;00-01:00:08;00", 107892), ("01:00:04:00-01:00:08:00", 107892), ("01:00:04:00-01:00:08:00", 108000)],
)
def test_drop_frame_by_the_separator_and_the_timelines_own(tmp_path: Path, text: str, start: int) -> None:
    cut = read(timeline(track(media("a", 900, rate=29.97)), start=start, rate=29.97), tmp_path)
    assert shape(select(cut, Choice(range=text)).shots, Fraction(30000, 1001)) == [("a", 120, 240, 0)]


def test_missing_media_is_named_with_its_place(tmp_path: Path) -> None:
    gone = clip("gone", 24, url="/nowhere/x.mov")
    cut = read(timeline(track(media("a", 24), gone, clip("lost", 24, url="y.mov"), media("b", 24))), tmp_path)
    with pytest.raises(MissingMediaError, match="--skip-missing") as caught:
        select(cut)
    for words in ('"gone"', "/nowhere/x.mov", "01:00:01:00", "1 more"):
        assert words in str(caught.value)
    selection = select(cut, skip_missing=True)
    assert shape(selection.shots) == [("a", 0, 24, 0), ("b", 72, 96, 1)]
    assert ['"gone"' in selection.warnings[0], '"lost"' in selection.warnings[1]] == [True, True]


def test_a_title_stops_nothing(tmp_path: Path) -> None:
    """No file can be relinked for it."""
    title = clip("THE END", 24)
    title.media_reference = otio.schema.GeneratorReference("", "text")
    selection = select(read(timeline(track(media("a", 24), title, media("b", 24))), tmp_path))
    assert shape(selection.shots) == [("a", 0, 24, 0), ("b", 48, 72, 1)]
    (told,) = selection.warnings
    assert '"THE END"' in told and "generator" in told and "No sound is made there" in told


def test_missing_media_outside_the_range_does_not_matter(tmp_path: Path) -> None:
    cut = read(timeline(track(media("a", 24), clip("gone", 24, url="x.mov"))), tmp_path)
    assert shape(select(cut, Choice(range="0-24")).shots) == [("a", 0, 24, 0)]


def test_nothing_but_missing_media_is_an_error_all_the_same(tmp_path: Path) -> None:
    cut = read(timeline(track(clip("gone", 24, url="x.mov"))), tmp_path)
    with pytest.raises(MissingMediaError, match="No clip in the selection"):
        select(cut, skip_missing=True)


def test_beneath_a_title_the_picture_is_seen(tmp_path: Path) -> None:
    title = clip("title", 12)
    title.media_reference = otio.schema.GeneratorReference(generator_kind="Text")
    selection = select(read(timeline(track(media("a", 24)), track(gap(6), title)), tmp_path))
    assert shape(selection.shots) == [("a", 0, 24, 0)]
    assert "beneath" in selection.warnings[0]


def test_the_same_media_twice_is_two_shots(tmp_path: Path) -> None:
    assert len(select(read(timeline(track(media("a", 24), media("a", 24))), tmp_path)).shots) == 2


@given(
    rate=st.sampled_from(
        [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(120)]
    ),
    dropping=st.booleans(),
    start=st.integers(0, 3_000_000),
    first=st.integers(0, 200_000),
    length=st.integers(1, 200_000),
)
def test_a_range_that_is_shown_is_read_as_the_same(
    rate: Fraction, dropping: bool, start: int, first: int, length: int
) -> None:
    drop_frame = dropping and clock.has_drop_frame(rate)
    cut = Cut("", Path(), rate, start / rate, drop_frame, Fraction(9), (), (), (), ())
    shown = Span(first / rate, (first + length) / rate)
    assert parse_range(cut, cut.timecode_range(shown)) == shown
    assert parse_range(cut, f"{first}-{first + length}") == shown


@given(st.text(alphabet="0123456789:;-. to", max_size=26))
def test_any_typing_is_a_range_or_an_error_in_words(text: str) -> None:
    cut = Cut("", Path(), Fraction(24), Fraction(3600), False, Fraction(9), (), (), (), ())
    try:
        read_back = parse_range(cut, text)
    except TimelineError as error:
        assert len(str(error)) > 20
    else:
        assert read_back.start < read_back.end


LABELS = [TrackLabel(f"V{number}", "", "Video") for number in range(1, 5)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(1, 20)), max_size=12))
def test_topmost_agrees_with_looking_at_every_frame(layout: list[tuple[int, int, int]]) -> None:
    clips = [
        CutClip(
            (layer, index), LABELS[layer], "Video", str(index), Span(Fraction(start), Fraction(start + length)),
            Medium("x", Path("x")), Fraction(0), Fraction(1), True,
        )
        for index, (layer, start, length) in enumerate(layout)
    ]  # fmt: skip
    pieces, unseen = topmost(clips)
    assert unseen == []
    for frame in range(51):
        there = [found for found in clips if found.record.start <= frame < found.record.end]
        seen = [piece.clip for piece in pieces if piece.record.start <= frame < piece.record.end]
        assert seen == ([max(there, key=lambda found: found.address)] if there else [])


def test_a_clip_of_over_a_day_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match=r'"endless" lasts .* hours'):
        select(read(timeline(track(media("endless", 24 * 86_401))), tmp_path))


def test_a_timeline_before_midnight_has_no_stamp() -> None:
    shot = Shot("a", Path("a.mov"), Fraction(0), Fraction(2), Fraction(0))
    held = stem_span(shot, Fraction(24), 24, start=Fraction(-40))
    assert held.head_frames == 0 and held.time_reference_samples(Fraction(-40)) == 0
