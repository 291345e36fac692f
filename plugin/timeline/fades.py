"""Fades of stems, as the editor's program plays them: never in the files, whose sound runs on through the handles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from plugin.timeline.stem_span import StemSpan


@dataclass(frozen=True, slots=True)
class Overlap:
    """A cross-fade, in frames before and after the cut."""

    lead: int
    trail: int

    @property
    def frames(self) -> int:
        return self.lead + self.trail


@dataclass(frozen=True, slots=True)
class Fades:
    """How a stem begins and ends on its track, in frames."""

    rise: int = 0  # from silence, over its first
    fall: int = 0  # to silence, over its last
    before: Overlap | None = None  # the cross-fade with the stem before it
    after: Overlap | None = None

    @property
    def lead(self) -> int:
        """Frames of its head that are heard before its start."""
        return self.before.lead if self.before is not None else 0

    @property
    def trail(self) -> int:
        """Frames of its tail that are heard after its end."""
        return self.after.trail if self.after is not None else 0

    @property
    def starts(self) -> int:
        """How many begin with it: a cross-fade counts where it begins."""
        return sum(map(bool, (self.rise, self.fall, self.after)))


NO_FADES = Fades()


@dataclass(frozen=True, slots=True)
class Laid:
    """A stem as it lies on its track; `end_frame` is the first left out, `scene` the score's."""

    span: StemSpan
    end_frame: int
    scene: int

    @property
    def frames(self) -> int:
        return self.end_frame - self.span.start_frame

    @property
    def half(self) -> int:
        return self.frames // 2


@dataclass(frozen=True, slots=True)
class _Joint:
    """What is between two stems that follow each other on a track, or one and nothing."""

    fall: int = 0
    crossing: Overlap | None = None
    rise: int = 0


def fades_of(laid: Sequence[Laid], frames: int) -> list[Fades]:
    """Fades for stems in record order: in and out where a run of stems begins and ends, across where scenes meet.

    Inside a scene nothing fades: its sound runs on through the cut to the sample. No fade takes more than half of a
    stem, and no cross-fade more than the handles hold.
    """
    joints = [_joint(before, after, frames) for before, after in pairwise([None, *laid, None])]
    return [Fades(start.rise, end.fall, start.crossing, end.crossing) for start, end in pairwise(joints)]


def _joint(before: Laid | None, after: Laid | None, frames: int) -> _Joint:
    if before is None or after is None or before.end_frame != after.span.start_frame:
        return _Joint(
            fall=min(frames, before.half) if before is not None else 0,
            rise=min(frames, after.half) if after is not None else 0,
        )
    if before.scene == after.scene:
        return _Joint()
    # As long after the cut as before it, for programs that know only centred ones; of an odd length one frame more.
    room = min(after.half, before.span.file_frames - before.span.head_frames - before.frames)
    lead = min(frames // 2, before.half, after.span.head_frames, room)
    trail = lead + (frames % 2 if lead == frames // 2 < room else 0)
    return _Joint(crossing=Overlap(lead, trail) if trail else None)
