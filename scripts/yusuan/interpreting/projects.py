"""The performance tables of projects: code, money, purpose, payment plan, goals, indicators.

A project is read row by row from labels, so it may stand in one table or in several.
"""

from __future__ import annotations

import calendar
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise

from yusuan.amounts import parse, status_of, to_yuan
from yusuan.interpreting.captions import unit_in
from yusuan.interpreting.grid import Row, filled
from yusuan.interpreting.indicators import Indicators, Scope, is_header
from yusuan.interpreting.ledger import Frame, Ledger
from yusuan.interpreting.lookups import fold, reverse
from yusuan.interpreting.sections import Section, numbered
from yusuan.reading.document import Cell, Paragraph, Table

_CODE = re.compile(r"[0-9]{8}[0-9A-Z]{13}")
_UNIT_NAME = re.compile(r"(?P<code>\d{3,9})\s*(?P<name>[\u4e00-\u9fff].+?)(?:\s*单位[：:].*)?")
_MONTH = re.compile(r"(\d{1,2})月[底末]?|第?([一二三四])季度")
_CAPTION = re.compile(r".{1,150}绩效目标表")
_GOAL = re.compile(
    r"(?m)^\s*(?P<number>\d{1,2}\s*[.、．]|[（(]?[一二三四五六七八九十\d]+[)）、])\s*"
)
_EARMARKED = re.compile(r"^[（(【\[]专款[)）】\]]")
_QUARTERS = {"一": 3, "二": 6, "三": 9, "四": 12}
MONEY = ("total", "fiscal", "other", "carry-over")
# 项目资金（万元）: the unit of the figures to its right and below.
_UNIT_OF_LABEL = re.compile(r"[\u4e00-\u9fff]{2,10}（(?:单位：)?(?P<unit>亿元|万元|元)）：?")


@dataclass(slots=True)
class Project:
    """A project while its rows are being read."""

    code: str
    name: str
    org_id: str
    ordinal: int
    first: int
    last: int
    unit: str = ""
    purpose: list[str] = field(default_factory=list)
    money: dict[str, Cell] = field(default_factory=dict)
    indicators: Indicators | None = None


@cache
def _labels() -> dict[str, str]:
    return reverse("project")


