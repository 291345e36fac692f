"""OpenTimelineIO bundles: .otiod folders, read in place, and .otioz archives, whose media in use are unpacked."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import opentimelineio as otio

from engine.types import TimelineError
from plugin.interchange.reading import laying
from plugin.interchange.reading.archive import Archive
from plugin.interchange.reading.laying import Reading, Told
from plugin.timeline.document import items_in, parse_object
from plugin.timeline.medium import is_relative

CONTENT = "content.otio"
MOST_CONTENT_BYTES = 2**28
MOST_PICTURES = 100_000  # of one image sequence


def read(path: Path, rate: Fraction | None = None) -> Reading:
    """Read a bundle. Raises TimelineError."""
    return _read_folder(path) if path.is_dir() else _read_archive(path)


def _read_folder(path: Path) -> Reading:
    content = path / CONTENT
    try:
        if not content.is_file():
            raise TimelineError(f"{path} holds no {CONTENT}, so it is no OpenTimelineIO bundle. Export it again.")
        if content.stat().st_size > MOST_CONTENT_BYTES:
            raise TimelineError(f"{content} is larger than {MOST_CONTENT_BYTES >> 20} MB. Export less of the timeline.")
        raw = content.read_bytes()
    except OSError as error:
        raise TimelineError(f"{content} cannot be read: {error.strerror}. Give a bundle that you may open.") from error
    source = _text(raw, path)
    root = parse_object(source, path)
    for url in (url for url in _urls(root) if url.is_inside):
        url.set(laying.media_url(url.text, path, encoded=True))
    return Reading(root, source=source)


def _read_archive(path: Path) -> Reading:
    told = Told(path)
    try:
        if not path.is_file():  # to open a pipe would be to wait for what never comes
            raise TimelineError(f"{path} is no file. Give the bundle that the editing program exported.")
        with Archive(path) as archive:
            source = _text(archive.read(CONTENT, MOST_CONTENT_BYTES), path)
            root = parse_object(source, path)
            _relink(root, archive, told)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, TimelineError):
            raise
        raise TimelineError(f"{path} is no .otioz archive, or a damaged one ({error}). Export it again.") from error
    except OSError as error:
        raise TimelineError(
            f"{path} cannot be read: {error.strerror or error}. Give a file that you may open."
        ) from error
    return Reading(root, told.warnings(), source)


def _relink(root: Any, archive: Archive, told: Told) -> None:
    """Unpack what the timeline refers to, and refer to it there."""
    wanted = [(url, [name for name in url.names(archive.has) if archive.has(name)]) for url in _urls(root)]
    archive.unpack([name for _, names in wanted for name in names])
    for url, names in wanted:
        if names:
            unpacked = archive.unpacked(names[0])
            url.set((unpacked.parent if url.is_folder else unpacked).as_uri())
        elif url.is_inside:
            told.note("A clip's media is not in the bundle.")
    if any(names for _, names in wanted):
        told.note(
            f"The bundle's media were unpacked to {archive.folder}, and the timeline that is written refers to them "
            f"there. {Archive.KEEPING} Copy the folder, or unpack the bundle, to keep them for good."
        )


class _Url:
    """A URL of a media reference, that can be changed."""

    def __init__(self, reference: Any) -> None:
        self._reference = reference
        self.is_folder = isinstance(reference, otio.schema.ImageSequenceReference)

    @property
    def text(self) -> str:
        return str(self._reference.target_url_base if self.is_folder else self._reference.target_url)

    @property
    def is_inside(self) -> bool:
        return bool(self.text) and is_relative(self.text)

    def set(self, url: str) -> None:
        if self.is_folder:
            self._reference.target_url_base = url.rstrip("/") + "/" if url else url
        else:
            self._reference.target_url = url

    def names(self, has: Callable[[str], bool]) -> list[str]:
        """Names in the archive that it stands for: one, or those of all pictures."""
        if not self.is_inside:
            return []
        found = next((text for text in (self.text, unquote(self.text)) if has(_plain(text))), unquote(self.text))
        if not self.is_folder:
            return [_plain(found)]
        pictures = min(self._reference.number_of_images_in_sequence(), MOST_PICTURES)
        urls = (self._reference.target_url_for_image_number(number) for number in range(max(0, pictures)))
        return [_plain(unquote(url)) for url in urls]


def _urls(root: Any) -> Iterator[_Url]:
    """Every reference to a file, of every clip, in use or not."""
    for clip in (item for item in items_in(root) if isinstance(item, otio.schema.Clip)):
        for reference in clip.media_references().values():
            if isinstance(reference, otio.schema.ExternalReference | otio.schema.ImageSequenceReference):
                yield _Url(reference)


def _plain(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./")


def _text(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TimelineError(f"{path}: its {CONTENT} is no text (byte {error.start}). Export it again.") from error
