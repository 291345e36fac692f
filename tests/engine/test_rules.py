"""What the rule performer writes: words beat the picture, the picture beats defaults, exclusions always hold."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.score import rules
from engine.score.levels import stem_levels
from engine.score.marks import read_marks
from engine.score.scene import Scene
from engine.score.score import Score
from engine.text.intent import Intent, Source, Times
from engine.text.prompt import read_words
from engine.types import Cue, CueKind, Curve, Layer, Mark, Shot


def hit(at: float, *, confidence: float = 0.9, energy: float = 0.5, x: float = 0.0, who: str = "o1") -> Cue:
    return Cue(f"hit-{at}", CueKind.HIT, at, x=x, energy=energy, confidence=confidence, object=who)


def step(at: float, x: float = 0.0) -> Cue:
    return Cue(f"step-{at}", CueKind.STEP, at, x=x, energy=0.6, confidence=0.9, object="o1")


def motion(at: float, lasts: float, way: tuple[float, float] = (0.0, 0.0), energy: float = 0.5) -> Cue:
    path = Curve((0.0, lasts), way)
    speed = Curve((0.0, lasts / 2, lasts), (0.0, 1.0, 0.0))
    return Cue(f"motion-{at}", CueKind.MOTION, at, lasts, energy=energy, confidence=0.9, curve=speed, path=path)


def texture(label: str, confidence: float = 0.9) -> Cue:
    return Cue(f"texture-{label}", CueKind.TEXTURE, 0.0, 8.0, confidence=confidence, label=label)


def scene(
    *shots: tuple[Cue, ...], seconds: int = 8, start: Fraction = Fraction(0), origin: Fraction | None = None
) -> Scene:
    made = tuple(
        Shot(
            f"clip {number}",
            Path("a.mov"),
            Fraction(0),
            Fraction(seconds),
            start + number * seconds,
            head=Fraction(1),
            tail=Fraction(1),
        )
        for number in range(len(shots))
    )
    zero = start if origin is None else origin
    return Scene(0, made, shots, zero, start + len(shots) * seconds)


def score_of(words: str, *shots: tuple[Cue, ...], hinted: tuple[Intent, ...] = (), **kind: Any) -> Score:
    score, _ = rules.perform(scene(*shots, **kind), read_words(words), hinted)
    score.check()
    return score


def starts(score: Score, layer: Layer = Layer.ACTION, instrument: str = "") -> list[float]:
    return [note.start_s for note in score.notes if note.layer is layer and instrument in note.instrument]


def instruments(score: Score) -> set[str]:
    return {note.instrument for note in score.notes}


def test_a_seen_contact_is_two_notes_of_one_event() -> None:
    score = score_of("a hammer hits wood", (hit(1.5, x=-0.4), hit(3.25)))
    pairs = [(n.event, n.start_s, n.seed, dict(n.params), n.place) for n in score.notes if n.layer is Layer.ACTION]
    bodies = [(n.event, n.start_s, n.seed, dict(n.params), n.place) for n in score.notes if n.layer is Layer.MATERIAL]
    assert pairs == bodies and [pair[1] for pair in pairs] == [1.5, 3.25]
    assert pairs[0][4].pan == -0.4
    assert pairs[0][2] != pairs[1][2]


def test_a_hit_and_a_step_of_one_instant_sound_once() -> None:
    """At the hit's time, which is the finer."""
    assert starts(score_of("footsteps on wood", (step(1.0), hit(1.03), step(1.6), step(2.2)))) == [1.03, 1.6, 2.2]


@pytest.mark.parametrize("words", ["no footsteps", "rain, no footsteps", "without steps", "不要脚步声"])
def test_what_is_excluded_never_sounds_whatever_is_seen(words: str) -> None:
    score = score_of(words, (step(1.0), step(1.6), step(2.2)))
    assert not instruments(score) & {"footstep", "footstep_ground"}


