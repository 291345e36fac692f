from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from engine.types import CancelledError, MediaError, MissingMediaError, Shot
from engine.vision import ahead
from engine.vision.ahead import looked_at
from engine.vision.look import Look, look
from tests.engine.footage import Picture, disc, draw, wall, write_film

SHOTS, EACH_S = 3, 4


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A disc that falls on a floor every second, long enough for processes."""

    def paint(picture: Picture, time_s: float) -> None:
        phase = time_s % 1.0
        disc(picture, 60 + 10 * time_s, 40 + 80 * min(phase / 0.5, 1.0) ** 2, 14)

    times = [k / 25 for k in range(25 * SHOTS * EACH_S)]
    return write_film(tmp_path_factory.mktemp("film") / "drops.mp4", draw(times, paint, wall()))


@pytest.fixture(autouse=True)
def nothing_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLEYLINE_CACHE", str(tmp_path / "cache"))


@pytest.fixture(autouse=True)
def no_process_stays() -> Iterator[None]:
    yield
    assert not multiprocessing.active_children()


def shots_of(film: Path, count: int = SHOTS) -> list[Shot]:
    starts = [Fraction(number * EACH_S) for number in range(count)]
    return [Shot(f"shot {number}", film, start, Fraction(EACH_S), start) for number, start in enumerate(starts)]


def quiet(name: str, stage: str, fraction: float) -> None:
    """Nobody watches."""


def test_processes_see_what_a_plain_look_sees_and_answer_in_order(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, float]] = []
    with looked_at(shots_of(film), lambda name, stage, fraction: told.append((name, fraction))) as seen:
        assert len(multiprocessing.active_children()) == ahead.PROCESSES
        answers = list(seen)
    monkeypatch.setenv("FOLEYLINE_CACHE", os.environ["FOLEYLINE_CACHE"] + "-other")
    assert answers == [look(shot) for shot in shots_of(film)]
    assert all(isinstance(answer, Look) and answer.cues for answer in answers)
    assert {name for name, fraction in told if fraction == 1.0} == {"shot 0", "shot 1", "shot 2"}


def test_little_to_see_and_what_was_seen_before_start_no_process(film: Path) -> None:
    with looked_at(shots_of(film, 1), quiet) as seen:
        assert not multiprocessing.active_children()
        first = list(seen)
    for shot in shots_of(film):
        look(shot)
    with looked_at(shots_of(film), quiet) as seen:
        assert not multiprocessing.active_children()
        assert list(seen)[:1] == first


def test_a_file_that_cannot_be_read_is_answered_with_its_error_and_the_others_are_seen(
    film: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(film.read_bytes()[:500])
    gone = tmp_path / "gone.mp4"
    shots = shots_of(film)
    shots += [Shot("broken", broken, Fraction(0), Fraction(9), Fraction(12))]
    shots += [Shot("gone", gone, Fraction(0), Fraction(9), Fraction(21))]
    with looked_at(shots, quiet) as seen:
        *good, bad, missing = list(seen)
    assert all(isinstance(answer, Look) for answer in good)
    assert isinstance(bad, MediaError)
    assert str(broken) in str(bad)
    assert isinstance(missing, MissingMediaError)


def kill_workers() -> None:
    for child in multiprocessing.active_children():
        if child.pid is not None:
            os.kill(child.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Long enough that a process is surely still looking when it is told of."""
    walls = [wall(seed=number) for number in range(5)]
    return write_film(tmp_path_factory.mktemp("film") / "long.mp4", (walls[k % 5] for k in range(700)))


def test_a_process_that_dies_once_costs_nothing_but_time(film: Path, long_film: Path) -> None:
    killed = threading.Event()

    def kill_once(name: str, stage: str, fraction: float) -> None:
        if not killed.is_set():
            killed.set()
            kill_workers()

    shots = [Shot("long", long_film, Fraction(0), Fraction(28), Fraction(0)), *shots_of(film)]
    with looked_at(shots, kill_once) as seen:
        answers = list(seen)
    assert killed.is_set()
    assert answers == [look(shot) for shot in shots]


