"""OpenTimelineIO bundles, also of strangers who mean no good."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import zipfile
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from engine.types import TimelineError
from plugin.interchange.reading import archive
from plugin.timeline.document import open_document
from plugin.timeline.place import place_stems
from plugin.timeline.read import read_timeline
from tests.plugin.interchange.reading.reads import rows
from tests.plugin.timelines import clip, span, timeline, track


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOLEYLINE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "bundles"


def cut_with(*urls: str) -> otio.schema.Timeline:
    return timeline(track(*(clip(f"c{n}", 10, start=5, url=url, available=span(0, 99)) for n, url in enumerate(urls))))


def packed(path: Path, root: otio.schema.Timeline, members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("content.otio", otio.core.serialize_json_to_string(root))
        for name, raw in members.items():
            file.writestr(name, raw)
    return path


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
def test_what_the_library_writes_is_read_with_its_media(tmp_path: Path, suffix: str) -> None:
    media = tmp_path / "a clip 50%.mov"
    media.write_bytes(b"picture")
    path = tmp_path / f"cut{suffix}"
    otio.adapters.write_to_file(cut_with(media.as_uri()), str(path))
    media.unlink()
    cut = read_timeline(path)
    assert rows(cut) == [("V1", "c0", 0, 10, 5, 1)]
    found = cut.clips[0].medium.path
    assert found is not None and found.read_bytes() == b"picture"
    assert found.is_relative_to(path) == (suffix == ".otiod")


def test_what_is_written_beside_a_bundle_refers_to_media_that_are_there(tmp_path: Path) -> None:
    path = packed(tmp_path / "cut.otioz", cut_with("media/a.mov"), {"media/a.mov": b"picture"})
    placed = place_stems(path, [], None)
    assert placed.path == tmp_path / "cut.foley.otio"
    found = read_timeline(placed.path).clips[0].medium.path
    assert found is not None and found.read_bytes() == b"picture"


def test_only_media_in_use_are_unpacked_and_only_once(tmp_path: Path, cache: Path) -> None:
    path = packed(tmp_path / "cut.otioz", cut_with("media/a.mov"), {"media/a.mov": b"a", "media/b.mov": b"b"})
    first = read_timeline(path).clips[0].medium.path
    assert first is not None
    written = first.stat().st_mtime_ns
    moved = path.rename(tmp_path / "other.otioz")
    assert read_timeline(moved).clips[0].medium.path == first
    assert first.stat().st_mtime_ns == written
    assert [Path(name).name for name in everything(cache)] == ["a.mov"]
    assert [path.name for path in tmp_path.iterdir() if path != tmp_path / "cache"] == ["other.otioz"]


@pytest.mark.parametrize(
    "name", ["../../evil.mov", "/evil.mov", "media/../../evil.mov", "..\\evil.mov", "C:/evil.mov", "C:evil.mov"]
)
def test_names_that_lead_elsewhere_are_never_written(tmp_path: Path, cache: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    path = packed(tmp_path / "in" / "cut.otioz", cut_with(name), {name: b"evil"})
    read_timeline(path)
    assert everything(tmp_path) == ["in/cut.otioz"]


def test_a_link_in_an_archive_is_no_medium(tmp_path: Path, cache: Path) -> None:
    path = packed(tmp_path / "cut.otioz", cut_with("media/a.mov"), {})
    link = zipfile.ZipInfo("media/a.mov")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(link, "/etc/passwd")
    document = open_document(path)
    assert any("not in the bundle" in warning for warning in document.warnings)
    assert not cache.exists()


def test_a_link_planted_in_the_cache_is_replaced_not_followed(tmp_path: Path, cache: Path) -> None:
    path = packed(tmp_path / "cut.otioz", cut_with("media/a.mov"), {"media/a.mov": b"picture"})
    found = read_timeline(path).clips[0].medium.path
    assert found is not None
    outside = tmp_path / "mine.txt"
    outside.write_bytes(b"my text")
    found.unlink()
    found.symlink_to(outside)
    read_timeline(path)
    assert (outside.read_bytes(), found.read_bytes(), found.is_symlink()) == (b"my text", b"picture", False)


def test_missing_media_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "cut.otioz", cut_with("media/gone.mov", "media/a.mov"), {"media/a.mov": b"a"})
    cut = read_timeline(path)
    assert [clip.medium.path is not None and clip.medium.path.exists() for clip in cut.clips] == [False, True]
    assert any("not in the bundle" in warning for warning in cut.warnings)


def test_an_archive_that_grows_too_much_is_not_unpacked(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "FREE_GROWTH_BYTES", 2**16)
    zeros = {"media/a.mov": bytes(2**20)}
    path = packed(tmp_path / "cut.otioz", cut_with("media/a.mov"), zeros, zipfile.ZIP_DEFLATED)
    with pytest.raises(TimelineError, match="would unpack to"):
        read_timeline(path)
    assert not cache.exists()


def test_a_member_longer_than_it_says_is_refused(tmp_path: Path, cache: Path) -> None:
    path = packed(tmp_path / "cut.otioz", cut_with("media/a.mov"), {"media/a.mov": bytes(5000)}, zipfile.ZIP_DEFLATED)
    raw = path.read_bytes()
    path.write_bytes(raw.replace((5000).to_bytes(4, "little"), (900).to_bytes(4, "little")))
    with pytest.raises(TimelineError, match="damaged"):
        read_timeline(path)
    assert everything(cache) == []


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_LEFT_FREE_BYTES", 2**60)
    path = packed(tmp_path / "cut.otioz", cut_with("media/a.mov"), {"media/a.mov": b"a"})
    with pytest.raises(TimelineError, match="Make room"):
        read_timeline(path)


def test_bundles_unused_longest_are_removed_first(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [
        packed(tmp_path / f"{n}.otioz", cut_with("media/a.mov"), {"media/a.mov": bytes([n]) * 1000}) for n in range(3)
    ]
    found = [read_timeline(path).clips[0].medium.path for path in paths[:2]]
    assert all(found)
    for index, one in enumerate(cache.iterdir()):
        os.utime(one, (index, index))
    read_timeline(paths[0])  # used again
    monkeypatch.setattr(archive, "MOST_KEPT_BYTES", 2000)
    read_timeline(paths[2])
    assert [one is not None and one.exists() for one in found] == [True, False]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "no .otioz"),
        (b"PK\3\4" + bytes(100), "no .otioz"),
        (b"PK\5\6" + bytes(18), "no content.otio"),
        (b"{}", "no .otioz"),
    ],
)
def test_what_is_no_archive_is_refused_in_words(tmp_path: Path, raw: bytes, words: str) -> None:
    (tmp_path / "cut.otioz").write_bytes(raw)
    with pytest.raises(TimelineError, match=words):
        read_timeline(tmp_path / "cut.otioz")


def test_an_archive_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    whole = packed(tmp_path / "cut.otioz", cut_with("media/a.mov"), {"media/a.mov": b"a" * 100}).read_bytes()
    for length in range(0, len(whole) - 1, 97):
        (tmp_path / "short.otioz").write_bytes(whole[:length])
        with pytest.raises(TimelineError):
            read_timeline(tmp_path / "short.otioz")


def test_a_folder_without_its_timeline_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cut.otiod").mkdir()
    with pytest.raises(TimelineError, match=r"content\.otio"):
        read_timeline(tmp_path / "cut.otiod")


def test_a_rate_survives_a_bundle(tmp_path: Path) -> None:
    path = packed(tmp_path / "cut.otioz", timeline(start=108000, rate=30000 / 1001), {})
    assert read_timeline(path).rate == Fraction(30000, 1001)


_OPEN_EACH = """
import sys
from pathlib import Path
from engine.types import TimelineError
from plugin.timeline.document import open_document
for path in sys.argv[1:]:
    try:
        open_document(Path(path))
    except TimelineError as error:
        print(error)
"""


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs pipes and devices among files")
@pytest.mark.parametrize("made", ["pipe", "/dev/zero"])
def test_pipes_and_devices_are_refused_instead_of_read_without_end(tmp_path: Path, made: str) -> None:
    names = [f"cut{suffix}" for suffix in (".otio", ".otioz", ".otiod", ".fcpxmld", ".xml", ".aaf", ".edl")]
    (tmp_path / "a.otiod").mkdir()
    (tmp_path / "b.fcpxmld").mkdir()
    for name in (*names, "a.otiod/content.otio", "b.fcpxmld/Info.fcpxml"):
        if made == "pipe":
            os.mkfifo(tmp_path / name)
        else:
            (tmp_path / name).symlink_to(made)
    names += ["a.otiod", "b.fcpxmld"]
    bounded = ["/bin/sh", "-c", 'ulimit -v 4000000; exec "$@"', "sh", sys.executable, "-c", _OPEN_EACH]
    told = subprocess.run(
        [*bounded, *(str(tmp_path / name) for name in names)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=Path(__file__).resolve().parents[4],
    )
    assert told.stderr == ""
    for line, name in zip(told.stdout.splitlines(), names, strict=True):
        assert line.startswith(str(tmp_path / name))
