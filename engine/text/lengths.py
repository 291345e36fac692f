"""Numbers, moments and lengths of time in words of both languages, read to exact seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from engine.timecode import has_drop_frame, timecode_to_frames
from engine.types import TimelineError

Seconds = Fraction


@dataclass(frozen=True, slots=True)
class Clock:
    """How timecode is read: frames per second, and the timecode of the shot's first frame."""

    frame_rate: Fraction
    start_timecode: str | None = None

    def seconds(self, timecode: str) -> Seconds | None:
        """Seconds from the shot's start; None if there is no such frame. Earlier timecode counts from zero."""
        absolute = self._absolute(timecode)
        start = self._absolute(self.start_timecode) if self.start_timecode else None
        return absolute - start if absolute is not None and start is not None and absolute >= start else absolute

    def _absolute(self, timecode: str) -> Seconds | None:
        """A `;` at a rate that drops no numbers is a slip for a colon."""
        text = timecode if has_drop_frame(self.frame_rate) else timecode.replace(";", ":")
        try:
            return timecode_to_frames(text, rate=self.frame_rate) / self.frame_rate
        except TimelineError:
            return None


UNITS = {
    "ms": Fraction(1, 1000), "millisecond": Fraction(1, 1000), "毫秒": Fraction(1, 1000),
    "s": Fraction(1), "sec": Fraction(1), "second": Fraction(1), "秒": Fraction(1), "秒钟": Fraction(1),
    "min": Fraction(60), "minute": Fraction(60), "分": Fraction(60), "分钟": Fraction(60),
}  # fmt: skip
METRES = {
    "m": 1.0, "meter": 1.0, "metre": 1.0, "米": 1.0, "公尺": 1.0, "km": 1000.0, "kilometer": 1000.0,
    "kilometre": 1000.0, "公里": 1000.0, "ft": 0.3048, "feet": 0.3048, "foot": 0.3048, "英尺": 0.3048,
}  # fmt: skip
NUMERALS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
ENGLISH = {word: value for value, word in enumerate(NUMERALS)}
APPROXIMATE = {"a few": 3, "several": 3, "a couple of": 2, "a couple": 2, "几": 3}
"""What is told in no exact number; "a few seconds in" must still begin somewhere."""
ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}

WORD = "|".join(sorted(ENGLISH, key=len, reverse=True))
_HAN = "零〇一二两三四五六七八九十百"
NUMBER = (
    rf"(?:(?<![\d.:])\d{{1,6}}(?:\.\d{{1,6}})?|\b(?:half(?: an?)?|(?:{WORD})(?: and an? half)?)\b"
    rf"|\b(?:a few|several|a couple(?: of)?)\b|[{_HAN}几]{{1,5}}(?:点[{_HAN[:-2]}]{{1,4}})?个?半?|半)"
)
UNIT = r"(?:m?s\b|(?:millisecond|second|sec|minute|min|frame)s?\b|毫秒|秒钟|秒半?|分钟?|帧)"
_MINUTES = r"(?:(?:minute|min)s?\b|分钟?)"
_SECONDS = r"(?:s\b|(?:second|sec)s?\b|秒钟|秒半?)"
_FINE = r"(?:ms\b|(?:millisecond|frame)s?\b|毫秒|帧)"
ORDINAL = rf"(?:\b\d{{1,3}}(?:st|nd|rd|th)|(?<=\bthe )(?:{'|'.join(ORDINALS)}))\b"
TIMECODE = r"(?<![\d:])\d{1,2}:\d{2}:\d{2}[:;]\d{2}(?![\d:])"
_CLOCK = r"(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,3})?(?![\d:])"
LENGTH = (
    rf"(?:{NUMBER}[ -]?个?(?:{_MINUTES}(?: ?(?:and )?{NUMBER} ?{_SECONDS})?|{_SECONDS}|{_FINE})"
    rf"(?:(?<!m)(?<!毫)(?: ?(?:and )?{NUMBER} ?{_FINE}))?"
    r"|\ban? (?:second|minute)(?= (?:later|before the|before it|from the end|into|after)\b)"
    rf"|\b(?:second|frame) \d{{1,6}}\b(?! ?{UNIT})|(?:the )?{ORDINAL} (?:second|frame)\b)"
)
SHOT = r"(?:shot|clip|scene|video|film|take|sequence)"
_START_EN = rf" (?:from|after|into) (?:the (?:very )?(?:start|beginning|head)\b(?: of the {SHOT})?|the {SHOT}\b)"
_END_EN = rf" (?:before|from|to|short of) (?:(?:the )?(?:very )?end\b(?: of the {SHOT})?|(?:the {SHOT}|it) ends\b)"
_END_ZH = r"(?:结束|结尾|片尾|末尾|最后)之?前的?|(?:距离?|离)(?:结束|结尾|片尾|末尾)(?:还有|还剩)?|倒数第?"
MOMENT = (
    rf"(?:with {LENGTH} (?:left|to go|remaining)"
    rf"|(?:(?<!\w)[-−](?=\d)|{_END_ZH}|第 ?)?{LENGTH}(?:{_END_EN}|{_START_EN})?"
    rf"|(?:第 ?)?(?:{TIMECODE}|{_CLOCK}))"
)
_BACK = rf"^with |^[-−]|^(?:{_END_ZH})|{_END_EN}$"
TIME_CUE = rf"sec|min|frame|[秒分帧]|\d:\d|[\d \-个半几{_HAN}]m?s\b"
"""Every expression of time has one of these."""


