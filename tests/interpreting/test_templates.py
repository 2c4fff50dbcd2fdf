"""Disclosures of other templates are read whole, and each figure is told for what it is."""

import importlib.util
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from yusuan.interpreting import interpret
from yusuan.reading import Source
from yusuan.reading.sheet import read_xlsx
from yusuan.sidecar import Sidecar

_spec = importlib.util.spec_from_file_location(
    "templatemaker", Path(__file__).parent / "templatemaker.py"
)
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
drawing = made.drawing
read = made.read
template = made.template


@pytest.fixture(scope="module", params=made.NAMES)
def document(request):
    return template(request.param)


def test_every_figure_of_a_template_is_read(document):
    found = read(document)
    left = {number for number, _ in found.extraction.tables_left}
    assert left == {at for at, one in enumerate(document["table"], 1) if one.get("left")}
    unread = Counter(
        (one.table_no, one.text)
        for one in found.unread
        # A caption of a table that was left is no figure.
        if one.table_no not in left and one.table_no is not None
    )
    assert unread == Counter(
        (at, text) for at, one in enumerate(document["table"], 1) for text in one.get("unread", ())
    )


def test_no_figure_of_a_template_contradicts_another(document):
    # Such a figure has the key of the first and `.2`.
    keys = [row["line_key"] for row in read(document).rows["budget_lines"]]
    assert [key for key in keys if key.rpartition(".")[2] in {"2", "3"}] == []


@cache
def lines_of(name):
    return {row["line_key"]: row for row in read(template(name)).rows["budget_lines"]}


@pytest.mark.parametrize(
    ("name", "key", "printed", "role", "direction", "phase", "year"),
    [
        # 使用非财政拨款结余 and 结余分配
        (
            "central",
            "dept-balance.revenue.surplus-used",
            "20.00",
            "leaf",
            "revenue",
            "approved",
            2025,
        ),
        ("central", "dept-revenue.total.surplus", "20.00", "total", "revenue", "approved", 2025),
        (
            "final-accounts",
            "dept-balance.expenditure.surplus-allocated",
            "5.00",
            "leaf",
            "expenditure",
            "executed",
            2023,
        ),
        # 事业收入, of which 教育收费
        (
            "central",
            "dept-revenue.222.education-fees",
            "15.00",
            "of-which",
            "revenue",
            "approved",
            2025,
        ),
        # two years in one row and in two
        (
            "central",
            "dept-three-public.abroad.2024",
            "30.00",
            "leaf",
            "expenditure",
            "approved",
            2024,
        ),
        (
            "beijing",
            "dept-three-public.reception.2024",
            "1.00",
            "leaf",
            "expenditure",
            "approved",
            2024,
        ),
        (
            "zhejiang",
            "dept-general-function.2070101.total.2023.executed",
            "480.00",
            "leaf",
            "expenditure",
            "executed",
            2023,
        ),
        (
            "guangdong",
            "dept-three-public.vehicles.2022",
            "9.00",
            "subtotal",
            "expenditure",
            "approved",
            2022,
        ),
        # 本年收入 and 上年结转结余 by source
        (
            "beijing",
            "dept-revenue.total.current-total",
            "1005.00",
            "of-which",
            "revenue",
            "approved",
            2025,
        ),
        (
            "beijing",
            "dept-revenue.total.unit.carry-over-in",
            "5.00",
            "of-which",
            "revenue",
            "approved",
            2025,
        ),
        (
            "beijing",
            "dept-revenue.total.carry-over.110114.326001",
            "50.00",
            "total",
            "revenue",
            "approved",
            2025,
        ),
        # 上年结转安排
        (
            "sichuan",
            "dept-general-function.2010804.total.carry-over-in.510116.121301",
            "20.00",
            "leaf",
            "expenditure",
            "approved",
            2024,
        ),
        (
            "sichuan",
            "dept-fiscal-balance.expenditure.201.carry-over",
            "20.00",
            "leaf",
            "expenditure",
            "approved",
            2024,
        ),
        (
            "sichuan",
            "dept-expenditure.2010801.basic.510116.121301",
            "300.00",
            "leaf",
            "expenditure",
            "approved",
            2024,
        ),
        # rows that are sources or kinds
        ("guangdong", "dept-revenue.unit", "10.00", "subtotal", "revenue", "approved", 2023),
        ("guangdong", "dept-revenue.other", "10.00", "leaf", "revenue", "approved", 2023),
        (
            "guangdong",
            "dept-expenditure.basic.301",
            "420.00",
            "of-which",
            "expenditure",
            "approved",
            2023,
        ),
        # economic classes beside functions, and below a kind
        (
            "hunan",
            "dept-balance.expenditure.501",
            "500.00",
            "of-which",
            "expenditure",
            "approved",
            2024,
        ),
        (
            "hunan",
            "dept-general-function.213.basic.302",
            "100.00",
            "of-which",
            "expenditure",
            "approved",
            2024,
        ),
        (
            "henan",
            "dept-expenditure.2100101.basic.303",
            "40.00",
            "of-which",
            "expenditure",
            "approved",
            2024,
        ),
        # fiscal appropriations of all three budgets
        (
            "jiangsu",
            "dept-fiscal-function.2296002.project",
            "60.00",
            "leaf",
            "expenditure",
            "approved",
            2024,
        ),
        (
            "jiangsu",
            "dept-fiscal-basic.total.basic-public",
            "70.00",
            "total",
            "expenditure",
            "approved",
            2024,
        ),
        (
            "jiangsu",
            "dept-operating.operating.30211",
            "30.00",
            "of-which",
            "expenditure",
            "approved",
            2024,
        ),
        # 款 in two digits
        (
            "jiangxi",
            "dept-revenue.20502.education-fees",
            "100.00",
            "subtotal",
            "revenue",
            "approved",
            2024,
        ),
        # yuan, and a blank 类 and 款
        (
            "xinjiang",
            "dept-revenue.2130199.superior",
            "200,000.00",
            "leaf",
            "revenue",
            "approved",
            2025,
        ),
        # final accounts: three half-tables, budget beside accounts, columns beside the year
        (
            "final-accounts",
            "dept-general-basic.31002.basic-public",
            "10.00",
            "leaf",
            "expenditure",
            "executed",
            2023,
        ),
        (
            "final-accounts",
            "dept-three-public.reception.approved",
            "3.00",
            "leaf",
            "expenditure",
            "approved",
            2023,
        ),
        (
            "final-accounts",
            "dept-fund.2120804.total.current-total",
            "200.00",
            "leaf",
            "revenue",
            "executed",
            2023,
        ),
        (
            "final-accounts-2017",
            "dept-general-function.2050201.project.carry-over-out",
            "20.00",
            "leaf",
            "expenditure",
            "executed",
            2017,
        ),
        (
            "final-accounts-2017",
            "dept-balance.revenue.carry-over-in.project",
            "60.00",
            "of-which",
            "revenue",
            "executed",
            2017,
        ),
    ],
)
def test_a_figure_is_told_by_its_row_and_column(name, key, printed, role, direction, phase, year):
    row = lines_of(name)[key]
    said = [row[column] for column in ("printed", "role", "direction", "phase", "fiscal_year")]
    assert said == [printed, role, direction, phase, year]


