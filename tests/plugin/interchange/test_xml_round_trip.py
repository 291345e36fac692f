"""A cut written as either XML reads back as the same cut, with the stems in it."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugin.interchange.formats import format_of
from plugin.timeline.cut import Cut, CutClip
from plugin.timeline.read import read_timeline
from tests.plugin.interchange.xml_reels import DROPPING, RATES, Truth, any_reels, cut_at, reel_of
from tests.plugin.timelines import clip, dissolve, gap, marker, span, track

SUFFIXES = [".xml", ".fcpxml"]
CASES = [(rate, dropping) for rate in RATES for dropping in ((False, True) if rate in DROPPING else (False,))]


def facts(one: CutClip) -> tuple[Any, ...]:
    return one.kind, one.record, one.source_start, one.speed, one.enabled, one.medium.path


def check_stems(cut: Cut, truths: dict[str, Truth], rate: Fraction) -> None:
    found = {one.name: one for one in cut.clips if one.name in truths}
    assert set(found) == set(truths)
    for name, truth in truths.items():
        record = found[name].record
        frames = record.start * rate, record.end * rate, found[name].source_start * rate
        assert [int(frame) for frame in frames] == [truth.start, truth.end, truth.head]
        assert all(frame.denominator == 1 for frame in frames)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("rate", "drop_frame"), CASES)
def test_every_clip_and_stem_reads_back(tmp_path: Path, rate: Fraction, drop_frame: bool, suffix: str) -> None:
    fps = float(rate)
    known = span(0, 500, fps)
    picture = track(
        clip("a", 48, start=24, rate=fps, url="/m/a b.mov", available=known),
        dissolve(6, 6, fps),
        clip("b", 48, start=24, rate=fps, url="/m/é#1%.mov", available=known, markers=(marker("door", 30, rate=fps),)),
        gap(7, fps),
        clip("fast", 20, start=40, rate=fps, url="/m/a b.mov", available=known, speed=2),
    )
    upper = track(gap(10, fps), clip("off", 30, start=3, rate=fps, url="/m/v.mov", enabled=False))
    voice = track(gap(5, fps), clip("voice", 30, start=3, rate=fps, url="/m/voice.wav"), kind="Audio")
    cut = cut_at(rate, picture, upper, voice, drop_frame=drop_frame)
    reel, truths = reel_of(cut, [(0, 31), (31, 44), (61, 97)], tmp_path, rate)
    path = tmp_path / f"out{suffix}"
    format_of(path).write(reel, path)
    back = read_timeline(path)
    assert (back.rate, back.start, back.drop_frame) == (rate, reel.cut.start, drop_frame)
    check_stems(back, truths, rate)
    own = {one.name: facts(one) for one in back.clips if one.name not in truths}
    assert own == {one.name: facts(one) for one in reel.cut.clips}
    markers = [one for owner in back.clips for one in owner.markers]
    assert {(one.name, one.record.start * rate) for one in markers} == {("door", Fraction(54))}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(SUFFIXES))
def test_the_stems_of_any_cut_read_back(data: st.DataObject, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        reel, truths = data.draw(any_reels(Path(name)))
        path = Path(name) / f"out{suffix}"
        format_of(path).write(reel, path)
        back = read_timeline(path)
        assert back.rate == reel.rate
        check_stems(back, truths, reel.rate)
