"""Fit the eye's small tables on drawn scenes: `python -m bench.fit_look --seeds 6`. Writes engine/vision/fitted.json.

The scenes are of the open split, seeds 1000 and up: the scoring uses those from 0, which are never fitted on. The same
makers, eye and seeds give the same file; its "made_from" says which. With --held-out every fourth seed is kept aside,
the loss on it is told, and nothing is written.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from bench.puppets import HEIGHT, WIDTH, puppet_pictures
from bench.truth.film import film
from bench.truth.scenes import DIFFICULTIES, EVENT_KINDS, KINDS, _fingerprint, describe, scene_name
from bench.truth.truth import read_truth, write_truth
from engine.media.decode import read_frames
from engine.vision import model
from engine.vision.evidence import Candidate, candidates
from engine.vision.instants import EXPOSED, Instant, frame_length, weighed
from engine.vision.look import COLOUR_RATE
from engine.vision.watch import Watched, Watcher

FIRST_SEED = 1000
INSTANT_FIGURES = 12
LABELS = ("", "rain", "snow", "water", "fire", "leaves")
TEXTURE_OF_KIND = {"rain": 1, "snow": 2, "surf": 3, "stream": 3, "fire": 4, "leaves": 5}
NEAR_S = 0.045
MOST_EVENING = 4.0
PUPPETS_A_SEED = 8
QUIET_SEEDS = 2  # of what only distracts; textures have as many as events
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One scene as seen, and what is true of it."""

    kind: str
    held_out: bool
    frame_s: float
    contacts_s: Floats
    required: npt.NDArray[np.bool_]
    follows: npt.NDArray[np.bool_]  # a toe after its heel: no contact of its own, and no mistake either
    steps: npt.NDArray[np.bool_]
    watched: Watched
    candidates: list[Candidate]

    @property
    def features(self) -> Floats:
        return np.array([c.features for c in self.candidates])

    @property
    def samples_s(self) -> Floats:
        return np.array([c.kink.track.rows[c.kink.row].time for c in self.candidates])


def lessons(folder: Path, seeds: int) -> Iterator[Lesson]:
    """Draw the scenes that are not yet in the folder, and look at them all."""
    own = folder / f"{_fingerprint():08x}"
    own.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        telling = kind in EVENT_KINDS or kind in TEXTURE_OF_KIND
        for difficulty in DIFFICULTIES:
            for seed in range(FIRST_SEED, FIRST_SEED + (seeds if telling else min(seeds, QUIET_SEEDS))):
                yield _lesson(own, kind, difficulty, seed)


def _lesson(folder: Path, kind: str, difficulty: str, seed: int) -> Lesson:
    name = scene_name(kind, difficulty, seed, "open")
    video, truth_file = folder / f"{name}.mp4", folder / f"{name}.truth.json"
    if not truth_file.exists():
        made, seen, take = describe(kind, difficulty, seed)
        film(take, seen, video, seed)
        write_truth(made, truth_file)
    truth, watched = read_truth(truth_file), watch(video)
    return Lesson(
        kind,
        seed % 4 == 3,
        frame_length(watched),
        np.array([event.t_s for event in truth.contacts]),
        np.array([event.required for event in truth.contacts], dtype=bool),
        np.array([event.kind == "toe" for event in truth.contacts], dtype=bool),
        np.array([event.kind == "step" for event in truth.contacts], dtype=bool),
        watched,
        candidates(watched, frame_length(watched)),
    )


def watch(video: Path) -> Watched:
    """The pictures of a whole file as the eye takes them in."""
    watcher: Watcher | None = None
    for frame in read_frames(video, Fraction(0), Fraction(10_000), colour_rate=COLOUR_RATE):
        watcher = watcher or Watcher(frame.grey.shape[1], frame.grey.shape[0])
        watcher.add(float(frame.time), frame.grey, frame.rgb)
    assert watcher is not None
    return watcher.end()


