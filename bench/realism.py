"""How like recordings the instruments are: figures as a Markdown table on stdout, pages of paired spectrograms as PNG.

    python -m bench.realism [--recordings FOLDER] [--out out/realism] [--only rain,fire]

Every subject is rendered with three seeds and set beside recordings of the same thing. D is the texture distance of
`bench.features` from those recordings; "apart" is the mean D of each recording from the others, the yardstick. Nothing
is compared above the frequency where a recording was cut off by its coder. Numbers are measured, nobody listened.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench import features
from bench.features import Array, Statistics
from bench.realism_subjects import SUBJECTS, Subject
from engine.instruments import registry
from engine.types import SAMPLE_RATE, Note

RECORDINGS = Path(__file__).resolve().parents[1] / ".." / "shared" / "reference-sounds"
EXCERPT_S, EXCERPTS_PER_FILE, FILES_PER_SUBJECT = 4.0, 4, 14
SEEDS = (1, 2, 3)
ROWS_PER_PAGE = 3


@dataclass
class Sound:
    """Mono sound with what was measured of it."""

    name: str
    wave: Array
    rate_hz: int
    limit_hz: float
    statistics: list[Statistics] = field(default_factory=list)


def measured(name: str, wave: Array, rate_hz: int, steady: bool, limit_hz: float | None = None) -> Sound:
    """A sound and its statistics: of several excerpts where it is steady, of the event from its attack where not."""
    wave = wave if steady else from_attack(wave, rate_hz)
    found = Sound(name, wave, rate_hz, limit_hz or features.bandwidth_hz(wave, rate_hz))
    if not steady:
        found.statistics = [features.event_statistics(wave, rate_hz, found.limit_hz)]
        return found
    count = min(round(EXCERPT_S * rate_hz), len(wave))
    starts = range(0, len(wave) - count + 1, count)
    for start in list(starts)[:EXCERPTS_PER_FILE]:
        found.statistics.append(features.statistics(wave[start : start + count], rate_hz, found.limit_hz))
    return found


def from_attack(wave: Array, rate_hz: int) -> Array:
    """From 1 ms before the energy of the last 5 ms comes within 25 dB of its greatest."""
    count = max(1, rate_hz // 200)
    power = np.convolve(np.square(wave), np.ones(count) / count)[: len(wave)]
    first = int(np.argmax(power > power.max() * 10.0**-2.5))
    return wave[max(0, first - rate_hz // 1000) :]


def recorded(subject: Subject, folder: Path) -> list[Sound]:
    """The subject's recordings, those of no sound left out."""
    paths = sorted({path for pattern in subject.recordings for path in folder.glob(pattern)})
    found = []
    for path in paths[:FILES_PER_SUBJECT]:
        wave, rate_hz = soundfile.read(path, always_2d=True)
        found.append(measured(path.stem.split("__")[-1], wave.mean(axis=1), rate_hz, subject.steady))
    return found


def rendered(subject: Subject) -> list[Sound]:
    """The subject by our instruments, once a seed; the layers of one event added."""
    found = []
    for seed in SEEDS:
        parts = []
        for name, layer in subject.instruments:
            note = Note("n", "e", layer, name, 0.0, subject.seconds, subject.params, seed=seed)
            registry.check(note)
            parts.append(registry.instrument(name).play(note).mean(axis=0).astype(np.float64))
        wave = np.zeros(max(len(part) for part in parts))
        for part in parts:
            wave[: len(part)] += part
        found.append(measured(f"seed {seed}", wave, SAMPLE_RATE, subject.steady, SAMPLE_RATE / 2.0))
    return found


def distances(ours: list[Sound], theirs: list[Sound]) -> tuple[dict[str, float], float]:
    """Our mean distance by family, and the mean D of each recording from the other recordings (nan if it is alone)."""
    references = [one for sound in theirs for one in sound.statistics]
    rows = [features.distance(one, references) for sound in ours for one in sound.statistics]
    mean = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    apart = []
    for sound in theirs:
        others = [one for other in theirs if other is not sound for one in other.statistics]
        if others:
            apart += [features.distance(one, others)["D"] for one in sound.statistics]
    return mean, float(np.mean(apart)) if apart else float("nan")


def figures(sound: Sound) -> dict[str, float]:
    """The plain numbers of the table."""
    limit = sound.limit_hz
    return {
        "crest dB": features.crest_db(sound.wave),
        "kurtosis": features.kurtosis(sound.wave),
        "median Hz": features.spectrum_point_hz(sound.wave, sound.rate_hz, 0.5, limit),
        "85 % Hz": features.spectrum_point_hz(sound.wave, sound.rate_hz, 0.85, limit),
        "decay s": features.decay_s(sound.wave, sound.rate_hz),
        "attacks/s": features.onset_rate(sound.wave, sound.rate_hz),
    }


