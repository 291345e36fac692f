from __future__ import annotations

import numpy as np
import pytest

from engine.instruments.rain import RAIN, SURFACE
from engine.types import SAMPLE_RATE, Curve
from tests.engine import sound_checks
from tests.engine.texture_checks import bed_note, second_levels_db, unevenness_db


def test_heavier_rain_is_louder_and_not_duller() -> None:
    sounds = [RAIN.play(bed_note("rain", 10.0, rate_mm_h=rate)) for rate in (1.0, 5.0, 20.0, 60.0)]
    levels = [sound_checks.rms_db(sound) for sound in sounds]
    assert np.all(np.diff(levels) > 3.0)
    assert np.all(np.diff([sound_checks.spectral_centroid_hz(sound) for sound in sounds]) > 0.0)


def test_heavier_rain_is_denser() -> None:
    spiky = [sound_checks.kurtosis(RAIN.play(bed_note("rain", 20.0, rate_mm_h=rate))) for rate in (1.0, 10.0, 60.0)]
    assert spiky[0] > spiky[1] > spiky[2]


def test_rain_is_even_and_as_spiky_as_recordings_are() -> None:
    sound = RAIN.play(bed_note("rain", 30.0))
    assert unevenness_db(sound) < 1.0
    assert 18.0 < sound_checks.crest_db(sound) < 28.0
    assert 3.2 < sound_checks.kurtosis(sound) < 12.0


@pytest.mark.parametrize("surface", [one for one in SURFACE.choices if one != "interior"])
def test_rain_outdoors_reaches_16_khz(surface: str) -> None:
    sound = RAIN.play(bed_note("rain", surface=surface))
    assert sound_checks.band_share_db(sound, 14_000.0, 16_000.0) > -45.0


def test_rain_on_the_drum_of_a_tent_is_low_and_from_indoors_it_is_dull() -> None:
    median = {
        surface: sound_checks.spectral_median_hz(RAIN.play(bed_note("rain", surface=surface)))
        for surface in SURFACE.choices
    }
    assert median["tent"] < 800.0
    assert median["interior"] < 900.0
    assert median["leaves"] > median["concrete"] > median["interior"]


def test_a_metal_roof_rings_at_its_own_modes_and_another_roof_at_others() -> None:
    def ripple_db(sound: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> float:
        freqs, power = sound_checks.power_spectrum(sound)
        bins = power[(freqs > 500.0) & (freqs < 5000.0)]
        smooth = 10.0 * np.log10(np.array([part.mean() for part in np.array_split(bins, 400)]))
        return float(np.std(smooth[20:-20] - np.convolve(smooth, np.ones(41) / 41.0, "valid")))

    metal = RAIN.play(bed_note("rain", 10.0, surface="metal"))
    assert ripple_db(metal) > 1.5 * ripple_db(RAIN.play(bed_note("rain", 10.0)))
    first, second = (sound_checks.erb_levels_db(RAIN.play(bed_note("rain", 10.0, s, surface="metal"))) for s in (1, 2))
    assert np.max(np.abs(first - second)) > 1.0


def test_rain_swells_with_its_curve() -> None:
    curve = Curve((0.0, 20.0), (2.0, 40.0))
    sound = RAIN.play(bed_note("rain", 20.0, rate_mm_h=curve))
    levels = second_levels_db(sound)
    assert levels[-1] - levels[0] > 10.0
    assert np.max(np.abs(np.diff(levels))) < 3.5
    halfway = RAIN.play_span(bed_note("rain", 20.0, rate_mm_h=curve), 10 * SAMPLE_RATE, 11 * SAMPLE_RATE)
    assert sound_checks.rms_db(halfway) == pytest.approx(
        sound_checks.rms_db(RAIN.play(bed_note("rain", 5.0, rate_mm_h=21.9))), abs=1.5
    )
