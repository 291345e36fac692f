"""The Foley score: notes between what is seen and what is heard. Plain data, saved as JSON, edited by hand."""

from __future__ import annotations

import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine.instruments import registry, space
from engine.media.whole_file import whole_file
from engine.types import Curve, Layer, Note, ScoreError

FORMAT = 1
LEVEL = Curve((0.0,), (0.0,))  # no change


@dataclass(frozen=True, slots=True)
class Mix:
    """What turns sounded notes into stems: fixed when a score is first sounded, kept when it is edited."""

    gain_db: Mapping[Layer, float] = field(default_factory=dict)
    duck: Curve = LEVEL  # dB on the ambient stem, over seconds from the scene's start
    limiter: Curve = LEVEL  # dB on the action and material stems

    def around(self, start_s: float, end_s: float) -> Mix:
        """The same mix, its curves no longer than a stretch needs: their own points, one more on either side."""
        return replace(self, duck=_around(self.duck, start_s, end_s), limiter=_around(self.limiter, start_s, end_s))


def _around(curve: Curve, start_s: float, end_s: float) -> Curve:
    first = max(bisect_left(curve.times_s, start_s) - 1, 0)
    last = bisect_right(curve.times_s, end_s) + 1
    return Curve(curve.times_s[first:last], curve.values[first:last])


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a score."""

    generator: str = "rules"
    version: str = ""
    seed: int = 0
    words: str = ""
    licence: str = "yours: nothing in these sounds is recorded or sampled"


@dataclass(frozen=True, slots=True)
class Score:
    """The notes of one scene. Note times are seconds from `record_start`."""

    scene: int
    record_start: Fraction  # seconds from the timeline's start
    duration: Fraction
    notes: tuple[Note, ...] = ()
    mix: Mix | None = None
    made_by: Provenance = Provenance()

    def check(self) -> None:
        """Raise ScoreError, naming note, field and range, for the first thing that cannot be played."""
        where = f"scene {self.scene}"
        within(where, "record_start", float(self.record_start), -LONGEST_S, LONGEST_S, "s")
        within(where, "duration", float(self.duration), 0.0, LONGEST_S, "s")
        seen: set[str] = set()
        for note in self.notes:
            if note.id in seen:
                raise ScoreError(f"two notes of scene {self.scene} have the id {note.id!r}; give one of them another")
            seen.add(note.id)
            registry.check(note)
            _check_note(note)

    def only(self, *layers: Layer) -> Score:
        """The same score with the notes of these layers alone."""
        return replace(self, notes=tuple(note for note in self.notes if note.layer in layers))


LONGEST_S = 86400.0 * 4
LONGEST_EVENT_S = 120.0  # an event is sounded in one piece (some 5 MB a second), a bed block by block

_RANGES = {
    "start_s": (-LONGEST_S, LONGEST_S, "s"),
    "gain_db": (-120.0, 36.0, "dB"),
    "fade_in_s": (0.0, 3600.0, "s"),
    "fade_out_s": (0.0, 3600.0, "s"),
    "heard_from_s": (0.0, LONGEST_S, "s"),
    "heard_until_s": (0.0, LONGEST_S, "s"),
    "shift_ms": (-50.0, 50.0, "ms"),
}


def is_bed(note: Note) -> bool:
    """An ambience that any span can be played of, so that it may last for hours."""
    return note.layer is Layer.AMBIENT and isinstance(registry.instrument(note.instrument), registry.Texture)


def _check_note(note: Note) -> None:
    where = f"note {note.id!r} ({note.instrument})"
    for name, (low, high, unit) in _RANGES.items():
        within(where, name, getattr(note, name), low, high, unit)
    within(where, "duration_s", note.duration_s, 0.0, LONGEST_S if is_bed(note) else LONGEST_EVENT_S, "s")
    within(where, "place.distance_m", note.place.distance_m, 0.1, 1000.0, "m")
    if note.heard_until_s:
        within(where, "heard_until_s", note.heard_until_s, note.heard_from_s, LONGEST_S, "s")
    pans = note.place.pan.values if isinstance(note.place.pan, Curve) else (note.place.pan,)
    for pan in pans:
        within(where, "place.pan", pan, -1.0, 1.0, "")
    if note.place.room not in space.ROOMS:
        raise ScoreError(f"{where}: place.room is {note.place.room!r}; it is one of {', '.join(space.ROOMS)}")


def within(where: str, name: str, value: float, low: float, high: float, unit: str) -> None:
    """Raise ScoreError for a number that is outside its range."""
    if not (math.isfinite(value) and low <= value <= high):
        raise ScoreError(f"{where}: {name} is {value!r}; it lies in {low:g} to {high:g} {unit}".rstrip())


# JSON out


def to_json(scores: Sequence[Score]) -> dict[str, Any]:
    return {"foley_score": FORMAT, "scenes": [_scene_json(score) for score in scores]}


def _scene_json(score: Score) -> dict[str, Any]:
    made_by = score.made_by
    scene: dict[str, Any] = {
        "scene": score.scene,
        "record_start": str(score.record_start),
        "duration": str(score.duration),
        "made_by": {name: getattr(made_by, name) for name in Provenance.__dataclass_fields__},
        "notes": [note_json(note) for note in score.notes],
    }
    if score.mix:
        gains = {layer.value: gain for layer, gain in score.mix.gain_db.items()}
        curves = {name: _value_json(getattr(score.mix, name)) for name in ("duck", "limiter")}
        scene["mix"] = {"gain_db": gains, **curves}
    return scene


def note_json(note: Note) -> dict[str, Any]:
    place = note.place
    window = {name: getattr(note, name) for name in ("heard_from_s", "heard_until_s") if getattr(note, name)}
    return {
        "id": note.id,
        "event": note.event,
        "layer": note.layer.value,
        "instrument": note.instrument,
        "start_s": note.start_s,
        "duration_s": note.duration_s,
        "params": {name: _value_json(value) for name, value in note.params.items()},
        "place": {"pan": _value_json(place.pan), "distance_m": place.distance_m, "room": place.room},
        "gain_db": note.gain_db,
        "fade_in_s": note.fade_in_s,
        "fade_out_s": note.fade_out_s,
        **window,
        "seed": note.seed,
        "shift_ms": note.shift_ms,
        "invert": note.invert,
        "entry": note.entry,
        "because": note.because,
    }


def _value_json(value: float | str | Curve) -> Any:
    if isinstance(value, Curve):
        return {"times_s": list(value.times_s), "values": list(value.values)}
    return value


def write_scores(path: Path, scores: Sequence[Score]) -> None:
    """Write scores as a new JSON file that appears whole or not at all. Raises OutputError."""
    with whole_file(path) as file:
        file.write(json.dumps(to_json(scores), indent=1, ensure_ascii=False).encode() + b"\n")
