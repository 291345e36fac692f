"""Stems heard in Blender's sequencer, which places whole frames. It may be given a window of a long timeline."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.real.foley_tracks import foley_tracks
from tests.real.served import Served

ANSWER = "@answer "  # Blender speaks in between


def is_there() -> bool:
    return shutil.which("blender") is not None


def started() -> Served:
    script = Path(__file__).with_name("in_blender.py")
    return Served(["blender", "-b", "-noaudio", "--factory-startup", "--python", str(script)], ANSWER)


def rendered(server: Served, placed: Path, rate: tuple[int, int]) -> Path:
    """What Blender plays of the Foley tracks of a written timeline."""
    waves, wave = foley_tracks(placed), placed.with_suffix(".blender.wav")
    strips = [(str(one.path), one.track + 1, one.start, one.head, one.frames) for one in waves]
    end = max(one.start + one.frames for one in waves)
    server.ask(json.dumps({"rate": rate, "end_frame": end, "wave": str(wave), "strips": strips}))
    return wave
