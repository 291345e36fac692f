"""A program that is started once and renders one request a line, for as long as the tests last."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Sequence
from types import TracebackType

SECONDS_A_REQUEST = 90.0


class Served:
    """A process that reads requests and answers each with one line that begins with `mark`: "done", or what failed."""

    def __init__(self, command: Sequence[str], mark: str = "") -> None:
        self._mark, self._unread = mark, b""
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> Served:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, request: str) -> None:
        """RuntimeError in the program's words when it did not render; TimeoutError when it does not answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(request.encode() + b"\n")
        self._process.stdin.flush()
        answer = self._answer(time.monotonic() + SECONDS_A_REQUEST)
        if answer != "done":
            raise RuntimeError(f"{request}: {answer}")

    def _answer(self, latest: float) -> str:
        while True:
            line, newline, rest = self._unread.partition(b"\n")
            if newline:
                self._unread = rest
                text = line.decode(errors="replace")
                if text.startswith(self._mark):
                    return text.removeprefix(self._mark)
            else:
                self._unread += self._more(latest)

    def _more(self, latest: float) -> bytes:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], max(latest - time.monotonic(), 0))
        if not ready:
            raise TimeoutError("the program does not answer")
        read = os.read(self._process.stdout.fileno(), 65_536)
        if not read:
            raise RuntimeError(f"the program ended with {self._process.wait()}")
        return read
