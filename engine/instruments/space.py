"""Where a sound is: pan, distance, air, room. Dry sound in, stereo out.

Rooms are impulse responses made once: six first-order reflections of a shoebox, then an 8-line feedback delay network
(Householder matrix, absorbent one-poles after Jot 1991).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy

from engine.instruments.dsp import Array, db, samples
from engine.types import SAMPLE_RATE, Curve, Place, Samples

SPEED_OF_SOUND = 343.0
MAX_AZIMUTH_DEG = 30.0  # of a standard stereo pair

_SMALL = (443, 557, 691, 829, 977, 1129, 1301, 1481)
_MEDIUM = (1103, 1327, 1559, 1801, 2053, 2311, 2579, 2851)
_LARGE = (1987, 2389, 2803, 3253, 3697, 4159, 4643, 5147)


@dataclass(frozen=True, slots=True)
class Room:
    """T60 below and above about 4 kHz, pre-delay, and the direct-to-reverberant ratio at 2 m."""

    t60_low_s: float
    t60_high_s: float
    predelay_ms: float
    direct_db: float
    delays: tuple[int, ...]
    size_m: tuple[float, float, float]


ROOMS: dict[str, Room | None] = {
    "dry": None,
    "outdoor": Room(0.06, 0.04, 3.0, 20.0, _SMALL, (60.0, 60.0, 3.4)),
    "forest": Room(0.9, 0.4, 20.0, 10.0, _LARGE, (24.0, 30.0, 20.0)),
    "street": Room(0.8, 0.5, 15.0, 8.0, _LARGE, (14.0, 40.0, 16.0)),
    "small_room": Room(0.35, 0.25, 3.0, 6.0, _SMALL, (3.0, 3.6, 2.5)),
    "living_room": Room(0.5, 0.4, 6.0, 4.0, _SMALL, (5.0, 6.2, 2.6)),
    "kitchen": Room(0.6, 0.6, 2.0, 0.0, _SMALL, (3.2, 4.1, 2.5)),
    "bathroom": Room(0.9, 0.7, 2.0, 0.0, _SMALL, (2.2, 2.9, 2.4)),
    "car": Room(0.1, 0.08, 1.0, 8.0, _SMALL, (1.5, 2.4, 1.2)),
    "corridor": Room(1.4, 1.0, 8.0, -2.0, _MEDIUM, (2.2, 18.0, 2.8)),
    "stairwell": Room(1.6, 1.1, 8.0, -2.0, _MEDIUM, (3.0, 6.0, 12.0)),
    "hall": Room(1.2, 0.9, 12.0, 0.0, _MEDIUM, (11.0, 16.0, 5.0)),
    "church": Room(3.5, 2.0, 30.0, -6.0, _LARGE, (18.0, 40.0, 16.0)),
    "cave": Room(3.2, 1.6, 30.0, -6.0, _LARGE, (15.0, 27.0, 9.0)),
    "warehouse": Room(2.0, 1.3, 20.0, -3.0, _LARGE, (22.0, 37.0, 9.0)),
}


def pan_gains(pan: Array | float, width: float = 1.0) -> tuple[Array, Array]:
    """Left and right gains of the tangent law at constant power; `pan` -1 left .. 1 right is +-30 degrees."""
    azimuth = np.deg2rad(np.clip(pan, -1.0, 1.0) * MAX_AZIMUTH_DEG * width)
    ratio = np.tan(azimuth) / np.tan(np.deg2rad(MAX_AZIMUTH_DEG))
    left, right = 1.0 - ratio, 1.0 + ratio
    power = np.sqrt(left**2 + right**2)
    return left / power, right / power


def place_sound(sound: Samples, place: Place) -> Samples:
    """A dry sound `[1 or 2, sample]` where it belongs: `[2, sample]`, longer by the room's tail."""
    direct = _panned(_air(sound.astype(np.float32, copy=False), place.distance_m), place.pan)
    direct *= np.float32(distance_gain(place.distance_m))
    room = ROOMS[place.room]
    if room is None:
        return direct
    return _with_room(direct, sound, place.room, room)


def distance_gain(distance_m: float) -> float:
    """1/r beyond a metre."""
    return 1.0 / max(distance_m, 1.0)


def air_pole(distance_m: float) -> float:
    """Coefficient of the one-pole low-pass that stands for air absorption (ISO 9613-1, 20 C, 50 %)."""
    corner = 20_000.0 / np.sqrt(1.0 + distance_m / 30.0)
    return float(np.exp(-2.0 * np.pi * corner / SAMPLE_RATE))


def _air(sound: Samples, distance_m: float) -> Samples:
    if distance_m < 8.0:  # under half a dB at 16 kHz
        return sound
    pole = air_pole(distance_m)
    return np.asarray(scipy.signal.lfilter([1.0 - pole], [1.0, -pole], sound, axis=-1), dtype=np.float32)


