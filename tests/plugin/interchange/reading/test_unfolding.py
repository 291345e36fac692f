"""Sequences in sequences: each use holds all of it, and a small file that unfolds without end is refused at once."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest

from engine.types import TimelineError
from plugin.interchange.reading.laying import Compounds
from plugin.timeline.document import open_document
from plugin.timeline.read import read_timeline

RATE = "<rate><timebase>25</timebase><ntsc>FALSE</ntsc></rate>"


def _fcp7(levels: int) -> str:
    """Each sequence of four frames, that shows twice the first two of the next, marked; the last shows a file."""
    marker = "<marker><name>{}</name><in>0</in><out>-1</out></marker>"
    found = []
    for level in range(levels):
        inner = f'<sequence id="s{level + 1}"/>'
        if level == levels - 1:
            inner = '<file id="f"><pathurl>x.mov</pathurl></file>'
        items = "".join(
            f'<clipitem id="c{level}-{use}"><name>{level}-{use}</name><start>{use * 2}</start><end>{use * 2 + 2}</end>'
            f"<in>0</in><out>2</out>{inner}{marker.format(f'on {level}-{use}')}</clipitem>"
            for use in (0, 1)
        )
        found.append(
            f'<sequence id="s{level}">{RATE}<media><video><track>{items}</track></video></media>'
            f"{marker.format(f'in {level}')}</sequence>"
        )
    return f'<xmeml version="5"><bin><children>{"".join(found)}</children></bin></xmeml>'


def _fcpxml(levels: int) -> str:
    spine = '<spine><ref-clip ref="m{0}" duration="2s" offset="0s"/><ref-clip ref="m{0}" duration="2s"/></spine>'
    media = "".join(
        f'<media id="m{level}"><sequence format="r">{spine.format(level + 1)}</sequence></media>'
        for level in range(levels)
    )
    last = f'<media id="m{levels}"><sequence format="r"><spine><video duration="4s"/></spine></sequence></media>'
    return (
        f'<fcpxml version="1.9"><resources><format id="r" frameDuration="1/25s"/>{media}{last}</resources>'
        f'<project><sequence format="r">{spine.format(0)}</sequence></project></fcpxml>'
    )


def _mlt(levels: int) -> str:
    playlists = "".join(
        f'<playlist id="p{level}">{f"""<entry producer="p{level + 1}" in="0" out="49"/>""" * 2}</playlist>'
        for level in reversed(range(levels))
    )
    producer = f'<producer id="p{levels}" in="0" out="99"><property name="resource">x.mov</property></producer>'
    return (
        f'<mlt><profile frame_rate_num="25" frame_rate_den="1"/>{producer}{playlists}'
        '<tractor id="t" in="0" out="99"><track producer="p0"/></tractor></mlt>'
    )


@pytest.mark.parametrize(("suffix", "text"), [(".xml", _fcp7(40)), (".fcpxml", _fcpxml(40)), (".mlt", _mlt(40))])
def test_what_doubles_forty_times_is_refused_before_it_is_unfolded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, text: str
) -> None:
    def filled(self: Compounds) -> None:
        raise AssertionError("it was unfolded")

    monkeypatch.setattr(Compounds, "fill", filled)
    path = tmp_path / f"cut{suffix}"
    path.write_text(text)
    with pytest.raises(TimelineError, match="unfolds to over 100000 items"):
        open_document(path)


def test_every_use_holds_all_that_is_in_it_and_its_own_markers(tmp_path: Path) -> None:
    path = tmp_path / "cut.xml"
    path.write_text(_fcp7(3))
    cut = read_timeline(path)
    # Of four frames the first two of each use are shown, which are the inner one's first use.
    assert [(clip.name, int(clip.record.start * 25), int(clip.record.end * 25)) for clip in cut.clips] == [
        ("2-0", 0, 2), ("2-0", 2, 4)
    ]  # fmt: skip
    root = open_document(path).timeline.tracks
    stacks = root.find_children(descended_from_type=otio.schema.Stack)
    assert [one.name for one in stacks] == ["0-0", "1-0", "1-1", "0-1", "1-0", "1-1"]
    assert [[marker.name for marker in one.markers] for one in stacks] == [
        [f"in {int(one.name[0]) + 1}", f"on {one.name}"] for one in stacks
    ]
    leaves = [one.name for one in root.find_children(descended_from_type=otio.schema.Clip)]
    assert leaves == ["2-0", "2-1"] * 4
