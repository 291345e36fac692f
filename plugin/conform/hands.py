"""Stems that somebody has changed by hand: what they hold is no score's, and is copied also where it would be made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from engine.conform.run import score_under
from engine.conform.scene import Conformed
from engine.conform.unchanged import Lengths
from engine.score.score import Score
from engine.sounding import sound_score
from engine.stems import SceneStems
from engine.types import Layer, Samples, seconds_to_sample
from plugin.conform.old import Source
from plugin.conform.sound import Copy, copied, left_over

LSB = 2.0**-15
MOST_ERROR = 0.1  # of what sounds: dither and other processors are far below


def kept_by_hand(
    conformed: Conformed,
    old: Sequence[Score],
    sources: Sequence[Source],
    layer: Layer,
    copies: Sequence[Copy],
    lengths: Lengths,
) -> Iterator[Copy]:
    """Further copies: where a run's sound would be made again, but its file holds other sound than the old score."""
    for run in conformed.scene.runs:
        if not run.is_plain:
            continue
        shift, score = run.shift_samples, score_under(old, run)
        for first, last in left_over(seconds_to_sample(run.now_start), seconds_to_sample(run.now_end), copies):
            held = list(copied(sources, first, last, shift))
            if sum(copy.last - copy.first for copy in held) == last - first:
                stored = np.concatenate([copy.read(copy.first, copy.last) for copy in held], axis=1)
                if _is_other(stored, _sounded(score, layer, first - shift, last - shift, lengths)):
                    yield from held


def _sounded(score: Score, layer: Layer, first: int, last: int, lengths: Lengths) -> Samples:
    """What the old score sounds, as its mix has it."""
    heard = tuple(lengths.sounding(score, layer, (first, last)))
    score, tracks = sound_score(replace(score, notes=heard), first, last)
    stems = SceneStems(score, tracks, first, last)
    try:
        return stems.read(layer, first, last)
    finally:
        stems.close()


def _is_other(stored: Samples, sounded: Samples) -> bool:
    error, level = (float(np.sqrt(np.mean(np.square(sound)))) for sound in (stored - sounded, stored))
    return error > 2 * LSB + MOST_ERROR * level
