"""From a media reference to a file on this disk, and the timecode that the file itself carries."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import av
import av.error
import opentimelineio as otio

from engine.media.source import require_file
from engine.types import MediaError, TimelineError
from plugin.timeline import clock
from plugin.timeline.cut import Medium

_DRIVE = re.compile(r"/?[A-Za-z]:[/\\]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def find_medium(reference: Any, folder: Path) -> Medium:
    """The file that a media reference names; relative ones count from the timeline's folder."""
    schema = otio.schema
    if isinstance(reference, schema.ExternalReference):
        return _external(reference.target_url, folder)
    if isinstance(reference, schema.ImageSequenceReference):
        url = reference.abstract_target_url("#")
        return Medium(url, problem=f"it is an image sequence ({url}); render it to a movie")
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


def file_timecode(path: Path) -> Fraction | None:
    """Seconds since 00:00:00:00 that the file's own timecode track or tag starts at; None without one."""
    try:
        require_file(path)
        with av.open(str(path)) as container:
            return _tagged_timecode(container)
    except (OSError, av.error.FFmpegError, MediaError, TimelineError):
        return None  # a file that does not open is reported where its picture is wanted


def is_there(path: Path) -> bool:
    """Whether the path leads to a file or folder; a name that this system cannot hold leads nowhere."""
    try:
        return path.exists()
    except OSError:
        return False


def _external(url: str, folder: Path) -> Medium:
    if not url:
        return Medium(problem="its reference names no file", names_file=False)
    path = path_of_url(url, folder)
    if path is None:
        return Medium(url, problem=f"{url} is not on a disk; fetch the file and relink the clip")
    return Medium(url, path)


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
    rate = clock.exact_rate(rates[0])
    return clock.frames_to_seconds(clock.timecode_to_frames(text, rate=rate), rate=rate)
