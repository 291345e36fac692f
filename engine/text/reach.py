"""How far a denial reaches: from its word to the end of the clause, or back over all of it."""

from __future__ import annotations

from engine.text.clauses import Clause, Reading

HARMLESS = ("function", "measure", "prepositions", "sound_words", "joins_negation", "after_head_silent", "of")
"""Words that may follow a negation which looks back: "birds are not wanted"."""

WISHES = frozenset(
    ("hear", "heard", "want", "wanted", "need", "allow", "includ", "present", "wish", "audibl", "要", "有", "出现",
     "响", "加", "需要", "听到")
)  # fmt: skip


def reach(reading: Reading, clause: Clause, first: int, after: int) -> range:
    """From the negation to the clause's end; over the whole clause where only the words before it can be meant."""
    rest = range(after, clause.end)
    names = [pick for pick in clause.picks if pick.last >= after]
    if reading.tokens[after - 1].text in REPLACES:
        return range(after, _replaced(reading, after, clause.end))
    if names or groups_in(reading, after, clause.end):
        return rest
    looks_back = all(_is_harmless(reading, index) for index in rest)
    return range(clause.start, clause.end) if looks_back else range(first, clause.end)


REPLACES = frozenset(("of", "than", "代替", "取代", "而非"))
"""How the words end that put one thing in the place of another."""


def _replaced(reading: Reading, after: int, end: int) -> int:
    """Where what is replaced ends: the sand of "gravel instead of sand for the footsteps"."""
    aims = (index for index in range(after + 1, end) if reading.tokens[index].text in ("for", "under", "as", "when"))
    ones = (index + 1 for index in range(after, end) if reading.tokens[index].text in ("one", "ones"))
    return min(next(aims, end), next(ones, end))


CHANGES = frozenset(("replace", "swap", "exchange", "substitute", "switch", "change"))
FOR_ANOTHER = frozenset(("with", "by", "for", "to", "into"))
CHANGED_ZH = frozenset(("换成", "改成", "替换成", "替换为", "换为", "改为", "换作", "变成"))


def swapped(reading: Reading, clause: Clause) -> range:
    """The tokens of what another sound takes the place of: "replace the birds with crickets", 把鸟叫换成蝉鸣."""
    for index in range(clause.start, clause.end):
        token = reading.tokens[index]
        if token.text in CHANGED_ZH:
            return _between(clause, range(clause.start, index), index)
        if token.text in CHANGES and not any(pick.first < index for pick in clause.heads()):
            marks = (at for at in range(index + 1, clause.end) if reading.tokens[at].text in FOR_ANOTHER)
            mark = next(marks, clause.end)
            if token.text == "substitute" and mark < clause.end and reading.tokens[mark].text == "for":
                return range(mark + 1, clause.end)
            reading.take((index,))
            return _between(clause, range(index + 1, mark), mark)
    return range(0)


def _between(clause: Clause, old: range, mark: int) -> range:
    """`old` where sounds are named both in it and after the mark, else nothing."""
    heads = clause.heads()
    both = any(pick.last in old for pick in heads) and any(pick.first > mark for pick in heads)
    return old if both else range(0)


def _is_harmless(reading: Reading, index: int) -> bool:
    token = reading.tokens[index]
    return token.key in WISHES or token.kind != "word" or token.means(*HARMLESS)


def groups_in(reading: Reading, start: int, end: int) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    index = start
    while index < end:
        match = next((m for m in reading.tokens[index].matches if m.has("groups") and m.end <= end), None)
        if match:
            found.append((match.start, match.end, match.value("groups") or ""))
        index = match.end if match else index + 1
    return found
