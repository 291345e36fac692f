"""Where sound waits before it is mixed: raw float32, in an unnamed file that the system takes back whatever ends us."""

from __future__ import annotations

import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

import numpy as np

from engine.types import OutputError, Samples

_FRAME_BYTES = 8  # stereo float32


class Scratch:
    """One temporary file for any number of tracks, in `folder` or the system's own. OutputError on a full disk."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or tempfile.gettempdir()
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="foleyline-", dir=folder)  # noqa: SIM115
        self._end = 0
        self._seeking = threading.Lock()  # several threads read and write

    def room(self, size: int) -> int:
        """The place of so many bytes that are nobody else's."""
        with self._seeking:
            place, self._end = self._end, self._end + size
        return place

    def write(self, place: int, body: bytes) -> None:
        try:
            with self._seeking:
                self._file.seek(place)
                self._file.write(body)
        except OSError as error:
            raise self._no_room(error) from error

    def read(self, place: int, size: int) -> bytes:
        try:
            with self._seeking:
                self._file.seek(place)  # which may write what waits in memory
                return self._file.read(size)
        except OSError as error:
            raise self._no_room(error) from error

    def close(self) -> None:
        with suppress(OSError):  # a full disk refuses what waits in memory once more; nobody wants it now
            self._file.close()

    def _no_room(self, error: OSError) -> OutputError:
        return OutputError(
            f"there is no room in {self._folder} for the sound while it is made: {error.strerror}. "
            "Make room there, or set TMPDIR to a folder on a larger disk."
        )


class Track:
    """One layer of one scene on disk: stereo float32, samples `first:last` counted from the timeline's start."""

    def __init__(self, first: int, last: int, scratch: Scratch | None = None) -> None:
        self.first, self.last = first, last
        self._is_owner = scratch is None
        self._scratch = Scratch() if scratch is None else scratch
        self._place = self._scratch.room((last - first) * _FRAME_BYTES)
        self._sounded = first  # up to here

    def append(self, block: Samples) -> None:
        self._write(self._sounded, block)
        self._sounded += block.shape[1]

    def overwrite(self, first: int, block: Samples) -> None:
        """Put other sound in place of what was appended, from sample `first` on; what lies outside is left out."""
        lo, hi = max(first, self.first), min(first + block.shape[1], self._sounded)
        if hi > lo:
            self._write(lo, block[:, lo - first : hi - first])

    def read(self, first: int, last: int) -> Samples:
        """`[2, last-first]`; silence outside what was sounded."""
        sound = np.zeros((2, max(last - first, 0)), dtype=np.float32)
        lo, hi = max(first, self.first), min(last, self._sounded)
        if hi > lo:
            raw = self._scratch.read(self._at(lo), (hi - lo) * _FRAME_BYTES)
            sound[:, lo - first : hi - first] = np.frombuffer(raw, dtype="<f4").reshape(-1, 2).T
        return sound

    def close(self) -> None:
        """Give the disk back, where the track has a file of its own."""
        if self._is_owner:
            self._scratch.close()

    def _write(self, first: int, block: Samples) -> None:
        if first + block.shape[1] > self.last:
            raise ValueError(f"the track ends at {self.last}; sound comes up to {first + block.shape[1]}")
        self._scratch.write(self._at(first), np.ascontiguousarray(block.T, dtype="<f4").tobytes())

    def _at(self, sample: int) -> int:
        return self._place + (sample - self.first) * _FRAME_BYTES
