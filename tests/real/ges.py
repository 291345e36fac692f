"""Stems heard in GStreamer Editing Services, by a project file written here. It places to the nanosecond."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from xml.sax.saxutils import quoteattr

import soundfile

from tests.real.foley_tracks import PlacedWave, foley_tracks
from tests.real.served import Served

PYTHON = "/usr/bin/python3"
NANOSECONDS = 10**9
_SOUND_TRACK = (
    r"<track caps='audio/x-raw(ANY)' track-type='2' track-id='0' properties='properties, restriction-caps=(string)"
    r"&quot;audio/x-raw\,\ rate\=\(int\)48000\,\ channels\=\(int\)2&quot;;' metadatas='metadatas;'/>"
)


@cache
def is_there() -> bool:
    """Whether the system's Python has GES."""
    code = "import gi; gi.require_version('GES', '1.0'); gi.require_version('GstPbutils', '1.0')"
    return (
        shutil.which(PYTHON) is not None and subprocess.run([PYTHON, "-c", code], capture_output=True).returncode == 0
    )


def started() -> Served:
    return Served([PYTHON, str(Path(__file__).with_name("in_ges.py"))])


def rendered(server: Served, placed: Path, rate: tuple[int, int]) -> Path:
    """What GES plays of the Foley tracks of a written timeline."""
    project, wave = placed.with_suffix(".xges"), placed.with_suffix(".ges.wav")
    project.write_text(_project(placed, rate), encoding="utf-8")
    server.ask(f"{project}\t{wave}")
    return wave


def _project(placed: Path, rate: tuple[int, int]) -> str:
    waves = foley_tracks(placed)
    layers = "".join(_layer(track, waves, rate) for track in sorted({wave.track for wave in waves}))
    assets = "".join(_asset(path) for path in dict.fromkeys(wave.path for wave in waves))
    timeline = "<timeline properties='properties, auto-transition=(boolean)false;' metadatas='metadatas;'>"
    return (
        "<ges version='0.7'><project properties='properties;' metadatas='metadatas;'>"
        f"<ressources>{assets}</ressources>{timeline}{_SOUND_TRACK}{layers}</timeline></project></ges>"
    )


def _asset(path: Path) -> str:
    length = _nanoseconds(soundfile.info(path).frames, 48_000, 1)
    known = f"properties, supported-formats=(int)2, duration=(guint64){length};"
    return (
        f"<asset id={quoteattr(path.as_uri())} extractable-type-name='GESUriClip' properties='{known}' "
        "metadatas='metadatas;'/>"
    )


def _layer(track: int, waves: list[PlacedWave], rate: tuple[int, int]) -> str:
    clips = "".join(_clip(number, wave, rate) for number, wave in enumerate(waves) if wave.track == track)
    shape = (
        f"<layer priority='{track}' properties='properties, auto-transition=(boolean)false;' metadatas='metadatas;'>"
    )
    return f"{shape}{clips}</layer>"


def _clip(number: int, wave: PlacedWave, rate: tuple[int, int]) -> str:
    start, end, head = (_nanoseconds(frames, *rate) for frames in (wave.start, wave.start + wave.frames, wave.head))
    return (
        f"<clip id='{number}' asset-id={quoteattr(wave.path.as_uri())} type-name='GESUriClip' "
        f"layer-priority='{wave.track}' track-types='2' start='{start}' duration='{end - start}' inpoint='{head}' "
        f"rate='0' properties='properties, name=(string)stem{number};' metadatas='metadatas;'/>"
    )


def _nanoseconds(count: int, numerator: int, denominator: int) -> int:
    return (2 * NANOSECONDS * count * denominator + numerator) // (2 * numerator)
