"""What speaks for a contact at an instant: kinks of paths, the change around them, and what else goes on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import log

from engine.vision.contacts import SIGNALS, Kink, fades, kinks
from engine.vision.paths import REACH, WINDOW, Paths
from engine.vision.tracks import Row
from engine.vision.watch import Watched

AGREE_S = 0.045
FEATURES = (
    "thing", "fade", "hush", *SIGNALS, "pace", "drop", "back", "arrival", "upheld", "clearness", "steadiness", "length",
    "area", "cut off", "stir", "crowd", "restless", "camera", "light", "agree", "agree things", "frame", "reach",
    "most stir", "since", *(f"stir {j}" for j in range(-REACH, REACH + 1)), *WINDOW,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """An instant that may be a contact."""

    time_s: float
    index: int  # of the last picture before it
    kink: Kink
    source: str  # thing, stir, fade, or hush: all that stirs falls still
    x: float  # where in the picture, px
    y: float
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Raw:
    time_s: float
    kink: Kink
    source: str
    row: Row


def candidates(watched: Watched, frame_s: float) -> list[Candidate]:
    """Every instant worth weighing, in order of time."""
    raw = sorted(_raw(watched, frame_s), key=lambda r: (r.time_s, r.kink.track.number, r.kink.signal, r.source))
    stirs, paths = _Stirs(watched), Paths(max(1, round(1 / 30 / frame_s)))
    times = [r.time_s for r in raw]
    found = []
    for one in raw:
        near = raw[bisect_left(times, one.time_s - AGREE_S) : bisect_right(times, one.time_s + AGREE_S)]
        features = _features(one, near, stirs, paths, watched, frame_s)
        found.append(
            Candidate(one.time_s, one.row.picture, one.kink, one.source, one.row.seen_x, one.row.seen_y, features)
        )
    return found


def _raw(watched: Watched, frame_s: float) -> Iterator[_Raw]:
    for track in watched.things:
        for kink in kinks(track, frame_s):
            yield _Raw(kink.time_s, kink, "thing", _at(kink))
    for track in watched.stirs:
        for kink in kinks(track, frame_s):  # change lies between two pictures
            yield _Raw(kink.time_s - frame_s / 2, kink, "stir", _at(kink))
        for fade in fades(track):
            yield _Raw(fade.time_s, fade, "fade", _at(fade))
    for track in watched.wholes:
        for fade in fades(track):
            if fade.row < len(track.rows) - 1:  # no stop, but the end of what was clearly seen
                yield _Raw(fade.time_s, fade, "hush", _at(fade))


def _at(kink: Kink) -> Row:
    return kink.track.rows[kink.row]


class _Stirs:
    """The change of every picture, by place."""

    def __init__(self, watched: Watched) -> None:
        self._by_index: dict[int, list[Row]] = defaultdict(list)
        for track in watched.stirs:
            for row in track.rows:
                self._by_index[row.picture].append(row)

    def around(self, row: Row, index: int) -> float:
        """Change in one picture near a row's box."""
        dx, dy = row.seen_x - row.x, row.seen_y - row.y
        left, right = row.left + dx - 6, row.right + dx + 6
        top, bottom = row.top + dy - 6, row.bottom + dy + 6
        total = 0.0
        for other in self._by_index.get(index, ()):
            x, y = other.seen_x, other.seen_y
            half_width = (other.right - other.left) / 2
            half_height = (other.bottom - other.top) / 2
            if left - half_width < x < right + half_width and top - half_height < y < bottom + half_height:
                total += other.activity
        return total

    def count(self, index: int) -> int:
        return len(self._by_index.get(index, ()))


def _features(
    one: _Raw, near: list[_Raw], stirs: _Stirs, paths: Paths, watched: Watched, frame_s: float
) -> tuple[float, ...]:
    kink, i = one.kink, one.row.picture
    activity = [
        sum(stirs.around(one.row, i + paths.stride * j - b) for b in range(paths.stride))
        for j in range(-REACH, REACH + 1)
    ]
    most = max(*activity, 0.3)
    moments = watched.moments[max(0, i - 1) : i + 3]
    agree = {(r.source, r.kink.signal, r.kink.track.number) for r in near if _close(r, one)} - {
        (one.source, kink.signal, kink.track.number)
    }
    camera = max(m.move.corner_px(watched.width, watched.height) for m in moments)
    light = max(m.light for m in moments) - min(m.light for m in moments)
    crowd = sum(stirs.count(j) for j in range(i - 3, i + 4)) / 7
    reach, window = paths.around(kink.track, kink.row)
    sources = float(one.source == "thing"), float(one.source in ("fade", "hush")), float(one.source == "hush")
    return (
        *sources, *(float(kink.signal == s) for s in SIGNALS),
        log(kink.pace_px), kink.drop, max(0.0, kink.drop - 1), kink.arrival, kink.upheld, log(kink.clearness),
        kink.steadiness, log(len(kink.track.rows)), log(one.row.area) / 2, one.row.cut_off,
        log(0.1 + max(activity[REACH - 1 : REACH + 1])), log(1 + crowd), max(m.moving for m in moments),
        log(0.05 + camera), min(light, 10.0) / 10, log(1 + len(agree)), log(1 + sum(a[0] == "thing" for a in agree)),
        log(frame_s * 30), log(reach), log(most), (one.time_s - one.row.time) / frame_s,
        *(a / most for a in activity), *window,
    )  # fmt: skip


def _close(one: _Raw, other: _Raw) -> bool:
    dx = one.row.seen_x - other.row.seen_x
    dy = one.row.seen_y - other.row.seen_y
    return dx * dx + dy * dy < 30**2
