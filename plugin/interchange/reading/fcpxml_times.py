"""When the items of Final Cut Pro XML begin and how long they last, and which media time they show."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element

from plugin.interchange.reading import remap
from plugin.interchange.reading.fcpxml_resources import Resources, seconds_of
from plugin.interchange.reading.laying import ZERO

LEAVES = {"asset-clip", "ref-clip", "video", "audio", "title", "live-drawing", "caption"}
HOLDERS = {"clip", "sync-clip", "mc-clip"}
TIMED = LEAVES | HOLDERS | {"gap"}


def active(element: Element) -> Iterator[Element]:
    """Children, of an audition the one that plays."""
    for child in element:
        if child.tag == "audition":
            yield from (one for one in list(child)[:1])
        else:
            yield child


def is_inside(child: Element) -> bool:
    return child.get("lane", "0") == "0" and (child.tag in TIMED or child.tag == "spine")


class Times:
    """The times of one file's items."""

    def __init__(self, path: Path, resources: Resources) -> None:
        self._path, self._resources = path, resources

    def points(self, element: Element) -> list[remap.Point]:
        """Media time over an item's own time."""
        shift = -self._zero(element)
        origin = self._media_start(element)
        found = [
            (self.time(one, "time", ZERO), self.time(one, "value", ZERO)) for one in element.findall("timeMap/timept")
        ]
        if not found:
            return [(ZERO, shift), (Fraction(1), 1 + shift)]
        # Some programs count the media from its own timecode, some from its first frame.
        moved = origin if origin and all(value < origin for _, value in found) else ZERO
        return [(time, value + moved + shift) for time, value in found]

    def _zero(self, element: Element) -> Fraction:
        """The timecode that the zero of a compound clip's inside stands for."""
        media = self._resources.media(element.get("ref")) if element.tag == "ref-clip" else None
        sequence = media.find("sequence") if media is not None else None
        zero = seconds_of(sequence, "tcStart", self._path) if sequence is not None else ZERO
        return zero if self.time(element, "start", zero) >= zero else ZERO

    def _media_start(self, element: Element) -> Fraction:
        asset = self._resources.asset(element.get("ref"))
        return asset.start if asset is not None else self._zero(element)

    def own_start(self, element: Element) -> Fraction:
        """An item that does not say where it starts begins where its media does."""
        if element.get("start") is not None:
            return self.time(element, "start", ZERO)
        if element.tag == "mc-clip":
            media = self._resources.media(element.get("ref"))
            multicam = media.find("multicam") if media is not None else None
            return seconds_of(multicam, "tcStart", self._path) if multicam is not None else ZERO
        held = next((one for one in active(element) if is_inside(one)), None) if element.tag in HOLDERS else None
        return ZERO if held is not None else self._media_start(element)

    def length(self, element: Element) -> Fraction:
        if element.get("duration") is not None:
            return max(ZERO, self.time(element, "duration", ZERO))
        asset, media = self._resources.asset(element.get("ref")), self._resources.media(element.get("ref"))
        if asset is not None:
            return max(ZERO, asset.start + asset.duration - self.own_start(element))
        inner = next(iter(media), None) if media is not None else None
        return self.time(inner, "duration", ZERO) if inner is not None else ZERO

    def time(self, element: Element, key: str, default: Fraction) -> Fraction:
        return seconds_of(element, key, self._path, default)
