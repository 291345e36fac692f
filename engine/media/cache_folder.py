"""Where what may be made again is kept."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_dir


def cache_folder(room: str) -> Path:
    """A room below FOLEYLINE_CACHE, or below the user's cache folder. It may be emptied at any time."""
    return Path(os.environ.get("FOLEYLINE_CACHE") or user_cache_dir("foleyline")) / room
