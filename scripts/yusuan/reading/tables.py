"""A ruled table that grows from page to page, and becomes a table of the document at its end."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from yusuan.reading.document import RawCell, RawParagraph, RawTable
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
    """

    def __init__(self, part: Ruled, page: int, captions: Sequence[str]) -> None:
        self.rows: list[list[RuledCell]] = [list(row) for row in part.rows]
        self.captions = list(captions)
        self._take(part, page)

    def _take(self, part: Ruled, page: int) -> None:
        self.page, self.x0, self.x1, self.bottom = page, part.x0, part.x1, part.bottom

    def sides(self) -> set[float]:
        """Return where its cells begin and end, from left to right."""
        return {x for row in self.rows for cell in row for x in (cell.x0, cell.x1)}

    def extend(self, part: Ruled, page: int) -> None:
        """Add the part on the next page: without its header, its first row where it belongs."""
        rows = [list(row) for row in part.rows[repeated_rows(self, part) :]]
        self._take(part, page)
        if not rows:
            return
        pairs = self._pairs(rows[0])
        if pairs is not None and _is_same_row(pairs):
            for cell, rest in pairs:
                self._grow(cell, rest, rest.row_span - 1)
            rows = rows[1:]
        else:
            for cell, rest in pairs or ():
                if _reaches_over(cell, rest):
                    self._grow(cell, rest, rest.row_span)
                    rows[0].remove(rest)
        self.rows += rows

    def _pairs(self, row: Row) -> list[tuple[RuledCell, RuledCell]] | None:
        """Return the cells at the foot with those below them; None where they don't match."""
        foot = [
            cell
            for at, cells in enumerate(self.rows)
            for cell in cells
            if at + cell.row_span >= len(self.rows)
        ]
        foot.sort(key=lambda cell: cell.x0)
        if len(foot) != len(row):
            return None
        pairs = list(zip(foot, row, strict=True))
        return pairs if all(_is_below(cell, rest) for cell, rest in pairs) else None

    def _grow(self, cell: RuledCell, rest: RuledCell, by: int) -> None:
        grown = replace(cell, row_span=cell.row_span + by, lines=[*cell.lines, *rest.lines])
        for cells in self.rows:
            for at, other in enumerate(cells):
                if other is cell:
                    cells[at] = grown


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


def to_raw(draft: Draft) -> Iterator[RawParagraph | RawTable]:
    """Give the table; a single box is no table but a frame around paragraphs."""
    cells = [cell for row in draft.rows for cell in row]
    if len(cells) == 1:
        for text in _text(cells[0]).split("\n"):
            if text:
                yield RawParagraph(text, page=cells[0].page)
        return
    xs: list[float] = []
    for x in sorted(draft.sides()):
        if not xs or x - xs[-1] > _SAME:
            xs.append(x)
    yield RawTable(list(_raw_rows(draft.rows, xs)))


def _raw_rows(rows: Sequence[Row], xs: Sequence[float]) -> Iterator[list[RawCell]]:
    reaching: list[tuple[RawCell, int]] = []  # cells from above, and the last row they reach
    for at, row in enumerate(rows):
        own = []
        for cell in row:
            column, end = (bisect_right(xs, x + 0.01) - 1 for x in (cell.x0, cell.x1))
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
