"""What a format could not hold, each thing once, counted and in plain words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from plugin.interchange.reel import Reel
from plugin.interchange.rows import DISSOLVE, Rows
from plugin.timeline import clock
from plugin.timeline.blends import Blend
from plugin.timeline.cut import Address, CutClip

_DAY_S = 24 * 3600
BEFORE_ITS_FILE = (  # for `Losses.add`, of clips that play nothing there
    "begins before its file does; a gap is left until it does",
    "begin before their files do; gaps are left until they do",
)
_MOST_NAMED = 3
_NO_ROOM = "it lies between no two clips that are long enough for it"


class Losses:
    """Counts things as they are met; says them in the order in which each was met first."""

    def __init__(self, format_title: str) -> None:
        self._title = format_title
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._names: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)

    def add(self, noun: str, one: str, many: str, count: int = 1, *, name: str = "") -> None:
        """`count` of `noun` for which `one` or `many` is true: "clip", "runs backwards", "run backwards".

        `name` is what the editor calls it, where that is to be told.
        """
        if count:
            self._counts[noun, one, many] += count
            self._names[noun, one, many] += [name] if name else []

    def told(self) -> tuple[str, ...]:
        return tuple(
            f"{self._title}: {count} {f'{noun} {one}' if count == 1 else f'{noun}s {many}'}"
            f"{_listed(self._names[noun, one, many], count)}."
            for (noun, one, many), count in self._counts.items()
        )


def _listed(names: Sequence[str], count: int) -> str:
    """The first names of so many things, and how many there are besides; nothing where none has a name."""
    if not names:
        return ""
    first = [f'"{name}"' for name in names[:_MOST_NAMED]]
    more = [f"{count - len(first)} more"] if count > len(first) else []
    *most, last = first + more
    return f": {', '.join(most)} and {last}" if most else f": {last}"


def add_plain_cuts(
    losses: Losses, blends: Iterable[Blend], clips: Iterable[CutClip], dissolves: Mapping[Address, str]
) -> None:
    """The transitions that are not written, with the clips beside them and the reason.

    `dissolves` says for clips that dissolve into the next what keeps that from being written; "" for what is written.
    """
    names = {clip.address: clip.name for clip in clips}
    for blend in blends:
        reason = dissolves.get(blend.before, "it is no dissolve" if blend.kind != DISSOLVE else _NO_ROOM)
        if reason:
            beside = [names[one] for one in (blend.before, blend.after) if names.get(one)]
            say = f"plain cut here, for {reason}", f"plain cuts here, for {reason}"
            losses.add("transition", f"is a {say[0]}", f"are {say[1]}", name=" to ".join(beside))


def add_frame_losses(losses: Losses, reel: Reel, rows: Rows, dissolves: Mapping[Address, str]) -> None:
    """What is lost to whole frames, to plain markers and cuts, and to timecode that ends at midnight."""
    add, cut = losses.add, reel.cut
    say = "beside whole frames and"
    add("clip", f"lies {say} is moved to the nearest", f"lie {say} are moved to the nearest", rows.moved)
    add("clip", "is shorter than a frame and left out", "are shorter than a frame and left out", rows.dropped)
    add("clip", "is neither picture nor sound and left out", "are neither and left out", rows.others)
    add_plain_cuts(losses, rows.blends, rows.cut_clips, dissolves)
    markers = [marker for one in rows.clips for marker in one.clip.markers] + list(cut.markers)
    coloured = 0 if reel.stems_only else sum(bool(marker.colour) for marker in markers)
    add("marker", "loses its colour", "lose their colours", coloured)
    if cut.start < 0:
        add("timeline", "starts before midnight, which timecode cannot say; it is written as 00:00:00:00", "")
    if cut.start_frame + reel.frames > _DAY_S * clock.nominal_rate(cut.rate):
        add("timeline", "runs past 24 hours; programs may show its timecode from 00:00:00:00 again", "")
