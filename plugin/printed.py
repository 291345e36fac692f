"""Text as it may be shown: names come from other people's files."""

from __future__ import annotations

import json
import unicodedata
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def console() -> Console:
    """Standard output with styles. Raises OSError where it takes nothing, also when its reader has gone."""
    from rich.console import Console

    class OurConsole(Console):
        def on_broken_pipe(self) -> None:
            raise  # rich would end the process here

    return OurConsole(highlight=False)


def printable(text: str) -> str:
    """The text with a sign in place of each control character, so that no name moves the cursor or clears a screen."""
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(one) == "Cc" else one for one in text)


def markup(text: str) -> str:
    """The text as it is shown by rich, nothing in it taken for a style."""
    from rich.markup import escape

    return escape(printable(text))


def json_text(value: Any, stream: IO[str], indent: int | None = None) -> str:
    """The value as JSON, escaped where the stream's encoding does not have every sign."""
    unicode = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")
    return json.dumps(value, ensure_ascii=not unicode, indent=indent)
