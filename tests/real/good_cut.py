"""A cut with what editors' cuts have: a gap, a clip switched off, any signs in names, an hour at its start.

Beneath it, stems that click, of three layers and three shots, with a second of handles on both sides.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.types import Layer
from plugin.interchange.reel import Reel
from tests.plugin.interchange.clicking import SHOT_FRAMES, clicking_reel
from tests.plugin.timelines import clip, gap, marker, span, timeline, track
from tests.real.counting import Rate, frames_of, ntsc, whole
from tests.real.melting import numbered_film

FRAMES = 100
TRACK = 'Bild <1> & "夜"'
# Name, first frame, frames, first frame of the file; the fourth is switched off.
PICTURES = [('Say "it\'s" <夜>', 0, 20, 10), ("two & three", 25, 10, 4), ("off", 35, 10, 30), ("four", 45, 55, 40)]
SOME_RATES = pytest.mark.parametrize("rate", [ntsc(24), whole(25), ntsc(30, drop=True)], ids=str)

Placed = tuple[str, int, int, int]  # name, first frame, frames, frames of the file before


def good_reel(folder: Path, rate: Rate, film: str = "the film é.mkv", **settings: Any) -> tuple[Reel, list[int]]:
    """The cut with its stems, and the samples of their clicks."""
    exact, written = Fraction(*rate.pair), rate.written
    url, whole_film = str(numbered_film(folder / film, 120, exact)), span(0, 120, written)
    shots = [
        clip(name, frames, start=first, url=url, available=whole_film, rate=written, enabled=name != "off")
        for name, _, frames, first in PICTURES
    ]
    shots.insert(1, gap(5, written))
    start = frames_of(1, 0, 0, 0, rate)
    cut = timeline(track(*shots, name=TRACK), start=start, rate=written)
    cut.tracks.markers.append(marker("rain", 24, comment='on "tin"', rate=written))
    if rate.drop:
        cut.metadata["displayFormat"] = "DF"
    return clicking_reel(folder, exact, start, cut=cut, **settings)


def stems(layer: Layer, rate: Rate) -> list[Placed]:
    """Where a layer's stems belong."""
    return [(f"{layer}-{number}", start, end - start, rate.nominal) for number, (start, end) in enumerate(SHOT_FRAMES)]
