"""The Foley score: notes between what is seen and what is heard. Plain data, saved as JSON, edited by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from engine.instruments import registry, space
from engine.media.whole_file import whole_file
from engine.types import Curve, Layer, Note, Place, ScoreError

FORMAT = 1
LARGEST_FILE = 256 * 2**20
LEVEL = Curve((0.0,), (0.0,))  # no change


@dataclass(frozen=True, slots=True)
class Mix:
    """What turns sounded notes into stems: fixed when a score is first sounded, kept when it is edited."""

    gain_db: Mapping[Layer, float] = field(default_factory=dict)
    duck: Curve = LEVEL  # dB on the ambient stem, over seconds from the scene's start
    limiter: Curve = LEVEL  # dB on all three stems


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
        """Raise ScoreError, naming note, field and range, for the first note that cannot be played."""
        seen: set[str] = set()
        for note in self.notes:
            if note.id in seen:
                raise ScoreError(f"two notes of scene {self.scene} have the id {note.id!r}; give one of them another")
            seen.add(note.id)
            _check_note(note)
            registry.check(note)

    def only(self, *layers: Layer) -> Score:
        """The same score with the notes of these layers alone."""
        return replace(self, notes=tuple(note for note in self.notes if note.layer in layers))


_RANGES = {
    "start_s": (-3600.0, 86400.0 * 4, "s"),
    "duration_s": (0.0, 86400.0 * 4, "s"),
    "gain_db": (-120.0, 36.0, "dB"),
    "fade_in_s": (0.0, 3600.0, "s"),
    "fade_out_s": (0.0, 3600.0, "s"),
    "shift_ms": (-50.0, 50.0, "ms"),
}


def _check_note(note: Note) -> None:
    where = f"note {note.id!r} ({note.instrument})"
    for name, (low, high, unit) in _RANGES.items():
        _within(where, name, getattr(note, name), low, high, unit)
    _within(where, "place.distance_m", note.place.distance_m, 0.1, 1000.0, "m")
    pans = note.place.pan.values if isinstance(note.place.pan, Curve) else (note.place.pan,)
    for pan in pans:
        _within(where, "place.pan", pan, -1.0, 1.0, "")
    if note.place.room not in space.ROOMS:
        raise ScoreError(f"{where}: place.room is {note.place.room!r}; it is one of {', '.join(space.ROOMS)}")


def _within(where: str, name: str, value: float, low: float, high: float, unit: str) -> None:
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


# JSON in


def read_scores(path: Path) -> list[Score]:
    """Read and check a score file. Raises ScoreError that names the note, the field and what is allowed."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ScoreError(f"{path} is over {LARGEST_FILE >> 20} MiB; it cannot be a Foley score")
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScoreError(f"the score {path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ScoreError(f"{path} is not a Foley score: {error}") from error
    return from_json(data, str(path))


def from_json(data: Any, source: str = "score") -> list[Score]:
    """Scores from parsed JSON, checked. Raises ScoreError."""
    if not isinstance(data, dict) or "foley_score" not in data:
        raise ScoreError(f"{source} is not a Foley score: it has no 'foley_score' field")
    if data["foley_score"] != FORMAT:
        raise ScoreError(f"{source} has score format {data['foley_score']!r}; this version reads format {FORMAT}")
    scenes = _of_type(data, "scenes", list, source)
    scores = [_scene(scene, f"{source}, scene {index}") for index, scene in enumerate(scenes)]
    for score in scores:
        score.check()
    return scores


def _scene(data: Any, where: str) -> Score:
    if not isinstance(data, dict):
        raise ScoreError(f"{where}: a scene is an object, this is {type(data).__name__}")
    notes = _of_type(data, "notes", list, where)
    made_by = data.get("made_by", {})
    return Score(
        scene=int(_of_type(data, "scene", int, where)),
        record_start=_fraction(data, "record_start", where),
        duration=_fraction(data, "duration", where),
        notes=tuple(_note(note, f"{where}, note {index}") for index, note in enumerate(notes)),
        mix=_mix(data["mix"], where) if data.get("mix") else None,
        made_by=Provenance(**{name: made_by[name] for name in Provenance.__dataclass_fields__ if name in made_by}),
    )


def _mix(data: Any, where: str) -> Mix:
    gains = _of_type(data, "gain_db", dict, f"{where}, mix")
    try:
        gain_db = {Layer(name): float(gain) for name, gain in gains.items()}
    except (TypeError, ValueError) as error:
        raise ScoreError(f"{where}: mix.gain_db is one number for each of ambient, action, material") from error
    for layer, gain in gain_db.items():
        _within(where, f"mix.gain_db.{layer.value}", gain, -120.0, 120.0, "dB")
    return Mix(gain_db, _curve(data, "duck", where), _curve(data, "limiter", where))


def _curve(data: Any, name: str, where: str) -> Curve:
    value = _value(data.get(name, 0.0), f"{where}, mix.{name}")
    curve = value if isinstance(value, Curve) else Curve((0.0,), (_finite(value, where, f"mix.{name}"),))
    for level in curve.values:
        _within(where, f"mix.{name}", level, -120.0, 0.0, "dB")
    return curve


def _note(data: Any, where: str) -> Note:
    if not isinstance(data, dict):
        raise ScoreError(f"{where}: a note is an object, this is {type(data).__name__}")
    where = f"{where} {data.get('id', '')!r}"
    unknown = sorted(set(data) - set(Note.__dataclass_fields__))
    if unknown:
        raise ScoreError(
            f"{where}: there is no field {unknown[0]!r}; there are: {', '.join(Note.__dataclass_fields__)}"
        )
    params = _of_type(data, "params", dict, where) if "params" in data else {}
    return Note(
        id=str(_of_type(data, "id", str, where)),
        event=str(data.get("event", data["id"])),
        layer=_layer(data, where),
        instrument=str(_of_type(data, "instrument", str, where)),
        start_s=_number(data, "start_s", where),
        duration_s=_number(data, "duration_s", where),
        params={name: _value(value, f"{where}, params.{name}") for name, value in params.items()},
        place=_place(data.get("place", {}), where),
        gain_db=_number(data, "gain_db", where, 0.0),
        seed=int(_of_type(data, "seed", int, where)) if "seed" in data else 0,
        fade_in_s=_number(data, "fade_in_s", where, 0.0),
        fade_out_s=_number(data, "fade_out_s", where, 0.0),
        shift_ms=_number(data, "shift_ms", where, 0.0),
        invert=bool(data.get("invert", False)),
        entry=str(data.get("entry", "")),
        because=str(data.get("because", "")),
    )


def _layer(data: dict[str, Any], where: str) -> Layer:
    try:
        return Layer(str(data.get("layer")))
    except ValueError:
        raise ScoreError(f"{where}: layer is {data.get('layer')!r}; it is one of ambient, action, material") from None


def _place(data: Any, where: str) -> Place:
    if not isinstance(data, dict):
        raise ScoreError(f"{where}: place is an object with pan, distance_m and room")
    pan = _value(data.get("pan", 0.0), f"{where}, place.pan")
    return Place(
        pan=pan if isinstance(pan, Curve) else _finite(pan, where, "place.pan"),
        distance_m=_number(data, "distance_m", where, Place().distance_m),
        room=str(data.get("room", Place().room)),
    )


def _value(value: Any, where: str) -> float | str | Curve:
    if isinstance(value, dict):
        times = [_finite(time, where, "times_s") for time in _of_type(value, "times_s", list, where)]
        values = [_finite(one, where, "values") for one in _of_type(value, "values", list, where)]
        if not times or len(times) != len(values) or any(b < a for a, b in pairwise(times)):
            raise ScoreError(f"{where}: a curve has as many values as times, at least one, and times that do not fall")
        return Curve(tuple(times), tuple(values))
    if isinstance(value, str):
        return value
    return _finite(value, where, "value")


def _finite(value: Any, where: str, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ScoreError(f"{where}: {name} is {value!r}; it is a finite number")
    return float(value)


def _number(data: dict[str, Any], name: str, where: str, default: float | None = None) -> float:
    value = data.get(name, default)
    if value is None:
        raise ScoreError(f"{where}: the field {name!r} is missing")
    return _finite(value, where, name)


def _of_type(data: Any, name: str, kind: type, where: str) -> Any:
    value = data.get(name) if isinstance(data, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ScoreError(f"{where}: {name} is {value!r}; it is of type {kind.__name__}")
    return value


def _fraction(data: dict[str, Any], name: str, where: str) -> Fraction:
    try:
        return Fraction(str(data[name]))
    except (KeyError, ValueError, ZeroDivisionError) as error:
        raise ScoreError(f"{where}: {name} is {data.get(name)!r}; it is exact seconds such as '1001/24000'") from error
