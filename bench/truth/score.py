"""Score one scene: what the stems hold (audio), and what the engine says it meant (plan)."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from bench.truth.leakage import NOTHING_DB, gated_bed, gated_events, muted, projected
from bench.truth.levels import energy_rho, level_db, panning, path_rho, sounded
from bench.truth.loudness import measure
from bench.truth.matching import Hits, chance, score_events
from bench.truth.onsets import RATE_HZ, onsets
from bench.truth.truth import Truth

LAYERS = ("ambient", "action", "material")
_SILENT_LUFS = -69.0
TOLERANCES_S = {"40 ms": 0.04, "20 ms": 0.02, "100 ms": 0.1}

Sound = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SceneScore:
    """Everything measured on one scene. nan: does not apply."""

    audio: Mapping[str, Hits]  # by tolerance: "40 ms", "1 frame", "20 ms", "100 ms"; "strict 40 ms": every onset counts
    plan: Mapping[str, Hits]  # the same for the engine's own list; empty without one
    audio_chance: float
    plan_chance: float
    spans: tuple[int, int]  # of what lasts: how many are heard, and all
    figures: Mapping[str, float] = field(default_factory=dict)


def score_scene(
    truth: Truth,
    stems: Mapping[str, Path],
    plan: Sequence[float] | None = None,
    *,
    targets_lufs: Mapping[str, float] | None = None,
    record_s: float | None = None,
    without: Mapping[tuple[str, str], Path] | None = None,
) -> SceneScore:
    """Measure the three stems, and their "mix" or, where the product writes none, their "sum".

    Events are looked for in the sum of action and material: the bed is no event. `without[stem, layer]` is the stem
    rendered with that other layer's notes taken out; `record_s` the range's length where it is not the scene's.
    ValueError if a stem is missing or not stereo at 48 kHz.
    """
    sounds = {layer: _read(stems, layer) for layer in LAYERS}
    length = min(sound.shape[1] for sound in sounds.values())
    events = sounds["action"][:, :length] + sounds["material"][:, :length]
    heard = onsets(events)
    levels_db = [level_db(events, time) for time in heard]
    figures = _file_figures(record_s or truth.duration_s, stems, sounds) | _event_figures(truth, sounds, events)
    if targets_lufs is not None:
        figures["target_error_lu"] = _target_error(sounds, events, targets_lufs)
    figures |= _leaks(truth, sounds, without or {})
    return SceneScore(
        _hits(truth, heard, levels_db) | {"strict 40 ms": score_events(truth, heard)},
        _hits(truth, plan) if plan is not None else {},
        chance(truth, heard),
        chance(truth, plan) if plan is not None else float("nan"),
        sounded(events, truth),
        figures,
    )


def _hits(truth: Truth, times: Sequence[float], levels_db: Sequence[float] | None = None) -> dict[str, Hits]:
    wide = TOLERANCES_S | {"1 frame": truth.frame_s}
    return {name: score_events(truth, times, tolerance, levels_db) for name, tolerance in wide.items()}


def _read(stems: Mapping[str, Path], layer: str) -> Sound:
    if layer not in stems:
        raise ValueError(f"there is no {layer} stem among {', '.join(stems)}")
    sound, rate = soundfile.read(stems[layer], dtype="float64", always_2d=True)
    if rate != RATE_HZ or sound.shape[1] != 2:
        raise ValueError(f"{stems[layer]}: {sound.shape[1]} channels at {rate} Hz; stems are stereo at {RATE_HZ} Hz")
    return np.asarray(sound.T, dtype=np.float64)


def _file_figures(lasts_s: float, stems: Mapping[str, Path], sounds: Mapping[str, Sound]) -> dict[str, float]:
    wanted = round(lasts_s * RATE_HZ)
    found = {"length_error": float(max(abs(sound.shape[1] - wanted) for sound in sounds.values()))}
    if "mix" in stems:
        found["sum_dbfs"] = _sum_error(_read(stems, "mix"), sounds)
    whole = stems.get("mix", stems.get("sum"))
    loudness = measure(whole) if whole is not None else None
    if loudness is not None:
        found |= {"lufs": loudness.integrated_lufs, "lra": loudness.range_lu, "peak_dbtp": loudness.true_peak_dbtp}
    return found


def _target_error(sounds: Mapping[str, Sound], events: Sound, targets_lufs: Mapping[str, float]) -> float:
    """By how much the ambience, or the events, miss what the product says it aims at; the worse, silence left out."""
    errors = [0.0]
    for name, sound in (("ambient", sounds["ambient"]), ("events", events)):
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            soundfile.write(file.name, sound.T, RATE_HZ, subtype="FLOAT")
            loudness = measure(Path(file.name))
        if loudness is not None and loudness.integrated_lufs > _SILENT_LUFS:
            errors.append(abs(loudness.integrated_lufs - targets_lufs[name]))
    return max(errors)


def _sum_error(mix: Sound, sounds: Mapping[str, Sound]) -> float:
    """Peak of the mix less the sum of the stems, in dBFS."""
    length = min(mix.shape[1], *(sound.shape[1] for sound in sounds.values()))
    apart = np.abs(mix[:, :length] - sum(sound[:, :length] for sound in sounds.values())).max()
    return float(20 * np.log10(apart)) if apart > 0 else NOTHING_DB


def _event_figures(truth: Truth, sounds: Mapping[str, Sound], events: Sound) -> dict[str, float]:
    error, wrong = panning(events, truth)
    return {
        "energy_rho": energy_rho(events, truth),
        "x_error": error,
        "wrong_side": float(wrong),
        "path_rho": path_rho(events, truth),
        "bed_gate_db": gated_bed(sounds["ambient"], truth),
        "away_db": gated_events(events, truth),
    }


def _leaks(truth: Truth, sounds: Mapping[str, Sound], without: Mapping[tuple[str, str], Path]) -> dict[str, float]:
    found: dict[str, float] = {}
    contacts = [event.t_s for event in truth.contacts]
    for stem, other in permutations(LAYERS, 2):
        pair = f"{stem} < {other}"
        length = min(sounds[stem].shape[1], sounds[other].shape[1])
        leak = projected(sounds[stem][:, :length], sounds[other][:, :length], contacts)
        found |= {f"{pair} dB": leak.leak_db, f"{pair} raw dB": leak.raw_db, f"{pair} floor dB": leak.floor_db}
        if (stem, other) in without:
            found[f"{pair} muted dB"] = muted(sounds[stem], _read({stem: without[stem, other]}, stem))
    if without:
        found["worst muted dB"] = max(leak for name, leak in found.items() if name.endswith("muted dB"))
    return found
