"""A zip archive of a stranger: what is wanted of it is unpacked into a folder of our own, bounded, never out of it.

The folder lies in the user's cache and is named by the archive's content, so that a bundle is unpacked once.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import stat
import struct
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, ClassVar, Self

from engine.media.cache_folder import cache_folder
from engine.types import TimelineError

MOST_KEPT_BYTES = 20 * 2**30  # of all bundles that are unpacked
MOST_DIRECTORY_BYTES = 2**26
MOST_GROWTH, FREE_GROWTH_BYTES = 20, 2**28  # media hardly pack: an archive that grows more is made to fill the disk
_LEFT_FREE_BYTES = 2**30
_PIECE = 2**20
_END, _END64, _LOCATOR = b"PK\5\6", b"PK\6\6", b"PK\6\7"
_UNSAFE = re.compile(r'[<>:"|?*\x00-\x1f\x7f]|[. ]$')


def folder_of_bundles() -> Path:
    """Where bundles are unpacked."""
    return cache_folder("bundles")


class Archive:
    """An open archive. Raises TimelineError, and what `zipfile` raises for a damaged one."""

    KEEPING: ClassVar[str] = (
        f"When unpacked bundles take more than {MOST_KEPT_BYTES >> 30} GB, those unused longest are removed."
    )

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] = path.open("rb")
        try:
            self._size = path.stat().st_size
            directory = _directory_of(self._file, path, self._size)
            self._zip = zipfile.ZipFile(self._file)
        except BaseException:
            self._file.close()
            raise
        self._members = {info.filename: info for info in self._zip.infolist()}
        digest = hashlib.sha256(f"{self._size}".encode() + directory)  # which holds each member's own check sum
        self.folder = folder_of_bundles() / digest.hexdigest()[:40]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        self._file.close()

    def has(self, name: str) -> bool:
        """Whether a plain file of this name is in it, whose name leads nowhere else."""
        info = self._members.get(name)
        return info is not None and not info.is_dir() and not _is_link(info) and _is_inside(name)

    def read(self, name: str, most_bytes: int) -> bytes:
        info = self._members.get(name)
        if info is None:
            raise TimelineError(f"{self.path} holds no {name}, so it is no OpenTimelineIO bundle. Export it again.")
        if info.file_size > most_bytes:
            raise TimelineError(f"{self.path}: its {name} is larger than {most_bytes >> 20} MB. Export less of it.")
        self._check_growth([info])
        with self._zip.open(info) as member:
            raw = member.read(most_bytes + 1)
        if len(raw) > most_bytes:
            raise TimelineError(f"{self.path}: its {name} is larger than it says. Export it again.")
        return raw

    def unpacked(self, name: str) -> Path:
        """Where a member is, or will be, unpacked."""
        return self.folder.joinpath(*(_safe(part) for part in name.split("/") if part not in ("", ".")))

    def unpack(self, names: Iterable[str]) -> None:
        """Unpack members that are not there yet. Raises TimelineError for too much, and for a full disk."""
        wanted = [self._members[name] for name in dict.fromkeys(names)]
        missing = [info for info in wanted if not _is_whole(self.unpacked(info.filename), info.file_size)]
        self._check_growth(wanted)
        if missing:
            self._make_room(sum(info.file_size for info in missing))
        for info in missing:
            self._unpack_one(info)
        if wanted:
            os.utime(self.folder)  # it was used now

    def _unpack_one(self, info: zipfile.ZipInfo) -> None:
        path = self.unpacked(info.filename)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with self._zip.open(info) as member, aside.open("xb") as file:
                _copy(member, file, info.file_size, self.path)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)

    def _check_growth(self, infos: list[zipfile.ZipInfo]) -> None:
        whole = sum(info.file_size for info in infos)
        packed = sum(info.compress_size for info in infos)
        if whole > FREE_GROWTH_BYTES + MOST_GROWTH * self._size or packed > self._size:
            raise TimelineError(
                f"{self.path} is {self._size} bytes and would unpack to {whole}, as no bundle of media does. "
                "It is not unpacked; export it again."
            )

    def _make_room(self, wanted_bytes: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        _remove_oldest(self.folder, MOST_KEPT_BYTES - wanted_bytes)
        free = shutil.disk_usage(self.folder).free
        if wanted_bytes + _LEFT_FREE_BYTES > free:
            raise TimelineError(
                f"{self.path} unpacks to {wanted_bytes >> 20} MB, and {self.folder} has {free >> 20} MB free. "
                "Make room, or set FOLEYLINE_CACHE to a folder on a larger disk."
            )


def _remove_oldest(current: Path, most_bytes: int) -> None:
    """Remove the bundles unused longest until the others take so many bytes; never the current one."""
    folders = [one for one in current.parent.iterdir() if one.is_dir() and not one.is_symlink() and one != current]
    sizes = {one: sum(file.lstat().st_size for file in one.rglob("*") if file.is_file()) for one in folders}
    total = sum(sizes.values())
    for one in sorted(folders, key=lambda folder: (folder.stat().st_mtime, folder.name)):
        if total > most_bytes:
            with suppress(OSError):  # somebody else removed it, or holds it open
                shutil.rmtree(one)
            total -= sizes[one]


def _copy(member: IO[bytes], file: IO[bytes], said_bytes: int, path: Path) -> None:
    written = 0
    while piece := member.read(_PIECE):
        written += len(piece)
        if written > said_bytes:
            break
        file.write(piece)
    if written != said_bytes:
        raise TimelineError(f"{path} holds a file of another length than it says. Export it again.")


def _is_whole(path: Path, size: int) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == size


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _is_inside(name: str) -> bool:
    parts = name.split("/")
    return not name.startswith("/") and ".." not in parts and "\\" not in name and not re.match("[A-Za-z]:", name)


def _safe(part: str) -> str:
    """A name that every disk takes; one that had to be changed says so by a digest."""
    plain = _UNSAFE.sub("_", part)
    if plain == part and len(part.encode(errors="replace")) <= 200:
        return part
    mark = hashlib.sha256(part.encode(errors="surrogatepass")).hexdigest()[:12]
    stem, dot, suffix = plain.rpartition(".")
    return f"{(stem or suffix)[:40]}-{mark}{dot if stem else ''}{suffix[:10] if stem else ''}"


def _directory_of(file: IO[bytes], path: Path, size: int) -> bytes:
    """The archive's table of members, read here to be bounded before it is parsed."""
    file.seek(max(0, size - 2**16 - 64))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or at + 22 > len(tail):
        raise TimelineError(f"{path} is no .otioz archive, or one cut short. Export it again.")
    length, start = struct.unpack_from("<II", tail, at + 12)
    if 0xFFFFFFFF in (length, start) and tail[max(0, at - 20) : at].startswith(_LOCATOR):
        (record,) = struct.unpack_from("<Q", tail, at - 20 + 8)
        file.seek(min(record, size))
        end = file.read(56)
        if len(end) < 56 or not end.startswith(_END64):
            raise TimelineError(f"{path} is a damaged archive. Export it again.")
        length, start = struct.unpack_from("<QQ", end, 40)
    if length > MOST_DIRECTORY_BYTES:
        raise TimelineError(f"{path} holds more files than any bundle. Export it again.")
    file.seek(min(start, size))
    return file.read(length)
