"""What is told goes wherever it can, and what cannot be told never costs what was made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import opentimelineio as otio
import pytest
from wavinfo import WavInfoReader

from plugin.cli import main

STEMS = ["--prompt", "light rain", "--out", "01:00:01:00"]


def run(*arguments: str, redirected: str = "", encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    command = ["sh", "-c", f'exec "$@" {redirected}', "sh", sys.executable, "-m", "plugin.cli", *arguments]
    return subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": encoding})


def renamed(cut: Path, name: str) -> Path:
    timeline = otio.adapters.read_from_file(str(cut))
    next(iter(timeline.find_clips())).name = name
    otio.adapters.write_to_file(timeline, str(cut))
    return cut


@pytest.mark.parametrize("how", [[], ["--json"]])
@pytest.mark.parametrize(("redirected", "reason"), [(">/dev/full", "No space left"), (">&-", "Bad file descriptor")])
def test_stems_are_placed_when_nothing_can_be_told(cut: Path, how: list[str], redirected: str, reason: str) -> None:
    ended = run("stems", str(cut), *STEMS, *how, redirected=redirected)
    told = ended.stderr.decode()
    assert ended.returncode == 1
    assert "cut.foley.otio was written with its stems in" in told and reason in told
    assert "Traceback" not in told and "Exception ignored" not in told
    assert (cut.parent / "cut.foley.otio").is_file()
    assert len(list((cut.parent / "cut-foley-stems").iterdir())) == 3


@pytest.mark.parametrize("redirected", ["2>/dev/full", "2>&-", "<&- 2>&-"])
def test_bars_that_cannot_be_shown_cost_nothing(cut: Path, redirected: str) -> None:
    ended = run("stems", str(cut), *STEMS, redirected=redirected)
    assert ended.returncode == 0 and b"Foley Material" in ended.stdout
    assert (cut.parent / "cut.foley.otio").is_file()


@pytest.mark.parametrize("how", [[], ["--json"]])
def test_a_reader_that_goes_away_costs_no_stems(cut: Path, how: list[str]) -> None:
    command = [sys.executable, "-m", "plugin.cli", "stems", str(cut), *STEMS, *how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        told = process.stderr.read().decode()
    assert process.returncode == 1
    assert "cut.foley.otio was written" in told and "Broken pipe" in told and "Traceback" not in told
    assert (cut.parent / "cut.foley.otio").is_file()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_every_name_is_told_in_every_encoding(cut: Path, encoding: str) -> None:
    renamed(cut, "雨 \N{GRINNING FACE}")
    assert run("explain", "雨", encoding=encoding).returncode == 0
    assert run("inspect", str(cut), encoding=encoding).returncode == 0
    seen = run("inspect", str(cut), "--json", encoding=encoding)
    assert json.loads(seen.stdout.decode(encoding))["clips"][0]["name"] == "雨 \N{GRINNING FACE}"
    ended = run("stems", str(cut), *STEMS, "--json", encoding=encoding)
    lines = [json.loads(line) for line in ended.stdout.decode(encoding).splitlines()]
    assert ended.returncode == 0 and lines[-1]["event"] == "done"
    assert lines[-1]["shots"][0]["name"] == "雨 \N{GRINNING FACE}"


def test_names_cannot_steer_the_terminal(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    renamed(cut, "a\x1b[2J\x9b2J\x07\nb")
    assert main(["inspect", str(cut)]) == 0
    assert main(["stems", str(cut), *STEMS]) == 0
    told = capsys.readouterr()
    assert not set("\x1b\x9b\x07") & set(told.out + told.err)
    for path in (cut.parent / "cut-foley-stems").iterdir():
        assert "a [2J 2J  b" in WavInfoReader(str(path)).bext.description
    assert main(["stems", str(cut), "--clip", "no\x1b[2J"]) == 1
    assert "\x1b" not in capsys.readouterr().err
