"""MLT XML as Shotcut keeps it and melt plays it. otio-mlt-adapter 0.3.0 drops one of two sounds, twins and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

from plugin.interchange.losses import Losses
from plugin.interchange.mlt_tracks import Piece, Played, Track, all_markers, lengths_of, standing_losses, tracks_of
from plugin.interchange.mlt_xml import (
    MIXED_PICTURE,
    MIXED_SOUND,
    Numbered,
    Playlist,
    add,
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
        _add_track(root, number, track, ids)
    _add_tractor(root, tracks, reel)
    write_xml(root, path)
    return (*standing_losses(reel, _TITLE), *_path_losses(path), *losses.told())


def _add_track(root: Element, number: int, track: Track, ids: Mapping[Played, str]) -> None:
    crossings = {piece: _add_crossing(root, piece, after, ids, track.picture) for piece, after in _crossing(track)}
    kind = "shotcut:video" if track.picture else "shotcut:audio"
    element = add(root, "playlist", {"id": f"playlist{number}"}, {kind: 1, "shotcut:name": track.name})
    playlist = Playlist(element)
    for piece in track.pieces:
        before, after = piece.fades.before, piece.fades.after
        alone = piece.part(
            piece.start_frame + (before.trail if before is not None else 0),
            piece.end_frame - (after.lead if after is not None else 0),
        )
        if alone.frames:
            entry = playlist.add(ids[piece.played], alone.start_frame, alone.in_frame, alone.frames)
            add(entry, "property", {"name": "shotcut:caption"}).text = piece.name
        if after is not None:
            playlist.add(crossings[piece], alone.end_frame, 0, after.frames)


def _crossing(track: Track) -> list[tuple[Piece, Piece]]:
    return [(one, after) for one, after in pairwise(track.pieces) if one.fades.after is not None]


def _add_crossing(root: Element, piece: Piece, after: Piece, ids: Mapping[Played, str], picture: bool) -> str:
    """Shotcut's own transition: the end of one clip and the start of the next as a clip between them."""
    assert piece.fades.after is not None
    frames = piece.fades.after.frames
    start_frame = piece.end_frame - piece.fades.after.lead
    name = f"crossing-{ids[piece.played]}"
    tractor = add(root, "tractor", {"id": name, "in": 0, "out": frames - 1}, {"shotcut:transition": "lumaMix"})
    for part in (one.part(start_frame, start_frame + frames) for one in (piece, after)):
        ends = {"in": part.in_frame, "out": part.in_frame + frames - 1}
        add(tractor, "track", {"producer": ids[part.played], **ends})
    mixed: Numbered = {"a_track": 0, "b_track": 1}
    kept: Numbered = MIXED_PICTURE if picture else MIXED_SOUND
    add(tractor, "transition", {"id": f"{name}-mix", "in": 0, "out": frames - 1}, {**mixed, **kept})
    return name


def _add_fades(producer: Element, piece: Piece) -> None:
    """Shotcut's own fades, straight lines in decibels from and to -60."""
    ends = {"in": piece.in_frame, "out": piece.in_frame + piece.frames - 1}
    rise, fall, last = piece.fades.rise, piece.fades.fall, piece.frames - 1
    for name, anim, frames, level in (
        ("fadeInVolume", "animIn", rise, f"0=-60;{max(rise - 1, 1)}=0"),
        ("fadeOutVolume", "animOut", fall, f"{min(last - fall + 1, last - 1)}=0;{last}=-60"),
    ):
        if frames:
            said: Numbered = {"mlt_service": "volume", "level": level, "shotcut:filter": name}
            add(producer, "filter", ends, {**said, f"shotcut:{anim}": frames})


def _path_losses(path: Path) -> tuple[str, ...]:
    if not set("%?") & set(str(path.absolute())):
        return ()
    return (f"melt 7.12 opens no project that has % or ? in its path; to play {path.name} with it, move it.",)


def _add_producers(root: Element, tracks: Sequence[Track], nearby: Nearby) -> dict[Played, str]:
    ids: dict[Played, str] = {}
    fading = {piece.played: piece for track in tracks for piece in track.pieces if piece.fades.rise or piece.fades.fall}
    for number, (played, length) in enumerate(lengths_of(tracks).items()):
        ids[played] = f"producer{number}"
        properties = {**played_properties(played, length, nearby), "shotcut:caption": played.path.name}
        producer = add(root, "producer", {"id": ids[played], "in": 0, "out": length - 1}, properties)
        if played in fading:
            _add_fades(producer, fading[played])
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
