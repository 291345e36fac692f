"""The text that a timeline was read from, with new tracks in it: what OpenTimelineIO would write anew stays untouched.

Its reader (0.18) takes numbers of sixteen and seventeen digits for their neighbours and whole ones past 2**63 for
others, and its writer orders metadata anew; none of that shows in what is written here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import opentimelineio as otio

from plugin.timeline.json_text import Edit, JsonText

_URLS = "target_url", "target_url_base"


def serialized(root: Any) -> str:
    """Any OpenTimelineIO object as text."""
    return str(otio.core.serialize_json_to_string(root, indent=4))


def with_tracks(source: str, root: Any, timeline: otio.schema.Timeline, tracks: Sequence[otio.schema.Track]) -> bytes:
    """The text of `root` with tracks at the end of `timeline`, which lies in it, and the URLs that its objects have."""
    text = JsonText(source)
    edits: list[Edit] = []
    for item, at in _places(root, text):
        if isinstance(item, otio.schema.Clip):
            edits += _changed_urls(item, text, at)
        elif item is timeline:
            edits.append(_new_tracks(text, text.members(at)["tracks"], tracks))
    return text.edited(edits)


def wrapped(source: str, item: Any) -> str:
    """The text of a timeline that holds an item of this text: a stack as its tracks, anything else on them."""
    shell = otio.schema.Timeline(item.name)
    if isinstance(item, otio.schema.Stack):
        text = JsonText(serialized(shell))
        at = text.members(text.root)["tracks"]
        return text.edited([Edit(at, text.end(at), source.encode())]).decode()
    if isinstance(item, otio.schema.Track):
        return _filled(shell, source)
    return _filled(shell, _filled(otio.schema.Track(), source))


def with_line_up(source: str, collection: otio.schema.SerializableCollection) -> str:
    """The text of a bin with a timeline more, that shows its items one after another."""
    text = JsonText(source)
    at = text.members(text.root)["children"]
    places = zip(collection, text.elements(at), strict=True)
    items = [text.text(place) for child, place in places if isinstance(child, otio.core.Item)]
    line_up = _filled(otio.schema.Timeline(collection.name), _filled(otio.schema.Track(), *items))
    return text.edited([text.appended(at, [line_up])]).decode()


def _filled(shell: Any, *items: str) -> str:
    """The text of an empty timeline or composition with items in it."""
    text = JsonText(serialized(shell))
    members = text.members(text.root)
    if "tracks" in members:
        members = text.members(members["tracks"])
    return text.edited([text.appended(members["children"], items)]).decode()


def _new_tracks(text: JsonText, at: int, tracks: Sequence[otio.schema.Track]) -> Edit:
    new = [serialized(track) for track in tracks]
    if text.is_null(at):
        return Edit(at, text.end(at), _filled(otio.schema.Stack("tracks"), *new).encode())
    return text.appended(text.members(at)["children"], new)


def _changed_urls(clip: otio.schema.Clip, text: JsonText, at: int) -> Iterator[Edit]:
    references = clip.media_references()
    for key, place in _references(text, text.members(at)).items():
        for name in (name for name in _URLS if hasattr(references.get(key), name)):
            url_at = text.members(place)[name]
            said, meant = text.value(url_at) or "", getattr(references[key], name)
            if meant != said.replace("\0", "\ufffd"):
                yield Edit(url_at, text.end(url_at), json.dumps(meant, ensure_ascii=False).encode())


def _references(text: JsonText, members: dict[str, int]) -> dict[str, int]:
    """Where a clip's references stand, by the names that OpenTimelineIO gives them; before version 2 there was one."""
    if int(text.value(members["OTIO_SCHEMA"]).rpartition(".")[2]) > 1:
        return text.members(members["media_references"])
    only = members.get("media_reference")
    return {} if only is None or text.is_null(only) else {otio.schema.Clip.DEFAULT_MEDIA_KEY: only}


def _places(root: Any, text: JsonText) -> Iterator[tuple[Any, int]]:
    """Every timeline and clip with where it stands."""
    waiting = [(root, text.root)]
    while waiting:
        item, at = waiting.pop()
        if text.is_null(at):
            continue
        if isinstance(item, otio.schema.Timeline):
            yield item, at
            waiting.append((item.tracks, text.members(at)["tracks"]))
        elif isinstance(item, otio.schema.Clip):
            yield item, at
        elif isinstance(item, otio.core.Composition | otio.schema.SerializableCollection):
            waiting.extend(zip(item, text.elements(text.members(at)["children"]), strict=True))
