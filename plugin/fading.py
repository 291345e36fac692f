"""Stems get the fades that are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.types import Layer, SettingError
from plugin.timeline.fades import NO_FADES, Fades, Laid, fades_of
from plugin.timeline.place import StemClip, without_overlap
from plugin.timeline.stem_span import StemSpan
from plugin.timeline.takes import track_name


def check_fades(frames: int, handles_frames: int) -> None:
    """Raise SettingError for fades that the handles have no sound for."""
    if frames > handles_frames:
        raise SettingError(
            f"the fades are {frames} frames and the handles {handles_frames}; where scenes meet both sound from their "
            f"handles. Give --handles {frames}, or shorter fades"
        )


def faded(stems: Sequence[StemClip], scenes: Mapping[StemSpan, int], frames: int) -> list[StemClip]:
    """The stems, in the same order, with fades of so many frames; `scenes` says which scene each span is of."""
    found: dict[tuple[Layer, StemSpan], Fades] = {}
    for layer in Layer:
        mine = sorted((stem for stem in stems if stem.layer is layer), key=lambda stem: stem.span.start_frame)
        laid = [Laid(stem.span, end, scenes[stem.span]) for stem, end in without_overlap(mine, track_name(layer, 1))]
        found |= {(layer, one.span): fades for one, fades in zip(laid, fades_of(laid, frames), strict=True)}
    return [replace(stem, fades=found.get((stem.layer, stem.span), NO_FADES)) for stem in stems]


def fade_warnings(stems: Sequence[StemClip], frames: int) -> tuple[str, ...]:
    """Whether fades had to be shorter than they were asked for."""
    short = 0
    for fades in (stem.fades for stem in stems):
        short += sum(0 < got < frames for got in (fades.rise, fades.fall))
        short += fades.after is not None and fades.after.frames < frames
    if not short:
        return ()
    what = "1 fade is shorter" if short == 1 else f"{short} fades are shorter"
    return (f"{what} than {frames} frames, where a stem or its handles are too short for more.",)
