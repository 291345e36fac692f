"""An AAF links the stems at their frames: read back by pyaaf2, and through the public adapter, in whole numbers."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import aaf2  # type: ignore[import-untyped]
import opentimelineio as otio
import pytest

from engine.media.wave_chunks import Depth
from engine.types import Layer, OutputError
from plugin.interchange.aaf import write
from tests.engine.footage import draw, wall, write_film
from tests.plugin.interchange.placed_reels import FRAMES, HEAD, PLACES, RATES, placed_reel
from tests.plugin.timelines import clip, dissolve, gap, marker, span, timeline, track

WALL_TO_WALL = [("Filler", 7), ("OperationGroup", 24), ("OperationGroup", 13), ("Filler", 17), ("OperationGroup", 36),
                ("Filler", 3)]  # fmt: skip


def read(path: Path) -> Any:
    return aaf2.open(str(path), "r")


def sound_slots(sequence: Any) -> list[Any]:
    return [slot for slot in sequence.slots if slot.media_kind == "Sound"]


def timecode_of(mob: Any) -> Any:
    return next(slot for slot in mob.slots if slot.media_kind == "Timecode")


def chain_of(source: Any) -> list[Any]:
    """The source clips from the composition's down to the file's origin."""
    found = [source]
    while found[-1].mob is not None and found[-1].slot is not None:
        found.append(found[-1].slot.segment)
    return found


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("only", [False, True])
def test_stems_are_at_their_frames_from_wall_to_wall(tmp_path: Path, rate: Fraction, only: bool) -> None:
    reel = placed_reel(tmp_path, rate, stems_only=only)
    write(reel, tmp_path / "out.aaf")
    start = 3600 * round(rate)
    with read(tmp_path / "out.aaf") as file:
        (sequence,) = list(file.content.toplevel())
        clock = timecode_of(sequence)
        assert (clock.edit_rate, clock.segment.fps, clock.segment.drop) == (rate, round(rate), False)
        assert (clock.segment.start, clock.segment.length) == (start, FRAMES)
        slots = sound_slots(sequence)
        assert [slot.name for slot in slots] == ["Foley Ambient", "Foley Action", "Foley Material"]
        assert [slot["PhysicalTrackNumber"].value for slot in slots] == [1, 2, 3]
        assert len([slot for slot in sequence.slots if slot.media_kind == "Picture"]) == (not only)
        for slot, layer in zip(slots, Layer, strict=True):
            assert slot.edit_rate == rate
            components = list(slot.segment.components)
            found = [(type(one).__name__, one.length) for one in components]
            assert found == WALL_TO_WALL
            stereo = [one for one in components if one.length and type(one).__name__ == "OperationGroup"]
            for number, (one, (begin, end)) in enumerate(zip(stereo, PLACES, strict=True)):
                check_stereo(one, rate, start + begin, end - begin, tmp_path / "stems" / f"{layer}-{number}.wav")


def check_stereo(group: Any, rate: Fraction, start: int, frames: int, path: Path) -> None:
    """Left and right of one file, from its head on, down to the timecode of the file's first frame."""
    assert group.operation.name == "Audio Channel Combiner"
    for side, segment in enumerate(group.segments, 1):
        placed, clip_part, file_part, origin_part = chain_of(segment)
        assert (placed.start, placed.length, placed.slot_id) == (HEAD, frames, side)
        assert {part.slot["PhysicalTrackNumber"].value for part in (placed, clip_part, file_part)} == {side}
        assert {part.slot.edit_rate for part in (placed, clip_part, file_part)} == {rate}
        assert [(part.start, part.length) for part in (clip_part, file_part)] == [(0, frames + HEAD * 2)] * 2
        assert origin_part.mob is None
        assert [mob.name for mob in (placed.mob, clip_part.mob, file_part.mob)] == [path.stem] * 3
        stamp = timecode_of(file_part.mob)
        assert (stamp.segment.start, stamp.edit_rate, stamp.segment.fps) == (start - HEAD, rate, round(rate))
        check_descriptor(clip_part.mob.descriptor, path)


