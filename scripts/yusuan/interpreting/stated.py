"""Rows of what sentences state: budget lines, changes, procurement.

Tables are read before: a figure that a table has, too, is said once, and where the two differ
both are kept. `table-narrative` in `shapes/tables.ttl` compares them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from yusuan.amounts import status_of, tolerance
from yusuan.interpreting.figures import Statement, yuan
from yusuan.interpreting.forms import parts
from yusuan.interpreting.ledger import Frame, Ledger
from yusuan.interpreting.lookups import FigureName
from yusuan.interpreting.result import Row, Value
from yusuan.reading.document import Paragraph

# Procurement in words: where its rows begin to be told from those of a table.
SAID = "text"
_SAME = ("form", "org_id", "fiscal_year", "phase", "direction", "item", "nature", "fund_source",
         "function_code")  # fmt: skip
_DIMENSIONS = ("item", "nature", "fund_source", "function_code")
_ITEMS = {"goods": "货物", "works": "工程", "services": "服务"}


def state(
    statement: Statement, names: Iterable[FigureName], paragraph: Paragraph, frame: Frame,
    ledger: Ledger,
) -> bool:  # fmt: skip
    """Write the rows of one statement; returns whether there was something to write.

    Args:
        statement: The figure.
        names: What it is said of, in the forms of its section.
        paragraph: Where it stands.
        frame: What rows share.
        ledger: Where they go.
    """
    if statement.own_budget:
        # 较预算减少2万元: no row of its own, but said by the two figures that make it.
        found = tuple(names)
        return bool(found) and all(_is_difference(statement, name, frame, ledger) for name in found)
    written = False
    for name in names:
        if name.form == "dept-procurement":
            if statement.change is None:
                _procurement(statement, name, paragraph, frame, ledger)
                written = True
        elif statement.change is None:
            _line(statement, name, paragraph, frame, ledger)
            written = True
        else:
            _change(statement, name, paragraph, frame, ledger)
            written = True
    return written


def _amount(statement: Statement) -> Decimal | None:
    return yuan(statement.printed, statement.unit)


def _line(
    statement: Statement, name: FigureName, paragraph: Paragraph, frame: Frame, ledger: Ledger
) -> None:
    amount = _amount(statement)
    if amount is None:
        return  # -万元: there is none
    start, end = paragraph.span(statement.start, statement.end)
    row: dict[str, Value] = {
        "document_id": frame.document_id,
        "form": name.form,
        "region_code": frame.region_code,
        "org_id": frame.org_id,
        "fiscal_year": statement.year,
        "stated_in": frame.fiscal_year,
        "phase": statement.phase,
        "direction": name.direction,
        **dict(name.dimensions),
        "role": name.role,
        "amount_cny": amount,
        "printed": statement.printed,
        "unit": statement.unit,
        "status": status_of(statement.printed),
        "char_start": start,
        "char_end": end,
    }
    same = [other for other in ledger.rows["budget_lines"] if _is_same(row, other)]
    if any(_agree(row, other) for other in same):
        return
    key = str(same[0]["line_key"]) if same else ".".join(_key(name, statement, frame))
    if same:
        row["role"] = same[0]["role"]
    ledger.add("budget_lines", {**row, "line_key": ledger.key("budget_lines", key)})


def _key(name: FigureName, statement: Statement, frame: Frame) -> Iterable[str]:
    yield name.key
    if statement.year != frame.fiscal_year:
        yield str(statement.year)
    if statement.phase != frame.phase:
        yield statement.phase


def _is_same(row: Row, other: Row) -> bool:
    """Tell whether two lines are of one thing."""
    return all((row.get(name) or None) == (other.get(name) or None) for name in _SAME)


def _agree(row: Row, other: Row) -> bool:
    """Tell whether two lines state one amount, as exactly as each of them is printed."""
    gap = abs(Decimal(str(row["amount_cny"])) - Decimal(str(other["amount_cny"])))
    return gap <= _tolerance(row) + _tolerance(other)


def _tolerance(row: Row) -> Decimal:
    return tolerance(str(row["printed"]).replace("，", ","), str(row["unit"]))


def _change(
    statement: Statement, name: FigureName, paragraph: Paragraph, frame: Frame, ledger: Ledger
) -> None:
    amount = _amount(statement) or Decimal(0)
    change = -amount if statement.change == "less" else amount
    is_new = ledger.is_new("changes", f"{name.key}.{statement.base_year}.{change.normalize()}")
    if not is_new:
        return  # said twice alike is said once
    start, end = paragraph.span(statement.start, statement.end)
    row: dict[str, Value] = {
        "document_id": frame.document_id,
        "change_key": ledger.key("budget_changes", name.key),
        "form": name.form,
        "region_code": frame.region_code,
        "org_id": frame.org_id,
        "fiscal_year": frame.fiscal_year,
        "base_year": statement.base_year,
        "change_cny": change,
        "printed": statement.printed or statement.direction_text,
        "unit": statement.unit or None,
        "direction_text": statement.direction_text,
        "reason": statement.reason,
        "char_start": start,
        "char_end": end,
    }
    # `fund_source` and `function_code` are no columns of a change; the key names them. A `nature`
    # beside them would be taken for that of the whole.
    if len(name.dimensions) == 1 and name.dimensions[0][0] in {"item", "nature"}:
        row.update(name.dimensions)
    ledger.add("budget_changes", row)


def _is_difference(statement: Statement, name: FigureName, frame: Frame, ledger: Ledger) -> bool:
    """Tell whether a change is that from a budget to its execution, both of which are stated."""
    amount = _amount(statement)
    wanted = dict(name.dimensions)
    rows = [
        row
        for row in ledger.rows["budget_lines"]
        if (row["form"], row["direction"]) == (name.form, name.direction)
        and row["fiscal_year"] == frame.fiscal_year
        and all((row.get(column) or None) == wanted.get(column) for column in _DIMENSIONS)
    ]
    done = [row for row in rows if row["phase"] == "executed"]
    planned = [row for row in rows if row["phase"] in {"approved", "revised"}]
    for after in done:
        for before in planned:
            gap = Decimal(str(after["amount_cny"])) - Decimal(str(before["amount_cny"]))
            stated = None if amount is None else -amount if statement.change == "less" else amount
            if stated is not None and abs(gap - stated) <= _tolerance(after) + _tolerance(before):
                return True
    return False


def explain(names: Iterable[FigureName], reason: str, ledger: Ledger) -> bool:
    """Give changes that have none the reason of a sentence of its own; returns whether any did."""
    wanted = {name.key for name in names}
    rows = ledger.rows["budget_changes"]
    found = [at for at, row in enumerate(rows) if row["change_key"] in wanted and not row["reason"]]
    for at in found:
        rows[at] = {**rows[at], "reason": reason}
    return bool(found)


# The key of a figure that is stated again and differs.
_AGAIN = re.compile(r"\.\d{1,2}$")


def settle(section_start: int, ledger: Ledger) -> None:
    """Make a subtotal of which no part is stated a leaf: sums of leaves then hold.

    Args:
        section_start: How many budget lines there were before the sentences.
        ledger: Where the lines are.
    """
    rows = ledger.rows["budget_lines"]
    for at in range(section_start, len(rows)):
        row = rows[at]
        if _AGAIN.search(str(row["line_key"])) is not None:
            continue
        if row["role"] == "subtotal" and not _has_parts(row, rows):
            rows[at] = {**row, "role": "leaf"}
        elif row["role"] == "leaf" and row.get("function_code") and _has_parts(row, rows):
            rows[at] = {**row, "role": "subtotal"}


def _has_parts(row: Row, rows: Iterable[Row]) -> bool:
    code = str(row.get("function_code") or "")
    below = {
        part
        for name in ("fund_source", "nature", "item")
        for part in parts().get(str(row.get(name) or ""), ())
    }
    for other in rows:
        if any(row.get(name) != other.get(name) for name in ("form", "fiscal_year", "phase")):
            continue
        deeper = str(other.get("function_code") or "")
        if code and deeper != code and deeper.startswith(code):
            return True
        if not code and below & {other.get(n) for n in ("fund_source", "nature", "item")}:
            return True
    return False


def _procurement(
    statement: Statement, name: FigureName, paragraph: Paragraph, frame: Frame, ledger: Ledger
) -> None:
    amount = _amount(statement)
    if amount is None:
        return
    kind = dict(name.dimensions)["kind"]
    start, end = paragraph.span(statement.start, statement.end)
    ledger.add(
        "procurement_items",
        {
            "document_id": frame.document_id,
            "procurement_key": ledger.key("procurement_items", f"{SAID}.{kind}"),
            "region_code": frame.region_code,
            "org_id": frame.org_id,
            "fiscal_year": statement.year,
            "project_code": None,
            "project_name": None,
            "project_budget_cny": None,
            "item_name": _ITEMS.get(kind),
            "catalogue_code": None,
            "fund_source": "total",
            "role": name.role,
            "measure_unit": None,
            "quantity": None,
            "unit_price_cny": None,
            "amount_cny": amount,
            "printed": statement.printed,
            "unit": statement.unit,
            "status": status_of(statement.printed),
            "char_start": start,
            "char_end": end,
        },
    )
