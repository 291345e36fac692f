"""Final Cut Pro XML, .fcpxml and .fcpxmld: an own reader, for the adapter (1.0.0) fails at 23.976 and misreads 29.97.

Every time in the file is a fraction of a second and stays one. An item lies at `offset` in the time of what holds it
and counts its own time from `start`; what is connected to it lies on lanes over and under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import opentimelineio as otio

from engine.types import TimelineError
from plugin.interchange.reading import laying, markup, remap
from plugin.interchange.reading.fcpxml_resources import Asset, Resources, seconds_of
from plugin.interchange.reading.fcpxml_times import HOLDERS, TIMED, Times, active, is_inside
from plugin.interchange.reading.laying import ZERO, Blend, Compounds, Piece, Reading, Told
from plugin.interchange.reading.storyboard import BOTH, Frame, Shown, Storyboard
from plugin.timeline.clock import Span

_COLOURS = {"marker": "BLUE", "chapter-marker": "ORANGE"}
_MOST_LANES = 1000


def read(path: Path, rate: Fraction | None = None) -> Reading:
    """Read the first project of a file, or of a bundle folder. Raises TimelineError."""
    if not path.is_dir():
        return markup.read(path)
    inner = path / "Info.fcpxml"
    if not inner.exists():
        raise TimelineError(
            f"{path} holds no Info.fcpxml, so it is no bundle of Final Cut Pro. Export the project again."
        )
    return markup.read(inner)


def timeline_of(root: Element, path: Path) -> Reading:
    """The first project's timeline. Raises TimelineError."""
    told = Told(path)
    resources = Resources(root, path, told)
    sequence, name = _sequence(root, path, told)
    rate = resources.rate_of(sequence.get("format"))
    if rate is None:
        raise TimelineError(f"{path} does not say its frame rate: its format has no frameDuration. Export it again.")
    start, dropping = seconds_of(sequence, "tcStart", path), sequence.get("tcFormat") == "DF"
    timeline = laying.made_timeline(name, rate, start, dropping, path.name)
    reader = _Reader(path, resources, told)
    timeline.tracks = reader.stack(sequence, rate, 0)
    reader.compounds.fill()
    return Reading(timeline, told.warnings())


def _sequence(root: Element, path: Path, told: Told) -> tuple[Element, str]:
    projects = [project for project in root.iter("project") if project.find("sequence") is not None]
    if len(projects) > 1:
        told.note(f'It holds {len(projects)} projects; "{projects[0].get("name", "")}", the first, is taken.')
    holders = projects or [media for media in root.iter("media") if media.find("sequence") is not None]
    sequence = holders[0].find("sequence") if holders else None
    if sequence is None:
        raise TimelineError(f"{path} holds no project and no compound clip. Select the project and export it as XML.")
    return sequence, holders[0].get("name", "")


