"""Shotcut opens what Foleyline writes for it, asks nothing, and saves each track and clip as it was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pytest
import soundfile

from engine.types import Layer
from plugin.interchange import mlt
from tests.plugin.interchange.clicking import clicking_reel
from tests.plugin.interchange.faded_reels import END, LEVEL, faded_reel
from tests.plugin.timelines import clip, span, timeline, track
from tests.real.counting import Rate
from tests.real.good_cut import PICTURES, SOME_RATES, TRACK, Placed, good_reel, stems
from tests.real.melting import needs_melt, numbered_film, rendered_sound
from tests.real.windows import run_in_window

PROGRAMS = ("shotcut", "xvfb-run", "xdotool")
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,  # its window wants the machine to itself, and some ten seconds
    pytest.mark.skipif(not all(map(shutil.which, PROGRAMS)), reason="Shotcut, Xvfb or xdotool is not installed"),
]
SECONDS = 90
# Its window has the project's name once it is open; a question of Shotcut's would take the keys instead.
SAVE = """
shotcut --noupgrade "$1" & program=$!
until window=$(xdotool search --onlyvisible --name '^opened.mlt - Shotcut$')
do sleep 0.5; kill -0 $program || exit 1; done
before=$(stat -c %Y.%s "$1")
while [ "$(stat -c %Y.%s "$1")" = "$before" ]
do sleep 1; kill -0 $program || exit 1; xdotool windowfocus "$window" key ctrl+s; done
sleep 1
kill -9 $program
wait $program
"""


def saved_by_shotcut(project: Path, home: Path) -> Element:
    """The project as Shotcut writes it again."""
    before = project.read_bytes()
    run_in_window(SAVE, project, home, SECONDS)
    assert project.read_bytes() != before
    return ElementTree.parse(project).getroot()


def value(element: Element, name: str) -> str | None:
    return next((found.text for found in element.findall("property") if found.get("name") == name), None)


def frame(time: str, rate: Rate) -> int:
    """Shotcut writes hours, minutes, seconds and milliseconds."""
    hours, minutes, seconds = time.split(":")
    exact = (int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)) * Fraction(*rate.pair)
    assert abs(exact - round(exact)) < Fraction(1, 10)
    return round(exact)


def shown(root: Element, folder: Path, rate: Rate) -> dict[str, list[Placed]]:
    """Clips by the names of their tracks; every file is there."""
    files = {one.get("id"): value(one, "resource") or "" for one in root if one.tag in ("producer", "chain")}

    def clips(playlist: Element) -> Iterator[Placed]:
        at_frame = 0
        for child in playlist:
            if child.tag == "blank":
                at_frame += frame(child.attrib["length"], rate)
            elif child.tag == "entry":
                first, last = (frame(child.attrib[name], rate) for name in ("in", "out"))
                assert (folder / files[child.get("producer")]).is_file()
                yield value(child, "shotcut:caption") or "", at_frame, last - first + 1, first
                at_frame += last - first + 1

    playlists = ((value(one, "shotcut:name"), one) for one in root.findall("playlist"))
    return {name: list(clips(one)) for name, one in playlists if name}


def played(root: Element) -> list[tuple[str | None, ...]]:
    """How each clip plays its file: by which service, at which speed, holding which frame."""
    files = {one.get("id"): one for one in root if one.tag in ("producer", "chain")}
    entries = (files[entry.get("producer")] for entry in root.findall("playlist/entry"))
    return [tuple(value(one, name) for name in ("mlt_service", "warp_speed", "frame")) for one in entries]


@SOME_RATES
def test_the_cut_comes_back_with_its_stems_frame_by_frame(tmp_path: Path, rate: Rate) -> None:
    folder = tmp_path / 'a "cut" & 夜'
    folder.mkdir()
    reel, _ = good_reel(folder, rate)
    mlt.write(reel, folder / "opened.mlt")
    root = saved_by_shotcut(folder / "opened.mlt", tmp_path / "home")
    profile = root.find("profile")
    assert profile is not None
    assert (int(profile.attrib["frame_rate_num"]), int(profile.attrib["frame_rate_den"])) == rate.pair
    pictures = [placed for placed in PICTURES if placed[0] != "off"]
    expected = {f"Foley {layer.capitalize()}": stems(layer, rate) for layer in Layer}
    assert shown(root, folder, rate) == {TRACK: pictures, **expected}
    markers = root.findall("tractor/properties[@name='shotcut:markers']/properties")
    assert [(value(one, "text"), value(one, "start")) for one in markers] == [('rain: on "tin"', "24")]


def test_speeds_and_held_frames_are_kept(tmp_path: Path) -> None:
    film = str(numbered_film(tmp_path / "film.mkv", 120))
    shots = [
        clip(f"{speed}", 10, start=40, url=film, available=span(0, 120), speed=speed) for speed in (1, 2, -1, 0, 0.5)
    ]
    reel, _ = clicking_reel(tmp_path, Fraction(24), 86_400, cut=timeline(track(*shots)))
    mlt.write(reel, tmp_path / "opened.mlt")
    written = ElementTree.parse(tmp_path / "opened.mlt").getroot()
    services = [(service, speed) for service, speed, _ in played(written)]
    assert services[1:6] == [
        ("avformat", None), ("timewarp", "2.0"), ("timewarp", "-1.0"), ("hold", None), ("timewarp", "0.5"),
    ]  # fmt: skip
    assert played(saved_by_shotcut(tmp_path / "opened.mlt", tmp_path / "home")) == played(written)


@needs_melt
def test_fades_sound_the_same_when_shotcut_has_saved_them(tmp_path: Path) -> None:
    mlt.write(faded_reel(tmp_path).reel, tmp_path / "opened.mlt")
    shutil.copy(tmp_path / "opened.mlt", tmp_path / "written.mlt")
    root = saved_by_shotcut(tmp_path / "opened.mlt", tmp_path / "home")
    crossings = [one for one in root.findall("tractor") if value(one, "shotcut:transition") == "lumaMix"]
    fades = [value(one, "shotcut:filter") for one in root.iter("filter")]
    assert (len(crossings), fades.count("fadeInVolume"), fades.count("fadeOutVolume")) == (3, 6, 6)
    written, saved = (
        soundfile.read(rendered_sound(tmp_path / f"{name}.mlt", tmp_path / f"{name}.wav", END))[0]
        for name in ("written", "opened")
    )
    assert np.abs(written).max() > LEVEL
    assert np.abs(saved - written).max() <= 2 / 2**15  # dither
