"""Clips at another speed in Final Cut Pro XML: a `timeMap` from the clip's own time to its file's.

A clip's own time begins at its file's timecode and runs at the speed of the timeline, as in what Final Cut Pro exports.
"""

from __future__ import annotations

from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement

from plugin.interchange.fcpxml_resources import SMALLEST, seconds_text
from plugin.interchange.footage import Footage
from plugin.interchange.rows import RowClip
from plugin.timeline.cut import CutClip


def time_map(placed: RowClip, footage: Footage, rate: Fraction) -> tuple[Fraction, Element] | None:
    """The clip's own time at its first frame, and the map; None where its fractions are too fine for the format."""
    own = _own_start(placed.clip, footage)
    points = _points(placed, footage, own, rate)
    if any(time.denominator > SMALLEST for point in (*points, (own,)) for time in point):
        return None
    element = Element("timeMap")
    for time, value in points:
        SubElement(element, "timept", time=seconds_text(time), value=seconds_text(value), interp="linear")
    return own, element


def _own_start(clip: CutClip, footage: Footage) -> Fraction:
    shown = max(clip.source_start, Fraction(0))
    if clip.speed > 0:
        return footage.start + shown / clip.speed
    if clip.speed < 0:  # backwards, own time begins at the file's end
        return footage.start + (footage.duration - shown) / -clip.speed
    return footage.start + shown


def _points(placed: RowClip, footage: Footage, own: Fraction, rate: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Own and file time: of a freeze over what is shown, else over the whole file, so that handles stay."""
    speed, first, last = placed.clip.speed, footage.start, footage.start + footage.duration
    if speed == 0:
        return [(own, own), (own + placed.frames / rate, own)]
    end = first + footage.duration / abs(speed)
    return [(first, first), (end, last)] if speed > 0 else [(first, last), (end, first)]
