"""The producers of an MLT file: what each plays, from where, and how fast."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import opentimelineio as otio

from engine.types import TimelineError
from plugin.interchange.reading import laying, remap
from plugin.interchange.reading.laying import ONE, ZERO, Told
from plugin.timeline import clock

_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")
_CLOCK = re.compile(r"(-?)(\d{1,6}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?")
_WARPED = re.compile(r"([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?):(.+)", re.DOTALL)
_BUFFERED = re.compile(r"(.+)\?([+-]?\d+(?:\.\d+)?)(?:&.*)?", re.DOTALL)
_GENERATED = (
    "color",
    "colour",
    "noise",
    "count",
    "blipflash",
    "tone",
    "kdenlivetitle",
    "qtext",
    "pango",
    "black",
    "glaxnimate",
)
_SOUNDS = (".wav", ".aif", ".aiff", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".wma", ".caf")
_PROJECTS = (".mlt", ".kdenlive")


def properties_of(element: Element) -> dict[str, str]:
    return {one.get("name", ""): (one.text or "").strip() for one in element.findall("property")}


def tracks_in(tractor: Element) -> list[Element]:
    """A tractor's tracks from the lowest up, which may stand in a multitrack."""
    return [*tractor.findall("track"), *tractor.findall("multitrack/track")]


def number_of(text: str, path: Path) -> Fraction:
    if not _NUMBER.fullmatch(text.strip()):
        raise TimelineError(f'{path} holds "{text[:60]}" where a number belongs. Save the project again.')
    return laying.checked_seconds(Fraction(text.strip()), path)


def frames_of(text: str | None, rate: Fraction, path: Path, default: int = 0) -> int:
    """Frames of "120", "00:00:05.000" or "00:00:05:00". Raises TimelineError for what is no time."""
    if text is None or not text.strip():
        return default
    if match := _CLOCK.fullmatch(text.strip()):
        hours, minutes, seconds = (int(match[group]) for group in (2, 3, 4))
        parts = Fraction(int(match[5] or 0), 10 ** len(match[5] or ""))
        frames = (hours * 3600 + minutes * 60 + seconds + parts) * rate
        whole = math.floor(frames + Fraction(1, 2))
        return -whole if match[1] else whole
    if re.fullmatch(r"\d{1,4}[:;]\d{2}[:;]\d{2}[:;]\d{2,3}", text.strip()):
        return clock.timecode_to_frames(text.strip(), rate=rate)
    return math.floor(number_of(text, path))


