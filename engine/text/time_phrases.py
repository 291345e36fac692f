"""Phrases for when and how far, each with what it says: "from 2 to 5 seconds", "halfway", 每隔两秒."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from engine.text.lengths import (
    LENGTH,
    METRES,
    MOMENT,
    NUMBER,
    ORDINAL,
    SHOT,
    TIME_CUE,
    WORD,
    Clock,
    Seconds,
    amount,
    number,
    seconds_of,
    with_unit,
)


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
    lasts_s: Seconds | None = None  # "for two seconds", from wherever it begins
    of_timeline: bool = False  # "2 s from the start of the timeline": only timecode can tell where that is
    turned: bool = False  # said of when there is none, "no rain until 4 s", and turned round
    again: TimeMark | None = None  # a second stretch: what "no rain from 2 to 5 s" leaves
    wrong: bool = False  # looks like a time but is none, "00:00:03:99"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One form of such words. Where the cue is not in a text, neither is the phrase, and it is not compiled."""

    cue: str
    source: str
    read: Callable[[re.Match[str], Clock], TimeMark]
    timed: bool = True  # names a unit of time or a timecode


def _at(match: re.Match[str], clock: Clock) -> TimeMark:
    words = re.sub(r"^(?:at|@|around|about|在|于) ?", "", match.group())
    words = re.sub(rf"((?>{MOMENT})) (?=\d)", r"\1, ", words)
    pieces = re.split(rf" ?{_LIST_MARK} ?", words)
    times = [seconds_of(with_unit(re.sub("^(?:at|在) ?", "", p), pieces[-1]), clock) for p in pieces if p.strip()]
    if any(time is None for time in times):
        return TimeMark(wrong=True)
    return TimeMark(at_s=tuple(time for time in times if time is not None))


def _span(match: re.Match[str], clock: Clock) -> TimeMark:
    start = seconds_of(with_unit(match["span_from"], match["span_to"]), clock)
    end = seconds_of(match["span_to"], clock)
    if start is None or end is None or (start > end and (start < 0) == (end < 0)):
        return TimeMark(wrong=True)
    return TimeMark((), start, end)


def _first(match: re.Match[str], clock: Clock) -> TimeMark:
    return TimeMark(start_s=Fraction(0), end_s=_counted(match["first_length"], clock))


def _last(match: re.Match[str], clock: Clock) -> TimeMark:
    length = _counted(match["last_length"], clock)
    return TimeMark(start_s=-length if length else None)


def _counted(length: str, clock: Clock) -> Seconds | None:
    """The length of "3 seconds", and of "the last second"."""
    return seconds_of(f"1 {length}" if length in ("second", "minute") else length, clock)


def _lasting(match: re.Match[str], clock: Clock) -> TimeMark:
    return TimeMark(lasts_s=seconds_of(match["lasting_length"], clock))


def _on_timeline(match: re.Match[str], clock: Clock) -> TimeMark:
    return TimeMark(of_timeline=True, wrong=True)


def _without_unit(match: re.Match[str], clock: Clock) -> TimeMark:
    """The 2 of "starts at 2 and stops at 6 seconds"."""
    at = seconds_of(with_unit(match["without_unit"], match["later_unit"]), clock)
    return TimeMark(at_s=() if at is None else (at,), wrong=at is None)


def _from(match: re.Match[str], clock: Clock) -> TimeMark:
    text = match["from_en"] or match["from_zh"] or match["from_later"] or match["from_zh2"]
    start = seconds_of(text, clock)
    return TimeMark(start_s=start, wrong=start is None)


def _until(match: re.Match[str], clock: Clock) -> TimeMark:
    end = seconds_of(match["until_en"] or match["until_zh"] or match["until_zh2"], clock)
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
        times = words.get(match["rate"] or "") or amount((match["rate"] or match["rate_zh"]).split(" time")[0])
        return TimeMark(every_s=1 / times if times else None)
    if match["apart"]:
        return TimeMark(every_s=seconds_of(match["apart"], clock) or None)
    if match["other"]:
        return TimeMark(every_s=Fraction(2))
    interval = seconds_of(match["interval"] if not match["bare"] else "1 " + match["bare"], clock)
    return TimeMark(every_s=interval or None)


def _metres(match: re.Match[str], clock: Clock) -> TimeMark:
    value = amount(match["metres"])
    scale = METRES.get(match["metre_unit"]) or METRES[match["metre_unit"].removesuffix("s")]
    return TimeMark(distance_m=float(value) * scale if value else None)


_PART = r"(?:half|thirds?|quarters?|一半|半段|半部分|半场|三分之一|四分之一)"
_TO = r" ?(?:to|until|till|through|[-–—~]|到|至|直到) ?"
_LATER = r"(?:处|时候|时|的时候|左右|那一刻)?"
_LISTED = r"(?: ?[,、&/] ?(?:and )?| and | ?和 ?| ?与 ?| (?=\d))"
_LIST_MARK = r"(?:,|、|&|/|and|和|与)"
_TIMELINE = r"(?:timeline|programme|edit|cut list|time line)\b"
_BARE_UNIT = r"(?:second|minute)\b(?! half| third| quarter)"

