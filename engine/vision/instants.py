"""Instants that may be contacts: candidates weighed by the fitted tables, those of one instant joined."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log

import numpy as np
import numpy.typing as npt

from engine.vision.evidence import Candidate
from engine.vision.model import contact_outputs, instant_outputs
from engine.vision.tracks import Row, Series
from engine.vision.watch import Watched

EXPOSED = 0.25  # of a frame after its stamp: where the shutter is open, on average, at half a frame of exposure
JOIN_S = 0.04
JOIN_PX = 40
APART_S = 0.05
DOUBTED = 0.45
BY_THING, BY_STIR = 5, 6  # of an instant's figures: the likeliest of its things, and of what merely changed
SURE_OF_THING = 0.35
FAINT_PX, LEAST_BACKED = 50, 0.05
LEAST_LOG_ODDS = -3.5
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Instant:
    """Candidates that speak of one contact."""

    time_s: float
    members: tuple[Candidate, ...]
    shares: tuple[float, ...]  # probability by each member alone
    figures: tuple[float, ...]
    footfall: float  # log odds
    confidence: float = 0.0
    strength: float = 1.0  # of an inferred bounce, its speed over that of the last one seen
    bounces: bool = False  # one contact of a ball's many

    @property
    def best(self) -> Candidate:
        return max(zip(self.shares, self.members, strict=True), key=lambda pair: pair[0])[1]


def frame_length(watched: Watched) -> float:
    """Seconds that a picture usually lasts."""
    times = np.array([m.time_s for m in watched.moments])
    return float(np.median(np.diff(times))) if times.size > 1 else 1 / 24


def weighed(watched: Watched, found: list[Candidate], frame_s: float) -> list[Instant]:
    """Instants with their confidence."""
    if not found:
        return []
    outputs = contact_outputs(np.array([c.features for c in found]))
    outputs[_unsafe(watched, found, frame_s), 0] = -9.0
    joined = join(found, outputs, frame_s)
    if not joined:
        return []
    odds = instant_outputs(np.array([one.figures for one in joined]))
    shares = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    smooth = _SmoothBodies(watched)
    return [
        replace(one, confidence=min(float(p), DOUBTED) if smooth.deny(one) or _faint(one) else float(p))
        for one, p in zip(joined, shares, strict=True)
    ]


def _faint(one: Instant) -> bool:
    """Little is moving, falls still, and no change nearby has a path that is stopped: a finger in the air does that."""
    at = one.best
    return at.source == "hush" and one.figures[BY_STIR] < LEAST_BACKED and _row(at).area < FAINT_PX


class _SmoothBodies:
    """Whole bodies clearly seen: where one goes on smoothly, jumps in what merely changed are no contact."""

    def __init__(self, watched: Watched) -> None:
        self._series = [track.series() for track in watched.things if len(track.rows) >= 8]

    def deny(self, one: Instant) -> bool:
        if one.figures[BY_THING] > SURE_OF_THING:
            return False
        return any(self._passes(series, one) for series in self._series)

    def _passes(self, series: dict[str, Series], one: Instant) -> bool:
        at = one.best
        near = np.abs(series["time"] - one.time_s) < 0.12
        if np.count_nonzero(near) < 4:
            return False
        area = series["area"][near]
        away = np.hypot(series["seen_x"][near] - at.x, series["seen_y"][near] - at.y).min()
        return bool(area.min() > 60 and area.min() > 0.75 * area.max() and away < 12)


def _unsafe(watched: Watched, found: list[Candidate], frame_s: float) -> npt.NDArray[np.bool_]:
    """Too near a cut or a flash: there everything changes at once."""
    times = np.array([_sample_s(c) for c in found])
    bad = np.zeros(times.size, dtype=bool)
    for cut_s in watched.cuts_s:
        bad |= np.abs(times - cut_s) < 2 * frame_s
    for flash_s in watched.flashes_s:
        bad |= (times > flash_s - 2 * frame_s) & (times < flash_s + 0.2)
    return bad


def _sample_s(candidate: Candidate) -> float:
    return _row(candidate).time


def _row(candidate: Candidate) -> Row:
    return candidate.kink.track.rows[candidate.kink.row]


def join(found: list[Candidate], outputs: Floats, frame_s: float) -> list[Instant]:
    """Greedily, the likeliest first: what is near it in time and place is the same contact."""
    odds = outputs[:, 0]
    times = np.array([_sample_s(c) for c in found]) + (np.clip(outputs[:, 1], -2, 3) + EXPOSED) * frame_s
    x, y = np.array([c.x for c in found]), np.array([c.y for c in found])
    free, joined = np.ones(len(found), dtype=bool), list[Instant]()
    for i in np.argsort(-odds, kind="stable"):
        if odds[i] < LEAST_LOG_ODDS:
            break
        if not free[i]:
            continue
        beside = np.hypot(x - x[i], y - y[i]) < JOIN_PX
        near = np.abs(times - times[i]) < JOIN_S
        one = _instant(found, outputs, times, near, near & beside & free, frame_s)
        free &= ~((near | (np.abs(times - one.time_s) < APART_S)) & beside)
        joined.append(one)
    return joined


def _instant(
    found: list[Candidate],
    outputs: Floats,
    times: Floats,
    near: npt.NDArray[np.bool_],
    members: npt.NDArray[np.bool_],
    frame_s: float,
) -> Instant:
    rows = np.nonzero(members)[0]
    odds = np.sort(outputs[rows, 0])[::-1]
    shares = 1 / (1 + np.exp(-outputs[rows, 0]))
    time_s = float((times[rows] * shares**2).sum() / (shares**2).sum())
    around = (np.abs(times - time_s) < 0.15) & ~near
    chosen = [found[k] for k in rows]
    by_source = [
        max((s for s, c in zip(shares, chosen, strict=True) if c.source == name), default=0.0)
        for name in ("thing", "stir", "fade", "hush")
    ]
    figures = (
        float(odds[0]), float(odds[:3].mean()), float(odds[:8].mean()), log(1 + float(shares.sum())),
        log(1 + rows.size), *map(float, by_source),
        float(np.sqrt((shares * (times[rows] - time_s) ** 2).sum() / shares.sum())) / 0.02,
        float(outputs[around, 0].max(initial=-6.0)), log(frame_s * 30),
    )  # fmt: skip
    return Instant(time_s, tuple(chosen), tuple(map(float, shares)), figures, float(outputs[rows, 2].mean()))
