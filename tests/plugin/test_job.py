"""The bounds of what may be asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.types import SettingError, Settings
from plugin.job import Job, check_job


def job(**asked: Any) -> Job:
    frames = {name: asked.pop(name) for name in ("handles_frames", "fades_frames") if name in asked}
    return Job(Path("cut.otio"), settings=Settings(**asked), **frames)


@pytest.mark.parametrize(
    ("name", "lowest", "highest", "step"),
    [
        ("seed", 0, 2**53 - 1, 1),
        ("programme_lufs", -60.0, -5.0, 0.1),
        ("handles_frames", 0, 1200, 1),
        ("fades_frames", 0, 1200, 1),
    ],
)
def test_numbers_are_taken_up_to_their_bounds_and_not_past_them(
    name: str, lowest: float, highest: float, step: float
) -> None:
    for asked in (lowest, highest):
        check_job(job(**{name: asked}))
    for asked in (lowest - step, highest + step):
        with pytest.raises(SettingError, match=r"in .* to"):
            check_job(job(**{name: asked}))
