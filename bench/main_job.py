"""How quick and how small the main job is: ratios, all measured in one run. `python -m bench.main_job`.

Footage is made from the example: 60 s (and ten minutes) of 1080p24 H.264. Each figure stands beside its limit.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "media" / "bunny_meadow.mp4"
WORDS = "a meadow with wind in the leaves, running footsteps on grass"
OTHER_WORDS = "heavy rain on leaves, boots on gravel"
SECONDS, RATE = 60, 24


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure and its limit."""

    what: str
    figure: float
    limit: float
    unit: str

    @property
    def holds(self) -> bool:
        return self.figure <= self.limit


def footage(source: Path, path: Path, seconds: int) -> Path:
    """The source over and over as 1080p24 H.264, `seconds` long."""
    command = ["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", str(source), "-t", str(seconds), "-an"]
    command += ["-vf", f"scale=1920:1080:force_original_aspect_ratio=increase,crop=1920:1080,fps={RATE}"]
    subprocess.run(
        [*command, "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", path], check=True
    )
    return path


def repeated(source: Path, path: Path, times: int) -> Path:
    """The same film several times over, without encoding again."""
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        "-stream_loop",
        str(times - 1),
        "-i",
        str(source),
        "-c",
        "copy",
        str(path),
    ]
    subprocess.run(command, check=True)
    return path


def cut_of(film: Path, path: Path, seconds: int, clips: int) -> Path:
    """A timeline of equal clips that play the film through."""
    timeline = otio.schema.Timeline("bench", global_start_time=RationalTime(86400, RATE))
    track = otio.schema.Track("V", kind="Video")
    each = seconds * RATE // clips
    for number in range(clips):
        media = otio.schema.ExternalReference(
            film.as_uri(), TimeRange(RationalTime(0, RATE), RationalTime(seconds * RATE, RATE))
        )
        span = TimeRange(RationalTime(number * each, RATE), RationalTime(each, RATE))
        track.append(otio.schema.Clip(f"clip {number + 1}", media, span))
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(path))
    return path


def timed(command: Sequence[str], cache: Path) -> tuple[float, float]:
    """Wall seconds and peak memory in MB of a command and its children."""
    environment = {**os.environ, "FOLEYLINE_CACHE": str(cache)}
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, told = process.communicate()
    seconds = time.perf_counter() - begun
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{told.decode()}")
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def foleyline(cut: Path, words: str, output: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "plugin.cli", "stems", str(cut), "--prompt", words, "-o", str(output), *more]


def best(command: Sequence[str], cache: Path, times: int) -> float:
    return min(timed(command, cache)[0] for _ in range(times))


def edited_note_s(score: Path) -> float:
    """Seconds until one edited note is heard again in a scene that has been sounded."""
    from engine import generate
    from engine.score.reading import read_scores
    from engine.types import Layer, Shot

    first = read_scores(score)[0]
    shot = Shot("bench", None, first.record_start, first.duration, first.record_start)
    with generate.sound_again([shot], [first]) as stems:
        scene = stems.scenes[0]
        notes = [note for note in scene.score.notes if note.layer is not Layer.AMBIENT]
        spent = []
        for note in notes[:: max(len(notes) // 5, 1)]:
            begun = time.perf_counter()
            start, stop = scene.edit_note(replace(note, gain_db=note.gain_db + 3.0))
            scene.read_mix(start, stop)
            spent.append(time.perf_counter() - begun)
    return max(spent)


def measure(source: Path, folder: Path, minutes: int, times: int) -> list[Row]:
    film = footage(source, folder / "hd60.mp4", SECONDS)
    cut = cut_of(film, folder / "cut.otio", SECONDS, 6)
    cache = folder / "cache"
    decode_command = ["ffmpeg", "-v", "error", "-i", str(film), "-f", "null", "-"]
    decode = best(decode_command, cache, times)
    jobs = [timed(foleyline(cut, WORDS, folder / f"{n}.otio"), folder / f"cache{n}")[0] for n in range(times)]
    decode = min(decode, best(decode_command, cache, times))
    score = folder / "score.json"
    timed(foleyline(cut, WORDS, folder / "s.otio", "--score", str(score)), folder / "cache0")
    again = min(timed(foleyline(cut, OTHER_WORDS, folder / f"w{n}.otio"), folder / "cache0")[0] for n in range(times))
    rows = [
        Row(f"main job of {SECONDS} s 1080p24 / ffmpeg decoding it ({decode:.2f} s)", min(jobs) / decode, 2.0, "x"),
        Row("main job / length of the footage", min(jobs) / SECONDS, 0.2, "x"),
        Row("second run with other words / length", again / SECONDS, 0.1, "x"),
        Row("one edited note heard again", edited_note_s(score) * 1000, 200, "ms"),
        Row("foleyline --help", best([sys.executable, "-m", "plugin.cli", "--help"], cache, times), 0.5, "s"),
    ]
    if minutes:
        long_film = repeated(film, folder / "long.mp4", minutes)
        long_cut = cut_of(long_film, folder / "long.otio", minutes * SECONDS, minutes)
        _, memory = timed(foleyline(long_cut, WORDS, folder / "l.otio"), folder / "cache-long")
        rows.append(Row(f"peak memory over {minutes} minutes of 1080p24", memory, 1000, "MB"))
    return rows


def table(rows: Sequence[Row]) -> str:
    lines = ["| what | measured | at most | |", "|---|--:|--:|---|"]
    for row in rows:
        digits = 0 if row.figure >= 20 else 3
        held = "holds" if row.holds else "MISSED"
        lines.append(f"| {row.what} | {row.figure:.{digits}f} {row.unit} | {row.limit:g} {row.unit} | {held} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, default=EXAMPLE, help="film to make the footage from")
    parser.add_argument("--minutes", type=int, default=10, help="length of the memory test, 0 for none (default 10)")
    parser.add_argument("--times", type=int, default=3, help="runs of which the best counts (default 3)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="foleyline-bench-") as folder:
        rows = measure(options.source, Path(folder), options.minutes, options.times)
    print(table(rows))
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
