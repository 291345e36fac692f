"""The timeline file: opened with plain words for what is wrong, whatever its root; written whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import opentimelineio as otio

from engine.media.whole_file import whole_file
from engine.types import TimelineError
from plugin.interchange.reading import table
from plugin.timeline import source_text
from plugin.timeline.deadly import DEEPEST, deadly_object, is_too_deep
from plugin.timeline.walk import Node, walk

MOST_BYTES = 2**28
_ZERO = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_TYPE_NAME = re.compile(r"named '(?P<name>[^']*)'.*found a \S*?\d+(?P<found>[A-Za-z]+?)E? instead", re.DOTALL)


@dataclass(frozen=True)
class Document:
    """An opened file: what is written back, and the timeline in it that is meant. It stays as it was read."""

    path: Path
    root: Any  # otio SerializableObject; holds `timeline`
    timeline: otio.schema.Timeline
    warnings: tuple[str, ...] = ()
    source: str = ""  # OpenTimelineIO's JSON of the root, as it was read; "" where it was read from something else

    @cached_property
    def nodes(self) -> list[Node]:
        """Every item of the timeline with its place, parents before children: walked once."""
        return walk(self.timeline.tracks)


def open_document(path: Path, rate: Fraction | None = None) -> Document:
    """Open an .otio file, or one of another format by its suffix: see `plugin.interchange.reading.table`.

    A root that is no timeline is wrapped into one, with nothing lost. `rate` is for formats that do not say it (.edl).
    Raises TimelineError for a file that is absent, empty, damaged, of another kind or from a newer version.
    """
    if table.reads(path):
        reading = table.read(path, rate)
        found = _as_document(path, reading.root, reading.source)
        document = replace(found, warnings=(*found.warnings, *reading.warnings))
    else:
        source = _read_text(path)
        document = _as_document(path, parse_object(source, path), source)
    if document.timeline.tracks is None:
        document.timeline.tracks = otio.schema.Stack("tracks")
    return document


def as_document(timeline: Path | Document) -> Document:
    """What is opened already, or the file opened now. Raises TimelineError as `open_document`."""
    return timeline if isinstance(timeline, Document) else open_document(timeline)


def items_in(root: Any) -> Iterator[Any]:
    """An object and all that lies in it, in order. OpenTimelineIO's own search dies of a timeline without tracks."""
    waiting = [root]
    while waiting:
        item = waiting.pop()
        yield item
        if isinstance(item, otio.schema.Timeline):
            waiting.extend([item.tracks] if item.tracks is not None else [])
        elif isinstance(item, otio.core.Composition | otio.schema.SerializableCollection):
            waiting.extend(reversed(list(item)))


def write_object(root: Any, path: Path) -> None:
    """Write any OpenTimelineIO object as a whole new file."""
    _write(source_text.serialized(root).encode(), path)


def write_document(document: Document, tracks: Sequence[otio.schema.Track], path: Path) -> None:
    """Write an opened file as a whole new one, with further tracks at the end of its timeline.

    All else is as it was read, to the letter, but for the URLs of media, which are those that the objects have now.
    """
    source = document.source or source_text.serialized(document.root)
    _write(source_text.with_tracks(source, document.root, document.timeline, tracks), path)


def _write(text: bytes, path: Path) -> None:
    with whole_file(path) as file:
        file.write(text)
        file.write(b"\n")


def parse_object(text: str, path: Path) -> Any:
    """The object that OpenTimelineIO's JSON holds; `path` is for the words of a TimelineError."""
    if is_too_deep(text):
        raise TimelineError(
            f"{path} is nested over {DEEPEST} brackets deep, which OpenTimelineIO cannot read. Flatten its compounds."
        )
    if found := deadly_object(text):
        raise TimelineError(
            f"{path} holds {found}, which OpenTimelineIO {otio.__version__} cannot read. "
            "Export the timeline again as .otio, with a newer OpenTimelineIO."
        )
    try:
        return otio.core.deserialize_json_from_string(_without_zeros(text))
    except otio.exceptions.UnsupportedSchemaError as error:
        raise TimelineError(
            f"{path} was written by a newer OpenTimelineIO than {otio.__version__} ({error}). "
            "Export it for an older version, or update the opentimelineio package."
        ) from error
    except (ValueError, KeyError, TypeError, RuntimeError, otio.exceptions.OTIOError) as error:
        raise TimelineError(_refusal(path, str(error))) from error


