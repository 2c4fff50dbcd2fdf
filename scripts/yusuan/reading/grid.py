"""What a sheet of a workbook holds, parted into the paragraphs and tables that a reader sees.

A sheet is one endless grid: titles, unit notes and remarks stand in cells as the tables do. The
ruling tells them apart where there is any. Nothing here knows a file format.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yusuan.reading.document import RawCell, RawParagraph, RawTable

# Names that a program gives: Sheet1, 工作表1, 表01, 1. They say nothing about the content.
_NUMBERED_NAME = re.compile(r"(?i)(?:sheet|工作表|表|附表)?\s*[-_]?\s*\d*")
# The widest merge that is taken at its word; a title merged over a whole row is 16,384 wide.
_WIDEST_MERGE = 256
# So many filled cells make a row of a table even where it is not ruled: a caption has two, the
# name of the department and the unit.
_FILLED_CELLS_OF_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Merge:
    """Merged cells: first and last row and column, from 0, all inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet: only what is filled, merged or ruled, so that a far-off cell costs nothing.

    Attributes:
        name: The name on the tab.
        texts: (row, column) → what the cell shows; no empty texts.
        merges: Merged cells; the text stands at their top left.
        ruled: The cells with a border line.
    """

    name: str
    texts: dict[tuple[int, int], str]
    merges: Sequence[Merge]
    ruled: frozenset[tuple[int, int]]


def part(grid: Grid) -> Iterator[RawParagraph | RawTable]:
    """Give a sheet's paragraphs and tables, top down; nothing for a sheet without text.

    The name of the sheet comes first. It is furniture where a program gave it or the sheet says
    it anyway, so that it is not taken for a caption.
    """
    if not grid.texts:
        return
    name = grid.name.strip()
    said = any(name in text for text in grid.texts.values())
    yield RawParagraph(name, furniture=said or _NUMBERED_NAME.fullmatch(name) is not None)
    rows = _Rows(grid)
    for run in _runs(rows):
        if run.is_table:
            yield _table(rows, run.rows)
        else:
            for row in run.rows:
                texts = [grid.texts[row, column] for column in rows.filled[row]]
                yield RawParagraph("  ".join(texts))


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows that follow each other and are all of one table, or are all paragraphs."""

    rows: list[int]
    is_table: bool


class _Rows:
    """A sheet row by row: which cells are filled, which are ruled, which merges begin."""

    def __init__(self, grid: Grid) -> None:
        self.texts = grid.texts
        self.filled: dict[int, list[int]] = {}
        for row, column in sorted(grid.texts):
            self.filled.setdefault(row, []).append(column)
        self.ruled: dict[int, list[int]] = {}
        for row, column in sorted(grid.ruled):
            self.ruled.setdefault(row, []).append(column)
        self.merges: dict[int, list[Merge]] = {}
        for merge in grid.merges:
            self.merges.setdefault(merge.top, []).append(merge)
        self.last = max(self.filled)

    def reach(self, row: int) -> tuple[int, int]:
        """Return the first and last column that a filled row takes, merges included."""
        columns = self.filled[row]
        ends = [m.right for m in self.merges.get(row, ()) if (row, m.left) in self.texts]
        return columns[0], max([columns[-1], *ends])


def _runs(rows: _Rows) -> Iterator[_Run]:
    split = _split_by_ruling if rows.ruled else _split_by_gaps
    for run in split(rows):
        if run.rows:
            yield run


def _split_by_ruling(rows: _Rows) -> Iterator[_Run]:
    """Part a ruled sheet: what is ruled is a table, what is not stands around it."""
    table: list[int] = []
    around: list[int] = []
    for row in sorted({*rows.filled, *rows.ruled}):
        if row > rows.last:  # ruled, and empty down to the end of the sheet
            break
        filled = len(rows.filled.get(row, ()))
        goes_on = bool(table) and row == table[-1] + 1
        # A row of a table that its author forgot to rule. Above a table two cells are a caption.
        unruled = filled >= _FILLED_CELLS_OF_A_ROW or (goes_on and filled > 1)
        if row in rows.ruled or unruled:
            if not goes_on:
                yield _Run(table, is_table=True)
                table = []
            yield _Run(around, is_table=False)
            around = []
            table.append(row)
        else:
            yield _Run(table, is_table=True)
            table = []
            around.append(row)
    yield _Run(table, is_table=True)
    yield _Run(around, is_table=False)


def _split_by_gaps(rows: _Rows) -> Iterator[_Run]:
    """Part a sheet without ruling: a table begins at a row of several cells, ends at a gap.

    One empty row does not end it, where a row of several cells follows.
    """
    table: list[int] = []
    around: list[int] = []
    for row in sorted(rows.filled):
        several = len(rows.filled[row]) > 1
        gap = row - table[-1] - 1 if table else 0
        if table and (gap == 0 or (gap == 1 and several)):
            table.extend(range(table[-1] + 1, row + 1))
        elif several:
            yield _Run(table, is_table=True)
            table = [row]
            # Merged over just the width of the table: its first row, not a title above it.
            while around and around[-1] == table[0] - 1 and _spans(rows, around[-1], table[0]):
                table.insert(0, around.pop())
            yield _Run(around, is_table=False)
            around = []
        else:
            yield _Run(table, is_table=True)
            table = []
            around.append(row)
    yield _Run(table, is_table=True)
    yield _Run(around, is_table=False)


def _spans(rows: _Rows, title: int, row: int) -> bool:
    return rows.reach(title)[1] > rows.filled[title][0] and rows.reach(title) == rows.reach(row)


def _table(rows: _Rows, members: list[int]) -> RawTable:
    """Lay rows out as a table: empty cells filled in, merges as spans and covered cells."""
    columns = _columns(rows, members)
    covering: dict[int, list[tuple[int, int]]] = {}
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for merge in _merges_in(rows, members):
        left, right = bisect_left(columns, merge.left), bisect_right(columns, merge.right) - 1
        inside = [row for row in members if merge.top <= row <= merge.bottom]
        if left > right or not inside:
            continue
        spans[inside[0], left] = (len(inside), right - left + 1)
        for row in inside[1:]:
            covering.setdefault(row, []).append((left, right))
    laid_out = []
    for row in members:
        covered = dict(covering.get(row, ()))
        cells, at = [], 0
        while at < len(columns):
            if at in covered:
                width = covered[at] - at + 1
                cells.append(RawCell("", at, 1, width, covered=True))
            else:
                height, width = spans.get((row, at), (1, 1))
                cells.append(RawCell(rows.texts.get((row, columns[at]), ""), at, height, width))
            at += width
        laid_out.append(cells)
    return RawTable(laid_out)


def _merges_in(rows: _Rows, members: list[int]) -> list[Merge]:
    """Give the merges that begin in these rows; one that begins above them is another table's."""
    return [merge for row in members for merge in rows.merges.get(row, ())]


def _columns(rows: _Rows, members: list[int]) -> list[int]:
    """Return the columns that hold something in these rows: text, ruling, or a part of a merge.

    Ruled but empty columns behind the last text are cut.
    """
    used: set[int] = set()
    last = 0
    for row in members:
        used.update(rows.filled.get(row, ()), rows.ruled.get(row, ()))
        if row in rows.filled:
            last = max(last, rows.reach(row)[1])
    for merge in _merges_in(rows, members):
        used.update(range(merge.left, min(merge.right, merge.left + _WIDEST_MERGE) + 1))
        used.add(merge.right)
    return sorted(column for column in used if column <= last)
