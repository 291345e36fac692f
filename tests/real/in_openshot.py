"""Runs under the system's Python: OpenShot imports a Final Cut Pro 7 XML as its menu does, and saves the project.

Arguments: the XML, the new project, and the frame rate's numerator and denominator. What the file dialog would be told
is told; the rest is OpenShot's own.
"""

from __future__ import annotations

import os
import sys

import openshot_qt  # type: ignore[import-not-found, import-untyped, unused-ignore]
from PyQt5.QtCore import Qt  # type: ignore[import-not-found, import-untyped, unused-ignore]
from PyQt5.QtWidgets import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
    QApplication,
    QFileDialog,
)

sys.path[0] = openshot_qt.OPENSHOT_PATH  # where its own modules lie; not beside this file


def main(xml: str, project: str, numerator: int, denominator: int) -> None:
    from classes.app import OpenShotApp  # type: ignore[import-not-found, unused-ignore]

    QApplication.setAttribute(Qt.AA_ShareOpenGLContexts)
    app = OpenShotApp([sys.argv[0]], mode="unittest")
    app.gui()
    app.project.load("")
    app.updates.update(["fps"], {"num": numerator, "den": denominator})
    QFileDialog.getOpenFileName = staticmethod(lambda *_: (xml, ""))
    from classes.importers.final_cut_pro import import_xml  # type: ignore[import-not-found, unused-ignore]

    import_xml()
    app.project.save(project)
    os._exit(0)  # its threads play on


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
