"""OpenTimelineIO's adapter for AAF, which we did not write, finds the clips of its samples where our reader does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from plugin.timeline.cut import Cut
from plugin.timeline.document import Document
from plugin.timeline.read import read_document, read_timeline
from tests.plugin.interchange import samples

DIFFERENT = {
    "keyframed_properties.aaf": "the adapter takes a speed curve for one speed",
    "misc_speed_effects.aaf": "the adapter takes a speed curve for one speed",
    "multiple_top_level_mobs.aaf": "the adapter leaves out clips whose mob is not in the file",
}
NAMES = [name for name in samples.names() if name.endswith(".aaf") and Path(name).name not in samples.REFUSED]


@pytest.mark.skipif(not NAMES, reason="the samples were not fetched; ./check does that")
@pytest.mark.parametrize("name", NAMES)
def test_clips_lie_where_the_adapter_finds_them(shelf: Path, name: str) -> None:
    if Path(name).name in DIFFERENT:
        pytest.skip(DIFFERENT[Path(name).name])
    path = shelf / name
    theirs = read_document(found(path, otio.adapters.read_from_file(str(path))))
    mine = read_timeline(path)
    assert places(mine) == places(theirs)
    assert (mine.rate, mine.start, mine.duration) == (theirs.rate, theirs.start, theirs.duration)


def found(path: Path, root: Any) -> Document:
    return Document(path, root, root)


def places(cut: Cut) -> set[Any]:
    return {(clip.kind, clip.record.start, clip.record.end) for clip in cut.clips}
