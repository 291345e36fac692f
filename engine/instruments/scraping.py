"""Scraping. A slide reads the slope of the surface along its path (Agarwal et al. 2021), snags on bumps, and sticks
where it is pressed too hard. `scrape` is the contact as it is heard beside the bodies, `scrape_body` what both bodies
answer to the very same force.
"""

from __future__ import annotations

import numpy as np

from engine.instruments.bodies import (
    OBJECT,
    SIZE,
    SPEED,
    STRIKER,
    STRUCK,
    both_modes,
    contact_surface,
    note_speed,
    pair,
    pair_level,
    push,
    ringing,
)
from engine.instruments.dsp import Array, band, filtered_by, impulses, slow, stream, to_audio
from engine.instruments.parts import as_channel
from engine.instruments.registry import choice, number
from engine.instruments.roughness import loudness_of, sliding_force
from engine.instruments.stick_slip import at_control_rate, locked, slips, wandering
from engine.types import SAMPLE_RATE, Layer, Note, Parameter, Samples

FORCE = Parameter("force", "", 0.0, 1.0, 0.5, meaning="how hard it is pressed; above .5 it begins to stick and groan")
SCRAPE_PARAMETERS = (STRIKER, STRUCK, SPEED, SIZE, FORCE, OBJECT)
SCRAPE_LEVEL = 0.05
SNAG_S = 0.00025
SNAG_LEVEL, GROAN_LEVEL = 14.0, 9.0
GRIP = {"rubber": 1.0, "skin": 0.6, "leather": 0.5}
SMOOTH = ("glass", "ceramic", "metal", "metal_sheet", "plastic")


def _squeaks(note: Note) -> float:
    """How far a pair squeaks where others slide, 0..1: something that grips on something smooth."""
    names = (choice(note, STRIKER), choice(note, STRUCK))
    return max(GRIP.get(a, 0.0) * (b in SMOOTH) for a, b in (names, names[::-1]))


def _groan(note: Note, speed: Array) -> Array:
    """Slips of what is pressed too hard to slide: furniture groans at 20-60 Hz, small hard things squeak."""
    squeaks = _squeaks(note)
    pressed = float(np.clip(2.0 * number(note, FORCE) - 1.0 + squeaks, 0.0, 1.0))
    if pressed == 0.0:
        return np.zeros(len(speed))
    rng = stream(note.seed, "groan")
    per_m = float(np.clip(90.0 * (0.5 / number(note, SIZE)) ** 1.2 * 8.0**squeaks, 50.0, 2500.0))
    control = at_control_rate(speed)
    modes_hz = both_modes(note).freqs_hz
    train = slips(locked(wandering(per_m * control, rng, 0.25), modes_hz), rng)
    at = np.minimum((train.times_s * SAMPLE_RATE).astype(int), len(speed) - 1)
    strengths = train.strengths * loudness_of(speed[at]) * np.sqrt(SAMPLE_RATE / np.maximum(per_m * speed[at], 1.0))
    strokes = impulses(train.times_s, strengths, len(speed))
    return GROAN_LEVEL * pressed * filtered_by(strokes, push(0.0006))[: len(speed)]


def _snags(note: Note, speed: Array) -> Array:
    """Single bumps that catch and let go. Each is as short as its contact however slow the hand: ticks, then a band."""
    rng = stream(note.seed, "snags")
    surface = contact_surface(note)
    way = np.cumsum(speed) / SAMPLE_RATE
    places = np.sort(rng.uniform(0.0, way[-1], rng.poisson(way[-1] / surface.bump_m)))
    at = np.searchsorted(way, places)
    heights = np.minimum(np.exp(0.7 * rng.standard_normal(len(places))), 3.0)
    speed_at = speed[np.minimum(at, len(speed) - 1)]
    strengths = heights * speed_at**1.5 / (1.0 + (speed_at / 3.0) ** 2)
    strokes = impulses(at / SAMPLE_RATE, surface.roughness * strengths, len(speed))
    return filtered_by(strokes, push(SNAG_S))[: len(speed)]


def _slide(note: Note, speed: Array) -> Array:
    """The force of the slide: the surfaces' slope along the path, bumps, a hand's tremor, and the groan."""
    force = number(note, FORCE)
    patch_m = float(np.clip(0.008 * number(note, SIZE) * (0.4 + force), 0.2e-3, 5e-3))
    sliding = sliding_force(speed, contact_surface(note), patch_m, stream(note.seed, "slide"))
    tremor = slow(stream(note.seed, "tremor"), int(len(speed) * 100 / SAMPLE_RATE) + 2, 5.0)
    held = np.exp(0.22 * to_audio(tremor, len(speed)))
    rubbing = (sliding + SNAG_LEVEL * _snags(note, speed)) * held
    return np.asarray((0.35 + 1.3 * force) * (rubbing + _groan(note, speed)))


class Scrape:
    """The contact as it is heard beside the bodies."""

    name = "scrape"
    layers: tuple[Layer, ...] = (Layer.ACTION,)
    parameters: tuple[Parameter, ...] = SCRAPE_PARAMETERS

    def play(self, note: Note) -> Samples:
        soft_hz = 2.5 * min(material.high_hz for material in pair(note))
        heard = band(_slide(note, note_speed(note)), 180.0, min(soft_hz, 20_000.0), 1)
        return as_channel(0.45 * SCRAPE_LEVEL * pair_level(note) * heard)


class ScrapeBody:
    """Both bodies, driven by the same slide."""

    name = "scrape_body"
    layers: tuple[Layer, ...] = (Layer.MATERIAL,)
    parameters: tuple[Parameter, ...] = SCRAPE_PARAMETERS

    def play(self, note: Note) -> Samples:
        speed = note_speed(note)
        return as_channel(SCRAPE_LEVEL * pair_level(note) * ringing(note, _slide(note, speed), speed))
