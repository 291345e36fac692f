from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from engine import limiter, mix, sounding
from engine.joined import CROSS_FADE, Joined
from engine.media import loudness
from engine.score.score import Score
from engine.stems import SceneStems
from engine.types import SAMPLE_RATE, Layer, Note, Samples, seconds_to_sample
from tests.engine.test_sounding import bed, contact

HANDLE = SAMPLE_RATE // 2
HALF = CROSS_FADE // 2


def scene(number: int, start: Fraction, seconds: int, *notes: Note) -> SceneStems:
    score = Score(number, start, Fraction(seconds), notes)
    first, last = seconds_to_sample(start), seconds_to_sample(start + seconds)
    settled, tracks = sounding.sound_score(score, first - HANDLE, last + HANDLE)
    return SceneStems(settled, tracks, first, last)


def rain(seed: int, seconds: float) -> Note:
    return replace(bed(seconds + 1.0), seed=seed)


@pytest.fixture(scope="module")
def scenes() -> list[SceneStems]:
    """Two that meet at 4 s, and one more after a gap of 3 s."""
    first = scene(0, Fraction(0), 4, rain(1, 4), *contact("a", 3.95))
    second = scene(1, Fraction(4), 3, rain(2, 3), *contact("b", 0.01))
    third = scene(2, Fraction(10), 2, rain(3, 2))
    mix.mix_scenes([first, second, third], {})
    return [first, second, third]


def at(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)


def level_db(sound: Samples) -> float:
    return float(10 * np.log10(np.mean(np.square(sound.astype(np.float64)))))


def test_away_from_the_cuts_each_scene_sounds_as_it_is(scenes: list[SceneStems]) -> None:
    joined = Joined(scenes)
    for one in scenes:
        first, last = one.first + HALF, one.last - HALF
        np.testing.assert_allclose(
            joined.read(Layer.AMBIENT, first, last), one.read(Layer.AMBIENT, first, last), atol=1e-7
        )


def test_ambiences_meet_without_a_hole_or_a_bump(scenes: list[SceneStems]) -> None:
    joined = Joined(scenes)
    usual = level_db(joined.read(Layer.AMBIENT, at(1), at(3)))
    around = [level_db(joined.read(Layer.AMBIENT, at(4) + k, at(4) + k + 4800)) for k in range(-HALF, HALF, 2400)]
    assert max(abs(level - usual) for level in around) < 2.0


def test_an_event_rings_on_over_the_cut_and_what_was_before_a_scene_stays_out(scenes: list[SceneStems]) -> None:
    joined = Joined(scenes)
    ring = scenes[0].read(Layer.MATERIAL, at(4.02), at(4.2)) + scenes[1].read(Layer.MATERIAL, at(4.02), at(4.2))
    assert level_db(joined.read(Layer.MATERIAL, at(4.02), at(4.2))) == pytest.approx(level_db(ring), abs=1.0)
    assert np.abs(scenes[0].read(Layer.MATERIAL, at(4.02), at(4.2))).max() > 0


def test_a_gap_is_silent_but_for_what_fades_into_it(scenes: list[SceneStems]) -> None:
    joined = Joined(scenes)
    assert np.abs(joined.read(Layer.AMBIENT, at(7) - HALF, at(7) + HALF)).max() > 0
    for layer in Layer:
        assert not joined.read(layer, at(7.5), at(9.5)).any()


def test_the_ends_keep_their_handles(scenes: list[SceneStems]) -> None:
    joined = Joined(scenes)
    for one, first, last in ((scenes[0], -HANDLE, 0), (scenes[2], at(12), at(12) + HANDLE)):
        np.testing.assert_array_equal(joined.read(Layer.AMBIENT, first, last), one.read(Layer.AMBIENT, first, last))


def test_however_it_is_cut_it_reads_the_same(scenes: list[SceneStems]) -> None:
    joined = Joined(scenes)
    for layer in Layer:
        whole = joined.read(layer, at(3), at(8))
        parts = [joined.read(layer, first, min(first + 77_777, at(8))) for first in range(at(3), at(8), 77_777)]
        np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)


def test_events_of_two_scenes_together_stay_below_the_ceiling() -> None:
    loud = [replace(note, gain_db=note.gain_db + 18.0) for k in range(8) for note in contact(f"x{k}", 3.9 + 0.01 * k)]
    after = [replace(note, gain_db=note.gain_db + 18.0) for k in range(8) for note in contact(f"y{k}", 0.01 * k)]
    scenes = [scene(0, Fraction(0), 4, rain(1, 4), *loud), scene(1, Fraction(4), 3, rain(2, 3), *after)]
    mix.mix_scenes(scenes, {}, programme_lufs=-12.0)
    joined = Joined(scenes)
    stems = [joined.read(layer, at(3), at(5)) for layer in Layer]
    peaks = [loudness.dbtp(loudness.true_peak(sound)) for sound in (*stems, np.asarray(sum(stems), np.float32))]
    assert max(peaks) <= limiter.CEILING_DBTP
    plain = sum(one.read_mix(at(3), at(5)) for one in scenes)
    assert loudness.dbtp(loudness.true_peak(np.asarray(plain, np.float32))) > limiter.CEILING_DBTP


def test_what_a_scene_sounds_ahead_of_its_cut_is_not_heard_in_the_one_before() -> None:
    scenes = [scene(0, Fraction(0), 4, rain(1, 4)), scene(1, Fraction(4), 3, rain(2, 3), *contact("b", -0.2))]
    mix.mix_scenes(scenes, {})
    assert scenes[1].read(Layer.MATERIAL, at(3.7), at(4)).any()
    joined = Joined(scenes)
    assert not joined.read(Layer.MATERIAL, at(3), at(4)).any()
    assert joined.read(Layer.MATERIAL, at(4), at(4.1)).any()
    for one in scenes:
        one.close()
