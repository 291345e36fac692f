"""Timelines that trip a reader, each with what its files show and the samples at which that has to be heard."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from tests.plugin.timelines import clip, dissolve, gap, save, span, stack, timeline, touch, track
from tests.real.counting import sample_at
from tests.real.hits import Hit

FILM, PAL, NTSC_24, NTSC_30, SOUND = (24, 1), (25, 1), (24000, 1001), (30000, 1001), (48_000, 1)
LONG = 10_000  # frames of every file


@dataclass(frozen=True, slots=True)
class Trap:
    root: Any  # an OpenTimelineIO object, or the text of a file
    hits: list[Hit]
    rate: tuple[int, int] = FILM

    def saved(self, folder: Path) -> Path:
        touch(folder, "m.mov", "other.mov")
        path = folder / "cut.otio"
        if isinstance(self.root, str):
            path.write_text(self.root, encoding="utf-8")
            return path
        return save(self.root, path)


def media(name: str, frames: float, *, rate: float = 24, **settings: Any) -> Any:
    return clip(name, frames, rate=rate, url="m.mov", available=span(0, LONG, rate), **settings)


def at(name: str, frame: int, record: int | None, rate: tuple[int, int] = FILM) -> Hit:
    """Picture `frame` of the file, shown at frame `record` of the timeline."""
    return Hit(name, frame, rate, None if record is None else sample_at((record, *rate)))


def warped(item: Any, speed: float) -> Any:
    item.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))
    return item


def _nested_and_trimmed() -> Trap:
    compound = stack(track(media("a", 48), media("b", 48)), source_range=span(36, 48))
    root = timeline(track(gap(24), compound, media("c", 24)))
    return Trap(root, [at("a", 20, None), at("a", 40, 28), at("b", 5, 41), at("b", 40, None), at("c", 12, 84)])


def _three_deep() -> Trap:
    deep = stack(track(media("a", 100)), source_range=span(10, 80))
    middle = stack(track(gap(6), deep), source_range=span(4, 60))
    outer = stack(track(middle), source_range=span(3, 40))
    return Trap(timeline(track(gap(7), outer, media("b", 24))), [at("a", 30, 26), at("a", 55, None), at("b", 12, 59)])


def _a_track_in_a_track() -> Trap:
    inner = track(media("a", 48), media("b", 48), source_range=span(24, 40))
    return Trap(timeline(track(gap(5), inner)), [at("a", 30, 11), at("b", 8, 37)])


def _transitions() -> Trap:
    shots = (dissolve(0, 12), media("a", 48), dissolve(6, 6), media("b", 48, start=20), dissolve(12, 0))
    return Trap(
        timeline(track(*shots), track(gap(120), media("c", 24))), [at("a", 12, 12), at("b", 40, 68), at("c", 9, 129)]
    )


def _gaps_in_samples() -> Trap:
    root = timeline(track(media("a", 24), gap(12_345, 48_000), media("b", 24), gap(7), media("c", 24)))
    between = [
        Hit(name, 10, FILM, sample_at((frames + 10, *FILM), (12_345, *SOUND)))
        for name, frames in (("b", 24), ("c", 55))
    ]
    return Trap(root, [at("a", 10, 10), *between])


def _clips_in_samples() -> Trap:
    sound = [
        clip(name, 100_001, start=4_800, rate=48_000, url="m.mov", available=span(0, 10**7, 48_000)) for name in "ab"
    ]
    hits = [Hit("a", 50_000, SOUND, 45_200), Hit("b", 50_000, SOUND, 145_201)]
    return Trap(timeline(track(*sound), start=107_892, rate=29.97), hits, NTSC_30)


def _two_rates_in_one_range() -> Trap:
    mixed = media("a", 24)
    mixed.source_range = TimeRange(RationalTime(12, 24), RationalTime(50_050, 48_000))
    hits = [at("a", 24, 12), Hit("b", 12, FILM, sample_at((12, *FILM), (50_050, *SOUND)))]
    return Trap(timeline(track(mixed, media("b", 24))), hits)


def _cuts_between_frames() -> Trap:
    root = timeline(track(media("a", 33.4), media("b", 20.25, start=3.5), media("c", 24)))
    # b is shown from 33.4 on, its file from 3.5; c from 53.65 on
    hits = [
        at("a", 20, 20),
        Hit("b", 12, FILM, sample_at((419, 240, 1))),
        Hit("c", 9, FILM, sample_at((6_265, 2_400, 1))),
    ]
    return Trap(root, hits)


def _many_rates() -> Trap:
    root = timeline(track(*(media(f"{rate:g}", 50, rate=rate) for rate in (23.976, 25, 29.97, 59.94, 24)), gap(3)))
    before = [(50, *NTSC_24), (50, *PAL), (50, *NTSC_30), (50, 60_000, 1001)]
    own = [*before, (50, *FILM)]
    names = ("23.976", "25", "29.97", "59.94", "24")
    hits = [
        Hit(name, 20, part[1:], sample_at(*before[:order], (20, *part[1:])))
        for order, (name, part) in enumerate(zip(names, own, strict=True))
    ]
    return Trap(root, hits)


def _source_timecode() -> Trap:
    camera = clip("a", 48, start=86_410, url="m.mov", available=span(86_400, 2_400))
    late = clip("b", 48, start=90_012, rate=25, url="m.mov", available=span(90_000, 2_400, 25))
    return Trap(timeline(track(camera, late)), [at("a", 30, 20), Hit("b", 30, PAL, sample_at((48, *FILM), (18, *PAL)))])


def _nothing_available() -> Trap:
    root = timeline(track(clip("a", 48, start=10, url="m.mov"), clip("b", 48, url="other.mov")))
    return Trap(root, [at("a", 30, 20), at("b", 9, 57)])


def _before_what_is_available() -> Trap:
    early = clip("a", 48, start=90, url="m.mov", available=span(100, 500))
    return Trap(timeline(track(early, media("b", 24))), [at("a", 12, 22), at("b", 6, 54)])


def _switched_off() -> Trap:
    hidden = stack(track(media("d", 48)))
    hidden.enabled = False
    off = track(media("c", 120))
    off.enabled = False
    root = timeline(track(media("a", 24), media("b", 24, enabled=False), hidden, media("e", 24)), off)
    return Trap(root, [at("a", 6, 6), at("b", 6, None), at("c", 30, None), at("d", 6, None), at("e", 6, 102)])


def _trimmed_root() -> Trap:
    root = timeline(track(media("a", 48), media("b", 48), media("c", 48)))
    root.tracks.source_range = span(36, 80)
    return Trap(root, [at("a", 20, None), at("a", 42, 6), at("b", 12, 24), at("c", 12, 72), at("c", 40, None)])


def _several_references() -> Trap:
    made = media("a", 48, start=1_010)
    proxy, full = (
        otio.schema.ExternalReference(url, available_range=span(first, LONG, rate))
        for url, first, rate in (("other.mov", 0, 25), ("m.mov", 1_000, 24))
    )
    made.set_media_references({"proxy": proxy, "full": full}, "full")
    return Trap(timeline(track(made, media("b", 24))), [at("a", 30, 20), at("b", 6, 54)])


def _warps() -> Trap:
    speeds = (("fast", 2.0), ("slow", 0.5), ("still", 0.0), ("back", -1.0), ("back twice", -2.0), ("last", 1.0))
    root = timeline(track(*(media(name, 24, start=100, speed=speed) for name, speed in speeds)))
    hits = [
        at("fast", 130, 15),
        at("slow", 108, 40),
        at("still", 108, None),
        at("back", 118, 78),
        at("back twice", 120, 110),
    ]
    return Trap(root, [*hits, at("last", 112, 132)])


def _warped_compounds() -> Trap:
    fast = warped(stack(track(media("a", 48), media("b", 48)), source_range=span(12, 48)), 2)
    back = warped(stack(track(media("c", 24), media("d", 24)), source_range=span(0, 48)), -1)
    root = timeline(track(fast, back, media("e", 24)))
    # fast shows its inside from 12 on, twice as fast; back shows d from its end, then c
    return Trap(root, [at("a", 20, 4), at("b", 4, 20), at("d", 18, 54), at("c", 18, 78), at("e", 6, 102)])


def _one_name_and_none() -> Trap:
    shots = [media("a", 24), media("a", 24, start=100), clip("", 24, url="other.mov", available=span(0, LONG))]
    return Trap(timeline(track(*shots)), [at("a", 10, 10), at("a", 110, 34), at("other", 10, 58)])


def _no_start() -> Trap:
    root = timeline(track(gap(11, 25), media("a", 48, rate=25)), start=None)
    return Trap(root, [at("a", 20, 31, PAL)], PAL)


def _start_in_samples() -> Trap:
    root = timeline(track(gap(11, 25), media("a", 48, rate=25)), start=172_800_001, rate=48_000)
    return Trap(root, [at("a", 20, 31, PAL)], PAL)


def _collection() -> Trap:
    first, second = timeline(track(gap(9), media("a", 48))), timeline(track(media("b", 48)))
    return Trap(otio.schema.SerializableCollection("bin", [media("x", 24), first, second]), [at("a", 20, 29)])


def _bin_of_clips() -> Trap:
    return Trap(
        otio.schema.SerializableCollection("bin", [media("a", 24), media("b", 24)]), [at("a", 6, 6), at("b", 6, 30)]
    )


def _root_is_a_trimmed_stack() -> Trap:
    root = stack(track(media("a", 48), media("b", 48)), source_range=span(12, 60))
    return Trap(root, [at("a", 20, 8), at("b", 6, 42)])


def _root_is_a_trimmed_track() -> Trap:
    return Trap(track(media("a", 48), media("b", 48), source_range=span(12, 60)), [at("a", 20, 8), at("b", 6, 42)])


def _root_is_a_clip() -> Trap:
    return Trap(media("a", 48, start=7), [at("a", 20, 13)])


def _old_schemas() -> Trap:
    def time(value: float) -> dict[str, Any]:
        return {"OTIO_SCHEMA": "RationalTime.1", "value": value, "rate": 24}

    def stretch(start: float, frames: float) -> dict[str, Any]:
        return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(start), "duration": time(frames)}

    external = {"OTIO_SCHEMA": "ExternalReference.1", "target_url": "m.mov", "available_range": stretch(100, LONG)}
    shot = {"OTIO_SCHEMA": "Clip.1", "name": "a", "source_range": stretch(110, 48), "media_reference": external}
    sequence = {"OTIO_SCHEMA": "Sequence.1", "name": "V1", "kind": "Video"}
    sequence["children"] = [{"OTIO_SCHEMA": "Filler.1", "source_range": stretch(0, 12)}, shot]  # type: ignore[assignment]
    tracks = {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": [sequence]}
    root = {"OTIO_SCHEMA": "Timeline.1", "name": "old", "global_start_time": time(86_400), "tracks": tracks}
    return Trap(json.dumps(root), [at("a", 30, 32)])


def _long_before() -> Trap:
    """An hour of clips at a rate that is written short."""
    root = timeline(
        track(*(media("x", 8_631, rate=23.98, enabled=False) for _ in range(10)), media("a", 48, rate=23.98))
    )
    root.tracks.source_range = span(86_300, 100, 23.976)
    root.global_start_time = RationalTime(86_400, 23.976)
    return Trap(root, [at("a", 20, 30, NTSC_24)], NTSC_24)


TRAPS: dict[str, Callable[[], Trap]] = {
    name.removeprefix("_").replace("_", " "): made
    for name, made in list(globals().items())
    if callable(made) and name.startswith("_") and not name.startswith("__")
}


def movie_with_timecode(path: Path, timecode: str, rate: Fraction) -> Path:
    """Three small pictures that say when they were taken."""
    with av.open(str(path), "w") as container:
        container.metadata["timecode"] = timecode
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width, stream.height = 32, 32
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))))
        container.mux(stream.encode(None))
    return path
