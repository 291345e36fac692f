"""Every sample timeline of the OpenTimelineIO project comes through: read, given stems, written as any kind, read."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import floor
from pathlib import Path

import numpy as np
import pytest

from engine.media.wave import Broadcast, Depth, WaveWriter
from engine.types import Layer, OutputError, Shot, TimelineError
from plugin.interchange.delivery import deliver
from plugin.interchange.formats import FORMATS
from plugin.timeline import source_text
from plugin.timeline.blends import blends
from plugin.timeline.clock import Span
from plugin.timeline.cut import Cut, CutClip
from plugin.timeline.document import Document, open_document
from plugin.timeline.flavour import ANY
from plugin.timeline.place import StemClip, place_stems, stem_span
from plugin.timeline.read import read_document, read_timeline
from tests.plugin.interchange import samples
from tests.plugin.literal import literal, without_new_tracks

NAMES = samples.names()
PLACES = ((7, 31), (31, 44), (61, 97))
SUFFIXES = [".otio", *(one.suffix for one in FORMATS if one.suffix != ".rpp")]
A_FEW = ("effects.otio", "premiere_example.xml", "trims.aaf", "fcpx_project.fcpxml", "screening_example.edl")

pytestmark = pytest.mark.skipif(not NAMES, reason="the samples were not fetched; ./check does that")


def opened(path: Path) -> Document:
    return open_document(path, samples.rate_of(path))


def stems_at(folder: Path, cut: Cut) -> list[StemClip]:
    """Silent files at three places of three layers."""
    made = []
    for number, (begin, end) in enumerate(PLACES):
        shot = Shot("walk", None, Fraction(0), (end - begin) / cut.rate, begin / cut.rate, frame_rate=cut.rate)
        span = stem_span(shot, cut.rate, 5, start=cut.start)
        for layer in Layer:
            path = folder / "stems" / f"{layer}-{number}.wav"
            path.parent.mkdir(exist_ok=True)
            stamp = Broadcast(span.time_reference_samples(cut.start), timecode_rate=cut.rate)
            with WaveWriter(path, 2, Depth.INT16, stamp) as writer:
                writer.write(np.zeros((2, span.sample_count), np.float32))
            made.append(StemClip(layer, span, path, {"shot": number}))
    return made


def test_all_samples_are_here() -> None:
    assert Counter(Path(name).suffix for name in NAMES) == samples.COUNTS


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_was_there_is_there(tmp_path: Path, shelf: Path, name: str) -> None:
    path = shelf / name
    if path.name in samples.REFUSED:
        with pytest.raises(TimelineError, match=samples.REFUSED[path.name]):
            opened(path)
        return
    document = opened(path)
    before = path.read_text(encoding="utf-8") if path.suffix == ".otio" else source_text.serialized(document.root)
    cut = read_document(document)
    written = place_stems(document, stems_at(tmp_path, cut), tmp_path / "out.otio").path
    assert without_new_tracks(written) == literal(before)
    again = read_timeline(written)
    new = [clip for clip in again.clips if clip.name in STEM_NAMES]
    assert [facts(clip) for clip in again.clips if clip not in new] == [facts(clip) for clip in cut.clips]
    assert_stems(again)


STEM_NAMES = {f"{layer}-{number}": places for layer in Layer for number, places in enumerate(PLACES)}


def facts(clip: CutClip) -> tuple[object, ...]:
    return clip.address, clip.kind, clip.name, clip.record, clip.source_start, clip.speed, clip.enabled, clip.markers


def assert_stems(cut: Cut) -> None:
    """Each lies in whole frames where it was placed, and begins five frames into its file, but for the file's head."""
    found = {clip.name.removesuffix(".wav"): clip for clip in cut.clips if clip.name.removesuffix(".wav") in STEM_NAMES}
    assert found.keys() == STEM_NAMES.keys()
    for name, (begin, end) in STEM_NAMES.items():
        assert [found[name].record.start * cut.rate, found[name].record.end * cut.rate] == [begin, end], name


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(A_FEW)])
def test_a_few_are_written_as_every_kind(tmp_path: Path, shelf: Path, name: str, suffix: str) -> None:
    check_export(tmp_path, shelf / name, suffix)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", [name for name in NAMES if Path(name).name not in samples.REFUSED])
