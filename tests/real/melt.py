"""Stems heard in melt, which counts time in whole frames and may be given a window hours into a timeline."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

from tests.real.counting import sample_at
from tests.real.foley_tracks import PlacedWave, clicks, foley_tracks

TRIES, SECONDS_A_TRY = 12, 5  # MLT 7.12 hangs at its start now and then


def is_there() -> bool:
    return shutil.which("melt") is not None


def heard(placed: Path, rate: tuple[int, int], first: int, end: int) -> list[int]:
    """Samples from the timeline's start at which melt clicks between two frames."""
    document, wave = placed.with_suffix(".mlt"), placed.with_suffix(".melt.wav")
    ElementTree.ElementTree(_document(foley_tracks(placed), rate)).write(document, encoding="utf-8")
    command = ["melt", f"xml:{document}", f"in={first}", f"out={end - 1}", "-consumer", f"avformat:{wave}"]
    command += ["acodec=pcm_s16le", "vn=1", "ar=48000", "ac=2", "real_time=-1"]
    for attempt in range(TRIES):
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=SECONDS_A_TRY)
            break
        except subprocess.TimeoutExpired:
            if attempt == TRIES - 1:
                raise
    return [sample_at((first, *rate)) + click for click in clicks(wave)]


def _document(waves: list[PlacedWave], rate: tuple[int, int]) -> ElementTree.Element:
    root = ElementTree.Element("mlt", LC_NUMERIC="C")
    profile = {"frame_rate_num": str(rate[0]), "frame_rate_den": str(rate[1]), "width": "64", "height": "36"}
    ElementTree.SubElement(root, "profile", profile, progressive="1", colorspace="709")
    for number, wave in enumerate(waves):
        producer = ElementTree.SubElement(root, "producer", id=f"stem{number}")
        _property(producer, "resource", str(wave.path))
        _property(producer, "mlt_service", "avformat")
    tracks = sorted({wave.track for wave in waves})
    for track in tracks:
        _playlist(ElementTree.SubElement(root, "playlist", id=f"track{track}"), track, waves)
    tractor = ElementTree.SubElement(root, "tractor", id="all")
    for track in tracks:
        ElementTree.SubElement(tractor, "track", producer=f"track{track}")
    for track in tracks[1:]:
        mix = ElementTree.SubElement(tractor, "transition")
        settings = {"mlt_service": "mix", "a_track": "0", "b_track": str(track), "sum": "1", "always_active": "1"}
        for name, value in settings.items():
            _property(mix, name, value)
    return root


def _playlist(playlist: ElementTree.Element, track: int, waves: list[PlacedWave]) -> None:
    at = 0
    for number, wave in enumerate(waves):
        if wave.track == track:
            if wave.start > at:
                ElementTree.SubElement(playlist, "blank", length=str(wave.start - at))
            shown = {"in": str(wave.head), "out": str(wave.head + wave.frames - 1)}
            ElementTree.SubElement(playlist, "entry", {"producer": f"stem{number}", **shown})
            at = wave.start + wave.frames


def _property(parent: ElementTree.Element, name: str, value: str) -> None:
    ElementTree.SubElement(parent, "property", name=name).text = value
