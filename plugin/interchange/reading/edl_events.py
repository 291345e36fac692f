"""The lines of an EDL: events, their comments, speeds and markers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from engine.types import TimelineError
from plugin.interchange.reading.laying import Told
from plugin.timeline import clock

MOST_BYTES = 2**26
_TIMECODE = r"(\d{1,3}[:;.]\d{2}[:;.]\d{2}[:;.,]\d{2,3})"
_EVENT = re.compile(
    r"\s*(?P<number>\d{1,6}[A-Z]?)\s+(?P<reel>\S.*?)\s+(?P<channels>(?:NONE|[ABV0-9/]+))\s+"
    r"(?P<kind>C|D|W\d{3}|K|KB|KO)\s+(?:(?P<frames>\d{1,6})\s+)?(?:\(F\)\s+)?" + r"\s+".join([_TIMECODE] * 4) + r".*",
    re.IGNORECASE,
)
_MOTION = re.compile(
    r"\s*M2\s+(?P<reel>\S.*?)?\s+(?P<speed>[+-]?\d{1,6}(?:\.\d{1,6})?)\s+" + _TIMECODE + r".*", re.IGNORECASE
)
_COMMENT = re.compile(r"\s*\*\s*(?P<key>[A-Z ]+?)\s*:\s*(?P<words>.*)", re.IGNORECASE)
_LOCATOR = re.compile(r"\s*\*?\s*LOC:\s*" + _TIMECODE + r"\s*(?P<colour>[A-Z]*)\s*(?P<words>.*)", re.IGNORECASE)
_RESOLVE_MARK = re.compile(r"\s*\|C:ResolveColor(?P<colour>\w*)\s*\|M:(?P<words>.*?)\s*\|D:(?P<frames>\d{1,9}).*")
_CHANNEL = re.compile(r"(V|AA|A|B)(\d{0,3})")


@dataclass(slots=True)
class Event:
    """One edit, its timecodes as they are written."""

    line: int
    reel: str
    channels: list[tuple[str, int]]  # ("Video", 1), ("Audio", 2)
    kind: str  # C, D, W001, K, KB, KO
    frames: int  # of its transition
    source: tuple[str, str]
    record: tuple[str, str]
    dropping: bool
    source_dropping: bool
    motion: Fraction | None = None  # frames a second of an M2 line
    comments: dict[str, str] = field(default_factory=dict)

    def words(self, *keys: str) -> str:
        return next((self.comments[key] for key in keys if self.comments.get(key)), "")


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker at a record timecode."""

    timecode: str
    words: str
    colour: str
    frames: int
    event: Event


@dataclass(slots=True)
class Sheet:
    """A list, read."""

    title: str = ""
    events: list[Event] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    said_rate: str = ""
    counting: str = ""  # "DF" or "NDF" as its FCM lines say
    largest_frame: int = 0

    def drops(self, rate: Fraction) -> bool:
        return clock.has_drop_frame(rate) and any(event.dropping for event in self.events)