def test_silence_is_silent() -> None:
    assert not score_of("silence", (hit(1.0), texture("rain"))).notes


def test_without_words_the_picture_decides() -> None:
    score = score_of("", (texture("rain"), hit(2.0), hit(3.0, confidence=0.4)))
    assert "rain" in instruments(score)
    assert starts(score) == [2.0]


def test_words_hear_what_is_seen_less_surely() -> None:
    assert starts(score_of("a ball bounces", (hit(2.0), hit(3.0, confidence=0.4)))) == [2.0, 3.0]


def test_words_beat_the_picture() -> None:
    beds = {
        note.instrument
        for note in score_of("a crackling fire", (texture("rain"),)).notes
        if note.layer is Layer.AMBIENT
    }
    assert beds == {"fire"}


def test_the_clips_name_speaks_where_no_words_do() -> None:
    hinted = (read_words("river_bank_03"),)
    assert "stream" in instruments(score_of("", (), hinted=hinted))
    assert "stream" not in instruments(score_of("wind", (), hinted=hinted))


def test_all_that_a_clip_name_speaks_of_is_heard_though_one_of_them_is_seen() -> None:
    hinted = (read_words("a man walks, three knocks"),)
    score = score_of("", (step(0.5), step(1.0), step(1.6)), hinted=hinted)
    assert {"footsteps.concrete", "knock.wood"} <= {note.entry for note in score.notes}


def test_a_clips_name_speaks_for_that_clip_alone() -> None:
    hinted = (read_words("walkers on the street"), read_words("typing on a keyboard"), read_words("wind in the trees"))
    steps, typing = (motion(0.5, 6.0, (-0.9, 0.9)),), (motion(1.0, 6.0),)
    score = score_of("", steps, typing, (), hinted=hinted)
    assert all(0.0 <= at < 8.0 for at in starts(score, instrument="footstep"))
    assert all(8.0 <= at < 16.0 for at in starts(score, instrument="key")) and starts(score, instrument="key")
    wind = next(note for note in score.notes if note.instrument == "wind")
    assert (wind.start_s, wind.start_s + wind.duration_s) == (15.75, 25.0)


def test_words_go_to_the_clips_whose_names_speak_of_them() -> None:
    hinted = (read_words("dog close up"), read_words("man typing"), read_words("street"))
    busy = tuple((motion(0.5, 4.0 + number),) for number in range(3))
    times = starts(score_of("typing on a keyboard", *busy, hinted=hinted))
    assert times and all(8.0 <= time < 16.0 for time in times)


def test_unseen_events_go_where_most_moves_and_nowhere_else() -> None:
    times = starts(score_of("typing on a keyboard", (motion(0.5, 2.0),), (motion(0.5, 6.0),), (motion(0.5, 1.0),)))
    assert times and all(8.0 <= time < 16.0 for time in times)


def test_steps_are_where_somebody_walks_not_where_something_flickers() -> None:
    flicker = tuple(hit(at, confidence=0.6) for at in (1.0, 2.0, 3.0, 4.0))
    times = starts(score_of("a man walks", flicker, (motion(1.0, 5.0, (-0.9, 0.9)),)), instrument="footstep")
    assert times and all(8.0 <= time < 16.0 for time in times)


def test_a_count_keeps_the_strongest() -> None:
    cues = tuple(hit(at, energy=energy) for at, energy in ((1.0, 0.9), (2.0, 0.2), (3.0, 0.8), (4.0, 0.3)))
    assert starts(score_of("two knocks", cues)) == [1.0, 3.0]


def test_a_count_without_anything_seen_is_made_at_a_natural_rhythm() -> None:
    times = starts(score_of("three knocks", ()))
    assert len(times) == 3 and all(0.15 < b - a < 0.8 for a, b in pairwise(times))


