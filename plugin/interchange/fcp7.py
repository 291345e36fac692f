"""FCP 7 XML (xmeml 5), as Premiere Pro and DaVinci Resolve import it. OpenTimelineIO's own adapter (otio-fcp-adapter
1.0.0) loses speeds and links and splits no stereo, so this writes its own.

A stereo stem is written the way Premiere writes one itself: two "exploded" tracks of one `premiereTrackType="Stereo"`,
a linked clip for each channel. Premiere makes one stereo track of them, Resolve reads the pair as well, and a reader
that knows nothing of Premiere finds plain FCP 7, left and right. One track that only claims to be stereo loses its
sound in some versions of Premiere.

To bring stems into a sequence that exists: import the file, open its sequence, select the Foley tracks' clips, copy,
and paste at the start of your own; timecodes are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from engine.types import TimelineError
from plugin.interchange.fcp7_items import Item, row_items, stem_items
from plugin.interchange.fcp7_media import Files, add, add_rate, add_speed, add_timecode, is_known_rate
from plugin.interchange.fcp7_tracks import add_dissolve, add_fade, add_link, add_outputs, add_track, close_track
from plugin.interchange.footage import footage_of_cut
from plugin.interchange.losses import Losses, add_frame_losses
from plugin.interchange.reel import Reel
from plugin.interchange.rows import Row, rows_of
from plugin.interchange.xml_file import write_xml
from plugin.timeline import clock
from plugin.timeline.cut import Address, CutMarker, TrackLabel

_SIZE = (1920, 1080)


def write(reel: Reel, path: Path) -> tuple[str, ...]:
    """Write the reel; what could not be held comes back in words.

    Raises OutputError when the file exists or cannot be written, TimelineError at a rate that the format cannot count.
    """
    if not is_known_rate(reel.rate):
        raise TimelineError(
            f"{reel.cut.path}: FCP 7 XML cannot count {float(reel.rate):.5g} frames a second, only whole rates and "
            "those of NTSC. Write another format, or give the timeline such a rate."
        )
    writer = _Writer(reel)
    write_xml(writer.document(), path, doctype="xmeml")
    return writer.losses.told()


class _Writer:
    def __init__(self, reel: Reel) -> None:
        self._reel, self._rate = reel, reel.rate
        self._rows = rows_of(reel)
        self._footage = footage_of_cut(self._rows, reel.rate)
        self._files = Files(reel.rate)
        self._clips = self._sound_tracks = 0
        self._dissolves: dict[Address, str] = {}
        self.losses = Losses("FCP 7 XML")

    def document(self) -> Element:
        reel = self._reel
        root = Element("xmeml", version="5")
        sequence = add(root, "sequence")
        sequence.attrib |= {"id": "sequence-1", "explodedTracks": "true"}
        name = reel.cut.name or reel.cut.path.stem
        add(sequence, "name", f"{name} Foley" if reel.stems_only else name)
        add(sequence, "duration", reel.frames)
        add_rate(sequence, self._rate)
        add_timecode(sequence, self._rate, max(reel.cut.start_frame, 0), reel.cut.drop_frame)
        media = add(sequence, "media")
        self._add_pictures(add(media, "video"))
        self._add_sounds(add(media, "audio"))
        if not reel.stems_only:
            self._add_markers(sequence, reel.cut.markers, 0)
        add_frame_losses(self.losses, reel, self._rows, self._dissolves)
        return root

    def _add_pictures(self, video: Element) -> None:
        sizes = (footage.size for footage in self._footage.values() if footage.size)
        width, height = next(sizes, _SIZE)
        shape = add(add(video, "format"), "samplecharacteristics")
        add_rate(shape, self._rate)
        add(shape, "width", width)
        add(shape, "height", height)
        for tag, value in (("anamorphic", "FALSE"), ("pixelaspectratio", "square"), ("fielddominance", "none")):
            add(shape, tag, value)
        for row in self._rows.pictures:
            track = add_track(video, row.track.name)
            for item in row_items(row, self._rate, self._footage, self.losses, self._dissolves):
                self._add_clip(track, item)
                self._add_dissolve(track, item)
            close_track(track, row.track.enabled)

    def _add_sounds(self, audio: Element) -> None:
        add(audio, "numOutputChannels", 2)
        shape = add(add(audio, "format"), "samplecharacteristics")
        add(shape, "depth", 16)
        add(shape, "samplerate", 48_000)
        add_outputs(audio)
        for row in self._rows.sounds:
            self._add_sound_row(audio, row)
        for track in self._reel.tracks:
            self._add_stereo(audio, TrackLabel("", track.name, "Audio"), stem_items(self._reel, track))

    def _add_sound_row(self, audio: Element, row: Row) -> None:
        """Mono clips go to a track of their own: Premiere would play half of one on a stereo track silent."""
        items = row_items(row, self._rate, self._footage, self.losses, self._dissolves)
        mono, wider = ([item for item in items if (item.channels == 1) is one] for one in (True, False))
        if mono:
            self._add_mono(audio, row.track, mono)
        if wider:
            self._add_stereo(audio, row.track, wider)
        say = "more than two channels, of which the first two are written"
        self.losses.add("clip", f"has {say}", f"have {say}", sum(item.channels > 2 for item in items))

    def _add_mono(self, audio: Element, label: TrackLabel, items: Sequence[Item]) -> None:
        track = add_track(audio, label.name, "Mono")
        self._sound_tracks += 1
        for item in items:
            self._add_clip(track, item, channel=1, kind="mono")
        close_track(track, label.enabled, output=1)

    def _add_stereo(self, audio: Element, label: TrackLabel, items: Sequence[Item]) -> None:
        first_clip, first_track = self._clips + 1, self._sound_tracks + 1
        self._sound_tracks += 2
        for channel in (1, 2):
            track = add_track(audio, label.name, "Stereo", channel)
            for index, item in enumerate(items):
                if item.is_risen and item.head is not None:
                    add_fade(track, self._rate, item.start_frame, item.head, "start-black")
                element = self._add_clip(track, item, channel=channel, kind="stereo")
                for other in (0, 1):
                    add_link(element, first_clip + index + other * len(items), first_track + other, index + 1)
                if item.tail is not None:
                    add_fade(track, self._rate, item.end_frame, item.tail, "" if item.trail else "end-black")
            close_track(track, label.enabled, output=channel)

    def _add_clip(self, track: Element, item: Item, channel: int = 0, kind: str = "") -> Element:
        """A `clipitem` of picture, or of one channel of sound."""
        self._clips += 1
        element = add(track, "clipitem")
        element.set("id", f"clipitem-{self._clips}")
        if kind:
            element.set("premiereChannelType", kind)
        if item.footage is not None:
            add(element, "masterclipid", self._files.master_id(item.footage))
        add(element, "name", item.name)
        add(element, "enabled", "TRUE" if item.enabled else "FALSE")
        add(element, "duration", max(self._files.frames(item.footage, item.speed), item.out_frame + item.trail))
        add_rate(element, self._rate)
        _add_places(element, item)
        self._files.add(element, item.footage, item.name)
        if channel:
            source = add(element, "sourcetrack")
            add(source, "mediatype", "audio")
            add(source, "trackindex", channel)
        if item.speed != 1:
            add_speed(element, item.speed, "audio" if channel else "video")
        if channel < 2:
            self._add_markers(element, item.markers, item.in_frame - item.start_frame)
        return element

    def _add_dissolve(self, track: Element, item: Item) -> None:
        if item.tail is not None:
            add_dissolve(
                track, self._rate, item.end_frame - item.tail.lead, item.end_frame + item.tail.trail, item.tail
            )

    def _add_markers(self, owner: Element, markers: Sequence[CutMarker], shift: int) -> None:
        """Markers on the owner's own frames, which are `shift` more than the timeline's."""
        for marker in markers:
            edges = (marker.record.start, marker.record.end)
            start, end = (clock.seconds_to_frames(edge, rate=self._rate) + shift for edge in edges)
            element = add(owner, "marker")
            add(element, "name", marker.name)
            add(element, "comment", marker.comment)
            add(element, "in", max(start, 0))
            add(element, "out", end if end > start else -1)


def _add_places(element: Element, item: Item) -> None:
    """Where it lies and what of its file it shows: under a dissolve with its part of it, and -1 for the edge."""
    add(element, "start", item.start_frame if item.head is None else -1)
    add(element, "end", item.end_frame if item.tail is None else -1)
    add(element, "in", item.in_frame - item.lead)
    add(element, "out", item.out_frame + item.trail)
