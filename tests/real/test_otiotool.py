"""OpenTimelineIO's own tool opens every flavour and bundle, and finds each stem's range within its file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.types import Layer
from plugin.interchange.delivery import deliver
from plugin.timeline.document import open_document
from plugin.timeline.flavour import ANY, FLAVOURS, Flavour
from tests.real.counting import Rate, ntsc
from tests.real.good_cut import PICTURES, SOME_RATES, TRACK, good_reel, stems

pytestmark = pytest.mark.real
TOOL = Path(sys.executable).with_name("otiotool")
SECONDS = 60


def told(folder: Path, rate: Rate, name: str, flavour: Flavour) -> list[str]:
    """What the tool lists of the written timeline."""
    reel, _ = good_reel(folder, rate)
    placed = [stem.stem for track in reel.tracks for stem in track.stems]
    written = folder / name
    deliver(open_document(folder / "cut.otio"), reel.cut, placed, written, flavour=flavour, stems_only=False)
    command = [str(TOOL), "--input", str(written), "--list-tracks", "--verify-ranges", "--list-markers"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS).stdout.splitlines()


def check(lines: list[str], rate: Rate) -> None:
    expected = [f"TRACK: {TRACK} (Video)", *(f"  CLIP: {name} IN BOUNDS" for name, *_ in PICTURES)]
    for layer in Layer:
        expected += [f"TRACK: Foley {layer.capitalize()} (Audio)"]
        expected += [f"  CLIP: {name} IN BOUNDS" for name, *_ in stems(layer, rate)]
    assert [line for line in lines if "MARKER" not in line] == ["TIMELINE: Reel 1", *expected]
    assert sum("MARKER" in line and line.endswith("name: rain") for line in lines) == 1


@pytest.mark.parametrize("flavour", FLAVOURS.values(), ids=lambda flavour: flavour.name)
def test_every_flavour_opens(tmp_path: Path, flavour: Flavour) -> None:
    check(told(tmp_path, ntsc(30, drop=True), "out.otio", flavour), ntsc(30, drop=True))


@SOME_RATES
@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
def test_every_bundle_opens(tmp_path: Path, rate: Rate, suffix: str) -> None:
    check(told(tmp_path, rate, f"out{suffix}", ANY), rate)
