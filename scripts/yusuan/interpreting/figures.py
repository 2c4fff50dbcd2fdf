"""Figures in sentences: which amount is said of what, and what is compared with last year.

Nothing here knows a row; `narrative` makes the rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from yusuan.interpreting.lookups import FigureName, figure_names, fold, table

_AMOUNT = r"(?P<number>-?\d[\d,，]*(?:\.\d+)?)\s*(?P<unit>万元|亿元|元)"
_STOPS = "，。；：、（）(),;:！"
_CLAUSE = re.compile(rf"[{re.escape(_STOPS)}\n]")
_COMPARED = re.compile(
    r"[，,]?(?:较|比|与|同|和)?(?P<year>\d{4}年|上年|去年|上一?年度?)度?"
    r"(?:的?(?:部门)?(?:年初)?(?:预算|决算|执行)?数?)?(?:相比|相较|比较)?(?:[，,])?"
    r"(?:总体|基本|均|无增减|略有|有所)?$"
)
_REASON = re.compile(
    r"(?:[，,](?:同比)?(?:增长|下降|降低|增加|减少)(?:了|约)?[\d.]+[%％])?"
    r"[，,。（(]?(?:增减变化|增加|减少|下降|增长|变化|变动)?(?:的)?"
    r"(?:主要是?(?:由于|因为|因|为|是)|主要原因(?:是|为|：|:)|原因(?:是|为|：|:)|系|主要用于)"
    r"(?P<reason>[^；。;\n]+)"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One figure that a sentence states.

    Attributes:
        names: What it is said of; empty where the wording is not known.
        printed: The figure as printed, "" for 持平.
        unit: 元, 万元 or 亿元; "" for 持平.
        start, end: The place of the number in the paragraph's text.
        stop: Where its unit ends.
        change: `more`, `less` or `level` where it is a change, None where it is an amount.
        direction_text: 增加, 减少, 持平 as printed; "" for an amount.
        base_year: The year compared with.
        reason: Why, as printed.
        named: The clause itself says what it is; else it is the subject of the sentence.
    """

    names: tuple[FigureName, ...]
    printed: str
    unit: str
    start: int
    end: int
    stop: int
    change: str | None = None
    direction_text: str = ""
    base_year: int | None = None
    reason: str | None = None
    named: bool = True


# Full-width figures, character for character, so that places stay.
_PLAIN = str.maketrans("０１２３４５６７８９．－％", "0123456789.-%")


def statements(text: str, fiscal_year: int, default: tuple[FigureName, ...]) -> list[Statement]:
    """Return every figure of a paragraph in order.

    Args:
        text: One paragraph.
        fiscal_year: The year of the document, for 上年.
        default: What a figure without a name is said of: the section's own total.
    """
    text = text.translate(_PLAIN)
    found: list[Statement] = []
    subject, base_year, sentence, last = default, None, 0, 0
    ignored = [match.span() for match in _ignored().finditer(text)]
    for match in _events().finditer(text):
        if any(start <= match.start() < end for start, end in ignored):
            last = match.end()
            continue
        before = text[last : match.start()]
        stop = text.rfind("。", last, match.start())
        if stop >= 0 and stop >= sentence:
            # 公务接待费。2021年预算安排…: a sentence that is a name says what the next is about.
            heading = _named(text[max(last, sentence) : stop])
            sentence, subject = stop + 1, heading or default
            before = text[stop + 1 : match.start()]
        last = match.end()
        direction, rest = _direction(before)
        compared = _COMPARED.search(rest)
        if compared is not None:
            base_year = _year(compared["year"], fiscal_year)
            rest = rest[: compared.start()]
        name = _named(rest)
        known = bool(name) or _is_filler(rest)
        if name or not known:
            # What follows an unknown name is about the unknown, too.
            subject = name
        change = _change_of(match["level"] or direction)
        if change is None and _of_another_year(before, fiscal_year):
            known = False
        if change in {"more", "less"} and match["number"].startswith("-"):
            known = False  # 减少-12万元 says two things
        if match["level"] and not name and _repeats(found, subject):
            continue
        found.append(
            Statement(
                subject if known else (),
                match["number"] or "",
                match["unit"] or "",
                match.start("number") if match["number"] else match.start(),
                match.end("number") if match["number"] else match.end(),
                match.end(),
                change,
                (match["level"] or direction) if change is not None else "",
                (base_year or fiscal_year - 1) if change is not None else None,
                _reason(text, match.end()) if change is not None else None,
                bool(name),
            )
        )
    return found


