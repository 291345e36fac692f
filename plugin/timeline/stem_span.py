"""Which samples a shot's stems hold, and which frames they cover on the timeline."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from engine.media.wave_chunks import Depth
from engine.types import SAMPLE_RATE, Shot, seconds_to_sample
from plugin.timeline import clock
from plugin.timeline.clock import Span

# MLT 7.12 starts 16-bit stereo files up to 620 samples early at in-points below this that are not zero.
_SHORTEST_HEAD_S = Fraction(2, 5)
# After an in-point it counts what to leave out from its second packet where the first is no more than half a frame of
# sound, and so starts up to a packet late. FFmpeg 5.1 reads WAV in packets of this size, whatever chunks it has.
_PACKET_BYTES = 4096
# Frames of less sound than this (faster than 80 a second) it starts up to 736 samples early or 158 late.
_SHORTEST_FRAME_SAMPLES = 600

_CHANNELS = 2


@dataclass(frozen=True, slots=True)
class StemSpan:
    """A stem's file and clip. Frames and samples count from the timeline's start; ends are the first left out.

    The file runs from `first_sample` to `last_sample`: whole frames with handles at both ends. Where a cut lies
    between two frames, as after a clip of 23.976 in a timeline of 24, clips meet at the nearer one: editors place
    nothing finer. What sounds in the file stays where it is to the sample.
    """

    shot: Span
    rate: Fraction
    start_frame: int
    end_frame: int
    head_frames: int
    tail_frames: int

    @property
    def first_sample(self) -> int:
        return clock.frames_to_samples(self.start_frame - self.head_frames, rate=self.rate)

    @property
    def last_sample(self) -> int:
        return clock.frames_to_samples(self.end_frame + self.tail_frames, rate=self.rate)

    @property
    def sample_count(self) -> int:
        return self.last_sample - self.first_sample

    @property
    def shot_first_sample(self) -> int:
        return seconds_to_sample(self.shot.start)

    @property
    def shot_last_sample(self) -> int:
        return seconds_to_sample(self.shot.end)

    @property
    def file_frames(self) -> int:
        return self.head_frames + self.end_frame - self.start_frame + self.tail_frames

    @property
    def head(self) -> Fraction:
        """Seconds of sound in the file before the shot."""
        return self.shot.start - clock.frames_to_seconds(self.start_frame - self.head_frames, rate=self.rate)

    @property
    def tail(self) -> Fraction:
        """Seconds of sound in the file after the shot."""
        return clock.frames_to_seconds(self.end_frame + self.tail_frames, rate=self.rate) - self.shot.end

    def time_reference_samples(self, start: Fraction) -> int:
        """Samples since midnight of the file's first; `start` is the timecode of record zero in seconds."""
        first_frame = clock.frames_to_seconds(self.start_frame - self.head_frames, rate=self.rate)
        return max(seconds_to_sample(start + first_frame), 0)  # a start before midnight has no stamp


def stem_span(
    shot: Shot, rate: Fraction, handles_frames: int | None = None, *, start: Fraction = Fraction(0)
) -> StemSpan:
    """What the stems of a shot cover, with handles of about a second unless told otherwise.

    `start` is the timeline's own in seconds of timecode. The head handle never reaches before its midnight; where that
    would leave less than 0.4 s of it, there is none.
    """
    handles = handles_of(rate, handles_frames)
    span = Span(shot.record_start, shot.record_end)
    start_frame, end_frame = (clock.seconds_to_frames(cut, rate=rate) for cut in (span.start, span.end))
    head = _head_frames(handles, start_frame + math.floor(start * rate), rate)
    return StemSpan(span, rate, start_frame, max(end_frame, start_frame + 1), head, handles)


def handles_of(rate: Fraction, asked_frames: int | None) -> int:
    """Frames of sound before and after a clip: what is asked, else about a second."""
    return clock.nominal_rate(rate) if asked_frames is None else asked_frames


def seeking_warnings(spans: Iterable[StemSpan], depth: Depth) -> tuple[str, ...]:
    """Whether programs on MLT 7.12 start such stems beside their place, and what to do about it; once."""
    packet_samples = _PACKET_BYTES // (_CHANNELS * depth.sample_bytes)
    for span in (span for span in spans if span.head_frames):
        if SAMPLE_RATE / span.rate < _SHORTEST_FRAME_SAMPLES:
            fault, remedy = "stems with handles up to 736 samples beside their place", "--handles 0"
        elif packet_samples <= SAMPLE_RATE / span.rate / 2:
            kind = "float" if depth is Depth.FLOAT32 else f"{depth.value}-bit"
            fault = f"{kind} stems with handles up to {packet_samples} samples late"
            remedy = "--handles 0" if depth is Depth.INT16 else "--bits 16 or --handles 0"
        else:
            continue
        rate = f"{float(span.rate):.5g} frames a second"
        who = "Kdenlive, Shotcut and others on MLT 7.12"
        return (f"{who} start {fault} at {rate}. For them, make the stems with {remedy}.",)
    return ()


def _head_frames(asked: int, frames_since_midnight: int, rate: Fraction) -> int:
    if asked <= frames_since_midnight:
        return asked
    return frames_since_midnight if frames_since_midnight >= _SHORTEST_HEAD_S * rate else 0
