"""Where the new score sounds what the old one did, so that its sound may be copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.conform.beds import SAME_S
from engine.conform.run import score_under
from engine.conform.scene import Conformed
from engine.instruments import dsp
from engine.score.score import Score, is_bed
from engine.sounding import LONGEST_RING_S, note_span, note_start
from engine.types import Layer, Note, seconds_to_sample

SHORTEST = dsp.samples(0.02)

Stretch = tuple[int, int]
"""First sample and the first after the last, counted from the new timeline's start."""


def unchanged(conformed: Conformed, old: Sequence[Score], index: int, layer: Layer) -> list[Stretch]:
    """Of a run, and of the handles where it is at an end of its scene, what sounds to the sample as it did."""
    scene = conformed.scene
    run = scene.runs[index]
    if not run.is_plain:
        return []
    first = run.now_start - (scene.head if run.now_start == scene.start else 0)
    last = run.now_end + (scene.tail if run.now_end == scene.end else 0)
    window = seconds_to_sample(first), seconds_to_sample(last)
    changes = _changes(conformed, score_under(old, run), index, layer, window)
    return [stretch for stretch in _rest(window, changes) if stretch[1] - stretch[0] >= SHORTEST]


def _changes(conformed: Conformed, was: Score, index: int, layer: Layer, window: Stretch) -> Iterator[Stretch]:
    """What sounds now and did not, or did and does not, or not in the same way."""
    shift = conformed.scene.runs[index].shift_samples
    old_window = (window[0] - shift, window[1] - shift)
    mine = {}
    for note in conformed.score.notes:
        if note.layer is not layer:
            continue
        origin = conformed.origins.get(note.id)
        if origin is not None and origin.run == index:
            mine[origin.note.id] = note
            yield from _differences(was, origin.note, conformed.score, note, shift)
        else:
            yield from _heard(conformed.score, note, window)
    for note in was.notes:
        if note.layer is layer and note.id not in mine:
            yield from ((first + shift, last + shift) for first, last in _heard(was, note, old_window))


def _heard(score: Score, note: Note, window: Stretch) -> Iterator[Stretch]:
    """A note's span; it is only sounded to be measured where it may reach into the window."""
    start = note_start(score, note)
    longest = dsp.samples(note.duration_s + (0.0 if is_bed(note) else LONGEST_RING_S))
    if start < window[1] and start + longest > window[0]:
        yield note_span(score, note)


def _differences(was: Score, old: Note, now: Score, new: Note, shift: int) -> Iterator[Stretch]:
    """Where one note is not heard alike in both scores: around ends that were cut otherwise."""
    if not _are_alike((old.heard_from_s, old.fade_in_s), (new.heard_from_s, new.fade_in_s)):
        start = note_start(now, new)
        ends = sorted(one.heard_from_s for one in (old, new))
        yield start + dsp.samples(ends[0]), start + dsp.samples(ends[1] + max(old.fade_in_s, new.fade_in_s)) + 1
    if not _are_alike((_own_end(old), old.fade_out_s), (_own_end(new), new.fade_out_s)):
        start = note_start(now, new)
        first = min(_own_end(one) - one.fade_out_s for one in (old, new))
        last = max(note_span(was, old)[1] + shift, note_span(now, new)[1])
        yield start + dsp.samples(first), last


def _are_alike(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(a - b) <= SAME_S for a, b in zip(one, other, strict=True))


def _own_end(note: Note) -> float:
    return min(note.heard_until_s or note.duration_s, note.duration_s)


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
