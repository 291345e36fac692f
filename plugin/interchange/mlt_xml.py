"""The parts of MLT XML that Shotcut's and Kdenlive's files share: profile, producers, playlists, paths."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from engine.media.source import first_picture, open_media, picture_stream, shown_size
from engine.types import MediaError, OutputError
from plugin.interchange.mlt_tracks import Played, is_xml_text
from plugin.interchange.nearby import Nearby, absolute
from plugin.interchange.reel import Reel
from plugin.timeline.cut import PICTURE

FULL_HD = (1920, 1080)
_HIGH_DEFINITION_LINES = 720
_MOST_NUMERATOR = 2**31 - 1

Numbered = Mapping[str, str | int]

# How two clips that overlap are mixed.
MIXED_SOUND: Numbered = {"mlt_service": "mix", "start": -1, "accepts_blanks": 1}
MIXED_PICTURE: Numbered = {"mlt_service": "luma", "factory": "loader", "alpha_over": 1, "fix_background_alpha": 1}


def new_document(reel: Reel, path: Path, **attributes: str) -> Element:
    """The root, with the profile in it: exact frame rate, and the size of the picture."""
    folder = str(path.parent.resolve())
    if not is_xml_text(str(path.absolute())):
        raise OutputError(f"{folder!r} has letters that XML cannot hold. Write into a folder of another name.")
    root = Element("mlt", {"LC_NUMERIC": "C", "version": "7.12.0", "root": folder, **attributes})
    ElementTree.SubElement(root, "profile", _profile(reel))
    return root


def add(parent: Element, tag: str, attributes: Numbered | None = None, properties: Numbered | None = None) -> Element:
    """A new child with MLT's properties."""
    child = ElementTree.SubElement(parent, tag, {name: str(value) for name, value in (attributes or {}).items()})
    for name, value in (properties or {}).items():
        ElementTree.SubElement(child, "property", {"name": name}).text = str(value)
    return child


class Playlist:
    """A playlist that is filled from the left: blanks and entries, wall to wall."""

    def __init__(self, element: Element) -> None:
        self._element, self._at_frame = element, 0

    def add(self, producer: str, start_frame: int, in_frame: int, frames: int) -> Element:
        """An entry; `out` is the last frame that plays."""
        if start_frame > self._at_frame:
            add(self._element, "blank", {"length": start_frame - self._at_frame})
        self._at_frame = start_frame + frames
        return add(self._element, "entry", {"producer": producer, "in": in_frame, "out": in_frame + frames - 1})


def played_properties(played: Played, length: int, nearby: Nearby) -> Numbered:
    """What makes a producer play it: the file, its speed, and of its streams the one that is meant."""
    resource = resource_of(played.path, nearby)
    # avformat-novalidate, which editors write, shows a wrong picture first (melt 7.12).
    made: dict[str, str | int] = {"length": length, "eof": "pause", "resource": resource, "mlt_service": "avformat"}
    if played.held_frame is not None:
        made |= {"mlt_service": "hold", "frame": played.held_frame}
    elif played.speed != 1:
        speed = repr(float(played.speed))
        made |= {"mlt_service": "timewarp", "resource": f"{speed}:{resource}"}
        made |= {"warp_speed": speed, "warp_resource": resource, "warp_pitch": 0}
    return made | ({"audio_index": -1, "astream": -1} if played.picture else {"video_index": -1, "vstream": -1})


def resource_of(path: Path, nearby: Nearby) -> str:
    """As MLT finds it by the document's root; never percent-encoded."""
    name = nearby.name(path)
    return name if ":" not in name else absolute(path).as_posix()  # MLT takes what is before a colon for a protocol


def _profile(reel: Reel) -> dict[str, str]:
    rate = reel.rate
    if rate.numerator > _MOST_NUMERATOR:
        rate = rate.limit_denominator(100_000)
    width, height = _picture_size(reel)
    shape = Fraction(width, height)
    numbers = {
        "width": width,
        "height": height,
        "progressive": 1,
        "sample_aspect_num": 1,
        "sample_aspect_den": 1,
        "display_aspect_num": shape.numerator,
        "display_aspect_den": shape.denominator,
        "frame_rate_num": rate.numerator,
        "frame_rate_den": rate.denominator,
        "colorspace": 709 if height >= _HIGH_DEFINITION_LINES else 601,
    }
    described = {"description": f"{width}x{height}, {float(rate):.6g} frames a second"}
    return described | {name: str(value) for name, value in numbers.items()}


def _picture_size(reel: Reel) -> tuple[int, int]:
    """Of the first picture that opens, in square pixels; full HD where there is none."""
    clips = (clip for track in reel.picture_tracks for clip in reel.clips_of(track) if clip.kind == PICTURE)
    paths = dict.fromkeys(clip.medium.path for clip in clips if clip.medium.path is not None)
    sizes = (size for path in paths if path.is_file() and (size := _size(path)))
    return next(sizes, FULL_HD)


def _size(path: Path) -> tuple[int, int] | None:
    try:
        with open_media(path) as container:
            stream = picture_stream(container)
            picture = first_picture(container, stream) if stream else None
            if stream is None or picture is None:
                return None
            width, height = shown_size(stream, picture)
    except MediaError:  # said where its picture is wanted
        return None
    return max(2, math.ceil(width / 2) * 2), max(2, math.ceil(height / 2) * 2)  # encoders want even numbers


def add_mixes(tractor: Element, numbers: Iterable[int], properties: Numbered | None = None) -> None:
    """Tracks of these numbers are heard at full level, all at once; without, only one is."""
    for number in numbers:
        mixed: Numbered = {"a_track": 0, "b_track": number, "mlt_service": "mix", "always_active": 1, "sum": 1}
        add(tractor, "transition", {"id": f"mix{number}"}, {**mixed, **(properties or {})})
