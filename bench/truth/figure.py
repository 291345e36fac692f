"""A person with thickness: an analytic gait whose heels meet the floor at exact times, and how to draw it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.truth.drawing import Canvas, by
from bench.truth.materials import Colour, shade

FLAT_S = 0.08  # from the heel strike until the sole is flat
_FOOT_M = 0.24
_THIGH_M = 0.46
_SHIN_M = 0.45
_PUSH_OFF = -0.9  # radians that the sole has turned when the toe leaves
_TOE_UP = 0.35  # when the heel comes down

Place = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gait:
    """Steps at `first_s + k period_s`, alternating legs; the body moves at a steady speed."""

    first_s: float
    period_s: float
    speed_m_s: float
    start_x: float
    landings: tuple[float, ...]  # how steeply each foot comes down: vertical speed is this / swing time
    running: bool = False

    @property
    def stride_s(self) -> float:
        return 2 * self.period_s

    @property
    def stance_s(self) -> float:
        return self.stride_s * (0.36 if self.running else 0.6)

    def strike(self, step: int) -> float:
        return self.first_s + step * self.period_s

    def strike_x(self, step: int) -> float:
        """Where the heel lands: ahead of the hip."""
        ahead = self.speed_m_s * self.period_s * (0.3 if self.running else 0.48)
        return self.body_x(self.strike(step)) + ahead - 0.06

    def landing_m_s(self, step: int) -> float:
        return self.landings[step % len(self.landings)] / (self.stride_s - self.stance_s)

    def body_x(self, time_s: float) -> float:
        return self.start_x + self.speed_m_s * time_s

    def hip_height(self, time_s: float) -> float:
        """Lowest about 50 ms after a walker's heel strike, in a runner's mid-stance."""
        lag = 0.28 * self.period_s if self.running else 0.05
        swing, mean = (0.045, 0.86) if self.running else (0.024, 0.895)
        return float(mean - swing * np.cos(2 * np.pi * (time_s - self.first_s - lag) / self.period_s))

    def foot(self, time_s: float, leg: int) -> tuple[Place, float]:
        """(heel, angle of the sole) of leg 0 or 1."""
        step = 2 * int(np.floor((time_s - self.strike(leg)) / self.stride_s)) + leg
        since = time_s - self.strike(step)
        if since < self.stance_s:
            return self._standing(step, since)
        share = (since - self.stance_s) / (self.stride_s - self.stance_s)
        return self._swinging(step, share)

    def _standing(self, step: int, since_s: float) -> tuple[Place, float]:
        x = self.strike_x(step)
        if since_s < FLAT_S:
            return np.array([x, 0.0]), _TOE_UP * (1 - since_s / FLAT_S)
        rolled = np.clip((since_s / self.stance_s - 0.55) / 0.45, 0, 1)
        angle = float(_PUSH_OFF * rolled**1.5)
        return self._on_toe(x, angle), angle

    def _on_toe(self, x: float, angle: float) -> Place:
        return np.array([x + _FOOT_M * (1 - np.cos(angle)), -_FOOT_M * np.sin(angle)])

    def _swinging(self, step: int, share: float) -> tuple[Place, float]:
        left, lands = self._on_toe(self.strike_x(step), _PUSH_OFF), self.strike_x(step + 2)
        eased = share - np.sin(2 * np.pi * share) / (2 * np.pi)
        steep = self.landings[(step + 2) % len(self.landings)]
        height = left[1] * (1 - share) ** 2 + steep * share * (1 - share)
        return np.array([left[0] + (lands - left[0]) * eased, height]), _PUSH_OFF + (_TOE_UP - _PUSH_OFF) * share


@dataclass(frozen=True, slots=True)
class Clothes:
    skin: Colour
    shirt: Colour
    trousers: Colour
    shoe: Colour
    coat: bool = False


def draw_side(canvas: Canvas, gait: Gait, time_s: float, clothes: Clothes, facing: float, shift_m: float) -> None:
    """The walker from the side; `shift_m` is taken from x, then all is mirrored by `facing` 1 or -1."""
    hip = np.array([gait.body_x(time_s) - shift_m, gait.hip_height(time_s)])
    flip = np.array([facing, 1.0])
    lean = 0.1 if gait.running else 0.03
    neck = hip + np.array([0.55 * np.sin(lean), 0.55 * np.cos(lean)])
    canvas.shadow(float(hip[0]) * facing, 0.0, 0.4, 0.4)
    phase = np.pi * (time_s - gait.first_s) / gait.period_s
    _arm(canvas, neck, phase, gait.running, shade(clothes.shirt, 0.75), clothes.skin, flip)
    _leg(canvas, hip, gait, time_s, 1, shade(clothes.trousers, 0.72), shade(clothes.shoe, 0.8), flip, shift_m)
    canvas.limb(hip * flip, neck * flip, 0.24, clothes.shirt)
    _leg(canvas, hip, gait, time_s, 0, clothes.trousers, clothes.shoe, flip, shift_m)
    if clothes.coat:
        hem = [neck + by(-0.11, 0.03), neck + by(0.11, 0.03), hip + by(0.15, -0.25), hip + by(-0.17, -0.25)]
        canvas.shape(np.array(hem) * flip, clothes.shirt)
    head = (neck + by(0.03, 0.2)) * flip
    canvas.disc(float(head[0]), float(head[1]), 0.115, clothes.skin)
    _arm(canvas, neck, phase + np.pi, gait.running, shade(clothes.shirt, 1.15), clothes.skin, flip)


def _arm(canvas: Canvas, neck: Place, phase: float, running: bool, sleeve: Colour, skin: Colour, flip: Place) -> None:
    swing = (0.75 if running else 0.42) * np.cos(phase)
    bent = 1.3 if running else 0.3
    shoulder = neck + by(0, -0.06)
    elbow = shoulder + 0.28 * np.array([np.sin(swing), -np.cos(swing)])
    hand = elbow + 0.26 * np.array([np.sin(swing + bent), -np.cos(swing + bent)])
    canvas.limb(shoulder * flip, elbow * flip, 0.09, sleeve)
    canvas.limb(elbow * flip, hand * flip, 0.07, sleeve)
    canvas.disc(float(hand[0] * flip[0]), float(hand[1]), 0.05, skin)


def _leg(
    canvas: Canvas,
    hip: Place,
    gait: Gait,
    time_s: float,
    leg: int,
    cloth: Colour,
    shoe: Colour,
    flip: Place,
    shift_m: float,
) -> None:
    heel, angle = gait.foot(time_s, leg)
    heel = heel - (shift_m, 0)
    along = np.array([np.cos(angle), np.sin(angle)])
    up = np.array([-np.sin(angle), np.cos(angle)])
    ankle = heel + along * 0.05 + up * 0.09
    knee = _knee(hip, ankle)
    canvas.limb(hip * flip, knee * flip, 0.15, cloth)
    canvas.limb(knee * flip, ankle * flip, 0.11, cloth)
    back, toe = heel - along * 0.02, heel + along * _FOOT_M
    sole = [back, toe, toe + up * 0.04, heel + along * 0.1 + up * 0.1, back + up * 0.1]
    canvas.shape(np.array(sole) * flip, shoe)


def _knee(hip: Place, ankle: Place) -> Place:
    """Two bones, the knee forward; a leg that is too short is stretched straight."""
    reach = ankle - hip
    length = float(np.hypot(*reach))
    if length >= _THIGH_M + _SHIN_M:
        return np.asarray(hip + reach * _THIGH_M / (_THIGH_M + _SHIN_M), dtype=np.float64)
    along = (length**2 + _THIGH_M**2 - _SHIN_M**2) / (2 * length)
    forward = np.array([-reach[1], reach[0]]) / length
    return np.asarray(
        hip + reach / length * along + forward * np.sqrt(max(_THIGH_M**2 - along**2, 0)), dtype=np.float64
    )


def draw_front(canvas: Canvas, gait: Gait, time_s: float, clothes: Clothes) -> None:
    """The walker from the front, coming with the camera: the body bobs, sways, rocks; feet may be out of frame."""
    bob = gait.hip_height(time_s)
    phase = np.pi * (time_s - gait.first_s) / gait.period_s
    sway = 0.022 * np.sin(phase)
    hip, neck = np.array([sway, bob]), np.array([sway * 1.3, bob + 0.55])
    tilt = 0.03 * np.sin(phase)
    for side in (-1, 1):
        lift = max(0.0, float(np.sin(phase + (0 if side > 0 else np.pi)))) * 0.12
        canvas.limb(hip + by(side * 0.1, 0), (side * 0.1, 0.05 + lift), 0.15, clothes.trousers)
        canvas.limb((side * 0.1, 0.03 + lift), (side * 0.12, 0.03 + lift), 0.1, clothes.shoe)
    chest = [neck + by(-0.2, tilt), neck + by(0.2, -tilt), hip + by(0.16, -0.02), hip + by(-0.16, -0.02)]
    canvas.shape(np.array(chest), clothes.shirt)
    for side in (-1, 1):
        swing = 0.42 * np.cos(phase + (0 if side > 0 else np.pi))
        shoulder = neck + by(side * 0.2, -0.03 - side * tilt)
        elbow = shoulder + by(side * 0.05, -0.28 + 0.03 * swing)
        hand = elbow + by(-side * 0.02, -0.25 + 0.16 * max(swing, 0))
        canvas.limb(shoulder, elbow, 0.1, shade(clothes.shirt, 0.85))
        canvas.limb(elbow, hand, 0.085, shade(clothes.shirt, 0.85))
        canvas.disc(float(hand[0]), float(hand[1]), 0.055, clothes.skin)
    canvas.limb(neck, neck + by(0, 0.1), 0.1, shade(clothes.skin, 0.85))
    canvas.disc(float(neck[0] + 0.3 * sway), float(neck[1] + 0.2), 0.12, clothes.skin)
