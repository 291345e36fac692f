"""Cuts that hypothesis makes: any names, speeds, places and nests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.plugin.timelines import clip, gap, marker, span, stack, timeline, track

NAMES = st.text(max_size=12)
_URLS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.sampled_from(
        ["/a/b.mov", "C:/a/b.mov", "x:y.wav", "https://a/b.mov", "/a/\"'`.wav", "a\x01b.wav", "../é 100%.mxf"]
    ),
)
_SPEEDS = st.one_of(st.none(), st.sampled_from([0.0, 0.5, -1.0, 2.0, 1e-9, -1e9, 1.1, 1 / 3]))
_FRAMES = st.one_of(st.integers(1, 60), st.floats(0.01, 60).filter(lambda frames: frames > 0))


@st.composite
def _clips(draw: st.DrawFn) -> Any:
    start = draw(st.one_of(st.integers(-50, 200), st.sampled_from([1e12, 86_400.5])))
    said = draw(st.one_of(st.none(), st.just(span(0, 240))))
    markers = tuple(marker(draw(NAMES), start + 1, comment=draw(NAMES)) for _ in range(draw(st.integers(0, 1))))
    return clip(
        draw(NAMES), draw(_FRAMES), start=start, url=draw(_URLS), available=said, speed=draw(_SPEEDS),
        enabled=draw(st.booleans()), markers=markers,
    )  # fmt: skip


_ITEMS = st.one_of(_clips(), st.builds(gap, _FRAMES))


@st.composite
def _nests(draw: st.DrawFn) -> Any:
    inside = [track(*draw(st.lists(_clips(), max_size=2)), kind=draw(_KINDS)) for _ in range(draw(st.integers(1, 2)))]
    return stack(*inside, source_range=span(draw(st.integers(0, 5)), draw(st.integers(1, 40))))


_KINDS = st.sampled_from(["Video", "Audio", "Subtitle"])


@st.composite
def cuts(draw: st.DrawFn) -> Any:
    """A timeline of 24 frames that starts at one hour."""
    items = st.lists(st.one_of(_ITEMS, _nests()), max_size=4)
    tracks = [track(*draw(items), name=draw(NAMES), kind=draw(_KINDS)) for _ in range(draw(st.integers(0, 3)))]
    made = timeline(*tracks, name=draw(NAMES))
    made.tracks.markers.extend(marker(draw(NAMES), draw(st.integers(0, 90)), 5) for _ in range(draw(st.integers(0, 2))))
    return made
