"""The one door: shots and words in, stems and score out."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from types import TracebackType

from engine import mix, sounding
from engine.score import rules
from engine.score.scene import Scene
from engine.score.score import Provenance, Score
from engine.stems import SceneStems
from engine.text.intent import Decision, Intent
from engine.text.ontology import ontology
from engine.text.prompt import read_words
from engine.types import Cancel, Cue, Layer, MediaError, Progress, Samples, ScoreError, Shot
from engine.vision.look import look

VERSION = "0.1.0"
LOOK_AHEAD = 3  # shots that are looked at while another is sounded


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user may choose beside the words."""

    seed: int = 0
    programme_lufs: float = mix.PROGRAMME_LUFS
    accept_guesses: bool = False
    start_timecode: str | None = None  # of the first shot's first frame: timecode in the words is read by it
    skip_broken: bool = False  # go on, by the words alone, where a picture cannot be read
    scratch: Path | None = None  # where sound waits before it is mixed; the system's temporary folder by default


@dataclass(slots=True)
class Stems:
    """Finished stems, read by span; samples count from the timeline's start. Close it, or use it in a `with`."""

    scenes: list[SceneStems]
    levels: mix.Levels
    intent: Intent = field(default_factory=Intent)
    decisions: list[Decision] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def scores(self) -> list[Score]:
        return [scene.score for scene in self.scenes]

    def of(self, shot: Shot) -> SceneStems:
        """The scene that a shot belongs to."""
        for scene in self.scenes:
            score = scene.score
            if score.record_start <= shot.record_start and shot.record_end <= score.record_start + score.duration:
                return scene
        raise ScoreError(f"no scene was sounded for the shot {shot.name!r}")

    def read(self, shot: Shot, layer: Layer, first: int, last: int) -> Samples:
        """A stem as heard with a shot, `[2, last-first]` float32."""
        return self.of(shot).read(layer, first, last)

    def close(self) -> None:
        for scene in self.scenes:
            scene.close()

    def __enter__(self) -> Stems:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _silent(name: str, stage: str, fraction: float) -> None:
    """Progress that nobody watches."""


def generate(
    shots: Sequence[Shot],
    words: str = "",
    settings: Settings = Settings(),
    progress: Progress = _silent,
    cancel: Cancel | None = None,
) -> Stems:
    """Look at the shots, read the words, write the score, sound and mix it.

    Looking at the next scenes goes on while one is sounded. Raises MediaError, WordsError, ScoreError, OutputError,
    CancelledError; whatever is raised, no scratch sound stays behind.
    """
    rate = shots[0].frame_rate if shots else Fraction(24)
    intent = read_words(
        words, frame_rate=rate, start_timecode=settings.start_timecode, accept_guesses=settings.accept_guesses
    )
    made_by = Provenance(rules.GENERATOR, VERSION, settings.seed, words)
    stems = Stems([], mix.Levels({}, {}, {}, 0.0), intent, list(intent.decisions))
    try:
        for scene in _looked_at(shots, stems, settings, progress, cancel):
            hinted = [_hints(shot, rate) for shot in scene.shots]
            score, decisions = rules.perform(scene, intent, hinted, seed=settings.seed, made_by=made_by)
            stems.decisions += decisions
            stems.scenes.append(_sound(score, scene.shots, settings, progress, cancel, align=True))
        stems.warnings += _unheard(intent, stems.scores)
        stems.levels = mix.mix_scenes(stems.scenes, rules.stem_levels(stems.scores), settings.programme_lufs)
    except BaseException:
        stems.close()
        raise
    return stems


def _unheard(intent: Intent, scores: Sequence[Score]) -> list[str]:
    """What the words ask for and no note sounds, with the reason."""
    ids = [note.id for score in scores for note in score.notes]
    told = []
    for source in intent.sources:
        if not any(f".{source.id}." in one for one in ids):
            why = "no instrument plays it yet"
            if ontology().find(source.entry).parts:
                timed = source.times.at_s or source.times.start_s is not None or source.times.end_s is not None
                why = "its time lies outside what was chosen" if timed else "nothing gave it a moment"
            told.append(f'"{source.words}" ({source.entry}) is not heard: {why}.')
    return told


