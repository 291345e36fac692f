"""What is written is what was read, to the letter, with three tracks more."""

from __future__ import annotations

import json
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.types import Layer, Shot, TimelineError
from plugin.interchange.otioz import write_bundle
from plugin.timeline.deadly import DEEPEST
from plugin.timeline.document import open_document, write_document
from plugin.timeline.json_text import JsonText
from plugin.timeline.place import StemClip, place_stems, stem_span
from plugin.timeline.read import read_timeline
from tests.plugin.literal import literal, without_new_tracks
from tests.plugin.timelines import clip, dissolve, gap, marker, save, span, stack, timeline, touch, track

ODD_VALUES = [
    "0.1", "23.976023976023978", "1234567.8901234567", "0.30000000000000004", "1e16", "1E+2", "1.50", "-0.0", "-0",
    "5e-324", "1.7976931348623157e308", "9007199254740993", "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "-9223372036854775809", "123456789012345678901234567890", "NaN", "Infinity", "-Infinity",
    "true", "null", "[]", "{}", "[ 1 ,2]", r'"a\u0000b"', r'"\ud83d\ude00"', r'"\/ \\\" [{"', '"é 😀 \u2028 \x7f"',
    '{"b": 1, "a": 2, "b": 3}', '{"": {"\\u0000": 0.1}, "]": "}"}',
    '{"OTIO_SCHEMA": "Unheard.7", "z": 0.30000000000000004, "a": [null, {"OTIO_SCHEMA": "Clip.1"}]}',
    '{"OTIO_SCHEMA": "RationalTime.1", "value": 1234567.8901234567, "rate": 24}',
]  # fmt: skip
PLACEHOLDER = "put it here"


def whole() -> Any:
    """A timeline with something that a text may have in every place."""
    item = clip("a", 48, start=0.1, url="a.mov", available=span(0, 99.7), speed=0.123456789012345)
    item.markers.append(marker("here", 1234567.890123456))
    inner = stack(track(clip("b", 24, url="/m/b.mov")), name="inside")
    made = timeline(track(item, dissolve(6, 6), gap(7.3), inner), track(clip("v", 24), kind="Audio"))
    owners = [made, made.tracks, made.tracks[0], item, item.media_reference, item.markers[0], item.effects[0], inner]
    for owner in owners:
        owner.metadata["odd"] = PLACEHOLDER
    return made


def stems(folder: Path) -> list[StemClip]:
    shot = Shot("walk", None, Fraction(0), Fraction(1), Fraction(1), frame_rate=Fraction(24))
    return [
        StemClip(layer, stem_span(shot, Fraction(24)), folder / f"stems/{layer}-0.wav", {"a": 0.1}) for layer in Layer
    ]


