"""A conformed score sounds, where its pictures are as they were, what the old one did: to the sample."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from engine.conform.beds import SEAM
from engine.conform.run import Run, joined_runs
from engine.conform.scene import conform
from engine.conform.unchanged import Lengths, unchanged
from engine.score.reading import from_json
from engine.score.score import Score, to_json
from engine.stems import SceneStems
from engine.types import SAMPLE_RATE, Curve, Layer, ScoreError, seconds_to_sample
from tests.engine.conform.scores import old_score, run, scene, sounded

A, B, C = (10, 14), (14, 18), (18, 22)
NUMBERS = {
    "one shot, ducked in its handle": scene(21, 25, run(B, (21, 25))),
    "moved": scene(40, 52, run((10, 22), (40, 52))),
    "second shot out": scene(10, 18, run(A, (10, 14)), run(C, (14, 18))),
    "reordered": scene(10, 22, run(C, (10, 14)), run(A, (14, 18)), run(B, (18, 22))),
    "trimmed": scene(10, 16, run((11, 14), (10, 13)), run((18, 21), (13, 16))),
    "something between": scene(10, 25, run(A, (10, 14)), run((14, 22), (17, 25))),
    "longer": scene(10, 25, run((10, 22), (10, 22))),
    "split": scene(10, 24, run((10, 12), (10, 12)), run(B, (14, 18)), run((12, 14), (18, 20)), run(C, (20, 24))),
}


@pytest.fixture(scope="module")
def old() -> SceneStems:
    return sounded(old_score())


@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_called_unchanged_sounds_the_same_when_the_new_score_is_sounded(old: SceneStems, name: str) -> None:
    where = NUMBERS[name]
    conformed = conform(where, [old.score], [])
    new = sounded(conformed.score)
    for index, one in enumerate(where.runs):
        kept = {layer: unchanged(conformed, [old.score], index, layer, Lengths()) for layer in Layer}
        for layer, stretches in kept.items():
            for first, last in stretches:
                was = old.read(layer, first - one.shift_samples, last - one.shift_samples)
                now = new.read(layer, first, last)
                assert np.abs(was - now).max() < 2e-6, (index, layer, first, last)
        length = one.now_end - one.now_start
        for layer in Layer:
            assert covered_s(kept[layer], one) > 0.45 * length, (index, layer)


@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_not_called_unchanged_is_what_differs(old: SceneStems, name: str) -> None:
    """The other half of the promise: nothing is made again for no reason. Hits ring, so their layers are looked at."""
    where = NUMBERS[name]
    conformed = conform(where, [old.score], [])
    new = sounded(conformed.score)
    for index, one in enumerate(where.runs):
        for layer in (Layer.ACTION, Layer.MATERIAL):
            at = seconds_to_sample(one.now_start)
            for first, last in unchanged(conformed, [old.score], index, layer, Lengths()):
                if first > at:
                    changed = new.read(layer, at, first) - old.read(
                        layer, at - one.shift_samples, first - one.shift_samples
                    )
                    assert np.abs(changed).max() > 1e-6, (index, layer)
                at = max(at, last)


def test_a_scene_that_only_moved_is_all_unchanged(old: SceneStems) -> None:
    conformed = conform(NUMBERS["moved"], [old.score], [])
    whole = [(39 * SAMPLE_RATE, 53 * SAMPLE_RATE)]
    assert [unchanged(conformed, [old.score], 0, layer, Lengths()) for layer in Layer] == [whole] * 3
    assert conformed.score.notes == old.score.notes
    assert conformed.score.mix is not None and old.score.mix is not None
    assert conformed.score.mix.gain_db == old.score.mix.gain_db
    at = np.linspace(-1.0, 13.0, 1401)
    np.testing.assert_array_equal(conformed.score.mix.duck.at(at), old.score.mix.duck.at(at))


def test_a_moved_ambience_goes_on_without_a_step_or_a_hole(old: SceneStems) -> None:
    where = NUMBERS["reordered"]
    rain = sounded(conform(where, [old.score], []).score).read(Layer.AMBIENT, 9 * SAMPLE_RATE, 23 * SAMPLE_RATE)
    steps = np.abs(np.diff(rain, axis=1)).max(axis=0)
    around = slice(5 * SAMPLE_RATE - 2400, 5 * SAMPLE_RATE + 2400)
    assert steps[around].max() < np.delete(steps, around).max()
    assert abs(level_db(rain[:, around]) - level_db(rain)) < 2.0


def test_an_ambience_fills_what_is_new_with_sound_not_yet_heard(old: SceneStems) -> None:
    where = NUMBERS["something between"]
    new = sounded(conform(where, [old.score], []).score)
    fresh = new.read(Layer.AMBIENT, 15 * SAMPLE_RATE, 16 * SAMPLE_RATE)
    assert abs(level_db(fresh) - level_db(old.read(Layer.AMBIENT, 15 * SAMPLE_RATE, 16 * SAMPLE_RATE))) < 3.0
    whole = new.read(Layer.AMBIENT, 9 * SAMPLE_RATE, 26 * SAMPLE_RATE)[0].astype(np.float64)
    found = np.abs(np.correlate(whole[: 17 * SAMPLE_RATE], fresh[0][:4096].astype(np.float64), "valid"))
    assert int(found.argmax()) == 6 * SAMPLE_RATE
    elsewhere = np.delete(found, slice(6 * SAMPLE_RATE - 10, 6 * SAMPLE_RATE + 10))
    assert elsewhere.max() < 0.5 * found.max()


def test_notes_go_with_their_shots_and_those_of_a_deleted_shot_go(old: SceneStems) -> None:
    notes = {note.id: note for note in conform(NUMBERS["second shot out"], [old.score], []).score.notes}
    assert notes["hit0.action"].start_s == 0.5
    assert notes["hit5.action"].start_s == 5.0
    assert not {"hit3.action", "hit4.action", "roll"} & set(notes)


def test_a_movement_of_a_trimmed_shot_is_heard_as_far_as_it_is_seen(old: SceneStems) -> None:
    """It rolls from 15.5 to 17.5; the shot is cut to 16..17."""
    where = scene(0, 1, run((16, 17), (0, 1)))
    conformed = conform(where, [old.score], [])
    roll = next(note for note in conformed.score.notes if note.id == "roll")
    assert (roll.start_s, roll.heard_from_s, roll.heard_until_s) == (-0.5, 0.5, 1.5)
    new = sounded(conformed.score)
    assert not new.read(Layer.ACTION, -SAMPLE_RATE, 0).any()
    assert new.read(Layer.ACTION, 100, SAMPLE_RATE).any()


def test_a_shot_used_twice_has_its_notes_twice(old: SceneStems) -> None:
    where = scene(0, 8, run(A, (0, 4)), run(A, (4, 8)))
    notes = conform(where, [old.score], []).score.notes
    assert [note.start_s for note in notes if note.id.startswith("hit0.action")] == [0.5, 4.5]
    twins = [note for note in notes if note.id.startswith("hit0.")]
    assert len({note.event for note in twins}) == 2
    assert len({note.id for note in notes}) == len(notes)


@pytest.mark.parametrize(("stretch", "expected"), [(2, [1.0, 4.5, 7.96]), (0.5, [0.25, 1.125, 1.99])])
def test_hits_of_a_retimed_shot_come_when_they_are_seen(old: SceneStems, stretch: float, expected: list[float]) -> None:
    conformed = conform(scene(0, 4 * stretch, run(A, (0, 4 * stretch))), [old.score], [])
    starts = [note.start_s for note in conformed.score.notes if note.layer is Layer.MATERIAL]
    assert starts == pytest.approx(expected)
    assert unchanged(conformed, [old.score], 0, Layer.ACTION, Lengths()) == []


def test_a_retimed_movement_lasts_as_long_as_it_is_seen(old: SceneStems) -> None:
    conformed = conform(scene(0, 8, run(B, (0, 8))), [old.score], [])
    roll = next(note for note in conformed.score.notes if note.id == "roll")
    assert (roll.start_s, roll.duration_s) == (3.0, 4.0)
    assert roll.params["speed"] == Curve((0.0, 4.0), (0.5, 1.0))


def test_what_runs_backwards_sounds_in_reverse_order(old: SceneStems) -> None:
    conformed = conform(scene(0, 4, run(B, (0, 4), backwards=True)), [old.score], [])
    roll = next(note for note in conformed.score.notes if note.id == "roll")
    assert (roll.start_s, roll.duration_s, roll.params["speed"]) == (0.5, 2.0, Curve((0.0, 2.0), (1.0, 0.5)))
    starts = [note.start_s for note in conformed.score.notes if note.layer is Layer.MATERIAL]
    assert starts == pytest.approx([0.5, 3.0])


def test_made_events_come_in_their_place_and_duck_the_ambience(old: SceneStems) -> None:
    hit = replace(next(note for note in old.score.notes if note.id == "hit0.action"), start_s=1.5)
    made = Score(7, Fraction(14), Fraction(3), (hit, replace(old.score.notes[0], id="more rain")))
    conformed = conform(NUMBERS["something between"], [old.score], [made])
    news = [note for note in conformed.score.notes if note.id not in conformed.origins and note.layer is Layer.ACTION]
    assert [(note.id, note.start_s) for note in news] == [("hit0.action~2", 5.5)]
    assert not any(note.id == "more rain" for note in conformed.score.notes)
    assert conformed.score.mix is not None
    duck = conformed.score.mix.duck.at(np.array([5.4, 5.51, 6.5]))
    assert duck == pytest.approx([0.0, -2.0, 0.0])


def test_the_mix_goes_with_the_shots(old: SceneStems) -> None:
    conformed = conform(NUMBERS["reordered"], [old.score], [])
    assert conformed.score.mix is not None
    assert conformed.score.mix.gain_db == old.score.mix.gain_db  # type: ignore[union-attr]
    assert conformed.score.mix.duck.at(np.array([7.97, 7.99]))[1] == pytest.approx(-2.0)


def test_scenes_of_other_gains_keep_their_levels(old: SceneStems) -> None:
    assert old.score.mix is not None
    gains = {layer: gain + 6.0 for layer, gain in old.score.mix.gain_db.items()}
    louder = replace(old.score, scene=1, record_start=Fraction(30), mix=replace(old.score.mix, gain_db=gains))
    where = scene(0, 8, run(A, (0, 4)), run((30, 34), (4, 8)))
    notes = {note.id: note for note in conform(where, [old.score, louder], []).score.notes}
    assert notes["hit0.action"].gain_db == 0.0
    assert notes["hit0.action~2"].gain_db == 6.0


def test_the_new_score_can_be_written_and_read(old: SceneStems) -> None:
    for where in NUMBERS.values():
        score = conform(where, [old.score], []).score
        assert from_json(to_json([score])) == [score]


def test_a_conformed_score_can_be_conformed_again(old: SceneStems) -> None:
    """Out of order and back again: what was cut off stays off, and nothing else is lost."""
    there = conform(NUMBERS["reordered"], [old.score], []).score
    back = scene(10, 22, run((14, 18), (10, 14)), run((18, 22), (14, 18)), run((10, 14), (18, 22)))
    again = conform(back, [there], [])
    starts = sorted(note.start_s for note in again.score.notes if note.layer is Layer.MATERIAL)
    assert starts == pytest.approx([0.5, 2.25, 3.98, 5.0, 7.5, 9.0, 11.75])
    heard, first, last = sounded(again.score), 10 * SAMPLE_RATE, 22 * SAMPLE_RATE
    for layer in Layer:
        assert np.abs(heard.read(layer, first, last) - old.read(layer, first, last)).max() < 2e-5, layer


def test_runs_that_follow_each_other_as_before_are_one() -> None:
    apart = [run(A, (40, 44)), run(B, (44, 48)), run((19, 22), (48, 51))]
    assert joined_runs(apart) == [
        Run(Fraction(10), Fraction(18), Fraction(40), Fraction(48), Fraction(10), Fraction(18)),
        run((19, 22), (48, 51)),
    ]


def test_a_score_that_was_never_mixed_is_refused(old: SceneStems) -> None:
    with pytest.raises(ScoreError, match="never mixed"):
        conform(NUMBERS["moved"], [replace(old.score, mix=None)], [])


def test_a_stretch_without_a_score_is_refused(old: SceneStems) -> None:
    where = scene(0, 4, Run(Fraction(50), Fraction(54), Fraction(0), Fraction(4), Fraction(50), Fraction(54)))
    with pytest.raises(ScoreError, match="nothing for 52"):
        conform(where, [old.score], [])


def covered_s(stretches: list[tuple[int, int]], one: Run) -> Fraction:
    first, last = seconds_to_sample(one.now_start), seconds_to_sample(one.now_end)
    inside = [(max(start, first), min(end, last)) for start, end in stretches]
    return Fraction(sum(end - start for start, end in inside if end > start), SAMPLE_RATE)


def level_db(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(sound.astype(np.float64)))))


def test_what_fades_in_is_not_copied_where_the_shot_now_begins_in_it(old: SceneStems) -> None:
    """Its level was still rising there, and is full now."""
    rain, *others = (replace(note, fade_in_s=3.0) if note.id == "rain" else note for note in old.score.notes)
    faded = sounded(replace(old.score, notes=(rain, *others)))
    where = scene(0, 3, run((11, 14), (0, 3)))
    conformed = conform(where, [faded.score], [])
    new = sounded(conformed.score)
    for first, last in unchanged(conformed, [faded.score], 0, Layer.AMBIENT, Lengths()):
        shift = where.runs[0].shift_samples
        was = faded.read(Layer.AMBIENT, first - shift, last - shift)
        assert np.abs(was - new.read(Layer.AMBIENT, first, last)).max() < 2e-6


def test_at_a_seam_ambiences_cross_over_its_whole_length(old: SceneStems) -> None:
    beds = [note for note in conform(NUMBERS["reordered"], [old.score], []).score.notes if note.instrument == "rain"]
    first, second = sorted(beds, key=lambda note: note.heard_start_s)
    assert first.fade_out_s == second.fade_in_s == float(SEAM)
    assert first.heard_end_s - second.heard_start_s == pytest.approx(float(SEAM))


def test_what_fills_a_new_stretch_was_heard_nowhere(old: SceneStems) -> None:
    beds = [n for n in conform(NUMBERS["something between"], [old.score], []).score.notes if n.instrument == "rain"]
    spans = sorted((note.heard_from_s, note.own_end_s) for note in beds)
    for (_, end), (start, _) in pairwise(spans):
        assert start >= end - float(SEAM)
    assert spans[-1][0] >= old.score.notes[0].duration_s


def test_a_movement_that_goes_on_a_little_over_the_trimmed_end_is_let_ring(old: SceneStems) -> None:
    """It rolls to 17.5; the shot is cut at 17.3."""
    conformed = conform(scene(0, 1.3, run((16, 17.3), (0, 1.3))), [old.score], [])
    roll = next(note for note in conformed.score.notes if note.id == "roll")
    assert roll.heard_until_s == 0.0


def test_a_trimmed_and_retimed_movement_ends_with_its_picture(old: SceneStems) -> None:
    """It rolls from 15.5 to 17.5, is seen to 16.5, and lasts twice as long."""
    conformed = conform(scene(0, 5, run((14, 16.5), (0, 5))), [old.score], [])
    roll = next(note for note in conformed.score.notes if note.id == "roll")
    assert (roll.start_s, roll.duration_s, roll.heard_until_s) == (3.0, 4.0, 2.0)
