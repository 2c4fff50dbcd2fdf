"""The balances: income on the left, expenditure on the right, each a column of names.

Income is told by its source, expenditure by its functional class; below stand the totals and what
is carried over. 部门收支总表 and 财政拨款收支总表, of budgets and of final accounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yusuan.codes import by_names
from yusuan.interpreting.forms import has_parts, parts, row_words
from yusuan.interpreting.heads import Laid
from yusuan.interpreting.rowlabels import CLASS, Label, is_code, label, named, printed_name
from yusuan.interpreting.tabled import Entry, Panel, Sheet, panels
from yusuan.reading.document import Cell

_ENDS = ("total", "either", "current-total", "carry-over-in", "carry-over-out")
# Expenditure that no functional class has.
_BESIDE = frozenset({"remit-up", "subsidise-down", "operating"})
_FIRST_OF_A_SIDE = {"revenue": "收入", "expenditure": "支出"}


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of one half."""

    laid: Laid
    cells: tuple[Cell, ...]
    label: Label

    @property
    def end(self) -> str:
        """Which of the last rows it is, "" for none."""
        return named(self.label.name, "balance-rows")

    @property
    def printed(self) -> str | None:
        """Its name as printed."""
        return printed_name("".join(cell.text for cell in self.cells), self.label.name)


def read_balance(sheet: Sheet) -> int:
    """Write the lines of both halves; returns how many figures were read."""
    halves = [(panel, _rows(sheet, panel)) for panel in panels(sheet.layout)]
    count = 0
    has_functions = False
    for panel, rows in halves:
        side = panel.side or _side(rows)
        if not side:
            continue
        if side == "revenue":
            count += _income(sheet, panel, rows)
        elif _is_by_nature(sheet, rows):
            count += _natures(sheet, panel, rows, second=has_functions)
        else:
            has_functions = True
            count += _functions(sheet, panel, rows)
    return count


def _rows(sheet: Sheet, panel: Panel) -> list[_Row]:
    found = []
    for laid in sheet.layout.body:
        columns = [at for kind in ("code", "name") for at in panel.labels.get(kind, ())]
        cells = {laid.cells[at].char_start: laid.cells[at] for at in columns if at in laid.cells}
        text = "".join(cell.text for cell in cells.values())
        if text.strip():
            found.append(_Row(laid, tuple(cells.values()), label(text)))
    return found


def _parted(sheet: Sheet, panel: Panel, row: _Row, above: str, side: str) -> int | None:
    """Write a part of money carried over (其中：项目支出结转和结余); None for another row."""
    nature = named(row.label.name, "nature")
    if not above.startswith("carry-over") or not nature:
        return None
    dimensions, key = {"item": above, "nature": nature}, (side, above, nature)
    entry = Entry(row.cells, dimensions, "of-which", side, sheet.frame.org_id, key)
    return sheet.write(panel, row.laid, entry)


def _pass_over(sheet: Sheet, row: _Row) -> None:
    """Use the label of a row that is known and has no place in the data; figures stay unread."""
    if row.label.opens or row.label.name in row_words("other-rows"):
        sheet.ledger.use(*row.cells)


def _side(rows: Sequence[_Row]) -> str:
    """Tell a half by its labels where its header does not say."""
    counts = {
        side: sum(word in row.label.name for row in rows) for side, word in _FIRST_OF_A_SIDE.items()
    }
    if counts["revenue"] == counts["expenditure"]:
        return ""
    return max(counts, key=lambda side: counts[side])


def _is_by_nature(sheet: Sheet, rows: Sequence[_Row]) -> bool:
    scheme = _economic_list(sheet, rows)
    natures = sum(
        bool(named(row.label.name, "nature") or _economic(sheet, row, scheme)) for row in rows
    )
    functions = sum(bool(_function(row.label, sheet.frame.fiscal_year)) for row in rows)
    return natures > functions


def _economic_list(sheet: Sheet, rows: Sequence[_Row]) -> str:
    """Return which list of economic classes rows are of: 3 of departments, 5 of governments."""
    counts = {first: sum(bool(_economic(sheet, row, first)) for row in rows) for first in "35"}
    return max(counts, key=lambda first: counts[first])


def _economic(sheet: Sheet, row: _Row, within: str) -> str:
    """Return the economic class that a row names (湖南省 2024: beside those by function)."""
    return by_names("economic", [row.label.name], sheet.frame.fiscal_year, within) or ""


def _function(found: Label, year: int) -> str:
    """Return the code of a class; its number in the table (二十六、) is a position, no code."""
    if found.code:
        return found.code if is_code(found.code, "function") else ""
    if found.name in row_words("balance-rows"):
        return ""
    return by_names("function", [found.name], year) or ""


def _closes(rows: Sequence[_Row], at: int) -> str:
    """Return which item one of the last rows is: 合计 above a 总计 is that of the year."""
    end = rows[at].end
    if end == "either":
        return "current-total" if any(row.end == "total" for row in rows[at + 1 :]) else "total"
    return end


def _end(sheet: Sheet, panel: Panel, row: _Row, item: str, side: str) -> int:
    dimensions = {"item": item}
    role = "total" if item in {"total", "current-total"} else "leaf"
    return sheet.write(
        panel, row.laid, Entry(row.cells, dimensions, role, side, sheet.frame.org_id, (side, item))
    )


@dataclass(frozen=True, slots=True)
class _Income:
    """One row of the income: one of the last rows, or a source."""

    row: _Row
    item: str
    source: str
    carried: bool = False
    of_which: bool = False


