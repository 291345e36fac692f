"""The fades of stems are heard as they are asked for, and all else as without them, to the sample.

MLT sets a level for each frame and goes there in a straight line from that of the frame before. Final Cut Pro's fades
are of even power: quarters of a sine.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from plugin.interchange import fcpxml, kdenlive, mlt
from tests.plugin.interchange.faded_reels import CLICK, END, LEVEL, PLACES, click_at, faded_reel
from tests.real.melting import needs_melt, rendered_sound

pytestmark = pytest.mark.real
needs_bladeworks = pytest.mark.skipif(
    importlib.util.find_spec("bladeworks") is None or shutil.which("ffmpeg") is None,
    reason="Bladeworks or ffmpeg is not installed",
)
SECONDS = 60

NEAR_DB, QUIET = 0.5, 2e-3
STEP = 3 / 2**15  # dither, and the rounding of 16 bits
LEFT, RIGHT = 0, 1


def gains(writer: Any, frames: int) -> np.ndarray:
    """Of a fade in at the ends of its frames, as the program sets them: the last is 1."""
    steps = np.arange(frames) / (frames - 1)
    return 10 ** (-60 * (1 - steps) / 20) if writer is mlt else steps


def levels_at(sound: np.ndarray, side: int, first_frame: int, frames: int, rate: Fraction) -> np.ndarray:
    """Levels at the last sample of each frame."""
    return np.array([sound[click_at(first_frame + frame + 1, rate) - 1, side] for frame in range(frames)]) / LEVEL


def check(found: np.ndarray, asked: np.ndarray) -> None:
    heard = asked > 10 * QUIET
    assert heard.sum() > 1
    assert np.abs(20 * np.log10(found[heard] / asked[heard])).max() < NEAR_DB
    assert np.abs(found - asked)[~heard].max(initial=0.0) < 10 * QUIET


def check_unchanged(sound: np.ndarray, side: int, first: int, last: int, click: int) -> None:
    """A steady stem is heard from one sample to another as its file has it, and its click where it belongs."""
    loud = np.flatnonzero(np.abs(sound[first:last]).max(axis=1) > (LEVEL + CLICK) / 2) + first
    assert len(loud) == 1 and abs(int(loud[0]) - click) <= 1
    rest = np.delete(sound[first:last], loud - first, axis=0)
    assert np.abs(rest[:, side] - LEVEL).max() <= STEP and np.abs(rest[:, 1 - side]).max() <= STEP


@needs_melt
@pytest.mark.parametrize("writer", [mlt, kdenlive])
@pytest.mark.parametrize(
    ("rate", "frames"), [(Fraction(24), 10), (Fraction(25), 15), (Fraction(30000, 1001), 8)], ids=str
)
def test_fades_are_heard_as_asked(tmp_path: Path, writer: Any, rate: Fraction, frames: int) -> None:
    suffix = ".mlt" if writer is mlt else ".kdenlive"
    writer.write(faded_reel(tmp_path, rate, frames=frames).reel, tmp_path / f"out{suffix}")
    sound = soundfile.read(rendered_sound(tmp_path / f"out{suffix}", tmp_path / "out.wav", END), always_2d=True)[0]
    rising, crossing = gains(writer, frames), np.arange(frames) / frames
    check_fades(sound, rate, (rising, rising[::-1]), (crossing, 1 - crossing))
    check_steady(sound, rate, frames)


@needs_bladeworks
@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001)], ids=str)
def test_fades_are_heard_in_a_renderer_of_final_cuts_files(tmp_path: Path, rate: Fraction) -> None:
    frames = 10
    fcpxml.write(faded_reel(tmp_path, rate, frames=frames, stems_only=False).reel, tmp_path / "out.fcpxml")
    program = Path(__file__).with_name("in_bladeworks.py")
    command = [sys.executable, str(program), str(tmp_path / "out.fcpxml"), str(tmp_path / "out.wav")]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    sound = soundfile.read(tmp_path / "out.wav", always_2d=True)[0]
    quarter = np.pi / 2 * np.arange(1, frames + 1) / frames
    rise, fall = np.sin(quarter), np.cos(quarter)
    check_fades(sound, rate, (rise, fall), (rise, fall))
    check_steady(sound, rate, frames)


Ways = tuple[np.ndarray, np.ndarray]  # in and out, at the end of each frame


def check_fades(sound: np.ndarray, rate: Fraction, edges: Ways, crossing: Ways) -> None:
    assert abs(len(sound) - click_at(END, rate)) <= 1
    frames = len(edges[0])
    check(levels_at(sound, LEFT, 24, frames, rate), edges[0])
    check(levels_at(sound, LEFT, 180, frames, rate), edges[0])
    check(levels_at(sound, RIGHT, 144 - frames, frames, rate), edges[1])
    check(levels_at(sound, LEFT, 216 - frames, frames, rate), edges[1])
    check(levels_at(sound, RIGHT, 96 - frames // 2, frames, rate), crossing[0])
    check(levels_at(sound, LEFT, 96 - frames // 2, frames, rate), crossing[1])


def check_steady(sound: np.ndarray, rate: Fraction, frames: int) -> None:
    """Outside of fades each stem is as in its file, and where there is none is silence."""
    lead, trail = frames // 2, frames - frames // 2
    steady = ((24 + frames, 60, LEFT), (60, 96 - lead, LEFT), (96 + trail, 144 - frames, RIGHT),
              (180 + frames, 216 - frames, LEFT))  # fmt: skip
    for (first, last, side), (begin, end, _) in zip(steady, PLACES, strict=True):
        click = click_at((begin + end) // 2, rate)
        check_unchanged(sound, side, click_at(first, rate), click_at(last, rate), click)
    for first, last in ((0, 24), (144, 180)):
        assert np.abs(sound[click_at(first, rate) : click_at(last, rate)]).max() <= STEP


@needs_melt
@pytest.mark.parametrize("writer", [mlt, kdenlive])
def test_without_fades_nothing_changes(tmp_path: Path, writer: Any) -> None:
    suffix, rate = ".mlt" if writer is mlt else ".kdenlive", Fraction(24)
    writer.write(faded_reel(tmp_path, rate, frames=0).reel, tmp_path / f"out{suffix}")
    sound = soundfile.read(rendered_sound(tmp_path / f"out{suffix}", tmp_path / "out.wav", END), always_2d=True)[0]
    for begin, end, scene in PLACES:
        first, last, click = (click_at(frame, rate) for frame in (begin, end, (begin + end) // 2))
        check_unchanged(sound, scene % 2, first, last, click)
