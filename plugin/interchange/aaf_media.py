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
from typing import Any, NamedTuple

import soundfile
from aaf2.auid import AUID  # type: ignore[import-untyped]
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
_VIDEO_DISSOLVE = AUID("0c3bea40-fc05-11d2-8a29-0050040ef7d2")
_MONO_AUDIO_DISSOLVE = AUID("0c3bea41-fc05-11d2-8a29-0050040ef7d2")
_DEPTHS = {"PCM_16": Depth.INT16, "PCM_24": Depth.INT24, "FLOAT": Depth.FLOAT32}
_CDCI_4_2_2 = {"ComponentWidth": 8, "HorizontalSubsampling": 2, "VerticalSubsampling": 1, "VideoLineMap": [0, 0]}
_RIFF_LIMIT = 2**32 - 1
_HELD = 200  # stems, whose mobs are some 12 MB


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


def operation(file: Any, identity: AUID, name: str, description: str, inputs: int, kind: str = SOUND) -> Any:
    """A new definition of what is done to sound or picture."""
    definition = file.create.OperationDef(identity, name, description)
    file.dictionary.register_def(definition)
    definition.media_kind = kind
    definition["IsTimeWarp"].value = False
    definition["NumberInputs"].value = inputs
    definition["Bypass"].value = 0
    definition["OperationCategory"].value = "OperationCategory_Effect"
    return definition


def audio_dissolve(file: Any) -> Any:
    """The one that all programs know; of the stereo dissolve some know nothing."""
    return operation(file, _MONO_AUDIO_DISSOLVE, "Mono Audio Dissolve", "Combines two mono audio streams", inputs=2)


def picture_dissolve(file: Any) -> Any:
    """One definition for all of a file's dissolves of picture."""
    known = next((one for one in file.dictionary["OperationDefinitions"] if one.auid == _VIDEO_DISSOLVE), None)
    return known or operation(file, _VIDEO_DISSOLVE, "Video Dissolve", "Combines two video streams", 2, PICTURE)


class Stems:
    """Adds the mobs of stems to a file, copies of one pattern: pyaaf2 (1.7) copies a mob in a tenth of the time in
    which it makes one. What has been added is written now and then, so that not all of it is held at once.
    """

    def __init__(self, file: Any, time: Clock) -> None:
        self._file, self._time, self._mobs, self._added = file, time, file.content.mobs, 0
        self._pattern = _chain(file, time, (SOUND, SOUND), file.create.WAVEDescriptor())

    def add(self, path: Path, name: str, start_frame: int, frames: int, comment: str) -> Any:
        """The master mob of a stereo WAV whose first frame is at `start_frame` of timecode; its slots are the sides.

        Raises OutputError for a file that is no stereo WAV.
        """
        chain = _Chain(*(mob.copy() for mob in self._pattern))
        _tell(chain, path, name, self._time, start_frame, frames)
        _describe_wave(chain.holder.descriptor, path)
        chain.master.comments["Comments"] = comment
        self._mobs.extend(chain)
        self._added += 1
        if self._added % _HELD == 0:
            self._file.save()
        return chain.master


def picture_mob(file: Any, footage: Footage, name: str) -> Any:
    """The master mob of a movie, of which slot 1 is the picture; of one that is not there, its address alone."""
    time = Clock(footage.rate, footage.drop_frame and clock.has_drop_frame(footage.rate))
    chain = _chain(file, time, (PICTURE,), _picture_descriptor(file, footage) if footage.size else None)
    _tell(chain, footage.path, name, time, footage.start_frame, footage.frames)
    file.content.mobs.extend([mob for mob in chain if mob is not None])
    return chain.master


class _Chain(NamedTuple):
    """A clip, the file that it plays, and where that is from; without a holder for a file of which nothing is known."""

    origin: Any
    holder: Any
    master: Any


