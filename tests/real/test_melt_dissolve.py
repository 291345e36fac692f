"""melt shows a dissolve of the editor's own pictures where the timeline has it, to the frame."""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from plugin.interchange.formats import format_of
from tests.engine.footage import write_film
from tests.plugin.interchange.placed_reels import placed_reel
from tests.plugin.timelines import clip, dissolve, span, timeline, track

FPS, DARK, BRIGHT = 25.0, 40, 200

pytestmark = [pytest.mark.real, pytest.mark.skipif(shutil.which("melt") is None, reason="melt is not installed")]


@pytest.mark.parametrize("suffix", [".mlt", ".kdenlive"])
def test_the_pictures_change_over_the_frames_of_the_dissolve(tmp_path: Path, suffix: str) -> None:
    """Three shots, so that the second dissolve lies the other way round on Kdenlive's two playlists."""
    shots = []
    for name, grey in (("a", DARK), ("b", BRIGHT), ("c", DARK)):
        pictures = [np.full((90, 160, 3), grey, np.uint8)] * 100
        film = write_film(tmp_path / f"{name}.mp4", pictures, rate=Fraction(25))
        shots.append(clip(name, 50, start=25, rate=FPS, url=film.as_uri(), available=span(0, 100, FPS)))
    items = shots[0], dissolve(12, 13, FPS), shots[1], dissolve(6, 6, FPS), shots[2]
    path = tmp_path / f"cut{suffix}"
    cut = timeline(track(*items), start=90_000, rate=FPS)
    told = format_of(path).write(placed_reel(tmp_path, Fraction(25), cut=cut, places=((0, 20),)), path)
    assert not [words for words in told if "transition" in words]
    light = _light(path)
    steps = [(light[frame + 1] - light[frame]) > 2 for frame in range(37, 63)]
    assert abs(light[36] - light[0]) < 3 and abs(light[63] - light[80]) < 3 and sum(steps) >= 22
    back = [(light[frame] - light[frame + 1]) > 2 for frame in range(93, 106)]
    assert abs(light[93] - light[80]) < 3 and abs(light[106] - light[140]) < 3 and sum(back) >= 10
    middle = (light[0] + light[80]) / 2
    assert light[46] < middle < light[54] and light[97] > middle > light[103]


def _light(project: Path) -> list[float]:
    """Mean light of each picture that melt plays."""
    movie = project.with_suffix(".mov")
    command = [
        "melt",
        str(project),
        "-consumer",
        f"avformat:{movie}",
        "vcodec=mpeg4",
        "qscale=2",
        "an=1",
        "real_time=-1",
    ]
    for _ in range(3):  # melt hangs at its start now and then
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=40)
            break
        except subprocess.TimeoutExpired:
            continue
    with av.open(str(movie)) as container:
        return [float(frame.to_ndarray(format="gray").mean()) for frame in container.decode(video=0)]
