"""Falling, bouncing and rolling balls: analytic flight, exact contacts of the lower edge with the drawn floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.truth.drawing import Canvas, View, turned
from bench.truth.materials import Material, shade
from bench.truth.take import Setting, Take
from bench.truth.truth import Ambience, Event

GRAVITY = 9.81
_FAINTEST_M_S = 0.35  # slower bounces are neither missed nor false


@dataclass(frozen=True, slots=True)
class Flight:
    """A dropped ball: contact times, speeds before each contact, and where it is in between."""

    release_s: float
    drop_m: float
    keep: float  # share of speed kept
    x: float
    drift_m_s: float

    def contacts(self, until_s: float) -> tuple[tuple[float, float], ...]:
        """(time, speed) of each contact, until the speed is under .15 m/s."""
        speed = float(np.sqrt(2 * GRAVITY * self.drop_m))
        time_s = self.release_s + speed / GRAVITY
        found = []
        while time_s < until_s and speed > 0.15:
            found.append((time_s, speed))
            speed *= self.keep
            time_s += 2 * speed / GRAVITY
        return tuple(found)

    def place(self, time_s: float, contacts: tuple[tuple[float, float], ...]) -> tuple[float, float]:
        """(x, height of the lower edge) in metres."""
        x = self.x + self.drift_m_s * max(time_s - self.release_s, 0)
        if time_s <= self.release_s:
            return self.x, self.drop_m
        if not contacts or time_s < contacts[0][0]:
            return x, self.drop_m - GRAVITY / 2 * (time_s - self.release_s) ** 2
        since, speed = max((contact for contact in contacts if contact[0] <= time_s), key=lambda contact: contact[0])
        after = time_s - since
        return x, max(speed * self.keep * after - GRAVITY / 2 * after**2, 0.0)


def _ball(canvas: Canvas, x: float, y: float, radius: float, body: Material, turn: float, sealed: bool) -> None:
    """A ball whose lower edge is at `y`, marked so that its turning shows."""
    centre = (x, y + radius)
    canvas.shadow(x, 0.0, radius * (1 + y * 0.4), 0.55 / (1 + y * 2))
    canvas.disc(*centre, radius, body.colour)
    if sealed:
        stripe = np.array([(-0.97, -0.2), (0.97, -0.2), (0.97, 0.2), (-0.97, 0.2)]) * radius + centre
        canvas.shape(turned(stripe, turn, centre), shade(body.colour, 0.55))
    else:
        for spoke in (0.0, 2.1, 4.2):
            angle = spoke + turn
            mark = (x + 0.55 * radius * np.cos(angle), centre[1] + 0.55 * radius * np.sin(angle))
            canvas.disc(*mark, radius * 0.22, shade(body.colour, 0.6))
    canvas.disc(x - radius * 0.35, centre[1] + radius * 0.4, radius * 0.16, shade(body.colour, 1.5))


def _bounces(flight: Flight, body: Material, floor: Material, mass: float, setting: Setting) -> list[Event]:
    return [
        Event(
            time_s, "bounce", body.name, floor.name, mass, speed * (1 + flight.keep),
            flight.x + flight.drift_m_s * (time_s - flight.release_s), required=speed > _FAINTEST_M_S,
        )
        for time_s, speed in flight.contacts(setting.duration_s)
    ]  # fmt: skip


def _flights(setting: Setting, count: int, reach: float) -> list[tuple[Flight, float, float, Material]]:
    """Each with its radius, mass and material; dropped again when it has come to rest is another flight."""
    thrown = []
    for index in range(count):
        body = setting.body()
        keep = float(np.clip(body.liveliness + setting.uniform(-0.06, 0.06), 0.5, 0.85))
        side = (index - (count - 1) / 2) * reach * 0.8 + setting.uniform(-0.15, 0.15) * reach
        release = setting.uniform(0.5, 1.2) + index * setting.uniform(0.25, 0.9)
        drift = setting.uniform(-0.06, 0.06) * reach
        flight = Flight(release, setting.uniform(0.7, 1.35), keep, side, drift)
        thrown.append((flight, setting.uniform(0.08, 0.13), setting.uniform(0.1, 0.6), body))
    return thrown


def _dropped(setting: Setting, count: int, *, hidden: bool) -> Take:
    floor = setting.floor(hard=True)
    reach = setting.reach(2.0)
    thrown = _flights(setting, count, reach)
    contacts = [flight.contacts(setting.duration_s) for flight, *_ in thrown]
    events = [event for flight, _, mass, body in thrown for event in _bounces(flight, body, floor, mass, setting)]
    screen = thrown[0][0].x

    def draw(canvas: Canvas, time_s: float) -> None:
        for (flight, radius, _, body), touched in zip(thrown, contacts, strict=True):
            x, y = flight.place(time_s, touched)
            _ball(canvas, x, y, radius, body, (x - flight.x) / radius + time_s * 0.6, setting.sealed)
        if hidden:
            canvas.block(screen - 0.35, -0.28, screen + 0.35, 0.16, (70, 62, 58))
            canvas.block(screen - 0.35, 0.13, screen + 0.35, 0.16, (104, 92, 84))

    words = {"body": thrown[0][3], "floor": floor}
    backdrop = setting.backdrop(floor.colour, apart=thrown[0][3].colour)
    return Take(View(2.0), (backdrop,), draw, _in_order(events), words, Ambience("room"))


def _in_order(events: list[Event]) -> tuple[Event, ...]:
    return tuple(sorted(events, key=lambda event: event.t_s))


def ball(setting: Setting) -> Take:
    """One ball is dropped and bounces to rest."""
    return _dropped(setting, 1, hidden=False)


def two_balls(setting: Setting) -> Take:
    """Two balls, one after the other."""
    return _dropped(setting, 2, hidden=False)


def hidden_ball(setting: Setting) -> Take:
    """The lower part of the fall is behind a box, the contacts are to be inferred."""
    return _dropped(setting, 1, hidden=True)


def roll(setting: Setting) -> Take:
    """A ball rolls in, slows, and hits a block if it gets that far."""
    body, floor = setting.body(), setting.floor()
    reach, radius, mass = setting.reach(1.2), setting.uniform(0.07, 0.1), setting.uniform(0.2, 1.0)
    side = float(setting.rng.choice([-1.0, 1.0]))
    start_s, start_x, wall_x = setting.uniform(0.6, 1.4), -0.9 * reach, setting.uniform(0.55, 0.8) * reach
    speed = setting.uniform(0.75, 1.15)
    slowing = setting.uniform(0.35, 0.95) * speed**2 / (2 * (wall_x - radius - start_x))
    path = wall_x - radius - start_x
    lasts = (speed - float(np.sqrt(speed**2 - 2 * slowing * path))) / slowing
    hit_s = start_s + lasts
    hit_speed = speed - slowing * lasts
    back = hit_speed * 0.3

    def along(time_s: float) -> float:
        after = float(np.clip(time_s - start_s, 0, lasts))
        x = start_x + speed * after - slowing / 2 * after**2
        recoil = min(max(time_s - hit_s, 0.0), back / slowing)
        return x - (back * recoil - slowing / 2 * recoil**2)

    def draw(canvas: Canvas, time_s: float) -> None:
        x = along(time_s)
        left = min(side * wall_x, side * (wall_x + 0.22))
        canvas.block(left, 0.0, left + 0.22, 0.3, (110, 92, 78))
        _ball(canvas, side * x, 0.0, radius, body, -side * (x - start_x) / radius, setting.sealed)

    hit = Event(hit_s, "knock", body.name, "wood", mass, hit_speed, side * wall_x, required=hit_s < setting.duration_s)
    path_x = tuple((float(at), side * along(float(at))) for at in np.linspace(start_s, hit_s, 12))
    rolls = Event(start_s, "roll", body.name, floor.name, mass, speed, side * start_x, lasts, path=path_x)
    events = tuple(event for event in (rolls, hit) if event.t_s < setting.duration_s)
    backdrop = setting.backdrop(floor.colour, apart=body.colour, horizon_m=0.12)
    return Take(View(1.2), (backdrop,), draw, events, {"body": body, "floor": floor}, Ambience("room"))
