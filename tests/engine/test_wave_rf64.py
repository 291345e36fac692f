"""A file above 4 GiB is RF64, and two readers that are not ours find its length, its stamp and its last samples."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from fractions import Fraction
from os import SEEK_CUR
from pathlib import Path

import numpy as np
import pytest
import soundfile
import wavinfo

from engine.media.wave import Broadcast, Depth, WaveWriter
from engine.types import Samples

FOUR_GIB = 2**32
ABOUT = Broadcast(
    time_reference_samples=2**33 + 12_345, project="Reel 1", timecode_rate=Fraction(60000, 1001), drop_frame=True
)


def tone(samples: int) -> Samples:
    return (0.5 * np.sin(np.arange(2 * samples).reshape(2, samples) / 9)).astype(np.float32)


def write_long(path: Path, depth: Depth, data_bytes: int) -> int:
    """A tone at both ends and, between them, a hole that takes no disk and reads as silence; the count of samples."""
    frame_bytes, end = 2 * depth.sample_bytes, tone(1000)
    hole = data_bytes // frame_bytes - 2000
    with WaveWriter(path, 2, depth, ABOUT) as writer:
        writer.write(end)
        writer._aside.file.seek(hole * frame_bytes, SEEK_CUR)
        writer.samples_written += hole
        writer.write(end)
    return hole + 2000


@pytest.mark.parametrize("depth", Depth)
@pytest.mark.parametrize("data_bytes", [FOUR_GIB - 12_000, FOUR_GIB, FOUR_GIB + 123_456, 3 * FOUR_GIB])
def test_the_whole_length_is_read_by_two_others(tmp_path: Path, depth: Depth, data_bytes: int) -> None:
    path = tmp_path / "long.wav"
    samples = write_long(path, depth, data_bytes)
    is_long = path.stat().st_size - 8 > FOUR_GIB - 1
    facts = soundfile.info(path)
    assert (facts.frames, facts.format == "RF64") == (samples, is_long)
    last, _ = soundfile.read(path, start=samples - 1000, dtype="float32")
    first, _ = soundfile.read(path, stop=1000, dtype="float32")
    assert max(np.abs(last - tone(1000).T).max(), np.abs(first - tone(1000).T).max()) <= 2**-14
    middle, _ = soundfile.read(path, start=samples // 2, frames=1000, dtype="float32")
    assert not middle.any()
    info = wavinfo.WavInfoReader(str(path))
    assert (info.data.frame_count, info.bext.time_reference) == (samples, 2**33 + 12_345)
    speed = {element.tag: element.text for element in info.ixml.parsed.find("SPEED")}
    assert (speed["TIMECODE_RATE"], speed["TIMECODE_FLAG"]) == ("60000/1001", "DF")


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
def test_ffprobe_reads_a_long_one(tmp_path: Path) -> None:
    samples = write_long(tmp_path / "long.wav", Depth.INT24, FOUR_GIB + 600)
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", str(tmp_path / "long.wav")]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    assert found["streams"][0]["duration_ts"] == samples
    assert found["format"]["tags"]["time_reference"] == str(2**33 + 12_345)


def test_the_sizes_have_64_bits_and_the_others_say_so(tmp_path: Path) -> None:
    samples = write_long(tmp_path / "long.wav", Depth.INT16, FOUR_GIB)
    with (tmp_path / "long.wav").open("rb") as file:
        raw = file.read(20_000)
    assert (raw[:4], raw[4:8], raw[8:16]) == (b"RF64", b"\xff" * 4, b"WAVEds64")
    assert struct.unpack_from("<IQQQI", raw, 16) == (
        28, (tmp_path / "long.wav").stat().st_size - 8, FOUR_GIB, samples, 0,
    )  # fmt: skip
    assert raw[raw.index(b"data") :][4:8] == b"\xff" * 4
