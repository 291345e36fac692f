"""A picture of the result: film strip, then waveform and spectrogram of each stem with the notes of the score."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.media.decode import pictures_at
from engine.media.whole_file import whole_file
from engine.types import SAMPLE_RATE, Layer, Samples, Shot, seconds_to_sample
from plugin.timeline import clock
from plugin.timeline.clock import Span

if TYPE_CHECKING:
    from engine.performance import Stems

STRIP_FRAMES = 10
SLOT_SHAPE = 1.15  # width by height of a picture in the strip; wider ones lose their sides
COLOURS = {Layer.AMBIENT: "#3d7ea6", Layer.ACTION: "#c8553d", Layer.MATERIAL: "#6a8d45"}
FAINTEST_DB, LOUDEST_DB = -110.0, -30.0
FFT, COLUMNS = 2048, 1200
MOST_TOLD = 6  # stretches under the picture


def draw_stems(
    path: Path, shots: Sequence[Shot], stems: Stems, timecodes: tuple[str, str], title: str
) -> tuple[str, ...]:
    """Draw the stems from the first chosen shot to the last as a new PNG, and tell what the editor should know.

    `timecodes` are the first shot's start and the last one's end. Raises OutputError, MediaError.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from plugin.title_fonts import fonts_for

    start, end = shots[0].record_start, shots[-1].record_end
    figure = Figure(figsize=(14, 9), facecolor="#1c1c1e", layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subplots(7, 1, height_ratios=[1.3, 0.7, 1.1, 0.7, 1.1, 0.7, 1.1], sharex=True)
    _film_strip(rows[0], shots, start, end)
    for number, layer in enumerate(Layer):
        sound = _read(stems, layer, start, end)
        _waveform(rows[1 + 2 * number], sound, layer)
        _spectrogram(rows[2 + 2 * number], sound)
        _mark_notes(rows[1 + 2 * number], stems, layer, start)
    for axes in rows:
        axes.set_facecolor("#111113")
        axes.tick_params(colors="#b9b9be", labelsize=8)
        axes.set_xlim(0.0, float(end - start))
    rows[-1].set_xlabel(_caption(shots, timecodes[0]), color="#b9b9be", fontsize=9)
    title = _shortened(title)
    fonts, lacking = fonts_for(title)
    rows[0].set_title(title, color="#f0f0f2", fontsize=10, loc="left", parse_math=False, family=fonts)
    with whole_file(path) as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # said below, once
        figure.savefig(file, dpi=110, format="png", metadata={"Software": "Foleyline"})
    return (_boxes_warning(lacking),) if lacking else ()


def _boxes_warning(lacking: str) -> str:
    return (
        f"No installed font has {_shortened(lacking, 20)}, so the picture's title shows boxes there. "
        "Install one, such as Noto Sans CJK."
    )


def _shortened(title: str, longest: int = 150) -> str:
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in title).split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def _caption(shots: Sequence[Shot], start_timecode: str) -> str:
    """What the seconds count from, and which stretches were chosen."""
    rate, zero = shots[0].frame_rate, shots[0].record_start
    start_frame = clock.timecode_to_frames(start_timecode, rate=rate)

    def label(record: Fraction) -> str:
        frames = start_frame + clock.seconds_to_frames(record - zero, rate=rate)
        return clock.frames_to_timecode(frames, rate=rate, drop_frame=";" in start_timecode)

    spans = clock.joined((Span(shot.record_start, shot.record_end) for shot in shots), gap=1 / rate)
    told = ", ".join(f"{label(span.start)}-{label(span.end)}" for span in spans[:MOST_TOLD])
    more = f" and {len(spans) - MOST_TOLD} more" if len(spans) > MOST_TOLD else ""
    return f"seconds from {start_timecode}; chosen: {told}{more}"


