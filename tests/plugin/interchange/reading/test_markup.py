"""XML that is made to harm, damaged, or of another kind than its name says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.types import TimelineError
from plugin.interchange.reading import markup
from plugin.timeline.read import read_timeline

BOMB = (
    "<!DOCTYPE x [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {'abcdefgh'[n + 1]} '&{'abcdefgh'[n]};&{'abcdefgh'[n]};'>" for n in range(7))
    + "]><xmeml>&h;</xmeml>"
)


@pytest.mark.parametrize("suffix", [".xml", ".fcpxml", ".mlt", ".kdenlive"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB, "entities"),
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xmeml>&a;</xmeml>', "entities"),
        ('<!DOCTYPE x [<!ENTITY % p SYSTEM "http://localhost/x.dtd"> %p;]><xmeml/>', "entities"),
        ("<xmeml>&missing;</xmeml>", "damaged"),
        ("<a>" * 501, "one in another"),
        ("<xmeml><sequence>", "damaged"),
        ("<svg/>", "another kind"),
        ("no xml", "damaged"),
        ("\x00\x01", "damaged"),
    ],
)
def test_it_is_refused_in_words(tmp_path: Path, suffix: str, text: str, words: str) -> None:
    path = tmp_path / f"cut{suffix}"
    path.write_text(text)
    with pytest.raises(TimelineError, match=words):
        read_timeline(path)


def test_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.xml"
    path.write_text('<?xml version="1.0" encoding="x-none"?><xmeml/>')
    with pytest.raises(TimelineError, match="damaged"):
        read_timeline(path)


def test_too_many_elements_and_bytes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cut.xml"
    path.write_text("<xmeml>" + "<a/>" * 100 + "</xmeml>")
    monkeypatch.setattr(markup, "MOST_ELEMENTS", 50)
    with pytest.raises(TimelineError, match="elements"):
        read_timeline(path)
    monkeypatch.setattr(markup, "MOST_BYTES", 10)
    with pytest.raises(TimelineError, match="larger"):
        read_timeline(path)


def test_a_file_that_is_absent_a_folder_or_a_pipe(tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match="no timeline at"):
        read_timeline(tmp_path / "none.xml")
    (tmp_path / "folder.xml").mkdir()
    with pytest.raises(TimelineError, match="no file"):
        read_timeline(tmp_path / "folder.xml")
    os.mkfifo(tmp_path / "pipe.xml")
    with pytest.raises(TimelineError, match="no file"):
        read_timeline(tmp_path / "pipe.xml")


def test_xml_is_read_by_what_it_is_not_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "cut.xml"
    path.write_text('<mlt><profile frame_rate_num="25" frame_rate_den="1"/><tractor id="t"/></mlt>')
    assert read_timeline(path).rate == 25
