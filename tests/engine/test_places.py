"""What a picture tells of where it is: sky and growth are outdoors, a green ground is told apart."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.types import CueKind, Shot
from engine.vision.look import look

SKY, GREY, GRASS, BRICK = (230, 170, 110), (90, 90, 90), (40, 150, 70), (60, 80, 150)  # blue, green, red


@pytest.mark.parametrize(
    ("above", "below", "told"),
    [
        (SKY, BRICK, {"outdoor": True}),
        (SKY, GRASS, {"outdoor": True, "green": True}),
        (GREY, GRASS, {"outdoor": True, "green": True}),
        (GREY, BRICK, {"indoor": True}),
    ],
)
def test_where_a_picture_is(
    tmp_path: Path, above: tuple[int, ...], below: tuple[int, ...], told: dict[str, bool]
) -> None:
    picture = np.zeros((180, 320, 3), np.uint8)
    picture[:80], picture[80:] = above, below
    path = tmp_path / "still.png"
    cv2.imwrite(str(path), picture)
    cues = look(Shot("still", path, Fraction(0), Fraction(2), Fraction(0))).cues
    assert {cue.label: cue.confidence >= 0.5 for cue in cues if cue.kind is CueKind.PLACE} == told


def test_a_little_sky_leaves_a_place_unsure(tmp_path: Path) -> None:
    picture = np.full((180, 320, 3), GREY, np.uint8)
    picture[:60, :60] = SKY
    path = tmp_path / "still.png"
    cv2.imwrite(str(path), picture)
    cues = look(Shot("still", path, Fraction(0), Fraction(2), Fraction(0))).cues
    assert [(cue.label, cue.confidence) for cue in cues] == [("indoor", 0.3)]
