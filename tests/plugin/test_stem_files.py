"""The noise under each stem is its own."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.media.wave_chunks import Depth
from plugin.workflow import Report
from tests.plugin.test_workflow import WORDS, run

LEAST = 5_000  # samples, so that chance alone correlates by less than a fifteenth


def sounds_of(report: Report) -> dict[str, np.ndarray]:
    return {path.name: soundfile.read(path)[0][:, 0] for path in sorted(report.media_folder.iterdir())}


@pytest.fixture
def rounding(cut: Path) -> dict[str, np.ndarray]:
    """What 16 bits add to each stem, in LSB; NaN where a stem is silent."""
    words = WORDS + ", wind"
    exact, rounded = (sounds_of(run(cut, words=words, depth=depth)) for depth in (Depth.FLOAT32, Depth.INT16))
    assert list(exact) == list(rounded)
    return {name: np.where(exact[name], (rounded[name] - exact[name]) * 32768, np.nan) for name in exact}


def test_every_stem_has_dither_and_no_two_the_same(rounding: dict[str, np.ndarray]) -> None:
    for noise in rounding.values():
        heard = noise[np.isfinite(noise)]
        if len(heard) >= LEAST:
            assert np.mean(heard**2) == pytest.approx(1 / 4, rel=0.1)  # of plain rounding 1/12
    compared = 0
    for one, other in combinations(rounding.values(), 2):
        count = min(len(one), len(other))
        both = np.isfinite(one[:count]) & np.isfinite(other[:count])
        if both.sum() >= LEAST:
            compared += 1
            assert abs(np.corrcoef(one[:count][both], other[:count][both])[0, 1]) < 0.2
    assert compared >= 10