def sound_again(
    shots: Sequence[Shot],
    scores: Sequence[Score],
    settings: Settings = Settings(),
    progress: Progress = _silent,
    cancel: Cancel | None = None,
) -> Stems:
    """Sound given scores over the same shots: nothing is looked at, and what no note changed stays as it was."""
    stems = Stems([], mix.Levels({}, {}, {}, 0.0))
    try:
        for shots_of_scene in _scenes(shots):
            score = _covering(scores, shots_of_scene)
            stems.scenes.append(_sound(score, shots_of_scene, settings, progress, cancel, align=score.mix is None))
        stems.levels = mix.mix_scenes(stems.scenes, rules.stem_levels(stems.scores), settings.programme_lufs)
    except BaseException:
        stems.close()
        raise
    return stems


def _covering(scores: Sequence[Score], shots: Sequence[Shot]) -> Score:
    start, end = shots[0].record_start, shots[-1].record_end
    for score in scores:
        if score.record_start <= start and end <= score.record_start + score.duration:
            return score
    spans = ", ".join(f"{float(s.record_start):.3f}-{float(s.record_start + s.duration):.3f} s" for s in scores)
    raise ScoreError(
        f"the score has nothing for {float(start):.3f}-{float(end):.3f} s of the timeline "
        f"(it covers {spans or 'nothing'}); choose the range that the score was made for"
    )


def _scenes(shots: Iterable[Shot]) -> Iterator[tuple[Shot, ...]]:
    for _, group in groupby(shots, key=lambda shot: shot.scene):
        yield tuple(group)


def _looked_at(
    shots: Sequence[Shot], stems: Stems, settings: Settings, progress: Progress, cancel: Cancel | None
) -> Iterator[Scene]:
    """Scenes in order, each with its cues; a worker looks a few shots ahead."""
    stop = _Either(cancel)
    pool = ThreadPoolExecutor(1, thread_name_prefix="look")
    upcoming = iter(shots)
    ahead: deque[Future[tuple[tuple[Cue, ...], tuple[str, ...]]]] = deque()

    def see(shot: Shot) -> tuple[tuple[Cue, ...], tuple[str, ...]]:
        if shot.media is None:
            return (), ()
        try:
            seen = look(shot, progress=lambda fraction: progress(shot.name, "looking", fraction), cancel=stop)
        except MediaError as error:
            if not settings.skip_broken:
                raise
            return (), (f"{shot.name}: its picture cannot be read, so only the words are followed. {error}",)
        return seen.cues, seen.warnings

    def submit_next() -> None:
        if shot := next(upcoming, None):
            ahead.append(pool.submit(see, shot))

    try:
        for _ in range(LOOK_AHEAD):
            submit_next()
        for group in _scenes(shots):
            cues = []
            for _ in group:
                seen, warnings = ahead.popleft().result()
                cues.append(seen)
                stems.warnings += warnings
                submit_next()
            yield Scene(group[0].scene, group, tuple(cues), shots[0].record_start, shots[-1].record_end)
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


class _Either:
    """Stops when the user says so, or when the work ends early."""

    def __init__(self, other: Cancel | None) -> None:
        self._other, self._own = other, threading.Event()

    def set(self) -> None:
        self._own.set()

    def is_set(self) -> bool:
        return self._own.is_set() or bool(self._other and self._other.is_set())


def _hints(shot: Shot, rate: Fraction) -> Intent:
    return read_words(", ".join(shot.hints), frame_rate=rate) if shot.hints else Intent()


def _sound(
    score: Score,
    shots: Sequence[Shot],
    settings: Settings,
    progress: Progress,
    cancel: Cancel | None,
    *,
    align: bool,
) -> SceneStems:
    to_sample = sounding.seconds_to_sample
    first, last = shots[0].record_start - shots[0].head, shots[-1].record_end + shots[-1].tail
    name = shots[0].name if len(shots) == 1 else f"{shots[0].name} .. {shots[-1].name}"
    score, tracks = sounding.sound_score(
        score,
        to_sample(first),
        to_sample(last),
        align=align,
        folder=settings.scratch,
        progress=lambda fraction: progress(name, "sounding", fraction),
        cancel=cancel,
    )
    return SceneStems(score, tracks, to_sample(shots[0].record_start), to_sample(shots[-1].record_end))
