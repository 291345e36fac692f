"""A stem's stamp is the real count of samples since midnight at the timeline's exact rate, whatever its timecode."""

from __future__ import annotations

import json
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import wavinfo

from engine.media.wave import Broadcast, WaveWriter
from engine.types import Shot
from plugin.timeline.cut import Cut
from plugin.timeline.read import read_timeline
from plugin.timeline.stem_span import StemSpan, stem_span
from tests.plugin.timelines import clip, save, timeline, track

# Rate as the file writes it, the exact one as n/d, drop-frame, start timecode in frames, samples of that start.
TABLE = [
    (23.976, 24000, 1001, False, 86_400, 172_972_800),
    (23.98, 24000, 1001, False, 86_400, 172_972_800),
    (24000 / 1001, 24000, 1001, False, 86_400, 172_972_800),
    (24.0, 24, 1, False, 86_400, 172_800_000),
    (25.0, 25, 1, False, 90_000, 172_800_000),
    (29.97, 30000, 1001, False, 108_000, 172_972_800),
    (29.97, 30000, 1001, True, 107_892, 172_799_827),
    (30.0, 30, 1, False, 108_000, 172_800_000),
    (47.952, 48000, 1001, False, 172_800, 172_972_800),
    (48.0, 48, 1, False, 172_800, 172_800_000),
    (50.0, 50, 1, False, 180_000, 172_800_000),
    (59.94, 60000, 1001, False, 216_000, 172_972_800),
    (59.94, 60000, 1001, True, 215_784, 172_799_827),
    (60.0, 60, 1, False, 216_000, 172_800_000),
    (119.88, 120000, 1001, False, 432_000, 172_972_800),
    (119.88, 120000, 1001, True, 431_568, 172_799_827),
    (120.0, 120, 1, False, 432_000, 172_800_000),
]
HEAD, SHOT, FRAMES = 5, 1007, 24


def samples_of(frames: int, numerator: int, denominator: int) -> int:
    """The nearest sample, halves up, in whole numbers alone."""
    return (2 * 48_000 * frames * denominator + numerator) // (2 * numerator)


def stamped(folder: Path, rate: float, start: int, drop: bool) -> tuple[Cut, StemSpan, Path]:
    root = timeline(track(clip("a", 5000, rate=rate)), start=start, rate=rate)
    root.metadata["displayFormat"] = "DF" if drop else "NDF"
    cut = read_timeline(save(root, folder / "cut.otio"))
    shot = Shot("a", None, Fraction(0), FRAMES / cut.rate, SHOT / cut.rate)
    span, path = stem_span(shot, cut.rate, HEAD, start=cut.start), folder / "stem.wav"
    about = Broadcast(
        span.time_reference_samples(cut.start), timecode_rate=cut.rate, drop_frame=cut.drop_frame, take="2",
        track_names=("action L", "action R"),
    )  # fmt: skip
    with WaveWriter(path, 2, about=about) as writer:
        writer.write(np.zeros((2, span.sample_count), np.float32))
    return cut, span, path


@pytest.mark.parametrize(("rate", "numerator", "denominator", "drop", "start", "start_samples"), TABLE)
def test_every_rate_has_its_stamp(
    tmp_path: Path, rate: float, numerator: int, denominator: int, drop: bool, start: int, start_samples: int
) -> None:
    assert samples_of(start, numerator, denominator) == start_samples
    cut, span, path = stamped(tmp_path, rate, start, drop)
    wanted = samples_of(start + SHOT - HEAD, numerator, denominator)
    info = wavinfo.WavInfoReader(str(path))
    speed = {element.tag: element.text for element in info.ixml.parsed.find("SPEED")}
    low, high = (int(speed[f"TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_{part}"]) for part in ("LO", "HI"))
    assert (info.bext.time_reference, (high << 32) + low) == (wanted, wanted)
    assert speed["TIMECODE_RATE"] == speed["MASTER_SPEED"] == f"{numerator}/{denominator}"
    assert (speed["TIMECODE_FLAG"], speed["TIMESTAMP_SAMPLE_RATE"]) == ("DF" if drop else "NDF", "48000")
    assert info.ixml.take == "2"
    first, last = (samples_of(SHOT + frames, numerator, denominator) for frames in (-HEAD, FRAMES + HEAD))
    assert info.data.frame_count == last - first
    assert (cut.rate, cut.drop_frame, span.head_frames) == (Fraction(numerator, denominator), drop, HEAD)


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
@pytest.mark.parametrize(
    ("rate", "start", "drop"), [(29.97, 107_892, True), (119.88, 432_000, False), (25.0, 2_160_000, False)]
)
def test_ffprobe_finds_the_same(tmp_path: Path, rate: float, start: int, drop: bool) -> None:
    cut, _, path = stamped(tmp_path, rate, start, drop)
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_format", str(path)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    wanted = samples_of(start + SHOT - HEAD, cut.rate.numerator, cut.rate.denominator)
    assert found["format"]["tags"]["time_reference"] == str(wanted)


@pytest.mark.parametrize(("rate", "numerator", "denominator", "drop", "start", "start_samples"), TABLE)
@pytest.mark.parametrize("head", [0, HEAD])
def test_a_clip_that_says_no_range_of_its_file_counts_from_the_stamp(
    tmp_path: Path, rate: float, numerator: int, denominator: int, drop: bool, start: int, start_samples: int, head: int
) -> None:
    """As edit decision lists leave it: the stamp, a whole sample, is at most half of one beside its frame."""
    cut, _, path = stamped(tmp_path, rate, start, drop)
    first = start + SHOT - HEAD + head
    sound = track(clip("stem", FRAMES, start=first, rate=rate, url=path.as_uri()), kind="Audio")
    found = read_timeline(save(timeline(sound, start=start, rate=rate), tmp_path / "sound.otio")).clips[0]
    assert found.source_start >= 0
    assert abs(found.source_start - head / cut.rate) <= Fraction(1, 96_000)
