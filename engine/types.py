"""The nouns that every room shares, and the errors. Plain immutable data; imports nothing heavy."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 48_000
PROGRAMME_LUFS = -23.0  # EBU R 128

Samples = npt.NDArray[np.float32]
"""Sound: `[channel, sample]` float32, 1.0 = full scale."""


def seconds_to_sample(seconds: Fraction) -> int:
    """The sample nearest to an exact time; halves go up. Round start and end of a range, never its length."""
    return math.floor(seconds * SAMPLE_RATE + Fraction(1, 2))


class FoleylineError(Exception):
    """Something the user can mend; the message says what, where, and what to do."""


class MediaError(FoleylineError, ValueError):
    """A media file that is there but cannot be read as asked."""


class MissingMediaError(FoleylineError, FileNotFoundError):
    """A clip whose media file is not where the timeline says."""


class TimelineError(FoleylineError, ValueError):
    """A timeline file, or a selection from it, that cannot be used."""


class ScoreError(FoleylineError, ValueError):
    """A score that does not fit the instruments it names."""


class WordsError(FoleylineError, ValueError):
    """Words that cannot be taken as a prompt."""


class SettingError(FoleylineError, ValueError):
    """A setting outside what it may be."""


class OutputError(FoleylineError, OSError):
    """A file that could not be written; nothing half-written stays behind."""


class CancelledError(FoleylineError):
    """The user stopped the work."""


class Layer(StrEnum):
    """The three stems: the place, what moves, what it is made of."""

    AMBIENT = "ambient"
    ACTION = "action"
    MATERIAL = "material"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the user may choose beside the words."""

    seed: int = 0
    programme_lufs: float = PROGRAMME_LUFS  # what ambience and events come to where both sound
    accept_guesses: bool = False
    start_timecode: str | None = None  # of the first shot's first frame: timecode in the words is read by it
    skip_broken: bool = False  # go on, by the words alone, where a picture cannot be read
    scratch: Path | None = None  # where sound waits before it is mixed; the system's temporary folder by default


@dataclass(frozen=True, slots=True)
class Mark:
    """What a marker on a shot says, and when. Exact record seconds from the shot's start."""

    start: Fraction
    duration: Fraction  # of a frame or less: a moment
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shot:
    """A stretch of picture as the cut shows it. Times are exact seconds."""

    name: str
    media: Path | None  # None: a gap of picture (missing media that the user chose to skip)
    source_start: Fraction  # in the file, its own timecode taken off
    duration: Fraction  # on the timeline
    record_start: Fraction  # from the timeline's start
    speed: Fraction = Fraction(1)  # source seconds per record second; 0 freezes, negative runs backwards
    frame_rate: Fraction = Fraction(24)  # of the timeline; words such as "at 00:00:03:12" are read by it
    scene: int = 0  # shots of one scene share one ambience
    hints: tuple[str, ...] = ()  # clip name, notes: words that nobody typed for us
    marks: tuple[Mark, ...] = ()  # markers, each with its time
    head: Fraction = Fraction(0)  # handles: seconds of sound before and after what the cut shows
    tail: Fraction = Fraction(0)

    @property
    def record_end(self) -> Fraction:
        return self.record_start + self.duration


class CueKind(StrEnum):
    HIT = "hit"  # a contact: time_s is the contact, duration 0
    STEP = "step"  # one footfall of a walking or running cadence
    MOTION = "motion"  # something moves for a while: curve is its speed, 0..1
    TEXTURE = "texture"  # label says of what: rain, water, fire, leaves, crowd, traffic, snow
    PLACE = "place"  # label: indoor, outdoor, night ...
    CUT = "cut"
    CAMERA = "camera"  # label: pan, zoom, shake
    FLASH = "flash"


@dataclass(frozen=True, slots=True)
class Curve:
    """A parameter over time, linear between points; times count from the start of its owner."""

    times_s: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, times_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Values at `times_s`, held constant outside the points."""
        return np.interp(times_s, self.times_s, self.values)


@dataclass(frozen=True, slots=True)
class Cue:
    """A measured fact about the picture."""

    id: str  # stable: the same picture gives the same id
    kind: CueKind
    time_s: float  # record seconds from the shot's start, finer than a frame where the picture allows
    duration_s: float = 0.0
    x: float = 0.0  # -1 left .. 1 right
    y: float = 0.0  # -1 top .. 1 bottom
    size: float = 0.1  # of the moving region, its height as a share of the picture's
    energy: float = 0.5  # 0 .. 1, loudness-like: log of speed x size
    confidence: float = 0.5
    label: str = ""
    curve: Curve | None = None  # MOTION: speed 0..1 over time; TEXTURE: strength 0..1
    path: Curve | None = None  # x over time, where it moves
    object: str = ""  # the same object's cues share it: "o1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a note sounds."""

    pan: float | Curve = 0.0  # -1 left .. 1 right
    distance_m: float = 2.0
    room: str = "dry"  # a name of engine.instruments.space.ROOMS


@dataclass(frozen=True, slots=True)
class Note:
    """One sounding thing in the score. Notes of one contact share `event`."""

    id: str
    event: str
    layer: Layer
    instrument: str
    start_s: float  # where its own time begins, from the scene's start
    duration_s: float
    params: Mapping[str, float | str | Curve] = field(default_factory=dict)
    place: Place = Place()
    gain_db: float = 0.0
    seed: int = 0
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0
    heard_from_s: float = 0.0  # of its own time, what comes before is left out: its shot was trimmed
    heard_until_s: float = 0.0  # of its own time, what comes after is left out; 0 for nothing
    shift_ms: float = 0.0  # phase alignment with its event's other notes
    invert: bool = False  # polarity
    entry: str = ""  # what it stands for, an id of the ontology: "footsteps.gravel"
    because: str = ""  # the cue's id, or the words that asked for it

    @property
    def heard_start_s(self) -> float:
        return self.start_s + self.heard_from_s

    @property
    def heard_end_s(self) -> float:
        """Without what rings on."""
        return self.start_s + self.own_end_s

    @property
    def own_end_s(self) -> float:
        """Of its own time, where it ends, without what rings on."""
        return min(self.heard_until_s or self.duration_s, self.duration_s)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What an instrument lets be turned: the panel's knob, the score's check, the model's range."""

    name: str
    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    default: float | str = 0.0
    choices: tuple[str, ...] = ()  # a choice has a str default and no range
    meaning: str = ""


Progress = Callable[[str, str, float], None]
"""Called with (shot or scene name, stage, fraction done 0..1)."""


class Cancel(Protocol):
    """Something that may say stop: `threading.Event` fits."""

    def is_set(self) -> bool: ...


Json = Any
