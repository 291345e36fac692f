"""Cues of the shot as a whole: what moves for a while, the camera, the textures, the place, cuts and flashes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import log10

import numpy as np
import numpy.typing as npt

from engine.types import Cue, CueKind, Curve
from engine.vision.model import texture_shares
from engine.vision.texture import SPAN_S, Texture
from engine.vision.tracks import Series, Track
from engine.vision.watch import Moment, Watched

MOTION_LEAST_S = 0.3
CURVE_STEP_S = 0.1
TEXTURE_SHARE = 0.6
TEXTURE_LEAST_S = 2.0
QUICK = ("rain", "snow", "fire")  # not to be told from a few pictures a second
SLOWEST_TOLD = 4.5  # thirtieths of a second between pictures
NO_SKY = 0.03  # share of the picture: less of sky or growth is none
GREEN_SHARE = 0.2
FULL_SPEED = 1.5  # picture heights a second that count as 1 on a motion curve


def motion_curve(watched: Watched) -> Curve | None:
    """How much of the picture moves, 0..1, at ten points a second."""
    if len(watched.moments) < 2:
        return None
    times = np.array([m.time_s for m in watched.moments])
    return _curve(times, np.array([m.moving for m in watched.moments]))


def motion_cues(watched: Watched) -> list[Cue]:
    """One for every thing that goes somewhere, with its speed and its way across."""
    return [cue for track in watched.things if (cue := _motion(track, watched)) is not None]


def _motion(track: Track, watched: Watched) -> Cue | None:
    series = track.series()
    times = series["time"]
    if times[-1] - times[0] < MOTION_LEAST_S or times.size < 5:
        return None
    x, y = _smooth(series["x"]), _smooth(series["y"])
    speed = np.hypot(np.gradient(x, times), np.gradient(y, times)) / watched.height
    size = float(np.median(np.sqrt(series["area"]))) / watched.height
    way = float(np.hypot(np.ptp(x), np.ptp(y))) / watched.height
    if way < 0.05:
        return None
    straight = way / max(float((speed[1:] * np.diff(times)).sum()), way)
    return Cue(
        id=f"motion-{track.number:03d}-{times[0]:.3f}",
        kind=CueKind.MOTION,
        time_s=float(times[0]),
        duration_s=float(times[-1] - times[0]),
        x=_share(float(series["seen_x"].mean()), watched.width),
        y=_share(float(series["seen_y"].mean()), watched.height),
        size=float(np.median(series["bottom"] - series["top"])) / watched.height,
        energy=loudness(float(np.percentile(speed, 90)), size),
        confidence=float(np.clip(0.3 + 0.4 * straight + 0.3 * min(1.0, times.size / 20), 0, 0.95)),
        curve=_curve(times, np.minimum(speed / FULL_SPEED, 1.0)),
        path=_curve(times, 2 * series["seen_x"] / max(watched.width - 1, 1) - 1),
        object=f"o{track.number}",
    )


def camera_cues(watched: Watched) -> list[Cue]:
    """Stretches in which the camera pans, zooms or shakes."""
    found: list[Cue] = []
    for scene, group in groupby(watched.moments, key=lambda m: m.scene):
        found += _camera_of_scene(scene, list(group), watched)
    return found


def _camera_of_scene(scene: int, moments: list[Moment], watched: Watched) -> Iterator[Cue]:
    times = np.array([m.time_s for m in moments])
    if times.size < 6:
        return
    step = np.gradient(times)
    shift = np.array([m.move.shift for m in moments]) / watched.height / step
    zoom = np.log(np.array([abs(m.move.turn) for m in moments])) / step
    wide = min(times.size, max(3, round(0.5 / float(np.median(step)))))
    steady = np.convolve(shift, np.ones(wide) / wide, mode="same")
    labels = np.full(times.size, "", dtype=object)
    labels[np.sqrt(np.convolve(np.abs(shift - steady) ** 2, np.ones(wide) / wide, mode="same")) > 0.06] = "shake"
    labels[np.abs(np.convolve(zoom, np.ones(wide) / wide, mode="same")) > 0.03] = "zoom"
    labels[np.abs(steady) > 0.04] = "pan"
    for label, run in groupby(range(times.size), key=lambda k: labels[k]):
        rows = list(run)
        start, end = float(times[rows[0]]), float(times[rows[-1]])
        if label and end - start >= 0.25:
            speed = float(np.abs(shift[rows]).mean())
            yield Cue(
                f"camera-{scene:02d}-{start:.3f}", CueKind.CAMERA, start, end - start,
                energy=min(1.0, speed), confidence=0.8, label=label,
            )  # fmt: skip


def texture_cues(watched: Watched) -> list[Cue]:
    """Stretches of one texture within a scene, with its strength over time."""
    found: list[Cue] = []
    for scene, group in groupby(watched.textures, key=lambda t: t.scene):
        looks = list(group)
        for label, shares in texture_shares([t.features for t in looks]).items():
            if label in QUICK and looks[0].features[-2] > SLOWEST_TOLD:
                continue
            found += _stretches(label, scene, looks, _smooth(_smooth(shares)))
    return found


def _stretches(label: str, scene: int, looks: Sequence[Texture], shares: Series) -> Iterator[Cue]:
    times = np.array([t.time_s for t in looks])
    for is_sure, run in groupby(range(times.size), key=lambda k: bool(shares[k] > TEXTURE_SHARE)):
        rows = list(run)
        if not is_sure or times[rows[-1]] - times[rows[0]] < TEXTURE_LEAST_S:
            continue
        strength = np.sqrt(np.clip([looks[k].amount for k in rows], 0, 1))
        start, end = max(0.0, float(times[rows[0]]) - SPAN_S / 2), float(times[rows[-1]]) + SPAN_S / 2
        camera = float(np.mean([looks[k].features[-1] for k in rows]))
        yield Cue(
            f"texture-{label}-{scene:02d}-{start:.3f}", CueKind.TEXTURE, start, end - start, size=1.0,
            energy=float(strength.mean()), confidence=float(min(0.95, shares[rows].mean()) / (1 + camera / 2)),
            label=label, curve=Curve(tuple((times[rows] - start).tolist()), tuple(strength.tolist())),
        )  # fmt: skip


def place_cues(watched: Watched) -> list[Cue]:
    """Where each scene is, as far as light and colour tell: night, outdoor, indoor; and whether its ground is green."""
    found = []
    for scene, group in groupby(watched.colours, key=lambda c: c[1]):
        looks = list(group)
        light = [m for m in watched.moments if m.scene == scene]
        picture = np.mean([c[2] for c in looks], axis=0) / 255
        start, end = light[0].time_s, light[-1].time_s
        for name, label, confidence in (("place", *_place(picture)), ("ground", "green", _green_ground(picture))):
            cue = Cue(
                f"{name}-{scene:02d}-{start:.3f}", CueKind.PLACE, start, end - start, size=1.0,
                energy=float(picture.mean()), confidence=confidence, label=label,
            )  # fmt: skip
            if confidence > 0:
                found.append(cue)
    return found


def _place(picture: Series) -> tuple[str, float]:
    """From `[9, 16, 3]`, 0..1: sky above or green around means outdoors, darkness night; else indoors.

    Indoors is hardly sure where there is a little of sky or growth, and likely where there is none.
    """
    red, blue = picture[..., 0], picture[..., 2]
    above = slice(0, 3)
    sky = float(((blue[above] > 0.45) & (blue[above] >= red[above] + 0.03)).mean())
    growth = float(_grows(picture).mean())
    if picture.mean() < 0.13:
        return "night", float(np.clip(1 - picture.mean() / 0.2, 0.3, 0.8))
    outdoors = max(sky, growth)
    if outdoors > 0.35:
        return "outdoor", float(min(0.8, 0.35 + 0.5 * outdoors))
    return "indoor", 0.55 if outdoors < NO_SKY else 0.3


def _green_ground(picture: Series) -> float:
    """How surely the lower part of the picture, `[9, 16, 3]`, is grown over; 0 where it is not."""
    share = float(_grows(picture[5:]).mean())
    return min(0.8, 0.4 + 0.5 * share) if share >= GREEN_SHARE else 0.0


def _grows(picture: Series) -> npt.NDArray[np.bool_]:
    red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
    return (green > red + 0.02) & (green > blue + 0.06)


def cut_cues(watched: Watched) -> list[Cue]:
    """Cuts and flashes."""
    cuts = [Cue(f"cut-{t:.3f}", CueKind.CUT, t, size=1.0, confidence=0.9) for t in watched.cuts_s]
    return cuts + [Cue(f"flash-{t:.3f}", CueKind.FLASH, t, size=1.0, confidence=0.8) for t in watched.flashes_s]


def loudness(speed: float, size: float) -> float:
    """0..1 from picture heights a second and size as a share of the height: .4 a decade of their product."""
    return float(np.clip(0.55 + 0.4 * log10(max(speed * size, 1e-4) / 0.1), 0.02, 1.0))


def _share(place_px: float, pixels: int) -> float:
    return float(np.clip(2 * place_px / max(pixels - 1, 1) - 1, -1, 1))


def _smooth(values: Series) -> Series:
    """Mean of three, the ends held."""
    return np.convolve(np.pad(values, 1, mode="edge"), np.ones(3) / 3, mode="valid")


def _curve(times: Series, values: Series) -> Curve:
    """At most ten points a second, from the first time on."""
    grid = np.linspace(times[0], times[-1], max(2, int((times[-1] - times[0]) / CURVE_STEP_S) + 1))
    return Curve(
        tuple(np.round(grid - times[0], 4).tolist()), tuple(np.round(np.interp(grid, times, values), 4).tolist())
    )
