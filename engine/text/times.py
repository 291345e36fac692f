"""Times, intervals and distances in words of both languages, read to exact seconds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

Seconds = Fraction


@dataclass(frozen=True, slots=True)
class TimeMark:
    """What an expression of time or distance says; what it does not say is None."""

    at_s: tuple[Seconds, ...] = ()  # negative: counted back from the end
    start_s: Seconds | None = None
    end_s: Seconds | None = None
    every_s: Seconds | None = None
    at_share: Fraction | None = None  # of the whole length
    start_share: Fraction | None = None
    end_share: Fraction | None = None
    distance_m: float | None = None
    turned: bool = False  # said of when there is none, "no rain until 4 s", and turned round
    wrong: bool = False  # looks like a time but is none, "00:00:03:99"


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
        numbers = [int(number) for number in re.split("[:;]", timecode)]
        if len(numbers) != 4:
            return None
        hours, minutes, seconds, frames = numbers
        nominal = round(self.frame_rate)
        if minutes > 59 or seconds > 59 or frames >= nominal:
            return None
        count = (hours * 3600 + minutes * 60 + seconds) * nominal + frames
        if ";" in timecode and self.frame_rate.denominator == 1001:
            total_minutes = hours * 60 + minutes
            count -= nominal // 15 * (total_minutes - total_minutes // 10)
        return Fraction(count) / self.frame_rate


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
DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}

_WORD = "|".join(sorted(ENGLISH, key=len, reverse=True))
_NUMBER = (
    rf"(?:(?<![\d.:])\d{{1,6}}(?:\.\d{{1,6}})?|half an?|half|\b(?:{_WORD})(?: and an? half)?\b|"
    r"[零〇一二两三四五六七八九十百]{1,5}(?:点[零一二三四五六七八九]{1,4})?个?半?|半)"
)
_UNIT = r"(?:milliseconds?\b|ms\b|毫秒|seconds?\b|secs?\b|s\b|秒钟|秒半?|minutes?\b|mins?\b|分钟|分|frames?\b|帧)"
_TIMECODE = r"(?<![\d:])\d{1,2}:\d{2}:\d{2}[:;]\d{2}(?![\d:])"
_CLOCK = r"(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,3})?(?![\d:])"
_LENGTH = (
    rf"(?:{_NUMBER}[ -]?个?{_UNIT}(?: ?(?:and )?{_NUMBER} ?{_UNIT})?"
    r"|\ban? (?:second|minute)(?= (?:later|before the|before it|from the end|into|after)\b)"
    rf"|\b(?:second|frame) \d{{1,6}}\b(?! ?{_UNIT}))"
)
_SHOT = r"(?:shot|clip|scene|video|film|take|sequence)"
_BACK = (
    rf"(?:{_LENGTH} (?:before|from|to|short of) "
    rf"(?:(?:the )?(?:very )?end\b(?: of the {_SHOT})?|(?:the {_SHOT}|it) ends\b)"
    rf"|with {_LENGTH} (?:left|to go|remaining)|(?<!\w)[-−](?=\d){_LENGTH}"
    rf"|(?:结束|结尾|片尾|末尾|最后)之?前的?{_LENGTH}|(?:距离?|离)(?:结束|结尾|片尾|末尾)(?:还有|还剩)?{_LENGTH}|倒数第?{_LENGTH})"
)
_MOMENT = rf"(?:{_BACK}|(?:第 ?)?(?:{_TIMECODE}|{_CLOCK}|{_LENGTH}))"
_PART = r"(?:half|thirds?|quarters?|一半|半段|半部分|半场|三分之一|四分之一)"
_TO = r" ?(?:to|until|till|through|[-–—~]|到|至|直到) ?"
_LATER = r"(?:处|时候|时|的时候|左右|那一刻)?"

Reader = Callable[[re.Match[str], Clock], TimeMark]


def marks(text: str, clock: Clock) -> list[tuple[int, int, TimeMark]]:
    """Every expression of time or distance in plain text: where it begins and ends, and what it says."""
    return [(match.start(), match.end(), mark) for match, mark in _found(text, clock)]


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


def _found(text: str, clock: Clock) -> Iterator[tuple[re.Match[str], TimeMark]]:
    position = 0
    while match := _ANY.search(text, position):
        name = next(name for name in _READERS if match.group(name))
        pattern, reader = _READERS[name]
        exact = pattern.match(text, match.start())
        if exact and exact.end() > exact.start():
            yield exact, reader(exact, clock)
        position = max(match.end(), match.start() + 1)


def _seconds(text: str, clock: Clock) -> Seconds | None:
    """A moment or length in seconds; None if it is no time."""
    text = text.strip().removeprefix("第").strip()
    if re.fullmatch(_BACK, text):
        length = re.search(_LENGTH, text.removeprefix("倒数第"))
        back = _seconds(length.group(), clock) if length else None
        return None if back is None else -back
    if re.fullmatch(_TIMECODE, text):
        return clock.seconds(text)
    if ":" in text:
        parts = [Fraction(part) for part in text.split(":")]
        return sum((part * 60**power for power, part in enumerate(reversed(parts))), Fraction(0))
    text = re.sub(r"^an? ", "1 ", re.sub(r"^(second|frame) (\d+)", r"\2 \1", text))
    values = [_length(n, unit, clock) for n, unit in re.findall(rf"({_NUMBER})[ -]?个?({_UNIT})", text)]
    return sum((value for value in values if value is not None), Fraction(0)) if values else None


def _length(amount: str, unit: str, clock: Clock) -> Seconds | None:
    value = number(amount)
    if value is None:
        return None
    if unit.startswith("frame") or unit == "帧":
        return value / clock.frame_rate
    if unit == "秒半":
        return value + Fraction(1, 2)
    return value * (UNITS.get(unit) or UNITS[unit.removesuffix("s")])


def _with_unit(text: str, source: str) -> str:
    """The text with the unit of `source` where it has none: the 2 of "2 to 5 seconds"."""
    unit = re.search(_UNIT, source)
    return text if re.search(f"{_UNIT}|:", text) or not unit else text + unit.group()


def _at(match: re.Match[str], clock: Clock) -> TimeMark:
    pieces = re.split(r" ?(?:,|、|and|和|与) ?", re.sub(r"^(?:at|@|around|about|在|于) ?", "", match.group()))
    times = [_seconds(_with_unit(re.sub("^(?:at|在) ?", "", p), pieces[-1]), clock) for p in pieces if p.strip()]
    if any(time is None for time in times):
        return TimeMark(wrong=True)
    return TimeMark(at_s=tuple(time for time in times if time is not None))


def _span(match: re.Match[str], clock: Clock) -> TimeMark:
    start = _seconds(_with_unit(match["span_from"], match["span_to"]), clock)
    end = _seconds(match["span_to"], clock)
    if start is None or end is None or (start > end and (start < 0) == (end < 0)):
        return TimeMark(wrong=True)
    return TimeMark((), start, end)


def _first(match: re.Match[str], clock: Clock) -> TimeMark:
    return TimeMark(start_s=Fraction(0), end_s=_seconds(match["first_length"], clock))


def _last(match: re.Match[str], clock: Clock) -> TimeMark:
    length = _seconds(match["last_length"], clock)
    return TimeMark(start_s=-length if length else None)


def _lasting(match: re.Match[str], clock: Clock) -> TimeMark:
    return TimeMark(start_s=Fraction(0), end_s=_seconds(match["lasting_length"], clock))


def _from(match: re.Match[str], clock: Clock) -> TimeMark:
    text = match["from_en"] or match["from_zh"] or match["from_later"] or match["from_zh2"]
    start = _seconds(text, clock)
    return TimeMark(start_s=start, wrong=start is None)


def _until(match: re.Match[str], clock: Clock) -> TimeMark:
    end = _seconds(match["until_en"] or match["until_zh"] or match["until_zh2"], clock)
    return TimeMark(end_s=end, wrong=end is None)


def _share(match: re.Match[str], clock: Clock) -> TimeMark:
    """Moments and stretches told as parts of the whole: "halfway", "in the second half"."""
    if part := match["part"] or match["part_zh"]:
        return _stretch(match["which"] or match["which_zh"], _parts(part))
    share = Fraction(1, 2)
    if match["percent"]:
        share = min(Fraction(match["percent"]) / 100, Fraction(1))
    elif match["ways"]:
        share = (number(match["parts_of"] or "") or Fraction(1)) / _parts(match["ways"])
    elif match["third_zh"]:
        share = (number(match["third_zh"]) or Fraction(1)) / (number(match["parts_zh"]) or Fraction(1))
    verb = "from" if match["from_half"] else match["share_verb"]
    return TimeMark(
        at_share=None if verb in ("from", "until") else share,
        start_share=share if verb == "from" else None,
        end_share=share if verb == "until" else None,
    )


def _stretch(which: str, whole: int) -> TimeMark:
    first = which in ("first", "opening", "前", "上")
    place = 1 if first else 2 if which == "second" else whole
    return TimeMark(
        start_share=None if place == 1 else Fraction(place - 1, whole),
        end_share=None if place == whole else Fraction(place, whole),
    )


def _parts(word: str) -> int:
    """How many such parts make the whole: 3 for "third"."""
    return 3 if word.startswith(("third", "三")) else 4 if word.startswith(("quarter", "四")) else 2


def _every(match: re.Match[str], clock: Clock) -> TimeMark:
    if match["rate"] or match["rate_zh"]:
        words = {"once": Fraction(1), "twice": Fraction(2), "thrice": Fraction(3)}
        times = words.get(match["rate"] or "") or number((match["rate"] or match["rate_zh"]).split(" time")[0])
        return TimeMark(every_s=1 / times if times else None)
    if match["other"]:
        return TimeMark(every_s=Fraction(2))
    interval = _seconds(match["interval"] if not match["bare"] else "1 " + match["bare"], clock)
    return TimeMark(every_s=interval or None)


def _metres(match: re.Match[str], clock: Clock) -> TimeMark:
    value = number(match["metres"])
    scale = METRES.get(match["metre_unit"]) or METRES[match["metre_unit"].removesuffix("s")]
    return TimeMark(distance_m=float(value) * scale if value else None)


_SOURCES: dict[str, tuple[str, Reader]] = {
    "share": (
        r"(?:(?:in|during|for|through|throughout) )?the (?P<which>first|opening|second|last|final|closing) "
        rf"(?P<part>{_PART})\b(?: of the {_SHOT})?"
        rf"|(?:在|到)?(?P<which_zh>[前后上下])(?P<part_zh>{_PART})(?!米|分钟|秒|个?小时)"
        rf"|(?:(?P<share_verb>from|until|at|about|around|by) )?(?:(?:the )?\b(?:half|mid) ?-?way\b(?: (?:point|mark))?"
        r"(?! (?:up|down|open|closed|across|to|between))"
        rf"|(?P<percent>\d{{1,3}}) ?(?:%|percent)(?= (?:of the way|through|in)\b)"
        rf"|(?:an? |(?P<parts_of>{_WORD}) )(?P<ways>thirds?|quarters?)(?= (?:of the way|through|in)\b)"
        rf"|in the middle of the {_SHOT}|midpoint of the {_SHOT})"
        rf"(?: of the way)?(?: (?:through|into|in)\b)?(?: (?:the|this) {_SHOT}\b)?"
        r"|(?P<from_half>从(?:一半|中途)(?:处|的?地方)?(?:开始|起)?)"
        r"|(?:在|到|到了)?(?:一半的?时候?|过半时?|中途|(?:视频|镜头|片子|画面|影片)中间(?:的?时候|时)?)"
        r"|(?:在|到|到了)?(?P<parts_zh>[三四五])分之(?P<third_zh>[一二两三四])(?:处|的?时候?|的地方)",
        _share,
    ),
    "every": (
        rf"(?:every (?P<other>other) second\b|(?:every|每隔|每) ?"
        rf"(?:(?P<interval>{_LENGTH})|(?P<bare>second|秒钟?)(?!两|[一三四五]|\d))"
        rf"|(?P<rate>once|twice|thrice|{_NUMBER} times?) (?:a|per|every|each) second\b"
        rf"|每秒钟?(?P<rate_zh>{_NUMBER})[次下声])",
        _every,
    ),
    "first": (
        rf"(?:(?:for|in|during) )?(?:the )?(?:first|(?:开场|开头|片头)前?|前|头) ?(?P<first_length>{_LENGTH})",
        _first,
    ),
    "last": (rf"(?:(?:for|in|during) )?(?:the )?(?:last|final|最后|结尾|片尾|末尾) ?(?P<last_length>{_LENGTH})", _last),
    "span": (
        rf"(?:from |从|在|between )?(?P<span_from>第? ?(?:{_MOMENT}|{_NUMBER}))(?:{_TO}|(?<=\w) and (?=\S))"
        rf"(?P<span_to>{_MOMENT})(?:之间|期间)?",
        _span,
    ),
    "from": (
        rf"(?:(?:starting (?:at|from)|after|from|beginning at|since) (?P<from_en>{_MOMENT})(?: on(?:wards?)?\b)?"
        rf"|从(?P<from_zh>{_MOMENT})(?:开始|起|后)?|(?P<from_later>{_LENGTH}) (?:later|in\b(?! the))"
        rf"|(?:在)?(?P<from_zh2>{_MOMENT})(?:之后|以后|后|开始))",
        _from,
    ),
    "until": (
        rf"(?:(?:until|till|before|by|ending at|up to) (?P<until_en>{_MOMENT})|直到(?P<until_zh>{_MOMENT})(?:为止)?"
        rf"|(?P<until_zh2>{_MOMENT})(?:之前|以前|前|为止|结束))",
        _until,
    ),
    "lasting": (rf"(?:for|lasting|持续|历时|长达) ?(?P<lasting_length>{_LENGTH})", _lasting),
    "at": (
        rf"(?:(?:at|@|around|about|在|于) ?)?(?:{_NUMBER}(?: ?[,、] ?{_NUMBER})* ?(?:,|、|and|和) ?)?"
        rf"{_MOMENT}(?:(?: ?[,、] ?(?:and )?| and | ?和 ?| ?与 ?)"
        rf"(?:at |在)?{_MOMENT}(?! later| after| before|之?后|以后|之?前))*{_LATER}",
        _at,
    ),
    "metres": (
        rf"(?:about |around |大约|约)?(?P<metres>{_NUMBER}) ?"
        r"(?P<metre_unit>kilomet(?:er|re)s?\b|km\b|met(?:er|re)s?\b|m\b|feet\b|foot\b|ft\b|米|公尺|公里|英尺)"
        r"(?: away| off| distant|之外|开外|外|远|处)?",
        _metres,
    ),
}
_READERS = {name: (re.compile(source), reader) for name, (source, reader) in _SOURCES.items()}
_ANY = re.compile("|".join(f"(?P<{name}>{re.sub(r'[?]P<[a-z_0-9]+>', '?:', s)})" for name, (s, _) in _SOURCES.items()))
