"""Fonts for a line of text in any script: what matplotlib brings has no Chinese signs."""

from __future__ import annotations

import re

from matplotlib import font_manager

PLAIN = "DejaVu Sans"  # comes with matplotlib
CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "Arial Unicode MS",
)
_LIKELY = re.compile(r"CJK|Han (Sans|Serif)|Hei|Song|Ming|Kai|Gothic|WenQuanYi|Droid Sans Fallback")


def fonts_for(text: str) -> tuple[list[str], str]:
    """Names of installed fonts that have the text's signs, the plain one first; and the signs that none of them has."""
    fonts = [PLAIN]
    lacking = _lacking(PLAIN, text)
    for name in _likely_fonts() if lacking else ():
        left = _lacking(name, lacking)
        if left != lacking:
            fonts.append(name)
            lacking = left
        if not lacking:
            break
    return fonts, lacking


def _likely_fonts() -> list[str]:
    """Installed fonts that may have Chinese signs: those known to look well, then the others by name."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    others = sorted(name for name in installed if _LIKELY.search(name) and name not in CHINESE)
    return [*(name for name in CHINESE if name in installed), *others]


def _lacking(font: str, text: str) -> str:
    """The signs of a text, each once, that a font does not have."""
    known = font_manager.get_font(font_manager.findfont(font, fallback_to_default=False)).get_charmap()
    return "".join(sign for sign in dict.fromkeys(text) if ord(sign) not in known and not sign.isspace())
