"""Score the eye alone: `python -m bench.truth.cues --kinds ball walk --difficulty clean`. Makes no sound."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

from bench.truth.matching import chance, score_events
from bench.truth.plan import add_choices, chosen
from bench.truth.scenes import Scene, kept_scene
from bench.truth.table import Row, as_text
from bench.truth.truth import Truth, read_truth
from engine.types import CueKind, Shot

_SURE = 0.5  # confidence from which a cue counts


def seen_times(scene: Scene, truth: Truth) -> list[float]:
    """Seconds of the contacts and steps that the product's eye is sure of."""
    from engine.vision.look import look

    whole = Fraction(truth.duration_s).limit_denominator(1_000_000)
    shot = Shot(scene.name, scene.video, Fraction(0), whole, Fraction(0), frame_rate=Fraction(truth.frame_rate))
    return [
        cue.time_s for cue in look(shot).cues if cue.kind in (CueKind.HIT, CueKind.STEP) and cue.confidence >= _SURE
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.truth.cues", description=__doc__)
    add_choices(parser)
    parser.add_argument("--folder", type=Path, default=Path("out/truth"), help="where scenes are kept")
    parser.add_argument("--tolerance-ms", type=float, default=40)
    parser.add_argument("--list", action="store_true", help="print true and seen times of each scene")
    asked = parser.parse_args(arguments)
    rows, lines = list[Row](), list[dict[str, object]]()
    for choice in chosen(asked.clips, asked.split, asked.difficulties, asked.kinds):
        scene = kept_scene(choice.kind, choice.difficulty, choice.seed, asked.folder, choice.split)
        truth = read_truth(scene.truth)
        times = seen_times(scene, truth)
        hits = score_events(truth, times, asked.tolerance_ms / 1000)
        rows.append(Row(choice.kind, choice.difficulty, hits, chance(truth, times, asked.tolerance_ms / 1000)))
        lines.append({"scene": scene.name, "seen": times, **asdict(hits)})
        if asked.list:
            _print_times(scene.name, truth, times)
    print(as_text(rows))
    (asked.folder / "cues.json").write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")
    return 0


def _print_times(name: str, truth: Truth, times: Sequence[float]) -> None:
    required = [event for event in truth.contacts if event.required]
    print(f"{name}\n  true {' '.join(f'{event.t_s:.3f}' for event in required)}")
    print(f"  seen {' '.join(f'{time:.3f}' for time in sorted(times))}")


if __name__ == "__main__":
    raise SystemExit(main())
