"""Breaking glass and crockery: one plan of falling pieces for both layers, sounding as recorded breakages do."""

from __future__ import annotations

import numpy as np
import pytest

from engine.instruments import registry
from engine.instruments.dsp import Array
from engine.instruments.fracture import BRITTLE, FRACTURE, SHARDS, landings
from engine.types import SAMPLE_RATE, Layer, Note
from tests.engine import sound_checks as check

SEEDS = range(6)


def note(layer: Layer, seed: int = 1, **params: float | str) -> Note:
    instrument = "fracture" if layer is Layer.ACTION else "shards"
    one = Note("n", "e", layer, instrument, 0.0, 0.05, params, seed=seed)
    registry.check(one)
    return one


def crack(seed: int = 1, **params: float | str) -> Array:
    return np.asarray(FRACTURE.play(note(Layer.ACTION, seed, **params))[0], dtype=np.float64)


def pieces(seed: int = 1, **params: float | str) -> Array:
    return np.asarray(SHARDS.play(note(Layer.MATERIAL, seed, **params))[0], dtype=np.float64)


def whole(seed: int = 1, **params: float | str) -> Array:
    first, second = crack(seed, **params), pieces(seed, **params)
    out = np.zeros(max(len(first), len(second)))
    out[: len(first)] += first
    out[: len(second)] += second
    return out


@pytest.mark.parametrize("struck", BRITTLE)
@pytest.mark.parametrize(("energy", "size_m"), [(0.0, 0.03), (0.5, 0.12), (1.0, 2.5)])
def test_both_layers_begin_at_once_and_end_in_silence(struck: str, energy: float, size_m: float) -> None:
    for sound in (
        crack(struck=struck, energy=energy, size_m=size_m),
        pieces(struck=struck, energy=energy, size_m=size_m),
    ):
        assert check.onset_ms(sound) <= 3.0
        assert np.isfinite(sound).all() and check.dc_dbfs(sound / check.peak(sound)) < -60.0
        assert np.abs(sound[-24:]).max() < 2e-3 * check.peak(sound)
        assert check.band_share_db(sound, 22_000.0, 24_000.0) < -35.0


def test_the_same_note_is_the_same_sound_and_another_is_not() -> None:
    np.testing.assert_array_equal(whole(3), whole(3))
    assert abs(check.normalised_correlation(whole(3), whole(4))) < 0.5


def test_both_layers_play_the_same_landings() -> None:
    """The hardest landing of the later half is heard on both layers, to the millisecond."""
    for seed in SEEDS:
        down = landings(seed, "glass", 0.5, 0.12)
        at_sample = round(float(down.times_s[np.argmax(down.strengths * (down.times_s > 0.4))]) * SAMPLE_RATE)
        for sound in (crack(seed), pieces(seed)):
            edge = np.abs(np.diff(sound, 2))
            assert edge[at_sample - 4 : at_sample + 60].max() > 1.5 * edge[at_sample - 44 : at_sample - 4].max()


def test_many_land_at_once_and_ever_fewer_later() -> None:
    edges = np.array([0.0, 0.03, 0.3, 0.6, 1.2])
    counts = [np.histogram(landings(seed, "glass", 0.6, 0.3).times_s, edges)[0] for seed in SEEDS]
    rate = np.mean(counts, axis=0) / np.diff(edges)
    assert np.all(rate[1:] < 0.75 * rate[:-1])


def test_most_pieces_are_small_and_few_are_large() -> None:
    lengths = np.concatenate([landings(seed, "glass", 0.6, 0.3).lengths_cm for seed in SEEDS])
    assert np.median(lengths) < 0.7
    assert 0.01 < float(np.mean(lengths > 3.0)) < 0.1


def test_a_breakage_has_the_figures_of_recorded_ones() -> None:
    """Recorded: crest 15-24 dB, half of the power above 3.6 kHz, the first 50 ms loudest, then 10 to 20 dB below."""
    sounds = [whole(seed, energy=0.6, size_m=0.2) for seed in SEEDS]
    assert 18.0 < float(np.median([check.crest_db(sound) for sound in sounds])) < 30.0
    assert 2500.0 < float(np.median([check.spectral_median_hz(sound) for sound in sounds])) < 9000.0
    assert all(check.band_share_db(sound, 14_000.0, 20_000.0) > -22.0 for sound in sounds)
    falls = [check.rms_db(sound[19_200:21_600]) - check.rms_db(sound[:2400]) for sound in sounds]
    assert -26.0 < float(np.median(falls)) < -8.0
    assert 0.6 < float(np.median([check.duration_s(sound, -40.0) for sound in sounds])) < 2.2


def test_glass_is_brighter_and_rings_longer_than_crockery() -> None:
    for seed in SEEDS:
        glass, ceramic = pieces(seed, struck="glass"), pieces(seed, struck="ceramic")
        assert check.spectral_centroid_hz(glass) > check.spectral_centroid_hz(ceramic)
    assert BRITTLE["glass"].t60_s > 2.0 * BRITTLE["ceramic"].t60_s


def test_a_harder_break_is_louder_and_a_window_lasts_longer_than_a_tumbler() -> None:
    levels = [check.energy_db(whole(2, energy=energy)) for energy in (0.2, 0.5, 0.9)]
    assert levels[0] + 6.0 < levels[1] < levels[2] - 6.0
    lasts = [
        np.mean([check.duration_s(whole(seed, size_m=size), -45.0) for seed in SEEDS]) for size in (0.08, 0.4, 1.5)
    ]
    assert lasts[0] < lasts[1] < lasts[2]


def test_an_ordinary_break_peaks_near_a_third() -> None:
    peaks = [check.peak(whole(seed, energy=0.5)) for seed in SEEDS]
    assert 0.15 < float(np.median(peaks)) < 0.6
