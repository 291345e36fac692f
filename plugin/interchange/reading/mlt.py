"""MLT XML as melt plays it and Shotcut keeps it, and Kdenlive projects: an own reader, for no adapter reads MLT.

The Kdenlive adapter (0.0.3) takes the lengths of sped-up clips for media and loses nested sequences. Frames throughout,
counted in the profile's rate; `out` is the last frame that plays; a project has no start timecode.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import opentimelineio as otio

from engine.types import TimelineError
from plugin.interchange.reading import laying, remap
from plugin.interchange.reading.laying import ZERO, Blend, Compounds, Piece, Reading, Told
from plugin.interchange.reading.mlt_marks import clip_marks, sequence_marks
from plugin.interchange.reading.mlt_producers import Producers, number_of, properties_of, tracks_in
from plugin.interchange.reading.mlt_segments import Segment, mixes_of, segments_of, without_overlap

_LEAVES = ("producer", "chain")
_BACKGROUNDS = ("background", "black_track", "black", "main_bin")


def timeline_of(root: Element, path: Path) -> Reading:
    """The timeline that the file plays. Raises TimelineError."""
    told, profile = Told(path), root.find("profile")
    if profile is None or "frame_rate_num" not in profile.attrib:
        raise TimelineError(f"{path} does not say its frame rate: it has no profile. Save the project again.")
    numbers = [number_of(profile.get(key, "1"), path) for key in ("frame_rate_num", "frame_rate_den")]
    if numbers[1] <= 0:
        raise TimelineError(f"{path} does not say its frame rate. Save the project again.")
    rate = laying.checked_rate(numbers[0] / numbers[1], path)
    reader = _Reader(root, path, rate, told)
    tractor = _main(root, reader.producers, path, told)
    timeline = laying.made_timeline(_name(tractor, path), rate, origin=path.name)
    timeline.tracks = reader.stack(tractor, 0)
    reader.compounds.fill()
    if not timeline.tracks.markers:
        timeline.tracks.markers.extend(_bin_marks(root, rate))
    return Reading(timeline, told.warnings())


def _main(root: Element, producers: Producers, path: Path, told: Told) -> Element:
    """The root names it, or it is the last; a Kdenlive project's holds the sequence that was open."""
    tractors = [one for one in root if one.tag == "tractor"]
    main = producers.get(root.get("producer"))
    if main is None or (main.tag != "tractor" and tractors):
        main = tractors[-1] if tractors else next((one for one in reversed(root) if one.tag == "playlist"), None)
    if main is None:
        raise TimelineError(f"{path} holds no timeline (no tractor and no playlist). Save the project again.")
    track = next(iter(tracks_in(main)), None)
    if properties_of(main).get("kdenlive:projectTractor") == "1" and track is not None:
        main = _held(producers, track, main)
    sequences = [one for one in tractors if "kdenlive:uuid" in properties_of(one)]
    if len(sequences) > 1:
        told.note(f"It holds {len(sequences)} sequences; the one that was open is taken.")
    return main


def _held(producers: Producers, track: Element, default: Element) -> Element:
    held = producers.get(track.get("producer"))
    return held if held is not None else default


def _name(tractor: Element, path: Path) -> str:
    return properties_of(tractor).get("kdenlive:clipname") or path.stem


def _bin_marks(root: Element, rate: Fraction) -> Iterator[Any]:
    for playlist in root.iter("playlist"):
        if playlist.get("id") == "main_bin":
            yield from sequence_marks(playlist, rate)


