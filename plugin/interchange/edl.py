"""CMX 3600 edit decision lists: one picture track and one stereo pair a list, so each further stem track has its own.

An own writer: the public adapter (otio-cmx3600-adapter 1.0) leaves sound out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from engine.media.whole_file import free_path, refuse_existing, whole_file
from engine.types import OutputError
from plugin.interchange.losses import Losses, add_plain_cuts
from plugin.interchange.nearby import absolute
from plugin.interchange.reel import Reel, ReelStem, ReelTrack
from plugin.interchange.rows import DISSOLVE
from plugin.timeline import clock
from plugin.timeline.blends import Blend
from plugin.timeline.cut import PICTURE, Address, CutClip, plain
from plugin.timeline.medium import FileFacts, file_facts
from plugin.timeline.topmost import Piece, topmost

TITLE = "CMX 3600"
PICTURE_CHANNEL, STEREO_CHANNELS = "V", "AA"

_REEL_LETTERS = 8
_SPECIAL_REELS = {"AX", "BL", "BLACK", "BARS"}  # an unknown source, black, colour bars
_MOST_EVENTS = 999
_MOST_FRAMES = 999  # of a dissolve, which has three digits
_FASTEST = 99  # frames are counted with two digits


@dataclass(frozen=True, slots=True)
class _Event:
    """Frames; source frames count from midnight of the file's timecode, record frames from the timeline's start."""

    reel: str
    channel: str
    name: str
    source: tuple[int, int]
    record: tuple[int, int]
    path: Path | None
    speed: Fraction = Fraction(1)
    dissolve: int = 0  # frames that it is dissolved into over
    before: _Event | None = None  # what it is dissolved out of, of no length


def write(reel: Reel, path: Path) -> tuple[str, ...]:
    """Write the picture and the first stem track as `path`, further ones beside it as NAME.action.edl and so on.

    Returns what was lost, and the further names. Raises OutputError when `path` is there already, or the rate has more
    than two digits.
    """
    if clock.nominal_rate(reel.rate) > _FASTEST:
        raise OutputError(
            f"{path.name}: a CMX 3600 list counts frames with two digits, and the timeline runs at "
            f"{float(reel.rate):.5g} a second. Write .otio, .fcpxml or .aaf."
        )
    refuse_existing(path)
    losses, reels = Losses(TITLE), Reels()
    lists = _lists(reel, path, reels, losses)
    texts = {one: _text(reel, title, events, losses).encode() for one, (title, events) in lists.items()}
    with ExitStack() as taken_back:
        for one in reversed(list(texts)):  # `path` itself at last
            with whole_file(one) as file:
                file.write(texts[one])
            taken_back.callback(one.unlink, missing_ok=True)
        taken_back.pop_all()
    return (*_told(reel, list(lists)), *losses.told())


def _lists(reel: Reel, path: Path, reels: Reels, losses: Losses) -> dict[Path, tuple[str, list[_Event]]]:
    """Each file's title and events in record order."""
    pictures = [] if reel.stems_only else _pictures(reel, reels, losses)
    filled = [track for track in reel.tracks if track.stems]
    first = _stems(reel, filled[0], reels) if filled else []
    fades = sum(stem.fades.starts for track in filled for stem in track.stems)
    losses.add("fade", "of stems is left out", "of stems are left out", fades)
    lists = {path: (reel.cut.name or path.stem, sorted([*pictures, *first], key=lambda one: one.record))}
    for track in filled[1:]:
        beside = free_path(path.with_name(f"{path.stem}.{track.layer}{path.suffix}"))
        lists[beside] = (f"{reel.cut.name} {track.name}".strip(), _stems(reel, track, reels))
    return lists


def _stems(reel: Reel, track: ReelTrack, reels: Reels) -> list[_Event]:
    return [_stem(reel, stem, reels.of_stem(track, number)) for number, stem in enumerate(track.stems, 1)]


def _stem(reel: Reel, stem: ReelStem, name: str) -> _Event:
    """The file's timecode is the stamp in it, so that its frames carry the same numbers as the timeline's."""
    first = max(reel.cut.start_frame + stem.start_frame - stem.head_frames, 0) + stem.head_frames
    record = (stem.start_frame, stem.end_frame)
    return _Event(name, STEREO_CHANNELS, stem.name, (first, first + stem.frames), record, stem.path)


