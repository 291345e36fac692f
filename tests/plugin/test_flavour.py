"""Each program gets new tracks as it takes them, and whatever it is the editor's own stay as they are."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from engine.types import Layer, OutputError, Shot, TimelineError
from plugin.timeline.flavour import ANY, AVID, FCP, FLAVOURS, KDENLIVE, PREMIERE, REAPER, RESOLVE, Flavour, flavour_of
from plugin.timeline.place import Placement, StemClip, place_stems, stem_span
from plugin.timeline.read import read_timeline
from tests.plugin.timelines import clip, gap, save, span, stack, timeline, track

CORE_SCHEMAS = {
    "Timeline.1", "Stack.1", "Track.1", "Gap.1", "Clip.2", "ExternalReference.1", "RationalTime.1", "TimeRange.1",
}  # fmt: skip
RATES = [
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(48000, 1001),
    Fraction(48), Fraction(50), Fraction(60000, 1001), Fraction(60), Fraction(120000, 1001), Fraction(120),
]  # fmt: skip
SHOTS = [(7, 31), (31, 44), (61, 97)]


def stems_for(folder: Path, rate: Fraction, start: Fraction, *, take: int = 1) -> list[StemClip]:
    shots = [Shot("walk", None, Fraction(0), (end - first) / rate, first / rate) for first, end in SHOTS]
    return [
        StemClip(layer, stem_span(one, rate, 5, start=start), folder / f"{layer}-{number}-T{take}.wav", {"seed": 7})
        for number, one in enumerate(shots)
        for layer in Layer
    ]


def placed(
    folder: Path, flavour: Flavour, *, rate: Fraction = Fraction(24), number: float | None = None, only: bool = False
) -> Placement:
    """Three shots on a timeline from one hour of timecode, whose file writes its rate as `number`."""
    written = float(rate) if number is None else number
    first = 3600 * round(rate)
    own = track(
        clip("a", 200, rate=written, url="/media/a.mov", available=span(0, 300, written)), gap(9, written), name="V"
    )
    source = save(timeline(own, start=first, rate=written), folder / "cut.otio")
    stems = stems_for(folder / "stems", rate, first / rate)
    return place_stems(source, stems, stems_only=only, flavour=flavour)


def raw(path: Path) -> Any:
    return json.loads(path.read_text())


def items(node: Any) -> list[dict[str, Any]]:
    """Every JSON object that has a schema, parents first."""
    if isinstance(node, dict):
        inner = [found for value in node.values() for found in items(value)]
        return [node, *inner] if "OTIO_SCHEMA" in node else inner
    return [found for value in node for found in items(value)] if isinstance(node, list) else []


def values(found: dict[str, Any]) -> tuple[float, float]:
    return found["start_time"]["value"], found["duration"]["value"]


def test_each_program_has_its_name_and_the_file_that_it_takes_best() -> None:
    assert {name: flavour.suffix for name, flavour in FLAVOURS.items()} == {
        "resolve": ".otio", "kdenlive": ".kdenlive", "premiere": ".xml", "fcp": ".fcpxml", "avid": ".aaf",
        "reaper": ".rpp", "any": ".otio",
    }  # fmt: skip
    assert [flavour_of(f" {name.upper()} ") for name in FLAVOURS] == list(FLAVOURS.values())
    with pytest.raises(TimelineError, match=r'"vegas" is no program .* resolve, kdenlive, premiere, fcp, avid, reaper'):
        flavour_of("vegas")


@pytest.mark.parametrize("flavour", [ANY, REAPER])
def test_without_a_program_paths_are_portable_and_media_times_count_from_zero(tmp_path: Path, flavour: Flavour) -> None:
    new = raw(placed(tmp_path, flavour).path)["tracks"]["children"][1]
    media = [child["media_references"]["DEFAULT_MEDIA"] for child in new["children"] if "media_references" in child]
    assert new["metadata"] == {"foleyline": {"take": 1}}
    assert [one["target_url"] for one in media] == [f"stems/ambient-{number}-T1.wav" for number in range(3)]
    assert [values(one["available_range"]) for one in media] == [(0, 34), (0, 23), (0, 46)]


@pytest.mark.parametrize(
    ("flavour", "url", "base"),
    [
        (RESOLVE, "{path}", 86_400 + 2), (KDENLIVE, "{path}", 0), (PREMIERE, "{uri}", 86_400 + 2), (FCP, "{uri}", 0),
        (AVID, "{uri}", 86_400 + 2),
    ],
)  # fmt: skip
def test_paths_and_media_times_are_the_programs(tmp_path: Path, flavour: Flavour, url: str, base: int) -> None:
    folder = tmp_path / "a b"
    folder.mkdir()
    first = raw(placed(folder, flavour).path)["tracks"]["children"][1]["children"][1]
    media, path = first["media_references"]["DEFAULT_MEDIA"], folder / "stems" / "ambient-0-T1.wav"
    assert media["target_url"] == url.format(path=path, uri=path.as_uri())
    assert values(media["available_range"]) == (base, 34)
    assert values(first["source_range"]) == (base + 5, 24)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("only", [False, True])
def test_resolve_gets_whole_frames_at_the_stems_own_timecode(tmp_path: Path, rate: Fraction, only: bool) -> None:
    placement = placed(tmp_path, RESOLVE, rate=rate, only=only)
    hour = 3600 * round(rate)
    new = raw(placement.path)["tracks"]["children"][-3:]
    for one in new:
        ranges = [values(child["source_range"]) for child in one["children"]]
        assert ranges == [(0, 7), (hour + 7, 24), (hour + 31, 13), (0, 17), (hour + 61, 36)]
        media = [child["media_references"]["DEFAULT_MEDIA"] for child in one["children"] if "media_references" in child]
        assert [values(found["available_range"]) for found in media] == [
            (hour + 2, 34), (hour + 26, 23), (hour + 56, 46),
        ]  # fmt: skip
    stems = [found for found in read_timeline(placement.path).clips if found.track.name.startswith("Foley")]
    assert [found.record.start * rate for found in stems] == [first for first, _ in SHOTS] * 3
    assert {found.source_start * rate for found in stems} == {5}


@pytest.mark.parametrize(
    ("rate", "number"), [(RATES[0], 23.976), (RATES[0], 23.98), (RATES[3], 29.97), (RATES[8], 59.94)]
)
def test_resolve_gets_the_number_that_the_timeline_itself_has_for_its_rate(
    tmp_path: Path, rate: Fraction, number: float
) -> None:
    for only in (False, True):
        root = raw(placed(tmp_path, RESOLVE, rate=rate, number=number, only=only).path)
        assert {found["rate"] for found in items(root) if found["OTIO_SCHEMA"] == "RationalTime.1"} == {number}


def test_resolve_gets_every_field_that_it_looks_for_and_core_schemas_alone(tmp_path: Path) -> None:
    root = raw(placed(tmp_path, RESOLVE, only=True).path)
    assert root["metadata"] == {"Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}}
    assert (root["global_start_time"]["value"], root["global_start_time"]["rate"]) == (86_400, 24)
    found = items(root)
    assert {one["OTIO_SCHEMA"] for one in found} == CORE_SCHEMAS
    for one in found:
        if one["OTIO_SCHEMA"] in ("Stack.1", "Track.1", "Gap.1", "Clip.2"):
            assert (one["enabled"], one["color"], one["effects"], one["markers"]) == (True, None, [], [])
        if one["OTIO_SCHEMA"] == "Track.1":
            assert one["kind"] == "Audio"
            assert one["metadata"]["Resolve_OTIO"] == {"Audio Type": "Stereo", "Locked": False, "SoloOn": False}
        if one["OTIO_SCHEMA"] == "Clip.2":
            assert one["active_media_reference_key"] == "DEFAULT_MEDIA"
            media = one["media_references"]["DEFAULT_MEDIA"]
            assert (media["name"], media["available_image_bounds"]) == (one["name"], None)
        if one["OTIO_SCHEMA"] == "RationalTime.1":
            assert one["value"] == int(one["value"])


def test_for_resolve_a_timeline_without_a_start_says_zero(tmp_path: Path) -> None:
    source = save(timeline(track(clip("a", 200)), start=None), tmp_path / "cut.otio")
    stems = stems_for(tmp_path / "stems", Fraction(24), Fraction(0))
    root = raw(place_stems(source, stems, stems_only=True, flavour=RESOLVE).path)
    assert (root["global_start_time"]["value"], root["global_start_time"]["rate"]) == (0, 24)
    assert values(root["tracks"]["children"][0]["children"][1]["source_range"])[0] == 7


@pytest.mark.parametrize("flavour", FLAVOURS.values())
def test_whatever_the_program_the_editors_own_tracks_stay(tmp_path: Path, flavour: Flavour) -> None:
    path = placed(tmp_path, flavour).path
    before, after = (otio.adapters.read_from_file(str(one)) for one in (tmp_path / "cut.otio", path))
    del after.tracks[1:]
    assert after.is_equivalent_to(before)


@pytest.mark.parametrize("letter", "#?%")
def test_a_folder_that_resolve_misreads_is_refused_and_nothing_is_written(tmp_path: Path, letter: str) -> None:
    folder = tmp_path / f"100{letter}"
    folder.mkdir()
    with pytest.raises(OutputError, match=r'misreads paths with ".".*output folder without it'):
        placed(folder, RESOLVE)
    assert [path.name for path in folder.iterdir()] == ["cut.otio"]
    assert placed(folder, ANY).path.exists()


def test_media_and_items_that_resolve_may_not_take_are_told(tmp_path: Path) -> None:
    own = track(
        *(
            clip("a", 50, url=url)
            for url in ("file:///m/a.mov", "a.mov", "a.mov", "/m/b.mov", "E:/m/c.mov", "\\\\n\\d.mov")
        )
    )
    source = save(timeline(own, stack(track(clip("b", 5)))), tmp_path / "cut.otio")
    stems = stems_for(tmp_path / "stems", Fraction(24), Fraction(3600))
    told = place_stems(source, stems, tmp_path / "1.otio", flavour=RESOLVE).warnings
    assert [words.split(";")[0] for words in told] == [
        "2 of the timeline's own media are named by URLs or relative paths, which DaVinci Resolve may not find",
        "Items of the timeline that lie in no track: 1",
    ]
    assert place_stems(source, stems, tmp_path / "2.otio", flavour=RESOLVE, stems_only=True).warnings == ()
    assert place_stems(source, stems, tmp_path / "3.otio").warnings == ()


@pytest.mark.parametrize(
    ("host", "name", "doubted"),
    [
        ("premiere", "x.aaf", False),
        ("premiere", "x.fcpxml", True),
        ("fcp", "x.otio", True),
        ("reaper", "x.otio", True),
        ("resolve", "x.RPP", True),
        ("resolve", "x.otioz", False),
        ("any", "x.rpp", False),
    ],
)
def test_a_kind_that_the_program_does_not_read_is_told(host: str, name: str, doubted: bool) -> None:
    told = flavour_of(host).kind_doubts(Path(name))
    assert bool(told) is doubted
    assert all(name in words and flavour_of(host).suffix in words for words in told)
