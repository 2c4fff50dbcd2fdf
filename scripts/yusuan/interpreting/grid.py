"""Headers of tables: which column says what, whether a merge is known or has to be inferred."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from yusuan.interpreting.lookups import fold
from yusuan.reading.document import Cell

Row = Sequence[Cell]


def texts(row: Row) -> list[str]:
    """Return the folded texts of a row."""
    return [fold(cell.text) for cell in row]


def filled(row: Row) -> list[Cell]:
    """Return the cells of a row that say something."""
    return [cell for cell in row if cell.text.strip()]


def header(rows: Sequence[Row], start: int, is_sub: Callable[[str], bool]) -> tuple[list[str], int]:
    """Return the name of every column and how many rows the header takes.

    A second header row is one whose every filled cell is a sub-header by `is_sub`. In a dump the
    merged cells of the first row stand once; its cells are laid over the second row so: a blank
    below is a cell that reaches down, a run of sub-headers belongs to one cell above.

    Args:
        rows: The rows of a table.
        start: Which of them is the header's first.
        is_sub: Tells whether a folded text is a sub-header.
    """
    top = rows[start]
    if start + 1 >= len(rows):
        return texts(top), 1
    below = rows[start + 1]
    subs = filled(below)
    if not subs or not all(is_sub(fold(cell.text)) for cell in subs) or len(below) < len(top):
        return texts(top), 1
    upper = _spread(top, below)
    return [fold(cell.text) or name for cell, name in zip(below, upper, strict=True)], 2


def _spread(top: Row, below: Row) -> list[str]:
    """Return for each cell of the second header row the text of the cell above it."""
    spans = [cell.column_span for cell in top]
    known = [span for span in spans if span is not None]
    if len(known) == len(top) and sum(known) == len(below):
        return [fold(cell.text) for cell, span in zip(top, known, strict=True) for _ in range(span)]
    blanks = sum(1 for cell in below if not cell.text.strip())
    wide = len(top) - blanks
    names: list[str] = []
    above = iter(texts(top))
    run = False
    for cell in below:
        if not cell.text.strip():
            names.append(next(above, ""))
            run = False
        else:
            if not run or wide <= 0:
                current = next(above, "")
            names.append(current)
            run = True
    return names