def _pictures(reel: Reel, reels: Reels, losses: Losses) -> list[_Event]:
    """What a viewer sees, as one track."""
    clips = [clip for clip in reel.cut.clips if clip.enabled and clip.kind == PICTURE]
    seen, _ = topmost(clips)
    facts = {path: file_facts(path) for path in {piece.clip.medium.path for piece in seen} if path}
    events = [
        _picture(reel, piece, reels, facts[piece.clip.medium.path] if piece.clip.medium.path else FileFacts())
        for piece in seen
    ]
    shown = {piece.clip.address for piece in seen}
    dissolves: dict[Address, str] = {}
    events = _dissolved(reel, seen, events, dissolves)
    add_plain_cuts(losses, _touching(reel, shown), clips, dissolves)
    _count_lost(reel, losses, len(clips) - len(shown))
    edges = {edge for piece in seen for edge in (piece.record.start, piece.record.end)}
    beside = sum((edge * reel.rate).denominator != 1 for edge in edges)
    losses.add("cut", "is moved to the nearest frame", "are moved to the nearest frame", beside)
    return [event for event in events if event.record[0] < event.record[1]]


def _touching(reel: Reel, shown: set[Address]) -> list[Blend]:
    return [blend for blend in reel.blends if blend.before in shown or blend.after in shown]


def _dissolved(
    reel: Reel, seen: Sequence[Piece], events: Sequence[_Event], dissolves: dict[Address, str]
) -> list[_Event]:
    """The events, of which one that is dissolved into begins where its dissolve does: a list counts from there.

    `dissolves` is told what keeps one from being written, as `add_plain_cuts` takes it.
    """
    made = list(events)
    joined = {(blend.before, blend.after): blend for blend in reel.blends if blend.kind == DISSOLVE}
    for index, (one, after) in enumerate(pairwise(seen)):
        blend = joined.get((one.clip.address, after.clip.address))
        if blend is not None and one.record.end == after.record.start:
            start, end = (_frames(after.clip.record.start + part, reel) for part in (-blend.lead, blend.trail))
            problem = _dissolve_problem((one, made[index]), (after, made[index + 1]), start, end)
            dissolves[blend.before] = problem
            if not problem:
                made[index], made[index + 1] = _joined(made[index], made[index + 1], start, end)
    return made


def _dissolve_problem(one: tuple[Piece, _Event], after: tuple[Piece, _Event], start: int, end: int) -> str:
    if one[0].clip.speed != 1 or after[0].clip.speed != 1:
        return "a clip beside it runs at another speed"
    began, (begins, ends) = one[1].record[0], after[1].record
    if not (began + one[1].dissolve <= start and end <= ends and 0 < end - start <= _MOST_FRAMES):
        return "it lies between no two clips that are long enough for it"
    return "the file after it begins too late" if after[1].source[0] < begins - start else ""


def _joined(one: _Event, after: _Event, start: int, end: int) -> tuple[_Event, _Event]:
    """Both with the place at which they meet moved to the start of their dissolve."""
    moved = one.record[1] - start
    return (
        replace(one, source=(one.source[0], one.source[1] - moved), record=(one.record[0], start)),
        replace(
            after,
            source=(after.source[0] - moved, after.source[1]),
            record=(start, after.record[1]),
            dissolve=end - start,
            before=replace(one, source=(one.source[1] - moved,) * 2, record=(start, start)),
        ),
    )


def _count_lost(reel: Reel, losses: Losses, beneath: int) -> None:
    losses.add("clip", "lies beneath others and is left out", "lie beneath others and are left out", beneath)
    sounds = sum(clip.kind != PICTURE for clip in reel.cut.clips)
    losses.add("clip", "on sound tracks is left out", "on sound tracks are left out", sounds)
    off = sum(clip.kind == PICTURE and not clip.enabled for clip in reel.cut.clips)
    losses.add("clip", "that is switched off is left out", "that are switched off are left out", off)
    marks = len(reel.cut.markers) + sum(len(clip.markers) for clip in reel.cut.clips)
    losses.add("marker", "is left out", "are left out", marks)


def _picture(reel: Reel, piece: Piece, reels: Reels, facts: FileFacts) -> _Event:
    clip = piece.clip
    base = (clip.media_start if facts == FileFacts() else facts.timecode) or Fraction(0)
    record = _frames(piece.record.start, reel), _frames(piece.record.end, reel)
    edges = [max(_frames(base + clip.source_at(edge), reel), 0) for edge in (piece.record.start, piece.record.end)]
    source = min(edges), max(edges)
    if clip.speed == 1:
        source = edges[0], edges[0] + record[1] - record[0]
    elif clip.speed == 0:
        source = edges[0], edges[0] + 1
    return _Event(reels.of_clip(clip), PICTURE_CHANNEL, clip.name, source, record, clip.medium.path, clip.speed)


