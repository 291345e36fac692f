"""Look at a shot: its pictures become cues."""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

from engine.media.decode import Frame, probe, read_frames
from engine.media.source import Report
from engine.types import Cancel, CancelledError, Cue, Curve, MediaError, Shot
from engine.vision import cache
from engine.vision.hits import hits
from engine.vision.overview import camera_cues, cut_cues, motion_cues, motion_curve, place_cues, texture_cues
from engine.vision.texture import EVERY_S
from engine.vision.watch import Watched, Watcher

COLOUR_RATE = 1 / Fraction(EVERY_S)
MOST_PICTURES_S = 61  # of record time; what is faster cannot be heard as separate
BACKWARD_SPAN_S = 3
WINDOW_S, OVERLAP_S = 60.0, 2.0
_AHEAD = 32


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen in one shot; times in record seconds from the shot's start."""

    cues: tuple[Cue, ...] = ()
    warnings: tuple[str, ...] = ()
    motion: Curve | None = None  # how much of the picture moves, 0..1


def look(
    shot: Shot,
    progress: Callable[[float], None] = lambda fraction: None,
    cancel: Cancel | None = None,
    *,
    threads: int = 2,
) -> Look:
    """Look at a shot, or remember it; decoded on so many threads beside this one, or on this alone for one.

    MissingMediaError, MediaError, CancelledError.
    """
    if shot.media is None:
        return Look(warnings=(f"{shot.name}: its picture is missing; only the words are followed there.",))
    kept = recall(shot)
    if kept is not None:
        progress(1.0)
        return kept
    report = Report(shot.media)
    cues: list[Cue] = []
    motion: list[tuple[float, float]] = []
    for first, last, watched in _watch(shot, report, progress, cancel, threads):
        cues += _cues(watched, first, last, float(shot.duration))
        moved = motion_curve(watched) or Curve((), ())
        motion += [point for point in zip(moved.times_s, moved.values, strict=True) if first <= point[0] < last]
    curve = Curve(tuple(time for time, _ in motion), tuple(value for _, value in motion)) if motion else None
    seen = Look(tuple(cues), report.warnings(), curve)
    cache.store(cache.key(shot), seen.cues, seen.warnings, seen.motion)
    return seen


def recall(shot: Shot) -> Look | None:
    """What was seen in the shot before; None if it was never looked at. MissingMediaError, MediaError."""
    kept = cache.load(cache.key(shot))
    return Look(*kept) if kept is not None else None


def _cues(watched: Watched, first_s: float, last_s: float, duration_s: float) -> tuple[Cue, ...]:
    """What begins from `first_s` on and before `last_s`."""
    found = [*hits(watched), *motion_cues(watched), *texture_cues(watched), *camera_cues(watched)]
    found += [*place_cues(watched), *cut_cues(watched)]
    earliest = first_s if first_s > 0 else -0.02
    inside = [_within(cue, duration_s) for cue in found if earliest <= cue.time_s < min(last_s, duration_s)]
    return tuple(sorted(inside, key=lambda cue: (cue.time_s, cue.id)))


def _within(cue: Cue, duration_s: float) -> Cue:
    start = max(0.0, cue.time_s)
    return replace(cue, time_s=start, duration_s=max(0.0, min(cue.duration_s, duration_s - start)))


def _watch(
    shot: Shot, report: Report, progress: Callable[[float], None], cancel: Cancel | None, threads: int
) -> Iterator[tuple[float, float, Watched]]:
    """A long shot is watched a minute at a time, so that what is kept does not grow with it: (from, to, what was seen).

    Each watcher sees a little more at both ends than it answers for.
    """
    watchers: list[tuple[float, Watcher]] = []
    total_s = max(float(shot.duration), 1e-6)
    with closing(_record_frames(shot, report, threads)) as frames:
        for k, (time_s, frame) in enumerate(frames):
            if k % 16 == 0:
                progress(min(0.99, max(0.0, time_s / total_s)))
                if cancel is not None and cancel.is_set():
                    raise CancelledError(f"{shot.name}: looking was stopped")
            begin = watchers[-1][0] + WINDOW_S if watchers else 0.0
            if not watchers or time_s >= begin - OVERLAP_S:
                watchers.append((begin, Watcher(frame.grey.shape[1], frame.grey.shape[0])))
            if len(watchers) > 1 and time_s >= watchers[1][0] + OVERLAP_S:
                first, watcher = watchers.pop(0)
                yield first, first + WINDOW_S, watcher.end()
            for _, watcher in watchers:
                watcher.add(time_s, frame.grey, frame.rgb)
    if not watchers:
        raise MediaError(f"{shot.media}: no picture could be read where {shot.name!r} plays; check the clip's range.")
    for number, (first, watcher) in enumerate(watchers):
        yield first, first + WINDOW_S if number + 1 < len(watchers) else math.inf, watcher.end()
    progress(1.0)


def _record_frames(shot: Shot, report: Report, threads: int) -> Generator[tuple[float, Frame], None, None]:
    """Pictures in the order of the cut, with record seconds from the shot's start."""
    last = -1.0
    source = _source_frames(shot, report, threads)
    with closing(_aside(source) if threads > 1 else source) as frames:
        for frame in frames:
            time_s = float((frame.time - shot.source_start) / shot.speed) if shot.speed else 0.0
            if time_s - last >= 1 / MOST_PICTURES_S - 1e-6 or last < 0:
                last = time_s
                yield time_s, frame


def _source_frames(shot: Shot, report: Report, threads: int) -> Generator[Frame, None, None]:
    assert shot.media is not None
    start, end = shot.source_start, shot.source_start + shot.duration * shot.speed
    read = partial(read_frames, shot.media, colour_rate=_colour_rate(shot), report=report, threads=threads)
    if shot.speed > 0:
        yield from read(start, end)
    elif shot.speed < 0:
        yield from _backward(shot.media, end, start, read)
    else:
        yield next(iter(read(start, start + Fraction(1, 1000))))


def _colour_rate(shot: Shot) -> Fraction:
    return COLOUR_RATE * (abs(shot.speed) or 1)


def _backward(
    media: Path, first: Fraction, last: Fraction, read: Callable[[Fraction, Fraction], Iterator[Frame]]
) -> Iterator[Frame]:
    """From `last` down to `first`, read in spans that fit in memory."""
    length = probe(media).duration
    end = min(last, length + BACKWARD_SPAN_S) if length else last  # nothing is shown far past the file's end
    while end > max(first, Fraction(0)):
        start = max(first, Fraction(0), end - BACKWARD_SPAN_S)
        span = list(read(start, end))
        inside = [f for f in span if f.time >= start] or span[:1]
        yield from reversed(inside)
        end = start


def _aside(frames: Iterator[Frame]) -> Generator[Frame, None, None]:
    """The same pictures, read on a thread of their own, a few ahead. What it raises is raised here."""
    ready: queue.Queue[Frame | BaseException | None] = queue.Queue(maxsize=_AHEAD)
    stop = threading.Event()

    def read() -> None:
        try:
            for frame in frames:
                if not _put(ready, frame, stop):
                    return
            _put(ready, None, stop)
        except BaseException as error:  # raised again where the pictures are asked for
            _put(ready, error, stop)

    reader = threading.Thread(target=read, name="decode", daemon=True)
    reader.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        reader.join()


def _put(
    ready: queue.Queue[Frame | BaseException | None], item: Frame | BaseException | None, stop: threading.Event
) -> bool:
    while not stop.is_set():
        try:
            ready.put(item, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False
