"""A REAPER project: exact to the sample, because REAPER keeps places in seconds."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context
from fractions import Fraction
from pathlib import Path

from engine.media.whole_file import whole_file
from engine.types import SAMPLE_RATE, Layer, OutputError, seconds_to_sample
from plugin.interchange.losses import BEFORE_ITS_FILE, Losses, add_plain_cuts
from plugin.interchange.nearby import Nearby
from plugin.interchange.reel import Reel, ReelStem
from plugin.timeline import clock
from plugin.timeline.cut import PICTURE, CutClip, CutMarker, TrackLabel

_TITLE = "REAPER"
_NO_DISSOLVES = "only stems fade in a REAPER project"
_SOUND = "Audio"
_DIGITS = Context(prec=18, rounding=ROUND_HALF_EVEN)  # far below a sample in a year
_NAMESPACE = uuid.UUID("5f0e8f6e-3f1f-4d0c-8a52-64e5a1f7a1d3")  # so that the same reel gets the same ids
_WAVES = {".wav", ".wave", ".bwf", ".w64", ".rf64", ".aif", ".aiff"}
_COMPRESSED = {".flac": "FLAC", ".mp3": "MP3", ".ogg": "VORBIS", ".opus": "OPUS"}
_RULED = {Fraction(rate) for rate in (24, 25, 30, 48, 50, 60, 75)} | {
    Fraction(24_000, 1001),
    Fraction(30_000, 1001),
}  # frame rates that REAPER 6 offers
_QUOTES = "\"'`"
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_CUSTOM_COLOUR = 0x1000000
_COLOURS = {
    Layer.AMBIENT: (70, 140, 90),
    Layer.ACTION: (200, 110, 50),
    Layer.MATERIAL: (80, 120, 200),
}  # red, green, blue
_MARKER_COLOURS = {
    "RED": (220, 60, 60), "ORANGE": (230, 140, 40), "YELLOW": (220, 200, 50), "GREEN": (70, 180, 80),
    "CYAN": (60, 190, 190), "BLUE": (70, 110, 220), "PURPLE": (150, 90, 200), "PINK": (230, 120, 180),
    "MAGENTA": (210, 60, 180), "WHITE": (240, 240, 240), "BLACK": (20, 20, 20),
}  # fmt: skip


@dataclass(slots=True)
class _Chunk:
    """A block of the file: its head, then lines and blocks."""

    head: str
    inside: list[str | _Chunk] = field(default_factory=list)

    def lines(self, indent: int = 0) -> Iterable[str]:
        yield f"{'  ' * indent}<{self.head}"
        for one in self.inside:
            if isinstance(one, str):
                yield f"{'  ' * (indent + 1)}{one}"
            else:
                yield from one.lines(indent + 1)
        yield f"{'  ' * indent}>"


def write(reel: Reel, path: Path) -> tuple[str, ...]:
    """Write a REAPER project; what it cannot hold comes back in words. Raises OutputError."""
    losses = Losses(_TITLE)
    project = _Chunk('REAPER_PROJECT 0.1 "6.80/foleyline" 0')
    project.inside += _settings(reel)
    project.inside += _marker_lines(reel)
    ids, nearby = _Ids(reel.cut.name), Nearby(path.parent)
    # REAPER shows the picture of the uppermost track.
    for label in () if reel.stems_only else (*reversed(reel.picture_tracks), *reel.sound_tracks):
        clips = [clip for clip in reel.cut.clips if clip.track == label]
        project.inside += _own_tracks(label, clips, nearby, ids, losses)
    for track in reel.tracks:
        items = (_stem_item(stem, reel, nearby, ids) for stem in track.stems)
        project.inside.append(_track(track.name, _colour(_COLOURS[track.layer]), items, ids))
    add_plain_cuts(losses, reel.blends, reel.cut.clips, {blend.before: _NO_DISSOLVES for blend in reel.blends})
    with whole_file(path) as file:
        file.write("\n".join([*project.lines(), ""]).encode("utf-8", errors="surrogateescape"))
    return (*_rate_losses(reel), *losses.told())


class _Ids:
    """Ids that the same project always gets again."""

    def __init__(self, name: str) -> None:
        self._name, self._count = name, 0

    def next(self) -> str:
        self._count += 1
        return "{" + str(uuid.uuid5(_NAMESPACE, f"{self._name}\n{self._count}")).upper() + "}"


def _settings(reel: Reel) -> list[str | _Chunk]:
    rate, fractional = _frame_rate(reel)
    return [
        "RIPPLE 0",
        "AUTOXFADE 1",
        f"PROJOFFS {_seconds(reel.cut.start)} 0 0",  # the ruler's first second; items count from zero
        f"TIMEMODE 5 5 -1 {rate} {fractional} 0 -1",  # 5: hours, minutes, seconds, frames
        "VIDEO_CONFIG 0 0 256",
        f"SAMPLERATE {SAMPLE_RATE} 1 0",
        "TEMPO 120 4 4",
        "PLAYRATE 1 0 0.25 4",
        "TIMELOCKMODE 0",  # items keep their time, not their beat
        "TEMPOENVLOCKMODE 0",
    ]


def _frame_rate(reel: Reel) -> tuple[int, int]:
    """Frames of the ruler, and 1 for drop-frame, 2 for a thousandth less without, 0 for neither."""
    if reel.cut.drop_frame:
        return clock.nominal_rate(reel.rate), 1
    return clock.nominal_rate(reel.rate), 0 if reel.rate.denominator == 1 else 2


def _rate_losses(reel: Reel) -> tuple[str, ...]:
    if reel.rate in _RULED:
        return ()
    return (
        f"{_TITLE} may not show {float(reel.rate):.5g} frames a second on its ruler; "
        "everything lies where it should, to the sample.",
    )


def _marker_lines(reel: Reel) -> list[str | _Chunk]:
    of_clips = () if reel.stems_only else (marker for clip in reel.cut.clips if clip.enabled for marker in clip.markers)
    lines: list[str | _Chunk] = []
    for number, marker in enumerate(sorted([*reel.cut.markers, *of_clips], key=_time_of), start=1):
        is_region = marker.record.duration > 0
        colour = _colour(_MARKER_COLOURS[marker.colour]) if marker.colour in _MARKER_COLOURS else 0
        name = _quoted(": ".join(marker.words))
        lines.append(f"MARKER {number} {_seconds(marker.record.start)} {name} {int(is_region)} {colour} 1 R")
        if is_region:
            lines.append(f'MARKER {number} {_seconds(marker.record.end)} "" 1')
    return lines


def _time_of(marker: CutMarker) -> tuple[Fraction, Fraction]:
    return marker.record.start, marker.record.end


def _own_tracks(
    label: TrackLabel, clips: Sequence[CutClip], nearby: Nearby, ids: _Ids, losses: Losses
) -> Iterable[_Chunk]:
    """The editor's track; a second where its nested stacks hold sound as well as picture."""
    for kind in (PICTURE, _SOUND):
        items = [item for clip in clips if clip.kind == kind and (item := _clip_item(clip, nearby, ids, losses))]
        if items or label.kind == kind:
            yield _track(label.name or label.label, 0, items, ids)
    for clip in clips:
        if clip.kind not in (PICTURE, _SOUND):
            losses.add(
                "clip", "is neither picture nor sound and left out", "are neither picture nor sound and left out"
            )


