"""Rolling and scraping: loudness and brightness follow speed, both notes come from one force, ends are silent."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.instruments import registry
from engine.instruments.dsp import Array, stream
from engine.instruments.materials import MATERIALS
from engine.instruments.rolling import ROLL_PARAMETERS, hops
from engine.instruments.roughness import SURFACES, sliding_force, slope_profile
from engine.instruments.scraping import SCRAPE_PARAMETERS
from engine.types import Curve, Layer, Note
from tests.engine import sound_checks as check

INSTRUMENTS = ("roll", "roll_body", "scrape", "scrape_body")
PAIRS = [("wood", "wood"), ("metal", "concrete"), ("glass", "glass"), ("rubber", "stone")]


def played(instrument: str, seed: int = 1, duration_s: float = 1.0, **params: float | str | Curve) -> Array:
    layer = Layer.MATERIAL if instrument.endswith("_body") else Layer.ACTION
    one = Note("n", "e", layer, instrument, 0.0, duration_s, params, seed=seed)
    registry.check(one)
    return check.mono(registry.instrument(instrument).play(one))


def both(gesture: str, seed: int = 1, duration_s: float = 1.0, **params: float | str | Curve) -> Array:
    direct, body = (played(name, seed, duration_s, **params) for name in (gesture, gesture + "_body"))
    count = max(len(direct), len(body))
    return np.pad(direct, (0, count - len(direct))) + np.pad(body, (0, count - len(body)))


@pytest.mark.parametrize(("striker", "struck"), PAIRS)
@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_friction_starts_and_ends_without_a_click(instrument: str, striker: str, struck: str) -> None:
    sound = played(instrument, striker=striker, struck=struck)
    assert np.isfinite(sound).all() and check.dc_dbfs(sound) < -60.0
    assert check.peak(sound[:24]) < 0.05 * check.peak(sound)
    assert check.peak(sound[-24:]) < 2e-3 * check.peak(sound)
    assert len(sound) >= 48_000


@pytest.mark.parametrize("instrument", INSTRUMENTS)
@pytest.mark.parametrize("material", MATERIALS)
def test_every_material_rolls_and_scrapes(instrument: str, material: str) -> None:
    for pair in ((material, "wood"), ("metal", material)):
        sound = played(instrument, duration_s=0.3, striker=pair[0], struck=pair[1], size_m=0.1)
        assert np.isfinite(sound).all() and 1e-5 < check.peak(sound) < 1.5


def test_a_scrape_gains_some_40_db_a_decade_of_speed() -> None:
    levels = [check.rms_db(both("scrape", speed=speed, size_m=0.1)) for speed in (0.1, 0.316, 1.0)]
    assert all(15.0 < later - earlier < 26.0 for earlier, later in pairwise(levels))


def test_a_roll_gains_some_24_db_a_decade_and_more_for_its_density() -> None:
    levels = [check.rms_db(both("roll", speed=speed, size_m=0.05)) for speed in (0.1, 0.316, 1.0)]
    assert all(12.0 < later - earlier < 22.0 for earlier, later in pairwise(levels))


@pytest.mark.parametrize("gesture", ["roll", "scrape"])
def test_quicker_is_brighter(gesture: str) -> None:
    bright = [
        np.mean([check.spectral_centroid_hz(both(gesture, seed, speed=speed, size_m=0.1)) for seed in range(3)])
        for speed in (0.15, 0.5, 1.5)
    ]
    assert bright[0] < bright[1] < bright[2]


@pytest.mark.parametrize("gesture", ["roll", "scrape"])
def test_slow_movement_is_separate_ticks_and_quick_movement_a_band(gesture: str) -> None:
    slow, quick = (check.kurtosis(both(gesture, 2, 2.0, speed=speed, size_m=0.05)) for speed in (0.05, 1.5))
    assert slow > 2.0 * quick and slow > 10.0


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_sound_follows_the_speed_curve(instrument: str) -> None:
    curve = Curve((0.0, 0.4, 0.5, 1.0, 1.1, 1.5), (1.0, 1.0, 0.0, 0.0, 1.0, 1.0))
    sound = played(instrument, 3, 1.5, speed=curve, size_m=0.05)
    moving, still = sound[4_800:19_200], sound[33_600:48_000]
    assert check.rms_db(still) < check.rms_db(moving) - 30.0
    assert check.rms_db(sound[60_000:67_200]) > check.rms_db(moving) - 6.0


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_what_does_not_move_is_silent(instrument: str) -> None:
    assert check.peak(played(instrument, speed=0.0)) == 0.0


def test_pressing_harder_is_louder() -> None:
    levels = [check.rms_db(both("scrape", speed=0.4, size_m=0.5, force=force)) for force in (0.1, 0.4, 0.7, 1.0)]
    assert all(later > earlier + 1.5 for earlier, later in pairwise(levels))


def test_dragged_furniture_groans_at_20_to_60_slips_a_second() -> None:
    sound = both("scrape", 2, 3.0, speed=0.4, size_m=0.5, force=1.0)
    envelope = np.abs(sound[: 48 * (len(sound) // 48)]).reshape(-1, 48).max(axis=1)
    power = np.abs(np.fft.rfft((envelope - envelope.mean()) * np.hanning(len(envelope)))) ** 2
    rate_hz = np.fft.rfftfreq(len(envelope), 1e-3)
    share = power[(rate_hz > 20) & (rate_hz < 60)].sum() / power[(rate_hz > 2) & (rate_hz < 480)].sum()
    without = both("scrape", 2, 3.0, speed=0.4, size_m=0.5, force=0.5)
    assert share > 0.2
    assert check.rms_db(sound) > check.rms_db(without) + 5.0


@pytest.mark.parametrize("gesture", ["roll", "scrape"])
def test_both_notes_are_moved_by_one_force(gesture: str) -> None:
    """Where the contact is loud the bodies are: their envelopes rise and fall together, and not another seed's."""
    params: dict[str, float] = {"speed": 0.12, "size_m": 0.05}

    def envelope(name: str, seed: int) -> Array:
        sound = np.abs(played(name, seed, 2.0, **params))[:96_000]
        smooth = np.log(sound.reshape(-1, 480).max(axis=1)[5:-15] + 1e-9)
        return np.asarray((smooth - smooth.mean()) / smooth.std())

    direct, body, other = envelope(gesture, 1), envelope(gesture + "_body", 1), envelope(gesture + "_body", 2)
    assert np.mean(direct * body) > 0.45
    assert abs(np.mean(direct * other)) < 0.25


