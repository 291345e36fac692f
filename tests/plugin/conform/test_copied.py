"""Where pictures are as they were, new stems hold the old samples: each one, at its place, counted with integers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest
import soundfile

from engine.media.wave import Depth
from engine.types import Layer
from plugin.conform.conform import ConformJob, ConformReport, conform_stems
from plugin.conform.old import old_stems, sources
from plugin.conform.plan import plan_conform
from plugin.conform.sound import Copy, left_over
from plugin.job import Job
from plugin.timeline.document import open_document
from plugin.timeline.read import read_document
from tests.plugin.conform.olds import counting_old, cut, read_counts, stems_of
from tests.plugin.watching import quiet

NTSC = [Fraction(nominal * 1000, 1001) for nominal in (24, 30, 60)]
RATES = [*NTSC, *map(Fraction, (24, 25, 30, 50, 60))]

A, B, C = ("A", 0, 50), ("B", 100, 40), ("C", 200, 61)
CUTS = {
    "unchanged": (A, B, C),
    "shifted": (17, A, B, C),
    "reordered": (C, A, B),
    "trimmed at the head": (("A", 7, 43), B, C),
    "trimmed at the tail": (("A", 0, 33), B, C),
    "split and parted": (("A", 0, 20), C, ("A", 20, 30), B),
    "deleted": (A, C),
    "used twice": (A, B, A),
    "lifted": (A, 40, C),
}


def conformed(old: Path, new: Path, **changes: object) -> ConformReport:
    return conform_stems(ConformJob(old, Job(new), **changes), quiet)  # type: ignore[arg-type]


def sample(frame: int, rate: Fraction) -> int:
    return (2 * 48_000 * frame * rate.denominator + rate.numerator) // (2 * rate.numerator)


def old_frame(film_frame: int) -> int:
    """Where the old cut A, B, C shows a frame of the film."""
    for (_, first, frames), begins in ((A, 0), (B, 50), (C, 90)):
        if first <= film_frame < first + frames:
            return begins + film_frame - first
    raise AssertionError(film_frame)


@pytest.mark.parametrize("name", CUTS)
@pytest.mark.parametrize("rate", RATES, ids=str)
def test_every_sample_under_a_kept_picture_is_the_old_one(tmp_path: Path, rate: Fraction, name: str) -> None:
    report = conformed(counting_old(tmp_path, A, B, C, rate=rate), cut(tmp_path, "new", *CUTS[name], rate=rate))
    stems, at = stems_of(report.output), 0
    for take in CUTS[name]:
        if isinstance(take, int):
            at += take
            continue
        was = old_frame(take[1])
        for layer in Layer:
            frames, head, file = stems[layer, at]
            assert frames == take[2]
            counts = read_counts(file)
            first = sample(at, rate) - sample(at - head, rate)
            length = sample(at + frames, rate) - sample(at, rate)
            shown = counts[first : first + length]
            np.testing.assert_array_equal(shown, sample(was, rate) + np.arange(length))
        at += take[2]
    assert len(stems) == 3 * sum(not isinstance(take, int) for take in CUTS[name])


def test_an_unchanged_cut_gets_the_same_files(tmp_path: Path) -> None:
    old = counting_old(tmp_path, A, B, C)
    report = conformed(old, cut(tmp_path, "new", A, B, C))
    before, after = stems_of(old), stems_of(report.output)
    assert before.keys() == after.keys()
    for place, (frames, head, file) in after.items():
        assert (frames, head) == before[place][:2]
        np.testing.assert_array_equal(read_counts(file), read_counts(before[place][2]))
    assert [row.what for row in report.rows] == [("unchanged",)] * 3
    assert all(row.made_s == 0 for row in report.rows)


def test_the_new_files_are_stamped_for_their_new_place(tmp_path: Path) -> None:
    report = conformed(counting_old(tmp_path, A), cut(tmp_path, "new", 17, A))
    _, head, file = stems_of(report.output)["ambient", 17]
    raw = file.read_bytes()
    at = raw.index(b"bext") + 8 + 256 + 32 + 32 + 10 + 8
    assert int.from_bytes(raw[at : at + 8], "little") == (86400 + 17 - head) * 2000


def test_a_sound_that_hands_have_changed_stays_as_they_made_it(tmp_path: Path) -> None:
    old = counting_old(tmp_path, A, B)
    file = stems_of(old)["action", 50][2]
    sound, rate = soundfile.read(file, dtype="int16")
    soundfile.write(file, sound // 3, rate, subtype="PCM_16")
    report = conformed(old, cut(tmp_path, "new", B, A))
    copied, _ = soundfile.read(stems_of(report.output)["action", 0][2], dtype="int16")
    head = 24 * 2000
    np.testing.assert_array_equal(copied[head : head + 80_000], sound[head : head + 80_000] // 3)


def test_stems_of_24_bit_stay_so(tmp_path: Path) -> None:
    report = conformed(counting_old(tmp_path, A, B, depth=Depth.INT24), cut(tmp_path, "new", B, A))
    file = stems_of(report.output)["material", 0][2]
    assert soundfile.info(file).subtype == "PCM_24"
    assert read_counts(file)[24 * 2000] == 50 * 2000


def test_a_stem_that_was_slid_stays_slid(tmp_path: Path) -> None:
    """An editor has moved a stem's sound two frames later under its picture."""
    old = counting_old(tmp_path, A, B)
    written = otio.adapters.read_from_file(str(old))
    clip = next(item for item in written.tracks[2].find_clips() if "-002-" in item.name)
    source = clip.source_range
    clip.source_range = otio.opentime.TimeRange(source.start_time - otio.opentime.RationalTime(2, 24), source.duration)
    otio.adapters.write_to_file(written, str(old))
    report = conformed(old, cut(tmp_path, "new", B, A))
    _, head, file = stems_of(report.output)["action", 0]
    assert read_counts(file)[head * 2000] == 48 * 2000


