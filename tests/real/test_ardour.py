"""Ardour puts each stem where its Broadcast WAV says: the sample at which "insert at file timestamp" lays it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.media import wave
from engine.media.wave import Depth
from engine.types import Layer
from tests.real.counting import RATES, Rate, frames_of, sample_at
from tests.real.good_cut import good_reel, stems

SECONDS = 60
FIRST_ID = 1_000_001


def shell() -> str:
    """Ardour's shell, which has its version in its name."""
    found = sorted(path for folder in os.get_exec_path() for path in Path(folder).glob("ardour*-lua"))
    return str(found[-1]) if found else ""


pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not shell(), reason="Ardour is not installed (ardour)"),
]


def run(home: Path, *arguments: str) -> str:
    home.mkdir(exist_ok=True)
    command = [shell(), str(Path(__file__).with_name("in_ardour.lua")), *arguments]
    own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "XDG_CACHE_HOME": str(home / "cache")}
    return subprocess.run(
        command, env=os.environ | own, capture_output=True, text=True, check=True, timeout=SECONDS
    ).stdout


def taken(folder: Path, paths: list[Path]) -> list[tuple[int, int]]:
    """Place and length in samples of each file, as a session of Ardour's that has it as a source takes it."""
    session, home = folder / "session", folder / "home"
    run(home, str(session), "make")
    document = ElementTree.parse(session / "stems.ardour")
    sources = document.find("Sources")
    assert sources is not None
    for number, path in enumerate(paths, start=FIRST_ID):
        said = {"name": str(path), "origin": str(path), "type": "audio", "flags": "", "channel": "0", "gain": "1"}
        ElementTree.SubElement(sources, "Source", {"id": str(number), **said})
    document.write(session / "stems.ardour", encoding="utf-8")
    told = re.findall(r"^source (\d+) (\d+) (\d+)$", run(home, str(session), str(len(paths))), re.MULTILINE)
    assert [int(name) for name, _, _ in told] == [FIRST_ID + number for number in range(len(paths))]
    return [(int(place), int(length)) for _, place, length in told]


def truth(folder: Path, rate: Rate) -> Iterator[tuple[Path, int, int]]:
    """Each stem's file, with the sample since midnight at which it starts, and its length."""
    hour = frames_of(1, 0, 0, 0, rate)
    for name, start, frames, head in (placed for layer in Layer for placed in stems(layer, rate)):
        first, end = (sample_at((frame, *rate.pair)) for frame in (start - head, start + frames + rate.nominal))
        yield folder / "stems" / f"{name}.wav", sample_at((hour + start - head, *rate.pair)), end - first


@pytest.mark.parametrize("form", ["RIFF", "RF64"])
def test_every_stem_is_taken_to_its_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """At every rate and depth; the limit of the short kind is lowered to make the long one."""
    if form == "RF64":
        monkeypatch.setattr(wave, "RIFF_LIMIT_BYTES", 10_000)
    expected: list[tuple[Path, int, int]] = []
    for rate, depth in zip(RATES, cycle(Depth), strict=False):
        folder = tmp_path / f"a 'cut' & 夜 {rate}"
        folder.mkdir()
        good_reel(folder, rate, depth=depth)
        expected += truth(folder, rate)
    assert expected[0][0].read_bytes()[:4] == form.encode()
    found = taken(tmp_path, [path for path, _, _ in expected])
    assert [place for place, _ in found] == [place for _, place, _ in expected]
    assert all(abs(length - true) <= 1 for (_, length), (_, _, true) in zip(found, expected, strict=True))
