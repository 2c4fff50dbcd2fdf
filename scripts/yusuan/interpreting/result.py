"""What interpreting a document gives: rows of the tables, and what was not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Value = str | int | Decimal | bool | date | None
Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Unread:
    """A piece of the canonical text that no row uses and that is no known label.

    Attributes:
        char_start, char_end: Its place in the canonical text.
        text: What it says.
        section: Title of the section that it stands in, "" before the first.
        table_no: From 1, where it stands in a table.
    """

    char_start: int
    char_end: int
    text: str
    section: str
    table_no: int | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """How much of a document was interpreted.

    Attributes:
        tables: Tables seen.
        tables_interpreted: Tables of which some cell was used.
        cells: Cells with text.
        cells_used: Cells that a row uses.
        cells_label: Cells that are structural labels of the closed list.
        paragraphs: Paragraphs with text.
        paragraphs_used: Paragraphs that a row uses.
        paragraphs_label: Paragraphs that are structural labels of the closed list.
        tables_left: Number, from 1, and caption of each table of which nothing was used.
        sections_left: Titles of the sections that the list of sections does not know.
        amounts_aside: Amounts in sentences that are left aside by name: `ignored` in the lookups.
        hidden_sheets: Names of sheets that were not read because they are hidden.
    """

    tables: int
    tables_interpreted: int
    cells: int
    cells_used: int
    cells_label: int
    paragraphs: int
    paragraphs_used: int
    paragraphs_label: int
    tables_left: tuple[tuple[int, str], ...] = ()
    sections_left: tuple[str, ...] = ()
    amounts_aside: int = 0
    hidden_sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A document as rows.

    Attributes:
        rows: Table name → its rows, in the order of the document; every table of the descriptor
            is there, `segments` too.
        document_id: `131024.304.2021.budget`.
        unread: What no row uses, in order.
        extraction: The counts.
    """

    rows: Mapping[str, Sequence[Row]]
    document_id: str
    unread: tuple[Unread, ...]
    extraction: Extraction
