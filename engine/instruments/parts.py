"""Small struck parts of mechanisms: a latch bolt, a switch plate, a keycap. Each contact of one part sounds a little
different; the part itself stays the same for the same `thing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from engine.instruments.dsp import Array, add_at, band, db, fade, samples, stream
from engine.instruments.materials import Modes, force_gain
from engine.instruments.ringing import ring_out
from engine.types import SAMPLE_RATE, Note, Samples


@dataclass(frozen=True, slots=True)
class Part:
    """What a part is: where its modes lie, how long they ring, how hard and how noisy its contact is."""

    low_hz: float
    high_hz: float
    modes: int
    t60_s: float  # at 1 kHz
    contact_s: float  # of an ordinary contact
    t60_power: float = -0.3  # T60 = t60_s (f / 1 kHz)^t60_power
    tilt: float = -0.3  # gain = (f / low)^tilt
    burst: float = 0.4  # contact noise beside the modes


class Contact(NamedTuple):
    """One contact within a mechanism's movement."""

    at_s: float
    part: str
    level: float
    hardness: float = 1.0  # above 1: shorter and brighter


Thing = tuple[str | int | float, ...]
"""Which single object of its kind: the same thing always has the same modes."""


@lru_cache(maxsize=512)
def modes_of(part: Part, thing: Thing) -> Modes:
    """The modes of this one part: frequencies +-10 %, decays +-10 %, gains +-5 dB, drawn once; sum of squares 1."""
    rng = stream(0, "part", *(str(word) for word in thing))
    place = (np.arange(part.modes) + rng.uniform(0.1, 0.9, part.modes)) / part.modes
    freqs = part.low_hz * (part.high_hz / part.low_hz) ** place * float(np.exp(0.05 * rng.standard_normal()))
    t60 = part.t60_s * (freqs / 1000.0) ** part.t60_power * np.exp(0.1 * rng.standard_normal(part.modes))
    gains = (freqs / part.low_hz) ** part.tilt * 10.0 ** (5.0 * rng.standard_normal(part.modes) / 20.0)
    gains *= rng.permutation(np.where(np.arange(part.modes) % 2, 1.0, -1.0))  # both ways: their low skirts cancel
    heard = gains * force_gain(freqs, part.contact_s)
    return Modes(freqs, t60, gains / np.sqrt(np.sum(heard**2)))


def jittered(modes: Modes, rng: np.random.Generator, place_db: float = 2.0) -> Modes:
    """The modes as one contact finds them: another place on the part, +-`place_db` a mode, +-0.3 % pitch."""
    pitch = 1.0 + 0.003 * rng.standard_normal()
    return Modes(
        modes.freqs_hz * pitch, modes.t60_s, modes.gains * db_each(place_db * rng.standard_normal(len(modes.gains)))
    )


def db_each(levels_db: Array) -> Array:
    """Amplitude factors of levels in dB."""
    return np.asarray(10.0 ** (levels_db / 20.0))


def rung(modes: Modes, contact_s: float) -> Array:
    """The ring of modes that one contact of that length starts, to 60 dB down."""
    return ring_out(modes.scaled(force_gain(modes.freqs_hz, contact_s)), 0.0)


def contact_burst(contact_s: float, rng: np.random.Generator, length_s: float = 0.003) -> Array:
    """The broadband tick of two rough faces meeting: noise through the contact's acceleration pulse, peak 1.

    Its end is a faint wash nine times as long: the many modes of housing and hand that no table names.
    """
    at_s = np.arange(samples(9.0 * length_s + 4.0 * contact_s)) / SAMPLE_RATE
    noise = rng.standard_normal(len(at_s)) * (np.exp(-3.0 * at_s / length_s) + 0.16 * np.exp(-0.35 * at_s / length_s))
    noise[0] = 2.5 * np.sign(noise[0])
    count = max(samples(1.3 * contact_s), 5)
    push = np.sin(np.pi * (np.arange(count) + 0.5) / count) ** 3  # smooth at its ends: only its length sets the top
    tick = np.convolve(noise, np.diff(np.pad(push, 2), 2))
    return np.asarray(fade(tick / np.max(np.abs(tick)), out_s=0.004))