@dataclass(slots=True)
class Projects:
    """A reader of all projects of one document.

    Attributes:
        units: Budget code → org id of the units that the project tables name.
        org_ids: Folded name or code of an organisation → its id.
    """

    frame: Frame
    ledger: Ledger
    units: dict[str, str]
    org_ids: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    org_id: str = ""
    is_stated: bool = False
    is_owned: bool = False
    stated: set[str] = field(default_factory=set)
    is_performance: bool = False
    caption: int | None = None
    expects: str = ""
    months: list[int] = field(default_factory=list)
    current: Project | None = None
    count: int = 0

    def section(self, section: Section) -> None:
        """Read the blocks of a section in order."""
        for block in section.blocks:
            if isinstance(block, Paragraph):
                self._paragraph(block)
            else:
                self._table(block)
        self.finish()

    def finish(self) -> None:
        """Write the project that is being read, if there is one."""
        project, self.current = self.current, None
        if project is None:
            return
        frame = self.frame
        self.ledger.add(
            "projects",
            {
                "project_code": project.code,
                "name": project.name,
                "region_code": frame.region_code,
                "org_id": project.org_id,
                "fiscal_year": frame.fiscal_year,
                "ordinal": project.ordinal,
                "purpose": "\n".join(project.purpose) or None,
                "earmarked": _EARMARKED.match(project.name) is not None,
                "document_id": frame.document_id,
                "char_start": project.first,
                "char_end": project.last,
            },
        )

    def _paragraph(self, block: Paragraph) -> None:
        if _CAPTION.fullmatch(numbered(block.text)[1]):
            self.finish()
            self.caption = block.char_start
            self.ledger.heading(block)
            self.ledger.use(block)
        else:
            self._caption_row([block])

    def _table(self, table: Table) -> None:
        rows, at = table.rows, 0
        self.is_performance = any(is_header(row) for row in rows)
        while at < len(rows):
            row = rows[at]
            if is_header(row) and self.current is not None:
                scope = Scope(self.current.org_id, self.current.code)
                before = self.current.indicators
                self.current.indicators, height = Indicators.under(scope, rows, at)
                if before is not None:
                    # The header stands again on the next page; what is merged goes on below it.
                    self.current.indicators.level1 = before.level1
                    self.current.indicators.level2 = before.level2
                self.expects = "indicators"
                at += height
                continue
            self._row(row)
            at += 1

    def _row(self, row: Row) -> None:
        cells = filled(row)
        labels = [label_of(cell.text) for cell in cells]
        for cell in cells:
            self.caption_unit(cell)
        if "code" in labels or (self.is_performance and _names_project(cells, labels)):
            self._start(cells)
        elif self.current is not None and (
            any(label in MONEY for label in labels) or any(True for _ in _in_one(cells))
        ):
            self._money(cells)
            self.expects = "purpose"
        elif "plan" in labels:
            self.months = [m for cell in cells if (m := _month(cell.text)) is not None]
            self.expects = "plan"
        elif "organisation" in labels:
            self._organisations(cells)
        elif "purpose" in labels and self.current is not None:
            self._purpose([c for c, label in zip(cells, labels, strict=True) if not label])
        elif self.expects == "plan" and self.current is not None:
            self._plan(row)
            self.expects = ""
        elif "goals" in labels and self.current is not None:
            self.goals([c for c, label in zip(cells, labels, strict=True) if not label])
            self.expects = "goals"
        elif self.expects == "purpose" and self.current is not None:
            self._purpose(cells)
        elif self.expects == "goals" and self.current is not None and cells:
            self.goals(cells)
        elif not self._indicator(row):
            # In a workbook the next table follows without a caption between.
            self._caption_row(cells)

    def _indicator(self, row: Row) -> bool:
        if self.expects != "indicators" or self.current is None or self.current.indicators is None:
            return False
        return self.current.indicators.read(row, self.frame, self.ledger)

    def _caption_row(self, cells: list[Cell] | list[Paragraph]) -> None:
        """Read what stands over a table: the unit of the bureau, and of the money."""
        for cell in cells:
            text = cell.text.strip()
            stated = unit_in(text)
            if stated is not None:
                self.unit, self.is_stated = stated, True
                self.stated.add(stated)
            match = _UNIT_NAME.fullmatch(text)
            if match is not None and match["code"] in self.units:
                self.org_id, self.is_owned = self.units[match["code"]], True
                self.ledger.use(cell)

    def caption_unit(self, cell: Cell) -> str:
        """Read and return the unit of money that a label states: 项目资金（万元）; "" for none."""
        match = _UNIT_OF_LABEL.fullmatch(fold(cell.text))
        if match is None:
            return ""
        self.unit, self.is_stated = match["unit"], True
        self.stated.add(match["unit"])
        self.ledger.use(cell)
        return match["unit"]

    def _organisations(self, cells: list[Cell]) -> None:
        """Read whose a project is; a body that the document does not know stays unread."""
        for label, cell in _pairs(cells):
            if label == "organisation":
                self.organisation(cell)

    def organisation(self, cell: Cell) -> None:
        """Note whose the project is that is being read."""
        known = self.org_ids.get(_CODE_BEFORE.sub("", fold(cell.text)))
        if known is not None and self.current is not None:
            self.current.org_id = known
            self.ledger.use(cell)

    def _start(self, cells: list[Cell]) -> None:
        values = dict(_pairs(cells))
        self.open(values, cells[0].char_start, cells[-1].char_end)
        self._organisations(cells)

    def open(self, values: Mapping[str, Cell], first: int, last: int) -> None:
        """Begin a project.

        Args:
            values: The cells of its `name` and `code`.
            first: Where what is said of it begins.
            last: Where its name ends.
        """
        self.finish()
        frame = self.frame
        name = values["name"].text.strip() if "name" in values else ""
        printed = fold(values["code"].text) if "code" in values else ""
        self.count += 1
        code = printed if _CODE.fullmatch(printed) else self._own_code(printed, name)
        code = self.ledger.key("projects", code)
        if not self.is_owned:
            # Nothing above this project says whose it is: with one unit there is no doubt.
            self.org_id = next(iter(self.units.values())) if len(self.units) == 1 else ""
        if not self.is_stated and len(self.stated) != 1:
            self.unit = ""
        self.is_stated = self.is_owned = False
        org_id = self.org_id or frame.org_id
        first = first if self.caption is None else self.caption
        self.current = Project(code, name, org_id, self.count, first, last)
        self.caption, self.expects = None, ""
        self.ledger.use(*(values[kind] for kind in ("name", "code") if kind in values))

    def _own_code(self, printed: str, name: str) -> str:
        """Return the code of a project that prints none, or one of another form."""
        if printed and printed.isascii() and printed.isalnum():
            return printed
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        return f"{self.frame.org_id}.{self.frame.fiscal_year}.n-{digest}"

    def _money(self, cells: list[Cell]) -> None:
        project = self.current
        if project is None:
            return
        # 中期资金总额 and 年度资金总额 side by side: the year stands to the right.
        for label, cell in dict((*_pairs(cells), *_in_one(cells))).items():
            self.amount(label, cell)

    def amount(self, label: str, cell: Cell) -> None:
        """Write a figure of the project that is being read."""
        project = self.current
        if project is None or label not in MONEY:
            return
        text = cell.text.rpartition("：")[2] if _in_one_label(cell) else cell.text
        printed, unit = _own_unit(text, self.unit)
        try:
            amount = to_yuan(printed, unit)
        except (ValueError, KeyError):
            return  # no number, or a number without a unit: it stays unread
        self.ledger.use(cell)
        project.last = max(project.last, cell.char_end)
        if amount is not None:
            self._line(project, label, (cell, printed, unit), amount)

    def _line(
        self, project: Project, label: str, figure: tuple[Cell, str, str], amount: Decimal
    ) -> None:
        frame = self.frame
        cell, printed, unit = figure
        self.ledger.add(
            "budget_lines",
            {
                "document_id": frame.document_id,
                "line_key": self.ledger.key("budget_lines", f"dept-project.{project.code}.{label}"),
                "form": "dept-project",
                "region_code": frame.region_code,
                "org_id": project.org_id,
                "fiscal_year": frame.fiscal_year,
                "stated_in": frame.fiscal_year,
                "phase": frame.phase,
                "direction": "expenditure",
                "fund_source": label,
                "project_code": project.code,
                "role": "total" if label == "total" else "leaf",
                "amount_cny": amount,
                "printed": printed,
                "unit": unit,
                "status": status_of(printed),
                "char_start": cell.char_start,
                "char_end": cell.char_end,
            },
        )

    def _purpose(self, cells: list[Cell]) -> None:
        project = self.current
        if project is None:
            return
        for cell in cells:
            project.purpose.append(cell.text.strip())
            project.last = max(project.last, cell.char_end)
            self.ledger.use(cell)

    def _plan(self, row: Row) -> None:
        project, frame = self.current, self.frame
        if project is None or not self.months:
            return
        for month, cell in zip(self.months, row[-len(self.months) :], strict=False):
            printed = cell.text.strip()
            try:
                percent = parse(printed.rstrip("%％"))
            except ValueError:
                continue
            last = calendar.monthrange(frame.fiscal_year, month)[1]
            self.ledger.add(
                "payment_plans",
                {
                    "document_id": frame.document_id,
                    "plan_key": self.ledger.key("payment_plans", f"{project.code}.{month:02}"),
                    "project_code": project.code,
                    "as_of": date(frame.fiscal_year, month, last),
                    "cumulative_percent": percent,
                    "printed": printed or None,
                    "status": status_of(printed.rstrip("%％")),
                    "char_start": cell.char_start,
                    "char_end": cell.char_end,
                },
            )
            self.ledger.use(cell)

    def goals(self, cells: list[Cell]) -> None:
        """Write what the project that is being read is to reach."""
        project, frame = self.current, self.frame
        if project is None:
            return
        for cell in cells:
            self.ledger.use(cell)
            for number, start, end in _goal_spans(cell.text):
                ordinal = self.ledger.count(f"goals.{project.code}")
                text = cell.text[start:end]
                first = start + (len(text) - len(text.lstrip()))
                span = cell.span(first - len(number), first + len(text.strip()))
                self.ledger.add(
                    "text_items",
                    {
                        "document_id": frame.document_id,
                        "item_key": f"project-goal.{project.code}.{ordinal}",
                        "kind": "project-goal",
                        "ordinal": ordinal,
                        "parent_key": None,
                        "org_id": project.org_id,
                        "project_code": project.code,
                        "number_label": number.strip() or None,
                        "title": None,
                        "text": text.strip(),
                        "char_start": span[0],
                        "char_end": span[1],
                    },
                )


