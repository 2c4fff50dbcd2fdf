"""What the value of a performance indicator says: number, share, deadline, duration or words.

Scores in words (优：大于等于90%，…) are told apart here too.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from yusuan.interpreting.lookups import fold, reverse

_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_MEASURE = re.compile(rf"(?P<number>{_NUMBER})(?P<unit>[^\d\s]{{0,8}})")
_MONTHS = re.compile(
    r"(?:(?P<year>\d{4})年)?(?:(?P<first>\d{1,2})月?[-—~至到])?(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?"
    r"(?:份|底|末|(?P<third>上旬|中旬)|下旬)?(?P<side>之?前|以前|内|之?后|以后)?(?:完成)?"
)
_YEAR_END = re.compile(
    r"(?:(?P<year>\d{4})年|本?年)(?:底|末|内|度内)(?P<side>之?前|以前)?(?:完成)?"
)
_DURATIONS = frozenset(
    ["个月", "天", "年", "日", "个工作日", "工作日", "小时", "分钟", "周", "月", "日内", "天内"]
)
_LAST_MONTH = 12
_THIRDS = {"上旬": 10, "中旬": 20}  # the last day of each; 下旬 ends with the month


@dataclass(frozen=True, slots=True)
class Value:
    """An indicator's value, told apart.

    Attributes:
        kind: `number`, `percent`, `deadline`, `duration` or `text`.
        operator: `ge`, `le`, `eq`, `gt`, `lt`, or None where none is printed.
        value: The number.
        unit: Its unit as printed.
        due: The last day that a deadline names.
    """

    kind: str
    operator: str | None = None
    value: Decimal | None = None
    unit: str | None = None
    due: date | None = None


TEXT = Value("text")


def read_value(printed: str, fiscal_year: int) -> Value:
    """Return what a value says.

    Args:
        printed: The value as printed, `≥2期`, `10月底前`, `12个月`, `起到社会效益`.
        fiscal_year: The year of a deadline that names none.
    """
    text = unicodedata.normalize("NFKC", "".join(printed.split()))
    operator, rest = _operator(text)
    deadline = _deadline(rest, operator, fiscal_year)
    if deadline is not None:
        return deadline
    match = _MEASURE.fullmatch(rest)
    if match is None:
        return TEXT
    unit = match["unit"]
    trailing, unit = _trailing_operator(unit)
    number = Decimal(match["number"].replace(",", ""))
    if unit in {"%", "%以上"}:
        return Value("percent", operator or trailing, number, "%")
    kind = "duration" if unit in _DURATIONS else "number"
    return Value(kind, operator or trailing, number, unit or None)


def _operator(text: str) -> tuple[str | None, str]:
    for sign in _signs():
        if text.startswith(sign):
            return reverse("operator")[fold(sign)], text[len(sign) :]
    return None, text


def _trailing_operator(unit: str) -> tuple[str | None, str]:
    for words, operator in (("以上", "ge"), ("以内", "le"), ("以下", "le"), ("左右", None)):
        if unit.endswith(words) and words != "左右":
            return operator, unit[: -len(words)]
    return None, unit


@cache
def _signs() -> tuple[str, ...]:
    signs = {unicodedata.normalize("NFKC", sign) for sign in reverse("operator")}
    return tuple(sorted(signs - {"以上", "以内"}, key=len, reverse=True))


def _deadline(text: str, operator: str | None, fiscal_year: int) -> Value | None:
    months = _MONTHS.fullmatch(text)
    if months is not None and 1 <= int(months["month"]) <= _LAST_MONTH:
        year, month = int(months["year"] or fiscal_year), int(months["month"])
        last = calendar.monthrange(year, month)[1]
        day = min(int(months["day"] or _THIRDS.get(months["third"] or "", last)), last)
        return Value(
            "deadline", operator or _side(months["side"]), None, None, date(year, month, day)
        )
    years = _YEAR_END.fullmatch(text)
    if years is not None:
        year = int(years["year"] or fiscal_year)
        return Value("deadline", operator or _side(years["side"]), None, None, date(year, 12, 31))
    return None


def _side(word: str | None) -> str | None:
    if word is None:
        return None
    return "gt" if "后" in word else "le"


@dataclass(frozen=True, slots=True)
class Band:
    """One grade of a scoring text."""

    grade: str
    operator: str | None
    threshold: Decimal | None
    unit: str | None
    text: str


_GRADE = re.compile(
    r"(?:^|[，,；;。\s])\s*(?P<grade>优秀|良好|一般|较差|优|良|中|差)\s*[：:;；]\s*"
)


def read_bands(text: str) -> list[Band]:
    """Return the grades of a scoring text, or nothing where it is none.

    Args:
        text: `优：大于等于7项，良：大于等于6项，中：大于等于5项，差：小于5项`.
    """
    heads = list(_GRADE.finditer(text))
    if len(heads) < 2 or heads[0].start() != 0:  # noqa: PLR2004 - a single word is no scale
        return []
    bands = []
    for at, head in enumerate(heads):
        end = heads[at + 1].start() if at + 1 < len(heads) else len(text)
        words = text[head.end() : end].strip().rstrip("，,；;。")
        value = read_value(words, 0)
        measured = value.kind in {"number", "percent", "duration"}
        bands.append(
            Band(
                reverse("grade")[head["grade"]],
                value.operator if measured else None,
                value.value if measured else None,
                value.unit if measured else None,
                words,
            )
        )
    return bands
