"""A ball bounces as physics has it: each flight is the same share of the one before, down to those too small to see."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SHORTEST_S = 0.06  # shorter flights are slower than .3 m/s: they are not heard apart
LONGEST_S = 1.4
LIVELIEST, DULLEST = 0.88, 0.4
LIVELIEST_OF_THREE = 0.8
NEAR_PX = 14.0
SURE, LEAST = 0.5, 0.08  # shares of what begins a chain, and of what may go on with it
OFF_S, OFF = 0.022, 0.12  # how far from where it is expected: seconds, and the share of the flight
MOST = 24
MOST_ERROR_S, MOST_ERROR = 0.008, 0.35  # seconds, or share of a picture's time
SEEN_WELL_S = 0.2  # of longer flights both ends are seen
HOLE, AMISS, MOST_AGAINST = 0.4, 2.0, 0.4  # what a contact not seen costs, and one that does not fit; share borne
QUIET_FLIGHTS, QUIET_S = 6, 0.4
LIKELY = 0.4
_RATIOS = np.arange(DULLEST, LIVELIEST, 0.005)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """What may be a contact of a ball: when, where across the picture, how surely."""

    time_s: float
    x_px: float
    share: float


@dataclass(frozen=True, slots=True)
class Bounce:
    """One contact of a chain, as the whole chain has it."""

    time_s: float
    x_px: float
    source: int  # index of what was seen; of one that was not, of the last before it
    seen: bool
    strength: float = 1.0  # of one not seen, its speed over that of the last before it


@dataclass(frozen=True, slots=True)
class _Chain:
    """Contact n is at start + flight (1 - ratio^n) / (1 - ratio)."""

    numbers: tuple[int, ...]
    sources: tuple[int, ...]
    start_s: float
    flight_s: float
    ratio: float
    error_s: float

    def at(self, number: int) -> float:
        return self.start_s + self.flight_s * (1 - self.ratio**number) / (1 - self.ratio)

    def flight_before(self, number: int) -> float:
        return float(self.flight_s * self.ratio ** (number - 1))


def chains(seen: Sequence[Seen], frame_s: float, end_s: float) -> list[list[Bounce]]:
    """All chains among what was seen, which is in order of time; each contact belongs to one at most."""
    most_error = max(MOST_ERROR_S, MOST_ERROR * frame_s)
    tried: set[tuple[int, ...]] = set()
    grown: list[tuple[float, _Chain]] = []
    for three in _threes(seen):
        if not any(set(three) <= set(known) for known in tried):
            chain = _grown(three, seen, end_s)
            tried.add(chain.sources)
            if chain.error_s < most_error and _telling(chain, seen):
                grown.append((_value(chain, seen), chain))
    kept, used = list[list[Bounce]](), set[int]()
    for value, chain in sorted(grown, key=lambda pair: (-pair[0], pair[1].sources)):
        if value and not used & set(chain.sources):
            used |= set(chain.sources)
            kept.append(list(_bounces(chain, seen, end_s)))
    return kept


def _threes(seen: Sequence[Seen]) -> Iterator[tuple[int, int, int]]:
    """Sure contacts, the next at one place each, with a flight and a shorter one between."""
    sure = [k for k, one in enumerate(seen) if one.share >= SURE]
    for a in sure:
        b = _next_there(a, sure, seen)
        c = _next_there(b, sure, seen) if b is not None else None
        if b is None or c is None:
            continue
        flight, after = seen[b].time_s - seen[a].time_s, seen[c].time_s - seen[b].time_s
        step = (seen[b].x_px - seen[a].x_px) * after / flight
        if DULLEST < after / flight < LIVELIEST and abs(seen[c].x_px - seen[b].x_px - step) < NEAR_PX:
            yield a, b, c


def _next_there(last: int, sure: Sequence[int], seen: Sequence[Seen]) -> int | None:
    """The next sure contact at about the same place across, a flight later."""
    for k in sure[bisect_right(sure, last) :]:
        flight = seen[k].time_s - seen[last].time_s
        if SHORTEST_S < flight < LONGEST_S and abs(seen[k].x_px - seen[last].x_px) < 2 * NEAR_PX:
            return k
    return None


def _grown(three: tuple[int, int, int], seen: Sequence[Seen], end_s: float) -> _Chain:
    """As far as it goes: what comes next is looked for where the chain so far has it."""
    chain, number = _fitted((0, 1, 2), three, seen), 3
    while number < MOST and chain.flight_before(number) > SHORTEST_S and chain.at(number) < end_s:
        source = _nearest(chain, number, seen)
        if source is not None:
            chain = _fitted((*chain.numbers, number), (*chain.sources, source), seen)
        elif number - chain.numbers[-1] > 2 and chain.flight_before(number) > SEEN_WELL_S:
            break
        number += 1
    return chain


def _nearest(chain: _Chain, number: int, seen: Sequence[Seen]) -> int | None:
    """What was seen where a contact is expected."""
    time_s, flight = chain.at(number), chain.flight_before(number)
    x, reach = _x_at(chain, time_s, seen), min(OFF_S + OFF * flight, 0.4 * flight)
    near = [
        (one.share * (1 - 0.5 * abs(one.time_s - time_s) / reach), -k)
        for k, one in enumerate(seen)
        if k not in chain.sources
        and abs(one.time_s - time_s) < reach
        and abs(one.x_px - x) < NEAR_PX
        and one.share > LEAST
    ]
    return -max(near)[1] if near else None


def _x_at(chain: _Chain, time_s: float, seen: Sequence[Seen]) -> float:
    first, last = seen[chain.sources[0]], seen[chain.sources[-1]]
    drift = (last.x_px - first.x_px) / (last.time_s - first.time_s)
    return last.x_px + drift * (time_s - last.time_s)


def _fitted(numbers: tuple[int, ...], sources: tuple[int, ...], seen: Sequence[Seen]) -> _Chain:
    """The start, first flight and ratio of least squared error, each contact counting as it is sure."""
    times = np.array([seen[k].time_s for k in sources])
    weights = np.array([seen[k].share for k in sources])
    weights /= weights.sum()
    sums = (1 - _RATIOS[:, None] ** np.array(numbers)) / (1 - _RATIOS[:, None])
    off = sums - (sums @ weights)[:, None]
    late = times - times @ weights
    flights = (off * late) @ weights / (off**2 @ weights)
    errors = (late - flights[:, None] * off) ** 2 @ weights
    best = int(np.argmin(errors))
    start = float(times @ weights - flights[best] * (sums[best] @ weights))
    return _Chain(numbers, sources, start, float(flights[best]), float(_RATIOS[best]), float(errors[best] ** 0.5))


def _telling(chain: _Chain, seen: Sequence[Seen]) -> bool:
    """Three that hardly slow down may be blows; four of one ratio are not, unless others strike there as well."""
    sure = sum(seen[k].share >= SURE for k in chain.sources)
    if sure < 4 and (len(chain.sources) < 4 or chain.ratio > LIVELIEST_OF_THREE):
        return False
    first, last = seen[chain.sources[0]].time_s, seen[chain.sources[-1]].time_s
    last_flight = chain.flight_before(chain.numbers[-1])
    after = _amiss(chain, seen, last + last_flight, last + max(QUIET_FLIGHTS * last_flight, QUIET_S))
    return not after and not _amiss(chain, seen, first - 1.3 * (first - chain.at(-1)), first)


def _value(chain: _Chain, seen: Sequence[Seen]) -> float:
    """How much speaks for it; 0 where too much speaks against: likely contacts there that are none of it, and holes."""
    backed = sum(seen[k].share for k in chain.sources)
    holes = chain.numbers[-1] + 1 - len(chain.numbers)
    amiss = sum(_amiss(chain, seen, seen[chain.sources[0]].time_s, seen[chain.sources[-1]].time_s))
    against = HOLE * holes + AMISS * amiss
    return backed - against if against < MOST_AGAINST * backed else 0.0


def _amiss(chain: _Chain, seen: Sequence[Seen], first_s: float, last_s: float) -> list[float]:
    """The shares of likely contacts there, between two times, that are none of the chain's."""
    return [
        one.share
        for k, one in enumerate(seen)
        if one.share >= LIKELY
        and k not in chain.sources
        and first_s < one.time_s < last_s
        and abs(one.x_px - _x_at(chain, one.time_s, seen)) < 2 * NEAR_PX
    ]


def _bounces(chain: _Chain, seen: Sequence[Seen], end_s: float) -> Iterator[Bounce]:
    sources, last, number = dict(zip(chain.numbers, chain.sources, strict=True)), 0, 0
    while number <= chain.numbers[-1] or (
        number < MOST and chain.flight_before(number) > SHORTEST_S and chain.at(number) < end_s
    ):
        time_s = chain.at(number)
        if number in sources:
            last = number
            yield Bounce(time_s, seen[sources[number]].x_px, sources[number], True)
        else:
            strength = chain.ratio ** (number - last)
            yield Bounce(time_s, _x_at(chain, time_s, seen), sources[last], False, strength)
        number += 1
