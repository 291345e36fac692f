"""Pictures numbered one by one, opened as one: a small sheet of text says where they are and how fast they run."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error

from engine.types import MediaError

SUFFIX = ".foleyline-pictures"
_LONGEST_SHEET = 2**16


@dataclass(frozen=True, slots=True)
class Numbered:
    """So many pictures from the number `first` on. `name_at` is where in the name the number stands, for its "%"."""

    path: Path
    name_at: int
    digits: int
    first: int
    count: int
    rate: Fraction

    @property
    def pattern(self) -> str:
        """As FFmpeg wants it: a percent sign that is a letter of the name is two."""
        name = self.path.name
        head, tail = name[: self.name_at], name[self.name_at + 1 :]
        whole = str(self.path.parent / "x").removesuffix("x").replace("%", "%%")
        return f"{whole}{head.replace('%', '%%')}%0{self.digits}d{tail.replace('%', '%%')}"


def write_sheet(sheet: Path, shown: Numbered, mark: str) -> None:
    """Write it, or leave the same one that is there. `mark` changes when the pictures do. Raises MediaError."""
    said = {
        "pictures": str(shown.path), "at": shown.name_at, "digits": shown.digits, "first": shown.first,
        "count": shown.count, "rate": str(shown.rate), "mark": mark,
    }  # fmt: skip
    aside = sheet.with_name(f".{secrets.token_hex(8)}.part")
    try:
        sheet.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(json.dumps(said), encoding="utf-8")
        aside.replace(sheet)
    except OSError as error:
        raise MediaError(
            f"{sheet}: cannot be written ({error.strerror}); set FOLEYLINE_CACHE to a folder of yours."
        ) from error


def read_sheet(sheet: Path) -> Numbered:
    """MediaError for what is no sheet."""
    try:
        if sheet.stat().st_size > _LONGEST_SHEET:
            raise ValueError("it is too long")
        said = json.loads(sheet.read_text(encoding="utf-8"))
        at, digits, first, count = (int(said[key]) for key in ("at", "digits", "first", "count"))
        return Numbered(Path(said["pictures"]), at, digits, first, count, Fraction(said["rate"]))
    except (OSError, ValueError, KeyError, TypeError, ZeroDivisionError) as error:
        raise MediaError(f"{sheet}: this is no sheet of pictures ({error}); read the timeline again.") from error


def open_numbered(sheet: Path) -> av.container.InputContainer:
    """The pictures as one film that starts at 0. MediaError if they cannot be opened."""
    shown = read_sheet(sheet)
    options = {"framerate": str(shown.rate), "start_number": str(shown.first), "start_number_range": "1"}
    try:
        return av.open(shown.pattern, format="image2", options=options)
    except (av.error.FFmpegError, OSError) as error:
        raise MediaError(
            f"{shown.path}: these pictures cannot be opened from number {shown.first} on ({error.strerror}); "
            "render the sequence to a movie."
        ) from error