def _income(sheet: Sheet, panel: Panel, rows: Sequence[_Row]) -> int:
    placed = list(_placed(rows))
    among = frozenset(one.source for one in placed if not (one.carried or one.of_which))
    count, last = 0, ""
    for one in placed:
        part = None if one.item else _parted(sheet, panel, one.row, last, "revenue")
        last = one.item or last
        if part is not None:
            count += part
        elif one.item:
            count += _end(sheet, panel, one.row, one.item, "revenue")
        elif one.source:
            parted = one.carried or one.of_which
            inner = "subtotal" if has_parts(one.source, among, "") else "leaf"
            count += _line(sheet, panel, one, "of-which" if parted else inner)
        else:
            _pass_over(sheet, one.row)
    return count


def _placed(rows: Sequence[_Row]) -> Iterator[_Income]:
    """Tell what each row of the income is, and what it is a part of."""
    sources = [_source(row) for row in rows]
    above: _Row | None = None  # 上年结转, while its own sources follow
    run = ""  # the source that 其中 parts
    for at, row in enumerate(rows):
        source, item = sources[at], _closes(rows, at)
        # 年初结转和结余 in final accounts: the sources begin again with 一、.
        if above is not None and not (
            row.label.of_which
            or row.label.level > above.label.level
            or (source and source in sources[:at])
        ):
            above = None
        if item:
            above = row if item == "carry-over-in" else None
            run = ""
        elif not source:
            run = sources[at - 1] if row.label.opens and at else run
        elif above is None:
            if row.label.of_which:
                run = run or _whole(sources[:at], source)
            is_part = source in parts().get(run, frozenset())
            run = run if is_part or row.label.of_which else ""
            is_part = row.label.of_which or bool(run)
            yield _Income(row, "", source, of_which=is_part)
            continue
        yield _Income(row, item, source, carried=above is not None)


def _source(row: _Row) -> str:
    source = named(row.label.name, "fund_source")
    return "" if source in {"total", "carry-over"} else source


def _whole(before: Sequence[str], part: str) -> str:
    """Return the nearest source above that a part belongs to, or what stands right above."""
    wholes = [source for source in reversed(before) if source]
    return next((one for one in wholes if part in parts().get(one, frozenset())), "")


def _line(sheet: Sheet, panel: Panel, one: _Income, role: str) -> int:
    dimensions = {"fund_source": one.source}
    key: tuple[str, ...] = ("revenue", one.source)
    if one.carried:
        dimensions["item"] = "carry-over-in"
        key = ("revenue", "carry-over-in", one.source)
    row = one.row
    entry = Entry(row.cells, dimensions, role, "revenue", sheet.frame.org_id, key)
    return sheet.write(panel, row.laid, entry)


def _functions(sheet: Sheet, panel: Panel, rows: Sequence[_Row]) -> int:
    count = 0
    codes = {code for row in rows if (code := _function(row.label, sheet.frame.fiscal_year))}
    inner = {code[:length] for code in codes for length in (CLASS, CLASS + 2) if length < len(code)}
    last = ""
    for at, row in enumerate(rows):
        code, item = _function(row.label, sheet.frame.fiscal_year), _closes(rows, at)
        part = None if code or item else _parted(sheet, panel, row, last, "expenditure")
        last = item or last
        if part is not None:
            count += part
        elif item:
            count += _end(sheet, panel, row, item, "expenditure")
        elif code:
            role = "of-which" if row.label.of_which else "subtotal" if code in inner else "leaf"
            entry = Entry(row.cells, {"function_code": code}, role, "expenditure",
                          sheet.frame.org_id, ("expenditure", code), row.printed)  # fmt: skip
            count += sheet.write(panel, row.laid, entry)
            sheet.labels.setdefault(("function", code), row.label.name)
        elif (nature := named(row.label.name, "nature")) in _BESIDE:
            # 对附属单位补助支出 below the classes (广东省 2023).
            entry = Entry(row.cells, {"nature": nature}, "leaf", "expenditure",
                          sheet.frame.org_id, ("expenditure", nature))  # fmt: skip
            count += sheet.write(panel, row.laid, entry)
        else:
            _pass_over(sheet, row)
    return count


def _natures(sheet: Sheet, panel: Panel, rows: Sequence[_Row], *, second: bool) -> int:
    """Write a half by nature; beside one by function it parts the same money a second time."""
    count = 0
    natures = [named(row.label.name, "nature") for row in rows]
    among = frozenset(filter(None, natures))
    scheme = _economic_list(sheet, rows)
    for at, row in enumerate(rows):
        nature, item = natures[at], _closes(rows, at)
        if item:
            count += _end(sheet, panel, row, item, "expenditure")
        elif nature:
            role = "subtotal" if has_parts(nature, among, "") else "leaf"
            if second or row.label.of_which:
                role = "of-which"
            entry = Entry(row.cells, {"nature": nature}, role, "expenditure",
                          sheet.frame.org_id, ("expenditure", nature))  # fmt: skip
            count += sheet.write(panel, row.laid, entry)
        elif second and (code := _economic(sheet, row, scheme)):
            entry = Entry(row.cells, {"economic_code": code}, "of-which", "expenditure",
                          sheet.frame.org_id, ("expenditure", code), row.printed)  # fmt: skip
            count += sheet.write(panel, row.laid, entry)
        else:
            _pass_over(sheet, row)
    return count
