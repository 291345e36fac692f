"""What lies over what in an AAF: stretches of files on layers, from the lowest up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from plugin.interchange.reading import laying
from plugin.interchange.reading.laying import ONE, ZERO, Blend


@dataclass(frozen=True, slots=True)
class Bit:
    """A stretch of one file, in the time of the segment that it lies in."""

    start: Fraction
    end: Fraction
    name: str = ""
    url: str = ""
    origin: Fraction = ZERO  # media time of the file's first frame, by its tape's timecode
    length: Fraction = ZERO  # of the file; 0: not said
    first: Fraction = ZERO
    speed: Fraction = ONE
    enabled: bool = True
    comments: Mapping[str, str] = field(default_factory=dict)

    def cut_to(self, start: Fraction, end: Fraction) -> Bit | None:
        kept = max(self.start, start), min(self.end, end)
        if kept[0] >= kept[1]:
            return None
        return replace(self, start=kept[0], end=kept[1], first=self.first + self.speed * (kept[0] - self.start))

    def reference(self, rate: Fraction) -> Any:
        available = laying.exact_range(self.origin, self.length, rate) if self.length > 0 else None
        if not self.url:
            return otio.schema.MissingReference(name=self.name, available_range=available)
        return otio.schema.ExternalReference(self.url, available)


@dataclass(slots=True)
class Layer:
    """What lies on one track, in no order."""

    bits: list[Bit] = field(default_factory=list)
    blends: list[Blend] = field(default_factory=list)


def moved(bits: list[Bit], seconds: Fraction) -> list[Bit]:
    return [replace(bit, start=bit.start + seconds, end=bit.end + seconds) for bit in bits]


def cut_to(bits: list[Bit], start: Fraction, end: Fraction) -> list[Bit]:
    return [kept for bit in bits if (kept := bit.cut_to(start, end))]


def trimmed(layer: Layer, start: Fraction, end: Fraction) -> Layer:
    return Layer(cut_to(layer.bits, start, end), layer.blends)
