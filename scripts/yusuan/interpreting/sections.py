"""A document cut into the sections of the template, by their headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from yusuan.interpreting.forms import form_of
from yusuan.interpreting.lookups import fold, headings, section_names
from yusuan.reading.document import Document, Paragraph, Table

ORDINAL = "[一二三四五六七八九十百]+"
_NUMBER = re.compile(
    rf"(?P<part>第{ORDINAL}部分[、：:.．]?)|(?P<top>{ORDINAL}\s*[、.．])"
    rf"|(?P<sub>[（(]\s*(?:{ORDINAL}|\d+)\s*[)）]、?)|(?P<item>\d{{1,3}}[、.．]\s*(?!\d))"
)
_TRAILING_BRACKET = re.compile(r"（[^（）]*）$")
LONGEST_HEADING = 60


@dataclass(slots=True)
class Section:
    """A stretch of a document under one heading.

    Attributes:
        key: The section's key in `lookups.toml`; "" before the first heading, "unknown" under a
            heading that the list doesn't know, "contents" for the table of contents, "tables"
            where standard tables stand.
        heading: The paragraph that opens it.
        blocks: What stands under it, in order.
        more: The rest of a heading that runs over paragraphs: 第一部分, 部门概况.
    """

    key: str
    heading: Paragraph | None
    blocks: list[Paragraph | Table] = field(default_factory=list)
    more: list[Paragraph] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The heading as printed, or ""."""
        return "" if self.heading is None else self.heading.text.strip()

    @property
    def paragraphs(self) -> list[Paragraph]:
        """The paragraphs that say something."""
        return [b for b in self.blocks if isinstance(b, Paragraph) and b.text.strip()]

    @property
    def tables(self) -> list[Table]:
        """The tables."""
        return [block for block in self.blocks if isinstance(block, Table)]


def numbered(text: str) -> tuple[str, str]:
    """Return the number that `text` opens with, as printed, and the rest.

    `（一）提出…` → (`（一）`, `提出…`); without a number the first part is "".
    """
    stripped = text.strip()
    match = _NUMBER.match(stripped)
    if match is None:
        return "", stripped
    return match.group().strip(), stripped[match.end() :].strip()


def split(document: Document) -> list[Section]:
    """Return the sections of a document in order; the first has no heading."""
    sections = [Section("", None)]
    contents = _contents(document)
    last = 0  # the number of the last 一、 heading
    restarted = False  # whether a list inside the section counts 一、 二、 itself
    rest: list[Paragraph] = []  # of a heading that runs over paragraphs
    for at, block in enumerate(document.blocks):
        if isinstance(block, Paragraph) and at in contents:
            if sections[-1].key != "contents":
                sections.append(Section("contents", None))
            sections[-1].blocks.append(block)
            continue
        if block in rest:
            sections[-1].more.append(rest.pop(0))
            continue
        if isinstance(block, Paragraph) and block.text.strip():
            number = top_ordinal(block.text)
            restarted = restarted or number == 1
            follows = number == last + 1 and not restarted
            inside = sections[-1].key
            within = "" if follows and inside != "project-text" else inside
            key, rest = _heading(document.blocks, at, within)
            run_in = _run_in(block, inside) if key is None else None
            if run_in is not None:
                sections.append(Section(run_in, None, [block]))
                continue
            if key is not None:
                # The title of a standard table stays with its table.
                is_table = key == "tables" and form_of(block.text) is not None
                sections.append(Section(key, None if is_table else block))
                if is_table:
                    sections[-1].blocks.append(block)
                last, restarted = number or last, False
                continue
        if sections[-1].key == "contents":
            sections.append(Section("", None))
        sections[-1].blocks.append(block)
    return sections


