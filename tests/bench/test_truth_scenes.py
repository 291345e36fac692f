"""Scenes: the video shows what the truth says, when it says so; the same arguments give the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from bench.truth.drawing import Canvas, View
from bench.truth.figure import Gait
from bench.truth.kinds.balls import GRAVITY, Flight
from bench.truth.kinds.strikes import Blows
from bench.truth.look import DIFFICULTIES, Camera, look
from bench.truth.scenes import EVENT_KINDS, KINDS, QUIET_KINDS, Scene, describe, kept_scene, make_scene
from bench.truth.truth import Ambience, Event, Truth, read_truth, write_truth


def _decoded(scene: Scene) -> tuple[list[float], list[npt.NDArray[np.uint8]]]:
    with av.open(str(scene.video)) as container:
        frames = list(container.decode(video=0))
    times = [float(frame.pts * frame.time_base) for frame in frames if frame.pts is not None and frame.time_base]
    return times, [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in frames]


def _first_seed(kind: str, difficulty: str, fits: Callable[[Truth], bool]) -> int:
    return next(seed for seed in range(200) if fits(describe(kind, difficulty, seed)[0]))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("split", ["open", "sealed"])
def test_events_lie_in_the_scene_and_their_places_in_the_picture(kind: str, split: str) -> None:
    for difficulty in DIFFICULTIES:
        truth, _, _ = describe(kind, difficulty, 1, split)
        assert all(0 <= event.t_s < truth.duration_s for event in truth.events)
        assert all(-1 <= event.x <= 1 for event in truth.events)
        assert list(truth.events) == sorted(truth.events, key=lambda event: event.t_s)
        assert bool(truth.events) == (kind in EVENT_KINDS)


def test_every_kind_is_either_with_events_or_quiet() -> None:
    assert (*EVENT_KINDS, *QUIET_KINDS) == KINDS


def test_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    seed = _first_seed("hammer", "hostile", lambda truth: truth.width == 426)
    first, second = (make_scene("hammer", "hostile", seed, tmp_path / name) for name in ("a", "b"))
    assert first.video.read_bytes() == second.video.read_bytes()
    assert first.truth.read_bytes() == second.truth.read_bytes()
    assert first.stems["mix"].read_bytes() == second.stems["mix"].read_bytes()


def test_another_seed_and_the_sealed_split_are_other_scenes() -> None:
    scenes = [describe("ball", "clean", seed, split)[0] for seed, split in ((0, "open"), (1, "open"), (0, "sealed"))]
    assert len({scene.events for scene in scenes}) == 3


def test_sealed_materials_are_never_seen_in_the_open_split() -> None:
    def materials(split: str) -> set[str]:
        scenes = [describe(kind, "clean", seed, split)[0] for kind in ("ball", "roll") for seed in range(12)]
        return {event.actor for scene in scenes for event in scene.events}

    assert not materials("open") & materials("sealed")


def test_kept_scene_is_made_once(tmp_path: Path) -> None:
    first = kept_scene("wave", "clean", 0, tmp_path)
    made = first.video.stat().st_mtime_ns
    assert kept_scene("wave", "clean", 0, tmp_path) == first
    assert first.video.stat().st_mtime_ns == made


@pytest.mark.parametrize(
    ("kind", "difficulty", "split"), [("x", "clean", "open"), ("ball", "x", "open"), ("ball", "clean", "x")]
)
def test_unknown_names_are_refused(kind: str, difficulty: str, split: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no 'x'"):
        make_scene(kind, difficulty, 0, tmp_path, split)


@pytest.mark.parametrize("variable", [False, True])
def test_frames_have_the_stated_times_and_size(variable: bool, tmp_path: Path) -> None:
    seed = _first_seed("door", "hostile", lambda truth: truth.variable_rate == variable and truth.width == 426)
    truth, seen, _ = describe("door", "hostile", seed)
    times, pictures = _decoded(make_scene("door", "hostile", seed, tmp_path))
    assert times == pytest.approx(seen.times_s.tolist(), abs=1e-3)
    assert pictures[0].shape == (truth.height, truth.width, 3)


def test_contacts_measured_in_the_picture_are_the_true_ones(tmp_path: Path) -> None:
    """A parabola through the ball's height before each contact, one after it: they cross within 1 ms of the truth."""
    seed = _first_seed("ball", "clean", lambda truth: truth.events[0].actor == "rubber" and truth.width == 640)
    scene = make_scene("ball", "clean", seed, tmp_path)
    truth = read_truth(scene.truth)
    times, pictures = _decoded(scene)
    exposed = np.array(times) + truth.exposure[0] * truth.frame_s
    heights = np.array([_red_height(picture) for picture in pictures])
    bounces = [event.t_s for event in truth.contacts]
    for before_s, at_s, after_s in zip([bounces[0] - 0.3, *bounces], bounces[:3], bounces[1:], strict=False):
        falling = (exposed > before_s + 0.03) & (exposed < at_s - 0.01)
        rising = (exposed > at_s + 0.01) & (exposed < after_s - 0.03)
        fits = [np.polyfit(exposed[part] - at_s, heights[part], 2) for part in (falling, rising)]
        assert np.abs(np.roots(fits[0] - fits[1])).min() < 0.001


