"""The process that reads one AAF: `python -m plugin.interchange.reading.aaf_process FILE`, its answer in JSON."""

from __future__ import annotations

import contextlib
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import opentimelineio as otio

from engine.types import TimelineError
from plugin.interchange.reading.aaf import MOST_MEMORY_BYTES, MOST_SECONDS


def main(path: Path) -> dict[str, Any]:
    """The timeline as OpenTimelineIO's JSON and what is to be told of it; or the error, in words."""
    _bound()
    try:
        import_module("aaf2")
    except ModuleNotFoundError:
        return {"error": f"{path} is an AAF, which needs the package pyaaf2. Install it: pip install pyaaf2"}
    from plugin.interchange.reading.aaf_timeline import read_composition

    try:
        reading = read_composition(path)
    except TimelineError as error:
        return {"error": str(error)}
    except Exception as error:  # pyaaf2 raises whatever it stumbles over in a damaged file
        return {"error": f"{path} is a damaged AAF ({type(error).__name__}: {error}). Export the timeline again."}
    text = otio.core.serialize_json_to_string(reading.root)
    return {"timeline": text, "warnings": list(reading.warnings)}


def _bound() -> None:
    try:
        import resource
    except ModuleNotFoundError:  # Windows, where the caller's time limit is all there is
        return
    for limit, most in ((resource.RLIMIT_AS, MOST_MEMORY_BYTES), (resource.RLIMIT_CPU, MOST_SECONDS)):
        with contextlib.suppress(ValueError, OSError):  # a lower limit is set already
            resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        answer = json.dumps(main(Path(sys.argv[1])))
    sys.stdout.write(answer)
