from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest
import soundfile
from opentimelineio.opentime import RationalTime, TimeRange
from wavinfo import WavInfoReader

from engine.score.reading import read_scores
from engine.score.score import write_scores
from engine.types import (
    CancelledError,
    FoleylineError,
    Layer,
    MissingMediaError,
    OutputError,
    ScoreError,
    SettingError,
    Settings,
)
from plugin.carried import scores_of
from plugin.cli import main
from plugin.commands import report_json
from plugin.timeline.select import Choice
from plugin.workflow import Job, Report, make_stems
from tests.plugin.watching import quiet

WORDS = "a rubber ball bounces on a wooden floor, light rain"


def run(cut: Path, **changes: Any) -> Report:
    words = "" if "from_score" in changes else WORDS
    return make_stems(replace(Job(cut, words=words, handles_frames=12), **changes), quiet)


def placed(path: Path) -> dict[str, list[Any]]:
    timeline = otio.adapters.read_from_file(str(path))
    return {track.name: list(track) for track in timeline.tracks}


def stem_files(report: Report) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(report.media_folder.iterdir())}


def test_three_tracks_come_after_the_editors_own_and_nothing_else_changes(cut: Path) -> None:
    report = run(cut)
    before, after = placed(cut), placed(report.output)
    assert list(after) == ["Picture", "Dialogue", "Foley Ambient", "Foley Action", "Foley Material"]
    original = otio.adapters.read_from_file(str(cut))
    written = otio.adapters.read_from_file(str(report.output))
    del written.tracks[2:]
    assert written.is_equivalent_to(original)
    assert len(before["Picture"]) == 4
    for name in report.tracks:
        assert [item.duration().to_frames() for item in after[name]] == [48, 36, 24, 24]
        assert isinstance(after[name][2], otio.schema.Gap)


def test_a_list_is_sounded_at_the_rate_that_is_given(cut: Path, film: Path) -> None:
    event = f"001  AX V C 00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00\n* SOURCE FILE: {film}\n"
    cut.with_suffix(".edl").write_text(f"TITLE: Reel\n{event}")
    report = run(cut.with_suffix(".edl"), rate=Fraction(24), output=cut.with_name("out.otio"))
    (clip,) = placed(report.output)["Foley Action"]
    assert clip.source_range.duration == RationalTime(48, 24)


def test_every_stem_is_exact_to_the_sample_and_stamped(cut: Path) -> None:
    report = run(cut)
    written = otio.adapters.read_from_file(str(report.output))
    for clip in next(track for track in written.tracks if track.name == "Foley Action").find_clips():
        path = report.output.parent / clip.media_reference.target_url
        sound = soundfile.info(path)
        frames = int(clip.available_range().duration.value)
        assert (sound.samplerate, sound.channels, sound.subtype) == (48_000, 2, "PCM_16")
        assert sound.frames == frames * 2000
        start = clip.range_in_parent().start_time.to_frames()
        info = WavInfoReader(str(path))
        assert info.bext.time_reference == (86400 + start - 12) * 2000  # of the file, which begins with its handle
        assert info.ixml is not None
        note = info.ixml.raw_xml.findtext("NOTE")
        assert WORDS in note and "licence: yours" in note


def test_the_same_command_gives_the_same_bytes(cut: Path) -> None:
    one, two = run(cut, output=cut.parent / "one.otio"), run(cut, output=cut.parent / "two.otio")
    assert stem_files(one) == stem_files(two)
    assert len(stem_files(one)) == 9


def test_contiguous_shots_are_one_sound_across_their_cut(cut: Path) -> None:
    report = run(cut)
    clips = [c for c in placed(report.output)["Foley Ambient"] if isinstance(c, otio.schema.Clip)]
    first, second = (soundfile.read(report.output.parent / c.media_reference.target_url)[0] for c in clips[:2])
    seam = 12 * 2000 + 48 * 2000  # of the first file; its tail handle repeats what the second begins with
    tail, head = first[seam:], second[12 * 2000 : 24 * 2000]
    assert np.abs(tail - head).max() < 4 / 32768  # but for the dither


