from __future__ import annotations

import numpy as np
import pytest

from engine.instruments.room_tone import KIND, ROOM_TONE
from engine.types import Curve
from tests.engine import sound_checks
from tests.engine.texture_checks import bed_note, coherence, unevenness_db


@pytest.mark.parametrize("kind", KIND.choices)
def test_room_tone_is_even_and_without_clicks(kind: str) -> None:
    sound = ROOM_TONE.play(bed_note("room_tone", 30.0, kind=kind, hum=0.0))
    assert unevenness_db(sound) < 1.0
    assert sound_checks.crest_db(sound) < 18.0


def test_a_room_falls_about_5_db_an_octave() -> None:
    freqs, power = sound_checks.power_spectrum(ROOM_TONE.play(bed_note("room_tone", 20.0, hum=0.0)))
    density = [
        power[(freqs > f / 1.1) & (freqs < f * 1.1)].mean() for f in (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0)
    ]
    slope = np.polyfit(np.arange(6), 10.0 * np.log10(density), 1)[0]
    assert slope == pytest.approx(-5.0, abs=0.7)


def test_hum_stands_at_twice_the_mains_as_loud_as_asked() -> None:
    def hum_db(hum: float | Curve) -> float:
        freqs, power = sound_checks.power_spectrum(ROOM_TONE.play(bed_note("room_tone", 30.0, hum=hum)))
        bed = power[(freqs > 1000.0) & (freqs < 8000.0)].sum()
        return float(10.0 * np.log10(power[np.abs(freqs - 100.0) < 0.06].sum() / bed))

    assert hum_db(0.0) < hum_db(0.25) - 6.0
    assert hum_db(1.0) - hum_db(0.25) == pytest.approx(12.0, abs=2.0)
    assert hum_db(0.25) < hum_db(Curve((0.0, 30.0), (0.25, 1.0))) < hum_db(1.0)


def test_hum_keeps_its_phase_over_the_joints() -> None:
    sound = sound_checks.mono(ROOM_TONE.play(bed_note("room_tone", 20.0, hum=1.0)))
    tone = np.exp(-2j * np.pi * 100.0 * np.arange(len(sound)) / 48_000.0)
    seconds = (sound * tone).reshape(20, -1).mean(axis=1)
    assert np.abs(seconds.mean()) > 0.9 * np.abs(seconds).mean()


def test_ventilation_beats_with_its_blades() -> None:
    sound = ROOM_TONE.play(bed_note("room_tone", 30.0, kind="hvac", hum=0.0)).astype(np.float64)
    power = np.square(sound[0]).reshape(-1, 120).mean(axis=1)
    beat = np.abs(np.fft.rfft(power - power.mean()))
    freqs = np.fft.rfftfreq(len(power), 120.0 / 48_000.0)
    near = beat[(freqs > 22.5) & (freqs < 24.5)].max()
    assert near > 2.0 * beat[(freqs > 28.0) & (freqs < 60.0)].max()


def test_crickets_sing_at_night_alone() -> None:
    night, day = (ROOM_TONE.play(bed_note("room_tone", 20.0, kind=kind)) for kind in ("night", "outdoors"))

    def singing_db(sound: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> float:
        return sound_checks.band_share_db(sound, 2200.0, 5200.0) - sound_checks.band_share_db(sound, 800.0, 1600.0)

    assert singing_db(night) > singing_db(day) + 6.0


def test_the_air_is_wide_but_its_bass_is_not() -> None:
    sound = ROOM_TONE.play(bed_note("room_tone", 10.0, hum=0.0))
    assert coherence(sound, 40.0, 110.0) > 0.8
    assert abs(coherence(sound, 2000.0, 8000.0)) < 0.15
