"""What melt makes heard and seen of a file."""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

TRIES, SECONDS_A_TRY = 8, 12  # MLT 7.12 hangs at its start now and then
needs_melt = pytest.mark.skipif(shutil.which("melt") is None, reason="melt is not installed")
BITS = 8
SMALLEST_BYTES = 1000  # it ends well now and then with nothing written


def heard(document: Path, folder: Path, frames: int) -> list[int]:
    """Samples at which clicks begin in the sound that melt renders."""
    sound = soundfile.read(rendered_sound(document, folder / "heard.wav", frames), always_2d=True)[0]
    loud = np.flatnonzero(np.abs(sound).max(axis=1) > 0.3)
    return [int(sample) for index, sample in enumerate(loud) if index == 0 or sample - loud[index - 1] > 48]


def rendered_sound(document: Path, wave: Path, frames: int) -> Path:
    """What melt renders, as a stereo WAV of 16 bits."""
    return _melted(document, wave, frames, "acodec=pcm_s16le", "vn=1", "ar=48000", "ac=2")


def seen(document: Path, folder: Path, frames: int) -> list[int]:
    """Numbers of the pictures that melt renders, as `numbered_film` paints them; 0 for black."""
    rendered = _melted(document, folder / "seen.mkv", frames, "vcodec=ffv1", "pix_fmt=yuv420p", "an=1")
    with av.open(str(rendered)) as container:
        return [_number(frame) for frame in container.decode(video=0)]


def numbered_film(path: Path, frames: int, rate: Fraction | int = 24) -> Path:
    """A small film whose every picture shows its number, from 1, in eight black or white columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("ffv1", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for number in range(1, frames + 1):
            columns = np.array([255 * (number >> bit & 1) for bit in range(BITS)], np.uint8)
            picture = np.tile(np.repeat(columns, 64 // BITS)[None, :, None], (36, 1, 3))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def _number(frame: av.VideoFrame) -> int:
    shades = frame.to_ndarray(format="rgb24")[frame.height // 2, :, 0]
    step = frame.width // BITS
    return sum(int(shades[step * bit + step // 2] > 128) << bit for bit in range(BITS))


def _melted(document: Path, rendered: Path, frames: int, *settings: str) -> Path:
    command = ["melt", f"xml:{document}", f"out={frames - 1}", "-consumer", f"avformat:{rendered}", *settings]
    for attempt in range(TRIES):
        rendered.unlink(missing_ok=True)
        try:
            subprocess.run(
                [*command, "real_time=-1"], stdin=subprocess.DEVNULL, capture_output=True, check=True,
                timeout=SECONDS_A_TRY,
            )  # fmt: skip
            if rendered.exists() and rendered.stat().st_size > SMALLEST_BYTES:
                return rendered
        except subprocess.TimeoutExpired:
            if attempt == TRIES - 1:
                raise
    raise AssertionError(f"melt wrote nothing of {document} in {TRIES} tries")
