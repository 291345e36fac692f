"""A decoded picture made small at the lowest cost: straight from its planes where the format allows it."""

from __future__ import annotations

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation, VideoReformatter

Image = npt.NDArray[np.uint8]
Deep = npt.NDArray[np.uint8 | np.uint16]

ROWS_A_PIXEL = 5  # more rows than this are not averaged into one: the eye of the tracker gains nothing by them


def grey_small(picture: av.VideoFrame, size: tuple[int, int], reformatter: VideoReformatter) -> Image:
    """Luma `[height, width]` at `size` (width, height), area-averaged."""
    if not _has_luma_plane(picture):
        small = reformatter.reformat(picture, *size, format="gray", interpolation=Interpolation.AREA)
        return np.ascontiguousarray(small.to_ndarray())
    return _plane_small(picture, 0, size)


def rgb_small(picture: av.VideoFrame, size: tuple[int, int], reformatter: VideoReformatter) -> Image:
    """Colour `[height, width, 3]` at `size` (width, height), area-averaged."""
    if _has_luma_plane(picture) and len(picture.planes) == 3:
        return _rgb([_plane_small(picture, plane, size) for plane in range(3)])
    small = reformatter.reformat(picture, *size, format="rgb24", interpolation=Interpolation.AREA)
    return np.ascontiguousarray(small.to_ndarray())


def upright(image: Image, quarter_turns: int) -> Image:
    """The image turned against the clock."""
    return np.ascontiguousarray(np.rot90(image, quarter_turns)) if quarter_turns else image


def _has_luma_plane(picture: av.VideoFrame) -> bool:
    layout = picture.format
    luma = layout.components[0]
    return (
        not (layout.is_rgb or layout.has_palette or layout.is_big_endian or layout.is_bit_stream)
        and luma.is_luma
        and (len(picture.planes) > 1 or len(layout.components) == 1)
        and picture.planes[0].line_size > 0
    )


def _plane_small(picture: av.VideoFrame, index: int, size: tuple[int, int]) -> Image:
    plane = picture.planes[index]
    bits = picture.format.components[index].bits
    item = np.dtype(np.uint8 if bits <= 8 else np.uint16)
    rows = np.frombuffer(memoryview(plane), item).reshape(-1, plane.line_size // item.itemsize)
    stride = max(1, round(plane.height / size[1] / ROWS_A_PIXEL))
    small: Deep = cv2.resize(rows[: plane.height : stride, : plane.width], size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return (small >> max(0, bits - 8)).astype(np.uint8)


def _rgb(planes: list[Image]) -> Image:
    """BT.709 video range to R'G'B'."""
    luma, blue, red = (plane.astype(np.float32) for plane in planes)
    luma, blue, red = 1.164 * (luma - 16), blue - 128, red - 128
    colours = (luma + 1.793 * red, luma - 0.213 * blue - 0.533 * red, luma + 2.112 * blue)
    return np.asarray(np.clip(np.stack(colours, axis=-1), 0, 255), np.uint8)
