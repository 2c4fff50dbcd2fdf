"""Tables drawn as text, as HTML or as a workbook, for tests.

A line is a row, `|` parts its cells; `<` is a cell merged into the one to its left, `^` into the
one above.
"""

from __future__ import annotations

import io
from typing import NamedTuple

from openpyxl import Workbook


class Drawn(NamedTuple):
    """A cell with its place and what it covers, counted from 0."""

    text: str
    row: int
    column: int
    rows: int
    columns: int


def drawn(text: str) -> list[list[Drawn]]:
    """Return the cells of a drawn table, row by row."""
    rows = [[cell.strip(" ") for cell in line.split("|")] for line in text.strip("\n").split("\n")]
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    made: list[list[Drawn]] = []
    for at, row in enumerate(rows):
        made.append([])
        for column, said in enumerate(row):
            if said in {"<", "^"}:
                continue
            wide, high = 1, 1
            while column + wide < width and row[column + wide] == "<":
                wide += 1
            while at + high < len(rows) and rows[at + high][column] == "^":
                high += 1
            made[-1].append(Drawn(said, at, column, high, wide))
    return made


def html_of(text: str) -> str:
    """Return a drawn table as HTML; two blanks in a row stand for an indentation."""
    rows = (
        "".join(
            f'<td colspan="{c.columns}" rowspan="{c.rows}">{c.text.replace("  ", "　")}</td>'
            for c in row
        )
        for row in drawn(text)
    )
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def sheet_of(book: Workbook, name: str, above: list[str], text: str) -> None:
    """Put a drawn table on a sheet of its own, with lines above it."""
    sheet = book.create_sheet(name)
    for at, line in enumerate(above, 1):
        sheet.cell(at, 1, line)
    for row in drawn(text):
        for cell in row:
            top, left = len(above) + cell.row + 1, cell.column + 1
            sheet.cell(top, left, _value(cell.text))
            if cell.rows > 1 or cell.columns > 1:
                sheet.merge_cells(
                    start_row=top, start_column=left,
                    end_row=top + cell.rows - 1, end_column=left + cell.columns - 1,
                )  # fmt: skip


def _value(text: str) -> object:
    try:
        return float(text) if "." in text else text
    except ValueError:
        return text


def workbook(sheets: dict[str, tuple[list[str], str]]) -> bytes:
    """Return a workbook of drawn tables: name of the sheet → lines above it, table."""
    book = Workbook()
    book.remove(book.active)
    for name, (above, text) in sheets.items():
        sheet_of(book, name, above, text)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
