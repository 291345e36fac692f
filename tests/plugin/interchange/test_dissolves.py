"""Dissolves of the editor's own pictures read back to the frame where a format holds them, else the reason is told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from plugin.interchange.formats import format_of
from plugin.timeline.blends import blends
from plugin.timeline.document import open_document
from plugin.timeline.read import read_document
from tests.plugin.interchange.placed_reels import placed_reel
from tests.plugin.timelines import clip, dissolve, gap, span, timeline, track

SUFFIXES = (".fcpxml", ".xml", ".aaf", ".edl", ".mlt", ".kdenlive")
HELD = {(".edl", True, False), (".xml", False, True)}  # lists name reels, not files; FCP 7 XML holds no freeze
FPS, RATE, START = 25.0, Fraction(25), 90_000


def shot(name: str, start: int, **more: Any) -> Any:
    more = {"url": f"/m/{name}.mov", "available": span(0, 1000, FPS), **more}
    return clip(name, 100, start=start, rate=FPS, **more)


def written(folder: Path, suffix: str, *items: Any) -> tuple[Path, tuple[str, ...]]:
    path = folder / f"out{suffix}"
    reel = placed_reel(folder, RATE, cut=timeline(track(*items), start=START, rate=FPS))
    return path, tuple(words for words in format_of(path).write(reel, path) if "transition" in words)


def dissolves_of(path: Path) -> list[tuple[str | int, ...]]:
    """Names of both clips, first frame and first left out, and the frames of both files that are seen first in it."""
    document = open_document(path, RATE if path.suffix == ".edl" else None)
    cut = read_document(document)
    clips = {one.address: one for one in cut.clips}
    found: list[tuple[str | int, ...]] = []
    for blend in blends(document):
        one, after = clips[blend.before], clips[blend.after]
        start, end = after.record.start - blend.lead, after.record.start + blend.trail
        seen = [clip.source_at(start) * RATE for clip in (one, after)]
        found.append(
            (Path(one.name).stem, Path(after.name).stem, *(int(at * RATE) for at in (start, end)), *map(int, seen))
        )
    return found


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_dissolve_of_an_odd_second_is_held(tmp_path: Path, suffix: str) -> None:
    items = shot("a", 10), dissolve(12, 13, FPS), shot("b", 300), dissolve(6, 6, FPS), shot("c", 40)
    path, told = written(tmp_path, suffix, *items)
    assert told == ()
    # a lies at 0, b at 100, c at 200.
    assert dissolves_of(path) == [("a", "b", 88, 113, 98, 288), ("b", "c", 194, 206, 394, 34)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_longer_half_may_come_first(tmp_path: Path, suffix: str) -> None:
    path, told = written(tmp_path, suffix, shot("a", 10), dissolve(13, 12, FPS), shot("b", 300))
    if suffix == ".xml":
        assert told == ('FCP 7 XML: 1 transition is a frame shorter here: "a".',)
        assert dissolves_of(path) == [("a", "b", 88, 112, 98, 288)]
    else:
        assert told == ()
        assert dissolves_of(path) == [("a", "b", 87, 112, 97, 287)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_halves_that_are_far_from_equal_are_held_or_told(tmp_path: Path, suffix: str) -> None:
    path, told = written(tmp_path, suffix, shot("a", 10), dissolve(4, 20, FPS), shot("b", 300))
    if suffix in (".xml", ".fcpxml"):
        assert [words.split(": ", 1)[1] for words in told] == [
            '1 transition is a plain cut here, for its halves are unequal: "a to b".'
        ]
        assert dissolves_of(path) == []
    else:
        assert told == ()
        assert dissolves_of(path) == [("a", "b", 96, 120, 106, 296)]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("one", "after", "reason"),
    [
        (shot("a", 10), shot("b", 3), "the file after it begins too late"),
        (shot("a", 10), shot("b", 300, url=None, available=None), "a clip beside it"),
        (shot("a", 10), shot("b", 300, speed=0), "a clip beside it"),
    ],
)
def test_what_keeps_a_dissolve_from_being_written_is_told(
    tmp_path: Path, one: Any, after: Any, reason: str, suffix: str
) -> None:
    path, told = written(tmp_path, suffix, one.deepcopy(), dissolve(12, 13, FPS), after.deepcopy())
    if (suffix, after.media_reference.is_missing_reference, bool(after.effects)) in HELD:
        assert told == ()
        return
    (words,) = told
    assert f"1 transition is a plain cut here, for {reason}" in words and words.endswith('"a to b".')
    assert dissolves_of(path) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_transition_beside_a_gap_is_told(tmp_path: Path, suffix: str) -> None:
    _, told = written(tmp_path, suffix, shot("a", 10), dissolve(0, 12, FPS), gap(50, FPS), shot("b", 30))
    (words,) = told
    assert words.endswith(
        '1 transition is a plain cut here, for it lies between no two clips that are long enough for it: "a".'
    )


def test_pictures_are_mixed_by_their_light(tmp_path: Path) -> None:
    for suffix, kept in ((".mlt", "lumaMix"), (".kdenlive", "luma")):
        (tmp_path / suffix).mkdir()
        path, _ = written(tmp_path / suffix, suffix, shot("a", 10), dissolve(12, 13, FPS), shot("b", 300))
        text = ElementTree.parse(path).getroot()
        said = [one.text for one in text.iter("property") if one.text in ("luma", "lumaMix")]
        assert kept in said and "luma" in said


def test_reaper_is_told_to_have_none(tmp_path: Path) -> None:
    _, told = written(tmp_path, ".rpp", shot("a", 10), dissolve(12, 13, FPS), shot("b", 300))
    assert told == ('REAPER: 1 transition is a plain cut here, for only stems fade in a REAPER project: "a to b".',)


@pytest.mark.parametrize("suffix", [".mlt", ".kdenlive", ".rpp"])
def test_a_clip_that_begins_before_its_file_is_told(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    cut = timeline(track(shot("early", -10), shot("b", 0)), start=START, rate=FPS)
    told = format_of(path).write(placed_reel(tmp_path, RATE, cut=cut), path)
    gaps = [words.split(": ", 1)[1] for words in told if "gap" in words]
    assert gaps == ['1 clip begins before its file does; a gap is left until it does: "early".']
