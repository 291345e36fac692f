"""Broadcast WAV files, written as the sound comes, whole or not at all."""

from __future__ import annotations

import struct
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import soundfile

from engine.media import wave_chunks
from engine.media.dither import GRID, Dither, quantize
from engine.media.wave_chunks import Broadcast, Depth, chunk
from engine.media.whole_file import AsideFile, unwritable
from engine.types import SAMPLE_RATE, MediaError, MissingMediaError, Samples

__all__ = ["Broadcast", "Depth", "WaveWriter", "read_wave"]

RIFF_LIMIT_BYTES = 2**32 - 1
"""A longer file becomes RF64, whose sizes have 64 bits (EBU Tech 3306)."""

_DS64_BYTES = 28


class WaveWriter:
    """A Broadcast WAV that takes float32 `[channel, sample]` blocks of any length; use it in a `with` block.

    16 and 24 bit are dithered from `seed` by the sample's place, so the same sound gives the same bytes however it is
    cut. The file has its name only after `close`; an exception in the block, or `abort`, leaves nothing. Raises
    OutputError when the file exists or the disk does not take it, MediaError for sound that is not finite.
    """

    def __init__(
        self,
        path: Path,
        channels: int = 2,
        depth: Depth = Depth.INT16,
        about: Broadcast | None = None,
        *,
        seed: int = 0,
        sample_rate: int = SAMPLE_RATE,
    ) -> None:
        self.path, self.channels, self.depth = path, channels, depth
        self.samples_written = 0
        self.clipped_samples = 0
        self._dither = Dither(channels, seed)
        self._aside = AsideFile(path)
        self._fact_at = 0
        self._write(self._header(about or Broadcast(), sample_rate))
        self._header_bytes = self._aside.file.tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def write(self, block: Samples) -> None:
        """Append `[channel, sample]` sound; mono may come as `[sample]`."""
        block = np.atleast_2d(block)
        if block.shape[0] != self.channels:
            raise ValueError(f"{self.path.name} has {self.channels} channels; the block's shape is {block.shape}")
        if not np.isfinite(block).all():
            raise MediaError(
                f"The sound for {self.path} holds a number that is not finite near sample {self.samples_written}."
            )
        while block.shape[1]:
            count = min(block.shape[1], GRID - self.samples_written % GRID)
            self._write(self._encoded(block[:, :count]))
            self.samples_written += count
            block = block[:, count:]

    def write_stored(self, frames: bytes) -> None:
        """Append samples of another file of the same depth, interleaved as it stores them, to the bit."""
        frame_bytes = self.channels * self.depth.sample_bytes
        if len(frames) % frame_bytes:
            raise ValueError(
                f"{self.path.name} has frames of {frame_bytes} bytes; {len(frames)} bytes are no whole ones"
            )
        self._write(frames)
        self.samples_written += len(frames) // frame_bytes

    def close(self) -> None:
        """Finish the header and give the file its name."""
        self._write(b"\0" * (self._data_bytes % 2))
        self._patch_sizes()
        self._aside.commit()

    def abort(self) -> None:
        """Leave nothing behind."""
        self._aside.discard()

    @property
    def _data_bytes(self) -> int:
        return self.samples_written * self.channels * self.depth.sample_bytes

    def _encoded(self, block: Samples) -> bytes:
        if self.depth is Depth.FLOAT32:
            return np.ascontiguousarray(block.T, dtype="<f4").tobytes()
        noise = self._dither.at(self.samples_written, block.shape[1])
        numbers, clipped = quantize(block, noise, 8 * self.depth.sample_bytes)
        self.clipped_samples += clipped
        if self.depth is Depth.INT16:
            return np.ascontiguousarray(numbers.T, dtype="<i2").tobytes()
        return np.ascontiguousarray(numbers.T, dtype="<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()

    def _header(self, about: Broadcast, sample_rate: int) -> bytes:
        shape = (self.channels, self.depth, sample_rate)
        header = b"RIFF\0\0\0\0WAVE" + chunk(b"JUNK", bytes(_DS64_BYTES))  # its place is kept for ds64
        header += chunk(b"fmt ", wave_chunks.fmt(*shape))
        if self.depth is Depth.FLOAT32:
            self._fact_at = len(header) + 8
            header += chunk(b"fact", bytes(4))
        header += chunk(b"bext", wave_chunks.bext(about, *shape)) + chunk(b"iXML", wave_chunks.ixml(about, *shape))
        return header + b"data\0\0\0\0"

    def _patch_sizes(self) -> None:
        data_bytes = self._data_bytes
        riff_bytes = self._header_bytes - 8 + data_bytes + data_bytes % 2
        samples = min(self.samples_written, 2**32 - 1)
        if riff_bytes > RIFF_LIMIT_BYTES:
            self._write_at(0, b"RF64" + b"\xff" * 4 + b"WAVE")
            self._write_at(12, chunk(b"ds64", wave_chunks.ds64(riff_bytes, data_bytes, self.samples_written)))
            self._write_at(self._header_bytes - 4, b"\xff" * 4)
        else:
            self._write_at(4, struct.pack("<I", riff_bytes))
            self._write_at(self._header_bytes - 4, struct.pack("<I", data_bytes))
        if self._fact_at:
            self._write_at(self._fact_at, struct.pack("<I", samples))

    def _write_at(self, place: int, body: bytes) -> None:
        try:
            self._aside.file.seek(place)
        except OSError as error:
            self.abort()
            raise unwritable(self.path, error) from error
        self._write(body)

    def _write(self, body: bytes) -> None:
        try:
            self._aside.file.write(body)
        except OSError as error:
            self.abort()
            raise unwritable(self.path, error) from error


def read_wave(path: Path) -> tuple[Samples, int]:
    """Sound `[channel, sample]` and its rate in Hz. Raises MissingMediaError, MediaError."""
    if not path.exists():
        raise MissingMediaError(f"There is no sound file {path}. Check the path.")
    try:
        sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.SoundFileError as error:
        raise MediaError(f"{path} cannot be read as sound ({error}). Give a WAV or FLAC file.") from error
    return np.ascontiguousarray(sound.T), int(rate_hz)