def _heading(
    blocks: Sequence[Paragraph | Table], at: int, inside: str
) -> tuple[str | None, list[Paragraph]]:
    """Return the section that a paragraph opens, with what of its heading stands in the next one.

    第一部分 over 部门概况, 三、一般公共预算财政拨款支出 over 决算情况说明.
    """
    block = blocks[at]
    if isinstance(block, Table):
        return None, []
    key = section_of(block, inside)
    text = block.text.strip()
    number = _NUMBER.match(text)
    if key not in {None, "unknown"} or number is None or number.lastgroup not in {"part", "top"}:
        return key, []
    following = next((b for b in blocks[at + 1 :] if isinstance(b, Table) or b.text.strip()), None)
    if not isinstance(following, Paragraph) or len(text) > LONGEST_HEADING // 2:
        return key, []
    more = following.text.strip()
    if _NUMBER.match(more) or set(text + more) & set("。；：") or len(more) > LONGEST_HEADING // 2:
        return key, []
    whole = section_of(Paragraph(text + more, block.char_start, following.char_end), inside)
    return (key, []) if whole in {None, "unknown"} else (whole, [following])


_LEADER = re.compile(r"[….·．_]{3,}\s*\d*$|[\s\t]\d{1,3}$")
# 目录, or (Yunnan 2024) 元江哈尼族彝族傣族自治县审计局2024年预算公开目录
_HEADS_CONTENTS = re.compile("(.{0,40}公开)?目录")


def _contents(document: Document) -> range:
    """Return which blocks are the table of contents; none where there is none.

    It ends where its own first lines begin to come again; without that, where a line has neither
    a leader (……) nor the number of a page.
    """
    blocks = document.blocks
    heads = (
        at
        for at, block in enumerate(blocks)
        if isinstance(block, Paragraph) and _HEADS_CONTENTS.fullmatch(fold(block.text))
    )
    start = next(heads, None)
    if start is None:
        return range(0)
    found = list(_lines(blocks, start + 1))
    until = _listed(found)
    if until is not None:
        return range(start, until)
    titles = list(takewhile(lambda line: not _is_sentence(line[1]), found))
    led = [at for at, text in titles if _LEADER.search(text.strip()) is not None]
    if led:
        return range(start, led[-1] + 1)
    # Bare titles: the contents, if the first of them stands again further down.
    end = titles[-1][0] + 1 if titles else start + 1
    later = {_plain(block.text) for block in blocks[end:] if isinstance(block, Paragraph)}
    return range(start, end if titles and _plain(titles[0][1]) in later else start + 1)


def _listed(lines: Sequence[tuple[int, str]]) -> int | None:
    """Return where the titles of a table of contents begin to come again, or None.

    A sentence ends them, too, unless other titles follow it: 反映本部门预算收支的总体情况。 is a
    remark among them, 按照《预算法》…公开如下： opens the text.
    """
    seen: set[str] = set()
    for number, (at, text) in enumerate(lines):
        if _is_sentence(text):
            more = lines[number + 1 : number + 1 + _MORE_TITLES]
            if any(_is_sentence(line) or _plain(line) in seen for _, line in more):
                return None
            continue
        plain = _plain(text)
        if plain in seen:
            # 第一部分 alone belongs to the title below it.
            before, number_alone = lines[number - 1]
            return at if _plain(number_alone) else before
        if plain:
            seen.add(plain)
    return None


_MORE_TITLES = 2


def _is_sentence(text: str) -> bool:
    bare = _LEADER.sub("", text.strip())
    return len(bare) > LONGEST_HEADING or bool(set(bare) & set("。；;"))


