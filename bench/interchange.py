"""How long a 3-hour cut of 3000 clips takes from its file to a file with 9000 stems: `python -m bench.interchange`.

Without media work: the film is not opened, and each stem is the same silent file under another name. Bundles, which
hold the stems themselves, are left out. Every format is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from bench.main_job import Row, table
from engine.media.wave import WaveWriter
from engine.types import Layer
from plugin.interchange.delivery import deliver
from plugin.timeline.document import open_document
from plugin.timeline.flavour import ANY
from plugin.timeline.place import StemClip, check_placeable
from plugin.timeline.read import read_document
from plugin.timeline.select import select
from plugin.timeline.stem_span import StemSpan, stem_span

SUFFIXES = (".otio", ".fcpxml", ".xml", ".edl", ".mlt", ".kdenlive", ".rpp", ".aaf")
HOURS, CLIPS, RATE, HANDLES = 3, 3000, 24, 24
MOST_S, MOST_MB = 10.0, 500.0


def long_cut(film: Path, path: Path) -> Path:
    """A timeline of equal clips of one film, each from another place in it."""
    timeline = otio.schema.Timeline("bench", global_start_time=RationalTime(RATE * 3600, RATE))
    track, each = otio.schema.Track("V", kind="Video"), HOURS * 3600 * RATE // CLIPS
    for number in range(CLIPS):
        media = otio.schema.ExternalReference(film.as_uri(), TimeRange(RationalTime(0, RATE), RationalTime(1440, RATE)))
        span = TimeRange(RationalTime(number % 500, RATE), RationalTime(each, RATE))
        track.append(otio.schema.Clip(f"clip {number + 1}", media, span))
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(path))
    return path


def stems_of(spans: Sequence[StemSpan], folder: Path) -> list[StemClip]:
    """A stem a span and layer; all spans are of one length."""
    sound = folder / "silence.wav"
    with WaveWriter(sound, 2) as writer:
        writer.write(np.zeros((2, spans[0].sample_count), np.float32))
    stems = []
    for number, span in enumerate(spans):
        for layer in Layer:
            path = folder / f"AMB_clip_{layer}_FOLEYLINE_{number:04d}-T1.wav"
            os.link(sound, path)
            stems.append(StemClip(layer, span, path, {"layer": layer.value, "take": 1, "score": "[]"}))
    return stems


def carried_through(source: Path, suffix: str) -> dict[str, float]:
    """Seconds of reading, selecting and writing; and the peak memory of this process in MB."""
    begun = time.perf_counter()
    document = open_document(source)
    cut = read_document(document)
    read = time.perf_counter()
    shots = select(cut).shots
    check_placeable(document)
    spans = [stem_span(shot, cut.rate, HANDLES, start=cut.start) for shot in shots]
    selected = time.perf_counter()
    folder = source.parent / f"stems{suffix}"
    folder.mkdir()
    stems = stems_of(spans, folder)
    ready = time.perf_counter()
    deliver(document, cut, stems, source.with_name(f"out{suffix}"), flavour=ANY, stems_only=False)
    seconds = {"read": read - begun, "select": selected - read, "write": time.perf_counter() - ready}
    return {**seconds, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def measured(source: Path, suffix: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.interchange", "--only", suffix, "--source", str(source)]
    told: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return told


def measure(folder: Path, suffixes: Sequence[str]) -> list[Row]:
    film = folder / "film.mov"
    film.touch()
    source = long_cut(film, folder / "cut.otio")
    rows = []
    for suffix in suffixes:
        found = measured(source, suffix)
        parts = ", ".join(f"{part} {found[part]:.2f} s" for part in ("read", "select", "write"))
        seconds = sum(found[part] for part in ("read", "select", "write"))
        rows.append(Row(f"{HOURS} h, {CLIPS} clips to {suffix} ({parts})", seconds, MOST_S, "s"))
        rows.append(Row(f"its peak memory, {suffix}", found["memory"], MOST_MB, "MB"))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suffixes", nargs="*", default=SUFFIXES, help=f"of {' '.join(SUFFIXES)} (default: all)")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(carried_through(options.source, options.only)))
        return 0
    with tempfile.TemporaryDirectory(prefix="foleyline-bench-") as folder:
        rows = measure(Path(folder), options.suffixes)
    print(table(rows))
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
