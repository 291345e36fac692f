"""What stirs all the time: figures of a second of picture that tell rain, water, fire, leaves and snow apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from engine.vision.backdrop import Seen
from engine.vision.motion import Image, flow_between, warp

EVERY_S = 0.5
SPAN_S = 1.0
LONGEST_SPAN_S = 2.5
FEWEST = 6
MOST_PICTURES = 12
FEATURES = (
    "share", "rate", "amount", "depth", "tails", "streaks", "smooth", "skew", "sparse",
    "middle y", "spread y", "spread x",
    "red", "green", "blue", "saturated", "lit", "picture light", "picture green", "picture blue",
    "flow x", "flow y", "flow", "coherent", "frame", "held",
)  # fmt: skip
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Texture:
    """The figures of one stretch; `amount` is how much stirs, 0..1."""

    time_s: float
    scene: int
    features: tuple[float, ...]
    amount: float


class TextureEye:
    """Looks at a second of picture at half the size, twice a second."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def look(self, window: Sequence[Seen], rgb: Image) -> Texture | None:
        """None where there are too few pictures to tell."""
        stride = max(1, len(window) // MOST_PICTURES)
        chosen = window[::stride]
        if len(chosen) < 4:
            return None
        middle = chosen[len(chosen) // 2]
        step_s = (chosen[-1].time_s - chosen[0].time_s) / (len(chosen) - 1)
        stack = np.stack([_half(seen, middle) for seen in chosen]).astype(np.float32)
        stack *= (stack.mean() / np.maximum(stack.mean(axis=(1, 2)), 1))[
            :, None, None
        ]  # a flickering lamp stirs nothing
        noise = float(np.median([seen.noise for seen in chosen]))
        camera = float(np.mean([abs(seen.move.shift) for seen in chosen]))
        features, amount = self._figures(stack, rgb, window, noise, step_s)
        return Texture(middle.time_s, middle.scene, (*features, step_s * 30, min(camera, 3.0)), amount)

    def _figures(
        self, stack: Floats, rgb: Image, window: Sequence[Seen], noise: float, step_s: float
    ) -> tuple[tuple[float, ...], float]:
        change = np.diff(stack, axis=0)
        size = np.abs(change)
        mean_size = size.mean(axis=0)
        depth = stack.std(axis=0)
        mask = mean_size > max(1.2, 1.2 * noise)
        share = float(mask.mean())
        if mask.sum() < 12:
            mask[::4, ::4] = True
        rows, columns = np.nonzero(mask)
        level, inside = max(0.1, float(mean_size[mask].mean())), size[:, mask]
        across, down = np.abs(np.diff(change[::2], axis=2)), np.abs(np.diff(change[::2], axis=1))
        apart = _mean(np.abs(change[:, :, 2:] - change[:, :, :-2])[:, mask[:, 2:]])
        centred = stack[:, mask] - stack[:, mask].mean(axis=0)
        colour = cv2.resize(rgb, (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        tint = colour[mask].mean(axis=0)
        amount = share * min(1.0, level / 12)
        return (
            share,
            float(np.median(mean_size[mask] / (depth[mask] + 0.5))) / step_s / 10,
            level / 10,
            float(depth[mask].mean()) / 10,
            float((inside > 4 * level).mean()) * 10,
            float(np.log((_mean(across[:, mask[:, 1:]]) + 0.1) / (_mean(down[:, mask[1:]]) + 0.1))),
            apart / (2 * level),
            float(np.clip(((centred**3).mean(axis=0) / (depth[mask] + 0.5) ** 3).mean(), -3, 3)),
            float((inside > 2 * max(1.2, 1.2 * noise)).mean()),
            float(rows.mean()) / mask.shape[0],
            float(rows.std()) / mask.shape[0],
            float(columns.std()) / mask.shape[1],
            *(float(v) for v in tint),
            float(tint.max() - tint.min()),
            float((stack[:, mask].max(axis=0) / 255).mean()),
            float(colour.mean()),
            float((colour[..., 1] - colour.mean(axis=2)).mean()) * 5,
            float((colour[..., 2] - colour.mean(axis=2)).mean()) * 5,
            *self._drift(window, mask),
        ), amount

    def _drift(self, window: Sequence[Seen], mask: npt.NDArray[np.bool_]) -> tuple[float, float, float, float]:
        k = len(window) // 2
        before, after = window[k - 1], window[k]
        seconds = max(after.time_s - before.time_s, 1e-3)
        flow = flow_between(self._flow, before.image, after.image)[::2, ::2][: mask.shape[0], : mask.shape[1]]
        flow = flow[mask[: flow.shape[0], : flow.shape[1]]] - np.array([after.move.shift.real, after.move.shift.imag])
        flow = flow / (seconds * before.image.shape[0])  # picture heights a second
        mean, size = flow.mean(axis=0), float(np.hypot(flow[:, 0], flow[:, 1]).mean())
        return float(abs(mean[0])), float(mean[1]), size, float(np.hypot(*mean)) / (size + 0.02)


def _mean(values: Floats) -> float:
    """0 where nothing is inside."""
    return float(values.mean()) if values.size else 0.0


def _half(seen: Seen, middle: Seen) -> Image:
    height, width = seen.image.shape
    between = seen.pose.inverse().then(middle.pose)
    image = seen.image if between.corner_px(width, height) < 0.3 else warp(seen.image, between)
    return np.asarray(cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)
