"""Balances of other templates: income by source, expenditure by class, and the last rows."""

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "tablemaker", Path(__file__).parent / "tablemaker.py"
)
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
UNIT = made.UNIT
figures = made.figures
html = made.html
roles = made.roles
status = made.status
table = made.table
tr = made.tr
unread = made.unread

NUMERALS = [
    *"一二三四五六七八九十",
    *(f"十{one}" for one in "一二三四五六七八九"),
    "二十",
    *(f"二十{one}" for one in "一二三四五六七八九"),
    "三十",
]
CLASSES = [
    "一般公共服务支出",
    "外交支出",
    "国防支出",
    "公共安全支出",
    "教育支出",
    "科学技术支出",
    "文化旅游体育与传媒支出",
    "社会保障和就业支出",
    "社会保险基金支出",
    "卫生健康支出",
    "节能环保支出",
    "城乡社区支出",
    "农林水支出",
    "交通运输支出",
    "资源勘探工业信息等支出",
    "商业服务业等支出",
    "金融支出",
    "援助其他地区支出",
    "自然资源海洋气象等支出",
    "住房保障支出",
    "粮油物资储备支出",
    "国有资本经营预算支出",
    "灾害防治及应急管理支出",
    "预备费",
    "其他支出",
    "转移性支出",
    "债务还本支出",
    "债务付息支出",
    "债务发行费用支出",
    "抗疫特别国债安排的支出",
]
INCOME = [
    "一般公共预算拨款收入",
    "政府性基金预算拨款收入",
    "国有资本经营预算拨款收入",
    "财政专户管理资金收入",
    "事业收入",
    "事业单位经营收入",
    "上级补助收入",
    "附属单位上缴收入",
    "其他收入",
]


def hebei_balance(blank=""):
    # Figures of 平山县下口镇财政所, 河北省, 2025.
    stated = {
        "一般公共服务支出": "516.39",
        "社会保障和就业支出": "98.25",
        "卫生健康支出": "21.53",
        "农林水支出": "14.54",
        "住房保障支出": "39.65",
    }
    rows = [
        tr(("部门收支总表", 4)),
        tr("编制单位：平山县下口镇财政所", "", "", "单位：万元"),
        tr(("收入", 2), ("支出", 2)),
        tr("项目", "预算数", "项目", "预算数"),
    ]
    for at, name in enumerate(CLASSES):
        income = f"{NUMERALS[at]}、{INCOME[at]}" if at < len(INCOME) else ""
        own = "675.82" if at == 0 else blank
        rows.append(tr(income, own, f"{NUMERALS[at]}、{name}", stated.get(name, blank)))
    rows += [
        tr("本年收入合计", "675.82", "本年支出合计", "690.36"),
        tr("上年结转结余", "14.54", "年终结转", blank),
        tr("收入总计", "690.36", "支出总计", "690.36"),
    ]
    return html(table(*rows), "平山县下口镇财政所2025年部门预算")


def test_a_balance_with_all_classes_and_blanks():
    found = hebei_balance()
    assert figures(found) == {
        "dept-balance.revenue.general": "675.82",
        "dept-balance.expenditure.201": "516.39",
        "dept-balance.expenditure.208": "98.25",
        "dept-balance.expenditure.210": "21.53",
        "dept-balance.expenditure.213": "14.54",
        "dept-balance.expenditure.221": "39.65",
        "dept-balance.revenue.current-total": "675.82",
        "dept-balance.expenditure.current-total": "690.36",
        "dept-balance.revenue.carry-over-in": "14.54",
        "dept-balance.revenue.total": "690.36",
        "dept-balance.expenditure.total": "690.36",
    }
    assert unread(found) == []
    assert status(found, "balance-table") == ("present", None)


def test_a_blank_makes_no_line_and_a_zero_one():
    found = hebei_balance("0.00")
    lines = found.rows["budget_lines"]
    assert len(lines) == 9 + 30 + 6
    assert {row["status"] for row in lines if row["printed"] == "0.00"} == {"zero"}


def test_the_number_of_a_class_is_its_place_and_no_code():
    found = html(
        f"<p>收支总表</p>{UNIT}"
        + table(
            tr(("收入", 2), ("支出", 2)),
            tr("项目", "金额", "项目", "金额"),
            tr("一、财政拨款收入", "8", "一、住房保障支出", "8"),
            tr("收入合计", "8", "支出合计", "8"),
        )
    )
    assert list(figures(found))[1] == "dept-balance.expenditure.221"


def test_the_balance_of_fiscal_appropriations_of_the_common_template():
    found = html(
        f"<p>财政拨款收支总表</p>{UNIT}"
        + table(
            tr(("收入", 2), ("支出", 5)),
            tr(
                "项目",
                "预算数",
                "项目",
                "合计",
                "一般公共预算",
                "政府性基金预算",
                "国有资本经营预算",
            ),
            tr("一、本年收入", "100", "一、本年支出", "110", "100", "10", ""),
            tr("（一）一般公共预算拨款", "90", "（一）一般公共服务支出", "60", "50", "10", ""),
            tr("（二）政府性基金预算拨款", "10", "（二）教育支出", "50", "50", "", ""),
            tr("二、上年结转", "10", "二、年终结转结余", "", "", "", ""),
            tr("（一）一般公共预算拨款", "8", "", "", "", "", ""),
            tr("（二）政府性基金预算拨款", "2", "", "", "", "", ""),
            tr("收入总计", "110", "支出总计", "110", "100", "10", ""),
        )
    )
    assert unread(found) == []
    own = roles(found)
    assert own["dept-fiscal-balance.revenue.general"] == "leaf"
    # What was carried over stands in the row above it already.
    assert own["dept-fiscal-balance.revenue.carry-over-in.general"] == "of-which"
    assert own["dept-fiscal-balance.expenditure.201.total"] == "subtotal"
    assert own["dept-fiscal-balance.expenditure.201.fund"] == "leaf"
    assert own["dept-fiscal-balance.expenditure.total.fund"] == "total"


def test_of_which_parts_what_stands_above_it():
    found = html(
        f"<p>部门收支总表</p>{UNIT}"
        + table(
            tr(("收入", 2), ("支出", 2)),
            tr("项目", "预算数", "项目", "预算数"),
            tr("财政拨款收入", "10", "教育支出", "12"),
            tr("其中：一般公共预算", "9", "", ""),
            tr("政府性基金", "1", "", ""),
            tr("事业收入", "2", "", ""),
            tr("总计", "12", "总计", "12"),
        )
    )
    assert roles(found) == {
        "dept-balance.revenue.fiscal": "leaf",
        "dept-balance.expenditure.205": "leaf",
        "dept-balance.revenue.general": "of-which",
        "dept-balance.revenue.fund": "of-which",
        "dept-balance.revenue.business": "leaf",
        "dept-balance.revenue.total": "total",
        "dept-balance.expenditure.total": "total",
    }
