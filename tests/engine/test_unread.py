"""No word is lost silently: it sounds, forbids, says how or where, or it is reported."""

from __future__ import annotations

import sys
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.text.intent import Intent
from engine.text.lexicon import SLOT_TABLES, lexicon
from engine.text.prompt import read_words
from engine.text.unread import PLAIN
from engine.text.words import is_han

CONTENT = {"head", "weak", "place", "degrees", "pan", "distance", "implied_strength", "groups", "part", *SLOT_TABLES}
KNOWN = sorted(
    key[0]
    for key, meanings in lexicon().meanings.items()
    if len(key) == 1 and not {m.kind for m in meanings} & set(PLAIN) and {m.kind for m in meanings} & CONTENT
)


def meaning(intent: Intent) -> tuple[object, ...]:
    """What an intent does, without what it tells."""
    sources = tuple(
        (s.entry, tuple(s.params.items()), s.gain_db, s.speed, s.density, s.count, s.times, s.pan, s.distance_m)
        for s in intent.sources
    )
    return sources, intent.excluded, intent.silent, intent.room


def reports(intent: Intent, word: str) -> bool:
    """Whether the word is named among what was not understood, guessed, or decided."""
    guessed = [guess.words for guess in intent.guesses]
    told = [decision.what for decision in intent.decisions if decision.what.startswith(("nothing ", "read "))]
    return any(word in text for text in (*intent.not_understood, *guessed, *told))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_known_word_alone_does_something_or_is_reported(language: str) -> None:
    words = [word for word in KNOWN if is_han(word) == (language == "zh")]
    nothing = meaning(read_words(""))
    assert len(words) > 500
    assert [w for w in words if meaning(intent := read_words(w)) == nothing and not reports(intent, w)] == []


LOST = [
    ("she opens a bottle", "opens"),
    ("marble", "marble"),
    ("heavy", "heavy"),
    ("on the left", "left"),
    ("at 3s", "at 3s"),
    ("he wears high heels", "high heels"),
    ("a man looks through the window", "window"),
    ("a big marble table", "big marble table"),
    ("rain, xqzzvk", "xqzzvk"),
    ("seven", "seven"),
    ("大理石", "大理石"),
    ("左边", "左边"),
    ("第3秒", "第3秒"),
    ("一双高跟鞋", "高跟鞋"),
]


@pytest.mark.parametrize(("words", "lost"), LOST)
def test_words_that_nothing_takes_are_named(words: str, lost: str) -> None:
    assert reports(read_words(words), lost)


@pytest.mark.parametrize(
    ("words", "lost"),
    [
        ("rain 🌧 xqzzvk", ("🌧", "xqzzvk")),
        ("🎬xqzzvk🔥", ("🎬", "🔥", "xqzzvk")),
        ("门💥龘龘", ("💥", "龘龘")),
        ("rain 🌧️", ("🌧",)),
    ],
)
def test_emoji_and_what_stands_beside_them_are_named(words: str, lost: tuple[str, ...]) -> None:
    assert set(read_words(words).not_understood) == set(lost)


def test_signs_that_are_no_pictures_are_no_complaint() -> None:
    assert read_words("rain ← 20°").not_understood == ("20",)


USED = [
    "night street in the rain, a man walks in leather shoes",
    "heavy rain on a metal roof and distant thunder, no birds",
    "three loud knocks on a wooden door at 2 s on the left",
    "the old wooden door creaks open, then closes softly",
    "An old man sits on a bench in the park, birds singing, kids playing in the background",
    "no loud footsteps, only soft ones",
    "rain, no sound of thunder",
    "夜晚的街道下着雨，一个男人穿着皮鞋走路",
    "远处有雷声，不要鸟叫",
    "老木门吱呀一声打开，再轻轻关上",
]


@pytest.mark.parametrize("words", USED)
def test_words_that_are_used_are_no_complaint(words: str) -> None:
    assert read_words(words).not_understood == ()


def test_an_exception_that_is_not_followed_is_named() -> None:
    intent = read_words("remove all footsteps except on the stairs")
    assert intent.excludes("footsteps.wood")
    assert [d.what for d in intent.decisions if "stairs" in d.what] == ["no exception for 'stairs'"]


SCENES = ["rain", "a man walks on gravel", "a dog barks at 2 s", "雨声", "敲三下门"]
UNKNOWN = st.text(alphabet="bcdfghjklmnpqrstvwxz", min_size=5, max_size=9).filter(
    lambda word: not lexicon().knows((word,)) and lexicon().spelled(word) is None
)


@settings(deadline=None)
@given(st.sampled_from(SCENES), UNKNOWN)
def test_unknown_words_are_reported_and_change_nothing(scene: str, word: str) -> None:
    intent = read_words(f"{scene}, {word}")
    assert reports(intent, word)
    assert meaning(intent) == meaning(read_words(scene))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SCENES), st.sampled_from(KNOWN))
def test_a_known_word_beside_a_scene_changes_it_or_is_reported_or_repeats_it(scene: str, word: str) -> None:
    plain, intent = read_words(scene), read_words(f"{scene}, {word}")
    families = {m.value.partition(".")[0] for m in lexicon().meanings[(word,)]}
    repeats = bool(families & {source.entry.partition(".")[0] for source in plain.sources})
    values = {value for source in plain.sources for value in source.params.values()}
    repeats = repeats or bool({m.value.split(" ")[0] for m in lexicon().meanings[(word,)]} & values)
    own = [lexicon().pattern_words.get(source.entry.partition(".")[0], ()) for source in plain.sources]
    repeats = repeats or any(word in words for words in own)
    assert meaning(intent) != meaning(plain) or repeats or reports(intent, word)


@settings(deadline=None)
@given(st.sampled_from(["no", "without", "不要", "没有"]), UNKNOWN)
def test_an_unknown_word_forbids_nothing_and_is_told_so(negation: str, word: str) -> None:
    intent = read_words(f"rain, {negation} {word}")
    assert [source.entry for source in intent.sources] == ["rain.concrete"]
    assert intent.excluded == ()
    assert word in intent.not_understood
    assert f"{word!r} is not known, so nothing was excluded for it" in [d.why for d in intent.decisions]


LONG = [
    "夜晚的街道下着雨一个男人穿着皮鞋走路远处有雷声不要鸟叫玻璃杯掉在地上门慢慢打开又关上",
    "一双高跟鞋走在大理石上",
    "不要风声要雨声",
    "龘",
    "雨",
]


@pytest.mark.parametrize("words", LONG)
def test_the_work_grows_no_faster_than_the_text(words: str) -> None:
    read_words(words)
    short, long = ((words * 10_000)[:length] for length in (1_000, 10_000))
    assert calls_of(long) < 12 * calls_of(short)


def test_many_words_for_silence_cost_no_square_of_their_number() -> None:
    words = "rain, silence from 2 s. " * 400
    read_words(words[:100])
    assert calls_of(words[:9_600]) < 20 * calls_of(words[:960])


def calls_of(words: str) -> int:
    """How many functions are called to read the words."""
    count = 0

    def tally(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(tally)
    try:
        read_words(words)
    finally:
        sys.setprofile(before)
    return count
