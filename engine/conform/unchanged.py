"""Where the new score sounds what the old one did, so that its sound may be copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from engine.conform.beds import SAME_S
from engine.conform.run import score_under
from engine.conform.scene import Conformed
from engine.instruments import dsp
from engine.score.score import Score, is_bed
from engine.sounding import LONGEST_RING_S, note_span, note_start
from engine.types import SAMPLE_RATE, Layer, Note, seconds_to_sample

SHORTEST = dsp.samples(0.02)
MARGIN_S = 0.1  # notes are shifted by some ms at most, and sought by doubles

Stretch = tuple[int, int]
"""First sample and the first after the last, counted from the new timeline's start."""


class Lengths:
    """How long events sound: each is played once, to be measured, wherever it lies."""

    def __init__(self) -> None:
        self._samples: dict[str, int] = {}
        self._reaches: dict[tuple[int, Layer], tuple[Score, list[Note], dsp.Array]] = {}

    def near(self, score: Score, layer: Layer, window: Stretch) -> Iterator[Note]:
        """The notes of a layer that may sound in a stretch."""
        if (id(score), layer) not in self._reaches:
            notes = [note for note in score.notes if note.layer is layer]
            zero = float(score.record_start)
            reaches = [(zero + note.start_s, zero + note.start_s + _longest_s(note)) for note in notes]
            self._reaches[id(score), layer] = score, notes, np.array(reaches).reshape(-1, 2).T
        _, notes, (first, last) = self._reaches[id(score), layer]
        start, end = (sample / SAMPLE_RATE for sample in window)
        for index in np.flatnonzero((first < end + MARGIN_S) & (last > start - MARGIN_S)):
            yield notes[index]

    def sounding(self, score: Score, layer: Layer, window: Stretch) -> Iterator[Note]:
        """The notes of a layer that do."""
        for note in self.near(score, layer, window):
            first, last = self.span(score, note)
            if first < window[1] and last > window[0]:
                yield note

    def span(self, score: Score, note: Note) -> Stretch:
        """As `note_span`."""
        if is_bed(note):
            return note_span(score, note)
        start = note_start(score, note)
        first = start + dsp.samples(note.heard_from_s)
        same = repr(replace(note, id="", event="", start_s=0.0, shift_ms=0.0, gain_db=0.0, entry="", because=""))
        if same not in self._samples:
            self._samples[same] = note_span(score, note)[1] - start
        return first, max(start + self._samples[same], first)


def unchanged(conformed: Conformed, old: Sequence[Score], index: int, layer: Layer, lengths: Lengths) -> list[Stretch]:
    """Of a run, and of the handles where it is at an end of its scene, what sounds to the sample as it did."""
    scene = conformed.scene
    run = scene.runs[index]
    if not run.is_plain:
        return []
    first = run.now_start - (scene.head if run.now_start == scene.start else 0)
    last = run.now_end + (scene.tail if run.now_end == scene.end else 0)
    window = seconds_to_sample(first), seconds_to_sample(last)
    changes = _changes(conformed, score_under(old, run), index, layer, window, lengths)
    return [stretch for stretch in _rest(window, changes) if stretch[1] - stretch[0] >= SHORTEST]


def _changes(
    conformed: Conformed, was: Score, index: int, layer: Layer, window: Stretch, lengths: Lengths
) -> Iterator[Stretch]:
    """What sounds now and did not, or did and does not, or not in the same way."""
    shift = conformed.scene.runs[index].shift_samples
    old_window = (window[0] - shift, window[1] - shift)
    mine = {}
    for note in lengths.near(conformed.score, layer, window):
        origin = conformed.origins.get(note.id)
        if origin is not None and origin.run == index:
            mine[origin.note.id] = note
            yield from _differences(was, origin.note, conformed.score, note, shift, lengths)
        else:
            yield from _heard(conformed.score, note, window, lengths)
    for note in lengths.near(was, layer, old_window):
        if note.id not in mine:
            yield from ((first + shift, last + shift) for first, last in _heard(was, note, old_window, lengths))


def _heard(score: Score, note: Note, window: Stretch, lengths: Lengths) -> Iterator[Stretch]:
    """A note's span, where it reaches into the window."""
    span = lengths.span(score, note)
    if span[0] < window[1] and span[1] > window[0]:
        yield span


def _differences(was: Score, old: Note, now: Score, new: Note, shift: int, lengths: Lengths) -> Iterator[Stretch]:
    """Where one note is not heard alike in both scores: around ends that were cut otherwise."""
    if not _are_alike((old.heard_from_s, old.fade_in_s), (new.heard_from_s, new.fade_in_s)):
        start = note_start(now, new)
        ends = sorted(one.heard_from_s for one in (old, new))
        yield start + dsp.samples(ends[0]), start + dsp.samples(ends[1] + max(old.fade_in_s, new.fade_in_s)) + 1
    if not _are_alike((old.own_end_s, old.fade_out_s), (new.own_end_s, new.fade_out_s)):
        start = note_start(now, new)
        first = min(one.own_end_s - one.fade_out_s for one in (old, new))
        last = max(lengths.span(was, old)[1] + shift, lengths.span(now, new)[1])
        yield start + dsp.samples(first), last


def _are_alike(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(a - b) <= SAME_S for a, b in zip(one, other, strict=True))


def _longest_s(note: Note) -> float:
    return note.duration_s + (0.0 if is_bed(note) else LONGEST_RING_S)


def _rest(window: Stretch, changes: Iterable[Stretch]) -> Iterator[Stretch]:
    """What of the window no change reaches."""
    at, end = window
    for first, last in sorted(changes):
        if first >= end:
            break
        if first > at:
            yield at, first
        at = max(at, last)
    if at < end:
        yield at, end
