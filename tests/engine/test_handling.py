"""Typing and paper: what a key's two notes share, and how each handling of a sheet goes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.instruments import registry
from engine.instruments.dsp import Array, stream
from engine.instruments.keys import PARAMETERS
from engine.instruments.paper import GESTURE_HZ, GESTURES, HANDLINGS, stroke_times
from engine.instruments.paper import KINDS as PAPERS
from engine.types import Layer, Note
from tests.engine import sound_checks as check

KEYS = ("letter", "space", "enter", "touch")


def played(
    instrument: str, seed: int = 1, duration_s: float = 0.05, layer: Layer | None = None, **params: float | str
) -> Array:
    layer = layer or (Layer.MATERIAL if instrument == "key_body" else Layer.ACTION)
    one = Note("n", "e", layer, instrument, 0.0, duration_s, params, seed=seed)
    registry.check(one)
    return check.mono(registry.instrument(instrument).play(one))


def summed(first: Array, second: Array) -> Array:
    count = max(len(first), len(second))
    return np.pad(first, (0, count - len(first))) + np.pad(second, (0, count - len(second)))


def pressed(seed: int = 1, **params: float | str) -> Array:
    return summed(played("key", seed, 0.05, None, **params), played("key_body", seed, 0.05, None, **params))


def handled(seed: int = 1, duration_s: float = 0.05, **params: float | str) -> Array:
    return summed(*(played("paper", seed, duration_s, layer, **params) for layer in (Layer.ACTION, Layer.MATERIAL)))


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_is_heard_from_its_first_sample_and_ends_in_silence(kind: str) -> None:
    for seed in range(4):
        for sound in (played("key", seed, kind=kind), played("key_body", seed, kind=kind), pressed(seed, kind=kind)):
            assert check.onset_ms(sound) <= 3.0
            assert np.isfinite(sound).all() and check.dc_dbfs(sound) < -60.0
            assert np.abs(sound[-24:]).max() < 2e-3 * check.peak(sound)


def loudest_between(sound: Array, first_ms: float, last_ms: float) -> float:
    return check.peak(sound[round(48 * first_ms) : round(48 * last_ms)])


@pytest.mark.parametrize("seed", range(6))
def test_a_key_comes_up_60_to_110_ms_later_and_fainter(seed: int) -> None:
    sound = played("key", seed, kind="letter")
    down, between, up = (loudest_between(sound, *span) for span in ((0, 30), (45, 59), (60, 125)))
    assert between < 0.1 * up
    assert 0.2 < up / down < 0.8


def test_a_touched_screen_does_not_come_up() -> None:
    assert len(played("key", kind="touch")) < 0.06 * 48_000


def test_the_thock_is_below_the_click() -> None:
    for seed in range(4):
        click, thock = played("key", seed), played("key_body", seed)
        assert check.spectral_median_hz(thock) < 0.6 * check.spectral_median_hz(click)
        assert 250.0 < check.spectral_median_hz(thock) < 1500.0


def test_long_keys_are_lower_and_a_finger_is_dullest() -> None:
    median = {
        kind: np.mean(
            [check.spectral_centroid_hz(played("key_body", seed, kind=kind, object=seed)) for seed in range(5)]
        )
        for kind in KEYS
    }
    assert median["letter"] > median["enter"] > median["space"] > median["touch"]


@pytest.mark.parametrize("kind", KEYS)
def test_a_harder_press_is_louder_and_brighter_and_none_is_the_same(kind: str) -> None:
    presses = [[pressed(seed, kind=kind, energy=energy) for seed in range(4)] for energy in (0.2, 0.5, 0.8)]
    levels = [np.mean([check.energy_db(press) for press in some]) for some in presses]
    bright = [np.mean([check.spectral_centroid_hz(press) for press in some]) for some in presses]
    assert levels[0] + 6.0 < levels[1] < levels[2] - 6.0
    assert bright[0] < bright[1] < bright[2]
    assert all(abs(check.normalised_correlation(a, b)) < 0.98 for a, b in pairwise(presses[1]))


def test_the_same_key_gives_the_same_bytes_and_both_notes_declare_the_same() -> None:
    assert pressed(3).tobytes() == pressed(3).tobytes()
    assert registry.instrument("key").parameters == registry.instrument("key_body").parameters == PARAMETERS


@pytest.mark.parametrize("kind", PAPERS)
def test_paper_begins_with_its_note_and_comes_to_rest(kind: str) -> None:
    for layer in (Layer.ACTION, Layer.MATERIAL):
        sound = played("paper", 2, 1.2, layer, kind=kind)
        assert np.isfinite(sound).all() and check.dc_dbfs(sound) < -60.0
        assert 1.19 <= len(sound) / 48_000 < 1.4
        assert check.peak(sound[:1440]) > 0.01 * check.peak(sound)
        assert np.abs(sound[-24:]).max() < 2e-3 * check.peak(sound)


@pytest.mark.parametrize("kind", PAPERS)
def test_paper_takes_its_own_time_where_the_note_marks_an_instant(kind: str) -> None:
    natural = HANDLINGS[kind].default_s
    assert natural <= len(handled(1, 0.05, kind=kind)) / 48_000 < natural + 0.2


@pytest.mark.parametrize("kind", PAPERS)
def test_no_two_sheets_sound_the_same(kind: str) -> None:
    first, second = handled(1, kind=kind), handled(2, kind=kind)
    assert abs(check.normalised_correlation(first, second)) < 0.5
    assert first.tobytes() == handled(1, kind=kind).tobytes()


@pytest.mark.parametrize("kind", ["rustle", "crumple", "page_turn", "rip"])
def test_paper_lies_between_1_and_9_khz_and_reaches_16_but_not_22(kind: str) -> None:
    sound = handled(3, 1.0, kind=kind)
    assert check.band_share_db(sound, 1000.0, 12_000.0) > -2.0
    assert check.band_share_db(sound, 12_000.0, 16_000.0) > -30.0
    assert check.band_share_db(sound, 22_000.0, 24_000.0) < -45.0


def test_crackle_is_spiky_and_tearing_is_dense() -> None:
    kurtosis = {
        kind: np.median([check.kurtosis(played("paper", seed, 2.0, Layer.MATERIAL, kind=kind)) for seed in range(3)])
        for kind in ("rustle", "rip")
    }
    assert kurtosis["rustle"] > 20.0 > kurtosis["rip"] > 4.0


def test_a_page_is_loudest_where_it_falls() -> None:
    low = [check.rms_db(part) for part in np.array_split(played("paper", 1, 0.4, kind="page_turn")[:19_200], 10)]
    assert int(np.argmax(low)) in (7, 8)


def test_tearing_grows_to_the_end_of_the_sheet() -> None:
    gesture = np.mean([GESTURES["rip"](200, stream(seed, "test")) for seed in range(8)], axis=0)
    assert gesture[150:].mean() > 1.4 * gesture[:50].mean()


def test_a_pen_sets_down_some_four_times_a_second_and_rests() -> None:
    gaps = np.diff(stroke_times(60.0, stream(1, "test")))
    assert 3.0 < 1.0 / gaps.mean() < 6.0
    written = GESTURES["writing"](int(20 * GESTURE_HZ), stream(1, "test"))
    assert 0.15 < np.mean(written < 0.02) < 0.7


def test_harder_and_stiffer_paper() -> None:
    levels = [check.rms_db(handled(1, 1.0, kind="crumple", energy=energy)) for energy in (0.2, 0.5, 0.8)]
    assert levels[0] + 6.0 < levels[1] < levels[2] - 6.0
    bright = [
        np.mean([check.spectral_median_hz(handled(seed, 1.0, kind="rustle", stiffness=stiff)) for seed in range(4)])
        for stiff in (0.0, 0.5, 1.0)
    ]
    assert bright[0] < bright[1] < bright[2]


def test_a_minute_of_paper() -> None:
    assert 60.0 <= len(handled(1, 60.0, kind="rustle")) / 48_000 < 60.2
