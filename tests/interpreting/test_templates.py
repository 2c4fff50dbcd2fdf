"""Disclosures of other templates are read whole, and the rules find in them what is wrong, no more.

Each file of `templates/` is a disclosure with the tables of one province, or of the ministry, as it
publishes them; its figures are made up and agree with each other.
"""

import importlib.util
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from yusuan.building import Options, build_one
from yusuan.checking import check, rule_findings
from yusuan.graph import data_lines
from yusuan.interpreting import interpret
from yusuan.package import Origin, contents
from yusuan.privacy import mask
from yusuan.reading import Source
from yusuan.reading.html import read_html
from yusuan.reading.sheet import read_xlsx
from yusuan.sidecar import Sidecar

_spec = importlib.util.spec_from_file_location("gridmaker", Path(__file__).parent / "gridmaker.py")
drawing = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(drawing)

FOLDER = Path(__file__).parent / "templates"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))


def template(name):
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def page(document):
    tables = "".join(
        f"<p>{table['caption']}</p><p>单位：{document.get('unit', '万元')}</p>"
        + drawing.html_of(table["drawn"])
        for table in document["table"]
    )
    return f"<html><body><p>{document['title']}</p>{tables}</body></html>"


def sidecar(document):
    return Sidecar(region=document.get("region"))


def read(document):
    source = Source(Path("document"), "0" * 64, 1, read_html(page(document).encode()))
    return interpret(source, sidecar(document))


@pytest.fixture(scope="module", params=NAMES)
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


def rules_find(document):
    """Return what the rules find in the package of a document, which is not written."""
    page_read, masked = mask(read_html(page(document).encode()), keep=False)
    source = Source(Path("document.html"), "0" * 64, 1, page_read)
    given = sidecar(document)
    origin = Origin(interpret(source, given), source, given, masked, None, None)
    found = []

    def look(draft):
        found.extend(rule_findings(draft, data_lines(draft))[0])
        return {}

    contents(origin, look)
    return found


def built(document, folder):
    path = folder / "document.html"
    path.write_text(page(document), "utf-8")
    options = Options(
        output=folder / "package", several=False, check=False, sidecar=None,
        memory=1 << 30, timeout=60, keep_reason=None, base=None,
    )  # fmt: skip
    return build_one(path, options, {})


def errors(findings):
    return [f"{one.rule}: {one.message['zh']}" for one in findings if one.severity == "error"]


def test_the_rules_find_no_fault_in_a_template(document):
    assert errors(rules_find(document)) == []


def test_the_package_of_a_template_has_no_fault(tmp_path):
    found = check(built(template("henan"), tmp_path).target)
    assert errors(found.findings) == []


@pytest.mark.parametrize(
    ("name", "right", "wrong", "rules"),
    [
        # a 项 of 支出决算表 that its 款 does not hold
        ("final-accounts", "行政运行|600.00|600.00", "行政运行|610.00|610.00", {"class-sums"}),
        # 结余分配 of 收入支出决算总表 stands in the total
        ("final-accounts", "结余分配|59|5.00", "结余分配|59|6.00", {"balance-totals"}),
        # the column 增减额 of 一般公共预算支出表
        ("central", "-25.00", "-24.00", {"change-total"}),
        # 小计 of 上年结转结余 in 收入总表 stands in the total of its row
        ("beijing", "5.00|50.00|45.00", "5.00|51.00|45.00", {"row-sums", "table-narrative"}),
    ],
)
def test_a_wrong_sum_in_a_template_is_found(name, right, wrong, rules):
    document = template(name)
    for table in document["table"]:
        if right in table["drawn"]:
            table["drawn"] = table["drawn"].replace(right, wrong, 1)
            document["table"] = [table]
            break
    else:
        pytest.fail(f"{right} stands in no table")
    found = rules_find(document)
    assert {one.rule for one in found if one.severity == "error"} == rules


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


