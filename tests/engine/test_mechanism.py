"""Doors, latches and switches: the order and spacing of their small contacts, and what both notes of a door share."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.instruments import registry
from engine.instruments.door_plan import AIR, CONTACTS, door_plan
from engine.instruments.doors import DOOR_PARAMETERS
from engine.instruments.dsp import Array, stream
from engine.instruments.panels import panel_modes
from engine.instruments.stick_slip import CONTROL_HZ, locked, slips
from engine.instruments.switches import KINDS, PLANS
from engine.types import Curve, Layer, Note
from tests.engine import sound_checks as check

DOORS = ("open", "close", "slam", "creak", "knob")
LEAVES = ("wood", "metal", "glass")


def note(instrument: str, seed: int = 1, duration_s: float = 0.05, **params: float | str | Curve) -> Note:
    layer = Layer.MATERIAL if instrument.endswith("_body") else Layer.ACTION
    return Note("n", "e", layer, instrument, 0.0, duration_s, params, seed=seed)


def played(instrument: str, seed: int = 1, duration_s: float = 0.05, **params: float | str | Curve) -> Array:
    one = note(instrument, seed, duration_s, **params)
    registry.check(one)
    return check.mono(registry.instrument(instrument).play(one))


def door(seed: int = 1, duration_s: float = 0.05, **params: float | str | Curve) -> Array:
    """Both notes of a door together."""
    sounds = [played(name, seed, duration_s, **params) for name in ("door", "door_body")]
    total = np.zeros(max(len(sound) for sound in sounds))
    for sound in sounds:
        total[: len(sound)] += sound
    return total


@pytest.mark.parametrize("struck", LEAVES)
@pytest.mark.parametrize("kind", DOORS)
def test_a_door_is_heard_from_its_first_sample(kind: str, struck: str) -> None:
    for seed in (1, 2):
        for sound in (played("door", seed, kind=kind, struck=struck), door(seed, kind=kind, struck=struck)):
            assert check.onset_ms(sound) <= 3.0
            assert np.isfinite(sound).all()
            assert check.dc_dbfs(sound) < -60.0
            assert np.abs(sound[-48:]).max() < 1e-3 * check.peak(sound)


@pytest.mark.parametrize("struck", LEAVES)
@pytest.mark.parametrize("kind", ["close", "slam"])
def test_the_leaf_meets_its_frame_at_sample_0(kind: str, struck: str) -> None:
    assert check.onset_ms(played("door_body", kind=kind, struck=struck)) <= 3.0
    assert check.largest_jump(played("door_body", kind=kind, struck=struck)) < 0.5


@pytest.mark.parametrize("seed", range(20))
def test_a_closing_door_latches_15_to_40_ms_after_it_meets_the_frame(seed: int) -> None:
    contacts = CONTACTS["close"](stream(seed, "test"), 1.0)
    assert contacts[0].part == "panel" and contacts[0].at_s == 0.0
    strike = next(hit for hit in contacts if hit.part == "strike")
    assert 0.015 <= strike.at_s <= 0.040
    assert contacts[0].level == max(hit.level for hit in contacts)


@pytest.mark.parametrize("seed", range(20))
def test_an_opening_door_is_pressed_released_and_let_go_in_that_order(seed: int) -> None:
    contacts = CONTACTS["open"](stream(seed, "test"), 1.0)
    at = {part: [hit.at_s for hit in contacts if hit.part == part] for part in ("handle", "bolt", "strike", "panel")}
    assert at["handle"][0] == 0.0
    assert at["handle"][0] < at["bolt"][0] < at["strike"][0] < at["panel"][0] < at["handle"][-1]
    assert 0.012 <= at["strike"][0] - at["bolt"][0] <= 0.025


def test_only_closing_doors_push_air_and_only_turning_ones_creak() -> None:
    assert {kind for kind, air in AIR.items() if air} == {"close", "slam"}
    hz = panel_modes("wood", 2.0, 0).freqs_hz
    creaking = {kind for kind in DOORS if door_plan(kind, 1, 1.0, 1.0, 0.5, hz).creak is not None}
    assert creaking == {"open", "creak"}
    assert door_plan("open", 1, 1.0, 1.0, 0.0, hz).creak is None


def test_a_slam_is_louder_than_a_closing_and_rattles_longer() -> None:
    for struck in LEAVES:
        closing, slam = (door(3, kind=kind, struck=struck) for kind in ("close", "slam"))
        assert check.energy_db(slam) > check.energy_db(closing) + 2.5
        assert check.energy_db(door(3, kind="slam", struck=struck, energy=0.85)) > check.energy_db(closing) + 12.0
    rattles = [
        sum(hit.part == "rattle" for hit in CONTACTS[kind](stream(1, "test"), 1.0)) for kind in ("close", "slam")
    ]
    assert rattles[0] < rattles[1]


@pytest.mark.parametrize("struck", LEAVES)
def test_a_harder_slam_is_louder_and_brighter(struck: str) -> None:
    blows = [door(5, kind="slam", struck=struck, energy=energy) for energy in (0.1, 0.5, 0.9)]
    levels = [check.energy_db(blow) for blow in blows]
    bright = [check.spectral_centroid_hz(blow) for blow in blows]
    assert levels[0] + 8.0 < levels[1] < levels[2] - 8.0
    assert bright[0] < bright[1] < bright[2]


@pytest.mark.parametrize("struck", ["wood", "metal"])
def test_a_closing_door_shudders_on(struck: str) -> None:
    """Recorded doors hold -5 to -12 dB for 0.3 s after they meet the frame."""
    for seed in range(4):
        closing = door(seed, kind="close", struck=struck)
        blow, after, late = (check.rms_db(closing[a:b]) for a, b in ((0, 1920), (3840, 7680), (7680, 15_360)))
        assert blow - 16.0 < after < blow + 1.0
        assert blow - 24.0 < late < blow - 4.0


def test_a_smaller_door_is_higher_and_metal_rings_longest() -> None:
    lowest = [float(panel_modes("wood", size_m, 0).freqs_hz.min()) for size_m in (3.0, 2.0, 1.0, 0.5)]
    assert all(smaller > 1.3 * larger for larger, smaller in pairwise(lowest))
    rings = {struck: check.duration_s(played("door_body", kind="slam", struck=struck)) for struck in LEAVES}
    assert rings["metal"] > 1.3 * rings["wood"]


def test_one_object_is_one_door_and_no_two_closings_are_the_same() -> None:
    assert np.array_equal(panel_modes("wood", 2.0, 7).freqs_hz, panel_modes("wood", 2.0, 7).freqs_hz)
    assert not np.allclose(
        panel_modes("wood", 2.0, 7).freqs_hz[:5], panel_modes("wood", 2.0, 8).freqs_hz[:5], rtol=0.01
    )
    closings = [door(seed, kind="close") for seed in range(4)]
    assert all(abs(check.normalised_correlation(a, b)) < 0.98 for a, b in pairwise(closings))
    assert closings[0].tobytes() == door(0, kind="close").tobytes()


def test_the_creak_follows_the_speed_of_the_leaf() -> None:
    stopped = Curve((0.0, 0.5, 0.6, 1.4, 1.5, 2.0), (1.0, 1.0, 0.0, 0.0, 1.0, 1.0))
    sound = played("door", 2, 2.0, kind="creak", speed=stopped)
    turning, resting = sound[:24_000], sound[36_000:66_000]
    assert check.rms_db(resting) < check.rms_db(turning) - 30.0
    slow, quick = (door_plan("creak", 2, 3.0, speed, 1.0, np.zeros(0)).creak for speed in (0.5, 1.5))
    assert slow is not None and quick is not None
    assert 2.0 < len(quick.times_s) / len(slow.times_s) < 4.5


def test_a_minute_of_creaking_is_a_minute_long() -> None:
    sound = played("door_body", 1, 60.0, kind="creak")
    assert 60.0 <= len(sound) / 48_000 < 63.0
    assert np.isfinite(sound).all()


def test_slips_come_at_their_rate_and_lock_to_a_near_mode() -> None:
    train = slips(np.full(int(4 * CONTROL_HZ), 40.0), stream(1, "test"))
    assert len(train.times_s) == pytest.approx(160, abs=4)
    assert np.all(np.diff(train.times_s) > 0.0) and train.times_s[0] == 0.0
    assert locked(np.array([300.0, 330.0, 500.0]), np.array([310.0])).tolist() == [310.0, 310.0, 500.0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_click_starts_at_once_ends_in_silence_and_is_never_the_same(kind: str) -> None:
    clicks = [played("click", seed, kind=kind) for seed in range(3)]
    for click in clicks:
        assert check.onset_ms(click) <= 3.0
        assert np.isfinite(click).all() and check.dc_dbfs(click) < -60.0
        assert np.abs(click[-24:]).max() < 2e-3 * check.peak(click)
    assert all(abs(check.normalised_correlation(a, b)) < 0.98 for a, b in pairwise(clicks))
    assert clicks[0].tobytes() == played("click", 0, kind=kind).tobytes()


@pytest.mark.parametrize(
    ("kind", "first", "second", "least_ms", "most_ms"),
    [
        ("switch", "toggle", "blade", 8, 25),
        ("latch", "bolt", "keep", 15, 40),
        ("button", "dome", "dome", 60, 110),
        ("mouse", "shell", "shell", 40, 120),
    ],
)
def test_the_two_clicks_of_a_switch_are_as_far_apart_as_real_ones(
    kind: str, first: str, second: str, least_ms: float, most_ms: float
) -> None:
    for seed in range(20):
        contacts = PLANS[kind](stream(seed, "test"), 0.5)
        start = next(hit.at_s for hit in contacts if hit.part == first)
        end = [hit.at_s for hit in contacts if hit.part == second][-1]
        assert start == 0.0 and least_ms <= 1000.0 * end <= most_ms


def test_a_switch_is_let_go_after_it_has_snapped() -> None:
    for seed in range(20):
        toggles = [hit for hit in PLANS["switch"](stream(seed, "test"), 0.5) if hit.part == "toggle"]
        assert 0.05 <= toggles[2].at_s <= 0.09
        assert toggles[2].level < toggles[0].level < toggles[1].level


def test_a_lock_ticks_over_before_its_bolt_is_thrown() -> None:
    contacts = PLANS["lock"](stream(3, "test"), 0.5)
    thrown = next(hit for hit in contacts if hit.part == "throw")
    ticks = [hit for hit in contacts if hit.part == "pin"]
    assert 4 <= len(ticks) <= 5 and all(hit.at_s < thrown.at_s and hit.level < thrown.level for hit in ticks)


def test_a_drawer_slides_for_the_note_and_stops_at_its_end() -> None:
    sound = played("click", 2, 0.8, kind="drawer")
    assert 0.79 < float(np.argmax(np.abs(sound))) / 48_000 < 0.83
    assert check.rms_db(sound[4_800:36_000]) > check.rms_db(sound[38_400:40_800]) - 30.0


def test_an_instant_of_a_drawer_is_its_stop() -> None:
    sound = played("click", 2, 0.05, kind="drawer")
    assert float(np.argmax(np.abs(sound))) / 48_000 < 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_a_harder_click_is_louder_and_brighter(kind: str) -> None:
    clicks = [[played("click", seed, kind=kind, energy=energy) for seed in range(3)] for energy in (0.2, 0.5, 0.8)]
    levels = [np.mean([check.energy_db(click) for click in some]) for some in clicks]
    bright = [np.mean([check.spectral_centroid_hz(click) for click in some]) for some in clicks]
    assert levels[0] + 6.0 < levels[1] < levels[2] - 6.0
    assert bright[0] < bright[1] < bright[2]


def test_both_notes_of_a_door_declare_the_same() -> None:
    door_note, body = registry.instrument("door"), registry.instrument("door_body")
    assert door_note.parameters == body.parameters == DOOR_PARAMETERS
    assert (door_note.layers, body.layers) == ((Layer.ACTION,), (Layer.MATERIAL,))


@pytest.mark.parametrize(("instrument", "params"), [("door", {"kind": "slam", "struck": "metal"}), ("click", {})])
def test_metal_reaches_16_khz_and_nothing_lies_above_22(instrument: str, params: dict[str, str]) -> None:
    sound = played(instrument, 3, 0.05, **params)
    assert check.band_share_db(sound, 12_000.0, 16_000.0) > -25.0
    assert check.band_share_db(sound, 22_000.0, 24_000.0) < -45.0
