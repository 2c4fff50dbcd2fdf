"""Purchases and performance targets of other templates."""

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location(
    "templatemaker", Path(__file__).parent / "templatemaker.py"
)
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
read = made.read
template = made.template


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
