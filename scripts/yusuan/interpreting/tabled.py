"""A standard table read: every figure becomes a line, with what its row and its column say.

A figure is never guessed: where the row, the column or the unit is not understood, its cells stay
unread. How lines stand for cells is told at the head of `shapes/tables.ttl`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from yusuan.amounts import parse, status_of, to_yuan
from yusuan.interpreting.columns import Column
from yusuan.interpreting.forms import Form, has_parts
from yusuan.interpreting.heads import Laid, Layout
from yusuan.interpreting.ledger import Frame, Ledger
from yusuan.interpreting.lookups import fold
from yusuan.interpreting.result import Value
from yusuan.interpreting.rowlabels import named
from yusuan.reading.document import Cell

DIMENSIONS = ("fund_source", "nature", "item")


@dataclass(frozen=True, slots=True)
class Panel:
    """Columns that belong together: labels, and the figures to the right of them.

    Attributes:
        labels: Kind of label → its columns, in order.
        figures: Columns of figures that were understood.
        side: `revenue`, `expenditure`, or "" where the header does not say.
        changes: Columns that compare with another year.
    """

    labels: Mapping[str, tuple[int, ...]]
    figures: tuple[int, ...]
    side: str
    changes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row of a panel says of its figures.

    Attributes:
        cells: The cells of its label.
        dimensions: Column of `budget_lines` → code.
        role: `leaf`, `subtotal`, `total` or `of-which`.
        direction: `revenue` or `expenditure`.
        org_id: Whose row it is.
        key: What its line keys begin with, behind the form.
        name: The name beside its code as printed, None for a row without code.
        year, phase: As the row says; None, "" where it does not.
    """

    cells: tuple[Cell, ...]
    dimensions: Mapping[str, str]
    role: str
    direction: str
    org_id: str
    key: tuple[str, ...]
    name: str | None = None
    year: int | None = None
    phase: str = ""


