"""The stems of the old cut: where each lies, what its file holds, and the score they were made from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from engine.joined import CROSS_FADE
from engine.media.stored import StoredSound, deepest, time_reference
from engine.media.wave_chunks import Depth
from engine.score.reading import read_scores
from engine.score.score import Score, is_bed
from engine.types import (
    SAMPLE_RATE,
    Layer,
    MediaError,
    MissingMediaError,
    Note,
    ScoreError,
    TimelineError,
    seconds_to_sample,
)
from plugin.carried import scores_of
from plugin.timeline import clock
from plugin.timeline.clock import Span, joined
from plugin.timeline.cut import PICTURE, Cut, CutClip
from plugin.timeline.document import Document
from plugin.timeline.takes import foleyline_notes
from plugin.timeline.topmost import SLIVER

_STEM_NAME = re.compile(r".*_(Ambient|Action|Material)-\d+\b.*_FOLEYLINE_[A-Za-z0-9-]*-T(\d{1,6})(?:\.wav)?", re.DOTALL)
_FRAME_NOISE = Fraction(1, 1000)
ROUNDED_SAMPLES, LONGEST_SLIDE = 2, 10 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class OldStem:
    """A stem as it lies on the old timeline. Samples count from that timeline's start."""

    layer: Layer
    take: int
    name: str
    record: Span
    path: Path | None
    first_sample: int  # where its file's first sample lies

    @property
    def samples(self) -> tuple[int, int]:
        """What the timeline plays of it."""
        return seconds_to_sample(self.record.start), seconds_to_sample(self.record.end)


@dataclass(frozen=True, slots=True)
class OldStems:
    """One take."""

    take: int
    stems: tuple[OldStem, ...]
    scores: tuple[Score, ...]

    def covered(self, *layers: Layer) -> list[Span]:
        """Where a stem of any of these layers lies and was scored, in stretches apart: a stem may go over holes."""
        lying = joined((stem.record for stem in self.stems if stem.layer in layers), gap=SLIVER)
        scored = _spans(self.scores)
        return [part for span in lying for one in scored if (part := span.cut_to(one))]


def old_stems(document: Document, cut: Cut, take: int | None = None, score: Path | None = None) -> OldStems:
    """The stems of a timeline that Foleyline wrote: of the last take, or of the one that is asked for.

    Stems that were switched off are left out. `score` is for files that carry none. Raises TimelineError, ScoreError.
    """
    found = [stem for clip in cut.clips if (stem := _stem(clip, cut.rate))]
    if not found:
        raise TimelineError(
            f"{document.path} has no Foleyline stems that are switched on. Give the timeline that Foleyline wrote "
            "as OLD, then the new cut."
        )
    takes = sorted({stem.take for stem in found})
    chosen = takes[-1] if take is None else take
    if chosen not in takes:
        raise TimelineError(f"{document.path} has no take {chosen}; it has {', '.join(map(str, takes))}.")
    stems = tuple(stem for stem in found if stem.take == chosen)
    scores = _scores(document, chosen, score)
    if not any(stem.record.cut_to(span) for stem in stems for span in _spans(scores)):
        raise ScoreError(f"the score has nothing where {document.path} has stems; give the one that was made with them")
    lying = {layer: joined((stem.record for stem in stems if stem.layer is layer), gap=SLIVER) for layer in Layer}
    slid = [(stem, slide) for stem, slide in _slides(stems, cut) if slide]
    moved = [_slid(_still_there(score, lying, 1 / cut.rate), slid) for score in scores]
    return OldStems(chosen, stems, tuple(moved))


def _slides(stems: Sequence[OldStem], cut: Cut) -> Iterator[tuple[OldStem, Fraction]]:
    """By how many seconds each stem has been slid since it was made: its file's stamp says where that was.

    What all have moved by is another start timecode of the timeline.
    """
    start = seconds_to_sample(cut.start)
    stamps = [(stem, time_reference(stem.path) if stem.path else None) for stem in stems]
    moves = {stem: stem.first_sample + start - stamp for stem, stamp in stamps if stamp is not None}
    usual = Counter(moves.values()).most_common(1)
    for stem, move in moves.items():
        slide = move - usual[0][0]
        is_slide = ROUNDED_SAMPLES < abs(slide) <= LONGEST_SLIDE  # what is further off is a stamp that somebody lost
        yield stem, Fraction(slide, SAMPLE_RATE) if is_slide else Fraction(0)


def _slid(score: Score, slid: Sequence[tuple[OldStem, Fraction]]) -> Score:
    """The score with the events of slid stems where those now sound."""
    if not slid:
        return score

    def moved(note: Note) -> Note:
        at = score.record_start + Fraction(note.heard_start_s)
        for stem, slide in slid:
            if stem.layer is note.layer and stem.record.start <= at + slide < stem.record.end and not is_bed(note):
                return replace(note, start_s=note.start_s + float(slide))
        return note

    notes = sorted(map(moved, score.notes), key=lambda note: (note.start_s, note.id))
    return replace(score, notes=tuple(notes))


