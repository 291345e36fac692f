"""What has been seen once is kept: cues by the content of the file, the range and the speed."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from engine.media.cache_folder import cache_folder, keep_newest
from engine.media.source import require_file
from engine.types import Cue, CueKind, Curve, Json, MediaError, Shot

MOST_BYTES = 200_000_000
_BLOCK = 65_536
_SAMPLED_BLOCKS = 16


def folder() -> Path:
    """Where cues are kept."""
    return cache_folder("cues")


@lru_cache(maxsize=1)
def eye() -> str:
    """A digest of all that decides what is seen: the code and tables of looking."""
    digest = hashlib.sha256()
    rooms = Path(__file__).parent, Path(__file__).parents[1] / "media"
    for path in sorted(path for room in rooms for path in room.iterdir() if path.suffix in (".py", ".json")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def key(shot: Shot) -> str:
    """The same for the same pictures and the same eye, whatever the file's name and date.

    MissingMediaError or MediaError if the file cannot be read.
    """
    assert shot.media is not None
    asked = f"{eye()} {shot.source_start} {shot.duration} {shot.speed}"
    return hashlib.sha256(f"{_content(shot.media)} {asked}".encode()).hexdigest()[:40]


def _content(path: Path) -> str:
    """Size and evenly spread blocks: reading a whole master would take longer than looking at a shot of it."""
    digest = hashlib.sha256()
    require_file(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            for k in range(_SAMPLED_BLOCKS):
                file.seek(max(0, size - _BLOCK) * k // (_SAMPLED_BLOCKS - 1))
                digest.update(file.read(_BLOCK))
    except OSError as error:
        raise MediaError(f"{path}: cannot be read ({error.strerror}); check the file's permissions.") from error
    return f"{size} {digest.hexdigest()}"


def load(name: str) -> tuple[tuple[Cue, ...], tuple[str, ...], Curve | None] | None:
    """Cues, warnings and motion curve; None if they were never kept, or the entry is damaged."""
    path = folder() / f"{name}.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        found = tuple(_cue(one) for one in raw["cues"]), tuple(map(str, raw["warnings"])), _curve(raw["motion"])
        path.touch()  # the oldest by use go first
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # it is looked at again, and rewritten
    return found


def store(name: str, cues: Sequence[Cue], warnings: Sequence[str], motion: Curve | None) -> None:
    """Keep cues. A cache that cannot be written only costs time later, so a full or read-only disk is no error."""
    raw = {
        "cues": [asdict(cue) for cue in cues],
        "warnings": list(warnings),
        "motion": asdict(motion) if motion else None,
    }
    try:
        folder().mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=folder(), suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(raw, file, ensure_ascii=False)
        Path(aside).replace(folder() / f"{name}.json")
        keep_newest(folder(), ".json", MOST_BYTES)
    except OSError:
        return


def _cue(raw: Json) -> Cue:
    return Cue(**{**raw, "kind": CueKind(raw["kind"]), "curve": _curve(raw["curve"]), "path": _curve(raw["path"])})


def _curve(raw: Json) -> Curve | None:
    return Curve(tuple(map(float, raw["times_s"])), tuple(map(float, raw["values"]))) if raw else None