def source(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("value", ODD_VALUES)
def test_every_value_comes_through_to_the_letter(tmp_path: Path, value: str) -> None:
    text = otio.core.serialize_json_to_string(whole(), indent=4).replace(f'"{PLACEHOLDER}"', value)
    assert text.count(value) >= 8
    written = place_stems(source(tmp_path / "cut.otio", text), stems(tmp_path)).path
    assert without_new_tracks(written) == literal(text)
    assert written.read_text(encoding="utf-8").startswith(text[: text.rindex("]")].rstrip())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


@given(json_values, st.sampled_from([None, 0, 3, "\t"]), st.booleans())
def test_the_places_of_values_are_those_that_json_reads(value: Any, indent: Any, ascii_alone: bool) -> None:
    written = f" \n{json.dumps(value, indent=indent, ensure_ascii=ascii_alone)}\r\n"
    text = JsonText(written)
    waiting = [(text.root, value)]
    while waiting:
        at, meant = waiting.pop()
        assert repr(text.value(at)) == repr(meant) == repr(json.loads(text.text(at)))
        if isinstance(meant, list):
            waiting += zip(text.elements(at), meant, strict=True)
        elif isinstance(meant, dict):
            waiting += ((place, meant[name]) for name, place in text.members(at).items())
            assert text.members(at).keys() == meant.keys()


@given(st.lists(json_values, max_size=3), st.lists(json_values, max_size=3), st.sampled_from([None, 2, "\t"]))
def test_what_is_appended_stands_at_the_end(old: list[Any], new: list[Any], indent: Any) -> None:
    written = json.dumps({"children": old, "other": [0.1]}, indent=indent)
    text = JsonText(written)
    added = text.edited([text.appended(text.members(text.root)["children"], map(json.dumps, new))]).decode()
    assert repr(json.loads(added)) == repr({"children": [*old, *new], "other": [0.1]})
    if not new:
        assert added == written


@pytest.mark.parametrize("indent", [None, 2, 4, "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_any_layout_stays(tmp_path: Path, indent: Any, newline: str) -> None:
    plain = json.loads(otio.core.serialize_json_to_string(whole()))
    text = "\ufeff  " + json.dumps(plain, indent=indent).replace("\n", newline) + newline
    written = place_stems(source(tmp_path / "cut.otio", text), stems(tmp_path)).path
    assert without_new_tracks(written) == literal(text.strip("\ufeff \r\n"))
    assert read_back(written) == read_back(tmp_path / "cut.otio") + 3


def read_back(path: Path) -> int:
    return len(open_document(path).timeline.tracks)


OLD = """{"OTIO_SCHEMA": "Timeline.1", "name": "old", "global_start_time": null, "metadata": {"n": 1.10},
 "tracks": {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": [{"OTIO_SCHEMA": "Sequence.1", "kind": "Video",
  "children": [
   {"OTIO_SCHEMA": "Filler.1", "source_range": {"OTIO_SCHEMA": "TimeRange.1",
    "start_time": {"OTIO_SCHEMA": "RationalTime.1", "value": 0, "rate": 24},
    "duration": {"OTIO_SCHEMA": "RationalTime.1", "value": 5, "rate": 24}}},
   {"OTIO_SCHEMA": "Clip.1", "name": "a", "media_reference": null},
   {"OTIO_SCHEMA": "Clip.1", "name": "b"},
   {"OTIO_SCHEMA": "Clip.1", "name": "c", "media_reference": {"OTIO_SCHEMA": "ExternalReference.1",
    "target_url": "a.mov", "metadata": {"target_url": "a.mov"}}, "media_references": "none"}
 ]}]}}"""


def test_old_schemas_stay_as_old_as_they_were(tmp_path: Path) -> None:
    written = place_stems(source(tmp_path / "cut.otio", OLD), stems(tmp_path)).path
    assert without_new_tracks(written) == literal(OLD)
    document = open_document(written)
    assert [type(child).__name__ for child in document.timeline.tracks[0]] == ["Gap", "Clip", "Clip", "Clip"]


def test_a_zero_in_a_text_neither_ends_nor_hides_anything(tmp_path: Path) -> None:
    text = otio.core.serialize_json_to_string(timeline(track(clip("NAME", 24, url="/m/NAME.mov"))), indent=4)
    text = text.replace("NAME", r"a\u0000\\u0000\\\u0000b").replace('"metadata": {}', r'"metadata": {"\u0000": {}}')
    cut = read_timeline(source(tmp_path / "cut.otio", text))
    assert [one.name for one in cut.clips] == ["a\ufffd\\u0000\\\ufffdb"]
    written = place_stems(tmp_path / "cut.otio", stems(tmp_path)).path
    assert without_new_tracks(written) == literal(text)


@pytest.mark.parametrize("text", [OLD, OLD.replace('"Clip.1"', '"Clip.0"')])
def test_only_the_url_of_media_that_lie_elsewhere_changes(tmp_path: Path, text: str) -> None:
    touch(tmp_path, "a.mov")
    (tmp_path / "below").mkdir()
    cut = source(tmp_path / "cut.otio", text)
    written = place_stems(cut, stems(tmp_path), tmp_path / "below" / "out.otio").path
    url = json.dumps((tmp_path / "a.mov").as_uri())
    assert without_new_tracks(written) == literal(text.replace('"a.mov"', url, 1))


def test_only_the_urls_within_a_bundle_change(tmp_path: Path) -> None:
    text = otio.core.serialize_json_to_string(whole(), indent=4).replace(f'"{PLACEHOLDER}"', "1234567.8901234567")
    text = text.replace('"a.mov"', '"media/a.mov"')
    folder = tmp_path / "cut.otiod"
    touch(folder, "media/a.mov")
    source(folder / "content.otio", text)
    with zipfile.ZipFile(tmp_path / "cut.otioz", "w") as archive:
        archive.writestr("content.otio", text)
        archive.writestr("media/a.mov", b"picture")
    for bundle in (folder, tmp_path / "cut.otioz"):
        document = open_document(bundle)
        url = document.timeline.tracks[0][0].media_reference.target_url
        assert url.startswith("file://") and url.endswith("/media/a.mov")
        written = place_stems(document, stems(tmp_path)).path
        assert without_new_tracks(written) == literal(text.replace('"media/a.mov"', json.dumps(url)))


@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
def test_a_bundle_that_is_written_holds_the_same_text(tmp_path: Path, suffix: str) -> None:
    text = otio.core.serialize_json_to_string(whole(), indent=4).replace(f'"{PLACEHOLDER}"', "1234567.8901234567")
    cut = source(tmp_path / "cut.otio", text)
    made = stems(tmp_path)
    touch(tmp_path, *(f"stems/{stem.path.name}" for stem in made))
    path = tmp_path / f"out{suffix}"
    write_bundle(cut, made, path)
    if suffix == ".otioz":
        with zipfile.ZipFile(path) as archive:
            archive.extract("content.otio", tmp_path)
    content = (path if suffix == ".otiod" else tmp_path) / "content.otio"
    assert without_new_tracks(content) == literal(text)


def test_a_root_that_is_no_timeline_stands_in_one_untouched(tmp_path: Path) -> None:
    roots = [whole().tracks, whole().tracks[0], whole().tracks[0][0]]
    for root, way in zip(roots, ([], [0], [0, 0]), strict=True):
        text = otio.core.serialize_json_to_string(root, indent=4).replace(f'"{PLACEHOLDER}"', "1234567.8901234567")
        written = place_stems(source(tmp_path / "cut.otio", text), stems(tmp_path)).path
        item = without_new_tracks(written)["tracks"]
        for step in way:
            item = list.__getitem__(item["children"], step)
        assert item == literal(text)
        written.unlink()


def test_a_bin_keeps_its_items_and_gains_a_timeline_of_them(tmp_path: Path) -> None:
    held = [clip("a", 24.1, url="a.mov"), otio.schema.SerializableCollection("sub", [whole()])]
    text = json.dumps(json.loads(otio.core.serialize_json_to_string(otio.schema.SerializableCollection("bin", held))))
    written = place_stems(source(tmp_path / "cut.otio", text), stems(tmp_path)).path
    assert without_new_tracks(written, "children", 1, "children", 0) == literal(text)
    held = [clip("a", 24.1, url="a.mov"), clip("b", 7.3), otio.schema.SerializableCollection("sub", [])]
    text = otio.core.serialize_json_to_string(otio.schema.SerializableCollection("bin", held), indent=2)
    text = text.replace('"name": "b"', '"name": "b", "n": 18446744073709551616')
    written = place_stems(source(tmp_path / "bin.otio", text), stems(tmp_path)).path
    root = without_new_tracks(written, "children", 3)
    added = root["children"].pop()
    assert root == literal(text)
    assert list.__getitem__(added["tracks"]["children"], 0)["children"] == root["children"][:2]
    assert added["name"] == "bin"


def test_a_timeline_without_tracks_gets_them(tmp_path: Path) -> None:
    text = '{"OTIO_SCHEMA": "Timeline.1", "metadata": {"n": 1.10}, "tracks": null, "name": "x"}'
    written = place_stems(source(tmp_path / "cut.otio", text), stems(tmp_path)).path
    root = literal(written.read_text())
    assert [name for name, _ in root] == ["OTIO_SCHEMA", "metadata", "tracks", "name"]
    document = open_document(written)
    assert [one.name for one in document.timeline.tracks] == [
        "Foley Ambient", "Foley Action", "Foley Material"
    ]  # fmt: skip
    assert root["metadata"] == literal('{"n": 1.10}')


def test_what_follows_the_end_of_the_text_is_left_out(tmp_path: Path) -> None:
    text = otio.core.serialize_json_to_string(whole(), indent=4)
    written = place_stems(source(tmp_path / "cut.otio", f"{text}\0 and more {{"), stems(tmp_path)).path
    assert without_new_tracks(written) == literal(text)


def test_metadata_as_deep_as_can_be_read_are_written(tmp_path: Path) -> None:
    deep = "[" * (DEEPEST - 10) + "0.30000000000000004" + "]" * (DEEPEST - 10)
    made = timeline(track(clip("a", 24)))
    made.metadata["odd"] = PLACEHOLDER
    text = otio.core.serialize_json_to_string(made, indent=4).replace(f'"{PLACEHOLDER}"', deep)
    written = place_stems(source(tmp_path / "cut.otio", text), stems(tmp_path)).path
    assert deep in written.read_text()


def test_a_document_is_the_same_after_it_was_written(tmp_path: Path) -> None:
    touch(tmp_path, "a.mov")
    (tmp_path / "below").mkdir()
    document = open_document(save(whole(), tmp_path / "cut.otio"))
    before = otio.core.serialize_json_to_string(document.root)
    place_stems(document, stems(tmp_path), tmp_path / "below" / "out.otio")
    assert otio.core.serialize_json_to_string(document.root) == before
    write_document(document, [], tmp_path / "again.otio")
    assert (tmp_path / "again.otio").read_text() == (tmp_path / "cut.otio").read_text() + "\n"


def test_xml_under_another_name_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match=r"cut\.ges is XML of a kind that is not read"):
        open_document(source(tmp_path / "cut.ges", " <?xml version='1.0'?><ges/>"))
