"""Reels whose three stem tracks click at once, at samples that are counted with integers alone."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from engine.media.wave import Broadcast, Depth, WaveWriter
from engine.types import Layer, Samples, Shot
from plugin.interchange.reel import Reel, make_reel
from plugin.timeline.document import open_document
from plugin.timeline.place import StemClip
from plugin.timeline.stem_span import StemSpan, stem_span
from tests.plugin.timelines import clip, save, timeline, track

NTSC = (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(48000, 1001), Fraction(60000, 1001))
RATES = (*NTSC, Fraction(120_000, 1001), *map(Fraction, (24, 25, 30, 48, 50, 60, 120)))
SHOT_FRAMES = ((7, 31), (31, 44), (61, 97))  # the first two touch, the third comes after a gap
FRAMES = 100
NAME = 'Say "it\'s" <夜 & Tag> 100%'


def clicking_reel(
    folder: Path,
    rate: Fraction,
    start_frame: int | None = None,
    *,
    depth: Depth = Depth.INT16,
    handles_frames: int | None = None,
    cut: Any = None,
    stems_only: bool = False,
    silent: bool = False,
) -> tuple[Reel, list[int]]:
    """A reel, and the record samples at which its stems click: twice a layer and shot, no two at one moment.

    `silent` names stems that are not there, for tests of what is written about them.
    """
    cut = cut or timeline(track(clip("picture", FRAMES, rate=float(rate))), start=start_frame, rate=float(rate))
    source = save(cut, folder / "cut.otio")
    stems, hits = [], []
    for number, (start, end) in enumerate(SHOT_FRAMES):
        shot = Shot("walk", None, Fraction(0), (end - start) / rate, start / rate, frame_rate=rate)
        span = stem_span(shot, rate, handles_frames, start=(start_frame or 0) / rate)
        for place, layer in enumerate(Layer):
            inward = (end - start) / rate * Fraction(1 + place, 8)
            samples = [_nearest(start / rate + inward), _nearest(end / rate - inward)]
            path = folder / "stems" / f"{layer}-{number}.wav"
            if not silent:
                write_clicks(path, span, samples, depth, start=(start_frame or 0) / rate)
            stems.append(StemClip(layer, span, path, {"shot": number}))
            hits += samples
    return make_reel(open_document(source), stems, stems_only=stems_only), sorted(hits)


def _nearest(seconds: Fraction) -> int:
    return (2 * 48_000 * seconds.numerator + seconds.denominator) // (2 * seconds.denominator)


def write_clicks(path: Path, span: StemSpan, samples: list[int], depth: Depth, start: Fraction) -> None:
    """Clicks at record samples, and in the handles some that nobody may hear; stamped with its place."""
    sound = np.zeros((2, span.sample_count), np.float32)
    sound[:, : span.shot_first_sample - span.first_sample] = _decoys(span.shot_first_sample - span.first_sample)
    sound[:, span.shot_last_sample - span.first_sample :] = _decoys(span.last_sample - span.shot_last_sample)
    for sample in samples:
        sound[:, sample - span.first_sample] = 0.9
    path.parent.mkdir(exist_ok=True)
    with WaveWriter(path, 2, depth, Broadcast(span.time_reference_samples(start))) as writer:
        writer.write(sound)


def _decoys(samples: int) -> Samples:
    return np.where(np.arange(samples) % 500 == 250, np.float32(0.9), np.float32(0))