def _chain(file: Any, time: Clock, kinds: tuple[str, ...], descriptor: Any) -> _Chain:
    """Mobs of one file, not yet in `file`; `_tell` says what they are of."""
    origin, master = file.create.SourceMob(""), file.create.MasterMob("")
    origin.descriptor = file.create.ImportDescriptor()
    origin.descriptor["Locator"].append(file.create.NetworkLocator())
    holder = None
    if descriptor is not None:
        holder = file.create.SourceMob("")
        holder.descriptor = descriptor
        descriptor["ContainerFormat"].value = file.dictionary.lookup_containerdef("AAF")
        descriptor["Locator"].append(file.create.NetworkLocator())
    for mob in (mob for mob in (origin, holder, master) if mob is not None):
        for number, kind in enumerate(kinds, 1):
            slot = mob.create_timeline_slot(time.rate, number)
            slot["PhysicalTrackNumber"].value = number
            slot.segment = file.create.SourceClip(slot_id=0 if mob is origin else number, media_kind=kind)
    add_timecode(origin, time, 0, 0)
    return _Chain(origin, holder, master)


def _tell(chain: _Chain, path: Path, name: str, time: Clock, start_frame: int, frames: int) -> None:
    """Names, identities, lengths and addresses; each slot is the whole of its source's of the same number."""
    name_mob(chain.origin, "import", str(path), start_frame, str(time.rate))
    source = None
    for mob in (mob for mob in chain if mob is not None):
        mob.name = name
        if mob is chain.holder:
            name_mob(mob, "file", str(path), start_frame, str(time.rate))
        elif mob is chain.master:
            name_mob(mob, "clip", str(source), name)
        for segment in (slot.segment for slot in mob.slots):
            segment.length = frames
            if source is not None:
                segment.mob_id = source
            elif segment.media_kind == "Timecode":
                segment.start = start_frame
        source = mob.mob_id
    for mob in (mob for mob in (chain.origin, chain.holder) if mob is not None):
        next(iter(mob.descriptor["Locator"]))["URLString"].value = file_url(path)


def linked_clip(file: Any, mob: Any, slot: int, start: int, frames: int, kind: str) -> Any:
    """A stretch of another mob's slot. The slot itself is not looked up: the mob need not be in the file yet."""
    return file.create.SourceClip(start, frames, mob.mob_id, slot, media_kind=kind)


def _describe_wave(descriptor: Any, path: Path) -> None:
    facts = _wave_facts(path)
    riff_bytes = min(path.stat().st_size - 8, _RIFF_LIMIT)
    body = wave_chunks.fmt(facts.channels, _DEPTHS[facts.subtype], facts.samplerate)
    descriptor["Summary"].value = bytearray(
        b"RIFF" + struct.pack("<I", riff_bytes) + b"WAVE" + wave_chunks.chunk(b"fmt ", body)
    )
    descriptor["SampleRate"].value, descriptor["Length"].value = Fraction(facts.samplerate), facts.frames


def _wave_facts(path: Path) -> Any:
    try:
        facts = soundfile.info(path)
    except (OSError, soundfile.SoundFileError) as error:
        raise OutputError(f"The stem {path} cannot be linked into an AAF: {error}. Make the stems again.") from error
    if facts.channels != 2 or facts.subtype not in _DEPTHS:
        raise OutputError(f"The stem {path} is no stereo WAV of 16, 24 or 32 bits, which an AAF links to.")
    return facts


def _picture_descriptor(file: Any, footage: Footage) -> Any:
    assert footage.size is not None
    descriptor = file.create.CDCIDescriptor()
    for key, value in _CDCI_4_2_2.items():
        descriptor[key].value = value
    descriptor["StoredWidth"].value, descriptor["StoredHeight"].value = footage.size
    descriptor["ImageAspectRatio"].value = Fraction(*footage.size)
    descriptor["FrameLayout"].value = "FullFrame"
    descriptor["SampleRate"].value, descriptor["Length"].value = footage.rate, footage.frames
    return descriptor
