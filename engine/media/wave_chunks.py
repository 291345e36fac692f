"""The chunks around a Broadcast WAV's sound: bext (EBU Tech 3285 v2), iXML, fmt, ds64 (EBU Tech 3306)."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from xml.etree import ElementTree

_NO_LOUDNESS = 0x7FFF  # EBU Tech 3285: "not used"
_PCM, _FLOAT = 1, 3


class Depth(StrEnum):
    """How a sample is stored."""

    INT16 = "16"
    INT24 = "24"
    FLOAT32 = "32f"

    @property
    def sample_bytes(self) -> int:
        return {Depth.INT16: 2, Depth.INT24: 3, Depth.FLOAT32: 4}[self]


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What a Broadcast WAV says about itself. Texts beyond ASCII are kept whole in iXML, spelt with ? in bext."""

    time_reference_samples: int = 0  # since midnight, of the first sample
    description: str = ""  # 256 letters
    originator: str = "Foleyline"  # 32 letters
    reference: str = ""  # 32 letters, the originator's own name for the file
    date: str = ""  # yyyy-mm-dd; nobody's clock is read
    time: str = ""  # hh:mm:ss
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    project: str = ""
    scene: str = ""
    take: str = ""
    note: str = ""
    track_names: tuple[str, ...] = ()  # one a channel
    timecode_rate: Fraction = Fraction(24)
    drop_frame: bool = False


def chunk(name: bytes, body: bytes) -> bytes:
    """One RIFF chunk. Bodies are of even length: libsndfile 1.2 loses its way in an RF64 file with padded ones."""
    assert len(body) % 2 == 0
    return name + struct.pack("<I", len(body)) + body


def bext(about: Broadcast, channels: int, depth: Depth, sample_rate: int) -> bytes:
    """The `bext` chunk's body, with what was done to the sound as its coding history."""
    loudness = [_hundredths(about.loudness_lufs), _NO_LOUDNESS, _hundredths(about.true_peak_dbtp)]
    head = struct.pack(
        "<256s32s32s10s8sQH64s5h180s",
        _ascii(about.description),
        _ascii(about.originator),
        _ascii(about.reference),
        _ascii(about.date),
        _ascii(about.time),
        about.time_reference_samples,
        2,
        b"",
        *loudness,
        _NO_LOUDNESS,
        _NO_LOUDNESS,
        b"",
    )
    mode = {1: "mono", 2: "stereo"}.get(channels, "multitrack")
    bits = 8 * depth.sample_bytes
    history = f"A=PCM,F={sample_rate},W={bits},M={mode},T=Foleyline\r\n".encode("ascii")
    return head + history + b"\0" * (len(history) % 2)


def ixml(about: Broadcast, channels: int, depth: Depth, sample_rate: int) -> bytes:
    """The `iXML` chunk's body (version 2.0 of the iXML specification)."""
    root = ElementTree.Element("BWFXML")
    _add(root, "IXML_VERSION", "2.0")
    for name, text in (("PROJECT", about.project), ("SCENE", about.scene), ("TAKE", about.take), ("NOTE", about.note)):
        _add(root, name, text)
    _add(root, "FILE_UID", hashlib.sha256(repr(about).encode()).hexdigest()[:32])
    _add_speed(ElementTree.SubElement(root, "SPEED"), about, depth, sample_rate)
    _add_tracks(ElementTree.SubElement(root, "TRACK_LIST"), about.track_names, channels)
    _add_bext(ElementTree.SubElement(root, "BEXT"), about)
    tree: str = ElementTree.tostring(root, encoding="unicode")
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{tree}\n'.encode()
    return body + b"\n" * (len(body) % 2)


def fmt(channels: int, depth: Depth, sample_rate: int) -> bytes:
    """The `fmt ` chunk's body."""
    tag = _FLOAT if depth is Depth.FLOAT32 else _PCM
    frame_bytes = channels * depth.sample_bytes
    body = struct.pack(
        "<HHIIHH", tag, channels, sample_rate, sample_rate * frame_bytes, frame_bytes, 8 * depth.sample_bytes
    )
    return body + struct.pack("<H", 0) if tag == _FLOAT else body


def ds64(riff_bytes: int, data_bytes: int, samples: int) -> bytes:
    """The `ds64` chunk's body: the sizes that do not fit 32 bits."""
    return struct.pack("<QQQI", riff_bytes, data_bytes, samples, 0)


def _add_speed(speed: ElementTree.Element, about: Broadcast, depth: Depth, sample_rate: int) -> None:
    rate = f"{about.timecode_rate.numerator}/{about.timecode_rate.denominator}"
    _add(speed, "MASTER_SPEED", rate)
    _add(speed, "CURRENT_SPEED", rate)
    _add(speed, "TIMECODE_RATE", rate)
    _add(speed, "TIMECODE_FLAG", "DF" if about.drop_frame else "NDF")
    _add(speed, "FILE_SAMPLE_RATE", str(sample_rate))
    _add(speed, "AUDIO_BIT_DEPTH", str(8 * depth.sample_bytes))
    _add(speed, "DIGITIZER_SAMPLE_RATE", str(sample_rate))
    _add(speed, "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI", str(about.time_reference_samples >> 32))
    _add(speed, "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO", str(about.time_reference_samples & 0xFFFFFFFF))
    _add(speed, "TIMESTAMP_SAMPLE_RATE", str(sample_rate))


def _add_tracks(tracks: ElementTree.Element, names: tuple[str, ...], channels: int) -> None:
    _add(tracks, "TRACK_COUNT", str(channels))
    for number in range(1, channels + 1):
        track = ElementTree.SubElement(tracks, "TRACK")
        _add(track, "CHANNEL_INDEX", str(number))
        _add(track, "INTERLEAVE_INDEX", str(number))
        _add(track, "NAME", names[number - 1] if number <= len(names) else "")


def _add_bext(element: ElementTree.Element, about: Broadcast) -> None:
    _add(element, "BWF_DESCRIPTION", about.description)
    _add(element, "BWF_ORIGINATOR", about.originator)
    _add(element, "BWF_ORIGINATOR_REFERENCE", about.reference)
    _add(element, "BWF_TIME_REFERENCE_LOW", str(about.time_reference_samples & 0xFFFFFFFF))
    _add(element, "BWF_TIME_REFERENCE_HIGH", str(about.time_reference_samples >> 32))


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    # XML 1.0 has no place for control characters, not even escaped.
    ElementTree.SubElement(parent, name).text = "".join(letter for letter in text if letter >= " " or letter in "\t\n")


def _ascii(text: str) -> bytes:
    return text.encode("ascii", "replace")


def _hundredths(value: float | None) -> int:
    return _NO_LOUDNESS if value is None else max(-0x7FFF, min(0x7FFE, round(value * 100)))
