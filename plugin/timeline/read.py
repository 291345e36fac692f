"""From a timeline file to a `Cut`: every clip and marker with its exact place on the timeline and in its file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from engine.types import TimelineError
from plugin.timeline import clock
from plugin.timeline.clock import Span
from plugin.timeline.cut import PICTURE, Cut, CutClip, CutMarker, TrackLabel, plain
from plugin.timeline.document import Document, open_document
from plugin.timeline.medium import Media
from plugin.timeline.walk import Node, breaks, record_of

_FRAME_RATES = Span(Fraction(5), Fraction(241))  # outside are counts of samples, milliseconds, or no rate at all
_NOTE_KEYS = {"note", "notes", "comment", "comments", "description"}
_LONGEST_NOTE = 300
_RESOLVE = "Resolve_OTIO"  # key of its metadata; it counts the markers of a clip from the clip's start (18.5 to 21.0)


def read_timeline(path: Path, rate: Fraction | None = None, *, drop_frame: bool = False) -> Cut:
    """Read a timeline file of any format that `open_document` opens; `rate` is for those that do not say it (.edl).

    What cannot be read (an effect, a clip of no known length) is said in `warnings`. Raises TimelineError.
    """
    return read_document(open_document(path, rate), drop_frame=drop_frame)


def read_document(document: Document, *, drop_frame: bool = False) -> Cut:
    """Read an opened file; with `drop_frame` its timecode drops frames, whatever it says itself.

    Raises TimelineError for that at a rate at which none are dropped.
    """
    timeline, nodes = document.timeline, document.nodes
    labels = _track_labels(nodes[0])
    media = Media(document.path.parent)
    local = _RESOLVE in timeline.metadata
    clips = tuple(_clip(node, labels, media, local) for node in nodes if _is_placed_clip(node))
    rate, guessed = _edit_rate(timeline, nodes)
    start = _start(timeline)
    counting, uncounted = _counting(document, start, rate, drop_frame)
    owners = (node for node in nodes if not isinstance(node.item, otio.schema.Clip))
    return Cut(
        name=plain(timeline.name),
        path=document.path,
        rate=rate,
        start=start,
        drop_frame=counting,
        duration=nodes[0].own.duration,
        tracks=tuple(labels.values()),
        clips=clips,
        markers=tuple(marker for node in owners for marker in _markers(node, local, start)),
        warnings=(*document.warnings, *guessed, *uncounted, *_warnings(nodes)),
    )


def _start(timeline: otio.schema.Timeline) -> Fraction:
    said = timeline.global_start_time
    return clock.rational_to_seconds(said, "The timeline's start") if said else Fraction(0)


def _is_placed_clip(node: Node) -> bool:
    return isinstance(node.item, otio.schema.Clip) and node.record is not None


def _clip(node: Node, labels: Mapping[int, TrackLabel], media: Media, local: bool) -> CutClip:
    assert node.record is not None
    reference = node.item.media_reference
    medium = media.medium(reference)
    shown_first = node.scale * node.record.start + node.offset
    origin = media.origin(reference, medium, node.own.start)
    return CutClip(
        address=node.address,
        track=labels[node.top],
        kind=node.kind,
        name=plain(node.item.name or (medium.path.stem if medium.path else "")),
        record=node.record,
        medium=medium,
        source_start=shown_first - origin,
        speed=node.scale,
        enabled=node.enabled,
        markers=tuple(_markers(node, local)),
        notes=tuple(_notes(node.item.metadata)),
        extent=media.extent(reference, medium),
        on_screen=node.on_screen or Span(node.record.start, node.record.start),
        media_start=_media_start(reference),
    )


def _media_start(reference: Any) -> Fraction | None:
    available = reference.available_range if reference is not None else None
    if available is None or available.is_invalid_range():
        return None
    return clock.rational_to_seconds(available.start_time)


def _track_labels(root: Node) -> dict[int, TrackLabel]:
    labels: dict[int, TrackLabel] = {}
    counts: Counter[str] = Counter()
    for child in root.children:
        letter = child.kind[:1].upper() or "T"
        counts[letter] += 1
        label = f"{letter}{counts[letter]}"
        labels[child.top] = TrackLabel(label, plain(child.item.name), child.kind, child.enabled)
    return labels


def _markers(node: Node, local: bool, timecode: Fraction = Fraction(0)) -> Iterator[CutMarker]:
    """Those of an item; one beyond its end may be written in `timecode`, at which the timeline starts."""
    if node.record is None:
        return
    for marker in node.item.markers:
        record = _record_from_start(node, marker) if local else record_of(node, _marked(node, marker))
        if record.start >= node.record.end:
            record = record.shifted(-timecode)
        kept = record.cut_to(node.record) or (record if node.record.start <= record.start < node.record.end else None)
        if kept is not None:
            colour, comment = (marker.color or "").upper(), _marker_comment(marker)
            yield CutMarker(plain(marker.name), plain(colour), plain(comment), kept, node.address)


def _record_from_start(node: Node, marker: Any) -> Span:
    """Where a marker lies that counts from its item's start as the item plays on the timeline, whatever its speed."""
    marked = clock.range_to_span(marker.marked_range)
    if node.parent is None or node.place is None:
        return record_of(node, marked)
    return record_of(node.parent, marked.shifted(node.place))


