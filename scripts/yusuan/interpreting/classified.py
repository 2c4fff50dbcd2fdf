"""Tables by code: every row a 类, 款 or 项 of the functional or economic classification.

The code stands in one column, in three, before the name, or nowhere: then the name tells it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yusuan.codes import by_names
from yusuan.interpreting.bykind import is_by_kind, read_by_kind
from yusuan.interpreting.columns import WIDER
from yusuan.interpreting.forms import has_parts, head
from yusuan.interpreting.heads import Laid
from yusuan.interpreting.lookups import fold
from yusuan.interpreting.rowlabels import (
    CLASS,
    is_code,
    joined,
    label,
    named,
    printed_name,
)
from yusuan.interpreting.tabled import Entry, Panel, Sheet, panels
from yusuan.reading.document import Cell

_PARTS = ("class", "section", "entry")
_WITHIN = {"function": "2", "economic": "3"}
_DEPTH = {"function": 3, "economic": 2}
_OF_GOVERNMENT = re.compile(r"政府(预算)?(支出)?经济")


@dataclass(frozen=True, slots=True)
class _Coded:
    """A row and what stands in its columns of labels."""

    laid: Laid
    cells: tuple[Cell, ...]
    code: str
    name: str
    of_which: bool
    printed: str | None = None


def is_coded(sheet: Sheet) -> bool:
    """Tell whether a table has columns of codes."""
    return any({"code", *_PARTS} & set(panel.labels) for panel in panels(sheet.layout))


def read_classified(sheet: Sheet) -> int:
    """Write the lines of a table by code; returns how many figures were read."""
    coded = is_coded(sheet)
    return sum(
        read_by_kind(sheet, panel)
        if not coded and is_by_kind(sheet, panel)
        else _panel(sheet, panel)
        for panel in panels(sheet.layout)
    )


def _panel(sheet: Sheet, panel: Panel) -> int:
    scheme = sheet.form.rows
    rows = list(_rows(sheet, panel, scheme))
    codes = {row.code for row in rows if row.code}
    inner = {code[:length] for code in codes for length in (CLASS, CLASS + 2) if length < len(code)}
    org_id, count = sheet.frame.org_id, 0
    repeats = _repeats(panel, rows, inner)
    for row in rows:
        stated = sheet.organisation(row.laid, panel)
        if stated is None:
            continue
        if not row.code and not row.name and "org" in panel.labels and stated:
            count += _total(sheet, panel, row, stated, {})
            continue
        if _owner(panel, row) or not repeats:
            org_id = stated
        total = named(row.name, "total-rows")
        if row.code:
            if not is_code(row.code, scheme):
                continue
            role = "of-which" if row.of_which else "subtotal" if row.code in inner else "leaf"
            entry = Entry(row.cells, {f"{scheme}_code": row.code}, role, sheet.form.direction,
                          org_id, (row.code,), row.printed)  # fmt: skip
            count += sheet.write(panel, row.laid, entry)
            if row.name:
                sheet.labels.setdefault((scheme, row.code), row.name)
        elif total:
            dimensions = {} if total == "total" else {sheet.form.columns: total}
            count += _total(sheet, panel, row, stated, dimensions)
        elif row.name in sheet.org_ids:
            # 某局本级 heads the rows of its codes, with its own total.
            org_id = sheet.org_ids[row.name]
            count += _total(sheet, panel, row, org_id, {})
    return count


def _repeats(panel: Panel, rows: Sequence[_Coded], inner: set[str]) -> bool:
    """Tell whether a row without a unit is of the unit above it, as where cells are merged.

    Where units stand only beside the lowest codes, 类 and 款 without one are of the department.
    """
    said = [row.code in inner for row in rows if row.code and _owner(panel, row)]
    blank = [row.code in inner for row in rows if row.code and not _owner(panel, row)]
    if not said or any(said):
        return True
    first = next(at for at, row in enumerate(rows) if row.code)
    is_above = any(_owner(panel, row) for row in rows[: first + 1])
    return is_above and not all(blank)


def _owner(panel: Panel, row: _Coded) -> bool:
    """Tell whether a row says whose it is."""
    columns = (at for kind in ("org-code", "org") for at in panel.labels.get(kind, ()))
    said = (fold(row.laid.cells[at].text) for at in columns if at in row.laid.cells)
    return any(text and not named(text, "total-rows") for text in said)


def _total(sheet: Sheet, panel: Panel, row: _Coded, org_id: str, dimensions: dict[str, str]) -> int:
    entry = Entry(row.cells, dimensions, "total", sheet.form.direction, org_id, ("total",))
    return sheet.write(panel, row.laid, entry)


def _rows(sheet: Sheet, panel: Panel, scheme: str) -> Iterator[_Coded]:
    """Yield the rows of a panel with their codes; a blank 类 or 款 is that of the row above."""
    kinds = _chosen(sheet, panel)
    last = ["", ""]
    trail: list[str] = []
    full = frozenset(
        fold(laid.cells[at].text)[: CLASS + 2] for laid in sheet.layout.body
        for at in kinds.get("code", ()) if at in laid.cells
    )  # fmt: skip
    for laid in sheet.layout.body:
        cells = {at: laid.cells[at] for columns in panel.labels.values() for at in columns
                 if at in laid.cells}  # fmt: skip
        said = {kind: [fold(cells[at].text) for at in columns if at in cells]
                for kind, columns in kinds.items()}  # fmt: skip
        own = tuple({cell.char_start: cell for cell in cells.values()}.values())
        names = [text for text in dict.fromkeys(said.get("name", [])) if text]
        parts = _parts(said)
        texts = {text for text in (*parts, *names) if text}
        if (
            not texts
            and not any(named(fold(cell.text), "total-rows") for cell in own)
            and not any(said.values())
        ):
            if "org" in panel.labels or not panel.labels:
                yield _Coded(laid, own, "", "", of_which=False)
            continue
        said_all = {fold(cell.text) for cell in own}
        if any(named(text, "total-rows") for text in said_all):
            name = next(text for text in sorted(said_all) if named(text, "total-rows"))
            yield _Coded(laid, own, "", name, of_which=False)
            continue
        code, last = _joined(_whole(parts, last, full), last)
        found = label(names[-1]) if names else label("")
        if not code and not any(parts):
            code = found.code or _by_name(sheet, scheme, found.name, trail)
        elif not code:
            continue  # the parts of the code do not fit together
        name = found.name or "".join(names)
        yield _Coded(laid, own, code, name, found.of_which, _printed(own, name))


def _printed(cells: Sequence[Cell], name: str) -> str | None:
    """Return the name as printed, from the cell that ends in it."""
    text = next((cell.text for cell in cells if fold(cell.text).endswith(name)), name)
    return printed_name(text, name)


def _chosen(sheet: Sheet, panel: Panel) -> dict[str, tuple[int, ...]]:
    """Return the columns of labels without those of the government's own economic classes.

    A table may print both classifications; the department's is the one that it is about.
    """
    columns = sheet.layout.columns

    def is_other(at: int) -> bool:
        return any(_OF_GOVERNMENT.search(text) for text in columns[at].path)

    every = [at for kind in ("code", *_PARTS, "name") for at in panel.labels.get(kind, ())]
    if all(map(is_other, every)):
        return dict(panel.labels)
    return {
        kind: tuple(at for at in found if not is_other(at)) for kind, found in panel.labels.items()
    }


def _parts(said: dict[str, list[str]]) -> list[str]:
    """Return what stands in the columns of 类, 款 and 项, or of one code."""
    if any(kind in said for kind in _PARTS):
        # Merged over 类 and 款, a text stands once.
        parts = [next(iter(said.get(kind, [])), "") for kind in _PARTS]
        first = parts[0]
        return parts if len(first) <= CLASS else [first]
    return list(dict.fromkeys(text for text in said.get("code", []) if text))


def _whole(parts: list[str], last: list[str], full: frozenset[str]) -> list[str]:
    """Return a 款 in full that is printed as two digits (江西省 2024: 205, 02, 2050203)."""
    if len(parts) == 1 and len(parts[0]) == len("02") and f"{last[0]}{parts[0]}" in full:
        return [f"{last[0]}{parts[0]}"]
    return parts


def _joined(parts: list[str], last: list[str]) -> tuple[str, list[str]]:
    """Return the code of a row, and its 类 and 款 for the rows below it."""
    if not any(parts):
        return "", last
    if len(parts) == 1:
        code = "".join(parts[0].split())
        return (code if code.isdigit() else ""), [code[:CLASS], code[CLASS : CLASS + 2]]
    if not all(part.isdigit() for part in parts if part):
        return "", last
    wide = [*parts, "", ""][:3]
    if not wide[0]:
        wide[0] = last[0]
        if not wide[1]:
            wide[1] = last[1]
    elif wide[2] and not wide[1] and wide[0] == last[0]:
        wide[1] = last[1]
    return joined(*wide), [wide[0], wide[1]]


def _by_name(sheet: Sheet, scheme: str, name: str, trail: list[str]) -> str:
    """Return the code of a name, and note it in `trail`, the names from 类 down to it.

    The deepest level at which the official list has it below the names above is taken; where the
    list does not have it, what another table of the document prints beside that name.
    """
    if not name:
        return ""
    year, within = sheet.frame.fiscal_year, _WITHIN[scheme]
    for depth in range(min(len(trail), _DEPTH[scheme] - 1), -1, -1):
        code = by_names(scheme, [*trail[:depth], name], year, within)
        if code is not None:
            trail[depth:] = [name]
            return code
    known = [code for (kind, code), said in sheet.labels.items() if (kind, said) == (scheme, name)]
    return known[0] if len(known) == 1 else ""


def read_items(sheet: Sheet) -> int:
    """Write the lines of a table whose rows or columns are items: the “三公” table."""
    count = 0
    for panel in panels(sheet.layout):
        explicit = any(sheet.layout.columns[at].value != sheet.form.total for at in panel.figures)
        rows = [(laid, *_item_label(laid, panel)) for laid in sheet.layout.body]
        items = [named(label(name).name, "item") for _, name, _ in rows]
        values = frozenset(items)
        for at, (laid, name, cells) in enumerate(rows):
            org_id = sheet.organisation(laid, panel)
            if org_id is None or (not explicit and _is_wider(items, at, sheet.form.total)):
                continue
            code = _code_of(laid, panel)
            if code and sheet.form.total == "operating":
                # 机关运行经费 by economic class (江苏省 2024) parts the total above it.
                part = Entry(cells, {"item": "operating", "economic_code": code}, "of-which",
                             sheet.form.direction, org_id, ("operating", code),
                             _printed(cells, label(name).name))  # fmt: skip
                count += sheet.write(panel, laid, part)
                continue
            entry = _item(sheet, cells, name, org_id, values, explicit=explicit)
            if entry is not None:
                count += sheet.write(panel, laid, entry)
    return count


def _is_wider(items: Sequence[str], at: int, total: str) -> bool:
    """Tell whether 合计 adds up more: it stands above “三公”经费, or beside 会议费 without that."""
    if items[at]:
        return False
    return total in items[at + 1 :] or (total not in items[:at] and bool(WIDER & set(items)))


def _code_of(laid: Laid, panel: Panel) -> str:
    """Return the economic code of a row, "" for none."""
    cells = (laid.cells[at] for at in panel.labels.get("code", ()) if at in laid.cells)
    codes = ("".join(cell.text.split()) for cell in cells)
    return next((code for code in codes if is_code(code, "economic")), "")


def _item_label(laid: Laid, panel: Panel) -> tuple[str, tuple[Cell, ...]]:
    cells = {
        laid.cells[at].char_start: laid.cells[at]
        for columns in panel.labels.values() for at in columns if at in laid.cells
    }  # fmt: skip
    name = next(
        (laid.cells[at].text for at in reversed([*panel.labels.get("code", ()),
                                                 *panel.labels.get("name", ())])
         if at in laid.cells and laid.cells[at].text.strip()), "",
    )  # fmt: skip
    return name, tuple(cells.values())


def _item(
    sheet: Sheet, cells: tuple[Cell, ...], name: str, org_id: str, values: frozenset[str], *,
    explicit: bool,
) -> Entry | None:  # fmt: skip
    folded = label(name).name
    item = named(folded, "item")
    if not item and named(folded, "total-rows"):
        item = sheet.form.total
    if explicit:
        # The columns are the items: the row can only say whose they are, or for which stage.
        is_own = not folded or folded in sheet.org_ids or named(folded, "total-rows")
        # 2024年 has no code before its name.
        stage = head(fold(name), "amount", sheet.frame.fiscal_year) if folded else None
        if not is_own and (stage is None or stage.label or stage.value):
            return None
        own = sheet.org_ids.get(folded, org_id)
        year, phase = (None, "") if is_own or stage is None else (stage.year, stage.phase)
        return Entry(cells, {}, "leaf", sheet.form.direction, own, (), year=year, phase=phase)
    if not item:
        return None
    role = "leaf"
    if has_parts(item, values, ""):
        role = "total" if item == sheet.form.total else "subtotal"
    return Entry(cells, {"item": item}, role, sheet.form.direction, org_id, (item,))
