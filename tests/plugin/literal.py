"""JSON as it is written: every number as its letters, every object with its order and its repeated names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple


class Letters(NamedTuple):
    """A number, or a word that stands for one, as it is written."""

    text: str


class Members(list[tuple[str, Any]]):
    """An object's members as they are written."""

    def __getitem__(self, name: Any) -> Any:
        return next(value for key, value in self if key == name)


def literal(text: str) -> Any:
    """What Python's reader takes for JSON, and `Inf`, which OpenTimelineIO's takes too."""
    return json.loads(
        text.replace(": Inf,", ": Infinity,"),
        object_pairs_hook=Members,
        parse_float=Letters,
        parse_int=Letters,
        parse_constant=Letters,
        strict=False,
    )


def without_new_tracks(path: Path, *way: str | int, count: int = 3) -> Any:
    """What a written file holds but for the last tracks of the timeline that lies at `way` in it."""
    root = literal(path.read_text(encoding="utf-8"))
    timeline = root
    for step in way:
        timeline = list.__getitem__(timeline, step) if isinstance(step, int) else timeline[step]
    children = timeline["tracks"]["children"]
    assert [child["name"].split(" ")[:2] for child in children[-count:]] == [
        ["Foley", "Ambient"], ["Foley", "Action"], ["Foley", "Material"]
    ]  # fmt: skip
    del children[-count:]
    return root