@dataclass(slots=True)
class Sheet:
    """One table on its way to lines.

    Attributes:
        form: What it is.
        layout: Its header and rows.
        unit: The unit of its money, "" where no caption says.
        is_revised: A note says that 预算数 is the budget as revised.
        frame: What rows share.
        ledger: Where they go.
        org_ids: Folded name or code of an organisation → its id.
        labels: (scheme, code) → its name, as the tables of the document print it.
        stated: Line key → its amount, of all tables of the document.
    """

    form: Form
    layout: Layout
    unit: str
    is_revised: bool
    frame: Frame
    ledger: Ledger
    org_ids: Mapping[str, str]
    labels: dict[tuple[str, str], str]
    stated: dict[str, Decimal]

    def write(self, panel: Panel, laid: Laid, entry: Entry) -> int:
        """Write the figures of one row of a panel; returns how many were read."""
        count = 0
        seen: set[int] = set()
        for at in panel.figures:
            cell = laid.cells.get(at)
            if cell is None or not cell.text.strip() or cell.char_start in seen:
                continue
            seen.add(cell.char_start)
            if sum(laid.cells.get(other) is cell for other in panel.figures) > 1:
                continue  # merged over two columns of figures: it can't be told whose it is
            column = self.layout.columns[at]
            # What is carried over has parts of its own, or none.
            values = frozenset(
                other.value
                for other in (self.layout.columns[each] for each in panel.figures)
                if (other.item, other.direction) == (column.item, column.direction)
            )
            count += self._figure(column, cell, entry, values)
        count += self._changes(panel, laid, entry)
        self.ledger.use(*(cell for cell in entry.cells if cell.text.strip()))
        return count

    def _figure(self, column: Column, cell: Cell, entry: Entry, values: frozenset[str]) -> bool:
        unit = column.unit or self.unit
        try:
            amount = to_yuan(cell.text, unit)
        except (ValueError, KeyError):
            return False  # no number, or a number without a unit
        if amount is None:
            return False
        dimensions = self._dimensions(column, entry)
        form = "dept-operating" if dimensions.get("item") == "operating" else self.form.key
        year, phase = self._time(column, entry)
        role = self._role(column, entry, dimensions, values)
        key = ".".join([*self._key(form, column, entry, dimensions), *self._when(year, phase)])
        self.ledger.use(cell)
        if self._is_restated(form, key, amount, (year, phase), dimensions):
            return True
        line: dict[str, Value] = {
            "document_id": self.frame.document_id,
            "line_key": self.ledger.key("budget_lines", key),
            "form": form,
            "region_code": self.frame.region_code,
            "org_id": entry.org_id,
            "fiscal_year": year,
            "stated_in": self.frame.fiscal_year,
            "phase": phase,
            "direction": column.direction or entry.direction,
            **dimensions,
            # The name beside a functional code is not that of the economic one of its column.
            "label": None if column.economic_code else entry.name,
            "role": role,
            "amount_cny": amount,
            "printed": cell.text.strip(),
            "unit": unit,
            "status": status_of(cell.text),
            "char_start": cell.char_start,
            "char_end": cell.char_end,
        }
        self.ledger.add("budget_lines", line)
        return True

    def _dimensions(self, column: Column, entry: Entry) -> dict[str, str]:
        found = dict(entry.dimensions)
        name = self.form.columns
        # A row that names the dimension itself says more than a column 金额 or 合计.
        if (
            name != "amount"
            and column.value
            and (name not in found or column.value != self.form.total)
        ):
            found[name] = column.value
        if column.item:
            found["item"] = column.item
        if column.economic_code:
            found["economic_code"] = column.economic_code
        return found

    def _time(self, column: Column, entry: Entry) -> tuple[int, str]:
        year = entry.year if column.year is None else column.year
        year = self.frame.fiscal_year if year is None else year
        phase = column.phase or entry.phase
        if not phase:
            phase = self.frame.phase
        elif phase == "approved" and self.is_revised and year == self.frame.fiscal_year:
            phase = "revised"
        return year, phase

    def _role(
        self, column: Column, entry: Entry, dimensions: Mapping[str, str], values: frozenset[str]
    ) -> str:
        if column.of_which:
            return "of-which"
        if entry.role in {"total", "of-which"}:
            return entry.role
        of_project = self.form.rows == "project" and column.value == "total"
        if of_project or dimensions.get("item") in {"three-public", "operating"}:
            return "total"
        if entry.role == "subtotal" or has_parts(column.value, values, self.form.total):
            return "subtotal"
        return "leaf"

    def _key(
        self, form: str, column: Column, entry: Entry, dimensions: Mapping[str, str]
    ) -> Iterator[str]:
        yield form
        yield from entry.key
        name = self.form.columns
        if name in dimensions and dimensions[name] not in entry.key:
            yield dimensions[name]
        yield from filter(None, (column.item, column.economic_code))
        if entry.org_id != self.frame.org_id:
            yield entry.org_id

    def _when(self, year: int, phase: str) -> Iterator[str]:
        if year != self.frame.fiscal_year:
            yield str(year)
        if phase != self.frame.phase:
            yield phase

    def _changes(self, panel: Panel, laid: Laid, entry: Entry) -> int:
        """Write the comparisons of a row; a percentage goes with the amount beside it."""
        columns, count = self.layout.columns, 0
        for at in panel.changes:
            column, cell = columns[at], laid.cells.get(at)
            if column.change != "amount" or cell is None or not cell.text.strip():
                continue
            beside = replace(column, change="percent", path=(), unit="")
            shares = [
                laid.cells[other] for other in panel.changes
                if other in laid.cells and replace(columns[other], path=(), unit="") == beside
            ]  # fmt: skip
            count += self._change(column, cell, shares, entry)
        return count

    def _change(self, column: Column, cell: Cell, shares: Sequence[Cell], entry: Entry) -> int:
        unit = column.unit or self.unit
        try:
            amount = to_yuan(cell.text, unit)
        except (ValueError, KeyError):
            return 0
        if amount is None:
            return 0
        dimensions = self._dimensions(column, entry)
        form = "dept-operating" if dimensions.get("item") == "operating" else self.form.key
        key = ".".join(self._key(form, column, entry, dimensions))
        if column.year != self.frame.fiscal_year - 1:
            key += f".{column.year}"
        percents = [(one, found) for one in shares if (found := _percent(one.text)) is not None]
        self.ledger.use(cell, *(share for share, _ in percents))
        row: dict[str, Value] = {
            "document_id": self.frame.document_id,
            "change_key": self.ledger.key("budget_changes", key),
            "form": form,
            "region_code": self.frame.region_code,
            "org_id": entry.org_id,
            "fiscal_year": self.frame.fiscal_year,
            "base_year": column.year,
            "direction": column.direction or entry.direction,
            **dimensions,
            "change_cny": amount,
            "change_percent": percents[0][1] if percents else None,
            "printed": cell.text.strip(),
            "unit": unit,
            "direction_text": column.path[-1],
            "char_start": cell.char_start,
            "char_end": cell.char_end,
        }
        self.ledger.add("budget_changes", row)
        return 1 + len(percents)

    def _is_restated(
        self,
        form: str,
        key: str,
        amount: Decimal,
        time: tuple[int, str],
        dimensions: Mapping[str, str],
    ) -> bool:
        """Tell whether the same figure was stated before: said twice alike is said once."""
        if self.stated.setdefault(key, amount) == amount and ("budget_lines", key) in (
            self.ledger.keys
        ):
            return True
        item = dimensions.get("item")
        if item is not None and time == (self.frame.fiscal_year, self.frame.phase):
            # The sentences of the narrative that say it again make no second line.
            self.ledger.is_new("stated", f"{form}.{item}.{amount.normalize()}")
        return False

    def organisation(self, laid: Laid, panel: Panel) -> str | None:
        """Return whose row it is: the department without such a column, None for an unknown."""
        cells = [
            laid.cells[at]
            for kind in ("org-code", "org")
            for at in panel.labels.get(kind, ())
            if at in laid.cells and laid.cells[at].text.strip()
        ]
        if not cells or any(named(fold(cell.text), "total-rows") for cell in cells):
            return self.frame.org_id
        return next(
            (self.org_ids[fold(c.text)] for c in cells if fold(c.text) in self.org_ids), None
        )


