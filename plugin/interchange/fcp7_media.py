"""The parts of FCP 7 XML that describe files and time: each file once, named by its id from then on."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

from plugin.interchange.footage import Footage, file_url
from plugin.timeline import clock

_PERCENT = 100
_SPEEDS = (-100_000, 100_000)  # percent, as Premiere Pro bounds them


def add(parent: ElementTree.Element, tag: str, value: str | int | None = None) -> ElementTree.Element:
    """A new last child, with text when there is a value."""
    element = ElementTree.SubElement(parent, tag)
    if value is not None:
        element.text = str(value)
    return element


def is_known_rate(rate: Fraction) -> bool:
    """Whether a timebase and an NTSC flag can say it: 25, 30000/1001."""
    return rate in (clock.nominal_rate(rate), _ntsc(rate))


def add_rate(parent: ElementTree.Element, rate: Fraction) -> None:
    element = add(parent, "rate")
    add(element, "timebase", clock.nominal_rate(rate))
    add(element, "ntsc", "TRUE" if rate == _ntsc(rate) else "FALSE")


def add_timecode(parent: ElementTree.Element, rate: Fraction, frame: int, drop_frame: bool) -> ElementTree.Element:
    """A real frame count from midnight, with its label."""
    dropping = drop_frame and clock.has_drop_frame(rate)
    element = add(parent, "timecode")
    add_rate(element, rate)
    add(element, "string", clock.frames_to_timecode(frame, rate=rate, drop_frame=dropping))
    add(element, "frame", frame)
    add(element, "displayformat", "DF" if dropping else "NDF")
    return element


def add_speed(clip: ElementTree.Element, speed: Fraction, mediatype: str) -> None:
    """The filter with which Premiere and Final Cut Pro 7 change a clip's speed as a whole."""
    effect = add(add(clip, "filter"), "effect")
    said = {"name": "Time Remap", "effectid": "timeremap", "effectcategory": "motion", "effecttype": "motion"}
    for tag, value in {**said, "mediatype": mediatype}.items():
        add(effect, tag, value)
    _add_parameter(effect, "variablespeed", "0", (0, 1))
    _add_parameter(effect, "speed", _decimal(speed * _PERCENT), _SPEEDS)
    _add_parameter(effect, "reverse", "FALSE")
    _add_parameter(effect, "frameblending", "FALSE")


class Files:
    """Every file in the order in which clips name them; `rate` is the timeline's."""

    def __init__(self, rate: Fraction) -> None:
        self._rate = rate
        self._numbers: dict[Path, int] = {}
        self._written: set[Path] = set()
        self._offline = 0

    def master_id(self, footage: Footage) -> str:
        """One for all clips of a file, so that programs show it once in their bins."""
        return f"masterclip-{self._number(footage.path)}"

    def frames(self, footage: Footage | None, speed: Fraction) -> int:
        """How long a clip of the whole file is at a speed, in frames of the timeline."""
        return math.ceil(footage.duration / speed * self._rate) if footage is not None else 0

    def add(self, clip: ElementTree.Element, footage: Footage | None, name: str) -> None:
        """The clip's file: in full where it comes first. Without footage it is offline and has a name alone."""
        file = add(clip, "file")
        if footage is None:
            self._offline += 1
            file.set("id", f"file-offline-{self._offline}")
            add(file, "name", name)
            return
        file.set("id", f"file-{self._number(footage.path)}")
        if footage.path not in self._written:
            self._written.add(footage.path)
            self._describe(file, footage)

    def _number(self, path: Path) -> int:
        return self._numbers.setdefault(path, len(self._numbers) + 1)

    def _describe(self, file: ElementTree.Element, footage: Footage) -> None:
        rate = footage.rate if is_known_rate(footage.rate) else self._rate
        add(file, "name", footage.name)
        add(file, "pathurl", file_url(footage.path, host="localhost"))
        add_rate(file, rate)
        add(file, "duration", math.ceil(footage.duration * rate))
        add_timecode(file, rate, clock.seconds_to_frames(footage.start, rate=rate), footage.drop_frame)
        media = add(file, "media")
        if footage.has_picture:
            _describe_picture(add(add(media, "video"), "samplecharacteristics"), footage, rate)
        if footage.channels:
            sound = add(media, "audio")
            add(add(sound, "samplecharacteristics"), "samplerate", footage.sample_rate)
            add(sound, "channelcount", footage.channels)


def _describe_picture(shape: ElementTree.Element, footage: Footage, rate: Fraction) -> None:
    add_rate(shape, rate)
    if footage.size is not None:
        add(shape, "width", footage.size[0])
        add(shape, "height", footage.size[1])


def _ntsc(rate: Fraction) -> Fraction:
    return Fraction(clock.nominal_rate(rate) * 1000, 1001)


def _add_parameter(effect: ElementTree.Element, name: str, value: str, bounds: tuple[int, int] | None = None) -> None:
    parameter = add(effect, "parameter")
    add(parameter, "parameterid", name)
    add(parameter, "name", name)
    for tag, bound in zip(("valuemin", "valuemax"), bounds or (), strict=False):
        add(parameter, tag, bound)
    add(parameter, "value", value)


def _decimal(number: Fraction) -> str:
    """All its digits, of which there are few."""
    whole, rest = divmod(number, 1)
    digits = f"{rest * 10**6}".zfill(6).rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)
