"""What the header over a column says: a kind of label, or whose figures, of which year and stage.

Nothing here knows where a header stands; see `heads`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from yusuan.codes import by_names
from yusuan.interpreting.forms import Form, Head, head, is_current


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        label: The kind of label that it holds; "" for figures.
        is_known: Its whole header was understood.
        value: The code of the dimension that columns tell.
        item: What else its figures are: `carry-over-in` for what was carried over, by source;
            `current-total` for the total of the year beside that of all money.
        economic_code: The economic class that its figures are of, "" for none.
        direction: `revenue` or `expenditure` where it says another than its table.
        side: `revenue` or `expenditure`, where its half of the table is so headed.
        year, phase, unit: As the header says; None, "" where it does not.
        of_which: It is headed 其中, or parts what another column adds up already.
        change: `amount` or `percent` for a comparison with the year and phase; "" for figures.
        path: The header from top to bottom.
    """

    label: str
    is_known: bool
    value: str = ""
    item: str = ""
    economic_code: str = ""
    direction: str = ""
    side: str = ""
    year: int | None = None
    phase: str = ""
    unit: str = ""
    of_which: bool = False
    change: str = ""
    path: tuple[str, ...] = ()


def columns_of(paths: Sequence[tuple[str, ...]], form: Form, fiscal_year: int) -> list[Column]:
    """Return what the headers over the columns of a table say.

    Args:
        paths: For each column the texts of the header over it, folded, from top to bottom.
        form: What the table is.
        fiscal_year: The year of the document, for 上年.
    """
    columns = [_column(path, form, fiscal_year) for path in paths]
    return _settled(_with_measures(columns), form, fiscal_year)


def _with_measures(columns: list[Column]) -> list[Column]:
    """Take 单位 beside 数量 for what is counted in, 台, and for no organisation."""
    if all(column.label != "quantity" for column in columns):
        return columns
    return [
        replace(one, label="measure-unit") if one.label == "org" and one.path == ("单位",) else one
        for one in columns
    ]


def _column(path: tuple[str, ...], form: Form, fiscal_year: int) -> Column:
    heads = [head(text, form.columns, fiscal_year) for text in path]
    economic_code = ""
    by_class = form.rows == "project" or (form.rows == "function" and form.columns == "nature")
    if path and by_class and heads[-1] is None:
        # 基本支出 by 工资福利支出, 商品和服务支出 (湖南省 2024): parts of it by economic class.
        economic_code = economic_class(path[-1], fiscal_year)
        heads = heads[:-1] if economic_code else heads
    known = [found for found in heads if found is not None]
    if economic_code and not known:
        known, heads = [Head()], [Head()]
    if not path or len(known) < len(heads):
        label = known[-1].label if known and heads[-1] is not None else ""
        return Column(label if label == "ignored" else "", is_known=False, path=path)
    side = next((found.side for found in known if found.side), "")
    last = known[-1]
    if last.label and not _is_amount(known, form):
        unit = next((found.unit for found in reversed(known) if found.unit), "")
        return Column(last.label, is_known=True, side=side, unit=unit, path=path)
    compared = [found for found in known if found.change]
    if not compared:
        own = _figures(known, form, side, path)
        return replace(own, economic_code=economic_code, of_which=True) if economic_code else own
    rest = [found for found in known if not found.change]
    return replace(
        _figures(rest, form, side, path),
        change="percent" if any(found.change == "percent" for found in compared) else "amount",
        year=next((found.year for found in compared if found.year is not None), fiscal_year - 1),
        phase=next((found.phase for found in compared if found.phase), ""),
    )


def economic_class(text: str, fiscal_year: int) -> str:
    """Return the economic class of departments that a folded header names, "" for none."""
    return by_names("economic", [text], fiscal_year, "3") or ""


def _is_amount(known: list[Head], form: Form) -> bool:
    """Tell whether a word that also labels columns, 收入, heads figures here."""
    return form.rows != "balance" and bool(known[-1].value or known[-1].item)


def _figures(known: list[Head], form: Form, side: str, path: tuple[str, ...]) -> Column:
    direction, item = "", next((found.item for found in known if found.item), "")
    if item:
        direction = next(found.side for found in known if found.item)
    elif form.direction and side not in {"", form.direction}:
        return Column("", is_known=False, path=path)  # income in a table of expenditure
    value = ""
    for found in known:
        is_side = form.rows == "balance" and found.side
        if not found.value or is_side or (found.value == "total" and value):
            continue
        if value == "carry-over" and found.value != value:
            item = "carry-over-in"  # what was carried over, by source
        value = form.total if found.value in form.whole else found.value
    return Column(
        "",
        is_known=True,
        value=value or form.total,
        item=item,
        direction="" if direction == form.direction else direction,
        side=side,
        year=next((found.year for found in reversed(known) if found.year is not None), None),
        phase=next((found.phase for found in reversed(known) if found.phase), ""),
        unit=next((found.unit for found in reversed(known) if found.unit), ""),
        of_which=any(found.of_which for found in known),
        path=path,
    )


def _settled(columns: list[Column], form: Form, fiscal_year: int) -> list[Column]:
    """Tell columns apart that say the same alone, but not beside each other.

    本年收入 with its own 小计, or 2025年预算, beside 合计 is the total of the year; sources below
    上年结转 part a column 小计, where there is one.
    """
    if form.columns == "item":
        return _without_wider_totals(columns, form)
    if form.rows == "balance" or form.columns not in {"fund_source", "nature"}:
        return columns
    totals = [
        at for at, one in enumerate(columns)
        if one.is_known and not (one.label or one.item or one.change) and one.value == form.total
    ]  # fmt: skip
    whole = [at for at in totals if not any(is_current(text) for text in columns[at].path)]
    if any(columns[at].year is None for at in whole):
        whole = [at for at in whole if columns[at].year != fiscal_year]
    carried = any(one.value == "carry-over" and not (one.label or one.item) for one in columns)
    found = list(columns)
    for at, one in enumerate(columns):
        when = _when(one, fiscal_year)
        same = any(_when(columns[other], fiscal_year) == when for other in whole)
        if at in totals and at not in whole and same:
            found[at] = replace(one, item="current-total", of_which=True)
        elif one.item == "carry-over-in" and carried and form.columns == "fund_source":
            found[at] = replace(one, of_which=True)
    return found


def _without_wider_totals(columns: list[Column], form: Form) -> list[Column]:
    """Take 合计 for unknown where it adds up more than what the table is about.

    合计 of “三公”经费, 会议费 and 培训费 (陕西省 2024) is no total of “三公”经费.
    """

    def names(text: str) -> bool:
        found = head(text, form.columns, 0)  # the year does not matter
        return found is not None and bool(found.value)

    def is_plain(column: Column) -> bool:
        is_total = column.is_known and not column.label and column.value == form.total
        return is_total and not any(map(names, column.path))

    def is_wider(column: Column, total: Column) -> bool:
        if column.label or column is total or _when(column) != _when(total):
            return False
        return column.value in WIDER or (column.value == form.total and not is_plain(column))

    return [
        replace(one, is_known=False)
        if is_plain(one) and any(is_wider(other, one) for other in columns)
        else one
        for one in columns
    ]


# What stands beside “三公”经费 and is no part of it.
WIDER = frozenset({"conference", "training", "operating"})


def _when(column: Column, fiscal_year: int = 0) -> tuple[int | None, str]:
    return None if column.year == fiscal_year else column.year, column.phase
