"""Advanced Authoring Format, .aaf, read through pyaaf2 in a process of its own.

Its container is a file system with chains of blocks, and pyaaf2 (1.7) follows whatever a damaged one says: the process
is bounded in time and memory. The OpenTimelineIO adapter (2.0.0) adds timecodes up wrongly and trims nested cuts away.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine.types import TimelineError
from plugin.interchange.reading.laying import Reading
from plugin.timeline.document import parse_object

MOST_SECONDS = 120
MOST_MEMORY_BYTES = 4 * 2**30
_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_CHECKOUT = Path(__file__).parents[3]


def read(path: Path, rate: Fraction | None = None) -> Reading:
    """Read the main composition. Raises TimelineError."""
    try:
        if not path.is_file():
            raise TimelineError(f"{path} is no file. Give the AAF that the editing program exported.")
        with path.open("rb") as file:
            begins = file.read(len(_SIGNATURE))
    except OSError as error:
        raise TimelineError(f"{path} cannot be read: {error.strerror}. Give a file that you may open.") from error
    if begins != _SIGNATURE:
        raise TimelineError(f"{path} is no AAF. Export the timeline again as AAF.")
    found = _answer(path)
    if "error" in found:
        raise TimelineError(str(found["error"]))
    return Reading(parse_object(str(found["timeline"]), path), tuple(str(words) for words in found["warnings"]))


def _answer(path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "plugin.interchange.reading.aaf_process", str(path.absolute())]
    lead = os.pathsep.join(filter(None, (str(_CHECKOUT), os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=MOST_SECONDS, check=False, env={**os.environ, "PYTHONPATH": lead}
        )
    except subprocess.TimeoutExpired as error:
        raise TimelineError(
            f"{path} was not read within {MOST_SECONDS} seconds; it is damaged or far too large. Export it again."
        ) from error
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        reason = words[-1] if words else f"ended with {done.returncode}"
        raise TimelineError(f"{path} is a damaged AAF ({reason[:200]}). Export the timeline again.") from error
    return found