def test_all_are_written_as_every_kind(tmp_path: Path, shelf: Path, name: str, suffix: str) -> None:
    check_export(tmp_path, shelf / name, suffix)


def check_export(folder: Path, path: Path, suffix: str) -> None:
    document = opened(path)
    cut = read_document(document)
    stems = stems_at(folder, cut)
    written = folder / f"out{suffix}"
    if suffix == ".edl" and cut.rate > 99:
        with pytest.raises(OutputError, match="two digits"):
            deliver(document, cut, stems, written, flavour=ANY, stems_only=False)
        return
    deliver(document, cut, stems, written, flavour=ANY, stems_only=False)
    lists = [written] if suffix != ".edl" else sorted(folder.glob("out*.edl"))
    for one in lists:
        dissolved = dissolve_starts(document, cut) if suffix == ".edl" else set()
        check_own(cut, read_timeline(one, cut.rate if suffix == ".edl" else None), suffix, dissolved)
    if suffix != ".edl":
        assert_stems(read_timeline(written))


def dissolve_starts(document: Document, cut: Cut) -> set[int]:
    """Frames at which transitions begin: there a list cuts to what comes in."""
    starts = {clip.address: clip.record.start for clip in cut.clips}
    return {
        in_frames(starts[blend.after] - blend.lead, cut.rate) for blend in blends(document) if blend.after in starts
    }


def check_own(cut: Cut, back: Cut, suffix: str, dissolved: set[int]) -> None:
    """The editor's own clips lie at the frames nearest to where they lay; what is left out is left out whole."""
    assert back.rate == cut.rate
    own = [clip for clip in back.clips if clip.name.removesuffix(".wav") not in STEM_NAMES and clip.enabled]
    if suffix in (".otio", ".otioz", ".otiod"):
        assert sorted(map(place, own)) == sorted(place(clip) for clip in cut.clips if clip.enabled)
        return
    edges = {in_frames(edge, cut.rate) for clip in cut.clips for edge in edges_of(clip)} | dissolved
    later = back.start_frame - cut.start_frame if suffix == ".edl" else 0  # a list says no start of its own
    for clip in own:
        assert {clip.record.start * cut.rate + later, clip.record.end * cut.rate + later} <= edges
    if suffix in WHOLE:
        held = [clip for clip in cut.clips if is_held(clip, suffix, cut.rate)]
        # Shotcut keeps a dissolve and no cut in it: what it joins meets in its middle.
        wanted = Counter(nearest(clip, cut.rate, clip.shown if suffix == ".mlt" else clip.record) for clip in held)
        assert not wanted - Counter(nearest(clip, cut.rate, clip.record) for clip in own)


def edges_of(clip: CutClip) -> set[Fraction]:
    """Where a clip begins and ends, where transitions make it the picture or not, and where its file begins."""
    file_start = clip.record.start - clip.source_start / clip.speed if clip.speed else clip.record.start
    spans = [clip.record, clip.shown, clip.on_screen or clip.record]
    return {edge for span in spans for edge in (span.start, span.end)} | {file_start}


WHOLE = (".xml", ".fcpxml", ".mlt", ".kdenlive", ".aaf")


def is_held(clip: CutClip, suffix: str, rate: Fraction) -> bool:
    """Whether a format should hold the whole clip: one that is on, has a file from its first frame on, and runs."""
    _, start, end = nearest(clip, rate, clip.record)
    shown = clip.enabled and clip.medium.path is not None and clip.speed > 0 and clip.source_start >= 0
    return shown and start < end and (clip.kind == "Video" or suffix != ".aaf")


def place(clip: CutClip) -> tuple[str, Fraction, Fraction, Fraction]:
    return clip.kind, clip.record.start, clip.record.end, clip.source_start


def nearest(clip: CutClip, rate: Fraction, span: Span) -> tuple[str, int, int]:
    return clip.kind, in_frames(span.start, rate), in_frames(span.end, rate)


def in_frames(seconds: Fraction, rate: Fraction) -> int:
    return floor(seconds * rate + Fraction(1, 2))