@pytest.mark.parametrize(
    ("name", "key", "printed", "percent", "base"),
    [
        ("central", "dept-general-function.2220199.total", "-30.00", "-30.00", 2024),
        ("central", "dept-general-function.total", "-25.00", "-2.44", 2024),
        ("shandong", "dept-balance.expenditure.224", "45.00", None, 2024),
        ("shandong", "dept-revenue.2240101.total", "45.00", "6.08", 2024),
        ("zhejiang", "dept-three-public.reception", "-1.00", "-33.33", 2023),
    ],
)
def test_a_column_of_changes_becomes_changes(name, key, printed, percent, base):
    rows = {row["change_key"]: row for row in read(template(name)).rows["budget_changes"]}
    row = rows[key]
    share = None if row["change_percent"] is None else str(row["change_percent"])
    assert (row["printed"], share, row["base_year"]) == (printed, percent, base)


@pytest.mark.parametrize("name", ["central", "final-accounts"])
def test_a_workbook_of_a_template_says_the_same_as_its_page(name):
    document = template(name)
    sheets = {
        f"{at}": ([table["caption"], f"单位：{document.get('unit', '万元')}"], table["drawn"])
        for at, table in enumerate(document["table"], 1)
    }
    from_page = read(document).rows["budget_lines"]
    given = Sidecar(
        department=document["title"].split("20")[0],
        year=from_page[0]["stated_in"],
        region=from_page[0]["region_code"],
        doc_type="final-accounts" if name == "final-accounts" else None,
    )
    source = Source(Path("document.xlsx"), "0" * 64, 1, read_xlsx(drawing.workbook(sheets)))
    found = interpret(source, given)
    wanted = {row["line_key"]: row["amount_cny"] for row in from_page}
    assert {row["line_key"]: row["amount_cny"] for row in found.rows["budget_lines"]} == wanted
