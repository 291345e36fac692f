"""OpenTimelineIO bundles, .otioz and .otiod: the timeline and the stems in one file or folder.

The stems are inside; the editor's own media stay where they are, and references to them stay as they were. An own
writer: OpenTimelineIO's (0.18) makes a missing reference of what it does not pack, and stamps archives with the time.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.media.whole_file import refuse_existing, unwritable, whole_file
from engine.types import OutputError
from plugin.interchange.reel import Reel
from plugin.timeline.cut import Cut
from plugin.timeline.document import Document, as_document
from plugin.timeline.flavour import ANY, Flavour, PathStyle
from plugin.timeline.place import StemClip, place_stems

FOLDER_SUFFIX = ".otiod"

_TIMELINE, _VERSION, _MEDIA = "content.otio", "version.txt", "media"
_BUNDLE_VERSION = b"1.0.0"
_FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP holds: the same stems give the same bytes


def write(reel: Reel, path: Path) -> tuple[str, ...]:
    """Bundle the reel's timeline with its stems. Returns what is not inside. Raises OutputError, TimelineError."""
    stems = [one.stem for track in reel.tracks for one in track.stems]
    return write_bundle(reel.cut.path, stems, path, stems_only=reel.stems_only)


def write_bundle(
    timeline: Path | Document,
    stems: Sequence[StemClip],
    path: Path,
    *,
    cut: Cut | None = None,
    flavour: Flavour = ANY,
    stems_only: bool = False,
) -> tuple[str, ...]:
    """As `place_stems`, with the stems inside `path`: a folder when it ends in .otiod, else one file.

    Returns what is not inside, in words. Raises OutputError, TimelineError.
    """
    refuse_existing(path)
    inside = replace(flavour, paths=PathStyle.PORTABLE, unreadable="")
    document = as_document(timeline)
    packing = _packed_folder if path.suffix.lower() == FOLDER_SUFFIX else _packed_file
    with packing(path, stems) as folder:
        held = [replace(stem, path=folder / _MEDIA / stem.path.name) for stem in stems]
        told = place_stems(document, held, folder / _TIMELINE, cut=cut, stems_only=stems_only, flavour=inside).warnings
    outside = 0 if stems_only else _own_media(document)
    if not outside:
        return told
    return (*told, f"{path.name} holds the stems; the timeline's own media ({outside}) stay where they are.")


@contextmanager
def _packed_file(path: Path, stems: Sequence[StemClip]) -> Iterator[Path]:
    """A passing folder whose timeline becomes the archive's, with the stems from where they are."""
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        yield folder
        with whole_file(path) as file, zipfile.ZipFile(file, "w") as archive:
            _pack(archive, _VERSION, _BUNDLE_VERSION)
            _pack(archive, _TIMELINE, (folder / _TIMELINE).read_bytes())
            for stem in stems:
                _pack_stem(archive, stem.path)


@contextmanager
def _packed_folder(path: Path, stems: Sequence[StemClip]) -> Iterator[Path]:
    """A folder beside `path` that gets its name when all is in it."""
    try:
        with TemporaryDirectory(dir=path.parent, prefix=f".{path.stem[:60]}.", suffix=".part") as name:
            folder = Path(name).resolve() / path.name
            (folder / _MEDIA).mkdir(parents=True)
            (folder / _VERSION).write_bytes(_BUNDLE_VERSION)
            for stem in stems:
                shutil.copyfile(stem.path, folder / _MEDIA / stem.path.name)
            yield folder
            refuse_existing(path)
            folder.rename(path)
    except OSError as error:
        raise error if isinstance(error, OutputError) else unwritable(path, error) from error


def _pack(archive: zipfile.ZipFile, name: str, body: bytes) -> None:
    archive.writestr(_entry(name, zipfile.ZIP_DEFLATED), body)


def _pack_stem(archive: zipfile.ZipFile, path: Path) -> None:
    entry = _entry(f"{_MEDIA}/{path.name}", zipfile.ZIP_STORED)
    entry.file_size = path.stat().st_size
    with path.open("rb") as sound, archive.open(entry, "w") as held:
        shutil.copyfileobj(sound, held)


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _FIRST_DATE)
    entry.compress_type, entry.external_attr, entry.create_system = compression, 0o644 << 16, 3
    return entry


def _own_media(document: Document) -> int:
    """How many files, or rows of files, the editor's own clips name."""
    clips = document.timeline.tracks.find_clips()
    references = [reference for clip in clips for reference in clip.media_references().values()]
    urls = {getattr(one, "target_url", "") or getattr(one, "target_url_base", "") for one in references}
    return len(urls - {""})