class Producers:
    """Everything in a file that has an id, and plays."""

    def __init__(self, root: Element, path: Path, rate: Fraction, told: Told) -> None:
        self._path, self._rate, self._told = path, rate, told
        base = root.get("root", "")
        self._folder = path.parent / base if Path(base).is_dir() else path.parent
        tags = ("producer", "chain", "playlist", "tractor")
        self._by_id = {one.get("id", ""): one for one in root.iter() if one.tag in tags and one.get("id")}

    def get(self, name: str | None) -> Element | None:
        return self._by_id.get(name or "")

    def range_of(self, producer: Element) -> tuple[int, int]:
        """Its first frame, and how many play when an entry does not say."""
        said = properties_of(producer)
        length = frames_of(said.get("length"), self._rate, self._path)
        first = frames_of(producer.get("in") or said.get("in"), self._rate, self._path)
        last = frames_of(producer.get("out") or said.get("out"), self._rate, self._path, length - 1)
        return first, max(0, last - first + 1)

    def is_generated(self, producer: Element) -> bool:
        service = properties_of(producer).get("mlt_service", "")
        return service in _GENERATED or service.startswith("frei0r.")

    def sounds(self, producer: Element) -> bool:
        """Whether a file's sound is known to play; where the project does not say, there is no telling."""
        said = properties_of(producer)
        index = said.get("audio_index", "-1")
        return index.isdigit() and said.get("astream") != "-1" and said.get("set.test_audio") != "1"

    def is_sound_file(self, producer: Element) -> bool:
        return self._resource(properties_of(producer))[0].lower().endswith(_SOUNDS)

    def name_of(self, producer: Element) -> str:
        said = properties_of(producer)
        name = said.get("shotcut:caption") or said.get("kdenlive:clipname") or said.get("title")
        resource = self._resource(said)[0]
        return name or re.split(r"[/\\]", unquote(resource) if resource.startswith("file:") else resource)[-1]

    def media(self, producer: Element) -> Any:
        """A reference to the file, with its length where the project says it, counted from the first frame."""
        said = properties_of(producer)
        resource, speed = self._resource(said)
        if self.is_generated(producer) or not resource:
            return otio.schema.GeneratorReference(self.name_of(producer), said.get("mlt_service", "") or "none")
        if resource.lower().endswith(_PROJECTS):
            self._told.note(f"{resource} is a project inside the project, which is not read; render it to a movie.")
        frames = frames_of(said.get("length"), self._rate, self._path) * abs(speed)
        length = frames / self._rate if frames > 0 and said.get("mlt_service") not in ("qimage", "pixbuf") else ZERO
        # MLT counts every file from its first frame, whatever timecode it carries.
        available = laying.exact_range(ZERO, length, self._rate) if length > 0 else None
        return otio.schema.ExternalReference(laying.media_url(resource, self._folder, encoded=False), available)

    def points(self, producer: Element) -> list[remap.Point]:
        """Media seconds over the seconds of the producer."""
        said = properties_of(producer)
        held = self._held(producer, said)
        if held is not None:
            return [(ZERO, held / self._rate), (ONE, held / self._rate)]
        for link in producer.findall("link"):
            if properties_of(link).get("mlt_service") == "timeremap":
                return self._remapped(properties_of(link))
        speed = self._resource(said)[1]
        if speed >= 0:
            return [(ZERO, ZERO), (ONE, speed)]
        length = frames_of(said.get("length"), self._rate, self._path) / self._rate
        return [(ZERO, -speed * length), (ONE, -speed * length + speed)]

    def _held(self, producer: Element, said: dict[str, str]) -> int | None:
        """The one frame that is shown all the time."""
        if said.get("mlt_service") == "hold":
            return frames_of(said.get("frame"), self._rate, self._path)
        for one in producer.findall("filter"):
            freeze = properties_of(one)
            whole = "1" not in (freeze.get("freeze_after"), freeze.get("freeze_before"), freeze.get("disable"))
            if freeze.get("mlt_service") == "freeze" and whole:
                return frames_of(freeze.get("frame"), self._rate, self._path)
        return None

    def _remapped(self, link: dict[str, str]) -> list[remap.Point]:
        keys = [re.split(r"[^0-9.:+-]*=", key, maxsplit=1) for key in link.get("time_map", "").split(";") if "=" in key]
        points = [
            (frames_of(at, self._rate, self._path) / self._rate, number_of(value, self._path)) for at, value in keys
        ]
        if len(points) > 1:
            return points
        self._told.note("A change of speed over time is not read where no time_map says it; normal speed is taken.")
        return [(ZERO, ZERO), (ONE, ONE)]

    def _resource(self, said: dict[str, str]) -> tuple[str, Fraction]:
        """The file and the speed at which it is played."""
        resource, service = said.get("resource", ""), said.get("mlt_service", "")
        if service == "timewarp":
            match = _WARPED.fullmatch(resource)
            speed = said.get("warp_speed") or (match[1] if match else "1")
            return said.get("warp_resource") or (match[2] if match else resource), self._speed(speed)
        match = _BUFFERED.fullmatch(resource) if service == "framebuffer" else None
        return (match[1], self._speed(match[2])) if match else (resource, ONE)

    def _speed(self, text: str) -> Fraction:
        try:
            speed = clock.exact_number(float(text))
        except (ValueError, TimelineError):
            speed = ZERO
        if speed == 0 or abs(speed) > 10_000:
            raise TimelineError(f'{self._path} plays a clip at the speed "{text[:40]}". Set it again and save.')
        return speed
