"""Pictures numbered one by one, as one file that is looked at: a sheet that says which, in the user's cache.

A sequence must be whole: every number from the first to the last, one after another. One with holes, or of every second
number, has no one rate, and is not looked at; it is said which picture is missing.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.media.cache_folder import cache_folder, keep_newest
from engine.media.numbered import SUFFIX, Numbered, write_sheet
from engine.types import TimelineError
from plugin.timeline import clock

MOST_PICTURES = 1_000_000
MOST_BYTES = 10_000_000  # of sheets: some 30 000
_PATTERN = re.compile(
    r"(?P<head>.*?)(?:%(?P<zeros>0\d{1,2})?d|(?P<signs>#+)|\[(?P<held>#+)\]|\[(?P<range>\d+-\d+)\])(?P<tail>\.\w{2,5})"
)


def folder_of_sheets() -> Path:
    """A sheet is a few lines, and may be removed at any time."""
    return cache_folder("sequences")


def sheet_of(reference: Any, folder: Path) -> Path:
    """The sheet of an ImageSequenceReference whose pictures lie in `folder`. TimelineError says why there is none."""
    if reference.frame_step != 1:
        raise TimelineError(f"it is an image sequence that counts by {reference.frame_step}; render it to a movie")
    head, tail = reference.name_prefix, reference.name_suffix
    rate = clock.exact_rate(reference.rate)
    return _sheet(folder, head, reference.frame_zero_padding, tail, reference.start_frame, _count(reference), rate)


def sheet_of_pattern(path: Path, available: Any) -> Path | None:
    """The sheet of a name with %04d, ####, [####] or [1001-1100] in it; None for any other, or no picture there."""
    match = _PATTERN.fullmatch(path.name)
    if match is None:
        return None
    head, tail = match["head"], match["tail"]
    digits = len(match["signs"] or match["held"] or (match["range"] or "").split("-")[0]) or int(match["zeros"] or 0)
    numbers = _numbers_there(path.parent, head, digits, tail)
    if not numbers:
        return None
    first = int(match["range"].split("-")[0]) if match["range"] else min(numbers, default=0)
    if available is None or available.duration.value <= 0:
        raise TimelineError("it is an image sequence, and the timeline does not say its rate; render it to a movie")
    count = max(1, round(available.duration.value))
    return _sheet(path.parent, head, digits, tail, first, count, clock.exact_rate(available.duration.rate))


def _count(reference: Any) -> int:
    available = reference.available_range
    if available is None or available.duration.value <= 0:
        raise TimelineError("it is an image sequence of no known length; give it its range, or render it to a movie")
    return max(1, int(reference.number_of_images_in_sequence()))


def _numbers_there(folder: Path, head: str, digits: int, tail: str) -> list[int]:
    name = re.compile(re.escape(head) + rf"(\d{{{max(1, digits)},12}})" + re.escape(tail))
    try:
        return [int(match[1]) for entry in os.scandir(folder) if (match := name.fullmatch(entry.name))]
    except (OSError, ValueError):  # no such folder, or a name that no system can hold
        return []


def _sheet(folder: Path, head: str, digits: int, tail: str, first: int, count: int, rate: Fraction) -> Path:
    if first < 0 or count > MOST_PICTURES:
        raise TimelineError("it is an image sequence of numbers that no program writes; render it to a movie")
    digest = hashlib.sha256()
    for number in range(first, first + count):
        digest.update(_mark(folder / f"{head}{number:0{max(1, digits)}d}{tail}"))
    shown = Numbered(folder / f"{head}%{tail}", len(head), max(1, digits), first, count, rate)
    sheet = folder_of_sheets() / f"{digest.hexdigest()[:40]}-{rate.numerator}-{rate.denominator}{SUFFIX}"
    _prune(sheet.parent)
    write_sheet(sheet, shown, digest.hexdigest())
    return sheet


@lru_cache(maxsize=1)
def _prune(folder: Path) -> None:
    """Once a run, before its first sheet: those that were written longest ago go. What cannot be removed stays."""
    with suppress(OSError):
        keep_newest(folder, SUFFIX, MOST_BYTES)


def _mark(picture: Path) -> bytes:
    """What changes when the picture does."""
    try:
        found = picture.stat()
    except (OSError, ValueError) as error:
        raise TimelineError(
            f"it is an image sequence, and {picture} is not there; put it back, or render the sequence to a movie"
        ) from error
    return f"{picture}\0{found.st_size}\0{found.st_mtime_ns}\n".encode(errors="surrogatepass")
