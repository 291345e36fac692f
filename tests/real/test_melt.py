"""A program that is not ours renders a timeline that we wrote, and each hit lands within one sample."""

from __future__ import annotations

import json
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import opentimelineio as otio
import pytest
import soundfile

from engine.media.wave import Depth
from engine.types import Layer, Shot
from plugin.timeline.place import StemClip, place_stems, stem_span
from plugin.timeline.stem_span import seeking_warnings
from tests.plugin.interchange.clicking import write_clicks
from tests.plugin.timelines import clip, save, timeline, track

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("melt") is None, reason="melt is not installed"),
]

RATES = [
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(50),
    Fraction(60000, 1001),
]  # fmt: skip
SHOT_FRAMES = [(7, 31), (31, 44), (61, 97)]  # the first two touch, the third comes after a gap
TRIES, SECONDS_A_TRY = 6, 15  # it renders in half a second, and MLT 7.12 hangs at its start now and then


@pytest.mark.parametrize("start_hour", [1, 0])
@pytest.mark.parametrize("rate", RATES)
def test_every_hit_lands_within_a_sample(tmp_path: Path, rate: Fraction, start_hour: int) -> None:
    placed, hits = _placed_timeline(tmp_path, rate, start_hour, Depth.INT16)
    _check(placed, rate, hits)


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001)])
def test_24_bit_without_handles_lands_as_well(tmp_path: Path, rate: Fraction) -> None:
    placed, hits = _placed_timeline(tmp_path, rate, 1, Depth.INT24, handles_frames=0)
    _check(placed, rate, hits)


@pytest.mark.parametrize(
    ("depth", "rate"),
    [
        (Depth.INT16, 15), (Depth.INT16, 24), (Depth.INT24, 24), (Depth.INT24, 35), (Depth.INT24, 36),
        (Depth.FLOAT32, 46), (Depth.FLOAT32, 47),
    ],
)  # fmt: skip
def test_stems_that_start_late_are_those_that_are_warned_of(tmp_path: Path, depth: Depth, rate: int) -> None:
    placed, hits = _placed_timeline(tmp_path, Fraction(rate), 1, depth)
    found = np.array(_clicks(_render(_mlt_of(placed, Fraction(rate)), tmp_path)))
    in_place = len(found) == len(hits) and np.abs(found - np.array(sorted(hits))).max() <= 1
    shot = Shot("walk", None, Fraction(0), Fraction(1), Fraction(0), frame_rate=Fraction(rate))
    span = stem_span(shot, Fraction(rate), start=Fraction(3600))
    assert bool(seeking_warnings([span], depth)) is not in_place


@pytest.mark.parametrize("rate", RATES)
def test_the_public_adapters_file_is_heard_the_same(tmp_path: Path, rate: Fraction) -> None:
    pytest.importorskip("otio_mlt_adapter")
    placed, hits = _placed_timeline(tmp_path, rate, 1, Depth.INT16)
    _check(placed, rate, hits, _mlt_by_adapter(placed, rate))


def _check(placed: Path, rate: Fraction, hits: list[int], mlt: Path | None = None) -> None:
    found = _clicks(_render(mlt or _mlt_of(placed, rate), placed.parent))
    assert len(found) == len(hits) == len(SHOT_FRAMES) * len(Layer) * 2
    assert np.abs(np.array(found) - np.array(sorted(hits))).max() <= 1


def _placed_timeline(
    folder: Path, rate: Fraction, start_hour: int, depth: Depth, handles_frames: int | None = None
) -> tuple[Path, list[int]]:
    """The written timeline, and the record samples at which its stems click."""
    start_frame = start_hour * 3600 * round(rate)
    cut = timeline(track(clip("picture", 100, rate=float(rate))), start=start_frame, rate=float(rate))
    source = save(cut, folder / "cut.otio")
    stems, hits = [], []
    for number, (start, end) in enumerate(SHOT_FRAMES):
        shot = Shot("walk", None, Fraction(0), (end - start) / rate, start / rate, frame_rate=rate)
        span = stem_span(shot, rate, handles_frames, start=start_frame / rate)
        for place, layer in enumerate(Layer):
            times = [start / rate + Fraction(1 + 2 * place, 40), end / rate - Fraction(1 + 2 * place, 40)]
            samples = [round(time * 48_000) for time in times]
            path = folder / "stems" / f"{layer}-{number}.wav"
            write_clicks(path, span, samples, depth, start=start_frame / rate)
            stems.append(StemClip(layer, span, path, {"shot": number}))
            hits += samples
    return place_stems(source, stems).path, hits


