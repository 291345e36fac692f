"""The segments of AAF slots laid flat: sequences, effects, selectors and nested compositions down to files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from plugin.interchange.reading import laying, remap
from plugin.interchange.reading.laying import ONE, ZERO, Blend, Told
from plugin.timeline import clock

_LONGEST_CHAIN = 20  # mobs from a clip to its tape


@dataclass(frozen=True, slots=True)
class Bit:
    """A stretch of one file, in the time of the segment that it lies in."""

    start: Fraction
    end: Fraction
    name: str = ""
    url: str = ""
    origin: Fraction = ZERO  # media time of the file's first frame, by its tape's timecode
    length: Fraction = ZERO  # of the file; 0: not said
    first: Fraction = ZERO
    speed: Fraction = ONE
    enabled: bool = True
    comments: Mapping[str, str] = field(default_factory=dict)

    def cut_to(self, start: Fraction, end: Fraction) -> Bit | None:
        kept = max(self.start, start), min(self.end, end)
        if kept[0] >= kept[1]:
            return None
        return replace(self, start=kept[0], end=kept[1], first=self.first + self.speed * (kept[0] - self.start))

    def reference(self, rate: Fraction) -> Any:
        available = laying.exact_range(self.origin, self.length, rate) if self.length > 0 else None
        if not self.url:
            return otio.schema.MissingReference(name=self.name, available_range=available)
        return otio.schema.ExternalReference(self.url, available)


Laid = tuple[list[Bit], list[Blend]]


class Segments:
    """Reads segments of one file's mobs."""

    def __init__(self, path: Path, told: Told) -> None:
        self._path, self._told = path, told

    def read(self, segment: Any, rate: Fraction, depth: int) -> Laid:
        """What a segment shows, from zero. An AAF's lengths are in edit units of `rate`."""
        self._told.one_more(depth)
        length = Fraction(int(getattr(segment, "length", 0) or 0)) / rate
        kind = type(segment).__name__
        if kind == "Sequence":
            return self._sequence(list(segment.components), rate, depth)
        if kind == "SourceClip":
            return self._source_clip(segment, rate, depth)
        if kind == "OperationGroup":
            return self._operation(segment, length, rate, depth)
        if kind == "Selector":
            return self._selector(segment, rate, depth)
        inner = self._inner(segment, kind)
        if inner is not None:
            return self.read(inner, rate, depth + 1)
        if kind not in ("Filler", "ScopeReference", "NoneType"):
            self._told.note(f"An item of the kind {kind} is not read; its place stays empty.")
        return [], []

    def _inner(self, segment: Any, kind: str) -> Any:
        if kind == "NestedScope":
            # The last slot is what the scope shows; where that only refers to a lower one, the lower one is seen.
            slots = [one for one in segment.slots.value if type(one).__name__ not in ("Filler", "ScopeReference")]
            return slots[-1] if slots else None
        if kind == "EssenceGroup":
            return next(iter(segment["Choices"].value), None)
        return segment["InputSegment"].value if kind == "Pulldown" else None

    def _sequence(self, components: list[Any], rate: Fraction, depth: int) -> Laid:
        bits: list[Bit] = []
        blends: list[Blend] = []
        at, opened = ZERO, ZERO
        for component in components:
            length = Fraction(int(component.length or 0)) / rate
            if type(component).__name__ == "Transition":
                at -= length
                cut = min(length, max(ZERO, Fraction(int(component["CutPoint"].value)) / rate))
                opened = at + cut
                bits = [kept for bit in bits if (kept := bit.cut_to(ZERO, opened))]
                blends.append(Blend(opened, cut, length - cut, _effect_name(component.get("OperationGroup"))))
                continue
            found, inner = self.read(component, rate, depth + 1)
            moved = (replace(bit, start=bit.start + at, end=bit.end + at) for bit in found)
            bits += [kept for bit in moved if (kept := bit.cut_to(opened, at + length))]
            blends += [replace(blend, at=blend.at + at) for blend in inner]
            at, opened = at + length, ZERO
        return bits, blends

    def _selector(self, segment: Any, rate: Fraction, depth: int) -> Laid:
        """A clip that is switched off is the alternate of a filler."""
        selected, others = segment["Selected"].value, segment.get("Alternates")
        if type(selected).__name__ == "Filler" and others is not None and len(others.value):
            bits, _ = self.read(next(iter(others.value)), rate, depth + 1)
            return [replace(bit, enabled=False) for bit in bits], []
        return self.read(selected, rate, depth + 1)

    def _operation(self, segment: Any, length: Fraction, rate: Fraction, depth: int) -> Laid:
        inputs = list(segment.segments)
        if not inputs:
            self._told.note(f'The generated picture "{_operation_name(segment)}" has no media.')
            return [Bit(ZERO, length, _operation_name(segment))] if length > 0 else [], []
        bits, blends = self.read(inputs[0], rate, depth + 1)
        points = _speed_points(segment, rate)
        if points is None:
            if _is_picture(segment):
                self._told.note(f'The effect "{_operation_name(segment)}" cannot be read; the plain media is seen.')
            return [kept for bit in bits if (kept := bit.cut_to(ZERO, length))], blends
        return [bit for run in remap.runs(points, ZERO, length) for bit in _warped(bits, run)], []

    def _source_clip(self, clip: Any, rate: Fraction, depth: int) -> Laid:
        start, length = Fraction(int(clip.start or 0)) / rate, Fraction(int(clip.length or 0)) / rate
        mob = clip.mob
        if type(mob).__name__ == "CompositionMob":
            slot = _slot(mob, clip.slot_id)
            bits, _ = self.read(slot.segment, _slot_rate(slot, rate), depth + 1) if slot is not None else ([], [])
            kept = [cut for bit in bits if (cut := bit.cut_to(start, start + length))]
            return [replace(bit, start=bit.start - start, end=bit.end - start) for bit in kept], []
        return ([self._file(clip, start, length, rate)] if length > 0 else []), []

    def _file(self, clip: Any, start: Fraction, length: Fraction, rate: Fraction) -> Bit:
        """Follow the clip to the file that it is in, and on to the tape whose timecode that has."""
        bit = Bit(ZERO, length, first=start)
        mob, inner, found_file = clip.mob, clip, False
        for _ in range(_LONGEST_CHAIN):
            if mob is None:
                break
            slot = _slot(mob, inner.slot_id)
            timecode = _timecode(mob)
            bit = replace(bit, name=bit.name or str(mob.name or ""), comments=bit.comments or _comments(mob))
            url = self._url(mob)
            if url and not found_file:
                found_file = True
                whole = Fraction(int(slot.segment.length or 0)) / _slot_rate(slot, rate) if slot is not None else ZERO
                bit = replace(bit, url=url, length=max(ZERO, whole))
            if timecode is not None:
                return _on_tape(bit, timecode)
            inner = _only_source_clip(slot.segment) if slot is not None else None
            if inner is None:
                break
            step = Fraction(int(inner.start or 0)) / _slot_rate(slot, rate)
            # Before the file it moves within the file; after it, along the tape.
            bit = replace(bit, origin=bit.origin + step) if found_file else replace(bit, first=bit.first + step)
            mob = inner.mob
        return replace(bit, first=bit.first + bit.origin)

    def _url(self, mob: Any) -> str:
        descriptor = getattr(mob, "descriptor", None)
        locators = descriptor.get("Locator") if descriptor is not None else None
        for locator in locators.value if locators is not None else ():
            said = locator.get("URLString") or locator.get("Name")
            text = str(said.value) if said is not None and said.value else ""
            if text:
                return laying.media_url(text, self._path.parent, encoded=text.lower().startswith("file:"))
        return ""


