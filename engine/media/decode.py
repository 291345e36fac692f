"""Pictures out of any file FFmpeg reads: small, upright, in square pixels, each with its exact time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from engine.media.shrink import Image, grey_small, rgb_small, upright
from engine.media.source import (
    Report,
    Source,
    first_of,
    first_picture,
    open_media,
    picture_stream,
    pictures,
    quarter_turns,
    shown_size,
    source_of,
)
from engine.types import MediaError

GREY_PIXELS = 192 * 108
COLOUR_PIXELS = 96 * 54
SEEK_RATHER_THAN_READ_S = 4


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file says of itself."""

    duration: Fraction  # seconds; of the picture where there is one; 0 where the file does not say
    rate: Fraction | None  # average pictures a second
    size: tuple[int, int] | None  # width and height as shown: rotated, in square pixels
    has_picture: bool
    has_sound: bool
    timecode: str | None  # of the first picture, as written in the file


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of the file, small."""

    time: Fraction  # seconds in the file; its first picture is 0
    grey: Image  # `[height, width]`, about 192 x 108 pixels in the picture's own shape
    rgb: Image | None = None  # `[height, width, 3]`, about 96 x 54, on the pictures chosen for colour


def probe(path: Path) -> Probe:
    """What is in the file; MissingMediaError or MediaError if it cannot be opened."""
    with open_media(path) as container:
        stream = picture_stream(container)
        first = first_picture(container, stream) if stream is not None else None
        timecode = container.metadata.get("timecode") or first_of(s.metadata.get("timecode") for s in container.streams)
        return Probe(
            duration=duration_of(container, stream),
            rate=stream.average_rate if stream else None,
            size=shown_size(stream, first) if stream is not None and first is not None else None,
            has_picture=stream is not None,
            has_sound=bool(container.streams.audio),
            timecode=timecode,
        )


def read_frames(
    path: Path,
    start: Fraction,
    end: Fraction,
    *,
    colour_rate: Fraction = Fraction(2),
    report: Report | None = None,
    threads: int = 2,
) -> Iterator[Frame]:
    """The pictures shown from `start` to `end` (seconds in the file), in order, each decoded once.

    The first is the one on screen at `start`; so many a second come in colour. MediaError if the file holds no picture
    there.
    """
    with open_media(path) as container:
        source = source_of(path, container, report or Report(path), roughly=True, threads=threads)
        shown, colour_due = 0, Fraction(-(10**9))
        for time, picture in pictures(source, start, end):
            in_colour = time >= colour_due
            if in_colour:
                colour_due = time + 1 / colour_rate
            shown += 1
            yield _small(source, time, picture, in_colour)
        if not shown:
            raise MediaError(
                f"{path}: no picture could be read {_span(start, end)}; check the clip's range and the file."
            )


def thumbnails(path: Path, times: Iterable[Fraction], *, height: int = 120) -> list[npt.NDArray[np.uint8]]:
    """The picture on screen at each of `times` (seconds in the file), `[height, width, 3]`, in the order asked."""
    wanted = list(times)
    found: dict[Fraction, npt.NDArray[np.uint8]] = {}
    with open_media(path) as container:
        source = source_of(path, container, Report(path))
        for group in _near(sorted(set(wanted))):
            found.update(_thumbnail_group(source, group, height))
    return [found[time] for time in wanted]


def pictures_at(path: Path, times: Iterable[Fraction], *, height: int = 120) -> Iterator[npt.NDArray[np.uint8]]:
    """As `thumbnails`, for rising times, each as soon as it is read."""
    with open_media(path) as container:
        source = source_of(path, container, Report(path))
        for group in _near(list(times)):
            yield from (picture for _, picture in _thumbnail_group(source, group, height))


def _thumbnail_group(source: Source, times: list[Fraction], height: int) -> Iterator[tuple[Fraction, Image]]:
    waiting = list(times)
    last: av.VideoFrame | None = None
    for time, picture in pictures(source, times[0], times[-1] + Fraction(1, 10**6)):
        while last is not None and waiting and waiting[0] < time:
            yield waiting.pop(0), _thumbnail(source, last, height)
        last = picture
    if last is None:
        raise MediaError(f"{source.path}: no picture could be read at {float(times[0]):.2f} s; check the file.")
    shown = _thumbnail(source, last, height)
    yield from ((time, shown) for time in waiting)


def _thumbnail(source: Source, picture: av.VideoFrame, height: int) -> Image:
    width_shown, height_shown = shown_size(source.stream, picture)
    width = max(1, round(height * width_shown / height_shown))
    turned = quarter_turns(picture) % 2
    stored = (height, width) if turned else (width, height)
    return upright(rgb_small(picture, stored, source.reformatter), quarter_turns(picture))


def _near(times: list[Fraction]) -> Iterator[list[Fraction]]:
    """Times in runs that are quicker read through than sought one by one."""
    group: list[Fraction] = []
    for time in times:
        if group and time - group[-1] > SEEK_RATHER_THAN_READ_S:
            yield group
            group = []
        group.append(time)
    if group:
        yield group


def _small(source: Source, time: Fraction, picture: av.VideoFrame, in_colour: bool) -> Frame:
    turns = quarter_turns(picture)
    shown = shown_size(source.stream, picture)
    size = _fit(shown, GREY_PIXELS, turns)
    rgb = rgb_small(picture, _fit(shown, COLOUR_PIXELS, turns), source.reformatter) if in_colour else None
    return Frame(
        time,
        upright(grey_small(picture, size, source.reformatter), turns),
        upright(rgb, turns) if rgb is not None else None,
    )


def _fit(shown: tuple[int, int], pixels: int, turns: int) -> tuple[int, int]:
    """Width and height in the file's own orientation, of about so many pixels in the shape that is shown."""
    aspect = min(max(shown[0] / shown[1], 0.2), 5.0)
    height = round(math.sqrt(pixels / aspect))
    width = round(pixels / height)
    return (height, width) if turns % 2 else (width, height)


def duration_of(container: av.container.InputContainer, stream: av.video.stream.VideoStream | None) -> Fraction:
    """Of the picture where there is one, in seconds; 0 where the file does not say."""
    if stream is not None and stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    return Fraction(container.duration, 1_000_000) if container.duration else Fraction(0)


def _span(start: Fraction, end: Fraction) -> str:
    return f"between {float(start):.2f} and {float(end):.2f} s"