def test_targets_of_projects_and_of_the_department():
    found = read(template("shandong"))
    projects = {row["project_code"]: row["name"] for row in found.rows["projects"]}
    money = [
        (projects[row["project_code"]], row["fund_source"], row["printed"])
        for row in found.rows["budget_lines"]
        if row["form"] == "dept-project"
    ]
    assert sorted(money) == [
        ("安全生产宣传", "total", "30.00"),
        ("应急物资储备", "total", "20.00"),
        ("灾害风险普查", "fiscal", "250.00"),
        ("灾害风险普查", "other", "0.00"),
        ("灾害风险普查", "total", "250.00"),
    ]
    targets = {
        (projects.get(row["project_code"]), row["level2"]): (row["operator"], row["printed"])
        for row in found.rows["performance_targets"]
    }
    assert targets["安全生产宣传", "quantity"] == ("ge", "≥12场")
    assert targets["安全生产宣传", "social"] == (None, "提高")
    assert targets["应急物资储备", "sustainability"] == ("ge", "≥3年")
    assert targets["灾害风险普查", "timeliness"] == ("le", "2025年12月底前")
    assert targets["灾害风险普查", "economic-cost"] == ("le", "≤250万元")
    assert targets[None, "social"] == ("le", "≤5起")
    assert len(found.rows["performance_targets"]) == 6 + 6 + 3
    goals = {
        (row["kind"], row["text"])
        for row in found.rows["text_items"]
        if row["kind"].endswith("goal")
    }
    assert goals == {
        ("project-goal", "完成全区灾害风险普查，建立数据库。"),
        ("project-goal", "宣传进企业。"),
        ("project-goal", "物资充足。"),
        ("overall-goal", "全年不发生较大以上事故。"),
    }


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        (
            "beijing",
            [("合计", None, None, "total", "total", "40.00"),
             ("货物", "货物", None, "total", "leaf", "10.00"),
             ("服务", "服务", None, "total", "leaf", "30.00")],
        ),
        (
            "jiangsu",
            [("合计", None, None, "general", "total", "11.00"),
             ("合计", None, None, "total", "total", "11.00"),
             ("货物", None, None, "general", "subtotal", "3.00"),
             ("货物", None, None, "total", "subtotal", "3.00"),
             ("办公设备购置", "台式计算机", None, "general", "leaf", "3.00"),
             ("办公设备购置", "台式计算机", None, "total", "total", "3.00"),
             ("服务", None, None, "general", "subtotal", "8.00"),
             ("服务", None, None, "total", "subtotal", "8.00"),
             ("社会救助核查", "其他服务", None, "general", "leaf", "8.00"),
             ("社会救助核查", "其他服务", None, "total", "total", "8.00")],
        ),
        (
            "hunan",
            [("合计", None, None, "total", "total", "50.00"),
             ("合计", None, None, "general", "total", "50.00"),
             (None, "其他消防设备", "A02370499", "total", "total", "20.00"),
             (None, "其他消防设备", "A02370499", "general", "leaf", "20.00"),
             (None, "其他专业技术服务", "C19990000", "total", "total", "30.00"),
             (None, "其他专业技术服务", "C19990000", "general", "leaf", "30.00")],
        ),
        (
            "shandong",
            [("合计", None, None, "total", "total", "30.00"),
             ("合计", None, None, "fiscal", "total", "30.00"),
             ("合计", None, None, "general", "total", "30.00"),
             (None, "台式计算机", "A02010105", "total", "total", "10.00"),
             (None, "台式计算机", "A02010105", "fiscal", "subtotal", "10.00"),
             (None, "台式计算机", "A02010105", "general", "leaf", "10.00"),
             (None, "物业管理服务", "C21040000", "total", "total", "20.00"),
             (None, "物业管理服务", "C21040000", "fiscal", "subtotal", "20.00"),
             (None, "物业管理服务", "C21040000", "general", "leaf", "20.00")],
        ),
    ],
)  # fmt: skip
def test_what_is_bought(name, rows):
    columns = (
        "project_name", "item_name", "catalogue_code", "fund_source", "role", "printed",
    )  # fmt: skip
    found = read(template(name)).rows["procurement_items"]
    assert [tuple(row[column] for column in columns) for row in found] == rows


def test_counts_and_prices_of_what_is_bought():
    first = read(template("hunan")).rows["procurement_items"][2]
    assert (first["quantity"], first["unit_price_cny"], first["measure_unit"]) == (100, 2000, "套")
    assert first["purchase_name"] == "森林防火物资"
