"""Contacts: hits, knocks, drops, bounces. `contact` is the gesture (action), `body` what rings (material).

Both read the same parameters and draw what they share (contact time, level, re-bounces) from the same stream of the
note's seed, so that the two notes of one contact sum to one sound.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.instruments import dsp
from engine.instruments.dsp import Array
from engine.instruments.materials import (
    MATERIALS,
    RING_BY_SUPPORT,
    SPEED_OF_SOUND_M_S,
    Modes,
    contact_s,
    force_gain,
    forest,
    mobility,
    object_modes,
    size_factor,
)
from engine.instruments.registry import number, register
from engine.instruments.ringing import finish, ring_out
from engine.instruments.strike import PARAMETERS, SETTLE, Strike, rebounds, strike_of
from engine.types import SAMPLE_RATE, Layer, Note, Parameter, Samples

LOUDEST = 1.6  # of a body, re a hard hit of its material: what a needle-like blow cannot pass
WALL_HASTE = 5.0  # a thin wall knocks on its air this much shorter than the whole contact
THUMP_HZ = {"table": (105.0, 520.0), "filled": (105.0, 520.0), "floor": (66.0, 390.0), "carpet": (50.0, 160.0)}
THUMP_DB = {"table": -11.0, "filled": -11.0, "floor": -9.0, "carpet": -8.0}


# What rings


def _hit_modes(modes: Modes, purpose: str, strike: Strike) -> Modes:
    """This hit's version of an object's modes: its place on the object, +-2 dB a mode, +-0.3 % pitch."""
    rng = dsp.stream(strike.seed, "hit", purpose)
    place = rng.uniform(0.12, 0.45)
    shape = 0.3 + 0.7 * np.abs(np.sin(np.pi * np.sqrt(modes.freqs_hz / modes.freqs_hz.min()) * place))
    scatter = 10.0 ** (rng.normal(0.0, 2.0, len(modes.gains)) / 20.0)
    pitch = 1.0 + 0.003 * rng.standard_normal()
    return Modes(modes.freqs_hz * pitch, modes.t60_s, modes.gains * shape * scatter)


def _cavity(size_m: float, hollow: float, rng: np.random.Generator) -> Modes:
    """The air inside: c/(2L) and the next above, T60 near .1 s."""
    freqs = SPEED_OF_SOUND_M_S / (2.0 * size_m) * np.array([1.0, 1.9]) * rng.uniform(0.95, 1.05, 2)
    return Modes(freqs, np.array([0.11, 0.07]), hollow * np.array([0.9, 0.4]))


def _body_modes(name: str, size_m: float, ring_factor: float, hollow: float, purpose: str, strike: Strike) -> Modes:
    """Modes of one of the two bodies, as loud as the contact leaves them; 1 is a hard hit of this material."""
    modes = object_modes(name, size_m, strike.identity, ring_factor)
    if purpose == "struck" and strike.support == "filled":
        modes = replace(modes, freqs_hz=modes.freqs_hz * 0.8)
    modes = _hit_modes(modes, purpose, strike)
    single = modes.freqs_hz / (MATERIALS[name].merge_hz * size_factor(size_m))
    modes = modes.scaled((1.0 + single**2) ** -0.5)
    hard = contact_s(MATERIALS["metal"], MATERIALS[name], 0.2, 0.01, 1.5)
    loudness = float(np.sqrt(np.sum((modes.gains * force_gain(modes.freqs_hz, hard)) ** 2)))
    if purpose == "struck":
        material = MATERIALS[name]
        residual = forest(name, modes, size_m, dsp.stream(strike.seed, "forest"))
        modes = modes + residual.scaled(loudness * dsp.db(material.burst_db + material.forest_db))
    gains = force_gain(modes.freqs_hz, strike.contact_s) / loudness
    total = float(np.sqrt(np.sum((modes.gains * gains) ** 2)))
    modes = modes.scaled(gains * (1.0 + (total / LOUDEST) ** 4) ** -0.25)
    if not hollow:
        return modes
    air = _cavity(size_m, hollow, dsp.stream(strike.identity, "cavity", name))
    return modes + air.scaled(force_gain(air.freqs_hz, strike.contact_s / WALL_HASTE))


def strike_modes(strike: Strike) -> Modes:
    """Everything that rings after a contact: the struck body, and the striker in its holder's hand."""
    striker, struck = strike.bodies
    ring_factor = RING_BY_SUPPORT[strike.support]
    body = _body_modes(strike.struck, strike.size_m, ring_factor, strike.hollow, "struck", strike)
    tool = _body_modes(strike.striker, strike.striker_size_m, 0.2, strike.striker_hollow, "striker", strike)
    stilled_db = -9.0 - 8.0 * striker.rings  # by the hand, and by what it lies against
    balance_db = float(np.clip(20.0 * np.log10(mobility(striker) / mobility(struck)) + stilled_db, -24.0, 0.0))
    return body.scaled(dsp.db(struck.level_db)) + tool.scaled(dsp.db(striker.level_db + balance_db))


def _crash(strike: Strike, modes: Modes) -> Modes:
    """What thin metal passes on to its high modes when struck hard: it brightens some 15 ms after the blow."""
    strength = max(strike.energy - 0.55, 0.0) * 1.6
    high = modes.freqs_hz > 2500.0
    return Modes(modes.freqs_hz[high] * 1.013, modes.t60_s[high], modes.gains[high] * strength * 3.0)


