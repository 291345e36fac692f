"""What is true of a scene: events, ambience, cuts; written beside the video as `truth.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import log10
from pathlib import Path

CONTACT_LAYERS = ("action", "material")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that sounds. A contact has no duration; a slide, a roll or a pour has one."""

    t_s: float  # from the first frame's pts; for what lasts, when it starts to sound
    kind: str  # bounce, step, blow, slam, splash, roll, slide, pour, pass-by
    actor: str = ""  # material of what moves
    struck: str = ""  # material of what it meets
    mass_kg: float = 1.0
    speed_m_s: float = 1.0  # at the contact, along the normal; of a slide, its mean
    x: float = 0.0  # -1 left edge of the picture .. 1 right edge, at `t_s`
    duration_s: float = 0.0
    required: bool = True  # False: too faint, or outside the picture: neither missed nor false
    layers: tuple[str, ...] = CONTACT_LAYERS
    path: tuple[tuple[float, float], ...] = ()  # (seconds, x) of what passes

    @property
    def sharp(self) -> bool:
        """A contact, which has an instant; not a slide, which has a span."""
        return self.duration_s == 0

    @property
    def level_db(self) -> float:
        """20 log10 of momentum in kg m/s."""
        return 20 * log10(max(self.mass_kg * self.speed_m_s, 1e-9))


@dataclass(frozen=True, slots=True)
class Ambience:
    """The place, and how strong it is over time."""

    name: str = "room"
    level: tuple[tuple[float, float], ...] = ((0.0, 1.0),)  # (seconds, 0..1)


@dataclass(frozen=True, slots=True)
class Truth:
    """All that is known of one scene."""

    kind: str
    difficulty: str
    split: str
    seed: int
    prompt: str
    duration_s: float
    frame_rate: str  # rational, "30000/1001"; of a variable rate, its mean
    width: int
    height: int
    events: tuple[Event, ...] = ()
    ambience: Ambience = field(default_factory=Ambience)
    cuts: tuple[float, ...] = ()
    exposure: tuple[float, float] = (0.25, 0.25)  # each frame shows pts + these shares of a frame: opens, closes
    variable_rate: bool = False
    conditions: tuple[str, ...] = ()  # what makes it hard: "shake", "letterbox", ...

    @property
    def frame_s(self) -> float:
        """Seconds a frame lasts."""
        over, under = [*self.frame_rate.split("/"), "1"][:2]
        return float(under) / float(over)

    @property
    def contacts(self) -> tuple[Event, ...]:
        """The events that have an instant, in order."""
        return tuple(event for event in self.events if event.sharp)

    @property
    def spans(self) -> tuple[Event, ...]:
        """The events that last, in order."""
        return tuple(event for event in self.events if not event.sharp)


def write_truth(truth: Truth, path: Path) -> None:
    """As JSON, times to the microsecond."""
    path.write_text(json.dumps(_rounded(asdict(truth)), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_truth(path: Path) -> Truth:
    """What `write_truth` wrote."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["events"] = tuple(_event(event) for event in raw["events"])
    raw["ambience"] = Ambience(raw["ambience"]["name"], _pairs(raw["ambience"]["level"]))
    for name in ("cuts", "exposure", "conditions"):
        raw[name] = tuple(raw[name])
    return Truth(**raw)


def _event(raw: dict[str, object]) -> Event:
    raw["layers"] = tuple(raw["layers"])  # type: ignore[arg-type]
    raw["path"] = _pairs(raw["path"])  # type: ignore[arg-type]
    return Event(**raw)  # type: ignore[arg-type]


def _pairs(rows: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((float(first), float(second)) for first, second in rows)


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
