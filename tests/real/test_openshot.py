"""OpenShot imports the Final Cut Pro 7 XML and saves each stem in its frame, from its in point, under its name."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.types import Layer
from plugin.interchange import fcp7
from tests.real.counting import Rate
from tests.real.good_cut import PICTURES, SOME_RATES, Placed, good_reel, stems

PYTHON = "/usr/bin/python3"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("openshot-qt") is None, reason="OpenShot is not installed (openshot-qt)"),
]
SECONDS = 60
FILM = "film.mkv"


def saved_by_openshot(xml: Path, rate: Rate, home: Path) -> Any:
    """The project that OpenShot makes of it.

    It takes no file URLs: what it does not find by its path it looks for by its name, first of all at home.
    """
    (home / ".openshot_qt").mkdir()
    (home / ".openshot_qt" / "openshot.settings").write_text('[{"setting": "send_metrics", "value": false}]')
    project, driver = home / "saved.osp", Path(__file__).with_name("in_openshot.py")
    own = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "QT_QPA_PLATFORM": "offscreen"}
    command = [PYTHON, str(driver), str(xml), str(project), *map(str, rate.pair)]
    subprocess.run(command, env=os.environ | own, capture_output=True, check=True, timeout=SECONDS)
    return json.loads(project.read_text("utf-8"))


def frame(seconds: float, rate: Rate) -> int:
    exact = Fraction(seconds) * Fraction(*rate.pair)
    assert abs(exact - round(exact)) < Fraction(1, 1000)
    return round(exact)


def clips(project: Any, rate: Rate) -> list[list[Placed]]:
    """Of each layer from the bottom up that has clips."""
    found: dict[int, list[Placed]] = {}
    for clip in project["clips"]:
        start, first, end = (frame(clip[name], rate) for name in ("position", "start", "end"))
        assert Path(clip["reader"]["path"]).stem == clip["title"] or clip["reader"]["has_video"]
        found.setdefault(clip["layer"], []).append((clip["title"], start, end - first, first))
    return [sorted(found[layer], key=lambda placed: placed[1]) for layer in sorted(found)]


@SOME_RATES
def test_the_cut_comes_in_with_its_stems_frame_by_frame(tmp_path: Path, rate: Rate) -> None:
    reel, _ = good_reel(tmp_path, rate, FILM)
    fcp7.write(reel, tmp_path / "cut.xml")
    home = tmp_path / "home"
    shutil.copytree(tmp_path / "stems", home)
    shutil.copy(tmp_path / FILM, home)
    project = saved_by_openshot(tmp_path / "cut.xml", rate, home)
    assert (project["fps"]["num"], project["fps"]["den"]) == rate.pair
    # Of a file that is used again it takes the first use alone; so the right channel is not doubled.
    assert clips(project, rate) == [*(stems(layer, rate) for layer in Layer), PICTURES[:1]]


@SOME_RATES
def test_stems_come_in_alone(tmp_path: Path, rate: Rate) -> None:
    reel, _ = good_reel(tmp_path, rate, stems_only=True)
    fcp7.write(reel, tmp_path / "cut.xml")
    home = tmp_path / "home"
    shutil.copytree(tmp_path / "stems", home)
    project = saved_by_openshot(tmp_path / "cut.xml", rate, home)
    assert clips(project, rate) == [stems(layer, rate) for layer in Layer]