def read_sheet(path: Path, told: Told) -> Sheet:
    """Every event of the file. Raises TimelineError for a file that is no EDL."""
    reader = _Lines(told)
    for number, line in enumerate(_text(path).splitlines(), 1):
        reader.take(number, line)
    if not reader.sheet.events:
        raise TimelineError(f"{path} holds no events, so it is no CMX 3600 EDL. Export the timeline again.")
    return reader.sheet


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise TimelineError(f"{path} is no file. Give the EDL that the editing program exported.")
        if path.stat().st_size > MOST_BYTES:
            raise TimelineError(f"{path} is larger than {MOST_BYTES >> 20} MB, which no EDL is.")
        raw = path.read_bytes()
    except OSError as error:
        raise TimelineError(f"{path} cannot be read: {error.strerror}. Give a file that you may open.") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    if b"\0" in raw:
        raise TimelineError(f"{path} is no EDL: it holds bytes that are no text. Export the timeline again.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


class _Lines:
    """Takes one line after another."""

    def __init__(self, told: Told) -> None:
        self.sheet, self._told, self._dropping = Sheet(), told, False

    def take(self, number: int, line: str) -> None:
        if line.upper().startswith("TITLE:"):
            self.sheet.title = line[6:].strip()
        elif line.upper().startswith("FCM:"):
            self._dropping = "NON" not in line.upper() and "DROP" in line.upper()
            self.sheet.counting = self.sheet.counting or ("DF" if self._dropping else "NDF")
        elif match := _EVENT.fullmatch(line):
            self._event(number, match)
        elif re.match(r"\s*\d{3,6}[A-Z]?\s", line):
            self._told.note(f"Line {number} is no event that can be read and is left out: {line.strip()[:60]}")
        else:
            self._about(line)

    def _event(self, number: int, match: re.Match[str]) -> None:
        times = match.groups()[-4:]
        frames = [int(re.split(r"[:;.,]", text)[-1]) for text in times]
        self.sheet.largest_frame = max(self.sheet.largest_frame, *frames)
        marked = any(mark in text for text in times for mark in ";.,")
        # Where one of the two is marked, what is not marked counts every frame.
        source_dropping, dropping = (
            any(mark in text for text in pair for mark in ";.,") or (self._dropping and not marked)
            for pair in (times[:2], times[2:])
        )
        event = Event(
            line=number,
            reel=match["reel"].strip(),
            channels=_channels(match["channels"].upper()),
            kind=match["kind"].upper(),
            frames=int(match["frames"] or 0),
            source=(_colons(times[0]), _colons(times[1])),
            record=(_colons(times[2]), _colons(times[3])),
            dropping=dropping,
            source_dropping=source_dropping,
        )
        self.sheet.events.append(event)

    def _about(self, line: str) -> None:
        """A line that says something of the event before it."""
        rate = re.fullmatch(r"\s*\*?\s*(?:FRAME\s*)?RATE\s*:\s*([\d./]+).*", line, re.IGNORECASE)
        if rate is not None:
            self.sheet.said_rate = rate[1]
        if not self.sheet.events:
            return
        event = self.sheet.events[-1]
        if match := _MOTION.fullmatch(line):
            self._set_motion(match)
        elif match := _LOCATOR.fullmatch(line):
            colour = match["colour"].upper()
            self.sheet.marks.append(Mark(_colons(match[1]), match["words"].strip(), colour, 0, event))
        elif match := _RESOLVE_MARK.fullmatch(line):
            # The event before it was the marker, as DaVinci Resolve lists them.
            self.sheet.events.remove(event) if len(self.sheet.events) > 1 or event.source == event.record else None
            mark = Mark(event.record[0], match["words"], match["colour"].upper(), int(match["frames"]), event)
            self.sheet.marks.append(mark)
        elif match := _COMMENT.fullmatch(line):
            event.comments.setdefault(" ".join(match["key"].upper().split()), match["words"].strip())
        elif re.match(r"\s*AUD\s+\d", line):
            event.channels += [("Audio", int(one)) for one in re.findall(r"\d{1,2}", line)]

    def _set_motion(self, match: re.Match[str]) -> None:
        """A dissolve has two events and may have two speeds: each says its reel."""
        reel, recent = (match["reel"] or "").strip(), self.sheet.events[-2:]
        event = next((one for one in reversed(recent) if one.reel == reel and one.motion is None), recent[-1])
        event.motion = Fraction(match["speed"])


def _channels(text: str) -> list[tuple[str, int]]:
    return list(dict.fromkeys(_each_channel(text)))


def _each_channel(text: str) -> Iterator[tuple[str, int]]:
    for letter, number in _CHANNEL.findall(text if text != "NONE" else ""):
        if letter in "VB":
            yield "Video", int(number or 1) if letter == "V" else 1
        if letter in ("AA", "A", "B"):
            yield "Audio", int(number or 1)
        if letter == "AA":
            yield "Audio", 2


def _colons(text: str) -> str:
    return re.sub(r"[;.,]", ":", text)
