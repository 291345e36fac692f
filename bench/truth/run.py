"""Run the benchmark: make scenes, let the product (or known stems) sound them, score, and print one table."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import soundfile

from bench.truth.matching import added, f1
from bench.truth.plan import Choice, add_choices, chosen
from bench.truth.product import edit_rate, render
from bench.truth.scenes import QUIET_KINDS, Scene, kept_scene
from bench.truth.score import SceneScore, score_scene
from bench.truth.table import Row, aligned, as_text, number
from bench.truth.truth import Truth, read_truth

SOURCES = ("product", "truth", "late")
_LATE_S = 0.06

_FIGURES = {
    "energy rho": "energy_rho",
    "x error": "x_error",
    "wrong side": "wrong_side",
    "path r": "path_rho",
    "bed gate dB": "bed_gate_db",
    "away dB": "away_db",
    "amb<act dB": "ambient < action dB",
    "amb<mat dB": "ambient < material dB",
    "act<amb dB": "action < ambient dB",
    "act<mat dB": "action < material dB",
    "mat<act dB": "material < action dB",
    "muted dB": "worst muted dB",
    "LU off": "target_error_lu",
    "dBTP": "peak_dbtp",
    "samples off": "length_error",
    "s/s": "cost",
}


@dataclass(frozen=True, slots=True)
class Result:
    """One scene, scored; `failure` is what the product said when it made no stems."""

    choice: Choice
    score: SceneScore | None
    failure: str = ""


def run_one(choice: Choice, source: str, folder: Path, mute: bool = False) -> Result:
    """Make, sound and score one scene."""
    scene = kept_scene(choice.kind, choice.difficulty, choice.seed, folder, choice.split)
    truth = read_truth(scene.truth)
    if source != "product":
        return Result(choice, score_scene(truth, _known_stems(scene, source, folder)))
    try:
        return Result(choice, _product(scene, truth, folder / "product" / scene.name, mute))
    except RuntimeError as error:
        return Result(choice, None, str(error))


def _product(scene: Scene, truth: Truth, folder: Path, mute: bool) -> SceneScore:
    made = render(scene, truth, folder, mute=mute)
    rate = edit_rate(truth)
    record_s = int(truth.duration_s * float(rate) + 1e-6) / float(rate)
    score = score_scene(
        truth, made.stems, made.plan, targets_lufs=made.targets_lufs, record_s=record_s, without=made.without
    )
    more = {"cost": made.seconds / truth.duration_s, "file_length_error": float(made.length_error)}
    return replace(score, figures={**score.figures, **more})


def _known_stems(scene: Scene, source: str, folder: Path) -> dict[str, Path]:
    """The truth stems, or the same 60 ms late: what the scorer says of these is known beforehand."""
    if source == "truth":
        return dict(scene.stems)
    own = folder / "late" / scene.name
    own.mkdir(parents=True, exist_ok=True)
    late: dict[str, Path] = {}
    for name, path in scene.stems.items():
        sound, rate = soundfile.read(path, always_2d=True)
        late[name] = own / f"{name}.wav"
        soundfile.write(late[name], np.roll(sound, round(_LATE_S * rate), axis=0), rate, subtype="PCM_24")
    return late


def table(results: Sequence[Result]) -> str:
    """The one table, a line for the quiet scenes, the other tolerances and figures by difficulty, and what failed."""
    rows = [_row(result.choice, result.score) for result in results if result.score is not None]
    parts = [as_text(rows)] if rows else []
    parts += [_by_difficulty(results)] if rows else []
    failed = [
        f"{result.choice.kind} {result.choice.difficulty}: {result.failure}" for result in results if result.failure
    ]
    return "\n\n".join(parts + ([f"{len(failed)} scenes failed", *failed] if failed else []))


def _row(choice: Choice, score: SceneScore) -> Row:
    plan = score.plan.get("40 ms")
    return Row(choice.kind, choice.difficulty, score.audio["40 ms"], score.audio_chance, plan, score.plan_chance)


def _by_difficulty(results: Sequence[Result]) -> str:
    groups: dict[str, list[Result]] = {}
    for result in results:
        if result.score is not None:
            groups.setdefault(result.choice.difficulty, []).append(result)
    names = ("", "F1 1 frame", "20 ms", "100 ms", "strict 40 ms", "quiet false/min", "spans heard", *_FIGURES)
    lines = [("median", *groups)] + [(name, *(_cell(name, group) for group in groups.values())) for name in names[1:]]
    return aligned(lines)


def _cell(name: str, group: Sequence[Result]) -> str:
    scores = [result.score for result in group if result.score is not None]
    if name in ("F1 1 frame", "20 ms", "100 ms", "strict 40 ms"):
        return number(f1(added([score.audio[name.removeprefix("F1 ")] for score in scores])), 3)
    if name == "quiet false/min":
        quiet = added(
            [result.score.audio["40 ms"] for result in group if result.score and result.choice.kind in QUIET_KINDS]
        )
        return number(60 * quiet.false / quiet.duration_s if quiet.duration_s else math.nan)
    if name == "spans heard":
        return "/".join(str(sum(score.spans[index] for score in scores)) for index in (0, 1))
    return number(_middle(score.figures.get(_FIGURES[name], math.nan) for score in scores))


def _middle(values: Iterable[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return float(np.median(known)) if known else math.nan


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.truth", description=__doc__)
    add_choices(parser)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--source", choices=SOURCES, default="product", help="truth: the ceiling; late: 60 ms late")
    parser.add_argument("--folder", type=Path, default=Path("out/truth"))
    parser.add_argument("--mute", action="store_true", help="sound each scene without each layer too: what leaks")
    asked = parser.parse_args(arguments)
    choices = list(chosen(asked.clips, asked.split, asked.difficulties, asked.kinds))
    work = partial(run_one, source=asked.source, folder=asked.folder, mute=asked.mute)
    with ProcessPoolExecutor(asked.jobs, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(work, choices))
    print(table(results))
    written = asked.folder / f"truth-{asked.source}-{asked.clips}-{asked.split}.json"
    written.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten: {written}")
    return 1 if any(result.failure for result in results) else 0
