"""Tracks, outputs and links of FCP 7 XML, with the attributes that Premiere Pro reads."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from xml.etree.ElementTree import Element

from plugin.interchange.fcp7_media import add, add_rate
from plugin.timeline.fades import Overlap


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
    alignment = "start" if not overlap.lead else "center" if overlap.trail else "end"
    said = {"name": "Cross Dissolve", "effectid": "Cross Dissolve", "effectcategory": "Dissolve"}
    _add_transition(track, rate, (start, end), alignment, {**said, "effecttype": "transition", "mediatype": "video"})


def add_fade(track: Element, rate: Fraction, cut: int, overlap: Overlap, alignment: str = "") -> None:
    """A cross-fade of sound around the timeline frame `cut`; from silence or to it, of even gain, as it is aligned.

    Two sounds that are not alike keep their power when each is 3 dB down where they meet.
    """
    said = {"name": "Cross Fade (+3dB)", "effectid": "KGAudioTransCrossFade3dB"}
    if alignment:
        said = {"name": "Cross Fade ( 0dB)", "effectid": "KGAudioTransCrossFade0dB"}
    places = cut - overlap.lead, cut + overlap.trail
    _add_transition(
        track,
        rate,
        places,
        alignment or ("center" if overlap.lead else "start"),
        {**said, "effecttype": "transition", "mediatype": "audio"},
    )


def _add_transition(
    track: Element, rate: Fraction, places: tuple[int, int], alignment: str, said: Mapping[str, str]
) -> None:
    item = add(track, "transitionitem")
    for tag, place in zip(("start", "end"), places, strict=True):
        add(item, tag, place)
    add(item, "alignment", alignment)
    add_rate(item, rate)
    effect = add(item, "effect")
    rest = {"wipecode": "0", "wipeaccuracy": "100", "startratio": "0", "endratio": "1", "reverse": "FALSE"}
    for tag, value in {**said, **rest}.items():
        add(effect, tag, value)
