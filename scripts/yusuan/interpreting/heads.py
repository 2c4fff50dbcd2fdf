"""A table laid out: its captions, its header, and what each of its columns tells.

Files say differently what is merged, and pages of a PDF differ by a point or two. So the columns
are those of the row that most rows are like, and every other row is laid over them: cell by cell
where it has as many, by where cells begin and end where it has fewer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import dropwhile

from yusuan.amounts import parse
from yusuan.interpreting.columns import Column, columns_of, economic_class
from yusuan.interpreting.forms import Form, form_of, head, is_head
from yusuan.interpreting.grid import Row, filled, texts
from yusuan.interpreting.lookups import fold
from yusuan.reading.document import Cell, Table

# A wider table is no standard table; so is one whose header stands deeper.
_WIDEST = 48
_DEEPEST = 12
_NUMBER_OF_A_COLUMN = re.compile(r"(\d{1,2})(?:[=＝][\d+＋\-－（）*]+)?")
_NUMBERED_COLUMNS = 3
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Laid:
    """One row over the columns: which cell stands in each.

    Attributes:
        cells: Column → its cell; a merged cell stands in each of its columns.
        row: The row as read.
    """

    cells: dict[int, Cell]
    row: Row


@dataclass(frozen=True, slots=True)
class Layout:
    """A table cut into what stands over it, its header and its rows.

    Attributes:
        captions: Rows above the header.
        header: Rows of the header, also where it stands again.
        columns: What each column tells.
        body: The rows below; those without any text are left out.
        ragged: Rows that do not fit the columns.
    """

    captions: Sequence[Row]
    header: list[Row]
    columns: list[Column]
    body: list[Laid]
    ragged: list[Row] = field(default_factory=list)


def header_rows(table: Table, fiscal_year: int) -> Range | None:
    """Return where the header of a table begins and ends, or None where it has none."""
    rows = table.rows
    start = next(
        (at for at, row in enumerate(rows[:_DEEPEST]) if _opens(texts(filled(row)), fiscal_year)),
        None,
    )
    if start is None:
        return None
    labelled: set[int] = set()
    end = start
    while end < len(rows):
        cells = filled(rows[end])
        said = texts(cells)
        # Under a header that is merged downwards a row may be empty.
        if not said and end > start and any(cell.covered for cell in rows[end]):
            end += 1
            continue
        if not numbers_columns(said, fiscal_year):
            if not _is_header(cells, said, labelled, fiscal_year, first=end == start):
                break
            labelled.update(
                cell.column
                for cell, text in zip(cells, said, strict=True)
                if _label(text, fiscal_year) == "name"
            )
        end += 1
    return start, end


def _is_header(
    cells: Sequence[Cell], said: Sequence[str], labelled: set[int], fiscal_year: int, *, first: bool
) -> bool:
    """Tell whether a row is one of the header: known words, not all of them under 项目."""
    known = sum(is_head(text, fiscal_year) for text in said)
    if not known or any(map(is_figure, said)):
        return False
    # Under 基本支出 economic classes may stand (河南省 2024).
    known += sum(
        bool(economic_class(text, fiscal_year))
        for text in said
        if not (first or is_head(text, fiscal_year))
    )
    if known < len(said) and 2 * known <= len(said):
        return False
    if first and not _opens(said, fiscal_year):
        return False
    if first or any(_label(text, fiscal_year) for text in said):
        return True
    # What stands under 项目 alone, 合计 or 财政拨款收入, is a row of the body.
    under = {cell.column for cell in cells} <= labelled
    return not under and not (len(cells) == 1 and cells[0].column < 1)


def _opens(said: Sequence[str], fiscal_year: int) -> bool:
    known = sum(is_head(text, fiscal_year) for text in said)
    return known > 1 and 2 * known > len(said)


def _label(text: str, fiscal_year: int) -> str:
    found = head(text, "amount", fiscal_year)
    return "" if found is None else found.label


def numbers_columns(said: Sequence[str], fiscal_year: int) -> bool:
    """Tell whether a row only numbers the columns: 栏次 1 2 3."""
    numbers = [m for text in said if (m := _NUMBER_OF_A_COLUMN.fullmatch(text)) is not None]
    others = [text for text in said if _NUMBER_OF_A_COLUMN.fullmatch(text) is None]
    counted = [int(match.group(1)) for match in numbers]
    if not counted or counted != list(range(counted[0], counted[0] + len(counted))):
        return False
    named = "栏次" in others
    if counted[0] != 1 or not (named or len(counted) >= _NUMBERED_COLUMNS):
        return False
    return all(text == "**" or is_head(text, fiscal_year) for text in others)


def lay_out(
    table: Table, form: Form, fiscal_year: int, like: Layout | None = None
) -> Layout | None:
    """Return a table laid out, or None where its columns can't be told.

    Args:
        table: The table.
        form: What it is.
        fiscal_year: The year of the document, for 上年.
        like: The table that it continues, where it has no header of its own.
    """
    found = header_rows(table, fiscal_year)
    start, end = found or (0, 0)
    rows = table.rows
    base = _base(rows[start:])
    if base is None or len(base) > _WIDEST:
        return None
    if found is None:
        if like is None or len(like.columns) != len(base):
            return None
        columns = like.columns
    else:
        paths = _paths(rows[start:end], base, fiscal_year)
        if paths is None:
            return None
        columns = columns_of(paths, form, fiscal_year)
    layout = Layout(rows[:start], list(rows[start:end]), columns, [])
    _lay_body(layout, rows[end:], base, fiscal_year, form)
    return layout


def _lay_body(layout: Layout, rows: Sequence[Row], base: Row, fiscal_year: int, form: Form) -> None:
    """Lay the rows below the header over the columns; the header that stands again is no row."""
    again = {tuple(texts(filled(row))) for row in layout.header}
    ranges: dict[tuple[tuple[int, int | None], ...], list[Range] | None] = {}
    above: dict[int, Cell] = {}
    for at, row in enumerate(rows):
        said = tuple(texts(filled(row)))
        if not said:
            continue
        if _names_another(said, form):
            layout.ragged.extend(rows[at:])
            return
        is_again = said in again and not any(map(is_figure, said))
        if is_again or ("栏次" in said and numbers_columns(said, fiscal_year)):
            layout.header.append(row)
            continue
        if _begins_another(said, fiscal_year):
            layout.ragged.extend(rows[at:])
            return
        signature = tuple((cell.column, cell.column_span) for cell in row)
        if signature not in ranges:
            ranges[signature] = spread(_shown(row, base), base)
        laid = ranges[signature] or _from_the_right(row, len(base))
        if laid is None:
            layout.ragged.append(row)
            continue
        cells = {
            place: cell
            for cell, (first, last) in zip(_shown(row, base), laid, strict=True)
            for place in range(first, last)
        }
        for place, cell in cells.items():
            if cell.covered and layout.columns[place].label and place in above:
                cells[place] = above[place]  # a label merged over several rows
        above = cells
        layout.body.append(Laid(cells, row))


# 收入 and 支出 head columns, and rows.
_HEADS_ROWS = frozenset({"收入", "支出"})


def _names_another(said: Sequence[str], form: Form) -> bool:
    """Tell whether a row is the caption of another table that stands below in the same grid."""
    if len(said) != 1:
        return False
    named = form_of(said[0])
    return named is not None and named is not form


def _begins_another(said: Sequence[str], fiscal_year: int) -> bool:
    """Tell whether a row is the header of another table that stands below in the same grid.

    Its figures are not of these columns, nor in this unit.
    """
    if not _opens(said, fiscal_year) or any(map(is_figure, said)):
        return False
    kinds = [_label(text, fiscal_year) for text in said if text not in _HEADS_ROWS]
    return any(kind not in {"", "ignored"} for kind in kinds) and "" in kinds


def _shown(row: Row, base: Row) -> Row:
    """Return a row that is longer than others without the cells that one above it covers.

    部门决算公开表: 合计 stands beside 类, 款 and 项, which the rows below have as one cell; these
    may stand blank there.
    """
    if len(row) <= len(base):
        return row
    shown = [cell for cell in row if not cell.covered]
    if len(shown) > len(base):
        shown = list(dropwhile(lambda cell: not cell.text.strip(), shown))
    return shown


def is_figure(text: str) -> bool:
    """Tell whether a cell holds a number."""
    try:
        return parse(text) is not None
    except ValueError:
        return False


def _base(rows: Sequence[Row]) -> Row | None:
    """Return the row that most rows are like; of equally many the longer."""
    counts = Counter(len(row) for row in rows if len(row) > 1)
    if not counts:
        return None
    wanted = max(counts, key=lambda count: (counts[count], count))
    alike = [row for row in reversed(rows) if len(row) == wanted]
    if all(_stands_over(row, alike[0]) for row in alike):
        return alike[0]
    # As many cells elsewhere: 合计 over two labels, under a header with a head over two figures.
    places = [tuple((cell.column, cell.column_span) for cell in row) for row in rows]
    often = Counter(place for place in places if len(place) > 1)
    chosen = max(often, key=lambda place: (often[place], len(place)))
    return rows[len(rows) - 1 - places[::-1].index(chosen)]


def _stands_over(row: Row, base: Row) -> bool:
    """Tell whether of two rows with as many cells none stands beside its fellow."""
    return all(
        cell.column_span is None
        or below.column_span is None
        or (cell.column < _end(below) and below.column < _end(cell))
        for cell, below in zip(row, base, strict=True)
    )


def spread(row: Row, base: Row) -> list[Range] | None:
    """Return for each cell of a row the columns of `base` that it covers, or None.

    With as many cells, cell by cell. With fewer, so that the cells together begin and end nearest
    to where their columns do; this needs the spans, which a dump does not have.
    """
    if len(row) == len(base):
        alike = _stands_over(row, base)
        return [(at, at + 1) for at in range(len(base))] if alike else None
    if len(row) > len(base) or any(cell.column_span is None for cell in (*row, *base)):
        return None
    # best[k][b]: the least cost of laying the first k cells over the first b columns.
    width, slack = len(base), len(base) - len(row)
    best: list[dict[int, tuple[int, int]]] = [{0: (0, 0)}]
    for count, cell in enumerate(row, 1):
        found: dict[int, tuple[int, int]] = {}
        for begin, (cost, _) in best[-1].items():
            for end in range(begin + 1, min(count + slack, width) + 1):
                whole = cost + abs(cell.column - base[begin].column)
                whole += abs(_end(cell) - _end(base[end - 1]))
                if end not in found or whole < found[end][0]:
                    found[end] = (whole, begin)
        best.append(found)
    if width not in best[-1]:
        return None
    ranges: list[Range] = []
    end = width
    for count in range(len(row), 0, -1):
        begin = best[count][end][1]
        ranges.append((begin, end))
        end = begin
    return ranges[::-1]


def _end(cell: Cell) -> int:
    return cell.column + (cell.column_span or 1)


def _from_the_right(row: Row, width: int) -> list[Range] | None:
    """Lay a short row of a dump over the columns: 合计 stands once for all columns of labels."""
    short = width - len(row)
    if short < 0 or not row or fold(row[0].text) not in _sums():
        return None
    return [(0, short + 1), *((at, at + 1) for at in range(short + 1, width))]


def _sums() -> frozenset[str]:
    return frozenset({"合计", "总计"})


def _paths(rows: Sequence[Row], base: Row, fiscal_year: int) -> list[tuple[str, ...]] | None:
    """Return for each column the texts of the header over it, top down."""
    paths: list[list[str]] = [[] for _ in base]
    below: list[str] | None = None
    for row in reversed(rows):
        said = texts(row)
        if numbers_columns([text for text in said if text], fiscal_year):
            continue
        ranges = spread(row, base) or _over(row, below, len(base)) or _inside(row, base)
        if ranges is None:
            # What only says 收入 and 支出 over halves can be told without.
            if all(_says_nothing(text, fiscal_year) for text in said if text):
                continue
            return None
        wide = [""] * len(base)
        for text, (first, last) in zip(said, ranges, strict=True):
            if len(row) > len(base) and _label(text, fiscal_year) in {"class", "section", "entry"}:
                continue  # 类, 款 and 项 over one column of codes
            for at in range(first, last):
                wide[at] = text
                if text and (not paths[at] or paths[at][0] != text):
                    paths[at].insert(0, text)
        below = wide
    return [tuple(path) for path in paths]


def _says_nothing(text: str, fiscal_year: int) -> bool:
    found = head(text, "amount", fiscal_year)
    return found is not None and not found.is_sum


def _inside(row: Row, base: Row) -> list[Range] | None:
    """Lay a longer row over the columns by where its cells begin; this needs the spans."""
    if len(row) <= len(base) or any(cell.column_span is None for cell in (*row, *base)):
        return None
    ranges: list[Range] = []
    for cell in row:
        first = max(at for at, one in enumerate(base) if at == 0 or one.column <= cell.column)
        inside = [at for at, one in enumerate(base) if cell.column <= one.column < _end(cell)]
        ranges.append((first, max([first, *inside]) + 1))
    return ranges


def _over(row: Row, below: list[str] | None, width: int) -> list[Range] | None:
    """Lay a header row of a dump over the row below it: a run of texts there has one cell above."""
    if len(row) > width:
        return None
    if width % len(row) == 0 and below is not None and all(below):
        step = width // len(row)
        return [(at * step, at * step + step) for at in range(len(row))]
    if below is None:
        return None
    ranges: list[Range] = []
    for at, text in enumerate(below):
        if text and at and below[at - 1]:
            ranges[-1] = (ranges[-1][0], at + 1)
        else:
            ranges.append((at, at + 1))
    return ranges if len(ranges) == len(row) else None
