"""What the files of a cut are, for formats that describe them: as the file says, as the timeline says, or as used."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import av
import av.error

from engine.media.source import picture_stream, require_file
from engine.types import SAMPLE_RATE, MediaError
from plugin.interchange.reel import ReelStem
from plugin.interchange.rows import RowClip, Rows
from plugin.timeline import clock
from plugin.timeline.cut import PICTURE, plain
from plugin.timeline.medium import file_facts

_DRIVE = re.compile(r"[A-Za-z]:/")
_RATES = (Fraction(1), Fraction(1000))  # outside, a file's average rate is noise
_NEAR = Fraction(5, 1000)
_STILLS = ("image2", "_pipe")  # what FFmpeg calls the formats of single pictures


@dataclass(frozen=True, slots=True)
class Footage:
    """A file. Seconds count from its first picture or sample; `start` is the timecode there: the file's own, zero in
    one that has none, and of one that does not open what the timeline says.
    """

    path: Path
    start: Fraction
    duration: Fraction  # at least what the cut shows of it
    rate: Fraction  # pictures a second; of sound alone the timeline's
    has_picture: bool
    channels: int  # of its sound, 0 without
    drop_frame: bool = False
    size: tuple[int, int] | None = None  # width and height in the file
    sample_rate: int = SAMPLE_RATE
    is_still: bool = False  # one picture, which lasts as long as it is shown
    found: bool = True  # False: the file is not there, and this is what the timeline lets one guess

    @property
    def name(self) -> str:
        return plain(self.path.name) or "media"

    @property
    def start_frame(self) -> int:
        return clock.seconds_to_frames(self.start, rate=self.rate)

    @property
    def frames(self) -> int:
        return math.ceil(self.duration * self.rate)


def footage_of_cut(rows: Rows, rate: Fraction) -> dict[Path, Footage]:
    """Each file that the clips name, opened once; `rate` is taken for those that do not say theirs."""
    used: dict[Path, list[RowClip]] = {}
    for placed in rows.clips:
        if placed.clip.medium.path is not None:
            used.setdefault(placed.clip.medium.path, []).append(placed)
    return {path: _footage(path, clips, rate) for path, clips in used.items()}


def footage_of_stem(stem: ReelStem, start: Fraction) -> Footage:
    """A stem's file: its timecode is the stamp in it, and it lasts from head to tail; `start` is the cut's own."""
    span = stem.stem.span
    stamp = Fraction(span.time_reference_samples(start), SAMPLE_RATE)
    return Footage(stem.path, stamp, span.file_frames / span.rate, span.rate, has_picture=False, channels=2)


def file_url(path: Path, host: str = "") -> str:
    """`file://HOST/...`, all but letters, digits and `/._-~` as percent signs with UTF-8, drives with their colon."""
    text = path.as_posix()
    drive = _DRIVE.match(text)
    if drive is None:
        return f"file://{host}{quote(bytes(path.absolute()))}"
    return f"file://{host}/{drive[0]}{quote(text[drive.end() :], errors='surrogateescape')}"


def _footage(path: Path, clips: list[RowClip], rate: Fraction) -> Footage:
    needed = max(_last_needed(placed, rate) for placed in clips)
    found = _look(path, rate, needed)
    if found is not None:
        return found
    said = max((one.clip.extent.seconds for one in clips if one.clip.extent is not None), default=Fraction(0))
    kinds = {one.clip.kind for one in clips}
    channels = 0 if kinds == {PICTURE} else 2
    said_start = next((one.clip.media_start for one in clips if one.clip.media_start is not None), Fraction(0))
    start = _on_grid(said_start, rate if PICTURE in kinds else Fraction(SAMPLE_RATE))
    return Footage(path, start, max(said, needed), rate, PICTURE in kinds, channels, found=False)


def _on_grid(start: Fraction, rate: Fraction) -> Fraction:
    """The nearest whole frame or sample, never before midnight: files say nothing finer."""
    return Fraction(max(clock.seconds_to_frames(start, rate=rate), 0)) / rate


def _last_needed(placed: RowClip, rate: Fraction) -> Fraction:
    """The last file second that a clip wants, at its own speed and, for formats that know no other, at none."""
    trail = placed.overlap.trail if placed.overlap is not None else 0
    clip, shown = placed.clip, (placed.frames + trail) / rate
    first = Fraction(math.ceil(max(clip.source_start, Fraction(0)) * rate)) / rate
    return max(first + max(clip.speed, Fraction(0)) * shown, shown)


def _look(path: Path, rate: Fraction, needed: Fraction) -> Footage | None:
    """What the file says of itself; None for one that does not open."""
    try:
        require_file(path)
        with av.open(str(path)) as container:
            return _described(path, container, rate, needed)
    except (OSError, av.error.FFmpegError, MediaError):
        return None


def _described(path: Path, container: av.container.InputContainer, rate: Fraction, needed: Fraction) -> Footage:
    picture, sound = picture_stream(container), next(iter(container.streams.audio), None)
    sample_rate = sound.rate if sound is not None and sound.rate else SAMPLE_RATE
    facts = file_facts(path)
    start = facts.timecode if picture is not None else _stamp(container, sample_rate)
    return Footage(
        path=path,
        start=max(start or Fraction(0), Fraction(0)),
        duration=max(facts.duration or Fraction(0), needed),
        rate=(_plain_rate(picture.average_rate) if picture is not None else None) or rate,
        has_picture=picture is not None,
        channels=sound.channels if sound is not None else 0,
        drop_frame=";" in "".join(_timecodes(container)),
        size=(picture.width, picture.height) if picture is not None and picture.width else None,
        sample_rate=sample_rate,
        is_still=picture is not None and container.format.name.endswith(_STILLS),
    )


def _stamp(container: av.container.InputContainer, sample_rate: int) -> Fraction:
    """The timecode of a Broadcast WAV, which counts samples from midnight."""
    text = container.metadata.get("time_reference", "")
    return Fraction(int(text), sample_rate) if text.isdecimal() else Fraction(0)


def _timecodes(container: av.container.InputContainer) -> Iterable[str]:
    return (tags.get("timecode", "") for tags in (container.metadata, *(one.metadata for one in container.streams)))


def _plain_rate(average: Fraction | None) -> Fraction | None:
    """Streams of uneven pictures average near their rate, not at it."""
    if not average or not _RATES[0] <= average <= _RATES[1]:
        return None
    exact, whole = clock.exact_rate(average), Fraction(round(average))
    return whole if exact == average and abs(average - whole) <= _NEAR else exact