def label_of(text: str) -> str:
    """Return what the label of a project is for, with or without a colon and a unit."""
    folded = fold(text).rstrip("：")
    return _labels().get(folded, "") or _labels().get(_BRACKET.sub("", folded), "")


# [302]国家粮食和物资储备局 under 主管部门及代码 (中央部门 2021 to 2025).
_CODE_BEFORE = re.compile(r"^[\[【（]?\d{3,9}[\]】）]?[-—]?")
_BRACKET = re.compile(r"（(?:单位：)?(?:亿元|万元|元)）$")


def _pairs(cells: list[Cell]) -> Iterator[tuple[str, Cell]]:
    """Yield (label, value cell) for each label that a value follows."""
    for label, value in pairwise(cells):
        name = label_of(label.text)
        if name and not label_of(value.text):
            yield name, value


def _names_project(cells: list[Cell], labels: list[str]) -> bool:
    """Tell whether a row gives the name of a project that has no code: 项目名称 and a name."""
    return any(label == "name" for label, _ in _pairs(cells)) and labels[0] in {"name", ""}


def _in_one_label(cell: Cell) -> str:
    """Return the label of a cell that holds label and figure: 年度资金总额：250.00."""
    front, colon, figure = fold(cell.text).rpartition("：")
    is_money = label_of(front) in MONEY and any(map(str.isdigit, figure))
    return label_of(front) if colon and is_money else ""


def _in_one(cells: list[Cell]) -> Iterator[tuple[str, Cell]]:
    for cell in cells:
        label = _in_one_label(cell)
        if label:
            yield label, cell


_WITH_UNIT = re.compile(r"\s*(?P<number>[\d,.]+)\s*(?P<unit>亿元|万元|元)\s*")


def _own_unit(text: str, unit: str) -> tuple[str, str]:
    """Return a cell's number and its unit: its own where it prints one, else the table's."""
    match = _WITH_UNIT.fullmatch(text)
    return (text.strip(), unit) if match is None else (match["number"], match["unit"])


def _month(text: str) -> int | None:
    match = _MONTH.fullmatch(fold(text))
    if match is None:
        return None
    month = int(match.group(1)) if match.group(1) else _QUARTERS[match.group(2)]
    return month if 1 <= month <= len(calendar.month_name) - 1 else None


def _goal_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (number as printed, start, end) of each goal in a cell; without numbers the whole."""
    heads = list(_GOAL.finditer(text))
    if not heads or text[: heads[0].start()].strip():
        if text.strip():
            yield "", 0, len(text)
        return
    for at, head in enumerate(heads):
        end = heads[at + 1].start() if at + 1 < len(heads) else len(text)
        yield head["number"], head.end(), end
