"""Names of organisations that stand behind a label or a budget code.

编制部门：香河县教育局, 部门名称 with the name in the next cell, 304001香河县教育局本级.
The labels stand in `data/organisations.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from yusuan.codes import bare, is_organisation
from yusuan.codes.names import wordings
from yusuan.interpreting.titles import Squeezed, squeezed
from yusuan.reading.document import Block, Document, Paragraph, Table

_UNIT = re.compile(
    r"(?P<code>\d{6}|\d{9})\s*(?P<name>[\u4e00-\u9fff][\u4e00-\u9fff（）()“”]{3,48}?)(?=\s|单位|$)"
)
_CODED_NAME = re.compile(
    r"[（\[【]?(?P<code>\d{3,9})?[）\]】]?[-_—]*(?P<name>[\u4e00-\u9fff][\u4e00-\u9fff（）“”、·]{2,49})"
)
_NEXT_LABEL = re.compile(r"(?:金额单位|单位|截止时间|(?:填报|编制|填表)?(?:日期|时间|人)|联系人)$")
_STAMP = re.compile(r"（?(?:公章|盖章|签章)）?$")
_MEASURES = ("人民币", "万元", "亿元")
_SHORTEST, _LONGEST_LABEL = 3, 30


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of an organisation in the text."""

    name: str
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """A name behind a label.

    Attributes:
        role: Which labels it stands behind: `department`, `unit` or `superior`.
        mention: The name.
        code: The budget code in front of it, "" for none.
    """

    role: str
    mention: Mention
    code: str


def blocks(document: Document) -> Iterator[Block]:
    """Yield every paragraph and cell in order."""
    for block in document.blocks:
        if isinstance(block, Table):
            yield from block.cells
        else:
            yield block


def coded_units(document: Document) -> list[tuple[str, Mention]]:
    """Return every unit that is named behind its budget code: 304001香河县教育局本级."""
    found = []
    for block in blocks(document):
        text = block.text.strip()
        if not text[:6].isdigit():
            continue
        match = _UNIT.match(text)
        if match is not None and is_organisation(match["name"]):
            lead = len(block.text) - len(block.text.lstrip())
            start, end = block.span(lead + match.start("name"), lead + match.end("name"))
            found.append((match["code"], Mention(match["name"], start, end)))
    return found


def labelled(document: Document) -> Iterator[Labelled]:
    """Yield every name behind a label, in the same block or in the cell to the right."""
    for block in document.blocks:
        if isinstance(block, Paragraph):
            yield from _behind_label(block)
            continue
        for row in block.rows:
            for cell in row:
                yield from _behind_label(cell)
            for cell, right in pairwise(row):
                role = _labels().get(_label_alone(cell.text))
                if role is not None:
                    yield from _name_at(right, 0, role)


def _label_alone(text: str) -> str:
    if len(text) > _LONGEST_LABEL:
        return ""
    return "".join(text.split()).rstrip("：:").replace("(", "（").replace(")", "）")


def _behind_label(block: Block) -> Iterator[Labelled]:
    if "：" not in block.text and ":" not in block.text:
        return
    line = squeezed(block)
    colon = min(at for at in (line.text.find("："), line.text.find(":")) if at >= 0)
    role = _labels().get(line.text[:colon])
    if role is not None:
        yield from _name_at(block, colon + 1, role)


def _end_of_name(line: Squeezed, begin: int, end: int) -> int:
    """Return where a name ends: at a blank behind it, or where the next label begins."""
    for at in range(begin + _SHORTEST, end):
        (block, last), (following, first) = line.places[at - 1], line.places[at]
        is_apart = block is not following or first - last > 1
        if is_apart and is_organisation(line.text[begin:at]):
            return at
    if line.text[end : end + 1] in {"：", ":"}:
        # 编制部门：香河县教育局单位：万元 without a blank between.
        end -= len(line.text[begin:end]) - len(_NEXT_LABEL.sub("", line.text[begin:end]))
    return end - len(line.text[begin:end]) + len(_STAMP.sub("", line.text[begin:end]))


def _name_at(block: Block, at: int, role: str) -> Iterator[Labelled]:
    """Yield the name that stands at a place of a block's squeezed text."""
    line = squeezed(block)
    match = _CODED_NAME.match(line.text, at)
    if match is None:
        return
    begin = match.start("name")
    end = _end_of_name(line, begin, match.end("name"))
    name = line.text[begin:end]
    if len(name) >= _SHORTEST and not name.startswith(_MEASURES):
        short = bare(name) if role != "unit" else name
        start, stop = line.span(begin, begin + len(short))
        yield Labelled(role, Mention(short, start, stop), match["code"] or "")


@cache
def _labels() -> dict[str, str]:
    return {label: role for role, labels in wordings()["labels"].items() for label in labels}
