"""Rows and figures of standard tables go to whom and under what they stand."""

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location(
    "tablemaker", Path(__file__).parent / "tablemaker.py"
)
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
DUTIES, UNIT, figures, html = made.DUTIES, made.UNIT, made.figures, made.html
table, tr, unread = made.table, made.tr, made.unread

CAPTION = f"{DUTIES}<p>部门支出总表</p>{UNIT}"
HEADS = ("科目编码", "科目名称", "单位名称", "合计", "基本支出", "项目支出")
DEPARTMENT, CENTRE = "平山县财政局", "平山县国库支付中心"


def whose(found):
    names = {row["org_id"]: row["name"] for row in found.rows["organizations"]}
    return [
        (row.get("function_code"), names[row["org_id"]])
        for row in found.rows["budget_lines"]
        if row["nature"] == "total"
    ]


def expenditure(*rows, total=("合计", "", "")):
    return html(CAPTION + table(tr(*HEADS), tr(*total, "9", "9", ""), *rows))


def test_units_beside_the_lowest_codes_do_not_reach_down_to_the_next_class():
    found = expenditure(
        tr("201", "一般公共服务支出", "", "5", "5", ""),
        tr("20106", "财政事务", "", "5", "5", ""),
        tr("2010650", "事业运行", CENTRE, "5", "5", ""),
        tr("221", "住房保障支出", "", "4", "4", ""),
        tr("22102", "住房改革支出", "", "4", "4", ""),
        tr("2210201", "住房公积金", CENTRE, "4", "4", ""),
        total=(("合计", 3),),
    )
    assert whose(found) == [
        (None, DEPARTMENT),
        ("201", DEPARTMENT),
        ("20106", DEPARTMENT),
        ("2010650", CENTRE),
        ("221", DEPARTMENT),
        ("22102", DEPARTMENT),
        ("2210201", CENTRE),
    ]
    assert unread(found) == []


def test_a_unit_beside_its_first_class_reaches_down():
    found = expenditure(
        tr("201", "一般公共服务支出", CENTRE, "5", "5", ""),
        tr("20106", "财政事务", "", "5", "5", ""),
        tr("2010650", "事业运行", "", "5", "5", ""),
    )
    assert whose(found)[1:] == [("201", CENTRE), ("20106", CENTRE), ("2010650", CENTRE)]


def test_the_department_named_below_a_unit():
    found = expenditure(
        tr("2010650", "事业运行", CENTRE, "5", "5", ""),
        tr("2010601", "行政运行", DEPARTMENT, "4", "4", ""),
        tr("2010602", "一般行政管理事务", "", "4", "", "4"),
    )
    assert whose(found)[1:] == [
        ("2010650", CENTRE),
        ("2010601", DEPARTMENT),
        ("2010602", DEPARTMENT),
    ]


@pytest.mark.parametrize("name", [DEPARTMENT, CENTRE])
def test_the_code_of_a_unit_beside_the_rows_below_its_name(name):
    found = html(
        CAPTION
        + table(
            tr(("项目", 5), ("合计", 1, 3), ("基本支出", 1, 3), ("项目支出", 1, 3)),
            tr(("科目编码", 3), ("单位代码", 1, 2), ("单位名称（科目）", 1, 2)),
            tr("类", "款", "项"),
            tr("", "", "", "", "合计", "9", "9", ""),
            tr("", "", "", "", name, "9", "9", ""),
            tr("201", "06", "01", "410301", "行政运行", "5", "5", ""),
            tr("221", "02", "01", "410301", "住房公积金", "4", "4", ""),
        )
    )
    assert whose(found)[-2:] == [("2010601", name), ("2210201", name)]
    assert unread(found) == []


def test_a_total_merged_over_labels_under_a_header_merged_over_figures():
    found = html(
        f"{DUTIES}<p>部门收入总表</p>{UNIT}"
        + table(
            tr(
                *(
                    (text, 1, 2)
                    for text in ("科目编码", "科目名称", "合计", "一般公共预算拨款收入")
                ),
                ("事业收入", 2),
                ("其他收入", 1, 2),
            ),
            tr("金额", "其中：教育收费"),
            tr(("合计", 2), "60.00", "10.00", "20.00", "", "30.00"),
        )
    )
    assert figures(found) == {
        "dept-revenue.total": "60.00",
        "dept-revenue.total.general": "10.00",
        "dept-revenue.total.business": "20.00",
        "dept-revenue.total.other": "30.00",
    }


