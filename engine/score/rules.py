"""The rule performer: needs no weights, writes the score from cues and intent, and says why.

Words beat the picture, the picture beats defaults. What the words exclude never sounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from engine.score import casting, writing
from engine.score.casting import Happening, Role
from engine.score.scene import Scene
from engine.score.score import Provenance, Score
from engine.text.intent import Decision, Intent, Source
from engine.text.ontology import Entry, ontology
from engine.types import CueKind, Layer, Note

GENERATOR = "rules"
TEXTURE_SURE = 0.6
ANCHOR_GAP_S = 0.5
UNASKED_DB = -6.0  # what is seen and not named is heard, not featured
MOST_WALKERS = 2  # whose unseen steps are heard at once
FEW_STEPS = 0.25  # of those a walk should have: fewer, and the eye has lost the feet
WHOOSH_ENERGY = 0.75
USUAL_LEVEL_DB = {Layer.AMBIENT: -8.0, Layer.ACTION: -4.0, Layer.MATERIAL: -4.0}  # in the ontology's levels
LONGEST_NOTE_S = 30.0
BED_FADE_S = 1.5
CROSSFADE_S = 0.5

DEFAULT_STRUCK, DEFAULT_SWIFT = "hit.wood", "whoosh.swing"
DEFAULT_STEP = {"indoor": "footsteps.wood", "outdoor": "footsteps.concrete", "": "footsteps.concrete"}
DEFAULT_BED = {
    "indoor": "ambience.room",
    "outdoor": "ambience.outdoors",
    "night": "ambience.night",
    "": "ambience.room",
}
ROOM_OF_PLACE = {"indoor": "living_room", "outdoor": "outdoor", "night": "outdoor", "": "small_room"}


@dataclass(slots=True)
class _Writing:
    """The score as it grows."""

    scene: Scene
    intent: Intent
    setting: writing.Setting
    place: str
    notes: list[Note] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    sounding: set[str] = field(default_factory=set)  # ids of the sources that have notes

    def decide(self, what: str, why: str) -> None:
        self.decisions.append(Decision(what, why))

    def add(self, role: Role, happenings: Sequence[Happening], first_side: int = 0) -> None:
        """Write the notes of happenings for a role; long ones in pieces that cross-fade."""
        self.sounding.add(role.source.id)
        for side, happening in enumerate(happenings, first_side):
            for piece in _pieces(happening):
                self.notes += _faded(writing.event_notes(role, piece, self.setting, side=side), piece, happening)


def perform(
    scene: Scene, intent: Intent, hinted: Sequence[Intent] = (), *, seed: int = 0, made_by: Provenance | None = None
) -> tuple[Score, list[Decision]]:
    """Write the score of a scene, and why.

    `hinted`: for each shot what its clip name and markers say. Without words it decides what sounds; with words, in
    which shots a source may sound.
    """
    place = scene_place(scene)
    room = intent.room or next((one.room for one in hinted if one.room), None) or ROOM_OF_PLACE[place]
    page = _Writing(scene, intent, writing.Setting(seed, room), place)
    page.decide(f"room: {room}", "the words" if intent.room else f"the picture looks {place or 'undecided'}")
    if intent.silent:
        page.decide("silence", "the words ask for it")
    else:
        words = _roles(intent, intent)
        hints = [_roles(one, intent, f"h{number}") for number, one in enumerate(hinted, 1)] if not words else []
        _write_ambience(page, words, hints)
        seen = [_seen(scene, index) for index in range(len(scene.shots))]
        belongs = {role.source.id: _shots_naming(role, hinted, len(seen)) for role in words}
        anyone_crosses = any(casting.crossings(shot.moving) for shot in seen)
        for index, shot in enumerate(seen):
            here = [role for role in words if index in belongs[role.source.id]]
            _write_shot(page, shot, [*here, *(hints[index] if hints else ())], anyone_crosses)
        for role in words:
            _write_unseen(page, [seen[index] for index in sorted(belongs[role.source.id])], [role])
        for shot, roles in zip(seen, hints, strict=False):
            _write_unseen(page, [shot], roles)
    notes = tuple(sorted(page.notes, key=lambda note: (note.start_s, note.id)))
    made_by = made_by or Provenance(GENERATOR, seed=seed, words=intent.words)
    return Score(scene.id, scene.record_start, scene.duration, notes, None, made_by), page.decisions


def stem_levels(scores: Sequence[Score]) -> dict[Layer, float]:
    """For each stem, how far its loudest note's level is from what that layer's notes usually have, dB."""
    loudest: dict[Layer, float] = {}
    for score in scores:
        for note in score.notes:
            loudest[note.layer] = max(loudest.get(note.layer, -60.0), note.gain_db)
    return {layer: round(level - USUAL_LEVEL_DB[layer], 3) for layer, level in loudest.items()}


def scene_place(scene: Scene) -> str:
    """indoor, outdoor, night, or nothing: what most of the scene looks like."""
    weight: dict[str, float] = {}
    for shot, cues in zip(scene.shots, scene.cues, strict=True):
        for cue in cues:
            if cue.kind is CueKind.PLACE and cue.label in ROOM_OF_PLACE:
                weight[cue.label] = weight.get(cue.label, 0.0) + cue.confidence * float(shot.duration)
    best = max(sorted(weight), key=lambda name: weight[name], default="")
    return best if best and weight[best] >= 0.5 * float(scene.duration) else ""


def _shots_naming(role: Role, hinted: Sequence[Intent], shots: int) -> set[int]:
    """The shots whose clip name or marker speaks of this source; where none does, it may be in all."""
    named = {
        index
        for index, hint in enumerate(hinted)
        if any(ontology().find(source.entry).family == role.entry.family for source in hint.sources)
    }
    return named or set(range(shots))


def _roles(intent: Intent, excluded: Intent, mark: str = "") -> list[Role]:
    """Sources with their entries, the excluded ones left out; `mark` keeps those of clip names apart."""
    return [
        Role(replace(source, id=f"{source.id}{mark}"), ontology().find(source.entry))
        for source in intent.sources
        if not excluded.excludes(source.entry)
    ]


def _role(entry: str, why: str, gain_db: float = 0.0) -> Role:
    """A source that no words asked for."""
    return Role(Source(id=f"seen-{entry}", entry=entry, words=why, gain_db=gain_db), ontology().find(entry))


def _playable(role: Role, layer: Layer | None = None) -> bool:
    return any(layer is None or part.layer is layer for part in role.entry.parts)


# Ambience


def _write_ambience(page: _Writing, words: Sequence[Role], hints: Sequence[Sequence[Role]]) -> None:
    """One ambience for the scene; what a clip's own name asks for sounds with that clip."""
    for role in (*words, *(role for roles in hints for role in roles)):
        if not role.entry.parts:
            page.decide(f"nothing sounds for {role.entry.id}", "understood, but no instrument plays it yet")
    beds = [role for role in words if _playable(role, Layer.AMBIENT)]
    named = [[role for role in roles if _playable(role, Layer.AMBIENT)] for roles in hints]
    if not beds and not (named and all(named)):
        beds = _seen_beds(page)
    for role in beds:
        _write_bed(page, role)
    for first, last, role in _stretches(named):
        shots = page.scene.shots
        start = page.scene.offset(shots[first]) - CROSSFADE_S / 2 if first else -float(shots[0].head)
        end = page.scene.offset(shots[last]) + float(shots[last].duration)
        end += CROSSFADE_S / 2 if last + 1 < len(shots) else float(shots[-1].tail)
        fades = (CROSSFADE_S if first else 0.0, CROSSFADE_S if last + 1 < len(shots) else 0.0)
        _write_bed(page, role, (start, end), fades)


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


