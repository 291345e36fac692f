"""What one job over many clips promises: names and markers reach across its scenes, and its scores find their shots."""

from __future__ import annotations

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from engine import performance
from engine.performance import Stems
from engine.score.score import Score
from engine.types import Cue, CueKind, Layer, Mark, Settings, Shot
from engine.vision.look import Look


def shot(name: str, start: int, scene: int, *, marks: tuple[Mark, ...] = ()) -> Shot:
    return Shot(name, None, Fraction(0), Fraction(2), Fraction(start), scene=scene, hints=(name,), marks=marks)


def look(place: str, *hits: float) -> Look:
    there = Cue(f"place-{place}", CueKind.PLACE, 0.0, 2.0, confidence=0.6, label=place)
    struck = tuple(Cue(f"hit-{at}", CueKind.HIT, at, confidence=0.9, object="o1") for at in hits)
    return Look((there, *struck), (), None)


def performed(words: str, shots: list[Shot], looks: list[Look], folder: Path) -> Stems:
    settings = Settings(scratch=folder)
    return performance.perform(shots, words, iter(looks), settings, lambda *_: None, None)


def events(scores: list[Score], instrument: str) -> list[float]:
    """Record seconds."""
    return [
        float(score.record_start) + note.start_s
        for score in scores
        for note in score.notes
        if note.instrument == instrument
    ]


def test_a_sound_goes_to_the_clip_that_is_named_for_it_in_whatever_scene(tmp_path: Path) -> None:
    shots = [shot("rabbit", 0, 0), shot("man_typing", 4, 1), shot("street", 8, 2)]
    looks = [look("outdoor", 1.0), look("indoor", 1.0), look("outdoor", 1.0)]
    with performed("a man types on a keyboard", shots, looks, tmp_path) as stems:
        assert events(stems.scores, "key") == [5.0]
        assert [score.scene for score in stems.scores] == [0, 1, 2]


def test_a_sound_that_a_marker_of_another_scene_speaks_of_is_not_heard_here(tmp_path: Path) -> None:
    thud = Mark(Fraction(1), Fraction(0), ("thud",))
    shots = [shot("a", 0, 0), shot("b", 4, 1, marks=(thud,))]
    with performed("a thud", shots, [look("outdoor"), look("outdoor")], tmp_path) as stems:
        assert events(stems.scores, "contact") == [5.0]


def test_a_marker_is_heard_at_its_moment_in_the_stems(tmp_path: Path) -> None:
    """Silence before, and the thud from its sample on."""
    shots = [shot("a", 0, 0), shot("b", 2, 0, marks=(Mark(Fraction(1), Fraction(0), ("thud",)),))]
    with performed("", shots, [look("outdoor"), look("outdoor")], tmp_path) as stems:
        assert events(stems.scores, "contact") == [3.0]
        before, after = (stems.read(shots[1], Layer.ACTION, 48_000 * at, 48_000 * at + 4800) for at in (2, 3))
        assert not before.any() and abs(after).max() > 0.01


def test_a_cut_from_a_room_to_a_street_stays_one_scene_whose_score_is_sounded_again(tmp_path: Path) -> None:
    """Also where a part of it alone is chosen."""
    shots = [shot("a", 0, 0), shot("b", 2, 0)]
    with performed("", shots, [look("indoor", 1.0), look("outdoor", 1.0)], tmp_path) as stems:
        (score,) = stems.scores
    assert [note.place.room for note in score.notes if note.instrument == "contact"] == ["living_room", "outdoor"]
    settings = Settings(scratch=tmp_path)
    alone = [replace(shots[1], scene=0)]
    with performance.perform_again(alone, [score], settings, lambda *_: None, None) as again:
        assert again.of(alone[0]).score.notes == score.notes


def test_a_far_knock_is_softer_in_the_stems(tmp_path: Path) -> None:
    levels = []
    for words in ("a knock", "a distant knock"):
        with performed(words, [shot("a", 0, 0)], [look("outdoor", 1.0)], tmp_path) as stems:
            levels.append(stems.levels.lufs["events"])
    assert levels[1] == pytest.approx(levels[0] - 14.0, abs=0.5)


@pytest.mark.skipif(sys.platform == "win32", reason="open files are not limited like this there")
def test_hundreds_of_scenes_need_few_open_files(tmp_path: Path) -> None:
    import resource

    shots = [replace(shot("a", 4 * number, number), duration=Fraction(1, 10)) for number in range(120)]
    scores = [Score(one.scene, one.record_start, one.duration) for one in shots]
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, limits[1]))
    try:
        with performance.perform_again(shots, scores, Settings(scratch=tmp_path), lambda *_: None, None) as stems:
            assert len(stems.scenes) == 120
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
