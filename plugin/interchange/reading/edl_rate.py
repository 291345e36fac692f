"""The frame rate of an EDL, which has no place for it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import av.error

from engine.media.source import picture_stream, require_file
from engine.types import MediaError, TimelineError
from plugin.interchange.reading import laying
from plugin.interchange.reading.edl_events import Sheet
from plugin.interchange.reading.laying import Told
from plugin.timeline import clock
from plugin.timeline.medium import path_of_url

_DROP_FRAME = (Fraction(30000, 1001), Fraction(60000, 1001), Fraction(120000, 1001))
_MOST_PROBED = 8  # files


def rate_of(sheet: Sheet, path: Path, given: Fraction | None, told: Told) -> Fraction:
    """The rate that is given, or said in a RATE line, or meant by drop-frame, or that of the media beside the list.

    Raises TimelineError where nothing says it, and for a rate that cannot be the list's.
    """
    rate = _said(sheet, path, given)
    if rate is None and any(event.dropping for event in sheet.events):
        rate = next(
            one for one in _DROP_FRAME if sheet.largest_frame < clock.nominal_rate(one) or one is _DROP_FRAME[-1]
        )
    if rate is None and (rate := _media_rate(sheet, path)) is not None:
        told.note(f"An EDL does not say its frame rate; {float(rate):.6g}, that of its media, is taken.")
    if rate is None:
        raise TimelineError(
            f"{path} does not say its frame rate; no EDL does. Give the rate of the timeline, "
            'such as --rate 25, or write it into the list as a line under its title: "* FRAME RATE: 25".'
        )
    if sheet.largest_frame >= clock.nominal_rate(rate):
        raise TimelineError(
            f"{path} counts frames up to {sheet.largest_frame}, so it is not of {float(rate):.6g} frames a second. "
            "Give the timeline's own rate."
        )
    if any(event.dropping for event in sheet.events) and not clock.has_drop_frame(rate):
        raise TimelineError(
            f"{path} counts drop-frame, which {float(rate):.6g} frames a second does not have. Give 29.97 or 59.94."
        )
    return rate


def _said(sheet: Sheet, path: Path, given: Fraction | None) -> Fraction | None:
    if given is not None:
        return laying.checked_rate(given, path)
    try:
        return laying.checked_rate(Fraction(sheet.said_rate), path) if sheet.said_rate else None
    except (ValueError, ZeroDivisionError):
        return None


def _media_rate(sheet: Sheet, path: Path) -> Fraction | None:
    """What the pictures that can be found agree on."""
    names = dict.fromkeys(
        words for event in sheet.events if (words := event.words("SOURCE FILE", "FROM CLIP NAME", "TO CLIP NAME"))
    )
    rates = {rate for name in list(names)[:_MOST_PROBED] if (rate := _file_rate(name, path.parent)) is not None}
    return rates.pop() if len(rates) == 1 else None


def _file_rate(name: str, folder: Path) -> Fraction | None:
    file = path_of_url(name, folder)
    if file is None:
        return None
    try:
        require_file(file)
        with av.open(str(file)) as container:
            stream = picture_stream(container)
            return clock.exact_rate(stream.average_rate) if stream is not None and stream.average_rate else None
    except (OSError, av.error.FFmpegError, MediaError):
        return None
