"""The scorer: right stems score full marks, wrong ones lose exactly what they should."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from bench.truth.leakage import NOTHING_DB, gated_bed, gated_events, muted, projected
from bench.truth.levels import energy_rho, heard_x, panning, path_rho, sounded
from bench.truth.loudness import measure
from bench.truth.matching import added, chance, f1, pair, precision, recall, score_events, score_starts
from bench.truth.onsets import RATE_HZ, onsets
from bench.truth.scenes import EVENT_KINDS, describe
from bench.truth.score import score_scene
from bench.truth.stems import true_stems, write_stems
from bench.truth.table import Row, as_text, figures
from bench.truth.truth import Event, Truth

Sound = npt.NDArray[np.float64]


def _truth(*events: Event, duration_s: float = 8.0) -> Truth:
    return Truth("ball", "clean", "open", 0, "", duration_s, "25", 640, 360, events)


def _contacts(*times_s: float) -> tuple[Event, ...]:
    return tuple(Event(time_s, "blow", speed_m_s=1 + index) for index, time_s in enumerate(times_s))


def _noise(seconds: float, seed: int) -> Sound:
    return np.random.default_rng(seed).standard_normal((2, round(seconds * RATE_HZ))) * 0.05


# -- matching


def test_pairing_prefers_more_pairs_then_less_distance() -> None:
    assert pair([1.0, 1.03], [1.02, 1.06], 0.04) == [(0, 0), (1, 1)]
    assert pair([1.0], [0.99, 1.005], 0.04) == [(0, 1)]
    assert pair([], [1.0], 0.04) == []


@given(st.lists(st.floats(0, 8), max_size=12), st.lists(st.floats(0, 8), max_size=12), st.floats(0.001, 0.5))
def test_pairs_are_one_to_one_and_within_the_tolerance(true: list[float], found: list[float], tolerance: float) -> None:
    pairs = pair(true, found, tolerance)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert all(abs(true[row] - found[column]) <= tolerance for row, column in pairs)


def test_what_trickles_after_a_faint_contact_is_as_little_false_as_after_a_loud_one() -> None:
    faint = Event(2.0, "step", required=False)
    hits = score_events(_truth(*_contacts(1), faint), [1.0, 2.01, 2.2, 4.0], levels_db=[-20.0, -30.0, -34.0, -34.0])
    assert (hits.right, hits.false, hits.missed) == (1, 1, 0)


def test_right_false_and_missed_are_counted() -> None:
    hits = score_events(_truth(*_contacts(1, 2, 3, 4)), [1.01, 1.98, 3.06, 6.0])
    assert (hits.right, hits.false, hits.missed) == (2, 2, 2)
    assert hits.offsets_s == pytest.approx((0.01, -0.02))
    assert (precision(hits), recall(hits), f1(hits)) == (0.5, 0.5, 0.5)


def test_faint_contacts_and_grains_of_what_lasts_are_neither_missed_nor_false() -> None:
    truth = _truth(Event(1, "bounce", required=False), Event(3, "roll", duration_s=2.0))
    hits = score_events(truth, [1.0, 2.95, 4.0, 5.1, 5.3])
    assert (hits.right, hits.false, hits.missed) == (0, 1, 0)
    assert score_starts(truth, [3.1, 4.0]) == (1, 1)


def test_nothing_to_find_and_nothing_found_has_no_f1() -> None:
    assert np.isnan(f1(score_events(_truth(), [])))
    assert f1(score_events(_truth(), [1.0])) == 0


def test_chance_is_low_for_few_events_and_high_for_dense_ones() -> None:
    few, dense = (1.0, 3.0, 6.0), tuple(np.arange(0.05, 8, 0.1))
    assert chance(_truth(*_contacts(*few)), few) < 0.1
    assert chance(_truth(*_contacts(*dense)), dense) > 0.6


# -- the onset detector and its ceiling


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_onsets_of_truth_stems_are_the_true_times(kind: str) -> None:
    parts = []
    for difficulty in ("clean", "hostile"):
        truth = describe(kind, difficulty, 4, "open")[0]
        stems = true_stems(truth, 4)
        parts.append(score_events(truth, onsets(stems["action"] + stems["material"])))
    total = added(parts)
    if total.right + total.missed:
        assert f1(total) >= 0.95
        assert np.abs(total.offsets_s).mean() < 0.0015
    assert total.false == 0


def test_ceiling_over_all_kinds_is_99_percent() -> None:
    scenes = [describe(kind, "randomised", 5, "open")[0] for kind in EVENT_KINDS]
    stems = [true_stems(truth, 5) for truth in scenes]
    hits = [
        score_events(truth, onsets(own["action"] + own["material"])) for truth, own in zip(scenes, stems, strict=True)
    ]
    assert f1(added(hits)) >= 0.99


def test_steady_noise_and_silence_have_no_onsets() -> None:
    assert onsets(np.zeros((2, RATE_HZ))) == []
    fade = np.clip(np.arange(4 * RATE_HZ) / RATE_HZ, 0, 1)
    assert len(onsets(_noise(4, 0) * fade)) <= 1


# -- levels and places


def test_energy_follows_momentum_or_is_turned_round() -> None:
    truth = _truth(*_contacts(1, 2, 3, 4, 5, 6))
    sounds = true_stems(truth, 0)
    assert energy_rho(sounds["action"], truth) == pytest.approx(1)
    assert energy_rho(sounds["action"][:, ::-1], _truth(*_contacts(1.95, 2.95, 3.95, 4.95, 5.95, 6.95))) < 0


@pytest.mark.parametrize("x", [-0.9, -0.3, 0.0, 0.5])
def test_place_is_heard_where_it_was_panned(x: float) -> None:
    truth = _truth(Event(1.0, "blow", x=x))
    sounds = true_stems(truth, 0)
    assert heard_x(sounds["action"], 1.0) == pytest.approx(x, abs=1e-6)
    assert panning(sounds["action"], truth)[0] < 1e-6


def test_swapped_sides_are_counted() -> None:
    truth = _truth(Event(1.0, "blow", x=-0.8), Event(2.0, "blow", x=0.6), Event(3.0, "blow", x=0.05))
    swapped = true_stems(truth, 0)["action"][::-1]
    assert panning(swapped, truth)[1] == 2


def test_what_passes_is_heard_along_its_path() -> None:
    truth = _truth(Event(1.0, "pass-by", x=-1, duration_s=4.0, path=((1.0, -1.0), (5.0, 1.0))))
    sound = true_stems(truth, 0)["action"]
    assert path_rho(sound, truth) > 0.98
    assert path_rho(sound[::-1], truth) < -0.98
    assert sounded(sound, truth) == (1, 1)
    assert sounded(np.zeros_like(sound), truth) == (0, 1)


# -- leakage


def test_mute_leakage_is_the_level_of_what_changed() -> None:
    stem = _noise(2, 1)
    assert muted(stem, stem.copy()) == NOTHING_DB
    assert muted(stem, stem * (1 - 0.01)) == pytest.approx(-40, abs=0.01)


def test_projection_finds_a_filtered_leak_and_calls_unrelated_stems_clean() -> None:
    stem, other = _noise(8, 2), _noise(8, 3)
    leaked = stem + 0.3 * (np.roll(other, 40, axis=1) + 0.5 * np.roll(other, 90, axis=1))
    share = 10 * np.log10(0.09 * 1.25 / (1 + 0.09 * 1.25))
    assert projected(leaked, other).leak_db == pytest.approx(share, abs=1.0)
    clean = projected(stem, other)
    assert clean.leak_db < -27
    assert clean.raw_db == pytest.approx(clean.floor_db, abs=1.5)


def test_projection_finds_events_that_leaked_into_another_stem() -> None:
    truth = _truth(*(Event(float(at), "blow") for at in np.arange(0.5, 7.5, 0.4)))
    action = true_stems(truth, 0)["action"]
    bed = _noise(8, 5) * 0.05
    contacts = [event.t_s for event in truth.contacts]
    assert projected(bed + 0.1 * action, action, contacts).leak_db > projected(bed, action, contacts).leak_db + 6


def test_silent_stems_leak_nothing() -> None:
    assert projected(np.zeros((2, RATE_HZ)), _noise(1, 0)).leak_db == NOTHING_DB


def test_gates_tell_a_bed_that_knows_the_events() -> None:
    truth = _truth(*_contacts(1, 3, 5))
    bed, action = _noise(8, 7) * 0.3, true_stems(truth, 0)["action"]
    assert abs(gated_bed(bed, truth)) < 0.3
    assert gated_bed(bed + action, truth) > 1
    assert gated_events(action, truth) == NOTHING_DB
    assert gated_events(action + 0.1 * bed, truth) > -30


# -- whole scenes


def _written(truth: Truth, folder: Path, shift_s: float = 0.0) -> dict[str, Path]:
    sounds = {name: np.roll(sound, round(shift_s * RATE_HZ), axis=1) for name, sound in true_stems(truth, 0).items()}
    return write_stems(sounds, folder)


def test_true_stems_score_full_marks_and_shifted_ones_fall(tmp_path: Path) -> None:
    truth = describe("hammer", "clean", 0, "open")[0]
    right = score_scene(truth, _written(truth, tmp_path / "right"), [event.t_s for event in truth.contacts])
    late = score_scene(truth, _written(truth, tmp_path / "late", 0.06))
    assert f1(right.audio["40 ms"]) == f1(right.plan["20 ms"]) == 1
    assert f1(late.audio["40 ms"]) < 0.1 and f1(late.audio["100 ms"]) == 1
    assert late.audio["100 ms"].offsets_s == pytest.approx([0.06] * late.audio["100 ms"].right, abs=0.003)
    assert right.figures["length_error"] == 0
    assert right.figures["sum_dbfs"] < -90


def test_wrong_length_and_a_mix_that_is_not_the_sum_are_seen(tmp_path: Path) -> None:
    truth = describe("door", "clean", 0, "open")[0]
    paths = _written(truth, tmp_path)
    mix, rate = soundfile.read(paths["mix"])
    soundfile.write(paths["mix"], mix * 0.9, rate, subtype="PCM_24")
    score = score_scene(truth, paths, record_s=truth.duration_s - 0.01)
    assert score.figures["length_error"] == 480
    assert score.figures["sum_dbfs"] > -40


def test_missing_stem_is_refused(tmp_path: Path) -> None:
    truth = describe("door", "clean", 0, "open")[0]
    paths = {name: path for name, path in _written(truth, tmp_path).items() if name != "action"}
    with pytest.raises(ValueError, match="no action stem"):
        score_scene(truth, paths)


@pytest.mark.real
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg to measure with")
def test_loudness_of_a_known_tone(tmp_path: Path) -> None:
    """EBU Tech 3341, case 1: 1 kHz at -23 dBFS in both channels is -23 LUFS."""
    time_s = np.arange(20 * RATE_HZ) / RATE_HZ
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * time_s)
    soundfile.write(tmp_path / "tone.wav", np.stack([tone, tone], axis=1), RATE_HZ, subtype="PCM_24")
    loudness = measure(tmp_path / "tone.wav")
    assert loudness is not None
    assert loudness.integrated_lufs == pytest.approx(-23, abs=0.1)
    assert loudness.true_peak_dbtp == pytest.approx(-23, abs=0.2)


# -- the table


def test_table_adds_clips_up() -> None:
    one = score_events(_truth(*_contacts(1, 2)), [1.01, 2.01])
    two = score_events(_truth(*_contacts(1, 2)), [1.01, 5.0])
    rows = [Row("ball", "clean", one, 0.1), Row("ball", "clean", two, 0.3)]
    found = figures(rows)
    assert found["F1"] == pytest.approx(0.75)
    assert found["chance"] == pytest.approx(0.2)
    assert found["offset_ms"] == pytest.approx(10)
    assert found["false_per_min"] == pytest.approx(60 / 16)
    assert found["low"] <= found["F1"] <= found["high"]
    lines = as_text(rows).splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["clean", "ball"], ["clean", "ALL"]]
