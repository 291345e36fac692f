"""Timelines as hypothesis draws them: nested, of mixed rates and speeds, with odd things in every place."""

from __future__ import annotations

from typing import Any

import opentimelineio as otio
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime, TimeRange

TICKS = (
    240_000 * 1001 * 2**20
)  # a second; every frame of every rate, each sample, and what speeds make of them, are whole
RATES = {
    23.976: (24000, 1001), 23.98: (24000, 1001), 24000 / 1001: (24000, 1001), 24.0: (24, 1), 25.0: (25, 1),
    29.97: (30000, 1001), 30000 / 1001: (30000, 1001), 30.0: (30, 1), 48.0: (48, 1), 50.0: (50, 1),
    59.94: (60000, 1001), 60.0: (60, 1), 119.88: (120000, 1001), 120.0: (120, 1), 48000.0: (48000, 1),
}  # fmt: skip
SPEEDS = (2.0, 0.5, 1.0, -1.0, -2.0, 0.0, 4.0)
LARGEST_TRACK, DEEPEST = 5, 3

rates = st.sampled_from(sorted(RATES))
names = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
# OpenTimelineIO 0.18.1 itself reads some doubles of sixteen digits one bit beside what it wrote.
doubles = st.integers(-(10**9), 10**9).map(lambda count: count / 8)
plain_values = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | names | doubles
metadata = st.dictionaries(
    names,
    st.recursive(plain_values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)),
    max_size=3,
)


def ticks(time: RationalTime) -> int:
    numerator, denominator = RATES[time.rate]
    whole, rest = divmod(int(time.value) * TICKS * denominator, numerator)
    assert rest == 0, "ticks are too coarse"
    return whole


@st.composite
def times(draw: st.DrawFn, low: int, high: int) -> RationalTime:
    """Whole frames, or samples, of `low` to `high` 24ths of a second."""
    rate = draw(rates)
    return RationalTime(draw(st.integers(int(low * rate / 24), int(high * rate / 24))), rate)


@st.composite
def ranges(draw: st.DrawFn, latest_start: int = 96) -> TimeRange:
    start, length = draw(times(-24, latest_start)), draw(times(1, 120))
    return TimeRange(start, length if length.value else RationalTime(1, length.rate))


@st.composite
def media(draw: st.DrawFn) -> Any:
    kind = draw(st.sampled_from(["file", "file", "file", "missing", "generator", "none", "sequence"]))
    available = draw(st.none() | ranges(100_000))
    if kind == "none":
        return None
    if kind == "file":
        url = draw(
            st.sampled_from(["m.mov", "other%20one.mov", "file:///nowhere/a.mov", "C:\\b.mov", "https://x/y.mov"])
        )
        return otio.schema.ExternalReference(url, available, draw(metadata))
    if kind == "generator":
        return otio.schema.GeneratorReference("bars", "SMPTEBars", available, metadata=draw(metadata))
    if kind == "sequence":
        return otio.schema.ImageSequenceReference("file:///a", "b.", ".exr", 1001, 1, 24, 4, available_range=available)
    return otio.schema.MissingReference("gone", available, draw(metadata))


@st.composite
def markers(draw: st.DrawFn) -> list[Any]:
    return [
        otio.schema.Marker(draw(names), draw(ranges()), draw(st.sampled_from(["RED", "GREEN"])), draw(metadata))
        for _ in range(draw(st.integers(0, 2)))
    ]


@st.composite
def effects(draw: st.DrawFn) -> list[Any]:
    kinds = draw(st.lists(st.sampled_from(["warp", "freeze", "blur"]), max_size=2)) if draw(st.booleans()) else []
    made = {
        "warp": lambda: otio.schema.LinearTimeWarp(time_scalar=draw(st.sampled_from(SPEEDS))),
        "freeze": otio.schema.FreezeFrame,
        "blur": lambda: otio.schema.Effect("soft", "Blur", draw(metadata)),
    }
    return [made[kind]() for kind in kinds]


@st.composite
def clips(draw: st.DrawFn) -> Any:
    clip = otio.schema.Clip(draw(names), metadata=draw(metadata), markers=draw(markers()), effects=draw(effects()))
    references = {key: draw(media()) or otio.schema.MissingReference() for key in ("DEFAULT_MEDIA", "proxy")}
    clip.set_media_references(references, draw(st.sampled_from(sorted(references))))
    if draw(st.integers(0, 20)):  # now and then a clip that says no length
        clip.source_range = draw(ranges())
    clip.enabled = bool(draw(st.integers(0, 6)))
    return clip


@st.composite
def gaps(draw: st.DrawFn) -> Any:
    return otio.schema.Gap(source_range=TimeRange(RationalTime(0, 24), draw(times(0, 60))), metadata=draw(metadata))


@st.composite
def transitions(draw: st.DrawFn) -> Any:
    return otio.schema.Transition("", "SMPTE_Dissolve", draw(times(0, 24)), draw(times(0, 24)), draw(metadata))


@st.composite
def tracks(draw: st.DrawFn, depth: int) -> Any:
    kinds = [clips(), clips(), clips(), gaps(), transitions()] + ([compounds(depth + 1)] if depth < DEEPEST else [])
    track = otio.schema.Track(draw(names), metadata=draw(metadata))
    track.markers.extend(draw(markers()))
    track.kind = draw(st.sampled_from(["Video", "Video", "Video", "Audio"]))
    for _ in range(draw(st.integers(0, LARGEST_TRACK))):
        item = draw(st.one_of(kinds))
        if not (
            isinstance(item, otio.schema.Transition) and len(track) and isinstance(track[-1], otio.schema.Transition)
        ):
            track.append(item)
    track.enabled = bool(draw(st.integers(0, 8)))
    return _trimmed(draw, track)


@st.composite
def compounds(draw: st.DrawFn, depth: int) -> Any:
    if draw(st.integers(0, 4)) == 0:
        return draw(tracks(depth))
    stack = otio.schema.Stack(draw(names), metadata=draw(metadata), markers=draw(markers()), effects=draw(effects()))
    stack.extend(draw(st.lists(tracks(depth), max_size=2)))
    return _trimmed(draw, stack)


def _trimmed(draw: st.DrawFn, item: Any) -> Any:
    if draw(st.integers(0, 2)) == 0:
        item.source_range = draw(ranges(48))
    return item


@st.composite
def timelines(draw: st.DrawFn) -> Any:
    timeline = otio.schema.Timeline(draw(names), metadata=draw(metadata))
    timeline.tracks.extend(draw(st.lists(tracks(0), max_size=3)))
    timeline.global_start_time = draw(st.none() | times(0, 24 * 90_000))
    timeline.tracks.metadata.update(draw(metadata))
    if draw(st.integers(0, 4)) == 0:
        timeline.tracks.source_range = draw(ranges(48))
    if draw(st.integers(0, 9)) == 0:
        return otio.schema.SerializableCollection(draw(names), [draw(clips()), timeline], draw(metadata))
    return timeline
