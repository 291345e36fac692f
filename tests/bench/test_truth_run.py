"""How the benchmark calls the product, and the table it prints; the product itself is not run here."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
import soundfile
from opentimelineio.opentime import RationalTime, TimeRange

from bench.truth.matching import f1
from bench.truth.plan import Choice, chosen
from bench.truth.product import edit_rate, planned, read_stems, write_cut
from bench.truth.run import run_one, table
from bench.truth.scenes import DIFFICULTIES, KINDS, Scene
from bench.truth.truth import Truth


def _truth(rate: str, duration_s: float = 8.0) -> Truth:
    return Truth("ball", "clean", "open", 0, "", duration_s, rate, 640, 360)


@pytest.mark.parametrize(
    ("rate", "edited"),
    [
        ("24", "24"),
        ("30000/1001", "30000/1001"),
        ("15", "30"),
        ("25", "25"),
        ("60", "60"),
        ("24000/1001", "24000/1001"),
    ],
)
def test_cut_is_edited_at_the_clips_rate_or_a_standard_one(rate: str, edited: str) -> None:
    assert edit_rate(_truth(rate)) == Fraction(edited)


def test_cut_holds_the_whole_clip_from_hour_one(tmp_path: Path) -> None:
    scene = Scene("s", tmp_path / "s.mp4", "", tmp_path / "s.json", {})
    write_cut(scene, _truth("30000/1001", 240 * 1001 / 30000), tmp_path / "cut.otio")
    timeline = otio.adapters.read_from_file(str(tmp_path / "cut.otio"))
    (clip,) = timeline.find_clips()
    assert clip.source_range.duration.value == 240
    assert timeline.global_start_time.value == 108_000
    assert clip.media_reference.target_url == (tmp_path / "s.mp4").resolve().as_uri()


def _placed(folder: Path, layer: str, extra: int = 0) -> otio.schema.Track:
    """A stem of 100 frames with a head of 25 at 25 frames a second; the sound is the sample's number."""
    count = 130 * 1920 + extra
    ramp = np.arange(count) / 2**20
    soundfile.write(folder / f"made {layer}.wav", np.stack([ramp, ramp], axis=1), 48_000, subtype="FLOAT")
    whole = TimeRange(RationalTime(0, 25), RationalTime(130, 25))
    media = otio.schema.ExternalReference(f"made%20{layer}.wav", whole)
    track = otio.schema.Track(f"Foley {layer.capitalize()}", kind=otio.schema.TrackKind.Audio)
    track.append(otio.schema.Clip(layer, media, TimeRange(RationalTime(25, 25), RationalTime(100, 25))))
    return track


def test_stems_are_found_on_the_tracks_and_cut_to_the_record_range(tmp_path: Path) -> None:
    timeline = otio.schema.Timeline("cut")
    timeline.tracks.extend([_placed(tmp_path, layer) for layer in ("ambient", "action", "material")])
    otio.adapters.write_to_file(timeline, str(tmp_path / "cut.foley.otio"))
    stems, error = read_stems(tmp_path / "cut.foley.otio", tmp_path)
    sound, _ = soundfile.read(stems["action"])
    total, _ = soundfile.read(stems["sum"])
    assert error == 0
    assert len(sound) == 100 * 1920
    assert sound[0, 0] == pytest.approx(25 * 1920 / 2**20)
    assert total[10, 0] == pytest.approx(3 * sound[10, 0])


def test_stem_that_is_longer_than_it_says_is_told(tmp_path: Path) -> None:
    timeline = otio.schema.Timeline("cut")
    timeline.tracks.extend([_placed(tmp_path, layer, extra=7) for layer in ("ambient", "action", "material")])
    otio.adapters.write_to_file(timeline, str(tmp_path / "cut.foley.otio"))
    assert read_stems(tmp_path / "cut.foley.otio", tmp_path)[1] == 7


def test_plan_is_one_time_an_event_without_beds_and_slides(tmp_path: Path) -> None:
    notes = [
        {"layer": "action", "event": "e1", "start_s": 1.0, "duration_s": 0.1},
        {"layer": "material", "event": "e1", "start_s": 1.001, "duration_s": 0.8},
        {"layer": "ambient", "event": "b", "start_s": 0.0, "duration_s": 0.5},
        {"layer": "action", "event": "slide", "start_s": 2.0, "duration_s": 3.0},
        {"layer": "action", "event": "e0", "start_s": 0.5, "duration_s": 0.1},
    ]
    (tmp_path / "score.json").write_text(json.dumps({"scenes": [{"notes": notes}]}), encoding="utf-8")
    assert planned(tmp_path / "score.json") == (0.5, 1.0)


def test_smoke_is_48_scenes_and_full_has_all_kinds() -> None:
    assert len(list(chosen("smoke", "open", [], []))) == 48
    full = list(chosen("full", "sealed", [], []))
    assert {choice.kind for choice in full} == set(KINDS)
    assert {choice.difficulty for choice in full} == set(DIFFICULTIES)
    assert {choice.split for choice in full} == {"sealed"}


def test_run_of_known_stems_scores_what_is_known(tmp_path: Path) -> None:
    right, late = (run_one(Choice("shatter", "clean", 0, "open"), source, tmp_path) for source in ("truth", "late"))
    assert right.score is not None and late.score is not None
    assert f1(right.score.audio["20 ms"]) == 1
    assert f1(late.score.audio["40 ms"]) == 0 and f1(late.score.audio["100 ms"]) == 1
    lines = table([right]).splitlines()
    assert lines[1].split()[:4] == ["clean", "shatter", "1", "1.00"]
