"""A small cut of drawn pictures."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from tests.engine.footage import Picture, disc, draw, wall, write_film


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ball that meets the floor at 0.5, 1.5, 2.5 ... seconds."""
    pictures = draw([number / 24 for number in range(144)], _ball, wall())
    return write_film(tmp_path_factory.mktemp("film") / "ball.mp4", pictures, rate=Fraction(24))


def _ball(picture: Picture, time_s: float) -> None:
    picture[153:] = (60, 60, 70)
    phase = (time_s + 0.5) % 1.0  # at the floor at 0 and 1
    disc(picture, 192.0, 153.0 - 15.0 - 4.0 * phase * (1.0 - phase) * 108.0, 15.0)


@pytest.fixture
def cut(tmp_path: Path, film: Path) -> Path:
    """Two touching clips and, after a gap, a third; an audio track and metadata of the editor's own."""
    timeline = otio.schema.Timeline("Ball", global_start_time=RationalTime(86400, 24))
    timeline.metadata["editor"] = {"bin": "Act 1"}
    track = otio.schema.Track("Picture", kind="Video")
    for name, start, frames in (("drop one", 0, 48), ("drop two", 60, 36), ("", 0, 24), ("drop three", 96, 24)):
        span = TimeRange(RationalTime(start, 24), RationalTime(frames, 24))
        if name:
            media = otio.schema.ExternalReference(film.as_uri(), TimeRange(RationalTime(0, 24), RationalTime(144, 24)))
            track.append(otio.schema.Clip(name, media, span, metadata={"editor": {"colour": name}}))
        else:
            track.append(otio.schema.Gap(source_range=span))
    timeline.tracks.append(track)
    timeline.tracks.append(otio.schema.Track("Dialogue", kind="Audio"))
    path = tmp_path / "cut.otio"
    otio.adapters.write_to_file(timeline, str(path))
    return path
