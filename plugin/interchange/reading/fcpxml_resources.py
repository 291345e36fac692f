"""What a Final Cut Pro XML file declares once and refers to: formats, assets, compound and multicam clips."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import opentimelineio as otio

from engine.types import TimelineError
from plugin.interchange.reading import laying
from plugin.interchange.reading.laying import ZERO, Told
from plugin.timeline.cut import plain

_SECONDS = re.compile(r"(-?\d{1,18})(?:(/)(\d{1,18})|\.(\d{1,12}))?s?")


@dataclass(frozen=True, slots=True)
class Asset:
    """A media file."""

    name: str
    url: str
    start: Fraction
    duration: Fraction
    rate: Fraction | None
    has_picture: bool
    has_sound: bool

    def reference(self, rate: Fraction) -> Any:
        own = self.rate or rate
        known = self.duration > 0 or self.start > 0
        available = laying.exact_range(self.start, self.duration, own) if known else None
        reference = otio.schema.ExternalReference(self.url, available)
        reference.name = self.name
        return reference


class Resources:
    """The resources of one file."""

    def __init__(self, root: Element, path: Path, told: Told) -> None:
        self._path, self._told = path, told
        self._folder = path.parent
        found = root.find("resources")
        self._by_id = {one.get("id", ""): one for one in (found if found is not None else ())}
        self._assets: dict[str, Asset] = {}

    def rate_of(self, format_id: str | None) -> Fraction | None:
        """Frames a second of a format; None where it says none."""
        declared = self._declared(format_id, "format")
        frame = seconds_of(declared, "frameDuration", self._path) if declared is not None else ZERO
        return laying.checked_rate(1 / frame, self._path) if frame > 0 else None

    def asset(self, ref: str | None) -> Asset | None:
        declared = self._declared(ref, "asset")
        if declared is None:
            return None
        if ref not in self._assets:
            self._assets[str(ref)] = self._read_asset(declared)
        return self._assets[str(ref)]

    def media(self, ref: str | None) -> Element | None:
        """A compound or multicam clip."""
        return self._declared(ref, "media")

    def _declared(self, ref: str | None, tag: str) -> Element | None:
        declared = self._by_id.get(ref or "")
        return declared if declared is not None and declared.tag == tag else None

    def _read_asset(self, asset: Element) -> Asset:
        copies = {rep.get("kind", "original-media"): rep.get("src", "") for rep in asset.findall("media-rep")}
        source = asset.get("src") or copies.get("original-media") or next(iter(copies.values()), "")
        has_sound = asset.get("hasAudio") == "1"
        return Asset(
            name=asset.get("name", ""),
            url=laying.media_url(source, self._folder, encoded=True),
            start=seconds_of(asset, "start", self._path),
            duration=max(ZERO, seconds_of(asset, "duration", self._path)),
            rate=self.rate_of(asset.get("format")),
            has_picture=asset.get("hasVideo", "0" if has_sound else "1") == "1",
            has_sound=has_sound,
        )


def seconds_of(element: Element, key: str, path: Path, default: Fraction = ZERO) -> Fraction:
    """Exact seconds of an attribute such as "1001/30000s" or "5s". Raises TimelineError for what is no time."""
    text = element.get(key)
    if text is None:
        return default
    match = _SECONDS.fullmatch(text.strip())
    if match is None or (match[2] and int(match[3]) == 0):
        raise TimelineError(
            f'{path} holds "{plain(text[:60])}" as a time, which is none: {key} of {_told(element)}. '
            "Export the timeline again."
        )
    number = Fraction(f"{match[1]}.{match[4]}") if match[4] else Fraction(int(match[1]), int(match[3] or 1))
    return laying.checked_seconds(number, path)


def _told(element: Element) -> str:
    """An element as somebody may look for it in the file."""
    said = " ".join(f'{key}="{plain(element.get(key, "")[:60])}"' for key in ("id", "name") if element.get(key))
    return f"<{element.tag[:40]}{said and f' {said}'}>"
