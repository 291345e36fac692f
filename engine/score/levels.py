"""How loud a stem is meant to be: by its loudest note, as the words and nature have it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from engine.instruments import registry
from engine.score.score import Score
from engine.text.ontology import Entry, Family, ontology
from engine.types import Curve, Layer, Note

USUAL_LEVEL_DB = {Layer.AMBIENT: -8.0, Layer.ACTION: -4.0, Layer.MATERIAL: -4.0}  # in the ontology's levels
FAINTEST_LEVEL_DB = -60.0
NEAR_M, DOUBLING_DB, FURTHEST_DB = 4.0, -6.0, -14.0
STEP_DB = 3.0  # from one word of strength to the next: light rain, rain, heavy rain
MOST_STRENGTH_DB = 6.0
ENERGY = "energy"  # of an event: what is seen has its own
EVENTS_A_SECOND = "rate_hz"


def stem_levels(scores: Sequence[Score]) -> dict[Layer, float]:
    """For each stem, how far its loudest note's level is from what that layer's notes usually have, dB.

    A note's level is its gain, in which the ontology's entry says what is small by nature (a key -12 dB, room tone
    -24 dB) and the words what is loud, faint or struck lightly; less 6 dB for each doubling of its distance beyond 4 m,
    at most 14 dB; and 3 dB for each step that a bed is denser or thinner than usual ("heavy", "light"), at most 6 dB.
    The loudest thing of a stem rules its target: a far one beside a near one changes nothing.
    """
    loudest: dict[Layer, float] = {}
    for score in scores:
        for note in score.notes:
            level = note.gain_db + distance_db(note.place.distance_m) + bed_strength_db(note)
            loudest[note.layer] = max(loudest.get(note.layer, FAINTEST_LEVEL_DB), level)
    return {layer: round(level - USUAL_LEVEL_DB[layer], 3) for layer, level in loudest.items()}


def distance_db(distance_m: float) -> float:
    """What a stem loses by distance, dB: less than air and room take, so that it is still to be heard."""
    return max(DOUBLING_DB * math.log2(max(distance_m / NEAR_M, 1.0)), FURTHEST_DB)


def bed_strength_db(note: Note) -> float:
    """How much denser than usual a bed falls, flows, blows or drips, dB."""
    entry = _entry(note.entry)
    if note.layer is not Layer.AMBIENT or entry is None:
        return 0.0
    family = ontology().family(entry.id)
    return _limited(sum(_param_db(family, entry, note, name) for name in (*family.strength, EVENTS_A_SECOND)))


def asked_strength_db(entry: Entry, params: Mapping[str, float | str]) -> float:
    """How much harder than usual the words let an event be struck, dB: "light footsteps", "heavy knocks"."""
    asked, scale = params.get(ENERGY), ontology().family(entry.id).strength.get(ENERGY)
    usual = entry.slots.get(ENERGY)
    if scale is None or not isinstance(asked, float) or not isinstance(usual, float):
        return 0.0
    return _limited(STEP_DB * (_step(scale, asked) - _step(scale, usual)))


def _param_db(family: Family, entry: Entry, note: Note, name: str) -> float:
    value, usual = note.params.get(name), entry.slots.get(name, _default(note.instrument, name))
    if isinstance(value, str | Curve) or value is None or not isinstance(usual, float) or min(value, usual) <= 0:
        return 0.0
    if name in family.strength:
        scale = family.strength[name]
        return STEP_DB * (_step(scale, value) - _step(scale, usual))
    return 10.0 * math.log10(value / usual)


def _default(instrument: str, name: str) -> float | str | None:
    parameters = registry.instrument(instrument).parameters
    return next((parameter.default for parameter in parameters if parameter.name == name), None)


def _step(scale: Sequence[float], value: float) -> float:
    """Where a value stands among those of the words from faint to violent."""
    return float(np.interp(value, scale, range(len(scale))))


def _limited(level_db: float) -> float:
    return round(min(max(level_db, -MOST_STRENGTH_DB), MOST_STRENGTH_DB), 3)


def _entry(name: str) -> Entry | None:
    """The entry of a note; None where a hand has written another."""
    return next((entry for entry in ontology().entries if entry.id == name), None)
