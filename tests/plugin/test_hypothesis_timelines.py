"""Any timeline is read, selected from, given stems and read again: clips lie where counted, and nothing is lost."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings

from engine.types import FoleylineError, Layer, Shot, TimelineError
from plugin.timeline.cut import Cut
from plugin.timeline.place import StemClip, place_stems
from plugin.timeline.read import read_timeline
from plugin.timeline.select import select
from plugin.timeline.stem_span import stem_span
from tests.plugin.counted_places import counted_clips
from tests.plugin.literal import literal, without_new_tracks
from tests.plugin.random_timelines import TICKS, ticks, written_timelines
from tests.plugin.timelines import touch

SLOW_DRAWING = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def timeline_of(root: Any) -> Any:
    return root if isinstance(root, otio.schema.Timeline) else root[1]


def check_whole_way(root: Any, text: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        touch(folder, "m.mov", "other one.mov")
        source = folder / "cut.otio"
        source.write_text(text, encoding="utf-8")
        cut = read_timeline(source)
        check_places(cut, timeline_of(root))
        shots = shots_of(cut)
        check_shots(cut, shots)
        if (trim := timeline_of(root).tracks.source_range) is not None and trim.start_time.value < 0:
            with pytest.raises(TimelineError, match="trimmed to begin before"):
                place_stems(source, [])
            return
        stems = stems_of(shots or [Shot("a", None, Fraction(0), Fraction(1), Fraction(1), frame_rate=cut.rate)], cut)
        written = place_stems(source, stems).path
        check_written(root, cut, written, stems)
        way = () if root is timeline_of(root) else ("children", 1)
        assert without_new_tracks(written, *way) == literal(text)


def check_places(cut: Cut, timeline: Any) -> None:
    """Each clip lies where counting says, and shows what its speed and its file's first stamp make of that."""
    counted = counted_clips(timeline.tracks)
    assert {clip.address for clip in cut.clips} == set(counted)
    for clip in cut.clips:
        place = counted[clip.address]
        assert (clip.record.start, clip.record.end) == (Fraction(place.start, TICKS), Fraction(place.end, TICKS))
        assert clip.enabled == (place.enabled)


def shots_of(cut: Cut) -> list[Shot]:
    try:
        return list(select(cut, skip_missing=True).shots)
    except FoleylineError as error:
        assert str(error).endswith(".") and len(str(error)) > 30
        return []


def check_shots(cut: Cut, shots: list[Shot]) -> None:
    """They follow each other, and show each moment what its clip does."""
    for before, after in pairwise(shots):
        assert before.record_end <= after.record_start
    for shot in shots:
        middle = shot.record_start + shot.duration / 2
        spans = [(clip, span) for clip in cut.clips if clip.enabled for span in (clip.record, clip.shown)]
        over = [clip for clip, span in spans if span.start <= middle < span.end]
        assert any(
            clip.medium.seen == shot.media
            and (clip.speed, clip.source_at(shot.record_start)) == (shot.speed, shot.source_start)
            for clip in over
        )


def stems_of(shots: list[Shot], cut: Cut) -> list[StemClip]:
    return [
        StemClip(
            layer, stem_span(shot, cut.rate, start=cut.start), Path(f"stems/{layer}-{number}.wav"), {"shot": number}
        )
        for number, shot in enumerate(shots)
        for layer in Layer
    ]


def check_written(root: Any, cut: Cut, written: Path, stems: list[StemClip]) -> None:
    again = read_timeline(written)
    first_new = len(timeline_of(root).tracks)
    mine = [clip for clip in again.clips if clip.address[0] >= first_new]
    kept = [clip for clip in again.clips if clip.address[0] < first_new]
    assert [(clip.address, clip.record, clip.source_start) for clip in kept] == [
        (clip.address, clip.record, clip.source_start) for clip in cut.clips
    ]
    starts = {clip.name: clip.record.start for clip in mine}
    trim = timeline_of(root).tracks.source_range
    for stem in stems:
        where = Fraction(stem.span.start_frame) / cut.rate
        if stem.path.stem in starts:  # of stems that begin in one frame the last has it
            assert starts[stem.path.stem] == where
        else:
            others = [one for one in stems if one.layer is stem.layer and one is not stem]
            assert any(one.span.start_frame == stem.span.start_frame for one in others) or trim is not None


UNHURRIED = settings(deadline=None, suppress_health_check=SLOW_DRAWING)


@settings(UNHURRIED, max_examples=100)
@given(written_timelines())
def test_any_timeline_comes_through(written: tuple[Any, str]) -> None:
    check_whole_way(*written)


@pytest.mark.slow
@settings(UNHURRIED, max_examples=10_000)
@given(written_timelines())
def test_ten_thousand_timelines_come_through(written: tuple[Any, str]) -> None:
    check_whole_way(*written)


def test_a_tick_is_a_whole_part_of_every_frame() -> None:
    assert ticks(otio.opentime.RationalTime(24, 23.976)) * 1000 == TICKS * 1001
    assert ticks(otio.opentime.RationalTime(1, 48_000)) * 48_000 == TICKS