def _without_zeros(text: str) -> str:
    """U+0000 as U+FFFD: OpenTimelineIO (0.18) ends texts at it, and finds no metadata by a name that has one."""
    return _ZERO.sub(r"\1\\ufffd", text) if "\\u0000" in text else text


def _read_text(path: Path) -> str:
    if path.exists() and not path.is_file() and not path.is_dir():
        raise TimelineError(f"{path} is a device or pipe, not a timeline. Give an .otio file.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TimelineError(f"{path} is larger than {MOST_BYTES >> 20} MB. Export less of the timeline.")
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise TimelineError(f"There is no timeline at {path}. Check the path.") from error
    except OSError as error:
        raise TimelineError(f"{path} cannot be read: {error.strerror}. Give a file that you may open.") from error
    if not raw.strip():
        raise TimelineError(f"{path} is empty. Export the timeline again.")
    if raw.lstrip().startswith(b"<"):
        raise TimelineError(
            f"{path} is XML of a kind that is not read. Export the timeline as .otio; if it is FCPXML, FCP 7 XML, "
            "MLT or Kdenlive, let its name end in .fcpxml, .xml, .mlt or .kdenlive."
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TimelineError(
            f"{path} is no OpenTimelineIO file: byte {error.start} is not UTF-8 text. Export the timeline as .otio."
        ) from error


def _refusal(path: Path, words: str) -> str:
    if "type mismatch" in words:
        match = _TYPE_NAME.search(words)
        where = f' in "{match["name"]}"' if match else ""
        return (
            f"{path} holds something{where} that OpenTimelineIO {otio.__version__} does not know ({words}). "
            "Remove that effect or item in the editing program, or export without it."
        )
    return f"{path} is no OpenTimelineIO file, or a damaged one ({words}). Export the timeline again as .otio."


def _as_document(path: Path, root: Any, source: str) -> Document:
    schema = otio.schema
    if isinstance(root, schema.Timeline):
        return Document(path, root, root, source=source)
    if isinstance(root, schema.SerializableCollection):
        return _from_collection(path, root, source)
    if isinstance(root, otio.core.Composable) and not isinstance(root, schema.Transition):
        text = source and source_text.wrapped(source, root)
        timeline = _wrapped(root)
        return Document(path, timeline, timeline, source=text)
    found = root.schema_name() if isinstance(root, otio.core.SerializableObject) else type(root).__name__
    raise TimelineError(f"{path} holds no timeline but {_article(found)}. Export the timeline itself as .otio.")


def _from_collection(path: Path, collection: otio.schema.SerializableCollection, source: str) -> Document:
    timelines = [item for item in items_in(collection) if isinstance(item, otio.schema.Timeline)]
    if timelines:
        others = f'{path} holds {len(timelines)} timelines; "{timelines[0].name}", the first, is taken.'
        return Document(path, collection, timelines[0], (others,) if len(timelines) > 1 else (), source)
    items = [child for child in collection if isinstance(child, otio.core.Item)]
    if not items:
        raise TimelineError(f"{path} is a collection without a timeline or clip. Export a timeline as .otio.")
    # The bin stays as it is; a timeline that shows its items one after another joins it.
    text = source and source_text.with_line_up(source, collection)
    timeline = _wrapped(otio.schema.Track(children=[item.deepcopy() for item in items]))
    timeline.name = collection.name
    collection.append(timeline)
    warnings = (f"{path} is a bin, not a timeline; its items are taken in order.",)
    return Document(path, collection, timeline, warnings, text)


def _wrapped(item: Any) -> otio.schema.Timeline:
    timeline = otio.schema.Timeline(item.name)
    if isinstance(item, otio.schema.Stack):
        timeline.tracks = item
        return timeline
    track = item if isinstance(item, otio.schema.Track) else otio.schema.Track(children=[item])
    timeline.tracks.append(track)
    return timeline


def _article(noun: str) -> str:
    return f"{'an' if noun[:1] in 'AEIOU' else 'a'} {noun}"
