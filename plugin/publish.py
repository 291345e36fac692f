"""Everything is made aside, in the folders where it belongs, and gets its names at the end: all of it or nothing."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO

from engine.media.whole_file import TakenError, free_path, give_name, numbered_paths, unwritable
from engine.types import FoleylineError, OutputError
from plugin import naming
from plugin.timeline.place import StemClip

PREFIX, LOCK = ".foleyline-", "lock"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where everything has gone."""

    output: Path
    media_folder: Path
    extras: tuple[Path, ...]


class Stages:
    """A hidden folder beside each place where something is to go, so that naming it there is one step."""

    def __init__(self, folders: Mapping[Path, Path]) -> None:
        self._folders = folders

    def beside(self, path: Path) -> Path:
        return self._folders[path.parent]


@contextmanager
def staged(paths: Iterable[Path]) -> Iterator[Stages]:
    """Hidden folders beside `paths`, gone afterwards; and those of killed runs with them. Raises OutputError."""
    with ExitStack() as stack:
        parents = sorted({path.parent for path in paths})
        yield Stages({parent: stack.enter_context(_stage(parent)) for parent in parents})


@contextmanager
def _stage(parent: Path) -> Iterator[Path]:
    _remove_orphans(parent)
    try:
        stage = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    except OSError as error:
        raise unwritable(parent, error) from error
    try:
        with speaking_of(parent):
            lock = _hold(stage)
        with lock:
            yield stage
    finally:
        _remove(stage)


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except KeyboardInterrupt:  # comes once; the folder goes nevertheless
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _hold(stage: Path) -> AbstractContextManager[object]:
    """Keep a lock in the folder for as long as this run lives; it has its name only once it is locked."""
    file = (stage / f"{LOCK}.new").open("wb")
    if not _lock(file):  # not here: killed runs are then cleared away by hand
        file.close()
        return nullcontext()
    (stage / f"{LOCK}.new").rename(stage / LOCK)
    return file


def _remove_orphans(parent: Path) -> None:
    """Remove folders whose run is gone: those whose lock nobody holds."""
    for left in parent.glob(f"{PREFIX}*"):
        try:
            with (left / LOCK).open("r+b") as file:
                if _lock(file):
                    shutil.rmtree(left, ignore_errors=True)
        except OSError:
            continue  # without a lock, or not ours to touch


if sys.platform == "win32":

    def _lock(file: IO[bytes]) -> bool:
        """A folder with an open file cannot be removed there, so locking would be of no use."""
        return False
else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        """Take the file's lock if it is free. It goes with the process that holds it, whatever ends that."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


@contextmanager
def speaking_of(path: Path) -> Iterator[None]:
    """What the system refuses inside is told of `path`, a name that the user knows, not of a passing one."""
    try:
        yield
    except OSError as error:
        reason = error.__cause__ if isinstance(error, OutputError) else error
        if isinstance(error, TakenError) or not isinstance(reason, OSError) or isinstance(reason, FoleylineError):
            raise
        raise unwritable(path, reason) from reason


def _folder_of(output: Path) -> Path:
    return output.with_name(f"{naming.words(output.stem, 80) or 'foley'}-stems")


def publish(
    wanted: Path,
    clips: Sequence[StemClip],
    extras: Mapping[Path, Path],
    stage: Path,
    write_timeline: Callable[[Sequence[StemClip], Path], object],
) -> Placed:
    """Give everything its name, the timeline last.

    `extras` says for each made file where it is wanted. Where another run was faster, the next free names are taken.
    On failure what had its name already is taken back. Raises OutputError, TimelineError.
    """
    with ExitStack() as taken_back:
        output, folder = _make_folder(wanted)
        taken_back.callback(_remove, folder)
        with speaking_of(folder):
            for clip in clips:
                (stage / clip.path.name).replace(folder / clip.path.name)
        placed = []
        for made, path in extras.items():
            placed.append(_first_free(path, partial(give_name, made)))
            taken_back.callback(placed[-1].unlink, missing_ok=True)
        lying = [replace(clip, path=folder / clip.path.name) for clip in clips]
        output = _first_free(output, lambda path: write_timeline(lying, path))
        taken_back.pop_all()
    return Placed(output, folder, tuple(placed))


def _make_folder(wanted: Path) -> tuple[Path, Path]:
    for output in numbered_paths(wanted):
        if os.path.lexists(output):
            continue
        folder = free_path(_folder_of(output))
        try:
            folder.mkdir()
        except FileExistsError:
            continue  # another run, which will take this output too
        except OSError as error:
            raise unwritable(folder, error) from error
        return output, folder
    raise AssertionError("numbers do not end")


def _first_free(wanted: Path, give: Callable[[Path], object]) -> Path:
    while True:
        path = free_path(wanted)
        try:
            with speaking_of(path):
                give(path)
        except TakenError:
            continue  # another run was faster
        return path
