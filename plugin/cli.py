"""The command `foleyline`. Only the chosen command's own imports are paid for, so that help comes at once."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any

from plugin.options import parse
from plugin.printed import printable


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked, 1 on an error, 130 when stopped, 2 for a wrong call."""
    stop = _Stop()
    try:
        with stop:
            _ready_streams()
            options = parse(arguments)
            stop.patient = options.command in ("stems", "conform")
            return _run(options, stop)
    except KeyboardInterrupt:
        _say("stopped at once")
        return 130
    finally:
        _leave_what_cannot_be_written()


def _run(options: argparse.Namespace, stop: _Stop) -> int:
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[threads] = "1"  # whatever the host says: with more, small products are slower and round otherwise
    from engine.types import CancelledError, FoleylineError
    from plugin import commands

    try:
        status = int(getattr(commands, options.command)(options, stop))
        sys.stdout.flush()
        return status
    except CancelledError:
        _say("stopped; nothing was placed")
        return 130
    except BrokenPipeError:  # the reader of our output went away
        return 1
    except FoleylineError as error:
        return _failed(options, str(error), error)
    except (OSError, MemoryError) as error:
        return _failed(options, _in_words(error), error)
    except Exception as error:
        return _failed(
            options, f"this should not have happened: {error!r}; run it with --debug and send us the text", error
        )


def _failed(options: argparse.Namespace, message: str, error: BaseException) -> int:
    if options.debug:
        raise error
    if getattr(options, "json", False):
        from plugin.progress import JsonLines

        JsonLines().say({"event": "error", "kind": type(error).__name__, "message": message})
    _say(message)
    return 1


def _say(message: str) -> None:
    with suppress(OSError):  # then there is nobody to tell
        print(f"foleyline: {printable(message)}", file=sys.stderr)


def _in_words(error: OSError | MemoryError) -> str:
    if isinstance(error, MemoryError):
        return "there is not enough memory; choose a shorter range"
    name = f"{error.filename}: " if error.filename else ""
    return f"{name}{error.strerror or error}"


class _Stop:
    """Ctrl-C, an end asked for, or a closed terminal: the work stops between two steps; the second time at once."""

    def __init__(self) -> None:
        self.patient = True  # False where nothing is made that would have to be cleared away
        self._asked = False
        self._before: dict[int, Any] = {}

    def is_set(self) -> bool:
        return self._asked

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                number = getattr(signal, name, None)
                if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as nohup asks
                    self._before[number] = signal.signal(number, self._interrupted)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if self._asked or not self.patient:
            for other in self._before:
                signal.signal(other, signal.SIG_DFL)  # a third time ends the process where it stands
            raise KeyboardInterrupt
        self._asked = True


def _ready_streams() -> None:
    """No text is too strange to print, and no file that is opened later takes the place of a closed stream."""
    # Writing to a closed standard output fails, as it should, only later and in our words; errors are told nobody.
    for name, mode, access in (("stdin", "r", os.O_RDONLY), ("stdout", "w", os.O_RDONLY), ("stderr", "w", os.O_WRONLY)):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.open(os.devnull, access), mode, encoding="utf-8"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave_what_cannot_be_written() -> None:
    """Keep the interpreter from trying once more, and complaining, when it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
