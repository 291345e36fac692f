from __future__ import annotations

import math

import numpy as np
import pytest

from engine.instruments import dsp, space
from engine.types import SAMPLE_RATE, Curve, Place

CLICK = np.zeros((1, 64), np.float32)
CLICK[0, 0] = 1.0


@pytest.mark.parametrize("pan", [-1.0, -0.5, 0.0, 0.3, 1.0])
def test_panning_keeps_the_power_and_follows_the_tangent_law(pan: float) -> None:
    left, right = (float(gain) for gain in space.pan_gains(pan))
    assert left**2 + right**2 == pytest.approx(1.0)
    ratio = (right - left) / (right + left)
    assert math.degrees(math.atan(ratio * math.tan(math.radians(30)))) == pytest.approx(30 * pan)


def test_a_dry_sound_at_a_metre_stays_as_long_and_as_loud() -> None:
    placed = space.place_sound(CLICK, Place(0.0, 1.0, "dry"))
    assert placed.shape == (2, 64) and placed.dtype == np.float32
    assert float((placed**2).sum()) == pytest.approx(1.0)


def test_twice_as_far_is_six_decibels_less() -> None:
    near, far = (space.place_sound(CLICK, Place(0.0, metres, "dry")) for metres in (2.0, 4.0))
    assert 20 * math.log10(float(near.max() / far.max())) == pytest.approx(6.02, abs=0.01)


def test_far_sounds_lose_their_top() -> None:
    noise = dsp.stream(1, "noise").standard_normal((1, SAMPLE_RATE)).astype(np.float32)

    def top_share(metres: float) -> float:
        power = np.abs(np.fft.rfft(space.place_sound(noise, Place(0.0, metres, "dry"))[0])) ** 2
        return float(power[12_000:].sum() / power[200:2000].sum())

    assert top_share(150.0) < 0.7 * top_share(2.0)


@pytest.mark.parametrize("name", [name for name, room in space.ROOMS.items() if room])
def test_a_room_has_the_reverberation_it_names(name: str) -> None:
    room = space.ROOMS[name]
    assert room is not None
    response = space.impulse_response(name)
    assert np.isfinite(response).all()
    reverberant = float((response.astype(float) ** 2).sum())
    direct = 2.0 * (space.distance_gain(2.0) * math.sqrt(0.5)) ** 2
    assert 10 * math.log10(direct / reverberant) == pytest.approx(room.direct_db, abs=0.1)


@pytest.mark.parametrize("name", ["living_room", "hall", "church"])
def test_reverberation_dies_in_the_time_the_room_names(name: str) -> None:
    room = space.ROOMS[name]
    assert room is not None
    low = dsp.band(space.impulse_response(name), 200.0, 1200.0).sum(axis=0)
    left = 10 * np.log10(np.cumsum(low[::-1] ** 2)[::-1] / (low**2).sum() + 1e-12)
    seconds = (np.argmax(left < -25) - np.argmax(left < -5)) / SAMPLE_RATE * 3
    assert seconds == pytest.approx(room.t60_low_s, rel=0.3)


def test_a_moving_sound_crosses_from_left_to_right() -> None:
    tone = np.sin(np.arange(SAMPLE_RATE) / 9.0)[None].astype(np.float32)
    placed = space.place_sound(tone, Place(Curve((0.0, 1.0), (-1.0, 1.0)), 1.0, "dry"))
    balance = [
        float((placed[1, at : at + 4800] ** 2).sum() - (placed[0, at : at + 4800] ** 2).sum())
        for at in range(0, 43_200, 4800)
    ]
    assert balance == sorted(balance) and balance[0] < 0 < balance[-1]
