"""Which stretches of picture are meant, and what is to be seen in them: from a `Cut` and a `Choice` to shots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction

from engine.types import MissingMediaError, Shot, TimelineError
from plugin.timeline.clock import Span
from plugin.timeline.cut import PICTURE, Cut, CutClip, CutMarker
from plugin.timeline.medium import is_there
from plugin.timeline.record_range import parse_marks, parse_range
from plugin.timeline.topmost import SLIVER, Piece, topmost


@dataclass(frozen=True, slots=True)
class Choice:
    """What the editor asked for. Everything that is given narrows the selection; nothing given means all."""

    range: str = ""  # "01:00:04:00-01:00:12:00" or frames from the start "96-288"; the end is the first frame left out
    mark_in: str = ""  # timecode or frames, as in `range`; a missing one is the timeline's start or end
    mark_out: str = ""
    track: str = ""  # "V1", "2" or a track's name: this picture track alone, as if the others were off
    clip: str = ""  # a clip's name, or a pattern such as "walk*"
    marker: str = ""  # a marker's colour


@dataclass(frozen=True, slots=True)
class Selection:
    """The shots that were found, in record order, how they were found, and what to tell the editor."""

    shots: tuple[Shot, ...]
    rule: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Window:
    span: Span
    words: tuple[str, ...] = ()


def select(cut: Cut, choice: Choice | None = None, *, skip_missing: bool = False) -> Selection:
    """The shots in what was chosen: where tracks overlap, the topmost enabled picture, as a viewer sees it.

    Raises TimelineError when the choice is outside the timeline or holds no picture, MissingMediaError when a file
    is not there, unless `skip_missing`.
    """
    choice = choice or Choice()
    windows, warnings = _windows(cut, choice)
    clips = _picture(cut, choice.track)
    pieces, unseen = topmost(clip for clip in clips if any(clip.record.cut_to(window.span) for window in windows))
    warnings += tuple(_unseen_warning(cut, piece) for piece in unseen)
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
    return Selection(_shots(cut, present), _rule(cut, choice, windows), warnings + lost)


def _windows(cut: Cut, choice: Choice) -> tuple[list[_Window], tuple[str, ...]]:
    spans, warnings = [cut.record], []
    for parsed in _asked_spans(cut, choice):
        kept = parsed.cut_to(cut.record)
        if kept is None:
            raise TimelineError(_outside(cut, parsed))
        if kept != parsed:
            warnings.append(
                f"{cut.timecode_range(parsed)} goes beyond the timeline; {cut.timecode_range(kept)} is taken."
            )
        spans = [both for span in spans if (both := span.cut_to(kept))]
    if not spans:
        raise TimelineError("The range and the in and out marks have nothing in common. Give one of them.")
    if not choice.marker:
        return [_Window(span) for span in spans], tuple(warnings)
    return _marked_windows(cut, choice.marker, spans), tuple(warnings)


def _asked_spans(cut: Cut, choice: Choice) -> Iterator[Span]:
    if choice.range:
        yield parse_range(cut, choice.range)
    if choice.mark_in or choice.mark_out:
        yield parse_marks(cut, choice.mark_in, choice.mark_out)


def _marked_windows(cut: Cut, colour: str, spans: list[Span]) -> list[_Window]:
    found = [(marker, clip) for marker, clip in _all_markers(cut) if marker.colour == colour.upper()]
    if not found:
        there = sorted({marker.colour for marker, _ in _all_markers(cut) if marker.colour})
        have = f"its marker colours are {', '.join(there)}" if there else "it has no coloured markers"
        raise TimelineError(f"The timeline has no {colour.upper()} marker; {have}.")
    windows: dict[Span, _Window] = {}
    for marker, clip in found:
        for span in (both for whole in spans if (both := _meant(cut, marker, clip).cut_to(whole))):
            words = windows[span].words if span in windows else ()
            windows[span] = _Window(span, words + marker.words)
    if not windows:
        raise TimelineError(f"No {colour.upper()} marker lies in the range. Give a wider range, or none.")
    return _apart(windows.values())


def _all_markers(cut: Cut) -> Iterator[tuple[CutMarker, CutClip | None]]:
    yield from ((marker, None) for marker in cut.markers)
    yield from ((marker, clip) for clip in cut.clips if clip.enabled for marker in clip.markers)


def _meant(cut: Cut, marker: CutMarker, clip: CutClip | None) -> Span:
    """A marker with a length means its stretch; a moment means the clip that it marks."""
    if marker.record.duration * cut.rate > 1:
        return marker.record
    moment = marker.record.start
    under = clip or next((below for below in reversed(cut.clips) if _shows(below, moment)), None)
    return under.record if under else Span(moment, moment + 1 / cut.rate)


def _shows(clip: CutClip, moment: Fraction) -> bool:
    return clip.enabled and clip.kind == PICTURE and clip.record.start <= moment < clip.record.end


def _apart(windows: Iterable[_Window]) -> list[_Window]:
    """Windows in order, those that overlap made one, so that no picture is taken twice."""
    apart: list[_Window] = []
    for window in sorted(windows, key=lambda window: window.span.start):
        if apart and window.span.start < apart[-1].span.end:
            last = apart.pop()
            window = _Window(
                Span(last.span.start, max(last.span.end, window.span.end)),
                last.words + tuple(text for text in window.words if text not in last.words),
            )
        apart.append(window)
    return apart


def _picture(cut: Cut, track: str) -> list[CutClip]:
    clips = [clip for clip in cut.clips if clip.kind == PICTURE and clip.enabled]
    if not track:
        return clips
    labels = {label.label for label in cut.tracks if label.kind == PICTURE}
    wanted = f"V{track}" if track.isdecimal() else track.upper()
    if wanted in labels:
        return [clip for clip in clips if clip.track.label == wanted]
    if any(label.name == track and label.kind == PICTURE for label in cut.tracks):
        return [clip for clip in clips if clip.track.name == track]
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


def _outside(cut: Cut, asked: Span) -> str:
    if not cut.duration:
        return "The timeline is empty. Put a clip on it first."
    return (
        f"{cut.timecode_range(asked)} lies outside the timeline, which runs {cut.timecode_range(cut.record)} "
        "(the last is its end). Give a range inside it."
    )


def _split_missing(
    cut: Cut, chosen: list[tuple[Piece, _Window]], skip_missing: bool
) -> tuple[list[tuple[Piece, _Window]], tuple[str, ...]]:
    problems = [(pair, _missing(cut, pair[0])) for pair in chosen]
    lost = tuple(problem for _, problem in problems if problem)
    if lost and not skip_missing:
        more = f" ({len(lost) - 1} more like it.)" if len(lost) > 1 else ""
        raise MissingMediaError(f"{lost[0]} Relink it, or leave such clips out with --skip-missing.{more}")
    present = [pair for pair, problem in problems if not problem]
    if not present:
        raise MissingMediaError(f"No clip in the selection has its media. {lost[0]} Relink it.")
    return present, lost


def _missing(cut: Cut, piece: Piece) -> str:
    medium = piece.clip.medium
    where = f'Clip "{piece.clip.name}" on {piece.clip.track.label} at {cut.timecode(piece.record.start)}'
    if medium.path is None:
        return f"{where} has no picture to look at: {medium.problem}."
    return "" if is_there(medium.path) else f"{where} has no media: there is no file {medium.path}."


def _unseen_warning(cut: Cut, piece: Piece) -> str:
    return (
        f'Clip "{piece.clip.name}" on {piece.clip.track.label} at {cut.timecode(piece.record.start)} names no file '
        f"({piece.clip.medium.problem}); the picture beneath it is taken."
    )


def _shots(cut: Cut, chosen: list[tuple[Piece, _Window]]) -> tuple[Shot, ...]:
    shots: list[Shot] = []
    scene, last_end = -1, None
    for piece, window in chosen:
        if last_end is None or piece.record.start - last_end >= SLIVER:
            scene += 1
        last_end = piece.record.end
        shots.append(_shot(cut, piece, scene, window.words))
    return tuple(shots)


def _shot(cut: Cut, piece: Piece, scene: int, words: tuple[str, ...]) -> Shot:
    clip = piece.clip
    marked = tuple(text for marker in clip.markers for text in marker.words)
    return Shot(
        name=clip.name,
        media=clip.medium.path,
        source_start=clip.source_at(piece.record.start),
        duration=piece.record.duration,
        record_start=piece.record.start,
        speed=clip.speed,
        frame_rate=cut.rate,
        scene=scene,
        hints=tuple(dict.fromkeys(text for text in (clip.name, *marked, *clip.notes, *words) if text)),
    )


def _rule(cut: Cut, choice: Choice, windows: list[_Window]) -> str:
    marks = f"{choice.mark_in or 'start'} to {choice.mark_out or 'end'}"
    parts = [
        f"range {choice.range}" if choice.range else "",
        f"in and out marks {marks}" if choice.mark_in or choice.mark_out else "",
        f"{choice.marker.upper()} markers" if choice.marker else "",
        f"track {choice.track}" if choice.track else "",
        f"clip {choice.clip}" if choice.clip else "",
    ]
    spans = ", ".join(cut.timecode_range(window.span) for window in windows)
    return f"{', '.join(part for part in parts if part) or 'the whole timeline'}: {spans}"
