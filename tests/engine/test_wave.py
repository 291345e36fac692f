"""Broadcast WAV: exact, the same bytes however written, readable by others, whole or not there at all."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
import wavinfo
from hypothesis import given
from hypothesis import strategies as st

from engine.media import wave
from engine.media.dither import GRID, Dither, quantize
from engine.media.wave import Broadcast, Depth, WaveWriter, read_wave
from engine.types import MediaError, MissingMediaError, OutputError, Samples

ROOT = Path(__file__).resolve().parents[2]
ABOUT = Broadcast(
    time_reference_samples=172_800_000 + 2**33,
    description="Foley action, steps on gravel",
    reference="FL0001",
    date="2024-02-29",
    time="12:30:00",
    loudness_lufs=-23.04,
    true_peak_dbtp=-1.5,
    project="Reel 1 <draft> & more",
    scene="3",
    take="2",
    note="夜雨\x07 walks",
    track_names=("action L", "action R"),
    timecode_rate=Fraction(30000, 1001),
    drop_frame=True,
)


def noise(samples: int, channels: int = 2) -> Samples:
    return np.random.default_rng(7).uniform(-0.9, 0.9, (channels, samples)).astype(np.float32)


def write(path: Path, blocks: list[Samples], depth: Depth = Depth.INT16, channels: int = 2, seed: int = 5) -> Path:
    with WaveWriter(path, channels, depth, ABOUT, seed=seed) as writer:
        for block in blocks:
            writer.write(block)
    return path


@pytest.mark.parametrize(
    ("depth", "subtype", "lsb"),
    [(Depth.INT16, "PCM_16", 2.0**-15), (Depth.INT24, "PCM_24", 2.0**-23), (Depth.FLOAT32, "FLOAT", 0.0)],
)
@pytest.mark.parametrize("channels", [1, 2, 4])
@pytest.mark.parametrize("samples", [0, 1, 12_347, GRID + 1])
def test_what_is_written_is_read(
    tmp_path: Path, depth: Depth, subtype: str, lsb: float, channels: int, samples: int
) -> None:
    sound = noise(samples, channels)
    path = write(tmp_path / "a.wav", [sound], depth, channels)
    info = soundfile.info(path)
    assert (info.frames, info.channels, info.samplerate, info.subtype) == (samples, channels, 48000, subtype)
    assert info.format in ("WAV", "WAVEX")
    read, rate_hz = read_wave(path)
    assert rate_hz == 48000
    assert read.shape == sound.shape
    assert samples == 0 or np.abs(read - sound).max() <= 1.5 * lsb
    assert path.stat().st_size % 2 == 0


def test_two_other_readers_find_what_it_says_about_itself(tmp_path: Path) -> None:
    info = wavinfo.WavInfoReader(str(write(tmp_path / "a.wav", [noise(4801)])))
    assert info.data.frame_count == 4801
    bext = info.bext
    assert bext.time_reference == 172_800_000 + 2**33
    assert (bext.description, bext.originator, bext.originator_ref) == (ABOUT.description, "Foleyline", "FL0001")
    assert (bext.originator_date, bext.originator_time, bext.version) == ("2024-02-29", "12:30:00", 2)
    assert (bext.loudness_value, bext.max_true_peak) == (-23.04, -1.5)
    assert "F=48000,W=16,M=stereo" in bext.coding_history
    assert (info.ixml.project, info.ixml.scene, info.ixml.take) == ("Reel 1 <draft> & more", "3", "2")
    assert [track.name for track in info.ixml.track_list] == ["action L", "action R"]
    speed = {element.tag: element.text for element in info.ixml.parsed.find("SPEED")}
    assert (speed["TIMECODE_RATE"], speed["TIMECODE_FLAG"]) == ("30000/1001", "DF")
    stamp = (int(speed["TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI"]) << 32) + int(
        speed["TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO"]
    )
    assert stamp == ABOUT.time_reference_samples
    assert info.ixml.parsed.findtext("NOTE") == "夜雨 walks"


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
@pytest.mark.parametrize("depth", list(Depth))
def test_ffprobe_reads_it(tmp_path: Path, depth: Depth) -> None:
    path = write(tmp_path / "a.wav", [noise(48_001)], depth)
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", str(path)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    assert found["streams"][0]["duration_ts"] == 48_001
    assert found["format"]["tags"]["time_reference"] == str(ABOUT.time_reference_samples)


@given(
    cuts=st.lists(st.integers(0, 2 * GRID + 99), max_size=6),
    depth=st.sampled_from([Depth.INT16, Depth.INT24]),
)
def test_the_same_bytes_however_it_is_cut(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], depth: Depth
) -> None:
    folder = tmp_path_factory.mktemp("cuts")
    sound = noise(2 * GRID + 99)
    whole = write(folder / "whole.wav", [sound], depth)
    pieces = write(folder / "pieces.wav", np.split(sound, sorted(cuts), axis=1), depth)
    assert whole.read_bytes() == pieces.read_bytes()


def test_the_seed_changes_the_dither_and_nothing_else(tmp_path: Path) -> None:
    first, second = (write(tmp_path / f"{seed}.wav", [noise(9999)], seed=seed) for seed in (1, 2))
    difference = soundfile.read(first, dtype="int16")[0].astype(int) - soundfile.read(second, dtype="int16")[0]
    assert first.stat().st_size == second.stat().st_size
    assert 0 < np.abs(difference).max() <= 2


def test_dither_is_triangular_and_two_lsb_wide() -> None:
    drawn = Dither(2, seed=3).at(0, GRID)
    assert -1 < drawn.min() < -0.99
    assert 0.99 < drawn.max() < 1
    assert abs(drawn.mean()) < 0.01
    assert drawn.var() == pytest.approx(1 / 6, rel=0.02)
    assert abs(np.dot(drawn[0], drawn[1])) / GRID < 0.004
    density = np.histogram(drawn, bins=4, range=(-1, 1))[0] / drawn.size
    assert density == pytest.approx([1 / 8, 3 / 8, 3 / 8, 1 / 8], abs=0.01)


def test_dither_of_a_place_is_always_the_same() -> None:
    once = Dither(2, seed=3)
    far = once.at(5 * GRID + 17, 40)
    once.at(0, 10)
    assert np.array_equal(once.at(5 * GRID + 17, 40), far)
    assert np.array_equal(Dither(1, seed=3).at(5 * GRID + 17, 40)[0], far[0])
    # Words of Philox 4x64-10 for this key and place: a change here changes every stem ever made again.
    assert np.round(Dither(1, seed=1).at(0, 3)[0], 9).tolist() == [-0.154966378, 0.119246234, -0.308801311]


def test_dither_keeps_a_tone_below_one_lsb(tmp_path: Path) -> None:
    tone = (0.4 * 2.0**-15 * np.sin(2 * np.pi * 1000 * np.arange(1, 48_001) / 48_000)).astype(np.float32)
    read, _ = read_wave(write(tmp_path / "a.wav", [tone[None]], channels=1))
    level = 2 * np.dot(read[0], np.sin(2 * np.pi * 1000 * np.arange(1, 48_001) / 48_000)) / 48_000
    assert level == pytest.approx(0.4 * 2.0**-15, rel=0.05)


def test_silence_stays_silent(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", [np.zeros((2, 5000), np.float32)])
    assert not soundfile.read(path, dtype="int16")[0].any()


def test_what_is_too_loud_is_clipped_and_counted(tmp_path: Path) -> None:
    with WaveWriter(tmp_path / "a.wav", 1) as writer:
        writer.write(np.array([[2.0, -2.0, 0.5, 1.0]], np.float32))
        assert writer.clipped_samples >= 2
    numbers = soundfile.read(tmp_path / "a.wav", dtype="int16")[0]
    assert numbers[:2].tolist() == [32767, -32768]
    assert numbers[3] >= 32766


def test_quantize_rounds_to_the_nearest() -> None:
    block = np.array([[0.5, 1.5, -0.5, -1.5, 2.4]], np.float32) / np.float32(32768)
    assert quantize(block, np.zeros((1, 5)), 16)[0].tolist() == [[1, 2, 0, -1, 2]]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_sound_that_is_no_number_is_refused_and_nothing_stays(tmp_path: Path, bad: float) -> None:
    with pytest.raises(MediaError, match="not finite"):
        write(tmp_path / "a.wav", [noise(10), np.full((2, 10), bad, np.float32)])
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_number_of_channels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2 channels"):
        write(tmp_path / "a.wav", [noise(10, channels=3)])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("depth", list(Depth))
def test_beyond_the_limit_it_becomes_rf64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: Depth) -> None:
    sound = noise(5001)
    plain = write(tmp_path / "plain.wav", [sound], depth)
    monkeypatch.setattr(wave, "RIFF_LIMIT_BYTES", 10_000)
    path = write(tmp_path / "long.wav", [sound], depth)
    raw = path.read_bytes()
    assert (raw[:4], raw[12:16], len(raw)) == (b"RF64", b"ds64", plain.stat().st_size)
    riff_bytes, data_bytes, samples = struct.unpack_from("<QQQ", raw, 20)
    assert (riff_bytes, data_bytes, samples) == (len(raw) - 8, 5001 * 2 * depth.sample_bytes, 5001)
    assert soundfile.info(path).format == "RF64"
    assert np.array_equal(read_wave(path)[0], read_wave(plain)[0])
    assert wavinfo.WavInfoReader(str(path)).bext.time_reference == ABOUT.time_reference_samples


def test_the_name_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    with WaveWriter(tmp_path / "a.wav") as writer:
        writer.write(noise(100))
        assert not (tmp_path / "a.wav").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"mine")
    with pytest.raises(OutputError, match="never overwritten"):
        write(tmp_path / "a.wav", [noise(10)])
    assert (tmp_path / "a.wav").read_bytes() == b"mine"
    late = WaveWriter(tmp_path / "b.wav")
    (tmp_path / "b.wav").write_bytes(b"mine")
    with pytest.raises(OutputError, match="never overwritten"):
        late.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav", "b.wav"]
    assert (tmp_path / "b.wav").read_bytes() == b"mine"


def test_a_folder_that_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="could not be written"):
        WaveWriter(tmp_path / "none" / "a.wav")


FULL_DISK = """
import resource, sys
from pathlib import Path
import numpy as np
from engine.media.wave import WaveWriter
from engine.types import OutputError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    with WaveWriter(Path(sys.argv[1])) as writer:
        for _ in range(int(sys.argv[3])):
            writer.write(np.full((2, 4800), 0.5, np.float32))
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a POSIX matter")
@pytest.mark.parametrize(("limit", "blocks"), [(100, 1), (100_000, 50), (19_000, 1)])
def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path, limit: int, blocks: int) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "a.wav"), str(limit), str(blocks)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    assert "a.wav could not be written" in done.stdout, done.stderr
    assert "free space" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(MissingMediaError, match="no sound file"):
        read_wave(tmp_path / "none.wav")
    (tmp_path / "a.wav").write_bytes(b"RIFFnothing")
    with pytest.raises(MediaError, match="cannot be read"):
        read_wave(tmp_path / "a.wav")
