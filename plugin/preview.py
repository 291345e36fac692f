"""The chosen shots as a movie with the new sound under them, for a look without an editing program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import av.error
import numpy as np

from engine.media.decode import pictures_at
from engine.media.whole_file import whole_file
from engine.types import SAMPLE_RATE, Cancel, CancelledError, OutputError, Samples, Shot
from plugin.timeline import clock

if TYPE_CHECKING:
    from engine.performance import Stems

HEIGHT = 540
AUDIO_BLOCK = 1024
BACKWARD_FRAMES = 24  # read at once, and held, where a shot runs backwards


def write_preview(
    path: Path,
    shots: Sequence[Shot],
    stems: Stems,
    progress: Callable[[float], None] = lambda fraction: None,
    cancel: Cancel | None = None,
) -> None:
    """Write an H.264 movie of the shots, in record order, black where nothing was chosen, with the mix as its sound.

    A name that ends in .mov makes it a QuickTime movie, any other MP4. The file is new, and appears whole or not at
    all. Raises OutputError, MediaError, CancelledError.
    """
    with whole_file(path) as file:
        try:
            with av.open(file, "w", format="mov" if path.suffix.lower() == ".mov" else "mp4") as container:
                _write(container, shots, stems, progress, cancel)
        except av.error.FFmpegError as error:
            raise OutputError(f"the preview {path} cannot be written: {error.strerror}") from error


def _write(
    container: Any, shots: Sequence[Shot], stems: Stems, progress: Callable[[float], None], cancel: Cancel | None
) -> None:
    rate = shots[0].frame_rate
    first = clock.seconds_to_frames(shots[0].record_start, rate=rate)
    count = max(clock.seconds_to_frames(shots[-1].record_end, rate=rate) - first, 1)
    pictures = _pictures(shots, rate, first, first + count)
    shown = next(pictures)
    video = container.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "23"})
    video.height, video.width = (side // 2 * 2 for side in shown.shape[:2])
    video.pix_fmt = "yuv420p"
    audio = container.add_stream("aac", rate=SAMPLE_RATE)
    audio.layout = "stereo"
    sound = _Sound(stems, clock.frames_to_samples(first, rate=rate), clock.frames_to_samples(first + count, rate=rate))
    for number in range(count):
        if cancel and cancel.is_set():
            raise CancelledError("stopped while writing the preview")
        picture = shown if number == 0 else next(pictures)
        frame = av.VideoFrame.from_ndarray(_sized(picture, video.width, video.height), format="rgb24")
        frame.pts, frame.time_base = number, 1 / rate
        container.mux(video.encode(frame))
        due = clock.frames_to_samples(number + 1, rate=rate)
        for audio_frame in sound.until(due):
            container.mux(audio.encode(audio_frame))
        progress((number + 1) / count)
    for audio_frame in sound.until(None):
        container.mux(audio.encode(audio_frame))
    container.mux(audio.encode(None))
    container.mux(video.encode(None))


class _Sound:
    """The mix in encoder-sized frames, as far as the picture has come."""

    def __init__(self, stems: Stems, first: int, last: int) -> None:
        self._stems, self._first, self._last = stems, first, last
        self._at = 0

    def until(self, due: int | None) -> Iterator[av.AudioFrame]:
        total = self._last - self._first
        while self._at < total and (due is None or self._at + AUDIO_BLOCK <= due):
            stop = min(self._at + AUDIO_BLOCK, total)
            block = read_mix(self._stems, self._first + self._at, self._first + stop)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, self._at, Fraction(1, SAMPLE_RATE)
            self._at = stop
            yield frame


def read_mix(stems: Stems, first: int, last: int) -> Samples:
    """The mix of all scenes over a span of the timeline, silence between them."""
    sound = np.zeros((2, last - first), dtype=np.float32)
    for scene in stems.scenes:
        lo, hi = max(first, scene.first), min(last, scene.last)
        if hi > lo:
            sound[:, lo - first : hi - first] += scene.read_mix(lo, hi)
    return sound


def _pictures(shots: Sequence[Shot], rate: Fraction, first: int, last: int) -> Iterator[np.ndarray[Any, Any]]:
    """The picture of each frame of the timeline, black where no shot is."""
    at, black = first, None
    for shot in shots:
        start = clock.seconds_to_frames(shot.record_start, rate=rate)
        stop = min(clock.seconds_to_frames(shot.record_end, rate=rate), last)
        frames = _shot_pictures(shot, rate, start, stop)
        for picture in frames:
            black = np.zeros_like(picture) if black is None else black
            while at < start:
                yield black
                at += 1
            yield picture
            at += 1
    while at < last:
        yield black if black is not None else np.zeros((HEIGHT, HEIGHT * 16 // 9, 3), dtype=np.uint8)
        at += 1


def _shot_pictures(shot: Shot, rate: Fraction, start: int, stop: int) -> Iterator[np.ndarray[Any, Any]]:
    if shot.media is None or stop <= start:
        return
    middles = [(frame + Fraction(1, 2)) / rate - shot.record_start for frame in range(start, stop)]
    times = [max(shot.source_start + middle * shot.speed, Fraction(0)) for middle in middles]
    if shot.speed >= 0:
        yield from pictures_at(shot.media, times, height=HEIGHT)
        return
    for first in range(0, len(times), BACKWARD_FRAMES):
        some = times[first : first + BACKWARD_FRAMES]
        yield from reversed(list(pictures_at(shot.media, sorted(some), height=HEIGHT)))


def _sized(picture: np.ndarray[Any, Any], width: int, height: int) -> np.ndarray[Any, Any]:
    """Shots of another shape stand whole in the middle, with black around them."""
    if picture.shape[:2] == (height, width):
        return np.ascontiguousarray(picture)
    scale = min(height / picture.shape[0], width / picture.shape[1], 1.0)
    if scale < 1.0:
        size = [max(round(side * scale), 1) for side in picture.shape[:2]]
        whole = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        picture = whole.reformat(width=size[1], height=size[0]).to_ndarray()
    made = np.zeros((height, width, 3), dtype=np.uint8)
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    made[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return made
