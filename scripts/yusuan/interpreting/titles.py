"""The title of a document: whose it is, for which year, and what kind of document.

It may run over up to three paragraphs. The wordings stand in `data/organisations.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from yusuan.codes import bare, is_organisation, is_region, region_of
from yusuan.codes.names import wordings
from yusuan.reading.document import Block, Document, Paragraph

_LONGEST, _LONGEST_PART, _MOST_PARTS, _WITHIN, _COVER = 80, 40, 3, 40, 12
_ANY = 2024  # which year a region is looked up in where the title names none
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_CHINESE = str.maketrans("〇零○ＯOo一二三四五六七八九", "000000123456789")
_CHINESE_YEAR = re.compile(r"[二2][〇零○ＯOo0][一二三四五六七八九〇零○ＯOo0-9]{2}(?=年)")
_YEAR = re.compile(r"(?P<year>20\d{2})(?:年度?|(?=(?:部门|单位|预算|决算)))")
_KIND = re.compile(r"预算|决算|绩效")
_UNIT = re.compile(r"单位(?:预算|决算|（单位）|整体)")
_SENTENCE = re.compile(r"[。；;，,？！!]|…|\.{3}|:$|：$")
_PERFORMANCE = re.compile(r"绩效(?:目标|自评|评价|文本|报告|信息|评估)")
_AND_BUDGET = re.compile(r"[预决]算(?:信息)?公开|[预决]算(?:及|和|与|、)|（含")
_BOTH = "预决算"
_NAME = re.compile(r"[\u4e00-\u9fff（）“”、·]{2,50}")
_BEFORE_YEAR = re.compile(r"(?:关于(?:公开|公布|批复)?|公开|公布|的|部门)+$")
_IN_BRACKETS = re.compile(r"（(?P<name>[\u4e00-\u9fff“”、·]{3,40})）$")


@dataclass(frozen=True, slots=True)
class Squeezed:
    """Text of one or more blocks without white space, and where each character stands.

    Digits are plain, and the year is in digits: 二〇二四年 is 2024年.
    """

    text: str
    places: tuple[tuple[Block, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where `text[start:end]` stands in the canonical text."""
        first, at = self.places[start]
        last, until = self.places[end - 1]
        return first.span(at, at + 1)[0], last.span(until, until + 1)[1]


def squeezed(*blocks: Block) -> Squeezed:
    """Return the text of blocks without white space."""
    places = tuple(
        (block, at)
        for block in blocks
        for at, character in enumerate(block.text)
        if not character.isspace()
    )
    text = "".join(block.text[at] for block, at in places)
    return Squeezed(in_digits(text.replace("(", "（").replace(")", "）")), places)


def in_digits(text: str) -> str:
    """Return `text` with plain digits and with years in digits, as long as it was."""
    text = text.translate(_DIGITS)
    return _CHINESE_YEAR.sub(lambda found: found[0].translate(_CHINESE), text)


@dataclass(frozen=True, slots=True)
class Title:
    """What a title says.

    Attributes:
        text: As printed.
        blocks: The paragraphs that it stands in.
        name: The department or unit, "" where it names none.
        span: Where the name stands.
        year: The fiscal year, or None.
        doc_type: A code of `documents.doc_type`.
        is_unit: It is the budget of a single unit.
    """

    text: str
    blocks: tuple[Block, ...]
    name: str
    span: tuple[int, int]
    year: int | None
    doc_type: str
    is_unit: bool


def find(document: Document) -> Title | None:
    """Return the title of a document, or None.

    The first of the early paragraphs that reads as one; a name in the lines beside it counts. A
    workbook, which has no paragraphs, says it in the first cell of a sheet.
    """
    paragraphs = [b for b in document.blocks if isinstance(b, Paragraph) and b.text.strip()]
    paragraphs = paragraphs[:_WITHIN]
    for at in range(len(paragraphs)):
        for count in range(1, _MOST_PARTS + 1):
            found = _read(paragraphs[at : at + count]) if at + count <= len(paragraphs) else None
            if found is not None:
                return found if found.name else _with_name(found, paragraphs[:_COVER], at)
    for table in document.tables:
        for row in table.rows[:1]:
            filled = [cell for cell in row if cell.text.strip()]
            found = _read(filled) if len(filled) == 1 else None
            if found is not None:
                return found
    return None


def _read(blocks: Sequence[Block]) -> Title | None:
    several = len(blocks) > 1
    if several and any(
        len(block.text) > _LONGEST_PART or _not_first().match(squeezed(block).text)
        for block in blocks
    ):
        return None
    line = squeezed(*blocks)
    parts = parse(line.text)
    if parts is None or (several and not (parts.year and is_organisation(parts.name))):
        return None
    text = "".join(block.text.strip() for block in blocks)
    span = line.span(parts.start, parts.end) if parts.name else (0, 0)
    return Title(text, tuple(blocks), parts.name, span, parts.year, parts.doc_type, parts.is_unit)


