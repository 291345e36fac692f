"""What a Broadcast WAV says of itself and how it sounds, read by programs that are not ours, above 4 GiB as well."""

from __future__ import annotations

import json
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engine.media import wave
from engine.media.wave import Broadcast, Depth, WaveWriter
from tests.engine.test_wave_rf64 import FOUR_GIB, write_long

pytestmark = pytest.mark.real
NTSC = [Fraction(nominal * 1000, 1001) for nominal in (24, 30, 48, 60, 120)]
RATES = [(rate, False) for rate in [*NTSC, *map(Fraction, (24, 25, 30, 48, 50, 60, 120))]]
RATES += [(rate, True) for rate in NTSC if round(rate) in (30, 60, 120)]
PLACE = 2**33 + 12_345  # samples since midnight, beyond 32 bits
SAMPLES = 4801


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def output(*command: str) -> bytes:
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def about(rate: Fraction = Fraction(24), drop_frame: bool = False) -> Broadcast:
    return Broadcast(
        time_reference_samples=PLACE,
        description="Foley action, steps on gravel",
        reference="FL0001",
        date="2024-02-29",
        time="12:30:00",
        loudness_lufs=-23.04,
        true_peak_dbtp=-1.5,
        project="Reel 1 <draft> & more",
        scene="3a",
        take="take 2",
        note="夜雨 walks",
        track_names=("action L", "action R"),
        timecode_rate=rate,
        drop_frame=drop_frame,
    )


def written(path: Path, said: Broadcast, depth: Depth = Depth.INT24) -> Path:
    sound = np.random.default_rng(7).uniform(-0.9, 0.9, (2, SAMPLES)).astype(np.float32)
    with WaveWriter(path, 2, depth, said) as writer:
        writer.write(sound)
    return path


@pytest.fixture(params=["RIFF", "RF64"])
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both kinds of file; the limit is lowered so that a small one becomes the long kind."""
    if request.param == "RF64":
        monkeypatch.setattr(wave, "RIFF_LIMIT_BYTES", 10_000)
    return str(request.param)


@needs("exiftool")
@pytest.mark.parametrize(("rate", "drop_frame"), RATES)
def test_exiftool_reads_rate_and_flag(tmp_path: Path, rate: Fraction, drop_frame: bool) -> None:
    path = written(tmp_path / "a.wav", about(rate, drop_frame))
    (said,) = json.loads(output("exiftool", "-j", "-n", "-XML:all", str(path)))
    for name in ("MasterSpeed", "CurrentSpeed", "TimecodeRate"):
        assert said[f"BwfxmlSpeed{name}"] == pytest.approx(float(rate), abs=1e-9)
    assert said["BwfxmlSpeedTimecodeFlag"] == ("DF" if drop_frame else "NDF")


@needs("exiftool")
@pytest.mark.parametrize("depth", Depth)
def test_exiftool_reads_all_that_is_said(tmp_path: Path, form: str, depth: Depth) -> None:
    path = written(tmp_path / "a.wav", about(), depth)
    assert path.read_bytes()[:4] == form.encode()
    (said,) = json.loads(output("exiftool", "-j", "-n", str(path)))
    assert said["TimeReference"] == PLACE
    assert (said["Description"], said["Originator"]) == ("Foley action, steps on gravel", "Foleyline")
    assert (said["OriginatorReference"], said["DateTimeOriginal"]) == ("FL0001", "2024:02:29 12:30:00")
    assert said["BWFVersion"] == 2
    xml = {name.removeprefix("Bwfxml"): value for name, value in said.items() if name.startswith("Bwfxml")}
    assert (xml["Project"], xml["Scene"], xml["Take"]) == ("Reel 1 <draft> & more", "3a", "take 2")
    assert xml["Note"] == "夜雨 walks"
    assert (xml["SpeedFileSampleRate"], xml["SpeedAudioBitDepth"]) == (48_000, 8 * depth.sample_bytes)
    stamp = [int(xml[f"SpeedTimestampSamplesSinceMidnight{half}"]) for half in ("Hi", "Lo")]
    copied = [int(xml[f"BextBwfTimeReference{half}"]) for half in ("High", "Low")]
    assert stamp == copied == list(divmod(PLACE, 2**32))
    names = output("exiftool", "-a", "-s3", "-XML:BwfxmlTrackListTrackName", str(path)).decode().split("\n")
    assert names[:2] == ["action L", "action R"]


@needs("mediainfo")
@pytest.mark.parametrize("depth", Depth)
def test_mediainfo_reads_the_place_and_the_loudness(tmp_path: Path, form: str, depth: Depth) -> None:
    path = written(tmp_path / "a.wav", about(), depth)
    general, sound = json.loads(output("mediainfo", "--Output=JSON", str(path)))["media"]["track"]
    assert Fraction(sound["Delay"]) * 48_000 == pytest.approx(PLACE, abs=1e-3)
    assert (sound["Delay_Source"], sound["SamplingCount"]) == ("Container (bext)", str(SAMPLES))
    assert (sound["BitDepth"], sound["Channels"]) == (str(8 * depth.sample_bytes), "2")
    assert (general["Producer"], general["Encoded_Date"]) == ("Foleyline", "2024-02-29 12:30:00")
    assert (general["Description"], general["extra"]["bext_Version"]) == ("Foley action, steps on gravel", "2")
    assert (sound["extra"]["LoudnessValue"], sound["extra"]["MaxTruePeakLevel"]) == ("-23.04", "-1.50")


@needs("sndfile-metadata-get")
def test_libsndfile_reads_the_broadcast_chunk(tmp_path: Path, form: str) -> None:
    said = output("sndfile-metadata-get", "--all", str(written(tmp_path / "a.wav", about()))).decode()
    found = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
    lines = {name.strip(): value.strip() for name, value in found.items()}
    assert (lines["Description"], lines["Originator"]) == ("Foley action, steps on gravel", "Foleyline")
    assert (lines["Origination date"], lines["Origination time"]) == ("2024-02-29", "12:30:00")
    assert (lines["Loudness value"], lines["Max. true peak level"]) == ("-23.04", "-1.50")
    assert lines["Coding history"] == "A=PCM,F=48000,W=24,M=stereo,T=Foleyline"


@needs("sox")
@pytest.mark.parametrize(("depth", "kind"), [(Depth.INT16, "s16"), (Depth.INT24, "s24")])
def test_sox_reads_every_sample(tmp_path: Path, form: str, depth: Depth, kind: str) -> None:
    path = written(tmp_path / "a.wav", about(), depth)
    raw = output("sox", "-D", str(path), "-L", "-t", kind, "-")
    assert len(raw) == SAMPLES * 2 * depth.sample_bytes
    assert path.read_bytes().endswith(raw)


@needs("exiftool")
@needs("mediainfo")
def test_above_4_gib_the_place_and_the_words_are_there(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    samples = write_long(path, Depth.INT24, FOUR_GIB + 600)
    (said,) = json.loads(output("exiftool", "-j", "-n", "-api", "LargeFileSupport=1", str(path)))
    assert (said["TimeReference"], said["BwfxmlProject"]) == (PLACE, "Reel 1")
    assert said["BwfxmlSpeedTimecodeRate"] == pytest.approx(60_000 / 1001, abs=1e-9)
    _, sound = json.loads(output("mediainfo", "--Output=JSON", str(path)))["media"]["track"]
    assert sound["SamplingCount"] == str(samples)
    assert Fraction(sound["Delay"]) * 48_000 == pytest.approx(PLACE, abs=1e-3)
