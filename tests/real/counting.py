"""Time counted with integers alone, apart from Foleyline's own arithmetic."""

from __future__ import annotations

from typing import NamedTuple


class Rate(NamedTuple):
    """Frames a second as numerator and denominator, how many timecode counts, and whether it drops numbers."""

    numerator: int
    denominator: int
    nominal: int
    drop: bool = False

    @property
    def written(self) -> float:
        """As OpenTimelineIO files hold it."""
        return self.numerator / self.denominator

    @property
    def pair(self) -> tuple[int, int]:
        return self.numerator, self.denominator

    def __str__(self) -> str:
        return f"{self.written:.6g}{'DF' if self.drop else ''}"


def ntsc(nominal: int, *, drop: bool = False) -> Rate:
    return Rate(nominal * 1000, 1001, nominal, drop)


def whole(nominal: int) -> Rate:
    return Rate(nominal, 1, nominal)


RATES = [
    ntsc(24), whole(24), whole(25), ntsc(30), ntsc(30, drop=True), whole(30), ntsc(48), whole(48), whole(50),
    ntsc(60), ntsc(60, drop=True), whole(60), ntsc(120), ntsc(120, drop=True), whole(120),
]  # fmt: skip


def sample_at(*parts: tuple[int, int, int]) -> int:
    """The sample nearest to a sum of (count, numerator, denominator of the rate they are counted in), halves up."""
    top, bottom = 0, 1
    for count, numerator, denominator in parts:
        top, bottom = top * numerator + count * denominator * bottom, bottom * numerator
    return (2 * 48_000 * top + bottom) // (2 * bottom)


def frames_of(hours: int, minutes: int, seconds: int, frames: int, rate: Rate) -> int:
    """Real frames before a timecode label."""
    minute = hours * 60 + minutes
    dropped = rate.nominal // 15 * (minute - minute // 10) if rate.drop else 0
    return (minute * 60 + seconds) * rate.nominal + frames - dropped


def label_of(frames: int, rate: Rate) -> str:
    """The timecode label of a real frame, by looking for its minute."""
    minute = frames // (rate.nominal * 60)
    while frames_of(0, minute + 1, 0, 0, rate) + _skipped(minute + 1, rate) <= frames:
        minute += 1
    rest = frames - frames_of(0, minute, 0, 0, rate)
    second, frame = divmod(rest, rate.nominal)
    width = 3 if rate.nominal > 100 else 2
    return f"{minute // 60:02d}:{minute % 60:02d}:{second:02d}{';' if rate.drop else ':'}{frame:0{width}d}"


def _skipped(minute: int, rate: Rate) -> int:
    """Numbers left out at the head of a minute."""
    return rate.nominal // 15 if rate.drop and minute % 10 else 0
