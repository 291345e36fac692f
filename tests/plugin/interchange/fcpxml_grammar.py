"""What Final Cut Pro refuses in an FCPXML 1.9: a check of nesting, order, attributes, references and times.

Written from Apple's public description of the format, for the elements that Foleyline writes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

_TIME = re.compile(r"(-?\d+)(?:/(\d+))?s")
_TIMES = {"offset", "start", "duration", "tcStart", "frameDuration", "time", "value"}
ANCHORED, MARKER = r"((asset-clip|video) )*", r"(marker )*"


@dataclass(frozen=True)
class Rule:
    """An element: its children as a pattern of their names in order, and its attributes."""

    children: str = ""
    required: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()
    references: dict[str, str] = field(default_factory=dict)  # attribute: tag of the resource


def _rule(children: str, required: str, allowed: str = "", **references: str) -> Rule:
    needed = frozenset(required.split())
    return Rule(children, needed, needed | frozenset(allowed.split()), references)


_CLIP = "name lane offset start enabled"
RULES = {
    "fcpxml": _rule("(resources )?library ", "version"),
    "library": _rule("(event )*", ""),
    "resources": _rule("(asset |format |media |effect )*", ""),
    "effect": _rule("", "id uid", "name"),
    "transition": _rule("(filter-video )?", "duration", "name offset"),
    "filter-video": _rule("", "ref", "name", ref="effect"),
    "format": _rule("", "id", "name frameDuration width height"),
    "asset": _rule(
        "(media-rep )+", "id",
        "name start duration hasVideo format hasAudio audioSources audioChannels audioRate", format="format",
    ),
    "media-rep": _rule("", "src", "kind"),
    "media": _rule("(sequence )?", "id", "name"),
    "event": _rule("(project |ref-clip )*", "", "name"),
    "project": _rule("sequence ", "", "name"),
    "sequence": _rule("spine ", "format", "duration tcStart tcFormat audioLayout audioRate", format="format"),
    "spine": _rule("((asset-clip |video |gap )|(?<=asset-clip )transition (?=asset-clip ))*", ""),
    "gap": _rule(ANCHORED + MARKER, "duration", "name offset start enabled"),
    "ref-clip": _rule("", "ref duration", f"{_CLIP} useAudioSubroles", ref="media"),
    "asset-clip": _rule(
        "(conform-rate )?(timeMap )?(adjust-volume )?" + ANCHORED + MARKER, "ref duration",
        f"{_CLIP} format tcFormat srcEnable audioRole", ref="asset", format="format",
    ),
    "video": _rule(ANCHORED + MARKER, "ref duration", _CLIP, ref="asset"),
    "conform-rate": _rule("", "", "scaleEnabled srcFrameRate"),
    "adjust-volume": _rule("(param )*", "", "amount"),
    "param": _rule("(fadeIn )?(fadeOut )?", "name"),
    "fadeIn": _rule("", "duration", "type"),
    "fadeOut": _rule("", "duration", "type"),
    "timeMap": _rule("(timept )*", ""),
    "timept": _rule("", "time value", "interp"),
    "marker": _rule("", "start value", "duration note"),
}  # fmt: skip
VALUES = {
    "tcFormat": {"DF", "NDF"}, "audioLayout": {"stereo"}, "audioRate": None, "srcEnable": {"all", "audio", "video"},
    "enabled": {"0", "1"}, "scaleEnabled": {"0", "1"}, "interp": {"linear"}, "kind": {"original-media"},
    "srcFrameRate": {"23.98", "24", "25", "29.97", "30", "60", "47.95", "48", "50", "59.94"},
}  # fmt: skip


def seconds(text: str | None) -> Fraction:
    """A time as the format writes it: a 64-bit numerator over a 32-bit denominator."""
    found = _TIME.fullmatch(text or "")
    assert found is not None, text
    numerator, denominator = int(found[1]), int(found[2] or 1)
    assert abs(numerator) < 2**63 and 0 < denominator < 2**31, text
    return Fraction(numerator, denominator)


def check(root: Element) -> None:
    """AssertionError at the first thing that is wrong."""
    assert root.tag == "fcpxml" and root.get("version") == "1.9"
    resources = {one.attrib["id"]: one for one in root.iterfind("resources/*")}
    assert len(resources) == len(root.findall("resources/*"))
    for element in root.iter():
        _check_element(element, resources)
    for sequence in root.iter("sequence"):
        check_sequence(sequence, resources)


def _check_element(element: Element, resources: dict[str, Element]) -> None:
    rule = RULES[element.tag]
    children = "".join(f"{child.tag} " for child in element)
    assert re.fullmatch(rule.children, children), (element.tag, children)
    assert rule.required <= set(element.attrib) <= rule.allowed, (element.tag, element.attrib)
    for name, tag in rule.references.items():
        if name in element.attrib:
            assert resources[element.attrib[name]].tag == tag
    for name, value in element.attrib.items():
        allowed = VALUES.get(name)
        assert allowed is None or value in allowed, (name, value)
        if name in _TIMES and not (element.tag == "marker" and name == "value"):
            seconds(value)


def check_sequence(sequence: Element, resources: dict[str, Element]) -> None:
    """Items follow one another without a hole; every place and length is a whole number of frames."""
    rate = 1 / seconds(resources[sequence.attrib["format"]].attrib["frameDuration"])
    start = at = seconds(sequence.get("tcStart"))
    assert (start * rate).denominator == 1
    items = sequence.findall("spine/*")
    for index, item in enumerate(items):
        if item.tag == "transition":
            check_transition(item, at, rate, items[index - 1], items[index + 1], resources)
            continue
        assert seconds(item.get("offset")) == at and "lane" not in item.attrib
        at += whole(item, rate)
        own = seconds(item.get("start"))
        for child in item:
            if child.tag in ("asset-clip", "video"):
                assert int(child.attrib["lane"]) != 0
                place = seconds(child.get("offset")) - own
                assert (place * rate).denominator == 1 and 0 <= place < seconds(item.get("duration"))
                whole(child, rate)
    assert at == start + seconds(sequence.get("duration"))
    for clip in sequence.iter("asset-clip"):
        check_source(clip, resources[clip.attrib["ref"]])


def check_transition(
    item: Element, cut: Fraction, rate: Fraction, before: Element, after: Element, resources: dict[str, Element]
) -> None:
    """Even on both sides of the cut, in whole frames, within both neighbours and with media under all of it."""
    half = whole(item, rate) / 2
    assert (half * rate).denominator == 1 and seconds(item.get("offset")) + half == cut
    assert half <= min(seconds(before.get("duration")), seconds(after.get("duration")))
    first, second = (resources[one.attrib["ref"]] for one in (before, after))
    end = seconds(before.get("start")) + seconds(before.get("duration")) + half
    assert end <= seconds(first.get("start")) + seconds(first.get("duration"))
    assert seconds(after.get("start")) - half >= seconds(second.get("start"))


def check_source(clip: Element, asset: Element) -> None:
    """At normal speed a clip lies within its file; its markers lie within it."""
    own, length = seconds(clip.get("start")), seconds(clip.get("duration"))
    first = seconds(asset.get("start"))
    assert own >= first
    if clip.find("timeMap") is None:
        assert own + length <= first + seconds(asset.get("duration"))
    for marker in clip.findall("marker"):
        assert own <= seconds(marker.get("start")) <= own + length


def whole(element: Element, rate: Fraction) -> Fraction:
    """An item's length, which is at least a frame and all frames."""
    length = seconds(element.get("duration"))
    assert (length * rate).denominator == 1 and length > 0
    return length
