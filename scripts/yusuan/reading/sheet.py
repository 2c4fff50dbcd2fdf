"""Workbooks, xlsx and xls, read as the tables that they show.

Cells are read as their number formats show them (see `numberformat`); where a table begins and
ends is told in `grid`. Hidden sheets are left out: they hold the lists and links of the program
that filled the workbook, and are not disclosed. Hidden rows and columns are read: the totals count
them, and a filter that was left on hides amounts that belong to the table.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import IO, Any

import openpyxl
import openpyxl.utils
import xlrd
from lxml import etree
from openpyxl.cell import Cell, MergedCell
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from yusuan.errors import DocumentError
from yusuan.messages import say
from yusuan.reading.document import Document, compose
from yusuan.reading.grid import Grid, Merge, part
from yusuan.reading.numberformat import is_date_format, show_date, show_number
from yusuan.reading.zipped import open_zip

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_XLS = "application/vnd.ms-excel"
_OLE = b"\xd0\xcf\x11\xe0"
# A county's largest workbook has some ten thousand cells; a million take openpyxl half a gigabyte.
_MOST_CELLS = 1_000_000
_MOST_BYTES = 256 * 2**20
_CHUNK = 2**16
_SHEET_PART = re.compile(r"(?i)sheet[^/]*\.xml$")
# What openpyxl and xlrd raise on damaged files; neither has one root for its errors.
_XLSX_FAULTS = (
    InvalidFileException, zipfile.BadZipFile, zipfile.LargeZipFile, etree.XMLSyntaxError,
    SyntaxError, AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError,
    TypeError, ValueError,
)  # fmt: skip
_XLS_FAULTS = (
    xlrd.XLRDError, xlrd.compdoc.CompDocError, struct.error, AssertionError, AttributeError,
    IndexError, KeyError, NotImplementedError, OverflowError, TypeError, ValueError,
)  # fmt: skip


def read_xlsx(data: bytes) -> Document:
    """Read an xlsx workbook.

    Args:
        data: The file.

    Raises:
        DocumentError: The workbook is encrypted, damaged, empty or too large, or has formulas
            whose results are not stored in it.
    """
    if data.startswith(_OLE):
        raise _error("sheet-encrypted")
    try:
        found = _look_through(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about drawings and checks that are not read
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
        if found.without_result:
            _refuse_formulas(data, book, found.without_result)
        grids = [_xlsx_grid(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
        hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    except _XLSX_FAULTS as fault:
        raise _error("sheet-damaged") from fault
    return _compose(grids, hidden, "xlsx", _XLSX)


def read_xls(data: bytes) -> Document:
    """Read an xls workbook, as Excel 97 to 2003 wrote it.

    Args:
        data: The file.

    Raises:
        DocumentError: The workbook is encrypted, damaged or empty.
    """
    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
        grids = [_xls_grid(book, sheet) for sheet in book.sheets() if sheet.visibility == 0]
        hidden = [sheet.name for sheet in book.sheets() if sheet.visibility != 0]
    except _XLS_FAULTS as fault:
        encrypted = "encrypted" in str(fault).lower()
        raise _error("sheet-encrypted" if encrypted else "sheet-damaged") from fault
    return _compose(grids, hidden, "xls", _XLS)


def _compose(grids: Iterable[Grid], hidden: Iterable[str], kind: str, media_type: str) -> Document:
    blocks = [block for grid in grids for block in part(grid)]
    if not blocks:
        raise _error("sheet-empty")
    document = compose(blocks, format=kind, media_type=media_type, tables_only=True)
    return replace(document, hidden_sheets=tuple(hidden))


def _error(key: str, **values: object) -> DocumentError:
    return DocumentError("", say(key, **values), say(f"{key}-advice"))


def _too_large() -> DocumentError:
    return _error("sheet-too-large", megabytes=_MOST_BYTES >> 20, cells=_MOST_CELLS)


# ------------------------------------------------------------------------------------- xlsx


@dataclass(slots=True)
class _Found:
    """What a look through the parts of a workbook found, before openpyxl takes memory for it."""

    cells: int = 0
    without_result: set[str] = field(default_factory=set)


def _look_through(data: bytes) -> _Found:
    """Count what a workbook unpacks to, and find formulas without results.

    Sizes in a zip directory may lie, and openpyxl makes an object for every cell of a merge: one
    merge of everything would be 17 thousand million. Every part is read in chunks.
    """
    found, size = _Found(), 0
    with open_zip(data) as archive:
        for name in archive.namelist():
            with archive.open(name) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > _MOST_BYTES:
                        raise _too_large()
            if _SHEET_PART.search(name):
                with archive.open(name) as stream:
                    _look_through_sheet(stream, found)
    return found


def _look_through_sheet(stream: IO[bytes], found: _Found) -> None:
    tags = ("{*}c", "{*}row", "{*}mergeCell")
    for _, node in etree.iterparse(stream, tag=tags, resolve_entities=False, no_network=True):
        name = etree.QName(node).localname
        if name == "c":
            found.cells += 1
            formula = node.find("{*}f")
            if formula is not None and node.find("{*}v") is None and node.find("{*}is") is None:
                found.without_result.add(node.get("r") or "")
        elif name == "mergeCell":
            found.cells += _area(node.get("ref") or "")
        else:
            while node.getprevious() is not None:  # rows that were seen
                del node.getparent()[0]
        node.clear()
        if found.cells > _MOST_CELLS:
            raise _too_large()


def _area(reference: str) -> int:
    left, top, right, bottom = range_boundaries(reference)
    if left is None or top is None or right is None or bottom is None:
        raise _too_large()  # B:C or 2:3, a merge without end
    return int((right - left + 1) * (bottom - top + 1))


def _refuse_formulas(data: bytes, values: Workbook, cells: set[str]) -> None:
    """Raise an error for the first visible formula whose result is not stored."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        formulas = openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
    for sheet in values.worksheets:
        if sheet.sheet_state != "visible":
            continue
        for reference in sorted(cells):
            if sheet[reference].value is None and formulas[sheet.title][reference].data_type == "f":
                raise _error("sheet-formula", sheet=sheet.title, cell=reference, count=len(cells))


