"""One pass over a shot's pictures: camera, cuts, backdrop, regions and tracks, in constant memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import islice

import cv2
import numpy as np

from engine.vision.backdrop import HELD_SPAN_S, Backdrop, Seen
from engine.vision.bob import sinking
from engine.vision.cuts import LOOKAHEAD, is_cut, is_flash, thumb
from engine.vision.motion import STILL, CameraEye, Image, Move, warp
from engine.vision.regions import Region, changed, noise_level, regions
from engine.vision.texture import FEWEST, LONGEST_SPAN_S, SPAN_S, Texture, TextureEye
from engine.vision.tracks import Track, Tracker

AHEAD_S = 1.25
LATELY = 4  # pictures
MOST_KEPT = 240  # pictures either side, whatever the rate


@dataclass(frozen=True, slots=True)
class Moment:
    """What one picture showed as a whole."""

    time_s: float
    scene: int
    light: float  # mean luma 0..255
    move: Move  # of the camera, since the picture before
    moving: float  # share of the picture that differs from the backdrop
    regions: int
    flash: bool
    sinking: tuple[float, float] = (0.0, 0.0)  # px downward of what moves: its upper part, and all


@dataclass(slots=True)
class Watched:
    """All that the pass found."""

    width: int
    height: int
    moments: list[Moment] = field(default_factory=list)
    cuts_s: list[float] = field(default_factory=list)
    flashes_s: list[float] = field(default_factory=list)
    things: list[Track] = field(default_factory=list)  # what differs from the backdrop
    stirs: list[Track] = field(default_factory=list)  # what changed since the picture before
    wholes: list[Track] = field(default_factory=list)  # all that changed since the picture before, as one
    textures: list[Texture] = field(default_factory=list)
    colours: list[tuple[float, int, Image]] = field(default_factory=list)  # time, scene, `[9, 16, 3]`


class Watcher:
    """Takes pictures in order; each is judged once what follows it is known."""

    def __init__(self, width: int, height: int) -> None:
        self.seen = Watched(width, height)
        self._eye = CameraEye(width, height)
        self._things = Tracker(width, height)
        self._stirs = Tracker(width, height)
        self._backdrop = Backdrop()
        self._textures = TextureEye()
        self._window: deque[Seen] = deque()
        self._unbroken = False  # whether all that changed was clearly seen in the picture before
        self._judged = 0  # pictures of the window already looked at
        self._settled = 0  # pictures of the window that are known to be cut or not

    def add(self, time_s: float, grey: Image, rgb: Image | None = None) -> None:
        """The next picture; some in colour."""
        seen = self._first_look(time_s, np.asarray(cv2.GaussianBlur(grey, (3, 3), 0), np.uint8))
        seen.rgb = rgb
        self._window.append(seen)
        while len(self._window) - self._settled > LOOKAHEAD:
            self._settle()
        self._judge_until(time_s - AHEAD_S)

    def end(self) -> Watched:
        """Nothing more comes."""
        while self._settled < len(self._window):
            self._settle()
        self._judge_until(float("inf"))
        self.seen.things, self.seen.stirs = self._things.end(), self._stirs.end()
        return self.seen

    def _first_look(self, time_s: float, image: Image) -> Seen:
        if not self._window:
            return Seen(0, time_s, image, thumb(image), STILL, STILL, np.zeros_like(image), 0.0)
        last = self._window[-1]
        move = self._eye.move(last.image, image)
        change, noise, sank = _since(last.image, image, move)
        pose = last.pose.then(move)
        return Seen(last.index + 1, time_s, image, thumb(image), pose, move, change, noise, last.scene, sinking=sank)

    def _settle(self) -> None:
        """Whether the next picture begins a new scene, now that some are known beyond it."""
        k = self._settled
        self._settled += 1
        if k == 0:
            return
        around = [seen.thumb for seen in islice(self._window, max(0, k - LOOKAHEAD), k + LOOKAHEAD + 1)]
        before, after = around[: min(k, LOOKAHEAD)], around[min(k, LOOKAHEAD) :]
        now = self._window[k]
        now.flash = is_flash(before, after) or (self._window[k - 1].flash and self._still_bright(k))
        if now.flash and not self._window[k - 1].flash:
            self.seen.flashes_s.append(now.time_s)
        if not now.flash and is_cut(before, after):
            self.seen.cuts_s.append(now.time_s)
            now.change, now.sinking = np.zeros_like(now.change), (0.0, 0.0)
            for later in list(self._window)[k:]:
                later.scene += 1

    def _still_bright(self, k: int) -> bool:
        calm = [seen.thumb.level for seen in list(self._window)[max(0, k - 12) : k] if not seen.flash]
        return bool(calm) and bool(self._window[k].thumb.level > calm[-1] + 12)

    def _judge_until(self, time_s: float) -> None:
        while self._judged < self._settled and self._ready(time_s):
            self._judge(self._judged)
            self._judged += 1
            while self._judged > 1 and self._past():
                self._window.popleft()
                self._judged -= 1
                self._settled -= 1

    def _ready(self, time_s: float) -> bool:
        return self._window[self._judged].time_s <= time_s or self._settled - self._judged > MOST_KEPT

    def _past(self) -> bool:
        return self._window[self._judged - 1].time_s - self._window[0].time_s > HELD_SPAN_S or self._judged > MOST_KEPT

    def _judge(self, k: int) -> None:
        now = self._window[k]
        backdrop, held = self._backdrop.behind(now, self._window)
        difference, mask = changed(now.image, backdrop, now.noise, held)
        share = cv2.countNonZero(mask) / mask.size
        found: list[Region] = []
        stirred: list[Region] = []
        clear = share < 0.6 and not now.flash
        if clear:
            found = regions(difference, mask * self._lately(k), now.change)
            stirred = regions(now.change, now.change, now.change)
        self._stir(now, stirred, clear)
        self._things.add(now.time_s, now.index, now.scene, now.pose, found)
        self._stirs.add(now.time_s, now.index, now.scene, now.pose, stirred)
        self._feel(k)
        self.seen.moments.append(
            Moment(now.time_s, now.scene, now.thumb.level, now.move, share, len(found), now.flash, now.sinking)
        )

    def _stir(self, now: Seen, stirred: list[Region], clear: bool) -> None:
        """All that changes as one track, a sighting each picture; what is not clearly seen ends it."""
        wholes = self.seen.wholes
        if not clear:
            self._unbroken = False
            return
        if not wholes or not self._unbroken or wholes[-1].scene != now.scene:
            wholes.append(Track(-len(wholes) - 1, now.scene))
        self._unbroken = True
        wholes[-1].rows.append(self._stirs.row(now.time_s, now.index, now.pose.inverse(), _as_one(stirred)))

    def _feel(self, k: int) -> None:
        """The texture of the second around, twice a second."""
        now = self._window[k]
        if now.rgb is None:
            return
        scene = [s for s in self._window if s.scene == now.scene and not s.flash]
        around = [s for s in scene if abs(s.time_s - now.time_s) <= SPAN_S / 2 + 1e-6]
        if len(around) < FEWEST:  # few pictures a second
            around = [s for s in scene if abs(s.time_s - now.time_s) <= LONGEST_SPAN_S / 2]
        texture = self._textures.look(around, now.rgb)
        if texture is not None:
            self.seen.textures.append(texture)
        tiny = np.asarray(cv2.resize(now.rgb, (16, 9), interpolation=cv2.INTER_AREA), np.uint8)
        self.seen.colours.append((now.time_s, now.scene, tiny))

    def _lately(self, k: int) -> Image:
        """Where anything changed in the pictures around: what rests, and where it rested, is left out."""
        window = list(islice(self._window, max(0, k - LATELY), k + LATELY + 1))
        change = window[0].change
        for seen in window[1:]:
            change = np.maximum(change, seen.change)
        return np.asarray(cv2.dilate((change > 0).view(np.uint8), np.ones((7, 7), np.uint8)), np.uint8)


def _since(before: Image, now: Image, move: Move) -> tuple[Image, float, tuple[float, float]]:
    """Change since the picture before, the camera's own taken out, cleared of noise; that noise; how far it sank."""
    height, width = now.shape
    last = before if move.corner_px(width, height) < 0.05 else warp(before, move)
    noise = noise_level(last, now)
    _, change = cv2.threshold(cv2.absdiff(last, now), max(5.0, 4 * noise), 255, cv2.THRESH_TOZERO)
    return np.asarray(change, np.uint8), noise, sinking(last, now, np.asarray(change, np.uint8))


def _as_one(parts: list[Region]) -> Region:
    """Many regions as one; nothing at all where there is none."""
    if not parts:
        return Region(0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, False)
    area = sum(part.area for part in parts)
    return Region(
        sum(part.x * part.area for part in parts) / area,
        sum(part.y * part.area for part in parts) / area,
        min(part.left for part in parts),
        max(part.right for part in parts),
        min(part.top for part in parts),
        max(part.bottom for part in parts),
        area,
        sum(part.activity for part in parts),
        any(part.cut_off for part in parts),
    )
