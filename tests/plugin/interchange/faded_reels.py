"""A reel whose stems have fades: two runs, in the first of which a cut inside a scene and a change of scene.

frames   24        60        96        144                 180       216
         |  one A  |  one B  |    two  |       (gap)       |  three  |
fades    rise                x         fall                rise   fall
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from engine.media.wave import Broadcast, Depth, WaveWriter
from engine.types import Layer, Shot
from plugin.fading import faded
from plugin.interchange.reel import Reel, make_reel
from plugin.timeline.document import open_document
from plugin.timeline.place import StemClip
from plugin.timeline.stem_span import StemSpan, stem_span
from tests.plugin.timelines import clip, save, timeline, track

PLACES = ((24, 60, 0), (60, 96, 0), (96, 144, 1), (180, 216, 2))  # first frame, first left out, scene
HANDLES, FADES, END = 24, 10, 216
LEVEL, CLICK = 0.25, 0.75


@dataclass(frozen=True)
class Faded:
    reel: Reel
    stems: list[StemClip]


def faded_reel(folder: Path, rate: Fraction = Fraction(24), *, frames: int = FADES, stems_only: bool = True) -> Faded:
    """Steady stems: of even scenes on the left, of odd ones on the right; a click in the middle of each on both."""
    first = 3600 * round(rate)
    root = timeline(track(clip("picture", END, rate=float(rate))), start=first, rate=float(rate))
    stems, scenes = [], {}
    for number, (begin, end, scene) in enumerate(PLACES):
        span = stem_span(
            Shot("walk", None, Fraction(0), (end - begin) / rate, begin / rate), rate, HANDLES, start=first / rate
        )
        scenes[span] = scene
        for layer in Layer:
            path = folder / "stems" / f"{layer}-{number}.wav"
            path.parent.mkdir(exist_ok=True)
            _write(path, span, rate, first / rate, scene if layer is Layer.AMBIENT else None)
            stems.append(StemClip(layer, span, path, {"layer": layer.value, "take": 1}))
    made = faded(stems, scenes, frames)
    source = save(root, folder / "cut.otio")
    return Faded(make_reel(open_document(source), made, stems_only=stems_only), made)


def _write(path: Path, span: StemSpan, rate: Fraction, start: Fraction, scene: int | None) -> None:
    """The file of a scene; silence for None."""
    sound = np.zeros((2, span.sample_count), np.float32)
    if scene is not None:
        sound[scene % 2] = LEVEL
        middle = (span.start_frame + span.end_frame) // 2
        sound[:, click_at(middle, rate) - span.first_sample] = CLICK
    with WaveWriter(path, 2, Depth.INT16, Broadcast(span.time_reference_samples(start))) as writer:
        writer.write(sound)


def click_at(frame: int, rate: Fraction) -> int:
    return int(frame * 48000 * rate.denominator * 2 // rate.numerator + 1) // 2
