"""The times of Final Cut Pro 7 XML: rates, timecodes, and what a clip's in-point means when its speed is changed."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element

from engine.types import TimelineError
from plugin.interchange.reading import laying, remap
from plugin.interchange.reading.laying import ONE, ZERO, Told
from plugin.timeline import clock

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,12})?")


def number(text: str | None, path: Path) -> Fraction | None:
    """A frame number; None for none and for -1, which stands for none. Raises TimelineError for what is no number."""
    if text is None or not text.strip():
        return None
    if not _NUMBER.fullmatch(text.strip()):
        raise TimelineError(f'{path} holds "{text[:60]}" where a number belongs. Export the timeline again.')
    value = laying.checked_seconds(Fraction(text.strip()), path)
    return None if value == -1 else value


def rate_of(element: Element, default: Fraction | None, path: Path) -> Fraction | None:
    """Exact frames a second of `<rate>`: a timebase of 30 with ntsc is 30000/1001."""
    timebase = number(element.findtext("rate/timebase"), path)
    if timebase is None:
        return default
    ntsc = element.findtext("rate/ntsc", "FALSE").strip().upper() == "TRUE"
    return laying.checked_rate(timebase * 1000 / 1001 if ntsc and timebase.denominator == 1 else timebase, path)


def start_of(element: Element, rate: Fraction, path: Path) -> tuple[Fraction, bool]:
    """Seconds of the timecode that it begins at, and whether that is drop-frame."""
    timecode = element.find("timecode")
    if timecode is None:
        return ZERO, False
    counted = rate_of(timecode, rate, path) or rate
    text = timecode.findtext("string", "").strip()
    dropping = (timecode.findtext("displayformat", "NDF").strip() == "DF" or ";" in text) and clock.has_drop_frame(
        counted
    )
    frames = number(timecode.findtext("frame"), path)
    if frames is None:
        frames = Fraction(_frames(text, counted, dropping)) if text else ZERO
    return frames / counted, dropping


def _frames(text: str, rate: Fraction, dropping: bool) -> int:
    return clock.timecode_to_frames(text if dropping else text.replace(";", ":"), rate=rate, drop_frame=dropping)


def time_points(clip: Element, rate: Fraction, record_rate: Fraction, path: Path, told: Told) -> list[remap.Point]:
    """Media seconds over the seconds since the clip's range began on record."""
    first = (number(clip.findtext("in"), path) or ZERO) / rate
    still = number(clip.findtext("stillframeoffset"), path)
    if clip.findtext("stillframe", "FALSE").strip().upper() == "TRUE" and still is not None:
        return _line(still / rate, ZERO)
    filters = (one for one in clip.findall("filter") if one.findtext("enabled", "TRUE").strip().upper() != "FALSE")
    effects = (effect for one in filters for effect in one.findall("effect"))
    change = next((one for one in effects if one.findtext("effectid", "").lower() == "timeremap"), None)
    if change is None:
        return _line(first, ONE)
    if _value(change, "variablespeed") in ("1", "TRUE"):
        return _drawn(change, first, rate, path)
    percent = number(_value(change, "speed"), path)
    speed = (percent if percent is not None else Fraction(100)) / 100
    backwards = (_value(change, "reverse") or "FALSE").upper() == "TRUE" or speed < 0
    return _steady(clip, first, abs(speed), backwards, (rate, record_rate), path, told)


def _steady(
    clip: Element,
    first: Fraction,
    speed: Fraction,
    backwards: bool,
    rates: tuple[Fraction, Fraction],
    path: Path,
    told: Told,
) -> list[remap.Point]:
    """In-points count frames of the media as it is played: of a clip at half speed, two for each of the file's.

    Where out less in is the length of the media instead, they count the file's.
    """
    spans = [[number(clip.findtext(key), path) for key in keys] for keys in (("in", "out"), ("start", "end"))]
    used, shown = (
        (end - start) / rate if start is not None and end is not None else None
        for (start, end), rate in zip(spans, rates, strict=True)
    )
    of_file = used is not None and shown is not None and abs(used - shown * speed) < abs(used - shown)
    media = first if of_file or not speed else first * speed
    if not backwards:
        return _line(media, speed)
    if of_file:
        return _line(media + used, -speed) if used is not None else _line(media, -speed)
    whole = number(clip.findtext("duration"), path)
    if whole is None:
        told.note("A clip that runs backwards does not say how long its media is; its in-point is taken as its first.")
        return _line(media, -speed)
    return _line(whole / rates[0] * speed - media, -speed)


def _drawn(change: Element, first: Fraction, rate: Fraction, path: Path) -> list[remap.Point]:
    """Keyframes: `when` in played frames from the media's start, `value` in the file's."""
    graph = next((one for one in change.findall("parameter") if one.findtext("parameterid") == "graphdict"), None)
    keys = graph.findall("keyframe") if graph is not None else []
    points = [(number(key.findtext("when"), path), number(key.findtext("value"), path)) for key in keys]
    known = [(when / rate - first, value / rate) for when, value in points if when is not None and value is not None]
    return known if len(known) > 1 else _line(first, ONE)


def _line(media: Fraction, speed: Fraction) -> list[remap.Point]:
    return [(ZERO, media), (ONE, media + speed)]


def _value(effect: Element, name: str) -> str | None:
    found = next((one for one in effect.findall("parameter") if one.findtext("parameterid") == name), None)
    return found.findtext("value") if found is not None else None
