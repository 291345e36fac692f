"""AAF, made with pyaaf2 in the shapes of Avid Media Composer, and by OpenTimelineIO's adapter."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from engine.types import TimelineError
from plugin.interchange.reading import aaf
from plugin.timeline.cut import Cut
from plugin.timeline.read import read_timeline
from tests.plugin.interchange.reading.reads import marks, rows
from tests.plugin.timelines import clip, gap, span, timeline, track

aaf2 = pytest.importorskip("aaf2", reason="pyaaf2 is not installed")
pytest.importorskip("aaf2.rational")

NTSC = Fraction(24000, 1001)
TAPE_START, INTO_TAPE, FRAMES = 86400, 240, 2400


class Maker:
    """One composition of a picture slot, and media on a tape that starts at 01:00:00:00."""

    def __init__(self, file: Any, rate: str = "24000/1001") -> None:
        self.file, self.rate, self.create = file, rate, file.create
        self.composition = self.create.CompositionMob("Reel")
        self.composition.usage = "Usage_TopLevel"
        file.content.mobs.append(self.composition)

    def master(self, name: str, kind: str = "picture") -> Any:
        tape = self.create.SourceMob(name + " tape")
        tape.descriptor = self.create.TapeDescriptor()
        tape.create_timeline_slot(self.rate).segment = self.create.SourceClip(media_kind=kind, length=10 * FRAMES)
        timecode = self.create.Timecode(fps=24, drop=False)
        timecode.start, timecode.length = TAPE_START, 10 * FRAMES
        tape.create_timeline_slot(self.rate).segment = timecode
        source = self.create.SourceMob(name + " file")
        source.descriptor = self.create.ImportDescriptor()
        locator = self.create.NetworkLocator()
        locator["URLString"].value = f"file:///media/{name}%20x.mxf"
        source.descriptor["Locator"].append(locator)
        source.create_timeline_slot(self.rate).segment = tape.create_source_clip(1, INTO_TAPE, FRAMES, kind)
        master = self.create.MasterMob(name)
        master.create_timeline_slot(self.rate).segment = source.create_source_clip(1, 0, FRAMES, kind)
        self.file.content.mobs.extend([tape, source, master])
        return master

    def clip(self, name: str, start: int, length: int, kind: str = "picture") -> Any:
        return self.master(name, kind).create_source_clip(1, start, length, kind)

    def filler(self, length: int) -> Any:
        return self.create.Filler("picture", length)

    def track(self, *components: Any, kind: str = "picture") -> None:
        sequence = self.create.Sequence(media_kind=kind)
        sequence.components.extend(components)
        sequence.length = sum(one.length for one in components)
        self.composition.create_timeline_slot(self.rate).segment = sequence

    def start(self, frame: int, drop: bool = False, fps: int = 24) -> None:
        timecode = self.create.Timecode(fps=fps, drop=drop)
        timecode.start, timecode.length = frame, FRAMES
        self.composition.create_timeline_slot(self.rate).segment = timecode


def cut_of(folder: Path, make: Callable[[Maker], None], rate: str = "24000/1001") -> Cut:
    path = folder / "cut.aaf"
    with aaf2.open(str(path), "w") as file:
        make(Maker(file, rate))
    return read_timeline(path)


def test_places_in_points_and_timecode_down_to_the_tape(tmp_path: Path) -> None:
    def make(maker: Maker) -> None:
        maker.start(25 * 86400)
        maker.track(maker.clip("one", 10, 48), maker.filler(24), maker.clip("two", 0, 7))
        maker.track(maker.clip("wind", 5, 60, "sound"), kind="sound")

    cut = cut_of(tmp_path, make)
    assert [cut.rate, cut.start * NTSC, cut.name, cut.warnings] == [NTSC, 25 * 86400, "Reel", ()]
    assert rows(cut) == [("V1", "one", 0, 48, 10, 1), ("V1", "two", 72, 79, 0, 1)]
    assert rows(cut, "Audio") == [("A1", "wind", 0, 60, 5, 1)]
    assert cut.clips[0].medium.path == Path("/media/one x.mxf")
    item = aaf.read(tmp_path / "cut.aaf").root.tracks[0][0]
    assert item.source_range.start_time.value == TAPE_START + INTO_TAPE + 10
    assert item.media_reference.available_range.start_time.value == TAPE_START + INTO_TAPE


def test_drop_frame(tmp_path: Path) -> None:
    def make(maker: Maker) -> None:
        maker.start(107892, drop=True, fps=30)
        maker.track(maker.clip("one", 10, 48))

    cut = cut_of(tmp_path, make, "30000/1001")
    assert (cut.drop_frame, cut.timecode(Fraction(0))) == (True, "01:00:00;00")


def test_a_dissolve_is_a_cut_at_its_cut_point(tmp_path: Path) -> None:
    def make(maker: Maker) -> None:
        operation = _operation(maker, "Dissolve")
        dissolve = maker.create.Transition(media_kind="picture", length=12)
        dissolve["CutPoint"].value = 5
        dissolve["OperationGroup"].value = maker.create.OperationGroup(operation, 12)
        sequence = maker.create.Sequence(media_kind="picture")
        sequence.components.extend([maker.clip("one", 0, 50), dissolve, maker.clip("two", 100, 60)])
        sequence.length = 98
        maker.composition.create_timeline_slot(maker.rate).segment = sequence

    assert rows(cut_of(tmp_path, make)) == [("V1", "one", 0, 43, 0, 1), ("V1", "two", 43, 98, 105, 1)]


@pytest.mark.parametrize(("ratio", "speed"), [("1/2", 2), ("2/1", Fraction(1, 2)), ("-1/1", -1), ("40/1", 0)])
def test_speeds(tmp_path: Path, ratio: str, speed: Fraction | int) -> None:
    def make(maker: Maker) -> None:
        operation, definition = _operation(maker, "Motion Control"), _ratio(maker)  # `create` forgets what it was asked
        parameter = maker.create.ConstantValue(definition, ratio)
        effect = maker.create.OperationGroup(operation, 40)
        effect.segments.append(maker.clip("one", 100, 80))
        effect.parameters.append(parameter)
        maker.track(effect)

    [row] = rows(cut_of(tmp_path, make))
    assert row == ("V1", "one", 0, 40, 100, speed)


def test_a_clip_that_is_switched_off(tmp_path: Path) -> None:
    def make(maker: Maker) -> None:
        selector = maker.create.Selector(media_kind="picture", length=20)
        selector["Selected"].value = maker.filler(20)
        selector["Alternates"].append(maker.clip("off", 7, 20))
        maker.track(selector, maker.clip("on", 0, 10))

    cut = cut_of(tmp_path, make)
    assert rows(cut) == [("V1", "off", 0, 20, 7, 1), ("V1", "on", 20, 30, 0, 1)]
    assert [clip.enabled for clip in cut.clips] == [False, True]


def test_a_nested_composition_is_cut_to_what_is_seen_of_it(tmp_path: Path) -> None:
    def make(maker: Maker) -> None:
        inner = maker.create.CompositionMob("Inner")
        maker.file.content.mobs.append(inner)
        sequence = maker.create.Sequence(media_kind="picture")
        sequence.components.extend([maker.filler(10), maker.clip("deep", 50, 90)])
        sequence.length = 100
        inner.create_timeline_slot(maker.rate).segment = sequence
        maker.track(inner.create_source_clip(1, 5, 30, "picture"))

    assert rows(cut_of(tmp_path, make)) == [("V1", "deep", 5, 30, 50, 1)]


def _sequence(maker: Maker, *components: Any) -> Any:
    sequence = maker.create.Sequence(media_kind="picture")
    sequence.components.extend(components)
    sequence.length = sum(one.length for one in components)
    return sequence


def _beneath(maker: Maker, length: int) -> Any:
    """What lies on the track beneath is seen."""
    reference = maker.create.ScopeReference("picture", length)
    reference["RelativeScope"].value, reference["RelativeSlot"].value = 0, 1
    return reference


def test_tracks_that_avid_nests_in_one_scope_are_tracks(tmp_path: Path) -> None:
    def make(maker: Maker) -> None:
        scope = maker.create.NestedScope("picture", 100)
        scope.slots.value = [
            _sequence(maker, maker.clip("low", 5, 40), maker.filler(10), maker.clip("later", 7, 50)),
            _beneath(maker, 100),
            _sequence(maker, _beneath(maker, 30), maker.clip("high", 9, 20), _beneath(maker, 50)),
        ]
        maker.composition.create_timeline_slot(maker.rate).segment = scope

    cut = cut_of(tmp_path, make)
    assert [track.label for track in cut.tracks] == ["V1", "V2", "V3"]
    assert rows(cut) == [("V1", "low", 0, 40, 5, 1), ("V1", "later", 50, 100, 7, 1), ("V3", "high", 30, 50, 9, 1)]


def test_a_compound_of_several_tracks_keeps_them_all(tmp_path: Path) -> None:
    def make(maker: Maker) -> None:
        operation = _operation(maker, "Submaster")
        compound = maker.create.OperationGroup(operation, 36)
        compound.segments.append(_sequence(maker, maker.clip("low", 0, 20), _beneath(maker, 20)))
        compound.segments.append(_sequence(maker, _beneath(maker, 10), maker.clip("high", 3, 30)))
        maker.track(maker.clip("before", 0, 10), compound, maker.clip("after", 0, 10))

    places = [("V1", "before", 0, 10, 0, 1), ("V1", "low", 10, 30, 0, 1), ("V1", "after", 46, 56, 0, 1)]
    assert rows(cut_of(tmp_path, make)) == [*places, ("V2", "high", 20, 46, 3, 1)]


def test_what_an_effect_puts_over_the_tracks_beneath_is_seen(tmp_path: Path) -> None:
    def make(maker: Maker) -> None:
        operation = _operation(maker, "SBlend_v2")
        effect = maker.create.OperationGroup(operation, 20)
        effect.segments.append(_sequence(maker, _beneath(maker, 20)))
        effect.segments.append(_sequence(maker, maker.clip("over", 4, 20)))
        maker.track(maker.filler(5), effect)

    assert rows(cut_of(tmp_path, make)) == [("V1", "over", 5, 25, 4, 1)]


def test_a_clip_that_is_muted_over_another_track_is_switched_off(tmp_path: Path) -> None:
    def make(maker: Maker) -> None:
        selector = maker.create.Selector(media_kind="picture", length=20)
        selector["Selected"].value = _beneath(maker, 20)
        selector["Alternates"].append(maker.clip("off", 7, 20))
        maker.track(selector)

    cut = cut_of(tmp_path, make)
    assert (rows(cut), [clip.enabled for clip in cut.clips]) == ([("V1", "off", 0, 20, 7, 1)], [False])


def _warped(maker: Maker, name: str, points: list[tuple[Fraction, Fraction]], length: int) -> Any:
    kind = maker.file.dictionary.lookup_typedef("Rational")
    meant = maker.create.ParameterDef("8d56827d-847e-11d5-935a-50f857c10000", name, "", kind)
    linear = maker.create.InterpolationDef("5b6c85a4-0ede-11d3-80a9-006008143e6f", "LinearInterp", "")
    operation = _operation(maker, "Motion Control")
    for definition in (meant, linear):
        maker.file.dictionary.register_def(definition)
    curve = maker.create.VaryingValue()
    curve.parameterdef, curve["Interpolation"].value = meant, linear
    for time, value in points:
        point = maker.create.ControlPoint()
        point.time, point.value = f"{time.numerator}/{time.denominator}", f"{value.numerator}/{value.denominator}"
        curve["PointList"].append(point)
    effect = maker.create.OperationGroup(operation, length)
    effect.segments.append(maker.clip("bent", 100, 60))
    effect.parameters.append(curve)
    return effect


def test_a_sampled_speed_curve_is_followed_to_a_tenth_of_a_frame_in_few_pieces(tmp_path: Path) -> None:
    points = [(Fraction(half, 2), Fraction(half * half, 400)) for half in range(101)]
    cut = cut_of(tmp_path, lambda maker: maker.track(_warped(maker, "PARAM_SPEED_OFFSET_MAP_U", points, 50)))
    assert 1 < len(cut.clips) <= 8
    for time, value in points[:-1]:
        shown = next(clip for clip in cut.clips if clip.record.start <= time / NTSC < clip.record.end)
        assert abs(shown.source_at(time / NTSC) * NTSC - 100 - value) <= Fraction(1, 8)


def test_keys_of_a_clips_position_count_to_its_last_frame(tmp_path: Path) -> None:
    keys = [(0, 0), (4, 6), (11, 9), (15, 15)]
    points = [(Fraction(frame, 15), Fraction(shown)) for frame, shown in keys]
    cut = cut_of(tmp_path, lambda maker: maker.track(_warped(maker, "PARAM_OFFSET_MAP_U", points, 16)))
    assert [row[2:] for row in rows(cut)] == [
        (0, 4, 100, Fraction(3, 2)), (4, 11, 106, Fraction(3, 7)), (11, 16, 109, Fraction(3, 2))
    ]  # fmt: skip


@pytest.mark.parametrize("rate", [24000 / 1001, 25, 30000 / 1001])
def test_what_the_adapter_writes_comes_back(tmp_path: Path, rate: float) -> None:
    pytest.importorskip("otio_aaf_adapter", reason="otio-aaf-adapter is not installed")
    frames = 3600 * round(rate)
    items = [
        clip(name, 20, start=frames + first, rate=rate, url=f"file:///m/{name}.mov", available=span(frames, 900, rate))
        for name, first in (("a", 10), ("b", 70))
    ]
    path = tmp_path / "cut.aaf"
    made = timeline(track(items[0], gap(5, rate), items[1]), start=frames, rate=rate)
    otio.adapters.write_to_file(made, str(path), use_empty_mob_ids=True)
    cut = read_timeline(path)
    assert [cut.start * cut.rate, float(cut.rate)] == [frames, pytest.approx(rate, abs=1e-12)]
    assert [row[2:] for row in rows(cut)] == [(0, 20, 10, 1), (25, 45, 70, 1)]
    assert marks(cut) == []


@pytest.mark.parametrize(
    "raw", [b"", b"no AAF at all", bytes.fromhex("d0cf11e0a1b11ae1"), bytes.fromhex("d0cf11e0a1b11ae1") + bytes(5000)]
)
def test_what_is_no_aaf_is_refused_in_words(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "cut.aaf").write_bytes(raw)
    with pytest.raises(TimelineError, match=r"Export the timeline again"):
        read_timeline(tmp_path / "cut.aaf")


def test_a_reader_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_of(tmp_path, lambda maker: maker.track(maker.clip("one", 0, 10)))
    monkeypatch.setattr(aaf, "MOST_SECONDS", 0.01)
    with pytest.raises(TimelineError, match="not read within"):
        read_timeline(tmp_path / "cut.aaf")


def _ratio(maker: Maker) -> Any:
    kind = maker.file.dictionary.lookup_typedef("Rational")
    definition = maker.create.ParameterDef("72559a80-24d7-11d3-8a50-0050040ef7d2", "SpeedRatio", "", kind)
    maker.file.dictionary.register_def(definition)
    return definition


def _operation(maker: Maker, name: str) -> Any:
    definition = maker.create.OperationDef("9d2ea890-0968-11d3-8a38-0050040ef7d2", name)
    definition.media_kind = "picture"
    definition["NumberInputs"].value = 1
    maker.file.dictionary.register_def(definition)
    return definition
