"""The public xges adapter reads what was written, and GES plays it: the editor's own sound and the stems are one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest
import soundfile

from tests.real import ges
from tests.real.counting import RATES, Rate
from tests.real.foley_tracks import clicks
from tests.real.hits import Hit, place_hits
from tests.real.served import Served
from tests.real.test_rates_and_traps import cut_of, hits_of, within_a_sample, writings
from tests.real.traps import TRAPS

pytestmark = pytest.mark.real
pytest.importorskip("otio_xges_adapter", reason="otio-xges-adapter is not installed")

OWN, STEM = 0.35, 0.9  # levels of the clicks; only both at one sample come to full scale


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    if not ges.is_there():
        pytest.skip("GStreamer Editing Services is not installed for the system's Python")
    with ges.started() as started:
        yield started


def rendered(server: Served, placed: Path) -> Path:
    """All sound of a written timeline, as GES plays what the adapter makes of it."""
    root = otio.adapters.read_from_file(str(placed))
    root.tracks[:] = [track.deepcopy() for track in root.tracks if track.kind == "Audio"]
    for clip in root.find_clips():
        if "://" not in clip.media_reference.target_url:
            clip.media_reference.target_url = (placed.parent / clip.media_reference.target_url).as_uri()
    project, wave = placed.with_suffix(".adapter.xges"), placed.with_suffix(".adapter.wav")
    otio.adapters.write_to_file(root, str(project), adapter_name="xges")
    server.ask(f"{project}\t{wave}")
    return wave


@pytest.mark.parametrize("rate", [rate for rate in RATES if not rate.drop], ids=str)
def test_what_the_adapter_reads_is_heard_in_its_place(tmp_path: Path, server: Served, rate: Rate) -> None:
    placed = place_hits(cut_of(rate, 1, writings(rate)[-1], tmp_path), hits_of(rate))
    within_a_sample(clicks(rendered(server, placed)), hits_of(rate))


# GES 1.22 itself refuses dissolves in sound, and compounds in compounds; the adapter knows no speed and no switches.
@pytest.mark.parametrize(
    "trap",
    [
        "nested and trimmed", "gaps in samples", "clips in samples", "two rates in one range", "cuts between frames",
        "many rates",
    ],
)  # fmt: skip
def test_the_editors_own_sound_and_the_stems_meet(tmp_path: Path, server: Served, trap: str) -> None:
    made = TRAPS[trap]()
    made.root.tracks.append(own_sound(made.root.tracks[0], made.hits, tmp_path))
    wave = rendered(server, place_hits(made.saved(tmp_path), made.hits))
    within_a_sample(clicks(wave, 0.2), made.hits)
    within_a_sample(clicks(wave, (OWN + STEM) * 0.75), made.hits)


def own_sound(picture: Any, hits: list[Hit], folder: Path) -> Any:
    """The same track as sound: each clip has a file that clicks where its picture shows something."""
    row = picture.deepcopy()
    for track in [row, *row.find_children(descended_from_type=otio.schema.Track)]:
        track.kind = "Audio"
    for clip in row.find_clips():
        sound = np.zeros((8 * 48_000, 2), np.float32)
        for hit in hits:
            if hit.clip == clip.name:
                sound[round(hit.file_s * 48_000)] = OWN
        soundfile.write(folder / f"{clip.name}.wav", sound, 48_000, subtype="PCM_16")
        clip.media_reference.target_url = (folder / f"{clip.name}.wav").as_uri()
    return row
