"""Which reader opens which kind of file, by its suffix."""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from pathlib import Path

from engine.types import TimelineError
from plugin.interchange.reading.laying import Reading

READERS = {
    ".otioz": "bundle",
    ".otiod": "bundle",
    ".fcpxml": "markup",
    ".fcpxmld": "fcpxml",
    ".xml": "markup",
    ".mlt": "markup",
    ".kdenlive": "markup",
    ".edl": "edl",
    ".aaf": "aaf",
}
"""The module of this package whose `read(path, rate)` reads the file; what is not here is OpenTimelineIO's own JSON."""

SUFFIXES = (".otio", *READERS)


def reads(path: Path) -> bool:
    """Whether a file of this name is another format than .otio."""
    return path.suffix.lower() in READERS


def read(path: Path, rate: Fraction | None = None) -> Reading:
    """Read a file of another format. Raises TimelineError.

    `rate`: of the timeline, for formats that do not say it (.edl).
    """
    if not path.exists():
        raise TimelineError(f"There is no timeline at {path}. Check the path.")
    reading: Reading = import_module(f"plugin.interchange.reading.{READERS[path.suffix.lower()]}").read(path, rate)
    return reading
