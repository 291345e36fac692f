"""An .otio does not say whether its timecode drops frames: whoever knows says it, and who does not is told."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import wavinfo

from engine.types import TimelineError
from plugin.cli import main
from plugin.timeline.read import read_timeline
from tests.plugin.timelines import clip, save, span, timeline, track

# Rate, start in frames, its timecode as it is counted without a word, and as it is with --drop-frame. 00:59:58;00 has
# (59 x 60 + 58) x 30 - 2 x (59 - 5) frames before it at 29.97; twice as many at 59.94, and so on.
TABLE = [
    (29.97, 107_832, "00:59:54:12", "00:59:58;00"),
    (59.94, 215_664, "00:59:54:24", "00:59:58;00"),
    (119.88, 431_328, "00:59:54:048", "00:59:58;000"),
    (29.97, 0, "00:00:00:00", "00:00:00;00"),
    (29.97, 1_800, "00:01:00:00", "00:01:00;02"),
    (29.97, 17_990, "00:09:59:20", "00:10:00;08"),
]
UNSAID = "cut.otio does not say whether its timecode drops frames; it is counted without: --drop-frame if it does"


def cut_at(folder: Path, rate: float, start: int, url: str | None = None, **metadata: str) -> Path:
    root = timeline(track(clip("a", 90, url=url, available=span(0, 150, rate), rate=rate)), start=start, rate=rate)
    root.metadata.update(metadata)
    return save(root, folder / "cut.otio")


@pytest.mark.parametrize(("rate", "start", "counted", "dropped"), TABLE)
def test_timecode_is_shown_as_is_asked(tmp_path: Path, rate: float, start: int, counted: str, dropped: str) -> None:
    path = cut_at(tmp_path, rate, start)
    for asked, label in ((False, counted), (True, dropped)):
        cut = read_timeline(path, drop_frame=asked)
        assert (cut.timecode(Fraction(0)), cut.start_frame) == (label, start)
        assert (UNSAID in cut.warnings) is (not asked and not (label.endswith(":00:00") and start))


def test_a_file_that_says_it_or_starts_at_a_full_minute_needs_no_word(tmp_path: Path) -> None:
    for start, said, dropping in ((107_832, "DF", True), (107_832, "NDF", False), (107_892, "", True)):
        cut = read_timeline(cut_at(tmp_path, 29.97, start, **({"displayFormat": said} if said else {})))
        assert (cut.drop_frame, cut.warnings) == (dropping, ())


@pytest.mark.parametrize("rate", [23.976, 24, 25, 30, 47.952, 60])
def test_no_frames_are_dropped_at_other_rates(tmp_path: Path, rate: float) -> None:
    path = cut_at(tmp_path, rate, 0)
    assert read_timeline(path).warnings == ()
    with pytest.raises(TimelineError, match=r"drops no frames.*29\.97, 59\.94 and 119\.88. Leave out --drop-frame"):
        read_timeline(path, drop_frame=True)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    out = capsys.readouterr().out
    return json.loads(out.splitlines()[-1] if arguments[0] == "stems" else out)


def test_every_command_counts_as_is_asked(tmp_path: Path, film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = str(cut_at(tmp_path, 29.97, 107_832, film.as_uri()))
    assert told(capsys, "inspect", cut)["range"] == "00:59:54:12-00:59:57:12"
    assert told(capsys, "inspect", cut, "--drop-frame")["range"] == "00:59:58;00-01:00:01;00"
    # Without a sign of dropping in it, the range counts as the timeline does.
    for number, range_ in enumerate(("00:59:59:00-01:00:00:00", "00:59:59;00-01:00:00;00")):
        done = told(
            capsys, "stems", cut, "--drop-frame", "--range", range_, "--prompt", "rain", "--handles", "0",
            "-o", str(tmp_path / f"out{number}.otio"),
        )  # fmt: skip
        assert [shot["timecode"] for shot in done["shots"]] == ["00:59:59;00"]
        assert not [words for words in done["warnings"] if "drops frames" in words]
        for path in Path(done["media_folder"]).glob("*.wav"):
            info = wavinfo.WavInfoReader(str(path))
            speed = {element.tag: element.text for element in info.ixml.parsed.find("SPEED")}
            # Frame 107 862 at 30000/1001 begins at 3 598.9954 s: 172 751 779.2 samples.
            assert (info.bext.time_reference, speed["TIMECODE_FLAG"]) == (172_751_779, "DF")
    rows = told(capsys, "conform", str(tmp_path / "out0.otio"), cut, "--drop-frame", "--dry-run")["shots"]
    assert {at[-3] for row in rows for at in row["now"]} == {";"}
