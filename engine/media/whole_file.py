"""Files that appear whole or not at all: written aside in the same folder, then renamed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO

from engine.types import FoleylineError, OutputError


class TakenError(OutputError):
    """The name is somebody's already."""


class AsideFile:
    """A binary file under a passing name until `commit` gives it its own. Never takes an existing file's place.

    Raises OutputError, from every method, with the reason and what to do.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        refuse_existing(path)
        self._aside = path.with_name(f".{path.name[:60]}.{secrets.token_hex(4)}.part")
        try:
            self.file: IO[bytes] = self._aside.open("x+b")
        except OSError as error:
            raise unwritable(path, error) from error

    def commit(self) -> None:
        """Give the file its name; on failure nothing stays."""
        try:
            self.file.flush()
            os.fsync(self.file.fileno())  # a name must not outlive a power cut that its bytes do not
            self.file.close()
            give_name(self._aside, self.path)
        except OSError as error:
            self.discard()
            raise error if isinstance(error, OutputError) else unwritable(self.path, error) from error

    def discard(self) -> None:
        """Leave nothing behind."""
        with suppress(OSError):  # a full disk refuses the last buffered bytes once more on closing
            self.file.close()
        self._aside.unlink(missing_ok=True)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A new binary file that has its name only when the block ends well.

    Raises OutputError when the file exists or cannot be written.
    """
    aside = AsideFile(path)
    try:
        yield aside.file
    except BaseException as error:
        aside.discard()
        if isinstance(error, OSError) and not isinstance(error, FoleylineError):
            raise unwritable(path, error) from error
        raise
    aside.commit()


def give_name(made: Path, path: Path) -> None:
    """Rename a file, never onto another, however late that one came. Raises TakenError, and OSError as it is."""
    try:
        path.hardlink_to(made)
    except FileExistsError as error:
        raise _taken(path) from error
    except OSError:  # a disk whose files have one name each, such as exFAT
        try:
            path.touch(exist_ok=False)
        except FileExistsError as error:
            raise _taken(path) from error
        try:
            made.replace(path)
        except OSError:
            path.unlink(missing_ok=True)
            raise
    else:
        made.unlink()


def numbered_paths(path: Path) -> Iterator[Path]:
    """`path` itself, then with -2, -3 ... before its suffix, without end."""
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


def free_path(path: Path) -> Path:
    """`path` itself, or with -2, -3 ... before its suffix: the first that nobody has."""
    return next(one for one in numbered_paths(path) if not os.path.lexists(one))


def refuse_existing(path: Path) -> None:
    """Raise TakenError when the name is taken."""
    if os.path.lexists(path):
        raise _taken(path)


def _taken(path: Path) -> TakenError:
    return TakenError(f"{path} is there already and is never overwritten. Give another name, or move it away.")


def unwritable(path: Path, error: OSError) -> OutputError:
    """The error for a file that the system did not take, in words."""
    reason = error.strerror or str(error)
    return OutputError(f"{path} could not be written: {reason}. Check the folder and the free space on its disk.")
