"""The files for Shotcut and Kdenlive fit the document type of MLT XML that MLT itself brings."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from plugin.interchange import kdenlive, mlt
from plugin.interchange.reel import Reel
from tests.plugin.interchange.clicking import clicking_reel
from tests.plugin.interchange.faded_reels import faded_reel
from tests.plugin.timelines import clip, dissolve, gap, marker, span, stack, timeline, track
from tests.real.counting import Rate
from tests.real.good_cut import SOME_RATES, good_reel
from tests.real.melting import numbered_film

DOCUMENT_TYPE = Path("/usr/share/mlt-7/xml/mlt-xml.dtd")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("xmllint") is None, reason="xmllint is not installed (libxml2-utils)"),
    pytest.mark.skipif(not DOCUMENT_TYPE.is_file(), reason="MLT is not installed (melt)"),
]
Writer = Callable[[Reel, Path], tuple[str, ...]]
WRITERS = pytest.mark.parametrize("write", [mlt.write, kdenlive.write], ids=["mlt", "kdenlive"])
# Unknown to the document type, though MLT itself writes the first where clips mix, and Kdenlive the other.
UNKNOWN = {f"No declaration for attribute {name} of element track" for name in ("in", "out")}
OF_KDENLIVE = UNKNOWN | {"No declaration for attribute global_feed of element tractor"}


def document_type(folder: Path) -> Path:
    """MLT's own, with the one line mended that no reader of document types takes (7.12)."""
    text = DOCUMENT_TYPE.read_text("utf-8").replace("<!ELEMENT properties property >", "<!ELEMENT properties ANY >")
    (folder / "mlt.dtd").write_text(text, "utf-8")
    return folder / "mlt.dtd"


def check(document: Path, folder: Path) -> None:
    command = ["xmllint", "--noout", "--nonet", "--dtdvalid", str(document_type(folder)), str(document)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60).stderr
    wrong = set(re.findall(r"validity error : (.*)", said))
    assert "parser error" not in said
    assert wrong <= (OF_KDENLIVE if document.suffix == ".kdenlive" else UNKNOWN), said


def suffix(write: Writer) -> str:
    return ".mlt" if write is mlt.write else ".kdenlive"


@WRITERS
@SOME_RATES
def test_a_good_cut_fits(tmp_path: Path, rate: Rate, write: Writer) -> None:
    reel, _ = good_reel(tmp_path, rate)
    document = tmp_path / f"cut{suffix(write)}"
    write(reel, document)
    check(document, tmp_path)


@WRITERS
@pytest.mark.parametrize("only", [False, True])
def test_speeds_nests_markers_and_stems_alone_fit(tmp_path: Path, write: Writer, only: bool) -> None:
    url, whole = str(numbered_film(tmp_path / "a <film> & é.mkv", 120)), span(0, 120)
    shots = [clip(f"{speed}", 10, start=40, url=url, available=whole, speed=speed) for speed in (1, 2, -1, 0, 0.5)]
    nest = stack(track(gap(2), clip("inner", 6, start=9, url=url, available=whole)), source_range=span(1, 6))
    voice = track(clip("own", 20, url=url, available=whole), kind="Audio", name="Voice")
    cut = timeline(track(shots[0], dissolve(2, 2), *shots[1:], nest, name='"V" & <1>'), voice)
    cut.tracks.markers.extend([marker("rain", 24, 12, comment='on "tin"'), marker("rain", 24)])
    reel, _ = clicking_reel(tmp_path, Fraction(24), 86_400, cut=cut, stems_only=only)
    document = tmp_path / f"cut{suffix(write)}"
    write(reel, document)
    check(document, tmp_path)


@WRITERS
def test_fades_fit(tmp_path: Path, write: Writer) -> None:
    document = tmp_path / f"cut{suffix(write)}"
    write(faded_reel(tmp_path).reel, document)
    check(document, tmp_path)


def test_what_does_not_fit_is_found(tmp_path: Path) -> None:
    """The check itself can fail."""
    reel, _ = good_reel(tmp_path, Rate(25, 1, 25))
    mlt.write(reel, tmp_path / "cut.mlt")
    text = (tmp_path / "cut.mlt").read_text("utf-8")
    (tmp_path / "wrong.mlt").write_text(text.replace("<blank length=", "<blank long=", 1), "utf-8")
    with pytest.raises(AssertionError, match="long"):
        check(tmp_path / "wrong.mlt", tmp_path)
