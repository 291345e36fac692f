"""Whatever has become of a cut: what is called unchanged is, and every note is at its picture."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conform.run import Run
from engine.conform.scene import NewScene, conform
from engine.conform.unchanged import Lengths, unchanged
from engine.score.score import is_bed
from engine.stems import SceneStems
from engine.types import Layer
from tests.engine.conform.scores import SHOT, old_score, run, scene, sounded

INAUDIBLE = 2e-5  # -94 dB: the steep edges of curves lie between other samples
FRAME = Fraction(1, 24)


@pytest.fixture(scope="module")
def old() -> SceneStems:
    return sounded(old_score())


@st.composite
def scenes(draw: st.DrawFn) -> NewScene:
    start = at = Fraction(draw(st.integers(0, 50)))
    runs: list[Run] = []
    for _ in range(draw(st.integers(1, 5))):
        at += draw(st.sampled_from([0, 0, 0, 7, 31])) * FRAME
        shot = 10 + draw(st.integers(0, 2)) * SHOT
        first = shot + draw(st.sampled_from([0, 0, 1, 17, 55])) * FRAME
        last = shot + SHOT - draw(st.sampled_from([0, 0, 1, 13, 29])) * FRAME
        stretch = draw(st.sampled_from([Fraction(1), Fraction(1), Fraction(1), Fraction(2), Fraction(1, 2)]))
        backwards = draw(st.sampled_from([False, False, False, True]))
        runs.append(run((first, last), (at, at + (last - first) * stretch), backwards=backwards))
        at += (last - first) * stretch
    return scene(start, at + draw(st.sampled_from([0, 0, 11])) * FRAME, *runs)


@given(scenes())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_called_unchanged_is(old: SceneStems, where: NewScene) -> None:
    conformed, lengths = conform(where, [old.score], []), Lengths()
    new = sounded(conformed.score)
    for index, one in enumerate(where.runs):
        for layer in Layer:
            for first, last in unchanged(conformed, [old.score], index, layer, lengths):
                was = old.read(layer, first - one.shift_samples, last - one.shift_samples)
                assert np.abs(was - new.read(layer, first, last)).max() < INAUDIBLE


@given(scenes())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_hit_is_where_its_picture_is(old: SceneStems, where: NewScene) -> None:
    score = conform(where, [old.score], []).score
    score.check()
    struck = [note for note in old.score.notes if note.layer is Layer.MATERIAL]
    expected = []
    for one in where.runs:
        for note in struck:
            at = old.score.record_start + Fraction(note.start_s)
            if one.was_start <= at < one.was_end:
                expected.append(float(one.new_time(at) - where.start))
    found = [note.start_s for note in score.notes if note.layer is Layer.MATERIAL]
    assert sorted(found) == pytest.approx(sorted(expected), abs=1e-9)


@given(scenes())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_there_is_ambience_everywhere(old: SceneStems, where: NewScene) -> None:
    score = conform(where, [old.score], []).score
    beds = [note for note in score.notes if is_bed(note)]
    for at in np.arange(0.0, float(score.duration), 0.01):
        assert any(bed.heard_start_s <= at <= bed.heard_end_s + 1e-6 for bed in beds)
