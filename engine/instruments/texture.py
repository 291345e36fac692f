"""The machinery of endless textures: a note is drawn in blocks of 5 s that overlap by 0.4 s, each from (seed, index).

Any span is the sum of the few blocks that touch it, so an hour of rain costs no memory and no past. Noise is
cross-faded with equal power where blocks overlap; grains (drops, bubbles, crackles) start inside their own block and
ring into the next. Slow controls run on through the joints. Textures are `[2, sample]` float32.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

from engine.instruments.dsp import CONTROL_RATE, Array, samples, slow, stream
from engine.types import SAMPLE_RATE, Curve, Layer, Note, Parameter, Samples

HOP = 240_000
OVERLAP = 19_200  # the longest a grain may ring
BLOCK = HOP + OVERLAP  # 259200 = 2^7 3^4 5^2: quick to transform
STEP = SAMPLE_RATE // CONTROL_RATE
CONTROLS = BLOCK // STEP + 1
DRIFT_HOP = 1600  # control values; a drift is itself drawn in overlapping pieces
EAR_SPACING_M, SOUND_M_S = 0.17, 343.0

Psd = Callable[[Array], Array]
Params = tuple[tuple[str, float | str | Curve], ...]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Stretch:
    """One block of a note: where it lies, what the parameters are in it, and its own randomness."""

    instrument: str
    seed: int
    params: Params
    index: int
    _values: dict[str, float | str | Curve] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_values", dict(self.params))

    def rng(self, *purpose: str | int) -> np.random.Generator:
        return stream(self.seed, self.instrument, self.index, *purpose)

    def whole_note_rng(self, *purpose: str | int) -> np.random.Generator:
        """The same in every block of the note: what is drawn once, such as the modes of a roof."""
        return stream(self.seed, self.instrument, "note", *purpose)

    def times_s(self) -> npt.NDArray[np.float64]:
        """Times of the controls, seconds from the note's start: `[CONTROLS]`."""
        return np.asarray(self.index * HOP / SAMPLE_RATE + np.arange(CONTROLS) / CONTROL_RATE)

    def curve(self, parameter: Parameter) -> Array:
        """A numeric parameter over the block, `[CONTROLS]`."""
        value = self._values.get(parameter.name, parameter.default)
        if isinstance(value, Curve):
            return np.asarray(value.at(self.times_s()))
        return np.full(CONTROLS, float(value))

    def choice(self, parameter: Parameter) -> str:
        return str(self._values.get(parameter.name, parameter.default))

    def crossfaded(self, noise: Floats) -> Floats:
        """Noise of the block, `[..., BLOCK]`, with the equal-power slopes of its overlaps; in place."""
        if self.index:
            noise[..., :OVERLAP] *= _slope()
        noise[..., HOP:] *= _slope()[::-1]
        return noise

    def drift(self, purpose: str, cutoff_hz: float) -> Array:
        """Slow random control of unit variance, `[CONTROLS]`, that runs on from block to block (cutoff >= .05 Hz)."""
        return self.drift_at(purpose, cutoff_hz, self.index * HOP // STEP, CONTROLS)

    def drift_at(self, purpose: str, cutoff_hz: float, first: int, count: int) -> Array:
        """The same from control value `first` of the note on."""
        found = np.zeros(count)
        for piece in range(first // DRIFT_HOP - 1, (first + count - 1) // DRIFT_HOP + 1):
            start = piece * DRIFT_HOP - first
            low, high = max(start, 0), min(start + 2 * DRIFT_HOP, count)
            if low < high:
                rng = stream(self.seed, self.instrument, "drift", purpose, piece)
                values = slow(rng, 2 * DRIFT_HOP, cutoff_hz) * _drift_window()
                found[low:high] += values[low - start : high - start]
        return found


@lru_cache(maxsize=1)
def _slope() -> Floats:
    return np.asarray(np.sin(0.5 * np.pi * (np.arange(OVERLAP) + 0.5) / OVERLAP).astype(np.float32))


@lru_cache(maxsize=1)
def _drift_window() -> Array:
    return np.sin(np.pi * (np.arange(2 * DRIFT_HOP) + 0.5) / (2 * DRIFT_HOP))


class Bed:
    """A texture instrument: draws one block; spans follow from that."""

    name: str
    layers: tuple[Layer, ...] = (Layer.AMBIENT,)
    parameters: tuple[Parameter, ...]

    def draw(self, stretch: Stretch) -> Samples:
        """`[2, BLOCK]`: noise through `stretch.crossfaded`, grains that start before HOP as they are."""
        raise NotImplementedError

    def play_span(self, note: Note, first: int, last: int) -> Samples:
        """Samples `first:last` of the note, `[2, last - first]`: the same whichever spans are asked for."""
        params: Params = tuple(sorted(note.params.items()))
        found = np.zeros((2, max(last - first, 0)), np.float32)
        for index in range(max((first - BLOCK) // HOP + 1, 0), (last - 1) // HOP + 1):
            start = index * HOP - first
            low, high = max(start, 0), min(start + BLOCK, last - first)
            if low < high:
                block = _block(self, Stretch(self.name, note.seed, params, index))
                found[:, low:high] += block[:, low - start : high - start]
        return found

    def play(self, note: Note) -> Samples:
        """The whole note, `[2, sample]`."""
        return self.play_span(note, 0, samples(note.duration_s))


@lru_cache(maxsize=16)  # some 33 MB: as many beds as a scene has, two blocks each
def _block(bed: Bed, stretch: Stretch) -> Samples:
    block = np.ascontiguousarray(bed.draw(stretch), np.float32)
    block.setflags(write=False)
    return block


def upsampled(control: Array) -> Floats:
    """A control `[CONTROLS]` as `[BLOCK]` samples, linear between values."""
    values = np.asarray(control, np.float32)
    ramp = np.arange(STEP, dtype=np.float32) / STEP
    return np.asarray(values[:-1, None] + np.diff(values)[:, None] * ramp, np.float32).reshape(-1)


@lru_cache(maxsize=1)
def block_freqs_hz() -> Floats:
    freqs = (np.arange(BLOCK // 2 + 1) * (SAMPLE_RATE / BLOCK)).astype(np.float32)
    freqs.setflags(write=False)
    return freqs


@lru_cache(maxsize=64)
def _noise_shape(psd: Psd) -> tuple[Floats, Floats]:
    """Amplitude of the common and of the opposed part per bin, for rms 1 in each channel.

    Coherence of two ears in a diffuse field, sinc(2 f d/c), kept from going negative so that mono loses 3 dB at most.
    """
    freqs = block_freqs_hz()
    power = np.array(psd(freqs), np.float64)
    power[0] = 0.0
    power[freqs > 22_000.0] = 0.0
    shape = np.sqrt(power / power.sum() / 2.0) * BLOCK
    coherence = np.maximum(np.sinc(2.0 * freqs * (EAR_SPACING_M / SOUND_M_S)), 0.0)
    coherence = np.where(freqs < 120.0, np.maximum(coherence, 0.8), coherence)
    together, apart = shape * np.sqrt((1 + coherence) / 2), shape * np.sqrt((1 - coherence) / 2)
    return together.astype(np.float32), apart.astype(np.float32)


@lru_cache(maxsize=1)
def _turn_table() -> npt.NDArray[np.complex64]:
    return np.asarray(np.exp(2j * np.pi * np.arange(65536) / 65536), np.complex64)


def random_bins(rng: np.random.Generator, count: int) -> npt.NDArray[np.complex64]:
    """Spectral bins of magnitude 1 and random phase: over a block, noise as Gaussian as any and four times as quick."""
    return np.asarray(_turn_table()[np.frombuffer(rng.bytes(2 * count), dtype="<u2")])


def diffuse(psd: Psd, rng: np.random.Generator) -> Floats:
    """Noise of that power spectrum as a diffuse field is heard, rms 1 per channel: `[2, BLOCK]`.

    `psd` must be a module's own function (it is remembered with its shape).
    """
    together, apart = _noise_shape(psd)
    bins = random_bins(rng, 2 * len(together)).reshape(2, -1)
    middle, side = bins[0] * together, bins[1] * apart
    return np.asarray(fft.irfft(np.stack([middle + side, middle - side]), BLOCK, axis=-1, overwrite_x=True))


def beating(rng: np.random.Generator, width_hz: float) -> npt.NDArray[np.complex64]:
    """Slow complex noise of that bandwidth, its real part of rms 1, `[BLOCK]`: makes a narrow noise of a tone."""
    reach = np.fft.fftfreq(BLOCK, 1.0 / SAMPLE_RATE)[: int(2.0 * width_hz * BLOCK / SAMPLE_RATE)]
    shape = np.exp(-2.0 * np.square(reach / width_hz))
    shape *= BLOCK / np.sqrt(np.sum(np.square(shape)))
    bins = np.zeros(BLOCK, np.complex64)
    bins[: len(reach)] = shape * random_bins(rng, len(reach))
    bins[-len(reach) + 1 :] = (shape * random_bins(rng, len(reach)))[:0:-1]
    return np.asarray(fft.ifft(bins, overwrite_x=True))


def turns(freq_hz: Array) -> Floats:
    """Phase in turns, less whole ones at each step, of an oscillator whose frequency is a control: `[BLOCK]`."""
    begin, change = freq_hz[:-1], np.diff(freq_hz)
    at_step = np.concatenate([[0.0], np.cumsum((begin + 0.5 * change) / CONTROL_RATE)[:-1]]) % 1.0
    within = np.arange(STEP, dtype=np.float32) / STEP
    first = (begin / CONTROL_RATE).astype(np.float32)[:, None] * within
    second = (0.5 * change / CONTROL_RATE).astype(np.float32)[:, None] * within**2
    return np.asarray(at_step[:, None] + first + second, np.float32).reshape(-1)


def pan_gains(positions: Array) -> Array:
    """Constant-power gains `[2, n]` of positions -1 left .. 1 right."""
    angle = (np.asarray(positions) + 1.0) * (np.pi / 4.0)
    return np.stack([np.cos(angle), np.sin(angle)])


def grain_times(rng: np.random.Generator, per_s: Array) -> npt.NDArray[np.int64]:
    """Starts of Poisson grains inside the block's own HOP, in samples; `per_s` is a control."""
    ceiling = float(np.max(per_s))
    count = rng.poisson(max(ceiling, 0.0) * HOP / SAMPLE_RATE)
    starts = np.sort(rng.integers(0, HOP, count))
    kept = rng.random(count) * ceiling < per_s[starts // STEP]
    return np.asarray(starts[kept])


def in_bursts(
    starts: npt.NDArray[np.int64], children: float, spread_s: float, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Each grain followed by Poisson(children) more at exponential delays; sorted."""
    counts = 1 + rng.poisson(children, len(starts))
    delays = rng.exponential(spread_s * SAMPLE_RATE, int(counts.sum()))
    delays[np.cumsum(counts) - counts] = 0.0
    return np.sort(np.minimum(np.repeat(starts, counts) + delays.astype(np.int64), BLOCK - 64))


@lru_cache(maxsize=1)
def _smoothing() -> Array:
    return np.asarray(signal.firwin(33, 19_800.0, window=("kaiser", 4.5), fs=SAMPLE_RATE))


def band_limited(grains: Array) -> Floats:
    """Grains `[..., m]` without what lies above 22 kHz, `[..., m + 32]`, 0.3 ms later."""
    taps = _smoothing().reshape((1,) * (grains.ndim - 1) + (-1,))
    return np.asarray(signal.fftconvolve(grains, taps, axes=-1), np.float32)


def sow(target: Floats, starts: npt.NDArray[np.int64], grains: Array, gains: Array) -> None:
    """Add short grains `[n, m]` at `starts` with gains `[2, n]` into `target` `[2, BLOCK]`."""
    at = (starts[:, None] + np.arange(grains.shape[1])).ravel()
    for channel in (0, 1):
        sown = np.bincount(at, (grains * gains[channel][:, None]).ravel(), BLOCK)
        target[channel] += sown[:BLOCK].astype(np.float32)


def ring_on(
    target: Floats, starts: npt.NDArray[np.int64], which: npt.NDArray[Any], responses: list[Floats], gains: Array
) -> None:
    """Add to `target` the response `which[n]` for each grain: long responses, one slice a grain."""
    stereo = np.asarray(gains, np.float32)
    for n, start in enumerate(starts.tolist()):
        response = responses[int(which[n])]
        count = min(len(response), BLOCK - start)
        for channel in (0, 1):
            target[channel, start : start + count] += stereo[channel, n] * response[:count]
