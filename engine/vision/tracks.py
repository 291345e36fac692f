"""The same thing from picture to picture: regions joined into tracks, in coordinates that stand with the scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import hypot, log, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.vision.motion import Move
from engine.vision.regions import Region

Series = npt.NDArray[np.float64]

LOST_AFTER_S = 0.35


class Row(NamedTuple):
    """One sighting: places in scene pixels (the camera taken out), `seen_*` in picture pixels."""

    time: float
    x: float
    y: float
    left: float
    right: float
    top: float
    bottom: float
    area: float
    activity: float
    cut_off: float
    seen_x: float
    seen_y: float
    picture: int  # which one, from 0


@dataclass(slots=True)
class Track:
    """One thing, picture by picture."""

    number: int
    scene: int
    rows: list[Row] = field(default_factory=list)

    def series(self) -> dict[str, Series]:
        table = np.array(self.rows, dtype=np.float64)
        return {name: table[:, k] for k, name in enumerate(Row._fields)}

    def expected(self, time_s: float) -> tuple[float, float]:
        """Where it would be, going on as it went."""
        last = self.rows[-1]
        if len(self.rows) < 2:
            return last.x, last.y
        before = self.rows[-2]
        ahead = (time_s - last.time) / max(last.time - before.time, 1e-6)
        return last.x + ahead * (last.x - before.x), last.y + ahead * (last.y - before.y)

    def pace_px(self) -> float:
        """How far it went in the last picture."""
        if len(self.rows) < 2:
            return 0.0
        last, before = self.rows[-1], self.rows[-2]
        return hypot(last.x - before.x, last.y - before.y)


class Tracker:
    """Joins regions greedily, nearest first."""

    def __init__(self, width: int, height: int) -> None:
        self._middle = complex(width - 1, height - 1) / 2
        self._alive: list[Track] = []
        self._count = 0
        self.finished: list[Track] = []

    def add(self, time_s: float, index: int, scene: int, pose: Move, found: Sequence[Region]) -> None:
        """The regions of one picture."""
        self._retire(time_s, scene)
        rows = [self.row(time_s, index, pose.inverse(), region) for region in found]
        free, waiting = set(range(len(rows))), {track.number: track for track in self._alive}
        for _, number, k in sorted(self._pairs(time_s, rows)):
            if k in free and number in waiting:
                free.discard(k)
                waiting.pop(number).rows.append(rows[k])
        for k in sorted(free):
            self._count += 1
            self._alive.append(Track(self._count, scene, [rows[k]]))

    def end(self) -> list[Track]:
        """All tracks, in the order in which they began."""
        self._retire(float("inf"), -1)
        return sorted(self.finished, key=lambda track: track.number)

    def _retire(self, time_s: float, scene: int) -> None:
        gone = [t for t in self._alive if t.scene != scene or time_s - t.rows[-1].time > LOST_AFTER_S]
        self._alive = [t for t in self._alive if t not in gone]
        self.finished += [t for t in gone if len(t.rows) >= 3]

    def row(self, time_s: float, index: int, back: Move, region: Region) -> Row:
        """One sighting; `back` leads from this picture to the scene."""
        seen = complex(region.x, region.y)
        place = back.turn * (seen - self._middle) + back.shift + self._middle
        dx, dy = place.real - seen.real, place.imag - seen.imag
        return Row(
            time_s,
            place.real,
            place.imag,
            region.left + dx,
            region.right + dx,
            region.top + dy,
            region.bottom + dy,
            region.area,
            region.activity,
            float(region.cut_off),
            region.x,
            region.y,
            index,
        )

    def _pairs(self, time_s: float, rows: list[Row]) -> list[tuple[float, int, int]]:
        pairs = []
        for track in self._alive:
            x, y = track.expected(time_s)
            last = track.rows[-1]
            reach = 4 + 0.4 * sqrt(last.area) + 0.7 * track.pace_px()
            for k, row in enumerate(rows):
                far = min(hypot(row.x - x, row.y - y), hypot(row.x - last.x, row.y - last.y) + 0.3 * reach)
                if far < reach and (grown := abs(log(row.area / last.area))) < 2.3:
                    pairs.append((far / reach + 0.4 * grown, track.number, k))
        return pairs
