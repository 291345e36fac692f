"""The bed under a scene: what the words ask for, else what clip names say, else what the picture looks like."""

from __future__ import annotations

from collections.abc import Sequence

from engine.score import word_times, writing
from engine.score.casting import Role
from engine.score.page import Page, plays_on, unasked_role
from engine.score.places import Stretch
from engine.score.scene import Scene
from engine.text.intent import Times
from engine.text.ontology import Entry, ontology
from engine.types import Cue, CueKind, Layer

TEXTURE_SURE = 0.6
MOST_SEEN = 2  # textures that sound at once
BED_FADE_S = 1.5
CROSSFADE_S = 0.5
SHORTEST_S = 0.05

DEFAULT_BED = {
    "indoor": "ambience.room",
    "outdoor": "ambience.outdoors",
    "night": "ambience.night",
    "": "ambience.room",
}


def write_ambience(
    page: Page, words: Sequence[Role], hints: Sequence[Sequence[Role]], marks: Sequence[Role] = ()
) -> None:
    """One ambience a place; what a clip's own name asks for sounds with that clip, a marker's with the marker."""
    for role in (*words, *marks, *(role for roles in hints for role in roles)):
        if not role.entry.parts:
            page.decide(f"nothing sounds for {role.entry.id}", "understood, but no instrument plays it yet")
    beds = [role for role in words if plays_on(role, Layer.AMBIENT)]
    named = [[role for role in roles if plays_on(role, Layer.AMBIENT)] for roles in hints]
    for stretch in page.stretches if not beds else ():
        here = named[stretch.first : stretch.last + 1]
        if not (here and all(here)):
            span, fades = _between(page.scene, stretch.first, stretch.last)
            for role in _seen_beds(page, stretch):
                _write_bed(page, role, span, fades)
    for role in (*beds, *(role for role in marks if plays_on(role, Layer.AMBIENT))):
        if not word_times.waits(role):
            _write_bed(page, role, _whole(page.scene))
    for first, last, role in _stretches(named):
        span, fades = _between(page.scene, first, last)
        _write_bed(page, role, span, fades)


def write_waiting(page: Page, role: Role) -> None:
    """A bed that stands beside another source: "a door slams, then rain"."""
    (start, end), (begins, ends) = _whole(page.scene), word_times.turn_of(page, role)
    span = (start if begins is None else max(start, begins), end if ends is None else min(end, ends))
    fades = (0.0 if begins is None else BED_FADE_S / 3, 0.0 if ends is None else BED_FADE_S / 3)
    _write_bed(page, role, span, fades)


def _stretches(named: Sequence[Sequence[Role]]) -> list[tuple[int, int, Role]]:
    """(first shot, last shot, role) of each entry, through the shots that follow each other and all name it."""
    found: list[tuple[int, int, Role]] = []
    for index, roles in enumerate(named):
        for role in roles:
            going = next((one for one in found if one[1] == index - 1 and one[2].entry.id == role.entry.id), None)
            if going:
                found[found.index(going)] = (going[0], index, going[2])
            else:
                found.append((index, index, role))
    return found


def _seen_beds(page: Page, stretch: Stretch) -> list[Role]:
    """What sounds where a stretch of the scene looks like it; beds of later stretches have ids of their own."""
    roles, mark = [], f"-{stretch.first + 1}" if stretch.first else ""
    for label in _seen_textures(page.scene.cues[stretch.first : stretch.last + 1])[:MOST_SEEN]:
        why = f"the picture shows {label}"
        found = [unasked_role(entry.id, why, mark=mark) for entry in _texture_entries(label)]
        roles += [role for role in found if page.allows(role)][:1]
    if roles:
        return roles
    why = f"a quiet bed: nothing says more of the place ({stretch.place or 'unclear'})"
    default = unasked_role(DEFAULT_BED[stretch.place], why, mark=mark)
    return [default] if page.allows(default) else []


def _seen_textures(shots: Sequence[Sequence[Cue]]) -> list[str]:
    """What the picture surely shows much of, the surest first."""
    seen: dict[str, float] = {}
    for cue in (cue for cues in shots for cue in cues):
        if cue.kind is CueKind.TEXTURE and cue.confidence >= TEXTURE_SURE:
            seen[cue.label] = max(seen.get(cue.label, 0.0), cue.confidence)
    return sorted(seen, key=lambda name: (-seen[name], name))


def _texture_entries(label: str) -> Sequence[Entry]:
    return [entry for entry in ontology().entries_for_texture(label) if entry.parts]


def _whole(scene: Scene) -> tuple[float, float]:
    """The scene with its handles."""
    return -float(scene.shots[0].head), float(scene.duration + scene.shots[-1].tail)


def _between(scene: Scene, first: int, last: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """(start, end) and fades of a bed through some shots: cross-faded at cuts, with the handles at the scene's ends."""
    shots, (start, end) = scene.shots, _whole(scene)
    if first:
        start = scene.offset(shots[first]) - CROSSFADE_S / 2
    if last + 1 < len(shots):
        end = scene.offset(shots[last]) + float(shots[last].duration) + CROSSFADE_S / 2
    return (start, end), (CROSSFADE_S if first else 0.0, CROSSFADE_S if last + 1 < len(shots) else 0.0)


def _write_bed(page: Page, role: Role, span: tuple[float, float], fades: tuple[float, float] = (0.0, 0.0)) -> None:
    """A bed over a span of the scene, within the time that the words give."""
    (start, end), fades = _in_window(page.scene, role.source.times, span, fades)
    if end - start < SHORTEST_S:
        return
    fades = _asked_fades(role.source.times, end - start, fades)
    for part in role.entry.parts:
        if part.layer is Layer.AMBIENT:
            page.notes.append(writing.bed_note(part, role, page.setting_at(start), page.scene.id, start, end, fades))
    page.decide(f"ambience: {role.entry.id}", role.source.words or "the picture")


def _in_window(
    scene: Scene, times: Times, span: tuple[float, float], fades: tuple[float, float]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Span and fades, cut where the words let it begin and end."""
    (start, end), (fade_in, fade_out) = span, fades
    if times.start_s is not None:
        start, fade_in = max(start, scene.time_of(times.start_s)), BED_FADE_S / 3
    if times.end_s is not None:
        end, fade_out = min(end, scene.time_of(times.end_s)), BED_FADE_S / 3
    return (start, end), (fade_in, fade_out)


def _asked_fades(times: Times, length_s: float, fades: tuple[float, float]) -> tuple[float, float]:
    slow = min(max(2 * BED_FADE_S, 0.5 * length_s), length_s)
    return slow if times.fade_in else fades[0], slow if times.fade_out else fades[1]
