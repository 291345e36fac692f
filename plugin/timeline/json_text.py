"""A JSON text as it stands: where the members of an object and the elements of a list begin and end, undecoded.

What is cut out of such a text, or put into it, leaves every other number, name and order as it was, to the letter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_BETWEEN = re.compile(rb"[ \t\n\r,:]*+")
_PLAIN = re.compile(rb"[^ \t\n\r,\]}]++")  # a number, or true, false, null
_INDENT = re.compile(rb"\n[ \t]*\Z")
_QUOTE, _OPENING, _CLOSING = b'"'[0], b"[{", b"]}"


class Edit(NamedTuple):
    """What stands from `start` to `end`, which is left out, gives way to `text`."""

    start: int
    end: int
    text: bytes


class JsonText:
    """A text that is known to be JSON: a reader has taken it. Places are those of bytes of its UTF-8."""

    def __init__(self, text: str) -> None:
        self._raw = text.encode().partition(b"\0")[0]  # at which OpenTimelineIO ends its reading
        self._masked = self._raw.replace(rb"\\", b"__").replace(rb"\"", b"__")  # every quote left begins or ends a text
        self._opened, self._closed = _pairs(self._masked)
        self.root = _after(_BETWEEN, self._raw, 0)

    def end(self, at: int) -> int:
        """Where the value that begins at `at` has ended."""
        first = self._masked[at]
        if first in _OPENING:
            return int(self._closed[np.searchsorted(self._opened, at)]) + 1
        return self._masked.index(b'"', at + 1) + 1 if first == _QUOTE else _after(_PLAIN, self._raw, at)

    def members(self, at: int) -> dict[str, int]:
        """Where the values of an object begin, by name; of several with one name the first, as OpenTimelineIO reads."""
        found: dict[str, int] = {}
        for name in (values := self._values(at)):
            found.setdefault(self.value(name), next(values))
        return found

    def elements(self, at: int) -> list[int]:
        """Where the values of a list begin."""
        return list(self._values(at))

    def is_null(self, at: int) -> bool:
        return self._raw.startswith(b"null", at)

    def value(self, at: int) -> Any:
        """What stands at `at`, decoded."""
        return json.loads(self._raw[at : self.end(at)])

    def text(self, at: int) -> str:
        """What stands at `at`, as it is written."""
        return self._raw[at : self.end(at)].decode()

    def appended(self, at: int, texts: Iterable[str]) -> Edit:
        """Further elements for the list at `at`, indented as its last line is."""
        close = self.end(at) - 1
        end = len(self._raw[:close].rstrip(b" \t\n\r"))
        indent = _INDENT.search(self._raw, end, close)
        line = f"{indent[0].decode()}    " if indent else "\n"
        new = ",".join(line + text.replace("\n", line) for text in texts)
        return Edit(end, end, (f",{new}" if new and end > at + 1 else new).encode())

    def edited(self, edits: Iterable[Edit]) -> bytes:
        """The whole text with the edits made, none of which lies over another."""
        parts, at = [], self.root
        for edit in sorted(edits):
            parts += [self._raw[at : edit.start], edit.text]
            at = edit.end
        return b"".join([*parts, self._raw[at : self.end(self.root)]])

    def _values(self, at: int) -> Iterator[int]:
        at = _after(_BETWEEN, self._raw, at + 1)
        while self._raw[at] not in _CLOSING:
            yield at
            at = _after(_BETWEEN, self._raw, self.end(at))


def _pairs(masked: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each bracket outside of texts opens, in order, and where it closes."""
    raw = np.frombuffer(masked, dtype=np.uint8)
    quotes, brackets = np.flatnonzero(raw == _QUOTE), np.flatnonzero(np.isin(raw, list(_OPENING + _CLOSING)))
    brackets = brackets[np.searchsorted(quotes, brackets) % 2 == 0]
    opens = np.isin(raw[brackets], list(_OPENING))
    levels = np.cumsum(np.where(opens, 1, -1)) + ~opens
    pairs = brackets[np.argsort(levels, kind="stable")].reshape(-1, 2)
    pairs = pairs[np.argsort(pairs[:, 0])]
    return pairs[:, 0], pairs[:, 1]


def _after(pattern: re.Pattern[bytes], raw: bytes, at: int) -> int:
    match = pattern.match(raw, at)
    assert match is not None
    return match.end()