def test_a_total_beside_blank_labels_where_rows_have_them_merged():
    found = html(
        f"{DUTIES}<p>一般公共预算财政拨款支出决算表</p>{UNIT}"
        + table(
            tr(("项目", 4), ("本年支出", 3)),
            tr(("功能分类科目编码", 3), "科目名称", "小计", "基本支出", "项目支出"),
            tr("类", "款", "项", "栏次", "1", "2", "3"),
            tr("", "", "", "合计", "3.00", "1.00", "2.00"),
            *(
                tr((code, 3), name, "3.00", "1.00", "2.00")
                for code, name in (("201", "一般公共服务支出"), ("20106", "财政事务"))
            ),
        ),
        made.ACCOUNTS,
    )
    total = {key: said for key, said in figures(found).items() if ".total" in key}
    assert total["dept-general-function.total"] == "3.00"
    assert total["dept-general-function.total.project"] == "2.00"
    assert unread(found) == []


@pytest.mark.parametrize("short", [("人员经费", "公用经费"), ("人员", "公用")])
def test_a_code_and_a_name_below_the_functions(short):
    found = html(
        CAPTION
        + table(
            tr(("功能科目", 2), ("总计", 1, 2), ("基本支出", 3), ("项目支出", 1, 2)),
            tr("编码", "名称", "小计", *short),
            tr(("合计", 2), "9.00", "6.00", "5.00", "1.00", "3.00"),
            tr("205", "教育支出", "9.00", "6.00", "5.00", "1.00", "3.00"),
        )
    )
    said = {key: value for key, value in figures(found).items() if ".205" in key}
    assert said == {
        "dept-expenditure.205.total": "9.00",
        "dept-expenditure.205.basic": "6.00",
        "dept-expenditure.205.basic-personnel": "5.00",
        "dept-expenditure.205.basic-public": "1.00",
        "dept-expenditure.205.project": "3.00",
    }
    assert unread(found) == []


@pytest.mark.parametrize("year", ["本年预算", "2025年预算"])
def test_the_total_of_the_year_beside_that_of_all_money(year):
    found = html(
        f"{DUTIES}<p>一般公共预算支出表</p>{UNIT}"
        + table(
            tr(
                *((text, 1, 2) for text in ("科目编码", "科目名称", "合计")),
                (year, 3),
                ("上年结转", 1, 2),
            ),
            tr("小计", "基本支出", "项目支出"),
            tr("205", "教育支出", "100.00", "90.00", "60.00", "30.00", "10.00"),
        )
    )
    assert figures(found) == {
        "dept-general-function.205.total": "100.00",
        "dept-general-function.205.total.current-total": "90.00",
        "dept-general-function.205.basic": "60.00",
        "dept-general-function.205.project": "30.00",
        "dept-general-function.205.total.carry-over-in": "10.00",
    }


HEADER = tr("科目编码", "科目名称", "合计", "基本支出", "项目支出")


@pytest.mark.parametrize(
    "below",
    [
        pytest.param(
            [
                tr(("部门收入总表", 5)),
                tr(("单位：元", 5)),
                tr("科目编码", "科目名称", "合计", "一般公共预算", "单位资金"),
            ],
            id="another header",
        ),
        pytest.param([tr(("一般公共预算支出表", 5)), HEADER], id="the same header"),
    ],
)
def test_another_table_below_in_the_same_grid_is_not_of_the_first(below):
    found = html(
        CAPTION
        + table(
            HEADER,
            tr("205", "教育支出", "9.00", "8.00", "1.00"),
            *below,
            tr("205", "教育支出", "19.00", "17.00", "2.00"),
        )
    )
    assert list(figures(found).values()) == ["9.00", "8.00", "1.00"]
    assert {"19.00", "17.00", "2.00"} <= set(unread(found))


def test_a_table_that_goes_on_below_its_caption():
    found = html(
        CAPTION
        + table(
            HEADER,
            tr("205", "教育支出", "9.00", "8.00", "1.00"),
            tr(("部门支出总表（续）", 5)),
            HEADER,
            tr("221", "住房保障支出", "4.00", "4.00", ""),
        )
    )
    assert "4.00" in figures(found).values()


def test_what_is_bought_for_how_much():
    found = html(
        f"{DUTIES}<p>政府采购预算表</p>{UNIT}"
        + table(
            tr("项目名称", "采购品目", "采购目录编码", "数量", "单位", "单价", "采购金额"),
            tr("办公设备", "便携式计算机", "A02010105", "20", "台", "0.60", "12.00"),
            tr("道路养护", "养护服务", "C16010000", "1", "项", "5.00", "5.00"),
            tr("合计", "", "", "", "", "", "17.00"),
        )
    )
    rows = found.rows["procurement_items"]
    assert [(row["item_name"], row["role"], row["printed"]) for row in rows] == [
        ("便携式计算机", "leaf", "12.00"),
        ("养护服务", "leaf", "5.00"),
        (None, "total", "17.00"),
    ]
    assert [row["measure_unit"] for row in rows] == ["台", "项", None]
    assert [row["name"] for row in found.rows["organizations"]] == [DEPARTMENT]
