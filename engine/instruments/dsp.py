"""Building blocks that every instrument shares. SI units, 48 kHz unless a rate is given; sound is `[sample]` or
`[channel, sample]`.

Randomness: `stream(seed, purpose)` gives one counter-based generator per note and purpose, so that nothing that one
note draws can change another note.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from engine.types import SAMPLE_RATE, Curve

Array = npt.NDArray[np.floating[Any]]
CONTROL_RATE = 100  # slow controls, Hz


def stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """An independent generator for (seed, purpose); the same on every machine."""
    digest = hashlib.blake2b(repr((seed, *purpose)).encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))


def samples(seconds: float) -> int:
    return int(np.floor(seconds * SAMPLE_RATE + 0.5))


def db(gain_db: float) -> float:
    """Amplitude factor of a level in dB."""
    return float(10.0 ** (gain_db / 20.0))


# Modal sound


def ring(freqs_hz: Array, t60_s: Array, gains: Array, count: int, phases: Array | None = None) -> Array:
    """Sum of decaying sines, `count` samples, starting at zero phase: y = sum g e^(-6.908 t/T60) sin(2 pi f t + phase).

    Written as one blocked product (z^(bB+j) = z^(bB) z^j), some fifty times quicker than powers per sample.
    """
    keep = (freqs_hz > 25.0) & (freqs_hz < 0.45 * SAMPLE_RATE)
    freqs_hz, t60_s, gains = freqs_hz[keep], t60_s[keep], gains[keep]
    if count <= 0 or not len(freqs_hz):
        return np.zeros(max(count, 0))
    start = gains.astype(complex)
    if phases is not None:
        start = start * np.exp(1j * phases[keep])
    step = (-6.908 / t60_s + 2j * np.pi * freqs_hz) / SAMPLE_RATE
    block = 256
    blocks = -(-count // block)
    within = np.exp(np.outer(step, np.arange(block)))
    onward = np.exp(np.outer(np.arange(blocks) * block, step)) * start
    return np.asarray((onward @ within).imag.reshape(-1)[:count])


def hertz_contact_s(youngs_pa: float, mass_kg: float, radius_m: float, speed_m_s: float) -> float:
    """Contact time of a sphere on a half space (Hertz): tau = 2.94 delta/v, so tau ~ v^(-1/5).

    `youngs_pa` is the pair's effective modulus, 1/E* = (1-nu1^2)/E1 + (1-nu2^2)/E2.
    """
    stiffness = 4.0 / 3.0 * youngs_pa * np.sqrt(radius_m)
    speed = max(speed_m_s, 0.01)
    depth = (5.0 * mass_kg * speed**2 / (4.0 * stiffness)) ** 0.4
    return float(2.94 * depth / speed)


def pulse(contact_s: float) -> Array:
    """The force of one contact over time, Hertz-like sin^1.5, peak 1."""
    count = max(2, samples(contact_s))
    return np.asarray(np.sin(np.pi * (np.arange(count) + 0.5) / count) ** 1.5)


def pulse_gain(freqs_hz: Array, contact_s: float) -> Array:
    """|spectrum| of a contact pulse at `freqs_hz`, 1 at DC (Hann pulse: flat to 0.6/tau, gone past 2/tau)."""
    turns = np.asarray(freqs_hz, dtype=float) * contact_s
    poles = 1.0 - turns**2
    safe = np.where(np.abs(poles) < 1e-3, 1e-3, poles)
    return np.abs(np.sinc(turns) / safe)


# Noise and slow control


def noise_psd(low_hz: float, low_order: float, high_hz: float, high_slope: float) -> Callable[[Array], Array]:
    """Power spectrum 1/(1+(low/f)^(2k)) x 1/(1+(f/high)^s); slope s is in power, 3 dB per octave a unit."""

    def psd(freqs_hz: Array) -> Array:
        f = np.maximum(freqs_hz, 1.0)
        return np.asarray(1.0 / (1.0 + (low_hz / f) ** (2.0 * low_order)) / (1.0 + (f / high_hz) ** high_slope))

    return psd


def shaped_noise(psd: Callable[[Array], Array], count: int, rng: np.random.Generator) -> Array:
    """Gaussian noise of that power spectrum, rms 1, exactly periodic in its own length."""
    size = scipy.fft.next_fast_len(max(count, 64), real=True)
    freqs = np.arange(size // 2 + 1) * (SAMPLE_RATE / size)
    shape = np.sqrt(psd(freqs)).astype(np.float32)
    shape[0] = 0.0
    bins = rng.standard_normal((2, len(freqs)), dtype=np.float32)
    spectrum = shape * (bins[0] + 1j * bins[1])
    wave = scipy.fft.irfft(spectrum, size)[:count]
    return np.asarray(wave / max(float(np.sqrt(np.mean(np.square(wave)))), 1e-12))


def slow(rng: np.random.Generator, count: int, cutoff_hz: float, rate_hz: float = CONTROL_RATE) -> Array:
    """Slow random control: Ornstein-Uhlenbeck, `count` values at `rate_hz`, unit variance from the first value on."""
    keep = float(np.exp(-2.0 * np.pi * cutoff_hz / rate_hz))
    drive = rng.standard_normal(count) * np.sqrt(1.0 - keep**2)
    if count:
        drive[0] = rng.standard_normal()
    return np.asarray(scipy.signal.lfilter([1.0], [1.0, -keep], drive))


def to_audio(control: Array, count: int, rate_hz: float = CONTROL_RATE) -> Array:
    """A control at `rate_hz` as `count` samples, linear between values."""
    at = np.arange(count, dtype=np.float64) * (rate_hz / SAMPLE_RATE)
    return np.interp(at, np.arange(len(control)), control)


def poisson_times(rng: np.random.Generator, per_s: float, duration_s: float) -> Array:
    """Times of a Poisson process, sorted, seconds."""
    return np.sort(rng.uniform(0.0, duration_s, rng.poisson(max(per_s, 0.0) * duration_s)))


def clustered_times(
    rng: np.random.Generator, parents_per_s: float, children: float, spread_s: float, duration_s: float
) -> Array:
    """Neyman-Scott clusters: each parent has 1+Poisson(children) events at exponential delays; sorted, seconds."""
    parents = poisson_times(rng, parents_per_s, duration_s)
    counts = 1 + rng.poisson(children, len(parents))
    times = np.repeat(parents, counts) + rng.exponential(spread_s, int(counts.sum()))
    return np.sort(times[times < duration_s])


# Placing and filtering


def add_at(target: Array, start: int, grain: Array) -> None:
    """Add `grain` into `target` from sample `start`; what lies outside is cut."""
    first, last = max(start, 0), min(start + grain.shape[-1], target.shape[-1])
    if last > first:
        target[..., first:last] += grain[..., first - start : last - start]


@lru_cache(maxsize=256)
def _sections(low_hz: float | None, high_hz: float | None, order: int) -> Array:
    top = 0.49 * SAMPLE_RATE
    if low_hz and high_hz:
        return np.asarray(
            scipy.signal.butter(order, (low_hz, min(high_hz, top)), "bandpass", fs=SAMPLE_RATE, output="sos")
        )
    if low_hz:
        return np.asarray(scipy.signal.butter(order, low_hz, "highpass", fs=SAMPLE_RATE, output="sos"))
    return np.asarray(scipy.signal.butter(order, min(high_hz or top, top), "lowpass", fs=SAMPLE_RATE, output="sos"))


def band(sound: Array, low_hz: float | None = None, high_hz: float | None = None, order: int = 2) -> Array:
    """Causal Butterworth band; `None` leaves that side open."""
    return np.asarray(scipy.signal.sosfilt(_sections(low_hz, high_hz, order), sound, axis=-1))


def fade(sound: Array, in_s: float = 0.0, out_s: float = 0.0) -> Array:
    """Raised-cosine fades at the ends, on a copy."""
    sound = np.array(sound)
    for count, at_end in ((samples(in_s), False), (samples(out_s), True)):
        count = min(count, sound.shape[-1])
        if count:
            ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / count)
            if at_end:
                sound[..., -count:] *= ramp[::-1]
            else:
                sound[..., :count] *= ramp
    return sound


def widen(first: Array, second: Array, coherence: float) -> Array:
    """A stereo pair of the given coherence (0..1) from two independent sounds: `[2, sample]`."""
    a, b = np.sqrt((1 + coherence) / 2), np.sqrt((1 - coherence) / 2)
    return np.stack([a * first + b * second, a * first - b * second])


# Gestures


def over_time(value: float | Curve, count: int, rate_hz: float = 200.0) -> Array:
    """A number or a curve as `count` samples; a curve is read at `rate_hz`, so that a corner of it never steps."""
    if not isinstance(value, Curve):
        return np.full(count, float(value))
    at_s = np.arange(int(count * rate_hz / SAMPLE_RATE) + 2) / rate_hz
    return to_audio(value.at(at_s), count, rate_hz)


def impulses(times_s: Array, strengths: Array, count: int) -> Array:
    """Single-sample strokes at exact times: each is shared between the two samples it lies between."""
    at = np.asarray(times_s) * SAMPLE_RATE
    first = np.floor(at).astype(np.int64)
    inside = (first >= 0) & (first < count - 1)
    first, late, strengths = first[inside], (at - np.floor(at))[inside], np.asarray(strengths)[inside]
    train = np.bincount(first, strengths * (1.0 - late), count) + np.bincount(first + 1, strengths * late, count)
    return np.asarray(train)


def filtered_by(sound: Array, response: Array) -> Array:
    """`sound` through an impulse response, with the response's tail: `len(sound) + len(response) - 1` samples."""
    if len(sound) == 0 or len(response) == 0:
        return np.zeros(max(len(sound) + len(response) - 1, 0))
    return np.asarray(scipy.signal.oaconvolve(sound, response))
