"""A ball that has bounced thrice goes on as physics has it: each flight is the same share of the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

import numpy as np
import numpy.typing as npt

SHORTEST_S = 0.06  # shorter flights are slower than .3 m/s: they are not heard apart
LIVELIEST, DULLEST = 0.88, 0.4
LIVELIEST_OF_THREE = 0.8
LIKE = 0.16  # difference of two ratios, in log
NEAR_PX = 14.0
MOST_MORE = 6
MOST_ERROR_S = 0.008
Times = npt.NDArray[np.float64]
QUIET_FLIGHTS = 6


@dataclass(frozen=True, slots=True)
class Bounce:
    """One contact of a chain: when, where across the picture, and what it was seen by."""

    time_s: float
    x_px: float
    source: int  # index of the instant seen; of a bounce only inferred, that of the last seen
    strength: float = 1.0  # speed over that of the last seen


def continued(seen: Sequence[Bounce]) -> list[Bounce]:
    """Bounces to come after every chain among the contacts seen, which are in order of time."""
    return [bounce for chain in _chains(seen) for bounce in _more(chain)]


def _chains(seen: Sequence[Bounce]) -> Iterator[list[Bounce]]:
    """Runs of three and more, as long as they go, whose flights shrink by one ratio."""
    used: set[int] = set()
    for start in seen:
        chain = [start]
        while (one := _next_there(chain[-1], seen)) is not None and (len(chain) < 2 or _follows(chain, one)):
            chain.append(one)
        if _telling(chain) and start.source not in used and _comes_to_rest(chain, seen):
            used.update(one.source for one in chain)
            yield chain


def _telling(chain: Sequence[Bounce]) -> bool:
    """Three that hardly slow down may be blows; four of one ratio are not."""
    return len(chain) >= 4 or (len(chain) == 3 and _ratio(chain) < LIVELIEST_OF_THREE)


def _next_there(last: Bounce, seen: Sequence[Bounce]) -> Bounce | None:
    """The next contact at about the same place across."""
    later = (one for one in seen if one.time_s > last.time_s and abs(one.x_px - last.x_px) < 2 * NEAR_PX)
    return min(later, key=lambda one: one.time_s, default=None)


def _comes_to_rest(chain: Sequence[Bounce], seen: Sequence[Bounce]) -> bool:
    """Nothing strikes there soon after, as hammers and knuckles do."""
    last, flight = chain[-1], chain[-1].time_s - chain[-2].time_s
    later = (one for one in seen if last.time_s < one.time_s < last.time_s + QUIET_FLIGHTS * flight)
    return all(abs(one.x_px - last.x_px) > 2 * NEAR_PX for one in later)


def _follows(chain: Sequence[Bounce], one: Bounce) -> bool:
    before, last = chain[-2], chain[-1]
    flight, after = last.time_s - before.time_s, one.time_s - last.time_s
    if after <= 0 or flight <= 0 or not DULLEST < after / flight < LIVELIEST:
        return False
    step = (last.x_px - before.x_px) / flight * after
    if abs(one.x_px - last.x_px - step) > NEAR_PX or abs(last.x_px - before.x_px) > 4 * NEAR_PX:
        return False
    return len(chain) < 3 or abs(log(after / flight) - log(_ratio(chain))) < LIKE


def _ratio(chain: Sequence[Bounce]) -> float:
    """Share of the flight kept, over the whole chain."""
    flights = [b.time_s - a.time_s for a, b in pairwise(chain)]
    return float((flights[-1] / flights[0]) ** (1 / (len(flights) - 1)))


def _more(chain: Sequence[Bounce]) -> Iterator[Bounce]:
    first, last = chain[0], chain[-1]
    start_s, flight, ratio, error_s = _fitted(np.array([one.time_s for one in chain]))
    if error_s > MOST_ERROR_S:
        return
    drift = (last.x_px - first.x_px) / (last.time_s - first.time_s)
    for more in range(1, MOST_MORE + 1):
        number = len(chain) - 1 + more
        if flight * ratio ** (number - 1) < SHORTEST_S:
            return
        time_s = start_s + flight * (1 - ratio**number) / (1 - ratio)
        yield Bounce(time_s, last.x_px + drift * (time_s - last.time_s), last.source, ratio**more)


def _fitted(times_s: Times) -> tuple[float, float, float, float]:
    """First contact, first flight, ratio and root mean square error of t0 + flight (1 - ratio^n) / (1 - ratio)."""
    best = (0.0, 0.0, 0.5, np.inf)
    for ratio in np.arange(DULLEST, LIVELIEST, 0.005):
        sums = (1 - ratio ** np.arange(times_s.size)) / (1 - ratio)
        flight, start_s = np.polyfit(sums, times_s, 1)
        error_s = float(np.sqrt(np.mean((start_s + flight * sums - times_s) ** 2)))
        if error_s < best[3]:
            best = (float(start_s), float(flight), float(ratio), error_s)
    return best
