"""Room tone: what a place sounds of when nothing happens: air, hum, a ventilator, the far town, crickets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.instruments import texture
from engine.instruments.dsp import Array, db, noise_psd
from engine.instruments.registry import register
from engine.instruments.texture import Bed, Floats, Psd, Stretch
from engine.types import SAMPLE_RATE, Parameter, Samples

LEVEL = 0.002  # rms of a quiet room, some 40 dB SPL
PARTIALS_DB = (0.0, -7.0, -13.0, -20.0, -17.0, -26.0)

KIND = Parameter(
    "kind",
    default="room",
    choices=("room", "hvac", "office", "outdoors", "night"),
    meaning="a still room, ventilation, an office, a quiet street by day, a summer night",
)
HUM = Parameter("hum", "", 0.0, 1.0, 0.2, meaning="mains hum of lamps, fridge and machines")


def _sum(*parts: tuple[float, Psd]) -> Psd:
    """Power spectra added, each with its level in dB."""
    weighted = [(db(level) ** 2, psd) for level, psd in parts]

    def psd(freqs_hz: Array) -> Array:
        return np.asarray(sum(weight * part(freqs_hz) for weight, part in weighted))

    return psd


AIR = noise_psd(35.0, 1.0, 90.0, 1.65)  # falls 5 dB an octave
DUCT = noise_psd(60.0, 1.5, 260.0, 2.2)
GRILLE = noise_psd(350.0, 1.2, 1500.0, 2.4)
TOWN = noise_psd(40.0, 1.2, 180.0, 2.1)
OPEN_AIR = noise_psd(250.0, 0.7, 1200.0, 1.5)


@dataclass(frozen=True)
class Room:
    """Power spectrum, level re a quiet room, and what else is heard; dB."""

    psd: Psd
    level_db: float = 0.0
    unrest: float = 0.03  # of the level, log
    swell_hz: float = 0.3
    hum_db: float = -12.0  # at hum 1, re the bed
    hum_hz: float = 100.0
    fan_hz: float = 0.0
    fan_depth: float = 0.0
    crickets: int = 0
    far_tick_per_s: float = 0.0


ROOMS = {
    "room": Room(AIR),
    "hvac": Room(_sum((0.0, DUCT), (-9.0, GRILLE), (-2.0, AIR)), 8.0, fan_hz=23.5, fan_depth=0.14, hum_db=-10.0),
    "office": Room(
        _sum((0.0, DUCT), (-3.0, AIR), (-13.0, GRILLE)), 4.0, 0.04,
        hum_db=-9.0, fan_hz=47.0, fan_depth=0.07, far_tick_per_s=0.8,
    ),
    "outdoors": Room(_sum((0.0, TOWN), (-19.0, OPEN_AIR)), 4.0, 0.09, 0.12, hum_db=-24.0),
    "night": Room(_sum((0.0, TOWN), (-21.0, OPEN_AIR)), -2.0, 0.07, 0.1, hum_db=-22.0, crickets=5),
}  # fmt: skip


class RoomTone(Bed):
    name = "room_tone"
    parameters: tuple[Parameter, ...] = (KIND, HUM)

    def draw(self, stretch: Stretch) -> Samples:
        room = ROOMS[stretch.choice(KIND)]
        found = _air(stretch, room) + _hum(stretch, room)
        if room.fan_hz:
            found += _motor(stretch, room)
        stretch.crossfaded(found)
        if room.crickets:
            _crickets(found, stretch, room)
        if room.far_tick_per_s:
            _far_ticks(found, stretch, room)
        return np.asarray(LEVEL * db(room.level_db) * found, np.float32)


def _air(stretch: Stretch, room: Room) -> Floats:
    sway = room.unrest * stretch.drift("air", room.swell_hz)
    noise = texture.diffuse(room.psd, stretch.rng("air")) * texture.upsampled(np.exp(sway))
    if room.fan_hz:
        blades = np.cos(2.0 * np.pi * texture.turns(_fan_speed(stretch, room)))
        noise *= 1.0 + np.float32(room.fan_depth) * blades
    return np.asarray(noise)


def _fan_speed(stretch: Stretch, room: Room) -> Array:
    return room.fan_hz * (1.0 + 0.004 * stretch.drift("fan", 0.1))


def _hum(stretch: Stretch, room: Room) -> Floats:
    """Twice the mains and its partials, steady in pitch; each ear hears another standing wave."""
    note = stretch.whole_note_rng("hum")
    start = stretch.index * texture.HOP / SAMPLE_RATE * room.hum_hz % 1.0
    t = np.arange(texture.BLOCK, dtype=np.float64) * (room.hum_hz / SAMPLE_RATE) + start
    base = (2.0 * np.pi * (t % 1.0)).astype(np.float32)
    wave = np.zeros((2, texture.BLOCK), np.float32)
    for partial, level in enumerate(PARTIALS_DB, 1):
        gains = db(level) * note.lognormal(0.0, 0.25, 2)
        wave += gains.astype(np.float32)[:, None] * np.sin(partial * base + np.float32(note.uniform(0, 6.28)))
    strength = stretch.curve(HUM) * np.exp(0.03 * stretch.drift("hum", 0.2))
    return np.asarray(wave * texture.upsampled(1.2 * db(room.hum_db) * strength))


def _motor(stretch: Stretch, room: Room) -> Floats:
    """The ventilator's own tone, a little unsteady, at blade rate times two and five."""
    wave = np.zeros((2, texture.BLOCK), np.float32)
    for order, level in ((2.0, -17.0), (5.0, -20.0)):
        phase = 2.0 * np.pi * texture.turns(order * _fan_speed(stretch, room))
        beat = texture.beating(stretch.rng("motor", int(order)), 0.7 * order)
        wave += np.float32(db(level)) * (beat.real * np.cos(phase) - beat.imag * np.sin(phase))
    return wave