def _mlt_of(otio_path: Path, rate: Fraction) -> Path:
    """MLT XML of a timeline's Foley tracks, from the file's own JSON."""
    root = ElementTree.Element("mlt", root=str(otio_path.parent), LC_NUMERIC="C")
    ElementTree.SubElement(
        root, "profile", width="64", height="36", progressive="1", sample_aspect_num="1", sample_aspect_den="1",
        display_aspect_num="16", display_aspect_den="9", frame_rate_num=str(rate.numerator),
        frame_rate_den=str(rate.denominator), colorspace="709",
    )  # fmt: skip
    tracks = json.loads(otio_path.read_text(encoding="utf-8"))["tracks"]["children"]
    foley = [item for item in tracks if item["name"].startswith("Foley")]
    for item in foley:
        for child in item["children"]:
            _add_producer(root, child)
    for number, item in enumerate(foley):
        _add_playlist(root, f"playlist{number}", item["children"])
    _add_tractor(root, len(foley))
    path = otio_path.with_suffix(".mlt")
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    return path


def _mlt_by_adapter(otio_path: Path, rate: Fraction) -> Path:
    """What otio-mlt-adapter 0.3.0 writes, with the paths and the mixing that it leaves out."""
    root = otio.adapters.read_from_file(str(otio_path))
    del root.tracks[0]
    for item in root.find_clips():
        item.media_reference.target_url = str(otio_path.parent / item.media_reference.target_url)
    path = otio_path.with_suffix(".mlt")
    numbers = {"frame_rate_num": str(rate.numerator), "frame_rate_den": str(rate.denominator)}
    otio.adapters.write_to_file(root, str(path), adapter_name="mlt_xml", **numbers)
    written = ElementTree.parse(path)
    tractor = written.getroot().findall("tractor")[-1]
    _add_mixing(tractor, len(list(tractor.iter("track"))))
    written.write(path)
    return path


def _add_producer(root: ElementTree.Element, child: dict[str, Any]) -> None:
    if child["OTIO_SCHEMA"].startswith("Clip"):
        producer = ElementTree.SubElement(root, "producer", id=child["name"])
        reference = child["media_references"][child["active_media_reference_key"]]
        _property(producer, "resource", reference["target_url"])
        _property(producer, "mlt_service", "avformat")


def _add_playlist(root: ElementTree.Element, name: str, children: list[dict[str, Any]]) -> None:
    playlist = ElementTree.SubElement(root, "playlist", id=name)
    for child in children:
        start = int(child["source_range"]["start_time"]["value"])
        frames = int(child["source_range"]["duration"]["value"])
        if child["OTIO_SCHEMA"].startswith("Gap"):
            ElementTree.SubElement(playlist, "blank", length=str(frames))
        else:
            entry = {"producer": child["name"], "in": str(start), "out": str(start + frames - 1)}
            ElementTree.SubElement(playlist, "entry", entry)


def _add_tractor(root: ElementTree.Element, count: int) -> None:
    tractor = ElementTree.SubElement(root, "tractor", id="all")
    for number in range(count):
        ElementTree.SubElement(tractor, "track", producer=f"playlist{number}")
    _add_mixing(tractor, count)


def _add_mixing(tractor: ElementTree.Element, count: int) -> None:
    for number in range(1, count):
        transition = ElementTree.SubElement(tractor, "transition")
        settings = {"mlt_service": "mix", "a_track": "0", "b_track": str(number), "sum": "1", "always_active": "1"}
        for name, value in settings.items():
            _property(transition, name, value)


def _property(parent: ElementTree.Element, name: str, value: str) -> None:
    ElementTree.SubElement(parent, "property", name=name).text = value


def _render(mlt: Path, folder: Path) -> Path:
    rendered = folder / "rendered.wav"
    last = str(SHOT_FRAMES[-1][1] - 1)
    command = ["melt", f"xml:{mlt}", f"out={last}", "-consumer", f"avformat:{rendered}", "acodec=pcm_s16le", "vn=1"]
    command += ["ar=48000", "ac=2", "real_time=-1"]
    for attempt in range(TRIES):
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=SECONDS_A_TRY)
            return rendered
        except subprocess.TimeoutExpired:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _clicks(rendered: Path) -> list[int]:
    sound = soundfile.read(rendered, always_2d=True)[0]
    loud = np.flatnonzero(np.abs(sound).max(axis=1) > 0.3)
    return [int(sample) for index, sample in enumerate(loud) if index == 0 or sample - loud[index - 1] > 48]
