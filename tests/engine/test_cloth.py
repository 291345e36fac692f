"""Cloth in movement: each fabric in its band, loudness and brightness with speed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.instruments import registry
from engine.instruments.cloth import FABRICS
from engine.instruments.dsp import Array, stream
from engine.instruments.parts import crackle_sizes
from engine.types import Curve, Layer, Note
from tests.engine import sound_checks as check


def played(seed: int = 1, duration_s: float = 1.0, **params: float | str | Curve) -> Array:
    one = Note("n", "e", Layer.ACTION, "cloth", 0.0, duration_s, params, seed=seed)
    registry.check(one)
    return check.mono(registry.instrument("cloth").play(one))


@pytest.mark.parametrize("fabric", FABRICS)
def test_cloth_starts_and_ends_without_a_click(fabric: str) -> None:
    for speed in (0.7, Curve((0.0, 1.0), (1.0, 1.0))):
        sound = played(fabric=fabric, speed=speed)
        assert np.isfinite(sound).all() and check.dc_dbfs(sound) < -60.0
        assert check.peak(sound[:24]) < 0.05 * check.peak(sound)
        assert check.peak(sound[-24:]) < 2e-3 * check.peak(sound)


@pytest.mark.parametrize(
    ("fabric", "low_hz", "high_hz"),
    [
        ("cotton", 1000.0, 8000.0),
        ("denim", 600.0, 6000.0),
        ("nylon", 2500.0, 12_000.0),
        ("leather", 350.0, 6000.0),
        ("silk", 3500.0, 12_000.0),
    ],
)
def test_each_fabric_keeps_to_its_band(fabric: str, low_hz: float, high_hz: float) -> None:
    assert check.band_share_db(played(2, 3.0, fabric=fabric, speed=0.7), low_hz, high_hz) > -1.5


def test_fabrics_are_told_apart_by_brightness() -> None:
    order = ("leather", "denim", "cotton", "nylon", "silk")
    medians = [np.mean([check.spectral_median_hz(played(s, 2.0, fabric=name)) for s in range(3)]) for name in order]
    assert all(duller < brighter for duller, brighter in pairwise(medians))


def test_silk_is_smooth_and_nylon_is_not() -> None:
    kurtosis = {
        name: np.median([check.kurtosis(played(seed, 3.0, fabric=name)[14_400:110_000]) for seed in range(3)])
        for name in ("silk", "nylon")
    }
    assert kurtosis["nylon"] > 2.0 * kurtosis["silk"]


@pytest.mark.parametrize("fabric", FABRICS)
def test_quicker_is_louder_and_not_duller(fabric: str) -> None:
    moved = [[played(seed, 2.0, fabric=fabric, speed=speed) for seed in range(3)] for speed in (0.15, 0.4, 1.0)]
    levels = [np.mean([check.rms_db(one) for one in some]) for some in moved]
    bright = [np.mean([check.spectral_median_hz(one) for one in some]) for some in moved]
    assert all(5.0 < later - earlier < 20.0 for earlier, later in pairwise(levels))
    assert bright[0] < 1.05 * bright[1] and bright[1] < 1.05 * bright[2] and bright[0] < bright[2]


def test_sound_follows_the_speed_curve() -> None:
    curve = Curve((0.0, 0.5, 0.6, 1.2, 1.3, 1.8), (0.8, 0.8, 0.0, 0.0, 0.8, 0.8))
    sound = played(2, 1.8, speed=curve)
    assert check.rms_db(sound[31_200:55_200]) < check.rms_db(sound[4_800:24_000]) - 40.0


def test_a_flapping_cloth_beats_the_air_below_600_hz() -> None:
    curve = Curve((0.0, 3.0), (0.8, 0.8))
    still, flapping = played(1, 3.0, speed=curve), played(1, 3.0, speed=curve, flap=1.0)
    assert check.band_share_db(flapping, 100.0, 700.0) > check.band_share_db(still, 100.0, 700.0) + 6.0


def test_folds_are_mostly_small_and_a_few_large() -> None:
    sizes = crackle_sizes(200_000, stream(1, "test"))
    assert sizes.min() >= 1.0 and sizes.max() <= 12.0
    assert np.mean(sizes > 2.0) == pytest.approx((1 / 2 - 1 / 12) / (1 - 1 / 12), abs=0.01)
    assert np.mean(sizes > 6.0) == pytest.approx((1 / 6 - 1 / 12) / (1 - 1 / 12), abs=0.01)


def test_seeds_differ_in_detail_and_agree_in_spectrum() -> None:
    curve = Curve((0.0, 8.0), (0.6, 0.6))
    first, second = (played(seed, 8.0, speed=curve) for seed in (1, 2))
    assert abs(check.normalised_correlation(first, second)) < 0.5
    far = check.erb_levels_db(first) - check.erb_levels_db(second)
    assert np.mean(np.abs(far[12:] - np.median(far[12:]))) < 2.0
    assert first.tobytes() == played(1, 8.0, speed=curve).tobytes()


def test_still_cloth_is_silent_an_instant_is_one_movement_and_a_minute_is_a_minute() -> None:
    assert check.peak(played(speed=0.0)) == 0.0
    assert 0.4 <= len(played(1, 0.05)) / 48_000 < 0.45
    assert 60.0 <= len(played(1, 60.0, fabric="leather")) / 48_000 < 60.1


def test_silk_reaches_16_khz_and_nothing_lies_above_22() -> None:
    sound = played(3, fabric="silk")
    assert check.band_share_db(sound, 12_000.0, 16_000.0) > -15.0
    assert check.band_share_db(sound, 22_000.0, 24_000.0) < -45.0
