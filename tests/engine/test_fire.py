from __future__ import annotations

import numpy as np
import pytest

from engine.instruments.fire import FIRE, KIND
from engine.types import SAMPLE_RATE, Curve
from tests.engine import sound_checks
from tests.engine.texture_checks import bed_note, unevenness_db


def test_more_crackle_is_spikier_and_brighter() -> None:
    sounds = [FIRE.play(bed_note("fire", 30.0, crackle=crackle)) for crackle in (0.0, 0.4, 1.0)]
    shares = [sound_checks.band_share_db(sound, 1000.0, 20_000.0) for sound in sounds]
    assert shares[0] + 1.5 < shares[1] < shares[2] - 1.5
    peaks = [sound_checks.peak(sound) for sound in sounds]
    assert peaks[0] < peaks[1] < peaks[2]


def test_a_campfire_is_as_spiky_as_recordings_are() -> None:
    sound = FIRE.play(bed_note("fire", 60.0))
    assert 12.0 < sound_checks.crest_db(sound) < 27.0
    assert 3.0 < sound_checks.kurtosis(sound) < 9.0
    assert unevenness_db(sound) < 1.5


@pytest.mark.parametrize("kind", ["campfire", "torch", "big"])
def test_burning_wood_reaches_16_khz_over_a_deep_roar(kind: str) -> None:
    sound = FIRE.play(bed_note("fire", kind=kind))
    assert sound_checks.band_share_db(sound, 14_000.0, 16_000.0) > -45.0
    assert sound_checks.band_share_db(sound, 30.0, 200.0) > -3.0


def test_crackles_come_in_clusters() -> None:
    sound = sound_checks.mono(FIRE.play(bed_note("fire", 60.0, crackle=1.0)))
    bright = np.abs(np.diff(sound, n=2, prepend=[0.0, 0.0])).reshape(-1, SAMPLE_RATE // 100).max(axis=1)
    loud = (bright > np.quantile(bright, 0.97)).astype(float)
    after = np.mean([loud[lag:][loud[:-lag] > 0].mean() for lag in (2, 3, 4, 5)])
    assert after > 1.2 * loud.mean()


def test_gas_burns_without_crackle() -> None:
    sound = FIRE.play(bed_note("fire", 20.0, kind="gas", crackle=1.0))
    assert sound_checks.kurtosis(sound) < 3.6
    assert unevenness_db(sound) < 1.0


def test_a_bigger_fire_is_louder() -> None:
    levels = {kind: sound_checks.rms_db(FIRE.play(bed_note("fire", 10.0, kind=kind))) for kind in KIND.choices}
    assert levels["candle"] < levels["gas"] < levels["campfire"] < levels["big"]


def test_crackle_follows_its_curve() -> None:
    sound = FIRE.play(bed_note("fire", 20.0, crackle=Curve((0.0, 10.0, 10.5), (0.0, 0.0, 1.0))))
    early, late = sound[:, : 9 * SAMPLE_RATE], sound[:, 11 * SAMPLE_RATE :]
    assert sound_checks.band_share_db(late, 2000.0, 2e4) > sound_checks.band_share_db(early, 2000.0, 2e4) + 3.0
