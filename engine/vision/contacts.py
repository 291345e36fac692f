"""Contacts: instants at which a motion is stopped or thrown back, far quicker than it would turn by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.vision.tracks import Series, Track

BEFORE_S = 0.22  # a blow arrives at nearly the top speed of this stretch; a gesture has slowed down by then
LEAST_STIR = 1.5
LEAST_OF_RECENT, MOST_LEFT = 0.45, 0.55  # a stop within a picture leaves part of its change to the next
SIGNALS = ("centre", "left", "right", "top", "bottom")


@dataclass(frozen=True, slots=True)
class Kink:
    """One sudden change in the path of a track, or of one of its edges."""

    time_s: float
    row: int  # of the track: the last sample before
    signal: str
    pace_px: float  # px a frame arriving
    drop: float  # share of the speed taken: 1 stops, 2 throws straight back
    arrival: float  # speed just before over the top speed of the last moments
    upheld: float  # share of that speed which the pictures beside it show too: a jump of one picture has none
    clearness: float  # pace over the path's own jitter
    steadiness: float  # area of the smaller over the larger, before and after
    track: Track


def kinks(track: Track, frame_s: float) -> Iterator[Kink]:
    """Every kink of the centroid and of the four edges."""
    series = track.series()
    if series["time"].size < 4:
        return
    for signal in SIGNALS:
        names = ("x", "y") if signal == "centre" else (signal,)
        place = np.stack([series[name] for name in names], axis=1)
        yield from _of_signal(track, series, signal, place, frame_s)


def fades(track: Track) -> Iterator[Kink]:
    """Where the change along a track falls off within a picture: something has stopped."""
    series = track.series()
    index = series["picture"].astype(int) - int(series["picture"][0])
    activity = np.zeros(index[-1] + 5)
    activity[index] = series["activity"]
    for row, i in enumerate(index):
        now, recent = float(activity[i]), float(activity[max(0, i - 2) : i + 1].max())
        if i < 1 or now < LEAST_STIR or now < LEAST_OF_RECENT * recent or activity[i + 1] > MOST_LEFT * now:
            continue
        share = float(activity[i + 1]) / now
        step = float(series["time"][row] - series["time"][row - 1])
        yield Kink(
            time_s=float(series["time"][row]) + share * step,
            row=row,
            signal="fade",
            pace_px=0.5 * now**0.5,
            drop=1 - share,
            arrival=now / recent,
            upheld=float(np.clip(activity[i - 1] / now, 0, 1)),
            clearness=1.0,
            steadiness=1.0,
            track=track,
        )


def _of_signal(track: Track, series: dict[str, Series], signal: str, place: Series, frame_s: float) -> Iterator[Kink]:
    times, area = series["time"], series["area"]
    steps = np.maximum(np.diff(times), 1e-6)
    velocity = np.diff(place, axis=0) / steps[:, None]
    speed = np.sqrt((velocity**2).sum(axis=1))
    jitter = 0.06 + _jitter(place)
    arriving, leaving = velocity[:-2], velocity[2:]
    size = np.maximum(speed[:-2], 1e-9)
    drop = ((arriving - leaving) * arriving).sum(axis=1) / size**2
    arrival = size / np.maximum(_recent_top(speed, max(2, round(BEFORE_S / frame_s)))[1:-1], 1e-9)
    likely = (size * frame_s > max(0.5, 3 * jitter)) & (drop > 0.55) & (arrival > 0.45)
    likely &= steps[1:-1] < 2.5 * frame_s
    for k in np.nonzero(likely)[0] + 1:
        ahead = arriving[k - 1] / size[k - 1]
        beside = [float(velocity[j] @ ahead) for j in (k - 2, k) if j >= 0]
        around = area[max(0, k - 2) : k + 4]
        yield Kink(
            time_s=_instant(times, place, velocity, int(k)),
            row=int(k),
            signal=signal,
            pace_px=float(size[k - 1] * frame_s),
            drop=min(float(drop[k - 1]), 2.0),
            arrival=float(arrival[k - 1]),
            upheld=float(np.clip(max(beside) / size[k - 1], 0, 1)),
            clearness=float(size[k - 1] * frame_s / jitter),
            steadiness=float(around.min() / around.max()),
            track=track,
        )


def _recent_top(speed: Series, reach: int) -> Series:
    """The highest of the last `reach` speeds, each included."""
    top = speed.copy()
    for back in range(1, min(reach, speed.size)):
        top[back:] = np.maximum(top[back:], speed[:-back])
    return top


def _jitter(place: Series) -> float:
    """Median size of the path's third differences, in px of the places themselves: what is noise in a smooth path."""
    if len(place) < 5:
        return 0.1
    third = np.diff(place, n=3, axis=0)
    return float(np.median(np.sqrt((third**2).sum(axis=1)))) / 4.5


def _instant(times: Series, place: Series, velocity: Series, k: int) -> float:
    """When the two straight paths before and after meet; it lies between samples k and k + 1, or nearly."""
    arriving, leaving = velocity[k - 1], velocity[k + 1]
    change = arriving - leaving
    axis = change / max(float(np.sqrt((change**2).sum())), 1e-9)
    before, after = float(place[k] @ axis), float(place[k + 1] @ axis)
    fast, slow = float(arriving @ axis), float(leaving @ axis)
    step = times[k + 1] - times[k]
    since = (after - before - slow * step) / max(fast - slow, 1e-9)
    return float(times[k] + np.clip(since, -0.25 * step, 1.25 * step))
