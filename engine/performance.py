"""From what was seen and said to finished stems: scores written, sounded and mixed, scene after scene."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import groupby
from types import TracebackType

from engine import VERSION, mix, sounding
from engine.joined import Joined
from engine.score import rules
from engine.score.levels import stem_levels
from engine.score.marks import Marking, read_marks
from engine.score.scene import Scene
from engine.score.score import Provenance, Score
from engine.scratch import Scratch
from engine.stems import SceneStems
from engine.text.intent import Decision, Intent, Times
from engine.text.ontology import ontology
from engine.text.prompt import read_words
from engine.types import Cancel, Cue, Layer, Progress, Samples, ScoreError, Settings, Shot, seconds_to_sample
from engine.vision.ahead import Seen
from engine.vision.look import Look


@dataclass(slots=True)
class Told:
    """What was understood and decided, and what the user should know."""

    intent: Intent = field(default_factory=Intent)
    decisions: list[Decision] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Stems:
    """Finished stems, read by span; samples count from the timeline's start. Close it, or use it in a `with`."""

    scenes: list[SceneStems]
    levels: mix.Levels
    scratch: Scratch = field(default_factory=Scratch)
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

    def joined(self) -> Joined:
        """All scenes as one sound a layer."""
        return Joined(self.scenes)

    def close(self) -> None:
        for scene in self.scenes:
            scene.close()
        self.scratch.close()

    def __enter__(self) -> Stems:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def perform(
    shots: Sequence[Shot],
    words: str,
    seen: Iterator[Seen],
    settings: Settings,
    progress: Progress,
    cancel: Cancel | None,
) -> Stems:
    """Stems for shots whose looks arrive in `seen`, in order. Raises as `engine.generate.generate`."""
    intent = _read(shots, words, settings)
    told = Told(intent, list(intent.decisions))
    stems = Stems([], mix.Levels({}, {}, {}, 0.0), Scratch(settings.scratch), intent, told.decisions, told.warnings)
    try:
        for group, score in _written(shots, words, seen, settings, told):
            stems.scenes.append(_sound(score, group, stems.scratch, progress, cancel, align=True))
        told.warnings += _unheard(intent, stems.scores)
        stems.levels = mix.mix_scenes(stems.scenes, stem_levels(stems.scores), settings.programme_lufs)
    except BaseException:
        stems.close()
        raise
    return stems


def write(shots: Sequence[Shot], words: str, seen: Iterator[Seen], settings: Settings) -> tuple[list[Score], Told]:
    """The scores of shots whose looks arrive in `seen`, neither sounded nor mixed."""
    intent = _read(shots, words, settings)
    told = Told(intent, list(intent.decisions))
    return [score for _, score in _written(shots, words, seen, settings, told)], told


def _read(shots: Sequence[Shot], words: str, settings: Settings) -> Intent:
    rate = shots[0].frame_rate if shots else Fraction(24)
    return read_words(
        words, frame_rate=rate, start_timecode=settings.start_timecode, accept_guesses=settings.accept_guesses
    )


def _written(
    shots: Sequence[Shot], words: str, seen: Iterator[Seen], settings: Settings, told: Told
) -> Iterator[tuple[tuple[Shot, ...], Score]]:
    """The shots of each scene and the score written for them, as soon as they have been looked at."""
    made_by = Provenance(rules.GENERATOR, VERSION, settings.seed, words)
    groups = list(_scenes(shots))
    said = [_said(group, partial(read_words, frame_rate=shots[0].frame_rate)) for group in groups]
    for number, group in enumerate(groups):
        cues = tuple(_cues(shot, next(seen), told, settings) for shot in group)
        scene = Scene(group[0].scene, group, cues, shots[0].record_start, shots[-1].record_end)
        here, elsewhere = said[number], _naming(said[:number] + said[number + 1 :])
        score, decisions = rules.perform(
            scene,
            told.intent,
            here.hinted,
            elsewhere=elsewhere,
            markings=here.markings,
            seed=settings.seed,
            made_by=made_by,
        )
        told.decisions += decisions
        yield group, score


