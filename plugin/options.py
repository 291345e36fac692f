"""What may be written behind `foleyline`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

DEFAULT_SEED, DEFAULT_LUFS = 0, -23.0
PROMPT = "night street in the rain, a man walks in leather shoes"
EPILOG = f"""\
the main job:
  foleyline stems cut.otio --range 01:00:04:00-01:00:12:00 --prompt "{PROMPT}" -o cut.foley.otio
"""


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options of one command; ends the program with 2, and says why, for what cannot be."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "stems" and (wrong := _unread(options)):
        parser.error(wrong)
    return options


def _unread(options: argparse.Namespace) -> str:
    """What is given that a score leaves no place for."""
    given = {
        "--prompt": options.prompt != "",
        "--take-guesses": options.take_guesses,
        "--seed": options.seed != DEFAULT_SEED,
        "--loudness": options.loudness != DEFAULT_LUFS,
    }
    names = " and ".join(name for name, there in given.items() if there)
    if options.from_score is None or not names:
        return ""
    return (
        f"--from-score sounds the score as it is written; {names} would change nothing. Leave it out, or edit the score"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="foleyline",
        description="Foley for a cut: three separate, sample-aligned stems from picture and words, on this machine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"foleyline {_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_stems(commands.add_parser("stems", help="make stems for a cut and put them onto its timeline"))
    _add_conform(commands.add_parser("conform", help="put the stems of a cut under its new version, shot by shot"))
    _add_inspect(commands.add_parser("inspect", help="show a timeline's tracks, clips, ranges and media"))
    _add_explain(commands.add_parser("explain", help="say what words ask for, and why"))
    _add_score(commands.add_parser("score", help="take the score out of a timeline that Foleyline has written"))
    return parser


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("foleyline")
    except PackageNotFoundError:
        return "(not installed)"


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="tell everything as JSON lines, for programs")
    parser.add_argument("--debug", action="store_true", help="show the full trace of an error")


def _add_counting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rate",
        default="",
        metavar="FPS",
        help="frames a second of an .edl, which does not say it: 25, 29.97, 30000/1001; other kinds say theirs",
    )
    parser.add_argument(
        "--drop-frame",
        action="store_true",
        help="timecode drops frames, at 29.97 or 59.94: for an .otio that does not say it",
    )


def _add_selection(parser: argparse.ArgumentParser) -> None:
    chosen = parser.add_argument_group("which clips", "everything given narrows the choice; nothing given means all")
    chosen.add_argument("--all", action="store_true", help="the whole timeline (the default)")
    chosen.add_argument("--range", default="", metavar="IN-OUT", help="record timecodes, or frames from the start")
    chosen.add_argument("--in", dest="mark_in", default="", metavar="TC", help="in mark: timecode or frames")
    chosen.add_argument("--out", dest="mark_out", default="", metavar="TC", help="out mark: timecode or frames")
    chosen.add_argument("--track", default="", help="one picture track: V1, 2, or its name")
    chosen.add_argument("--clip", default="", help='clips of that name, or a pattern such as "walk*"')
    chosen.add_argument("--marker", default="", metavar="COLOUR", help="what markers of this colour mark")
    chosen.add_argument("--skip-missing", action="store_true", help="go on where media is missing or broken")


def _add_stems(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "timeline", type=Path, help="the cut: .otio, .otioz, .fcpxml, .xml, .edl, .aaf, .mlt or .kdenlive"
    )
    _add_counting(parser)
    parser.add_argument("--prompt", default="", metavar="WORDS", help="what should be heard, in English or Chinese")
    _add_writing(parser)
    parser.add_argument("--preview", type=Path, metavar="MP4", help="also write a movie: the picture with the mix")
    parser.add_argument("--picture", type=Path, metavar="PNG", help="also draw the stems under a film strip")
    parser.add_argument(
        "--from-score", type=Path, metavar="JSON", help="sound this score instead of looking and reading"
    )
    parser.add_argument(
        "--take-guesses", action="store_true", help="let unknown words sound as the nearest sound that is known"
    )
    parser.add_argument("--explain", action="store_true", help="print every decision with its reason")
    sound = parser.add_argument_group("sound")
    sound.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another number gives another take of the same")
    sound.add_argument(
        "--loudness",
        type=float,
        default=DEFAULT_LUFS,
        metavar="LUFS",
        help="what ambience and events aim at where both sound (default -23)",
    )
    sound.add_argument("--bits", choices=("16", "24", "32f"), default="16", help="of the WAV files (default 16)")
    _add_selection(parser)
    _add_common(parser)


def _add_writing(parser: argparse.ArgumentParser) -> None:
    """What is written, and how."""
    kinds = ".otio, .fcpxml, .xml, .aaf, .edl, .mlt, .kdenlive or .rpp"
    parser.add_argument(
        "-o", "--output", type=Path, help=f"the timeline to write, {kinds} (default: NAME.foley.otio, or as --for asks)"
    )
    parser.add_argument(
        "--for",
        dest="host",
        default="any",
        metavar="HOST",
        help="write for resolve, kdenlive, premiere, fcp, avid or reaper (default: any)",
    )
    parser.add_argument("--stems-only", action="store_true", help="write a timeline of the three new tracks alone")
    parser.add_argument("--one-file-per-track", action="store_true", help="one sound file a stem for all chosen clips")
    parser.add_argument("--handles", type=int, metavar="FRAMES", help="sound before and after each clip (default: 1 s)")
    parser.add_argument(
        "--fades",
        type=int,
        default=0,
        metavar="FRAMES",
        help="fades that the editor's program plays, to edit there: in and out where stems begin and end, across where "
        "scenes meet; at most the handles, and half of a stem (default 0)",
    )
    parser.add_argument("--score", type=Path, metavar="JSON", help="also write the score, to edit")


def _add_conform(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Put the stems of OLD under the shots of NEW: moved, trimmed, split, in another order. Sound that nothing "
        "changed is copied to the sample; only what is new is made. Neither file is changed."
    )
    parser.add_argument("old", type=Path, metavar="OLD", help="the timeline with stems, as Foleyline wrote it")
    parser.add_argument("timeline", type=Path, metavar="NEW", help="the new cut, of any kind that stems takes")
    _add_counting(parser)
    parser.add_argument("--dry-run", action="store_true", help="only tell what has happened to each shot")
    parser.add_argument(
        "--prompt", default="", metavar="WORDS", help="what should be heard in new shots (default: the words of OLD)"
    )
    parser.add_argument("--take", type=int, metavar="N", help="which take of OLD (default: the last)")
    parser.add_argument(
        "--from-score", type=Path, metavar="JSON", help="the score of OLD, where it is no .otio and carries none"
    )
    _add_writing(parser)
    parser.add_argument(
        "--skip-missing", action="store_true", help="go on where media of new shots is missing or broken"
    )
    _add_common(parser)


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("timeline", type=Path, help="a timeline, of any kind that stems takes")
    _add_counting(parser)
    _add_common(parser)


def _add_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", help="what should be heard, in English or Chinese")
    parser.add_argument("--fps", default="24", help="frame rate by which timecode in the words is read")
    parser.add_argument(
        "--take-guesses", action="store_true", help="let unknown words sound as the nearest sound that is known"
    )
    _add_common(parser)


def _add_score(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("timeline", type=Path, help="an .otio file that Foleyline has written")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="JSON", help="where to write the score")
    parser.add_argument("--take", type=int, help="which take (default: the last)")
    _add_common(parser)
