"""What stands over a table: whose it is, the unit of its money, the date it is for.

In some formats these are rows of the table, in others paragraphs above it.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from yusuan.interpreting.lookups import fold, table
from yusuan.interpreting.sections import Section
from yusuan.reading.document import Paragraph, Table

# 编制单位：元氏县财政局 names no unit of money; 单位：元至角分 does.
_UNIT = re.compile(
    r"单位(?:：|（|为)?(?:人民币)?(亿元|万元|元)(?![\u4e00-\u9fff]|[/／][万亿]?元)|单位：?(元)(?=至角分)"
    r"|^（?(?:价值|金额)?（(亿元|万元|元)）$|^（?(?:人民币)?(亿元|万元|元)）?$"
)
_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


def unit_in(text: str) -> str | None:
    """Return the unit of money that a caption states, or None."""
    match = _UNIT.search(fold(text))
    return None if match is None else next(filter(None, match.groups()))


def date_in(text: str) -> date | None:
    """Return the day that a caption states, or None."""
    match = _DATE.search(fold(text))
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


def over(section: Section, block: Table) -> list[Paragraph]:
    """Return the paragraphs between a table and the one before it, nearest first."""
    at = next(at for at, other in enumerate(section.blocks) if other is block)
    found: list[Paragraph] = []
    for other in reversed(section.blocks[:at]):
        if isinstance(other, Table):
            break
        found.append(other)
    return found


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(table()["captions"]["patterns"]))


def is_caption(text: str) -> bool:
    """Tell whether a paragraph is the caption of a table rather than a sentence."""
    return _pattern().fullmatch(fold(text)) is not None