def perform_again(
    shots: Sequence[Shot], scores: Sequence[Score], settings: Settings, progress: Progress, cancel: Cancel | None
) -> Stems:
    """Stems of given scores over the same shots. Raises as `engine.generate.sound_again`."""
    parts = [(group, _covering(scores, group)) for group in _scenes(shots)]
    return perform_parts(parts, settings, progress, cancel)


def perform_parts(
    parts: Sequence[tuple[Sequence[Shot], Score]], settings: Settings, progress: Progress, cancel: Cancel | None
) -> Stems:
    """Stems of stretches of shots, each of its score. Raises as `engine.generate.sound_again`."""
    stems = Stems([], mix.Levels({}, {}, {}, 0.0), Scratch(settings.scratch))
    try:
        for group, score in parts:
            stems.scenes.append(_sound(score, group, stems.scratch, progress, cancel, align=score.mix is None))
        stems.levels = mix.mix_scenes(stems.scenes, stem_levels(stems.scores), settings.programme_lufs)
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


def _cues(shot: Shot, seen: Seen, told: Told, settings: Settings) -> tuple[Cue, ...]:
    """What a look found, its warnings told."""
    if isinstance(seen, Look):
        told.warnings += seen.warnings
        return seen.cues
    if not settings.skip_broken:
        raise seen
    told.warnings.append(f"{shot.name}: its picture cannot be read, so only the words are followed. {seen}")
    return ()


def _unheard(intent: Intent, scores: Sequence[Score]) -> list[str]:
    """What the words ask for and no note sounds, with the reason."""
    ids = [note.id for score in scores for note in score.notes]
    told = []
    for source in intent.sources:
        if not any(f".{source.id}." in one for one in ids):
            why = "no instrument plays it yet"
            if ontology().find(source.entry).parts:
                why = "its time lies outside what was chosen" if _is_timed(source.times) else "nothing gave it a moment"
            told.append(f'"{source.words}" ({source.entry}) is not heard: {why}.')
    return told


def _is_timed(times: Times) -> bool:
    ends = (times.start_s, times.end_s, times.start_share, times.end_share)
    return bool(times.at_s or times.at_share) or any(end is not None for end in ends)


@dataclass(frozen=True, slots=True)
class _Said:
    """What nobody typed for us: names and notes of each shot of a scene, and its markers."""

    hinted: list[Intent]
    markings: list[Marking]


def _said(shots: Sequence[Shot], read: Callable[[str], Intent]) -> _Said:
    hinted = [read(", ".join(shot.hints)) if shot.hints else Intent() for shot in shots]
    return _Said(hinted, read_marks(shots, read))


def _naming(scenes: Iterable[_Said]) -> list[Intent]:
    """What clips and markers of other scenes speak of, each text once."""
    intents = [intent for said in scenes for intent in (*said.hinted, *(marking.intent for marking in said.markings))]
    return list({intent.words: intent for intent in intents if intent.sources}.values())


def _sound(
    score: Score,
    shots: Sequence[Shot],
    scratch: Scratch,
    progress: Progress,
    cancel: Cancel | None,
    *,
    align: bool,
) -> SceneStems:
    first, last = shots[0].record_start - shots[0].head, shots[-1].record_end + shots[-1].tail
    name = shots[0].name if len(shots) == 1 else f"{shots[0].name} .. {shots[-1].name}"
    score, tracks = sounding.sound_score(
        score,
        seconds_to_sample(first),
        seconds_to_sample(last),
        align=align,
        scratch=scratch,
        progress=lambda fraction: progress(name, "sounding", fraction),
        cancel=cancel,
    )
    return SceneStems(score, tracks, seconds_to_sample(shots[0].record_start), seconds_to_sample(shots[-1].record_end))
