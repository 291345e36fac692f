"""The figures of the realism bench, on sounds whose answer is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy import signal

from bench import features, realism, realism_subjects
from engine.types import SAMPLE_RATE

RNG = np.random.default_rng(7)
NOISE = RNG.standard_normal(5 * SAMPLE_RATE)


def modulated(rate_hz: float) -> features.Array:
    t = np.arange(len(NOISE)) / SAMPLE_RATE
    return NOISE * (1.0 + 0.9 * np.sin(2.0 * np.pi * rate_hz * t))


def clicks(per_s: float, seconds: float = 4.0) -> features.Array:
    sound = 1e-4 * RNG.standard_normal(round(seconds * SAMPLE_RATE))
    for start in np.arange(0.1, seconds, 1.0 / per_s):
        at = round(start * SAMPLE_RATE)
        count = min(2400, len(sound) - at)
        sound[at : at + count] += RNG.standard_normal(count) * np.exp(-np.arange(count) / 300.0)
    return sound


@pytest.mark.parametrize("cut_hz", [5000.0, 11_000.0, 16_000.0])
def test_the_cut_of_a_coder_is_found(cut_hz: float) -> None:
    sections = signal.ellip(10, 0.1, 70.0, cut_hz, fs=SAMPLE_RATE, output="sos")
    assert features.bandwidth_hz(signal.sosfilt(sections, NOISE), SAMPLE_RATE) == pytest.approx(cut_hz, rel=0.12)


def test_an_uncut_recording_reaches_its_nyquist() -> None:
    assert features.bandwidth_hz(NOISE, SAMPLE_RATE) == 24_000.0
    assert features.bandwidth_hz(signal.lfilter([1.0], [1.0, -0.98], NOISE), 44_100) == 22_050.0


def test_band_levels_follow_the_spectrum() -> None:
    low = features.statistics(signal.lfilter([1.0], [1.0, -0.97], NOISE), SAMPLE_RATE)["level"]
    flat = features.statistics(NOISE, SAMPLE_RATE)["level"]
    tilt = (low - flat)[[5, 25]]
    assert tilt[0] - tilt[1] == pytest.approx(20.0 * np.log10(8000.0 / 467.0), abs=4.0)


@pytest.mark.parametrize("rate_hz", [3.0, 20.0, 90.0])
def test_a_beat_shows_in_the_modulation_spectrum_at_its_rate(rate_hz: float) -> None:
    table = features.statistics(modulated(rate_hz), SAMPLE_RATE)["modulation"].mean(axis=0)
    plain = features.statistics(NOISE, SAMPLE_RATE)["modulation"].mean(axis=0)
    found = features.modulation_centres_hz()[np.argmax(table - plain)]
    assert found == pytest.approx(rate_hz, rel=0.25)


def test_beaten_bands_go_together_and_noise_does_not() -> None:
    assert np.nanmean(features.statistics(modulated(8.0), SAMPLE_RATE)["correlation"][-1]) > 0.5
    assert abs(np.nanmean(features.statistics(NOISE, SAMPLE_RATE)["correlation"][-1])) < 0.1


def test_what_lies_above_the_limit_is_not_compared() -> None:
    cut = features.statistics(NOISE, SAMPLE_RATE, limit_hz=6000.0)
    assert all(np.isnan(cut[name][-1]).all() for name in ("level", "variation", "modulation"))
    hissing = NOISE + signal.sosfilt(signal.butter(6, 9000.0, "highpass", fs=SAMPLE_RATE, output="sos"), 5.0 * NOISE)
    near = features.distance(features.statistics(hissing, SAMPLE_RATE), [cut, cut])
    assert near["level"] < 0.2


def test_distance_is_small_within_a_class_and_large_between() -> None:
    parts = [features.statistics(RNG.standard_normal(4 * SAMPLE_RATE), SAMPLE_RATE) for _ in range(4)]
    within = features.distance(parts[0], parts[1:])
    between = features.distance(features.statistics(modulated(10.0), SAMPLE_RATE), parts[1:])
    assert within["D"] < 0.6
    assert between["D"] > 3.0 * within["D"]


def test_the_decay_of_an_event_is_measured() -> None:
    t = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    assert features.decay_s(np.sin(2700.0 * t) * np.exp(-6.908 * t / 0.4), SAMPLE_RATE) == pytest.approx(0.4, rel=0.05)


@pytest.mark.parametrize("per_s", [2.0, 6.0])
def test_attacks_are_counted(per_s: float) -> None:
    assert features.onset_rate(clicks(per_s), SAMPLE_RATE) == pytest.approx(per_s, rel=0.15)


def test_an_event_s_course_starts_at_its_attack() -> None:
    sound = np.concatenate([np.zeros(5000), clicks(1.0, 0.9)[4800:]])
    trimmed = realism.from_attack(sound, SAMPLE_RATE)
    assert 0 <= 5000 - (len(sound) - len(trimmed)) <= 0.002 * SAMPLE_RATE
    course = features.event_statistics(trimmed, SAMPLE_RATE)["course"]
    assert course[0] > -3.0
    assert np.all(np.diff(course[1:5]) < 0.0)


def test_the_bench_says_where_recordings_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert realism.main(["--recordings", str(tmp_path / "none"), "--out", str(tmp_path / "pages")]) == 2
    assert "--recordings" in capsys.readouterr().err


def test_the_bench_prints_a_row_and_draws_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "recordings" / "water"
    folder.mkdir(parents=True)
    soundfile.write(folder / "x__river_loop.wav", 0.1 * NOISE, SAMPLE_RATE)
    status = realism.main(["--recordings", str(folder.parent), "--out", str(tmp_path / "pages"), "--only", "river"])
    printed = capsys.readouterr()
    assert status == 0
    assert "| river | 1 | **" in printed.out
    assert (tmp_path / "pages" / "page01.png").read_bytes().startswith(b"\x89PNG")


def test_every_subject_has_a_title_of_its_own() -> None:
    titles = [subject.title for subject in realism_subjects.SUBJECTS]
    assert len(set(titles)) == len(titles)
