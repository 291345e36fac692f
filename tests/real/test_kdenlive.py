"""Kdenlive opens what Foleyline writes for it, without a screen, and saves each track and clip as it was."""

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

from plugin.interchange import kdenlive
from tests.plugin.interchange.clicking import SHOT_FRAMES, clicking_reel
from tests.plugin.interchange.faded_reels import END, LEVEL, faded_reel
from tests.plugin.timelines import clip, gap, marker, span, timeline, track
from tests.real.melting import needs_melt, numbered_film, rendered_sound
from tests.real.windows import run_in_window

PROGRAMS = ("kdenlive", "xvfb-run", "dbus-run-session", "dbus-send")
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,  # its window wants the machine to itself: beside other tests it opens after minutes or not at all
    pytest.mark.skipif(not all(map(shutil.which, PROGRAMS)), reason="Kdenlive, Xvfb or D-Bus is not installed"),
]
SECONDS = 100
SETTINGS = "version=22.12.3\n[unmanaged]\nversion=22.12.3\n[misc]\nfirstRun=false\n"  # no welcome
# Kdenlive is asked for its window's title until the project is there, then to save.
SAVE = """
kdenlive "$1" & program=$!
window() { dbus-send --session --print-reply --dest=org.kde.kdenlive-$program /kdenlive/MainWindow_1 "$@"; }
until window org.freedesktop.DBus.Properties.Get string:org.qtproject.Qt.QWidget string:windowTitle | grep -q opened
do sleep 0.5; kill -0 $program || exit 1; done
window org.kde.KMainWindow.enableAction string:file_save
window org.kde.KMainWindow.activateAction string:file_save
kill $program
"""


def saved_by_kdenlive(project: Path, home: Path) -> Element:
    """The project as Kdenlive writes it again."""
    (home / ".config").mkdir(parents=True)
    (home / ".config" / "kdenliverc").write_text(SETTINGS)
    before = project.read_bytes()
    run_in_window(SAVE, project, home, SECONDS, "dbus-run-session")
    assert project.read_bytes() != before
    return ElementTree.parse(project).getroot()


def value(element: Element, name: str) -> str | None:
    return next((found.text for found in element.findall("property") if found.get("name") == name), None)


def frame(time: str, rate: Fraction) -> int:
    """Kdenlive writes hours, minutes, seconds and milliseconds, or whole frames."""
    if ":" not in time:
        return int(time)
    hours, minutes, seconds = time.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)) * rate)


def shown(root: Element, rate: Fraction) -> dict[str, list[tuple[str, int, int, int]]]:
    """Tracks by name: (file, start, frames, in point)."""
    playlists = {one.get("id"): one for one in root.findall("playlist")}
    producers = {one.get("id"): one for one in root if one.tag in ("producer", "chain")}
    tractors = {name: one for one in root.findall("tractor") if (name := value(one, "kdenlive:track_name"))}

    def clips(playlist: Element) -> Iterator[tuple[str, int, int, int]]:
        at_frame = 0
        for child in playlist:
            if child.tag == "blank":
                at_frame += frame(child.attrib["length"], rate)
            elif child.tag == "entry":
                first, last = (frame(child.attrib[name], rate) for name in ("in", "out"))
                resource = value(producers[child.get("producer")], "resource") or ""
                yield resource, at_frame, last - first + 1, first
                at_frame += last - first + 1

    return {name: list(clips(playlists[one.findall("track")[0].get("producer")])) for name, one in tractors.items()}


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(120_000, 1001)])
def test_stems_alone_come_back_on_their_frames(tmp_path: Path, rate: Fraction) -> None:
    reel, _ = clicking_reel(tmp_path, rate, 3600 * round(rate), stems_only=True)
    kdenlive.write(reel, tmp_path / "opened.kdenlive")
    root = saved_by_kdenlive(tmp_path / "opened.kdenlive", tmp_path / "home")
    profile = root.find("profile")
    assert profile is not None
    assert Fraction(int(profile.attrib["frame_rate_num"]), int(profile.attrib["frame_rate_den"])) == rate
    assert shown(root, rate) == {
        f"Foley {layer.capitalize()}": [
            (f"stems/{layer}-{number}.wav", start, end - start, round(rate))
            for number, (start, end) in enumerate(SHOT_FRAMES)
        ]
        for layer in ("material", "action", "ambient")
    }


def test_the_cut_comes_back_with_speeds_names_and_guides(tmp_path: Path) -> None:
    folder = tmp_path / 'a "cut" & 夜'
    film = str(numbered_film(folder / "the film.mkv", 120))
    whole = span(0, 120)
    picture = track(
        clip("film", 20, start=10, url=film, available=whole),
        clip("film", 10, start=4, url=film, available=whole, speed=2),
        clip("film", 10, start=30, url=film, available=whole, speed=-1),
        clip("film", 10, start=50, url=film, available=whole, speed=0),
        name="Bild <1>",
    )
    above = track(gap(40), clip("film", 9, start=100, url=film, available=whole), name="Ü & V2")
    cut = timeline(picture, above)
    cut.tracks.markers.append(marker("rain", 24, comment='on "tin"'))
    reel, _ = clicking_reel(folder, Fraction(24), 86_400, cut=cut)
    kdenlive.write(reel, folder / "opened.kdenlive")
    written = shown(ElementTree.parse(folder / "opened.kdenlive").getroot(), Fraction(24))
    root = saved_by_kdenlive(folder / "opened.kdenlive", tmp_path / "home")
    found = shown(root, Fraction(24))
    assert found == written
    assert found["Ü & V2"] == [("the film.mkv", 40, 9, 100)]
    assert [clip[1:] for clip in found["Bild <1>"]] == [(0, 20, 10), (20, 10, 2), (30, 10, 80), (40, 10, 50)]
    main_bin = next(one for one in root.findall("playlist") if one.get("id") == "main_bin")
    assert 'rain: on \\"tin\\"' in (value(main_bin, "kdenlive:docproperties.guides") or "")


@needs_melt
def test_fades_sound_the_same_when_kdenlive_has_saved_them(tmp_path: Path) -> None:
    kdenlive.write(faded_reel(tmp_path).reel, tmp_path / "opened.kdenlive")
    shutil.copy(tmp_path / "opened.kdenlive", tmp_path / "written.kdenlive")
    saved_by_kdenlive(tmp_path / "opened.kdenlive", tmp_path / "home")
    written, saved = (
        soundfile.read(rendered_sound(tmp_path / f"{name}.kdenlive", tmp_path / f"{name}.wav", END))[0]
        for name in ("written", "opened")
    )
    assert np.abs(written).max() > LEVEL
    beside = np.abs(saved - written)
    # Kdenlive lets a mix go on for one frame of 2000 samples more than its clips overlap, which flattens it a little.
    crossing = slice(91 * 2000, 102 * 2000)
    assert beside[crossing].max() < 0.2 * LEVEL
    beside[crossing] = 0
    assert beside.max() <= 2 / 2**15  # dither
