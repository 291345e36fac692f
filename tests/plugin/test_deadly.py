"""Files that OpenTimelineIO would not survive are refused in words before it reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.types import TimelineError
from plugin.timeline import deadly
from plugin.timeline.deadly import DEEPEST, deadly_object, is_too_deep
from plugin.timeline.document import open_document

MISSING = {"OTIO_SCHEMA": "MissingReference.1"}
RANGE = {
    "OTIO_SCHEMA": "TimeRange.1",
    "start_time": {"OTIO_SCHEMA": "RationalTime.1", "value": 0, "rate": 24},
    "duration": {"OTIO_SCHEMA": "RationalTime.1", "value": 48, "rate": 24},
}


def shot(schema: str = "Clip.1", **members: Any) -> dict[str, Any]:
    return {"OTIO_SCHEMA": schema, "name": "a", "source_range": RANGE, **members}


def new_shot(**members: Any) -> dict[str, Any]:
    return shot(
        "Clip.2", media_references={"DEFAULT_MEDIA": MISSING}, active_media_reference_key="DEFAULT_MEDIA", **members
    )


def cut(*children: Any, **members: Any) -> dict[str, Any]:
    track = {"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": list(children)}
    stack = {"OTIO_SCHEMA": "Stack.1", "children": [track]}
    return {"OTIO_SCHEMA": "Timeline.1", "tracks": stack, **members}


DEADLY = {
    "references": cut(shot(media_references={"DEFAULT_MEDIA": MISSING})),
    "key": cut(shot(active_media_reference_key=MISSING)),
    "list of references": cut(shot(media_reference=[MISSING])),
    "references without a schema": cut(shot(media_reference={"a": {"b": MISSING}})),
    "marker": cut(shot(markers=[{"OTIO_SCHEMA": "Marker.1", "marked_range": MISSING}])),
    "in metadata": cut(metadata={"x": [shot("Clip.0", media_references=MISSING)]}),
    "unknown": cut(metadata={"x": {"OTIO_SCHEMA": "UnknownSchema.1"}}),
    "schema last": cut({"media_references": {"a": MISSING}, "name": "\\", "OTIO_SCHEMA": "Clip.1"}),
}


def saved(folder: Path, text: str) -> Path:
    path = folder / "cut.otio"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", DEADLY)
def test_objects_that_would_end_the_process_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(TimelineError, match=r"cut\.otio holds an? .*\"(Clip|Marker|UnknownSchema)\.[01]\""):
        open_document(saved(tmp_path, json.dumps(DEADLY[name])))


def test_names_whose_letters_are_written_as_numbers_hide_nothing(tmp_path: Path) -> None:
    text = json.dumps(DEADLY["references"]).replace("Clip.1", r"\u0043lip.1").replace("media_r", r"\u006dedia_r")
    with pytest.raises(TimelineError, match=r"Clip\.1"):
        open_document(saved(tmp_path, text.replace("OTIO_S", r"\u004fTIO_S")))


@pytest.mark.parametrize(
    "root",
    [
        cut(shot(media_reference=MISSING, markers=[{"OTIO_SCHEMA": "Marker.1", "range": RANGE}])),
        cut(shot(media_references=[{}], markers=[{"OTIO_SCHEMA": "Marker.1", "range": RANGE, "marked_range": RANGE}])),
        cut(shot(media_reference=None, metadata={"media_references": {"a": MISSING}})),
        cut(new_shot(metadata={"x": '"Clip.1'}), new_shot()),
    ],
)
def test_old_and_new_files_are_read(tmp_path: Path, root: dict[str, Any]) -> None:
    assert open_document(saved(tmp_path, json.dumps(root))).nodes[2].item.source_range.duration.value == 48


def test_what_is_no_json_is_left_to_its_reader() -> None:
    for text in ("", '"Clip.1', ']]"Clip.1"', r'{"\u0043\x": "Clip.1"}', '{"OTIO_SCHEMA": "Clip.1"'):
        assert deadly_object(text) == ""


@pytest.mark.parametrize("root", ['{"OTIO_SCHEMA": "SerializableCollection.1", "children": [%s]}', "%s"])
@pytest.mark.parametrize("bundled", [False, True])
def test_a_timeline_without_tracks_is_an_empty_one(tmp_path: Path, root: str, bundled: bool) -> None:
    folder = tmp_path / "cut.otiod"
    folder.mkdir()
    path = folder / "content.otio"
    path.write_text(root % '{"OTIO_SCHEMA": "Timeline.1", "name": "none", "tracks": null}')
    opened = open_document(folder if bundled else path)
    assert opened.timeline.name == "none" and list(opened.timeline.tracks) == []


def test_the_first_timeline_of_a_bin_is_taken(tmp_path: Path) -> None:
    named = [cut(shot(media_reference=MISSING), name=name) for name in ("first", "second", "third")]
    inner = {"OTIO_SCHEMA": "SerializableCollection.1", "children": named[:2]}
    root = {"OTIO_SCHEMA": "SerializableCollection.1", "children": [new_shot(), inner, named[2]]}
    opened = open_document(saved(tmp_path, json.dumps(root)))
    assert opened.timeline.name == "first"
    assert "3 timelines" in opened.warnings[0] and '"first", the first' in opened.warnings[0]


def test_depth_is_counted_through_the_whole_text(monkeypatch: pytest.MonkeyPatch) -> None:
    half = "[" * (DEEPEST // 2)
    for chunk in (len(half) // 3, 2**20):
        monkeypatch.setattr(deadly, "_CHUNK", chunk)
        assert is_too_deep(f"{half} {half}[")
        assert not is_too_deep(f"{half}[] {half}")
        assert not is_too_deep(f'{half}"{half}\\"{half}[","\\\\",{half}')
        assert is_too_deep(f'{half}"{half}\\\\",{half}[')


def test_a_file_of_no_known_size_is_not_read_whole(tmp_path: Path) -> None:
    path = saved(tmp_path, "{")
    with path.open("r+b") as file:
        file.truncate(2**28 + 1)
    with pytest.raises(TimelineError, match=r"cut\.otio is larger than 256 MB"):
        open_document(path)
