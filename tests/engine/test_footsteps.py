"""What footsteps promise: timing on both layers, surfaces and shoes that differ as they should, no two steps alike."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from engine.instruments.footsteps import footstep, footstep_ground
from engine.instruments.step import (
    GAITS,
    LOAD_RATE,
    PARAMETERS,
    SHOES,
    SURFACES,
    ground_load,
    loading,
    step_of,
    touches,
)
from engine.types import SAMPLE_RATE, Layer, Note
from tests.engine import sound_checks as check
from tests.engine.sound_checks import Array

SPANS = tuple((48 * a, 48 * b) for a, b in ((0, 5), (20, 40), (40, 80), (80, 160), (160, 320)))  # ms, in samples
LAYERS = (footstep, footstep_ground)
HARD = ("concrete", "wood", "tile", "metal")
LOOSE = ("gravel", "sand", "snow", "leaves", "grass")


def note(seed: int = 1, **params: float | str) -> Note:
    return Note("n1", "e1", Layer.ACTION, "footstep", 0.0, 1.0, params, seed=seed)


def whole(seed: int = 1, **params: float | str) -> Array:
    """Shoe and ground together."""
    parts = [instrument.play(note(seed, **params))[0] for instrument in LAYERS]
    out = np.zeros(max(map(len, parts)))
    for part in parts:
        out[: len(part)] += part
    return out


def ground(seed: int = 1, **params: float | str) -> Array:
    return np.asarray(footstep_ground.play(note(seed, **params))[0])


def walk(count: int = 6, **params: float | str) -> list[Array]:
    """Several steps, left and right in turn."""
    return [whole(seed, side=("left", "right")[seed % 2], **params) for seed in range(count)]


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("gait", GAITS)
def test_every_step_starts_on_time_and_is_clean(surface: str, gait: str) -> None:
    for shoe in SHOES:
        for instrument in LAYERS:
            sound = instrument.play(note(3, surface=surface, shoe=shoe, gait=gait))
            assert sound.dtype == np.float32 and sound.shape[0] == 1
            assert np.isfinite(sound).all()
            assert check.onset_ms(sound) <= 3.0, (shoe, instrument.name)
            assert check.dc_dbfs(sound) < -60.0
            assert abs(sound[0, -1]) < 1e-3 * check.peak(sound)
            assert check.peak(sound) < 1.0


@pytest.mark.parametrize("surface", ["concrete", "wood", "carpet", "metal", "snow"])
def test_no_jump(surface: str) -> None:
    for sound in walk(surface=surface):
        assert check.largest_jump(sound) < 0.5


def test_same_note_same_bytes_and_declared_parameters() -> None:
    for instrument in LAYERS:
        first, again = (instrument.play(note(7, surface="gravel")) for _ in range(2))
        assert first.tobytes() == again.tobytes()
        assert instrument.parameters == PARAMETERS
    assert (footstep.layers, footstep_ground.layers) == ((Layer.ACTION,), (Layer.MATERIAL,))


@pytest.mark.parametrize("surface", SURFACES)
def test_no_two_steps_are_the_same(surface: str) -> None:
    for first, second in combinations(walk(4, surface=surface), 2):
        assert abs(check.normalised_correlation(first, second)) < 0.98
    levels = [check.rms_db(sound) for sound in walk(8, surface=surface)]
    assert 0.3 < float(np.std(levels)) < 4.0


def test_one_walker_keeps_the_shoes_and_the_feet_differ() -> None:
    spectra = {
        (walker, side): np.mean(
            [check.erb_levels_db(whole(seed, object=walker, side=side, surface="tile"))[4:22] for seed in range(8)],
            axis=0,
        )
        for walker in (1, 2)
        for side in ("left", "right")
    }
    again = np.mean(
        [check.erb_levels_db(whole(seed, object=1, side="left", surface="tile"))[4:22] for seed in range(20, 28)],
        axis=0,
    )
    own = float(np.mean(np.abs(again - spectra[1, "left"])))
    others = [float(np.mean(np.abs(again - spectra[key]))) for key in ((1, "right"), (2, "left"), (2, "right"))]
    assert own < min(others)


@pytest.mark.parametrize("surface", ["concrete", "gravel", "snow", "wood"])
def test_harder_is_louder_and_not_duller(surface: str) -> None:
    steps = [whole(5, surface=surface, energy=energy) for energy in np.linspace(0.0, 1.0, 5)]
    levels = [check.energy_db(sound) for sound in steps]
    assert all(later > earlier + 4.0 for earlier, later in pairwise(levels))
    assert 30.0 < levels[-1] - levels[0] < 42.0
    assert check.spectral_centroid_hz(steps[-1]) >= 0.97 * check.spectral_centroid_hz(steps[0])


def test_an_ordinary_hard_step_peaks_near_a_quarter() -> None:
    peaks = [check.peak(sound) for surface in HARD for sound in walk(surface=surface)]
    assert 0.15 < float(np.median(peaks)) < 0.45


def test_gaits_by_loudness_and_timing() -> None:
    levels = {gait: np.mean([check.energy_db(sound) for sound in walk(gait=gait)]) for gait in GAITS}
    assert levels["run"] > levels["walk"] > levels["sneak"] + 4.0
    toe_s = {gait: touches(step_of(note(2, gait=gait)))[1].at_s for gait in GAITS}
    assert toe_s["run"] < 0.05 < toe_s["walk"] < 0.14 < toe_s["sneak"]


def test_ground_reaction_force_has_the_shape_of_walking_and_running() -> None:
    """Walking: two humps near body weight with a valley; running: one of more than twice that."""
    step = step_of(note(2))
    force = ground_load(step)
    early, middle, late = (force[round(share * len(force))] for share in (0.22, 0.5, 0.76))
    assert 0.9 < early < 1.3 and 0.9 < late < 1.3 and middle < 0.85 * min(early, late)
    assert ground_load(step_of(note(2, gait="run"))).max() > 2.0
    drive = loading(step)
    assert drive.max() == pytest.approx(1.0) and drive.min() >= 0.0
    assert np.argmax(drive) < 0.05 * LOAD_RATE


def test_heel_and_toe_are_both_heard_in_leather() -> None:
    heel, toe = touches(step_of(note(6, shoe="leather", surface="tile")))
    sound = footstep.play(note(6, shoe="leather", surface="tile"))[0]
    at = round(toe.at_s * SAMPLE_RATE)
    before, after = (float(np.sum(np.square(sound[first : first + 480]))) for first in (at - 960, at))
    assert after > 10.0 * before
    assert toe.strength < heel.strength


def test_shoes_by_brightness_and_weight() -> None:
    bright = {
        shoe: np.mean([check.spectral_centroid_hz(sound) for sound in walk(shoe=shoe, surface="tile")])
        for shoe in SHOES
    }
    assert bright["heel"] > bright["leather"] > bright["boot"]
    low = {
        shoe: np.mean([check.band_share_db(s, 40.0, 150.0) for s in walk(shoe=shoe, surface="wood")]) for shoe in SHOES
    }
    assert low["boot"] > low["leather"] > low["heel"]
    light, heavy = (whole(4, surface="wood", weight_kg=weight) for weight in (40.0, 120.0))
    assert check.band_share_db(heavy, 30.0, 150.0) > check.band_share_db(light, 30.0, 150.0) + 2.0


def centre_hz(surface: str) -> float:
    return float(np.mean([check.spectral_centroid_hz(sound) for sound in walk(surface=surface)]))


def test_surfaces_by_brightness() -> None:
    assert centre_hz("carpet") < centre_hz("wood") < centre_hz("tile")
    assert centre_hz("snow") < centre_hz("gravel") < centre_hz("grass")


def test_gravel_has_a_body_and_reaches_the_top() -> None:
    for sound in walk(surface="gravel", shoe="sneaker"):
        assert check.band_share_db(sound, 20.0, 400.0) > -16.0
        assert check.band_share_db(sound, 400.0, 1600.0) > -9.0
        assert check.band_share_db(sound, 14_000.0, 20_000.0) > -45.0
    crests = [check.crest_db(sound) for sound in walk(surface="gravel")]
    assert 19.0 < float(np.mean(crests)) < 28.0


def test_loose_ground_speaks_as_long_as_the_foot_rolls() -> None:
    for surface in LOOSE:
        assert np.mean([check.duration_s(sound, -30.0) for sound in walk(surface=surface)]) > 0.25
    assert np.mean([check.duration_s(sound, -30.0) for sound in walk(surface="tile")]) < 0.2


def late_db(surface: str, from_s: float, to_s: float) -> float:
    """Level of that stretch re the loudest 50 ms, the median of twelve steps."""
    levels = []
    for sound in walk(12, surface=surface):
        loudest = max(check.rms_db(sound[first : first + 2400]) for first in range(0, 9600, 2400))
        levels.append(check.rms_db(sound[round(from_s * SAMPLE_RATE) : round(to_s * SAMPLE_RATE)]) - loudest)
    return float(np.median(levels))


def test_gravel_lies_still_once_it_is_pressed() -> None:
    """Recorded steps: -13 dB at 200-250 ms, -34 at 350-400, no pebble after that. They trickled on at -22."""
    assert -18.0 < late_db("gravel", 0.2, 0.25) < -10.0
    assert late_db("gravel", 0.36, 0.45) < -27.0


def test_mud_closes_over_its_bubbles_without_a_second_step() -> None:
    """On recorded earth nothing after a quarter of a second stands out; a bubble of mud was 3 dB below the step."""
    for sound in walk(12, surface="mud"):
        windows = [check.rms_db(sound[first : first + 960]) for first in range(0, 24_000, 960)]
        assert max(windows[13:]) < max(windows) - 8.0


@pytest.mark.parametrize("surface", ["snow", "grass", "mud", "puddle", "sand"])
def test_soft_ground_is_loudest_under_the_weight_not_at_the_touch(surface: str) -> None:
    """Recorded steps on soft ground reach their greatest level 20 to 300 ms after the touch."""
    course = np.mean([[check.rms_db(sound[a:b]) for a, b in SPANS] for sound in walk(surface=surface, shoe="boot")], 0)
    touch, weight = course[0], course[1:].max()
    assert weight - 20.0 < touch < weight - 1.0
    hard = np.mean([[check.rms_db(sound[a:b]) for a, b in SPANS] for sound in walk(shoe="boot")], axis=0)
    assert hard[0] == hard.max()


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("gait", ["walk", "run"])
def test_no_step_is_wasted_on_what_is_too_low_to_hear(surface: str, gait: str) -> None:
    for shoe in ("barefoot", "boot"):
        sound = whole(2, surface=surface, shoe=shoe, gait=gait)
        assert check.band_share_db(sound, 0.0, 30.0) < -18.0
        assert 0.4 < -float(sound.min()) / float(sound.max()) < 2.5


def test_a_metal_floor_rattles_and_shines() -> None:
    """Recorded steps on metal keep -15 to -30 dB above 2.5 kHz."""
    shares = [check.band_share_db(sound, 2500.0, 12_000.0) for sound in walk(surface="metal", shoe="boot")]
    assert float(np.mean(shares)) > -20.0
    assert float(np.mean(shares)) > 6.0 + np.mean(
        [check.band_share_db(sound, 2500.0, 12_000.0) for sound in walk(surface="wood", shoe="boot")]
    )


def test_metal_rings_longest_of_the_hard_grounds() -> None:
    rings = {
        surface: np.median([check.duration_s(ground(seed, surface=surface), -25.0) for seed in range(5)])
        for surface in HARD
    }
    assert rings["metal"] > 1.4 * max(rings["concrete"], rings["tile"], rings["wood"])


def test_water_makes_leaves_dull_and_long() -> None:
    dry, wet = (ground(5, surface="leaves", wet=amount) for amount in (0.0, 1.0))
    assert check.spectral_centroid_hz(wet) < check.spectral_centroid_hz(dry)
    assert len(wet) > len(dry)


def test_the_layers_share_the_work() -> None:
    """Hard ground is mostly shoe and weight; loose ground speaks for itself."""
    for surface, ground_leads in (("concrete", False), ("carpet", False), ("gravel", True), ("sand", True)):
        shoe, answer = (
            float(np.mean([check.energy_db(instrument.play(note(seed, surface=surface))) for seed in range(6)]))
            for instrument in LAYERS
        )
        assert (answer > shoe) is ground_leads
        assert abs(answer - shoe) < 25.0