def _crickets(target: Floats, stretch: Stretch, room: Room) -> None:
    """Field crickets far apart, each with its own steady pace: chirps of 3-5 pulses at 2.3-5 kHz."""
    for number in range(room.crickets):
        note = stretch.whole_note_rng("cricket", number)
        chirp = _chirp(note.choice([2600.0, 4600.0]) * note.uniform(0.88, 1.1), int(note.integers(3, 6)))
        every, phase, place, level = (
            note.uniform(0.45, 0.85),
            note.random(),
            note.uniform(-1, 1),
            note.uniform(-4.0, 8.0),
        )
        begin = stretch.index * texture.HOP / SAMPLE_RATE
        beats = np.arange(np.ceil(begin / every - phase), np.ceil((begin + texture.HOP / SAMPLE_RATE) / every - phase))
        starts = ((beats + phase) * every - begin) * SAMPLE_RATE
        singing = stretch.drift(f"cricket {number}", 0.06)[starts.astype(np.int64) // texture.STEP] > -0.4
        late = stretch.rng("cricket", number).exponential(0.012 * SAMPLE_RATE, len(starts))
        at = np.minimum(starts + late, texture.HOP - 1)[singing].astype(np.int64)
        gains = db(level) * texture.pan_gains(np.full(len(at), place))
        texture.ring_on(target, at, np.zeros(len(at), np.int64), [chirp], gains)


def _chirp(carrier_hz: float, pulses: int) -> Floats:
    t = np.arange(int(SAMPLE_RATE * (pulses / 30.0 + 0.01))) / SAMPLE_RATE
    within = np.minimum(t * 30.0 % 1.0 / 0.5, 1.0)
    shape = np.sin(np.pi * within) ** 1.2 * (t < pulses / 30.0) * (0.5 + 0.5 * np.minimum(t * 12.0, 1.0))
    return np.asarray(shape * np.sin(2.0 * np.pi * (carrier_hz * t - 120.0 * t**2)), np.float32)


def _far_ticks(target: Floats, stretch: Stretch, room: Room) -> None:
    """Someone works three rooms away: dull little knocks in bunches."""
    rng = stretch.rng("ticks")
    busy = np.maximum(stretch.drift("busy", 0.12), 0.0)
    starts = texture.grain_times(rng, room.far_tick_per_s * busy * np.ones(texture.CONTROLS))
    t = np.arange(2400) / SAMPLE_RATE
    knocks = [
        np.asarray(np.sin(2 * np.pi * freq * t) * np.exp(-t / 0.007) * np.minimum(t / 0.002, 1.0), np.float32)
        for freq in (240.0, 330.0, 520.0)
    ]
    level = 0.9 * rng.lognormal(0.0, 0.4, len(starts))
    texture.ring_on(
        target,
        starts,
        rng.integers(0, 3, len(starts)),
        knocks,
        texture.pan_gains(rng.uniform(-0.6, 0.6, len(starts))) * level,
    )


ROOM_TONE = register(RoomTone())
