"""Make one scene of the benchmark: its video, prompt, truth and truth stems. The same arguments give the same bytes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from bench.truth.drawing import unit_px
from bench.truth.film import film
from bench.truth.kinds import balls, distractors, doors, passing, steps, strikes, textures, vessels
from bench.truth.look import DIFFICULTIES, Camera, Look, look
from bench.truth.stems import true_stems, write_stems
from bench.truth.take import Setting, Take
from bench.truth.truth import Event, Truth, read_truth, write_truth
from bench.truth.words import prompt

__all__ = [
    "DIFFICULTIES",
    "EVENT_KINDS",
    "KINDS",
    "QUIET_KINDS",
    "SPLITS",
    "Scene",
    "describe",
    "kept_scene",
    "make_scene",
    "scene_name",
]

_MAKERS: Mapping[str, Callable[[Setting], Take]] = {
    "ball": balls.ball,
    "two-balls": balls.two_balls,
    "hidden-ball": balls.hidden_ball,
    "walk": steps.walk,
    "walk-followed": steps.walk_followed,
    "walk-front": steps.walk_front,
    "run": steps.run,
    "hammer": strikes.hammer,
    "knock": strikes.knock,
    "typing": strikes.typing,
    "chop": strikes.chop,
    "roll": balls.roll,
    "drag": doors.drag,
    "shatter": vessels.shatter,
    "splash": vessels.splash,
    "pour": vessels.pour,
    "door": doors.door,
    "drawer": doors.drawer,
    "car": passing.car,
    "rain": textures.rain,
    "snow": textures.snow,
    "surf": textures.surf,
    "stream": textures.stream,
    "fire": textures.fire,
    "leaves": textures.leaves,
    "shake": distractors.shake,
    "pan": distractors.pan,
    "zoom": distractors.zoom,
    "flicker": distractors.flicker,
    "flash": distractors.flash,
    "cut": distractors.cut,
    "wave": distractors.wave,
    "subtitles": distractors.subtitles,
}
KINDS = tuple(_MAKERS)
QUIET_KINDS = KINDS[KINDS.index("rain") :]  # textures and distractors: no event at all
EVENT_KINDS = KINDS[: KINDS.index("rain")]
_FUSED_S = 0.03
SPLITS = ("open", "sealed")  # nobody tunes on the sealed one: its bodies, floors, walls, textures and seeds are its own


@dataclass(frozen=True, slots=True)
class Scene:
    """One made scene. `stems` are WAV files by layer, and their "mix"."""

    name: str
    video: Path
    prompt: str
    truth: Path
    stems: Mapping[str, Path]


def make_scene(kind: str, difficulty: str, seed: int, folder: Path, split: str = "open") -> Scene:
    """Write the scene into `folder`; ValueError for an unknown kind, difficulty or split."""
    truth, seen, take = describe(kind, difficulty, seed, split)
    folder.mkdir(parents=True, exist_ok=True)
    name = scene_name(kind, difficulty, seed, split)
    video = folder / f"{name}.mp4"
    film(take, seen, video, seed)
    stems = write_stems(true_stems(truth, seed), folder / f"{name}.stems")
    write_truth(truth, folder / f"{name}.truth.json")
    return Scene(name, video, truth.prompt, folder / f"{name}.truth.json", stems)


def describe(kind: str, difficulty: str, seed: int, split: str = "open") -> tuple[Truth, Look, Take]:
    """All of a scene but its files: what is true, how it is filmed, and the world to film."""
    for value, known in ((kind, KINDS), (difficulty, DIFFICULTIES), (split, SPLITS)):
        if value not in known:
            raise ValueError(f"there is no {value!r}; there are: {', '.join(known)}")
    rng = np.random.default_rng([zlib.crc32(part.encode()) for part in (kind, difficulty, split)] + [seed])
    seen = look(difficulty, rng)
    half_width = seen.width / unit_px(seen.width, seen.height - 2 * seen.bars) / 2
    take = _MAKERS[kind](Setting(rng, split == "sealed", float(seen.duration_s), half_width, seen.roughness))
    return _truth(kind, difficulty, split, seed, seen, take, prompt(kind, take.words, difficulty, rng)), seen, take


def kept_scene(kind: str, difficulty: str, seed: int, folder: Path, split: str = "open") -> Scene:
    """The same scene, made once and kept in a folder named after the makers' source text."""
    own = folder / f"{_fingerprint():08x}"
    name = scene_name(kind, difficulty, seed, split)
    kept = own / f"{name}.truth.json"
    if not kept.exists():  # the truth is written last
        return make_scene(kind, difficulty, seed, own, split)
    stems = {stem: own / f"{name}.stems" / f"{stem}.wav" for stem in ("ambient", "action", "material", "mix")}
    return Scene(name, own / f"{name}.mp4", read_truth(kept).prompt, kept, stems)


def scene_name(kind: str, difficulty: str, seed: int, split: str) -> str:
    return f"{kind}-{difficulty}-{seed}" + ("" if split == "open" else f"-{split}")


@lru_cache(maxsize=1)
def _fingerprint() -> int:
    here = Path(__file__).parent
    makers = ("backdrop", "drawing", "figure", "film", "look", "materials", "scenes", "stems", "take", "truth", "words")
    sources = [here / f"{maker}.py" for maker in makers] + sorted((here / "kinds").glob("*.py"))
    return zlib.crc32(b"".join(source.read_bytes() for source in sources))


def _truth(kind: str, difficulty: str, split: str, seed: int, seen: Look, take: Take, words: str) -> Truth:
    conditions = seen.conditions[1:] if take.camera is not None else seen.conditions
    events = _told_apart([_seen(event, take, seen) for event in take.events if event.t_s < float(seen.duration_s)])
    return Truth(
        kind, difficulty, split, seed, words, float(seen.duration_s), str(seen.frame_rate), seen.width, seen.height,
        events, take.ambience, take.cuts, seen.exposure, seen.variable_rate, conditions,
    )  # fmt: skip


def _told_apart(events: list[Event]) -> tuple[Event, ...]:
    """Of two contacts within 30 ms, which the ear takes for one, only the harder is asked for."""

    def covered(event: Event) -> bool:
        return event.sharp and any(
            other.sharp
            and abs(other.t_s - event.t_s) < _FUSED_S
            and (other.level_db, -other.t_s) > (event.level_db, -event.t_s)
            for other in events
        )

    return tuple(replace(event, required=event.required and not covered(event)) for event in events)


def _seen(event: Event, take: Take, seen: Look) -> Event:
    """The event with x as a share of the picture, as the camera sees it then."""
    camera = take.camera or seen.camera
    unit = unit_px(seen.width, seen.height - 2 * seen.bars)

    def across(x_m: float, time_s: float) -> float:
        return _across(x_m / take.view.height_m, camera, time_s, seen) * unit / (seen.width / 2)

    path = tuple((at, across(x, at)) for at, x in event.path)
    return replace(event, x=float(np.clip(across(event.x, event.t_s), -1, 1)), path=path)


def _across(x_units: float, camera: Camera, time_s: float, seen: Look) -> float:
    if not camera.moves:
        return x_units
    x, _, zoom, _ = camera.at(time_s, float(seen.duration_s))
    return (x_units - x) * zoom
