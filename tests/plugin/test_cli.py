from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from plugin.cli import main


def test_help_answers_without_loading_what_it_does_not_need() -> None:
    code = "import sys, plugin.cli; print([m for m in ('numpy', 'torch', 'av', 'opentimelineio') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("command", [["--help"], ["stems", "--help"], ["inspect", "--help"], ["--version"]])
def test_help_is_there_for_every_command(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(command)
    assert stopped.value.code == 0
    assert "foleyline" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content", [b"", b"not a timeline", b"{}", b'{"OTIO_SCHEMA": "Timeline.99"}', bytes(range(256)) * 10]
)
def test_a_file_that_is_no_timeline_is_told_in_one_line(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.otio"
    path.write_bytes(content)
    assert main(["stems", str(path)]) == 1
    told = capsys.readouterr().err.strip()
    assert told.startswith("foleyline: ") and "bad.otio" in told and "Traceback" not in told
    assert [one.name for one in tmp_path.iterdir()] == ["bad.otio"]


def test_a_timeline_that_is_not_there_is_an_error_for_programs_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stems", str(tmp_path / "no.otio"), "--json"]) == 1
    message = json.loads(capsys.readouterr().out)
    assert message["event"] == "error" and "no.otio" in message["message"]


def test_explain_prints_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "heavy rain on a metal roof, no birds"]) == 0
    told = capsys.readouterr().out
    assert "rain.metal: asked for in 'heavy rain on a metal roof'" in told
    assert "excluded: birds (forbidden in 'no birds')" in told


def test_a_wrong_frame_rate_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "rain", "--fps", "fast"]) == 1
    assert "--fps" in capsys.readouterr().err


EDL = "TITLE: Reel\n001  AX V C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n"


@pytest.mark.parametrize(("given", "rate"), [("25", "25"), ("29.97", "30000/1001"), ("24000/1001", "24000/1001")])
def test_the_rate_of_a_list_is_what_is_given(
    given: str, rate: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cut.edl").write_text(EDL)
    assert main(["inspect", str(tmp_path / "cut.edl"), "--json"]) == 1
    assert "--rate" in capsys.readouterr().err
    assert main(["inspect", str(tmp_path / "cut.edl"), "--json", "--rate", given]) == 0
    assert json.loads(capsys.readouterr().out)["rate"] == rate


@pytest.mark.parametrize("command", ["stems", "inspect"])
@pytest.mark.parametrize("given", ["fast", "0", "-25", "1/0", "nan", "1e9"])
def test_what_is_no_rate_is_refused(command: str, given: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "cut.edl", f"--rate={given}"]) == 1
    assert f"--rate is {given!r}; give frames a second" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["stems", "inspect"])
@pytest.mark.parametrize("suffix", ["otio", "otioz", "fcpxml", "xml", "aaf", "mlt", "kdenlive"])
def test_a_rate_beside_a_file_that_says_its_own_is_refused(
    command: str, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, f"cut.{suffix}", "--rate", "25"]) == 1
    assert f"cut.{suffix} says its own frame rate" in capsys.readouterr().err


@pytest.mark.parametrize("given", [["--prompt", "thunder"], ["--seed", "3"], ["--loudness", "-16"], ["--take-guesses"]])
def test_what_a_score_leaves_no_place_for_is_a_wrong_call(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["stems", "cut.otio", "--from-score", "s.json", *given])
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert "--from-score" in told and given[0] in told


def test_a_score_is_sounded_with_what_does_not_touch_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "no.otio")
    assert main(["stems", path, "--from-score", "s.json", "--explain", "--bits", "24", "--prompt", ""]) == 1
    assert "no.otio" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["stems", "cut.otio", "--prompt"], ["explain"]])
def test_words_that_are_no_text_are_refused_before_anything(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "rain \udcff\udcfe", "--json"]) == 1
    message = json.loads(capsys.readouterr().out)
    assert message["kind"] == "WordsError" and "not text in this terminal's encoding" in message["message"]


def test_no_host_makes_products_round_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    assert main(["explain", "rain"]) == 0
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"


@pytest.mark.parametrize("option", ["-o", "--score", "--preview", "--picture"])
def test_nothing_is_written_beside_a_device(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stems", "cut.otio", option, "/dev/null"]) == 1
    assert "/dev/null is a device or pipe; give the name of a file" in capsys.readouterr().err


def test_a_timeline_that_never_ends_is_not_begun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe.otio")
    for path in (tmp_path / "pipe.otio", Path("/dev/zero")):
        assert main(["inspect", str(path)]) == 1
        assert f"{path} is a device or pipe" in capsys.readouterr().err
