"""What a clause compares: with which year, in which direction, or with its own budget."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from yusuan.interpreting.lookups import table

# A comparison at the end of a clause: 比2023年预算数.
COMPARED = re.compile(
    r"[，,]?(?:较|比|与|同|和|跟)(?P<year>\d{4}年|上年|去年|上一?年度?)度?"
    r"(?:的?(?:部门|当年|同期|同口径|一般公共|财政拨款|财政|年初|实际|收支|总)*"
    r"(?:预算|决算|执行|支出|收入|收支|完成|安排)*(?:总?数|总?额|金额)?)?(?:相比|相较|比较|对比)?(?:[，,])?"
    r"(?:总体|基本|均|无增减|略有|有所|保持|大体)?$"
    r"|[，,]?(?P<alike>同比)$"
)
# Compared with a year in the clause before: 与2022年相比，收、支总计各增加….
_BEFORE = re.compile(
    r"(?:与|和|同|比|较)(?P<year>\d{4}年|上年|去年|上一?年度?)度?[^，,。；]{0,12}?(?:相比|相较|比较|对比|比)[，,]?"
)
# With its own budget, not with another year: 决算数与年初预算数持平.
_OWN_BUDGET = re.compile(
    r"(?:与|和|同|比|较|等于)(?:年初|全年|调整后?|当年|本年)?的?(?:部门)?(?:支出|收入)?预算(?:数|安排)?(?:相比|基本|大体|总体|保持)*[，,]?$"
)


@dataclass(frozen=True, slots=True)
class Compared:
    """A clause without the comparison at its end."""

    rest: str
    base_year: int | None = None
    is_at_end: bool = False
    own_budget: bool = False
    is_whole: bool = False  # …的原因是厉行节约，与上年相比减少1万元: its clause says nothing else


def comparison(rest: str, fiscal_year: int) -> Compared:
    """Return what a clause says besides its comparison, and with which year it compares."""
    own = _OWN_BUDGET.search(rest.rstrip())
    if own is not None:
        return Compared(rest[: own.start()], None, is_at_end=True, own_budget=True)
    compared = COMPARED.search(rest)
    if compared is not None:
        year = _year(compared["year"], fiscal_year)
        is_whole = compared[0].startswith(("，", ","))
        return Compared(rest[: compared.start()], year, is_at_end=True, is_whole=is_whole)
    ahead = _BEFORE.search(rest)
    return Compared(rest, None if ahead is None else _year(ahead["year"], fiscal_year))


@cache
def _directions() -> re.Pattern[str]:
    words = table()["change"]["more"] + table()["change"]["less"]
    return re.compile(rf"(?:总体|共|合计|各|均|分别|也)?({'|'.join(words)})(?:了|额)?(?:为|约)?$")


def direction_of(before: str) -> tuple[str, str]:
    """Return the word at the end that says more or less, "" for none, and what stands before it."""
    match = _directions().search(before.rstrip())
    if match is None:
        return "", before
    return match.group(1), before[: match.start()]


def change_of(word: str) -> str | None:
    """Return `more`, `less` or `level` for a word such as 增加 or 持平, None for no word."""
    if not word:
        return None
    said = table()["change"]
    return next(
        kind
        for kind, words in (
            ("more", said["more"]), ("less", said["less"]), ("level", said["level"] + said["weak"])
        )
        if word in words
    )  # fmt: skip


def _year(text: str | None, fiscal_year: int) -> int:
    return int(text[:4]) if text is not None and text[:4].isdigit() else fiscal_year - 1
