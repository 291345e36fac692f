"""A film is cut anew: what is new is looked at and made, what was there stays, whatever the stems came in."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest
import soundfile

from engine.score.score import write_scores
from engine.types import CancelledError, FoleylineError, Layer, MissingMediaError, ScoreError, TimelineError
from plugin.carried import scores_of
from plugin.cli import main
from plugin.conform.conform import ConformJob, ConformReport, conform_stems
from plugin.job import Job
from plugin.workflow import make_stems
from tests.plugin.conform.olds import stems_of
from tests.plugin.timelines import clip, dissolve, gap, save, span, timeline, track
from tests.plugin.watching import quiet

WORDS = "a rubber ball bounces on a wooden floor, light rain, two knocks on a door at 0.2s"
A, B = ("drop one", 0, 48), ("drop two", 60, 36)


def cut(folder: Path, name: str, film: Path, *takes: tuple[str, int, int] | Any, **more: Any) -> Path:
    items = [
        clip(take[0], take[2], start=take[1], url=film.as_uri(), available=span(0, 144), **more)
        if isinstance(take, tuple)
        else take
        for take in takes
    ]
    return save(timeline(track(*items)), folder / f"{name}.otio")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, film: Path) -> Path:
    """Two shots, 48 and 36 frames; the ball meets the floor at 12 and 36, and (from 60 on) at 48 + 0 and 48 + 24."""
    folder = tmp_path_factory.mktemp("old")
    return make_stems(Job(cut(folder, "old", film, A, B), words=WORDS), quiet).output


def conformed(
    old: Path, new: Path, take: int | None = None, old_score: Path | None = None, **changes: Any
) -> ConformReport:
    return conform_stems(ConformJob(old, replace(Job(new), **changes), take, old_score=old_score), quiet)


def bounces(timeline: Path) -> list[float]:
    """Record frames of what the ball strikes, by the score that a timeline carries."""
    found = [
        float(score.record_start) + note.heard_start_s
        for score in scores_of(timeline)
        for note in score.notes
        if note.layer is Layer.ACTION and not note.entry.startswith("knock")
    ]
    return [round(24 * at, 1) for at in sorted(found)]


def sound(path: Path, layer: str, frame: int) -> Any:
    """What the timeline plays of a stem."""
    frames, head, file = stems_of(path)[layer, frame]
    return soundfile.read(file, dtype="int16")[0][head * 2000 : (head + frames) * 2000].astype(np.int64)


def test_a_shot_in_between_is_looked_at_and_the_rest_is_copied(tmp_path: Path, old: Path, film: Path) -> None:
    new = cut(tmp_path, "new", film, A, ("drop three", 100, 40), B)
    report = conformed(old, new)
    assert [row.what for row in report.rows] == [("unchanged",), ("added",), ("moved +01:16",)]
    struck = bounces(old)
    kept = [at for at in struck if at < 48] + [at + 40 for at in struck if at >= 48]
    assert bounces(report.output) == pytest.approx(sorted([*kept, 48 + 8, 48 + 32]), abs=1.1)
    assert len(kept) == 4
    assert report.rows[0].copied_s is not None and report.rows[0].copied_s > 1.9
    again = sound(report.output, "material", 0) - sound(old, "material", 0)
    assert not again[: 47 * 2000].any()


def test_what_the_words_put_at_a_time_does_not_come_again_in_a_new_shot(tmp_path: Path, old: Path, film: Path) -> None:
    report = conformed(old, cut(tmp_path, "new", film, ("drop three", 100, 40), A, B))
    knocks = [note for score in scores_of(report.output) for note in score.notes if note.entry.startswith("knock")]
    assert knocks and all(40 / 24 <= note.heard_start_s <= 88 / 24 for note in knocks)


def test_words_of_its_own_for_what_is_new(tmp_path: Path, old: Path, film: Path) -> None:
    new = cut(tmp_path, "new", film, A, B, ("drop three", 100, 40))
    report = conformed(old, new, words="a glass shatters at 0.5s")
    glass = [note for score in scores_of(report.output) for note in score.notes if "glass" in note.entry]
    assert glass and all(84 <= 24 * note.heard_start_s <= 124 for note in glass)


def test_the_ambience_is_one_across_old_and_new(tmp_path: Path, old: Path, film: Path) -> None:
    report = conformed(old, cut(tmp_path, "new", film, B, ("drop three", 100, 40), A))
    stems = [sound(report.output, "ambient", frame) for frame in (0, 36, 76)]
    levels = [10 * np.log10(np.mean(np.square(one.astype(float)))) for one in stems]
    assert max(levels) - min(levels) < 2.0
    for before, after in pairwise(stems):
        seam = np.abs(after[0] - before[-1]).max()
        assert seam <= np.abs(np.diff(np.concatenate([before, after]), axis=0)).max()


@pytest.mark.parametrize(("speed", "frames", "expected"), [(0.5, 96, [24, 72]), (2.0, 24, [6, 18])])
def test_a_retimed_shot_has_its_hits_under_its_pictures(
    tmp_path: Path, old: Path, film: Path, speed: float, frames: int, expected: list[int]
) -> None:
    report = conformed(old, cut(tmp_path, "new", film, ("drop one", 0, frames), speed=speed))
    assert report.rows[0].what[0] == f"retimed 100 % to {100 * speed:g} %"
    assert bounces(report.output) == pytest.approx(expected, abs=0.6)
    loudest = np.abs(sound(report.output, "action", 0)).max(axis=1)
    at = [int(loudest[2000 * (frame - 3) : 2000 * (frame + 3)].argmax()) / 2000 - 3 for frame in expected]
    assert all(-1.1 <= off < 1.1 for off in at)


def test_a_stem_file_that_is_gone_is_made_again_from_the_score(tmp_path: Path, film: Path) -> None:
    old = make_stems(Job(cut(tmp_path, "old", film, A, B), words=WORDS), quiet).output
    before = {layer: sound(old, layer, 48) for layer in Layer}
    for _, _, file in (stems_of(old)[layer, 48] for layer in Layer):
        file.unlink()
    report = conformed(old, cut(tmp_path, "new", film, A, B))
    assert sum("It is made again from the score" in warning for warning in report.warnings) == 3
    for layer in Layer:
        assert np.abs(sound(report.output, layer, 48) - before[layer]).max() <= 3  # the dither


def test_a_dissolve_moves_no_sound(tmp_path: Path, old: Path, film: Path) -> None:
    report = conformed(old, cut(tmp_path, "new", film, A, dissolve(6, 6), B))
    for layer in Layer:
        np.testing.assert_array_equal(sound(report.output, layer, 0)[:80_000], sound(old, layer, 0)[:80_000])


def test_stems_that_came_another_way_are_conformed_with_their_score(tmp_path: Path, old: Path, film: Path) -> None:
    source = cut(tmp_path, "old", film, A, B)
    score = tmp_path / "score.json"
    made = make_stems(Job(source, words=WORDS, output=tmp_path / "old.foley.xml", score=score), quiet)
    new = cut(tmp_path, "new", film, B, A)
    with pytest.raises(ScoreError, match="--from-score"):
        conformed(made.output, new)
    report = conformed(made.output, new, old_score=score)
    assert [row.what for row in report.rows] == [("reordered",), ("moved +01:12",)]
    for layer in Layer:
        assert np.abs(sound(report.output, layer, 36)[4800:20_000] - sound(old, layer, 0)[4800:20_000]).max() <= 1


def test_it_can_be_written_for_another_program(tmp_path: Path, old: Path, film: Path) -> None:
    report = conformed(old, cut(tmp_path, "new", film, B, A), output=tmp_path / "new.fcpxml", stems_only=True)
    assert report.output.suffix == ".fcpxml"
    assert len(list(report.media_folder.iterdir())) == 6


def test_what_is_gone_is_told(tmp_path: Path, old: Path, film: Path) -> None:
    report = conformed(old, cut(tmp_path, "new", film, gap(10), B))
    assert [(row.name, row.what) for row in report.rows] == [
        ("drop two", ("moved -01:14",)),
        ("drop one", ("deleted",)),
    ]
    assert report.rows[1].now is None


def test_a_dry_run_tells_and_writes_nothing(
    tmp_path: Path, old: Path, film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = cut(tmp_path, "new", film, B, ("drop three", 100, 40), A)
    before = sorted(tmp_path.iterdir())
    assert main(["conform", str(old), str(new), "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [shot["what"] for shot in told["shots"]] == [["reordered"], ["added"], ["moved +03:04"]]
    assert sorted(tmp_path.iterdir()) == before


def test_the_command_conforms_and_says_what_happened(
    tmp_path: Path, old: Path, film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = cut(tmp_path, "new", film, B, A)
    output = tmp_path / "out.otio"
    assert main(["conform", str(old), str(new), "-o", str(output), "--json"]) == 0
    done = [json.loads(line) for line in capsys.readouterr().out.splitlines()][-1]
    assert done["event"] == "done" and done["output"] == str(output)
    assert otio.adapters.read_from_file(str(output)).tracks[-1].name == "Foley Material"


def test_a_new_cut_that_still_has_the_old_stems_gets_a_take_beside_them(tmp_path: Path, old: Path, film: Path) -> None:
    written = otio.adapters.read_from_file(str(old))
    shots = list(written.tracks[0])
    del written.tracks[0][:]
    written.tracks[0].extend([shots[1], shots[0]])
    new = old.with_name("ripple.otio")
    otio.adapters.write_to_file(written, str(new))
    report = conformed(old, new)
    assert report.take == 2
    assert any("mute or delete them" in warning for warning in report.warnings)
    names = [item.name for item in otio.adapters.read_from_file(str(report.output)).find_clips()]
    assert len(set(names)) == len(names)


def test_timelines_without_stems_or_without_anything_in_common_are_refused(
    tmp_path: Path, old: Path, film: Path
) -> None:
    bare = cut(tmp_path, "bare", film, A)
    with pytest.raises(TimelineError, match="has no Foleyline stems"):
        conformed(bare, bare)
    with pytest.raises(TimelineError, match="has no take 4; it has 1"):
        conformed(old, bare, take=4)
    other = save(timeline(track(clip("x", 10, url="elsewhere.mov", available=span(0, 100)))), tmp_path / "other.otio")
    with pytest.raises(TimelineError, match="no clip of it plays the same file"):
        conformed(old, other)


def test_new_footage_that_is_not_there_is_told_or_left_out(tmp_path: Path, old: Path, film: Path) -> None:
    shots = [clip(name, n, start=s, url=film.as_uri(), available=span(0, 144)) for name, s, n in (A, B)]
    lost = clip("lost", 20, url="lost.mov", available=span(0, 100))
    new = save(timeline(track(shots[0], lost, shots[1])), tmp_path / "new.otio")
    with pytest.raises(MissingMediaError, match=r"no media: there is no file .*lost\.mov"):
        conformed(old, new)
    report = conformed(old, new, skip_missing=True)
    assert {frame for _, frame in stems_of(report.output)} == {0, 68}


def test_it_needs_no_picture_where_nothing_is_new(tmp_path: Path, old: Path) -> None:
    shots = [clip(name, n, start=s, url="ball.mp4", available=span(0, 144)) for name, s, n in (B, A)]
    report = conformed(old, save(timeline(track(*shots)), tmp_path / "offline.otio"))
    assert len(report.rows) == 2


def test_a_hit_of_a_slid_stem_sounds_once_where_it_was_slid_to(tmp_path: Path, old: Path, film: Path) -> None:
    """The editor has put action and material of the second shot 6 frames later; then the first shot goes."""
    written = otio.adapters.read_from_file(str(old))
    for layer in written.tracks[-2:]:
        item = list(layer.find_clips())[1]
        source = item.source_range
        late = source.start_time - otio.opentime.RationalTime(6, 24)
        item.source_range = otio.opentime.TimeRange(late, source.duration)
    slid = old.with_name("slid.otio")
    otio.adapters.write_to_file(written, str(slid))
    before = [at - 48 for at in bounces(old) if at >= 48]
    report = conformed(slid, cut(tmp_path, "new", film, B))
    assert bounces(report.output) == pytest.approx([at + 6 for at in before], abs=0.05)
    heard, was = sound(report.output, "material", 0), sound(slid, "material", 48)
    assert np.abs(heard - was)[24_000:].max() <= 3


def test_a_place_of_its_own_gets_its_own_ambience(tmp_path: Path, old: Path, film: Path) -> None:
    report = conformed(old, cut(tmp_path, "new", film, A, gap(60), ("drop three", 100, 40)))
    assert level_db(sound(report.output, "ambient", 108)) > 20
    assert [row.what for row in report.rows] == [("unchanged",), ("added",), ("deleted",)]


def test_a_trimmed_shot_that_is_turned_round_is_told_from_its_new_head(tmp_path: Path, old: Path, film: Path) -> None:
    turned = clip("drop one", 24, start=0, url=film.as_uri(), available=span(0, 144), speed=-1.0)
    report = conformed(old, save(timeline(track(turned)), tmp_path / "new.otio"))
    assert report.rows[0].what == ("retimed 100 % to -100 %", "head -01:00")


def test_what_hands_have_put_over_a_new_cut_stays(tmp_path: Path, old: Path, film: Path) -> None:
    """A knock of the shot before rings into the second; the editor has put a tone there."""
    made = make_stems(Job(cut(tmp_path, "old", film, A, B), words=WORDS), quiet).output
    _, head, file = stems_of(made)["material", 48]
    samples, rate = soundfile.read(file, dtype="int16")
    tone = (3000 * np.sin(np.arange(24_000) / 10)).astype(np.int16)
    samples[head * 2000 : head * 2000 + 24_000] = tone[:, None]
    soundfile.write(file, samples, rate, subtype="PCM_16")
    report = conformed(made, cut(tmp_path, "new", film, B))
    np.testing.assert_array_equal(sound(report.output, "material", 0)[:24_000, 0], tone)
    assert any("was changed by hand" in warning for warning in report.warnings)


def test_sounds_of_a_stem_that_was_taken_off_do_not_come_back(tmp_path: Path, old: Path, film: Path) -> None:
    """The editor has deleted the action of the second shot; that of the first carries some of it in its handle."""
    written = otio.adapters.read_from_file(str(old))
    layer = written.tracks[-2]
    (index,) = [number for number, item in enumerate(layer) if "-002-" in item.name]
    layer[index] = otio.schema.Gap(source_range=layer[index].source_range)
    off = old.with_name("off.otio")
    otio.adapters.write_to_file(written, str(off))
    report = conformed(off, cut(tmp_path, "new", film, A, B, ("drop three", 100, 20)))
    assert not [at for at in bounces(report.output) if 48 <= at < 84]


def test_stopping_leaves_nothing(tmp_path: Path, old: Path, film: Path) -> None:
    class Stopped:
        def is_set(self) -> bool:
            return True

    new = cut(tmp_path, "new", film, ("drop three", 100, 40), A)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CancelledError):
        conform_stems(ConformJob(old, Job(new)), quiet, Stopped())
    assert sorted(tmp_path.iterdir()) == before


def test_a_score_of_something_else_is_refused_in_words(tmp_path: Path, old: Path, film: Path) -> None:
    score = scores_of(old)[0]
    path = tmp_path / "score.json"
    made = make_stems(Job(cut(tmp_path, "old", film, A, B), words=WORDS, output=tmp_path / "old.foley.xml"), quiet)
    write_scores(path, [replace(score, record_start=Fraction(500))])
    with pytest.raises(FoleylineError, match="the score has nothing where"):
        conformed(made.output, cut(tmp_path, "new", film, B, A), old_score=path)
    with pytest.raises(ScoreError, match="carries the score of its stems"):
        conformed(old, cut(tmp_path, "new", film, B, A), old_score=path)


def test_one_file_a_track_over_a_hole_comes_back_as_it_was(tmp_path: Path, film: Path) -> None:
    """Where scenes were joined by fades what sounds is made again, and nothing is lost."""
    items = (("drop one", 0, 48), gap(36), ("drop two", 57, 39))
    made = make_stems(Job(cut(tmp_path, "old", film, *items), words=WORDS, one_file_per_track=True), quiet)
    for name, one_file in (("one", True), ("each", False)):
        report = conformed(made.output, cut(tmp_path, name, film, *items), one_file_per_track=one_file)
        assert [row.what for row in report.rows] == [("unchanged",)] * 2
        for layer in Layer:
            before = sound(made.output, layer, 0)
            for first, last in ((0, 48), (84, 123)):
                place = first if not one_file else 0
                after = sound(report.output, layer, place)[: (last - place) * 2000]
                if one_file:
                    after = after[first * 2000 : last * 2000]
                was = before[first * 2000 : last * 2000]
                assert abs(level_db(after) - level_db(was)) < 0.5, (name, layer, first)
                quarter = 12_000
                assert abs(level_db(after[:quarter]) - level_db(was[:quarter])) < 3.5, (name, layer, first)
                inner = slice(quarter, len(was) - quarter)
                assert np.abs(after[inner] - was[inner]).max() <= 3, (name, layer, first)
        if one_file:
            hole = slice(48 * 2000 + 24_000, 84 * 2000 - 24_000)
            assert np.abs(sound(report.output, "ambient", 0)[hole]).max() <= 1


def level_db(samples: Any) -> float:
    return float(10 * np.log10(np.mean(np.square(samples.astype(float))) + 0.1))