def test_a_second_run_adds_a_take_and_overwrites_nothing(cut: Path) -> None:
    first = run(cut)
    kept = {path: path.read_bytes() for path in (first.output, *first.media_folder.iterdir())}
    second = run(first.output, settings=replace(Job(cut).settings, seed=5))
    assert second.take == 2 and second.tracks == ("Foley Ambient 2", "Foley Action 2", "Foley Material 2")
    assert list(placed(second.output))[-6:] == [*first.tracks, *second.tracks]
    again = run(cut)
    assert again.output != first.output
    assert all(path.read_bytes() == content for path, content in kept.items())


def test_a_run_after_the_tracks_were_renamed_is_another_take(cut: Path) -> None:
    first = run(cut)
    written = otio.adapters.read_from_file(str(first.output))
    for track in written.tracks:
        track.name = track.name.replace("Foley", "FX")
    otio.adapters.write_to_file(written, str(cut))
    second = run(cut)
    assert second.take == 2
    assert not set(stem_files(first)) & set(stem_files(second))


def test_a_given_name_that_is_taken_gives_way_to_the_next_free_one(cut: Path) -> None:
    taken = cut.parent / "mine.otio"
    taken.write_text("precious")
    report = run(cut, output=taken)
    assert report.output != taken and taken.read_text() == "precious"


def test_two_runs_at_once_each_have_names_of_their_own(cut: Path) -> None:
    other: list[Report] = []

    def progress(name: str, stage: str, fraction: float) -> None:
        if stage == "writing" and not other:
            other.append(run(cut, score=cut.parent / "s.json"))

    mine = make_stems(Job(cut, words=WORDS, handles_frames=12, score=cut.parent / "s.json"), progress)
    assert [other[0].output.name, mine.output.name] == ["cut.foley.otio", "cut.foley-2.otio"]
    assert [other[0].media_folder.name, mine.media_folder.name] == ["cut-foley-stems", "cut-foley-2-stems"]
    assert [one.extras[0].name for one in (other[0], mine)] == ["s.json", "s-2.json"]
    assert stem_files(mine) == stem_files(other[0])


