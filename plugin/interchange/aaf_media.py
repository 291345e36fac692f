"""AAF mobs for files that stay where they are: clip, file, and where the file comes from with its timecode.

A stem's chain is the one that Media Composer writes for an imported WAV: a master mob with a slot a channel, a file mob
with the WAV's own header and its address, and an import mob with the timecode of the file's first frame.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import soundfile
from aaf2.mobid import MobID  # type: ignore[import-untyped]

from engine.media import wave_chunks
from engine.media.wave_chunks import Depth
from engine.types import OutputError
from plugin.interchange.footage import Footage, file_url
from plugin.timeline import clock

SOUND, PICTURE = "sound", "picture"
LEFT, RIGHT = 1, 2
WRITTEN = datetime(2000, 1, 1)
"""The date in every file: nobody's clock is read, so that the same timeline gives the same bytes."""

_MOB_LABEL = bytes.fromhex("060a2b340101010501010f2013000000")
_DEPTHS = {"PCM_16": Depth.INT16, "PCM_24": Depth.INT24, "FLOAT": Depth.FLOAT32}
_CDCI_4_2_2 = {"ComponentWidth": 8, "HorizontalSubsampling": 2, "VerticalSubsampling": 1, "VideoLineMap": [0, 0]}
_RIFF_LIMIT = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Clock:
    """How the timeline counts."""

    rate: Fraction
    drop_frame: bool

    @property
    def nominal(self) -> int:
        return clock.nominal_rate(self.rate)


def name_mob(mob: Any, *told: object) -> None:
    """The mob's identity and dates, the same for the same things told."""
    mob.mob_id = MobID(bytes_le=_MOB_LABEL + hashlib.sha256(repr(told).encode()).digest()[:16])
    mob["CreationTime"].value = mob["LastModified"].value = WRITTEN


def add_timecode(mob: Any, time: Clock, start_frame: int, frames: int) -> None:
    """A slot that says the timecode at the mob's first frame."""
    slot = mob.create_timeline_slot(time.rate)
    slot.segment = mob.root.create.Timecode(time.nominal, time.drop_frame, frames)
    slot.name, slot.segment.start = "TC", start_frame
    slot["PhysicalTrackNumber"].value = 1


def stem_mob(file: Any, path: Path, name: str, time: Clock, start_frame: int, frames: int) -> Any:
    """The master mob of a stereo WAV whose first frame is at `start_frame` of timecode; slots 1 and 2 are its sides.

    Raises OutputError for a file that is no stereo WAV.
    """
    origin = _origin(file, path, name, time, start_frame, frames, (SOUND, SOUND))
    holder = file.create.SourceMob(name)
    name_mob(holder, "file", str(path), start_frame, str(time.rate))
    holder.descriptor = _wave_descriptor(file, path)
    return _linked(file, holder, origin, name, time.rate, (SOUND, SOUND))


def picture_mob(file: Any, footage: Footage, name: str) -> Any:
    """The master mob of a movie, of which slot 1 is the picture; of one that is not there, its address alone."""
    time = Clock(footage.rate, footage.drop_frame and clock.has_drop_frame(footage.rate))
    origin = _origin(file, footage.path, name, time, footage.start_frame, footage.frames, (PICTURE,))
    if footage.size is None:
        return _master(file, origin, name, time.rate, (PICTURE,))
    holder = file.create.SourceMob(name)
    name_mob(holder, "file", str(footage.path), footage.start_frame, str(time.rate))
    holder.descriptor = _picture_descriptor(file, footage, footage.size)
    return _linked(file, holder, origin, name, time.rate, (PICTURE,))


