"""However it is stopped, nothing stays behind, and no trace is shown."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

WORDS = "a rubber ball bounces on a wooden floor, light rain"


RUN = """\
import os, signal, sys
from plugin import progress
from plugin.cli import main

tell, numbers = progress.JsonLines.progress, {numbers}
signal.signal(signal.SIGHUP, signal.{hangup})

def tell_and_send(self, name, stage, fraction):
    tell(self, name, stage, fraction)
    while stage == "sounding" and numbers:
        os.kill(os.getpid(), numbers.pop(0))

progress.JsonLines.progress = tell_and_send
sys.exit(main(["stems", {cut!r}, "--prompt", {words!r}, "--json"]))
"""


def signalled(cut: Path, *numbers: int, hangup: str = "SIG_DFL") -> subprocess.CompletedProcess[str]:
    """A run that is sent these signals as soon as it sounds."""
    code = RUN.format(numbers=[int(number) for number in numbers], hangup=hangup, cut=str(cut), words=WORDS)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)


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
    assert signalled(cut, signal.SIGHUP, hangup="SIG_IGN").returncode == 0
    assert (cut.parent / "cut.foley.otio").is_file()


def test_a_command_that_makes_nothing_stops_at_once() -> None:
    code = (
        "import os, signal, sys; from plugin import commands; from plugin.cli import main\n"
        "commands.explain = lambda options, stop: os.kill(os.getpid(), signal.SIGINT) or signal.pause()\n"
        "sys.exit(main(['explain', 'rain']))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (130, "foleyline: stopped at once\n")
