"""What holds for every endless texture: spans, seeds, joints, width, silence where nothing should be."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.instruments import texture
from engine.instruments.dsp import noise_psd, stream
from engine.instruments.fire import FIRE
from engine.instruments.rain import RAIN
from engine.instruments.registry import Texture
from engine.instruments.room_tone import ROOM_TONE
from engine.instruments.surf import SURF
from engine.instruments.texture import BLOCK, HOP, Bed, Stretch
from engine.instruments.water import DRIP, STREAM
from engine.instruments.wind import WIND
from engine.types import SAMPLE_RATE
from tests.engine import sound_checks
from tests.engine.texture_checks import bed_note, erb_difference_db, fold_down_loss_db, joint_percentiles

BEDS: tuple[Bed, ...] = (RAIN, WIND, ROOM_TONE, STREAM, FIRE, SURF, DRIP)
KINDS = tuple(
    (bed, parameter.name, choice) for bed in BEDS for parameter in bed.parameters for choice in parameter.choices
)
STEADY = (RAIN, ROOM_TONE, STREAM, FIRE)
PINK = noise_psd(20.0, 1.0, 50.0, 1.0)
every_bed = pytest.mark.parametrize("bed", BEDS, ids=lambda bed: bed.name)


@every_bed
def test_spans_add_up_to_the_whole_note_whatever_their_order(bed: Bed) -> None:
    note = bed_note(bed.name, 11.0)
    whole = bed.play(note)
    assert whole.shape == (2, 11 * SAMPLE_RATE)
    assert whole.dtype == np.float32
    for first, last in ((HOP - 7, HOP + 1000), (0, 1), (400_000, 528_000), (100, HOP + BLOCK)):
        assert np.array_equal(bed.play_span(note, first, last), whole[:, first:last])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 3 * HOP), st.integers(0, 3 * HOP))
def test_any_span_of_wind_is_the_same_part_of_the_note(a: int, b: int) -> None:
    note = bed_note("wind", 3 * HOP / SAMPLE_RATE)
    first, last = min(a, b), max(a, b)
    assert np.array_equal(WIND.play_span(note, first, last), WIND.play(note)[:, first:last])


@every_bed
def test_a_span_deep_in_an_hour_needs_no_past(bed: Bed) -> None:
    note = bed_note(bed.name, 3600.0)
    first = 3000 * SAMPLE_RATE + 17
    span = bed.play_span(note, first, first + 4800)
    texture._block.cache_clear()
    again = bed.play_span(note, first - 4800, first + 4800)
    assert np.array_equal(span, again[:, 4800:])


@every_bed
def test_two_seeds_are_two_sounds_of_one_kind(bed: Bed) -> None:
    first, second = (bed.play(bed_note(bed.name, 30.0, seed)) for seed in (1, 2))
    assert abs(sound_checks.normalised_correlation(first, second)) < 0.2
    if bed in STEADY:
        assert erb_difference_db(first, second) < 2.0


@every_bed
def test_the_same_note_gives_the_same_bytes(bed: Bed) -> None:
    first = bed.play(bed_note(bed.name)).tobytes()
    texture._block.cache_clear()
    assert bed.play(bed_note(bed.name)).tobytes() == first


@pytest.mark.parametrize(("bed", "name", "choice"), KINDS, ids=lambda value: getattr(value, "name", value))
def test_each_kind_is_clean_and_folds_down_to_mono(bed: Bed, name: str, choice: str) -> None:
    sound = bed.play(bed_note(bed.name, 5.0, 1, **{name: choice}))
    assert np.isfinite(sound).all()
    assert 0.0005 < np.sqrt(np.mean(np.square(sound))) < 0.3
    assert sound_checks.dc_dbfs(sound) < -60.0
    assert fold_down_loss_db(sound) < 4.0
    assert sound_checks.band_share_db(sound, 22_500.0, 24_000.0) < -60.0


@pytest.mark.parametrize("bed", [*STEADY, WIND], ids=lambda bed: bed.name)
def test_joints_between_blocks_sound_like_any_other_moment(bed: Bed) -> None:
    percentiles = joint_percentiles(bed.play(bed_note(bed.name, 60.0)))
    assert np.all(percentiles > 20.0), percentiles
    assert np.all(percentiles < 80.0), percentiles


def test_textures_answer_the_registry_s_contract() -> None:
    assert all(isinstance(bed, Texture) for bed in BEDS)


def test_a_drift_runs_on_from_block_to_block() -> None:
    parts = [Stretch("wind", 5, (), index).drift("gust", 0.2) for index in range(4)]
    for before, after in pairwise(parts):
        overlap = (BLOCK - HOP) // texture.STEP
        assert np.array_equal(before[HOP // texture.STEP :][:overlap], after[:overlap])


def test_a_drift_has_unit_variance() -> None:
    control = Stretch("wind", 5, (), 0).drift_at("gust", 0.5, 0, 200_000)
    assert np.std(control) == pytest.approx(1.0, abs=0.05)


def test_diffuse_noise_is_mono_in_the_bass_and_wide_above() -> None:
    noise = texture.diffuse(PINK, stream(1, "test"))
    spectra = np.fft.rfft(noise.astype(np.float64), axis=1)
    freqs = texture.block_freqs_hz()

    def likeness(low: float, high: float) -> float:
        left, right = spectra[:, (freqs > low) & (freqs < high)]
        return float(np.sum(left * np.conj(right)).real / np.sqrt(np.sum(abs(left) ** 2) * np.sum(abs(right) ** 2)))

    assert likeness(30.0, 120.0) > 0.8
    assert abs(likeness(3000.0, 8000.0)) < 0.1
    assert np.std(noise, axis=1) == pytest.approx([1.0, 1.0], abs=0.05)
    assert sound_checks.kurtosis(
        texture.diffuse(noise_psd(500.0, 1.0, 5000.0, 2.0), stream(2, "test"))
    ) == pytest.approx(3.0, abs=0.1)


def test_an_oscillator_follows_its_control() -> None:
    phase = texture.turns(np.linspace(300.0, 500.0, texture.CONTROLS))
    wave = np.sin(2.0 * np.pi * phase.astype(np.float64))
    crossings = np.count_nonzero((wave[:-1] < 0.0) & (wave[1:] >= 0.0))
    assert crossings == pytest.approx(400.0 * BLOCK / SAMPLE_RATE, abs=1)
    assert np.max(np.abs(np.diff(wave))) < 2.0 * np.pi * 500.0 / SAMPLE_RATE * 1.01