def _track(name: str, colour: int, items: Iterable[_Chunk], ids: _Ids) -> _Chunk:
    track_id = ids.next()
    chunk = _Chunk(f"TRACK {track_id}")
    chunk.inside += [f"NAME {_quoted(name)}", f"PEAKCOL {colour or 16576}", "BEAT -1", "VOLPAN 1 0 -1 -1 1"]
    chunk.inside += ["MUTESOLO 0 0 0", "NCHAN 2", "FX 1", f"TRACKID {track_id}", "MAINSEND 1 0", *items]
    return chunk


def _stem_item(stem: ReelStem, reel: Reel, nearby: Nearby, ids: _Ids) -> _Chunk:
    if not _fits_a_line(nearby.name(stem.path.absolute())):
        raise OutputError(f"REAPER cannot read the path of {stem.path!r}. Put the stems into a folder of a plain name.")
    span, fades, (start_frame, end_frame) = stem.stem.span, stem.fades, stem.sounding
    first, last = (clock.frames_to_samples(frame, rate=reel.rate) for frame in (start_frame, end_frame))
    times = (
        Fraction(first, SAMPLE_RATE),
        Fraction(last, SAMPLE_RATE),
        Fraction(first - span.first_sample, SAMPLE_RATE),
    )
    risen = start_frame + (fades.before.frames if fades.before is not None else fades.rise)
    falls = end_frame - (fades.after.frames if fades.after is not None else fades.fall)
    lengths = (
        Fraction(clock.frames_to_samples(risen, rate=reel.rate) - first, SAMPLE_RATE),
        Fraction(last - clock.frames_to_samples(falls, rate=reel.rate), SAMPLE_RATE),
    )
    return _item(stem.name, times, Fraction(1), _source(stem.path.absolute(), nearby, _SOUND), ids, fades=lengths)