def test_a_word_that_means_one_event_takes_the_best_that_is_seen_however_faint() -> None:
    cues = (hit(2.8, confidence=0.16), hit(5.95, confidence=0.35), hit(4.0, confidence=0.05))
    score = score_of("a wooden door opens and slams shut", cues)
    opens, slams = (
        [note.start_s for note in score.notes if note.instrument == "door" and note.params["kind"] == kind]
        for kind in ("open", "slam")
    )
    assert opens == [2.8] and slams == [5.95]


def test_what_comes_after_something_takes_what_is_seen_after_it() -> None:
    cues = (motion(1.0, 3.0), motion(4.5, 1.0), hit(0.5, confidence=0.9), hit(5.9, confidence=0.6))
    score = score_of("water is poured into a glass, then the jug is put down", cues)
    assert starts(score, instrument="contact") == [5.9]
    assert [(note.start_s, note.duration_s) for note in score.notes if note.instrument == "pour"] == [(1.0, 3.0)] * 2


def test_what_comes_after_something_and_is_not_seen_follows_it() -> None:
    assert starts(score_of("a door slams at 2s, then three knocks", ()), instrument="contact") == [2.5, 2.74, 2.98]


def test_what_falls_and_breaks_does_both_at_once_and_breaks_once() -> None:
    score = score_of("a glass falls off the table and shatters", (hit(1.0), hit(1.25), hit(4.0)))
    assert starts(score, instrument="contact") == [1.0, 1.25, 4.0]
    assert starts(score, instrument="fracture") == [1.0, 4.0]
    assert starts(score, Layer.MATERIAL, "shards") == [1.0, 4.0]


def test_crockery_breaks_as_such() -> None:
    (note,) = [note for note in score_of("a plate breaks", (hit(2.0),)).notes if note.layer is Layer.MATERIAL]
    assert (note.instrument, note.start_s, note.params["struck"]) == ("shards", 2.0, "ceramic")


def test_a_hammer_is_not_one_event() -> None:
    assert len(starts(score_of("a hammer hits a nail", tuple(hit(float(at)) for at in range(1, 6))))) == 5


def test_hard_times_override_the_picture() -> None:
    assert starts(score_of("a door slams at 3.2s", (hit(1.0),)), instrument="door") == [3.2]


def test_a_count_at_a_time_begins_then() -> None:
    assert starts(score_of("three knocks at 1s", (hit(4.0),))) == [1.0, 1.24, 1.48]


def test_times_count_from_the_start_of_the_choice_and_back_from_its_end() -> None:
    late = scene((), start=Fraction(10), origin=Fraction(6))
    score, _ = rules.perform(late, read_words("a door slams at 7s"))
    assert [note.start_s for note in score.notes if note.instrument == "door"] == [3.0]


def test_steps_go_where_somebody_crosses_the_picture() -> None:
    still, crossing = (motion(0.5, 2.0),), (motion(1.0, 3.0, (-0.9, 0.9)),)
    score = score_of("he walks on gravel", still, crossing)
    times = starts(score)
    assert len(times) >= 3 and all(9.0 <= time < 12.0 for time in times)
    pans = [note.place.pan for note in score.notes if note.layer is Layer.ACTION]
    assert pans == sorted(pans, key=lambda pan: float(str(pan)))


def test_a_walk_whose_feet_the_eye_has_lost_goes_on() -> None:
    sparse = starts(score_of("he walks on gravel", (motion(0.5, 6.0, (-0.9, 0.9)), step(2.0))))
    assert 2.0 in sparse and len(sparse) > 7
    steps = tuple(step(1.0 + 0.55 * number) for number in range(9))
    assert len(starts(score_of("he walks on gravel", (motion(0.5, 6.0, (-0.9, 0.9)), *steps)))) == 9


