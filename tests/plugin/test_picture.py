"""The picture of the result says which stretches it shows, and draws signs of any script that a font is there for."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from matplotlib import font_manager

from engine.mix import Levels
from engine.performance import Stems
from engine.types import Shot
from plugin.picture import _caption, draw_stems
from plugin.title_fonts import PLAIN, fonts_for


def shots(*frames: tuple[int, int], rate: Fraction = Fraction(24)) -> list[Shot]:
    made = [(start / rate, (end - start) / rate) for start, end in frames]
    return [Shot("a", None, Fraction(0), length, start, frame_rate=rate) for start, length in made]


def test_the_caption_names_each_stretch_that_was_chosen() -> None:
    assert _caption(shots((24, 48), (48, 60), (96, 120)), "01:00:01:00") == (
        "seconds from 01:00:01:00; chosen: 01:00:01:00-01:00:02:12, 01:00:04:00-01:00:05:00"
    )
    many = _caption(shots(*((48 * number, 48 * number + 24) for number in range(9))), "00:00:00:00")
    assert many.endswith(", 00:00:10:00-00:00:11:00 and 3 more") and many.count("-") == 6


def test_the_caption_counts_drop_frame_and_before_midnight_as_the_timeline_does() -> None:
    rate = Fraction(30000, 1001)
    assert _caption(shots((0, 1800), rate=rate), "00:00:00;00").endswith("00:00:00;00-00:01:00;02")
    assert _caption(shots((0, 48)), "-00:00:01:00").endswith("chosen: -00:00:01:00-00:00:01:00")


@pytest.fixture
def only_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has no fonts but matplotlib's own."""
    own = [font for font in font_manager.fontManager.ttflist if "mpl-data" in font.fname]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", own)


def _font(path: Path, name: str, signs: str) -> None:
    """A real font file whose every sign is a square."""
    pen = TTGlyphPen(None)
    for move, point in (("moveTo", (0, 0)), ("lineTo", (0, 800)), ("lineTo", (800, 800)), ("lineTo", (800, 0))):
        getattr(pen, move)(point)
    pen.closePath()
    glyphs = [".notdef", *(f"u{ord(sign)}" for sign in signs)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap({ord(sign): f"u{ord(sign)}" for sign in signs})
    builder.setupGlyf(dict.fromkeys(glyphs, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (900, 0)))
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": name, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)


@pytest.mark.usefixtures("only_plain")
def test_without_a_font_the_signs_that_are_boxes_are_told() -> None:
    assert fonts_for("rain, café") == ([PLAIN], "")
    assert fonts_for("night 夜雨夜") == ([PLAIN], "夜雨")


@pytest.mark.usefixtures("only_plain")
def test_boxes_in_the_title_are_told_once(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    stems = Stems([], Levels({}, {}, {}, 0.0))
    (told,) = draw_stems(tmp_path / "p.png", shots((0, 24)), stems, ("00:00:00:00", "00:00:01:00"), "夜雨夜")
    assert told.startswith("No installed font has 夜雨, so the picture's title shows boxes")
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG") and not recwarn.list


@pytest.mark.usefixtures("only_plain")
@pytest.mark.parametrize("name", ["SimHei", "Some CJK TC"])
def test_an_installed_chinese_font_is_chosen(tmp_path: Path, name: str) -> None:
    _font(tmp_path / "zh.ttf", name, "夜雨")
    font_manager.fontManager.addfont(tmp_path / "zh.ttf")
    assert fonts_for("night 夜雨") == ([PLAIN, name], "")
    assert fonts_for("夜雪") == ([PLAIN, name], "雪")
    assert fonts_for("night") == ([PLAIN], "")
