from __future__ import annotations

import weakref
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from engine import limiter, mix, sounding
from engine.instruments import dsp
from engine.media import loudness
from engine.score.score import LEVEL, Mix, Score
from engine.sounding import BLOCK
from engine.stems import SceneStems
from engine.types import SAMPLE_RATE, Curve, Layer, Note, Place, ScoreError, seconds_to_sample

START = Fraction(1001, 30)  # 33.3666... s: not a whole sample
ROOM = Place(0.2, 2.0, "living_room")


def contact(name: str, at: float) -> list[Note]:
    params: dict[str, float | str | Curve] = {"striker": "wood", "struck": "metal", "energy": 0.6}
    return [
        Note(f"{name}.{layer}", name, layer, instrument, at, 0.1, params, ROOM, seed=len(name))
        for layer, instrument in ((Layer.ACTION, "contact"), (Layer.MATERIAL, "body"))
    ]


def bed(duration: float = 24.0, **changes: object) -> Note:
    made = Note("bed", "bed", Layer.AMBIENT, "rain", -0.5, duration, {"rate_mm_h": 8.0}, Place(0.0, 1.0, "dry"), seed=4)
    return replace(made, **changes)  # type: ignore[arg-type]


def score(*notes: Note, seconds: int = 23) -> Score:
    return Score(0, START, Fraction(seconds), notes)


HITS = [*contact("a", 1.0), *contact("bb", 9.999), *contact("ccc", 14.25), *contact("dddd", 22.5)]


def sound(one: Score, *, align: bool = False) -> SceneStems:
    first, last = (seconds_to_sample(at) for at in (one.record_start, one.record_start + one.duration))
    settled, tracks = sounding.sound_score(one, first - 24_000, last + 24_000, align=align)
    return SceneStems(settled, tracks, first, last)


def whole(stems: SceneStems, layer: Layer) -> np.ndarray:
    return stems.tracks[layer].read(stems.first - 24_000, stems.last + 24_000)


def test_a_note_begins_at_its_sample_counted_from_the_timelines_start() -> None:
    stems = sound(score(*contact("a", 1.0)))
    wanted = seconds_to_sample(START + 1)
    heard = np.flatnonzero(np.abs(whole(stems, Layer.ACTION)).max(axis=0) > 0)
    assert 0 <= heard[0] + stems.first - 24_000 - wanted <= 2


def test_every_block_cut_gives_the_same_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    one = score(bed(), *HITS)
    before = {layer: whole(sound(one), layer) for layer in Layer}
    monkeypatch.setattr(sounding, "BLOCK", 77_777)
    for layer in Layer:
        np.testing.assert_array_equal(whole(sound(one), layer), before[layer])


def test_layers_are_alone_on_their_stems() -> None:
    together = sound(score(bed(), *HITS))
    for layer in Layer:
        alone = sound(score(bed(), *HITS).only(layer))
        np.testing.assert_array_equal(whole(alone, layer), whole(together, layer))
        for other in set(Layer) - {layer}:
            assert not whole(alone, other).any()


def test_an_edited_note_changes_only_the_samples_it_spans() -> None:
    stems = sound(score(bed(), *HITS), align=True)
    mix.mix_scenes([stems], {})
    notes = stems.score.notes
    edited = [replace(n, params={**n.params, "struck": "glass"}) if n.id == "ccc.material" else n for n in notes]
    again = sound(replace(stems.score, notes=tuple(edited)))
    mix.mix_scenes([again], {})
    first, last = stems.first - 24_000, stems.last + 24_000
    start = sounding.note_start(stems.score, next(n for n in notes if n.id == "ccc.material"))
    end = start + max(sounding.sound_note(n).shape[1] for n in (*notes, *edited) if n.id == "ccc.material")
    for layer in Layer:
        changed = np.flatnonzero((stems.read(layer, first, last) != again.read(layer, first, last)).any(axis=0))
        if layer is Layer.MATERIAL:
            assert len(changed)
        if len(changed):  # on the others, what the limiter does to the sum
            assert start - 240 <= changed[0] + first and changed[-1] + first < end


def test_any_span_of_a_stem_reads_the_same() -> None:
    stems = sound(score(bed(), *HITS), align=True)
    levels = mix.mix_scenes([stems], {Layer.ACTION: 6.0}, programme_lufs=-16.0)
    assert levels.limited_db > 1.0
    for layer in Layer:
        one = stems.read(layer, stems.first, stems.last)
        at = [0, 48_001, 480_123, 700_007, stems.last - stems.first]
        cut = [stems.read(layer, stems.first + a, stems.first + b) for a, b in pairwise(at)]
        np.testing.assert_array_equal(np.concatenate(cut, axis=1), one)


