"""From a score to sound: every note played, placed and summed into one scratch track a layer, block by block.

Memory does not grow with the scene: tracks live in a scratch folder as raw float32. Times go to samples once, from the
timeline's start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from itertools import groupby, product

import numpy as np
from scipy import ndimage, signal

from engine.instruments import dsp, registry, space
from engine.media.side_by_side import a_little_ahead
from engine.score.score import LONGEST_EVENT_S, Score, is_bed
from engine.scratch import Scratch, Track
from engine.types import (
    SAMPLE_RATE,
    Cancel,
    CancelledError,
    Layer,
    Note,
    Samples,
    ScoreError,
    seconds_to_sample,
)

BLOCK = 10 * SAMPLE_RATE
LONGEST_RING_S = 30.0  # no note sounds longer than this after its duration
ALIGN_WINDOW_S, ALIGN_REACH_S, ALIGN_BELOW_HZ = 0.030, 0.0015, 400.0


@dataclass(slots=True)
class _Sum:
    """The events of a layer, added up as they come, from sample `first` as far as they ring; nothing from `last` on."""

    first: int
    last: int
    sound: dsp.Array = field(default_factory=lambda: np.zeros((2, 0)))

    def add(self, start: int, sound: Samples) -> None:
        end = min(start + sound.shape[1], self.last)
        self._reach(end)
        dsp.add_at(self.sound[:, : max(end - self.first, 0)], start - self.first, sound)

    def take(self, until: int) -> dsp.Array:
        """What sounds up to sample `until`, which is then the first."""
        self._reach(until)
        block, self.sound = np.split(self.sound, [until - self.first], axis=1)
        self.first = until
        return block

    def _reach(self, end: int) -> None:
        missing = end - self.first - self.sound.shape[1]
        if missing > 0:
            self.sound = np.pad(self.sound, ((0, 0), (0, missing + BLOCK)))


def note_start(score: Score, note: Note) -> int:
    """First sample of a note, counted from the timeline's start."""
    return seconds_to_sample(score.record_start + Fraction(note.start_s) + Fraction(note.shift_ms) / 1000)


def sound_note(note: Note) -> Samples:
    """One note as it is heard, before the mix: played, faded, placed, `[2, sample]`."""
    dry = registry.instrument(note.instrument).play(note)
    if note.heard_until_s:
        dry = dry[:, : dsp.samples(note.heard_until_s)]
    before, dry = np.split(dry, [dsp.samples(note.heard_from_s)], axis=1)
    if note.fade_in_s or note.fade_out_s:
        dry = dsp.fade(dry, note.fade_in_s, note.fade_out_s).astype(np.float32)
    dry = np.concatenate([np.zeros_like(before), dry], axis=1) if before.size else dry
    gain = dsp.db(note.gain_db) * (-1.0 if note.invert else 1.0)
    return space.place_sound(dry * np.float32(gain), note.place)


def sound_score(
    score: Score,
    first: int,
    last: int,
    *,
    align: bool = False,
    scratch: Scratch | None = None,
    progress: Callable[[float], None] = lambda fraction: None,
    cancel: Cancel | None = None,
) -> tuple[Score, dict[Layer, Track]]:
    """Sound a scene over the samples `first:last` into scratch tracks.

    With `align`, the material note of each contact is moved by up to 1.5 ms, and turned over, so that it adds to its
    action note below 400 Hz instead of cancelling it; the score that comes back holds what was chosen.
    Raises ScoreError, OutputError, CancelledError.
    """
    score.check()
    beds = [note for note in score.notes if is_bed(note)]
    events = _by_event(score, [note for note in score.notes if not is_bed(note) and _may_sound(score, note, first)])
    tracks = {layer: Track(first, last, scratch) for layer in Layer}
    sums = {layer: _Sum(first, last) for layer in Layer}
    settled: dict[str, Note] = {}
    upcoming = 0
    spans = [(start, min(start + BLOCK, last)) for start in range(first, last, BLOCK)]
    with closing(a_little_ahead(partial(_bed, score), product(spans, beds))) as parts:
        for _, block_last in spans:
            while upcoming < len(events) and events[upcoming][0] < block_last:
                for note, sound in _sound_event(events[upcoming][1], align):
                    if cancel and cancel.is_set():
                        raise CancelledError("stopped while sounding")
                    settled[note.id] = note
                    sums[note.layer].add(note_start(score, note), sound)
                upcoming += 1
            block = {layer: sums[layer].take(block_last) for layer in Layer}
            for note, part in zip(beds, parts, strict=False):
                _add_bed(block[note.layer], part)
            for layer, track in tracks.items():
                track.append(block[layer].astype(np.float32))
            progress((block_last - first) / (last - first))
    return replace(score, notes=tuple(settled.get(note.id, note) for note in score.notes)), tracks


