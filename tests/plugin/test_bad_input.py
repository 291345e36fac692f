"""What people and programs get wrong: told in one line, before the work, with nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime

from engine.types import FoleylineError, Layer, MediaError, OutputError, ScoreError
from plugin.cli import main
from plugin.job import Job, check_job
from plugin.timeline.choice import Choice
from plugin.workflow import make_stems
from tests.engine.footage import Picture, disc, draw, wall, write_film
from tests.plugin.timelines import clip, save, timeline, track
from tests.plugin.watching import never, quiet

UNFORESEEN = "should not have happened"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pictures = draw([number / 24 for number in range(24)], _rolling, wall())
    return write_film(tmp_path_factory.mktemp("film") / "ball.mp4", pictures, rate=Fraction(24))


def _rolling(picture: Picture, time_s: float) -> None:
    disc(picture, 60.0 + 200.0 * time_s, 120.0, 15.0)


@pytest.fixture
def cut(tmp_path: Path, film: Path) -> Path:
    return save(timeline(track(clip("ball", 24, url=film.as_uri()))), tmp_path / "cut.otio")


@pytest.fixture(scope="module")
def written(film: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The score of the cut, as text."""
    folder = tmp_path_factory.mktemp("score")
    cut = save(timeline(track(clip("ball", 24, url=film.as_uri()))), folder / "cut.otio")
    make_stems(Job(cut, words="a knock at 0.5s", handles_frames=0, score=folder / "score.json"), quiet)
    return (folder / "score.json").read_text()


