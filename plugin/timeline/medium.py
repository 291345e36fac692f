"""From a media reference to a file on this disk, and the timecode that the file itself carries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import av
import av.error
import opentimelineio as otio

from engine.media.decode import duration_of
from engine.media.source import picture_stream, require_file
from engine.types import SAMPLE_RATE, MediaError, TimelineError
from plugin.timeline import clock
from plugin.timeline.cut import Extent, Medium
from plugin.timeline.sequence import sheet_of, sheet_of_pattern

_DRIVE = re.compile(r"/?[A-Za-z]:[/\\]")
_NUMBERED = "it is an image sequence, which only an .otio file can name; render it to a movie"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class Media:
    """Media looked up once per reference URL and once per file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_url: dict[str, Medium] = {}
        self._facts: dict[Path, FileFacts] = {}

    def medium(self, reference: Any) -> Medium:
        if not isinstance(reference, otio.schema.ExternalReference):
            return find_medium(reference, self._folder)
        url = reference.target_url
        if url not in self._by_url:
            self._by_url[url] = find_medium(reference, self._folder)
        return self._by_url[url]

    def origin(self, reference: Any, medium: Medium, source_start: Fraction) -> Fraction:
        """Source time of the file's first frame."""
        if reference is not None and reference.available_range is not None:
            return clock.rational_to_seconds(reference.available_range.start_time, "A clip's media")
        if medium.path is None or source_start <= 0:
            return Fraction(0)
        if medium.path not in self._facts:
            self._facts[medium.path] = file_facts(medium.path)
        # Without available_range nobody says; a start at or past the file's own timecode counts from it.
        embedded = self._facts[medium.path].timecode
        # Stamps are whole samples, and lie up to half of one after the frame that they stand for.
        if embedded is None or source_start < embedded - Fraction(1, SAMPLE_RATE):
            return Fraction(0)
        return min(embedded, source_start)

    def extent(self, reference: Any, medium: Medium) -> Extent | None:
        """How long the file is: as the timeline says, else as the file did if it was opened for its timecode."""
        available = reference.available_range if reference is not None else None
        if available is not None and available.duration.value > 0 and not available.is_invalid_range():
            return Extent(clock.rational_to_seconds(available.duration, "A clip's media"), "timeline")
        facts = self._facts.get(medium.path) if medium.path is not None else None
        return Extent(facts.duration, "file") if facts is not None and facts.duration else None


def find_medium(reference: Any, folder: Path) -> Medium:
    """The file that a media reference names; relative ones count from the timeline's folder."""
    schema = otio.schema
    if isinstance(reference, schema.ExternalReference):
        return _external(reference, folder)
    if isinstance(reference, schema.ImageSequenceReference):
        return _image_sequence(reference, folder)
    if isinstance(reference, schema.GeneratorReference):
        return Medium(problem=f'it is made by a generator ("{reference.generator_kind}")', names_file=False)
    return Medium(problem="the timeline names no file for it", names_file=False)


def path_of_url(url: str, folder: Path) -> Path | None:
    """The local path a target URL means: file URL, plain path, Windows drive, or relative to `folder`.

    None for a URL that is no file. Percent signs in plain paths are taken as they are when that file exists.
    """
    if _SCHEME.match(url) and not url.lower().startswith("file://"):
        return None
    if url.lower().startswith("file:"):
        return _rooted(_file_url_path(url), folder)
    return next((path for path in _readings(url, folder) if is_there(path)), _rooted(url, folder))


def is_relative(url: str) -> bool:
    """Whether a target URL counts from the folder of its timeline."""
    return not (is_bare_absolute(url) or _SCHEME.match(url) or url.lower().startswith("file:"))


def is_bare_absolute(url: str) -> bool:
    """Whether a target URL is a plain absolute path, of this system or of Windows."""
    return url.startswith(("/", "\\\\")) or bool(_DRIVE.match(url))


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file says of itself."""

    timecode: Fraction | None = None  # seconds since 00:00:00:00 at which its timecode, tag or bext stamp begins
    duration: Fraction | None = None  # of its picture, in seconds


def file_facts(path: Path) -> FileFacts:
    """What the file says; nothing for one that does not open, which is reported where its picture is wanted."""
    try:
        require_file(path)
        with av.open(str(path)) as container:
            timecode = _tagged_timecode(container) or _stamp(container)
            return FileFacts(timecode, duration_of(container, picture_stream(container)) or None)
    except (OSError, av.error.FFmpegError, MediaError):
        return FileFacts()


def is_there(path: Path) -> bool:
    """Whether the path leads to a file or folder; a name that this system cannot hold leads nowhere."""
    try:
        return path.exists()
    except OSError:
        return False


def _external(reference: Any, folder: Path) -> Medium:
    url = reference.target_url
    if not url:
        return Medium(problem="its reference names no file", names_file=False)
    path = path_of_url(url, folder)
    if path is None:
        return Medium(url, problem=f"{url} is not on a disk; fetch the file and relink the clip")
    if is_there(path):
        return Medium(url, path)
    try:
        pictures = sheet_of_pattern(path, reference.available_range)
    except (TimelineError, MediaError) as error:
        return Medium(url, problem=str(error))
    return Medium(url, path) if pictures is None else Medium(url, problem=_NUMBERED, pictures=pictures)


def _image_sequence(reference: Any, folder: Path) -> Medium:
    url = reference.abstract_target_url("#")
    base = path_of_url(reference.target_url_base or "./", folder)
    if base is None:
        return Medium(url, problem=f"{url} is not on a disk; fetch the pictures and relink the clip")
    try:
        return Medium(url, problem=_NUMBERED, pictures=sheet_of(reference, base))
    except (TimelineError, MediaError) as error:
        return Medium(url, problem=str(error))


def _readings(url: str, folder: Path) -> list[Path]:
    slashed = url.replace("\\", "/")
    return [_rooted(text, folder) for text in (url, unquote(url), slashed, unquote(slashed))]


def _rooted(text: str, folder: Path) -> Path:
    if _DRIVE.match(text):
        return Path(text.lstrip("/").replace("\\", "/"))
    return folder / text


def _file_url_path(url: str) -> str:
    if not url.lower().startswith("file://"):
        return unquote(url[len("file:") :])
    # "#" and "?" are plain letters here: editors write file names into URLs without encoding them.
    try:
        parts = urlsplit(url.replace("#", "%23").replace("?", "%3F"))
    except ValueError:  # a bracket that begins no address is a letter of a name
        return unquote(url[len("file://") :])
    host, path = parts.netloc, unquote(parts.path)
    if host in ("", "localhost"):
        return path
    return f"{host}{path}" if host.endswith(":") else f"//{host}{path}"


def _tagged_timecode(container: av.container.InputContainer) -> Fraction | None:
    streams = list(container.streams)
    texts = [container.metadata.get("timecode"), *(stream.metadata.get("timecode") for stream in streams)]
    text = next((text for text in texts if text), None)
    rates = [stream.average_rate for stream in streams if isinstance(stream, av.VideoStream) and stream.average_rate]
    if text is None or not rates:
        return None
    try:
        rate = clock.exact_rate(rates[0])
        return clock.frames_to_seconds(clock.timecode_to_frames(text, rate=rate), rate=rate)
    except TimelineError:  # it is no timecode
        return None


def _stamp(container: av.container.InputContainer) -> Fraction | None:
    """The time reference of a Broadcast WAV, which counts samples from midnight."""
    text, sounds = container.metadata.get("time_reference", ""), container.streams.audio
    return Fraction(int(text), sounds[0].rate) if text.isdecimal() and sounds and sounds[0].rate else None
