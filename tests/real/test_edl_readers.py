"""Two readers of CMX 3600 lists, pycmx and edl-reader, find every stem on its frames, with its name and its file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from engine.types import Layer
from plugin.interchange import edl
from tests.real.counting import Rate, frames_of, label_of
from tests.real.good_cut import PICTURES, SOME_RATES, good_reel, stems

pytestmark = pytest.mark.real
LISTS = {Layer.AMBIENT: "cut.edl", Layer.ACTION: "cut.action.edl", Layer.MATERIAL: "cut.material.edl"}

Row = tuple[Any, ...]  # picture, name, source in and out, record in and out, file


def expected(folder: Path, rate: Rate, layer: Layer) -> list[Row]:
    """The list of a layer; the first has the picture as well. Source numbers of stems are those of the timeline."""
    hour = frames_of(1, 0, 0, 0, rate)
    rows = []
    for name, start, frames, _ in stems(layer, rate):
        edges = [label_of(hour + frame, rate) for frame in (start, start + frames)]
        rows.append((False, name, *edges, *edges, str(folder / "stems" / f"{name}.wav")))
    for name, start, frames, first in PICTURES if layer is Layer.AMBIENT else []:
        source = [label_of(frame, rate) for frame in (first, first + frames)]
        record = [label_of(hour + frame, rate) for frame in (start, start + frames)]
        if name != "off":
            rows.append((True, name, *source, *record, str(folder / "the film é.mkv")))
    return sorted(rows, key=lambda row: row[4])


def written(folder: Path, rate: Rate) -> None:
    reel, _ = good_reel(folder, rate)
    edl.write(reel, folder / "cut.edl")


def read_by_pycmx(path: Path) -> Iterable[Row]:
    pycmx = pytest.importorskip("pycmx", reason="pycmx is not installed")
    with path.open(encoding="utf-8") as file:
        found = pycmx.parse_cmx3600(file)
    assert not [one for one in found.unrecognized_statements if one.content]
    for event in found.events:
        (edit,) = event.edits
        sounds = [channel for channel in (1, 2, 3, 4) if edit.channels.get_audio_channel(channel)]
        assert sounds == ([] if edit.channels.video else [1, 2]) and edit.transition.cut
        times = (edit.source_in, edit.source_out, edit.record_in, edit.record_out)
        yield (edit.channels.video, edit.clip_name, *times, edit.source_file)


def read_by_edl_reader(path: Path, rate: Rate) -> Iterable[Row]:
    reader: Any = pytest.importorskip("edl", reason="edl-reader is not installed")
    # It knows 23.976 by its nominal rate, and drop frame by the rate alone.
    with path.open(encoding="utf-8") as file:
        events = reader.Parser("29.97" if rate.drop else str(rate.nominal)).parse(file)
    for event in events:
        times = (event.src_start_tc, event.src_end_tc, event.rec_start_tc, event.rec_end_tc)
        assert event.track in ("V", "AA") and not event.has_transition()
        yield (event.track == "V", event.clip_name, *map(str, times), event.source_file)


@SOME_RATES
@pytest.mark.parametrize("layer", Layer)
def test_pycmx_finds_every_event(tmp_path: Path, rate: Rate, layer: Layer) -> None:
    written(tmp_path, rate)
    assert list(read_by_pycmx(tmp_path / LISTS[layer])) == expected(tmp_path, rate, layer)


@SOME_RATES
@pytest.mark.parametrize("layer", Layer)
def test_edl_reader_finds_every_event(tmp_path: Path, rate: Rate, layer: Layer) -> None:
    written(tmp_path, rate)
    assert list(read_by_edl_reader(tmp_path / LISTS[layer], rate)) == expected(tmp_path, rate, layer)