def test_layers_that_were_taken_off_stay_off(tmp_path: Path) -> None:
    old = counting_old(tmp_path, A, B, layers=(Layer.AMBIENT, Layer.MATERIAL))
    report = conformed(old, cut(tmp_path, "new", B, A))
    assert {layer for layer, _ in stems_of(report.output)} == {"ambient", "material"}


def test_shots_that_had_no_stems_get_none(tmp_path: Path) -> None:
    old = counting_old(tmp_path, A, B, C, covered=slice(1, 2))
    report = conformed(old, cut(tmp_path, "new", C, B, A))
    assert {frame for _, frame in stems_of(report.output)} == {61}


def test_the_same_command_gives_the_same_bytes(tmp_path: Path) -> None:
    old, new = counting_old(tmp_path, A, B, C), cut(tmp_path, "new", C, ("A", 5, 30), B)
    one, other = conformed(old, new), conformed(old, new)
    names = [sorted(path.name for path in report.media_folder.iterdir()) for report in (one, other)]
    assert names[0] == names[1]
    for name in names[0]:
        assert (one.media_folder / name).read_bytes() == (other.media_folder / name).read_bytes()


def test_it_can_be_conformed_on_and_on(tmp_path: Path) -> None:
    """There and back: every sample is where it was."""
    old = counting_old(tmp_path, A, B, C)
    there = conformed(old, cut(tmp_path, "new", C, 5, A, B))
    back = conformed(there.output, cut(tmp_path, "again", A, B, C))
    for (layer, frame), (frames, head, file) in stems_of(back.output).items():
        shown = read_counts(file)[head * 2000 : (head + frames) * 2000]
        np.testing.assert_array_equal(shown, frame * 2000 + np.arange(frames * 2000), err_msg=layer)


def test_what_is_lifted_gets_the_fades_that_are_asked_for(tmp_path: Path) -> None:
    """Real fades at the ends of stems that touch nothing; none over a cut, where the sound runs on."""
    old, new = counting_old(tmp_path, A, B, C), cut(tmp_path, "new", A, B, 30, C)
    report = conform_stems(ConformJob(old, Job(new, fades_frames=8)), quiet)
    written = otio.adapters.read_from_file(str(report.output))
    kinds = [type(item).__name__ for item in written.tracks[-1]]
    assert kinds == ["Transition", "Clip", "Clip", "Transition", "Gap", "Transition", "Clip", "Transition"]
    _, head, file = stems_of(report.output)["ambient", 0]
    np.testing.assert_array_equal(read_counts(file)[head * 2000 : head * 2000 + 10], np.arange(10))


