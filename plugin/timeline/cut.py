"""What a timeline shows, flat and exact: plain data that knows no file format. Record time counts from its start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from plugin.timeline import clock
from plugin.timeline.clock import Span

Address = tuple[int, ...]
"""Child indices from the root stack down: track, clip, and on through nested stacks."""

PICTURE = "Video"
MOST_TOLD = 8  # ranges


def plain(text: str) -> str:
    """A name as it may be shown: control characters, which could steer a terminal, are blanks."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


@dataclass(frozen=True, slots=True)
class Medium:
    """Where a clip's picture or sound lies. Without a path, `problem` says why."""

    url: str = ""
    path: Path | None = None
    problem: str = ""
    names_file: bool = True  # False: a title, a generator, an offline reference with no file name
    pictures: Path | None = None  # what is looked at where there is no one file: the sheet of an image sequence

    @property
    def seen(self) -> Path | None:
        """What is opened to look at it."""
        return self.path or self.pictures


@dataclass(frozen=True, slots=True)
class Extent:
    """How long a clip's file is, in seconds from its first picture, and who says so."""

    seconds: Fraction
    said_by: str  # "timeline" or "file"


@dataclass(frozen=True, slots=True)
class TrackLabel:
    """A track of the root stack as the editor counts it: V1 is the lowest picture track, A1 the first sound track."""

    label: str
    name: str
    kind: str  # "Video", "Audio", or what the file says
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class CutMarker:
    """A marker at its place on the timeline."""

    name: str
    colour: str  # as the file says, upper case: "RED"; "" without
    comment: str
    record: Span  # of no length for a marker at one moment
    owner: Address  # () for the timeline's own

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(text for text in (self.name, self.comment) if text)


@dataclass(frozen=True, slots=True)
class CutClip:
    """A clip, cut to all that encloses it, where it lies on the timeline and in its file."""

    address: Address
    track: TrackLabel
    kind: str
    name: str
    record: Span
    medium: Medium
    source_start: Fraction  # file seconds of what is shown first, the file's own timecode taken off
    speed: Fraction  # file seconds per record second; 0 freezes, negative runs backwards from source_start
    enabled: bool  # its own switch and every ancestor's
    markers: tuple[CutMarker, ...] = ()
    notes: tuple[str, ...] = ()
    extent: Extent | None = None  # None: nobody has said it
    on_screen: Span | None = None  # the record, but that transitions change pictures at their middle; None: the record
    media_start: Fraction | None = None  # timecode of its file's first frame in seconds, as the timeline says it

    @property
    def shown(self) -> Span:
        """Where it is the picture: beyond its record as far as its file goes."""
        span = self.on_screen or self.record
        start, end = min(span.start, self.record.start), max(span.end, self.record.end)
        return Span(
            span.start if self._is_in_file(start) else max(span.start, self.record.start),
            span.end if self._is_in_file(end) else min(span.end, self.record.end),
        )

    def _is_in_file(self, record: Fraction) -> bool:
        return 0 <= self.source_at(record) <= self.extent.seconds if self.extent else self.source_at(record) >= 0

    def source_at(self, record: Fraction) -> Fraction:
        """File time of what is shown at a record time."""
        return self.source_start + self.speed * (record - self.record.start)


@dataclass(frozen=True, slots=True)
class Cut:
    """A whole timeline, read."""

    name: str
    path: Path
    rate: Fraction
    start: Fraction  # timecode of record zero, in real seconds
    drop_frame: bool
    duration: Fraction
    tracks: tuple[TrackLabel, ...]  # in the file's order, which is from the bottom up
    clips: tuple[CutClip, ...]  # in address order
    markers: tuple[CutMarker, ...]  # of the timeline, its tracks and nested stacks; a clip's own are with the clip
    warnings: tuple[str, ...]

    @property
    def record(self) -> Span:
        return Span(Fraction(0), self.duration)

    @property
    def start_frame(self) -> int:
        return clock.seconds_to_frames(self.start, rate=self.rate)

    def timecode(self, record: Fraction) -> str:
        """The timecode that an editor shows at a record time."""
        frames = clock.seconds_to_frames(self.start + record, rate=self.rate)
        return clock.frames_to_timecode(frames, rate=self.rate, drop_frame=self.drop_frame)

    def timecode_range(self, span: Span) -> str:
        return f"{self.timecode(span.start)}-{self.timecode(span.end)}"

    def timecode_ranges(self, spans: Sequence[Span]) -> str:
        """Ranges as a list to read; of many the first."""
        more = f" and {len(spans) - MOST_TOLD} more" if len(spans) > MOST_TOLD else ""
        return ", ".join(self.timecode_range(span) for span in spans[:MOST_TOLD]) + more
