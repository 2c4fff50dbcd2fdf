"""A document cut into the sections of the template, by their headings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from yusuan.interpreting.lookups import fold, section_names
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
            heading that the list doesn't know.
        heading: The paragraph that opens it.
        blocks: What stands under it, in order.
    """

    key: str
    heading: Paragraph | None
    blocks: list[Paragraph | Table] = field(default_factory=list)

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
    last = 0  # the number of the last 一、 heading
    restarted = False  # whether a list inside the section counts 一、 二、 itself
    for block in document.blocks:
        if isinstance(block, Paragraph):
            number = top_ordinal(block.text)
            restarted = restarted or number == 1
            follows = number == last + 1 and not restarted
            key = section_of(block, inside="" if follows else sections[-1].key)
            if key is not None:
                sections.append(Section(key, block))
                last, restarted = number or last, False
                continue
        sections[-1].blocks.append(block)
    return sections


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
    title = fold(text if match is None else text[match.end() :]).rstrip("：")
    top = block.outline is not None or (
        match is not None and (match["part"] is not None or match["top"] is not None)
    )
    bare = _TRAILING_BRACKET.sub("", title)
    for name in section_names():
        if name.level == 1 and not top:
            continue
        if name.title.fullmatch(title) or name.title.fullmatch(bare):
            return name.key
    if match is not None and match["top"] and inside not in _LISTS and _is_title(title):
        return "unknown"
    return None


# Sections whose own entries may be numbered 一、 二、 三、.
_LISTS = frozenset(
    {"duties", "duties-organisation", "organisation", "terms", "overall-goals", "sub-goals",
     "safeguards", "other"}
)  # fmt: skip
_LONGEST_UNKNOWN_TITLE = 30


def _is_title(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_UNKNOWN_TITLE and not set(text) & set("。；，,;：")


def first(sections: Iterable[Section], key: str) -> Section | None:
    """Return the first section of that key, or None."""
    return next((section for section in sections if section.key == key), None)
