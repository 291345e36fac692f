"""The one door: shots and words in, stems and score out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.types import Cancel, Progress, Settings, Shot
from engine.vision.ahead import looked_at

if TYPE_CHECKING:
    from engine.performance import Stems, Told
    from engine.score.score import Score


def _silent(name: str, stage: str, fraction: float) -> None:
    """Progress that nobody watches."""


def generate(
    shots: Sequence[Shot],
    words: str = "",
    settings: Settings = Settings(),  # noqa: B008  frozen
    progress: Progress = _silent,
    cancel: Cancel | None = None,
) -> Stems:
    """Look at the shots, read the words, write the score, sound and mix it.

    Raises MediaError, WordsError, ScoreError, OutputError, CancelledError; whatever is raised, no scratch sound stays
    behind. `progress` is told from several threads.
    """
    with looked_at(shots, progress, cancel) as seen:
        from engine import performance  # instruments and grammar are loaded while the first shots are looked at

        return performance.perform(shots, words, seen, settings, progress, cancel)


def write(
    shots: Sequence[Shot],
    words: str = "",
    settings: Settings = Settings(),  # noqa: B008  frozen
    progress: Progress = _silent,
    cancel: Cancel | None = None,
) -> tuple[list[Score], Told]:
    """Look at the shots, read the words, and write the score of each scene; nothing is sounded or mixed.

    Raises as `generate`.
    """
    with looked_at(shots, progress, cancel) as seen:
        from engine import performance

        return performance.write(shots, words, seen, settings)


def sound_again(
    shots: Sequence[Shot],
    scores: Sequence[Score],
    settings: Settings = Settings(),  # noqa: B008  frozen
    progress: Progress = _silent,
    cancel: Cancel | None = None,
) -> Stems:
    """Sound given scores over the same shots: nothing is looked at, and what no note changed stays as it was.

    Raises ScoreError, OutputError, CancelledError.
    """
    from engine import performance

    return performance.perform_again(shots, scores, settings, progress, cancel)
