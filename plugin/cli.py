"""The command `foleyline`. Only the chosen command's own imports are paid for, so that help comes at once."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

PROMPT = "night street in the rain, a man walks in leather shoes"
EPILOG = f"""\
the main job:
  foleyline stems cut.otio --range 01:00:04:00-01:00:12:00 --prompt "{PROMPT}" -o cut.foley.otio
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked, 1 on an error, 130 when stopped, 2 for a wrong call."""
    options = _parser().parse_args(arguments)
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(threads, "1")  # small products: more threads are slower, and round otherwise
    from engine.types import CancelledError, FoleylineError
    from plugin import commands

    stop = threading.Event()
    before = _stop_on_signals(stop)
    try:
        return int(getattr(commands, options.command)(options, stop))
    except CancelledError:
        print("foleyline: stopped; nothing was placed", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except FoleylineError as error:
        return _failed(options, str(error), error)
    except (OSError, MemoryError) as error:
        return _failed(options, _in_words(error), error)
    except Exception as error:
        return _failed(
            options, f"this should not have happened: {error!r}; run it with --debug and send us the text", error
        )
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _failed(options: argparse.Namespace, message: str, error: BaseException) -> int:
    if options.debug:
        raise error
    if getattr(options, "json", False):
        from plugin.progress import JsonLines

        JsonLines().say({"event": "error", "kind": type(error).__name__, "message": message})
    print(f"foleyline: {message}", file=sys.stderr)
    return 1


def _in_words(error: OSError | MemoryError) -> str:
    if isinstance(error, MemoryError):
        return "there is not enough memory; choose a shorter range"
    name = f"{error.filename}: " if error.filename else ""
    return f"{name}{error.strerror or error}"


def _stop_on_signals(stop: threading.Event) -> dict[int, Any]:
    """Ctrl-C, or an end asked for, stops the work between two steps; a second one stops at once."""
    if threading.current_thread() is not threading.main_thread():
        return {}

    def interrupted(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    return {number: signal.signal(number, interrupted) for number in (signal.SIGINT, signal.SIGTERM)}


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
    parser.add_argument("timeline", type=Path, help="the cut, an .otio file")
    parser.add_argument("--prompt", default="", metavar="WORDS", help="what should be heard, in English or Chinese")
    parser.add_argument("-o", "--output", type=Path, help="the timeline to write (default: NAME.foley.otio beside it)")
    parser.add_argument("--stems-only", action="store_true", help="write a timeline of the three new tracks alone")
    parser.add_argument("--preview", type=Path, metavar="MP4", help="also write a movie: the picture with the mix")
    parser.add_argument("--picture", type=Path, metavar="PNG", help="also draw the stems under a film strip")
    parser.add_argument("--score", type=Path, metavar="JSON", help="also write the score, to edit")
    parser.add_argument(
        "--from-score", type=Path, metavar="JSON", help="sound this score instead of looking and reading"
    )
    parser.add_argument("--take-guesses", action="store_true", help="sound what unknown words probably mean")
    parser.add_argument("--explain", action="store_true", help="print every decision with its reason")
    sound = parser.add_argument_group("sound")
    sound.add_argument("--seed", type=int, default=0, help="another number gives another take of the same")
    sound.add_argument("--loudness", type=float, default=-23.0, metavar="LUFS", help="of the whole (default -23)")
    sound.add_argument("--handles", type=int, metavar="FRAMES", help="sound before and after each clip (default: 1 s)")
    sound.add_argument("--bits", choices=("16", "24", "32f"), default="16", help="of the WAV files (default 16)")
    _add_selection(parser)
    _add_common(parser)


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("timeline", type=Path, help="an .otio file")
    _add_common(parser)


def _add_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", help="what should be heard, in English or Chinese")
    parser.add_argument("--fps", default="24", help="frame rate by which timecode in the words is read")
    parser.add_argument("--take-guesses", action="store_true", help="take what unknown words probably mean")
    _add_common(parser)


def _add_score(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("timeline", type=Path, help="an .otio file that Foleyline has written")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="JSON", help="where to write the score")
    parser.add_argument("--take", type=int, help="which take (default: the last)")
    _add_common(parser)


if __name__ == "__main__":
    sys.exit(main())
