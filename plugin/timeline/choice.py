"""Which stretches of record time are meant: a typed range, marks, markers of a colour, or all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.types import TimelineError
from plugin.timeline.clock import Span
from plugin.timeline.cut import PICTURE, Cut, CutClip, CutMarker
from plugin.timeline.record_range import parse_marks, parse_range


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
class Window:
    """A stretch to look at, and the words that its markers bring along."""

    span: Span
    words: tuple[str, ...] = ()


def windows_of(cut: Cut, choice: Choice) -> tuple[list[Window], tuple[str, ...]]:
    """The stretches chosen, in record order and apart, with warnings. Raises TimelineError when nothing is left."""
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
        return [Window(span) for span in spans], tuple(warnings)
    return _marked_windows(cut, choice.marker, spans), tuple(warnings)


def _asked_spans(cut: Cut, choice: Choice) -> Iterator[Span]:
    if choice.range:
        yield parse_range(cut, choice.range)
    if choice.mark_in or choice.mark_out:
        yield parse_marks(cut, choice.mark_in, choice.mark_out)


def _marked_windows(cut: Cut, colour: str, spans: list[Span]) -> list[Window]:
    found = [(marker, clip) for marker, clip in _all_markers(cut) if marker.colour == colour.upper()]
    if not found:
        there = sorted({marker.colour for marker, _ in _all_markers(cut) if marker.colour})
        have = f"its marker colours are {', '.join(there)}" if there else "it has no coloured markers"
        raise TimelineError(f"The timeline has no {colour.upper()} marker; {have}.")
    windows: dict[Span, Window] = {}
    for marker, clip in found:
        for span in (both for whole in spans if (both := _meant(cut, marker, clip).cut_to(whole))):
            words = windows[span].words if span in windows else ()
            windows[span] = Window(span, words + marker.words)
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


def _apart(windows: Iterable[Window]) -> list[Window]:
    """Windows in order, those that overlap made one, so that no picture is taken twice."""
    apart: list[Window] = []
    for window in sorted(windows, key=lambda window: window.span.start):
        if apart and window.span.start < apart[-1].span.end:
            last = apart.pop()
            window = Window(
                Span(last.span.start, max(last.span.end, window.span.end)),
                last.words + tuple(text for text in window.words if text not in last.words),
            )
        apart.append(window)
    return apart


def _outside(cut: Cut, asked: Span) -> str:
    if not cut.duration:
        return "The timeline is empty. Put a clip on it first."
    return (
        f"{cut.timecode_range(asked)} lies outside the timeline, which runs {cut.timecode_range(cut.record)} "
        "(the last is its end). Give a range inside it."
    )
