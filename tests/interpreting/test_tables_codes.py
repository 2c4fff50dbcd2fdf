"""Tables by code: wherever the code stands, and what is not understood stays unread."""

import importlib.util
from decimal import Decimal
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location(
    "tablemaker", Path(__file__).parent / "tablemaker.py"
)
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
DUTIES = made.DUTIES
UNIT = made.UNIT
figures = made.figures
html = made.html
table = made.table
tr = made.tr
unread = made.unread


NAMED = [
    ("一般公共服务支出", "201"),
    ("财政事务", "20106"),
    ("行政运行", "2010601"),
    ("教育支出", "205"),
    ("其他教育支出", "20599"),
    ("其他教育支出", "2059999"),
]


@pytest.mark.parametrize(
    "label",
    [
        pytest.param(lambda _, name: [name], id="names only"),
        pytest.param(lambda code, name: [f"{'　' * (len(code) - 3)}{name}"], id="indented"),
        pytest.param(lambda code, name: [f"{code}{name}"], id="code before the name"),
        pytest.param(lambda code, name: [f"{code}-{name}"], id="code, dash, name"),
        pytest.param(lambda code, name: [f"[{code}] {name}"], id="code in brackets"),
    ],
)
def test_one_column_of_codes_or_names(label):
    rows = [tr(*label(code, name), "3", "1", "2") for name, code in NAMED]
    found = html(
        f"<p>表5 一般公共预算支出表</p>{UNIT}"
        + table(
            tr("功能分类科目", "合计", "基本支出", "项目支出"),
            *rows,
            tr("合计", "6", "2", "4"),
        )
    )
    codes = [row.get("function_code") for row in found.rows["budget_lines"]][::3]
    assert codes == [*(code for _, code in NAMED), None]
    assert unread(found) == []


def codes_of(*cells):
    found = html(
        f"{DUTIES}<p>部门支出总表</p>{UNIT}"
        + table(
            tr(("功能分类科目编码", 3), ("科目名称", 1, 2), ("合计", 1, 2)),
            tr("类", "款", "项"),
            *cells,
        )
    )
    return [row["function_code"] for row in found.rows["budget_lines"]], unread(found)


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ([("201", "", ""), ("201", "06", ""), ("201", "06", "01")], ["201", "20106", "2010601"]),
        ([("201", "", ""), ("", "06", ""), ("", "", "01")], ["201", "20106", "2010601"]),
        ([("201", "", ""), ("201", "6", ""), ("201", "6", "1")], ["201", "20106", "2010601"]),
        ([("201", "20106", "2010601")], ["2010601"]),
        ([("201", "", "01")], []),  # 项 without 款
        ([("201", "611", "")], []),
    ],
)
def test_three_columns_of_codes(rows, codes):
    found, left = codes_of(*(tr(*row, "某支出", "7") for row in rows))
    assert found == codes
    assert bool(left) == (not codes)  # what does not fit together stays unread


def test_a_code_that_is_not_of_the_list_is_kept():
    found, left = codes_of(tr("201", "06", "77", "臆造事务", "7"))
    assert (found, left) == (["2010677"], [])


def test_an_economic_code_is_no_functional_one():
    found, left = codes_of(tr("301", "01", "", "基本工资", "7"))
    assert found == []
    assert "7" in left


def test_an_unknown_name_is_not_guessed():
    found = html(
        f"<p>部门支出总表</p>{UNIT}"
        + table(
            tr("项目", "合计", "基本支出"),
            tr("教育支出", "5", "5"),
            tr("神秘支出", "3", "3"),
        )
    )
    assert set(figures(found).values()) == {"5"}
    assert unread(found) == ["神秘支出", "3", "3"]


def test_an_unknown_column_stays_unread_and_the_others_are_read():
    found = html(
        f"<p>部门支出总表</p>{UNIT}"
        + table(
            tr("科目编码", "科目名称", "合计", "基本支出", "神秘经费"),
            tr("205", "教育支出", "5", "4", "1"),
        )
    )
    assert set(figures(found)) == {"dept-expenditure.205.total", "dept-expenditure.205.basic"}
    assert unread(found) == ["神秘经费", "1"]


def test_without_a_unit_there_is_no_figure():
    found = html(
        "<p>部门职责</p><p>部门支出总表</p>"
        + table(
            tr("科目编码", "科目名称", "合计（万元）", "基本支出"),
            tr("205", "教育支出", "5", "4"),
        )
    )
    assert set(figures(found)) == {"dept-expenditure.205.total"}
    assert "4" in unread(found)


def test_a_county_called_yuanshi_is_no_unit():
    # 元氏县, 河北省
    found = html(
        "<p>部门支出总表</p><p>单位：万元</p><p>编制单位：元氏县财政局</p>"
        + table(
            tr("科目编码", "科目名称", "合计"),
            tr("205", "教育支出", "5"),
        )
    )
    (line,) = found.rows["budget_lines"]
    assert line["amount_cny"] == Decimal(50000)


@pytest.mark.parametrize("unit", ["单位：元/万元", "单位：千元"])
def test_a_unit_that_can_not_be_told(unit):
    rows = table(tr("科目编码", "科目名称", "合计"), tr("205", "教育支出", "5"))
    found = html(f"{DUTIES}<p>部门支出总表</p><p>{unit}</p>{rows}")
    assert found.rows["budget_lines"] == []
    assert "5" in unread(found)


def test_last_year_beside_this_year():
    found = html(
        f"<p>一般公共预算支出表</p>{UNIT}"
        + table(
            tr(("科目编码", 1, 2), ("科目名称", 1, 2), ("2024年执行数", 1, 2), ("2025年预算数", 3)),
            tr("小计", "基本支出", "项目支出"),
            tr("205", "教育支出", "9", "5", "4", "1"),
        )
    )
    rows = found.rows["budget_lines"]
    assert [(r["nature"], r["fiscal_year"], r["phase"], r["stated_in"]) for r in rows] == [
        ("total", 2024, "executed", 2025),
        ("total", 2025, "approved", 2025),
        ("basic", 2025, "approved", 2025),
        ("project", 2025, "approved", 2025),
    ]
    assert len({row["line_key"] for row in rows}) == 4


def test_units_by_row_become_organisations():
    found = html(
        f"<p>部门收入总表</p>{UNIT}"
        + table(
            tr("单位编码", "单位名称", "合计", "一般公共预算", "事业收入"),
            tr(("合计", 2), "9", "8", "1"),
            tr("304", "平山县财政局", "9", "8", "1"),
            tr("304001", "平山县财政局本级", "8", "8", ""),
            tr("304002", "平山县财政所", "1", "", "1"),
        )
    )
    assert unread(found) == []
    organisations = {row["org_id"]: row["name"] for row in found.rows["organizations"]}
    assert organisations["130131.304002"] == "平山县财政所"
    rows = found.rows["budget_lines"]
    assert {(row["org_id"], row["fund_source"], row["printed"]) for row in rows} >= {
        ("130131.304001", "general", "8"),
        ("130131.304002", "business", "1"),
    }