def check_descriptor(descriptor: Any, path: Path) -> None:
    header = bytes(descriptor["Summary"].value)
    assert type(descriptor).__name__ == "WAVEDescriptor"
    raw = path.read_bytes()
    assert header == b"RIFF" + raw[4:8] + b"WAVE" + raw[raw.index(b"fmt ") :][: len(header) - 12]
    assert descriptor["SampleRate"].value == 48_000
    assert descriptor["Length"].value == int.from_bytes(raw[raw.index(b"data") + 4 :][:4], "little") // 4
    assert [locator["URLString"].value for locator in descriptor["Locator"]] == [path.as_uri()]


@pytest.mark.parametrize("rate", [RATES[0], RATES[1], Fraction(25), RATES[3]])
def test_the_public_adapter_reads_the_same_places(tmp_path: Path, rate: Fraction) -> None:
    pytest.importorskip("otio_aaf_adapter")
    write(placed_reel(tmp_path, rate, stems_only=True), tmp_path / "out.aaf")
    found = otio.adapters.read_from_file(str(tmp_path / "out.aaf"), adapter_name="AAF")
    start = 3600 * round(rate)
    assert round(found.global_start_time.value) == start
    tracks = [one for one in found.tracks if one.kind == "Audio"]
    assert [one.name for one in tracks] == ["Foley Ambient", "Foley Action", "Foley Material"]
    for one in tracks:
        ends = [0]
        for item in one:
            ends.append(ends[-1] + round(item.duration().value))
        assert ends == [0, 7, 31, 44, 61, 97, 100]
        for item, (begin, end) in zip((one[1], one[2], one[4]), PLACES, strict=True):
            sides = [side[0] for side in item]
            assert len(sides) == 2
            for side in sides:
                times = side.source_range.start_time.value, side.source_range.duration.value
                assert times == (start + begin, end - begin)
                assert abs(side.source_range.start_time.rate - float(rate)) < 0.001


def test_drop_frame_is_said_and_counted_in_real_frames(tmp_path: Path) -> None:
    rate, hour = Fraction(30000, 1001), 107_892
    write(placed_reel(tmp_path, rate, start_frame=hour, drop_frame=True), tmp_path / "out.aaf")
    with read(tmp_path / "out.aaf") as file:
        slots = [slot for mob in file.content.mobs.values() for slot in mob.slots if slot.media_kind == "Timecode"]
        assert {(slot.segment.drop, slot.segment.fps) for slot in slots} == {(True, 30)}
        starts = [hour, *(hour + begin - HEAD for begin, _ in PLACES for _ in Layer)]
        assert sorted(slot.segment.start for slot in slots) == starts


@pytest.mark.parametrize("depth", Depth)
def test_every_depth_of_stem_is_linked(tmp_path: Path, depth: Depth) -> None:
    write(placed_reel(tmp_path, Fraction(25), depth=depth, places=((3, 9),)), tmp_path / "out.aaf")
    with read(tmp_path / "out.aaf") as file:
        descriptors = [mob.descriptor for mob in file.content.sourcemobs() if "Summary" in mob.descriptor]
        headers = [bytes(one["Summary"].value) for one in descriptors]
    assert len(headers) == 3
    assert {int.from_bytes(header[34:36], "little") for header in headers} == {8 * depth.sample_bytes}
    assert {header[20] for header in headers} == {3 if depth is Depth.FLOAT32 else 1}


def test_the_same_reel_gives_the_same_bytes_on_any_day(tmp_path: Path) -> None:
    reel = placed_reel(tmp_path, Fraction(25))
    for name in ("one.aaf", "two.aaf"):
        write(reel, tmp_path / name)
    assert (tmp_path / "one.aaf").read_bytes() == (tmp_path / "two.aaf").read_bytes()
    with read(tmp_path / "one.aaf") as file:
        dates = [mob[name].value for mob in file.content.mobs.values() for name in ("CreationTime", "LastModified")]
        dates += [file.header["LastModified"].value, file.header["IdentificationList"].value[0]["Date"].value]
    assert set(dates) == {datetime(2000, 1, 1)}


