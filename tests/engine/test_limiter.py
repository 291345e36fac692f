"""What the limiter sees between the samples, and how its gain goes down and comes back."""

from __future__ import annotations

import numpy as np
import pytest

from engine import limiter
from engine.types import SAMPLE_RATE, Samples

CELLS = 200
CEILING = 10 ** ((limiter.CEILING_DBTP - 0.1) / 20)


def quarter_rate_sine(peak: float) -> Samples:
    """Its samples lie at 0.707 of its peak, never at it."""
    at = np.arange(CELLS * limiter.CELL + 2 * limiter.CONTEXT)
    return np.asarray(np.tile(peak * np.sin(np.pi / 2 * at + np.pi / 4), (2, 1)), dtype=np.float32)


def silence() -> Samples:
    return np.zeros((2, CELLS * limiter.CELL + 2 * limiter.CONTEXT), np.float32)


@pytest.mark.parametrize("turn", [0, 1])
def test_a_wave_that_passes_the_ceiling_between_its_samples_is_turned_down(turn: int) -> None:
    wave = quarter_rate_sine(1.1)
    assert np.abs(wave).max() < CEILING < 1.1
    tops = limiter.Tops(CELLS)
    peaks = tops.measure(0, silence(), *([wave, silence()], [silence(), wave])[turn])
    np.testing.assert_allclose(tops.own, 1.1, rtol=0.01)
    np.testing.assert_allclose(tops.events, 1.1, rtol=0.01)
    np.testing.assert_allclose(tops.allow(), CEILING / 1.1, rtol=0.01)
    np.testing.assert_allclose(peaks, [0, *([1.1, 0], [0, 1.1])[turn], 1.1], rtol=0.01)


def test_two_stems_that_pass_the_ceiling_only_together_are_turned_down() -> None:
    half = quarter_rate_sine(0.6)
    tops = limiter.Tops(CELLS)
    peaks = tops.measure(0, silence(), half, half)
    np.testing.assert_allclose(tops.own, 0.6, rtol=0.01)
    np.testing.assert_allclose(tops.allow(), CEILING / 1.2, rtol=0.01)
    np.testing.assert_allclose(peaks, [0, 0.6, 0.6, 1.2], rtol=0.01)


def test_stems_that_cancel_each_other_are_each_turned_down() -> None:
    wave = quarter_rate_sine(1.1)
    tops = limiter.Tops(CELLS)
    tops.measure(0, silence(), wave, -wave)
    assert not tops.events.any()
    np.testing.assert_allclose(tops.allow(), CEILING / 1.1, rtol=0.01)


def test_events_leave_room_for_the_ambience() -> None:
    tops = limiter.Tops(2)
    tops.ambient[:], tops.own[:], tops.events[:] = (0.0, 0.4), 0.7, 0.7
    np.testing.assert_allclose(tops.allow(), [1.0, (CEILING - 1.06 * 0.4) / 0.7], rtol=1e-6)


def test_cells_are_measured_where_they_lie() -> None:
    tops = limiter.Tops(3 * CELLS)
    tops.measure(CELLS, silence(), quarter_rate_sine(1.1), silence())
    assert not tops.own[:CELLS].any() and tops.own[CELLS : 2 * CELLS].all() and not tops.own[2 * CELLS :].any()


def test_the_gain_goes_down_ahead_of_a_peak_and_stays_down_for_20_ms() -> None:
    need = np.ones(CELLS)
    need[100] = 0.5
    gain = limiter.smooth(need)
    steps = 1.0 - np.arange(8) / 14
    np.testing.assert_allclose(gain[90:98], steps)
    np.testing.assert_allclose(gain[97:144], 0.5)
    np.testing.assert_allclose(gain[143:151], steps[::-1])
    np.testing.assert_array_equal(gain[:90], 1.0)
    np.testing.assert_array_equal(gain[151:], 1.0)
    assert (143 - 100) * limiter.CELL / SAMPLE_RATE > 0.020


def test_the_gain_is_nowhere_above_what_a_cell_allows() -> None:
    need = np.random.default_rng(3).uniform(0.3, 1.4, CELLS).clip(None, 1.0)
    assert (limiter.smooth(need) <= need + 1e-12).all()


def test_where_all_is_allowed_the_limiter_rests() -> None:
    assert limiter.smooth(np.ones(CELLS)).size == 0 == limiter.smooth(np.ones(0)).size


def test_kept_as_corners_the_gain_is_never_higher_and_a_hundredth_of_a_db_near() -> None:
    need = np.ones(CELLS)
    need[[40, 100]] = 0.5, 0.7
    gain = limiter.smooth(need)
    at, levels_db = limiter.corners(gain)
    kept_db = np.interp(np.arange(CELLS) + 0.5, at, levels_db)
    exact_db = 20 * np.log10(gain)
    assert (kept_db <= exact_db + 1e-5).all() and (kept_db > exact_db - 0.0101).all()
    assert len(at) < CELLS / 3


def test_between_the_middles_of_cells_the_gain_is_linear() -> None:
    assert limiter.gain(np.array([1.0, 0.5, 0.5]), np.array([0.0, 0.5, 1.0, 1.5, 9.0])).tolist() == [
        1.0, 1.0, 0.75, 0.5, 0.5,
    ]  # fmt: skip
