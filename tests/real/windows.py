"""Programs that want a window: given one that nobody sees, for a time, and taken down with all they started."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path


def run_in_window(script: str, project: Path, home: Path, seconds: float, *around: str) -> None:
    """Run a shell script on a project, with a home of its own; TimeoutExpired when it has not ended in time.

    `around` is a command to run it by, such as one that gives it a message bus.
    """
    for folder in ("run", "temporary"):
        (home / folder).mkdir(parents=True, mode=0o700)
    own = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "TMPDIR": str(home / "temporary")}
    command = ["xvfb-run", "-a", *around, "sh", "-c", script, "sh", str(project)]
    process = subprocess.Popen(
        command,
        env=os.environ | own | {"QT_QPA_PLATFORM": "xcb"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(seconds)
    finally:
        _end(process.pid)
        process.wait()


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:  # nothing of it is left
        return
