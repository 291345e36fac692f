"""Reels with stems at frames that a test names, their files stamped; every rate that timelines have."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from engine.media.wave import Broadcast, Depth, WaveWriter
from engine.types import Layer, Shot
from plugin.interchange.reel import Reel, make_reel
from plugin.timeline.document import open_document
from plugin.timeline.place import StemClip
from plugin.timeline.stem_span import stem_span
from tests.plugin.timelines import clip, save, timeline, track

RATES = tuple(Fraction(nominal * 1000, 1001) for nominal in (24, 30, 48, 60, 120)) + tuple(
    map(Fraction, (24, 25, 30, 48, 50, 60, 120))
)
PLACES = ((7, 31), (31, 44), (61, 97))  # the first two touch, the third comes after a gap
HEAD, FRAMES = 5, 100


def placed_reel(
    folder: Path,
    rate: Fraction,
    *,
    start_frame: int | None = None,
    drop_frame: bool = False,
    cut: Any = None,
    stems_only: bool = False,
    places: tuple[tuple[int, int], ...] = PLACES,
    depth: Depth = Depth.INT16,
) -> Reel:
    """Stems of three layers at `places`; the timeline starts at an hour of its timecode unless told otherwise."""
    first = 3600 * round(rate) if start_frame is None else start_frame
    root = cut or timeline(track(clip("picture", FRAMES, rate=float(rate))), start=first, rate=float(rate))
    if drop_frame:
        root.metadata["displayFormat"] = "DF"
    source = save(root, folder / "cut.otio")
    stems = placed_stems(folder, rate, first, places, depth)
    return make_reel(open_document(source), stems, stems_only=stems_only)


def placed_stems(
    folder: Path,
    rate: Fraction = Fraction(24),
    first: int = 86400,
    places: tuple[tuple[int, int], ...] = PLACES,
    depth: Depth = Depth.INT16,
) -> list[StemClip]:
    """Stamped files of silence for three layers at `places` of a timeline that starts at frame `first`."""
    stems = []
    for number, (begin, end) in enumerate(places):
        span = stem_span(
            Shot("walk", None, Fraction(0), (end - begin) / rate, begin / rate), rate, HEAD, start=first / rate
        )
        for layer in Layer:
            path = folder / "stems" / f"{layer}-{number}.wav"
            path.parent.mkdir(exist_ok=True)
            stamp = span.time_reference_samples(first / rate)
            with WaveWriter(path, 2, depth, Broadcast(stamp, timecode_rate=rate)) as writer:
                writer.write(np.zeros((2, span.sample_count), np.float32))
            stems.append(StemClip(layer, span, path, {"shot": number}))
    return stems
