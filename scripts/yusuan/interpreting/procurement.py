"""The procurement table: what is bought, for which project, from which fund."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from yusuan.amounts import parse, status_of, to_yuan
from yusuan.interpreting.captions import unit_in
from yusuan.interpreting.grid import Row, filled, header, texts
from yusuan.interpreting.ledger import Frame, Ledger
from yusuan.interpreting.lookups import fold, reverse, table
from yusuan.interpreting.result import Value
from yusuan.reading.document import Cell, Table

_FUNDS_HEADER = "政府采购金额"


@cache
def _fields() -> dict[str, str]:
    return reverse("procurement")


@cache
def _funds() -> dict[str, str]:
    return reverse("procurement", "funds")


@cache
def _subtotal() -> re.Pattern[str]:
    return re.compile(table()["procurement"]["marks"]["subtotal"])


def is_procurement(block: Table) -> bool:
    """Tell whether a table is the procurement table: what is bought and its catalogue code."""
    found = {_fields().get(text, "") for row in block.rows[:4] for text in texts(row)}
    return {"item_name", "catalogue"} <= found


@dataclass(frozen=True, slots=True)
class Names:
    """What rows are matched with.

    Attributes:
        units: Name of a unit → org id.
        projects: Name of a project → (code, org id).
    """

    units: dict[str, str]
    projects: dict[str, tuple[str, str]]


def interpret_procurement(
    block: Table, unit: str | None, names: Names, frame: Frame, ledger: Ledger
) -> None:
    """Write the rows of one procurement table.

    Args:
        block: The table.
        unit: The unit of money that a caption above it states, or None.
        names: Units and projects that its rows may name.
        frame: What rows share.
        ledger: Where they go.
    """
    rows = block.rows
    top = next(
        at for at, row in enumerate(rows) if "item_name" in {_fields().get(t) for t in texts(row)}
    )
    for row in rows[:top]:
        for cell in row:
            unit = unit_in(cell.text) or unit
            if fold(cell.text) == fold(frame.department):
                ledger.use(cell)
    if unit is None:
        return  # an amount without a unit is no amount: the rows stay unread
    subs = {*_funds(), *_fields()}
    columns, height = header(rows, top, subs.__contains__)
    above: dict[str, Cell] = {}
    for row in rows[top + height :]:
        cells = _columns(row, columns)
        if "project_name" in cells and cells["project_name"].text.strip():
            above = {f: cells[f] for f in ("project_name", "project_budget") if f in cells}
        elif _text(cells, "item_name") or _text(cells, "catalogue"):
            cells.update(above)  # a project with several items: its name is merged over them
        _read(cells, row, unit, names, frame, ledger)


def _columns(row: Row, columns: Sequence[str]) -> dict[str, Cell]:
    """Return field or fund → cell; funds are keyed `fund:general`."""
    cells: dict[str, Cell] = {}
    # A total row may be merged over the columns of the item; then columns are counted from the end.
    shift = len(columns) - len(row) if row and row[0].column_span not in {None, 1} else 0
    for at, cell in enumerate(row):
        name = columns[at + shift] if at else columns[0]
        key = _fields().get(name) or (f"fund:{_funds()[name]}" if name in _funds() else "")
        if key:
            cells.setdefault(key, cell)
    return cells


def _read(
    cells: dict[str, Cell], row: Row, unit: str, names: Names, frame: Frame, ledger: Ledger
) -> None:
    said = filled(row)
    label = fold(cells["project_name"].text) if "project_name" in cells else ""
    if not said or not label:
        return
    subtotal = _subtotal().fullmatch(label)
    org_id, project, role = frame.org_id, None, "leaf"
    if subtotal is not None:
        org_id = names.units.get(subtotal.group(1), frame.org_id)
        role = "subtotal" if subtotal.group(1) else "total"
    elif label in names.projects:
        project, org_id = names.projects[label]
    funds = {key[5:]: cell for key, cell in cells.items() if key.startswith("fund:")}
    catalogue = _text(cells, "catalogue")
    if role == "leaf" and not catalogue and not _text(cells, "item_name"):
        role = "subtotal"  # 货物类, or the project above its items
    head = "total" if role == "total" else f"{org_id}.subtotal" if role == "subtotal" else ""
    head = head or f"{project or org_id}.{catalogue or 'none'}"
    # `total` beside its funds is a sum of the row; alone it is the item's own amount.
    parts = [fund for fund, cell in funds.items() if fund != "total" and _amount(cell, unit)]
    group = ledger.key("procurement_items", head)
    for fund, cell in funds.items():
        amount = _amount(cell, unit)
        if amount is None:
            continue
        is_sum = fund == "total" and parts and role == "leaf"
        written: dict[str, Value] = {
            "document_id": frame.document_id,
            "procurement_key": f"{group}.{fund}",
            "region_code": frame.region_code,
            "org_id": org_id,
            "fiscal_year": frame.fiscal_year,
            "project_code": project,
            "project_name": cells["project_name"].text.strip(),
            "project_budget_cny": _optional(cells, "project_budget", unit),
            "item_name": _text(cells, "item_name") or None,
            "catalogue_code": catalogue or None,
            "fund_source": fund,
            "role": "total" if is_sum or role == "total" else role,
            "measure_unit": _text(cells, "measure_unit") or None,
            "quantity": _optional(cells, "quantity", None),
            "unit_price_cny": _optional(cells, "unit_price", unit),
            "amount_cny": amount,
            "printed": cell.text.strip(),
            "unit": unit,
            "status": status_of(cell.text),
            "char_start": said[0].span()[0],
            "char_end": said[-1].span()[1],
        }
        ledger.add("procurement_items", written)
        ledger.use(*(used for field, used in cells.items() if _is_read(field, used)))


_NUMBERS = frozenset({"project_budget", "quantity", "unit_price"})


def _is_read(field: str, cell: Cell) -> bool:
    """Tell whether a cell says what its column is for; 10台 under 数量 is not understood."""
    if field not in _NUMBERS and not field.startswith("fund:"):
        return bool(cell.text.strip())
    try:
        return parse(cell.text) is not None
    except ValueError:
        return False


def _text(cells: dict[str, Cell], field: str) -> str:
    return cells[field].text.strip() if field in cells else ""


def _amount(cell: Cell, unit: str) -> Decimal | None:
    try:
        return to_yuan(cell.text, unit)
    except ValueError:
        return None


def _optional(cells: dict[str, Cell], field: str, unit: str | None) -> Decimal | None:
    if field not in cells:
        return None
    try:
        text = cells[field].text
        return parse(text) if unit is None else to_yuan(text, unit)
    except ValueError:
        return None
