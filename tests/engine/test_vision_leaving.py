"""Looking on processes ends when nobody waits for it, and not when a Ctrl-C is somebody else's to answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path

import pytest

from engine.types import Shot
from engine.vision.ahead import looked_at
from tests.engine.footage import Picture, disc, draw, wall, write_film

LENGTH_S, LIMIT_S = 30, 120.0


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A disc that crosses, slowly."""

    def paint(picture: Picture, time_s: float) -> None:
        disc(picture, 20 + 9 * time_s, 90, 14)

    times = [k / 25 for k in range(25 * LENGTH_S)]
    return write_film(tmp_path_factory.mktemp("film") / "cross.mp4", draw(times, paint, wall()))


@pytest.fixture(autouse=True)
def nothing_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLEYLINE_CACHE", str(tmp_path / "cache"))


def test_left_early_no_shot_is_looked_through(film: Path) -> None:
    shots = [Shot(f"{k}", film, Fraction(0), Fraction(LENGTH_S), Fraction(LENGTH_S * k)) for k in range(4)]
    farthest: dict[str, float] = {}
    begun = threading.Event()

    def told(name: str, stage: str, fraction: float) -> None:
        farthest[name] = fraction
        begun.set()

    with looked_at(shots, told):
        assert begun.wait(LIMIT_S)
    assert 0.0 < max(farthest.values()) < 1.0


HOST = """
import signal, sys
from fractions import Fraction
from pathlib import Path
from engine.types import Shot
from engine.vision.ahead import looked_at

heard = []

def told(name, stage, fraction):
    print("looking", name, flush=True)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, lambda *asked: heard.append(asked))
    shots = [Shot(str(k), Path(sys.argv[1]), Fraction(0), Fraction(30 - k), Fraction(30 * k)) for k in range(2)]
    with looked_at(shots, told) as seen:
        answers = [type(one).__name__ for one in seen]
    print("end", len(heard), *answers)
"""


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A program and all that it starts, in a group of their own that ends with the block, or after LIMIT_S."""
    root = str(Path(__file__).resolve().parents[2])
    program = subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
        start_new_session=True,
    )

    def end() -> None:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)

    limit = threading.Timer(LIMIT_S, end)
    limit.start()
    try:
        with program:
            yield program
    finally:
        limit.cancel()
        end()


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal to a group of processes, as POSIX does")
def test_an_interrupt_that_the_host_answers_itself_ends_no_looking(film: Path, tmp_path: Path) -> None:
    script = tmp_path / "host.py"
    script.write_text(HOST)
    with running(str(script), str(film)) as host:
        assert host.stdout is not None and host.stderr is not None
        begun: set[str] = set()
        while len(begun) < 2:
            begun.add(host.stdout.readline())
        assert begun == {"looking 0\n", "looking 1\n"}
        os.killpg(host.pid, signal.SIGINT)
        *_, last = host.stdout.read().splitlines()
        assert host.stderr.read() == ""
    assert last == "end 1 Look Look"
    assert host.returncode == 0
