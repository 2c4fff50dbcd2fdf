"""Tables of performance indicators, of the department and of its projects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from yusuan.interpreting.grid import Row, filled, header, texts
from yusuan.interpreting.ledger import Frame, Ledger
from yusuan.interpreting.lookups import fold, reverse
from yusuan.interpreting.result import Value
from yusuan.interpreting.sections import Section
from yusuan.interpreting.values import read_bands, read_value
from yusuan.reading.document import Cell, Paragraph, Table


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


_THIRD = "三级指标"
_OVER = frozenset({"绩效指标", "年度绩效指标", "绩效目标", "年度指标"})
_BRACKET = re.compile(r"（[^（）]*）$")


def _level(level: str, text: str) -> str | None:
    """Return which class or kind of indicator a cell says: 产出指标（50分） is 产出指标."""
    known = reverse(level)
    return known.get(text) or known.get(_BRACKET.sub("", text))


@dataclass(slots=True)
class Indicators:
    """A reader of indicator rows: remembers the header and what merged cells say.

    Attributes:
        columns: For each cell of a row, which field it is; "" for an unknown header.
        names: The header over each.
    """

    scope: Scope
    columns: list[str]
    names: list[str] = field(default_factory=list)
    level1: str = ""
    level2: str = ""

    @classmethod
    def under(cls, scope: Scope, rows: Sequence[Row], start: int) -> tuple[Indicators, int]:
        """Return a reader for the table whose header begins at `start`, and the header's height."""
        subs = {fold(w) for w in ("符号", "值", "单位", "计量单位", "单位（文字描述）")}
        if not is_header(rows[start]):
            subs = set(reverse("headers"))  # 绩效指标 above 一级指标, 二级指标 and 三级指标
        names, height = header(rows, start, subs.__contains__)
        fields = [reverse("headers").get(name, "") for name in names]
        if _THIRD in names:
            # 绩效指标 over or beside 一级指标, 二级指标, 三级指标 heads them all.
            fields = ["" if name in _OVER else one for name, one in zip(names, fields, strict=True)]
        elif "name" not in fields:
            fields = ["name" if one == "description" else one for one in fields]
        if fields.count("name") > 1:
            # 中期指标 and 年度指标 side by side: the year stands to the right.
            fields = [
                "" if one and one in fields[at + 1 :] else one for at, one in enumerate(fields)
            ]
        return cls(scope, fields, names), height

    def read(self, row: Row, frame: Frame, ledger: Ledger) -> bool:
        """Write the target of one row; return False where the row is none."""
        cells = self._by_field(row)
        level1 = _level("level1", _text(cells, "level1"))
        level2 = _level("level2", _text(cells, "level2"))
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
        for cell, name in zip(row, self.columns, strict=False):
            if name:
                cells.setdefault(name, cell)
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
        ledger.use(*cells.values())
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


# 部门整体支出绩效目标表 (财预〔2015〕88号, 附2), also with whose it is and the year before.
_OF_DEPARTMENT = re.compile(r".{0,40}整体(支出)?(预算)?绩效(目标)?(申报|批复)?表(（.{0,12}）)?")
_OF_PROJECT = re.compile(r"项目(编码|代码|名称)：?")
_OWN_SECTIONS = frozenset({"dept-indicators", "dept-performance"})


@dataclass(slots=True)
class DepartmentIndicators:
    """A reader of the department's own indicator tables, which a page break may part in two."""

    frame: Frame
    ledger: Ledger
    last: Indicators | None = None

    def read(self, block: Table, section: Section, above: Sequence[Paragraph] = ()) -> bool:
        """Read a table; return False where it isn't the department's own.

        Args:
            block: The table.
            section: Where it stands.
            above: The paragraphs between it and the table before it, nearest first.
        """
        at = next((at for at, row in enumerate(block.rows) if is_header(row)), None)
        if at is None:
            return self._goes_on(block, section)
        own = section.key in _OWN_SECTIONS
        inside = [cell for row in block.rows[:at] for cell in row]
        if any(_OF_PROJECT.fullmatch(fold(one.text)) for one in inside):
            return False
        captions = [one for one in (*inside, *above) if _OF_DEPARTMENT.fullmatch(fold(one.text))]
        is_other = section.key == "project-performance" and not captions
        if is_other or not (own or captions or _is_scored(block.rows[at])):
            return False
        before = None if captions else self.last
        for caption in captions:
            self.ledger.heading(caption)
            self.ledger.use(caption)
        self._above(block.rows[:at])
        self.last, height = Indicators.under(Scope(self.frame.org_id), block.rows, at)
        if before is not None:
            self.last.level1, self.last.level2 = before.level1, before.level2
        self._rows(block.rows[at + height :])
        return True

    def _above(self, rows: Sequence[Row]) -> None:
        """Read what stands over the indicators: whose they are, and the goal of the year."""
        for row in rows:
            for label, cell in pairwise(filled(row)):
                said = reverse("project").get(fold(label.text).rstrip("："), "")
                if said == "organisation" and fold(cell.text) == fold(self.frame.department):
                    self.ledger.use(cell)
                elif said == "goals" and reverse("project").get(fold(cell.text)) is None:
                    self._goal(cell)

    def _goal(self, cell: Cell) -> None:
        ordinal = self.ledger.count("overall-goals")
        self.ledger.use(cell)
        lead = len(cell.text) - len(cell.text.lstrip())
        span = cell.span(lead, lead + len(cell.text.strip()))
        self.ledger.add(
            "text_items",
            {
                "document_id": self.frame.document_id,
                "item_key": self.ledger.key("text_items", f"overall-goal.table.{ordinal:02}"),
                "kind": "overall-goal",
                "ordinal": ordinal,
                "parent_key": None,
                "org_id": self.frame.org_id,
                "project_code": None,
                "number_label": None,
                "title": None,
                "text": cell.text.strip(),
                "char_start": span[0],
                "char_end": span[1],
            },
        )

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
        return _signed(cells)
    parts = [cells[f].text.strip() if f in cells else "" for f in ("sign", "number", "value_unit")]
    # 文字描述 in the sign's column announces words, which stand under 值 or under 单位.
    if fold(parts[0]) not in reverse("operator"):
        parts[0] = ""
    return "".join(parts)


def _signed(cells: dict[str, Cell]) -> str:
    """Return the value of one column with the sign and the unit that columns beside it give it.

    指标性质 and 计量单位 (四川省, 北京市): ≥, 95, ％. 定性 and 正向指标 are no signs.
    """
    said = {f: cells[f].text.strip() if f in cells else "" for f in _VALUE}
    printed = said["printed"]
    if not any(map(str.isdigit, printed)):
        return printed
    sign = said["sign"] if fold(said["sign"]) in reverse("operator") else ""
    if printed.startswith(sign):
        sign = ""
    unit = "" if printed.endswith(said["value_unit"]) else said["value_unit"]
    return f"{sign}{printed}{unit}"


_VALUE = ("sign", "printed", "value_unit")


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
