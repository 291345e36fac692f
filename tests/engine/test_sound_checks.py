"""The acceptance figures themselves, against sounds whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from engine.types import SAMPLE_RATE
from tests.engine import sound_checks as check

TIMES = np.arange(SAMPLE_RATE) / SAMPLE_RATE


def decaying(freq_hz: float, t60_s: float) -> check.Array:
    return np.asarray(np.exp(-6.908 * TIMES / t60_s) * np.sin(2 * np.pi * freq_hz * TIMES))


@pytest.mark.parametrize("t60_s", [0.05, 0.5])
def test_t60_of_a_known_decay(t60_s: float) -> None:
    assert check.t60_s(decaying(1000.0, t60_s), 700.0, 1400.0) == pytest.approx(t60_s, rel=0.1)


def test_onset_is_where_the_sound_begins() -> None:
    late = np.concatenate([np.zeros(480), decaying(2000.0, 0.1)])
    assert check.onset_ms(late) == pytest.approx(10.0, abs=0.2)


def test_spectrum_of_two_tones() -> None:
    sound = np.sin(2 * np.pi * 500 * TIMES) + 0.5 * np.sin(2 * np.pi * 4000 * TIMES)
    assert check.spectral_median_hz(sound) == pytest.approx(500, abs=2)
    assert check.rolloff_hz(sound) == pytest.approx(4000, abs=2)
    assert check.band_share_db(sound, 3000, 5000) == pytest.approx(10 * np.log10(0.2), abs=0.05)


def test_levels_of_a_sine() -> None:
    sine = np.stack([np.sin(2 * np.pi * 1000 * TIMES)] * 2)
    assert check.rms_db(sine) == pytest.approx(-3.01, abs=0.01)
    assert check.crest_db(sine) == pytest.approx(3.01, abs=0.01)
    assert check.kurtosis(sine) == pytest.approx(1.5, abs=0.01)
    assert 10 * np.log10(np.sum(10 ** (check.erb_levels_db(sine) / 10))) == pytest.approx(-3.01, abs=0.01)


def test_offset_jump_and_likeness() -> None:
    step = np.array([0.0, 0.0, 1.0, 1.0, 0.0])
    assert check.dc_dbfs(step) == pytest.approx(20 * np.log10(0.4))
    assert check.largest_jump(step) == 1.0
    assert check.normalised_correlation(step, -step) == pytest.approx(-1.0)
