"""What is remembered is remembered of the same pictures, seen the same way, alone."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from engine.types import Cue, CueKind, Curve, MediaError, MissingMediaError, Shot
from engine.vision import cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLEYLINE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def shot(tmp_path: Path) -> Shot:
    path = tmp_path / "film.mov"
    path.write_bytes(bytes(range(256)) * 8000)  # more than the blocks that are read of it
    return Shot("one", path, Fraction(1), Fraction(2), Fraction(3))


@pytest.mark.parametrize(
    "other",
    [
        {"speed": Fraction(2)},
        {"speed": Fraction(-1)},
        {"speed": Fraction(0)},
        {"source_start": Fraction(1001, 1000)},
        {"duration": Fraction(2001, 1000)},
    ],
)
def test_another_look_at_the_same_file_has_a_key_of_its_own(shot: Shot, other: dict[str, Fraction]) -> None:
    assert cache.key(replace(shot, **other)) != cache.key(shot)  # type: ignore[arg-type]


def test_where_a_shot_lies_and_what_it_is_called_is_not_in_its_key(shot: Shot, tmp_path: Path) -> None:
    assert shot.media is not None
    moved = tmp_path / "copy.mov"
    moved.write_bytes(shot.media.read_bytes())
    other = replace(shot, name="two", media=moved, record_start=Fraction(9), scene=4, hints=("rain",), head=Fraction(1))
    assert cache.key(other) == cache.key(shot)


@pytest.mark.parametrize("place", [0, 65_535, -65_536, -1])
def test_a_changed_byte_at_either_end_gives_another_key(shot: Shot, place: int) -> None:
    before = cache.key(shot)
    assert shot.media is not None
    content = bytearray(shot.media.read_bytes())
    content[place] ^= 1
    shot.media.write_bytes(content)
    assert cache.key(shot) != before


def test_every_byte_of_a_file_up_to_a_megabyte_counts(shot: Shot) -> None:
    assert shot.media is not None
    content = bytearray(1_000_000)
    shot.media.write_bytes(content)
    before = cache.key(shot)
    for place in range(0, len(content), 49_999):
        changed = bytearray(content)
        changed[place] = 1
        shot.media.write_bytes(changed)
        assert cache.key(shot) != before


def test_one_byte_more_gives_another_key(shot: Shot) -> None:
    assert shot.media is not None
    shot.media.write_bytes(bytes(2_000_000))
    before = cache.key(shot)
    shot.media.write_bytes(bytes(2_000_001))
    assert cache.key(shot) != before


def test_another_eye_gives_another_key(shot: Shot, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.key(shot)
    monkeypatch.setattr(cache, "eye", lambda: "another")
    assert cache.key(shot) != before


@pytest.mark.parametrize(
    "name", ["vision/hits.py", "vision/new.py", "vision/model.json", "media/decode.py", "vision/cache.py"]
)
def test_the_eye_is_all_the_code_and_tables_that_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for file in ("vision/cache.py", "vision/hits.py", "vision/notes.txt", "vision/model.json", "media/decode.py"):
        (tmp_path / "engine" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "engine" / file).write_text(file)
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "engine" / "vision" / "cache.py"))
    before = cache.eye.__wrapped__()
    (tmp_path / "engine" / "vision" / "notes.txt").write_text("more")
    assert cache.eye.__wrapped__() == before
    (tmp_path / "engine" / name).write_text("changed")
    assert cache.eye.__wrapped__() != before


def test_what_is_kept_comes_back_whole() -> None:
    curve = Curve((0.0, 0.5), (0.25, 1.0))
    cues = (
        Cue("hit-1", CueKind.HIT, 0.123456789, x=-0.5, y=0.25, energy=0.75, confidence=0.9, object="o1"),
        Cue("motion-1", CueKind.MOTION, 1.0, 2.0, label="夜", curve=curve, path=Curve((0.0,), (-1.0,))),
    )
    cache.store("a", cues, ("one warning",), curve)
    cache.store("b", (), (), None)
    assert cache.load("a") == (cues, ("one warning",), curve)
    assert cache.load("b") == ((), (), None)
    assert cache.load("c") is None
    assert sorted(path.name for path in cache.folder().iterdir()) == ["a.json", "b.json"]


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FOLEYLINE_CACHE", str(tmp_path / "file"))
    cache.store("a", (), (), None)
    assert cache.load("a") is None


def test_a_file_that_cannot_be_read_has_no_key(shot: Shot, tmp_path: Path) -> None:
    with pytest.raises(MissingMediaError):
        cache.key(replace(shot, media=tmp_path / "gone.mov"))
    (tmp_path / "empty.mov").touch()
    with pytest.raises(MediaError, match="empty"):
        cache.key(replace(shot, media=tmp_path / "empty.mov"))