def _red_height(picture: npt.NDArray[np.uint8]) -> float:
    """The middle row of what is red."""
    red = np.clip(picture[..., 0].astype(float) - picture[..., 1] - 60, 0, None).sum(axis=1)
    return float((red * np.arange(red.size)).sum() / red.sum())


def test_quiet_scenes_change_in_the_picture(tmp_path: Path) -> None:
    _, pictures = _decoded(make_scene("shake", "clean", 0, tmp_path))
    assert np.abs(pictures[0].astype(int) - pictures[40]).mean() > 1


def test_flight_meets_the_floor_at_its_contacts() -> None:
    flight = Flight(release_s=0.5, drop_m=1.0, keep=0.8, x=0.0, drift_m_s=0.0)
    contacts = flight.contacts(8.0)
    assert contacts[0][0] == pytest.approx(0.5 + np.sqrt(2 / GRAVITY))
    assert contacts[0][1] == pytest.approx(np.sqrt(2 * GRAVITY))
    for time_s, _ in contacts[:6]:
        assert flight.place(time_s, contacts)[1] == pytest.approx(0, abs=1e-9)
        assert flight.place(time_s - 0.01, contacts)[1] > 0
        assert flight.place(time_s + 0.01, contacts)[1] > 0


def test_blows_touch_only_at_their_times() -> None:
    blows = Blows((1.0, 1.6, 2.5), (0.8, 1.0, 0.6), swing_s=0.15)
    for time_s in blows.times_s:
        assert blows.offset(time_s - 1e-9) == pytest.approx(0, abs=1e-6)
        assert blows.offset(time_s) == pytest.approx(0, abs=1e-6)
    others = [time_s for time_s in np.arange(0, 4, 0.01) if min(abs(time_s - at) for at in blows.times_s) > 0.005]
    assert min(blows.offset(time_s) for time_s in others) > 0


@pytest.mark.parametrize("running", [False, True])
def test_heels_come_down_at_the_strikes_and_then_stand(running: bool) -> None:
    gait = Gait(0.4, 0.5, 1.3, 0.0, (0.25, 0.35), running)
    for step in range(2, 8):
        at = gait.strike(step)
        before, on, after = (gait.foot(at + shift, step % 2)[0] for shift in (-1e-6, 1e-6, 0.06))
        assert before == pytest.approx(on, abs=1e-4)
        assert on[1] == pytest.approx(0, abs=1e-4)
        assert after == pytest.approx(on, abs=1e-4)
        assert gait.foot(at - 0.03, step % 2)[0][1] > 0.005


def test_canvas_paints_to_a_fraction_of_a_pixel() -> None:
    def middle(x: float) -> float:
        canvas = Canvas(np.zeros((100, 160, 3), np.uint8), View(1.0, 0.5), 100.0)
        canvas.disc(x, 0.0, 0.1, (255, 255, 255))
        weights = canvas.pixels[..., 0].sum(axis=0).astype(float)
        return float((weights * np.arange(160)).sum() / weights.sum())

    assert middle(0.0025) - middle(0.0) == pytest.approx(0.25, abs=0.05)


def test_still_camera_keeps_its_place_and_a_pan_ends_where_it_says() -> None:
    assert Camera().at(3.0, 8.0) == (0.0, 0.0, 1.0, 0.0)
    assert Camera(pan=(0.2, 0.0), zoom=1.5).at(8.0, 8.0)[:3] == pytest.approx((0.2, 0.0, 1.5))


def test_frame_times_rise_and_variable_rates_are_uneven() -> None:
    looks = [look("hostile", np.random.default_rng(seed)) for seed in range(30)]
    assert all((np.diff(seen.times_s) > 0).all() for seen in looks)
    uneven = [seen for seen in looks if seen.variable_rate]
    assert uneven and all(np.ptp(np.diff(seen.times_s)) > 0.01 for seen in uneven)


def test_truth_comes_back_as_it_was_written(tmp_path: Path) -> None:
    events = (
        Event(1.25, "bounce", "rubber", "tile", 0.25, 3.5, -0.5),
        Event(2.5, "roll", duration_s=1.5, path=((2.5, 0.5),)),
    )
    truth = Truth("ball", "clean", "open", 0, "一个球", 8.0, "30000/1001", 640, 360, events, Ambience("room"), (1.5,))
    write_truth(truth, tmp_path / "truth.json")
    assert read_truth(tmp_path / "truth.json") == truth
    assert truth.frame_s == pytest.approx(1001 / 30000)
