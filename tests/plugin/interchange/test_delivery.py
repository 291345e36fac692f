"""A timeline is opened once and may be written as often as its name is taken meanwhile."""

from __future__ import annotations

import re
import shutil
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from engine.media.whole_file import TakenError
from engine.types import Layer
from plugin.interchange.delivery import deliver
from plugin.interchange.formats import FORMATS
from plugin.interchange.losses import Losses
from plugin.timeline.document import Document, open_document
from plugin.timeline.flavour import ANY
from plugin.timeline.place import StemClip, next_take
from plugin.timeline.read import read_document
from tests.plugin.interchange.placed_reels import placed_stems
from tests.plugin.timelines import clip, save, span, timeline, track

SUFFIXES = (".otio", *(one.suffix for one in FORMATS))


@pytest.fixture
def opened(tmp_path: Path) -> Document:
    """A cut whose film is named by a path relative to it."""
    (tmp_path / "a.mov").write_bytes(b"film")
    made = clip("walk", 100, url="a.mov", available=span(0, 100))
    return open_document(save(timeline(track(made), start=86400), tmp_path / "cut.otio"))


def written(document: Document, stems: list[StemClip], path: Path, *, stems_only: bool = False) -> Path:
    deliver(document, read_document(document), stems, path, flavour=ANY, stems_only=stems_only)
    return path


def content(path: Path) -> bytes:
    return (path / "content.otio" if path.is_dir() else path).read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_written_twice_is_twice_the_same(opened: Document, tmp_path: Path, suffix: str) -> None:
    before, stems, path = opened.root.to_json_string(), placed_stems(tmp_path), tmp_path / "far" / f"cut{suffix}"
    path.parent.mkdir()
    contents = []
    for document in (opened, opened, open_document(opened.path)):
        contents.append(content(written(document, stems, path)))
        path.parent.rename(tmp_path / f"far-{len(contents)}")
        path.parent.mkdir()
    assert contents[0] == contents[1] == contents[2]
    assert opened.root.to_json_string() == before


def test_a_name_that_is_taken_meanwhile_leaves_the_timeline_to_the_next(opened: Document, tmp_path: Path) -> None:
    stems, taken, far = placed_stems(tmp_path), tmp_path / "taken.otio", tmp_path / "far"
    taken.write_text("theirs")
    far.mkdir()
    (far / "taken.otio").write_text("theirs")
    for path in (taken, far / "taken.otio"):
        with pytest.raises(TakenError):
            written(opened, stems, path)
    assert next_take(opened) == 1
    found = otio.adapters.read_from_file(str(written(opened, stems, tmp_path / "next.otio")))
    assert [one.name for one in found.tracks[1:]] == [f"Foley {layer.capitalize()}" for layer in Layer]
    assert next(iter(found.find_clips())).media_reference.target_url == "a.mov"


def test_a_timeline_that_changed_since_it_was_read_is_written_as_it_was_read(opened: Document, tmp_path: Path) -> None:
    save(timeline(track(clip("other", 10))), opened.path)
    found = otio.adapters.read_from_file(str(written(opened, placed_stems(tmp_path), tmp_path / "out.otio")))
    assert [item.name for item in found.tracks[0]] == ["walk"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files_are_found_again_when_all_names_are_relative(
    tmp_path: Path, film: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("cuts", "cuts/media", "hosts"):
        Path(folder).mkdir()
    shutil.copyfile(film, "cuts/media/a.mov")
    made = clip("walk", 24, url="media/a.mov", available=span(0, 24))
    save(timeline(track(made), start=86400), tmp_path / "cuts" / "cut.otio")
    stems = placed_stems(Path("hosts"))
    path = written(open_document(Path("cuts/cut.otio")), stems, Path(f"hosts/cut{suffix}"))
    monkeypatch.chdir(tmp_path / "cuts")
    if suffix == ".rpp":
        named = re.findall(r'FILE "(.*)"', (tmp_path / path).read_text())
        assert [name for name in named if not (tmp_path / "hosts" / name).is_file()] == []
        return
    found = read_document(open_document(tmp_path / path, Fraction(24) if suffix == ".edl" else None))
    assert len(found.clips) > 3
    assert [one.medium for one in found.clips if one.medium.path is None or not one.medium.path.is_file()] == []


def test_an_edl_names_files_of_another_system_as_they_are(tmp_path: Path) -> None:
    made = clip("walk", 24, url="D:/media/a.mov", available=span(0, 24))
    document = open_document(save(timeline(track(made), start=86400), tmp_path / "cut.otio"))
    lines = written(document, placed_stems(tmp_path), tmp_path / "cut.edl").read_text().split("\n")
    assert [line.strip() for line in lines if "a.mov" in line] == ["* SOURCE FILE: D:/media/a.mov"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_stays_behind_of_the_cut_is_told_where_the_format_holds_the_bare_cut(
    opened: Document, tmp_path: Path, suffix: str
) -> None:
    words = (
        f"cut{suffix} holds the cut, not its effects, levels and titles: in your project take over only the Foley "
        "tracks, or write them alone with --stems-only."
    )
    stems = placed_stems(tmp_path)
    for folder, stems_only in (("both", False), ("alone", True)):
        (tmp_path / folder).mkdir()
        told = deliver(
            opened, read_document(opened), stems, tmp_path / folder / f"cut{suffix}",
            flavour=ANY, stems_only=stems_only,
        )  # fmt: skip
        assert told.count(words) == (not stems_only and suffix not in (".otio", ".otioz", ".otiod"))


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        ([""], "1 clip is lost."),
        (["a"], '1 clip is lost: "a".'),
        (["a", "b"], '2 clips are lost: "a" and "b".'),
        (["a", "b", "c", "d", "e"], '5 clips are lost: "a", "b", "c" and 2 more.'),
        (["a", "", "b"], '3 clips are lost: "a", "b" and 1 more.'),
    ],
)
def test_what_is_lost_is_named_as_far_as_a_line_holds_it(names: list[str], listed: str) -> None:
    losses = Losses("X")
    for name in names:
        losses.add("clip", "is lost", "are lost", name=name)
    assert losses.told() == (f"X: {listed}",)
