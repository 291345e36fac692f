"""The sound files of the stems: one a clip and layer, or one a layer for all, each with what made it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine.media.side_by_side import side_by_side
from engine.media.wave import WaveWriter
from engine.media.wave_chunks import Broadcast, Depth
from engine.score.score import Score, to_json
from engine.types import SAMPLE_RATE, Cancel, CancelledError, Json, Layer, Progress, Samples, Shot
from plugin import naming
from plugin.timeline.cut import Cut
from plugin.timeline.place import StemClip
from plugin.timeline.stem_span import StemSpan, stem_span

if TYPE_CHECKING:
    from engine.performance import Stems

WRITE_BLOCK = 10 * SAMPLE_RATE


class Sound(Protocol):
    """Finished stems of some scenes."""

    @property
    def scores(self) -> Sequence[Score]: ...

    def score_of(self, shot: Shot) -> Score: ...

    def blocks(self, shots: Sequence[Shot], layer: Layer, first: int, last: int) -> Iterator[Samples | bytes]:
        """What is heard with one shot, or with all together: sound, or samples as a file of the depth stores them."""
        ...


class MadeSound:
    """The stems of a performance."""

    def __init__(self, stems: Stems) -> None:
        self._stems = stems
        self._joined = cache(stems.joined)

    @property
    def scores(self) -> Sequence[Score]:
        return self._stems.scores

    def score_of(self, shot: Shot) -> Score:
        return self._stems.of(shot).score

    def blocks(self, shots: Sequence[Shot], layer: Layer, first: int, last: int) -> Iterator[Samples]:
        read = self._joined().read if len(shots) > 1 else self._stems.of(shots[0]).read
        return (read(layer, start, min(start + WRITE_BLOCK, last)) for start in range(first, last, WRITE_BLOCK))


@dataclass(frozen=True, slots=True)
class Piece:
    """What one file a layer holds: shots in record order, and what the file covers."""

    name: str
    shots: tuple[Shot, ...]
    span: StemSpan
    layers: tuple[Layer, ...] = tuple(Layer)  # those that get a file


def one_piece(cut: Cut, shots: Sequence[Shot], handles_frames: int | None) -> Piece:
    """All shots as one piece, from the first's start to the last's end, gaps included."""
    first = shots[0]
    whole = replace(first, duration=max(shot.record_end for shot in shots) - first.record_start)
    return Piece(cut.name, tuple(shots), stem_span(whole, cut.rate, handles_frames, start=cut.start))


@dataclass(frozen=True, slots=True)
class StemFiles:
    """Writes the files of one take into a folder."""

    cut: Cut
    take: int
    timeline: str  # its name, for the files' names
    depth: Depth
    sound: Sound
    folder: Path

    def write(self, pieces: Sequence[Piece], progress: Progress, cancel: Cancel | None) -> list[StemClip]:
        """A stereo file a piece and layer, and what is placed of it. Raises OutputError, CancelledError."""
        names = naming.stem_names(pieces, self.sound.scores, self.timeline, self.take)
        clips = []
        for index, piece in enumerate(pieces):
            paths = {layer: self.folder / f"{names[index, layer]}.wav" for layer in piece.layers}
            span = piece.span.first_sample, piece.span.last_sample
            sounds = [(layer, path, self.sound.blocks(piece.shots, layer, *span)) for layer, path in paths.items()]
            side_by_side(partial(self._write, piece, cancel), sounds)
            clips += [StemClip(layer, piece.span, path, self._note(piece, layer)) for layer, path in paths.items()]
            progress(piece.name, "writing", 1.0)
        return clips

    def _write(self, piece: Piece, cancel: Cancel | None, place: tuple[Layer, Path, Iterator[Samples | bytes]]) -> None:
        layer, path, blocks = place
        # Not of the file's name, which tells of notes and takes: what no edit reaches stays as it is.
        seed = naming.number(f"{layer.value}/{piece.span.first_sample}", self._scores(piece)[0].made_by.seed)
        with WaveWriter(path, 2, self.depth, self._about(piece, layer, path.stem), seed=seed) as writer:
            for block in blocks:
                if cancel and cancel.is_set():
                    raise CancelledError(f"stopped while writing {path.name}")
                writer.write_stored(block) if isinstance(block, bytes) else writer.write(block)

    def _scores(self, piece: Piece) -> list[Score]:
        """Of the scenes that are heard in a piece."""
        heard: dict[int, Score] = {}
        for shot in piece.shots:
            score = self.sound.score_of(shot)
            heard[score.scene] = score
        return list(heard.values())

    def _about(self, piece: Piece, layer: Layer, name: str) -> Broadcast:
        score = self._scores(piece)[0]
        made_by = score.made_by
        note = (
            f"Foleyline {made_by.version}, generator {made_by.generator}, seed {made_by.seed}, words: {made_by.words}; "
            f"licence: {made_by.licence}"
        )
        return Broadcast(
            time_reference_samples=piece.span.time_reference_samples(self.cut.start),
            description=f"{layer.value} stem of {piece.name}",
            reference=name,
            project=self.cut.name,
            scene=str(score.scene + 1),
            take=str(self.take),
            note=note,
            track_names=(f"{layer.value} L", f"{layer.value} R"),
            timecode_rate=self.cut.rate,
            drop_frame=self.cut.drop_frame,
        )

    def _seconds(self, piece: Piece, score: Score) -> tuple[float, float]:
        """First and last of what a piece's files hold, from a scene's start."""
        first, last = (Fraction(sample, SAMPLE_RATE) for sample in (piece.span.first_sample, piece.span.last_sample))
        return float(first - score.record_start), float(last - score.record_start)

    def _note(self, piece: Piece, layer: Layer) -> dict[str, Json]:
        """What made a stem: enough to open, change and sound it again from the timeline alone."""
        scores = self._scores(piece)
        kept = []
        for score in scores:
            ids = {note.id for shot in piece.shots for note in naming.notes_of(shot, [score])}
            mine = tuple(note for note in score.notes if note.layer is layer and note.id in ids)
            mix = score.mix and score.mix.around(*self._seconds(piece, score))
            kept.append(replace(score, notes=mine, mix=mix))
        names = ("generator", "version", "seed", "words", "licence")
        made_by = {name: getattr(scores[0].made_by, name) for name in names}
        # As text: OpenTimelineIO (0.18) reads numbers a unit in the last place off; the score is kept to the bit.
        text = json.dumps(to_json(kept), ensure_ascii=False)
        return {"layer": layer.value, "take": self.take, **made_by, "score": text}
