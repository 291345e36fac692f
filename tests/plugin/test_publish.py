"""Names are given to all that was made or to nothing, and never taken from anybody."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from engine.media.whole_file import TakenError, free_path
from engine.types import Layer, MediaError, MissingMediaError, OutputError, Shot, TimelineError
from plugin.publish import LOCK, Stages, publish, speaking_of, staged
from plugin.timeline.place import StemClip
from plugin.timeline.stem_span import stem_span

SHOT = Shot("one", None, Fraction(0), Fraction(1), Fraction(0))


def made(stages: Stages, output: Path, extra: Path) -> tuple[list[StemClip], dict[Path, Path], Path]:
    stage = stages.beside(output)
    (stage / "a.wav").write_bytes(b"sound")
    (stages.beside(extra) / "p.mp4").write_bytes(b"movie")
    clip = StemClip(Layer.ACTION, stem_span(SHOT, Fraction(24), 0, start=Fraction(0)), stage / "a.wav", {})
    return [clip], {stages.beside(extra) / "p.mp4": extra}, stage


def write(clips: Sequence[StemClip], path: Path) -> None:
    with path.open("x") as file:
        file.write("\n".join(str(clip.path) for clip in clips))


def everything(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def other(tmp_path: Path) -> Path:
    (tmp_path / "there").mkdir()
    return tmp_path / "there" / "movie.mp4"


def test_all_of_it_has_its_name_and_nothing_else_stays(tmp_path: Path, other: Path) -> None:
    output = tmp_path / "cut.otio"
    with staged([output, other]) as stages:
        assert len({stages.beside(output), stages.beside(other)}) == 2
        placed = publish(output, *made(stages, output, other), write)
    assert (placed.output, placed.media_folder, placed.extras) == (output, tmp_path / "cut-stems", (other,))
    assert everything(tmp_path) == {
        "cut.otio": str(tmp_path / "cut-stems" / "a.wav"),
        "cut-stems/a.wav": "sound",
        "there/movie.mp4": "movie",
    }


@pytest.mark.parametrize(
    "error", [TimelineError("no"), OutputError("no"), KeyboardInterrupt(), OSError(28, "No space")]
)
def test_what_has_its_name_already_is_taken_back(tmp_path: Path, other: Path, error: BaseException) -> None:
    def fail(clips: Sequence[StemClip], path: Path) -> None:
        assert len(everything(tmp_path)) >= 2
        raise error

    output = tmp_path / "cut.otio"
    with pytest.raises(OutputError if isinstance(error, OSError) else type(error)), staged([output, other]) as stages:
        publish(output, *made(stages, output, other), fail)
    assert everything(tmp_path) == {}


def test_a_faster_run_keeps_its_names(tmp_path: Path, other: Path) -> None:
    output = tmp_path / "cut.otio"

    def late(clips: Sequence[StemClip], path: Path) -> None:
        if path == output:
            path.write_text("theirs")
            raise TakenError("taken")
        write(clips, path)

    with staged([output, other]) as stages:
        (tmp_path / "cut-stems").mkdir()
        other.write_text("theirs")
        placed = publish(output, *made(stages, output, other), late)
    assert placed.output == tmp_path / "cut-2.otio"
    assert placed.media_folder == tmp_path / "cut-stems-2"
    assert placed.extras == (other.with_name("movie-2.mp4"),)
    assert output.read_text() == other.read_text() == "theirs"


def test_a_folder_that_appears_between_moves_the_pair_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output, mkdir = tmp_path / "cut.otio", Path.mkdir

    def raced(self: Path, *rest: object) -> None:
        if self.name == "cut-stems":
            mkdir(self)
        mkdir(self)

    with staged([output]) as stages:
        parts = made(stages, output, tmp_path / "p.mp4")
        monkeypatch.setattr(Path, "mkdir", raced)
        placed = publish(output, *parts, write)
    assert (placed.output.name, placed.media_folder.name) == ("cut-2.otio", "cut-2-stems")


def test_the_folder_of_a_run_that_lives_stays(tmp_path: Path) -> None:
    output = tmp_path / "cut.otio"
    with staged([output]) as one:
        kept = one.beside(output)
        with staged([output]) as two:
            assert kept.is_dir() and two.beside(output) != kept
        assert (kept / LOCK).is_file()
        dead = tmp_path / ".foleyline-dead"
        dead.mkdir()
        (dead / LOCK).touch()
        with staged([output]):
            assert kept.is_dir() and not dead.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"^/proc could not be written"), staged([tmp_path / "a", Path("/proc/b")]):
        pass
    assert list(tmp_path.iterdir()) == []


def test_errors_speak_of_the_file_that_the_user_knows(tmp_path: Path) -> None:
    path = tmp_path / "movie.mp4"
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / ".foleyline-x" / "p.mp4"))
    with (
        pytest.raises(OutputError, match=r"movie\.mp4 could not be written: No space left") as caught,
        speaking_of(path),
    ):
        raise full
    assert ".foleyline" not in str(caught.value)
    for untouched in (MediaError("words"), MissingMediaError("words"), OutputError("words"), TakenError("words")):
        with pytest.raises(type(untouched)) as caught_too, speaking_of(path):
            raise untouched
        assert caught_too.value is untouched
    assert free_path(path) == path
