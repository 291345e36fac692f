"""The whole way with real sound: hits of a score, and what retimed pictures show, heard in other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from engine.score.score import Score, write_scores
from engine.types import Layer, Note
from plugin.job import Job
from plugin.workflow import make_stems
from tests.engine.footage import Picture, disc, draw, wall, write_film
from tests.plugin.timelines import clip, dissolve, save, span, stack, timeline, touch, track
from tests.plugin.watching import quiet
from tests.real import blender, ges
from tests.real.counting import Rate, ntsc, sample_at, whole
from tests.real.served import Served
from tests.real.traps import warped

pytestmark = pytest.mark.real

Sound = npt.NDArray[np.float64]
EYE_S = 0.04


@pytest.fixture(scope="module")
def in_ges() -> Iterator[Served]:
    if not ges.is_there():
        pytest.skip("GStreamer Editing Services is not installed for the system's Python")
    with ges.started() as server:
        yield server


@pytest.fixture(scope="module")
def in_blender() -> Iterator[Served]:
    if not blender.is_there():
        pytest.skip("Blender is not installed")
    with blender.started() as server:
        yield server


def score_of(path: Path, times_s: list[float], duration: Fraction) -> Path:
    """One scene of switches that are all the same."""
    notes = tuple(
        Note(f"n{number}", f"e{number}", Layer.ACTION, "click", time_s, 0.1, seed=5)
        for number, time_s in enumerate(times_s)
    )
    write_scores(path, [Score(0, Fraction(0), duration, notes)])
    return path


def first_channel(wave: Path) -> Sound:
    return np.asarray(soundfile.read(wave, always_2d=True)[0][:, 0])


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    """The sound of one, as its stem has it in a cut without any trap: from its sample on."""
    folder = tmp_path_factory.mktemp("switch")
    touch(folder, "m.mov")
    cut = save(timeline(track(clip("a", 72, url="m.mov"))), folder / "cut.otio")
    score = score_of(folder / "score.json", [1.0], Fraction(3))
    report = make_stems(Job(cut, from_score=score, handles_frames=0), quiet)
    wave = next(path for path in report.media_folder.iterdir() if "Action" in path.name)
    return first_channel(wave)[48_000:52_000]


def lag(sound: Sound, sample: int, pattern: Sound, reach: int = 400) -> int:
    """By how many samples a pattern is heard later than at `sample`."""
    around = sound[sample - reach : sample + reach + len(pattern)]
    alike = np.correlate(around, pattern)
    assert alike.max() > 0.5 * float(pattern @ pattern)
    return int(np.argmax(alike)) - reach


def tripping_cut(rate: Rate, folder: Path) -> Path:
    """Three shots of one scene under a trimmed root: plain, of a trimmed compound, and of another rate."""
    touch(folder, "m.mov")
    available = span(86_400, 9_000, rate.written)
    plain = clip("a", 40, start=86_410, rate=rate.written, url="m.mov", available=available)
    inside = stack(track(clip("b", 90, rate=rate.written, url="m.mov")), source_range=span(21, 37, rate.written))
    root = timeline(track(plain, inside, clip("c", 50, rate=25, url="m.mov")), rate=rate.written, start=rate.nominal)
    root.tracks.source_range = span(7, 70 + 2 * rate.nominal, rate.written)
    return save(root, folder / "cut.otio")


@pytest.mark.parametrize("rate", [ntsc(24), whole(25), ntsc(30), ntsc(60), whole(120)], ids=str)
def test_a_score_sounds_where_it_says(
    tmp_path: Path, in_ges: Served, in_blender: Served, switch: Sound, rate: Rate
) -> None:
    frames = [5, 20, 33, 52, 69]  # of the timeline; the second shot begins at 33, the third at 70
    samples = [sample_at((frame, *rate.pair)) for frame in frames]
    samples += [sample_at((70, *rate.pair), (frame, 25, 1)) for frame in (3, 30)]
    cut, duration = tripping_cut(rate, tmp_path), (70 + 2 * rate.nominal) * Fraction(rate.denominator, rate.numerator)
    wide = [one for one, following in zip(samples, [*samples[1:], 10**9], strict=True) if following - one > 5_000]
    score = score_of(tmp_path / "score.json", [sample / 48_000 for sample in wide], duration)
    placed = make_stems(Job(cut, from_score=score), quiet).output
    for program, server in ((ges, in_ges), (blender, in_blender)):
        sound = first_channel(program.rendered(server, placed, rate.pair))
        assert max(abs(lag(sound, sample, switch)) for sample in wide) <= 1


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """A ball that meets the floor every one or two seconds, first after half of that; 24 pictures a bounce."""
    folder = tmp_path_factory.mktemp("film")
    return {every_s: _film(folder / f"{every_s}.mp4", every_s) for every_s in (1, 2)}


def _film(path: Path, every_s: int) -> Path:
    def ball(picture: Picture, time_s: float) -> None:
        picture[153:] = (60, 60, 70)
        phase = (time_s / every_s + 0.5) % 1.0
        disc(picture, 192.0, 138.0 - 4.0 * phase * (1.0 - phase) * 108.0, 15.0)

    rate = 24 // every_s
    return write_film(path, draw([number / rate for number in range(6 * rate)], ball, wall()), rate=Fraction(rate))


def drop(film: Path, frames: int, *, start: int = 0, first: int = 0, speed: float | None = None) -> Any:
    """A clip of the ball, which meets the floor half a second into each second of its file."""
    return clip("drop", frames, start=first + start, url=str(film), available=span(first, 144), speed=speed)


def still(film: Path, frames: int) -> Any:
    return clip("still", frames, url=str(film), available=span(0, 144), speed=0)


def fast_compound(film: Path) -> list[Any]:
    return [warped(stack(track(drop(film, 120, first=86_400)), source_range=span(12, 72)), 1.5)]


def long_dissolve(film: Path) -> list[Any]:
    """The cut is at 1.25 s; for 1.5 s more the ball fades out, and it falls on for the first half of them."""
    return [drop(film, 30), dissolve(0, 36), still(film, 48)]


Shown = Callable[[Path], list[Any]]
SEEN: dict[str, tuple[int, Shown, list[float]]] = {
    "in a file with timecode": (1, lambda film: [drop(film, 72, start=6, first=86_400)], [0.25, 1.25, 2.25]),
    "twice as fast": (2, lambda film: [drop(film, 72, speed=2)], [0.5, 1.5, 2.5]),
    "half as fast": (1, lambda film: [drop(film, 144, speed=0.5)], [1.0, 3.0, 5.0]),
    "backwards": (1, lambda film: [drop(film, 72, start=6, speed=-1)], [0.75, 1.75, 2.75]),
    "a trimmed compound, faster": (1, fast_compound, [2 / 3, 4 / 3, 2.0]),
    "a long dissolve, after the cut": (1, long_dissolve, [0.5, 1.5]),
}


@pytest.mark.parametrize("how", SEEN)
def test_what_a_file_shows_is_heard_at_its_place_in_the_cut(
    tmp_path: Path, in_ges: Served, films: dict[int, Path], how: str
) -> None:
    every_s, shown, hits_s = SEEN[how]
    film = films[every_s]
    cut = save(timeline(track(still(film, 36), *shown(film))), tmp_path / "cut.otio")
    placed = make_stems(Job(cut, words="a rubber ball bounces on a wooden floor"), quiet).output
    heard = first_channel(ges.rendered(in_ges, placed, (24, 1)))
    attacks = attacks_s(heard)
    for hit_s in hits_s:
        assert np.abs(attacks - (1.5 + hit_s)).min() <= EYE_S
    assert len(attacks) <= 3 * len(hits_s)


def attacks_s(sound: Sound) -> Sound:
    """When something begins: the level of two milliseconds is three times that of the ten before."""
    level = np.abs(sound[: len(sound) // 96 * 96]).reshape(-1, 96).max(axis=1)
    before = np.max([np.roll(level, step) for step in range(1, 6)], axis=0)
    return np.asarray(np.flatnonzero((level > 3 * before) & (level > 0.1 * level.max())) * 0.002, np.float64)
