"""Where a clip asks its file for more picture than the file holds, or faster than any picture can be followed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from plugin.timeline import clock
from plugin.timeline.clock import Span
from plugin.timeline.cut import Cut, CutClip
from plugin.timeline.topmost import Piece

FASTEST = 100
"""Times its own speed at which a clip is still watched; beyond, nothing lasts long enough to be heard."""


def is_too_fast(clip: CutClip) -> bool:
    return abs(clip.speed) > FASTEST


def still_at(cut: Cut, clip: CutClip) -> Fraction:
    """File seconds of the picture that stands for a clip which is too fast to watch: its earliest that is there."""
    earliest = max(_source(clip, clip.record).start, Fraction(0))
    return min(earliest, max(clip.extent.seconds - 1 / cut.rate, Fraction(0))) if clip.extent else earliest


def extent_warnings(cut: Cut, piece: Piece) -> Iterator[str]:
    """What of a chosen piece's picture is not there, by how much, and who says so."""
    clip = piece.clip
    named = f'Clip "{clip.name}" on {clip.track.label} at {cut.timecode(piece.record.start)}'
    if is_too_fast(clip):
        yield (
            f"{named} runs at {float(clip.speed):.4g} times its speed. Above {FASTEST} times no movement can be "
            "followed: one picture of it is looked at, as a still."
        )
    elif clip.extent:
        before, after = (clock.seconds_to_frames(lost, rate=cut.rate) for lost in _missing(piece, clip.extent.seconds))
        lasts = f"lasts {float(clip.extent.seconds):.3f} s, as the {clip.extent.said_by} says"
        if before:
            yield f"{named} begins {_frames(before)} before its media does; no picture is seen there."
        if after:
            yield f"{named} runs {_frames(after)} past the end of its media, which {lasts}; no picture is seen there."


def _missing(piece: Piece, media_s: Fraction) -> tuple[Fraction, Fraction]:
    """Record seconds of a piece whose picture would lie before the file's first, and after its last."""
    clip, record = piece.clip, piece.record
    source = _source(clip, record)
    if not clip.speed:
        return (record.duration if source.start < 0 else Fraction(0)), (
            record.duration if source.start >= media_s else Fraction(0)
        )
    before = min(max(-source.start, Fraction(0)), source.duration)
    after = min(max(source.end - media_s, Fraction(0)), source.duration)
    return before / abs(clip.speed), after / abs(clip.speed)


def _source(clip: CutClip, record: Span) -> Span:
    first, last = clip.source_at(record.start), clip.source_at(record.end)
    return Span(min(first, last), max(first, last))


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"
