"""What is seen in drawn scenes whose contacts are known: through real encoded files, from pixels to cues."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.types import CancelledError, Cue, CueKind, MediaError, MissingMediaError, Shot
from engine.vision import cache
from engine.vision.look import look
from tests.engine.footage import Picture, disc, draw, wall, write_film

SURE = 0.5
RATE = 30
EXPOSED_S = 0.25 / RATE  # the pictures show the world a quarter of a frame after their stamps


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOLEYLINE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def filmed(
    path: Path, paint: Callable[[Picture, float], None], seconds: float = 4.0, background: Picture | None = None
) -> Path:
    times = np.arange(int(seconds * RATE)) / RATE + EXPOSED_S
    return write_film(path, draw(times, paint, wall() if background is None else background), rate=Fraction(RATE))


def shot(path: Path, seconds: float = 4.0, *, start: float = 0.0, speed: Fraction = Fraction(1)) -> Shot:
    return Shot(path.stem, path, Fraction(start), Fraction(seconds), Fraction(0), speed=speed)


def contacts(cues: Iterable[Cue]) -> list[Cue]:
    return [cue for cue in cues if cue.kind in (CueKind.HIT, CueKind.STEP) and cue.confidence >= SURE]


KEPT, FLIGHT_S = 0.66, 0.7
BOUNCES = tuple(0.9 + FLIGHT_S * (1 - KEPT**k) / (1 - KEPT) for k in range(9))
LOUD = BOUNCES[:5]  # later ones follow within a tenth of a second
FLOOR_PX, GRAVITY_PX = 150.0, 900.0


def bouncing(picture: Picture, time_s: float) -> None:
    """A disc that touches the floor at BOUNCES, between them in free flight."""
    number = sum(at <= time_s for at in BOUNCES) - 1
    if number < 0:
        height = 60 if time_s < 0.535 else 60 * (1 - ((time_s - 0.535) / 0.365) ** 2)
    else:
        since, flight = time_s - BOUNCES[number], FLIGHT_S * KEPT**number
        height = max(0.0, GRAVITY_PX / 2 * since * (flight - since))
    disc(picture, 200, FLOOR_PX - 12 - height, 12)


def test_bounces_are_heard_when_the_ball_touches(tmp_path: Path) -> None:
    hits = contacts(look(shot(filmed(tmp_path / "ball.mp4", bouncing))).cues)
    assert max(min(abs(hit.time_s - at) for hit in hits) for at in LOUD) < 0.025
    assert len(hits) <= len(BOUNCES)
    assert all(abs(hit.x - 0.25) < 0.08 and hit.y > 0.2 for hit in hits)
    assert hits[0].energy > 0.3


BLOWS = (1.0, 1.9, 2.7)


def swinging(picture: Picture, time_s: float) -> None:
    """A bar on a pivot: raised slowly, swung down within .15 s, stopped dead."""
    coming = next((at for at in BLOWS if at > time_s), None)
    last = max((at for at in BLOWS if at <= time_s), default=0.0)
    if coming is None:
        angle = 0.0
    elif time_s > coming - 0.15:
        angle = 1.1 * (1 - ((time_s - coming + 0.15) / 0.15) ** 2)
    else:
        share = (time_s - last) / (coming - 0.15 - last)
        angle = 1.1 * (share**2 * (3 - 2 * share) if last else 1.0)
    end = (100 + 110 * np.cos(angle), 130 - 110 * np.sin(angle))
    cv2.line(picture, (1600, 2080), (round(end[0] * 16), round(end[1] * 16)), (40, 60, 130), 14, cv2.LINE_AA, 4)
    disc(picture, end[0], end[1], 13, (60, 60, 60))


def test_blows_are_heard_when_the_bar_stops(tmp_path: Path) -> None:
    hits = contacts(look(shot(filmed(tmp_path / "bar.mp4", swinging))).cues)
    assert [min((round(abs(hit.time_s - at), 3) for hit in hits), default=9) < 0.025 for at in BLOWS] == [True] * 3
    assert len(hits) <= 4


def test_a_smooth_gesture_touches_nothing(tmp_path: Path) -> None:
    def waving(picture: Picture, time_s: float) -> None:
        angle = 0.9 * np.sin(2 * np.pi * 0.6 * time_s)
        disc(picture, 160 + 70 * np.sin(angle), 110 - 70 * np.cos(angle), 18)

    seen = look(shot(filmed(tmp_path / "wave.mp4", waving)))
    assert contacts(seen.cues) == []
    assert any(cue.kind is CueKind.MOTION for cue in seen.cues)


def test_a_pan_over_a_still_scene_is_a_camera_move_and_no_contact(tmp_path: Path) -> None:
    wide = wall(180, 520)
    pictures = (np.ascontiguousarray(wide[:, k : k + 320]) for k in range(0, 180, 2))
    seen = look(shot(write_film(tmp_path / "pan.mp4", pictures, rate=Fraction(RATE)), 3))
    assert contacts(seen.cues) == []
    assert [cue.label for cue in seen.cues if cue.kind is CueKind.CAMERA] == ["pan"]


def test_a_cut_is_a_cut_and_no_contact(tmp_path: Path) -> None:
    pictures = [wall(seed=1)] * 40 + [wall(seed=2)] * 40
    seen = look(shot(write_film(tmp_path / "cut.mp4", pictures, rate=Fraction(RATE)), 2))
    assert [round(cue.time_s * RATE) for cue in seen.cues if cue.kind is CueKind.CUT] == [40]
    assert contacts(seen.cues) == []


def test_a_flash_is_neither(tmp_path: Path) -> None:
    lit = np.asarray(np.minimum(wall().astype(int) * 2, 255), np.uint8)
    pictures = [wall()] * 40 + [lit] * 2 + [wall()] * 40
    seen = look(shot(write_film(tmp_path / "flash.mp4", pictures, rate=Fraction(RATE)), 2))
    assert [cue.kind for cue in seen.cues if cue.kind in (CueKind.CUT, CueKind.FLASH)] == [CueKind.FLASH]
    assert contacts(seen.cues) == []


def test_something_that_crosses_is_a_motion_with_its_way(tmp_path: Path) -> None:
    path = filmed(tmp_path / "cross.mp4", lambda picture, t: disc(picture, 20 + 70 * t, 90, 16))
    seen = look(shot(path))
    way = max((cue for cue in seen.cues if cue.kind is CueKind.MOTION), key=lambda cue: cue.duration_s)
    assert way.path is not None and way.curve is not None
    assert way.path.values[0] < -0.7 and way.path.values[-1] > 0.7
    assert list(way.path.values) == sorted(way.path.values)
    assert contacts(seen.cues) == []


def test_slow_motion_stretches_and_a_start_inside_the_file_shifts(tmp_path: Path) -> None:
    path = filmed(tmp_path / "ball.mp4", bouncing)
    slow = contacts(look(shot(path, 4, start=0.5, speed=Fraction(1, 2))).cues)
    for at in BOUNCES[:2]:
        assert min(abs(hit.time_s - (at - 0.5) * 2) for hit in slow) < 0.045


def test_backwards_the_fall_comes_last(tmp_path: Path) -> None:
    path = filmed(tmp_path / "cross.mp4", lambda picture, t: disc(picture, 20 + 70 * t, 90, 16))
    seen = look(shot(path, 3.5, start=3.8, speed=Fraction(-1)))
    way = max((cue for cue in seen.cues if cue.kind is CueKind.MOTION), key=lambda cue: cue.duration_s)
    assert way.path is not None and way.path.values[0] > 0.6 > -0.4 > way.path.values[-1]


def test_a_frozen_shot_shows_a_place_and_no_motion(tmp_path: Path) -> None:
    path = filmed(tmp_path / "ball.mp4", bouncing)
    kinds = {cue.kind for cue in look(shot(path, 4, start=1, speed=Fraction(0))).cues}
    assert kinds == {CueKind.PLACE}


def test_a_varying_rate_does_not_move_the_bounces(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    stamps = np.cumsum(rng.integers(25, 42, 110)).tolist()
    pictures = draw([ms / 1000 + EXPOSED_S for ms in stamps], bouncing, wall())
    path = write_film(tmp_path / "vfr.mkv", pictures, stamps=[ms - stamps[0] for ms in stamps])
    hits = contacts(look(shot(path, 3.4)).cues)
    first = stamps[0] / 1000
    assert all(min(abs(hit.time_s - (at - first)) for hit in hits) < 0.03 for at in BOUNCES[:3])


def test_the_same_picture_gives_the_same_cues_whatever_the_file_is_called(tmp_path: Path, own_cache: Path) -> None:
    path = filmed(tmp_path / "ball.mp4", bouncing, 2)
    first = look(shot(path, 2))
    for entry in (own_cache / "cues").iterdir():
        entry.unlink()
    assert look(shot(path.rename(tmp_path / "other.mp4"), 2)) == first


def test_a_second_look_opens_no_file_for_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filmed(tmp_path / "ball.mp4", bouncing, 2)
    first = look(shot(path, 2))
    opened: list[str] = []
    monkeypatch.setattr("av.open", lambda name, *_: opened.append(name))
    assert look(shot(path, 2)) == first
    assert opened == []


def test_a_damaged_entry_is_looked_at_again_and_rewritten(tmp_path: Path, own_cache: Path) -> None:
    path = filmed(tmp_path / "ball.mp4", bouncing, 2)
    first = look(shot(path, 2))
    (entry,) = (own_cache / "cues").iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(whole[:100])
    assert look(shot(path, 2)) == first
    assert entry.read_bytes() == whole


def test_the_cache_keeps_what_was_used_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cue = Cue("cut-1", CueKind.CUT, 1.0)
    cache.store("a", [cue] * 50, (), None)
    size = next(cache.folder().iterdir()).stat().st_size
    monkeypatch.setattr(cache, "MOST_BYTES", int(2.5 * size))
    for name in ("b", "c"):
        cache.store(name, [cue] * 50, (), None)
    assert cache.load("c") is not None and cache.load("b") is not None
    assert cache.load("a") is None


def test_a_still_and_a_single_picture_have_a_place_only(tmp_path: Path) -> None:
    still = tmp_path / "still.png"
    cv2.imwrite(str(still), wall())
    single = write_film(tmp_path / "one.mp4", [wall()])
    for path in (still, single):
        assert {cue.kind for cue in look(shot(path)).cues} <= {CueKind.PLACE}


def test_a_gap_of_picture_has_no_cues() -> None:
    seen = look(Shot("gap", None, Fraction(0), Fraction(2), Fraction(0)))
    assert seen.cues == () and "gap" in seen.warnings[0]


def test_missing_and_soundless_files_are_errors_in_words(tmp_path: Path) -> None:
    with pytest.raises(MissingMediaError, match="relink"):
        look(shot(tmp_path / "gone.mp4"))
    empty = tmp_path / "empty.mp4"
    empty.write_bytes(b"")
    with pytest.raises(MediaError, match="empty"):
        look(shot(empty))


def test_cancelling_stops_it_and_leaves_no_thread(tmp_path: Path) -> None:
    stop = threading.Event()
    before = threading.active_count()
    with pytest.raises(CancelledError):
        look(shot(filmed(tmp_path / "ball.mp4", bouncing)), progress=lambda fraction: stop.set(), cancel=stop)
    assert threading.active_count() == before


def test_progress_rises_to_one(tmp_path: Path) -> None:
    told: list[float] = []
    look(shot(filmed(tmp_path / "ball.mp4", bouncing, 2), 2), progress=told.append)
    assert told == sorted(told) and told[0] >= 0 and told[-1] == 1.0


def footage(name: str) -> Path:
    path = Path(__file__).resolve().parents[3] / "shared" / "media" / name
    if not path.exists():
        pytest.skip(f"{name} is not at hand")
    return path


@pytest.mark.parametrize(("name", "seconds"), [("dog_lying.mp4", 1.5), ("tree_in_wind.avi", 12)])
def test_nothing_is_struck_where_nothing_is(name: str, seconds: float) -> None:
    assert contacts(look(shot(footage(name), seconds)).cues) == []


def test_the_cuts_of_a_trailer_are_found() -> None:
    seen = look(shot(footage("bigbuckbunny_trailer.mp4"), 20, start=24))
    cuts = [cue.time_s for cue in seen.cues if cue.kind is CueKind.CUT]
    assert [round(at + 24, 1) for at in cuts] == [24.7, 36.0, 37.5, 41.2, 43.7]
