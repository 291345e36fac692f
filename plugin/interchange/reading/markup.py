"""XML of strangers: no entities, no files fetched, bounded in size, depth and count; then to its reader by its root."""

from __future__ import annotations

import stat
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from engine.types import TimelineError
from plugin.interchange.reading.laying import Reading

MOST_BYTES = 2**28
MOST_ELEMENTS = 2_000_000
DEEPEST = 500
_READERS = {"fcpxml": "fcpxml", "xmeml": "fcp7", "mlt": "mlt"}
_PIECE = 2**16


def read(path: Path, rate: Any = None) -> Reading:
    """Read Final Cut Pro XML, Final Cut Pro 7 XML or MLT XML, whichever its root says it is. Raises TimelineError."""
    root = read_markup(path)
    name = _READERS.get(root.tag)
    if name is None:
        raise TimelineError(
            f"{path} is XML of another kind (<{root.tag[:40]}>). "
            "Export the timeline as FCPXML, FCP 7 XML, MLT or .otio."
        )
    reading: Reading = import_module(f"plugin.interchange.reading.{name}").timeline_of(root, path)
    return reading


def read_markup(path: Path) -> Element:
    """The root element. Raises TimelineError for what is no XML, damaged, or made to harm."""
    parser = _Parser(path)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise TimelineError(f"{path} is no file. Give the file that the editing program exported.")
        if found.st_size > MOST_BYTES:
            raise TimelineError(f"{path} is larger than {MOST_BYTES >> 20} MB of XML. Export one timeline alone.")
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                parser.feed(piece)
    except FileNotFoundError as error:
        raise TimelineError(f"There is no timeline at {path}. Check the path.") from error
    except OSError as error:
        raise TimelineError(f"{path} cannot be read: {error.strerror}. Give a file that you may open.") from error
    return parser.root()


class _Parser:
    """Expat with its doors shut, building plain elements."""

    def __init__(self, path: Path) -> None:
        self._path, self._elements, self._depth = path, 0, 0
        self._builder = TreeBuilder()
        self._expat = expat.ParserCreate()
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._builder.data
        self._expat.EntityDeclHandler = self._refuse_entities
        self._expat.ExternalEntityRefHandler = self._refuse_entities

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        try:
            self._expat.Parse(piece, last)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise TimelineError(f"{self._path} is no XML, or damaged ({error}). Export the timeline again.") from error

    def root(self) -> Element:
        self.feed(b"", last=True)
        return self._builder.close()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        if self._elements > MOST_ELEMENTS or self._depth > DEEPEST:
            raise TimelineError(
                f"{self._path} holds over {MOST_ELEMENTS} elements, or over {DEEPEST} one in another. "
                "Export one timeline alone."
            )
        self._builder.start(tag, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(tag)

    def _refuse_entities(self, *_: Any) -> NoReturn:
        raise TimelineError(
            f"{self._path} declares XML entities, which no editing program does; it is not read. Export it again."
        )