def with_micro_contacts(sound: Array, contact_s: float, rng: np.random.Generator) -> Array:
    """The same with one to three fainter touches just after (3-30 % of the energy): real faces are not smooth."""
    count = int(rng.integers(1, 4))
    delays_s = np.clip(contact_s * rng.uniform(3.0, 30.0, count), 0.2e-3, 6e-3)
    touched = np.array(sound)
    for delay_s, energy in zip(delays_s, rng.uniform(0.03, 0.3, count), strict=True):
        add_at(touched, samples(float(delay_s)), np.sqrt(energy) * rng.choice([-1.0, 1.0]) * sound)
    return touched


def strike(part: Part, thing: Thing, rng: np.random.Generator, level: float = 1.0, hardness: float = 1.0) -> Array:
    """One contact with a part, from its first sample to the end of its ring; peak near 1.5 x `level`."""
    contact_s = part.contact_s / hardness * float(np.exp(0.1 * rng.standard_normal()))
    modes = jittered(modes_of(part, thing), rng)
    burst = band(contact_burst(contact_s, rng), 0.6 * part.low_hz)  # no part radiates what is longer than itself
    sound = summed([rung(modes, contact_s), part.burst * np.sqrt(hardness) * fade(burst, out_s=0.002)])
    sound = with_micro_contacts(sound, contact_s, rng)
    return level * db(rng.standard_normal()) * fade(sound, out_s=0.004)


def play_contacts(
    contacts: list[Contact], parts: dict[str, Part], thing: Thing, seed: int, least_s: float = 0.0
) -> Array:
    """The contacts in their order, each with its own randomness; at least `least_s` long."""
    hits = [
        (
            samples(hit.at_s),
            strike(parts[hit.part], (*thing, hit.part), stream(seed, hit.part, order), hit.level, hit.hardness),
        )
        for order, hit in enumerate(contacts)
    ]
    sound = np.zeros(max([samples(least_s), *(start + len(grain) for start, grain in hits)]))
    for start, grain in hits:
        add_at(sound, start, grain)
    return sound


def crackle_sizes(count: int, rng: np.random.Generator) -> Array:
    """Amplitudes of folds giving way: energies ~ E^-1.5 from 1 to 150 (Sethna et al. 2001), so A^-2 from 1 to 12."""
    return np.asarray(1.0 / (1.0 - rng.uniform(0.0, 1.0 - 1.0 / 12.0, count)))


def lasting_s(note: Note, natural_s: float, shortest_s: float = 0.1) -> float:
    """How long a movement takes: the note's duration, or the movement's own where the note marks a mere instant."""
    return note.duration_s if note.duration_s >= shortest_s else natural_s


def summed(sounds: list[Array]) -> Array:
    """Sounds that begin together, as long as the longest."""
    total = np.zeros(max((len(sound) for sound in sounds), default=0))
    for sound in sounds:
        add_at(total, 0, sound)
    return total


def as_channel(sound: Array) -> Samples:
    """`[sample]` as the `[1, sample]` float32 that an instrument gives: no steady pressure, nothing above 22 kHz."""
    settling = np.pad(sound, (0, samples(0.02)))
    heard = band(band(settling, 25.0, order=1), None, 19_500.0, order=4)
    return np.asarray(fade(heard, out_s=0.01), dtype=np.float32)[None, :]


def energy_level(energy: float) -> float:
    """Amplitude of a gesture of energy 0..1: 1 at .5, 30 dB from the faintest to the most violent."""
    return db(30.0 * (energy - 0.5))


def energy_hardness(energy: float) -> float:
    """How much shorter the contacts of a harder gesture are: force ~ v^1.2, contact time ~ v^-0.5 for rough faces."""
    return db(14.0 * (energy - 0.5))