def _origin(
    file: Any, path: Path, name: str, time: Clock, start_frame: int, frames: int, kinds: tuple[str, ...]
) -> Any:
    mob = file.create.SourceMob(name)
    name_mob(mob, "import", str(path), start_frame, str(time.rate))
    mob.descriptor = file.create.ImportDescriptor()
    mob.descriptor["Locator"].append(_locator(file, path))
    for number, kind in enumerate(kinds, 1):
        slot = mob.create_empty_slot(time.rate, kind, number)
        slot.segment.length = frames
        slot["PhysicalTrackNumber"].value = number
    add_timecode(mob, time, start_frame, frames)
    file.content.mobs.append(mob)
    return mob


def _linked(file: Any, holder: Any, origin: Any, name: str, rate: Fraction, kinds: tuple[str, ...]) -> Any:
    _add_slots(holder, origin, rate, kinds)
    file.content.mobs.append(holder)
    return _master(file, holder, name, rate, kinds)


def _master(file: Any, source: Any, name: str, rate: Fraction, kinds: tuple[str, ...]) -> Any:
    mob = file.create.MasterMob(name)
    name_mob(mob, "clip", str(source.mob_id), name)
    _add_slots(mob, source, rate, kinds)
    file.content.mobs.append(mob)
    return mob


def _add_slots(mob: Any, source: Any, rate: Fraction, kinds: tuple[str, ...]) -> None:
    """A slot a channel, each the whole of the source's of the same number."""
    for number, kind in enumerate(kinds, 1):
        slot = mob.create_timeline_slot(rate, number)
        slot["PhysicalTrackNumber"].value = number
        slot.segment = linked_clip(mob.root, source, number, 0, source.slot_at(number).segment.length, kind)


def linked_clip(file: Any, mob: Any, slot: int, start: int, frames: int, kind: str) -> Any:
    """A stretch of another mob's slot. The slot itself is not looked up: the mob need not be in the file yet."""
    return file.create.SourceClip(start, frames, mob.mob_id, slot, media_kind=kind)


def _wave_descriptor(file: Any, path: Path) -> Any:
    facts = _wave_facts(path)
    riff_bytes = min(path.stat().st_size - 8, _RIFF_LIMIT)
    body = wave_chunks.fmt(facts.channels, _DEPTHS[facts.subtype], facts.samplerate)
    descriptor = file.create.WAVEDescriptor()
    descriptor["Summary"].value = bytearray(
        b"RIFF" + struct.pack("<I", riff_bytes) + b"WAVE" + wave_chunks.chunk(b"fmt ", body)
    )
    _describe(file, descriptor, path, Fraction(facts.samplerate), facts.frames)
    return descriptor


def _wave_facts(path: Path) -> Any:
    try:
        facts = soundfile.info(path)
    except (OSError, soundfile.SoundFileError) as error:
        raise OutputError(f"The stem {path} cannot be linked into an AAF: {error}. Make the stems again.") from error
    if facts.channels != 2 or facts.subtype not in _DEPTHS:
        raise OutputError(f"The stem {path} is no stereo WAV of 16, 24 or 32 bits, which an AAF links to.")
    return facts


def _picture_descriptor(file: Any, footage: Footage, size: tuple[int, int]) -> Any:
    descriptor = file.create.CDCIDescriptor()
    for key, value in _CDCI_4_2_2.items():
        descriptor[key].value = value
    descriptor["StoredWidth"].value, descriptor["StoredHeight"].value = size
    descriptor["ImageAspectRatio"].value = Fraction(*size)
    descriptor["FrameLayout"].value = "FullFrame"
    _describe(file, descriptor, footage.path, footage.rate, footage.frames)
    return descriptor


def _describe(file: Any, descriptor: Any, path: Path, rate: Fraction, length: int) -> None:
    """`length` in units of `rate`: samples of sound, frames of a picture."""
    descriptor["SampleRate"].value, descriptor["Length"].value = rate, length
    descriptor["ContainerFormat"].value = file.dictionary.lookup_containerdef("AAF")
    descriptor["Locator"].append(_locator(file, path))


def _locator(file: Any, path: Path) -> Any:
    locator = file.create.NetworkLocator()
    locator["URLString"].value = file_url(path)
    return locator
