"""Reels for the tests of the XML writers, with what is true of their stems in whole frames."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime

from engine.types import Layer, Shot
from plugin.interchange.reel import Reel, make_reel
from plugin.timeline.document import Document
from plugin.timeline.place import StemClip, stem_span
from tests.plugin.timelines import clip, dissolve, gap, marker, stack, track

NTSC = tuple(Fraction(nominal * 1000, 1001) for nominal in (24, 30, 48, 60, 120))
RATES = (*NTSC, *map(Fraction, (24, 25, 30, 48, 50, 60, 100, 120)))
DROPPING = NTSC[1], NTSC[3], NTSC[4]


@dataclass(frozen=True)
class Truth:
    """A stem in frames: where it lies, what of its file comes before and in all, and the timecode of its first."""

    start: int
    end: int
    head: int
    file: int
    stamp: int


def reel_of(
    timeline: Any, shots: list[tuple[int, int]], folder: Path, rate: Fraction, handles: int = 12, **settings: Any
) -> tuple[Reel, dict[str, Truth]]:
    """A reel with a stem for each layer and shot (first frame, first left out), and the truth by stem."""
    stems, truths = [], {}
    first = timeline.global_start_time
    start_frame = round(first.value) if first is not None else 0
    for number, (start, end) in enumerate(shots):
        shot = Shot("walk", None, Fraction(0), (end - start) / rate, start / rate, frame_rate=rate)
        span = stem_span(shot, rate, handles, start=start_frame / rate)
        for layer in Layer:
            path = folder / "stems" / f"{layer}-{number}.wav"
            stems.append(StemClip(layer, span, path, {}))
            head = span.head_frames
            truths[path.stem] = Truth(start, end, head, head + end - start + handles, start_frame + start - head)
    document = Document(folder / "cut.otio", timeline, timeline)
    return make_reel(document, stems, **settings), truths


def cut_at(rate: Fraction, *tracks: Any, hours: int = 1, name: str = "Reel 1", drop_frame: bool = False) -> Any:
    """A timeline that starts at a full hour of real frames, or of drop-frame labels."""
    frames = hours * 3600 * round(rate)
    if drop_frame:
        frames -= hours * 54 * round(rate) // 15  # 54 minutes of an hour drop two labels at 29.97, four at 59.94
    made = otio.schema.Timeline(name, tracks=list(tracks), global_start_time=RationalTime(frames, float(rate)))
    if drop_frame:
        made.metadata["displayformat"] = "DF"
    return made


@st.composite
def any_reels(draw: st.DrawFn, folder: Path) -> tuple[Reel, dict[str, Truth]]:
    """Cuts with names of any letters, nesting, speeds, switched-off clips, places between frames, late starts."""
    rate = draw(st.sampled_from(RATES))
    tracks = draw(st.lists(_tracks(float(rate)), max_size=4))
    drop_frame = rate in DROPPING and draw(st.booleans())
    hours = draw(st.integers(0, 30))
    timeline = cut_at(rate, *tracks, hours=hours, name=draw(st.text(max_size=8)), drop_frame=drop_frame)
    timeline.tracks.markers.extend(draw(st.lists(_markers(float(rate)), max_size=2)))
    shots, at = [], 0
    for before, length in draw(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 90)), max_size=3)):
        shots.append((at + before, at + before + length))
        at += before + length
    return reel_of(timeline, shots, folder, rate, draw(st.integers(0, 30)), stems_only=draw(st.booleans()))


def _markers(rate: float) -> st.SearchStrategy[Any]:
    frames = st.integers(0, 80)
    return st.builds(
        lambda name, at, length, comment: marker(name, at, length, comment=comment, rate=rate),
        st.text(max_size=6), frames, frames, st.text(max_size=6),
    )  # fmt: skip


@st.composite
def _items(draw: st.DrawFn, rate: float) -> Any:
    frames = draw(st.one_of(st.integers(1, 60), st.sampled_from([0.25, 2.5, 7.75])))
    if draw(st.integers(0, 4)) == 0:
        return gap(frames, rate)
    url = draw(st.one_of(st.none(), st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=6)))
    return clip(
        draw(st.text(max_size=6)),
        frames,
        start=draw(st.sampled_from([0, 7, 2.5, 86400, -3])),
        rate=rate,
        url=None if url is None else f"/m/{url}.mov",
        speed=draw(st.sampled_from([None, None, 2, 0.5, -1, 0, 1.1, 1 / 3, 0.123456789])),
        enabled=draw(st.booleans()),
        markers=tuple(draw(st.lists(_markers(rate), max_size=1))),
    )


@st.composite
def _tracks(draw: st.DrawFn, rate: float) -> Any:
    items = draw(st.lists(_items(rate), max_size=4))
    if draw(st.integers(0, 3)) == 0:
        inner = [track(*draw(st.lists(_items(rate), min_size=1, max_size=2))) for _ in range(2)]
        items.append(stack(*inner, name="nested"))
    if len(items) > 1 and draw(st.booleans()):
        offsets = st.sampled_from([0, 1, 2, 5])
        items.insert(draw(st.integers(1, len(items) - 1)), dissolve(draw(offsets), draw(offsets), rate))
    kind = draw(st.sampled_from(["Video", "Video", "Audio"]))
    made = track(*items, name=draw(st.text(max_size=6)), kind=kind)
    made.enabled = draw(st.booleans())
    return made
