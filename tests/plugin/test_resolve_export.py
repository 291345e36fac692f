"""A timeline in the shape that DaVinci Resolve exports is read to the frame; it is built here as plain JSON."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.types import Layer, Shot
from plugin.timeline.cut import Cut, CutClip
from plugin.timeline.flavour import RESOLVE
from plugin.timeline.place import StemClip, place_stems, stem_span
from plugin.timeline.read import read_timeline

NTSC_24, NTSC_30 = Fraction(24000, 1001), Fraction(30000, 1001)
HOUR = 86_400  # frames of 24


def time(value: float, rate: float) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": float(value)}


def span(start: float, frames: float, rate: float = 24.0) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "TimeRange.1", "duration": time(frames, rate), "start_time": time(start, rate)}


def item(schema: str, **settings: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "OTIO_SCHEMA": schema,
        "metadata": {},
        "name": "",
        "source_range": None,
        "effects": [],
        "markers": [],
    }
    return made | {"enabled": True} | settings


def media(url: str, start: float, frames: float, rate: float = 24.0) -> dict[str, Any]:
    name = url.replace("\\", "/").rsplit("/", 1)[-1]
    return {
        "OTIO_SCHEMA": "ExternalReference.1", "metadata": {}, "name": name,
        "available_range": span(start, frames, rate),
        "available_image_bounds": None, "target_url": url,
    }  # fmt: skip


MISSING: dict[str, Any] = {
    "OTIO_SCHEMA": "MissingReference.1", "metadata": {}, "name": "", "available_range": None,
    "available_image_bounds": None,
}  # fmt: skip


def clip(reference: dict[str, Any], start: float, frames: float, rate: float = 24.0, **settings: Any) -> dict[str, Any]:
    made = item(
        "Clip.2", name=reference["name"] or "offline", source_range=span(start, frames, rate),
        media_references={"DEFAULT_MEDIA": reference}, active_media_reference_key="DEFAULT_MEDIA",
        metadata={"Resolve_OTIO": {"Link Group ID": 7}},
    )  # fmt: skip
    return made | settings


def gap(frames: float, rate: float = 24.0) -> dict[str, Any]:
    return item("Gap.1", source_range=span(0, frames, rate))


def warp(scalar: float) -> dict[str, Any]:
    schema = "FreezeFrame.1" if scalar == 0 else "LinearTimeWarp.1"
    return {"OTIO_SCHEMA": schema, "metadata": {}, "name": "", "effect_name": "", "time_scalar": scalar}


def resolve_effect(name: str, kind: int) -> dict[str, Any]:
    metadata = {"Resolve_OTIO": {"Effect Name": name, "Enabled": True, "Name": name, "Parameters": [], "Type": kind}}
    return {"OTIO_SCHEMA": "Effect.1", "metadata": metadata, "name": "", "effect_name": "Resolve Effect"}


def dissolve(before: float, after: float) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Transition.1", "metadata": {"Resolve_OTIO": {"Effects": {"Effect Name": "Edge Wipe"}}},
        "name": "", "in_offset": time(before, 24.0), "out_offset": time(after, 24.0),
        "transition_type": "SMPTE_Dissolve",
    }  # fmt: skip


def marker(start: float, name: str, frames: float = 1) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Marker.2", "metadata": {"Resolve_OTIO": {"Keywords": [], "Note": "soft"}}, "name": name,
        "color": "GREEN", "comment": "", "marked_range": span(start, frames),
    }  # fmt: skip


def video(*children: dict[str, Any]) -> dict[str, Any]:
    return item(
        "Track.1", kind="Video", name="Video 1", children=list(children), metadata={"Resolve_OTIO": {"Locked": 0}}
    )


def audio(kind: str, *children: dict[str, Any]) -> dict[str, Any]:
    said = {"Resolve_OTIO": {"Audio Type": kind, "Locked": False, "SoloOn": False}}
    return item("Track.1", kind="Audio", name="Audio 1", children=list(children), metadata=said)


def export(path: Path, *tracks: dict[str, Any], start: float = HOUR, rate: float = 24.0) -> Path:
    root = {
        "OTIO_SCHEMA": "Timeline.1", "metadata": {"Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}},
        "name": "Reel 1", "global_start_time": time(start, rate), "tracks": item("Stack.1", children=list(tracks)),
    }  # fmt: skip
    path.write_text(json.dumps(root))
    return path


def read(folder: Path, *tracks: dict[str, Any], **settings: float) -> Cut:
    return read_timeline(export(folder / "export.otio", *tracks, **settings))


def places(cut: Cut) -> list[Any]:
    """Record start and end, source start in the file, and speed; times in frames of 24."""
    return [(one.record.start * 24, one.record.end * 24, one.source_start * 24, one.speed) for one in cut.clips]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/Volumes/Media A/50%/rain #2.mov", "/Volumes/Media A/50%/rain #2.mov"),
        ("E:/Edit Job/rain.mov", "E:/Edit Job/rain.mov"),
        ("E:\\Edit Job\\rain.mov", "E:/Edit Job/rain.mov"),
    ],
)
def test_a_bare_path_is_the_file_whatever_its_letters(tmp_path: Path, url: str, path: str) -> None:
    found = read(tmp_path, video(clip(media(url, 0, 99), 0, 24))).clips[0].medium
    assert (found.url, found.path) == (url, Path(path))


def test_ranges_count_from_the_medias_own_timecode(tmp_path: Path) -> None:
    stamped, plain = media("/m/a.mov", HOUR, 500), media("/m/b.mov", 0, 500)
    cut = read(tmp_path, video(gap(12), clip(stamped, HOUR + 12, 48), clip(plain, 30, 20)))
    assert places(cut) == [(12, 60, 12, 1), (60, 80, 30, 1)]
    assert (int(cut.rate), cut.start_frame, cut.timecode(Fraction(0))) == (24, HOUR, "01:00:00:00")
    assert [one.extent.seconds * 24 for one in cut.clips if one.extent] == [500, 500]


def test_a_range_of_another_rate_may_begin_within_a_frame(tmp_path: Path) -> None:
    # Frame 1001 of a 23.976 file, whose timecode starts at its hour, in frames of a timeline of 24.
    first = Fraction((HOUR + 1001) * 1001, 1000)
    reference = media("/m/a.mov", float(HOUR), 5000.0, 23.976)
    cut = read(tmp_path, video(clip(reference, float(first), 48)))
    assert abs(cut.clips[0].source_start - Fraction(1001) / NTSC_24) < Fraction(1, 10**6)
    assert cut.clips[0].record.end == 2 and cut.rate == 24


@pytest.mark.parametrize(("written", "exact"), [(23.976, NTSC_24), (29.97, NTSC_30), (59.94, Fraction(60000, 1001))])
def test_truncated_rates_are_exact(tmp_path: Path, written: float, exact: Fraction) -> None:
    hour = 3600 * round(exact)
    track = video(gap(100_000, written), clip(media("/m/a.mov", hour, 500, written), hour + 7, 48, written))
    cut = read(tmp_path, track, start=hour, rate=written)
    only = cut.clips[0]
    assert (cut.rate, only.record.start, only.record.end) == (exact, 100_000 / exact, 100_048 / exact)
    assert only.source_start == 7 / exact


def test_a_retimed_clips_range_is_as_long_as_it_plays(tmp_path: Path) -> None:
    reference = media("/m/a.mov", HOUR, 500)
    tracks = video(
        clip(reference, HOUR + 10, 48, effects=[warp(0.5)]),
        clip(reference, HOUR + 10, 48, effects=[warp(2.0)]),
        clip(reference, HOUR + 10, 24, effects=[warp(0)]),
        clip(reference, HOUR + 10, 24),
    )
    assert places(read(tmp_path, tracks)) == [
        (0, 48, 10, Fraction(1, 2)), (48, 96, 10, 2), (96, 120, 10, 0), (120, 144, 10, 1),
    ]  # fmt: skip


def test_dissolves_take_no_time_and_offline_and_disabled_clips_keep_theirs(tmp_path: Path) -> None:
    reference = media("/m/a.mov", HOUR, 500)
    tracks = video(
        clip(reference, HOUR + 20, 48), dissolve(6, 6), clip(reference, HOUR + 200, 24), dissolve(4, 8),
        clip(MISSING, 0, 30), clip(reference, HOUR + 300, 10, enabled=False), clip(reference, HOUR, 5),
    )  # fmt: skip
    cut = read(tmp_path, tracks)
    assert places(cut) == [(0, 48, 20, 1), (48, 72, 200, 1), (72, 102, 0, 1), (102, 112, 300, 1), (112, 117, 0, 1)]
    assert [one.enabled for one in cut.clips] == [True, True, True, False, True]
    assert [one.medium.names_file for one in cut.clips] == [True, True, False, True, True]


@pytest.mark.parametrize("base", [0, HOUR])
@pytest.mark.parametrize("scalar", [None, 0.5, 2.0, -1.0, 0])
def test_clip_markers_count_from_their_clip_as_it_plays(tmp_path: Path, base: int, scalar: float | None) -> None:
    """The clip begins 100 frames into its file, so that a marker at its 105th frame could be meant either way."""
    effects = [] if scalar is None else [warp(scalar)]
    marks = [marker(5, "step"), marker(105, "crack", 10)]
    first = clip(media("/m/a.mov", base, 900), base + 100, 200, effects=effects, markers=marks)
    cut = read(tmp_path, video(gap(24), first))
    told: list[Any] = [(one.name, one.record.start * 24, one.record.end * 24) for one in cut.clips[0].markers]
    assert told == [("step", 29, 30), ("crack", 129, 139)]
    assert cut.clips[0].markers[0].comment == "soft"


def test_a_compound_clips_markers_count_from_it_as_well(tmp_path: Path) -> None:
    inside = video(clip(media("/m/a.mov", HOUR, 500), HOUR, 300))
    compound = item(
        "Stack.1", name="Compound 1", children=[inside], source_range=span(40, 60), markers=[marker(5, "x")]
    )
    cut = read(tmp_path, video(gap(24), compound))
    assert places(cut) == [(24, 84, 40, 1)]
    assert [one.record.start * 24 for one in cut.markers] == [29]


def test_effects_that_only_colour_or_level_change_no_place(tmp_path: Path) -> None:
    reference = media("/m/a.wav", HOUR, 500)
    channels = {"Channels": [{"Source Channel ID": side, "Source Track ID": 0} for side in (0, 1)]}
    sound = clip(
        reference, HOUR + 5, 48, effects=[resolve_effect("Fairlight Clip Volume and Fades", 62)],
        metadata={"Resolve_OTIO": channels},
    )  # fmt: skip
    cut = read(tmp_path, video(), audio("Mono", gap(10), sound), audio("5.1", gap(10), sound))
    assert places(cut) == [(10, 58, 5, 1)] * 2
    assert [(label.label, label.kind) for label in cut.tracks] == [("V1", "Video"), ("A1", "Audio"), ("A2", "Audio")]


def test_what_resolve_wrote_comes_through_with_stems_beneath_it(tmp_path: Path) -> None:
    reference = media("/m/a.mov", HOUR, 500)
    marked = clip(reference, HOUR + 20, 48, effects=[warp(0.5)], markers=[marker(5, "step")])
    tracks = [video(marked, dissolve(2, 2), clip(MISSING, 0, 30)), audio("5.1", clip(reference, HOUR, 20))]
    source = export(tmp_path / "export.otio", *tracks)
    shot = Shot("a", None, Fraction(0), Fraction(2), Fraction(0))
    stems = [
        StemClip(layer, stem_span(shot, Fraction(24), 12, start=Fraction(3600)), tmp_path / f"{layer}.wav", {})
        for layer in Layer
    ]
    placement = place_stems(source, stems, flavour=RESOLVE)
    assert placement.warnings == ()
    before, after = (json.loads(path.read_text()) for path in (source, placement.path))
    own, new = after["tracks"]["children"][:2], after["tracks"]["children"][2:]
    assert without_colours(own) == before["tracks"]["children"]
    assert after["metadata"] == before["metadata"]
    assert [track["metadata"]["Resolve_OTIO"]["Audio Type"] for track in new] == ["Stereo"] * 3
    assert _stem(read_timeline(placement.path)).source_start == Fraction(1, 2)


def _stem(cut: Cut) -> CutClip:
    return next(one for one in cut.clips if one.track.name == "Foley Action")


def without_colours(value: Any) -> Any:
    """OpenTimelineIO writes `color` of items and `enabled` of effects, which are newer than the export."""
    if isinstance(value, list):
        return [without_colours(one) for one in value]
    if not isinstance(value, dict):
        return value
    made = {key: without_colours(one) for key, one in value.items()}
    if "marked_range" not in made:
        made.pop("color", None)
    if "effect_name" in made and "Resolve_OTIO" not in made:
        made.pop("enabled", None)
    return made