def _lines(blocks: Sequence[Paragraph | Table], start: int) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs below 目录, up to a table."""
    for at in range(start, min(len(blocks), start + _MOST_LINES)):
        block = blocks[at]
        if isinstance(block, Table):
            return
        if block.text.strip():
            yield at, block.text


_MOST_LINES = 200


def _plain(text: str) -> str:
    """Return a title without number, leader and page, to compare it with."""
    return fold(_LEADER.sub("", numbered(_LEADER.sub("", text.strip()))[1]))


_DIGITS = {numeral: at for at, numeral in enumerate("一二三四五六七八九", 1)}


def top_ordinal(text: str) -> int:
    """Return the number that a text opens with as 三、 or 十二、, or 0."""
    match = _NUMBER.match(text.strip())
    if match is None or not match["top"]:
        return 0
    tens, ten, ones = match["top"].rstrip("、.． ").rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def section_of(block: Paragraph, inside: str) -> str | None:
    """Return the key of the section that a paragraph opens, or None where it is no heading.

    Args:
        block: The paragraph.
        inside: The key of the section that it stands in: a list of duties or terms numbers its
            entries as sections are numbered, so there only known titles count.
    """
    text = block.text.strip()
    if not text or len(text) > LONGEST_HEADING:
        return None
    match = _NUMBER.match(text)
    title = fold(text if match is None else text[match.end() :]).rstrip("：。")
    if inside == "project-text" and is_project_heading(text):
        return None
    number = None if match is None else match.lastgroup
    if inside == "terms" and number in {"sub", "item"}:
        return None  # a term that is explained in the next paragraph
    top = block.outline is not None or number in {"part", "top"}
    in_group = number in {"sub", "item"} and inside in _GROUPS
    is_titled = _ends_as_title(title) and (number != "item" or title.endswith("说明"))
    stands_for_itself = top or in_group or is_titled
    for candidate in _titles(title, with_name=number not in {"sub", "item"}):
        for name in section_names():
            if name.level == 1 and not stands_for_itself:
                continue
            if name.title.fullmatch(candidate):
                return None if number == "sub" and name.key in _PARTS.get(inside, ()) else name.key
    if form_of(text) is not None and not _LEADER.search(text):
        return "tables"
    if number == "top" and inside not in _LISTS and _is_title(title):
        return "unknown"
    return None


# Subheadings that part a section and open none: （一）财政拨款支出决算总体情况 below
# 一般公共预算财政拨款支出决算情况说明 speaks of the general budget alone (Hunan 2023).
_PARTS = {"general-text": {"fiscal-expenditure-text", "general-text"}}

_RUN_IN = re.compile(r"(?P<title>[^。：；，]{4,40})[。：]")


def _run_in(block: Paragraph, inside: str) -> str | None:
    """Return the key of the section whose title a paragraph opens with, or None.

    1.机关运行经费。2024年…: it is title and text in one.
    """
    match = _NUMBER.match(block.text.strip())
    if inside not in _GROUPS or match is None or match.lastgroup not in {"sub", "item"}:
        return None
    opening = _RUN_IN.match(fold(block.text.strip()[match.end() :]))
    if opening is None:
        return None
    for title in (opening["title"], f"{opening['title']}情况"):
        for candidate in _titles(title, with_name=False):
            for name in section_names():
                if name.title.fullmatch(candidate):
                    return name.key
    return None


def _titles(title: str, *, with_name: bool) -> Iterator[str]:
    """Yield the title, and what is left of it without bracket, year and name before it."""
    said = headings()
    bare = _TRAILING_BRACKET.sub("", title)
    yield title
    if bare != title:
        yield bare
    lead = said.lead.match(bare)
    rest = bare[lead.end() :] if lead is not None else bare
    if rest != bare:
        yield rest
    if not with_name or set(rest) & set("，。；、：《"):
        return
    for end in said.organisation.finditer(rest):
        behind = rest[end.end() :]
        year = said.lead.match(behind)
        yield behind
        if year is not None and year.end():
            yield behind[year.end() :]


def _ends_as_title(title: str) -> bool:
    return title.endswith(headings().bare) and not set(title) & set("，。；：")


def is_project_heading(text: str) -> bool:
    """Tell whether a paragraph is a heading inside the description of a project."""
    number, title = numbered(text)
    return bool(number) and headings().project.fullmatch(fold(title).rstrip("：")) is not None


# Sections whose own entries may be numbered 一、 二、 三、.
_LISTS = frozenset(
    {"duties", "duties-organisation", "organisation", "terms", "overall-goals", "sub-goals",
     "safeguards", "other", "project-text"}
)  # fmt: skip
# Sections below which others stand as （一）, （二）, and those others (其他重要事项的情况说明).
_GROUPS = frozenset(
    {"budget-statement", "other-information", "operating", "three-public", "procurement", "assets",
     "performance", "purchased-services", "conference-training", "other", "balance-text",
     "revenue-text", "expenditure-text"}
)  # fmt: skip
_LONGEST_UNKNOWN_TITLE = 30


def _is_title(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_UNKNOWN_TITLE and not set(text) & set("。；，,;：")


def first(sections: Iterable[Section], key: str) -> Section | None:
    """Return the first section of that key, or None."""
    return next((section for section in sections if section.key == key), None)
