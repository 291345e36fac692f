"""What our own writers write is read back the same: two programs of one house that share no code for it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from plugin.interchange.formats import FORMATS
from plugin.timeline.read import read_timeline
from tests.plugin.interchange.placed_reels import placed_reel
from tests.plugin.timelines import clip, gap, span, timeline, track

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60)]
TELLS_NO_START = (".mlt", ".kdenlive")


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("suffix", [".fcpxml", ".xml", ".edl", ".mlt", ".kdenlive", ".aaf"])
def test_rate_start_places_and_in_points_come_back(tmp_path: Path, suffix: str, rate: Fraction) -> None:
    if suffix == ".aaf":
        pytest.importorskip("aaf2", reason="pyaaf2 is not installed")
    start, r = 3600 * round(rate), float(rate)
    media = {"available": span(start, 500, r), "rate": r}
    for name in ("a.mov", "50% b.mov"):
        (tmp_path / name).write_bytes(b"no picture")
    items = [
        gap(3, r),
        clip("a", 20, start=start + 10, url=(tmp_path / "a.mov").as_uri(), **media),
        clip("b", 30, start=start + 100, url=(tmp_path / "50% b.mov").as_uri(), **media),
    ]
    reel = placed_reel(tmp_path, rate, cut=timeline(track(*items), start=start, rate=r))
    path = tmp_path / f"out{suffix}"
    next(one for one in FORMATS if one.suffix == suffix).write(reel, path)
    cut = read_timeline(path, rate)
    found: Any = [
        (clip.record.start * rate, clip.record.end * rate, clip.medium.path)
        for clip in cut.clips
        if clip.kind == "Video"
    ]
    assert cut.rate == rate
    assert cut.start * rate == (0 if suffix in TELLS_NO_START else start)
    assert found == [(3, 23, tmp_path / "a.mov"), (23, 53, tmp_path / "50% b.mov")]
    offsets: Any = [clip.source_start * rate for clip in cut.clips if clip.kind == "Video"]
    # A list counts in the file's timecode: of a file that does not open, as the timeline said it.
    origin = start if suffix == ".edl" else 0
    assert offsets == [origin + 10, origin + 100]
    stems: Any = {
        # A list leaves the file's origin to its stamp, which is in whole samples.
        (clip.record.start * rate, clip.record.end * rate, round(clip.source_start * rate, 2))
        for clip in cut.clips
        if clip.kind == "Audio" and (clip.medium.path or Path()).name == "ambient-0.wav"
    }
    assert stems == {(7, 31, 5)}
