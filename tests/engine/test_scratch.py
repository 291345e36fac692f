"""Where sound waits: what was written is read, and a disk without room is told with its folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.scratch import Scratch

_FILL = """
import sys
from pathlib import Path
from engine.scratch import Scratch
from engine.types import OutputError

size, read = int(sys.argv[2]), sys.argv[3] == "read"
scratch = Scratch(Path(sys.argv[1]))
try:
    place = scratch.room(size)
    for first in range(0, size, 100):
        scratch.write(place + first, bytes(100))
    scratch.read(place, 100) if read else None
except OutputError as error:
    print(error)
finally:
    scratch.close()
"""


def test_places_are_nobody_elses(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    first, second = scratch.room(5), scratch.room(3)
    scratch.write(second, b"two")
    scratch.write(first, b"first")
    assert (scratch.read(first, 5), scratch.read(second, 3)) == (b"first", b"two")
    scratch.close()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a bound on the size of files")
@pytest.mark.parametrize(("size", "then"), [(30_000, "close"), (4_100, "read"), (4_000, "close")])
def test_a_disk_without_room_is_told_with_its_folder(tmp_path: Path, size: int, then: str) -> None:
    """Of 4096 bytes, whenever they are missed: on writing, on reading what waits in memory, or on closing."""
    bounded = ["bash", "-c", 'ulimit -f 4; exec "$@"', "bash", sys.executable, "-c", _FILL]
    told = subprocess.run(
        [*bounded, str(tmp_path), str(size), then],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert told.stderr == ""
    assert told.stdout.startswith(f"there is no room in {tmp_path} for the sound while it is made: ") == (size > 4096)