def test_one_file_a_track_holds_all_shots(tmp_path: Path) -> None:
    old, new = counting_old(tmp_path, A, B, C), cut(tmp_path, "new", C, 30, A)
    report = conform_stems(ConformJob(old, Job(new, one_file_per_track=True)), quiet)
    stems = stems_of(report.output)
    assert set(stems) == {(layer, 0) for layer in Layer}
    frames, head, file = stems["action", 0]
    counts = read_counts(file)[head * 2000 :]
    assert frames == 61 + 30 + 50
    np.testing.assert_array_equal(counts[: 61 * 2000], 90 * 2000 + np.arange(61 * 2000))
    np.testing.assert_array_equal(counts[91 * 2000 : 141 * 2000], np.arange(50 * 2000))


def test_a_stem_at_another_speed_is_none_of_ours(tmp_path: Path) -> None:
    old = counting_old(tmp_path, A, B)
    written = otio.adapters.read_from_file(str(old))
    for item in written.tracks[2].find_clips():
        item.effects.append(otio.schema.LinearTimeWarp(time_scalar=0.5))
    otio.adapters.write_to_file(written, str(old))
    report = conformed(old, cut(tmp_path, "new", A, B))
    assert {layer for layer, _ in stems_of(report.output)} == {"ambient", "material"}


def test_shots_without_stems_are_not_called_deleted(tmp_path: Path) -> None:
    old = counting_old(tmp_path, A, B, C, covered=slice(1, 2))
    assert [row.name for row in conformed(old, cut(tmp_path, "new", B)).rows] == ["B"]
    told = conformed(old, cut(tmp_path, "more", B, C)).warnings
    assert any('"C" at 01:00:01:16' in warning for warning in told)


def test_a_run_knows_where_its_old_shots_ended(tmp_path: Path) -> None:
    old = counting_old(tmp_path, A, B)
    plan = plan_conform(ConformJob(old, Job(cut(tmp_path, "new", ("A", 7, 20)))))
    (run,) = plan.scenes[0].runs
    assert (run.opens, run.was_start, run.was_end, run.closes) == tuple(Fraction(at, 24) for at in (0, 7, 27, 50))


def test_handles_reach_into_no_other_stem(tmp_path: Path) -> None:
    old = counting_old(tmp_path, A, B, 40, C)
    document = open_document(old)
    laid, depth = sources(old_stems(document, read_document(document)), [])
    frames = [(source.first // 2000, source.last // 2000) for source in laid[Layer.ACTION]]
    assert (depth, frames) == (Depth.INT16, [(-24, 50), (50, 114), (114, 215)])


@pytest.mark.parametrize(
    ("copies", "left"),
    [
        ([], [(10, 90)]),
        ([(0, 100)], []),
        ([(0, 20), (21, 90)], [(20, 21)]),
        ([(11, 20), (20, 89)], [(10, 11), (89, 90)]),
        ([(0, 5), (95, 99)], [(10, 90)]),
    ],
)
def test_what_is_left_over_is_left_to_the_sample(copies: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
    nothing: Any = None
    assert left_over(10, 90, [Copy(first, last, nothing, 0) for first, last in copies]) == left


def test_stems_of_several_depths_are_all_copied(tmp_path: Path) -> None:
    """As the deepest, which holds them all."""
    old = counting_old(tmp_path, A, B)
    file = stems_of(old)["material", 50][2]
    sound, rate = soundfile.read(file, dtype="int32")
    soundfile.write(file, sound + 3 * 256, rate, subtype="PCM_24")
    stems = stems_of(conformed(old, cut(tmp_path, "new", B, A)).output)
    _, head, made = stems["material", 0]
    copied = soundfile.read(made, dtype="int32")[0][head * 2000 : (head + 40) * 2000]
    np.testing.assert_array_equal(copied, sound[24 * 2000 : 64 * 2000] + 3 * 256)
    _, head, made = stems["action", 36 + 4]
    assert soundfile.info(made).subtype == "PCM_24"
    assert (soundfile.read(made, dtype="int32")[0][head * 2000 :] % 2**16 == 0).all()
