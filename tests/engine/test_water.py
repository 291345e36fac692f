from __future__ import annotations

import numpy as np
import pytest

from engine.instruments import registry
from engine.instruments.bubbles import bubble
from engine.instruments.pouring import POUR, SPLASH, VESSELS
from engine.instruments.water import DRIP, STREAM
from engine.types import SAMPLE_RATE, Curve, Layer, Note
from tests.engine import sound_checks
from tests.engine.texture_checks import bed_note, second_levels_db, unevenness_db


def event(instrument: str, layer: Layer, seconds: float = 2.0, seed: int = 1, **params: float | str | Curve) -> Note:
    return Note("n1", "e1", layer, instrument, 0.0, seconds, params, seed=seed)


@pytest.mark.parametrize(
    ("radius_mm", "freq_hz", "t60_ms"), [(0.5, 6000, 7.6), (1, 3000, 19), (3, 1000, 79), (5, 600, 149)]
)
def test_a_bubble_rings_at_its_frequency_and_dies_in_its_time(radius_mm: float, freq_hz: float, t60_ms: float) -> None:
    sound = bubble(radius_mm / 1000.0)
    assert sound_checks.spectral_median_hz(sound) == pytest.approx(freq_hz, rel=0.06)
    assert (len(sound) - 48) / SAMPLE_RATE * 1000.0 * 60.0 / 50.0 == pytest.approx(t60_ms, rel=0.15)
    assert abs(sound[-1]) < 1e-6


def test_a_bubble_near_the_surface_rises_in_pitch() -> None:
    sound = bubble(0.004, rise=0.2)
    half = len(sound) // 3
    assert sound_checks.spectral_median_hz(sound[half:]) > 1.1 * sound_checks.spectral_median_hz(sound[:half])


@pytest.mark.parametrize("kind", ["brook", "river", "waterfall", "fountain"])
def test_more_water_is_louder(kind: str) -> None:
    levels = [
        sound_checks.rms_db(STREAM.play(bed_note("stream", 10.0, kind=kind, rate=rate))) for rate in (0.0, 0.5, 1.0)
    ]
    assert np.all(np.diff(levels) > 5.0)


def test_a_brook_gurgles_and_a_waterfall_roars() -> None:
    brook, fall = (STREAM.play(bed_note("stream", 30.0, kind=kind)) for kind in ("brook", "waterfall"))
    assert 13.0 < sound_checks.crest_db(brook) < 22.0
    assert sound_checks.kurtosis(brook) > 4.0
    assert sound_checks.kurtosis(fall) == pytest.approx(3.1, abs=0.2)
    assert unevenness_db(fall) < unevenness_db(brook) < 2.0
    assert sound_checks.band_share_db(fall, 40.0, 200.0) > sound_checks.band_share_db(brook, 40.0, 200.0) + 6.0


