"""MLT XML as Shotcut keeps it and melt plays it. otio-mlt-adapter 0.3.0 drops one of two sounds, twins and time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from plugin.interchange.losses import Losses
from plugin.interchange.mlt_tracks import Played, Track, all_markers, lengths_of, standing_losses, tracks_of
from plugin.interchange.mlt_xml import (
    Numbered,
    add,
    add_entries,
    add_mixes,
    new_document,
    played_properties,
)
from plugin.interchange.nearby import Nearby
from plugin.interchange.reel import Reel
from plugin.interchange.xml_file import write_xml
from plugin.timeline import clock

_TITLE = "MLT XML"


def write(reel: Reel, path: Path) -> tuple[str, ...]:
    """Write a Shotcut project; what MLT cannot hold comes back in words. Raises OutputError."""
    losses = Losses(_TITLE)
    tracks = tracks_of(reel, losses)
    root = new_document(reel, path, title="Shotcut version 22.12.21", producer="main")
    ids = _add_producers(root, tracks, Nearby(path.parent))
    _add_background(root, max(1, reel.frames))
    for number, track in enumerate(tracks):
        kind = "shotcut:video" if track.picture else "shotcut:audio"
        playlist = add(root, "playlist", {"id": f"playlist{number}"}, {kind: 1, "shotcut:name": track.name})
        for piece, entry in add_entries(playlist, track.pieces, ids):
            add(entry, "property", {"name": "shotcut:caption"}).text = piece.name
    _add_tractor(root, tracks, reel)
    write_xml(root, path)
    return (*standing_losses(reel, _TITLE), *_path_losses(path), *losses.told())


def _path_losses(path: Path) -> tuple[str, ...]:
    if not set("%?") & set(str(path.absolute())):
        return ()
    return (f"melt 7.12 opens no project that has % or ? in its path; to play {path.name} with it, move it.",)


def _add_producers(root: Element, tracks: Sequence[Track], nearby: Nearby) -> dict[Played, str]:
    ids: dict[Played, str] = {}
    for number, (played, length) in enumerate(lengths_of(tracks).items()):
        ids[played] = f"producer{number}"
        properties = {**played_properties(played, length, nearby), "shotcut:caption": played.path.name}
        add(root, "producer", {"id": ids[played], "in": 0, "out": length - 1}, properties)
    return ids


def _add_background(root: Element, frames: int) -> None:
    black: Numbered = {"length": frames, "eof": "pause", "resource": 0, "aspect_ratio": 1, "mlt_service": "color"}
    unheard = {**black, "mlt_image_format": "rgba", "set.test_audio": 0}
    add(root, "producer", {"id": "black", "in": 0, "out": frames - 1}, unheard)
    playlist = add(root, "playlist", {"id": "background"})
    add(playlist, "entry", {"producer": "black", "in": 0, "out": frames - 1})


def _add_tractor(root: Element, tracks: Sequence[Track], reel: Reel) -> None:
    tractor = add(root, "tractor", {"id": "main", "in": 0, "out": max(0, reel.frames - 1)}, {"shotcut": 1})
    _add_markers(tractor, reel)
    add(tractor, "track", {"producer": "background"})
    for number, track in enumerate(tracks):
        add(tractor, "track", {"producer": f"playlist{number}"} | ({} if track.picture else {"hide": "video"}))
    add_mixes(tractor, range(1, len(tracks) + 1))
    for number, track in enumerate(tracks, start=1):
        if track.picture:
            _add_blend(tractor, number)


def _add_blend(tractor: Element, number: int) -> None:
    """Each picture lies over the lowest; the lowest, as Shotcut has it, over the background, switched off."""
    tracks: Numbered = {"a_track": int(number > 1), "b_track": number, "disable": int(number == 1)}
    blend: Numbered = {"version": "0.1", "mlt_service": "frei0r.cairoblend", "threads": 0}
    add(tractor, "transition", {"id": f"blend{number}"}, {**tracks, **blend})


def _add_markers(tractor: Element, reel: Reel) -> None:
    markers = all_markers(reel)
    if not markers:
        return
    listed = add(tractor, "properties", {"name": "shotcut:markers"})
    for number, marker in enumerate(markers):
        start, end = (
            clock.seconds_to_frames(edge, rate=reel.rate) for edge in (marker.record.start, marker.record.end)
        )
        words: Numbered = {"text": ": ".join(marker.words), "start": start, "end": end, "color": "#008000"}
        add(listed, "properties", {"name": number}, words)
