"""Tables of performance indicators, of the department and of its projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yusuan.interpreting.grid import Row, header, texts
from yusuan.interpreting.ledger import Frame, Ledger
from yusuan.interpreting.lookups import fold, reverse
from yusuan.interpreting.result import Value
from yusuan.interpreting.sections import Section
from yusuan.interpreting.values import read_bands, read_value
from yusuan.reading.document import Cell, Table


@dataclass(frozen=True, slots=True)
class Scope:
    """What the indicators of a table are about: the department, or one project."""

    org_id: str
    project_code: str | None = None

    @property
    def kind(self) -> str:
        """`department` or `project`."""
        return "department" if self.project_code is None else "project"


def is_header(row: Row) -> bool:
    """Tell whether a row is the header of an indicator table."""
    found = set(texts(row)) & set(reverse("headers"))
    return "level1" in {reverse("headers")[text] for text in found}


@dataclass(slots=True)
class Indicators:
    """A reader of indicator rows: remembers the header and what merged cells say.

    Attributes:
        columns: For each cell of a row, which field it is; "" for an unknown header.
    """

    scope: Scope
    columns: list[str]
    level1: str = ""
    level2: str = ""

    @classmethod
    def under(cls, scope: Scope, rows: Sequence[Row], start: int) -> tuple[Indicators, int]:
        """Return a reader for the table whose header begins at `start`, and the header's height."""
        subs = {fold(w) for w in ("符号", "值", "单位", "计量单位", "单位（文字描述）")}
        names, height = header(rows, start, subs.__contains__)
        return cls(scope, [reverse("headers").get(name, "") for name in names]), height

    def read(self, row: Row, frame: Frame, ledger: Ledger) -> bool:
        """Write the target of one row; return False where the row is none."""
        cells = self._by_field(row)
        level1 = reverse("level1").get(_text(cells, "level1"))
        level2 = reverse("level2").get(_text(cells, "level2"))
        if cells.get("level1") is not None and _text(cells, "level1"):
            if level1 is None:
                return False
            self.level1, self.level2 = level1, ""
        self.level2 = level2 or ("" if _text(cells, "level2") else self.level2)
        if not self.level1 or not self.level2 or not _text(cells, "name"):
            return False
        self._write(row, cells, frame, ledger)
        return True

    def _by_field(self, row: Row) -> dict[str, Cell]:
        cells: dict[str, Cell] = {}
        for cell, field in zip(row, self.columns, strict=False):
            if field:
                cells.setdefault(field, cell)
        return cells

    def _write(self, row: Row, cells: dict[str, Cell], frame: Frame, ledger: Ledger) -> None:
        printed = _printed(cells)
        value = read_value(printed, frame.fiscal_year)
        description, scoring = _by_meaning(cells)
        scope, project = self.scope, self.scope.project_code
        owner = project or scope.kind
        ordinal = ledger.count(f"targets.{owner}")
        among = ledger.count(f"targets.{owner}.{self.level2}")
        key = f"{owner}.{self.level2}.{among}"
        said = [cell for cell in row if cell.text.strip()]
        target: dict[str, Value] = {
            "document_id": frame.document_id,
            "target_key": ledger.key("performance_targets", key),
            "scope": scope.kind,
            "project_code": project,
            "org_id": scope.org_id,
            "fiscal_year": frame.fiscal_year,
            "ordinal": ordinal,
            "level1": self.level1,
            "level2": self.level2,
            "name": _clean(cells["name"].text),
            "description": description,
            "scoring": scoring,
            "value_kind": value.kind,
            "operator": value.operator,
            "value": value.value,
            "value_unit": value.unit,
            "due": value.due,
            "printed": printed or None,
            "basis": _clean(cells["basis"].text) if "basis" in cells else None,
            "misplaced": _misplaced(cells, description),
            "char_start": said[0].span()[0],
            "char_end": said[-1].span()[1],
        }
        ledger.add("performance_targets", target)
        ledger.use(*(cell for field, cell in cells.items() if field))
        self._bands(scoring, target, frame, ledger)

    @staticmethod
    def _bands(scoring: str | None, target: dict[str, Value], frame: Frame, ledger: Ledger) -> None:
        for band in read_bands(scoring or ""):
            ledger.add(
                "score_bands",
                {
                    "document_id": frame.document_id,
                    "target_key": target["target_key"],
                    "grade": band.grade,
                    "operator": band.operator,
                    "threshold": band.threshold,
                    "value_unit": band.unit,
                    "text": band.text,
                },
            )


_OWN_SECTIONS = frozenset({"dept-indicators", "dept-performance"})


@dataclass(slots=True)
class DepartmentIndicators:
    """A reader of the department's own indicator tables, which a page break may part in two."""

    frame: Frame
    ledger: Ledger
    last: Indicators | None = None

    def read(self, block: Table, section: Section) -> bool:
        """Read a table; return False where it isn't the department's own."""
        at = next((at for at, row in enumerate(block.rows) if is_header(row)), None)
        if at is None:
            return self._goes_on(block, section)
        own = section.key in _OWN_SECTIONS
        if section.key == "project-performance" or not (own or _is_scored(block.rows[at])):
            return False
        before = self.last
        self.last, height = Indicators.under(Scope(self.frame.org_id), block.rows, at)
        if before is not None:
            self.last.level1, self.last.level2 = before.level1, before.level2
        self._rows(block.rows[at + height :])
        return True

    def _goes_on(self, block: Table, section: Section) -> bool:
        if self.last is None or section.key not in _OWN_SECTIONS:
            return False
        if len(block.rows[0]) != len(self.last.columns):
            return False
        self._rows(block.rows)
        return True

    def _rows(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if self.last is not None:
                self.last.read(row, self.frame, self.ledger)


def _is_scored(header_row: Row) -> bool:
    """Tell whether a header has a column of scoring: only the department's own table has one."""
    return any("分标准" in fold(cell.text) for cell in header_row)


def _text(cells: dict[str, Cell], field: str) -> str:
    return fold(cells[field].text) if field in cells else ""


def _clean(text: str) -> str | None:
    return text.strip() or None


def _printed(cells: dict[str, Cell]) -> str:
    """Return the value as one text, from one column or from sign, number and unit."""
    if "number" not in cells:
        return cells["printed"].text.strip() if "printed" in cells else ""
    parts = [cells[f].text.strip() if f in cells else "" for f in ("sign", "number", "value_unit")]
    # 文字描述 in the sign's column announces words, which stand under 值 or under 单位.
    if fold(parts[0]) not in reverse("operator"):
        parts[0] = ""
    return "".join(parts)


def _misplaced(cells: dict[str, Cell], description: str | None) -> str | None:
    """Return which contents do not stand under their own header, or None."""
    wrong = []
    if "description" in cells and description != _clean(cells["description"].text):
        wrong.append("scoring")
    if "number" in cells and not _text(cells, "number") and _text(cells, "value_unit"):
        wrong.append("value")
    return " ".join(wrong) or None


def _by_meaning(cells: dict[str, Cell]) -> tuple[str | None, str | None]:
    """Return description and scoring, each by what it says rather than by its header.

    A text of grades (优：…，良：…) is the scoring, whichever of the two headers stands over it.
    """
    description = _clean(cells["description"].text) if "description" in cells else None
    scoring = _clean(cells["scoring"].text) if "scoring" in cells else None
    if description is not None and read_bands(description) and not read_bands(scoring or ""):
        return scoring, description
    return description, scoring