def _seen_beds(page: _Writing) -> list[Role]:
    seen: dict[str, float] = {}
    for cues in page.scene.cues:
        for cue in cues:
            if cue.kind is CueKind.TEXTURE and cue.confidence >= TEXTURE_SURE:
                seen[cue.label] = max(seen.get(cue.label, 0.0), cue.confidence)
    roles = []
    for label in sorted(seen, key=lambda name: (-seen[name], name))[:2]:
        found = [_role(entry.id, f"the picture shows {label}") for entry in _texture_entries(label)]
        roles += [role for role in found if _may(page, role)][:1]
    if roles:
        return roles
    default = _role(DEFAULT_BED[page.place], f"a quiet bed: nothing says more of the place ({page.place or 'unclear'})")
    return [default] if _may(page, default) else []


def _texture_entries(label: str) -> Sequence[Entry]:
    return [entry for entry in ontology().entries_for_texture(label) if entry.parts]


def _may(page: _Writing, role: Role) -> bool:
    if page.intent.excludes(role.entry.id):
        page.decide(f"no {role.entry.id}", "the words exclude it")
        return False
    return True


def _write_bed(
    page: _Writing, role: Role, span: tuple[float, float] | None = None, fades: tuple[float, float] = (0.0, 0.0)
) -> None:
    """A bed over the whole scene and its handles, or a `span` of it, within the time that the words give."""
    scene, times = page.scene, role.source.times
    start, end = span or (-float(scene.shots[0].head), float(scene.duration + scene.shots[-1].tail))
    fade_in, fade_out = fades
    if times.start_s is not None:
        start, fade_in = max(start, scene.time_of(times.start_s)), BED_FADE_S / 3
    if times.end_s is not None:
        end, fade_out = min(end, scene.time_of(times.end_s)), BED_FADE_S / 3
    if end - start < 0.05:
        return
    if times.fade_in:
        fade_in = min(max(2 * BED_FADE_S, 0.5 * (end - start)), end - start)
    if times.fade_out:
        fade_out = min(max(2 * BED_FADE_S, 0.5 * (end - start)), end - start)
    for part in role.entry.parts:
        if part.layer is Layer.AMBIENT:
            page.notes.append(writing.bed_note(part, role, page.setting, scene.id, start, end, (fade_in, fade_out)))
    page.decide(f"ambience: {role.entry.id}", role.source.words or "the picture")


