"""Timelines as hypothesis draws them: nested, of mixed rates and speeds, with odd things in every place."""

from __future__ import annotations

import json
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
some_times = st.sampled_from([RationalTime(0.1, 23.976), TimeRange(RationalTime(1e9 / 3, 48000), RationalTime(1, 7))])
plain_values = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | names | st.floats() | some_times
metadata = st.dictionaries(
    names,
    st.recursive(plain_values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)),
    max_size=3,
)

ANY_JSON = "whatever another program keeps here"
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
).map(json.dumps) | st.sampled_from(
    ['{"b": 1.10, "a": -0, "b": 1E300}', "18446744073709551616", '"\\u0000"', "[1.0e0 ]"]
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
        reference = otio.schema.ExternalReference(url, available, draw(metadata))
        if draw(st.booleans()):
            corners = otio.schema.V2d(0.0, draw(st.floats(0, 1))), otio.schema.V2d(16 / 9, 1.0)
            reference.name, reference.available_image_bounds = draw(names), otio.schema.Box2d(*corners)
        return reference
    if kind == "generator":
        return otio.schema.GeneratorReference("bars", "SMPTEBars", available, metadata=draw(metadata))
    if kind == "sequence":
        return otio.schema.ImageSequenceReference(
            "file:///a", "b.", ".exr", 1001, 1, 24, 4, available_range=available, metadata=draw(metadata)
        )
    return otio.schema.MissingReference("gone", available, draw(metadata))


@st.composite
def markers(draw: st.DrawFn) -> list[Any]:
    return [
        otio.schema.Marker(
            draw(names),
            draw(ranges()),
            draw(st.sampled_from(["RED", "GREEN", "none such"])),
            draw(metadata),
            draw(names),
        )
        for _ in range(draw(st.integers(0, 2)))
    ]


@st.composite
def effects(draw: st.DrawFn) -> list[Any]:
    kinds = (
        draw(st.lists(st.sampled_from(["warp", "freeze", "blur", "time"]), max_size=2)) if draw(st.booleans()) else []
    )
    made = {
        "warp": lambda: otio.schema.LinearTimeWarp("", draw(st.sampled_from(SPEEDS)), draw(metadata)),
        "freeze": lambda: otio.schema.FreezeFrame(metadata=draw(metadata)),
        "blur": lambda: otio.schema.Effect("soft", "Blur", draw(metadata)),
        "time": lambda: otio.schema.TimeEffect("slow", "Ramp", draw(metadata)),
    }
    found = [made[kind]() for kind in kinds]
    for effect in found:
        effect.enabled = bool(draw(st.integers(0, 6)))
    return found


@st.composite
def clips(draw: st.DrawFn) -> Any:
    clip = otio.schema.Clip(draw(names), metadata=draw(metadata), markers=draw(markers()), effects=draw(effects()))
    keys = draw(
        st.sampled_from([("DEFAULT_MEDIA",), ("DEFAULT_MEDIA", "proxy"), ("hi", "lo", "a b"), ("DEFAULT_MEDIA",)])
    )
    references = {key: draw(media()) or otio.schema.MissingReference() for key in keys}
    clip.set_media_references(references, draw(st.sampled_from(sorted(references))))
    if draw(st.integers(0, 20)):  # now and then a clip that says no length
        clip.source_range = draw(ranges())
    clip.enabled = bool(draw(st.integers(0, 6)))
    if draw(st.integers(0, 4)) == 0:
        clip.color = otio.core.Color(0.1, draw(st.floats(0, 1)), 1 / 3, 1.0, draw(names))
    return clip


@st.composite
def gaps(draw: st.DrawFn) -> Any:
    return otio.schema.Gap(source_range=TimeRange(RationalTime(0, 24), draw(times(0, 60))), metadata=draw(metadata))


@st.composite
def transitions(draw: st.DrawFn) -> Any:
    kind = draw(st.sampled_from(["SMPTE_Dissolve", "Custom_Transition"]))
    return otio.schema.Transition(draw(names), kind, draw(times(0, 24)), draw(times(0, 24)), draw(metadata))


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


@st.composite
def written_timelines(draw: st.DrawFn) -> tuple[Any, str]:
    """A timeline, and a text of it with more than OpenTimelineIO would write: any JSON, old schemas, any layout."""
    root = draw(timelines())
    timeline = root if isinstance(root, otio.schema.Timeline) else root[1]
    owners = [timeline, timeline.tracks, *timeline.tracks, *timeline.find_clips()]
    draw(st.sampled_from(owners)).metadata[ANY_JSON] = ANY_JSON
    targets = {"Clip": 1} if draw(st.booleans()) else {}
    text = otio.core.serialize_json_to_string(root, targets, indent=draw(st.sampled_from([0, 2, 4])))
    if draw(st.booleans()):
        for new, old in (("Track.1", "Sequence.1"), ("Gap.1", "Filler.1")):
            text = text.replace(f'"OTIO_SCHEMA": "{new}"', f'"OTIO_SCHEMA": "{old}"')
    return root, text.replace(f'"{ANY_JSON}": "{ANY_JSON}"', f'"{ANY_JSON}": {draw(any_json)}')
