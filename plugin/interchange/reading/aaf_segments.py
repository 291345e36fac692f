"""The segments of AAF slots laid flat: sequences, effects, selectors and nested compositions down to files."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from plugin.interchange.reading import laying, remap
from plugin.interchange.reading.aaf_layers import Bit, Layer, cut_to, moved, trimmed
from plugin.interchange.reading.laying import ONE, ZERO, Blend, Told
from plugin.timeline import clock

_LONGEST_CHAIN = 20  # mobs from a clip to its tape
_TRANSPARENT = "Filler", "ScopeReference"
_CLOSE_FRAMES = Fraction(1, 8)  # a speed curve is followed to within this
_COMPOUND = "Submaster"  # Avid's nested tracks: an effect whose inputs lie over each other as a scope's slots do


class Segments:
    """Reads segments of one file's mobs."""

    def __init__(self, path: Path, told: Told) -> None:
        self._path, self._told = path, told

    def read(self, segment: Any, rate: Fraction, depth: int) -> list[Layer]:
        """What a segment shows, from zero, the lowest layer first. An AAF's lengths are in edit units of `rate`."""
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
        if kind == "NestedScope":
            return self._scope(list(segment.slots.value), rate, depth)
        inner = _inner(segment, kind)
        if inner is not None:
            return self.read(inner, rate, depth + 1)
        if kind not in (*_TRANSPARENT, "NoneType"):
            self._told.note(f"An item of the kind {kind} is not read; its place stays empty.")
        return []

    def _scope(self, slots: list[Any], rate: Fraction, depth: int) -> list[Layer]:
        """Slots from the bottom up; a reference to one lower is where that is seen through."""
        return [layer for slot in slots for layer in self.read(slot, rate, depth + 1) or [Layer()]]

    def _sequence(self, components: list[Any], rate: Fraction, depth: int) -> list[Layer]:
        layers = [Layer()]
        at, opened = ZERO, ZERO
        for component in components:
            length = Fraction(int(component.length or 0)) / rate
            if type(component).__name__ == "Transition":
                at -= length
                cut = min(length, max(ZERO, Fraction(int(component["CutPoint"].value)) / rate))
                opened = at + cut
                for layer in layers:
                    layer.bits = cut_to(layer.bits, ZERO, opened)
                blend = Blend(opened, cut, length - cut, _effect_name(component.get("OperationGroup")))
                layers[0].blends.append(blend)
                continue
            found = self.read(component, rate, depth + 1)
            layers += [Layer() for _ in found[len(layers) :]]
            for layer, inner in zip(layers, found, strict=False):
                layer.bits += cut_to(moved(inner.bits, at), opened, at + length)
                layer.blends += [replace(blend, at=blend.at + at) for blend in inner.blends]
            at, opened = at + length, ZERO
        return layers

    def _selector(self, segment: Any, rate: Fraction, depth: int) -> list[Layer]:
        """A clip that is switched off is the alternate of nothing."""
        selected, others = segment["Selected"].value, segment.get("Alternates")
        if type(selected).__name__ in _TRANSPARENT and others is not None and len(others.value):
            found = self.read(next(iter(others.value)), rate, depth + 1)
            return [Layer([replace(bit, enabled=False) for bit in layer.bits]) for layer in found]
        return self.read(selected, rate, depth + 1)

    def _operation(self, segment: Any, length: Fraction, rate: Fraction, depth: int) -> list[Layer]:
        name, inputs = _operation_name(segment), list(segment.segments)
        if not inputs:
            self._told.note(f'The generated picture "{name}" has no media.')
            return [Layer([Bit(ZERO, length, name)] if length > 0 else [])]
        if name == _COMPOUND:
            return [trimmed(layer, ZERO, length) for layer in self._scope(inputs, rate, depth)]
        points = _speed_points(segment, rate)
        if points is not None:
            found = self.read(inputs[0], rate, depth + 1)
            runs = list(remap.runs(points, ZERO, length))
            return [Layer([bit for run in runs for bit in _warped(layer.bits, run)]) for layer in found]
        if _is_picture(segment):
            self._told.note(f'The effect "{name}" cannot be read; the plain media is seen.')
        return [trimmed(layer, ZERO, length) for layer in self._first_seen(inputs, rate, depth)]

    def _first_seen(self, inputs: list[Any], rate: Fraction, depth: int) -> list[Layer]:
        """The picture that an effect is on; where that is what lies beneath, the one that is put over it."""
        layers: list[Layer] = []
        for one in inputs:
            layers = self.read(one, rate, depth + 1)
            if any(layer.bits for layer in layers):
                break
        return layers

    def _source_clip(self, clip: Any, rate: Fraction, depth: int) -> list[Layer]:
        start, length = Fraction(int(clip.start or 0)) / rate, Fraction(int(clip.length or 0)) / rate
        mob = clip.mob
        if type(mob).__name__ == "CompositionMob":
            slot = _slot(mob, clip.slot_id)
            found = self.read(slot.segment, _slot_rate(slot, rate), depth + 1) if slot is not None else []
            return [Layer(moved(cut_to(layer.bits, start, start + length), -start)) for layer in found]
        return [Layer([self._file(clip, start, length, rate)] if length > 0 else [])]

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


def _inner(segment: Any, kind: str) -> Any:
    """The one segment that another only wraps."""
    if kind == "EssenceGroup":
        return next(iter(segment["Choices"].value), None)
    return segment["InputSegment"].value if kind == "Pulldown" else None


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
    length = Fraction(int(operation.length or 0))
    # Avid writes the times of the first in frames, a curve as points of half a frame each; of the second as shares of
    # the way to the last frame.
    for name, unit in (("PARAM_SPEED_OFFSET_MAP_U", ONE), ("PARAM_OFFSET_MAP_U", max(length - 1, ONE))):
        points = by_name[name].get("PointList") if name in by_name else None
        if points is not None and len(points.value) > 1:
            pairs = [(_exact(point.time) * unit / rate, _exact(point.value) / rate) for point in points.value]
            return remap.simplified(pairs, _CLOSE_FRAMES / rate)
    if "SpeedRatio" not in by_name:
        return None
    # The ratio is of the length that plays to the length that is played.
    ratio = _exact(by_name["SpeedRatio"].value)
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
