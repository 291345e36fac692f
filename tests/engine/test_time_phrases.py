"""Words for time: exact seconds, an end to every reading, and a cue for every phrase."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.text.lengths import TIME_CUE, Clock
from engine.text.prompt import read_words
from engine.text.time_phrases import PHRASES, Phrase, TimeMark
from engine.text.times import marks

CLOCK = Clock(Fraction(25))
PIECES = st.sampled_from(
    ["1", "2", "12", "0.5", "half", "half a", "a", "an", "few", "several", "second", "seconds", "s", "ms", "minute",
     "frame", "frames", "2nd", "4th", "third", "the", "from", "to", "and", "between", "until", "till", "before",
     "the end",
     "in", "later", "at", "every", "other", "twice", "times", "per", "first", "last", "with", "left", "for", "halfway",
     "way", "through", "of the clip", "%", "quarter", "m", "metres", "away", "ft", "00:00:03:12", "1:30", ":", "-", ",",
     "第", "三", "十", "两", "几", "半", "个", "点", "秒", "秒钟", "分", "帧",
     "到", "和", "之间", "从", "开始", "后", "之前",
     "直到", "每", "每隔", "次", "前", "最后", "倒数", "结束前", "距结尾", "分之", "一半", "中途",
     "持续", "米", "远", "在", "、"]
)  # fmt: skip
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from(["", " "])), max_size=14).map(
    lambda parts: "".join(piece + space for piece, space in parts)
)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("between the 2nd and the 4th second", TimeMark(start_s=Fraction(2), end_s=Fraction(4))),
        ("from the second to the fourth second", TimeMark(start_s=Fraction(2), end_s=Fraction(4))),
        ("on the 5th second", TimeMark(at_s=(Fraction(5),))),
        ("a few seconds in", TimeMark(start_s=Fraction(3))),
        ("a couple of seconds later", TimeMark(start_s=Fraction(2))),
        ("for several seconds", TimeMark(lasts_s=Fraction(3))),
        ("half a second later", TimeMark(start_s=Fraction(1, 2))),
        ("a few metres away", TimeMark(distance_m=3.0)),
        ("在3秒和5秒之间", TimeMark(start_s=Fraction(3), end_s=Fraction(5))),
        ("几秒后", TimeMark(start_s=Fraction(3))),
        ("开场两秒", TimeMark(start_s=Fraction(0), end_s=Fraction(2))),
        ("with 2 seconds left", TimeMark(at_s=(Fraction(-2),))),
        ("结束前半秒", TimeMark(at_s=(Fraction(-1, 2),))),
        ("2 s before the end of the clip", TimeMark(at_s=(Fraction(-2),))),
    ],
)
def test_a_phrase_says_its_seconds(words: str, said: TimeMark) -> None:
    assert [mark for _, _, mark in marks(words, CLOCK)] == [said]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("from 5s to 2s", TimeMark(wrong=True)),
        ("between 5 and 2 seconds", TimeMark(wrong=True)),
        ("从5秒到2秒", TimeMark(wrong=True)),
        ("from 2s to 2s", TimeMark(start_s=Fraction(2), end_s=Fraction(2))),
        ("from 5s to 2s before the end", TimeMark(start_s=Fraction(5), end_s=Fraction(-2))),
    ],
)
def test_a_span_that_ends_before_it_begins_is_none(words: str, said: TimeMark) -> None:
    assert [mark for _, _, mark in marks(words, CLOCK)] == [said]


@pytest.mark.parametrize("phrase", PHRASES)
def test_no_phrase_is_empty(phrase: Phrase) -> None:
    assert not re.fullmatch(phrase.source, "")


@settings(deadline=None, max_examples=300)
@given(TEXTS)
@example("half")
@example("every second")
def test_marks_are_parted_and_in_order_and_none_is_empty(text: str) -> None:
    places = [place for start, end, _ in marks(text, CLOCK) for place in (start, end)]
    assert places == sorted(places)
    assert all(start < end for start, end, _ in marks(text, CLOCK))


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.sampled_from(PHRASES))
def test_no_phrase_stands_where_its_cue_does_not(text: str, phrase: Phrase) -> None:
    if re.search(phrase.source, text):
        assert re.search(phrase.cue, text)
        assert not phrase.timed or re.search(TIME_CUE, text)


REPEATED = [
    "1", "1,", "1, ", "1 and ", "half ", "half a ", "一", "一点", "1.", "1:", "00:", "1 s and ", "1 s ", "from 1 to ",
    "between 1 and ", "a few ", "the second ", "the 2nd ", "每", "第 ", "倒数第", "结束前", "、一", "一个半",
    "with 1 s ", "1-",
    "-", "from 第1", "at ", "every ", "in the ", "1 s before the ", "1%", "三分之", "for 1 ",
]  # fmt: skip


@pytest.mark.parametrize("piece", REPEATED)
def test_a_long_repetition_is_read_to_its_end(piece: str) -> None:
    """Ten thousand characters of it are read to their end, with no looking back over all of them."""
    text = (piece * 5_000)[:9_990] + " seconds"
    assert all(0 <= start < end <= len(text) for start, end, _ in marks(text, CLOCK))
    assert read_words(text[-10_000:]).words


def test_reading_a_text_without_times_makes_no_pattern() -> None:
    program = (
        "from engine.text.lengths import pattern; from engine.text.prompt import read_words;"
        "read_words('rain, no birds'); made = pattern.cache_info().currsize; read_words('rain at 2 s');"
        "print(made < 13, pattern.cache_info().currsize > 13)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]


@pytest.mark.parametrize(
    ("words", "entry"),
    [
        ("heavy rain the first 5 seconds, then wind", "rain"),
        ("light rain the last 3 seconds", "rain"),
        ("rain the second half", "rain"),
        ("a train the first 4 seconds", "train.pass"),
    ],
)
def test_no_time_begins_inside_a_word(words: str, entry: str) -> None:
    intent = read_words(words)
    assert any(source.entry.split(".")[0] == entry.split(".")[0] for source in intent.sources), intent
    assert not any(len(word) <= 3 for word in intent.not_understood)
