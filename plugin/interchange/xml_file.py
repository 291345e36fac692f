"""XML as a whole new file."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, indent

from engine.media.whole_file import whole_file


def write_xml(root: Element, path: Path, *, doctype: str = "") -> None:
    """Write it indented, as UTF-8, never over an existing file. Raises OutputError."""
    indent(root)
    with whole_file(path) as file:
        file.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
        if doctype:
            file.write(f"<!DOCTYPE {doctype}>\n".encode())
        ElementTree(root).write(file, encoding="utf-8")
        file.write(b"\n")
