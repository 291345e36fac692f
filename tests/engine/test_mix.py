"""Gains that bring stems to their targets, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from engine import limiter, mix
from engine.media import loudness
from engine.score.score import Mix, Score
from engine.scratch import Track
from engine.stems import SceneStems
from engine.types import SAMPLE_RATE, Layer, Samples
from tests.engine.test_sounding import bed, contact, score, sound

SECONDS, HANDLE = 5, SAMPLE_RATE // 2


def noise(seed: int) -> Samples:
    """Handles included; its crest is small, so that no limiter is asked for."""
    count = SECONDS * SAMPLE_RATE + 2 * HANDLE
    return np.asarray(np.random.default_rng(seed).uniform(-0.1, 0.1, (2, count)), dtype=np.float32)


def scene(sounds: Mapping[Layer, Samples]) -> SceneStems:
    """Sound that no note made."""
    tracks = {layer: Track(-HANDLE, SECONDS * SAMPLE_RATE + HANDLE) for layer in Layer}
    for layer, track in tracks.items():
        track.append(sounds.get(layer, np.zeros_like(sounds[Layer.AMBIENT])))
    return SceneStems(Score(0, Fraction(0), Fraction(SECONDS), ()), tracks, 0, SECONDS * SAMPLE_RATE)


@pytest.fixture
def loud() -> Iterator[SceneStems]:
    """Two hits on metal over rain."""
    stems = sound(score(bed(9.0), *contact("a", 1.0), *contact("bb", 4.0), seconds=8))
    yield stems
    stems.close()


@pytest.mark.parametrize(("alike", "louder_lu"), [(1.0, 2.22), (0.0, 0.35), (-1.0, -3.0)])
def test_the_mix_is_as_loud_as_the_sum_of_what_is_alike(alike: float, louder_lu: float) -> None:
    """Of equal sounds 10.7 dB apart the sum is 2.2 LU louder than the louder one; of opposite ones 3 softer."""
    ambient = noise(1)
    events = alike * ambient if alike else noise(2)
    stems = scene({Layer.AMBIENT: ambient, Layer.ACTION: events})
    levels = mix.mix_scenes([stems], {})
    assert levels.limited_db == 0.0
    assert levels.lufs["ambient"] == pytest.approx(-34.0, abs=0.01)
    assert levels.lufs["events"] == pytest.approx(-23.3, abs=0.01)
    heard = loudness.measure_lufs(stems.read_mix(stems.first, stems.last))
    assert levels.lufs["mix"] == pytest.approx(heard, abs=0.05)
    assert heard - levels.lufs["events"] == pytest.approx(louder_lu, abs=0.05)
    stems.close()


def test_limited_events_come_to_their_target_where_six_db_allow_it(loud: SceneStems) -> None:
    levels = mix.mix_scenes([loud], {}, programme_lufs=-17.0)
    assert levels.target_lufs["events"] == pytest.approx(-17.3)
    assert levels.held_back_lu == 0.0
    assert 1.0 < levels.limited_db < mix.MOST_LIMITED_DB
    heard = loudness.measure_lufs(loud.read_sum(mix.GROUPS["events"], loud.first, loud.last))
    assert heard == pytest.approx(-17.3, abs=0.3)
    assert levels.lufs["events"] == pytest.approx(heard, abs=0.05)


def test_an_ambience_far_above_broadcast_loudness_leaves_room_for_the_events(loud: SceneStems) -> None:
    levels = mix.mix_scenes([loud], {Layer.AMBIENT: 6.0}, programme_lufs=-5.0)
    highest = np.abs(loud.read(Layer.AMBIENT, *loud.sounded)).max()
    assert 0.45 < highest < mix.MOST_AMBIENT_PEAK + 0.001
    assert levels.true_peak_dbtp["mix"] <= limiter.CEILING_DBTP
    assert levels.limited_db == pytest.approx(mix.MOST_LIMITED_DB, abs=0.01)
    assert levels.lufs["events"] > -18.0


def test_levels_of_layers_move_their_targets_within_bounds(loud: SceneStems) -> None:
    for asked, ambient, events in (((-3.0, 2.0, -6.0), -37.0, -21.3), ((99.0, -99.0, -99.0), -28.0, -47.3)):
        loud.score = replace(loud.score, mix=None)
        levels = mix.mix_scenes([loud], dict(zip(Layer, asked, strict=True)))
        assert levels.target_lufs["ambient"] == pytest.approx(ambient)
        assert levels.target_lufs["events"] + levels.held_back_lu == pytest.approx(events)
        assert levels.lufs["ambient"] == pytest.approx(ambient, abs=0.05)


def test_scenes_share_their_gains() -> None:
    soft, full = (scene({Layer.AMBIENT: gain * noise(1), Layer.MATERIAL: gain * noise(2)}) for gain in (0.5, 1.0))
    mix.mix_scenes([soft, full], {})
    assert soft.score.mix is not None and full.score.mix is not None
    assert soft.score.mix.gain_db == full.score.mix.gain_db
    gains = full.score.mix.gain_db
    assert gains[Layer.ACTION] == gains[Layer.MATERIAL] != gains[Layer.AMBIENT]
    for stems in (soft, full):
        stems.close()


def test_a_scene_that_has_its_mix_keeps_it_beside_one_that_has_none() -> None:
    kept, fresh = (scene({Layer.AMBIENT: noise(1), Layer.MATERIAL: noise(2)}) for _ in range(2))
    settled = Mix({Layer.AMBIENT: -20.0, Layer.ACTION: -12.0, Layer.MATERIAL: -12.0})
    kept.score = replace(kept.score, mix=settled)
    mix.mix_scenes([kept, fresh], {})
    assert kept.score.mix == settled
    alone = scene({Layer.AMBIENT: noise(1), Layer.MATERIAL: noise(2)})
    mix.mix_scenes([alone], {})
    assert fresh.score.mix == alone.score.mix
    for stems in (kept, fresh, alone):
        stems.close()


def test_silence_has_no_loudness_and_asks_for_nothing() -> None:
    stems = scene({Layer.AMBIENT: np.zeros_like(noise(1))})
    levels = mix.mix_scenes([stems], {})
    assert set(levels.lufs.values()) == set(levels.true_peak_dbtp.values()) == {-np.inf}
    assert (levels.limited_db, levels.held_back_lu) == (0.0, 0.0)
    stems.close()


def test_a_hit_in_the_release_of_another_ducks_on_from_there() -> None:
    curve = mix.ducking(score(*contact("a", 1.0), *contact("bb", 1.1)), 2.0)
    assert curve.times_s == pytest.approx((0.98, 1.01, 1.08, 1.11, 1.51))
    assert curve.values == pytest.approx((0.0, -2.0, -1.65, -2.0, 0.0))


def test_what_passes_the_gate_only_after_its_gain_counts_too() -> None:
    hops = np.repeat([10 ** (level / 10) for level in (-64.0, -72.0)], 40)
    gained = hops * 10 ** (mix._gain_to(-34.0, hops) / 10)
    assert loudness.integrated_lufs(gained) == pytest.approx(-34.0, abs=0.05)
