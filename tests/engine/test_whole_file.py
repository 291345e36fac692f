"""Files appear whole or not at all, and never in place of another."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from engine.media.whole_file import TakenError, free_path, whole_file
from engine.types import OutputError, TimelineError


def test_the_name_appears_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with whole_file(path) as file:
        file.write(b"all of it")
        assert not path.exists()
    assert path.read_bytes() == b"all of it"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), TimelineError("words"), OutputError("words")])
def test_whatever_is_raised_nothing_stays_and_the_error_is_the_same(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, whole_file(tmp_path / "a.txt") as file:
        file.write(b"half")
        raise error
    assert caught.value is error
    assert list(tmp_path.iterdir()) == []


def test_what_the_system_refuses_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"a\.txt could not be written: No space left.* free space"):  # noqa: SIM117
        with whole_file(tmp_path / "a.txt"):
            raise OSError(28, "No space left on device")
    with pytest.raises(OutputError, match="could not be written"), whole_file(tmp_path / "none" / "a.txt"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_dangling_link_is_somebodys_name_too(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.symlink_to(tmp_path / "gone")
    with pytest.raises(OutputError, match="never overwritten"), whole_file(path):
        pass
    assert path.is_symlink()


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_came_meanwhile_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    if not links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    path = tmp_path / "a.txt"
    with whole_file(path) as file:
        file.write(b"mine")
    assert path.read_bytes() == b"mine"
    path.unlink()
    with pytest.raises(TakenError, match=r"a\.txt is there already"), whole_file(path) as file:
        file.write(b"mine")
        path.write_bytes(b"theirs")
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_the_next_free_name(tmp_path: Path) -> None:
    path = tmp_path / "cut.foley.otio"
    assert free_path(path) == path
    path.touch()
    (tmp_path / "cut.foley-2.otio").touch()
    assert free_path(path).name == "cut.foley-3.otio"
