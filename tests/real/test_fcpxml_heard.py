"""Bladeworks, which renders Final Cut Pro XML as Final Cut Pro does, plays each click of the stems in its sample."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from engine.types import Layer
from plugin.interchange import fcpxml
from plugin.interchange.reel import Reel
from tests.plugin.interchange.clicking import NAME, RATES, clicking_reel
from tests.plugin.timelines import clip, gap, span, timeline, track
from tests.real.counting import Rate
from tests.real.foley_tracks import clicks
from tests.real.good_cut import PICTURES, SOME_RATES, good_reel, stems

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        importlib.util.find_spec("bladeworks") is None, reason="Bladeworks is not installed (pip install --no-deps)"
    ),
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed"),
]
SECONDS = 60


def played(document: Path) -> tuple[list[int], Any]:
    """The samples at which its sound clicks, and what was read of it."""
    wave = document.with_suffix(".heard.wav")
    command = [sys.executable, str(Path(__file__).with_name("in_bladeworks.py")), str(document), str(wave)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    assert soundfile.info(wave).samplerate == 48_000
    return clicks(wave), json.loads(done.stdout)


def check_heard(reel: Reel, folder: Path, hits: list[int]) -> Any:
    fcpxml.write(reel, folder / "cut.fcpxml")
    found, read = played(folder / "cut.fcpxml")
    assert len(found) == len(hits)
    assert np.abs(np.array(found) - np.array(hits)).max() <= 1
    return read


@pytest.mark.parametrize("rate", RATES)
def test_every_click_of_three_tracks_lands_within_a_sample(tmp_path: Path, rate: Fraction) -> None:
    folder = tmp_path / NAME
    folder.mkdir()
    reel, hits = clicking_reel(folder, rate, 3600 * round(rate))
    check_heard(reel, folder, hits)


@SOME_RATES
@pytest.mark.parametrize("only", [False, True])
def test_a_cut_with_everything_sounds_in_its_roles(tmp_path: Path, rate: Rate, only: bool) -> None:
    reel, hits = good_reel(tmp_path, rate, stems_only=only)
    read = check_heard(reel, tmp_path, hits)
    expected = [[name, f"effects.{layer}"] for layer in Layer for name, *_ in stems(layer, rate)]
    assert sorted(read["sounds"]) == sorted(expected)
    exact = Fraction(*rate.pair)
    pictures = [
        (name, *(Fraction(time) * exact for time in times), enabled) for name, *times, enabled in read["pictures"]
    ]
    assert pictures == ([] if only else [(*placed, placed[0] != "off") for placed in PICTURES])


def test_the_editors_own_sound_is_heard_backwards_too_and_not_when_it_is_off(tmp_path: Path) -> None:
    sound = np.zeros((48_000 * 4, 2), np.float32)
    sound[::12_000] = 0.9
    soundfile.write(tmp_path / "own.wav", sound, 48_000, subtype="PCM_16")
    url, whole = str(tmp_path / "own.wav"), span(0, 96)
    back = clip("back", 20, start=40, url=url, available=whole, speed=-1)
    voice = track(gap(12), clip("own", 12, start=24, url=url, available=whole), gap(26), back, kind="Audio")
    off = track(clip("off", 96, url=url, available=whole, enabled=False), kind="Audio")
    reel, hits = clicking_reel(tmp_path, Fraction(24), 86_400, cut=timeline(voice, off))
    check_heard(reel, tmp_path, sorted([*hits, 24_000, 36_000, 112_000, 124_000, 136_000]))