class _Reader:
    """Reads the tractors and playlists of one file."""

    def __init__(self, root: Element, path: Path, rate: Fraction, told: Told) -> None:
        self._path, self._rate, self._told, self.compounds = path, rate, told, Compounds(told)
        self.producers = Producers(root, path, rate, told)

    def stack(self, main: Element, depth: int) -> otio.schema.Stack:
        """All tracks of a tractor, sound after picture; of a playlist its only one."""
        self._told.one_more(depth)
        stack = otio.schema.Stack()
        pictures: list[Any] = []
        sounds: list[Any] = []
        for track in tracks_in(main) if main.tag == "tractor" else [main]:
            target = self.producers.get(track.get("producer")) if track is not main else main
            if target is None or target.get("id") in _BACKGROUNDS or track.get("producer") in _BACKGROUNDS:
                continue
            hidden = _hidden(track, target)
            if _is_sound(target, hidden) or self._is_all_sound(target):
                heard = self._tracks(target, "Audio", "audio" not in hidden, depth)
                # Kdenlive counts its sound tracks from the pictures down, and lists them from the bottom up.
                from_below = "kdenlive:audio_track" in properties_of(target)
                sounds = [*heard, *sounds] if from_below else [*sounds, *heard]
            elif target.tag in _LEAVES and not pictures and self.producers.is_generated(target):
                continue  # a black background
            else:
                pictures += self._tracks(target, "Video", "video" not in hidden, depth)
                if "audio" not in hidden:
                    sounds += self._twins(target, depth)
        stack.extend([*pictures, *sounds])
        stack.markers.extend(sequence_marks(main, self._rate))
        return stack

    def _is_all_sound(self, target: Element) -> bool:
        held = [
            one for entry in target.findall("entry") if (one := self.producers.get(entry.get("producer"))) is not None
        ]
        return bool(held) and all(one.tag in _LEAVES and self.producers.is_sound_file(one) for one in held)

    def _tracks(self, target: Element, kind: str, enabled: bool, depth: int) -> list[otio.schema.Track]:
        segments, blends = self._segments(target)
        pieces = [self._piece(segment, kind, depth) for segment in segments]
        return self._laid([piece for found in pieces for piece in found], blends, kind, _track_name(target), enabled)

    def _twins(self, target: Element, depth: int) -> list[otio.schema.Track]:
        """The sound that plays with the pictures of a track; files of sound are told by their index."""
        segments, _ = self._segments(target)
        sounding = [segment for segment in segments if self.producers.sounds(segment.producer)]
        pieces = [piece for segment in sounding for piece in self._piece(segment, "Audio", depth)]
        return self._laid(pieces, [], "Audio", _track_name(target), True) if pieces else []

    def _laid(
        self, pieces: list[Piece], blends: list[Blend], kind: str, name: str, enabled: bool
    ) -> list[otio.schema.Track]:
        made = laying.tracks_of(pieces, blends, self._rate, kind=kind, name=name)
        for track in made:
            track.enabled = enabled
        return made

    def _segments(self, target: Element) -> tuple[list[Segment], list[Blend]]:
        """What lies on a track; Kdenlive's are tractors of two playlists, whose clips overlap where they are mixed."""
        if target.tag == "playlist":
            return segments_of(target, self.producers, self._rate, self._path)
        held = [self.producers.get(track.get("producer")) for track in tracks_in(target)]
        if target.tag == "tractor" and held and all(one is not None and one.tag == "playlist" for one in held):
            both = [segments_of(one, self.producers, self._rate, self._path) for one in held if one is not None]
            mixes = mixes_of(target, self._rate, self._path)
            segments, mixed = without_overlap([found for found, _ in both], mixes, self._rate)
            return segments, [*mixed, *(blend for _, blends in both for blend in blends)]
        first, length = self.producers.range_of(target)
        return ([Segment(0, length, target, first)] if length > 0 else []), []

    def _piece(self, segment: Segment, kind: str, depth: int) -> Iterator[Piece]:
        self._told.one_more(depth)
        producer, rate = segment.producer, self._rate
        start, first = segment.start / rate, segment.first / rate
        inner = producer.tag in ("tractor", "playlist")
        points = [(ZERO, ZERO), (Fraction(1), Fraction(1))] if inner else self.producers.points(producer)
        for run in remap.runs(points, first, first + (segment.end - segment.start) / rate):
            shown = run.source, run.end - run.start
            if inner:
                item: Any = self.compounds.of(id(producer), lambda: self.stack(producer, depth + 1))
                item.name = _track_name(producer)
                laying.show(item, shown, rate, run.speed)
            else:
                item = self._clip(segment, kind, shown, run.speed)
            yield Piece(start + run.start - first, start + run.end - first, item)

    def _clip(self, segment: Segment, kind: str, shown: tuple[Fraction, Fraction], speed: Fraction) -> Any:
        producer, said = segment.producer, properties_of(segment.producer)
        note = said.get("shotcut:comment") or said.get("kdenlive:description") or ""
        clip = laying.made_clip(
            segment.name or self.producers.name_of(producer),
            self.producers.media(producer),
            shown,
            self._rate,
            speed,
            enabled=said.get("set.test_image" if kind == "Video" else "set.test_audio") != "1",
            metadata={"mlt": {"note": note}} if note else {},
        )
        clip.markers.extend(clip_marks(producer, self._rate))
        for one in producer.findall("filter"):
            self._tell_filter(one)
        return clip

    def _tell_filter(self, found: Element) -> None:
        said = properties_of(found)
        service = said.get("mlt_service", "")
        if said.get("disable") != "1" and service and not service.startswith(("audio", "volume", "panner", "freeze")):
            self._told.note(f'The effect "{service}" cannot be read; the plain media is seen.')


def _hidden(track: Element, target: Element) -> set[str]:
    """Which of picture and sound is switched off, by the track or by all that it is made of."""
    kinds = {"both": {"video", "audio"}, "video": {"video"}, "audio": {"audio"}}
    inner = [kinds.get(one.get("hide", ""), set()) for one in tracks_in(target)]
    held = set.intersection(*inner) if inner else set()
    return kinds.get(track.get("hide", ""), set()) | held


def _is_sound(target: Element, hidden: set[str]) -> bool:
    said = properties_of(target)
    if said.get("shotcut:video") == "1":
        return False
    return "1" in (said.get("shotcut:audio"), said.get("kdenlive:audio_track")) or hidden == {"video"}


def _track_name(target: Element) -> str:
    said = properties_of(target)
    return said.get("shotcut:name") or said.get("kdenlive:track_name") or said.get("kdenlive:clipname") or ""
