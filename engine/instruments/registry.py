"""Every instrument by name, and the check of a note against what its instrument declares."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol, TypeVar, runtime_checkable

from engine.types import Curve, Layer, Note, Parameter, Samples, ScoreError

FAMILIES = (
    "impact",
    "footsteps",
    "mechanism",
    "handling",
    "friction",
    "cloth",
    "whoosh",
    "rain",
    "wind",
    "room_tone",
    "water",
    "fire",
    "surf",
    "fracture",
)


class Instrument(Protocol):
    """Turns one note into dry sound at 48 kHz; a pure function of the note."""

    name: str
    layers: tuple[Layer, ...]  # where its notes may stand
    parameters: tuple[Parameter, ...]

    def play(self, note: Note) -> Samples:
        """`[1 or 2, sample]`, from the note's start to the end of its ring; its onset is sample 0 (-1..+3 ms).

        Scale: 1.0 is about 94 dB SPL at 1 m; an ordinary hit of energy .5 peaks near .3. Level is set in the mix.
        """
        ...


@runtime_checkable
class Texture(Instrument, Protocol):
    """An instrument whose notes may last an hour: it plays any span of a note alone."""

    def play_span(self, note: Note, first: int, last: int) -> Samples:
        """Samples `first:last` of the note, `[2, sample]`: the same whichever spans are asked for, in any order."""
        ...


_instruments: dict[str, Instrument] = {}
I = TypeVar("I", bound=Instrument)  # noqa: E741


def register(instrument: I) -> I:
    """Make an instrument known by its name."""
    if instrument.name in _instruments:
        raise ValueError(f"two instruments are named {instrument.name!r}")
    _instruments[instrument.name] = instrument
    return instrument


@lru_cache(maxsize=1)
def _load() -> None:
    for family in FAMILIES:
        importlib.import_module(f"engine.instruments.{family}")


def instruments() -> Iterable[Instrument]:
    _load()
    return tuple(_instruments[name] for name in sorted(_instruments))


def instrument(name: str) -> Instrument:
    """The instrument of that name; ScoreError if there is none."""
    _load()
    if name not in _instruments:
        raise ScoreError(f"there is no instrument {name!r}; there are: {', '.join(sorted(_instruments))}")
    return _instruments[name]


def number(note: Note, parameter: Parameter) -> float:
    """A numeric parameter of a note: its value, a curve's mean, or the default."""
    value = note.params.get(parameter.name, parameter.default)
    if isinstance(value, Curve):
        return float(sum(value.values) / len(value.values))
    return float(value)


def motion(note: Note, parameter: Parameter) -> float | Curve:
    """A numeric parameter that may move over the note: its value or curve, or the default."""
    value = note.params.get(parameter.name, parameter.default)
    return value if isinstance(value, Curve) else float(value)


def choice(note: Note, parameter: Parameter) -> str:
    """A chosen parameter of a note, or the default."""
    return str(note.params.get(parameter.name, parameter.default))


def check(note: Note) -> None:
    """Raise ScoreError, naming note, field and range, if the note does not fit its instrument."""
    played_by = instrument(note.instrument)
    where = f"note {note.id!r} ({note.instrument})"
    if note.layer not in played_by.layers:
        layers = ", ".join(played_by.layers)
        raise ScoreError(f"{where}: layer is {note.layer.value!r}; this instrument sounds on {layers}")
    known = {parameter.name: parameter for parameter in played_by.parameters}
    for name, value in note.params.items():
        if name not in known:
            raise ScoreError(f"{where}: there is no parameter {name!r}; there are: {', '.join(known)}")
        _check_value(where, known[name], value)


def _check_value(where: str, parameter: Parameter, value: float | str | Curve) -> None:
    if parameter.choices:
        if value not in parameter.choices:
            choices = ", ".join(parameter.choices)
            raise ScoreError(f"{where}: {parameter.name} is {value!r}; it is one of {choices}")
        return
    values = value.values if isinstance(value, Curve) else (value,)
    for one in values:
        if isinstance(one, bool) or not isinstance(one, int | float) or not parameter.low <= one <= parameter.high:
            span = f"{parameter.low:g} to {parameter.high:g} {parameter.unit}".rstrip()
            raise ScoreError(f"{where}: {parameter.name} is {one!r}; it lies in {span}")