class _Reader:
    """Reads the sequences of one file."""

    def __init__(self, path: Path, resources: Resources, told: Told) -> None:
        self._path, self._resources, self._told = path, resources, told
        self._times, self.compounds = Times(path, resources), Compounds(told)

    def stack(self, sequence: Element, rate: Fraction, depth: int) -> otio.schema.Stack:
        """A sequence that begins at zero; its items in tracks."""
        board, spine = Storyboard(rate), sequence.find("spine")
        start = seconds_of(sequence, "tcStart", self._path)
        if spine is not None:
            # Offsets count from the sequence's timecode; some programs count from zero whatever it is.
            origin = start if self._first_offset(spine, start) >= start else ZERO
            self._line(spine, Frame(ZERO, origin), origin, board, 0, depth)
        self._mark(sequence, Frame(ZERO, start), [], board)
        return board.stack()

    def _first_offset(self, line: Element, default: Fraction) -> Fraction:
        return next((self._times.time(item, "offset", default) for item in line if item.tag in TIMED), default)

    def _line(self, line: Element, frame: Frame, origin: Fraction, board: Storyboard, lane: int, depth: int) -> None:
        """Items one after another from `origin` on; where the file says a later place there is a gap."""
        end, edges, blends = origin, [origin], []
        for element in active(line):
            offset = self._times.time(element, "offset", end)
            if element.tag == "transition":
                blends.append((element.get("name", ""), offset, offset + self._times.time(element, "duration", ZERO)))
            elif element.tag in TIMED:
                start = max(offset, end)
                end = start + self._times.length(element)
                edges.append(end)
                self._item(element, start, frame, board, lane, depth)
        if frame.speed == 1:
            board.blends.setdefault(lane, []).extend(_blends(blends, edges, frame))

    def _item(self, element: Element, offset: Fraction, frame: Frame, board: Storyboard, lane: int, depth: int) -> None:
        self._told.one_more(depth)
        if abs(lane) > _MOST_LANES:
            raise TimelineError(f"{self._path} holds clips connected over {_MOST_LANES} lanes up. Export it again.")
        own, enabled = self._times.own_start(element), frame.enabled and element.get("enabled", "1") != "0"
        mine = replace(frame, start=frame.record_at(offset), own=own, enabled=enabled)
        seen = frame.seen(offset, offset + self._times.length(element))
        if seen is not None and element.tag != "gap":
            mine = replace(mine, start=seen.start, own=own + frame.own_at(seen.start) - offset)
            before = {key: len(shown) for key, shown in board.shown.items()}
            self._show(element, replace(mine, window=seen), board, lane, depth)
            fresh = [one for key, shown in board.shown.items() for one in shown[before.get(key, 0) :]]
            self._mark(element, mine, fresh, board)
        elif seen is not None:
            self._mark(element, mine, [], board)
        self._connected(element, replace(mine, enabled=frame.enabled), board, lane, depth)

    def _connected(self, element: Element, frame: Frame, board: Storyboard, lane: int, depth: int) -> None:
        for child in active(element):
            to = int(seconds_of(child, "lane", self._path))
            offset = self._times.time(child, "offset", frame.own)
            if to and child.tag == "spine":
                origin = self._first_offset(child, ZERO)
                inner = replace(frame, start=frame.record_at(offset), own=origin)
                self._line(child, inner, origin, board, lane + to, depth + 1)
            elif to and child.tag in TIMED:
                self._item(child, offset, frame, board, lane + to, depth + 1)

    def _show(self, element: Element, frame: Frame, board: Storyboard, lane: int, depth: int) -> None:
        """Put on the lanes what is seen of an item, run by run where its speed changes."""
        self._tell(element, board.rate)
        show = self._held if element.tag in HOLDERS else self._leaf
        points = self._times.points(element)
        if frame.speed == 0:
            [run] = remap.runs(points, frame.own, frame.own + 1)[:1]
            show(element, replace(frame, own=run.source), board, lane, depth)
            return
        ends = frame.own_at(frame.window.start), frame.own_at(frame.window.end)
        for run in remap.runs(points, min(ends), max(ends)):
            edges = frame.record_at(run.start), frame.record_at(run.end)
            window = Span(min(edges), max(edges))
            # Of a run that is gone through backwards the last moment comes first.
            first = run.source if frame.speed > 0 else run.source + run.speed * (run.end - run.start)
            inner = replace(frame, start=window.start, own=first, speed=frame.speed * run.speed, window=window)
            show(element, inner, board, lane, depth)

    def _held(self, element: Element, frame: Frame, board: Storyboard, lane: int, depth: int) -> None:
        for held, kinds in self._inside(element):
            inner = replace(
                frame, kinds=frame.kinds & kinds, name=element.get("name", "") if element.tag == "clip" else ""
            )
            if held.tag not in ("spine", "mc-angle"):
                self._item(held, self._held_offset(held, inner), inner, board, lane, depth + 1)
                continue
            origin = self._first_offset(held, ZERO)
            if held.tag == "spine" and held.get("offset") is not None:
                moved = origin - self._times.time(held, "offset", ZERO)
                inner = replace(inner, own=inner.own + moved)
            self._line(held, inner, origin, board, lane, depth + 1)

    def _held_offset(self, held: Element, frame: Frame) -> Fraction:
        """Where it lies in its holder. Some programs say zero, and count the holder's time as the media's."""
        offset = self._times.time(held, "offset", ZERO)
        missed = frame.seen(offset, offset + self._times.length(held)) is None
        return self._times.own_start(held) if missed and held.get("start") is None else offset

    def _inside(self, element: Element) -> Iterator[tuple[Element, frozenset[str]]]:
        """What a holder is made of, and which of picture and sound it gives."""
        if element.tag != "mc-clip":
            yield from ((held, BOTH) for held in active(element) if is_inside(held))
            return
        media = self._resources.media(element.get("ref"))
        angles = {angle.get("angleID"): angle for angle in (media.iter("mc-angle") if media is not None else ())}
        chosen = [(source.get("angleID"), source.get("srcEnable", "all")) for source in element.findall("mc-source")]
        for angle, gives in chosen or [(next(iter(angles), None), "all")]:
            if angle in angles:
                yield angles[angle], _KINDS.get(gives, BOTH)

    def _leaf(self, element: Element, frame: Frame, board: Storyboard, lane: int, depth: int) -> None:
        for kind, media in self._media(element, board.rate, depth):
            if kind in frame.kinds:
                item = self._made(element, media, frame, board.rate)
                piece = Piece(frame.window.start, frame.window.end, item)
                board.put(kind, lane, Shown(piece, frame.own, frame.speed))

    def _made(self, element: Element, media: Any, frame: Frame, rate: Fraction) -> Any:
        name, shown = frame.name or element.get("name", ""), (frame.own, frame.window.duration)
        if isinstance(media, otio.schema.Stack):
            media.name, media.enabled = name, frame.enabled
            laying.show(media, shown, rate, frame.speed)
            return media
        note = (element.findtext("note") or "").strip()
        metadata = {"fcpx": {"note": note}} if note else {}
        return laying.made_clip(name, media, shown, rate, frame.speed, enabled=frame.enabled, metadata=metadata)

    def _media(self, element: Element, rate: Fraction, depth: int) -> Iterator[tuple[str, Any]]:
        """What is seen and what is heard of an item."""
        if element.tag == "ref-clip":
            yield "Video", self._compound(element, rate, depth)
            return
        asset = self._resources.asset(element.get("ref"))
        if asset is not None:
            yield from ((kind, asset.reference(rate)) for kind in _kinds_of(element, asset))
        elif element.tag == "audio":
            yield "Audio", otio.schema.MissingReference(name=element.get("name", ""))
        else:
            yield "Video", otio.schema.GeneratorReference(element.get("name", ""), element.tag)

    def _compound(self, element: Element, rate: Fraction, depth: int) -> otio.schema.Stack:
        """A compound clip's inside, whose zero is moved to its own timecode."""
        media = self._resources.media(element.get("ref"))
        sequence = media.find("sequence") if media is not None else None
        if sequence is None:
            self._told.note("A compound clip refers to nothing in the file; its place stays empty.")
            return otio.schema.Stack()
        own = self._resources.rate_of(sequence.get("format")) or rate
        return self.compounds.of((id(sequence), own), lambda: self.stack(sequence, own, depth + 1))

    def _mark(self, element: Element, frame: Frame, shown: list[Shown], board: Storyboard) -> None:
        for marker in element:
            if marker.tag in _COLOURS and marker.get("start") is not None:
                colour = "RED" if marker.get("completed") is not None else _COLOURS[marker.tag]
                start = self._times.time(marker, "start", ZERO)
                ends = [frame.record_at(start), frame.record_at(start + self._times.time(marker, "duration", ZERO))]
                words = marker.get("value", ""), marker.get("note", ""), colour
                board.mark(shown, words, Span(min(ends), max(ends)))

    def _tell(self, element: Element, rate: Fraction) -> None:
        """What is there and is not read."""
        points = element.findall("timeMap/timept")
        if len(points) > 2 and any(point.get("interp", "").startswith("smooth") for point in points):
            self._told.note("A speed change that is eased is read as going at once.")
        conform = element.find("conform-rate")
        if conform is not None and conform.get("scaleEnabled", "1") != "0" and conform.get("srcFrameRate"):
            self._told.note("A clip's rate is conformed to the timeline's; it is read at its true speed.")
        for effect in element:
            if effect.tag in ("filter-video", "filter-video-mask"):
                self._told.note(f'The effect "{effect.get("name", "")}" cannot be read; the plain media is seen.')


_KINDS = {"video": frozenset(("Video",)), "audio": frozenset(("Audio",)), "none": frozenset[str]()}


def _kinds_of(element: Element, asset: Asset) -> list[str]:
    gives = {"video": ("Video",), "audio": ("Audio",)}.get(element.tag) or tuple(
        sorted(_KINDS.get(element.get("srcEnable", "all"), BOTH), reverse=True)
    )
    has = {"Video": asset.has_picture, "Audio": asset.has_sound}
    return [kind for kind in gives if has[kind]]


def _blends(found: Iterable[tuple[str, Fraction, Fraction]], edges: list[Fraction], frame: Frame) -> Iterator[Blend]:
    for name, start, end in found:
        cut = next((edge for edge in edges if start <= edge <= end), None)
        if cut is not None and end > start:
            yield Blend(frame.record_at(cut), cut - start, end - cut, name)