def _xlsx_grid(sheet: Worksheet) -> Grid:
    texts: dict[tuple[int, int], str] = {}
    ruled = set()
    for (row, column), cell in _cells(sheet):
        at = (row - 1, column - 1)
        if cell.has_style and _is_ruled(cell):
            ruled.add(at)
        shown = "" if isinstance(cell, MergedCell) else _shown(cell.value, cell.number_format)
        if shown.strip():
            texts[at] = shown
    merges = [
        Merge(top - 1, left - 1, bottom - 1, right - 1)
        for left, top, right, bottom in (merged.bounds for merged in sheet.merged_cells.ranges)
    ]
    return Grid(sheet.title, texts, merges, frozenset(ruled))


def _cells(sheet: Worksheet) -> Iterator[tuple[tuple[int, int], Cell | MergedCell]]:
    """Give the cells that exist, each with its row and column from 1.

    `iter_rows` would make all cells up to the last one: a stray blank at XFD1048576 costs 1.3 GB.
    """
    yield from sheet._cells.items()  # noqa: SLF001 - there is no public way


def _is_ruled(cell: Cell | MergedCell) -> bool:
    sides = (cell.border.left, cell.border.right, cell.border.top, cell.border.bottom)
    return any(side is not None and side.style is not None for side in sides)


def _shown(value: Any, code: str) -> str:
    """Return what a cell shows."""
    if value is None:
        return ""
    if isinstance(value, str):
        return unescape(value)  # _x000D_ stands for a carriage return
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return show_number(value, code)
    if isinstance(value, datetime | date | time | timedelta):
        return show_date(value, code)
    return str(value)


# -------------------------------------------------------------------------------------- xls


def _xls_grid(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Grid:
    texts: dict[tuple[int, int], str] = {}
    ruled = set()
    merges = [Merge(top, left, end - 1, right - 1) for top, end, left, right in sheet.merged_cells]
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            style = book.xf_list[sheet.cell_xf_index(row, column)]
            border = style.border
            if (
                border.left_line_style
                or border.right_line_style
                or border.top_line_style
                or border.bottom_line_style
            ):
                ruled.add((row, column))
            shown = _xls_shown(book, sheet.cell(row, column), style)
            if shown.strip():
                texts[row, column] = shown
    for merge in merges:  # what stands under a merge is not shown
        for row in range(merge.top, merge.bottom + 1):
            for column in range(merge.left, merge.right + 1):
                if (row, column) != (merge.top, merge.left):
                    texts.pop((row, column), None)
    return Grid(sheet.name, texts, merges, frozenset(ruled))


def _xls_shown(book: xlrd.Book, cell: xlrd.sheet.Cell, style: xlrd.formatting.XF) -> str:
    code = book.format_map[style.format_key].format_str
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return _shown(bool(cell.value), code)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    if cell.ctype == xlrd.XL_CELL_DATE and is_date_format(code):
        moment = xlrd.xldate.xldate_as_datetime(cell.value, book.datemode)
        return _shown(moment.time() if cell.value < 1 else moment, code)
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return ""
    return _shown(cell.value, code)
