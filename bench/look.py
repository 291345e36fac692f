"""How long looking takes beside plain decoding: `python -m bench.look FILE`. Prints both, and their ratio."""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from engine.media.decode import probe
from engine.types import Shot
from engine.vision.look import Look, look


def measured(work: Callable[[], object], who: int) -> tuple[float, float]:
    """Wall and processor seconds."""
    before, start = _processor_s(who), time.perf_counter()
    work()
    return time.perf_counter() - start, _processor_s(who) - before


def _processor_s(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def look_afresh(path: Path) -> Look:
    """Look at the whole file with an empty cache."""
    with tempfile.TemporaryDirectory() as empty:
        os.environ["FOLEYLINE_CACHE"] = empty
        return look(Shot(path.stem, path, Fraction(0), probe(path).duration, Fraction(0)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    decode = ["ffmpeg", "-v", "error", "-i", str(asked.file), "-f", "null", "-"]
    plain = min(
        measured(lambda: subprocess.run(decode, check=True), resource.RUSAGE_CHILDREN) for _ in range(asked.runs)
    )
    seen = min(measured(lambda: look_afresh(asked.file), resource.RUSAGE_SELF) for _ in range(asked.runs))
    print(f"ffmpeg decode  wall {plain[0]:6.2f} s  processor {plain[1]:6.2f} s")
    print(f"look           wall {seen[0]:6.2f} s  processor {seen[1]:6.2f} s")
    print(f"ratio          wall {seen[0] / plain[0]:6.2f}    processor {seen[1] / plain[1]:6.2f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
