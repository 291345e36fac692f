"""Final Cut Pro XML fits Apple's own document type, where Final Cut Pro is installed or FCPXML_DTD says where it lies.

It is Apple's, so it is no part of Foleyline; fcpxml_grammar.py holds every file to the same rules everywhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from plugin.interchange import fcpxml
from tests.plugin.interchange.xml_reels import any_reels

NAME = "FCPXMLv1_9.dtd"
FINAL_CUT = "Final Cut Pro*.app/Contents/Frameworks/*.framework/Versions/*/Resources"
PLACES = [Path(os.environ.get("FCPXML_DTD", NAME)), *Path("/Applications").glob(f"{FINAL_CUT}/{NAME}")]
DOCUMENT_TYPE = next((place for place in PLACES if place.is_file()), None)
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("xmllint") is None, reason="xmllint is not installed (libxml2-utils)"),
    pytest.mark.skipif(DOCUMENT_TYPE is None, reason="Apple's document type is not there (FCPXML_DTD)"),
]


def wrong(documents: list[Path]) -> str:
    command = ["xmllint", "--noout", "--nonet", "--dtdvalid", str(DOCUMENT_TYPE), *map(str, documents)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stderr


def test_any_cut_fits(tmp_path: Path) -> None:
    written: list[Path] = []

    @settings(max_examples=100, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(data=st.data())
    def write(data: st.DataObject) -> None:
        folder = Path(mkdtemp(dir=tmp_path))
        reel, _ = data.draw(any_reels(folder))
        written.append(folder / "cut.fcpxml")
        fcpxml.write(reel, written[-1])

    write()
    assert wrong(written) == ""
    text = written[0].read_text("utf-8").replace("<spine", '<spine depth="1"', 1)
    (tmp_path / "wrong.fcpxml").write_text(text, "utf-8")
    assert "depth" in wrong([tmp_path / "wrong.fcpxml"])
