"""Where every item of a timeline lies on it: one walk, linear and exact, to any depth of nesting.

OpenTimelineIO's own range calls ignore the trims of nested stacks, leave out the root's, and refuse from three levels
on (0.18.1), so nothing here asks them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from plugin.timeline import clock
from plugin.timeline.clock import Span
from plugin.timeline.cut import PICTURE, Address

ZERO = Fraction(0)


@dataclass(slots=True, eq=False)
class Node:
    """One item, and where it lies: its own time is `scale` x record time + `offset`."""

    item: Any
    address: Address
    parent: Node | None
    enabled: bool
    kind: str
    own: Span  # its range in its own time: source range, or what is available
    whole: bool = True  # False: the file does not say how long it is, `own` holds what is known
    speed: Fraction = Fraction(1)
    children: list[Node] = field(default_factory=list)
    place: Fraction | None = ZERO  # where it starts in its parent's own time; None: unknown
    record: Span | None = None  # cut to all that encloses it; None: nothing of it is to be seen
    since: Fraction = ZERO  # by how much later than it starts a transition makes it the picture, in its parent's time
    until: Fraction = ZERO  # and by how much later than it ends it stays so
    on_screen: Span | None = None  # where on the timeline it is the picture; None: nowhere
    scale: Fraction = Fraction(1)
    offset: Fraction = ZERO

    @property
    def top(self) -> int:
        """Index of the root stack's child in which it lies."""
        return self.address[0]


def walk(root: otio.schema.Stack) -> list[Node]:
    """Every item, parents before children, each with its place on the timeline."""
    nodes = _unroll(root)
    for node in reversed(nodes):
        _measure(node)
    _set_record(nodes[0], Span(ZERO, nodes[0].own.duration))
    nodes[0].on_screen = nodes[0].record
    for node in nodes:
        _place_children(node)
    return nodes


def record_of(node: Node, own: Span) -> Span:
    """Record time of a stretch of the item's own time, not cut; on a frozen item as if it ran."""
    scale, offset = (node.scale, node.offset) if node.scale else _unwarped(node)
    first, last = (own.start - offset) / scale, (own.end - offset) / scale
    return Span(min(first, last), max(first, last))


def breaks(nodes: list[Node]) -> Iterator[tuple[Node, Node]]:
    """(track, child) where a child of no known length leaves the rest of its track without a place."""
    for node in nodes:
        if isinstance(node.item, otio.schema.Track):
            yield from ((node, child) for child in node.children if not child.whole and child.place is not None)


def _unroll(root: Any) -> list[Node]:
    nodes: list[Node] = []
    waiting = [Node(root, (), None, root.enabled, PICTURE, Span(ZERO, ZERO))]
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        if isinstance(node.item, otio.core.Composition):
            items = ((index, item) for index, item in enumerate(node.item) if isinstance(item, otio.core.Item))
            node.children = [_child(node, index, item) for index, item in items]
            waiting.extend(reversed(node.children))
    return nodes


def _child(parent: Node, index: int, item: Any) -> Node:
    kind = item.kind if isinstance(item, otio.schema.Track) and parent.kind == PICTURE else parent.kind
    return Node(item, (*parent.address, index), parent, parent.enabled and item.enabled, kind, Span(ZERO, ZERO))


def _measure(node: Node) -> None:
    """Length and speed; the children are measured before."""
    node.speed = _speed(node.item)
    length, whole = ZERO, False
    if isinstance(node.item, otio.schema.Track):
        length, whole = _line_up(node.children)
        _dissolve(node)
    elif isinstance(node.item, otio.core.Composition):
        length = max((child.own.duration for child in node.children), default=ZERO)
        whole = all(child.whole for child in node.children)
    own = _own_range(node.item)
    node.own, node.whole = (own, True) if own else (Span(ZERO, length), whole)


def _own_range(item: Any) -> Span | None:
    """What the file says of the item's own range; None when it says nothing, or nothing that can be."""
    said = item.source_range
    if said is None and isinstance(item, otio.schema.Clip) and item.media_reference is not None:
        said = item.media_reference.available_range
    if said is None or said.is_invalid_range():
        return None
    return clock.range_to_span(said, f'"{item.name}"')


def _line_up(children: list[Node]) -> tuple[Fraction, bool]:
    """Place a track's items one after another; the length that is known, and whether it is all."""
    end, whole = ZERO, True
    for child in children:
        child.place = end if whole else None
        if whole:
            end, whole = end + child.own.duration, child.whole
    return end, whole


def _dissolve(track: Node) -> None:
    """Two pictures of a transition change places at its middle; where one comes from nothing, neither gives way."""
    shown = (child for child in track.children if child.enabled and not isinstance(child.item, otio.schema.Gap))
    pictures = {child.address[-1]: child for child in shown}
    for index, item in enumerate(track.item):
        if isinstance(item, otio.schema.Transition):
            before, after = pictures.get(index - 1), pictures.get(index + 1)
            later = _middle(item)
            if before and after:
                later = min(max(later, -before.own.duration), after.own.duration)
                before.until = after.since = later
            elif before:
                before.until = max(later, ZERO)
            elif after:
                after.since = min(later, ZERO)


def _middle(transition: otio.schema.Transition) -> Fraction:
    """How much later than its cut, in whole frames towards the cut."""
    times = [time for time in (transition.in_offset, transition.out_offset) if time and not time.is_invalid_time()]
    if len(times) < 2:
        return ZERO
    rate = max(clock.exact_rate(time.rate) for time in times)
    before, after = (clock.rational_to_seconds(time) for time in times)
    return Fraction(math.trunc((after - before) / 2 * rate)) / rate


def _speed(item: Any) -> Fraction:
    speed = Fraction(1)
    for effect in item.effects:
        if isinstance(effect, otio.schema.LinearTimeWarp) and getattr(effect, "enabled", True):
            speed *= clock.exact_number(effect.time_scalar)
    return speed


def _place_children(parent: Node) -> None:
    # A frozen compound shows one moment of its inside; where that is, and how long, its children cannot say.
    if parent.record is None or parent.scale == 0:
        return
    for child in parent.children:
        if child.place is not None:
            in_parent = Span(child.place, child.place + child.own.duration)
            record = record_of(parent, in_parent).cut_to(parent.record)
            if record is not None:
                _set_record(child, record)
                child.on_screen = _on_screen(parent, Span(in_parent.start + child.since, in_parent.end + child.until))


def _on_screen(parent: Node, in_parent: Span) -> Span | None:
    if parent.on_screen is None or in_parent.start >= in_parent.end:
        return None
    return record_of(parent, in_parent).cut_to(parent.on_screen)


def _set_record(node: Node, record: Span) -> None:
    """Keep the interval, and join the item's own time to record time."""
    node.record = record
    scale, offset = _unwarped(node)
    # Backwards, the source range is played from its end: OpenTimelineIO does not say, editors do so.
    first = node.own.start if node.speed >= 0 else node.own.start - node.speed * node.own.duration
    node.scale = node.speed * scale
    node.offset = node.speed * (offset - node.own.start) + first


def _unwarped(node: Node) -> tuple[Fraction, Fraction]:
    """The item's own time as it would run without its speed: scale and offset from record time."""
    if node.parent is None or node.place is None:
        return Fraction(1), node.own.start
    return node.parent.scale, node.parent.offset - node.place + node.own.start