@cache
def _events() -> re.Pattern[str]:
    level = "|".join(sorted(table()["change"]["level"], key=len, reverse=True))
    return re.compile(rf"{_AMOUNT}|(?P<level>{level})")


@cache
def _ignored() -> re.Pattern[str]:
    return re.compile("|".join(table()["ignored"]["figures"]))


@cache
def _directions() -> re.Pattern[str]:
    words = table()["change"]["more"] + table()["change"]["less"]
    return re.compile(rf"(?:总体|共|合计|各|均)?({'|'.join(words)})(?:了|额)?(?:为|约)?$")


def _direction(before: str) -> tuple[str, str]:
    match = _directions().search(before.rstrip())
    if match is None:
        return "", before
    return match.group(1), before[: match.start()]


def _change_of(word: str) -> str | None:
    if not word:
        return None
    return next(kind for kind in ("more", "less", "level") if word in table()["change"][kind])


def _year(text: str, fiscal_year: int) -> int:
    return int(text[:4]) if text[:4].isdigit() else fiscal_year - 1


_OTHER_YEAR = re.compile(r"(20\d{2})年|(上年|去年)(?!末?结转|末?结余)")


def _of_another_year(before: str, fiscal_year: int) -> bool:
    """Tell whether the clause of an amount speaks of another year than the document's."""
    found = _OTHER_YEAR.findall(_last_clause(before))
    return bool(found) and found[-1][0] != str(fiscal_year)


def _reason(text: str, end: int) -> str | None:
    match = _REASON.match(text, end)
    if match is None:
        return None
    reason = match["reason"]
    following = _events().search(reason)
    if following is not None:
        # The next figure's own clause is no part of the reason.
        cut = max(reason.rfind(mark, 0, following.start()) for mark in "，,")
        reason = reason[: max(cut, 0)] if cut >= 0 else reason
    while any(reason.count(b) > reason.count(a) for a, b in ("()", "（）")):
        reason = reason[: max(reason.rfind(")"), reason.rfind("）"))]
    return reason.strip("，, 。") or None


def _repeats(found: list[Statement], subject: tuple[FigureName, ...]) -> bool:
    return bool(found) and found[-1].change == "level" and found[-1].names == subject


@cache
def _before() -> re.Pattern[str]:
    return re.compile("|".join(table()["clause"]["before"]))


@cache
def _after() -> re.Pattern[str]:
    return re.compile(table()["clause"]["after"] + "$")


def _candidates(clause: str) -> list[str]:
    """Return the clause, and what is left of it behind each opening word, longest first."""
    starts = [0, *sorted({match.end() for match in _before().finditer(clause)})]
    return [clause[start:].lstrip(_STOPS) for start in starts]


def _named(context: str) -> tuple[FigureName, ...]:
    """Return what the last clause of `context` names, or nothing."""
    names = figure_names()
    for candidate in _candidates(_last_clause(context)):
        for label in (candidate, _after().sub("", candidate)):
            if label in names:
                return names[label]
    return ()


def _is_filler(context: str) -> bool:
    """Tell whether the clause names nothing at all, so that the sentence's subject goes on."""
    return any(not _after().sub("", candidate) for candidate in _candidates(_last_clause(context)))


_OPEN_BRACKET_NAME = re.compile(r"（[^（）]*）")


def _last_clause(context: str) -> str:
    # A bracket inside a name, 因公出国（境）费, is no end of a clause.
    folded = fold(context)
    hidden = _OPEN_BRACKET_NAME.sub(lambda m: "\0" * len(m.group()), folded)
    ends = [match.end() for match in _CLAUSE.finditer(hidden.rstrip(_STOPS))]
    clause = folded[ends[-1] if ends else 0 :].strip(_STOPS.replace("）", "").replace("（", ""))
    return _NUMBERED.sub("", clause)


_NUMBERED = re.compile(r"^(?:\d{1,2}[.．]|（[一二三四五六七八九十\d]{1,3}）)(?!\d)")
