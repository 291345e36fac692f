"""Tracks, outputs and links of FCP 7 XML, with the attributes that Premiere Pro reads."""

from __future__ import annotations

from fractions import Fraction
from xml.etree.ElementTree import Element

from plugin.interchange.fcp7_media import add, add_rate
from plugin.interchange.rows import Overlap


def add_track(parent: Element, name: str, kind: str = "", channel: int = 1) -> Element:
    """A track, for sound of `kind` "Mono" or one channel of "Stereo".

    Premiere reads its name from the attribute, others from the element.
    """
    track = add(parent, "track")
    if kind:
        count = 2 if kind == "Stereo" else 1
        track.attrib |= {"currentExplodedTrackIndex": str(channel - 1), "totalExplodedTrackCount": str(count)}
        track.set("premiereTrackType", kind)
    if name:
        track.set("MZ.TrackName", name)
        add(track, "name", name)
    return track


def close_track(track: Element, enabled: bool, output: int = 0) -> None:
    """What follows a track's clips."""
    add(track, "enabled", "TRUE" if enabled else "FALSE")
    add(track, "locked", "FALSE")
    if output:
        add(track, "outputchannelindex", output)


def add_outputs(audio: Element) -> None:
    """Left and right."""
    outputs = add(audio, "outputs")
    for index in (1, 2):
        group = add(outputs, "group")
        add(group, "index", index)
        add(group, "numchannels", 1)
        add(group, "downmix", 0)
        add(add(group, "channel"), "index", index)


def add_link(element: Element, clip: int, track: int, index: int) -> None:
    """Join a clip to `clipitem-CLIP`, the `index`th clip of the `track`th sound track."""
    link = add(element, "link")
    add(link, "linkclipref", f"clipitem-{clip}")
    add(link, "mediatype", "audio")
    add(link, "trackindex", track)
    add(link, "clipindex", index)
    add(link, "groupindex", 1)


def add_dissolve(track: Element, rate: Fraction, start: int, end: int, overlap: Overlap) -> None:
    """A cross dissolve of picture over timeline frames `start` to `end`, between the clips before and after it."""
    item = add(track, "transitionitem")
    add(item, "start", start)
    add(item, "end", end)
    add(item, "alignment", "center" if overlap.lead == overlap.trail else "start" if overlap.trail else "end")
    add_rate(item, rate)
    effect = add(item, "effect")
    said = {"name": "Cross Dissolve", "effectid": "Cross Dissolve", "effectcategory": "Dissolve"}
    said |= {"effecttype": "transition", "mediatype": "video", "wipecode": "0", "wipeaccuracy": "100"}
    for tag, value in {**said, "startratio": "0", "endratio": "1", "reverse": "FALSE"}.items():
        add(effect, tag, value)