def test_a_rolling_thing_follows_its_movement() -> None:
    score = score_of("a barrel rolls over the floor", (motion(1.0, 3.0, (-1.0, 1.0)),))
    roll = next(note for note in score.notes if note.instrument == "roll")
    assert (roll.start_s, roll.duration_s) == (1.0, 3.0)
    assert isinstance(roll.params["speed"], Curve) and isinstance(roll.place.pan, Curve)


def test_contiguous_shots_share_one_bed_with_their_handles() -> None:
    beds = [note for note in score_of("light rain", (), (), ()).notes if note.layer is Layer.AMBIENT]
    assert [(note.start_s, note.duration_s) for note in beds if note.instrument == "rain"] == [(-1.0, 26.0)]


def test_softer_words_make_a_softer_stem() -> None:
    levels = [stem_levels([score_of(f"{how} knocks", (hit(1.0),))])[Layer.ACTION] for how in ("faint", "", "loud")]
    assert levels == sorted(levels) and levels[0] < levels[2]


def test_other_notes_keep_their_seeds_when_one_contact_is_not_seen() -> None:
    all_seen = score_of("hammer on wood", (hit(1.0), hit(2.0), hit(3.0)))
    fewer = score_of("hammer on wood", (hit(1.0), hit(3.0)))
    seeds = {note.id: note.seed for note in all_seen.notes}
    assert all(seeds[note.id] == note.seed for note in fewer.notes)


def marked(words: str, *marks: tuple[float, float, str], cues: tuple[Cue, ...] = (), name: str = "") -> Score:
    """A score of one shot, 8 s at 24 frames, with (start, seconds, words) as its markers."""
    (shot,) = scene(cues).shots
    made = tuple(Mark(Fraction(at), Fraction(lasts), (text,)) for at, lasts, text in marks)
    here = replace(scene(cues), shots=(replace(shot, marks=made),))
    score, _ = rules.perform(
        here, read_words(words), [read_words(name)], markings=read_marks(here.shots, read_words), seed=1
    )
    score.check()
    return score


@pytest.mark.parametrize("words", ["", "light wind", "a thud", "a thud, light wind"])
def test_a_markers_sound_is_at_its_moment_with_words_or_without(words: str) -> None:
    score = marked(words, (5.0, 0.0, "thud"))
    assert starts(score, instrument="contact") == [5.0]


@pytest.mark.parametrize(("seen", "heard"), [(5.07, 5.07), (4.93, 4.93), (5.1, 5.0), (4.0, 5.0)])
def test_a_marker_means_a_contact_seen_within_two_frames(seen: float, heard: float) -> None:
    score = marked("", (5.0, 0.0, "a door slams"), cues=(hit(seen, x=0.3, confidence=0.4),))
    assert starts(score, instrument="door") == [heard]
    pans = [note.place.pan for note in score.notes if note.instrument == "door"]
    assert pans == [0.3 if heard == seen else 0.0]


def test_a_marked_bed_sounds_for_the_markers_length() -> None:
    for words in ("", "rain"):
        score = marked(words, (2.0, 3.0, "rain"))
        assert [(note.start_s, note.duration_s) for note in score.notes if note.instrument == "rain"] == [(2.0, 3.0)]


def test_what_a_marker_times_does_not_sound_elsewhere_for_the_clips_name() -> None:
    score = marked("", (5.0, 0.0, "door slam"), name="door slam take 3", cues=(hit(1.0, confidence=0.4),))
    assert starts(score, instrument="door") == [5.0]


def test_two_marks_of_one_source_are_two_events_and_words_beat_a_marker() -> None:
    assert starts(marked("a thud", (2.0, 0.0, "thud"), (5.0, 0.0, "thud")), instrument="contact") == [2.0, 5.0]
    assert starts(marked("a thud at 1s", (5.0, 0.0, "thud")), instrument="contact") == [1.0, 5.0]
    assert not starts(marked("rain, no door", (5.0, 0.0, "door slam")), instrument="door")