def _read(stems: Stems, layer: Layer, start: Fraction, end: Fraction) -> Samples:
    first, last = seconds_to_sample(start), seconds_to_sample(end)
    sound = np.zeros((2, last - first), dtype=np.float32)
    for scene in stems.scenes:
        lo, hi = max(first, scene.first), min(last, scene.last)
        sound[:, lo - first : hi - first] = scene.read(layer, lo, hi)
    return sound


def _film_strip(axes: Any, shots: Sequence[Shot], start: Fraction, end: Fraction) -> None:
    step = (end - start) / STRIP_FRAMES
    for shot in shots:
        if shot.media is None:
            continue
        centres = [start + step * (number + Fraction(1, 2)) for number in range(STRIP_FRAMES)]
        inside = [at for at in centres if shot.record_start <= at < shot.record_end]
        times = [max(shot.source_start + (at - shot.record_start) * shot.speed, Fraction(0)) for at in inside]
        pictures = pictures_at(shot.media, sorted(times), height=96)
        for at, picture in zip(sorted(inside, reverse=shot.speed < 0), pictures, strict=True):
            left, right = float(at - step / 2 - start), float(at + step / 2 - start)
            axes.imshow(_middle(picture), extent=(left, right, 0.0, 1.0), aspect="auto", interpolation="antialiased")
        axes.axvline(float(shot.record_start - start), color="#f0f0f2", linewidth=1.0)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([])


def _middle(picture: Any) -> Any:
    height, width = picture.shape[:2]
    kept = min(width, round(height * SLOT_SHAPE))
    left = (width - kept) // 2
    return picture[:, left : left + kept]


def _waveform(axes: Any, sound: Samples, layer: Layer) -> None:
    columns = min(4 * COLUMNS, sound.shape[1])
    edges = np.linspace(0, sound.shape[1], columns, endpoint=False).astype(int)
    high, low = np.maximum.reduceat(sound.max(axis=0), edges), np.minimum.reduceat(sound.min(axis=0), edges)
    top = max(float(np.abs(sound).max()), 1e-4)
    axes.fill_between(edges / SAMPLE_RATE, low, high, color=COLOURS[layer], linewidth=0.3, step="post")
    axes.set_ylim(-1.05 * top, 1.05 * top)
    axes.set_ylabel(layer.value, color="#f0f0f2", fontsize=10)
    axes.set_yticks([])


def _spectrogram(axes: Any, sound: Samples) -> None:
    hop = max(sound.shape[1] // COLUMNS, 64)
    mono = np.pad(sound.mean(axis=0), (FFT // 2, FFT))
    starts = np.arange(0, sound.shape[1], hop)
    frames = np.stack([mono[at : at + FFT] for at in starts]) * np.hanning(FFT).astype(np.float32)
    level = 20 * np.log10(np.abs(np.fft.rfft(frames, axis=1)) / (FFT / 4) + 1e-7)
    bands = np.geomspace(40, 20_000, 160)
    picked = level[:, np.round(bands / SAMPLE_RATE * FFT).astype(int)]
    extent = (0.0, sound.shape[1] / SAMPLE_RATE, 0.0, 1.0)
    axes.imshow(picked.T, extent=extent, origin="lower", aspect="auto", cmap="magma", vmin=FAINTEST_DB, vmax=LOUDEST_DB)
    marks = [100, 1000, 10_000]
    axes.set_yticks([float(np.log(mark / 40) / np.log(500)) for mark in marks], ["100 Hz", "1 kHz", "10 kHz"])


def _mark_notes(axes: Any, stems: Stems, layer: Layer, start: Fraction) -> None:
    top = axes.get_ylim()[1]
    for score in stems.scores:
        offset = float(score.record_start - start)
        times = [
            max(note.heard_start_s, 0.0) + offset for note in score.notes if note.layer is layer
        ]  # a bed's handle is not drawn
        axes.plot(times, [0.93 * top] * len(times), "v", color="#f4d35e", markersize=4, linestyle="none")