def _with_name(title: Title, cover: Sequence[Block], at: int) -> Title:
    """Return a title with the name of an organisation that stands alone beside it on the cover."""
    year = title.year or 0
    for block in (*cover[at + 1 : at + 3], *reversed(cover[max(0, at - 2) : at])):
        line = squeezed(block)
        if _is_name(line.text, year):
            blocks, name = (*title.blocks, block), bare(line.text)
            span = line.span(0, len(name))
            return Title(title.text, blocks, name, span, title.year, title.doc_type, title.is_unit)
    return title


def _is_name(text: str, year: int) -> bool:
    return (
        _NAME.fullmatch(text) is not None
        and is_organisation(text)
        and not is_region(text, year)
        and not _KIND.search(text)
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """A title taken apart; `start` and `end` tell where the name stands in it."""

    name: str
    start: int
    end: int
    year: int | None
    doc_type: str
    is_unit: bool


def parse(text: str) -> Parts | None:
    """Return what a line says as a title, or None where it is none.

    Args:
        text: Squeezed, such as 香河县教育局2024年度部门决算公开.
    """
    start = _start(text)
    if start is None or not _KIND.search(text):
        return None
    found = _YEAR.search(text)
    year = int(found["year"]) if found is not None else None
    if found is None:
        begins = _begins().search(text, start)
        if begins is None or not begins[0].startswith(("部门", "单位")):
            return None
        name, span = text[start : begins.start()], (start, begins.start())
    else:
        name, span = _name_around(text, start, found)
    if not name:
        inside = _IN_BRACKETS.search(text)
        if inside is not None and is_organisation(inside["name"]):
            name, span = inside["name"], inside.span("name")
    is_unit = _UNIT.search(text) is not None
    if not is_unit and name:
        name, span = bare(name), (span[0], span[0] + len(bare(name)))
    if is_region(name, year or _ANY):
        name = ""
    if not name and year is None:
        return None
    if name and not (_NAME.fullmatch(name) and _is_body(name, year or _ANY)):
        return None  # 贯彻落实2024年预算 is no title
    return Parts(name, *span, year, doc_type_of(text), is_unit)


def _is_body(name: str, year: int) -> bool:
    return is_organisation(name) or bool(region_of(name, year))


def _start(text: str) -> int | None:
    """Return where the title begins behind 附件1： and 关于, or None for what is no title."""
    if len(text) > _LONGEST or _SENTENCE.search(text) or _not_last().search(text):
        return None
    at = 0
    while (before := _before().match(text, at)) is not None and before.end() > at:
        at = before.end()
    return None if _not_first().match(text, at) else at


def _name_around(text: str, start: int, year: re.Match[str]) -> tuple[str, tuple[int, int]]:
    """Return the name in front of the year, behind it, or both: 香河县2024年教育局部门预算."""
    front = text[start : year.start()]
    before = _BEFORE_YEAR.sub("", front)
    begins = _begins().search(text, year.end())
    after = "" if begins is None else text[year.end() : begins.start()].removeprefix("关于")
    place = is_region(before, int(year["year"])) if before else False
    if before and not place:
        # 香河县教育局部门预算2024年公开: the words for the publication begin before the year.
        own = _begins().search(before)
        before = before if own is None else before[: own.start()]
        return before, (start, start + len(before))
    if not after or (place and not is_organisation(after)):
        return ("", (start, start))
    if is_region(after, int(year["year"])):
        return ("", (start, start))
    behind = text.index(after, year.end())
    return before + after, (start if before else behind, behind + len(after))


def doc_type_of(text: str) -> str:
    """Return the code of `documents.doc_type` for a title."""
    if _PERFORMANCE.search(text) and not _AND_BUDGET.search(text):
        return "performance"
    return "final-accounts" if "决算" in text and _BOTH not in text else "budget"


def years_in(text: str) -> Iterator[int]:
    """Yield the years of 2024年部门预算, 2024年度决算, 2024年区级部门预算 in a text."""
    for found in _YEAR_OF.finditer(in_digits(text)):
        yield int(found["year"])


_YEAR_OF = re.compile(
    r"(?P<year>20\d{2})\s*年?度?\s*(?:[区县市省乡镇本]级)?(?:部门|单位|预算|决算|收支|整体支出|项目支出)"
)


@cache
def _begins() -> re.Pattern[str]:
    return re.compile(wordings()["titles"]["begins"])


@cache
def _before() -> re.Pattern[str]:
    return re.compile(f"(?:{wordings()['titles']['before']})")


@cache
def _not_first() -> re.Pattern[str]:
    return re.compile("|".join(wordings()["titles"]["not_first"]))


@cache
def _not_last() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(wordings()['titles']['not_last'])})》?$")
