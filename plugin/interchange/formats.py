"""The formats that a timeline with stems can be written in, and which host takes which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from engine.types import OutputError
from plugin.interchange.reel import Reel


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file, written by the function `write` of a module of this package, loaded when it is wanted.

    `write(reel, path)` writes a whole new file and returns what the format could not hold, in words; OutputError.
    """

    suffix: str
    title: str
    module: str

    def write(self, reel: Reel, path: Path) -> tuple[str, ...]:
        function: Callable[[Reel, Path], tuple[str, ...]] = import_module(f"plugin.interchange.{self.module}").write
        return function(reel, path)


FORMATS = (
    Format(".fcpxml", "Final Cut Pro XML", "fcpxml"),
    Format(".xml", "Final Cut Pro 7 XML (Premiere Pro, Resolve)", "fcp7"),
    Format(".aaf", "Advanced Authoring Format", "aaf"),
    Format(".edl", "CMX 3600 edit decision list", "edl"),
    Format(".mlt", "MLT XML (Shotcut)", "mlt"),
    Format(".kdenlive", "Kdenlive project", "kdenlive"),
    Format(".rpp", "REAPER project", "reaper"),
    Format(".otioz", "OpenTimelineIO bundle, one file", "otioz"),
    Format(".otiod", "OpenTimelineIO bundle, a folder", "otioz"),
)


def format_of(path: Path) -> Format:
    """The format that a file's name asks for. Raises OutputError."""
    found = next((one for one in FORMATS if one.suffix == path.suffix.lower()), None)
    if found is None:
        known = ", ".join(one.suffix for one in FORMATS)
        raise OutputError(
            f"{path.name}: no timeline is written as {path.suffix or 'a file without a suffix'}; use .otio or {known}"
        )
    return found
