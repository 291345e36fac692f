"""The sample timelines that OpenTimelineIO and its adapters ship with their sources, as `./check` fetches them."""

from __future__ import annotations

import sys
import tarfile
from fractions import Fraction
from functools import cache
from pathlib import Path, PurePosixPath

FOLDER = Path(sys.prefix) / "samples"
SUFFIXES = {".otio", ".otioz", ".otiod", ".xml", ".fcpxml", ".edl", ".aaf", ".mlt", ".kdenlive", ".xges"}
EDL_RATES = {"25fps.edl": Fraction(25), "timecode_mismatch.edl": Fraction(25)}  # the others are of 24 frames

COUNTS = {".aaf": 36, ".edl": 18, ".fcpxml": 6, ".otio": 22, ".xges": 1, ".xml": 6}

REFUSED = {
    "marker-over-audio.aaf": "holds no composition, only media",
    "picchu_seq0100_snippet_embedded.aaf": "holds no composition, only media",
    "premiere_example_filter.xml": "is XML of another kind",
    "xges_example.xges": "is XML of a kind that is not read",
}
"""What is no timeline, or of a kind that is not read, and what its refusal says."""


def names() -> list[str]:
    """Each sample as ARCHIVE/.../FILE; none where they were not fetched."""
    return [name for archive in archives() for name in _members(archive)]


def archives() -> list[Path]:
    """Sources of Python packages, under the names that their makers gave them."""
    return sorted(FOLDER.glob("*.tar.gz"))


def extract(folder: Path) -> None:
    """All samples into a folder."""
    for archive in archives():
        members = set(_members(archive))
        with tarfile.open(archive) as tar:
            tar.extractall(folder, [one for one in tar.getmembers() if one.name in members], filter="data")


def rate_of(path: Path) -> Fraction | None:
    """What is to be said with a sample of a format that does not say it."""
    return EDL_RATES.get(path.name, Fraction(24)) if path.suffix == ".edl" else None


@cache
def _members(archive: Path) -> list[str]:
    with tarfile.open(archive) as tar:
        found = [one.name for one in tar.getmembers() if one.isfile() and _is_sample(PurePosixPath(one.name))]
    return sorted(found)


def _is_sample(name: PurePosixPath) -> bool:
    return name.suffix.lower() in SUFFIXES and name.parts[1] == "tests"
