"""Shots are paired by what they show: every frame of the new cut that the old one showed, and no other."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.conform.pairing import Link, pair
from plugin.conform.parts import Fate, parts_of, shots_with_stems
from plugin.timeline.clock import Span
from plugin.timeline.cut import CutClip, Extent, Medium, TrackLabel
from plugin.timeline.topmost import Piece

FRAME = Fraction(1, 24)
TRACK = TrackLabel("V1", "", "Video")

Shown = tuple[str, int, int, Fraction]
"""(film, first frame of it, frames on the timeline, speed)"""

films = st.sampled_from(["one.mov", "two.mov"])
speeds = st.sampled_from([Fraction(1), Fraction(1), Fraction(1), Fraction(1, 2), Fraction(-1), Fraction(2)])
shown = st.tuples(films, st.integers(100, 140), st.integers(1, 30), speeds)
cuts = st.lists(shown, min_size=1, max_size=6)


def pieces(*shots: Shown, start: int = 0) -> list[Piece]:
    made: list[Piece] = []
    at = start
    for film, first, frames, speed in shots:
        record = Span(at * FRAME, (at + frames) * FRAME)
        medium = Medium(film, Path("nowhere") / film)
        clip = CutClip((0, len(made)), TRACK, "Video", film, record, medium, first * FRAME, speed, True)
        made.append(Piece(clip, record))
        at += frames
    return made


def pictures(cut: list[Piece]) -> dict[int, tuple[str, Fraction, Fraction]]:
    """What each frame of a cut shows: film, the film's frame, and at what speed it runs."""
    found = {}
    for piece in cut:
        for frame in range(int(piece.record.start / FRAME), int(piece.record.end / FRAME)):
            source = piece.clip.source_at(frame * FRAME) / FRAME
            found[frame] = (piece.clip.name, source, piece.clip.speed)
    return found


@given(cuts, cuts)
def test_a_frame_at_the_same_speed_is_linked_to_one_that_showed_the_same(old: list[Shown], new: list[Shown]) -> None:
    before, after = pieces(*old), pieces(*new)
    was, now = pictures(before), pictures(after)
    links = [link for link in pair(before, after, FRAME) if link.is_plain]
    for link in links:
        one, other = before[link.old].clip, after[link.new].clip
        assert (one.name, one.speed) == (other.name, other.speed)
        assert other.source_at(link.now.start) == one.source_at(link.was.start)
    for frame, picture in now.items():
        middle = (frame + Fraction(1, 2)) * FRAME
        if not any(link.now.start <= middle <= link.now.end for link in links):
            assert picture not in was.values()


@given(cuts, cuts)
def test_links_lie_in_their_shots_and_not_over_each_other(old: list[Shown], new: list[Shown]) -> None:
    before, after = pieces(*old), pieces(*new)
    links = pair(before, after, FRAME)
    at = Fraction(0)
    for link in links:
        assert link.now.start >= at
        at = link.now.end
        assert link.now.cut_to(after[link.new].record) == link.now
        assert before[link.old].record.start - FRAME <= link.was.start
        assert link.was.end <= before[link.old].record.end + FRAME


@given(cuts, cuts)
def test_the_parts_are_the_whole_new_cut(old: list[Shown], new: list[Shown]) -> None:
    before, after = pieces(*old), pieces(*new)
    parts = parts_of(after, pair(before, after, FRAME), [Span(Fraction(0), before[-1].record.end)], FRAME)
    assert [part.now.start for part in parts[1:]] == [part.now.end for part in parts[:-1]]
    assert parts[0].now.start == 0
    assert parts[-1].now.end == after[-1].record.end
    assert not any(part.fate is Fate.LEFT for part in parts) or not any(part.fate is Fate.KEPT for part in parts)
    stems = shots_with_stems(parts)
    assert sum(shot.now.duration for shot in stems) in (0, after[-1].record.end)


@given(cuts)
def test_a_cut_is_paired_with_itself_shot_by_shot(cut: list[Shown]) -> None:
    links = pair(pieces(*cut), pieces(*cut, start=7), FRAME)
    assert all(link.is_plain for link in links)
    apart = [(film, first, frames, speed) for film, first, frames, speed in cut]
    if len(set(apart)) == len(apart) and all(speed == 1 for *_, speed in cut) and _no_overlap(cut):
        assert [(link.old, link.new, link.shift) for link in links] == [
            (index, index, 7 * FRAME) for index in range(len(cut))
        ]


def _no_overlap(cut: list[Shown]) -> bool:
    frames = [(film, first + number) for film, first, count, _ in cut for number in range(count)]
    return len(set(frames)) == len(frames)