def _percent(text: str) -> Decimal | None:
    """Return the number of a percentage, with or without its mark; None for none."""
    try:
        return parse(text.strip().rstrip("%％"))
    except ValueError:
        return None


def panels(layout: Layout) -> list[Panel]:
    """Return the panels of a table: a label behind figures begins the next."""
    found: list[Panel] = []
    labels: dict[str, list[int]] = {}
    figures: list[int] = []
    changes: list[int] = []
    sides: list[str] = []

    def close() -> None:
        if figures:
            kinds = {kind: tuple(columns) for kind, columns in labels.items()}
            side = next(filter(None, sides), "")
            found.append(Panel(kinds, tuple(figures), side, tuple(changes)))
        labels.clear()
        figures.clear()
        changes.clear()
        sides.clear()

    seen: set[tuple[int, Column]] = set()
    for at, column in enumerate(layout.columns):
        if column.label == "ignored" or not column.is_known:
            continue
        if column.label:
            if figures:
                close()
            labels.setdefault(column.label, []).append(at)
        elif column.change:
            changes.append(at)
        else:
            same = (len(found), replace(column, side="", path=()))
            if same in seen:
                continue  # 本年收入小计 beside 合计: the header does not tell the two apart
            seen.add(same)
            figures.append(at)
        sides.append(column.side)
    close()
    return found