@pytest.mark.parametrize("gesture", ["roll", "scrape"])
def test_seeds_differ_and_repeat(gesture: str) -> None:
    first, second = both(gesture, 1), both(gesture, 2)
    assert abs(check.normalised_correlation(first, second)) < 0.5
    assert first.tobytes() == both(gesture, 1).tobytes()
    long = [both(gesture, seed, 6.0) for seed in (1, 2)]
    assert np.mean(np.abs(check.erb_levels_db(long[0]) - check.erb_levels_db(long[1]))) < 2.0


def test_a_harder_ground_is_brighter() -> None:
    medians = [
        check.spectral_centroid_hz(both("roll", striker="metal", struck=struck)) for struck in ("soil", "wood", "glass")
    ]
    assert medians[0] < medians[1] < medians[2]


def test_a_longer_way_since_the_last_hop_is_a_harder_one() -> None:
    places, strengths = hops(20.0, 1e-3, stream(1, "test"))
    gaps = np.diff(places)
    assert len(places) == pytest.approx(20_000, rel=0.03)
    assert 0.35 < np.corrcoef(np.log(gaps), np.log(strengths[1:]))[0, 1] < 0.65


def test_the_profile_is_rougher_at_the_small_scale_where_beta_is_lower() -> None:
    def brightness(name: str) -> float:
        return check.spectral_median_hz(slope_profile(SURFACES[name], 1e-4, 1e-5, 200_000, stream(1, "test")))

    assert brightness("concrete") > brightness("wood") > 0.0
    assert np.std(slope_profile(SURFACES["glass"], 1e-3, 1e-5, 50_000, stream(1, "test"))) == pytest.approx(
        1.0, abs=0.05
    )


def test_the_force_of_a_slide_moves_up_with_its_speed() -> None:
    force = sliding_force(np.repeat([0.25, 1.0], 48_000), SURFACES["wood"], 1e-3, stream(1, "test"))
    slow, quick = force[:48_000], force[48_000:]
    assert check.rms_db(quick) - check.rms_db(slow) == pytest.approx(24.0, abs=2.0)
    assert check.spectral_median_hz(quick) > 2.5 * check.spectral_median_hz(slow)


@pytest.mark.parametrize("instrument", ["roll", "scrape_body"])
def test_a_minute(instrument: str) -> None:
    sound = played(instrument, 1, 60.0, speed=0.8)
    assert 60.0 <= len(sound) / 48_000 < 64.0 and np.isfinite(sound).all()


def test_both_notes_declare_the_same() -> None:
    declared = [registry.instrument(name).parameters for name in INSTRUMENTS]
    assert declared == [ROLL_PARAMETERS, ROLL_PARAMETERS, SCRAPE_PARAMETERS, SCRAPE_PARAMETERS]
