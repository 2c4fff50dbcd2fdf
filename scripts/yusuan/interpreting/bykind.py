"""Tables of one side whose rows are sources of money or kinds of expenditure, not codes.

收入总体情况表 and 支出总体情况表 of some provinces: 一、预算拨款, below it 一般公共预算拨款;
一、基本支出, below it 工资福利支出.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yusuan.codes import by_names
from yusuan.interpreting.forms import has_parts, parts, row_words
from yusuan.interpreting.heads import Laid
from yusuan.interpreting.rowlabels import Label, label, named, printed_name
from yusuan.interpreting.tabled import Entry, Panel, Sheet
from yusuan.reading.document import Cell

_DIMENSIONS = ("fund_source", "nature")
_TOTALS = ("total", "either", "current-total")


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: its label and what it is called."""

    laid: Laid
    cells: tuple[Cell, ...]
    label: Label
    value: str
    end: str


def is_by_kind(sheet: Sheet, panel: Panel) -> bool:
    """Tell whether the rows of a panel without codes are sources or kinds of expenditure."""
    if sheet.form.columns not in _DIMENSIONS or sheet.form.rows != "function":
        return False
    rows = _rows(sheet, panel)
    kinds = sum(bool(row.value) for row in rows)
    year = sheet.frame.fiscal_year
    return kinds > 1 and kinds > sum(
        by_names("function", [row.label.name], year) is not None for row in rows if not row.value
    )


def read_by_kind(sheet: Sheet, panel: Panel) -> int:
    """Write the lines of a panel; returns how many figures were read."""
    rows = _rows(sheet, panel)
    among = frozenset(row.value for row in rows if row.value)
    has_total = any(row.end == "total" for row in rows)
    count, above = 0, ""
    for row in rows:
        dimensions: dict[str, str] = {}
        role, key = "leaf", [row.value]
        if row.end in _TOTALS:
            is_year = row.end == "current-total" and has_total
            dimensions = {"item": "current-total"} if is_year else {}
            role, key = ("of-which", ["current-total"]) if is_year else ("total", ["total"])
        elif row.value:
            above = row.value
            dimensions = {sheet.form.columns: row.value}
            role = "subtotal" if has_parts(row.value, among, "") else "leaf"
            role = "of-which" if row.label.of_which and role == "leaf" else role
        else:
            code = _economic(sheet, row, above)
            if not code:
                continue
            dimensions = {sheet.form.columns: above, "economic_code": code}
            role, key = "of-which", [above, code]
        name = _printed(row) if "economic_code" in dimensions else None
        entry = Entry(row.cells, dimensions, role, sheet.form.direction, sheet.frame.org_id,
                      tuple(key), name)  # fmt: skip
        count += sheet.write(panel, row.laid, entry)
    return count


def _printed(row: _Row) -> str | None:
    return printed_name("".join(cell.text for cell in row.cells), row.label.name)


def _economic(sheet: Sheet, row: _Row, above: str) -> str:
    """Return the economic class of a row below a kind of expenditure, "" for none."""
    if sheet.form.columns != "nature" or not above:
        return ""
    return by_names("economic", [row.label.name], sheet.frame.fiscal_year, "3") or ""


def _rows(sheet: Sheet, panel: Panel) -> list[_Row]:
    found: list[_Row] = []
    for laid in sheet.layout.body:
        columns = [at for at in panel.labels.get("name", ()) if at in laid.cells]
        cells = tuple({laid.cells[at].char_start: laid.cells[at] for at in columns}.values())
        text = "".join(cell.text for cell in cells)
        if not text.strip():
            continue
        said = label(text)
        end = row_words("balance-rows").get(said.name, "")
        # 上年结转 and 使用非财政拨款结余 are sources here.
        value = "" if end in _TOTALS else named(said.name, sheet.form.columns)
        found.append(_Row(laid, cells, said, "" if value == "total" else value, end))
    return _told(found)


def _told(rows: Sequence[_Row]) -> list[_Row]:
    """Tell a row by those below it: 其他资金 above 事业收入 and 其他收入 is the whole of them."""
    wholes = row_words("wholes")
    found = list(rows)
    for at, row in enumerate(rows):
        whole = wholes.get(row.label.name, "")
        below: set[str] = set()
        for other in rows[at + 1 :]:
            if other.label.level <= row.label.level:
                break
            below.add(other.value)
        if whole and below & parts()[whole]:
            found[at] = _Row(row.laid, row.cells, row.label, whole, row.end)
    return found