def _clip_item(clip: CutClip, nearby: Nearby, ids: _Ids, losses: Losses) -> _Chunk | None:
    problem = _problem(clip)
    if problem:
        losses.add("clip", f"{problem} leaves a gap", f"{problem} leave gaps", name=clip.name)
        return None
    assert clip.medium.path is not None
    source, offset = _source(clip.medium.path, nearby, clip.kind), clip.source_start
    # Before its file's beginning there is nothing to play.
    start = clip.record.start + max(Fraction(0), -offset / clip.speed)
    if offset < 0:
        losses.add("clip", *BEFORE_ITS_FILE, name=clip.name)
    times = (_on_sample(start), _on_sample(clip.record.end), max(Fraction(0), offset))
    return _item(clip.name, times, clip.speed, source, ids, muted=not clip.enabled, silent=clip.kind == PICTURE)


def _problem(clip: CutClip) -> str:
    if clip.medium.path is None:
        return "without a file"
    if not _fits_a_line(str(clip.medium.path)):
        return "with a path that REAPER cannot read"
    if _on_sample(clip.record.start) == _on_sample(clip.record.end):
        return "shorter than a sample"
    if clip.speed == 0:
        return "of frozen picture or sound"
    if clip.speed < 0:
        return "played backwards"
    if clip.source_at(clip.record.end) <= 0:
        return "outside of its file"
    return ""


def _on_sample(seconds: Fraction) -> Fraction:
    return Fraction(seconds_to_sample(seconds), SAMPLE_RATE)


def _item(
    name: str,
    times: tuple[Fraction, Fraction, Fraction],
    speed: Fraction,
    source: _Chunk,
    ids: _Ids,
    *,
    muted: bool = False,
    silent: bool = False,
    fades: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0)),
) -> _Chunk:
    """`times`: start, end, and where in the source it starts, which REAPER counts in seconds of the file.

    `fades`, in and out, are the item's own. Items that overlap cross-fade by them, as REAPER does when it fades by
    itself (AUTOXFADE): that acts on what is moved, and on nothing in a project that is opened.
    """
    start, end, offset = times
    item = _Chunk("ITEM")
    item.inside += [f"POSITION {_seconds(start)}", "SNAPOFFS 0", f"LENGTH {_seconds(end - start)}", "LOOP 0"]
    rise, fall = (_seconds(length) for length in fades)
    item.inside += ["ALLTAKES 0", f"FADEIN 1 {rise} 0 1 0 0 0", f"FADEOUT 1 {fall} 0 1 0 0 0"]
    item.inside += [f"MUTE {int(muted)} 0", "SEL 0"]
    item.inside += [f"IGUID {ids.next()}", f"NAME {_quoted(name)}", f"VOLPAN {int(not silent)} 0 1 -1"]
    item.inside += [f"SOFFS {_seconds(offset)}", f"PLAYRATE {_seconds(speed)} 1 0 -1 0 0.0025", "CHANMODE 0"]
    item.inside += [f"GUID {ids.next()}", source]
    return item


def _source(path: Path, nearby: Nearby, kind: str) -> _Chunk:
    suffix = path.suffix.lower()
    sound = "WAVE" if suffix in _WAVES else _COMPRESSED.get(suffix, "VIDEO")  # it takes sound of films by VIDEO too
    return _Chunk(f"SOURCE {'VIDEO' if kind == PICTURE else sound}", [f"FILE {_quoted(nearby.name(path))}"])


def _seconds(value: Fraction) -> str:
    """A plain decimal of 18 digits, which says 24 hours to a billionth of a sample."""
    number = _DIGITS.divide(_DIGITS.create_decimal(value.numerator), _DIGITS.create_decimal(value.denominator))
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fits_a_line(text: str) -> bool:
    """Whether it can be quoted and read back the same."""
    return _BREAKS.search(text) is None and not all(mark in text for mark in _QUOTES)


def _quoted(text: str) -> str:
    """In the first kind of quotes that it does not hold itself; with all three in it, backquotes give way."""
    text = _BREAKS.sub(" ", text)
    quote = next((mark for mark in _QUOTES if mark not in text), None)
    return f"{quote}{text}{quote}" if quote else "`" + text.replace("`", "'") + "`"


def _colour(shade: tuple[int, int, int]) -> int:
    red, green, blue = shade
    return _CUSTOM_COLOUR | blue << 16 | green << 8 | red
