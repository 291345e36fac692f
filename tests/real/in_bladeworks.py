"""Runs Bladeworks, a renderer of Final Cut Pro XML, on the sound of a project: arguments are the file and a new wave.

Tells as JSON what sounds, [name, role], and the pictures of the storyline, [name, start, length, first of its file,
whether it is switched on], in seconds. Its parts for sound need none of its packages for pictures.
"""

from __future__ import annotations

import json
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
    sounds = [(item.name, f"{item.role.primary}.{item.role.subrole}" if item.role else "") for item in plan.items]
    story = [node for node in parsed.spine if node.kind == "asset-clip"]
    start = parsed.sequence_tc_start
    pictures = [
        (node.name, str(node.offset - start), str(node.duration), str(node.start), node.enabled) for node in story
    ]
    print(json.dumps({"sounds": sounds, "pictures": pictures}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
