"""Which stretches of picture are meant, and what is to be seen in them: from a `Cut` and a `Choice` to shots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction

from engine.types import Mark, MissingMediaError, Shot, TimelineError
from plugin.timeline.choice import Choice, Window, windows_of
from plugin.timeline.clock import Span, joined
from plugin.timeline.cut import PICTURE, Cut, CutClip, CutMarker
from plugin.timeline.extent import extent_warnings, is_too_fast, still_at
from plugin.timeline.medium import is_there
from plugin.timeline.topmost import SLIVER, Piece, topmost

__all__ = ["Choice", "Selection", "missing", "select", "shots_of", "shown"]


LONGEST_SHOT_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Selection:
    """The shots that were found, in record order, how they were found, and what to tell the editor."""

    shots: tuple[Shot, ...]
    rule: str
    warnings: tuple[str, ...] = ()


def select(cut: Cut, choice: Choice | None = None, *, skip_missing: bool = False) -> Selection:
    """The shots in what was chosen: where tracks overlap, the topmost enabled picture, as a viewer sees it.

    Raises TimelineError when the choice is outside the timeline or holds no picture, MissingMediaError when a file
    is not there, unless `skip_missing`.
    """
    choice = choice or Choice()
    windows, warnings = windows_of(cut, choice)
    clips = _picture(cut, choice.track)
    pieces, unseen = topmost(clip for clip in clips if any(_may_show(clip, window.span) for window in windows))
    hidden = [piece for window in windows for piece in _cut_pieces(unseen, window.span)]
    warnings += tuple(_unseen_warning(cut, piece) for piece in hidden)
    chosen = [
        (piece, window)
        for window in windows
        for piece in _cut_pieces(pieces, window.span)
        if _is_named(piece.clip, choice.clip)
    ]
    chosen.sort(key=lambda pair: pair[0].record.start)
    if not chosen:
        raise TimelineError(_nothing(cut, choice, clips))
    present, lost = _split_missing(cut, chosen, skip_missing)
    beyond = tuple(text for piece, _ in present for text in extent_warnings(cut, piece))
    spans = [window.span for window in windows]
    if choice.clip:
        spans = joined((piece.record for piece, _ in chosen), gap=SLIVER)
    shots = _shots(cut, ((piece, window.words) for piece, window in present))
    return Selection(shots, _rule(cut, choice, spans), warnings + lost + beyond)


def _may_show(clip: CutClip, span: Span) -> bool:
    return bool(clip.record.cut_to(span) or clip.shown.cut_to(span))


def _picture(cut: Cut, track: str) -> list[CutClip]:
    clips = [clip for clip in cut.clips if clip.kind == PICTURE and clip.enabled]
    if not track:
        return clips
    labels = {label.label for label in cut.tracks if label.kind == PICTURE}
    wanted = f"V{track}" if track.isdecimal() else track.upper()
    if wanted in labels:
        return [clip for clip in clips if clip.track.label == wanted]
    same = track.casefold()
    if any(label.name.casefold() == same and label.kind == PICTURE for label in cut.tracks):
        return [clip for clip in clips if clip.track.name.casefold() == same]
    have = ", ".join(f'{label.label} "{label.name}"' for label in cut.tracks if label.kind == PICTURE)
    raise TimelineError(f'The timeline has no picture track "{track}"; it has {have or "none at all"}.')


def _cut_pieces(pieces: list[Piece], span: Span) -> Iterator[Piece]:
    for piece in pieces:
        kept = piece.record.cut_to(span)
        if kept is not None and kept.duration >= SLIVER:
            yield Piece(piece.clip, kept)


def _is_named(clip: CutClip, wanted: str) -> bool:
    return not wanted or clip.name == wanted or fnmatchcase(clip.name, wanted)


def _nothing(cut: Cut, choice: Choice, clips: list[CutClip]) -> str:
    hidden = [clip for clip in clips if choice.clip and _is_named(clip, choice.clip)]
    if hidden:
        return (
            f'"{hidden[0].name}" is on {hidden[0].track.label} at {cut.timecode_range(hidden[0].record)}, where other '
            f"picture covers it or the range leaves it out. Choose its track with --track {hidden[0].track.label}."
        )
    if choice.clip:
        return f'No clip is named "{choice.clip}". Give its name as the timeline shows it, or a pattern: "walk*".'
    if not clips:
        return "There is no enabled picture clip on the timeline. Enable a clip, or choose another track."
    return f"There is no picture in the range. The timeline runs {cut.timecode_range(cut.record)}."


def _split_missing(
    cut: Cut, chosen: list[tuple[Piece, Window]], skip_missing: bool
) -> tuple[list[tuple[Piece, Window]], tuple[str, ...]]:
    problems = [(pair, missing(cut, pair[0])) for pair in chosen]
    lost = tuple(problem for _, problem in problems if problem)
    wanted = tuple(problem for (piece, _), problem in problems if problem and piece.clip.medium.names_file)
    present = [pair for pair, problem in problems if not problem]
    if wanted and not skip_missing:
        more = f" ({len(wanted) - 1} more like it.)" if len(wanted) > 1 else ""
        raise MissingMediaError(f"{wanted[0]} Relink it, or leave such clips out with --skip-missing.{more}")
    if not present:
        raise MissingMediaError(f"No clip in the selection has its media. {lost[0]} Relink it.")
    return present, tuple(f"{problem} No sound is made there." for problem in lost)


def missing(cut: Cut, piece: Piece) -> str:
    """Why a piece cannot be looked at; nothing where it can."""
    medium = piece.clip.medium
    where = f'Clip "{piece.clip.name}" on {piece.clip.track.label} at {cut.timecode(piece.record.start)}'
    if medium.seen is None:
        return f"{where} has no picture to look at: {medium.problem}."
    return "" if is_there(medium.seen) else f"{where} has no media: there is no file {medium.seen}."


def _unseen_warning(cut: Cut, piece: Piece) -> str:
    return (
        f'Clip "{piece.clip.name}" on {piece.clip.track.label} at {cut.timecode(piece.record.start)} names no file '
        f"({piece.clip.medium.problem}); the picture beneath it is taken."
    )


def shown(cut: Cut) -> list[Piece]:
    """All that a viewer sees, in record order."""
    return topmost(_picture(cut, ""))[0]


def shots_of(cut: Cut, pieces: Iterable[Piece]) -> tuple[Shot, ...]:
    """Pieces in record order as shots; those that follow each other share a scene."""
    return _shots(cut, ((piece, ()) for piece in pieces))


def _shots(cut: Cut, chosen: Iterable[tuple[Piece, tuple[str, ...]]]) -> tuple[Shot, ...]:
    shots: list[Shot] = []
    scene, last_end = -1, None
    for piece, words in chosen:
        if last_end is None or piece.record.start - last_end >= SLIVER:
            scene += 1
        last_end = piece.record.end
        shots.append(_shot(cut, piece, scene, words))
    return tuple(shots)


def _shot(cut: Cut, piece: Piece, scene: int, words: tuple[str, ...]) -> Shot:
    clip = piece.clip
    if piece.record.duration > LONGEST_SHOT_S:
        hours = float(piece.record.duration) / 3600
        raise TimelineError(f'Clip "{clip.name}" lasts {hours:.4g} hours; a shot has 24 at most. Give a range.')
    marks = tuple(_marks(piece, (*clip.markers, *cut.markers)))
    timed = {text for mark in marks for text in mark.words}
    return Shot(
        name=clip.name,
        media=clip.medium.seen,
        source_start=still_at(cut, clip) if is_too_fast(clip) else clip.source_at(piece.record.start),
        duration=piece.record.duration,
        record_start=piece.record.start,
        speed=Fraction(0) if is_too_fast(clip) else clip.speed,
        frame_rate=cut.rate,
        scene=scene,
        hints=tuple(dict.fromkeys(text for text in (clip.name, *clip.notes, *words) if text and text not in timed)),
        marks=marks,
    )


def _marks(piece: Piece, markers: Iterable[CutMarker]) -> Iterator[Mark]:
    """What markers with words say of a piece: those of its clip and of the timeline, in order, cut to the piece."""
    for marker in sorted(markers, key=lambda marker: (marker.record.start, marker.record.end)):
        kept = marker.record.cut_to(piece.record)
        if kept is None and piece.record.start <= marker.record.start < piece.record.end:
            kept = marker.record  # a moment
        if kept is not None and marker.words:
            yield Mark(kept.start - piece.record.start, kept.duration, marker.words)


def _rule(cut: Cut, choice: Choice, shown: list[Span]) -> str:
    marks = f"{choice.mark_in or 'start'} to {choice.mark_out or 'end'}"
    parts = [
        f"range {choice.range}" if choice.range else "",
        f"in and out marks {marks}" if choice.mark_in or choice.mark_out else "",
        f"{choice.marker.upper()} markers" if choice.marker else "",
        f"track {choice.track}" if choice.track else "",
        f"clip {choice.clip}" if choice.clip else "",
    ]
    spans = cut.timecode_ranges(shown)
    return f"{', '.join(part for part in parts if part) or 'the whole timeline'}: {spans}"