def number(text: str) -> Fraction | None:
    """The value of a number in digits, English or Chinese words; None if it is none."""
    text = text.strip()
    if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", text, re.ASCII):
        return Fraction(text)
    if text.startswith("half") or text == "半":
        return Fraction(1, 2)
    if text.split(" ")[0] in ENGLISH:
        return Fraction(ENGLISH[text.split(" ")[0]]) + (Fraction(1, 2) if "half" in text else 0)
    return _chinese_number(text) if text else None


def amount(text: str) -> Fraction | None:
    """The value of a number, or of what stands for none exactly: 3 of "a few", 13 of 十几."""
    return number(str(APPROXIMATE.get(text.strip(), text.replace("几", "三"))))


def _chinese_number(text: str) -> Fraction | None:
    whole, _, fraction = text.replace("个", "").partition("点")
    half = Fraction(1, 2) if whole.endswith("半") else Fraction(0)
    total = current = 0
    for char in whole.removesuffix("半"):
        if char in DIGITS:
            current = DIGITS[char]
        elif char in "十百":
            total += (current or 1) * (10 if char == "十" else 100)
            current = 0
        else:
            return None
    digits = "".join(str(DIGITS[char]) for char in fraction if char in DIGITS)
    if not whole:
        return None
    return total + current + half + (Fraction(int(digits), 10 ** len(digits)) if digits else 0)


def seconds_of(text: str, clock: Clock) -> Seconds | None:
    """A moment or length in seconds, negative when counted from the end; None if it is no time."""
    text = text.strip().removeprefix("第").strip()
    if pattern(TIMECODE).fullmatch(text):
        return clock.seconds(text)
    if ":" in text:
        parts = [Fraction(part) for part in text.split(":")]
        return sum((part * 60**power for power, part in enumerate(reversed(parts))), Fraction(0))
    length = _length(_cardinal(text), clock)
    return -length if length is not None and pattern(_BACK).search(text) else length


def with_unit(text: str, source: str) -> str:
    """The text with the unit of `source` where it has none: the 2 of "2 to 5 seconds"."""
    text, unit = _cardinal(text), pattern(UNIT).search(_cardinal(source))
    return text if not unit or pattern(f"{UNIT}|:").search(text) else f"{text} {unit.group()}"


def _length(text: str, clock: Clock) -> Seconds | None:
    text = re.sub(r"^an? (second|minute)", r"1 \1", re.sub(r"\b(second|frame) (\d+)", r"\2 \1", text))
    found = pattern(rf"({NUMBER})[ -]?个?({UNIT})").findall(text)
    values = [_product(count, unit, clock) for count, unit in found]
    return sum((value for value in values if value is not None), Fraction(0)) if values else None


def _product(count: str, unit: str, clock: Clock) -> Seconds | None:
    value = amount(count)
    if value is None:
        return None
    if unit.startswith("frame") or unit == "帧":
        return value / clock.frame_rate
    if unit == "秒半":
        return value + Fraction(1, 2)
    return value * (UNITS.get(unit) or UNITS[unit.removesuffix("s")])


def _cardinal(text: str) -> str:
    """ "The 4th second" as "4 second"; a lone "the second" as "2"."""
    text = re.sub(r"\b(?:the )?(\d{1,3})(?:st|nd|rd|th)\b", r"\1", text)
    return re.sub(r"\bthe (\w+)", lambda m: str(ORDINALS.index(m[1]) + 2) if m[1] in ORDINALS else m[0], text)


@cache
def pattern(source: str) -> re.Pattern[str]:
    """The compiled expression; each is made once, when a text first needs it."""
    return re.compile(source)
