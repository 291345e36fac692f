"""A Kdenlive project of version 1.04, which 22.12 keeps and later ones take over.

otio-kdenlive-adapter 0.0.3 rounds down, mixes nothing and takes the frame rate from the longest track.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element

from plugin.interchange.losses import Losses
from plugin.interchange.mlt_tracks import (
    MOST_FRAMES,
    Piece,
    Played,
    Track,
    all_markers,
    lengths_of,
    standing_losses,
    tracks_of,
)
from plugin.interchange.mlt_xml import (
    MIXED_PICTURE,
    MIXED_SOUND,
    Numbered,
    Playlist,
    add,
    add_mixes,
    new_document,
    played_properties,
    resource_of,
)
from plugin.interchange.nearby import Nearby
from plugin.interchange.reel import Reel
from plugin.interchange.xml_file import write_xml
from plugin.timeline import clock

_TITLE = "Kdenlive"
_FIRST_BIN_ID = 2
_OWN = {"internal_added": 237}  # how Kdenlive marks what it has added itself
_CATEGORIES = ("#9b59b6", "#3daee9", "#1abc9c", "#1cdc9a", "#c9ce3b", "#fdbc4b", "#f39c1f", "#f47750", "#da4453")
_OF_COLOUR = {"PURPLE": 0, "BLUE": 1, "CYAN": 1, "GREEN": 2, "YELLOW": 5, "ORANGE": 6, "RED": 8, "PINK": 8}


def write(reel: Reel, path: Path) -> tuple[str, ...]:
    """Write a Kdenlive project; what it cannot hold comes back in words. Raises OutputError."""
    losses = Losses(_TITLE)
    tracks = tuple(_with_freezes(track) for track in tracks_of(reel, losses))
    root = new_document(reel, path, producer="main_bin")
    nearby = Nearby(path.parent)
    bin_ids = _add_bin(root, tracks, reel, nearby)
    ids = _add_producers(root, tracks, bin_ids, nearby)
    _add_black(root, max(1, reel.frames))
    # Sound comes first and upside down: Kdenlive counts its tracks from the lowest on the screen.
    order = [*reversed([track for track in tracks if not track.picture]), *(track for track in tracks if track.picture)]
    for number, track in enumerate(order):
        _add_track(root, number, track, ids, bin_ids)
    _add_tractor(root, order, max(1, reel.frames))
    write_xml(root, path)
    _note_names(tracks, losses)
    return (*standing_losses(reel, _TITLE), *losses.told())


def _with_freezes(track: Track) -> Track:
    """Held frames as stretches of their files that begin with the frame: Kdenlive knows no producer that holds."""
    return replace(track, pieces=tuple(_frozen(piece) for piece in track.pieces))


def _frozen(piece: Piece) -> Piece:
    held = piece.played.held_frame
    if held is None:
        return piece
    return replace(piece, in_frame=held, length=held + piece.frames)


def _note_names(tracks: Sequence[Track], losses: Losses) -> None:
    for piece in (piece for track in tracks for piece in track.pieces):
        if piece.name not in (piece.played.path.name, piece.played.path.stem):
            losses.add("clip", "goes by the name of its file", "go by the names of their files")


def _add_bin(root: Element, tracks: Sequence[Track], reel: Reel, nearby: Nearby) -> dict[Path, int]:
    """Each file once; the bin's own properties are the project's."""
    lengths: dict[Path, int] = {}
    for played, length in lengths_of(tracks).items():
        lengths[played.path] = max(
            lengths.get(played.path, 0), min(math.ceil(length * abs(played.speed or Fraction(1))), MOST_FRAMES)
        )
    bin_ids = {file: number for number, file in enumerate(lengths, start=_FIRST_BIN_ID)}
    for file, bin_id in bin_ids.items():
        _add_bin_clip(root, file, bin_id, lengths[file], nearby)
    playlist = add(root, "playlist", {"id": "main_bin"}, _project_properties(reel))
    for file, bin_id in bin_ids.items():
        add(playlist, "entry", {"producer": f"bin{bin_id}", "in": 0, "out": lengths[file] - 1})
    return bin_ids


def _add_bin_clip(root: Element, file: Path, bin_id: int, length: int, nearby: Nearby) -> None:
    media: Numbered = {
        "length": length,
        "eof": "pause",
        "resource": resource_of(file, nearby),
        "mlt_service": "avformat",
    }
    kept: Numbered = {"kdenlive:folderid": -1, "kdenlive:id": bin_id, "kdenlive:clipname": file.name}
    add(root, "producer", {"id": f"bin{bin_id}", "in": 0, "out": length - 1}, {**media, **kept})


def _project_properties(reel: Reel) -> Numbered:
    properties: Numbered = {
        "version": "1.04",
        "kdenliveversion": "22.12.3",
        "decimalPoint": ".",
        "audioChannels": 2,
        "compositing": 1,
        "position": 0,
        "guidesCategories": _as_json(
            {"color": colour, "comment": f"Category {number + 1}", "index": number}
            for number, colour in enumerate(_CATEGORIES)
        ),
        "guides": _as_json(_guides(reel)),
    }
    named = {f"kdenlive:docproperties.{name}": value for name, value in properties.items()}
    return {"kdenlive:folder.-1.2": "Foley", **named, "xml_retain": 1}


def _as_json(objects: Iterable[Mapping[str, str | int]]) -> str:
    return json.dumps(list(objects), ensure_ascii=False)


def _guides(reel: Reel) -> list[dict[str, str | int]]:
    """One guide a frame: Kdenlive keeps no two at one place."""
    guides: dict[int, dict[str, str | int]] = {}
    for marker in all_markers(reel):
        frame = clock.seconds_to_frames(marker.record.start, rate=reel.rate)
        words = ": ".join(marker.words)
        if frame in guides:
            guides[frame]["comment"] = f"{guides[frame]['comment']}; {words}"
        else:
            guides[frame] = {"comment": words, "pos": frame, "type": _OF_COLOUR.get(marker.colour, 0)}
    return list(guides.values())


def _add_producers(
    root: Element, tracks: Sequence[Track], bin_ids: Mapping[Path, int], nearby: Nearby
) -> dict[Played, str]:
    ids: dict[Played, str] = {}
    for number, (played, length) in enumerate(lengths_of(tracks).items()):
        ids[played] = f"producer{number}"
        streams: Numbered = {"set.test_audio": int(played.picture), "set.test_image": int(not played.picture)}
        shown = replace(played, held_frame=None, speed=Fraction(1)) if played.held_frame is not None else played
        properties = {**played_properties(shown, length, nearby), **streams, "kdenlive:id": bin_ids[played.path]}
        add(root, "producer", {"id": ids[played], "in": 0, "out": length - 1}, properties)
    return ids


def _add_black(root: Element, frames: int) -> None:
    black: Numbered = {"length": frames, "eof": "continue", "resource": "black", "aspect_ratio": 1}
    made: Numbered = {"mlt_service": "color", "mlt_image_format": "rgba", "set.test_audio": 0}
    add(root, "producer", {"id": "black_track", "in": 0, "out": frames - 1}, {**black, **made})


def _add_track(
    root: Element, number: int, track: Track, ids: Mapping[Played, str], bin_ids: Mapping[Path, int]
) -> None:
    """A tractor of two playlists: of two clips that mix the later is on the other one."""
    kind: Numbered = {} if track.picture else {"kdenlive:audio_track": 1}
    playlists = [add(root, "playlist", {"id": f"playlist{number}_{half}"}, kind) for half in (0, 1)]
    halves, mixes, half = [Playlist(one) for one in playlists], [], 0
    for piece in track.pieces:
        half = 1 - half if piece.fades.before is not None else 0
        heard = piece.part(piece.start_frame - piece.fades.lead, piece.end_frame + piece.fades.trail)
        entry = halves[half].add(ids[piece.played], heard.start_frame, heard.in_frame, heard.frames)
        add(entry, "property", {"name": "kdenlive:id"}).text = str(bin_ids[piece.played.path])
        if piece.played.held_frame is not None:
            _add_freeze(entry)
        _add_fades(entry, heard)
        if piece.fades.after is not None:
            mixes.append((piece.end_frame, piece.fades.after, half))
    last_frame = max((piece.end_frame for piece in track.pieces), default=1) - 1
    shown: Numbered = {"kdenlive:trackheight": 69, "kdenlive:timeline_active": 1, "kdenlive:collapsed": 0}
    named = {**kind, **shown, "kdenlive:track_name": track.name}
    tractor = add(root, "tractor", {"id": f"tractor{number}", "in": 0, "out": last_frame}, named)
    for half in (0, 1):
        hidden = "audio" if track.picture else "video"
        add(tractor, "track", {"hide": hidden, "producer": f"playlist{number}_{half}"})
    for count, (cut_frame, overlap, first) in enumerate(mixes):
        ends = {"in": cut_frame - overlap.lead, "out": cut_frame + overlap.trail - 1}
        mixed: Numbered = {"a_track": 0, "b_track": 1, **(MIXED_PICTURE if track.picture else MIXED_SOUND)}
        name = "luma" if track.picture else "mix"
        own: Numbered = {"kdenlive_id": name, "kdenlive:mixcut": overlap.trail, "reverse": first}
        add(tractor, "transition", {"id": f"mix{number}_{count}", **ends}, {**mixed, **own})


def _add_fades(entry: Element, piece: Piece) -> None:
    """Kdenlive's own fades, straight lines of gain."""
    first, last = piece.in_frame, piece.in_frame + piece.frames - 1
    for name, frames, ends, gains in (
        ("fadein", piece.fades.rise, (first, first + piece.fades.rise - 1), (0, 1)),
        ("fadeout", piece.fades.fall, (last - piece.fades.fall + 1, last), (1, 0)),
    ):
        if frames:
            said: Numbered = {"mlt_service": "volume", "kdenlive_id": name, "gain": gains[0], "end": gains[1]}
            add(entry, "filter", {"in": ends[0], "out": ends[1]}, said)


def _add_freeze(entry: Element) -> None:
    """Of the whole clip its first frame: Kdenlive's effect counts from the in point."""
    add(
        entry,
        "filter",
        {},
        {"mlt_service": "freeze", "kdenlive_id": "freeze", "frame": 0, "freeze_before": 0, "freeze_after": 0},
    )


def _add_tractor(root: Element, order: Sequence[Track], frames: int) -> None:
    tractor = add(root, "tractor", {"id": "timeline", "global_feed": 1, "in": 0, "out": frames - 1})
    add(tractor, "track", {"producer": "black_track"})
    for number in range(len(order)):
        add(tractor, "track", {"producer": f"tractor{number}"})
    sounds = sum(not track.picture for track in order)
    add_mixes(tractor, range(1, sounds + 1), {**_OWN, "accepts_blanks": 1})
    for number in range(sounds + 1, len(order) + 1):
        blend: Numbered = {"a_track": 0, "b_track": number, "mlt_service": "qtblend", "compositing": 0}
        add(tractor, "transition", {"id": f"blend{number}"}, {**blend, **_OWN, "always_active": 1})
