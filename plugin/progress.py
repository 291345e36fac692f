"""How the work is told while it runs: a bar for each shot and stage, or JSON lines for programs."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import IO, Any, Protocol

from plugin.printed import json_text, markup


class Reporter(Protocol):
    """Told of progress from any thread; entered before the work and left after it."""

    def __enter__(self) -> Reporter: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def progress(self, name: str, stage: str, fraction: float) -> None: ...


class Bars:
    """A live bar for each shot and stage, on the error stream; where that takes nothing, the work goes on."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        self._bars = Progress(*columns, console=Console(stderr=True))
        self._tasks: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Bars:
        with suppress(OSError):
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._bars.stop()

    def progress(self, name: str, stage: str, fraction: float) -> None:
        with self._lock, suppress(OSError):
            if (name, stage) not in self._tasks:
                self._tasks[name, stage] = self._bars.add_task(f"{stage:<9} {markup(name)}", total=1.0)
            self._bars.update(self._tasks[name, stage], completed=fraction)


class JsonLines:
    """One JSON object a line on standard output; progress in steps of a hundredth."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stdout
        self.broken: OSError | None = None  # why the stream takes nothing any more; the work goes on
        self._told: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> JsonLines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Every line has been flushed."""

    def progress(self, name: str, stage: str, fraction: float) -> None:
        with self._lock:
            if fraction < 1.0 and fraction - self._told.get((name, stage), -1.0) < 0.01:
                return
            self._told[name, stage] = fraction
            self._say({"event": "progress", "shot": name, "stage": stage, "fraction": round(fraction, 4)})

    def done(self, report: dict[str, Any]) -> None:
        """The last line: what was done. Raises the OSError that an earlier line has met."""
        self.say({"event": "done", **report})
        if self.broken:
            raise self.broken

    def say(self, message: dict[str, Any]) -> None:
        with self._lock:
            self._say(message)

    def _say(self, message: dict[str, Any]) -> None:
        if self.broken is None:
            try:
                self._stream.write(json_text(message, self._stream) + "\n")
                self._stream.flush()
            except OSError as error:
                self.broken = error
