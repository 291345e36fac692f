"""Sound files read as they store their samples, so that what is copied is copied to the bit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile

from engine.media.wave_chunks import Depth
from engine.types import SAMPLE_RATE, MediaError, MissingMediaError, Samples

_DEPTHS = {"PCM_16": Depth.INT16, "PCM_24": Depth.INT24, "FLOAT": Depth.FLOAT32}
_ORDER = (Depth.INT16, Depth.INT24, Depth.FLOAT32)
LONGEST_HEAD = 65_536
_STAMP_AT = 338  # in the bext chunk (EBU Tech 3285)
_READ_AS = {Depth.INT16: "int16", Depth.INT24: "int32", Depth.FLOAT32: "float32"}


class StoredSound:
    """A 48 kHz stereo file of one of our depths. Raises MissingMediaError, MediaError for any other."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise MissingMediaError(f"There is no sound file {path}. Relink it.")
        try:
            about = soundfile.info(path)
        except soundfile.SoundFileError as error:
            raise MediaError(f"{path} cannot be read as sound ({error}).") from error
        if about.samplerate != SAMPLE_RATE or about.channels != 2 or about.subtype not in _DEPTHS:
            raise MediaError(
                f"{path} is {about.channels} x {about.samplerate} Hz {about.subtype}; "
                "only stereo of 48 kHz, as 16 or 24 bit or as float, is copied."
            )
        self.path, self.samples, self.depth = path, int(about.frames), _DEPTHS[about.subtype]

    def read(self, first: int, last: int, depth: Depth) -> bytes:
        """Samples `first:last`, interleaved, little-endian, as `WaveWriter.write_stored` takes them.

        `depth` is the file's own, or one that holds every value of it exactly.
        """
        if _ORDER.index(depth) < _ORDER.index(self.depth):
            raise ValueError(f"{self.path} has {self.depth.value} bits, which {depth.value} do not hold")
        with soundfile.SoundFile(self.path) as file:
            file.seek(first)
            sound = file.read(last - first, dtype=_READ_AS[depth], always_2d=True)
        if len(sound) != last - first:
            raise MediaError(f"{self.path} ends before sample {last}; it was cut short while it was read.")
        if depth is Depth.INT24:  # its 24 bits are the upper ones
            return np.ascontiguousarray(sound, dtype="<i4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()
        return np.ascontiguousarray(sound, dtype="<i2" if depth is Depth.INT16 else "<f4").tobytes()

    def sound(self, first: int, last: int) -> Samples:
        """The same as `[2, sample]` float32."""
        return np.frombuffer(self.read(first, last, Depth.FLOAT32), dtype="<f4").reshape(-1, 2).T


def time_reference(path: Path) -> int | None:
    """The samples since midnight at which a Broadcast WAV says that it begins; None where it does not say."""
    try:
        with path.open("rb") as file:
            head = file.read(LONGEST_HEAD)
    except OSError:
        return None
    at = 12
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"bext" and size >= _STAMP_AT + 8:
            return int.from_bytes(head[at + 8 + _STAMP_AT : at + 16 + _STAMP_AT], "little")
        if name == b"data":
            return None
        at += 8 + size + size % 2
    return None


def deepest(depths: Iterable[Depth]) -> Depth:
    """The depth that holds every value of all these."""
    return max(depths, key=_ORDER.index, default=Depth.INT16)
