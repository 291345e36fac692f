"""Notes from happenings: the parts of an ontology entry, with parameters that its instruments declare."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from engine.instruments import registry
from engine.score.casting import Happening, Role
from engine.score.levels import asked_strength_db
from engine.text.ontology import Part
from engine.types import Curve, Layer, Note, Parameter, Place


@dataclass(frozen=True, slots=True)
class Setting:
    """What all notes of a scene share."""

    seed: int
    room: str


def note_seed(seed: int, event: str) -> int:
    """A seed of its own for each event, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{event}".encode(), digest_size=4).digest(), "little")


def object_number(name: str) -> float:
    """A number that stays with a sounding thing, so that its hits share one set of modes."""
    return float(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=2).digest(), "little"))


def event_notes(role: Role, happening: Happening, setting: Setting, *, side: int = 0) -> list[Note]:
    """The notes of one struck or moving event: one a part, sharing event, seed and start."""
    event = f"{happening.id}.{role.source.id}"
    level_db = role.entry.default_level_db + role.source.gain_db + asked_strength_db(role.entry, role.source.params)
    made = []
    for part in role.entry.parts:
        if part.layer is Layer.AMBIENT:
            continue
        params = part_params(part, role, happening, side)
        made.append(
            Note(
                id=f"{event}.{part.layer.value}.{part.instrument}",
                event=event,
                layer=part.layer,
                instrument=part.instrument,
                start_s=round(happening.time_s, 6),
                duration_s=round(max(happening.duration_s, 0.05), 6),
                params=params,
                place=event_place(role, happening, setting),
                gain_db=round(level_db + part.gain_db, 3),
                seed=note_seed(setting.seed, event),
                entry=role.entry.id,
                because=happening.because,
            )
        )
    return made


def event_place(role: Role, happening: Happening, setting: Setting) -> Place:
    source = role.source
    pan: float | Curve = round(min(max(happening.x, -1.0), 1.0), 4)
    if source.pan is not None:
        pan = source.pan
    elif happening.path:
        pan = happening.path
    return Place(pan, source.distance_m or Place().distance_m, setting.room)


def part_params(part: Part, role: Role, happening: Happening, side: int = 0) -> dict[str, float | str | Curve]:
    """The part's own values, then the words', then what was seen; only what the instrument declares, in its range."""
    known = {parameter.name: parameter for parameter in registry.instrument(part.instrument).parameters}
    wanted: dict[str, float | str | Curve] = dict(part.filled(role.entry.slots, role.source.params, set(known)))
    if "energy" in known:
        asked = role.source.params.get("energy")
        wanted["energy"] = energy(asked if isinstance(asked, float) else happening.energy, role.source.gain_db)
    if "object" in known:
        wanted["object"] = object_number(f"{role.source.id}/{role.entry.id}")
    if "side" in known:
        wanted["side"] = ("left", "right")[side % 2]
    if "speed" in known and happening.curve and "speed" not in role.source.params:
        wanted["speed"] = _scaled(happening.curve, known["speed"], role.source.speed)
    return {name: fitted(known[name], value) for name, value in wanted.items() if name in known}


def energy(seen: float, gain_db: float) -> float:
    """Energy 0..1 of a hit: loud and soft words change how hard it is struck by half their decibels (60 dB a unit)."""
    return round(min(max(seen + gain_db / 120.0, 0.0), 1.0), 4)


def _scaled(curve: Curve, parameter: Parameter, factor: float) -> Curve:
    """A seen speed curve (0..1) on the instrument's own range: 1 is twice its default."""
    top = 2.0 * float(parameter.default) * factor
    values = tuple(round(min(max(value * top, parameter.low), parameter.high), 4) for value in curve.values)
    return Curve(tuple(round(time, 4) for time in curve.times_s), values)


def fitted(parameter: Parameter, value: float | str | Curve) -> float | str | Curve:
    """A value brought into what the parameter allows; a choice that it does not know falls to its default."""
    if parameter.choices:
        return value if value in parameter.choices else str(parameter.default)
    if isinstance(value, Curve):
        return Curve(value.times_s, tuple(min(max(one, parameter.low), parameter.high) for one in value.values))
    return value if isinstance(value, str) else min(max(float(value), parameter.low), parameter.high)


def bed_note(
    part: Part, role: Role, setting: Setting, scene: int, start_s: float, end_s: float, fades: tuple[float, float]
) -> Note:
    """An ambience over a stretch of the scene."""
    event = f"scene{scene}.{role.source.id}.{role.entry.id}"
    still = Happening(event, start_s, end_s - start_s)
    source = role.source
    return Note(
        id=f"{event}.{part.instrument}",
        event=event,
        layer=Layer.AMBIENT,
        instrument=part.instrument,
        start_s=round(start_s, 6),
        duration_s=round(end_s - start_s, 6),
        params=dense(part_params(part, role, still), source.density),
        place=Place(source.pan or 0.0, source.distance_m or 1.0, "dry"),
        gain_db=round(role.entry.default_level_db + part.gain_db + source.gain_db, 3),
        fade_in_s=fades[0],
        fade_out_s=fades[1],
        seed=note_seed(setting.seed, event),
        entry=role.entry.id,
        because=source.words,
    )


def dense(params: Mapping[str, float | str | Curve], density: float) -> dict[str, float | str | Curve]:
    """Occasional and constant scale how much falls, drips or crackles."""
    made = dict(params)
    for name in ("rate_hz", "rate_mm_h", "crackle"):
        value = made.get(name)
        if isinstance(value, float) and density != 1.0:
            made[name] = value * density
    return made