def _rattle(strike: Strike, sound: Array) -> Array:
    """A light thing on a table jumps at a blow and touches down again a few times."""
    rings = strike.bodies[1].rings
    if strike.support != "table" or strike.size_m > 0.5 or strike.energy < 0.35 or rings < 0.5:
        return sound
    rng = dsp.stream(strike.seed, "rattle")
    out, at_s, gap_s = sound.copy(), 0.0, rng.uniform(0.02, 0.05) * (0.6 + strike.energy)
    for level_db in np.cumsum(rng.uniform(3.0, 7.0, int(rng.integers(2, 6)))) + 14.0:
        at_s += gap_s
        gap_s *= rng.uniform(0.5, 0.85)
        dsp.add_at(out, dsp.samples(at_s), sound * dsp.db(-level_db))
    return out


def _touched_again(strike: Strike, sound: Array) -> Array:
    """The ring as every micro-contact sets it off."""
    out = np.pad(sound, (0, dsp.samples(0.015)))
    for delay_s, gain in strike.micro_contacts:
        dsp.add_at(out, dsp.samples(delay_s), sound * gain)
    return out


def body_sound(strike: Strike) -> Array:
    """`[sample]`: the modal tail and rattle of one contact."""
    modes = strike_modes(strike).scaled(0.4 * strike.amplitude)
    rise_s = 0.5 * strike.contact_s
    sound = ring_out(modes, rise_s)
    if strike.struck == "metal_sheet" and strike.energy > 0.55:
        crash = ring_out(_crash(strike, modes), 0.0)
        late = crash * np.minimum(np.arange(len(crash)) / dsp.samples(0.02), 1.0) ** 2
        sound = np.pad(sound, (0, max(len(late) - len(sound), 0)))
        sound[: len(late)] += late
    return _rattle(strike, _touched_again(strike, sound))


# What touches


def _burst(strike: Strike, count: int) -> Array:
    """Noise of the surfaces meeting, through the contact's spectrum; soft pairs brush longer, in many places."""
    contact = strike.contact_s
    small_s = min(contact, float(np.sqrt(contact * 0.0004)))
    rng = dsp.stream(strike.seed, "burst")
    noise = dsp.shaped_noise(lambda f: (force_gain(f, small_s) * f / (f + 250.0)) ** 2 * (f < 19_500.0), count, rng)
    times = np.arange(count) / SAMPLE_RATE
    rise_s, fall_s = float(np.clip(0.4 * contact, 4e-5, 0.002)), 0.0009 + 0.5 * contact
    return np.asarray(noise * np.minimum(times / rise_s, 1.0) * np.exp(-times / fall_s))


def _push(contact: float) -> Array:
    """The force's rate of change, one cycle of a sine: a small hard thing's click, a soft one's push."""
    count = max(6, dsp.samples(contact))
    return np.asarray(np.sin(2.0 * np.pi * (np.arange(count) + 0.5) / count))


def _thump(strike: Strike) -> Array:
    """The table or floor that takes the blow: 5 low modes, louder with momentum."""
    if strike.support not in THUMP_HZ:
        return np.zeros(1)
    low, high = THUMP_HZ[strike.support]
    own = dsp.stream(strike.identity, "support", strike.support)
    freqs = np.geomspace(low, high, 5) * own.uniform(0.88, 1.12, 5)
    t60 = (
        own.uniform(0.06, 0.14, 5) * np.array([1.0, 0.9, 0.8, 0.6, 0.5]) * (0.6 if strike.support == "carpet" else 1.0)
    )
    inertia_db = -10.0 * np.log10(1.0 + strike.struck_kg / (8.0 * strike.mass_kg))
    level_db = np.clip(14.0 * np.log10(strike.momentum), -18.0, 6.0) + THUMP_DB[strike.support] + inertia_db
    gains = np.array([0.6, 0.8, 0.9, 0.7, 0.5]) * dsp.db(float(level_db)) * force_gain(freqs, strike.contact_s)
    return ring_out(Modes(freqs, t60, gains), min(strike.contact_s, 0.003))


def contact_sound(strike: Strike) -> Array:
    """`[sample]`: burst of contact with its micro-contacts, push, and thump of the support."""
    striker, struck = strike.bodies
    contact = strike.contact_s
    burst_db = 0.5 * (striker.burst_db + struck.burst_db)
    burst = _burst(strike, dsp.samples(min(0.012 + 4.0 * contact, 0.09))) * dsp.db(burst_db)
    push_db = (-8.0 if strike.striker_size_m < 0.06 else -12.0) - 14.0 * np.log10(max(contact / 0.003, 1.0))
    dsp.add_at(burst, 0, _push(contact) * dsp.db(push_db))
    thump = _thump(strike)
    out = np.zeros(max(len(burst) + dsp.samples(0.015), len(thump)))
    dsp.add_at(out, 0, burst)
    dsp.add_at(out, 0, thump)
    for delay_s, gain in strike.micro_contacts:
        dsp.add_at(out, dsp.samples(delay_s), burst * gain)
    return out * strike.amplitude


class _Contact:
    """One layer of a contact: every re-bounce of it, placed in time."""

    parameters: tuple[Parameter, ...] = PARAMETERS

    def __init__(self, name: str, layer: Layer) -> None:
        self.name = name
        self.layers: tuple[Layer, ...] = (layer,)
        self._sound = contact_sound if layer is Layer.ACTION else body_sound

    def play(self, note: Note) -> Samples:
        hits = rebounds(strike_of(note), number(note, SETTLE))
        parts = [(dsp.samples(at_s), finish(self._sound(strike))) for at_s, strike in hits]
        out = np.zeros(max(start + len(sound) for start, sound in parts))
        for start, sound in parts:
            dsp.add_at(out, start, sound)
        return out[None, :].astype(np.float32)


contact = register(_Contact("contact", Layer.ACTION))
body = register(_Contact("body", Layer.MATERIAL))
