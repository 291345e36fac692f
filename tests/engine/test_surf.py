from __future__ import annotations

import numpy as np
import pytest

from engine.instruments.surf import SURF
from engine.types import SAMPLE_RATE
from tests.engine import sound_checks
from tests.engine.texture_checks import bed_note, unevenness_db


def mean_period_s(seconds: float, period_s: float) -> float:
    """From wave to wave, by the strongest line of the level's spectrum."""
    sound = sound_checks.mono(SURF.play(bed_note("surf", seconds, period_s=period_s)))
    level = np.log(np.square(sound).reshape(-1, SAMPLE_RATE // 10).mean(axis=1))
    spectrum = np.abs(np.fft.rfft((level - level.mean()) * np.hanning(len(level))))
    rates = np.fft.rfftfreq(len(level), 0.1)
    inside = (rates > 0.5 / period_s) & (rates < 1.7 / period_s)
    smooth = np.convolve(spectrum, np.ones(5), "same")
    return float(1.0 / rates[inside][np.argmax(smooth[inside])])


@pytest.mark.parametrize("period_s", [5.0, 8.0, 12.0])
def test_waves_come_at_their_period(period_s: float) -> None:
    assert mean_period_s(240.0, period_s) == pytest.approx(period_s, rel=0.15)


def test_waves_rise_and_fall_and_no_two_are_alike() -> None:
    sound = SURF.play(bed_note("surf", 120.0))
    assert 3.0 < unevenness_db(sound) < 8.0
    assert 14.0 < sound_checks.crest_db(sound) < 24.0


def test_far_surf_is_duller_and_more_even() -> None:
    near, far = (SURF.play(bed_note("surf", 60.0, kind=kind)) for kind in ("sea", "far"))
    assert sound_checks.spectral_median_hz(far) < sound_checks.spectral_median_hz(near)
    assert unevenness_db(far) < unevenness_db(near) - 1.0


def test_shingle_rattles_where_sand_only_hisses() -> None:
    sand, shingle = (SURF.play(bed_note("surf", 60.0, kind=kind)) for kind in ("sea", "pebbles"))
    bright = [np.diff(sound_checks.mono(sound), n=2) for sound in (sand, shingle)]
    assert sound_checks.kurtosis(bright[1]) > 1.3 * sound_checks.kurtosis(bright[0])


def test_a_lake_laps_quietly() -> None:
    lake, sea = (SURF.play(bed_note("surf", 30.0, kind=kind)) for kind in ("lake", "sea"))
    assert sound_checks.rms_db(lake) < sound_checks.rms_db(sea) - 8.0


def test_a_wave_breaks_lower_than_it_washes() -> None:
    sound = sound_checks.mono(SURF.play(bed_note("surf", 120.0)))
    frames = sound.reshape(-1, SAMPLE_RATE // 4)
    power = np.abs(np.fft.rfft(frames * np.hanning(frames.shape[1]), axis=1)) ** 2
    low, high = (np.log(power[:, part].sum(axis=1)) for part in (slice(15, 85), slice(400, 1500)))
    lags = range(-8, 9)
    likeness = [float(np.corrcoef(low[10:-10], np.roll(high, -lag)[10:-10])[0, 1]) for lag in lags]
    assert lags[int(np.argmax(likeness))] >= 1