def _still_there(score: Score, lying: Mapping[Layer, Sequence[Span]], frame: Fraction) -> Score:
    """The score without events whose stem was taken off the timeline: those next to it carry some in their handles."""

    def is_there(note: Note) -> bool:
        at = score.record_start + Fraction(note.heard_start_s)
        inside = score.record_start <= at < score.record_start + score.duration
        near = (span.start - frame <= at <= span.end + frame for span in lying[note.layer])
        return is_bed(note) or not inside or any(near)

    return replace(score, notes=tuple(note for note in score.notes if is_there(note)))


def _spans(scores: Iterable[Score]) -> list[Span]:
    return joined((Span(score.record_start, score.record_start + score.duration) for score in scores), gap=SLIVER)


def _scores(document: Document, take: int, score: Path | None) -> list[Score]:
    carries = any(found.take == take for found in foleyline_notes(document))
    if score is None:
        try:
            return scores_of(document, take)
        except ScoreError as error:
            raise ScoreError(
                f"{error}. Give its score with --from-score, or an .otio file that Foleyline wrote"
            ) from error
    if carries:
        raise ScoreError(
            f"{document.path} carries the score of its stems. To conform another, sound it first: "
            f"foleyline stems {document.path.name} --from-score {score.name}"
        )
    return read_scores(score)


def is_stem(clip: CutClip) -> bool:
    """Whether a clip is a stem of ours, by its name or its file's."""
    return clip.kind != PICTURE and _named(clip) is not None


def _named(clip: CutClip) -> re.Match[str] | None:
    file_name = re.split(r"[/\\]", clip.medium.url)[-1]
    return _STEM_NAME.fullmatch(clip.name) or _STEM_NAME.fullmatch(file_name)


def _stem(clip: CutClip, rate: Fraction) -> OldStem | None:
    if clip.kind == PICTURE or not clip.enabled or clip.speed != 1:
        return None
    named = _named(clip)
    if named is None:
        return None
    layer, take = Layer(named[1].lower()), int(named[2])
    return OldStem(layer, take, clip.name, clip.record, clip.medium.path, _first_sample(clip, rate))


def _first_sample(clip: CutClip, rate: Fraction) -> int:
    """As it was written where the clip lies on frames, else to the nearest."""
    frames = (clip.record.start - clip.source_start) * rate
    if abs(frames - round(frames)) < _FRAME_NOISE:
        return clock.frames_to_samples(round(frames), rate=rate)
    return seconds_to_sample(clip.record.start - clip.source_start)


@dataclass(frozen=True, slots=True)
class Source:
    """What can be copied: samples of the old timeline, and the file that holds them."""

    first: int
    last: int
    file_first: int  # the old sample at which the file begins
    sound: StoredSound


def sources(old: OldStems, warnings: list[str]) -> tuple[dict[Layer, list[Source]], Depth]:
    """For each layer what its files hold, in order, none over another; where no stem lies, the handles of those near.

    Files that cannot be copied are told in `warnings`. The depth is one that all of them fit into.
    """
    opened: list[tuple[OldStem, StoredSound]] = []
    for stem in old.stems:
        try:
            if stem.path is None:
                raise MissingMediaError(f"The stem {stem.name} names no file.")
            opened.append((stem, StoredSound(stem.path)))
        except (MediaError, MissingMediaError) as error:
            warnings.append(f"{error} It is made again from the score.")
    depth = deepest(sound.depth for _, sound in opened)
    layers = {layer: [pair for pair in opened if pair[0].layer is layer] for layer in Layer}
    return {layer: list(_unjoined(_laid_out(pairs), old.scores)) for layer, pairs in layers.items()}, depth


def _unjoined(found: Iterable[Source], scores: Sequence[Score]) -> Iterator[Source]:
    """Of a file that holds several scenes, what lies apart from where they were joined by fades."""
    for source in found:
        whole = Span(Fraction(source.first, SAMPLE_RATE), Fraction(source.last, SAMPLE_RATE))
        scenes = [Span(score.record_start, score.record_start + score.duration) for score in scores]
        edges = [edge for scene in scenes for edge in (scene.start, scene.end)] if _holds_many(whole, scenes) else []
        at = source.first
        for edge in sorted(seconds_to_sample(edge) for edge in edges):
            if (end := min(edge - CROSS_FADE // 2, source.last)) > at:
                yield Source(at, end, source.file_first, source.sound)
            at = max(at, edge + CROSS_FADE // 2)
        if source.last > at:
            yield Source(at, source.last, source.file_first, source.sound)


def _holds_many(whole: Span, scenes: Iterable[Span]) -> bool:
    return sum(whole.start <= scene.start and scene.end <= whole.end for scene in scenes) > 1


def _laid_out(stems: Sequence[tuple[OldStem, StoredSound]]) -> list[Source]:
    ordered = sorted(stems, key=lambda pair: pair[0].samples)
    made: list[Source] = []
    for number, (stem, sound) in enumerate(ordered):
        first, last = stem.samples
        begin, end = stem.first_sample, stem.first_sample + sound.samples
        before = made[-1].last if made else begin
        after = ordered[number + 1][0].samples[0] if number + 1 < len(ordered) else end
        lo, hi = max(begin, min(before, first)), min(end, max(after, last))
        if made and made[-1].last > first:  # its tail handle reaches in no further than here
            made[-1] = Source(made[-1].first, first, made[-1].file_first, made[-1].sound)
            lo = max(begin, first)
        made.append(Source(max(lo, made[-1].last if made else lo), hi, begin, sound))
    return [source for source in made if source.last > source.first]