def table_row(subject: Subject, ours: list[Sound], theirs: list[Sound]) -> str:
    mean, apart = distances(ours, theirs)
    families = sorted((name for name in mean if name != "D"), key=lambda name: -mean[name])
    worst = ", ".join(f"{name} {mean[name]:.1f}" for name in families[:2])
    columns = [subject.title, str(len(theirs)), f"**{mean['D']:.2f}**", f"{apart:.2f}", worst]
    left, right = [figures(one) for one in ours], [figures(one) for one in theirs]
    for name in left[0]:
        if name == ("decay s" if subject.steady else "attacks/s"):
            columns.append("")
            continue
        mine, other = (np.nanmedian([row[name] for row in rows]) for rows in (left, right))
        columns.append(f"{mine:.3g} / {other:.3g}")
    return "| " + " | ".join(columns) + " |"


HEADER = (
    "| subject | recordings | D | apart | farthest | crest dB | kurtosis | median Hz | 85 % Hz | decay s "
    "| attacks/s |\n|---|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|"
)


def draw_spectrogram(axes: Axes, sound: Sound, title: str, seconds: float) -> None:
    wave = sound.wave[: round(seconds * sound.rate_hz)]
    level = np.sqrt(np.mean(np.square(wave))) + 1e-12
    size = 1024 if seconds > 2.0 else 512
    if len(wave) > size:
        axes.specgram(
            wave / level, NFFT=size, Fs=sound.rate_hz, noverlap=size * 3 // 4, vmin=-105.0, vmax=-22.0, cmap="magma"
        )
    axes.set_yscale("symlog", linthresh=500.0)
    axes.set_ylim(40.0, 22_000.0)
    axes.set_xlim(0.0, seconds)
    axes.set_title(title, fontsize=7)
    axes.tick_params(labelsize=5)


def draw_lines(axes: Axes, ours: list[Sound], theirs: list[Sound], family: str, title: str) -> None:
    """Each sound's statistic over its bands: ours thick, the recordings thin."""
    for sounds, colour, width in ((theirs, "0.55", 0.6), (ours, "tab:red", 1.4)):
        for sound in sounds:
            rows = np.stack([np.atleast_2d(one[family]) for one in sound.statistics])
            line = np.nanmean(rows, axis=(0, 1)) if family == "modulation" else rows.mean(axis=0).ravel()
            axes.plot(line, color=colour, linewidth=width)
    axes.set_title(title, fontsize=7)
    axes.tick_params(labelsize=5)


def draw_pages(results: list[tuple[Subject, list[Sound], list[Sound]]], folder: Path) -> list[Path]:
    """Pages of three subjects: above ours and the statistics, below the recordings."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = []
    for first in range(0, len(results), ROWS_PER_PAGE):
        part = results[first : first + ROWS_PER_PAGE]
        figure = Figure(figsize=(15.0, 4.0 * len(part)), layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.subplots(2 * len(part), 4, squeeze=False)
        for row, (subject, ours, theirs) in enumerate(part):
            _draw_subject(grid[2 * row : 2 * row + 2], subject, ours, theirs)
        pages.append(folder / f"page{first // ROWS_PER_PAGE + 1:02d}.png")
        figure.savefig(pages[-1], dpi=80)
    return pages


def _draw_subject(
    grid: np.ndarray[tuple[int, int], np.dtype[np.object_]], subject: Subject, ours: list[Sound], theirs: list[Sound]
) -> None:
    seconds = 4.0 if subject.steady else min(1.2, max(len(one.wave) / one.rate_hz for one in ours + theirs))
    for axes, sound in zip(grid[0][:2], ours, strict=False):
        draw_spectrogram(axes, sound, f"{subject.title}: ours, {sound.name}", seconds)
    draw_lines(grid[0][2], ours, theirs, "level", "level per ERB band, dB")
    other = ("modulation", "modulation .5-200 Hz, dB") if subject.steady else ("course", "course 5-640 ms, dB")
    draw_lines(grid[0][3], ours, theirs, *other)
    for axes in grid[1][len(theirs) :]:
        axes.set_axis_off()
    for axes, sound in zip(grid[1], theirs, strict=False):
        draw_spectrogram(axes, sound, f"recorded: {sound.name}", seconds)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.realism", description=__doc__.split("\n\n")[0])
    parser.add_argument("--recordings", type=Path, default=RECORDINGS, help="folder of recordings to compare with")
    parser.add_argument("--out", type=Path, default=Path("out/realism"), help="folder for the pages")
    parser.add_argument("--only", default="", help="subjects whose titles contain one of these, comma separated")
    options = parser.parse_args(arguments)
    if not options.recordings.is_dir():
        print(f"no recordings at {options.recordings}: give their folder with --recordings", file=sys.stderr)
        return 2
    wanted = options.only.split(",")
    results = []
    print(HEADER)
    for subject in SUBJECTS:
        if not any(word in subject.title for word in wanted):
            continue
        theirs = recorded(subject, options.recordings)
        if not theirs:
            print(f"{subject.title}: none of its recordings is there", file=sys.stderr)
            continue
        results.append((subject, rendered(subject), theirs))
        print(table_row(*results[-1]), flush=True)
    for page in draw_pages(results, options.out):
        print(f"page: {page}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
