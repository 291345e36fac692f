from __future__ import annotations

import math
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.media import loudness
from engine.types import SAMPLE_RATE


def sine(freq_hz: float, seconds: float, amplitude: float = 1.0, phase: float = 0.0) -> np.ndarray:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (amplitude * np.sin(2 * np.pi * freq_hz * t + phase)).astype(np.float32)


def programme(seed: int = 3, seconds: float = 5.0) -> np.ndarray:
    """Bursts over a quiet bed: gating has something to do."""
    rng = np.random.default_rng(seed)
    sound = 0.002 * rng.standard_normal((2, round(seconds * SAMPLE_RATE)))
    for at in (0.5, 1.4, 2.9):
        start = round(at * SAMPLE_RATE)
        sound[:, start : start + 9600] += rng.standard_normal((2, 9600)) * np.exp(-np.arange(9600) / 1500) * 0.3
    return sound.astype(np.float32)


def test_a_full_scale_tone_in_one_channel_is_minus_3_lufs() -> None:
    sound = np.stack([sine(997.0, 10.0), np.zeros(480_000, np.float32)])
    assert loudness.measure_lufs(sound) == pytest.approx(-3.01, abs=0.01)


def test_silence_has_no_loudness() -> None:
    assert loudness.measure_lufs(np.zeros((2, 48_000), np.float32)) == -math.inf
    assert loudness.true_peak(np.zeros((2, 480), np.float32)) == 0.0
    assert loudness.true_peak(np.zeros((2, 0), np.float32)) == 0.0


def test_a_sound_under_400_ms_is_measured_with_silence_around_it() -> None:
    whole = loudness.measure_lufs(np.stack([sine(997.0, 0.4)] * 2))
    half = loudness.measure_lufs(np.stack([sine(997.0, 0.2)] * 2))
    assert half == pytest.approx(whole - 3.01, abs=0.1)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 60_000), min_size=1, max_size=12))
def test_loudness_does_not_depend_on_how_the_sound_is_fed(lengths: list[int]) -> None:
    sound = programme(seconds=4.0)
    meter, at = loudness.LoudnessMeter(), 0
    for length in lengths:
        meter.feed(sound[:, at : at + length])
        at = min(at + length, sound.shape[1])
    meter.feed(sound[:, at:])
    assert meter.integrated_lufs() == pytest.approx(loudness.measure_lufs(sound), abs=1e-9)


def test_true_peak_sees_between_the_samples() -> None:
    quarter = np.stack([sine(12_000.0, 0.5, 0.5, math.pi / 4)] * 2)[:, 2000:-2000]
    assert np.abs(quarter).max() == pytest.approx(0.5 * math.sin(math.pi / 4), abs=1e-4)
    middle = loudness.oversampled(quarter)[:, 500:-500]
    assert loudness.dbtp(float(middle.max())) == pytest.approx(20 * math.log10(0.5), abs=0.1)


@pytest.mark.real
def test_ffmpeg_measures_the_same(tmp_path: Path) -> None:
    if not shutil.which("ffmpeg"):
        pytest.skip("ffmpeg is not installed")
    sound = programme()
    soundfile.write(tmp_path / "programme.wav", sound.T, SAMPLE_RATE, subtype="FLOAT")
    command = [
        "ffmpeg",
        "-hide_banner",
        "-i",
        str(tmp_path / "programme.wav"),
        "-af",
        "ebur128=peak=true",
        "-f",
        "null",
        "-",
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    integrated = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", told)[-1])
    peak = float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", told)[-1])
    assert loudness.measure_lufs(sound) == pytest.approx(integrated, abs=0.1)
    assert loudness.dbtp(loudness.true_peak(sound)) == pytest.approx(peak, abs=0.2)
