"""Pictures out of any file FFmpeg reads: small, upright, in square pixels, each with its exact time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.stream import Disposition
from av.video.reformatter import VideoReformatter

from engine.media.shrink import Image, grey_small, rgb_small, upright
from engine.types import MediaError, MissingMediaError

GREY_PIXELS = 192 * 108
COLOUR_PIXELS = 96 * 54
SEEK_RATHER_THAN_READ_S = 4
T = TypeVar("T")


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


@dataclass(slots=True)
class Report:
    """What went wrong while reading, without stopping it."""

    path: Path
    damaged: int = 0
    decoded: int = 0

    def warnings(self) -> tuple[str, ...]:
        if not self.damaged:
            return ()
        return (
            f"{self.path.name}: {self.damaged} damaged stretch(es) of picture were skipped; check the file's copy.",
        )


@dataclass(slots=True)
class _Source:
    """An open file and what is needed to show its pictures upright."""

    path: Path
    container: av.container.InputContainer
    stream: av.video.stream.VideoStream
    origin: Fraction  # the first picture's own stamp, in seconds
    report: Report
    fresh: bool = True  # nothing has been read yet
    reformatter: VideoReformatter = field(default_factory=VideoReformatter)


def probe(path: Path) -> Probe:
    """What is in the file; MissingMediaError or MediaError if it cannot be opened."""
    with _open(path) as container:
        stream = _picture_stream(container)
        first = _first_picture(container, stream) if stream is not None else None
        timecode = container.metadata.get("timecode") or _first(s.metadata.get("timecode") for s in container.streams)
        return Probe(
            duration=_duration(container, stream),
            rate=stream.average_rate if stream else None,
            size=_shown_size(stream, first) if stream is not None and first is not None else None,
            has_picture=stream is not None,
            has_sound=bool(container.streams.audio),
            timecode=timecode,
        )


def read_frames(
    path: Path, start: Fraction, end: Fraction, *, colour_rate: float = 8.0, report: Report | None = None
) -> Iterator[Frame]:
    """The pictures shown from `start` to `end` (seconds in the file), in order, each decoded once.

    The first is the one on screen at `start`. MediaError if the file holds no picture there.
    """
    with _open(path) as container:
        source = _source(path, container, report or Report(path))
        shown, colour_due = 0, Fraction(-(10**9))
        for time, picture in _pictures(source, start, end):
            in_colour = time >= colour_due
            if in_colour:
                colour_due = time + Fraction(9, 10) / Fraction(colour_rate)
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
    with _open(path) as container:
        source = _source(path, container, Report(path))
        for group in _near(sorted(set(wanted))):
            found.update(_thumbnail_group(source, group, height))
    return [found[time] for time in wanted]


def pictures_at(path: Path, times: Iterable[Fraction], *, height: int = 120) -> Iterator[npt.NDArray[np.uint8]]:
    """As `thumbnails`, for rising times, each as soon as it is read."""
    with _open(path) as container:
        source = _source(path, container, Report(path))
        for group in _near(list(times)):
            yield from (picture for _, picture in _thumbnail_group(source, group, height))


def _thumbnail_group(source: _Source, times: list[Fraction], height: int) -> Iterator[tuple[Fraction, Image]]:
    waiting = list(times)
    last: av.VideoFrame | None = None
    for time, picture in _pictures(source, times[0], times[-1] + Fraction(1, 10**6)):
        while last is not None and waiting and waiting[0] < time:
            yield waiting.pop(0), _thumbnail(source, last, height)
        last = picture
    if last is None:
        raise MediaError(f"{source.path}: no picture could be read at {float(times[0]):.2f} s; check the file.")
    shown = _thumbnail(source, last, height)
    yield from ((time, shown) for time in waiting)


def _thumbnail(source: _Source, picture: av.VideoFrame, height: int) -> Image:
    width_shown, height_shown = _shown_size(source.stream, picture)
    width = max(1, round(height * width_shown / height_shown))
    turned = _quarter_turns(picture) % 2
    stored = (height, width) if turned else (width, height)
    return upright(rgb_small(picture, stored, source.reformatter), _quarter_turns(picture))


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


def _open(path: Path) -> av.container.InputContainer:
    try:
        if path.stat().st_size == 0:
            raise MediaError(f"{path}: the file is empty; copy or render it again.")
        return av.open(str(path))
    except FileNotFoundError as error:
        raise MissingMediaError(f"{path}: the file is not there; relink the clip or put the file back.") from error
    except av.error.FFmpegError as error:
        raise MediaError(f"{path}: cannot be opened as media ({error.strerror}); check that it plays.") from error
    except OSError as error:
        raise MediaError(f"{path}: cannot be read ({error.strerror}); check the file's permissions.") from error


def _picture_stream(container: av.container.InputContainer) -> av.video.stream.VideoStream | None:
    """The first moving picture; a cover image in a sound file is none."""
    return _first(s for s in container.streams.video if not s.disposition & Disposition.attached_pic)


def _source(path: Path, container: av.container.InputContainer, report: Report) -> _Source:
    stream = _picture_stream(container)
    if stream is None:
        raise MediaError(f"{path}: there is no picture in this file, only sound; choose a clip with picture.")
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = 2
    # At a tenth of the size the softening of block edges cannot be seen, and it is a sixth of the decoding.
    stream.codec_context.options = {"skip_loop_filter": "all"}
    origin = Fraction(0)
    if stream.start_time is not None and stream.time_base is not None:
        origin = stream.start_time * stream.time_base
    return _Source(path, container, stream, origin, report)


def _pictures(source: _Source, start: Fraction, end: Fraction) -> Iterator[tuple[Fraction, av.VideoFrame]]:
    """Whole pictures with their times: the one on screen at `start`, then all before `end`."""
    before: tuple[Fraction, av.VideoFrame] | None = None
    for time, picture in _from(source, start):
        if time <= start:
            before = (time, picture)
            continue
        if before is not None:
            yield before
            before = None
        if time >= end:
            return
        yield time, picture
    if before is not None:
        yield before


def _from(source: _Source, start: Fraction) -> Iterator[tuple[Fraction, av.VideoFrame]]:
    """Pictures from the last whole one at or before `start`. Some formats land too late: they are sought earlier."""
    for back_s in (0, 2, 10, math.ceil(start) + 10):
        _seek(source, start - back_s)
        pictures = _timed(source)
        first = next(pictures, None)
        if first is not None and (first[0] <= start or back_s > start):
            yield first
            yield from pictures
            return


def _seek(source: _Source, time: Fraction) -> None:
    base = source.stream.time_base
    if source.fresh and time <= 0:  # it stands at its beginning
        source.fresh = False
        return
    source.fresh = False
    if base is None:
        return
    try:
        source.container.seek(math.floor((time + source.origin) / base), stream=source.stream)
    except av.error.FFmpegError:
        if time > 0:  # some formats cannot seek: they are read from their beginning
            source.container.seek(0)


def _timed(source: _Source) -> Iterator[tuple[Fraction, av.VideoFrame]]:
    """Pictures with their own stamps; where a format has none, counted on from the last at the average rate."""
    interval = 1 / (source.stream.average_rate or Fraction(25))
    expected = Fraction(0)
    for picture in _decoded(source):
        stamp = picture.pts if picture.pts is not None else picture.dts
        time = stamp * (picture.time_base or Fraction(1)) - source.origin if stamp is not None else expected
        expected = time + interval
        if time >= 0:
            yield time, picture


def _decoded(source: _Source) -> Iterator[av.VideoFrame]:
    packets = source.container.demux(source.stream)
    while True:
        try:
            packet = next(packets, None)
            pictures = packet.decode() if packet is not None else []
        except EOFError:
            return
        except (av.error.FFmpegError, OSError):
            source.report.damaged += 1
            if source.report.damaged > 200 + source.report.decoded:
                raise MediaError(
                    f"{source.path}: the picture is damaged throughout; copy or render it again."
                ) from None
            continue
        if packet is None:
            return
        source.report.damaged += bool(packet.is_corrupt)
        for picture in pictures:
            source.report.damaged += bool(picture.is_corrupt)
            source.report.decoded += 1
            yield picture


def _small(source: _Source, time: Fraction, picture: av.VideoFrame, in_colour: bool) -> Frame:
    turns = _quarter_turns(picture)
    shown = _shown_size(source.stream, picture)
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


def _shown_size(stream: av.video.stream.VideoStream, picture: av.VideoFrame) -> tuple[int, int]:
    """Width and height as shown: turned, in square pixels."""
    square = stream.sample_aspect_ratio or Fraction(1)
    width, height = max(1, round(picture.width * square)), picture.height
    return (height, width) if _quarter_turns(picture) % 2 else (width, height)


def _quarter_turns(picture: av.VideoFrame) -> int:
    """Quarter turns against the clock that make the stored picture upright."""
    return round(picture.rotation / 90) % 4


def _first_picture(container: av.container.InputContainer, stream: av.video.stream.VideoStream) -> av.VideoFrame | None:
    """The display matrix reaches us with a picture only."""
    try:
        return next((picture for packet in container.demux(stream) for picture in packet.decode()), None)
    except (av.error.FFmpegError, EOFError):
        return None


def _duration(container: av.container.InputContainer, stream: av.video.stream.VideoStream | None) -> Fraction:
    if stream is not None and stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    return Fraction(container.duration, 1_000_000) if container.duration else Fraction(0)


def _first(items: Iterable[T | None]) -> T | None:
    return next((item for item in items if item), None)


def _span(start: Fraction, end: Fraction) -> str:
    return f"between {float(start):.2f} and {float(end):.2f} s"
