"""Small real files, drawn here, with everything known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]


def write_film(
    path: Path,
    pictures: Iterable[Picture],
    *,
    rate: Fraction = Fraction(25),
    stamps: Iterable[int] | None = None,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    sample_aspect: Fraction | None = None,
    quarter_turns: int = 0,
    key_every: int = 24,
) -> Path:
    """Encode `[height, width, 3]` pictures; `stamps` are pts in milliseconds for a varying rate.

    `quarter_turns` against the clock are asked of the player by a display matrix.
    """
    base = Fraction(1, 1000) if stamps is not None else 1 / rate
    times = iter(stamps) if stamps is not None else None
    with av.open(str(path), "w") as out:
        stream: av.VideoStream | None = None
        for k, picture in enumerate(pictures):
            if stream is None:
                added = out.add_stream(
                    codec,
                    rate=rate,
                    options={"crf": "16", "preset": "8" if codec == "libsvtav1" else "veryfast", "g": str(key_every)},
                )
                assert isinstance(added, av.VideoStream)
                stream = added
                stream.height, stream.width, stream.pix_fmt = picture.shape[0], picture.shape[1], pixel_format
                stream.time_base = stream.codec_context.time_base = base
                if quarter_turns:
                    stream.set_display_rotation(90 * quarter_turns)
                if sample_aspect:
                    stream.codec_context.sample_aspect_ratio = sample_aspect
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = next(times) if times else k, base
            out.mux(stream.encode(frame))
        assert stream is not None
        out.mux(stream.encode())
    return path


def wall(height: int = 180, width: int = 320, seed: int = 1) -> Picture:
    """A soft, still texture in grey browns."""
    rng = np.random.default_rng(seed)
    cloud = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 3)
    grey = 120 + 30 * cloud / cloud.std()
    return np.asarray(np.clip(np.stack([grey, grey * 0.95, grey * 0.85], axis=-1), 0, 255), np.uint8)


def draw(times_s: Iterable[float], paint: Callable[[Picture, float], None], background: Picture) -> Iterable[Picture]:
    """The background with what is painted at every instant."""
    for time_s in times_s:
        picture = background.copy()
        paint(picture, time_s)
        yield picture


def disc(picture: Picture, x: float, y: float, radius: float, colour: tuple[int, int, int] = (200, 40, 30)) -> None:
    """A disc placed to a sixteenth of a pixel."""
    cv2.circle(picture, (round(x * 16), round(y * 16)), round(radius * 16), colour, -1, cv2.LINE_AA, 4)


def write_tone(path: Path, seconds: float = 1.0) -> Path:
    """A sound file without picture."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=48_000, layout="mono")
        assert isinstance(stream, av.AudioStream)
        samples = (np.sin(np.arange(int(48_000 * seconds)) / 20) * 8000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.rate = 48_000
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path