def test_pictures_are_linked_clips_and_losses_are_counted(tmp_path: Path) -> None:
    film = write_film(
        tmp_path / "film.mp4", draw([n / 24 for n in range(48)], lambda *_: None, wall()), rate=Fraction(24)
    )
    gone = "/m/gone 100%.mov"
    low = track(
        clip("a", 24, start=10, url=film.as_uri(), available=span(0, 48)),
        gap(6),
        clip("b", 20, start=86_430, url=gone, available=span(86_400, 99), markers=(marker("x", 86_431),)),
        dissolve(3, 3),
        clip("fast", 10, url=film.as_uri(), available=span(0, 48), speed=2.0),
        clip("title", 10),
        name="Picture",
    )
    high = track(gap(12), clip("off", 12, url=gone, enabled=False), name="")
    voice = track(clip("voice", 90, url="/m/v.wav"), kind="Audio")
    told = write(placed_reel(tmp_path, Fraction(24), cut=timeline(low, high, voice)), tmp_path / "out.aaf")
    assert set(told) == {
        'AAF: 1 clip without a file is left out: "title".',
        "AAF: 1 clip that is switched off is left out.",
        "AAF: 1 clip plays at its file's own speed.",
        "AAF: 1 clip on sound tracks is left out.",
        "AAF: 1 marker is left out.",
        'AAF: 1 transition is a plain cut here, for a clip beside it runs at another speed: "b to fast".',
    }
    with read(tmp_path / "out.aaf") as file:
        (sequence,) = list(file.content.toplevel())
        pictures = [slot for slot in sequence.slots if slot.media_kind == "Picture"]
        assert [slot.name for slot in pictures] == ["Picture", "V2"]
        parts = list(pictures[0].segment.components)
        assert [(type(one).__name__, one.length) for one in parts] == [
            ("SourceClip", 24), ("Filler", 6), ("SourceClip", 20), ("SourceClip", 10), ("Filler", 37),
        ]  # fmt: skip
        assert [parts[number].start for number in (0, 2, 3)] == [10, 30, 0]
        assert parts[0].mob.mob_id == parts[3].mob.mob_id
        holder = chain_of(parts[0])[1].mob.descriptor
        assert (holder["StoredWidth"].value, holder["StoredHeight"].value) == (320, 180)
        assert (holder["Length"].value, holder["SampleRate"].value) == (48, 24)
        missing = chain_of(parts[2])[1].mob.descriptor
        assert type(missing).__name__ == "ImportDescriptor"
        assert [one["URLString"].value for one in missing["Locator"]] == ["file:///m/gone%20100%25.mov"]


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    reel = placed_reel(tmp_path, Fraction(25))
    (tmp_path / "out.aaf").write_text("mine")
    with pytest.raises(OutputError, match="never overwritten"):
        write(reel, tmp_path / "out.aaf")
    assert (tmp_path / "out.aaf").read_text() == "mine"


def test_a_stem_that_is_no_wave_is_told(tmp_path: Path) -> None:
    reel = placed_reel(tmp_path, Fraction(25))
    reel.tracks[0].stems[0].path.write_text("no wave")
    with pytest.raises(OutputError, match=r"ambient-0.wav cannot be linked .* Make the stems again"):
        write(reel, tmp_path / "out.aaf")
    assert not (tmp_path / "out.aaf").exists()


def test_many_stems_are_all_there_with_what_is_their_own(tmp_path: Path) -> None:
    places = tuple((number, number + 1) for number in range(70))  # more stems than are held at once
    write(placed_reel(tmp_path, Fraction(24), places=places), tmp_path / "out.aaf")
    with read(tmp_path / "out.aaf") as file:
        (sequence,) = list(file.content.toplevel())
        for layer, slot in zip(Layer, sound_slots(sequence), strict=True):
            groups = [one for one in slot.segment.components if type(one).__name__ == "OperationGroup"]
            assert len(groups) == len(places)
            for number, group in enumerate(groups):
                path = tmp_path / "stems" / f"{layer}-{number}.wav"
                check_stereo(group, Fraction(24), 86400 + number, 1, path)
                assert dict(next(iter(group.segments)).mob.comments.items()) == {
                    "Comments": f"Foleyline {layer}, take 1"
                }
        assert len({mob.mob_id for mob in file.content.mobs}) == 3 * 3 * len(places) + 1
