"""A document as readers give it: blocks of plain text, and the one canonical text they make.

The canonical text has one form for every format: a paragraph is its text and a newline; a cell
is TAB, its text, newline; a row ends with a newline, a table ends with a newline. What a block
says is found in that text again by `char_start` and `char_end`: code points, from 0, end
exclusive. Nothing here knows a file format, or what a budget is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a cell: text without marks, and its place in the canonical text.

    Attributes:
        text: What a person reads; residue is not in it.
        char_start, char_end: The place of `text` in the canonical text, without TAB and
            newline; residue inside lies between the two.
        marks: Residue inside, as (position in `text`, length in the canonical text) pairs in
            order: a bookmark mark that the dump left, say.
        page: From 1, where the format has pages.
    """

    text: str
    char_start: int
    char_end: int
    marks: tuple[tuple[int, int], ...] = ()
    page: int | None = None

    def span(self, start: int = 0, end: int | None = None) -> tuple[int, int]:
        """Return where `text[start:end]` stands in the canonical text."""
        end = len(self.text) if end is None else end
        before = sum(length for at, length in self.marks if at <= start)
        within = sum(length for at, length in self.marks if at < end)
        return self.char_start + start + before, self.char_start + end + max(before, within)


@dataclass(frozen=True, slots=True)
class Paragraph(Block):
    """One paragraph.

    Attributes:
        outline: The heading level that the format itself states, from 1; None for body text and
            where the format does not say.
    """

    outline: int | None = None


@dataclass(frozen=True, slots=True)
class Cell(Block):
    """One cell of a table.

    Attributes:
        row, column: From 0; `column` counts grid columns where spans are known, else cells.
        row_span, column_span: None where the format does not say (a dump).
        covered: True for the empty cell that stands where a cell from above reaches down.
    """

    row: int = 0
    column: int = 0
    row_span: int | None = None
    column_span: int | None = None
    covered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: rows of cells; a horizontal merge stands once, a vertical merge leaves empties."""

    rows: tuple[tuple[Cell, ...], ...]

    @property
    def cells(self) -> Iterator[Cell]:
        """Every cell, row by row."""
        for row in self.rows:
            yield from row


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read.

    Attributes:
        text: The canonical text.
        blocks: Paragraphs and tables in order.
        format: `txt`, `docx`, `doc`, `odt`, `rtf`, `html`, `pdf`, `xlsx` or `xls`.
        media_type: The IANA media type; for txt with its charset.
        residue: Spans of `text` that are no content: bookmark marks, page furniture, a byte
            order mark. In order, without overlap.
        undecoded: Bytes of a txt file that are no text in its charset, as (offset into the
            canonical text, the bytes in hexadecimal): with them the file is rebuilt.
        pages: How many pages, where the format has them.
        tables_only: True for a workbook, which has no running text.
        hidden_sheets: Names of the sheets of a workbook that are hidden and therefore not read.
    """

    text: str
    blocks: tuple[Paragraph | Table, ...]
    format: str
    media_type: str
    residue: tuple[tuple[int, int], ...] = ()
    undecoded: tuple[tuple[int, str], ...] = ()
    pages: int | None = None
    tables_only: bool = False
    hidden_sheets: tuple[str, ...] = ()

    @property
    def tables(self) -> list[Table]:
        """The tables in order."""
        return [block for block in self.blocks if isinstance(block, Table)]


class RawCell(NamedTuple):
    """A cell before it has its place.

    Attributes:
        covered: The empty stand-in for a cell from above that reaches down; its text is "".
    """

    text: str
    column: int
    row_span: int = 1
    column_span: int = 1
    covered: bool = False
    page: int | None = None


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table before it has its place: rows of cells, empty rows allowed."""

    rows: Sequence[Sequence[RawCell]]


@dataclass(frozen=True, slots=True)
class RawParagraph:
    """A paragraph before it has its place.

    Attributes:
        furniture: True for what a page prints around the content: page numbers, running heads.
    """

    text: str
    outline: int | None = None
    page: int | None = None
    furniture: bool = False


def compose(
    raw: Iterable[RawParagraph | RawTable],
    *,
    format: str,  # noqa: A002 - the word of the trade
    media_type: str,
    pages: int | None = None,
    tables_only: bool = False,
) -> Document:
    """Lay blocks out as one canonical text and return the document.

    TAB inside a text becomes a space and CR or CRLF a newline, so that the form of the canonical
    text stays readable by machines. Furniture stands in the text, is residue, and is no block.
    """
    parts: list[str] = []
    blocks: list[Paragraph | Table] = []
    residue: list[tuple[int, int]] = []
    at = 0

    def put(text: str) -> None:
        nonlocal at
        parts.append(text)
        at += len(text)

    for block in raw:
        if isinstance(block, RawParagraph):
            text, start = _plain(block.text), at
            put(text + "\n")
            if block.furniture:
                residue.append((start, at))
            else:
                blocks.append(Paragraph(text, start, at - 1, (), block.page, block.outline))
            continue
        rows: list[tuple[Cell, ...]] = []
        for row_no, raw_row in enumerate(block.rows):
            row: list[Cell] = []
            for cell in raw_row:
                text = _plain(cell.text)
                put("\t")
                start = at
                put(text + "\n")
                row.append(
                    Cell(
                        text, start, at - 1, (), cell.page, row_no, cell.column,
                        cell.row_span, cell.column_span, cell.covered,
                    )
                )  # fmt: skip
            put("\n")
            rows.append(tuple(row))
        put("\n")
        blocks.append(Table(tuple(rows)))
    return Document(
        "".join(parts), tuple(blocks), format, media_type, tuple(residue), (), pages, tables_only
    )


def _plain(text: str) -> str:
    if "\t" not in text and "\r" not in text:
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
