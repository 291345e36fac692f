"""Where what may be made again is kept."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_dir


def cache_folder(room: str) -> Path:
    """A room below FOLEYLINE_CACHE, or below the user's cache folder. It may be emptied at any time."""
    return Path(os.environ.get("FOLEYLINE_CACHE") or user_cache_dir("foleyline")) / room


def keep_newest(folder: Path, suffix: str, most_bytes: int) -> None:
    """Remove the entries of that suffix that were used longest ago, until the rest fits. OSError as it comes."""
    kept = sorted(((p.stat().st_mtime_ns, p.stat().st_size, p) for p in folder.glob(f"*{suffix}")), reverse=True)
    total = 0
    for _, size, path in kept:
        total += size
        if total > most_bytes:
            path.unlink(missing_ok=True)
