"""Transitions of a timeline: which items each lies between, and how far it reaches into them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from plugin.timeline import clock
from plugin.timeline.cut import Address, plain
from plugin.timeline.document import Document
from plugin.timeline.walk import Node


@dataclass(frozen=True, slots=True)
class Blend:
    """A transition. The items that it joins are told by their addresses, those of clips or of what holds them."""

    kind: str  # "SMPTE_Dissolve", or what the file says
    name: str
    before: Address
    after: Address
    lead: Fraction  # record seconds before the cut
    trail: Fraction  # record seconds after it


def blends(document: Document) -> tuple[Blend, ...]:
    """Every transition on a track that is to be seen or heard, in address order."""
    return tuple(found for node in document.nodes for found in _blends_of(node))


def _blends_of(node: Node) -> Iterator[Blend]:
    if not isinstance(node.item, otio.schema.Track) or node.record is None or not node.scale:
        return
    for index, item in enumerate(node.item):
        if isinstance(item, otio.schema.Transition):
            lead, trail = (_seconds(offset) / abs(node.scale) for offset in (item.in_offset, item.out_offset))
            before, after = (*node.address, index - 1), (*node.address, index + 1)
            yield Blend(item.transition_type, plain(item.name), before, after, lead, trail)


def _seconds(offset: otio.opentime.RationalTime) -> Fraction:
    """How far a transition reaches; one that does not say it, or says what cannot be, reaches nowhere."""
    if offset.is_invalid_time() or offset.value < 0:
        return Fraction(0)
    return clock.rational_to_seconds(offset)
