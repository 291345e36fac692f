"""What a Final Cut Pro XML names once and then refers to: formats, files, compound clips; and how it writes time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from plugin.interchange.footage import Footage, file_url
from plugin.timeline import clock

SMALLEST = 2**31 - 1
"""The greatest denominator: Final Cut Pro holds it in 32 bits."""

_HEIGHTS = {(1280, 720): "720", (1920, 1080): "1080", (3840, 2160): "3840x2160", (4096, 2160): "4096x2160"}
_RATES = {
    Fraction(24000, 1001): "2398", Fraction(24): "24", Fraction(25): "25", Fraction(30000, 1001): "2997",
    Fraction(30): "30", Fraction(50): "50", Fraction(60000, 1001): "5994", Fraction(60): "60",
}  # fmt: skip
_SIZE = (1920, 1080)
_DISSOLVE = "FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"


def seconds_text(seconds: Fraction) -> str:
    """Rational seconds: "1001/30000s", "5s"."""
    if seconds.denominator == 1:
        return f"{seconds.numerator}s"
    return f"{seconds.numerator}/{seconds.denominator}s"


class Resources:
    """The `resources` of a file. Identities count up in the order in which things are first asked for."""

    def __init__(self, element: Element, rate: Fraction, size: tuple[int, int] | None) -> None:
        self._element = element
        self._rate = rate
        self._count = 0
        self._dissolve = ""
        self._formats: dict[tuple[Fraction | None, tuple[int, int] | None], str] = {}
        self._assets: dict[Path, str] = {}
        self.sequence_format = self._format(rate, size or _SIZE)

    def format_of(self, footage: Footage) -> str:
        """The identity of the format of a file's picture; a still has no rate."""
        return self._format(None if footage.is_still else footage.rate, footage.size)

    def asset(self, footage: Footage) -> str:
        """The identity of a file."""
        if footage.path not in self._assets:
            self._assets[footage.path] = self._new_asset(footage)
        return self._assets[footage.path]

    def dissolve(self) -> str:
        """The identity of Final Cut Pro's own cross dissolve."""
        if not self._dissolve:
            self._dissolve = self._next()
            SubElement(self._element, "effect", id=self._dissolve, name="Cross Dissolve", uid=_DISSOLVE)
        return self._dissolve

    def add_compound(self, name: str, sequence: Element) -> str:
        identity = self._next()
        SubElement(self._element, "media", id=identity, name=name).append(sequence)
        return identity

    def _new_asset(self, footage: Footage) -> str:
        picture = {"hasVideo": "1", "format": self.format_of(footage)} if footage.has_picture else {}
        identity = self._next()
        asset = SubElement(self._element, "asset", id=identity, name=footage.name)
        asset.attrib |= {"start": seconds_text(footage.start), "duration": seconds_text(_asset_seconds(footage))}
        asset.attrib |= picture
        if footage.channels:
            asset.attrib |= {"hasAudio": "1", "audioSources": "1", "audioChannels": str(footage.channels)}
            asset.set("audioRate", str(footage.sample_rate))
        SubElement(asset, "media-rep", kind="original-media", src=file_url(footage.path))
        return identity

    def _format(self, rate: Fraction | None, size: tuple[int, int] | None) -> str:
        if (rate, size) not in self._formats:
            self._formats[rate, size] = self._next()
            element = SubElement(self._element, "format", id=self._formats[rate, size])
            name = _format_name(rate, size)
            if name:
                element.set("name", name)
            if rate is not None:
                element.set("frameDuration", f"{rate.denominator}/{rate.numerator}s")
            if size is not None:
                element.attrib |= {"width": str(size[0]), "height": str(size[1])}
        return self._formats[rate, size]

    def _next(self) -> str:
        self._count += 1
        return f"r{self._count}"


def _format_name(rate: Fraction | None, size: tuple[int, int] | None) -> str:
    """As Final Cut Pro calls it; empty for what it has no name for."""
    if rate is None:
        return "FFVideoFormatRateUndefined"
    return f"FFVideoFormat{_HEIGHTS[size]}p{_RATES[rate]}" if size in _HEIGHTS and rate in _RATES else ""


def _asset_seconds(footage: Footage) -> Fraction:
    """Whole pictures, and of sound what there is, as far as a 32-bit denominator says it; a still lasts no time."""
    if footage.is_still:
        return Fraction(0)
    if footage.has_picture or footage.duration.denominator > SMALLEST:
        return Fraction(footage.frames) / footage.rate
    return footage.duration


def first_frame(rate: Fraction) -> Fraction:
    """Where a gap's own time starts in the files of Final Cut Pro: at an hour of timecode."""
    return clock.nominal_rate(rate) * 3600 / rate