def test_a_full_disk_is_told_by_a_name_that_the_user_knows(cut: Path) -> None:
    there = sorted(cut.parent.iterdir())
    code = (
        "import resource, sys; from plugin.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        f"sys.exit(main(['stems', {str(cut)!r}, '--prompt', {WORDS!r}, '--out', '01:00:02:00']))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "too large" in ended.stderr and ".foleyline" not in ended.stderr and "Traceback" not in ended.stderr
    assert sorted(cut.parent.iterdir()) == there


def test_the_timeline_alone_carries_the_score(cut: Path, tmp_path: Path) -> None:
    report = run(cut, score=tmp_path / "score.json")
    assert scores_of(report.output) == read_scores(tmp_path / "score.json")
    with pytest.raises(ScoreError, match="carries no Foleyline score"):
        scores_of(cut)


def test_sounding_the_score_again_gives_the_same_stems(cut: Path, tmp_path: Path) -> None:
    report = run(cut, score=tmp_path / "score.json", settings=Settings(seed=7))
    again = run(cut, from_score=tmp_path / "score.json", settings=Settings())
    assert list(stem_files(again).values()) == list(stem_files(report).values())


def test_words_beside_a_score_are_refused(cut: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="score is sounded as it is written"):
        run(cut, from_score=tmp_path / "score.json", words="thunder")


def test_one_edited_note_changes_only_its_own_samples(cut: Path, tmp_path: Path) -> None:
    report = run(cut, score=tmp_path / "score.json")
    scores = read_scores(tmp_path / "score.json")
    notes = list(scores[0].notes)
    chosen = next(number for number, note in enumerate(notes) if note.layer is Layer.MATERIAL)
    notes[chosen] = replace(notes[chosen], params={**notes[chosen].params, "struck": "glass"})
    write_scores(tmp_path / "edited.json", [replace(scores[0], notes=tuple(notes)), *scores[1:]])
    again = run(cut, from_score=tmp_path / "edited.json")
    old, new = stem_files(report), stem_files(again)
    changed = [name for name in old if old[name] != new[name]]
    assert any("Material-001" in name for name in changed)
    start = round(notes[chosen].start_s * 48_000) + 12 * 2000
    for name in changed:  # on the other stems, what the limiter makes of the new sum
        before, after = (soundfile.read(one.media_folder / name, dtype="int16")[0] for one in (report, again))
        where = np.flatnonzero((before != after).any(axis=1))
        shift = 0 if "-001" in name else 48 * 2000  # the second clip's handle hears the end of the first
        assert start - 500 <= where[0] + shift and where[-1] + shift < start + 2 * 48_000


def test_a_score_brings_its_own_range(cut: Path, tmp_path: Path) -> None:
    report = run(cut, score=tmp_path / "score.json", choice=Choice(range="01:00:01:00-01:00:03:00"))
    again = run(cut, from_score=tmp_path / "score.json")
    assert list(stem_files(again).values()) == list(stem_files(report).values())
    assert [shot.timecode for shot in again.shots] == [shot.timecode for shot in report.shots]


def test_a_score_of_another_range_is_refused(cut: Path, tmp_path: Path) -> None:
    run(cut, score=tmp_path / "score.json", choice=Choice(clip="drop one"))
    with pytest.raises(ScoreError, match="choose the range that the score was made for"):
        run(cut, from_score=tmp_path / "score.json", choice=Choice(clip="drop three"))


def test_the_words_place_a_hit_to_the_sample(cut: Path) -> None:
    report = run(cut, words="a door slam at 1.25s, no ball, no rain", handles_frames=0)
    files = {path.name: path for path in report.media_folder.iterdir()}
    sound = soundfile.read(next(path for name, path in files.items() if "Action-001" in name))[0]
    loud = np.flatnonzero(np.abs(sound).max(axis=1) > 0.02 * np.abs(sound).max())
    assert abs(loud[0] - 60_000) <= 3 * 48


@pytest.mark.parametrize("kind", [CancelledError, OutputError])
def test_nothing_stays_behind_when_it_stops_halfway(cut: Path, kind: type[FoleylineError]) -> None:
    there = sorted(cut.parent.iterdir())
    stop = threading.Event()

    def progress(name: str, stage: str, fraction: float) -> None:
        if stage == "writing":
            if kind is CancelledError:
                stop.set()
            else:
                raise OutputError("the disk is full")

    with pytest.raises(kind):
        make_stems(Job(cut, words=WORDS, score=cut.parent / "s.json"), progress, stop)
    assert sorted(cut.parent.iterdir()) == there


def test_what_a_killed_run_left_goes_with_the_next_one(cut: Path) -> None:
    code = (
        "import os; from pathlib import Path; from plugin.workflow import Job, make_stems\n"
        f"job = Job(Path({str(cut)!r}), words={WORDS!r})\n"
        "make_stems(job, lambda name, stage, done: stage == 'writing' and os.kill(os.getpid(), 9))"
    )
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert killed.returncode == -9
    assert [path for path in cut.parent.iterdir() if path.name.startswith(".foleyline-")]
    assert not [path for path in cut.parent.iterdir() if path.suffix == ".otio" and path != cut]
    run(cut)
    assert not [path for path in cut.parent.iterdir() if path.name.startswith(".")]


def test_missing_media_stops_or_is_left_out_as_asked(cut: Path) -> None:
    data = json.loads(cut.read_text())
    data["tracks"]["children"][0]["children"][1]["media_references"]["DEFAULT_MEDIA"]["target_url"] = "gone.mov"
    cut.write_text(json.dumps(data))
    with pytest.raises(MissingMediaError, match=r"drop two.*gone.mov.*--skip-missing"):
        run(cut)
    report = run(cut, skip_missing=True)
    assert [shot.name for shot in report.shots] == ["drop one", "drop three"]
    assert any("gone.mov" in warning for warning in report.warnings)


@pytest.mark.parametrize("how", [[], ["--json"], ["--explain"]])
def test_the_command_tells_what_it_placed(cut: Path, how: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stems", str(cut), "--prompt", WORDS + ", zzyzx", "--out", "01:00:02:00", *how]) == 0
    told = capsys.readouterr().out
    if how == ["--json"]:
        lines = [json.loads(line) for line in told.splitlines()]
        assert {line["stage"] for line in lines if line["event"] == "progress"} == {"looking", "sounding", "writing"}
        assert lines[-1]["event"] == "done" and lines[-1]["tracks"][0] == "Foley Ambient"
        assert lines[-1]["lufs"]["mix"] < -20
    else:
        assert "drop one" in told and "LUFS" in told and "Foley Material" in told and "cut.foley.otio" in told
        assert ("asked for in" in told) == (how == ["--explain"])


def test_programs_are_told_what_the_limiter_took(cut: Path) -> None:
    report = run(cut)
    loud = replace(report, levels=replace(report.levels, limited_db=3.5))
    assert report_json(loud)["limited_db"] == 3.5


def test_what_is_asked_for_and_not_heard_is_told(cut: Path) -> None:
    report = run(cut, words="rain, thunder, a knock on wood at 30s")
    assert [warning.split('"')[1] for warning in report.warnings if "is not heard" in warning] == [
        "thunder",
        "knock on wood at 30s",
    ]


def test_only_the_stems_on_a_timeline_of_their_own(cut: Path) -> None:
    report = run(cut, stems_only=True)
    assert list(placed(report.output)) == ["Foley Ambient", "Foley Action", "Foley Material"]
    written = otio.adapters.read_from_file(str(report.output))
    assert written.global_start_time == RationalTime(86400, 24)


def test_preview_and_picture_show_the_range(cut: Path, tmp_path: Path) -> None:
    import av

    report = run(cut, preview=tmp_path / "p.mp4", picture=tmp_path / "p.png")
    assert [path.name for path in report.extras] == ["p.png", "p.mp4"]
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    with av.open(str(tmp_path / "p.mp4")) as movie:
        assert sum(1 for _ in movie.decode(video=0)) == 132
        assert movie.streams.video[0].average_rate == Fraction(24)
    with av.open(str(tmp_path / "p.mp4")) as movie:
        samples = sum(frame.samples for frame in movie.decode(audio=0))
        assert abs(samples - 132 * 2000) <= 2048  # AAC comes in frames of 1024


def test_one_file_a_track_holds_what_the_clips_own_files_hold(cut: Path) -> None:
    apart, whole = run(cut), run(cut, one_file_per_track=True)
    assert len(list(whole.media_folder.iterdir())) == 3
    for layer in ("Ambient", "Action", "Material"):
        (one,) = placed(whole.output)[f"Foley {layer}"]
        assert one.duration().to_frames() == 48 + 36 + 24 + 24
        track = placed(apart.output)[f"Foley {layer}"]
        first = next(item for item in track if isinstance(item, otio.schema.Clip))
        middle = slice((12 + 6) * 2000, (12 + 42) * 2000)  # of the first clip, away from its ends
        dither = 2 / 32768
        np.testing.assert_allclose(sound_of(whole, one)[middle], sound_of(apart, first)[middle], atol=dither)
        assert len(sound_of(whole, one)) == (12 + 132 + 12) * 2000
    assert scores_of(whole.output) == scores_of(apart.output)


def sound_of(report: Report, clip: Any) -> np.ndarray:
    sound, _ = soundfile.read(report.output.parent / clip.media_reference.target_url)
    return np.asarray(sound)


def test_for_resolve_the_stamped_files_are_found_at_their_own_timecode(cut: Path) -> None:
    report = run(cut, host="resolve")
    (clip, *_) = [item for item in placed(report.output)["Foley Action"] if isinstance(item, otio.schema.Clip)]
    reference = clip.media_reference
    assert Path(reference.target_url).is_absolute() and Path(reference.target_url).is_file()
    stamp = WavInfoReader(reference.target_url).bext.time_reference
    assert reference.available_range.start_time.value * 2000 == stamp
    assert clip.source_range.start_time.value == 86400


def test_a_name_of_no_known_kind_is_refused_before_the_work(cut: Path) -> None:
    with pytest.raises(OutputError, match=r"cut\.prproj: .*use \.otio or \.fcpxml"):
        run(cut, output=cut.with_name("cut.prproj"))
    with pytest.raises(FoleylineError, match='"resolv" is no program'):
        run(cut, host="resolv")


def test_broken_media_are_gone_on_without_when_asked(cut: Path, film: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(film.read_bytes()[:3000])
    timeline = otio.adapters.read_from_file(str(cut))
    timeline.tracks[0][1].media_reference.target_url = broken.as_uri()
    otio.adapters.write_to_file(timeline, str(cut))
    assert main(["stems", str(cut), "--prompt", WORDS]) == 1
    assert main(["stems", str(cut), "--prompt", WORDS, "--skip-missing"]) == 0
    clips = [
        item for item in placed(cut.with_name("cut.foley.otio"))["Foley Action"] if isinstance(item, otio.schema.Clip)
    ]
    assert len(clips) == 3


def test_the_same_score_sounds_the_same_under_other_names(cut: Path, tmp_path: Path) -> None:
    first = run(cut, score=tmp_path / "score.json")
    second = run(first.output, from_score=tmp_path / "score.json")
    assert second.take == 2
    for one, other in zip(sorted(first.media_folder.iterdir()), sorted(second.media_folder.iterdir()), strict=True):
        assert one.name != other.name
        np.testing.assert_array_equal(soundfile.read(one, dtype="int16")[0], soundfile.read(other, dtype="int16")[0])


@pytest.mark.parametrize("suffix", [".otioz", ".fcpxml", ".xml", ".aaf", ".edl"])
def test_the_name_says_the_kind_of_file(cut: Path, suffix: str) -> None:
    report = run(cut, output=cut.with_name(f"out{suffix}"))
    assert report.output.suffix == suffix and report.output.stat().st_size > 0
    told = " ".join(report.warnings)
    assert ("carry no score" in told) is (suffix != ".otioz")


def test_a_folder_that_resolve_misreads_is_refused_before_the_work(cut: Path, tmp_path: Path) -> None:
    (tmp_path / "100%").mkdir()
    with pytest.raises(OutputError, match="misreads"):
        run(cut, host="resolve", output=tmp_path / "100%" / "cut.otio")


def test_a_timeline_is_read_once_and_may_go_while_its_stems_are_made(cut: Path) -> None:
    expected = run(cut, output=cut.with_name("one.otio"))
    gone: list[str] = []

    def remove(name: str, stage: str, fraction: float) -> None:
        if cut.exists():
            gone.append(stage)
            cut.unlink()

    report = make_stems(Job(cut, words=WORDS, handles_frames=12, output=cut.with_name("two.otio")), remove)
    assert gone
    for path in (expected.output, report.output):
        assert list(placed(path)) == ["Picture", "Dialogue", *report.tracks]
    assert expected.output.read_text().replace("one-stems", "two-stems") == report.output.read_text()


def fades_of(path: Path) -> dict[str, list[tuple[int, int]]]:
    """Where each track's transitions reach, in frames before and after their cuts."""
    found = {
        name: [one for one in items if isinstance(one, otio.schema.Transition)] for name, items in placed(path).items()
    }
    return {
        name: [(int(one.in_offset.value), int(one.out_offset.value)) for one in these] for name, these in found.items()
    }


def test_fades_are_where_stems_begin_and_end_and_never_in_the_files(cut: Path) -> None:
    plain = stem_files(run(cut))
    report = run(cut, fades_frames=6)
    ends = [(0, 6), (6, 0), (0, 6), (6, 0)]  # of two clips that touch, and of one alone
    assert fades_of(report.output) == {"Picture": [], "Dialogue": [], **dict.fromkeys(report.tracks, ends)}
    assert [path.read_bytes() for path in sorted(report.media_folder.iterdir())] == list(plain.values())


def test_one_file_fades_at_its_outer_ends(cut: Path) -> None:
    report = run(cut, fades_frames=6, one_file_per_track=True)
    assert {tuple(fades_of(report.output)[name]) for name in report.tracks} == {((0, 6), (6, 0))}


def test_fades_longer_than_the_handles_are_refused_before_the_work(cut: Path) -> None:
    with pytest.raises(SettingError, match="--handles 13"):
        run(cut, fades_frames=13)
    assert not list(cut.parent.glob("cut.foley*"))


def test_stems_cross_where_two_scenes_meet(cut: Path) -> None:
    """Scenes are apart by less than half a frame here: to the frame their stems touch."""
    timeline = otio.adapters.read_from_file(str(cut))
    timeline.tracks[0].insert(1, otio.schema.Gap(source_range=TimeRange(RationalTime(0, 24), RationalTime(0.4, 24))))
    otio.adapters.write_to_file(timeline, str(cut))
    report = run(cut, fades_frames=6)
    assert fades_of(report.output)["Foley Action"] == [(0, 6), (3, 3), (6, 0), (0, 6), (6, 0)]