def test_a_brook_bubbles_at_several_places() -> None:
    sound = STREAM.play(bed_note("stream", 20.0, kind="brook")).astype(np.float64)
    power = np.square(sound).reshape(2, -1, SAMPLE_RATE // 20).mean(axis=2)
    assert np.std(10.0 * np.log10(power[0] / power[1])) > 1.5


def test_a_stream_follows_its_curve() -> None:
    levels = second_levels_db(STREAM.play(bed_note("stream", 20.0, kind="river", rate=Curve((0.0, 20.0), (0.1, 0.9)))))
    assert levels[-3:].mean() - levels[:3].mean() > 6.0


@pytest.mark.parametrize("rate_hz", [0.5, 8.0])
def test_drops_fall_as_often_as_asked(rate_hz: float) -> None:
    sound = DRIP.play(bed_note("drip", 120.0, rate_hz=rate_hz, size_m=0.001))
    quiet = np.square(sound_checks.mono(sound)).reshape(-1, SAMPLE_RATE // 200).mean(axis=1) < 1e-9
    busy_share = 1.0 - quiet.mean()
    one = DRIP.play(event("drip", Layer.ACTION, size_m=0.001)).shape[1] / SAMPLE_RATE
    assert busy_share == pytest.approx(1.0 - np.exp(-rate_hz * one), rel=0.5)


def test_a_single_drop_starts_at_once_and_a_bigger_one_is_lower() -> None:
    drops = [DRIP.play(event("drip", Layer.ACTION, size_m=size)) for size in (0.0015, 0.003, 0.006)]
    assert all(sound.shape[0] == 1 and 0.0 <= sound_checks.onset_ms(sound) < 3.0 for sound in drops)
    medians = [sound_checks.spectral_median_hz(sound) for sound in drops]
    assert medians[0] > medians[1] > medians[2]


@pytest.mark.parametrize("layer", [Layer.ACTION, Layer.MATERIAL])
@pytest.mark.parametrize(("instrument", "params"), [("pour", {"vessel": "glass"}), ("splash", {"energy": 0.6})])
def test_poured_and_struck_water_starts_with_its_note(
    instrument: str, params: dict[str, float | str], layer: Layer
) -> None:
    sound = registry.instrument(instrument).play(event(instrument, layer, 2.0, 1, **params))
    assert np.isfinite(sound).all()
    assert sound.dtype == np.float32
    assert -1.0 <= sound_checks.onset_ms(sound) <= 3.0 or layer is Layer.MATERIAL
    assert sound_checks.dc_dbfs(sound) < -60.0
    assert 0.02 < sound_checks.peak(sound) < 1.0


def test_a_pour_lasts_as_long_as_its_note_and_two_seeds_differ() -> None:
    first, second = (POUR.play(event("pour", Layer.ACTION, 3.0, seed)) for seed in (1, 2))
    assert first.shape == (1, 3 * SAMPLE_RATE)
    assert abs(sound_checks.normalised_correlation(first, second)) < 0.3


@pytest.mark.parametrize("vessel", sorted(VESSELS))
def test_the_pitch_of_the_vessel_rises_while_it_fills(vessel: str) -> None:
    sound = POUR.play(event("pour", Layer.MATERIAL, 6.0, vessel=vessel, fill=0.9))[0]
    height = VESSELS[vessel].height_m + 0.62 * VESSELS[vessel].radius_m
    empty_hz = 343.0 / (4.0 * height)

    def peak_hz(part: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
        freqs, power = sound_checks.power_spectrum(part)
        smooth = np.convolve(power, np.ones(121), "same")
        inside = (freqs > 0.8 * empty_hz) & (freqs < 2.6 * empty_hz)
        return float(freqs[inside][np.argmax(smooth[inside])])

    early, late = peak_hz(sound[:SAMPLE_RATE]), peak_hz(sound[4 * SAMPLE_RATE : 5 * SAMPLE_RATE])
    assert early == pytest.approx(empty_hz, rel=0.35)
    assert late > 1.3 * early


def test_nothing_rings_without_a_vessel() -> None:
    assert not POUR.play(event("pour", Layer.MATERIAL, vessel="none")).any()


def whole_splash(energy: float, size_m: float, seed: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    parts = [
        SPLASH.play(event("splash", layer, seed=seed, energy=energy, size_m=size_m))[0]
        for layer in (Layer.ACTION, Layer.MATERIAL)
    ]
    sound = np.zeros(max(map(len, parts)))
    for part in parts:
        sound[: len(part)] += part
    return sound


def test_no_drop_that_falls_back_is_a_splash_of_its_own() -> None:
    """A third of a second on, nothing in a recorded splash leaps out of what it falls among; drops did, by 8 dB."""
    leaps = []
    for seed in range(8):
        sound = whole_splash(0.8, 0.08, seed)
        levels = [sound_checks.rms_db(sound[first : first + 576]) for first in range(0, len(sound) - 576, 576)]
        leaps.append(max(levels[k] - float(np.mean(levels[k - 8 : k])) for k in range(30, 80)))
    assert float(np.mean(leaps)) < 6.0


def test_a_harder_splash_is_louder_and_longer_and_a_bigger_one_lower() -> None:
    soft, hard = whole_splash(0.2, 0.1), whole_splash(0.9, 0.1)
    assert sound_checks.rms_db(hard) > sound_checks.rms_db(soft) + 6.0
    assert sound_checks.duration_s(hard) > sound_checks.duration_s(soft)
    medians = [sound_checks.spectral_median_hz(whole_splash(0.6, size)) for size in (0.02, 0.1, 0.5)]
    assert medians[0] > medians[1] > medians[2]
