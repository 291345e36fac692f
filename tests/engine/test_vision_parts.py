"""The parts of the eye, each on numbers or small pictures whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.vision.backdrop import median_of_seven
from engine.vision.bob import sinking
from engine.vision.cadence import cadence
from engine.vision.contacts import kinks
from engine.vision.cuts import is_cut, is_flash, thumb, unlike
from engine.vision.gait import gait
from engine.vision.motion import STILL, CameraEye, Image, Move, warp
from engine.vision.regions import regions
from engine.vision.tracks import Row, Series, Track
from engine.vision.watch import Moment
from tests.engine.footage import wall


def grey(height: int = 108, width: int = 192, seed: int = 3) -> Image:
    return np.asarray(cv2.cvtColor(wall(height, width, seed), cv2.COLOR_RGB2GRAY), np.uint8)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_the_median_of_seven_is_the_median(seed: int) -> None:
    images = np.random.default_rng(seed).integers(0, 256, (7, 9, 11)).astype(np.uint8)
    assert np.array_equal(median_of_seven(list(images)), np.median(images, axis=0))


moves = st.builds(
    Move,
    st.builds(complex, st.floats(0.8, 1.2), st.floats(-0.2, 0.2)),
    st.builds(complex, st.floats(-20, 20), st.floats(-20, 20)),
)


@given(moves)
def test_a_move_and_its_inverse_are_rest(move: Move) -> None:
    rest = move.then(move.inverse())
    assert abs(rest.turn - 1) < 1e-9 and abs(rest.shift) < 1e-6


@given(moves, st.floats(0, 191), st.floats(0, 107))
def test_a_moves_matrix_is_the_move(move: Move, x: float, y: float) -> None:
    middle = complex(191, 107) / 2
    place = move.turn * (complex(x, y) - middle) + move.shift + middle
    there = move.matrix(192, 108) @ (x, y, 1)
    assert np.allclose(there, (place.real, place.imag), atol=1e-6)


@pytest.mark.parametrize(
    "move",
    [Move(1, 3 - 1j), Move(1.03, 0), Move(np.exp(0.02j), 1 + 1j), Move(1, 0.4j)],
    ids=["pan", "zoom", "roll", "creep"],
)
def test_the_cameras_move_is_found(move: Move) -> None:
    before = cv2.GaussianBlur(grey(), (3, 3), 0)
    found = CameraEye(192, 108).move(np.asarray(before, np.uint8), warp(np.asarray(before, np.uint8), move))
    assert abs(found.shift - move.shift) < 0.15 and abs(found.turn - move.turn) < 0.004


def test_a_large_thing_that_moves_is_not_the_camera() -> None:
    before, after = grey(), grey()
    before[30:100, 20:110] = grey(70, 90, seed=9)
    after[30:100, 26:116] = grey(70, 90, seed=9)
    assert CameraEye(192, 108).move(before, after) == STILL


def test_a_region_is_measured_to_a_fraction_of_a_pixel() -> None:
    canvas = np.zeros((108, 192), np.uint8)
    cv2.circle(canvas, (round(60.3 * 16), round(40.7 * 16)), 8 * 16, 50, -1, cv2.LINE_AA, 4)
    mask = (canvas > 5).astype(np.uint8) * np.uint8(255)
    (found,) = regions(canvas, mask, canvas)
    assert (found.x, found.y) == pytest.approx((60.3, 40.7), abs=0.15)
    assert found.right - found.left == pytest.approx(14.5, abs=1.5) and not found.cut_off
    assert found.activity == pytest.approx(canvas.sum() / 255, rel=0.05)


def test_cuts_and_flashes_are_told_apart_from_change_and_from_each_other() -> None:
    one, other, bright = thumb(grey(seed=1)), thumb(grey(seed=2)), thumb(np.minimum(grey(seed=1), 160) + 90)
    assert unlike(one, one) == pytest.approx(0, abs=1e-6) and unlike(one, bright) < 0.1 < unlike(one, other)
    assert is_cut([one] * 4, [other] * 5)
    assert not is_cut([one] * 4, [one] * 5) and not is_cut([one] * 4, [other, one, one, one, one])
    assert is_flash([one] * 4, [bright, bright, one, one, one]) and not is_flash([one] * 4, [bright] * 5)


def track_of(times_s: Series, x: Series, y: Series) -> Track:
    track = Track(1, 0)
    for k, (t, a, b) in enumerate(zip(times_s.tolist(), x.tolist(), y.tolist(), strict=True)):
        track.rows.append(Row(t, a, b, a - 5, a + 5, b - 5, b + 5, 80.0, 2.0, 0.0, a, b, k))
    return track


@pytest.mark.parametrize("rate", [24, 30, 50])
@pytest.mark.parametrize("contact_s", [0.500, 0.513, 0.531])
def test_the_kink_of_a_straight_path_is_found_within_two_milliseconds(rate: int, contact_s: float) -> None:
    times = np.arange(rate) / rate
    y = 60 - 90 * np.abs(times - contact_s)
    found = [kink for kink in kinks(track_of(times, 40 + 0 * times, y), 1 / rate) if kink.signal == "centre"]
    assert min(abs(kink.time_s - contact_s) for kink in found) < 0.002
    assert max(kink.drop for kink in found) == pytest.approx(2)


@pytest.mark.parametrize("hertz", [0.5, 1.0])
def test_a_smooth_swing_slows_down_before_it_turns(hertz: float) -> None:
    times = np.arange(90) / 30
    swing = track_of(times, 60 + 30 * np.sin(2 * np.pi * hertz * times), 50 + 0 * times)
    assert [kink for kink in kinks(swing, 1 / 30) if kink.arrival > 0.8 and kink.drop > 0.9] == []


@given(st.floats(0.3, 0.8), st.floats(0.3, 1.2), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_a_steady_walk_is_followed_over_missed_and_stray_steps(period_s: float, first_s: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    true = first_s + period_s * np.arange(12)
    heard = [t for k, t in enumerate(true) if k not in (4, 8)]
    stray = rng.uniform(true[0], true[-1], 4)
    found = cadence([*heard, *stray], [0.7] * len(heard) + [0.15] * 4)
    assert found is not None and found.period_s == pytest.approx(period_s, rel=0.05)
    assert all(min(abs(t - beat) for beat in found.times_s) < 0.05 for t in heard[1:-1])


def test_scattered_hits_are_no_walk() -> None:
    times = np.sort(np.random.default_rng(2).uniform(0, 12, 14))
    assert cadence(times.tolist(), [0.6] * 14) is None


def test_how_far_a_thing_sinks_is_measured_whatever_way_it_goes() -> None:
    before, after = np.full((108, 192), 90, np.uint8), np.full((108, 192), 90, np.uint8)
    body = np.asarray(cv2.GaussianBlur(grey(60, 60, seed=5), (0, 0), 3), np.uint8)
    before[20:80, 50:110], after[21:81, 51:111] = body, body
    change = np.asarray(cv2.absdiff(before, after), np.uint8)
    assert sinking(before, after, change) == pytest.approx((1, 1), abs=0.25)
    assert sinking(after, before, change) == pytest.approx((-1, -1), abs=0.25)
    assert sinking(before, before, np.zeros_like(before)) == (0, 0)


def bobbing(period_s: float, fastest_s: float, rate: int, seconds: float = 6.0) -> list[Moment]:
    """Moments of a body that sinks fastest at `fastest_s` and a period later again; each shows a quarter frame on."""
    times = np.arange(round(seconds * rate)) / rate
    between = times + (0.25 - 0.5) / rate
    sank = 0.6 * np.cos(2 * np.pi * (between - fastest_s) / period_s)
    return [
        Moment(float(t), 0, 90.0, STILL, 0.1, 1, False, (float(v), float(v))) for t, v in zip(times, sank, strict=True)
    ]


@pytest.mark.parametrize("rate", [24, 30, 60])
@given(period_s=st.floats(0.45, 0.7), first_s=st.floats(0.2, 0.5))
@settings(max_examples=10, deadline=None)
def test_a_walker_is_lowest_fifty_milliseconds_after_the_heel(rate: int, period_s: float, first_s: float) -> None:
    found = gait(bobbing(period_s, first_s + 0.05 - period_s / 4, rate), 1 / rate)
    assert found is not None and found.period_s == pytest.approx(period_s, rel=0.01)
    for k in range(8):
        assert min(abs(beat - first_s - k * period_s) for beat in found.times_s) < 0.012


def test_a_runner_lands_just_after_falling_fastest() -> None:
    found = gait(bobbing(0.34, 0.53, 30), 1 / 30)
    assert found is not None and all(min(abs(b - 0.5 - 0.34 * k) for b in found.times_s) < 0.012 for k in range(12))


def test_legs_that_swing_twice_a_step_make_no_run_of_a_walk() -> None:
    steps, legs = bobbing(0.58, 0.5, 30), bobbing(0.29, 0.4, 30)
    both = [
        replace(step, sinking=(0.55 * step.sinking[0] + leg.sinking[0], 0.0))
        for step, leg in zip(steps, legs, strict=True)
    ]
    found = gait(both, 1 / 30)
    assert found is None or found.period_s == pytest.approx(0.58, rel=0.05)


def test_a_runner_is_told_from_a_faint_bob_and_a_walker_is_not() -> None:
    rng = np.random.default_rng(5)

    def shaken(period_s: float) -> list[Moment]:
        seen = bobbing(period_s, 0.5, 30)
        return [replace(m, sinking=tuple(np.array(m.sinking) + rng.normal(0, 0.7))) for m in seen]

    run, walk = gait(shaken(0.34), 1 / 30), gait(shaken(0.55), 1 / 30)
    assert run is not None and 0.25 < run.quality < 0.45 and run.period_s == pytest.approx(0.34, rel=0.02)
    assert walk is None


def test_what_moves_at_random_has_no_gait() -> None:
    rng = np.random.default_rng(4)
    shaken = [Moment(k / 30, 0, 90.0, STILL, 0.1, 1, False, tuple(rng.normal(0, 1, 2))) for k in range(200)]
    assert gait(shaken, 1 / 30) is None and gait(shaken[:1], 1 / 30) is None