def _on_tape(bit: Bit, timecode: Fraction) -> Bit:
    origin = bit.origin + timecode
    return replace(bit, origin=origin, first=bit.first + origin)


def _warped(bits: list[Bit], run: remap.Run) -> list[Bit]:
    """A stretch of what an effect is given, at the effect's speed."""
    under = next((bit for bit in bits if bit.start <= run.source < bit.end), bits[0] if bits else None)
    if under is None:
        return []
    first = under.first + under.speed * (run.source - under.start)
    return [replace(under, start=run.start, end=run.end, first=first, speed=under.speed * run.speed)]


def _speed_points(operation: Any, rate: Fraction) -> list[remap.Point] | None:
    """Media over record seconds of a time effect; None for any other."""
    parameters = operation.get("Parameters")
    by_name = {str(one.name): one for one in parameters.value} if parameters is not None else {}
    for name in ("PARAM_SPEED_OFFSET_MAP_U", "PARAM_OFFSET_MAP_U"):
        points = by_name[name].get("PointList") if name in by_name else None
        if points is not None and len(points.value) > 1:
            pairs = [(_exact(point.time), _exact(point.value)) for point in points.value]
            return [(time / rate, value / rate) for time, value in pairs]
    if "SpeedRatio" not in by_name:
        return None
    # The ratio is of the length that plays to the length that is played.
    ratio, length = _exact(by_name["SpeedRatio"].value), Fraction(int(operation.length or 0))
    frozen = ratio == 0 or (length > 1 and ratio == length)
    return [(ZERO, ZERO), (ONE, ZERO if frozen else 1 / ratio)]


def _exact(value: Any) -> Fraction:
    if hasattr(value, "numerator") and hasattr(value, "denominator"):
        return Fraction(int(value.numerator), int(value.denominator or 1))
    return Fraction(value) if isinstance(value, str) else clock.exact_number(float(value))


def _slot(mob: Any, slot_id: int) -> Any:
    return next((slot for slot in mob.slots if slot.slot_id == slot_id), None)


def _slot_rate(slot: Any, default: Fraction) -> Fraction:
    edit_rate = getattr(slot, "edit_rate", None)
    if edit_rate is None or edit_rate.numerator <= 0 or edit_rate.denominator <= 0:
        return default
    return clock.exact_rate(Fraction(int(edit_rate.numerator), int(edit_rate.denominator)))


def _only_source_clip(segment: Any) -> Any:
    kind = type(segment).__name__
    if kind == "SourceClip":
        return segment
    if kind == "Sequence":
        return next((found for one in segment.components if (found := _only_source_clip(one)) is not None), None)
    if kind == "EssenceGroup":
        return next(iter(segment["Choices"].value), None)
    return _only_source_clip(segment["InputSegment"].value) if kind == "Pulldown" else None


def _timecode(mob: Any) -> Fraction | None:
    """Seconds of the timecode that a file or tape begins at."""
    for slot in mob.slots:
        segment: Any = getattr(slot, "segment", None)
        parts = list(segment.components)[:1] if type(segment).__name__ == "Sequence" else [segment]
        if parts and type(parts[0]).__name__ == "Timecode":
            return Fraction(int(parts[0].start)) / _slot_rate(slot, Fraction(int(parts[0].fps) or 1))
    return None


def _comments(mob: Any) -> dict[str, str]:
    found = mob.get("UserComments")
    return {str(one.name): str(one.value) for one in found.value} if found is not None else {}


def _operation_name(operation: Any) -> str:
    return str(getattr(operation.operation, "name", "") or "effect")


def _effect_name(operation: Any) -> str:
    return _operation_name(operation.value) if operation is not None and operation.value is not None else "Transition"


def _is_picture(operation: Any) -> bool:
    return str(operation.media_kind) == "Picture"
