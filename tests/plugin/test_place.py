"""Stems are placed to the frame on tracks of their own, and nothing else of the editor's file changes."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.media.wave_chunks import Depth
from engine.types import Layer, OutputError, Shot, TimelineError
from plugin.timeline.cut import CutClip
from plugin.timeline.place import StemClip, foleyline_notes, next_take, place_stems, stem_span
from plugin.timeline.read import read_timeline
from plugin.timeline.stem_span import seeking_warnings
from tests.plugin.timelines import clip, dissolve, gap, marker, save, span, stack, timeline, track

NTSC_24, NTSC_30, NTSC_60 = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)
RATES = [NTSC_24, Fraction(24), Fraction(25), NTSC_30, Fraction(30), Fraction(50), NTSC_60, Fraction(60)]


def shot(start: Fraction, duration: Fraction, rate: Fraction = Fraction(24)) -> Shot:
    return Shot("walk", Path("walk.mov"), Fraction(0), duration, start, frame_rate=rate)


def frames_shot(start: int, end: int, rate: Fraction = Fraction(24)) -> Shot:
    return shot(start / rate, (end - start) / rate, rate)


def stems_for(shots: list[Shot], folder: Path, *, take: int = 1, handles: int = 24) -> list[StemClip]:
    return [
        StemClip(
            layer,
            stem_span(one, one.frame_rate, handles, start=Fraction(3600)),
            folder / "stems" / f"{layer}-{number}-T{take}.wav",
            {"seed": 7, "words": "rain, 夜", "shot": one.name},
        )
        for number, one in enumerate(shots)
        for layer in Layer
    ]


def user_timeline() -> Any:
    """A cut with everything that must come through."""
    inside = stack(track(clip("deep", 48)), source_range=span(0, 24), metadata={"Resolve_OTIO": {"Locked": True}})
    picture = track(
        clip("a", 48, url="/m/a.mov", available=span(0, 99), metadata={"x": {"big": 2**62, "list": [1, 2.5, None]}}),
        dissolve(6, 6),
        clip("b", 48, speed=-0.5, markers=(marker("m", 3, comment="hi", colour="PINK"),)),
        gap(12),
        inside,
        name="Picture",
    )
    voice = track(clip("voice", 96, enabled=False), name="Voice", kind="Audio")
    made = timeline(picture, voice)
    made.metadata["unknown"] = {"OTIO_SCHEMA": "Lens.1", "mm": 35}
    return made


def meaning(root: Any) -> Any:
    return json.loads(otio.core.serialize_json_to_string(root))


def items_of(path: Path, track: int) -> list[Any]:
    timeline_object = otio.adapters.read_from_file(str(path))
    return [item.deepcopy() for item in timeline_object.tracks[track]]


def placed_clips(path: Path) -> list[CutClip]:
    return [found for found in read_timeline(path).clips if found.track.name.startswith("Foley")]


def test_three_tracks_follow_the_editors_own_and_nothing_else_changes(tmp_path: Path) -> None:
    before = user_timeline()
    source = save(before, tmp_path / "cut.otio")
    bytes_before = source.read_bytes()
    placement = place_stems(source, stems_for([frames_shot(48, 96)], tmp_path))
    assert placement.path == tmp_path / "cut.foley.otio"
    assert placement.tracks == ("Foley Ambient", "Foley Action", "Foley Material")
    after = otio.adapters.read_from_file(str(placement.path))
    assert [child.name for child in after.tracks][2:] == list(placement.tracks)
    assert {child.kind for child in after.tracks[2:]} == {"Audio"}
    del after.tracks[2:]
    assert meaning(after) == meaning(before)
    assert source.read_bytes() == bytes_before


def test_clips_lie_wall_to_wall_in_whole_frames_of_the_picture(tmp_path: Path) -> None:
    source = save(user_timeline(), tmp_path / "cut.otio")
    shots = [frames_shot(24, 48), frames_shot(48, 60), frames_shot(100, 110)]
    added = items_of(place_stems(source, stems_for(shots, tmp_path, handles=12)).path, 2)
    shapes = [
        (item.schema_name(), item.source_range.start_time.value, item.source_range.duration.value, item.duration().rate)
        for item in added
    ]
    assert shapes == [
        ("Gap", 0, 24, 24), ("Clip", 12, 24, 24), ("Clip", 12, 12, 24), ("Gap", 0, 40, 24), ("Clip", 12, 10, 24),
    ]  # fmt: skip
    first = added[1].media_reference
    assert (first.target_url, first.name, added[1].name) == ("stems/ambient-0-T1.wav", "ambient-0-T1", "ambient-0-T1")
    assert (first.available_range.start_time.value, first.available_range.duration.value) == (0, 48)


@pytest.mark.parametrize("rate", RATES)
def test_what_is_placed_is_read_back_where_the_shot_is(tmp_path: Path, rate: Fraction) -> None:
    root = timeline(track(clip("a", 5000, rate=float(rate))), start=float(3600 * round(rate)), rate=float(rate))
    source = save(root, tmp_path / "cut.otio")
    shots = [frames_shot(1001, 1107, rate), frames_shot(4003, 4999, rate)]
    stems = stems_for(shots, tmp_path, handles=round(rate))
    clips = placed_clips(place_stems(source, stems).path)
    assert len(clips) == 6
    for found, one in zip(clips[:2], shots, strict=True):
        assert (found.record.start, found.record.end) == (one.record_start, one.record_end)
        assert found.source_start == round(rate) / rate
        assert found.medium.path == tmp_path / "stems" / f"{found.name}.wav"


@given(
    rate=st.sampled_from(RATES),
    start=st.fractions(0, 4000, max_denominator=96_000),
    duration=st.fractions(Fraction(1, 10), 300, max_denominator=96_000),
    handles=st.integers(0, 120),
    timeline_start=st.integers(0, 90_000).map(Fraction),
)
def test_a_span_holds_the_shot_and_its_handles_to_the_sample(
    rate: Fraction, start: Fraction, duration: Fraction, handles: int, timeline_start: Fraction
) -> None:
    held = stem_span(shot(start, duration, rate), rate, handles, start=timeline_start)
    slack, half_frame = Fraction(1, 96_000), 24_000 / rate + 1
    assert abs(held.start_frame - start * rate) <= Fraction(1, 2)
    assert abs(held.end_frame - (start + duration) * rate) <= Fraction(1, 2)
    assert stem_span(shot(start + duration, duration, rate), rate).start_frame == held.end_frame
    assert held.sample_count == held.last_sample - held.first_sample
    assert abs(Fraction(held.first_sample, 48_000) - (held.start_frame - held.head_frames) / rate) <= slack
    assert held.first_sample <= held.shot_first_sample + half_frame < held.shot_last_sample + half_frame
    assert held.shot_last_sample <= held.last_sample + half_frame
    assert held.time_reference_samples(timeline_start) >= 0
    assert held.head_frames == handles or held.time_reference_samples(timeline_start) < 48_000 * Fraction(2, 5)
    assert held.tail_frames == handles


@pytest.mark.parametrize(
    ("depth", "rate", "handles", "words"),
    [
        (Depth.INT16, Fraction(24), 24, ()),
        (Depth.INT16, Fraction(12), 12, ("up to 1024 samples late at 12 ", "with --handles 0.")),
        (Depth.INT24, NTSC_24, 24, ("24-bit", "up to 682 samples late at 23.976 ", "--bits 16 or --handles 0.")),
        (Depth.INT24, NTSC_24, 0, ()),
        (Depth.INT24, Fraction(50), 50, ()),
        (Depth.FLOAT32, Fraction(30), 30, ("float stems", "up to 512 samples late at 30 ")),
    ],
)
def test_stems_that_mlt_would_start_late_are_told_once(
    depth: Depth, rate: Fraction, handles: int, words: tuple[str, ...]
) -> None:
    spans = [stem_span(frames_shot(start, start + 50, rate), rate, handles, start=Fraction(3600)) for start in (0, 50)]
    told = seeking_warnings(spans, depth)
    assert len(told) == bool(words)
    assert all(part in told[0] for part in words)


def test_handles_are_a_second_and_stop_at_midnight() -> None:
    assert stem_span(frames_shot(100, 200, NTSC_30), NTSC_30).head_frames == 30
    early = stem_span(frames_shot(10, 200), Fraction(24))
    assert (early.head_frames, early.tail_frames, early.first_sample) == (10, 24, 0)
    assert stem_span(frames_shot(9, 200), Fraction(24)).head_frames == 0
    before = stem_span(frames_shot(10, 200), Fraction(24), start=Fraction(3600))
    assert (before.head_frames, before.first_sample) == (24, -28_000)
    assert before.time_reference_samples(Fraction(3600)) == 172_800_000 - 28_000


def test_a_shot_shorter_than_half_a_frame_is_one_frame_long() -> None:
    for end in (Fraction(10), Fraction(101, 10)):
        short = stem_span(shot(Fraction(10, 24), (end - 10) / 24), Fraction(24), 0)
        assert (short.start_frame, short.end_frame, short.file_frames) == (10, 11, 1)
        assert (short.first_sample, short.sample_count) == (20_000, 2000)


def test_a_start_before_midnight_has_no_stamp() -> None:
    held = stem_span(frames_shot(12, 24), Fraction(24), start=Fraction(-1))
    assert (held.head_frames, held.time_reference_samples(Fraction(-1))) == (0, 0)
    later = stem_span(frames_shot(36, 48), Fraction(24), start=Fraction(-1))
    assert (later.head_frames, later.time_reference_samples(Fraction(-1))) == (12, 0)


def test_time_reference_counts_real_time_at_ntsc_rates() -> None:
    one_hour = Fraction(86_400 * 1001, 24_000)
    held = stem_span(frames_shot(0, 24, NTSC_24), NTSC_24, 0, start=one_hour)
    assert held.time_reference_samples(one_hour) == 172_972_800


@pytest.mark.parametrize(("frame", "nearer"), [(Fraction(51, 2), 26), (Fraction(101, 4), 25), (Fraction(103, 4), 26)])
def test_shots_cut_between_two_frames_meet_at_the_nearer(tmp_path: Path, frame: Fraction, nearer: int) -> None:
    source = save(timeline(track(clip("a", 500))), tmp_path / "cut.otio")
    shots = [shot(Fraction(1), frame / 24 - 1), shot(frame / 24, Fraction(1))]
    stems = stems_for(shots, tmp_path, handles=0)
    second = next(stem.span for stem in stems if "-1-" in stem.path.name)
    assert (second.first_sample, second.shot_first_sample) == (2000 * nearer, int(2000 * frame))
    clips = placed_clips(place_stems(source, stems).path)[:2]
    edges = [edge * 24 for found in clips for edge in (found.record.start, found.record.end)]
    assert edges == [Fraction(24), Fraction(nearer), Fraction(nearer), Fraction(nearer + 24)]


@pytest.mark.parametrize(
    ("source_rate", "rate"), [(NTSC_24, Fraction(24)), (NTSC_30, Fraction(30)), (Fraction(24), NTSC_24)]
)
def test_a_clip_of_nearly_the_timelines_rate_has_as_many_frames(source_rate: Fraction, rate: Fraction) -> None:
    held = stem_span(shot(24 / rate, 48 / source_rate, rate), rate, 12, start=Fraction(3600))
    assert (held.start_frame, held.end_frame, held.file_frames) == (24, 72, 72)
    assert held.sample_count == round(72 / rate * 48_000)


def test_stems_over_each_other_are_refused(tmp_path: Path) -> None:
    source = save(timeline(track(clip("a", 500))), tmp_path / "cut.otio")
    with pytest.raises(TimelineError, match="over each other on Foley Ambient for 10 frames"):
        place_stems(source, stems_for([frames_shot(0, 50), frames_shot(40, 90)], tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["cut.otio"]


def test_a_trimmed_root_begins_with_a_gap_of_its_trim(tmp_path: Path) -> None:
    root = timeline(track(clip("a", 500)))
    root.tracks.source_range = span(36, 400)
    placed = place_stems(save(root, tmp_path / "cut.otio"), stems_for([frames_shot(24, 48)], tmp_path)).path
    assert [item.duration().value for item in items_of(placed, 1)] == [36, 24, 24]
    assert placed_clips(placed)[0].record.start == 1


def test_a_second_run_adds_a_take_and_keeps_the_first(tmp_path: Path) -> None:
    source = save(user_timeline(), tmp_path / "cut.otio")
    assert next_take(source) == 1
    first = place_stems(source, stems_for([frames_shot(0, 24)], tmp_path))
    assert next_take(first.path) == 2
    second = place_stems(first.path, stems_for([frames_shot(0, 24)], tmp_path, take=2))
    assert (second.take, second.path.name) == (2, "cut.foley.foley.otio")
    assert second.tracks == ("Foley Ambient 2", "Foley Action 2", "Foley Material 2")
    kept = otio.adapters.read_from_file(str(second.path))
    del kept.tracks[5:]
    assert meaning(kept) == meaning(otio.adapters.read_from_file(str(first.path)))


def test_notes_are_read_back(tmp_path: Path) -> None:
    source = save(user_timeline(), tmp_path / "cut.otio")
    assert foleyline_notes(source) == []
    found = foleyline_notes(place_stems(source, stems_for([frames_shot(12, 24)], tmp_path)).path)
    assert [(stem.layer, stem.take, stem.name) for stem in found] == [
        (layer, 1, f"{layer}-0-T1") for layer in (Layer.AMBIENT, Layer.ACTION, Layer.MATERIAL)
    ]
    assert found[0].note == {"seed": 7, "words": "rain, 夜", "shot": "walk"}
    assert found[0].record.start == Fraction(1, 2)


def test_stems_only_is_a_timeline_of_three_tracks_with_the_same_start(tmp_path: Path) -> None:
    root = user_timeline()
    root.tracks.source_range = span(10, 90)
    source = save(root, tmp_path / "cut.otio")
    placed = place_stems(source, stems_for([frames_shot(24, 48)], tmp_path), stems_only=True).path
    cut = read_timeline(placed)
    assert [label.name for label in cut.tracks] == ["Foley Ambient", "Foley Action", "Foley Material"]
    assert (cut.start, cut.clips[0].record.start) == (Fraction(3600), Fraction(1))


@pytest.mark.parametrize("kind", ["stack", "track", "clip", "collection", "bin"])
def test_a_root_that_is_no_timeline_loses_nothing(tmp_path: Path, kind: str) -> None:
    lone = track(clip("a", 48, metadata={"x": 1}), name="T", metadata={"y": 2})
    roots = {
        "stack": stack(lone, name="S", metadata={"z": 3}),
        "track": lone,
        "clip": clip("a", 48, metadata={"x": 1}),
        "collection": otio.schema.SerializableCollection("box", [clip("b", 5), timeline(lone.deepcopy())], {"z": 3}),
        "bin": otio.schema.SerializableCollection("box", [clip("a", 48), clip("b", 5)], {"z": 3}),
    }
    source = save(roots[kind], tmp_path / "cut.otio")
    before = meaning(roots[kind])
    placed = place_stems(source, stems_for([frames_shot(0, 24)], tmp_path)).path
    assert len(placed_clips(placed)) == 3
    after = otio.adapters.read_from_file(str(placed))
    tracks = after.tracks if isinstance(after, otio.schema.Timeline) else after[1 if kind == "collection" else 2].tracks
    del tracks[1:]
    kept = {"stack": lambda: tracks, "track": lambda: tracks[0], "clip": lambda: tracks[0][0]}
    if kind == "bin":
        assert [meaning(child) for child in after[:2]] == before["children"]
        assert dict(after.metadata) == {"z": 3}
    else:
        assert meaning(kept.get(kind, lambda: after)()) == before


def test_a_given_output_is_never_overwritten(tmp_path: Path) -> None:
    source = save(user_timeline(), tmp_path / "cut.otio")
    mine = tmp_path / "mine.otio"
    mine.write_text("mine")
    with pytest.raises(OutputError, match="never overwritten"):
        place_stems(source, stems_for([frames_shot(0, 24)], tmp_path), mine)
    assert mine.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut.otio", "mine.otio"]


def test_without_an_output_the_next_free_name_is_taken(tmp_path: Path) -> None:
    source = save(user_timeline(), tmp_path / "cut.otio")
    written = [place_stems(source, stems_for([frames_shot(0, 24)], tmp_path)).path.name for _ in range(3)]
    assert written == ["cut.foley.otio", "cut.foley-2.otio", "cut.foley-3.otio"]


def test_the_same_stems_give_the_same_bytes(tmp_path: Path) -> None:
    source = save(user_timeline(), tmp_path / "cut.otio")
    one, two = (place_stems(source, stems_for([frames_shot(0, 24)], tmp_path)).path.read_bytes() for _ in range(2))
    assert one == two


@pytest.mark.parametrize("name", ["a b.wav", "夜.wav", "a#1.wav", "50%.wav"])
def test_names_that_programs_stumble_on_are_refused(tmp_path: Path, name: str) -> None:
    source = save(user_timeline(), tmp_path / "cut.otio")
    stem = StemClip(Layer.ACTION, stem_span(frames_shot(0, 24), Fraction(24)), tmp_path / name, {})
    with pytest.raises(OutputError, match="plain letters"):
        place_stems(source, [stem])


def test_a_name_that_the_timeline_has_is_refused(tmp_path: Path) -> None:
    source = save(user_timeline(), tmp_path / "cut.otio")
    stem = StemClip(Layer.ACTION, stem_span(frames_shot(0, 24), Fraction(24)), tmp_path / "voice.wav", {})
    with pytest.raises(OutputError, match='"voice" already'):
        place_stems(source, [stem])


def test_stems_elsewhere_are_named_by_a_file_url(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    source = save(user_timeline(), tmp_path / "cut.otio")
    stem = StemClip(Layer.ACTION, stem_span(frames_shot(0, 24), Fraction(24)), tmp_path / "far away" / "step.wav", {})
    placed = place_stems(source, [stem], tmp_path / "out" / "cut.otio").path
    url = items_of(placed, 3)[0].media_reference.target_url
    assert url == (tmp_path / "far away" / "step.wav").as_uri()
    assert placed_clips(placed)[0].medium.path == tmp_path / "far away" / "step.wav"


def test_media_named_by_relative_paths_are_found_from_another_folder(tmp_path: Path) -> None:
    (tmp_path / "project" / "media").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    film = tmp_path / "project" / "media" / "a b.mov"
    film.write_bytes(b"film")
    mine = clip("walk", 48, url="media/a%20b.mov", available=span(0, 100))
    lost = clip("lost", 24, url="media/lost.mov", available=span(0, 100))
    source = save(timeline(track(mine, lost)), tmp_path / "project" / "cut.otio")
    elsewhere = place_stems(source, [], tmp_path / "out" / "cut.foley.otio").path
    first, second = otio.adapters.read_from_file(str(elsewhere)).find_clips()
    assert first.media_reference.target_url == film.as_uri()
    assert second.media_reference.target_url == "media/lost.mov"
    beside = place_stems(source, [], tmp_path / "project" / "cut.foley.otio").path
    assert (
        next(iter(otio.adapters.read_from_file(str(beside)).find_clips())).media_reference.target_url
        == "media/a%20b.mov"
    )


@pytest.mark.parametrize("base", ["frames/", "frames", "", "./"])
def test_image_sequences_in_a_relative_folder_are_found_from_another(tmp_path: Path, base: str) -> None:
    frames = tmp_path / "project" / base
    frames.mkdir(parents=True)
    (tmp_path / "out").mkdir()
    pictures = otio.schema.ImageSequenceReference(base, "a.", ".exr", 1, 1, 24, 4, available_range=span(0, 48))
    item = clip("walk", 48)
    item.media_reference = pictures
    source = save(timeline(track(item)), tmp_path / "project" / "cut.otio")
    written = place_stems(source, [], tmp_path / "out" / "cut.foley.otio").path
    [found] = otio.adapters.read_from_file(str(written)).find_clips()
    assert found.media_reference.target_url_for_image_number(0) == f"{frames.resolve().as_uri()}/a.0001.exr"
