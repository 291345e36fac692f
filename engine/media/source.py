"""An open file as a run of whole pictures, each with its own time, from wherever it is asked."""

from __future__ import annotations

import math
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import av
import av.error
from av.stream import Disposition
from av.video.reformatter import VideoReformatter

from engine.media import numbered
from engine.types import MediaError, MissingMediaError

T = TypeVar("T")

OBEYING = ("h264", "hevc", "mpeg2video")  # decoders that heed for each packet what to leave out; libdav1d asks once
SURE_S = Fraction(1, 2)  # every picture from this long before the one that is asked for is decoded


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
class Source:
    """An open file and what is needed to show its pictures upright."""

    path: Path
    container: av.container.InputContainer
    stream: av.video.stream.VideoStream
    origin: Fraction  # the first picture's own stamp, in seconds
    report: Report
    fresh: bool = True  # nothing has been read yet
    reformatter: VideoReformatter = field(default_factory=VideoReformatter)


def open_media(path: Path) -> av.container.InputContainer:
    """MissingMediaError or MediaError if it cannot be opened."""
    require_file(path)
    if path.suffix == numbered.SUFFIX:
        return numbered.open_numbered(path)
    try:
        return av.open(str(path))
    except av.error.FFmpegError as error:
        raise MediaError(f"{path}: cannot be opened as media ({error.strerror}); check that it plays.") from error
    except OSError as error:
        raise MediaError(f"{path}: cannot be read ({error.strerror}); check the file's permissions.") from error


def require_file(path: Path) -> None:
    """MissingMediaError or MediaError unless it is a file with something in it; a pipe or device is never opened."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingMediaError(f"{path}: the file is not there; relink the clip or put the file back.") from error
    except OSError as error:
        raise MediaError(f"{path}: cannot be read ({error.strerror}); check the file's permissions.") from error
    except ValueError as error:  # a name that no system can hold
        raise MissingMediaError(f"{str(path)!r} is no name of a file; relink the clip to its media file.") from error
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"
        raise MediaError(f"{path}: this is {kind} and no file; relink the clip to its media file.")
    if found.st_size == 0:
        raise MediaError(f"{path}: the file is empty; copy or render it again.")


def picture_stream(container: av.container.InputContainer) -> av.video.stream.VideoStream | None:
    """The first moving picture; a cover image in a sound file is none."""
    return first_of(s for s in container.streams.video if not s.disposition & Disposition.attached_pic)


def source_of(
    path: Path, container: av.container.InputContainer, report: Report, *, roughly: bool = False, threads: int = 2
) -> Source:
    """Ready to read; MediaError if there is no picture. `roughly`: for pictures that are made very small."""
    stream = picture_stream(container)
    if stream is None:
        raise MediaError(f"{path}: there is no picture in this file, only sound; choose a clip with picture.")
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = threads
    if roughly:  # at a tenth of the size the softening of block edges cannot be seen; it is a sixth of the decoding
        stream.codec_context.options = {"skip_loop_filter": "all"}
    origin = Fraction(0)
    if stream.start_time is not None and stream.time_base is not None:
        origin = stream.start_time * stream.time_base
    return Source(path, container, stream, origin, report)


def pictures(source: Source, start: Fraction, end: Fraction) -> Iterator[tuple[Fraction, av.VideoFrame]]:
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


def _from(source: Source, start: Fraction) -> Iterator[tuple[Fraction, av.VideoFrame]]:
    """Pictures from the last whole one at or before `start`. Some formats land too late: they are sought earlier."""
    for back_s in (0, 2, 10, math.ceil(start) + 10):
        _seek(source, start - back_s)
        timed = _timed(source, start - SURE_S)
        first = next(timed, None)
        if first is not None and (first[0] <= start or back_s > start):
            yield first
            yield from timed
            return


def _seek(source: Source, time: Fraction) -> None:
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


def _timed(source: Source, asked: Fraction) -> Iterator[tuple[Fraction, av.VideoFrame]]:
    """Pictures with their own stamps; where a format has none, counted on from the last at the average rate."""
    interval = 1 / (source.stream.average_rate or Fraction(25))
    expected = Fraction(0)
    for picture in _decoded(source, asked):
        stamp = picture.pts if picture.pts is not None else picture.dts
        time = stamp * (picture.time_base or Fraction(1)) - source.origin if stamp is not None else expected
        expected = time + interval
        if time >= 0:
            yield time, picture


def _decoded(source: Source, asked: Fraction) -> Iterator[av.VideoFrame]:
    """Pictures as they are decoded; those before `asked` that no later one is built on are left out."""
    packets = source.container.demux(source.stream)
    while True:
        try:
            packet = next(packets, None)
            if packet is not None and source.stream.codec_context.name in OBEYING:
                source.stream.codec_context.skip_frame = "NONREF" if _before(source, packet, asked) else "DEFAULT"
            decoded = packet.decode() if packet is not None else []
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
        for picture in decoded:
            source.report.damaged += bool(picture.is_corrupt)
            source.report.decoded += 1
            yield picture


def _before(source: Source, packet: av.Packet[av.VideoStream], asked: Fraction) -> bool:
    if packet.pts is None or packet.time_base is None:
        return False
    return packet.pts * packet.time_base - source.origin < asked


def shown_size(stream: av.video.stream.VideoStream, picture: av.VideoFrame) -> tuple[int, int]:
    """Width and height as shown: turned, in square pixels."""
    square = stream.sample_aspect_ratio or Fraction(1)
    width, height = max(1, round(picture.width * square)), picture.height
    return (height, width) if quarter_turns(picture) % 2 else (width, height)


def quarter_turns(picture: av.VideoFrame) -> int:
    """Quarter turns against the clock that make the stored picture upright."""
    return round(picture.rotation / 90) % 4


def first_picture(container: av.container.InputContainer, stream: av.video.stream.VideoStream) -> av.VideoFrame | None:
    """The display matrix reaches us with a picture only."""
    try:
        return next((picture for packet in container.demux(stream) for picture in packet.decode()), None)
    except (av.error.FFmpegError, EOFError):
        return None


def first_of(items: Iterable[T | None]) -> T | None:
    return next((item for item in items if item), None)
