"""Paths as a file names them that should be moved together with what lies beside it."""

from __future__ import annotations

from pathlib import Path

from plugin.timeline.medium import is_bare_absolute


def absolute(path: Path) -> Path:
    """The same file from any folder; another system's drive stays as it is."""
    return path if is_bare_absolute(str(path)) else path.absolute()


class Nearby:
    """Names media relative to a folder where they lie in it or below, else absolutely."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._resolved: dict[Path, Path] = {}  # by folder: there are few, and each asks the disk

    def name(self, path: Path) -> str:
        """With slashes; another system's drive stays as it is."""
        path = absolute(path)
        if not path.is_absolute():
            return path.as_posix()
        if path.parent not in self._resolved:
            self._resolved[path.parent] = path.parent.resolve()
        parent = self._resolved[path.parent]
        if not parent.is_relative_to(self._folder):
            return path.as_posix()
        return (parent.relative_to(self._folder) / path.name).as_posix()
