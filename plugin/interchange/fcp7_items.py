"""The clips of a reel as FCP 7 XML can play them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from plugin.interchange.footage import Footage, footage_of_stem
from plugin.interchange.losses import Losses
from plugin.interchange.reel import Reel, ReelStem, ReelTrack
from plugin.interchange.rows import Row, RowClip
from plugin.timeline import clock
from plugin.timeline.cut import PICTURE, Address, CutMarker
from plugin.timeline.fades import Overlap


@dataclass(frozen=True, slots=True)
class Item:
    """A clip in frames at the timeline's rate; `in_frame` counts in its file, played at `speed`."""

    name: str
    start_frame: int
    end_frame: int
    in_frame: int
    footage: Footage | None  # None: the clip has no file
    enabled: bool = True
    speed: Fraction = Fraction(1)
    markers: tuple[CutMarker, ...] = ()
    head: Overlap | None = None  # the dissolve at its start
    tail: Overlap | None = None  # and at its end
    is_risen: bool = False  # its start is a fade from silence, not shared with a clip before it

    @property
    def lead(self) -> int:
        """Frames before its start in which it is dissolved into."""
        return self.head.lead if self.head is not None else 0

    @property
    def trail(self) -> int:
        """Frames after its end in which it is dissolved out of."""
        return self.tail.trail if self.tail is not None else 0

    @property
    def frames(self) -> int:
        return self.end_frame - self.start_frame

    @property
    def out_frame(self) -> int:
        return self.in_frame + self.frames

    @property
    def channels(self) -> int:
        """Of its file's sound; two where nobody knows."""
        return self.footage.channels if self.footage is not None else 2


def stem_items(reel: Reel, track: ReelTrack) -> list[Item]:
    return [_stem_item(stem, reel.cut.start) for stem in track.stems]


def _stem_item(stem: ReelStem, start: Fraction) -> Item:
    fades, footage = stem.fades, footage_of_stem(stem, start)
    head = Overlap(0, fades.rise) if fades.rise else fades.before
    tail = Overlap(fades.fall, 0) if fades.fall else fades.after
    return Item(
        stem.name, stem.start_frame, stem.end_frame, stem.head_frames, footage,
        head=head, tail=tail, is_risen=bool(fades.rise),
    )  # fmt: skip


def row_items(
    row: Row, rate: Fraction, footage: dict[Path, Footage], losses: Losses, dissolves: dict[Address, str]
) -> list[Item]:
    """An editor's own clips; what is changed to fit is counted in `losses`.

    `dissolves` is told of each dissolve of pictures what keeps it from being written, as `add_plain_cuts` takes it.
    """
    items = [_item(placed, rate, footage, losses) for placed in row.clips]
    for index, (one, placed) in enumerate(zip(items[:-1], row.clips, strict=False)):
        overlap, following = placed.overlap, items[index + 1]
        if overlap is not None:
            overlap = _aligned(overlap)
            dissolves[placed.clip.address] = problem = _problem(overlap, placed.clip.kind, one, following)
            if not problem:
                items[index : index + 2] = replace(items[index], tail=overlap), replace(following, head=overlap)
                less = placed.overlap is not None and overlap.frames < placed.overlap.frames
                losses.add(
                    "transition", "is a frame shorter here", "are a frame shorter here", int(less), name=one.name
                )
    return items


def _aligned(overlap: Overlap) -> Overlap:
    """Of an odd length the longer part follows the cut: the middle that programs take is rounded down."""
    odd = overlap.trail and overlap.lead == overlap.trail + 1
    return Overlap(overlap.trail, overlap.trail) if odd else overlap


def _problem(overlap: Overlap, kind: str, one: Item, following: Item) -> str:
    if kind != PICTURE:
        return "it is of sound"
    if 0 not in (overlap.lead, overlap.trail) and overlap.trail - overlap.lead not in (0, 1):
        return "its halves are unequal"
    if one.footage is None or following.footage is None:
        return "a clip beside it has no file"
    if one.speed != 1 or following.speed != 1:
        return "a clip beside it runs at another speed"
    return "" if following.in_frame >= overlap.lead else "the file after it begins too late"


def _item(placed: RowClip, rate: Fraction, files: dict[Path, Footage], losses: Losses) -> Item:
    clip = placed.clip
    footage = files.get(clip.medium.path) if clip.medium.path is not None else None
    if footage is None:
        losses.add("clip", "has no file and is offline here", "have no file and are offline here", name=clip.name)
    speed = _speed(clip.speed, losses)
    in_frame = _in_frame(placed, speed, rate, losses)
    if speed != clip.speed and footage is not None:  # the file may end before what is played instead
        in_frame = min(in_frame, int(footage.duration * rate) - placed.frames)
    return Item(
        clip.name, placed.start_frame, placed.end_frame, max(in_frame, 0), footage, clip.enabled, speed, clip.markers
    )  # fmt: skip


def _speed(speed: Fraction, losses: Losses) -> Fraction:
    """The speed that is written: no freeze, no way back, and a percentage that decimals can say."""
    if speed == 1:
        return speed
    if speed > 0 and (speed * 10**8).denominator == 1:
        say = "at another speed, which Premiere Pro reads and DaVinci Resolve does not"
        losses.add("clip", f"runs {say}", f"run {say}")
        return speed
    note = "here forwards at normal speed"
    if speed == 0:
        losses.add("clip", f"is frozen in the cut, {note}", f"are frozen in the cut, {note}")
    else:
        say = "backwards" if speed < 0 else "at a speed that percents cannot say"
        losses.add("clip", f"runs {say} in the cut, {note}", f"run {say} in the cut, {note}")
    return Fraction(1)


def _in_frame(placed: RowClip, speed: Fraction, rate: Fraction, losses: Losses) -> int:
    start = placed.clip.source_start / speed
    if start < 0:
        say = "before its file does and is taken from the file's first frame"
        losses.add("clip", f"starts {say}", f"start {say}")
    elif (start * rate).denominator != 1:
        say = "between two frames and from the nearest here"
        losses.add("clip", f"starts in its file {say}", f"start in their files {say}")
    return clock.seconds_to_frames(start, rate=rate)