def _frames(seconds: Fraction, reel: Reel) -> int:
    return clock.seconds_to_frames(seconds, rate=reel.rate)


class Reels:
    """Names of eight letters, one a file, none twice."""

    def __init__(self) -> None:
        self._by_url: dict[str, str] = {}
        self._taken: set[str] = set(_SPECIAL_REELS)

    def of_clip(self, clip: CutClip) -> str:
        url = str(clip.medium.path or clip.medium.url)
        if not url:
            return "AX"
        if url not in self._by_url:
            self._by_url[url] = self._free(Path(url.replace("\\", "/")).stem)
        return self._by_url[url]

    def of_stem(self, track: ReelTrack, number: int) -> str:
        return self._free(f"{track.layer[:2]}{number:06d}")

    def _free(self, wish: str) -> str:
        letters = re.sub(r"[^A-Z0-9]", "", wish.upper())[:_REEL_LETTERS] or "REEL"
        name, number = letters, 1
        while name in self._taken:
            number += 1
            name = letters[: _REEL_LETTERS - len(str(number))] + str(number)
        self._taken.add(name)
        return name


def _text(reel: Reel, title: str, events: list[_Event], losses: Losses) -> str:
    lines = [f"TITLE: {plain(title)}", f"FCM: {'DROP FRAME' if reel.cut.drop_frame else 'NON-DROP FRAME'}", ""]
    for number, event in enumerate(events, 1):
        lines += _lines(reel, number, event, losses)
    losses.add("event", "is past 999, the last number there is", "are past 999", max(len(events) - _MOST_EVENTS, 0))
    return "\r\n".join(lines) + "\r\n"


def _lines(reel: Reel, number: int, event: _Event, losses: Losses) -> Iterable[str]:
    if event.before is not None:
        yield _edit(reel, number, event.before, "C")
    yield _edit(reel, number, event, f"D    {event.dissolve:03d}" if event.dissolve else "C")
    if event.speed != 1:
        yield from _motion(reel, event, losses)
    if event.before is not None:
        yield f"* FROM CLIP NAME: {plain(event.before.name) or event.before.reel}"
    yield f"* {'TO' if event.dissolve else 'FROM'} CLIP NAME: {plain(event.name) or event.reel}"
    if event.path is not None:
        yield f"* SOURCE FILE: {plain(str(absolute(event.path)))}"


def _edit(reel: Reel, number: int, event: _Event, kind: str) -> str:
    start = reel.cut.start_frame
    times = " ".join(_timecode(reel, frame) for frame in (*event.source, *(start + frame for frame in event.record)))
    return f"{number:03d}  {event.reel:8} {event.channel:5} {kind:8} {times}"


def _motion(reel: Reel, event: _Event, losses: Losses) -> Iterable[str]:
    """Speed in pictures a second, of which one digit follows the point."""
    speed = event.speed * reel.rate
    entry = event.source[0] if event.speed >= 0 else max(event.source[1] - 1, 0)
    losses.add("speed", "is rounded to a tenth of a frame", "are rounded", int((speed * 10).denominator != 1))
    if event.speed == 0:
        yield "* FREEZE FRAME"
    yield f"M2   {event.reel:8} {float(speed): 06.1f}                {_timecode(reel, entry).replace(';', ':')}"


def _timecode(reel: Reel, frame: int) -> str:
    """Past midnight it begins again."""
    return clock.frames_to_timecode(frame % _midnight(reel), rate=reel.rate, drop_frame=reel.cut.drop_frame)


def _midnight(reel: Reel) -> int:
    return clock.timecode_to_frames("24:00:00:00", rate=reel.rate, drop_frame=reel.cut.drop_frame)


def _told(reel: Reel, paths: list[Path]) -> Iterable[str]:
    if len(paths) > 1:
        names = " and ".join(path.name for path in paths[1:])
        yield f"{TITLE}: a list has two sound channels; the other stem tracks are in {names}, beside it."
    if not 0 <= reel.cut.start_frame <= _midnight(reel) - reel.frames:
        yield f"{TITLE}: the timeline runs past midnight, where a list's timecode begins again."
    if clock.nominal_rate(reel.rate) > 30:
        yield f"{TITLE}: {float(reel.rate):.5g} frames a second is above the 30 that it knows; some programs refuse it."