def puppet_lesson(seed: int) -> Lesson:
    """Bodies that move smoothly: no contact, no texture."""
    watcher = Watcher(WIDTH, HEIGHT)
    for time_s, picture in puppet_pictures(seed):
        small = np.asarray(cv2.resize(picture, (96, 54), interpolation=cv2.INTER_AREA), np.uint8)
        watcher.add(time_s, np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8), small)
    watched, none, never = watcher.end(), np.zeros(0), np.zeros(0, dtype=bool)
    frame_s = frame_length(watched)
    return Lesson("puppets", seed % 4 == 3, frame_s, none, never, never, never, watched, candidates(watched, frame_s))


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows to learn from; of `targets` the first column is yes or no, the others count where it is yes."""

    features: Floats
    targets: Floats
    weights: Floats


def contact_examples(taught: Sequence[Lesson]) -> Examples:
    """Every candidate: is it a contact, when (frames after its sample), is it a footfall. Near misses teach nothing."""
    shown = [lesson for lesson in taught if lesson.candidates]
    return _evened([lesson.kind for lesson in shown], [_contact_rows(lesson) for lesson in shown])


def _evened(kinds: Sequence[str], parts: Sequence[tuple[Floats, Floats, Floats]]) -> Examples:
    """Rows of all lessons; a kind with few contacts (doors) has them count for more, one with many for less."""
    weight_of = dict.fromkeys(kinds, 0.0)
    for kind, (_, targets, weights) in zip(kinds, parts, strict=True):
        weight_of[kind] += float(weights[targets[:, 0] > 0].sum())
    usual = float(np.median([weight for weight in weight_of.values() if weight]))
    for kind, (_, targets, weights) in zip(kinds, parts, strict=True):
        factor = np.sqrt(usual / weight_of[kind]) if weight_of[kind] else 1.0
        weights[targets[:, 0] > 0] *= np.clip(factor, 1 / MOST_EVENING, MOST_EVENING)
    return Examples(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _contact_rows(lesson: Lesson) -> tuple[Floats, Floats, Floats]:
    features, samples = lesson.features, lesson.samples_s
    times = np.array([c.time_s for c in lesson.candidates]) + EXPOSED * lesson.frame_s
    weights = np.full(times.size, 1 / (1 + times.size / 600))
    if not lesson.contacts_s.size:
        return features, np.zeros((times.size, 3)), weights
    nearest = np.abs(times[:, None] - lesson.contacts_s).argmin(axis=1)
    away = np.abs(times - lesson.contacts_s[nearest])
    reach = max(NEAR_S, lesson.frame_s)
    yes = (away < reach) & ~lesson.follows[nearest]
    kept = yes | (away > reach + 0.03)
    after = (lesson.contacts_s[nearest] - samples) / lesson.frame_s - EXPOSED
    targets = np.stack([yes, np.clip(after, -2, 3), lesson.steps[nearest]], axis=1).astype(float)
    weights = weights * np.where(yes & ~lesson.required[nearest], 0.2, 1.0)
    return features[kept], targets[kept], weights[kept]


def instant_examples(taught: Sequence[Lesson]) -> Examples:
    """Joined candidates: each true contact has one at most."""
    shown = [lesson for lesson in taught if lesson.candidates]
    parts = [(lesson.kind, _instant_rows(lesson)) for lesson in shown]
    told = [(kind, part) for kind, part in parts if part[0].size]
    return _evened([kind for kind, _ in told], [part for _, part in told])


def _instant_rows(lesson: Lesson) -> tuple[Floats, Floats, Floats]:
    found = weighed(lesson.watched, lesson.candidates, lesson.frame_s)
    matched = _matched(lesson, found)
    rows = [
        (one.figures, float(k in matched), 0.3 if k in matched and not lesson.required[matched[k]] else 1.0)
        for k, one in enumerate(found)
        if k not in matched or not lesson.follows[matched[k]]
    ]
    figures, targets, weights = (np.array([row[part] for row in rows]) for part in range(3))
    return figures, targets[:, None], weights


def _matched(lesson: Lesson, found: Sequence[Instant]) -> dict[int, int]:
    reach = max(NEAR_S, lesson.frame_s)
    pairs = sorted(
        (abs(one.time_s - time_s), k, i)
        for k, one in enumerate(found)
        for i, time_s in enumerate(lesson.contacts_s)
        if abs(one.time_s - time_s) <= reach
    )
    matched: dict[int, int] = {}
    for _, k, i in pairs:
        if k not in matched and i not in matched.values():
            matched[k] = i
    return matched


def texture_examples(taught: Sequence[Lesson]) -> Examples:
    """Every stretch: which texture, or none."""
    rows = [
        (texture.features, TEXTURE_OF_KIND.get(lesson.kind, 0))
        for lesson in taught
        for texture in lesson.watched.textures
    ]
    kinds = np.array([kind for _, kind in rows])
    counts = np.bincount(kinds, minlength=len(LABELS))
    weights = (1 / np.sqrt(np.maximum(counts, 1)))[kinds]
    return Examples(
        np.array([features for features, _ in rows]), kinds[:, None].astype(float), weights / weights.mean()
    )


def contact_loss(out: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    yes = targets[:, 0]
    sure = nn.functional.binary_cross_entropy_with_logits(out[:, 0], yes, reduction="none")
    loss = (sure * weights).mean()
    if out.shape[1] == 1:
        return loss
    late = nn.functional.smooth_l1_loss(out[:, 1], targets[:, 1], reduction="none", beta=0.2)
    step = nn.functional.binary_cross_entropy_with_logits(out[:, 2], targets[:, 2], reduction="none")
    return loss + (0.2 * (late * yes).sum() + 0.1 * (step * yes).sum()) / yes.sum()


def texture_loss(out: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    return (nn.functional.cross_entropy(out, targets[:, 0].long(), reduction="none") * weights).mean()


@dataclass(frozen=True, slots=True)
class Plan:
    hidden: int
    outputs: int
    rounds: int
    decay: float
    dropout: float
    textures: bool = False
    tables: int = 1  # fitted alike from other starts: their mean is surer than each


CONTACTS = Plan(48, 3, 50, 0.1, 0.3, tables=2)
INSTANTS = Plan(12, 1, 120, 0.05, 0.0)
TEXTURES = Plan(16, len(LABELS), 150, 0.05, 0.2, textures=True)


def fit(examples: Examples, plan: Plan, seed: int, watch_on: Examples | None = None) -> model.Table:
    """One table, by AdamW on mini-batches."""
    torch.manual_seed(seed)
    middle, spread = examples.features.mean(axis=0), examples.features.std(axis=0) + 1e-3
    features, targets, weights = _tensors(examples, middle, spread)
    net = nn.Sequential(
        nn.Linear(features.shape[1], plan.hidden),
        nn.Tanh(),
        nn.Dropout(plan.dropout),
        nn.Linear(plan.hidden, plan.outputs),
    )
    steps = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=plan.decay)
    loss_of = texture_loss if plan.textures else contact_loss
    for _ in range(plan.rounds):
        net.train()
        for rows in torch.split(torch.randperm(len(features)), 2048):
            steps.zero_grad()
            noisy = features[rows] + 0.05 * torch.randn_like(features[rows])
            loss_of(net(noisy), targets[rows], weights[rows]).backward()  # type: ignore[no-untyped-call]
            steps.step()
    net.eval()
    with torch.no_grad():
        told = [loss_of(net(features), targets, weights).item()]
        if watch_on is not None:
            held = _tensors(watch_on, middle, spread)
            told.append(loss_of(net(held[0]), held[1], held[2]).item())
    print(plan, "loss, and held out:", [round(loss, 4) for loss in told], flush=True)
    inner, inner_shift, out, out_shift = (p.detach().numpy().astype(float) for p in net.parameters())
    return model.Table(middle, spread, inner, inner_shift, out, out_shift)


def _tensors(examples: Examples, middle: Floats, spread: Floats) -> tuple[Tensor, Tensor, Tensor]:
    scaled = np.clip((examples.features - middle) / spread, -6, 6)
    arrays = (scaled, examples.targets, examples.weights)
    features, targets, weights = (torch.tensor(array, dtype=torch.float32) for array in arrays)
    return features, targets, weights


Tables = dict[str, list[model.Table]]


def fit_all(taught: Sequence[Lesson], held: Sequence[Lesson], path: Path, made_from: Mapping[str, object]) -> None:
    """Contacts first: the instants are joined by what they say."""
    tables: Tables = {"contacts": [], "instants": [_constant()], "textures": []}
    for name, examples_of, plan in (
        ("contacts", contact_examples, CONTACTS),
        ("textures", texture_examples, TEXTURES),
        ("instants", instant_examples, INSTANTS),
    ):
        watch_on = examples_of(held) if held else None
        tables[name] = [fit(examples_of(taught), plan, seed, watch_on) for seed in range(plan.tables)]
        _write(tables, path, made_from)


def _constant() -> model.Table:
    """Stands in while nothing is fitted yet."""
    one, figures = np.zeros(1), np.zeros(INSTANT_FIGURES)
    return model.Table(figures, figures + 1, np.zeros((1, INSTANT_FIGURES)), one, np.zeros((1, 1)), one)


def _write(tables: Tables, path: Path, made_from: Mapping[str, object]) -> None:
    raw: dict[str, object] = {
        name: [{part: _rounded(getattr(one, part)) for part in model.PARTS} for one in kept]
        for name, kept in tables.items()
    }
    raw |= {"labels": list(LABELS), "made_from": made_from}
    path.write_text(json.dumps(raw, separators=(",", ":")) + "\n", encoding="utf-8")
    model.read_from(path)


def _rounded(values: Floats) -> list[object]:
    return [_rounded(row) for row in values] if values.ndim > 1 else [float(f"{v:.4g}") for v in values]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("out/fit"), help="where drawn scenes are kept")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--held-out", action="store_true", help="tell the loss on every fourth seed, keep nothing")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    taught = list(lessons(asked.folder, asked.seeds))
    taught += [puppet_lesson(seed) for seed in range(FIRST_SEED, FIRST_SEED + PUPPETS_A_SEED * asked.seeds)]
    path = asked.folder / "fitted.json"  # nobody else's eye sees by half a fit
    if asked.held_out:
        fit_all([one for one in taught if not one.held_out], [one for one in taught if one.held_out], path, {})
    else:
        fit_all(taught, [], path, _made_from(asked.seeds))
        model.SHIPPED.write_bytes(path.read_bytes())


def _made_from(seeds: int) -> dict[str, object]:
    return {
        "seeds": [FIRST_SEED, FIRST_SEED + seeds - 1],
        "distracting_seeds": [FIRST_SEED, FIRST_SEED + min(seeds, QUIET_SEEDS) - 1],
        "scenes": f"{_fingerprint():08x}",
    }


if __name__ == "__main__":
    main()
