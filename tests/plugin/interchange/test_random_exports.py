"""Any timeline is written as any kind of file and read back: stems to the frame, clips at their nearest frames."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from engine.media.wave import Broadcast, Depth, WaveWriter
from engine.types import FoleylineError, Layer, OutputError, Shot, TimelineError
from plugin.interchange.delivery import deliver
from plugin.interchange.formats import FORMATS
from plugin.timeline import clock
from plugin.timeline.cut import Cut
from plugin.timeline.document import open_document
from plugin.timeline.flavour import ANY
from plugin.timeline.place import StemClip, stem_span
from plugin.timeline.read import read_document, read_timeline
from tests.plugin.random_timelines import written_timelines
from tests.plugin.test_hypothesis_timelines import UNHURRIED, timeline_of
from tests.plugin.timelines import touch

# An AAF takes ten times as long as any other, most of it in a process of its own: there are fewer.
SUFFIXES = [one.suffix for one in FORMATS if one.suffix != ".aaf"] * 3 + [".aaf"]
PLACES = st.lists(st.tuples(st.integers(0, 40), st.integers(2, 60)), min_size=1, max_size=2)


def stems_at(folder: Path, cut: Cut, places: list[tuple[int, int]]) -> list[StemClip]:
    made, at = [], 0
    for number, (lead, frames) in enumerate(places):
        first, at = at + lead, at + lead + frames
        shot = Shot("walk", None, Fraction(0), frames / cut.rate, first / cut.rate, frame_rate=cut.rate)
        span = stem_span(shot, cut.rate, 5, start=cut.start)
        for layer in Layer:
            path = folder / "stems" / f"{layer}-{number}.wav"
            path.parent.mkdir(exist_ok=True)
            stamp = Broadcast(span.time_reference_samples(cut.start), timecode_rate=cut.rate)
            with WaveWriter(path, 2, Depth.INT16, stamp) as writer:
                writer.write(np.zeros((2, span.sample_count), np.float32))
            made.append(StemClip(layer, span, path, {"shot": number}))
    return made


def check_export(root: Any, text: str, suffix: str, places: list[tuple[int, int]]) -> None:
    trim = timeline_of(root).tracks.source_range
    assume(trim is None or trim.start_time.value >= 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        touch(folder, "m.mov", "other one.mov")
        (folder / "cut.otio").write_text(text, encoding="utf-8")
        document = open_document(folder / "cut.otio")
        cut = read_document(document)
        # Of a timeline that is trimmed to less, what is placed after its end is not seen.
        assume(trim is None or cut.duration * cut.rate >= sum(map(sum, places)))
        stems = stems_at(folder, cut, places)
        path = folder / f"out{suffix}"
        try:
            losses = deliver(document, cut, stems, path, flavour=ANY, stems_only=False)
        except FoleylineError as error:
            check_refusal(error, suffix, cut)
            return
        assert all(words and words == words.strip() for words in losses)
        if suffix != ".rpp":
            check_back(cut, stems, path, suffix)


def check_refusal(error: FoleylineError, suffix: str, cut: Cut) -> None:
    assert isinstance(error, OutputError | TimelineError)
    assert len(str(error)) > 30 and "Traceback" not in str(error)
    assert (suffix == ".edl" and cut.rate > 99) or cut.rate < 1 or cut.rate > 240, str(error)


def check_back(cut: Cut, stems: list[StemClip], path: Path, suffix: str) -> None:
    if suffix == ".edl":
        check_lists(cut, stems, sorted(path.parent.glob("out*.edl")))
        return
    back = read_timeline(path)
    assert back.rate == cut.rate
    found = {clip.name.removesuffix(".wav"): clip for clip in back.clips if clip.kind == "Audio"}
    for stem in stems:
        clip, span = found[stem.path.stem], stem.span
        assert [clip.record.start * cut.rate, clip.record.end * cut.rate] == [span.start_frame, span.end_frame]
        assert clip.source_start * cut.rate == span.head_frames
        assert clip.medium.path == stem.path.resolve() or suffix in (".otioz", ".otiod")


def check_lists(cut: Cut, stems: list[StemClip], lists: list[Path]) -> None:
    """Edit lists hold one stem track each, and timecode alone: what counts from midnight, and not beyond a day."""
    assert len(lists) == len(Layer)
    backs = [read_timeline(one, cut.rate) for one in lists]
    found = {clip.name.removesuffix(".wav"): (back, clip) for back in backs for clip in back.clips}
    day = clock.nominal_rate(cut.rate) * 24 * 3600
    for stem in stems:
        back, clip = found[stem.path.stem]
        assert clip.record.duration * cut.rate == stem.span.end_frame - stem.span.start_frame
        if 0 <= cut.start_frame < day / 2:
            at = back.start_frame + clip.record.start * cut.rate
            assert at == cut.start_frame + stem.span.start_frame


@examples(UNHURRIED, max_examples=40)
@given(written_timelines(), st.sampled_from(SUFFIXES), PLACES)
def test_any_timeline_is_written_as_any_kind(
    written: tuple[Any, str], suffix: str, places: list[tuple[int, int]]
) -> None:
    check_export(*written, suffix, places)


@pytest.mark.slow
@examples(UNHURRIED, max_examples=10_000)
@given(written_timelines(), st.sampled_from(SUFFIXES), PLACES)
def test_ten_thousand_timelines_are_written_as_any_kind(
    written: tuple[Any, str], suffix: str, places: list[tuple[int, int]]
) -> None:
    check_export(*written, suffix, places)
