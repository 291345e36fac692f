"""The one way out: stems onto a timeline, as the kind of file that its name says and in the flavour of a program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from plugin.interchange.formats import format_of
from plugin.interchange.otioz import write_bundle
from plugin.interchange.reel import make_reel
from plugin.timeline.cut import Cut
from plugin.timeline.document import Document
from plugin.timeline.flavour import Flavour
from plugin.timeline.place import StemClip, place_stems

OTIO, BUNDLES = ".otio", (".otioz", ".otiod")


def deliver(
    document: Document, cut: Cut, stems: Sequence[StemClip], path: Path, *, flavour: Flavour, stems_only: bool
) -> tuple[str, ...]:
    """Write the timeline with the stems as a new file; what it could not hold, or a program may not take, in words.

    `cut` is what was read of the document, which stays as it is: it may be written again under another name.
    Raises OutputError, TimelineError.
    """
    if path.suffix.lower() == OTIO:
        return place_stems(document, stems, path, cut=cut, stems_only=stems_only, flavour=flavour).warnings
    if path.suffix.lower() in BUNDLES:
        return write_bundle(document, stems, path, cut=cut, stems_only=stems_only, flavour=flavour)
    losses = format_of(path).write(make_reel(document, stems, cut=cut, stems_only=stems_only), path)
    unscored = f"{path.suffix} files carry no score; to change notes later, keep it with --score, or write .otio"
    return (*_left_behind(cut, path, stems_only), *losses, unscored)


def _left_behind(cut: Cut, path: Path, stems_only: bool) -> tuple[str, ...]:
    """What no format but OpenTimelineIO's own holds of the editor's own clips."""
    if stems_only or not cut.clips:
        return ()
    return (
        f"{path.name} holds the cut, not its effects, levels and titles: in your project take over only the Foley "
        "tracks, or write them alone with --stems-only.",
    )


def check_deliverable(path: Path, flavour: Flavour) -> None:
    """OutputError for a name that says no kind of file that is written, or a folder that the program misreads."""
    if path.suffix.lower() == OTIO:
        flavour.url(path, path)
    else:
        format_of(path)
