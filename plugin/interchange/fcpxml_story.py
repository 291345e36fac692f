"""The primary storyline of a Final Cut Pro XML, and all that is connected to it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement

from plugin.interchange.fcpxml_resources import first_frame, seconds_text
from plugin.timeline import clock
from plugin.timeline.cut import CutMarker
from plugin.timeline.fades import Overlap


@dataclass(slots=True)
class Storied:
    """A clip or gap in the file, `own` its own time at its first frame. The format wants its children in this order."""

    element: Element
    start_frame: int
    own: Fraction
    rate: Fraction
    connected: list[Storied] = field(default_factory=list)
    markers: list[Element] = field(default_factory=list)

    def own_at(self, frame: int) -> str:
        """Its own time at a frame of the timeline."""
        return seconds_text(self.own + (frame - self.start_frame) / self.rate)

    def mark(self, markers: Iterable[CutMarker]) -> None:
        for marker in markers:
            start, end = (
                clock.seconds_to_frames(edge, rate=self.rate) for edge in (marker.record.start, marker.record.end)
            )
            length = seconds_text(max(end - start, 1) / self.rate)
            element = Element("marker", start=self.own_at(start), duration=length)
            words = marker.words or ("Marker",)
            element.set("value", words[0])
            if len(words) > 1:
                element.set("note", words[1])
            self.markers.append(element)

    def close(self) -> None:
        for one in self.connected:
            one.close()
        self.element.extend([one.element for one in self.connected])
        self.element.extend(self.markers)


class Story:
    """Fills a `spine` from the left, then connects clips to what lies at their first frames."""

    def __init__(self, spine: Element, rate: Fraction, start: Fraction) -> None:
        self._spine, self._rate, self._start = spine, rate, start
        self._items: list[Storied] = []
        self._starts: list[int] = []
        self._end_frame = 0

    def fill(self, to_frame: int) -> None:
        """A gap up to a frame, where something is missing."""
        if to_frame > self._end_frame:
            self.append_gap(to_frame, "Gap")

    def append_gap(self, end_frame: int, name: str) -> None:
        gap = Element("gap", name=name or "Gap", start=seconds_text(first_frame(self._rate)))
        gap.set("duration", seconds_text((end_frame - self._end_frame) / self._rate))
        self.append(gap, first_frame(self._rate), end_frame)

    def append(self, element: Element, own: Fraction, end_frame: int) -> None:
        element.set("offset", seconds_text(self._start + self._end_frame / self._rate))
        self._spine.append(element)
        self._items.append(Storied(element, self._end_frame, own, self._rate))
        self._starts.append(self._end_frame)
        self._end_frame = end_frame

    def append_dissolve(self, effect: str, overlap: Overlap) -> None:
        """A cross dissolve over frames before the end of what is there, and after it."""
        start = self._start + (self._end_frame - overlap.lead) / self._rate
        transition = SubElement(self._spine, "transition", name="Cross Dissolve", offset=seconds_text(start))
        transition.set("duration", seconds_text(overlap.frames / self._rate))
        SubElement(transition, "filter-video", ref=effect, name="Cross Dissolve")

    def connect(self, element: Element, frame: int, lane: int, own: Fraction = Fraction(0)) -> Storied:
        """Hang a clip on the storyline, above it in lanes 1, 2 ..., beneath it in lanes -1, -2 ..."""
        under = self._at(frame)
        element.attrib |= {"lane": str(lane), "offset": under.own_at(frame)}
        connected = Storied(element, frame, own, self._rate)
        under.connected.append(connected)
        return connected

    def mark(self, markers: Iterable[CutMarker]) -> None:
        """Put markers on what lies at them; a project of its own has none."""
        for marker in markers:
            if self._items:
                self._at(clock.seconds_to_frames(marker.record.start, rate=self._rate)).mark([marker])

    def mark_last(self, markers: Iterable[CutMarker]) -> None:
        self._items[-1].mark(markers)

    def close(self) -> None:
        for item in self._items:
            item.close()

    def _at(self, frame: int) -> Storied:
        return self._items[max(bisect_right(self._starts, frame) - 1, 0)]
