"""Loudness by a meter that isn't the product's: ffmpeg's ebur128 filter (ITU-R BS.1770, EBU Tech 3342)."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Loudness:
    integrated_lufs: float
    range_lu: float
    true_peak_dbtp: float


def measure(path: Path) -> Loudness | None:
    """Integrated loudness, range and true peak of a WAV file; None where there is no ffmpeg."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        return None
    command = [ffmpeg, "-nostdin", "-hide_banner", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    summary = said[said.rindex("Summary:") :]
    return Loudness(_value(summary, "I"), _value(summary, "LRA"), _value(summary, "Peak"))


def _value(summary: str, name: str) -> float:
    found = re.search(rf"^\s*{name}:\s+(-?inf|nan|-?[0-9.]+)", summary, re.MULTILINE)
    if found is None:
        raise ValueError(f"ffmpeg's ebur128 summary holds no {name!r}: {summary}")
    return float(found.group(1))