def test_the_levels_told_are_those_of_the_stems() -> None:
    stems = sound(score(bed(), *HITS), align=True)
    for loud in (False, True):
        if loud:
            stems.score = replace(stems.score, mix=None)
        levels = mix.mix_scenes([stems], {Layer.ACTION: 6.0 if loud else -9.0})
        assert (levels.limited_db > 0) == loud
        sounds = {layer.value: stems.read(layer, stems.first, stems.last) for layer in Layer}
        sounds["events"] = stems.read_sum((Layer.ACTION, Layer.MATERIAL), stems.first, stems.last)
        sounds["mix"] = stems.read_mix(stems.first, stems.last)
        for name, heard in sounds.items():
            assert levels.lufs[name] == pytest.approx(loudness.measure_lufs(heard), abs=0.02)
            if name != "events":
                peak = loudness.dbtp(loudness.true_peak(heard))
                assert levels.true_peak_dbtp[name] == pytest.approx(peak, abs=0.3)


def test_the_stems_sum_to_the_mix_and_meet_their_targets_under_the_ceiling() -> None:
    stems = sound(score(bed(), *HITS), align=True)
    levels = mix.mix_scenes([stems], {Layer.ACTION: -3.0})
    assert levels.target_lufs == {"ambient": -34.0, "events": -26.3}
    for name, target in levels.target_lufs.items():
        assert levels.lufs[name] == pytest.approx(target, abs=0.5)
    assert max(levels.true_peak_dbtp.values()) <= limiter.CEILING_DBTP
    parts = sum(stems.read(layer, stems.first, stems.last) for layer in Layer)
    np.testing.assert_allclose(stems.read_mix(stems.first, stems.last), parts, atol=1e-6)


def test_the_limiter_holds_the_ceiling_and_leaves_the_rest_alone() -> None:
    stems = sound(score(bed(), *HITS))
    stems.score = replace(stems.score, mix=Mix({Layer.ACTION: 40.0, Layer.MATERIAL: 40.0, Layer.AMBIENT: 0.0}))
    free = stems.read(Layer.AMBIENT, stems.first, stems.last)
    levels = mix.mix_scenes([stems], {})
    assert levels.limited_db > 6.0
    assert levels.true_peak_dbtp["mix"] <= limiter.CEILING_DBTP
    np.testing.assert_array_equal(stems.read(Layer.AMBIENT, stems.first, stems.last), free)


def test_a_stem_stays_as_it_is_when_other_layers_fall_silent() -> None:
    whole = sound(score(bed(), *HITS), align=True)
    levels = mix.mix_scenes([whole], {Layer.ACTION: 6.0})
    assert levels.limited_db > 1.0
    for layer in Layer:
        alone = sound(whole.score.only(layer))
        mix.mix_scenes([alone], {})
        span = (whole.first, whole.last)
        np.testing.assert_array_equal(alone.read(layer, *span), whole.read(layer, *span))


def test_the_softest_bed_comes_to_its_target() -> None:
    quiet = Note("tone", "tone", Layer.AMBIENT, "room_tone", 0.0, 23.0, {}, Place(0.0, 1.0, "dry"), gain_db=-50.0)
    stems = sound(score(quiet))
    levels = mix.mix_scenes([stems], {Layer.AMBIENT: -16.0})
    assert levels.lufs["ambient"] == pytest.approx(-50.0, abs=0.3) == levels.target_lufs["ambient"]


def test_ducking_goes_down_ahead_of_each_hit_and_comes_back() -> None:
    curve = mix.ducking(score(bed(), *HITS), 2.0)
    at = curve.at(np.array([0.5, 1.01, 1.2, 2.0, 9.999 + 0.01]))
    assert at[0] == 0.0 and at[1] == pytest.approx(-2.0, abs=0.01) and -2.0 < at[2] < 0.0
    assert at[3] == 0.0 and at[4] == pytest.approx(-2.0, abs=0.01)
    assert mix.ducking(score(bed())) == LEVEL


@pytest.mark.parametrize(("lag", "turned"), [(0, False), (31, False), (-50, False), (40, True)])
def test_alignment_finds_the_lag_and_the_polarity(lag: int, turned: bool) -> None:
    low = dsp.ring(np.array([180.0]), np.array([0.2]), np.array([1.0]), 4800)
    gesture = np.zeros((2, 6000), np.float32)
    gesture[:, 200:5000] = low
    body = np.roll(gesture, -lag, axis=1) * (-1 if turned else 1)
    shift, invert = sounding.best_alignment(gesture, body)
    aligned = np.roll(body, shift, axis=1) * (-1 if invert else 1)
    energy = float((gesture**2).sum() + (aligned**2).sum())
    assert 10 * np.log10(float(((gesture + aligned) ** 2).sum()) / energy) > 2.5
    assert abs(shift) <= 72


