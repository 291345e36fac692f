"""What clips carry of a score: enough together, and each only its part."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from engine.score.reading import read_scores
from engine.score.score import Mix
from engine.types import Curve
from plugin.carried import scores_of
from plugin.timeline.place import foleyline_notes
from tests.plugin.test_workflow import run


def test_a_clip_carries_the_mix_of_its_own_time_alone(cut: Path) -> None:
    report = run(cut, score=cut.with_name("score.json"))
    scores = {score.scene: score for score in read_scores(cut.with_name("score.json"))}
    for stem in foleyline_notes(report.output):
        carried = json.loads(str(stem.note["score"]))["scenes"][0]
        score = scores[carried["scene"]]
        assert score.mix is not None
        start, end = (float(edge - score.record_start) for edge in (stem.record.start, stem.record.end))
        inside = [time for time in score.mix.duck.times_s if start - 0.5 <= time <= end + 0.5]  # with its handles
        assert len(inside) <= len(carried["mix"]["duck"]["times_s"]) <= len(inside) + 2
    assert scores_of(report.output) == list(scores.values())
    assert any(len(score.mix.duck.times_s) > 8 for score in scores.values() if score.mix)


def test_a_curve_is_the_same_where_it_is_needed() -> None:
    times = tuple(np.arange(0.0, 50.0, 0.5).tolist())
    curve = Curve((*times, 50.0, 50.0, 51.0), (*(-(time % 3) for time in times), -2.0, -1.0, 0.0))
    for start, end in ((10.2, 11.9), (-3.0, 0.1), (49.9, 50.0), (50.0, 60.0), (10.0, 10.5)):
        part = Mix({}, curve, curve).around(start, end).limiter
        at = np.linspace(start, end, 57)
        np.testing.assert_array_equal(part.at(at), curve.at(at))
        assert len(part.times_s) <= 2 * (end - start) + 7