def test_marked_steps_begin_at_their_marker_and_last_as_long() -> None:
    times = starts(marked("he walks on gravel", (2.0, 3.0, "footsteps")), instrument="footstep")
    assert times[0] == 2.0 and times[-1] < 5.0 and len(times) > 3


def test_a_marker_that_runs_on_over_a_cut_is_one() -> None:
    shots = tuple(
        replace(shot, marks=(Mark(Fraction(number == 0), Fraction(7 if number == 0 else 8), ("rain",)),))
        for number, shot in enumerate(scene((), ()).shots)
    )
    (found,) = read_marks(shots, read_words)
    assert (found.start, found.end) == (Fraction(1), Fraction(16))


@pytest.mark.parametrize(
    ("words", "waits", "first"),
    [
        ("a door closes 1 second before the end, then footsteps walk away", "footstep", 7.0),
        ("one footstep at 1s, a door slams at 3s, then rain", "rain", 3.0),
        ("a door slams at 3s, then a barrel rolls", "roll", 3.0),
        ("mouse click, then typing", "key", 1.0),
        ("rain, then light wind", "wind", 4.0),
    ],
)
def test_what_comes_then_begins_after_what_it_waits_for(words: str, waits: str, first: float) -> None:
    seen = (hit(1.0), hit(2.0), hit(5.0), step(1.5), step(2.5), step(3.5), motion(0.5, 6.0, (-0.9, 0.9)))
    score = score_of(words, seen)
    times = [note.start_s for note in score.notes if note.instrument == waits]
    assert times and min(times) >= first


def test_what_waits_is_heard_though_nothing_is_seen() -> None:
    score = score_of("mouse click, then typing", ())
    (click,), keys = starts(score, instrument="click"), starts(score, instrument="key")
    assert len(keys) > 5 and min(keys) > click


def test_steps_that_come_then_go_left_and_right() -> None:
    score = score_of("a door closes at 3s, then footsteps walk away", ())
    sides = [note.params["side"] for note in score.notes if note.instrument == "footstep"]
    assert sides[:4] == ["left", "right", "left", "right"]


def test_a_clips_name_gives_a_bed_once_whatever_it_comes_after() -> None:
    score = score_of("", (), hinted=(read_words("glass breaks, then rain"),))
    assert [entry for entry, _, _ in beds(score)] == ["rain.concrete"]


def test_what_waits_for_another_shot_is_silent_before_it() -> None:
    score = score_of("a door slams at 9s, then a hammer hits wood", (hit(2.0),), (hit(4.0),))
    (note,) = [note for note in score.notes if note.entry.startswith("tool") and note.layer is Layer.ACTION]
    assert note.start_s == 12.0


def place(label: str, confidence: float = 0.6) -> Cue:
    return Cue(f"place-{label}", CueKind.PLACE, 0.0, 8.0, confidence=confidence, label=label)


def beds(score: Score) -> list[tuple[str, float, float]]:
    """(entry, start, end) of each ambience."""
    found = [note for note in score.notes if note.layer is Layer.AMBIENT]
    return [(note.entry, note.start_s, note.start_s + note.duration_s) for note in found]


def test_each_shot_sounds_in_the_place_that_it_shows() -> None:
    """A room cut against a street and back: each has its own reverberation and its own ambience, cross-faded."""
    shots = ((place("indoor"), hit(2.0)), (place("outdoor"), hit(2.0)), (place("indoor"), hit(2.0)))
    score = score_of("", *shots)
    rooms = {note.start_s: note.place.room for note in score.notes if note.layer is Layer.ACTION}
    assert rooms == {2.0: "living_room", 10.0: "outdoor", 18.0: "living_room"}
    assert beds(score) == [
        ("ambience.room", -1.0, 8.25), ("ambience.outdoors", 7.75, 16.25), ("ambience.room", 15.75, 25.0),
    ]  # fmt: skip


