"""Every figure of the nine tables of real disclosures is a line with the right codes.

The documents are of 上海市普陀区, as published; they are read a second time by another library
(pypdfium2), line by line, with no notion of a table.
"""

import re
from collections import defaultdict
from decimal import Decimal
from functools import cache

import pypdfium2
import pytest

from yusuan.interpreting import interpret
from yusuan.reading import read
from yusuan.sidecar import Sidecar

DOCUMENTS = ("putuo-caizheng-2025", "putuo-wanli-2024", "putuo-wanli-2025")
# The caption of each table of codes ends so; the form that it must become.
CAPTIONS = {
    "收入预算总表": "dept-revenue",
    "支出预算总表": "dept-expenditure",
    "一般公共预算支出功能分类预算表": "dept-general-function",
    "政府性基金预算支出功能分类预算表": "dept-fund",
    "国有资本经营预算支出功能分类预算表": "dept-state-capital",
    "一般公共预算基本支出部门预算经济分类预算表": "dept-general-basic",
}
OTHERS = {
    "财务收支预算总表": "dept-balance",
    "财政拨款收支预算总表": "dept-fiscal-balance",
    "“三公”经费和机关运行经费预算表": "dept-three-public",
}
FIGURE = r"\d[\d,]*(?:\.\d+)?"
ROW = re.compile(
    rf"(?<!\S)(?:(?P<class>\d{{3}})(?: (?P<section>\d{{1,2}}))?(?: (?P<entry>\d{{1,2}}))? "
    rf"[^\d\s][^\d\n]*?|(?P<total>合计)) (?P<figures>{FIGURE}(?: {FIGURE})*?)"
    # The next row follows on a new line, or behind a blank.
    rf"(?= *$| *\n| \d{{3}} [^\d]| \d{{3}} \d{{1,2}} [^\d]| \d{{3}} \d{{1,2}} \d{{1,2}} [^\d]"
    r"| 合计)"
)


@pytest.fixture(scope="module", params=DOCUMENTS)
def name(request) -> str:
    """A document."""
    return request.param


@pytest.fixture(scope="module")
def lines(disclosures, name):
    """The lines of its tables; sentences may state others."""
    cells = {cell.char_start for table in source(disclosures, name).document.tables
             for cell in table.cells}  # fmt: skip
    rows = found(disclosures, name).rows["budget_lines"]
    return [row for row in rows if row["char_start"] in cells]


@cache
def source(disclosures, name):
    return read(disclosures / f"{name}.pdf")


@cache
def found(disclosures, name):
    return interpret(source(disclosures, name), Sidecar())


@pytest.fixture(scope="module")
def texts(disclosures, name) -> dict[str, str]:
    """Form → the text of the pages of its table, by another library."""
    with pypdfium2.PdfDocument(disclosures / f"{name}.pdf") as document:
        pages = [page.get_textpage().get_text_range().replace("\r", "") for page in document]
    texts: dict[str, str] = defaultdict(str)
    form = None
    for page in pages:
        title = re.sub(r"^\d{4}年部门|^部门", "", page.split("\n")[0].strip())
        if title in CAPTIONS | OTHERS:
            form = (CAPTIONS | OTHERS)[title]
        elif title == "其他相关情况说明":
            break
        if form is not None:
            texts[form] += page + "\n"
    return texts


def code_of(match: re.Match[str]) -> str:
    parts = (match["section"], match["entry"])
    return (match["class"] or "") + "".join(part.zfill(2) for part in parts if part)


@pytest.mark.parametrize("form", CAPTIONS.values())
def test_each_row_of_a_table_by_code_has_its_figures_in_order(lines, texts, form):
    printed = [(code_of(m), m["figures"].split()) for m in ROW.finditer(texts[form])]
    own = sorted((line for line in lines if line["form"] == form), key=lambda x: x["char_start"])
    read_again: dict[str, list[str]] = defaultdict(list)
    for line in own:
        read_again[line.get("function_code") or line.get("economic_code") or ""].append(
            line["printed"]
        )
    assert len(read_again) == len(printed)
    assert dict(read_again) == dict(printed)


@pytest.mark.parametrize("form", OTHERS.values())
def test_the_figures_of_the_other_tables_are_all_there(lines, texts, form):
    body = texts[form].split("预算数\n")[-1] if form != "dept-three-public" else texts[form]
    body = re.sub(r"(?m)^\d\. |注[:：].*|\d{4}年", "", body)
    forms = {form, "dept-operating"} if form == "dept-three-public" else {form}
    own = [line["printed"] for line in lines if line["form"] in forms]
    assert sorted(own) == sorted(re.findall(rf"(?<!\S){FIGURE}(?!\S)", body))


