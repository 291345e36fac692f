"""How much of one stem is in another. Levels are dB re the stem's own energy; -200 stands for nothing at all.

Three figures, for none says all:
* `muted`: the stem rendered again with another layer's notes taken out. What changes has leaked, exactly.
* `projected`: the part of a stem that a 512-tap filter per third-octave band can make of another stem, as in BSS Eval
  (Vincent, Gribonval and Fevotte 2006). Such a filter also fits what is unrelated. That chance floor is measured with
  the other stem moved in time, and with its polarity flipped at random from event to event, which leaves envelopes and
  rings as they are but no filter that holds for all events; the higher floor is taken off. With a single event a
  filter can turn any ring into any other: there, nothing can be told.
* `gated`: energy around the events in a stem that should not know of them; energy away from them in one that should.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_toeplitz

from bench.truth.truth import Event, Truth

RATE_HZ = 48_000
NOTHING_DB = -200.0
_TAPS = 512
_SEGMENT = 4096
_CENTRES_HZ = tuple(float(1000 * 2 ** (step / 3)) for step in range(-9, 13))  # 125 Hz to 16 kHz
_SHIFTS_S = (1.1, 1.9, 2.6, 3.4)
_RIDGE = 1e-4
_FLIPS = 4  # draws of random polarity
_FLIP_S = 0.25  # between changes of polarity where nothing happens
_SILENT = 10 ** (-80 / 20)  # peak: no more than dither
_LEAST_BAND = 1e-4  # of the energy: weaker bands are left out
_BEFORE_S, _AFTER_S = 0.02, 0.12
_RINGS_S = 0.5  # an event without a duration

Sound = npt.NDArray[np.float64]
Spectrum = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Projection:
    """Shares of a stem's energy in dB. `leak_db` is no less than `limit_db`: less cannot be told from chance."""

    raw_db: float
    floor_db: float
    limit_db: float
    leak_db: float


def decibels(share: float) -> float:
    """10 log10, with a bottom."""
    return float(10 * np.log10(share)) if share > 10 ** (NOTHING_DB / 10) else NOTHING_DB


def muted(stem: Sound, without_the_other: Sound) -> float:
    """Energy of the change over the stem's energy, in dB. `[channel, sample]` both, equally long."""
    energy = float((stem**2).sum())
    return decibels(float(((stem - without_the_other) ** 2).sum()) / energy) if energy else NOTHING_DB


def projected(stem: Sound, other: Sound, contacts_s: Sequence[float] = (), *, seed: int = 0) -> Projection:
    """What of `stem` a filtered `other` explains, in mono; polarity flips just before each of `contacts_s`."""
    heard, reference = stem.mean(axis=0), other.mean(axis=0)
    if min(np.abs(heard).max(), np.abs(reference).max()) < _SILENT:
        return Projection(NOTHING_DB, NOTHING_DB, NOTHING_DB, NOTHING_DB)
    rng = np.random.default_rng(seed)
    target = _segments(heard)
    moved = [_explained(target, np.roll(reference, round(shift * RATE_HZ))) for shift in _SHIFTS_S]
    flipped = [_explained(target, reference * _polarity(reference.size, contacts_s, rng)) for _ in range(_FLIPS)]
    floor = max(float(np.mean(moved)), float(np.mean(flipped)))
    limit = 2 * max(float(np.std(moved)), float(np.std(flipped)))
    raw = _explained(target, reference)
    return Projection(decibels(raw), decibels(floor), decibels(limit), decibels(max(raw - floor, limit)))


def _polarity(length: int, contacts_s: Sequence[float], rng: np.random.Generator) -> Sound:
    """Random signs that change 10 ms before each contact, and every quarter of a second where nothing rings."""
    contacts = np.asarray(contacts_s, dtype=np.float64)
    grid = [
        at
        for at in np.arange(_FLIP_S, length / RATE_HZ, _FLIP_S)
        if not ((at > contacts) & (at < contacts + _RINGS_S)).any()
    ]
    away = np.concatenate([contacts - 0.01, grid])
    edges = np.unique(np.clip(np.round(away * RATE_HZ).astype(int), 0, length))
    return np.asarray(rng.choice([-1.0, 1.0], edges.size + 1)[np.searchsorted(edges, np.arange(length), side="right")])


def _explained(target: Spectrum, reference: Sound) -> float:
    """Share of the energy in the bands that the least-squares filters explain."""
    source = _segments(reference)
    power, cross = (np.abs(source) ** 2).sum(axis=0), (np.conj(source) * target).sum(axis=0)
    own = (np.abs(target) ** 2).sum(axis=0)
    energies = [float((own * band).sum()) for band in _bands()]
    total = sum(energies)
    loud = [(band, energy) for band, energy in zip(_bands(), energies, strict=True) if energy > _LEAST_BAND * total]
    explained = sum(min(_band_energy(power * band, cross * band), energy) for band, energy in loud)
    return explained / total if total else 0.0


def _segments(sound: Sound) -> Spectrum:
    """Half-overlapping Hann windows, `[segment, bin]`, the whole circle."""
    padded = np.pad(sound, (0, _SEGMENT))
    pieces = np.lib.stride_tricks.sliding_window_view(padded, _SEGMENT)[:: _SEGMENT // 2]
    return np.asarray(np.fft.fft(pieces * np.hanning(_SEGMENT), axis=1), dtype=np.complex128)


@lru_cache(maxsize=1)
def _bands() -> tuple[Sound, ...]:
    hz = np.abs(np.fft.fftfreq(_SEGMENT, 1 / RATE_HZ))
    edge = 2 ** (1 / 6)
    return tuple(((hz >= centre / edge) & (hz < centre * edge)).astype(np.float64) for centre in _CENTRES_HZ)


def _band_energy(power: Sound, cross: Spectrum) -> float:
    """c' R^-1 c: the energy of the best filtered reference, taps centred on no delay."""
    auto = np.fft.ifft(power).real
    if auto[0] <= 0:
        return 0.0
    lags = np.fft.ifft(cross).real
    matched = np.concatenate([lags[-_TAPS // 2 :], lags[: _TAPS // 2]])
    column = auto[:_TAPS].copy()
    column[0] += _RIDGE * auto[0]
    return float(matched @ solve_toeplitz(column, matched, check_finite=False) * _SEGMENT)


def gated_bed(ambient: Sound, truth: Truth) -> float:
    """Mean power of the bed around the contacts over that elsewhere, in dB: 0 when it knows nothing of them."""
    near = _mask(ambient.shape[1], [(event.t_s - _BEFORE_S, event.t_s + _AFTER_S) for event in truth.contacts])
    power = (ambient**2).sum(axis=0)
    if not near.any() or near.all() or not power[~near].any():
        return float("nan")
    return decibels(float(power[near].mean() / power[~near].mean()))


def gated_events(stem: Sound, truth: Truth) -> float:
    """The share of an event stem's energy that lies away from all true events, in dB."""
    inside = _mask(stem.shape[1], [(event.t_s - 0.03, event.t_s + _lasts(event)) for event in truth.events])
    power = (stem**2).sum(axis=0)
    return decibels(float(power[~inside].sum() / power.sum())) if power.any() else float("nan")


def _lasts(event: Event) -> float:
    return event.duration_s + _RINGS_S


def _mask(length: int, spans_s: Sequence[tuple[float, float]]) -> npt.NDArray[np.bool_]:
    mask = np.zeros(length, dtype=np.bool_)
    for begins, ends in spans_s:
        mask[max(round(begins * RATE_HZ), 0) : max(round(ends * RATE_HZ), 0)] = True
    return mask