def _marked(node: Node, marker: Any) -> Span:
    """The marked stretch in the item's own time; some programs count a clip's markers from the clip's start."""
    marked = clock.range_to_span(marker.marked_range)
    reference = node.item.media_reference if isinstance(node.item, otio.schema.Clip) else None
    available = reference.available_range if reference is not None else None
    if available is not None and marked.start < clock.rational_to_seconds(available.start_time):
        return marked.shifted(node.own.start)
    return marked


def _marker_comment(marker: Any) -> str:
    return getattr(marker, "comment", "") or next(_notes(marker.metadata), "")


def _notes(metadata: Mapping[str, Any]) -> Iterator[str]:
    """Plain texts that somebody wrote about a clip, at the top of the metadata or in one program's own part of it."""
    for key, value in metadata.items():
        if isinstance(value, Mapping):
            yield from (text for name, text in value.items() if _is_note(name, text))
        elif _is_note(key, value):
            yield value


def _is_note(key: str, value: Any) -> bool:
    return key.lower() in _NOTE_KEYS and isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST_NOTE


def _edit_rate(timeline: otio.schema.Timeline, nodes: list[Node]) -> tuple[Fraction, tuple[str, ...]]:
    """The rate of the timeline's start, else of most of its picture; with a warning when it is a guess."""
    start = timeline.global_start_time
    if start is not None and _is_frame_rate(start.rate):
        return clock.exact_rate(start.rate), ()
    rates = {
        picture: Counter(rate for node in nodes if (node.kind == PICTURE) is picture for rate in _frame_rates(node))
        for picture in (True, False)
    }
    counted = rates[True] or rates[False]
    if counted:
        return counted.most_common(1)[0][0], ()
    return Fraction(24), ("The timeline does not say its frame rate; 24 is taken.",)


def _frame_rates(node: Node) -> Iterator[Fraction]:
    if isinstance(node.item, otio.schema.Clip):
        reference = node.item.media_reference
        found = node.item.source_range or (reference.available_range if reference is not None else None)
        if found is not None and _is_frame_rate(found.duration.rate):
            yield clock.exact_rate(found.duration.rate)


def _is_frame_rate(rate: float) -> bool:
    return _FRAME_RATES.start <= rate < _FRAME_RATES.end


def _counting(document: Document, start: Fraction, rate: Fraction, asked: bool) -> tuple[bool, tuple[str, ...]]:
    """Whether timecode drops frames: as is asked, as the metadata says, else the way its start is a round label.

    With a warning where none of them tells.
    """
    timeline, exists = document.timeline, clock.has_drop_frame(rate)
    if asked and not exists:
        raise TimelineError(
            f"{document.path} runs at {float(rate):.5g} frames a second, at which timecode drops no frames; that it "
            "does only at 29.97, 59.94 and 119.88. Leave out --drop-frame."
        )
    if asked or not exists:
        return asked, ()
    said = _said_format(timeline.metadata, depth=3) or _said_format(timeline.tracks.metadata, depth=3)
    if said:
        return said == "DF", ()
    frames = clock.seconds_to_frames(start, rate=rate)
    dropping, counting = (
        _ends_round(clock.frames_to_timecode(frames, rate=rate, drop_frame=drop)) for drop in (True, False)
    )
    if dropping is not counting:
        return dropping, ()
    return False, (
        f"{plain(document.path.name)} does not say whether its timecode drops frames; it is counted without: "
        "--drop-frame if it does",
    )


def _ends_round(label: str) -> bool:
    return label[6:8] == "00" and int(label[9:]) == 0


def _said_format(metadata: Mapping[str, Any], *, depth: int) -> str:
    for key, value in metadata.items():
        if key.lower() == "displayformat" and value in ("DF", "NDF"):
            return str(value)
        if depth and isinstance(value, Mapping) and (said := _said_format(value, depth=depth - 1)):
            return said
    return ""


def _warnings(nodes: list[Node]) -> Iterator[str]:
    yield from _break_warnings(nodes)
    effects: Counter[str] = Counter()
    for node in nodes:
        if node.kind == PICTURE and node.record is not None:
            effects.update(_unread_effects(node.item))
            yield from _speed_warnings(node)
    for effect, count in effects.items():
        clips = "1 clip" if count == 1 else f"{count} clips"
        yield f'The effect "{effect}" on {clips} cannot be read; the plain media is seen.'


def _break_warnings(nodes: list[Node]) -> Iterator[str]:
    for track, child in breaks(nodes):
        yield (
            f'Track "{track.item.name}": item {child.address[-1] + 1}, "{child.item.name}", does not say its length, '
            "so nothing after it on that track can be placed. Give it a range, or export again with its media online."
        )


def _speed_warnings(node: Node) -> Iterator[str]:
    if node.speed < 0:
        yield f'"{node.item.name}" runs backwards; its source range is taken to be played from its end to its start.'
    if node.speed == 0 and node.children:
        yield f'"{node.item.name}" is a frozen compound; its picture is left out. Render it to look at it.'


def _unread_effects(item: Any) -> Iterator[str]:
    for effect in item.effects:
        if not isinstance(effect, otio.schema.LinearTimeWarp) and getattr(effect, "enabled", True):
            yield _effect_name(effect)


def _effect_name(effect: Any) -> str:
    told = (value.get("Effect Name") for value in effect.metadata.values() if isinstance(value, Mapping))
    name = next((name for name in told if isinstance(name, str) and name), "")
    return name or effect.effect_name or effect.name or effect.schema_name()
