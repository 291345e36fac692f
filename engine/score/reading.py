"""Scores from JSON that hands have edited: every field by its type, every error with its place."""

from __future__ import annotations

import json
import math
import re
import stat
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from engine.score.score import FORMAT, Mix, Provenance, Score, within
from engine.types import Curve, Layer, Note, Place, ScoreError

LARGEST_FILE = 256 * 2**20
LARGEST_SEED = 2**53 - 1  # what every program that reads JSON keeps exact
_KINDS = {str: "text", int: "a whole number", list: "a list", dict: "an object"}
_SECONDS = re.compile(r"-?\d{1,40}(\.\d{1,40}|/\d{1,40})?", re.ASCII)


def read_scores(path: Path) -> list[Score]:
    """Read and check a score file. Raises ScoreError that names the note, the field and what is allowed."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ScoreError(f"the score {path} is no file but a folder, pipe or device; give a JSON file")
        with path.open("rb") as file:
            text = file.read(LARGEST_FILE + 1)  # the size that the system tells may be another
        if len(text) > LARGEST_FILE:
            raise ScoreError(f"{path} is over {LARGEST_FILE >> 20} MiB; it cannot be a Foley score")
        data = json.loads(text.decode("utf-8-sig"))
    except OSError as error:
        raise ScoreError(f"the score {path} cannot be read: {error.strerror or error}") from error
    except ScoreError:
        raise
    except (ValueError, RecursionError) as error:
        raise ScoreError(f"{path} is not a Foley score: {error}") from error
    return from_json(data, str(path))


def from_json(data: Any, source: str = "score") -> list[Score]:
    """Scores from parsed JSON, checked. Raises ScoreError."""
    if not isinstance(data, dict) or "foley_score" not in data:
        raise ScoreError(f"{source} is not a Foley score: it has no 'foley_score' field")
    if data["foley_score"] != FORMAT:
        raise ScoreError(f"{source} has score format {_shown(data['foley_score'])}; this version reads format {FORMAT}")
    scenes = _of_type(data, "scenes", list, source)
    scores = [_scene(scene, f"{source}, scene {index}") for index, scene in enumerate(scenes)]
    for score in scores:
        score.check()
    return scores


def _scene(data: Any, where: str) -> Score:
    if not isinstance(data, dict):
        raise ScoreError(f"{where}: a scene is an object, this is {type(data).__name__}")
    notes = _of_type(data, "notes", list, where)
    return Score(
        scene=_whole(data, "scene", where),
        record_start=_seconds(data, "record_start", where),
        duration=_seconds(data, "duration", where),
        notes=tuple(_note(note, f"{where}, note {index}") for index, note in enumerate(notes)),
        mix=_mix(data["mix"], where) if data.get("mix") is not None else None,
        made_by=_made_by(_of_type(data, "made_by", dict, where, {}), f"{where}, made_by"),
    )


def _made_by(data: dict[str, Any], where: str) -> Provenance:
    usual = Provenance()
    return Provenance(
        generator=_text(data, "generator", where, usual.generator),
        version=_text(data, "version", where, usual.version),
        seed=_whole(data, "seed", where, usual.seed),
        words=_text(data, "words", where, usual.words),
        licence=_text(data, "licence", where, usual.licence),
    )


def _mix(data: Any, where: str) -> Mix:
    gains = _of_type(data, "gain_db", dict, f"{where}, mix")
    gain_db = {
        _layer(name, f"{where}, mix.gain_db"): _finite(gains[name], where, f"mix.gain_db.{name}") for name in gains
    }
    for layer, gain in gain_db.items():
        within(where, f"mix.gain_db.{layer.value}", gain, -120.0, 120.0, "dB")
    return Mix(gain_db, _curve(data, "duck", where), _curve(data, "limiter", where))


def _curve(data: dict[str, Any], name: str, where: str) -> Curve:
    value = _value(data.get(name, 0.0), f"{where}, mix.{name}")
    curve = value if isinstance(value, Curve) else Curve((0.0,), (_finite(value, where, f"mix.{name}"),))
    for level in curve.values:
        within(where, f"mix.{name}", level, -120.0, 0.0, "dB")
    return curve


def _note(data: Any, where: str) -> Note:
    if not isinstance(data, dict):
        raise ScoreError(f"{where}: a note is an object, this is {type(data).__name__}")
    where = f"{where} {_shown(data.get('id', ''))}"
    unknown = sorted(set(data) - set(Note.__dataclass_fields__))
    if unknown:
        fields = ", ".join(Note.__dataclass_fields__)
        raise ScoreError(f"{where}: there is no field {_shown(unknown[0])}; there are: {fields}")
    params = _of_type(data, "params", dict, where, {})
    return Note(
        id=_text(data, "id", where),
        event=_text(data, "event", where, data["id"]),
        layer=_layer(data.get("layer"), f"{where}: layer"),
        instrument=_text(data, "instrument", where),
        start_s=_number(data, "start_s", where),
        duration_s=_number(data, "duration_s", where),
        params={name: _value(value, f"{where}, params.{name}") for name, value in params.items()},
        place=_place(_of_type(data, "place", dict, where, {}), where),
        gain_db=_number(data, "gain_db", where, 0.0),
        seed=_whole(data, "seed", where, 0),
        fade_in_s=_number(data, "fade_in_s", where, 0.0),
        fade_out_s=_number(data, "fade_out_s", where, 0.0),
        heard_from_s=_number(data, "heard_from_s", where, 0.0),
        heard_until_s=_number(data, "heard_until_s", where, 0.0),
        shift_ms=_number(data, "shift_ms", where, 0.0),
        invert=_yes_or_no(data, "invert", where),
        entry=_text(data, "entry", where, ""),
        because=_text(data, "because", where, ""),
    )


def _layer(value: Any, where: str) -> Layer:
    try:
        return Layer(value)
    except ValueError:
        raise ScoreError(f"{where} is {_shown(value)}; it is one of {', '.join(Layer)}") from None


def _place(data: dict[str, Any], where: str) -> Place:
    pan = _value(data.get("pan", 0.0), f"{where}, place.pan")
    return Place(
        pan=pan if isinstance(pan, Curve) else _finite(pan, where, "place.pan"),
        distance_m=_number(data, "distance_m", where, Place().distance_m),
        room=_text(data, "room", where, Place().room),
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


def _number(data: dict[str, Any], name: str, where: str, default: float | None = None) -> float:
    if data.get(name, default) is None:
        raise ScoreError(f"{where}: the field {name!r} is missing")
    return _finite(data.get(name, default), where, name)


def _finite(value: Any, where: str, name: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf:
        try:
            return float(value)
        except OverflowError:
            pass  # a whole number of hundreds of digits
    raise ScoreError(f"{where}: {name} is {_shown(value)}; it is a finite number")


def _whole(data: dict[str, Any], name: str, where: str, default: int | None = None) -> int:
    value = int(_of_type(data, name, int, where, default))
    if abs(value) > LARGEST_SEED:
        raise ScoreError(f"{where}: {name} is {_shown(value)}; it has at most 15 digits")
    return value


def _text(data: dict[str, Any], name: str, where: str, default: str | None = None) -> str:
    value = str(_of_type(data, name, str, where, default))
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ScoreError(f"{where}: {name} is {_shown(value)}; that is no valid text")
    return value


def _yes_or_no(data: dict[str, Any], name: str, where: str) -> bool:
    value = data.get(name, False)
    if not isinstance(value, bool):
        raise ScoreError(f"{where}: {name} is {_shown(value)}; it is true or false")
    return value


def _of_type(data: Any, name: str, kind: type, where: str, default: Any = None) -> Any:
    value = data.get(name, default) if isinstance(data, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ScoreError(f"{where}: {name} is {_shown(value)}; it is {_KINDS[kind]}")
    return value


def _seconds(data: dict[str, Any], name: str, where: str) -> Fraction:
    """Exact seconds; only of a length that takes no time to work out."""
    value = data.get(name)
    try:
        if isinstance(value, str) and _SECONDS.fullmatch(value):
            return Fraction(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Fraction(str(_finite(value, where, name)))
    except ZeroDivisionError:
        pass
    raise ScoreError(f"{where}: {name} is {_shown(value)}; it is exact seconds such as '1001/24000'")


def _shown(value: Any, longest: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= longest else f"{text[:longest]}…"
