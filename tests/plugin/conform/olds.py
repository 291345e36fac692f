"""Old cuts whose stems tell of each sample where it lay: left and right together count the old timeline's samples."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import opentimelineio as otio
import soundfile

from engine.media.wave import Broadcast, Depth, WaveWriter
from engine.score.score import Mix, Score, to_json
from engine.types import Layer, Note, Shot
from plugin.naming import notes_of
from plugin.timeline.place import StemClip, place_stems
from plugin.timeline.stem_span import stem_span
from tests.plugin.timelines import clip, gap, save, span, timeline, touch, track

FILM = "film.mov"
FILM_FRAMES = 4000
LATE = 2**20  # added to each count, so that handles before the start count as well

Take = tuple[str, int, int] | int
"""(name, first frame in the film, frames), or the frames of a gap."""


def cut(folder: Path, name: str, *takes: Take, rate: Fraction = Fraction(24), start: int = 86400, **more: Any) -> Path:
    """A timeline of one picture track; `more` are further settings of its clips."""
    touch(folder, FILM)
    made, fps = [], float(rate)
    for take in takes:
        if isinstance(take, int):
            made.append(gap(take, fps))
        else:
            title, first, frames = take
            available = span(0, FILM_FRAMES, fps)
            made.append(clip(title, frames, start=first, rate=fps, url=FILM, available=available, **more))
    return save(timeline(track(*made), start=start, rate=fps), folder / f"{name}.otio")


def counting_old(
    folder: Path,
    *takes: Take,
    rate: Fraction = Fraction(24),
    notes: tuple[Note, ...] = (),
    depth: Depth = Depth.INT16,
    layers: tuple[Layer, ...] = tuple(Layer),
    covered: slice = slice(None),
) -> Path:
    """A cut with stems, one scene each stretch of clips; `notes` are those of the first. `covered` are its clips."""
    source = cut(folder, "old", *takes, rate=rate)
    shots = _shots(takes, rate)[covered]
    scores = _scores(shots, notes)
    stems = []
    for index, shot in enumerate(shots):
        where = stem_span(shot, rate, start=86400 / rate)
        for layer in layers:
            path = folder / "old-stems" / f"X_{layer.capitalize()}-{index + 1:03d}-{shot.name}_FOLEYLINE_old-T1.wav"
            path.parent.mkdir(exist_ok=True)
            with WaveWriter(path, 2, depth, Broadcast()) as writer:
                writer.write_stored(counted(where.first_sample, where.last_sample, depth))
            kept = [_heard(score, shot, layer) for score in scores if _covers(score, shot)]
            stems.append(StemClip(layer, where, path, {"layer": layer.value, "take": 1, "score": _text(kept)}))
    return place_stems(source, stems).path


def _scores(shots: list[Shot], notes: tuple[Note, ...]) -> list[Score]:
    """One for each stretch of shots that touch."""
    spans: list[tuple[Fraction, Fraction]] = []
    for shot in shots:
        if spans and spans[-1][1] == shot.record_start:
            spans[-1] = spans[-1][0], shot.record_end
        else:
            spans.append((shot.record_start, shot.record_end))
    return [
        Score(number, start, end - start, () if number else notes, Mix()) for number, (start, end) in enumerate(spans)
    ]


def _heard(score: Score, shot: Shot, layer: Layer) -> Score:
    notes = (note for note in notes_of(shot, [score]) if note.layer is layer)
    return replace(score, notes=tuple(notes))


def _covers(score: Score, shot: Shot) -> bool:
    return score.record_start <= shot.record_start < score.record_start + score.duration


def _text(scores: list[Score]) -> str:
    return json.dumps(to_json(scores))


def _shots(takes: tuple[Take, ...], rate: Fraction) -> list[Shot]:
    shots, at = [], 0
    for take in takes:
        if isinstance(take, int):
            at += take
        else:
            name, _, frames = take
            shots.append(Shot(name, None, Fraction(0), frames / rate, at / rate, frame_rate=rate))
            at += frames
    return shots


def counted(first: int, last: int, depth: Depth = Depth.INT16) -> bytes:
    numbers = np.arange(first, last) + LATE
    pairs = np.stack([numbers % 2**15, numbers // 2**15], axis=1)
    if depth is Depth.INT16:
        return pairs.astype("<i2").tobytes()
    return pairs.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def read_counts(path: Path) -> npt.NDArray[np.int64]:
    """The old sample that each sample of a file was."""
    bits = {"PCM_16": 16, "PCM_24": 8}[soundfile.info(path).subtype]
    sound = soundfile.read(path, dtype="int16" if bits == 16 else "int32", always_2d=True)[0].astype(np.int64)
    pairs = sound if bits == 16 else sound >> bits
    return np.asarray(pairs[:, 0] + 2**15 * pairs[:, 1] - LATE)


def stems_of(path: Path) -> dict[tuple[str, int], tuple[int, int, Path]]:
    """By (layer, record frame): frames, frames of head handle, and the file, of the stems on a written timeline."""
    written: Any = otio.adapters.read_from_file(str(path))
    found: dict[tuple[str, int], tuple[int, int, Path]] = {}
    for one in written.tracks:
        if not one.name.startswith("Foley"):
            continue
        for item in one.find_clips():
            begin = item.range_in_parent().start_time.to_frames()
            head = (item.source_range.start_time - item.media_reference.available_range.start_time).to_frames()
            file = path.parent / item.media_reference.target_url
            found[one.name.split()[1].lower(), begin] = (item.duration().to_frames(), head, file)
    return found