def test_a_bed_stands_where_its_place_says() -> None:
    def left_over_right_db(pan: float) -> float:
        heard = whole(sound(score(bed(place=Place(pan, 1.0, "dry")))), Layer.AMBIENT)
        return float(10 * np.log10((heard[0] ** 2).sum() / (heard[1] ** 2).sum()))

    assert left_over_right_db(-0.5) > 3.0 and left_over_right_db(0.5) < -3.0 and abs(left_over_right_db(0.0)) < 0.5


def test_a_mix_ducks_the_ambience_under_hits_and_keeps_it_in_the_score() -> None:
    stems = sound(score(bed(), *HITS))
    mix.mix_scenes([stems], {})
    assert stems.score.mix is not None and min(stems.score.mix.duck.values) == -2.0


def test_fades_and_distance_shape_a_bed() -> None:
    near = sound(score(bed(fade_in_s=2.0, fade_out_s=2.0)))
    far = sound(score(bed(place=Place(0.0, 40.0, "dry"))))
    assert loudness.measure_lufs(whole(far, Layer.AMBIENT)) < loudness.measure_lufs(whole(near, Layer.AMBIENT)) - 25
    levels = np.abs(whole(near, Layer.AMBIENT)).max(axis=0)
    assert levels[:480].max() < 0.1 * levels[BLOCK // 2 : BLOCK].max()


def test_editing_a_note_in_place_is_sounding_all_again() -> None:
    stems = sound(score(bed(), *HITS), align=True)
    mix.mix_scenes([stems], {})
    old = next(note for note in stems.score.notes if note.id == "ccc.action")
    new = replace(old, start_s=14.0, gain_db=30.0, params={**old.params, "striker": "metal"})
    first, last = stems.edit_note(new)
    assert first <= sounding.note_start(stems.score, new) < last < first + 5 * SAMPLE_RATE
    again = sound(stems.score)
    mix.mix_scenes([again], {})
    for layer in Layer:
        whole_range = stems.first - 24_000, stems.last + 24_000
        np.testing.assert_array_equal(stems.read(layer, *whole_range), again.read(layer, *whole_range))


def test_a_note_that_is_not_there_cannot_be_edited() -> None:
    stems = sound(score(bed(), *HITS))
    with pytest.raises(ScoreError, match="no note 'x'"):
        stems.edit_note(replace(HITS[0], id="x"))


def test_memory_does_not_grow_with_the_notes_of_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[weakref.ref[np.ndarray]] = []
    most = 0

    def counted(one: Note) -> np.ndarray:
        nonlocal most
        made = sound_note(one)
        held.append(weakref.ref(made))
        most = max(most, sum(sound() is not None for sound in held))
        return made

    sound_note = sounding.sound_note
    monkeypatch.setattr(sounding, "sound_note", counted)
    notes = [note for number in range(20) for note in contact(f"n{number}", 1.0 + number / 10)]
    sound(score(*notes), align=True)
    assert len(held) == 40 and most <= 4


def test_notes_of_one_event_may_lie_days_apart() -> None:
    late = replace(HITS[1], event="a", start_s=340_000.0)
    np.testing.assert_array_equal(
        whole(sound(score(HITS[0], late)), Layer.ACTION), whole(sound(score(HITS[0])), Layer.ACTION)
    )


def test_a_loud_hit_keeps_its_shape_and_a_soft_one_stays_soft_beside_it() -> None:
    loud = [replace(note, gain_db=note.gain_db + 12.0) for note in contact("a", 1.0)]
    stems = sound(score(bed(), *loud, *contact("bb", 9.0)))
    levels = mix.mix_scenes([stems], {Layer.ACTION: 6.0}, programme_lufs=-16.0)
    assert levels.limited_db <= mix.MOST_LIMITED_DB + mix.ENOUGH_DB
    assert levels.held_back_lu > 3.0
    assert levels.lufs["events"] == pytest.approx(levels.target_lufs["events"], abs=0.5)
    first, second = (
        loudness.dbtp(loudness.true_peak(stems.read_sum(mix.GROUPS["events"], start, start + SAMPLE_RATE)))
        for start in (seconds_to_sample(START + at) for at in (1, 9))
    )
    assert first - second > 12.0 - mix.MOST_LIMITED_DB - 1.0


def test_an_ambience_edited_far_too_loud_still_stays_below_the_ceiling() -> None:
    stems = sound(score(bed(), *HITS))
    mix.mix_scenes([stems], {})
    louder = replace(stems.score.notes[0] if stems.score.notes[0].id == "bed" else bed(), gain_db=bed().gain_db + 36.0)
    notes = tuple(louder if note.id == "bed" else note for note in stems.score.notes)
    again = sound(replace(stems.score, notes=notes))
    levels = mix.mix_scenes([again], {})
    assert max(levels.true_peak_dbtp.values()) <= limiter.CEILING_DBTP
    assert levels.true_peak_dbtp["ambient"] > -12.0