@pytest.fixture
def score(written: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(written)
    return loaded


def command(*arguments: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    """The command as a program of its own, for what would take the test with it."""
    return subprocess.run(
        [sys.executable, "-m", "plugin.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, **surroundings},
        cwd=Path(__file__).resolve().parents[2],
    )


def refused(cut: Path, *arguments: str) -> None:
    """The command fails, and leaves only the cut."""
    assert main(["stems", str(cut), *arguments]) == 1
    assert [path.name for path in cut.parent.iterdir()] == [cut.name]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes among files")
def test_a_pipe_as_media_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    path = save(timeline(track(clip("c", 24, url="pipe.mp4"))), tmp_path / "cut.otio")
    told = command("stems", str(path))
    assert told.returncode == 1 and "pipe.mp4" in told.stderr


def test_a_folder_as_media_is_a_media_error(tmp_path: Path) -> None:
    (tmp_path / "folder.mp4").mkdir()
    path = save(timeline(track(clip("c", 24, url="folder.mp4"))), tmp_path / "cut.otio")
    with pytest.raises(MediaError, match=r"folder\.mp4.*folder"):
        make_stems(Job(path), quiet)


@pytest.mark.parametrize(
    "given",
    [
        ["--loudness", "nan"],
        ["--loudness", "inf"],
        ["--loudness", "1e9"],
        ["--handles", "-5"],
        ["--handles", "100000000"],
        ["--seed", "-99999999999999999999999"],
        ["-o", "."],
        ["-o", "/"],
        ["--prompt", "rain \udcff"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_refused_in_words(cut: Path, given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    refused(cut, *given)
    told = capsys.readouterr().err
    assert UNFORESEEN not in told and "Traceback" not in told
    name = given[0].lstrip("-")
    assert name in ("o", "prompt") or name.removesuffix("s") in told  # the message names what was wrong


@pytest.mark.parametrize(
    ("option", "name", "words"),
    [
        ("picture", "p.gif", "a PNG picture, and p.gif does not say so; call it p.png"),
        ("picture", "p", "call it p.png"),
        ("preview", "x.avi", "an MP4 or QuickTime movie, and x.avi does not say so; call it x.mp4"),
    ],
)
def test_a_name_of_another_kind_of_file_is_refused_before_the_work(
    cut: Path, option: str, name: str, words: str
) -> None:
    given: dict[str, Any] = {option: cut.with_name(name)}
    with pytest.raises(OutputError, match=words):
        check_job(Job(cut, **given))
    check_job(Job(cut, preview=cut.with_name("X.MP4"), picture=cut.with_name("P.PNG")))


@pytest.mark.parametrize("other", ["score", "picture", "preview"])
def test_one_name_for_two_outputs_is_refused_before_the_work(cut: Path, other: str) -> None:
    both = cut.parent / "same.otio"
    given: dict[str, Any] = {other: both}
    with pytest.raises(OutputError, match=r"same\.otio"):
        make_stems(replace(Job(cut, output=both), **given), never)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write")
def test_a_folder_that_cannot_be_written_is_found_before_the_work(cut: Path) -> None:
    with pytest.raises(OutputError, match="proc"):
        make_stems(Job(cut, output=Path("/proc/cut.foley.otio")), never)


def test_a_name_that_is_taken_while_the_work_goes_on_costs_nothing(cut: Path) -> None:
    mine = cut.parent / "cut-foley-stems"

    def taken(name: str, stage: str, fraction: float) -> None:
        if stage == "writing":
            mine.mkdir(exist_ok=True)
            (cut.parent / "cut.foley.otio").write_text("another run's")

    report = make_stems(Job(cut, words="rain"), taken)
    assert report.output.exists() and report.media_folder != mine and list(mine.iterdir()) == []
    assert (cut.parent / "cut.foley.otio").read_text() == "another run's"


def test_words_beside_a_score_are_refused(cut: Path, score: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    path = cut.parent / "score.json"
    path.write_text(json.dumps(score))
    try:
        code = main(["stems", str(cut), "--from-score", str(path), "--prompt", "thunder"])
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    assert code in (1, 2) and "score" in capsys.readouterr().err
    assert sorted(one.name for one in cut.parent.iterdir()) == ["cut.otio", "score.json"]


def _set(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda score: score["scenes"][0].__setitem__(name, value)


def _set_note(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda score: score["scenes"][0]["notes"][0].__setitem__(name, value)


@pytest.mark.parametrize(
    "edit",
    [
        _set("made_by", 5),
        _set("made_by", ["seed"]),
        _set("made_by", None),
        _set("record_start", "1e99999999"),
        _set("duration", "-5"),
        _set_note("start_s", 10**400),
        _set_note("invert", "false"),
    ],
    ids=["made_by 5", "made_by list", "made_by null", "start 1e99999999", "duration -5", "10**400", "invert"],
)
def test_a_score_that_was_edited_wrongly_is_a_score_error(
    cut: Path, score: dict[str, Any], edit: Callable[[dict[str, Any]], None]
) -> None:
    edit(score)
    path = cut.parent / "score.json"
    path.write_text(json.dumps(score))
    with pytest.raises(ScoreError, match=r"score\.json|scene|note"):
        make_stems(Job(cut, from_score=path, handles_frames=0), quiet)


def test_a_note_that_stands_for_nothing_known_sounds_all_the_same(cut: Path, score: dict[str, Any]) -> None:
    for note in score["scenes"][0]["notes"]:
        note["entry"] = "bogus.thing"
    path = cut.parent / "score.json"
    path.write_text(json.dumps(score))
    report = make_stems(Job(cut, from_score=path, handles_frames=0), quiet)
    assert len(list(report.media_folder.iterdir())) == 3


@pytest.mark.parametrize("text", ["[" * 1_000_000, '{"OTIO_SCHEMA":"Stack.1","children":[' * 50_000])
def test_a_file_nested_without_end_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "deep.otio"
    path.write_text(text)
    told = command("inspect", str(path), "--json")
    assert told.returncode == 1 and "deep.otio" in json.loads(told.stdout)["message"]


def test_a_timeline_that_starts_before_midnight_is_placed_or_refused_in_words(tmp_path: Path, film: Path) -> None:
    early = timeline(track(clip("c", 24, url=film.as_uri())), start=-1000)
    try:
        assert make_stems(Job(save(early, tmp_path / "cut.otio")), quiet).output.exists()
    except FoleylineError as error:
        assert "start" in str(error)


def test_a_url_that_no_parser_takes_is_a_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused(save(timeline(track(clip("c", 24, url="file://[::1/x"))), tmp_path / "cut.otio"))
    assert UNFORESEEN not in capsys.readouterr().err


def test_a_clip_with_a_note_that_is_no_score_is_told(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    junk = otio.schema.Clip("z", metadata={"foleyline": "junk"})
    junk.source_range = otio.opentime.TimeRange(RationalTime(0, 24), RationalTime(24, 24))
    path = save(timeline(track(junk, name="Foley Ambient", kind="Audio")), cut.parent / "junk.otio")
    assert main(["score", str(path), "-o", str(cut.parent / "s.json")]) == 1
    assert UNFORESEEN not in capsys.readouterr().err


def test_room_tone_that_is_asked_for_is_loud_enough_to_measure(cut: Path) -> None:
    report = make_stems(Job(cut, words="room tone", choice=Choice()), quiet)
    assert report.levels.lufs[Layer.AMBIENT.value] > -70.0


def test_a_terminal_without_unicode_is_written_to_all_the_same() -> None:
    told = command("explain", "雨", PYTHONIOENCODING="ascii")
    assert told.returncode == 0 and "rain" in told.stdout


def test_no_escape_sequence_of_a_name_reaches_the_terminal(
    tmp_path: Path, film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = save(timeline(track(clip("a\x1b[2Jb", 24, url=film.as_uri()))), tmp_path / "cut.otio")
    assert main(["inspect", str(path)]) == 0
    assert "\x1b[2J" not in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("where", [">&-", ">/dev/full"])
def test_json_that_cannot_be_written_ends_without_a_trace(cut: Path, where: str) -> None:
    told = subprocess.run(
        ["sh", "-c", f'"$0" -m plugin.cli stems "$1" --json {where}', sys.executable, str(cut)],
        capture_output=True,
        text=True,
        timeout=30,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert told.returncode == 1 and "Traceback" not in told.stderr


def test_a_run_after_the_tracks_were_renamed_is_another_take(cut: Path) -> None:
    first = make_stems(Job(cut, words="rain"), quiet)
    written = otio.adapters.read_from_file(str(first.output))
    for one in written.tracks:
        one.name = one.name.replace("Foley", "FX")
    renamed = save(written, cut.parent / "cut.otio")
    assert make_stems(Job(renamed, words="rain"), quiet).output.exists()


def test_a_backward_clip_before_its_files_start_is_a_media_error(tmp_path: Path, film: Path) -> None:
    backward = clip("back", 24, start=-24, url=film.as_uri(), speed=-1)
    with pytest.raises(MediaError, match=r"ball\.mp4.*picture"):
        make_stems(Job(save(timeline(track(backward)), tmp_path / "cut.otio")), quiet)
