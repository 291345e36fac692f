"""From hits in files to stems under the cut, by the way that the product goes, with decoys where nobody may hear."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from engine.media.wave import Broadcast, Depth, WaveWriter
from engine.types import Layer, Samples, Shot, seconds_to_sample
from plugin.timeline.choice import Choice
from plugin.timeline.place import StemClip, StemSpan, place_stems, stem_span
from plugin.timeline.read import read_timeline
from plugin.timeline.select import select


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that a clip's file shows at so many `counts` a second from its first picture."""

    clip: str
    count: int
    rate: tuple[int, int]
    heard: int | None  # record sample at which it has to sound, counted by the test; None: it is not shown

    @property
    def file_s(self) -> Fraction:
        return Fraction(self.count * self.rate[1], self.rate[0])


def place_hits(
    timeline: Path, hits: list[Hit], choice: Choice | None = None, handles_frames: int | None = None
) -> Path:
    """Read, select, write stems that click where the shots show the hits, and place them."""
    cut = read_timeline(timeline)
    shots = select(cut, choice, skip_missing=True).shots
    shown = {hit: [shot for shot in shots if _shows(shot, hit)] for hit in hits}
    assert {hit: bool(there) for hit, there in shown.items()} == {hit: hit.heard is not None for hit in hits}
    stems = []
    for number, shot in enumerate(shots):
        span = stem_span(shot, cut.rate, handles_frames, start=cut.start)
        for place, layer in enumerate(Layer):
            mine = [hit for order, hit in enumerate(hits) if order % len(Layer) == place and shot in shown[hit]]
            path = timeline.parent / "stems" / f"{layer}-{number}.wav"
            _write_clicks(path, span, [_record_sample(shot, hit) for hit in mine], cut.start)
            stems.append(StemClip(layer, span, path, {"shot": number}))
    return place_stems(timeline, stems).path


def _shows(shot: Shot, hit: Hit) -> bool:
    if shot.name != hit.clip or not shot.speed:
        return False
    return 0 <= (hit.file_s - shot.source_start) / shot.speed < shot.duration


def _record_sample(shot: Shot, hit: Hit) -> int:
    return seconds_to_sample(shot.record_start + (hit.file_s - shot.source_start) / shot.speed)


def _write_clicks(path: Path, span: StemSpan, samples: list[int], start: Fraction) -> None:
    sound = np.zeros((2, span.sample_count), np.float32)
    head, tail = span.shot_first_sample - span.first_sample, span.last_sample - span.shot_last_sample
    sound[:, : max(head - 4000, 0)] = _decoys(max(head - 4000, 0))  # a stem meets a cut at the nearest frame
    sound[:, span.sample_count - max(tail - 4000, 0) :] = _decoys(max(tail - 4000, 0))
    for sample in samples:
        sound[:, sample - span.first_sample] = 0.9
    path.parent.mkdir(exist_ok=True)
    with WaveWriter(path, 2, Depth.INT16, Broadcast(span.time_reference_samples(start))) as writer:
        writer.write(sound)


def _decoys(samples: int) -> Samples:
    return np.where(np.arange(samples) % 500 == 250, np.float32(0.9), np.float32(0))
