"""Swung things: the song of thin ones, the rush of thick ones, and where the swing is loudest."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.instruments import registry
from engine.instruments.dsp import Array
from engine.instruments.whoosh import STROUHAL, swing
from engine.types import Curve, Layer, Note
from tests.engine import sound_checks as check


def played(seed: int = 1, duration_s: float = 0.4, **params: float | Curve) -> Array:
    one = Note("n", "e", Layer.ACTION, "whoosh", 0.0, duration_s, params, seed=seed)
    registry.check(one)
    return check.mono(registry.instrument("whoosh").play(one))


@pytest.mark.parametrize("thickness_m", [0.002, 0.008, 0.05, 0.3])
def test_a_whoosh_grows_from_silence_and_ends_in_it(thickness_m: float) -> None:
    sound = played(thickness_m=thickness_m)
    assert np.isfinite(sound).all() and check.dc_dbfs(sound) < -60.0
    assert check.peak(sound[:96]) < 0.01 * check.peak(sound)
    assert check.peak(sound[-96:]) < 0.01 * check.peak(sound)
    assert 0.4 <= len(sound) / 48_000 < 0.45


@pytest.mark.parametrize(("thickness_m", "speed_m_s"), [(0.002, 15.0), (0.004, 30.0), (0.008, 30.0)])
def test_a_thin_thing_sings_at_the_strouhal_frequency(thickness_m: float, speed_m_s: float) -> None:
    steady = Curve((0.0, 3.0), (speed_m_s, speed_m_s))
    freqs, power = check.power_spectrum(played(2, 3.0, thickness_m=thickness_m, speed_m_s=steady, tone=1.0))
    smooth = np.convolve(power, np.ones(150) / 150, "same")
    assert float(freqs[np.argmax(smooth)]) == pytest.approx(STROUHAL * speed_m_s / thickness_m, rel=0.12)


def test_the_song_of_a_swing_rises_and_falls() -> None:
    parts = np.array_split(played(3, 1.2, thickness_m=0.004, speed_m_s=30.0, tone=1.0), 6)
    pitch = [check.spectral_median_hz(part) for part in parts[:5]]
    assert pitch[0] < pitch[1] < pitch[2] and pitch[3] > pitch[4]


@pytest.mark.parametrize("peak", [0.2, 0.5, 0.8])
def test_it_is_loudest_at_its_peak(peak: float) -> None:
    energy = np.mean([np.square(played(seed, 1.0, peak=peak)[:48_000]) for seed in range(8)], axis=0)
    smooth = np.convolve(energy.reshape(-1, 480).sum(axis=1), np.hanning(17), "same")
    assert float(np.argmax(smooth)) / 100.0 == pytest.approx(peak, abs=0.07)
    assert int(np.argmax(swing(1000, peak))) == pytest.approx(1000 * peak, abs=2)


def test_faster_is_louder_by_the_third_power_and_brighter() -> None:
    rendered = [[played(seed, speed_m_s=speed) for seed in range(6)] for speed in (10.0, 20.0, 40.0)]
    levels = [np.mean([check.rms_db(one) for one in some]) for some in rendered]
    bright = [np.mean([check.spectral_median_hz(one) for one in some]) for some in rendered]
    assert all(14.0 < later - earlier < 22.0 for earlier, later in pairwise(levels))
    assert bright[0] < bright[1] < bright[2]


def test_thicker_is_lower_and_tone_is_narrower() -> None:
    medians = [check.spectral_median_hz(played(thickness_m=thickness_m)) for thickness_m in (0.002, 0.008, 0.02)]
    assert medians[0] > medians[1] > medians[2]
    spread = [
        check.rolloff_hz(played(thickness_m=0.006, tone=tone))
        - check.spectral_median_hz(played(thickness_m=0.006, tone=tone))
        for tone in (0.0, 1.0)
    ]
    assert spread[1] < 0.5 * spread[0]


def test_seeds_differ_and_repeat() -> None:
    assert abs(check.normalised_correlation(played(1), played(2))) < 0.5
    assert played(1).tobytes() == played(1).tobytes()
    levels = [check.erb_levels_db(played(seed, 8.0, speed_m_s=Curve((0.0, 8.0), (20.0, 20.0)))) for seed in (1, 2)]
    assert np.mean(np.abs(levels[0] - levels[1])) < 2.0


def test_nothing_above_22_khz_and_a_minute_can_be_swung() -> None:
    assert check.band_share_db(played(thickness_m=0.001, speed_m_s=80.0), 22_000.0, 24_000.0) < -40.0
    assert len(played(1, 60.0)) >= 60 * 48_000


def test_a_still_thing_is_silent_and_an_instant_takes_a_third_of_a_second() -> None:
    assert check.peak(played(speed_m_s=0.0)) == 0.0
    assert 0.35 <= len(played(1, 0.05)) / 48_000 < 0.4
