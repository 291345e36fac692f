from __future__ import annotations

import numpy as np

from engine.instruments.wind import WIND
from engine.types import SAMPLE_RATE, Curve
from tests.engine import sound_checks
from tests.engine.texture_checks import bed_note, coherence, second_levels_db, unevenness_db


def test_stronger_wind_is_louder_and_brighter() -> None:
    sounds = [WIND.play(bed_note("wind", 15.0, speed_m_s=speed)) for speed in (2.0, 6.0, 12.0, 24.0)]
    assert np.all(np.diff([sound_checks.rms_db(sound) for sound in sounds]) > 4.0)
    assert np.all(np.diff([sound_checks.spectral_centroid_hz(sound) for sound in sounds]) > 0.0)


def test_leaves_stir_only_when_the_wind_rises() -> None:
    shares = [
        sound_checks.band_share_db(WIND.play(bed_note("wind", 10.0, kind="leaves", speed_m_s=speed)), 2500.0, 8000.0)
        for speed in (1.5, 4.0, 9.0)
    ]
    assert shares[0] + 6.0 < shares[1] < shares[2]


def test_gusts_make_it_uneven_but_not_beyond_3_db() -> None:
    calm = unevenness_db(WIND.play(bed_note("wind", 60.0, gust=0.0)))
    usual = unevenness_db(WIND.play(bed_note("wind", 60.0)))
    heavy = unevenness_db(WIND.play(bed_note("wind", 60.0, gust=1.0)))
    assert calm < usual < heavy
    assert calm < 1.0
    assert 1.0 < usual < 3.0


def test_a_gust_reaches_one_ear_before_the_other() -> None:
    sound = WIND.play(bed_note("wind", 120.0, gust=1.0)).astype(np.float64)
    envelopes = np.log(np.square(sound).reshape(2, -1, SAMPLE_RATE // 50).mean(axis=2))
    left, right = (np.diff(np.convolve(row, np.hanning(60), "valid")) for row in envelopes)
    lags = range(-15, 16)
    likeness = [float(np.corrcoef(left[20:-20], np.roll(right, -lag)[20:-20])[0, 1]) for lag in lags]
    assert 1 <= lags[int(np.argmax(likeness))] <= 12


def test_a_gap_whistles_and_its_pitch_follows_the_gust() -> None:
    def peak_hz(speed: float) -> float:
        freqs, power = sound_checks.power_spectrum(WIND.play(bed_note("wind", 20.0, kind="tonal", speed_m_s=speed)))
        smooth = np.convolve(power * freqs, np.ones(401), "same")
        inside = (freqs > 250.0) & (freqs < 2500.0)
        return float(freqs[inside][np.argmax(smooth[inside])])

    assert peak_hz(20.0) > peak_hz(5.0) > 250.0
    tonal, plain = (WIND.play(bed_note("wind", 20.0, kind=kind)) for kind in ("tonal", "open"))
    assert sound_checks.band_share_db(tonal, 300.0, 1000.0) > sound_checks.band_share_db(plain, 300.0, 1000.0) + 2.0


def test_over_snow_nothing_hisses() -> None:
    """Four recordings of wind over snow lie 35 to 50 dB down above 2 kHz; ours lay 18."""
    snow = WIND.play(bed_note("wind", 20.0, kind="snow", speed_m_s=10.0))
    assert sound_checks.band_share_db(snow, 2000.0, 20_000.0) < -26.0
    assert sound_checks.band_share_db(snow, 150.0, 800.0) > -2.0


def test_indoors_the_wind_is_dull() -> None:
    inside, outside = (WIND.play(bed_note("wind", 10.0, kind=kind)) for kind in ("interior", "open"))
    assert sound_checks.band_share_db(inside, 1500.0, 20_000.0) < sound_checks.band_share_db(outside, 1500.0, 2e4) - 5.0


def test_the_rumble_is_nearly_mono() -> None:
    assert coherence(WIND.play(bed_note("wind", 10.0)), 30.0, 100.0) > 0.75


def test_wind_rises_with_its_curve() -> None:
    curve = Curve((0.0, 20.0), (3.0, 20.0))
    levels = second_levels_db(WIND.play(bed_note("wind", 20.0, speed_m_s=curve, gust=0.1)))
    assert levels[-3:].mean() - levels[:3].mean() > 8.0
