"""olefile, a reader of structured storage that knows nothing of AAF, opens the file and reads every stream of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.interchange import aaf
from tests.real.counting import Rate
from tests.real.good_cut import SOME_RATES, good_reel

olefile = pytest.importorskip("olefile", reason="olefile is not installed")
pytestmark = pytest.mark.real
# What AAF does by its specification: its kind stands where other files have nothing, and a transaction number.
OF_AAF = {"incorrect CLSID in OLE header", "incorrect OLE header (transaction_signature_number>0)"}
KIND_OF_4K_SECTORS = bytes.fromhex("0102010d00020000060e2b3403020101")
ROOT_CLASS = "B3B398A5-1C90-11D4-8053-080036210804"


@SOME_RATES
def test_every_stream_is_whole(tmp_path: Path, rate: Rate) -> None:
    reel, _ = good_reel(tmp_path, rate)
    aaf.write(reel, tmp_path / "cut.aaf")
    assert (tmp_path / "cut.aaf").read_bytes()[8:24] == KIND_OF_4K_SECTORS
    with olefile.OleFileIO(tmp_path / "cut.aaf") as found:
        assert {str(words) for _, words in found.parsing_issues} <= OF_AAF
        assert (found.sector_size, found.root.clsid) == (4096, ROOT_CLASS)
        streams = found.listdir()
        assert ["Header-2", "properties"] in streams
        assert all(len(found.openstream(name).read()) == found.get_size(name) for name in streams)
        assert {str(words) for _, words in found.parsing_issues} <= OF_AAF
