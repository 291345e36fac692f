"""Expose a take frame by frame and write it as a video file."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from bench.truth.backdrop import paint
from bench.truth.drawing import Canvas, Picture, unit_px
from bench.truth.look import Camera, Look
from bench.truth.take import Take

_MILLISECONDS = 1000


def film(take: Take, look: Look, path: Path, seed: int) -> None:
    """Write the take, one thread, the same bytes for the same take, look and seed."""
    cv2.setNumThreads(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(look.codec, rate=look.frame_rate, options=_options(look))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = look.width, look.height, "yuv420p"
        stream.codec_context.thread_count = 1
        time_base = Fraction(1, _MILLISECONDS) if look.variable_rate else 1 / look.frame_rate
        stream.time_base = stream.codec_context.time_base = time_base
        for time_s, picture in zip(look.times_s, frames(take, look, seed), strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(time_s / float(time_base)), time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _options(look: Look) -> dict[str, str]:
    if look.codec == "mpeg4":
        return {"qmin": str(look.crf // 4), "qmax": str(look.crf // 4 + 2), "bf": "0"}
    return {"preset": "superfast", "crf": str(look.crf), "threads": "1"}


def frames(take: Take, look: Look, seed: int) -> Iterator[Picture]:
    """Every frame as the camera sees it, `[height, width, 3]` red green blue."""
    stage = _Stage(take, look)
    grain = _Grain(look, np.random.default_rng(seed))
    sub_frames = min(look.sub_frames, take.most_sub_frames)
    opens, closes = (share / float(look.frame_rate) for share in look.exposure)
    for time_s in look.times_s:
        steps = time_s + opens + (closes - opens) * (np.arange(sub_frames) + 0.5) / sub_frames
        picture = grain.add(_lit(stage.exposed(steps), take, look, float(steps.mean())))
        if take.overlay is not None:
            take.overlay(picture, float(time_s))
        if look.bars:
            picture[: look.bars] = picture[-look.bars :] = 0
        yield picture


class _Stage:
    """The backdrops painted once, and the actors over them."""

    def __init__(self, take: Take, look: Look) -> None:
        self.take, self.look = take, look
        self.camera = take.camera or look.camera
        self.unit = unit_px(look.width, look.height - 2 * look.bars)
        self.width, self.height = _canvas_size(look, self.camera)
        self.backdrops = [self._painted(index) for index in range(len(take.backdrops))]
        self.post = _post(look) if look.occluder else None

    def _painted(self, index: int) -> Picture:
        pixels = np.zeros((self.height, self.width, 3), np.uint8)
        paint(self.take.backdrops[index], Canvas(pixels, self.take.view, self.unit))
        return pixels if self.take.scroll is None else np.concatenate([pixels, pixels[:, ::-1]], axis=1)

    def exposed(self, steps: npt.NDArray[np.float64]) -> Picture:
        """The mean of the instants in one exposure."""
        if len(steps) == 1:
            return self._instant(float(steps[0]))
        total = np.zeros((self.look.height, self.look.width, 3), np.uint16)
        for step in steps:
            total += self._instant(float(step))
        return np.asarray((total + len(steps) // 2) // len(steps), np.uint8)

    def _instant(self, time_s: float) -> Picture:
        pixels = self._behind(time_s)
        self.take.draw(Canvas(pixels, self.take.view, self.unit), time_s)
        picture = self._framed(pixels, time_s) if self.camera.moves else pixels
        if self.post is not None:
            left, right, colour = self.post
            picture[:, left:right] = colour
        return picture

    def _behind(self, time_s: float) -> Picture:
        backdrop = self.backdrops[self.take.backdrop_at(time_s)]
        if self.take.scroll is None:
            return backdrop.copy()
        shift = round(self.take.scroll(time_s) * self.unit / self.take.view.height_m) % backdrop.shape[1]
        return np.concatenate([backdrop[:, shift:], backdrop[:, :shift]], axis=1)[:, : self.width].copy()

    def _framed(self, pixels: Picture, time_s: float) -> Picture:
        x, y, zoom, roll = self.camera.at(time_s, float(self.look.duration_s))
        middle = (self.width / 2 + x * self.unit, self.height / 2 + y * self.unit)
        turn = cv2.getRotationMatrix2D(middle, np.degrees(roll), zoom)
        turn[:, 2] += np.array([self.look.width / 2 - middle[0], self.look.height / 2 - middle[1]])
        size = (self.look.width, self.look.height)
        return np.asarray(cv2.warpAffine(pixels, turn, size, borderMode=cv2.BORDER_REFLECT), np.uint8)


def _canvas_size(look: Look, camera: Camera) -> tuple[int, int]:
    extra = camera.margin - 1
    return round(look.width + extra * look.height) // 2 * 2, round(look.height * (1 + extra)) // 2 * 2


def _post(look: Look) -> tuple[int, int, tuple[int, int, int]]:
    """A narrow post in the foreground, off the middle."""
    left = round(look.width * (0.24 if look.crf % 2 else 0.72))
    return left, left + look.width // 24, (52, 44, 40)


def _lit(picture: Picture, take: Take, look: Look, time_s: float) -> Picture:
    gain = look.light * (take.light(time_s) if take.light is not None else 1.0)
    if gain == 1 and look.gamma == 1:
        return picture
    steps = np.arange(256) / 255
    curve = np.clip(np.clip(steps * gain, 0, 1) ** look.gamma * 255, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, curve), np.uint8)


class _Grain:
    """Sensor noise: a few frames of it, used at random offsets."""

    def __init__(self, look: Look, rng: np.random.Generator) -> None:
        self.rng, self.look = rng, look
        size = (look.height + 64, look.width + 64, 3)
        self.bank = np.round(rng.standard_normal(size, np.float32) * look.noise).astype(np.int16)

    def add(self, picture: Picture) -> Picture:
        if self.look.noise < 0.3:
            return picture
        top, left = (int(offset) for offset in self.rng.integers(0, 64, 2))
        grain = self.bank[top : top + self.look.height, left : left + self.look.width]
        return np.asarray(cv2.add(picture, grain, dtype=cv2.CV_8U), np.uint8)