PHRASES = (
    Phrase(
        "timeline|time line|programme|edit|时间[线轴]",
        rf"(?:at )?{MOMENT} (?:(?:from|into|after|of|on|in) )+(?:the )?"
        rf"(?:(?:very )?(?:start|beginning|head) of (?:the )?)?{_TIMELINE}"
        rf"|(?:on|in|into) (?:the )?{_TIMELINE} (?:at |@ ?){MOMENT}"
        rf"|(?:在)?时间[线轴]上?的?(?:开头|起点|开始)?(?:后|的|之后)?{MOMENT}{_LATER}",
        _on_timeline,
    ),
    Phrase(
        "half|mid|third|quarter|percent|%|半|分之|中途|中间",
        r"(?:(?:in|during|for|through|throughout) )?the (?P<which>first|opening|second|last|final|closing) "
        rf"(?P<part>{_PART})\b(?: of the {SHOT})?"
        rf"|(?:在|到)?(?P<which_zh>[前后上下])(?P<part_zh>{_PART})(?!米|分钟|秒|个?小时)"
        rf"|(?:(?P<share_verb>from|until|at|about|around|by) )?(?:(?:the )?\b(?:half|mid) ?-?way\b(?: (?:point|mark))?"
        r"(?! (?:up|down|open|closed|across|to|between))"
        rf"|(?P<percent>\d{{1,3}}) ?(?:%|percent)(?= (?:of the way|through|in)\b)"
        rf"|(?:an? |(?P<parts_of>{WORD}) )(?P<ways>thirds?|quarters?)(?= (?:of the way|through|in)\b)"
        rf"|in the middle of the {SHOT}|midpoint of the {SHOT})"
        rf"(?: of the way)?(?: (?:through|into|in)\b)?(?: (?:the|this) {SHOT}\b)?"
        r"|(?P<from_half>从(?:一半|中途)(?:处|的?地方)?(?:开始|起)?)"
        r"|(?:在|到|到了)?(?:一半的?时候?|过半时?|中途|(?:视频|镜头|片子|画面|影片)中间(?:的?时候|时)?)"
        r"|(?:在|到|到了)?(?P<parts_zh>[三四五])分之(?P<third_zh>[一二两三四])(?:处|的?时候?|的地方)",
        _share,
        timed=False,
    ),
    Phrase(
        "every|each|per |a second|apart|每",
        rf"every (?P<other>other) second\b|(?P<apart>{LENGTH}) apart\b|(?:every|每隔|每) ?"
        rf"(?:(?P<interval>{LENGTH})|(?P<bare>second|秒钟?)(?!两|[一三四五]|\d))"
        rf"|(?P<rate>once|twice|thrice|{NUMBER} times?) (?:a|per|every|each) second\b"
        rf"|每秒钟?(?P<rate_zh>{NUMBER})[次下声]",
        _every,
    ),
    Phrase(
        "first|[前头场]",
        r"(?:(?:for|in|during) )?(?:the )?(?:first|(?:开场|开头|片头)前?|前|头) ?"
        rf"(?P<first_length>{LENGTH}|{_BARE_UNIT})",
        _first,
    ),
    Phrase(
        "last|final|最后|尾",
        rf"(?:(?:for|in|during) )?(?:the )?(?:last|final|最后|结尾|片尾|末尾) ?(?P<last_length>{LENGTH}|{_BARE_UNIT})",
        _last,
    ),
    Phrase(
        "to|til|through|between|[-–—~到至和与]",
        rf"(?:from |从|在|(?P<between>between ))?(?P<span_from>第? ?(?:{MOMENT}|{NUMBER}|(?:the )?{ORDINAL}))"
        rf"(?:{_TO}|(?(between) and |(?!))| ?[和与] ?(?=[^,。;]{{1,12}}(?:之间|期间)))"
        rf"(?P<span_to>{MOMENT})(?:之间|期间)?",
        _span,
    ),
    Phrase(
        "starting|after|from|beginning|since|later|in|从|后|开始",
        rf"(?:starting (?:at|from)|after|from|beginning at|since) (?P<from_en>{MOMENT})(?: on(?:wards?)?\b)?"
        rf"|从(?P<from_zh>{MOMENT})(?:开始|起|后)?|(?P<from_later>{LENGTH}) (?:later|in\b(?! the))"
        rf"|在?(?P<from_zh2>{MOMENT})(?:之后|以后|后|开始)",
        _from,
    ),
    Phrase(
        "til|before|by|ending|up to|到|前|为止|结束",
        rf"(?:until|till|before|by|ending at|up to) (?P<until_en>{MOMENT})"
        rf"|(?:直到|(?<=[下响吹叫放烧刮播])到)(?P<until_zh>{MOMENT})(?:为止)?"
        rf"|(?P<until_zh2>{MOMENT})(?:之前|以前|前|为止|结束)",
        _until,
    ),
    Phrase(
        "at|from",
        rf"(?:at|from) (?P<without_unit>{NUMBER})(?= and (?:\w+ ){{1,2}}(?:at|by|until) (?P<later_unit>{MOMENT}))",
        _without_unit,
    ),
    Phrase(
        "for|lasting|持续|历时|长达",
        rf"(?:for|lasting|持续|历时|长达) ?(?P<lasting_length>{LENGTH})",
        _lasting,
    ),
    Phrase(
        TIME_CUE,
        rf"(?:(?:at|@|around|about|在|于) ?)?(?:{NUMBER}(?: ?[,、] ?{NUMBER}){{0,16}} ?(?:,|、|and|和) ?)?"
        rf"{MOMENT}(?:{_LISTED}(?:at |在)?{MOMENT}(?! later| after| before|之?后|以后|之?前)){{0,32}}{_LATER}",
        _at,
    ),
    Phrase(
        "m|ft|feet|foot|米|公尺|公里|英尺",
        rf"(?:about |around |大约|约)?(?P<metres>{NUMBER}) ?"
        r"(?P<metre_unit>kilomet(?:er|re)s?\b|km\b|met(?:er|re)s?\b|m\b|feet\b|foot\b|ft\b|米|公尺|公里|英尺)"
        r"(?: away| off| distant|之外|开外|外|远|处)?",
        _metres,
        timed=False,
    ),
)
"""In this order where two begin at the same letter."""
