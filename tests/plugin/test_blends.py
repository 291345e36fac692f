"""Transitions are told by what they join and how far they reach in record time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime

from plugin.timeline.blends import Blend, blends
from plugin.timeline.document import Document
from tests.plugin.timelines import clip, dissolve, span, stack, timeline, track


def found(*tracks: Any) -> tuple[Blend, ...]:
    made = timeline(*tracks)
    return blends(Document(Path("cut.otio"), made, made))


def test_a_dissolve_reaches_into_both_clips() -> None:
    (blend,) = found(track(clip("a", 48), dissolve(6, 12), clip("b", 48)))
    assert (blend.kind, blend.before, blend.after) == ("SMPTE_Dissolve", (0, 0), (0, 2))
    assert (blend.lead, blend.trail) == (Fraction(1, 4), Fraction(1, 2))


def test_in_a_compound_at_double_speed_it_is_half_as_long() -> None:
    inner = stack(track(clip("a", 48), dissolve(6, 12), clip("b", 48)), source_range=span(0, 48))
    inner.effects.append(otio.schema.LinearTimeWarp(time_scalar=2))
    (blend,) = found(track(inner))
    assert (blend.before, blend.after) == ((0, 0, 0, 0), (0, 0, 0, 2))
    assert (blend.lead, blend.trail) == (Fraction(1, 8), Fraction(1, 4))


def test_one_at_the_end_of_a_track_joins_nothing() -> None:
    (blend,) = found(track(clip("a", 48), dissolve(6, 0)))
    assert (blend.before, blend.after) == ((0, 0), (0, 2))


@pytest.mark.parametrize("offset", [RationalTime(5, 0), RationalTime(float("nan"), 24), RationalTime(-3, 24)])
def test_what_cannot_be_reaches_nowhere(offset: RationalTime) -> None:
    odd = otio.schema.Transition(transition_type="SMPTE_Dissolve", in_offset=offset, out_offset=RationalTime(6, 24))
    (blend,) = found(track(clip("a", 48), odd, clip("b", 48)))
    assert (blend.lead, blend.trail) == (Fraction(0), Fraction(1, 4))
