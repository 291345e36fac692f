"""Runs Bladeworks, a renderer of Final Cut Pro XML, on the sound of a project: arguments are the file and a new wave.

Its parts for sound need none of its packages for pictures.
"""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bladeworks.core.audio_execution import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
    build_audio_execution_plan,
    probe_audio_asset,
    run_audio_execution_plan,
)
from bladeworks.core.audio_ir import compile_audio_ir  # type: ignore[import-not-found, import-untyped, unused-ignore]
from bladeworks.core.parser import parse_fcpxml  # type: ignore[import-not-found, import-untyped, unused-ignore]


def main(document: Path, wave: Path) -> None:
    parsed = parse_fcpxml(document)
    plan = compile_audio_ir(parsed)
    unread = [finding for finding in plan.findings if finding.disposition == "not_implemented_yet"]
    if unread:
        sys.exit("\n".join(f"{finding.path}: {finding.detail}" for finding in unread))
    sources = {
        name: probe_audio_asset(name, unquote(urlsplit(parsed.assets[name].media_representations[0].src).path))
        for name in sorted({item.asset_id for item in plan.items})
    }
    run_audio_execution_plan(build_audio_execution_plan(plan, sources), wave)
    for item in plan.items:
        print(f"{item.name}\t{item.role.primary}.{item.role.subrole}" if item.role else f"{item.name}\t")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