# What happens in a shot


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was seen in one shot; times count from the scene's start."""

    name: str
    start_s: float
    end_s: float
    struck: list[Happening]
    moving: list[Happening]


def _seen(scene: Scene, index: int) -> _Seen:
    name, shot, cues = f"shot{index + 1}", scene.shots[index], scene.cues[index]
    start = scene.offset(shot)
    end = start + float(shot.duration)
    return _Seen(name, start, end, casting.struck(cues, name, start), casting.moving(cues, name, start))


def _write_shot(page: _Writing, shot: _Seen, roles: Sequence[Role], anyone_crosses: bool) -> None:
    sounding = [role for role in roles if _sounds_by_itself(role)]
    if anyone_crosses and not _may_walk(shot):
        sounding = [role for role in sounding if not role.follows("step")]
    timed = [role for role in sounding if _is_timed(role)]
    free = [role for role in sounding if not _is_timed(role)]
    rest = _write_free(page, shot, shot.struck, [role for role in free if not _anchor(role)])
    for role in free:
        if _anchor(role):
            rest = _write_free(page, shot, _beside_anchor(page, role, rest), [role])
    for role in timed:
        _write_timed(page, role, shot)
    answered = any(not role.once and (role.follows("hit") or role.follows("step")) for role in free)
    if not timed:
        _write_unasked(page, rest if not answered else [], shot.moving if not free else [])


def _may_walk(shot: _Seen) -> bool:
    """Whether a shot shows walking: a step, or somebody who crosses it."""
    stepping = any(one.step and one.confidence >= casting.ASKED_FOR for one in shot.struck)
    return stepping or bool(casting.crossings(shot.moving))


def _write_free(page: _Writing, shot: _Seen, struck: Sequence[Happening], roles: Sequence[Role]) -> Sequence[Happening]:
    """Sources without times of their own on what was seen; the contacts that none of them took."""
    cast = casting.cast_struck(struck, roles)
    for role in roles:
        if role.source.id in cast:
            _write_struck(page, role, cast[role.source.id], shot)
        else:
            _write_moving(page, role, shot)
    taken = {one.id for members in cast.values() for one in members}
    return [one for one in struck if one.id not in taken]


def _sounds_by_itself(role: Role) -> bool:
    return _playable(role, Layer.ACTION) or _playable(role, Layer.MATERIAL)


def _is_timed(role: Role) -> bool:
    return bool(role.source.times.at_s or role.source.times.every_s)


def _anchor(role: Role) -> str | None:
    """The source that this one comes after or before, as the words say."""
    return role.source.times.after or role.source.times.before


def _write_timed(page: _Writing, role: Role, shot: _Seen) -> None:
    """Events whose times the words give; each belongs to the shot that it falls into."""
    times = [one for one in _word_times(page, role) if shot.start_s <= one < shot.end_s]
    for number, time in enumerate(times):
        event = f"{shot.name}.{role.source.id}.t{round(time * 1000):07d}"
        page.add(role, [Happening(event, time, _length(role), because=role.source.words)], first_side=number)
        page.decide(f"{role.entry.id} at {time:.3f} s", f"the words: {role.source.words}")


