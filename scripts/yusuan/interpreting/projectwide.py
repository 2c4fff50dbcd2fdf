"""Lists of performance targets: one indicator a row, its project in columns to the left.

项目支出绩效目标表 of 北京市, 四川省 and others: 项目名称, 金额, 总体目标 are merged over the rows
of their indicators. Tables of one project each are for `projects`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yusuan.interpreting.captions import unit_in
from yusuan.interpreting.grid import Row, filled
from yusuan.interpreting.indicators import Indicators, Scope, is_header
from yusuan.interpreting.lookups import fold, is_label
from yusuan.interpreting.projects import MONEY, Projects, label_of
from yusuan.reading.document import Cell, Paragraph, Table

_OF_A_PROJECT = frozenset({"name", "code", "goals", "purpose", "organisation", *MONEY})


@dataclass(slots=True)
class ProjectLists:
    """A reader of the lists of one document; a page break may part one in two.

    Attributes:
        projects: Where projects go.
        columns: For each column of the last list which field of a project it holds, "" for none.
        indicators: The reader of the project whose rows are being read.
        unit: The unit of the money of the last list, "" where nothing says.
    """

    projects: Projects
    columns: Sequence[str] = ()
    indicators: Indicators | None = None
    unit: str = ""

    def read(self, block: Table, above: Sequence[Paragraph]) -> bool:
        """Read a table; return False where it is no such list."""
        at = _header(block.rows)
        if at is None:
            goes_on = bool(self.columns) and len(block.rows[0]) == len(self.columns)
            if not goes_on or any(is_header(row) for row in block.rows):
                self.columns = ()
                return False
            self._rows(block.rows)
            return True
        stated = (*above, *(cell for row in block.rows[:at] for cell in filled(row)))
        self.unit = next(filter(None, (unit_in(one.text) for one in stated)), "")
        height = self._lay_out(block.rows, at)
        self._rows(block.rows[at + height :])
        return True

    def _lay_out(self, rows: Sequence[Row], at: int) -> int:
        reader, height = Indicators.under(Scope(""), rows, at)
        self.indicators = reader
        self.columns = [
            "" if field else label_of(name)
            for field, name in zip(reader.columns, reader.names, strict=True)
        ]
        for row in rows[at : at + height]:
            for cell in filled(row):
                self.unit = self.projects.caption_unit(cell) or self.unit
                if label_of(cell.text) or is_label(cell.text):
                    self.projects.ledger.use(cell)
        return height

    def _rows(self, rows: Sequence[Row]) -> None:
        for row in rows:
            # The header may stand again on the next page.
            if not is_header(row):
                self._row(row)
        self.projects.finish()

    def _row(self, row: Row) -> None:
        projects = self.projects
        cells: dict[str, Cell] = {}
        for cell, field in zip(row, self.columns, strict=False):
            if field in _OF_A_PROJECT and not cell.covered and cell.text.strip():
                cells.setdefault(field, cell)
        current = projects.current
        if "name" in cells and (current is None or fold(cells["name"].text) != fold(current.name)):
            projects.open(cells, row[0].char_start, row[-1].char_end)
            current, projects.unit = projects.current, self.unit
        if current is None or self.indicators is None:
            return
        if self.indicators.scope.project_code != current.code:
            self._begin(cells)
        elif "name" in cells:
            # Printed anew in each row: said once.
            projects.ledger.use(*cells.values())
        reader = self.indicators
        if reader.read(row, projects.frame, projects.ledger):
            current.last = max(current.last, row[-1].char_end)

    def _begin(self, cells: dict[str, Cell]) -> None:
        """Read what the first row of a project says of it."""
        projects, current, before = self.projects, self.projects.current, self.indicators
        if current is None or before is None:
            return
        if "organisation" in cells:
            projects.organisation(cells["organisation"])
        for label in MONEY:
            if label in cells:
                projects.amount(label, cells[label])
        if "goals" in cells:
            projects.goals([cells["goals"]])
        self.indicators = Indicators(
            Scope(current.org_id, current.code), before.columns, before.names
        )


def _header(rows: Sequence[Row]) -> int | None:
    """Return where the header of such a list begins, None for another table."""
    for at, row in enumerate(rows):
        if is_header(row):
            tops = [top for top in (at, at - 1) if top >= 0]
            return next(
                (top for top in tops if any(label_of(c.text) == "name" for c in rows[top])
                 and not any(label_of(c.text) == "name" and _names(rows[top]) for c in rows[top])),
                None,
            )  # fmt: skip
    return None


def _names(row: Row) -> bool:
    """Tell whether a row gives one project's name, 项目名称 and the name, and heads no column."""
    return sum(bool(label_of(cell.text) or is_label(cell.text)) for cell in filled(row)) < len(
        filled(row)
    )
