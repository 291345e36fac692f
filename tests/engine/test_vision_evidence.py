"""What speaks for a contact: the stop of a large thing, and the tables that weigh it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.vision import model
from engine.vision.contacts import Kink
from engine.vision.evidence import FEATURES, Candidate, candidates
from engine.vision.instants import Instant, _faint, frame_length
from engine.vision.tracks import Row, Track
from engine.vision.watch import Watched, Watcher
from tests.engine.footage import wall

RATE = 30


def slid(stop_s: float, seconds: float = 3.0) -> Watched:
    """A board pushed in from the left, faster and faster, that stops dead."""
    backdrop, board = wall(108, 192, 3)[..., 0] // 2, wall(60, 90, 8)[..., 1] // 2 + 100
    watcher = Watcher(192, 108)
    for k in range(round(seconds * RATE)):
        picture = backdrop.copy()
        left = round(4 + 70 * min(1.0, max(0.0, (k / RATE - stop_s + 0.7) / 0.7)) ** 2)
        picture[30:90, left : left + 90] = board
        watcher.add(k / RATE, np.asarray(picture, np.uint8))
    return watcher.end()


@pytest.mark.parametrize("stop_s", [1.5, 1.62, 2.0])
def test_all_falls_still_where_a_large_thing_is_stopped(stop_s: float) -> None:
    watched = slid(stop_s)
    stills = [one.time_s for one in candidates(watched, frame_length(watched)) if one.source == "hush"]
    assert stills and min(abs(time_s - stop_s) for time_s in stills) < 1.5 / RATE


def test_what_changes_is_one_track_of_every_picture() -> None:
    watched = slid(1.5)
    (whole,) = watched.wholes
    assert [row.picture for row in whole.rows] == list(range(len(watched.moments)))
    still = [row.activity for row in whole.rows if row.time > 1.6]
    assert still and max(still) == 0 < max(row.activity for row in whole.rows)


def test_the_tables_weigh_every_figure_and_say_what_they_were_fitted_on() -> None:
    raw = json.loads(model.SHIPPED.read_text(encoding="utf-8"))
    assert all(len(table["middle"]) == len(FEATURES) for table in raw["contacts"])
    first, last = raw["made_from"]["seeds"]
    assert 1000 <= first <= last, "the scoring's own scenes, seeds from 0, must never be fitted on"


@pytest.mark.parametrize(("width_px", "stir_share", "doubted"), [(5, 0.0, True), (5, 0.4, False), (60, 0.0, False)])
def test_the_rest_of_something_small_alone_is_doubted(width_px: int, stir_share: float, doubted: bool) -> None:
    row = Row(1.0, 50, 50, 50 - width_px / 2, 50 + width_px / 2, 45, 50, 5.0 * width_px, 4.0, 0.0, 50, 50, 30)
    kink = Kink(1.0, 0, "fade", 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, Track(-1, 0, [row]))
    rest = Candidate(1.0, 30, kink, "hush", 50, 50, ())
    figures = (1.0, 1.0, 1.0, 1.0, 1.0, 0.5, stir_share, 0.0, 0.9, 0.1, -6.0, 0.0)
    assert _faint(Instant(1.0, (rest,), (0.9,), figures, -6.0)) is doubted
