"""An intent in plain lines: what will sound, what must not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from engine.text.intent import Guess, Intent, Source, Times
from engine.text.ontology import ontology
from engine.text.prompt import NOTHING_ELSE


def explain(intent: Intent) -> str:
    """Plain text, a line for each thing decided, with its reason; for `foleyline explain`."""
    return "\n".join(_lines(intent))


def _lines(intent: Intent) -> Iterator[str]:
    if intent.silent:
        yield "silence: nothing sounds"
    for source in intent.sources:
        yield from _source_lines(intent, source)
    if intent.room:
        yield f"room: {intent.room}"
    yield from _exclusions(intent)
    for guess in intent.guesses:
        yield f"guess: {guess.words!r} is not known; {_fate(intent, guess)}"
    for words in intent.not_understood:
        yield f"not understood: {words!r}"
    yield from _other_decisions(intent)
    if not intent.sources and not intent.excluded and not intent.silent:
        yield "the words ask for nothing that sounds: the picture alone decides"


def _exclusions(intent: Intent) -> Iterator[str]:
    """What the words forbid by name, then in one line all else, where they let nothing else sound."""
    for name in intent.excluded:
        if reason := _reason(intent, f"nothing of {name}"):
            yield f"excluded: {name} ({reason})"
    if reason := _reason(intent, NOTHING_ELSE):
        yield f"excluded: everything else ({reason})"


def _fate(intent: Intent, guess: Guess) -> str:
    nearest = ", ".join(f"{entry} {likeness:.2f}" for entry, likeness in guess.entries)
    first = guess.entries[0][0]
    if any(source.guessed and source.words == guess.words for source in intent.sources):
        return f"taken for the nearest, {first}"
    if intent.excludes(first):
        return f"perhaps {nearest}, but the words forbid {first}"
    return f"perhaps {nearest}. It is silent unless guesses are taken (--take-guesses sounds {first})"


def _source_lines(intent: Intent, source: Source) -> Iterator[str]:
    entry = ontology().find(source.entry)
    layers = "+".join(dict.fromkeys(part.layer.value for part in entry.parts)) or entry.layer.value
    says = ", ".join(_says(source))
    yield f"{source.id}: {source.entry} on {layers}{': ' + says if says else ''}"
    for decision in intent.decisions:
        if decision.what.startswith(source.id + " "):
            yield f"    {decision.what.removeprefix(source.id + ' ')}: {decision.why}"


def _says(source: Source) -> Iterator[str]:
    yield from (f"{name} {value}" for name, value in source.params.items())
    if source.gain_db:
        yield f"level {source.gain_db:+g} dB"
    if source.speed != 1:
        yield f"speed x{source.speed:g}"
    if source.density != 1:
        yield f"density x{source.density:g}"
    if source.count is not None:
        yield f"{source.count} times"
    yield from _times(source.times)
    if source.pan_path:
        yield "pan from {:+g} to {:+g}".format(*source.pan_path)
    if source.pan is not None:
        yield f"pan {source.pan:+g}"
    if source.distance_m is not None:
        yield f"{source.distance_m:g} m away"


def _times(times: Times) -> Iterator[str]:
    if times.at_s:
        yield "at " + ", ".join(f"{_seconds(at)}" for at in times.at_s)
    if times.start_s is not None:
        yield f"from {_seconds(times.start_s)}"
    if times.end_s is not None:
        yield f"until {_seconds(times.end_s)}"
    if times.at_share:
        yield "at " + ", ".join(_share(share) for share in times.at_share)
    if times.start_share is not None:
        yield f"from {_share(times.start_share)}"
    if times.end_share is not None:
        yield f"until {_share(times.end_share)}"
    if times.every_s is not None:
        yield f"every {_seconds(times.every_s)}"
    for relation, other in (("after", times.after), ("before", times.before)):
        if other:
            yield f"{'' if times.gap_s is None else _seconds(times.gap_s) + ' '}{relation} {other}"
    if times.fade_in:
        yield "fading in"
    if times.fade_out:
        yield "fading out"


def _seconds(seconds: Fraction) -> str:
    return f"{float(seconds):g} s" if seconds >= 0 else f"{float(-seconds):g} s before the end"


def _share(share: Fraction) -> str:
    return f"{float(100 * share):.3g} % of the length"


def _reason(intent: Intent, what: str) -> str:
    return next((decision.why for decision in intent.decisions if decision.what == what), "")


def _other_decisions(intent: Intent) -> Iterator[str]:
    told = (*(f"{source.id} " for source in intent.sources), "nothing of ", NOTHING_ELSE)
    for decision in intent.decisions:
        if not decision.what.startswith(told):
            yield f"{decision.what}: {decision.why}"
