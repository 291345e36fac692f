"""melt plays what Foleyline writes for Shotcut and Kdenlive: each click within a sample, each picture in its frame."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from engine.media.wave import Depth
from plugin.interchange import kdenlive, mlt
from plugin.interchange.reel import Reel
from tests.plugin.interchange.clicking import FRAMES, NAME, RATES, clicking_reel
from tests.plugin.timelines import clip, gap, span, stack, timeline, track
from tests.real.melting import heard, needs_melt, numbered_film, seen

pytestmark = [pytest.mark.real, needs_melt]

Writer = Callable[[Reel, Path], tuple[str, ...]]
WRITERS = pytest.mark.parametrize("write", [mlt.write, kdenlive.write], ids=["mlt", "kdenlive"])
FASTEST_SOUGHT = 80  # frames a second; above, MLT 7.12 starts stems with handles beside their place
DAY_AND_MORE_S = 30 * 3600
FOLDER = NAME.replace("%", "")  # which melt does not open in the path of a project


def check_heard(document: Path, hits: list[int]) -> None:
    found = heard(document, document.parent, FRAMES)
    assert len(found) == len(hits) == 18
    assert np.abs(np.array(found) - np.array(hits)).max() <= 1


@WRITERS
@pytest.mark.parametrize("rate", RATES)
def test_every_click_of_three_tracks_lands_within_a_sample(tmp_path: Path, rate: Fraction, write: Writer) -> None:
    handles = 0 if rate > FASTEST_SOUGHT else None
    reel, hits = clicking_reel(tmp_path, rate, 3600 * round(rate), handles_frames=handles)
    told = write(reel, tmp_path / "cut.xml")
    assert not any("their place" in words for words in told)
    check_heard(tmp_path / "cut.xml", hits)


@pytest.mark.parametrize("rate", [Fraction(120_000, 1001), Fraction(120)])
def test_where_clicks_would_land_elsewhere_it_is_told(tmp_path: Path, rate: Fraction) -> None:
    reel, hits = clicking_reel(tmp_path, rate, 3600 * round(rate))
    assert any("beside their place" in words for words in mlt.write(reel, tmp_path / "cut.mlt"))
    assert heard(tmp_path / "cut.mlt", tmp_path, FRAMES) != hits


@pytest.mark.parametrize(("depth", "handles"), [(Depth.INT16, None), (Depth.INT24, 0), (Depth.FLOAT32, 0)])
@pytest.mark.parametrize("start_frame", [None, 107_892, 30 * DAY_AND_MORE_S])
def test_neither_depth_nor_start_timecode_moves_anything(
    tmp_path: Path, start_frame: int | None, depth: Depth, handles: int | None
) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    rate = Fraction(30000, 1001)
    reel, hits = clicking_reel(folder, rate, start_frame, depth=depth, handles_frames=handles)
    mlt.write(reel, folder / "a cut.mlt")
    check_heard(folder / "a cut.mlt", hits)


@WRITERS
def test_the_editors_pictures_are_seen_in_their_frames(tmp_path: Path, write: Writer) -> None:
    film = numbered_film(tmp_path / FOLDER / "100% & é: <a>?.mkv", 120)
    url, whole = str(film), span(86_400, 120)

    def shot(start: int, frames: int, **settings: Any) -> Any:
        return clip("film", frames, start=86_400 + start, url=url, available=whole, **settings)

    nest = stack(track(shot(90, 10)), track(gap(4), shot(100, 3)), source_range=span(2, 6))
    picture = track(
        shot(10, 20), shot(4, 10, speed=2), shot(30, 10, speed=-1), shot(50, 10, speed=0), shot(60, 8, speed=0.5),
        shot(1, 5, enabled=False), nest, shot(20, 6, speed=-2),
    )  # fmt: skip
    above = track(gap(37), shot(110, 3))
    reel, _ = clicking_reel(tmp_path, Fraction(24), 86_400, cut=timeline(picture, above), silent=True)
    write(reel, tmp_path / FOLDER / "cut.xml")
    expected = [*range(11, 31), *range(5, 25, 2), *range(40, 33, -1), 111, 112, 113]
    # Half speed shows each picture twice, or the next one early: MLT rounds halves up.
    expected += [51] * 10 + [61, 62, 62, 63, 63, 64, 64, 65] + [0] * 5 + [93, 94, 101, 102, 103, 98]
    expected += [31, 29, 27, 25, 23, 21]
    found = seen(tmp_path / FOLDER / "cut.xml", tmp_path, len(expected))
    assert found == expected


@WRITERS
def test_pictures_are_not_heard_and_the_editors_own_sound_is(tmp_path: Path, write: Writer) -> None:
    sound = np.zeros((48_000 * 4, 2), np.float32)
    sound[::12_000] = 0.9
    soundfile.write(tmp_path / "own.wav", sound, 48_000, subtype="PCM_16")
    url, whole = str(tmp_path / "own.wav"), span(0, 96)
    voice = track(gap(12), clip("own", 12, start=24, url=url, available=whole), kind="Audio", name="Voice")
    deaf = track(clip("own", 96, url=url, available=whole))
    reel, hits = clicking_reel(tmp_path, Fraction(24), 86_400, cut=timeline(deaf, voice))
    write(reel, tmp_path / "cut.xml")
    assert heard(tmp_path / "cut.xml", tmp_path, FRAMES) == sorted([*hits, 24_000, 36_000])
