"""The procurement tables of other templates: what is bought, by whom, from which funds.

Known by caption and laid out like the standard tables; the table of the first province, which names
its catalogue beside each item, is for `procurement`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from yusuan.amounts import parse, status_of, to_yuan
from yusuan.interpreting.forms import has_parts, row_words
from yusuan.interpreting.heads import Laid
from yusuan.interpreting.lookups import fold
from yusuan.interpreting.result import Value
from yusuan.interpreting.rowlabels import named
from yusuan.interpreting.tabled import Panel, Sheet
from yusuan.reading.document import Cell

_CODED = re.compile(r"[\[【（]?(?P<code>[ABC]\d{0,8})[\]】）]?[-—_、.]*(?P<name>.*)")
_NUMBERS = ("quantity", "unit-price", "project-budget")


@dataclass(frozen=True, slots=True)
class _Item:
    """What the labels of one row say."""

    role: str
    project: str
    name: str
    purchase: str
    catalogue: str
    org_id: str
    key: str


def read_purchases(sheet: Sheet, projects: Mapping[str, tuple[str, str]]) -> int:
    """Write the rows of a procurement table; returns how many figures were read.

    Args:
        sheet: The table.
        projects: Folded name of a project → (code, org id).
    """
    columns = sheet.layout.columns
    labels: dict[str, list[int]] = {}
    figures = []
    for at, column in enumerate(columns):
        if column.is_known and column.label and column.label != "ignored":
            labels.setdefault(column.label, []).append(at)
        elif column.is_known and not column.label and not column.change:
            figures.append(at)
    panel = Panel({kind: tuple(found) for kind, found in labels.items()}, tuple(figures), "")
    kinds = [_kind(laid, panel) for laid in sheet.layout.body]
    count = 0
    above: dict[str, str] = {}
    for at, laid in enumerate(sheet.layout.body):
        has_items = any(
            not kind and _text(sheet.layout.body[at + 1 + after], panel, "item-name", "catalogue")
            for after, kind in enumerate(kinds[at + 1 : at + 2])
        )
        item = _item(sheet, panel, laid, kinds[at], above, has_items=has_items)
        if item is not None:
            count += _write(sheet, panel, laid, item, projects)
    return count


def _texts(laid: Laid, panel: Panel, *kinds: str) -> list[str]:
    found = (
        "".join(laid.cells[at].text.split())
        for kind in kinds for at in panel.labels.get(kind, ()) if at in laid.cells
    )  # fmt: skip
    return [text for text in found if text]


def _text(laid: Laid, panel: Panel, *kinds: str) -> str:
    return next(iter(_texts(laid, panel, *kinds)), "")


def _kind(laid: Laid, panel: Panel) -> str:
    """Return which kind a row adds up: `goods`, `works` or `services`; "" for another row."""
    texts = set(_texts(laid, panel, *panel.labels))
    if len(texts) != 1:
        return ""
    match = _CODED.fullmatch(fold(next(iter(texts))))
    name = fold(next(iter(texts))) if match is None else match["name"]
    return row_words("procurement-kinds").get(name, "")


def _item(
    sheet: Sheet, panel: Panel, laid: Laid, kind: str, above: dict[str, str], *, has_items: bool
) -> _Item | None:
    texts = _texts(laid, panel, *panel.labels)
    org_id = sheet.organisation(laid, panel)
    own = sheet.frame.org_id
    total = next((text for text in texts if named(fold(text), "total-rows")), "")
    if total or not texts:
        return _Item("total", total or "合计", "", "", "", own, "total")
    if kind:
        name = _CODED.sub(r"\g<name>", texts[0])
        role, item = ("subtotal", "") if has_items else ("leaf", name)
        return _Item(role, name, item, "", "", own, f"kind.{kind}")
    if org_id is None:
        return None
    catalogue = _text(laid, panel, "catalogue")
    match = _CODED.fullmatch(catalogue)
    code, listed = (match["code"], match["name"]) if match is not None else ("", catalogue)
    said = _text(laid, panel, "item-name")
    project = _text(laid, panel, "project")
    for name, value in (("project", project), ("item-name", said)):
        # Merged over several rows, a name stands once.
        covered = any(
            laid.cells[at].covered for at in panel.labels.get(name, ()) if at in laid.cells
        )
        above[name] = value or (above.get(name, "") if covered else "")
    project, said = above["project"] or project, above["item-name"] or said
    name, purchase = (listed, said) if listed and said and listed != said else (said or listed, "")
    if not name:
        heads = bool(project or _text(laid, panel, "org"))
        key = f"{org_id}.subtotal"
        return _Item("subtotal", project, "", "", "", org_id, key) if heads else None
    return _Item("leaf", project, name, purchase, code, org_id, f"{org_id}.{code or 'none'}")


def _write(
    sheet: Sheet,
    panel: Panel,
    laid: Laid,
    item: _Item,
    projects: Mapping[str, tuple[str, str]],
) -> int:
    columns, frame, ledger = sheet.layout.columns, sheet.frame, sheet.ledger
    cells = [cell for cell in laid.cells.values() if cell.text.strip() and not cell.covered]
    if not cells:
        return 0
    amounts = {
        at: amount for at in panel.figures
        if at in laid.cells and (amount := _amount(sheet, at, laid.cells[at])) is not None
    }  # fmt: skip
    if not amounts:
        if item.key.startswith("kind."):
            ledger.use(*cells)  # 工程 without a figure
        return 0
    parted = len({at for at in amounts if columns[at].value != "total"}) > 0
    among = frozenset(columns[at].value for at in amounts)
    project = projects.get(fold(item.project or item.purchase))
    head = f"{project[0]}.{item.catalogue or 'none'}" if project else item.key
    group = ledger.key("procurement_items", head)
    numbers = {kind: _number(sheet, panel, laid, kind) for kind in _NUMBERS}
    for at, amount in amounts.items():
        fund, cell = columns[at].value, laid.cells[at]
        role = item.role
        if role == "leaf" and fund == "total" and parted:
            role = "total"
        elif role == "leaf" and has_parts(fund, among, "total"):
            role = "subtotal"
        row: dict[str, Value] = {
            "document_id": frame.document_id,
            "procurement_key": ledger.key("procurement_items", f"{group}.{fund}"),
            "region_code": frame.region_code,
            "org_id": item.org_id,
            "fiscal_year": frame.fiscal_year if columns[at].year is None else columns[at].year,
            "project_code": project[0] if project else None,
            "project_name": item.project or None,
            "project_budget_cny": numbers["project-budget"],
            "purchase_name": item.purchase or None,
            "item_name": item.name or None,
            "catalogue_code": item.catalogue if len(item.catalogue) > 1 else None,
            "fund_source": fund,
            "role": role,
            "measure_unit": _text(laid, panel, "measure-unit") or None,
            "quantity": numbers["quantity"],
            "unit_price_cny": numbers["unit-price"],
            "amount_cny": amount,
            "printed": cell.text.strip(),
            "unit": columns[at].unit or sheet.unit,
            "status": status_of(cell.text),
            "char_start": min(one.char_start for one in cells),
            "char_end": max(one.char_end for one in cells),
        }
        ledger.add("procurement_items", row)
        ledger.use(cell)
    ledger.use(*(
        laid.cells[at] for kind, found in panel.labels.items() for at in found
        if at in laid.cells and laid.cells[at].text.strip()
        and (kind not in _NUMBERS or numbers[kind] is not None)
    ))  # fmt: skip
    return len(amounts)


def _amount(sheet: Sheet, at: int, cell: Cell) -> Value:
    try:
        return to_yuan(cell.text, sheet.layout.columns[at].unit or sheet.unit)
    except (ValueError, KeyError):
        return None


def _number(sheet: Sheet, panel: Panel, laid: Laid, kind: str) -> Value:
    """Return a number of a row: a count, or a price in yuan."""
    for at in panel.labels.get(kind, ()):
        cell = laid.cells.get(at)
        if cell is None or not cell.text.strip():
            continue
        try:
            if kind == "quantity":
                return parse(cell.text)
            return to_yuan(cell.text, sheet.layout.columns[at].unit or sheet.unit)
        except (ValueError, KeyError):
            return None
    return None