def _panned(sound: Samples, pan: float | Curve) -> Samples:
    count = sound.shape[-1]
    at: Array | float = pan.at(np.arange(count) / SAMPLE_RATE) if isinstance(pan, Curve) else pan
    left, right = pan_gains(at)
    if sound.shape[0] == 2:  # a stereo source keeps its width and leans
        left, right = left * np.sqrt(2.0), right * np.sqrt(2.0)
    gains = np.stack([np.broadcast_to(left, count), np.broadcast_to(right, count)])
    return np.asarray(sound * gains, dtype=np.float32)


def _with_room(direct: Samples, sound: Samples, name: str, room: Room) -> Samples:
    send = sound.mean(axis=0) if sound.shape[0] == 2 else sound[0]
    tail = impulse_response(name)
    count = send.shape[-1] + tail.shape[-1] - 1
    size = scipy.fft.next_fast_len(count, real=True)
    wet = scipy.fft.irfft(scipy.fft.rfft(send, size) * _spectrum(name, size), size)[:, :count]
    wet[:, : direct.shape[-1]] += direct
    return np.asarray(wet, dtype=np.float32)


@lru_cache(maxsize=64)
def _spectrum(name: str, size: int) -> Array:
    return np.asarray(scipy.fft.rfft(impulse_response(name), size))


@lru_cache(maxsize=16)
def impulse_response(name: str) -> Samples:
    """The reverberation of a room without its direct sound, `[2, sample]`; at 2 m direct/reverb is `direct_db`."""
    room = ROOMS[name]
    if room is None:
        return np.zeros((2, 1), dtype=np.float32)
    count = samples(room.predelay_ms / 1000 + max(room.t60_low_s, 0.05))
    response = _early(room, count)
    late = _late(room, count - samples(room.predelay_ms / 1000))
    response[:, -late.shape[1] :] += late * 0.7
    energy = float(np.sum(response**2)) / 2.0
    response *= db(-room.direct_db) * distance_gain(2.0) / np.sqrt(max(energy, 1e-20) * 2.0)
    return np.asarray(response, dtype=np.float32)


def _early(room: Room, count: int) -> Array:
    """First-order image sources of a shoebox, the listener 2 m from the source, off its centre."""
    size = np.array(room.size_m)
    source, listener = size * (0.42, 0.40, 0.5), size * (0.42, 0.40, 0.5) + (0.3, -1.97, 0.0)
    damping = 10 ** (-3 * np.cbrt(np.prod(size)) / SPEED_OF_SOUND / max(room.t60_low_s, 0.05))
    taps = np.zeros((2, count))
    for axis in range(3):
        for wall in (0.0, size[axis]):
            image = source.copy()
            image[axis] = 2 * wall - image[axis]
            away = image - listener
            extra_m = float(np.linalg.norm(away)) - 2.0
            at = samples(max(extra_m, 0.2) / SPEED_OF_SOUND)
            if at < count:
                left, right = pan_gains(float(np.clip(away[0] / (abs(away[1]) + 1.0), -1, 1)))
                taps[:, at] += np.array([left, right]) * damping * 2.0 / float(np.linalg.norm(away))
    pole = 0.25
    return np.asarray(scipy.signal.lfilter([1 - pole], [1, -pole], taps, axis=-1))


def _late(room: Room, count: int) -> Array:
    """Impulse response of the feedback delay network, computed a shortest delay at a time: `[2, count]`."""
    delays = np.array(room.delays)
    gain = 10.0 ** (-3.0 * delays / (SAMPLE_RATE * room.t60_low_s))
    ratio = min(room.t60_high_s / room.t60_low_s, 0.999)
    pole = np.clip(np.log(10) / 4 * np.log10(gain) * (1 - 1 / ratio**2), 0.0, 0.95)
    block = int(delays.min())
    total = -(-count // block) * block
    lines = np.zeros((len(delays), total + block))
    lines[:, 0] = np.where(np.arange(len(delays)) % 2, -1.0, 1.0)
    state = np.zeros((len(delays), 1))
    outputs = np.zeros((len(delays), total))
    for first in range(0, total, block):
        taps = np.zeros((len(delays), block))
        for line, delay in enumerate(delays):
            start = first - int(delay)
            lo = max(start, 0)
            if start + block > 0:
                taps[line, lo - start :] = lines[line, lo : start + block]
        for line in range(len(delays)):
            b, a = [gain[line] * (1 - pole[line])], [1.0, -pole[line]]
            taps[line], state[line] = scipy.signal.lfilter(b, a, taps[line], zi=state[line])
        outputs[:, first : first + block] = taps
        lines[:, first : first + block] += taps - (2.0 / len(delays)) * taps.sum(axis=0)
    signs = np.where(np.arange(len(delays)) // 2 % 2, -1.0, 1.0)
    left, right = (signs[0::2, None] * outputs[0::2]).sum(0), (signs[1::2, None] * outputs[1::2]).sum(0)
    return np.stack([left, right])[:, :count]
