"""Where stems fade, and how long: out of nothing, into nothing, and from one scene into the next."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.types import Layer, SettingError, Shot, TimelineError
from plugin.fading import check_fades, fade_warnings, faded
from plugin.timeline.fades import NO_FADES, Fades, Overlap
from plugin.timeline.flavour import ANY, KDENLIVE, RESOLVE, Flavour
from plugin.timeline.place import StemClip, place_stems
from plugin.timeline.stem_span import StemSpan, stem_span
from plugin.timeline.takes import track_name
from tests.plugin.interchange.faded_reels import FADES, faded_reel

RATE = Fraction(24)


def span_of(start: int, end: int, handles: int = 24) -> StemSpan:
    return stem_span(
        Shot("walk", None, Fraction(0), (end - start) / RATE, start / RATE), RATE, handles, start=Fraction(3600)
    )


def fades(*places: tuple[int, int, int], frames: int = 10, handles: int = 24) -> list[Fades]:
    """Of stems of one layer at (first frame, first left out, scene)."""
    spans = [span_of(start, end, handles) for start, end, _ in places]
    stems = [StemClip(Layer.ACTION, span, Path(f"{number}.wav"), {}) for number, span in enumerate(spans)]
    scenes = {span: scene for span, (_, _, scene) in zip(spans, places, strict=True)}
    return [stem.fades for stem in faded(stems, scenes, frames)]


def test_a_stem_alone_comes_and_goes() -> None:
    assert fades((0, 48, 0)) == [Fades(rise=10, fall=10)]


def test_the_sound_of_a_scene_runs_on_through_its_cuts() -> None:
    assert fades((0, 48, 0), (48, 96, 0), (96, 144, 0)) == [Fades(rise=10), Fades(), Fades(fall=10)]


def test_scenes_that_meet_cross_and_those_apart_do_not() -> None:
    crossing = Overlap(5, 5)
    assert fades((0, 48, 0), (48, 96, 1), (97, 144, 1)) == [
        Fades(rise=10, after=crossing), Fades(before=crossing, fall=10), Fades(rise=10, fall=10)
    ]  # fmt: skip


def test_an_odd_length_has_its_longer_half_after_the_cut() -> None:
    assert fades((0, 48, 0), (48, 96, 1), frames=7)[0].after == Overlap(3, 4)


def test_no_fade_takes_more_than_half_a_stem_and_it_is_told() -> None:
    made = fades((0, 48, 0), (48, 55, 1), (55, 103, 2), frames=20)
    assert made == [
        Fades(rise=20, after=Overlap(3, 3)), Fades(before=Overlap(3, 3), after=Overlap(3, 3)),
        Fades(before=Overlap(3, 3), fall=20),
    ]  # fmt: skip
    stems = [StemClip(Layer.ACTION, span_of(0, 9), Path("a.wav"), {}, one) for one in made]
    assert fade_warnings(stems, 20) == (
        "2 fades are shorter than 20 frames, where a stem or its handles are too short for more.",
    )
    assert fade_warnings(stems[2:], 20) == ()


def test_a_frame_that_two_stems_share_is_the_laters() -> None:
    assert fades((0, 48, 0), (47, 96, 1))[0].after == Overlap(5, 5)


def test_a_cross_fade_takes_no_more_than_the_handle_holds() -> None:
    spans = [span_of(0, 48), stem_span(Shot("b", None, Fraction(0), Fraction(2), Fraction(2)), RATE, 24)]
    assert spans[1].head_frames == 24
    short = StemSpan(spans[1].shot, RATE, 48, 96, 2, 24)
    stems = [StemClip(Layer.ACTION, one, Path("a.wav"), {}) for one in (spans[0], short)]
    assert faded(stems, {spans[0]: 0, short: 1}, 10)[0].fades.after == Overlap(2, 2)


@pytest.mark.parametrize(("tail", "crossing"), [(2, Overlap(2, 2)), (3, Overlap(3, 3)), (4, Overlap(3, 4)), (0, None)])
def test_a_cross_fade_goes_on_no_longer_than_the_file_that_ends(tail: int, crossing: Overlap | None) -> None:
    whole = span_of(0, 48)
    short = StemSpan(whole.shot, RATE, 0, 48, 24, tail)
    after = span_of(48, 96)
    stems = [StemClip(Layer.ACTION, one, Path("a.wav"), {}) for one in (short, after)]
    assert faded(stems, {short: 0, after: 1}, 7)[0].fades.after == crossing


@pytest.mark.parametrize("layer", Layer)
def test_stems_that_lie_over_each_other_are_told_with_their_track(layer: Layer) -> None:
    spans = span_of(0, 48), span_of(40, 96)
    stems = [StemClip(layer, one, Path("a.wav"), {}) for one in spans]
    with pytest.raises(TimelineError, match=rf"lie over each other on {track_name(layer, 1)} for 8 frames"):
        faded(stems, dict.fromkeys(spans, 0), 10)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 60), st.integers(0, 2)), max_size=12), st.integers(0, 40))
def test_fades_of_a_stem_never_meet_and_are_what_the_handles_hold(
    parts: list[tuple[int, int, int]], frames: int
) -> None:
    places, at = [], 0
    for before, length, scene in parts:
        places.append((at + before, at + before + length, scene))
        at += before + length
    made = fades(*places, frames=frames, handles=40)
    for (start, end, _), one in zip(places, made, strict=True):
        inside = [one.rise, one.fall]
        inside += [one.before.trail if one.before else 0, one.after.lead if one.after else 0]
        assert max(inside) <= (end - start) // 2 and sum(inside) <= end - start
        assert 0 <= max(one.lead, one.trail) <= 40
        assert not (one.rise and one.before) and not (one.fall and one.after)
        assert one.after is None or one.after.lead <= one.after.trail <= one.after.lead + frames % 2
    for one, following in pairwise(made):
        assert one.after == following.before
    assert frames or set(made) <= {NO_FADES}


def test_fades_longer_than_the_handles_are_refused() -> None:
    check_fades(12, 12)
    with pytest.raises(SettingError, match="--handles 13"):
        check_fades(13, 12)


def test_opentimelineio_has_them_as_transitions_beside_gaps_and_between_clips(tmp_path: Path) -> None:
    stems = faded_reel(tmp_path).stems
    path = place_stems(tmp_path / "cut.otio", stems, tmp_path / "out.otio").path
    made = otio.adapters.read_from_file(str(path))
    for layer in made.tracks[1:]:
        kinds = [item.schema_name() for item in layer]
        assert kinds == [
            "Gap", "Transition", "Clip", "Clip", "Transition", "Clip", "Transition", "Gap", "Transition", "Clip",
            "Transition",
        ]  # fmt: skip
        offsets = [
            (item.in_offset.value, item.out_offset.value) for item in layer if isinstance(item, otio.schema.Transition)
        ]
        assert offsets == [(0, FADES), (5, 5), (FADES, 0), (0, FADES), (FADES, 0)]
        ranges = [layer.range_of_child(item) for item in layer if isinstance(item, otio.schema.Clip)]
        assert [(one.start_time.value, one.duration.value) for one in ranges] == [
            (24, 36),
            (60, 36),
            (96, 48),
            (180, 36),
        ]
        assert layer.available_range().duration.value == 216


@pytest.mark.parametrize("stems_only", [False, True])
@pytest.mark.parametrize("flavour", [RESOLVE, KDENLIVE])
def test_programs_that_take_none_from_it_get_none_and_it_is_told(
    tmp_path: Path, flavour: Flavour, stems_only: bool
) -> None:
    stems = faded_reel(tmp_path).stems
    placed = place_stems(tmp_path / "cut.otio", stems, tmp_path / "out.otio", flavour=flavour, stems_only=stems_only)
    made = otio.adapters.read_from_file(str(placed.path))
    assert not made.tracks.find_children(descended_from_type=otio.schema.Transition)
    assert [told for told in placed.warnings if told.startswith("15 fades are left out: ")] != []
    assert not any("fade" in told for told in place_stems(tmp_path / "cut.otio", stems, flavour=ANY).warnings)