@pytest.mark.parametrize("second", [place("indoor", 0.3), place("night", 0.7), place("outdoor", 0.7)])
def test_a_shot_that_is_not_surely_elsewhere_shares_its_neighbours_place(second: Cue) -> None:
    score = score_of("", (place("outdoor", 0.8), hit(2.0)), (second, hit(2.0)))
    assert {note.place.room for note in score.notes if note.layer is Layer.ACTION} == {"outdoor"}
    assert [entry for entry, _, _ in beds(score)] == ["ambience.outdoors"]


def test_a_place_or_a_bed_that_the_words_name_is_for_all() -> None:
    shots = ((place("indoor"), hit(2.0)), (place("outdoor"), hit(2.0)))
    church = score_of("a hammer in a church", *shots)
    assert {note.place.room for note in church.notes if note.layer is Layer.ACTION} == {"church"}
    assert len(beds(church)) == 1
    assert beds(score_of("rain", *shots)) == [("rain.concrete", -1.0, 17.0)]


def test_clips_whose_names_tell_of_two_rooms_have_each_its_own() -> None:
    hinted = (read_words("typing in a kitchen"), read_words("people walking in square"))
    score = score_of("", (hit(2.0),), (step(2.0), step(2.5), step(3.0)), hinted=hinted)
    rooms = [note.place.room for note in score.notes if note.layer is Layer.ACTION]
    assert rooms == ["kitchen", "street", "street", "street"]


@pytest.mark.parametrize(
    ("cues", "ground"),
    [
        ((place("outdoor"), place("green")), "grass"),
        ((place("indoor", 0.3), place("green")), "grass"),
        ((place("outdoor"),), "concrete"),
        ((place("indoor"),), "wood"),
        ((), "concrete"),
    ],
)
@pytest.mark.parametrize("name", ["", "rabbit runs"])
def test_unsaid_ground_is_what_is_seen(cues: tuple[Cue, ...], ground: str, name: str) -> None:
    there = scene((*cues, step(1.0), step(1.4), step(1.8)))
    score, decisions = rules.perform(there, Intent(), [read_words(name)])
    assert {note.entry for note in score.notes if note.instrument == "footstep"} == {f"footsteps.{ground}"}
    assert any(f"footsteps.{ground}" in one.what and "looks" in one.why for one in decisions)


def test_said_ground_stays() -> None:
    hinted = (read_words("walks on gravel"),)
    score = score_of("", (place("green"), step(1.0), step(1.4), step(1.8)), hinted=hinted)
    assert {note.entry for note in score.notes if note.instrument == "footstep"} == {"footsteps.gravel"}


def test_what_nobody_asked_for_needs_confidence_and_is_softer_the_less_sure() -> None:
    doubtful, likely, sure = hit(1.0, confidence=0.74), hit(2.0, confidence=0.84), hit(3.0, confidence=0.99)
    score = score_of("", (doubtful, likely, sure))
    levels = {note.start_s: note.gain_db for note in score.notes if note.layer is Layer.ACTION}
    assert list(levels) == [2.0, 3.0] and levels[2.0] == levels[3.0] - 3.0
    asked = score_of("a hammer hits wood", (doubtful, likely, sure))
    assert [note.gain_db for note in asked.notes if note.layer is Layer.ACTION] == [-2.0] * 3


def level(words: str, layer: Layer, *cues: Cue) -> float:
    return stem_levels([score_of(words, cues)])[layer]


def test_what_is_far_makes_a_softer_stem_and_never_a_silent_one() -> None:
    near, far, distant = (
        level(words, Layer.ACTION, hit(1.0)) for words in ("a knock", "a knock 8 m away", "a distant knock")
    )
    assert (far - near, distant - near) == (-6.0, -14.0)


def test_thin_and_dense_rain_are_softer_and_louder() -> None:
    usual, light, heavy, far, heavy_far = (
        level(words, Layer.AMBIENT)
        for words in ("rain", "light rain", "heavy rain", "rain far away", "heavy distant rain")
    )
    assert [light - usual, heavy - usual, far - usual, heavy_far - usual] == [-3.0, 3.0, -14.0, -11.0]


