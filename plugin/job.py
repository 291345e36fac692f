"""What is asked for, what was done, and what is refused before any work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from engine.media.wave_chunks import Depth
from engine.types import Layer, OutputError, SettingError, Settings, WordsError
from plugin.interchange.delivery import check_deliverable
from plugin.timeline import clock
from plugin.timeline.flavour import ANY, Flavour, flavour_of
from plugin.timeline.select import Choice

if TYPE_CHECKING:
    from engine.mix import Levels

LOUDNESS_RANGE_LUFS = (-60.0, -5.0)
LARGEST_SEED = 2**53 - 1  # what every program that reads JSON keeps exact
LONGEST_HANDLES = 1200  # frames
SLOWEST_RATE, FASTEST_RATE = 1, 1000
RATELESS = (".edl",)


@dataclass(frozen=True, slots=True)
class Job:
    """What the user asks for."""

    timeline: Path
    choice: Choice = field(default_factory=Choice)
    words: str = ""
    output: Path | None = None
    settings: Settings = field(default_factory=Settings)
    handles_frames: int | None = None  # about a second
    depth: Depth = Depth.INT16
    skip_missing: bool = False
    fades_frames: int = 0
    rate: Fraction | None = None  # of a timeline whose file does not say it, an EDL
    drop_frame: bool = False  # its timecode drops frames, whatever its file says
    host: str = ANY.name  # the program that is to take the result
    stems_only: bool = False
    one_file_per_track: bool = False
    from_score: Path | None = None
    score: Path | None = None
    preview: Path | None = None
    picture: Path | None = None

    @property
    def flavour(self) -> Flavour:
        """Raises TimelineError for a program that is not known."""
        return flavour_of(self.host)

    @property
    def wanted_output(self) -> Path:
        return self.output or self.timeline.with_name(f"{self.timeline.stem}.foley{self.flavour.suffix}")


@dataclass(frozen=True, slots=True)
class PlacedShot:
    """One shot as it was placed."""

    name: str
    timecode: str
    duration_s: float
    notes: Mapping[Layer, int]


@dataclass(frozen=True, slots=True)
class Report:
    """What was done."""

    output: Path
    media_folder: Path
    take: int
    tracks: tuple[str, ...]
    rule: str
    shots: tuple[PlacedShot, ...]
    levels: Levels
    decisions: tuple[tuple[str, str], ...]
    guesses: tuple[tuple[str, tuple[str, ...]], ...]
    not_understood: tuple[str, ...]
    warnings: tuple[str, ...]
    extras: tuple[Path, ...]  # score, preview, picture
    seconds: Mapping[str, float]  # by stage of the work


def check_job(job: Job) -> None:
    """SettingError, OutputError or WordsError at once, not after the work, for what cannot be."""
    check_words(job.words)
    check_rate(job.timeline, job.rate)
    _check_score(job)
    _check_numbers(job)
    _check_names(job)
    check_deliverable(job.wanted_output, job.flavour)
    _check_ending("preview", job.preview, "an MP4 or QuickTime movie", (".mp4", ".m4v", ".mov"))
    _check_ending("picture", job.picture, "a PNG picture", (".png",))


def _check_ending(option: str, path: Path | None, what: str, endings: tuple[str, ...]) -> None:
    """Raise OutputError for a name that speaks of another kind of file than is written."""
    if path is not None and path.suffix.lower() not in endings:
        other = path.with_suffix(endings[0]).name
        raise OutputError(f"--{option} writes {what}, and {path.name} does not say so; call it {other}")


def _check_score(job: Job) -> None:
    if job.from_score and (job.words or job.settings.accept_guesses):
        raise SettingError("a score is sounded as it is written; words and guesses beside it would not be read")


def given_rate(text: str, option: str) -> Fraction:
    """Frames a second as they are meant: "25", "29.97", "30000/1001". Raises SettingError."""
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not SLOWEST_RATE <= rate <= FASTEST_RATE:
        raise SettingError(f"{option} is {text!r}; give frames a second, such as 24, 29.97 or 30000/1001")
    return clock.exact_rate(rate)


def check_rate(timeline: Path, rate: Fraction | None) -> None:
    """Raise SettingError for a rate beside a file that says its own."""
    if rate is not None and timeline.suffix.lower() not in RATELESS:
        raise SettingError(f"{timeline.name} says its own frame rate; --rate is for {' and '.join(RATELESS)} alone")


def check_words(words: str) -> None:
    """Raise WordsError for bytes that the system could not read as text."""
    if any("\ud800" <= letter <= "\udfff" for letter in words):
        raise WordsError(
            "the words are not text in this terminal's encoding; "
            "type them again, or set a UTF-8 locale, such as LC_ALL=C.UTF-8"
        )


def _check_numbers(job: Job) -> None:
    low, high = LOUDNESS_RANGE_LUFS
    if not low <= job.settings.programme_lufs <= high:
        raise SettingError(f"the loudness is {job.settings.programme_lufs:g}; it lies in {low:g} to {high:g} LUFS")
    if not 0 <= job.settings.seed <= LARGEST_SEED:
        raise SettingError(f"the seed is {job.settings.seed}; it lies in 0 to {LARGEST_SEED}")
    if job.handles_frames is not None and not 0 <= job.handles_frames <= LONGEST_HANDLES:
        raise SettingError(f"the handles are {job.handles_frames} frames; they lie in 0 to {LONGEST_HANDLES}")
    if not 0 <= job.fades_frames <= LONGEST_HANDLES:
        raise SettingError(f"the fades are {job.fades_frames} frames; they lie in 0 to {LONGEST_HANDLES}")


def _check_names(job: Job) -> None:
    given = [path for path in (job.output, job.score, job.preview, job.picture) if path is not None]
    for path in given:
        if not path.name or path.name == ".." or path.is_dir():
            raise OutputError(f"{str(path)!r} is a folder; give the name of a file")
        if path.exists() and not path.is_file():
            raise OutputError(f"{path} is a device or pipe; give the name of a file")
        if not path.parent.is_dir():
            raise OutputError(f"the folder {path.parent} is not there; make it, or give another name for {path.name}")
    places = [path.resolve() for path in given]
    for path in given:
        if places.count(path.resolve()) > 1:
            raise OutputError(f"{path} is given for two outputs; give each a name of its own")