def test_the_totals_are_those_of_the_documents(disclosures):
    # Each as printed in its 收入总计, 支出总计 and 合计.
    totals = {
        "putuo-caizheng-2025": ("31214205.80", "25121091.00", "6093114.80"),
        "putuo-wanli-2024": ("156211123", "99706020", "56505103"),
        "putuo-wanli-2025": ("189767551", "101341746", "88425805"),
    }
    for name, (total, basic, project) in totals.items():
        amounts = {
            row["line_key"]: row["amount_cny"]
            for row in found(disclosures, name).rows["budget_lines"]
        }
        for key in (
            "dept-balance.revenue.total", "dept-balance.expenditure.total", "dept-revenue.total",
            "dept-expenditure.total", "dept-fiscal-balance.revenue.total",
            "dept-fiscal-balance.expenditure.total.general", "dept-general-function.total",
        ):  # fmt: skip
            assert amounts[key] == Decimal(total), (name, key)
        assert amounts["dept-expenditure.total.basic"] == Decimal(basic)
        assert amounts["dept-expenditure.total.project"] == Decimal(project)
        assert amounts["dept-general-basic.total"] == Decimal(basic)


@pytest.mark.parametrize(
    ("name", "key", "printed", "unit", "role"),
    [
        ("putuo-caizheng-2025", "dept-balance.revenue.fiscal", "31,214,205.80", "元", "subtotal"),
        ("putuo-caizheng-2025", "dept-balance.revenue.general", "31,214,205.80", "元", "leaf"),
        ("putuo-caizheng-2025", "dept-expenditure.2010601.project", "138,514.80", "元", "leaf"),
        ("putuo-caizheng-2025", "dept-expenditure.20106.project", "6,093,114.80", "元", "subtotal"),
        ("putuo-caizheng-2025", "dept-general-basic.30217.basic-public", "9,500.00", "元", "leaf"),
        ("putuo-caizheng-2025", "dept-general-basic.30217.basic-personnel", "0.00", "元", "leaf"),
        ("putuo-caizheng-2025", "dept-three-public.reception", "0.95", "万元", "leaf"),
        ("putuo-caizheng-2025", "dept-operating.operating", "229.43", "万元", "total"),
        # Printed as 301 2 and 301 7.
        ("putuo-wanli-2024", "dept-general-basic.30102.total", "16,623,810", "元", "subtotal"),
        ("putuo-wanli-2024", "dept-general-basic.30107.total", "11,447,100", "元", "subtotal"),
        # On the second page of the table, whose columns stand elsewhere.
        ("putuo-wanli-2024", "dept-revenue.2013802.fiscal", "135,200", "元", "leaf"),
        ("putuo-wanli-2024", "dept-revenue.2013802.business", "0", "元", "leaf"),
        ("putuo-wanli-2024", "dept-three-public.vehicle-purchase", "25", "万元", "leaf"),
        ("putuo-wanli-2025", "dept-three-public.vehicles", "36.56", "万元", "subtotal"),
        ("putuo-wanli-2025", "dept-balance.expenditure.212", "154,369,326", "元", "leaf"),
    ],
)
def test_single_figures(disclosures, name, key, printed, unit, role):
    (line,) = [
        row for row in found(disclosures, name).rows["budget_lines"] if row["line_key"] == key
    ]
    assert (line["printed"], line["unit"], line["role"]) == (printed, unit, role)


def test_leaves_add_up_to_the_total_in_every_table(lines):
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        if line["role"] == "leaf":
            sums[line["form"], line["direction"]] += line["amount_cny"]
    total = sums["dept-balance", "revenue"]
    for form in ("dept-balance", "dept-fiscal-balance", "dept-expenditure"):
        assert sums[form, "expenditure"] == total
    assert sums["dept-revenue", "revenue"] == total


def test_no_cell_of_a_table_is_left_unread(disclosures, name):
    interpreted = found(disclosures, name)
    assert [one.text for one in interpreted.unread if one.table_no is not None] == []
    extraction = interpreted.extraction
    assert (extraction.tables, extraction.tables_interpreted) == (9, 9)


@pytest.mark.parametrize(
    ("name", "requirement", "status", "note"),
    [
        ("putuo-caizheng-2025", "fund-table", "empty-with-note", "无政府性基金"),
        # The note of the neighbour: for the rules to find.
        ("putuo-caizheng-2025", "state-capital-table", "empty-with-note", "无政府性基金"),
        ("putuo-wanli-2024", "state-capital-table", "empty-with-note", "无国有资本经营"),
        # A table with figures that says it is empty.
        ("putuo-wanli-2024", "three-public-table", "present", "故本表为空表"),
        ("putuo-wanli-2025", "three-public-table", "present", None),
        ("putuo-wanli-2025", "general-basic-table", "present", None),
    ],
)
def test_what_is_disclosed(disclosures, name, requirement, status, note):
    rows = found(disclosures, name).rows["disclosure_items"]
    (row,) = [row for row in rows if row["requirement"] == requirement]
    assert row["status"] == status
    assert note in row["note"] if note else row["note"] is None