def test_a_file_that_brings_every_process_down_is_named(film: Path, long_film: Path) -> None:
    def kill_always(name: str, stage: str, fraction: float) -> None:
        if name == "long" and fraction < 1.0:
            kill_workers()

    shots = [Shot("long", long_film, Fraction(0), Fraction(28), Fraction(0)), *shots_of(film)]
    with looked_at(shots, kill_always) as seen:
        first, *others = list(seen)
    assert isinstance(first, MediaError)
    assert str(long_film) in str(first)
    assert all(isinstance(answer, Look) for answer in others)


def test_stopping_ends_the_processes(film: Path) -> None:
    stop = threading.Event()
    with looked_at(shots_of(film), lambda *told: stop.set(), stop) as seen, pytest.raises(CancelledError):
        list(seen)


def test_leaving_early_ends_the_processes(film: Path) -> None:
    with looked_at(shots_of(film), quiet) as seen:
        assert isinstance(next(seen), Look)


PARENT = """
import multiprocessing, sys
from fractions import Fraction
from pathlib import Path
from engine.types import Shot
from engine.vision.ahead import looked_at

if __name__ == "__main__":
    shots = [Shot(str(k), Path(sys.argv[1]), Fraction(0), Fraction(12), Fraction(0)) for k in range(50)]
    with looked_at(shots, lambda *told: None) as seen:
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        list(seen)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal, and asks the system for pids as POSIX does")
def test_processes_end_with_a_parent_that_was_killed(film: Path, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    root = str(Path(__file__).resolve().parents[2])
    parent = subprocess.Popen(
        [sys.executable, str(script), str(film)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert parent.stdout is not None
    children: list[int] = []

    def end_all() -> None:
        for pid in (parent.pid, *children):
            if _runs(pid):
                os.kill(pid, signal.SIGKILL)

    limit = threading.Timer(120.0, end_all)
    limit.start()
    try:
        children += [int(pid) for pid in parent.stdout.readline().split()]
        assert len(children) == ahead.PROCESSES
        parent.kill()
        parent.stdout.read()  # ends when the last process that inherited it has ended
        assert limit.is_alive()  # they ended by themselves
    finally:
        limit.cancel()
        end_all()
        parent.wait()
        parent.stdout.close()
    assert [pid for pid in children if _runs(pid)] == []


HOST = """
import multiprocessing, sys
from fractions import Fraction
from pathlib import Path
from engine.types import Shot
from engine.vision.ahead import looked_at

if len(sys.argv) > 2:
    multiprocessing.set_executable(sys.argv[2])
shots = [Shot(str(k), Path(sys.argv[1]), Fraction(4 * k), Fraction(4), Fraction(4 * k)) for k in range(3)]
with looked_at(shots, lambda *told: None) as seen:
    print(*(len(one.cues) for one in seen))
"""


@pytest.mark.parametrize(
    "how", ["a script without a guard", "standard input", "no interpreter", "one that ends at once"]
)
def test_whatever_the_host_program_is_all_is_seen(film: Path, tmp_path: Path, how: str) -> None:
    script = tmp_path / "host.py"
    script.write_text(HOST)
    command = [sys.executable, "-" if how == "standard input" else str(script), str(film)]
    command += {"no interpreter": ["/nowhere/python"], "one that ends at once": ["/bin/true"]}.get(how, [])
    root = str(Path(__file__).resolve().parents[2])
    ran = subprocess.run(
        command,
        input=HOST,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": root},
        check=False,
    )
    assert ran.stderr == "" or how in ("no interpreter", "one that ends at once")  # Python itself speaks there
    assert ran.stdout.split() == [str(len(look(shot).cues)) for shot in shots_of(film)]


def _runs(pid: int) -> bool:
    """Whether a process is there and is no mere record of one that ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
