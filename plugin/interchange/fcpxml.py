"""Final Cut Pro XML 1.9, for Final Cut Pro 10.4.9 and later. OpenTimelineIO's own adapter (otio-fcpx-xml-adapter 1.0.0)
fails at 23.976 frames a second and loses speeds, timecode and roles, so this writes its own.

The lowest picture track is the primary storyline; what lies above it and all sound is connected to it: stems in the
lanes -1, -2 and -3 with the audio roles `effects.ambient`, `effects.action` and `effects.material` (a layer whose stems
cross-fade takes two lanes), the editor's own sound below. Final Cut Pro never changes a project by import; a reel of
stems only is written so that they come into one all the same:

1. File > Import > XML, and choose the library of the project. An event with a project and a compound clip appears.
2. Open your project, put the playhead at its very start, select the compound clip "... Foley stems" in the browser, and
   press Q: it is connected there, as long as the project, with every stem in place.
3. Clip > Break Apart Clip Items: the stems lie under your storyline as clips of their own, with roles and handles.

Or copy the clips out of the event's project and paste them at the start of your own (Edit > Paste as Connected Clip).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from plugin.interchange.fcpxml_resources import SMALLEST, Resources, first_frame, seconds_text
from plugin.interchange.fcpxml_speed import time_map
from plugin.interchange.fcpxml_story import Story
from plugin.interchange.footage import Footage, footage_of_cut, footage_of_stem
from plugin.interchange.losses import Losses, add_frame_losses
from plugin.interchange.reel import Reel, ReelStem, ReelTrack
from plugin.interchange.rows import Row, RowClip, rows_of
from plugin.interchange.xml_file import write_xml
from plugin.timeline import clock
from plugin.timeline.cut import PICTURE, Address, CutClip
from plugin.timeline.fades import Fades, Overlap

VERSION = "1.9"
_PROJECT_RATES = frozenset(
    {Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001), *map(Fraction, (24, 25, 30, 50, 60))}
)
_CONFORMED = {  # frame rates of media as the format names them
    Fraction(24000, 1001): "23.98", Fraction(24): "24", Fraction(25): "25", Fraction(30000, 1001): "29.97",
    Fraction(30): "30", Fraction(48000, 1001): "47.95", Fraction(48): "48", Fraction(50): "50",
    Fraction(60000, 1001): "59.94", Fraction(60): "60",
}  # fmt: skip


def write(reel: Reel, path: Path) -> tuple[str, ...]:
    """Write the reel; what could not be held comes back in words.

    Raises OutputError when the file exists or cannot be written.
    """
    writer = _Writer(reel)
    write_xml(writer.document(), path, doctype="fcpxml")
    return writer.losses.told()


class _Writer:
    def __init__(self, reel: Reel) -> None:
        self._reel, self._cut, self._rate = reel, reel.cut, reel.rate
        self._start = max(reel.cut.start_frame, 0) / reel.rate
        self._rows = rows_of(reel)
        self._footage = footage_of_cut(self._rows, reel.rate)
        self._dissolves: dict[Address, str] = {}
        self.losses = Losses("Final Cut Pro XML")

    def document(self) -> Element:
        root = Element("fcpxml", version=VERSION)
        size = next((footage.size for footage in self._footage.values() if footage.size), None)
        self._resources = Resources(SubElement(root, "resources"), self._rate, size)
        name = self._cut.name or self._cut.path.stem
        event = SubElement(SubElement(root, "library"), "event", name=f"{name} Foley")
        project = SubElement(event, "project", name=f"{name} Foley" if self._reel.stems_only else name)
        project.append(self._sequence())
        if self._reel.stems_only:
            self._add_compound(event, f"{name} Foley stems")
        if self._rate not in _PROJECT_RATES:
            say = f"has {float(self._rate):.5g} frames a second, at which Final Cut Pro has no projects"
            self.losses.add("timeline", say, "")
        add_frame_losses(self.losses, self._reel, self._rows, self._dissolves)
        return root

    def _sequence(self) -> Element:
        sequence = Element("sequence", format=self._resources.sequence_format, duration=self._time(self._reel.frames))
        sequence.attrib |= {"tcStart": seconds_text(self._start), "tcFormat": "DF" if self._cut.drop_frame else "NDF"}
        sequence.attrib |= {"audioLayout": "stereo", "audioRate": "48k"}
        story = Story(SubElement(sequence, "spine"), self._rate, self._start)
        lowest, above = (self._rows.pictures[:1], self._rows.pictures[1:])
        for row in lowest:
            self._add_primary(story, row)
        story.fill(self._reel.frames)
        for lane, row in enumerate(above, 1):
            self._add_connected(story, row, lane)
        lanes = 0
        for track in self._reel.tracks:
            laid = list(_on_lanes(track.stems))
            for stem, lane in laid:
                story.connect(self._stem(track, stem), stem.sounding[0], -lanes - lane)
            lanes += max((lane for _, lane in laid), default=1)
        for lane, row in enumerate(self._rows.sounds, lanes + 1):
            self._add_connected(story, row, -lane)
        if not self._reel.stems_only:
            story.mark(self._cut.markers)
        story.close()
        return sequence

    def _add_compound(self, event: Element, name: str) -> None:
        identity = self._resources.add_compound(name, self._sequence())
        clip = SubElement(event, "ref-clip", ref=identity, name=name, start=seconds_text(self._start))
        clip.attrib |= {"duration": self._time(self._reel.frames), "useAudioSubroles": "1"}

    def _add_primary(self, story: Story, row: Row) -> None:
        for placed, following in zip_longest(row.clips, row.clips[1:]):
            story.fill(placed.start_frame)
            footage = self._footage_of(placed.clip)
            if footage is None:
                story.append_gap(placed.end_frame, placed.clip.name)
            else:
                element, local = self._asset_clip(placed, footage)
                story.append(element, local, placed.end_frame)
            story.mark_last(placed.clip.markers)
            if placed.overlap is not None and following is not None:
                problem = self._dissolve_problem(placed, following, placed.overlap)
                self._dissolves[placed.clip.address] = problem
                if not problem:
                    story.append_dissolve(self._resources.dissolve(), placed.overlap)

    def _dissolve_problem(self, placed: RowClip, following: RowClip, overlap: Overlap) -> str:
        """What keeps Final Cut Pro from showing it: it knows even ones, within a frame, with media under all of it."""
        if abs(overlap.lead - overlap.trail) > 1:
            return "its halves are unequal"
        first, second = (self._footage.get(one.clip.medium.path or Path()) for one in (placed, following))
        if first is None or second is None:
            return "a clip beside it has no file"
        if first.is_still or second.is_still:
            return "a clip beside it is a still"
        if placed.clip.speed != 1 or following.clip.speed != 1:
            return "a clip beside it runs at another speed"
        last = max(placed.clip.source_start, Fraction(0)) + (placed.frames + overlap.trail) / self._rate
        if last > first.duration:
            return "the file before it ends too early"
        early = following.clip.source_start < overlap.lead / self._rate
        return "the file after it begins too late" if early else ""

    def _add_connected(self, story: Story, row: Row, lane: int) -> None:
        for placed in row.clips:
            if placed.overlap is not None:
                self._dissolves[placed.clip.address] = "it is not on the primary storyline"
            footage = self._footage_of(placed.clip)
            if footage is None:
                story.mark(placed.clip.markers)
            else:
                element, local = self._asset_clip(placed, footage)
                story.connect(element, placed.start_frame, lane, local).mark(placed.clip.markers)

    def _footage_of(self, clip: CutClip) -> Footage | None:
        """None where there is nothing that the format could name: a gap is left."""
        footage = self._footage.get(clip.medium.path) if clip.medium.path is not None else None
        if footage is None:
            say = "no file; a gap is left in its place", "no file; gaps are left in their places"
            self.losses.add("clip", f"has {say[0]}", f"have {say[1]}", name=clip.name)
        return footage

    def _asset_clip(self, placed: RowClip, footage: Footage) -> tuple[Element, Fraction]:
        """The clip, and its own time at its first frame."""
        if footage.is_still:
            return self._still(placed, footage)
        clip, picture = placed.clip, placed.clip.kind == PICTURE
        mapped = time_map(placed, footage, self._rate) if clip.speed != 1 else None
        own = mapped[0] if mapped else self._plain_start(placed, footage)
        element = Element("asset-clip", ref=self._resources.asset(footage), name=clip.name or footage.name)
        element.attrib |= {"start": seconds_text(own), "duration": self._time(placed.frames)}
        if picture:
            element.set("format", self._resources.format_of(footage))
        element.set("tcFormat", "DF" if footage.drop_frame else "NDF")
        if footage.has_picture and footage.channels:
            element.set("srcEnable", "video" if picture else "audio")
        if not clip.enabled:
            element.set("enabled", "0")
        if picture and footage.rate != self._rate and footage.rate in _CONFORMED:
            SubElement(element, "conform-rate", scaleEnabled="0", srcFrameRate=_CONFORMED[footage.rate])
        if mapped:
            element.append(mapped[1])
        self._tell_start(clip)
        return element, own

    def _still(self, placed: RowClip, footage: Footage) -> tuple[Element, Fraction]:
        """A picture that stands: its own time starts at an hour, as a gap's does."""
        own, clip = first_frame(self._rate), placed.clip
        element = Element("video", ref=self._resources.asset(footage), name=clip.name or footage.name)
        element.attrib |= {"start": seconds_text(own), "duration": self._time(placed.frames)}
        if not clip.enabled:
            element.set("enabled", "0")
        return element, own

    def _plain_start(self, placed: RowClip, footage: Footage) -> Fraction:
        """Where a clip starts at normal speed: in its file, a picture on a frame of the file or the timeline."""
        clip, start = placed.clip, max(placed.clip.source_start, Fraction(0))
        if clip.speed != 1:
            say = "at a speed too fine for Final Cut Pro's fractions, here at normal speed"
            self.losses.add("clip", f"runs {say}", f"run {say}")
            start = max(min(start, footage.duration - placed.frames / self._rate), Fraction(0))
        whole = any((start * rate).denominator == 1 for rate in (footage.rate, self._rate))
        if start.denominator > SMALLEST or (clip.kind == PICTURE and not whole):
            say = "between two frames and from the nearest here"
            self.losses.add("clip", f"starts in its file {say}", f"start in their files {say}")
            start = clock.seconds_to_frames(start, rate=footage.rate) / footage.rate
        return footage.start + start

    def _tell_start(self, clip: CutClip) -> None:
        if clip.source_start < 0:
            say = "before its file does and is taken from the file's first frame"
            self.losses.add("clip", f"starts {say}", f"start {say}")

    def _stem(self, track: ReelTrack, stem: ReelStem) -> Element:
        """A stem: its own time counts from the stamp in its file, exact though that lies between two frames."""
        footage, (start_frame, end_frame) = footage_of_stem(stem, self._cut.start), stem.sounding
        local = footage.start + (stem.head_frames - stem.fades.lead) / self._rate
        element = Element("asset-clip", ref=self._resources.asset(footage), name=stem.name)
        element.attrib |= {"start": seconds_text(local), "duration": self._time(end_frame - start_frame)}
        element.attrib |= {"tcFormat": "DF" if self._cut.drop_frame else "NDF", "audioRole": f"effects.{track.layer}"}
        self._add_fades(element, stem.fades)
        return element

    def _add_fades(self, element: Element, fades: Fades) -> None:
        """Fade handles of the clip, in the shape that Final Cut Pro gives to new ones."""
        rise = fades.before.frames if fades.before is not None else fades.rise
        fall = fades.after.frames if fades.after is not None else fades.fall
        if rise or fall:
            level = SubElement(SubElement(element, "adjust-volume"), "param", name="amount")
            for tag, frames in (("fadeIn", rise), ("fadeOut", fall)):
                if frames:
                    SubElement(level, tag, duration=self._time(frames))

    def _time(self, frames: int) -> str:
        return seconds_text(frames / self._rate)


def _on_lanes(stems: Sequence[ReelStem]) -> Iterator[tuple[ReelStem, int]]:
    """Each with its lane, 1 or 2: clips that cross-fade lie over each other, which a lane does not hold."""
    lane = 1
    for stem in stems:
        lane = 3 - lane if stem.fades.before is not None else 1
        yield stem, lane