def test_light_and_heavy_steps_are_softer_and_louder() -> None:
    steps = (step(1.0), step(1.5), step(2.0))
    light, usual, heavy = (level(f"{how}footsteps", Layer.ACTION, *steps) for how in ("light ", "", "heavy "))
    assert (light - usual, heavy - usual) == (-3.0, 3.0)


def test_the_loudest_thing_of_a_stem_rules_its_level() -> None:
    both = "a knock, a distant hammer on wood"
    assert level(both, Layer.ACTION, hit(1.0), hit(2.0, who="o2")) == level("a knock", Layer.ACTION, hit(1.0))


NAMES = ("man_typing", "people walking in square", "rabbit run to tree")


def test_what_one_clip_is_named_for_sounds_in_that_clip_alone() -> None:
    words, hinted = "a man types on a keyboard, people walk in leather shoes", tuple(map(read_words, NAMES))
    seen = (hit(1.0), hit(2.0), step(3.0), step(3.5), step(4.0))
    score = score_of(words, seen, seen, seen, hinted=hinted)
    assert starts(score, instrument="key") and all(0.0 <= at < 8.0 for at in starts(score, instrument="key"))
    asked = [note.start_s for note in score.notes if note.entry == "footsteps.concrete" and ".s2." in note.id]
    assert asked and all(8.0 <= at < 16.0 for at in asked)


def test_what_a_clip_of_another_scene_is_named_for_does_not_sound_here() -> None:
    words = read_words("a man types on a keyboard")
    named = [read_words("man_typing")]
    here, _ = rules.perform(scene((motion(1.0, 5.0),)), words, [read_words("rabbit")], elsewhere=named)
    assert "key" not in instruments(here)
    timed, _ = rules.perform(scene(()), read_words("typing at 2 s"), [read_words("rabbit")], elsewhere=named)
    assert starts(timed, instrument="key") == [2.0]


def test_clips_that_walk_and_run_both_have_footsteps() -> None:
    hinted = (read_words("walk_01"), read_words("run_02"))
    steps = (step(1.0), step(1.5), step(2.0))
    assert starts(score_of("footsteps", steps, steps, hinted=hinted)) == [1.0, 1.5, 2.0, 9.0, 9.5, 10.0]


def test_one_source_sounds_once_at_one_time() -> None:
    twice = Source("s1", "footsteps.gravel", "walks on gravel", times=Times(at_s=(Fraction(3), Fraction(3))))
    score, _ = rules.perform(scene(()), Intent(sources=(twice,)))
    score.check()
    assert starts(score) == [3.0]


@settings(max_examples=60, deadline=None)
@given(
    words=st.sampled_from(
        ["", "rain", "footsteps on snow and a door", "ball bounces, no rain", "写字, 下雨", "pour water at 2s"]
    ),
    cues=st.lists(
        st.one_of(
            st.builds(hit, st.floats(0, 7.9), confidence=st.floats(0, 1), energy=st.floats(0, 1), x=st.floats(-1, 1)),
            st.builds(step, st.floats(0, 7.9), x=st.floats(-1, 1)),
            st.builds(motion, st.floats(0, 5), st.floats(0.05, 2.9), st.tuples(st.floats(-1, 1), st.floats(-1, 1))),
            st.builds(texture, st.sampled_from(["rain", "water", "fire", "leaves", "snow", "crowd", "traffic"])),
        ),
        max_size=12,
        unique_by=lambda cue: cue.id,
    ),
)
def test_every_score_can_be_played_whatever_is_seen(words: str, cues: list[Cue]) -> None:
    score = score_of(words, tuple(cues))
    assert all(-1.0 <= note.start_s < 8.0 for note in score.notes)