def test_of_two_shots_of_the_same_the_one_in_order_is_taken() -> None:
    twice = [("one.mov", 100, 10, Fraction(1)), ("two.mov", 0, 10, Fraction(1)), ("one.mov", 100, 10, Fraction(1))]
    assert [link.old for link in pair(pieces(*twice), pieces(*twice, start=5), FRAME)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("speed", "was", "now", "backwards"),
    [
        (Fraction(2), (0, 20), (0, 10), False),
        (Fraction(1, 2), (0, 5), (0, 10), False),
        (Fraction(-1), (0, 1), (0, 1), True),
    ],
)
def test_another_speed_is_a_link_of_another_length(
    speed: Fraction, was: tuple[int, int], now: tuple[int, int], backwards: bool
) -> None:
    old = pieces(("one.mov", 100, 40, Fraction(1)))
    new = pieces(("one.mov", 100 if speed > 0 else 101, 10, speed))
    (link,) = pair(old, new, FRAME)
    assert link == Link(0, 0, Span(was[0] * FRAME, was[1] * FRAME), Span(now[0] * FRAME, now[1] * FRAME), backwards)


def test_frames_that_another_format_has_rounded_are_still_the_same_shot() -> None:
    old = pieces(("one.mov", 100, 40, Fraction(1)))
    (clip,) = pieces(("one.mov", 100, 40, Fraction(1)))
    off = Piece(replace(clip.clip, source_start=clip.clip.source_start + FRAME * Fraction(2, 5)), clip.record)
    (link,) = pair(old, [off], FRAME)
    assert link.now == clip.record
    assert link.is_plain


@pytest.mark.parametrize("said", ["ONE.MOV", "one", "one.mxf"])
def test_a_list_that_names_footage_by_its_clip_is_paired(said: str) -> None:
    old = pieces(("one.mov", 100, 40, Fraction(1)))
    (piece,) = pieces(("one.mov", 110, 10, Fraction(1)))
    listed = Piece(replace(piece.clip, name=said, medium=Medium(problem="a list names no file")), piece.record)
    (link,) = pair(old, [listed], FRAME)
    assert link.was == Span(10 * FRAME, 20 * FRAME)


def test_files_of_one_name_and_other_size_are_other_footage(tmp_path: Path) -> None:
    for folder, size in (("a", 10), ("b", 20), ("c", 10)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "C0001.MP4").write_bytes(bytes(size))
    (one,) = pieces(("C0001.MP4", 0, 40, Fraction(1)))
    at = {
        folder: Piece(replace(one.clip, medium=Medium("", tmp_path / folder / "C0001.MP4")), one.record)
        for folder in "abc"
    }
    assert pair([at["a"]], [at["b"]], FRAME) == []
    assert len(pair([at["a"]], [at["c"]], FRAME)) == 1
    proxy, original = (
        Piece(replace(at[folder].clip, extent=Extent(Fraction(40), "timeline")), one.record) for folder in "ab"
    )
    assert len(pair([proxy], [original], FRAME)) == 1


@pytest.mark.parametrize("there", [True, False], ids=["there", "offline"])
@pytest.mark.parametrize("root", ["cards", "moved"])
def test_files_of_two_cards_that_have_one_name_are_told_apart(tmp_path: Path, root: str, there: bool) -> None:
    def on(folder: str, first: int, at: str) -> Piece:
        (piece,) = pieces(("C0001.MP4", first, 40, Fraction(1)))
        path = tmp_path / at / folder / "C0001.MP4"
        if there:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(10))
        return Piece(replace(piece.clip, medium=Medium("", path)), piece.record)

    old = [on("A", 0, "cards"), on("B", 0, "cards")]
    assert [link.old for link in pair(old, [on("B", 0, root), on("A", 0, root)], FRAME)] == [1, 0]
    assert [link.old for link in pair(old, [on("B", 0, root)], FRAME)] == [1]


def test_what_was_without_stems_stays_without() -> None:
    cut = [("one.mov", 0, 10, Fraction(1)), ("two.mov", 0, 10, Fraction(1))]
    new = [*cut, ("new.mov", 0, 10, Fraction(1))]
    parts = parts_of(pieces(*new), pair(pieces(*cut), pieces(*new), FRAME), [Span(Fraction(0), 10 * FRAME)], FRAME)
    assert [part.fate for part in parts] == [Fate.KEPT, Fate.LEFT, Fate.LEFT]
    new = [cut[0], ("new.mov", 0, 10, Fraction(1)), cut[1]]
    parts = parts_of(pieces(*new), pair(pieces(*cut), pieces(*new), FRAME), [Span(Fraction(0), 10 * FRAME)], FRAME)
    assert [part.fate for part in parts] == [Fate.KEPT, Fate.NEW, Fate.LEFT]


def test_a_shot_is_not_taken_twice_while_its_twin_is_left() -> None:
    twice = ("one.mov", 100, 10, Fraction(1))
    old = pieces(twice, ("two.mov", 0, 10, Fraction(1)), twice)
    new = pieces(twice, ("new.mov", 0, 7, Fraction(1)), twice, start=3)
    assert [link.old for link in pair(old, new, FRAME)] == [0, 2]
