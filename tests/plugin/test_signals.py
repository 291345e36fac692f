"""However it is stopped, nothing stays behind, and no trace is shown."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

WORDS = "a rubber ball bounces on a wooden floor, light rain"


def signalled(cut: Path, *numbers: int, ignored: int | None = None) -> subprocess.CompletedProcess[str]:
    """A run that is sent these signals as soon as it sounds."""
    code = "import signal, sys; from plugin.cli import main; "
    code += f"signal.signal({ignored}, signal.SIG_IGN); " if ignored else ""
    code += f"sys.exit(main(['stems', {str(cut)!r}, '--prompt', {WORDS!r}, '--json']))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None and run.stderr is not None
        for line in run.stdout:
            if json.loads(line).get("stage") == "sounding":
                for number in numbers:
                    run.send_signal(number)
                break
        told = run.stdout.read()
        return subprocess.CompletedProcess(code, run.wait(60), told, run.stderr.read())


@pytest.mark.parametrize(
    "numbers",
    [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGHUP,), (signal.SIGINT, signal.SIGTERM)],
    ids=["interrupt", "terminate", "hangup", "twice"],
)
def test_a_signal_stops_and_leaves_nothing(cut: Path, numbers: tuple[int, ...]) -> None:
    there = sorted(cut.parent.iterdir())
    ended = signalled(cut, *numbers)
    assert ended.returncode == 130
    assert "foleyline: stopped" in ended.stderr and "Traceback" not in ended.stderr
    assert sorted(cut.parent.iterdir()) == there


def test_a_hangup_that_is_ignored_stops_nothing(cut: Path) -> None:
    assert signalled(cut, signal.SIGHUP, ignored=signal.SIGHUP).returncode == 0
    assert (cut.parent / "cut.foley.otio").is_file()


def test_a_command_that_makes_nothing_stops_at_once() -> None:
    code = (
        "import os, signal, sys; from plugin import commands; from plugin.cli import main\n"
        "commands.explain = lambda options, stop: os.kill(os.getpid(), signal.SIGINT) or signal.pause()\n"
        "sys.exit(main(['explain', 'rain']))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (130, "foleyline: stopped at once\n")