def aligned(score: Score) -> Score:
    """The score with the material note of each contact moved and turned as `sound_score` would."""
    events = _by_event(score, [note for note in score.notes if not is_bed(note)])
    settled = {note.id: note for _, notes in events for note, _ in _sound_event(notes, align=True)}
    return replace(score, notes=tuple(settled.get(note.id, note) for note in score.notes))


def sound_note_again(score: Score, note: Note, tracks: dict[Layer, Track]) -> tuple[Score, int, int]:
    """Put `note` in the place of the score's note of that id, and sound only the stretch that either reaches into.

    Returns the new score and the samples that changed. The tracks hold what sounding the new score whole would give,
    to the bit. ScoreError for a note that is not in the score, cannot be played, or has moved to another layer.
    """
    before = next((one for one in score.notes if one.id == note.id), None)
    if before is None or before.layer is not note.layer:
        raise ScoreError(f"there is no note {note.id!r} on the {note.layer.value} layer of this scene")
    edited = replace(score, notes=tuple(note if one is before else one for one in score.notes))
    edited.check()
    spans = [note_span(score, before), note_span(edited, note)]
    track = tracks[note.layer]
    first = max(min(start for start, _ in spans), track.first)
    last = min(max(end for _, end in spans), track.last)
    if last > first:
        track.overwrite(first, _sound_stretch(edited.only(note.layer), first, last))
    return edited, first, max(last, first)


def note_span(score: Score, note: Note) -> tuple[int, int]:
    """First sample of a note and the first after its last, counted from the timeline's start."""
    start = note_start(score, note)
    first = start + dsp.samples(note.heard_from_s)
    if is_bed(note):
        return first, max(start + _bed_samples(note), first)
    return first, max(start + sound_note(note).shape[1], first)


def _sound_stretch(score: Score, first: int, last: int) -> Samples:
    """What one layer sounds from sample `first` to `last`, summed in the order in which a whole scene is."""
    beds = [note for note in score.notes if is_bed(note)]
    events = _by_event(score, [note for note in score.notes if not is_bed(note) and _may_sound(score, note, first)])
    heard = _Sum(first, last)
    for start, notes in events:
        for note in notes:
            if start < last:
                heard.add(note_start(score, note), sound_note(note))
    block = heard.take(last)
    for note in beds:
        _add_bed(block, _bed(score, ((first, last), note)))
    return block.astype(np.float32)


def _may_sound(score: Score, note: Note, first: int) -> bool:
    """Whether an event may still ring at sample `first`."""
    return note_start(score, note) + dsp.samples(note.duration_s + LONGEST_RING_S) > first


def _by_event(score: Score, notes: Sequence[Note]) -> list[tuple[int, list[Note]]]:
    """Notes grouped by event, in the order of their first sample; 2 ms early, for the alignment's reach.

    Notes of one event that are far from each other are each by itself, so that none is sounded long before its time.
    """
    grouped = groupby(sorted(notes, key=lambda note: (note.event, note.start_s, note.id)), key=lambda note: note.event)
    events = []
    for _, group in grouped:
        members = list(group)
        together = members[-1].start_s - members[0].start_s < LONGEST_EVENT_S
        for part in [members] if together else [[note] for note in members]:
            events.append((min(note_start(score, note) for note in part) - dsp.samples(0.002), part))
    return sorted(events, key=lambda event: (event[0], event[1][0].id))


def _sound_event(notes: list[Note], align: bool) -> Iterator[tuple[Note, Samples]]:
    layers = [note.layer for note in notes]
    if not align or sorted(layers) != [Layer.ACTION, Layer.MATERIAL] or notes[0].start_s != notes[1].start_s:
        yield from ((note, sound_note(note)) for note in notes)
        return
    sounds = [sound_note(note) for note in notes]
    body = layers.index(Layer.MATERIAL)
    shift, invert = best_alignment(sounds[1 - body], sounds[body])
    notes = list(notes)
    if invert:
        sounds[body] = -sounds[body]
    notes[body] = replace(notes[body], shift_ms=shift * 1000.0 / SAMPLE_RATE, invert=invert)
    yield from zip(notes, sounds, strict=True)


