"""What was seen in one shot, on the clock of its scene."""

from __future__ import annotations

from dataclasses import dataclass

from engine.score import casting
from engine.score.casting import Happening
from engine.score.scene import Scene


@dataclass(frozen=True, slots=True)
class SeenShot:
    """The contacts and movements of a shot; times count from the scene's start."""

    name: str
    index: int  # in its scene
    start_s: float
    end_s: float
    struck: list[Happening]
    moving: list[Happening]

    @property
    def crossings(self) -> list[Happening]:
        """Those who go through the picture, the longest way first."""
        return casting.crossings(self.moving)

    @property
    def shows_walking(self) -> bool:
        """Whether there is a step, or somebody who crosses the picture."""
        stepping = any(one.step and one.confidence >= casting.ASKED_FOR for one in self.struck)
        return stepping or bool(self.crossings)

    def holds(self, time_s: float) -> bool:
        return self.start_s <= time_s < self.end_s


def seen_shots(scene: Scene) -> list[SeenShot]:
    """What was seen in each shot of a scene."""
    return [_seen_shot(scene, index) for index in range(len(scene.shots))]


def _seen_shot(scene: Scene, index: int) -> SeenShot:
    name, shot, cues = f"shot{index + 1}", scene.shots[index], scene.cues[index]
    start = scene.offset(shot)
    end = start + float(shot.duration)
    return SeenShot(name, index, start, end, casting.struck(cues, name, start), casting.moving(cues, name, start))
