"""A ruled table that grows from page to page, and becomes a table of the document at its end."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from yusuan.reading.document import RawCell, RawTable
from yusuan.reading.lines import Line, cell_text, is_wrapped
from yusuan.reading.page import Ruled, RuledCell

# Columns on two pages that differ by less, in points, are the same.
_SAME = 3.0
Row = Sequence[RuledCell]


class Draft:
    """A table so far.

    Attributes:
        rows: The cells that begin in each row.
        captions: The lines right above it, without blanks.
        page: Where it ends so far.
        x0, x1, bottom: The box of its last part.
        sides: Where its cells begin and end.
    """

    def __init__(self, part: Ruled, page: int, captions: Sequence[str]) -> None:
        self.rows: list[list[RuledCell]] = []
        self.captions = list(captions)
        self.sides: set[float] = set()
        self._begin = 0
        self._take(part, page)
        self._add([list(row) for row in part.rows])

    def _take(self, part: Ruled, page: int) -> None:
        self.page, self.x0, self.x1, self.bottom = page, part.x0, part.x1, part.bottom

    def _add(self, rows: Sequence[list[RuledCell]]) -> None:
        self.rows += rows
        self.sides.update(round(x, 1) for row in rows for cell in row for x in (cell.x0, cell.x1))
        foot = self._foot()
        self._begin = min([at for at, _ in foot], default=len(self.rows))

    def _foot(self) -> list[tuple[int, RuledCell]]:
        """Return the cells that reach the last row, with the rows where they begin."""
        return [
            (at, cell)
            for at in range(self._begin, len(self.rows))
            for cell in self.rows[at]
            if at + cell.row_span >= len(self.rows)
        ]

    def extend(self, part: Ruled, page: int) -> None:
        """Add the part on the next page: without its header, its first row where it belongs."""
        rows = [list(row) for row in part.rows[repeated_rows(self, part) :]]
        self._take(part, page)
        if not rows:
            return
        foot = sorted(self._foot(), key=lambda place: place[1].x0)
        cells = [cell for _, cell in foot]
        if len(cells) == len(rows[0]) and all(map(_is_below, cells, rows[0])):
            pairs = list(zip(foot, rows[0], strict=True))
            same = _is_same_row([(cell, rest) for (_, cell), rest in pairs])
            over = [same or _reaches_over(cell, rest) for (_, cell), rest in pairs]
            for ((at, cell), rest), joins in zip(pairs, over, strict=True):
                if joins:
                    self._grow(at, cell, rest, rest.row_span - same)
            rows[0] = [rest for (_, rest), joins in zip(pairs, over, strict=True) if not joins]
            if same:
                rows = rows[1:]
        self._add(rows)

    def _grow(self, row: int, cell: RuledCell, rest: RuledCell, by: int) -> None:
        """Let a cell reach down over what goes on below it."""
        grown = replace(cell, row_span=cell.row_span + by, lines=[*cell.lines, *rest.lines])
        self.rows[row] = [grown if other is cell else other for other in self.rows[row]]


def _is_below(cell: RuledCell, rest: RuledCell) -> bool:
    return abs(cell.x0 - rest.x0) <= _SAME and abs(cell.x1 - rest.x1) <= _SAME


def _is_same_row(pairs: Sequence[tuple[RuledCell, RuledCell]]) -> bool:
    """Tell whether a page break cut a row: below it stand only the rests of broken texts."""
    broken = [(cell, rest) for cell, rest in pairs if rest.lines]
    whole = [cell for cell, rest in pairs if cell.lines and not rest.lines]
    return bool(broken) and bool(whole) and all(_is_broken(cell, rest) for cell, rest in broken)


def _is_broken(cell: RuledCell, rest: RuledCell) -> bool:
    if not cell.lines:
        return False
    last, first = cell.lines[-1], rest.lines[0]
    return is_wrapped(last, first, cell.x0 + cell.pad, cell.x1 - cell.pad)


def _reaches_over(cell: RuledCell, rest: RuledCell) -> bool:
    """Tell whether a merged cell goes on after a page break: there it is empty."""
    return bool(cell.lines) and not rest.lines and (cell.row_span > 1 or rest.row_span > 1)


def squeeze(text: str) -> str:
    """Return a text without blanks."""
    return "".join(text.split())


def _wording(row: Row) -> tuple[str, ...]:
    return tuple(squeeze("".join(line.text for line in cell.lines)) for cell in row)


def repeated_rows(draft: Draft, part: Ruled) -> int:
    """Return how many rows at the top of a part are the header of the table, word for word."""
    count = 0
    for ours, theirs in zip(draft.rows, part.rows, strict=False):
        wording = _wording(theirs)
        if not any(wording) or wording != _wording(ours):
            break
        count += 1
    return count


def part_by_wording(draft: Draft, headers: Sequence[Row]) -> Iterator[Draft]:
    """Part tables that stand so close that their rulings touch.

    A row that is the first of another table in the document begins a table here, too.
    """
    known = {wording for row in headers if len(wording := _wording(row)) > 2 and all(wording)}  # noqa: PLR2004 - a caption has two
    known.discard(_wording(draft.rows[0]))
    begins = [0]
    reach = 0
    for at, row in enumerate(draft.rows):
        if at and reach <= at and _wording(row) in known:
            begins.append(at)
        reach = max([reach, *(at + cell.row_span for cell in row)])
    for start, end in zip(begins, [*begins[1:], len(draft.rows)], strict=True):
        rows = draft.rows[start:end]
        part = Ruled(draft.x0, draft.x1, 0.0, draft.bottom, rows)
        yield Draft(part, draft.page, draft.captions)


def to_raw(draft: Draft) -> RawTable:
    """Return the table as readers give it."""
    xs: list[float] = []
    for x in sorted(draft.sides):
        if not xs or x - xs[-1] > _SAME:
            xs.append(x)
    return RawTable(list(_raw_rows(draft.rows, xs)))


def _raw_rows(rows: Sequence[Row], xs: Sequence[float]) -> Iterator[list[RawCell]]:
    reaching: list[tuple[RawCell, int]] = []  # cells from above, and the last row they reach
    for at, row in enumerate(rows):
        own = []
        for cell in row:
            column, end = (bisect_right(xs, x + 0.06) - 1 for x in (cell.x0, cell.x1))
            span = max(1, end - column)
            own.append(RawCell(_text(cell), column, cell.row_span, span, page=cell.page))
        covered = [
            RawCell("", above.column, 1, above.column_span, covered=True, page=above.page)
            for above, last in reaching
            if last >= at
        ]
        yield sorted([*own, *covered], key=lambda cell: cell.column)
        reaching = [(above, last) for above, last in reaching if last > at]
        reaching += [(cell, at + cell.row_span - 1) for cell in own if cell.row_span > 1]


def _text(cell: RuledCell) -> str:
    lines: Sequence[Line] = cell.lines
    return cell_text(lines, cell.x0 + cell.pad, cell.x1 - cell.pad)