def _word_times(page: _Writing, role: Role) -> list[float]:
    times, scene = role.source.times, page.scene
    if len(times.at_s) == 1 and role.source.count:  # "three knocks at 1 s" begin then
        step = casting.interval_s(role, role.entry.parts[0].instrument)
        return [scene.time_of(times.at_s[0]) + step * number for number in range(role.source.count)]
    if times.at_s:
        return [scene.time_of(at) for at in times.at_s]
    if times.every_s:
        start = scene.time_of(times.start_s or Fraction(0))
        end = scene.time_of(times.end_s) if times.end_s is not None else float(scene.duration)
        step = max(float(times.every_s), 0.02)
        count = min(int((end - start) / step) + 1, role.source.count or 100_000)
        return [start + step * number for number in range(count) if start + step * number < end]
    return []


def _anchor_starts(page: _Writing, role: Role) -> list[float]:
    anchor = _anchor(role)
    return [note.start_s for note in page.notes if f".{anchor}." in note.id and note.layer is not Layer.AMBIENT]


def _beside_anchor(page: _Writing, role: Role, happenings: Sequence[Happening]) -> list[Happening]:
    """Of what was seen, what comes after (or before) the source that the words name."""
    starts = _anchor_starts(page, role) if _anchor(role) else []
    if not starts:
        return list(happenings)
    if role.source.times.after:
        return [one for one in happenings if one.time_s > min(starts)]
    return [one for one in happenings if one.time_s < max(starts)]


def _write_anchored(page: _Writing, role: Role, seen: Sequence[_Seen]) -> bool:
    """Half a second after the last, or before the first, of the source that the words name; whether there is one."""
    starts = _anchor_starts(page, role)
    if not starts:
        return False
    first = max(starts) + ANCHOR_GAP_S if role.source.times.after else min(starts) - ANCHOR_GAP_S
    step = casting.interval_s(role, role.entry.parts[0].instrument)
    times = [first + step * number for number in range(role.source.count or 1)]
    for time in times:
        shot = next((shot for shot in seen if shot.start_s <= time < shot.end_s), None)
        if shot is not None:
            event = f"{shot.name}.{role.source.id}.t{round(time * 1000):07d}"
            page.add(role, [Happening(event, time, _length(role), because=role.source.words)])
            page.decide(f"{role.entry.id} at {time:.3f} s", f"the words: {role.source.words}")
    return True


def _length(role: Role) -> float:
    return 1.0 if role.follows("motion") and not role.follows("hit") else 0.05


def _write_struck(page: _Writing, role: Role, happenings: Sequence[Happening], shot: _Seen) -> None:
    """A striking or walking source on what was seen."""
    allowed = casting.in_window(role, happenings, page.scene)
    if allowed:
        page.decide(f"{role.entry.id}: {len(allowed)} events in {shot.name}", "seen in the picture, named by the words")
        page.add(role, allowed)
    if allowed and role.follows("step"):
        _write_missed_steps(page, role, allowed, shot)


def _write_missed_steps(page: _Writing, role: Role, seen: Sequence[Happening], shot: _Seen) -> None:
    """Someone crosses the picture and hardly any step was seen to land: the walk goes on at its own rhythm."""
    interval = casting.interval_s(role, "footstep")
    for number, crossing in enumerate(casting.crossings(shot.moving)[:MOST_WALKERS]):
        start, end = crossing.time_s, crossing.time_s + crossing.duration_s
        landed = [one.time_s for one in seen if start <= one.time_s < end]
        if len(landed) >= FEW_STEPS * crossing.duration_s / interval:
            continue
        made = casting.natural(role, "footstep", start, end, page.setting.seed + number, crossing.path)
        apart = [one for one in made if all(abs(one.time_s - time) > 0.6 * interval for time in landed)]
        page.decide(f"{role.entry.id}: {len(apart)} more events in {shot.name}", "somebody walks on there, unseen feet")
        page.add(role, [replace(one, id=f"{shot.name}.walk{number}.{one.id}") for one in apart])


def _write_unseen(page: _Writing, seen: Sequence[_Seen], roles: Sequence[Role]) -> None:
    """What the words ask for and no shot shows: along what moves, else where the words say."""
    for role in roles:
        if not _sounds_by_itself(role) or _is_timed(role):
            continue
        shots = seen
        if role.source.id in page.sounding:
            if not role.follows("step"):
                continue
            shots = [shot for shot in seen if casting.crossings(shot.moving) and not _sounds_in(page, role, shot)]
            if not shots:
                continue
        if _anchor(role) and _write_anchored(page, role, shots):
            continue
        for shot, moving in _likely_shots(role, shots):
            start, end = _word_window(page, role, shot)
            if role.source.times.start_s is None and moving:
                start, end = max(start, moving.time_s), min(end, moving.time_s + moving.duration_s)
            if end - start >= 0.05:
                _write_imagined(page, role, shot, start, end, moving)