def best_alignment(gesture: Samples, body: Samples) -> tuple[int, bool]:
    """Samples to move `body` by, and whether to turn it over, for the strongest sum of the first 30 ms below 400 Hz.

    Polarity turns only where the sum would else lose over 1 dB against the parts' energies.
    """
    count, reach = dsp.samples(ALIGN_WINDOW_S), dsp.samples(ALIGN_REACH_S)
    a, b = (dsp.band(_head(sound, count), None, ALIGN_BELOW_HZ) for sound in (gesture, body))
    energy = float(a @ a + b @ b)
    if not float(a @ a) * float(b @ b) > 1e-8 * energy**2:
        return 0, False
    lags = np.arange(-reach, reach + 1)
    products = signal.correlate(a, b, "full")[len(b) - 1 - reach : len(b) + reach]
    products = products - 1e-3 * np.abs(products).max() * np.abs(lags) / reach  # of equals, the nearest
    best = int(products.argmax())
    if 10 * np.log10(max(1.0 + 2.0 * float(products[best]) / energy, 1e-9)) < -1.0:
        flipped = int((-products).argmax())
        return int(lags[flipped]), True
    return int(lags[best]), False


def _head(sound: Samples, count: int) -> Samples:
    mono = sound.mean(axis=0)[:count]
    return np.pad(mono, (0, count - len(mono)))


_AIR_REACH = 32


def _bed(score: Score, place: tuple[tuple[int, int], Note]) -> tuple[int, dsp.Array]:
    """What a texture note sounds in a block, and from which of its samples on.

    It is exact in any block, so only gains and a short FIR are applied.
    """
    (block_first, block_last), note = place
    start = note_start(score, note)
    length = _bed_samples(note)
    first = max(block_first - start, dsp.samples(note.heard_from_s))
    last = min(block_last - start, length)
    if last <= first:
        return 0, np.zeros((2, 0))
    player = registry.instrument(note.instrument)
    assert isinstance(player, registry.Texture)
    if note.place.distance_m >= 8.0:
        sound = _far(player, note, first, last, length)
    else:
        sound = player.play_span(note, first, last)
    gain = dsp.db(note.gain_db) * space.distance_gain(note.place.distance_m) * (-1.0 if note.invert else 1.0)
    at = np.arange(first, last) / SAMPLE_RATE
    pan = note.place.pan
    left, right = space.pan_gains(pan if isinstance(pan, int | float) else pan.at(at))
    envelope = gain * np.sqrt(2.0) * _fades(note, at)
    return start + first - block_first, np.stack([sound[0] * (envelope * left), sound[-1] * (envelope * right)])


def _bed_samples(note: Note) -> int:
    """Where a bed ends, in its own time."""
    return dsp.samples(note.own_end_s)


def _add_bed(block: dsp.Array, bed: tuple[int, dsp.Array]) -> None:
    offset, sound = bed
    block[:, offset : offset + sound.shape[1]] += sound


def _fades(note: Note, at_s: dsp.Array) -> dsp.Array | float:
    if not (note.fade_in_s or note.fade_out_s):
        return 1.0
    end_s = note.own_end_s
    rise = np.clip((at_s - note.heard_from_s) / note.fade_in_s, 0.0, 1.0) if note.fade_in_s else 1.0
    fall = np.clip((end_s - at_s) / note.fade_out_s, 0.0, 1.0) if note.fade_out_s else 1.0
    return np.asarray(np.sin(np.pi / 2 * rise) * np.sin(np.pi / 2 * fall))


def _far(player: registry.Texture, note: Note, first: int, last: int, length: int) -> Samples:
    """Air absorption as a short symmetric filter, with the neighbouring samples that it needs."""
    lo, hi = max(first - _AIR_REACH, 0), min(last + _AIR_REACH, length)
    sound = np.pad(player.play_span(note, lo, hi), ((0, 0), (lo - first + _AIR_REACH, last + _AIR_REACH - hi)))
    pole = space.air_pole(note.place.distance_m)
    taps = pole ** np.abs(np.arange(-_AIR_REACH, _AIR_REACH + 1))
    # Summed tap by tap: a transform would round by the length of the block.
    filtered = ndimage.convolve1d(sound.astype(np.float64), taps / taps.sum(), axis=-1, mode="constant")
    return np.asarray(filtered[:, _AIR_REACH:-_AIR_REACH], dtype=np.float32)
