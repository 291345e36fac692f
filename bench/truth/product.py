"""The product, called from outside: a one-clip cut goes in, the written timeline leads to the stems."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import numpy as np
import opentimelineio as otio
import soundfile
from opentimelineio.opentime import RationalTime, TimeRange

from bench.truth.onsets import RATE_HZ
from bench.truth.scenes import Scene
from bench.truth.truth import Truth

TARGET = "-23"
_LAYERS = ("ambient", "action", "material")
_STANDARD = tuple(
    Fraction(rate) for rate in ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60")
)
_START_HOUR_S = 3600
_LONGEST_CONTACT_S = 1.5  # longer notes are slides and rolls


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the product made of a scene, cut to the record range; `sum` is the three stems added up."""

    stems: Mapping[str, Path]
    plan: tuple[float, ...] | None  # contacts of its score, seconds from the shot's start
    length_error: int  # samples that a file is longer or shorter than its timeline says, the worst of the three
    seconds: float  # wall time of the command
    targets_lufs: Mapping[str, float]  # of "ambient" and of "events" (action and material), as the product states them
    without: Mapping[tuple[str, str], Path]  # each stem, sounded again from the score without another layer's notes


def render(scene: Scene, truth: Truth, folder: Path, *, mute: bool = False) -> Rendered:
    """Run `foleyline stems` on the scene; RuntimeError with its words if it fails.

    With `mute` also once without each layer, for the leakage between stems.
    """
    shutil.rmtree(folder, ignore_errors=True)  # the product never overwrites: an old run's files would be read
    folder.mkdir(parents=True)
    cut, written, score = folder / "cut.otio", folder / "cut.foley.otio", folder / "score.json"
    write_cut(scene, truth, cut)
    begun = time.perf_counter()
    said = _command(cut, "--prompt", scene.prompt, "-o", str(written), "--score", str(score), "--loudness", TARGET)
    seconds = time.perf_counter() - begun
    stems, error = read_stems(written, folder)
    without = _without_layers(cut, score, folder) if mute else {}
    return Rendered(stems, planned(score), error, seconds, said["target_lufs"], without)


def _command(cut: Path, *more: str) -> dict[str, Any]:
    """What `foleyline stems --json` says at its end; RuntimeError with its words if it fails."""
    command = [sys.executable, "-m", "plugin.cli", "stems", str(cut), "--all", "--json", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _without_layers(cut: Path, score: Path, folder: Path) -> dict[tuple[str, str], Path]:
    """Each stem as it is when another layer's notes are taken out of the score."""
    found: dict[tuple[str, str], Path] = {}
    for other in _LAYERS:
        own = folder / f"without-{other}"
        own.mkdir()
        data = json.loads(score.read_text(encoding="utf-8"))
        for scene in data["scenes"]:
            scene["notes"] = [note for note in scene["notes"] if note["layer"] != other]
        (own / "score.json").write_text(json.dumps(data), encoding="utf-8")
        _command(cut, "--from-score", str(own / "score.json"), "-o", str(own / "cut.foley.otio"))
        stems, _ = read_stems(own / "cut.foley.otio", own)
        found |= {(stem, other): stems[stem] for stem in _LAYERS if stem != other}
    return found


def edit_rate(truth: Truth) -> Fraction:
    """The clip's rate, or the standard one that is nearest to it or to its double (15 frames a second)."""
    own = Fraction(truth.frame_rate)
    if own in _STANDARD:
        return own
    return min(_STANDARD, key=lambda rate: min(abs(rate - own), abs(rate - 2 * own)))


def write_cut(scene: Scene, truth: Truth, path: Path) -> None:
    """One picture track, one clip: the whole scene, from 01:00:00:00."""
    rate = edit_rate(truth)
    frames = int(Fraction(truth.duration_s).limit_denominator(100_000) * rate)
    whole = TimeRange(RationalTime(0, float(rate)), RationalTime(frames, float(rate)))
    media = otio.schema.ExternalReference(scene.video.resolve().as_uri(), whole)
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    track.append(otio.schema.Clip(scene.name, media, whole))
    hour = RationalTime(float(_START_HOUR_S * round(rate)), float(rate))  # 01:00:00:00, counted without drops
    timeline = otio.schema.Timeline("cut", global_start_time=hour)
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(path))


def read_stems(written: Path, folder: Path) -> tuple[dict[str, Path], int]:
    """(WAV files cut to the record range, worst length error in samples) of a timeline that the product has written."""
    timeline = otio.adapters.read_from_file(str(written))
    stems, errors = dict[str, Path](), [0]
    total: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None = None
    for layer in _LAYERS:
        (clip,) = [
            clip
            for track in timeline.tracks
            if track.name == f"Foley {layer.capitalize()}"
            for clip in track.find_clips()
        ]
        sound, error = _cut_to_record(clip, written.parent)
        errors.append(error)
        stems[layer] = folder / f"{layer}.wav"
        soundfile.write(stems[layer], sound, RATE_HZ, subtype="FLOAT")
        total = sound if total is None else total + sound
    stems["sum"] = folder / "sum.wav"
    soundfile.write(stems["sum"], total, RATE_HZ, subtype="FLOAT")
    return stems, max(errors, key=abs)


def _cut_to_record(
    clip: otio.schema.Clip, folder: Path
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], int]:
    """`[sample, channel]` without the handles, and by how many samples the file differs from its stated range."""
    path = Path(unquote(urlparse(clip.media_reference.target_url).path))
    stated = clip.media_reference.available_range
    sound, rate = soundfile.read(path if path.is_absolute() else folder / path, dtype="float64", always_2d=True)
    if rate != RATE_HZ:
        raise ValueError(f"{path}: a stem at {rate} Hz; stems are at {RATE_HZ} Hz")
    first = _samples(clip.source_range.start_time - stated.start_time)
    length = _samples(clip.source_range.duration)
    return sound[first : first + length], len(sound) - _samples(stated.duration)


def _samples(time_of: RationalTime) -> int:
    rate = Fraction(time_of.rate).limit_denominator(1001)
    return round(Fraction(time_of.value) / rate * RATE_HZ)


def planned(score: Path) -> tuple[float, ...]:
    """Times of the score's contacts: one an event, whatever number of notes it has; slides and beds left out."""
    first: dict[str, float] = {}
    for scene in json.loads(score.read_text(encoding="utf-8"))["scenes"]:
        for note in scene["notes"]:
            if note["layer"] != "ambient" and note["duration_s"] <= _LONGEST_CONTACT_S:
                event = note["event"]
                first[event] = min(first.get(event, float("inf")), float(note["start_s"]))
    return tuple(sorted(first.values()))