def _likely_shots(role: Role, seen: Sequence[_Seen]) -> list[tuple[_Seen, Happening | None]]:
    """Where a source that was not seen to sound may be: those who walk, where somebody crosses the picture."""
    if role.follows("step"):
        crossing = [(shot, found[0]) for shot in seen if (found := casting.crossings(shot.moving))]
        if crossing:
            return list(crossing)
    longest = [(shot, max(shot.moving, key=lambda one: one.duration_s)) for shot in seen if shot.moving]
    return [max(longest, key=lambda pair: pair[1].duration_s)] if longest else [(shot, None) for shot in seen[:1]]


def _sounds_in(page: _Writing, role: Role, shot: _Seen) -> bool:
    """Whether a source has notes that begin in a shot."""
    mark = f".{role.source.id}."
    return any(mark in note.id and shot.start_s <= note.start_s < shot.end_s for note in page.notes)


def _write_imagined(
    page: _Writing, role: Role, shot: _Seen, start_s: float, end_s: float, moving: Happening | None
) -> None:
    if not (role.follows("hit") or role.follows("step")):
        span = Happening(f"{shot.name}.span", start_s, end_s - start_s, because=f"words: {role.source.words}")
        page.decide(f"{role.entry.id} through {shot.name}", "the words ask for it; nothing is seen moving")
        page.add(role, [span])
        return
    seed = page.setting.seed + int(start_s * 1000)
    path = moving.path if moving else None
    made = casting.natural(role, role.entry.parts[0].instrument, start_s, end_s, seed, path)
    page.decide(
        f"{role.entry.id}: {len(made)} events in {shot.name} at their own rhythm",
        "the words ask for it; something moves there, and no contact is seen" if moving else "the words ask for it",
    )
    page.add(role, [replace(one, id=f"{shot.name}.{one.id}") for one in made])


def _word_window(page: _Writing, role: Role, shot: _Seen) -> tuple[float, float]:
    times, scene = role.source.times, page.scene
    start = scene.time_of(times.start_s) if times.start_s is not None else shot.start_s
    end = scene.time_of(times.end_s) if times.end_s is not None else shot.end_s
    return max(start, shot.start_s), min(end, shot.end_s)


def _write_moving(page: _Writing, role: Role, shot: _Seen) -> None:
    """A continuous source along what moves."""
    allowed = _beside_anchor(page, role, casting.in_window(role, shot.moving, page.scene))
    if allowed and role.once:
        allowed = [max(allowed, key=lambda one: one.duration_s * one.energy * one.confidence)]
    if allowed:
        why = "seen moving, named by the words"
        page.decide(f"{role.entry.id} along {len(allowed)} movements in {shot.name}", why)
        page.add(role, allowed)


def _pieces(happening: Happening) -> list[Happening]:
    """A long movement in stretches that overlap by a fade."""
    if happening.duration_s <= LONGEST_NOTE_S:
        return [happening]
    count = int(happening.duration_s // LONGEST_NOTE_S) + 1
    length = happening.duration_s / count
    return [
        replace(
            happening,
            id=f"{happening.id}-{number}",
            time_s=happening.time_s + number * length,
            duration_s=min(length + 0.25, happening.duration_s - number * length),
            curve=None,
            path=None,
        )
        for number in range(count)
    ]


def _faded(notes: list[Note], piece: Happening, whole: Happening) -> list[Note]:
    fade_in = 0.25 if piece.time_s > whole.time_s else 0.0
    fade_out = 0.25 if piece.time_s + piece.duration_s < whole.time_s + whole.duration_s - 1e-6 else 0.0
    return [replace(note, fade_in_s=fade_in, fade_out_s=fade_out) for note in notes]


def _write_unasked(page: _Writing, rest: Sequence[Happening], moving: Sequence[Happening]) -> None:
    """What is plainly seen and no words speak of."""
    rest = [one for one in rest if one.confidence >= casting.SURE]
    swift = [one for one in moving if one.energy >= WHOOSH_ENERGY and one.duration_s < 2.0]
    for entry, members in (
        (DEFAULT_STEP.get(page.place, DEFAULT_STEP[""]), [one for one in rest if one.step]),
        (DEFAULT_STRUCK, [one for one in rest if not one.step]),
        (DEFAULT_SWIFT, swift),
    ):
        role = _role(entry, "the picture shows it, no words say what it is", UNASKED_DB)
        if members and _may(page, role):
            page.decide(f"{entry}: {len(members)} events", role.source.words)
            page.add(role, members)
