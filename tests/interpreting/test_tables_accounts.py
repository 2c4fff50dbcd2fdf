"""The “三公” table, and the tables of final accounts."""

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "tablemaker", Path(__file__).parent / "tablemaker.py"
)
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
ACCOUNTS = made.ACCOUNTS
UNIT = made.UNIT
figures = made.figures
html = made.html
roles = made.roles
status = made.status
table = made.table
tr = made.tr
unread = made.unread


def test_items_by_row():
    found = html(
        f"<p>一般公共预算“三公”经费支出表</p>{UNIT}"
        + table(
            tr("项目", "2024年预算数", "2025年预算数"),
            tr("“三公”经费合计", "5", "3.8"),
            tr("1.因公出国（境）费", "0", "0"),
            tr("2.公务用车购置及运行费", "5", "3.8"),
            tr("其中：（1）公务用车购置费", "", ""),
            tr("（2）公务用车运行维护费", "5", "3.8"),
            tr("3.公务接待费", "", ""),
        )
    )
    assert unread(found) == []
    own = {key: role for key, role in roles(found).items() if not key.endswith("2024")}
    assert own == {
        "dept-three-public.three-public": "total",
        "dept-three-public.abroad": "leaf",
        "dept-three-public.vehicles": "subtotal",
        "dept-three-public.vehicle-running": "leaf",
    }
    assert figures(found)["dept-three-public.vehicles.2024"] == "5"
    assert status(found, "three-public-table") == ("present", None)


def test_a_total_that_adds_up_more_is_no_total_of_three_public():
    # 陕西省 2024: 合计 is that of “三公”经费, 会议费 and 培训费.
    found = html(
        f"<p>一般公共预算拨款“三公”经费及会议费、培训费支出预算表</p>{UNIT}"
        + table(
            tr("合计", "“三公”经费", "会议费", "培训费"),
            tr("7", "5", "1", "1"),
        )
        + f"<p>“三公”经费支出表</p>{UNIT}"
        + table(
            tr("项目", "2025年预算数"),
            tr("合计", "7"),
            tr("一、“三公”经费", "5"),
            tr("二、会议费", "1"),
        )
    )
    assert figures(found) == {
        "dept-three-public.three-public": "5",
        "dept-three-public.conference": "1",
        "dept-three-public.training": "1",
    }
    assert unread(found) == ["7", "7"]


def test_a_sentence_that_says_a_figure_again_makes_no_second_line():
    found = html(
        "<p>三、“三公”经费情况</p><p>2025年“三公”经费预算3.8万元。</p>"
        f"<p>“三公”经费预算表</p>{UNIT}"
        + table(tr("“三公”经费预算数", "机关运行经费预算数"), tr("3.80", "20"))
    )
    assert figures(found) == {
        "dept-three-public.three-public": "3.80",
        "dept-operating.operating": "20",
    }


def test_the_balance_of_final_accounts():
    found = html(
        "<p>收入支出决算总表</p><p>公开01表</p><p>金额单位：万元</p>"
        + table(
            tr(("收入", 3), ("支出", 3)),
            tr("项目", "行次", "金额", "项目", "行次", "金额"),
            tr("栏次", "", "1", "栏次", "", "2"),
            tr(
                "一、一般公共预算财政拨款收入", "1", "100.00", "一、一般公共服务支出", "32", "80.00"
            ),
            tr("五、事业收入", "5", "5.00", "八、社会保障和就业支出", "39", "18.00"),
            tr("本年收入合计", "27", "105.00", "本年支出合计", "58", "98.00"),
            tr("使用非财政拨款结余", "28", "", "结余分配", "59", ""),
            tr("年初结转和结余", "29", "2.00", "年末结转和结余", "60", "9.00"),
            tr("总计", "31", "107.00", "总计", "62", "107.00"),
        ),
        ACCOUNTS,
    )
    assert unread(found) == []
    assert {(r["phase"], r["fiscal_year"]) for r in found.rows["budget_lines"]} == {
        ("executed", 2023)
    }
    assert figures(found)["dept-balance.expenditure.carry-over-out"] == "9.00"
    assert len(figures(found)) == 10


def test_the_budget_of_the_year_stands_beside_the_accounts():
    found = html(
        f"<p>财政拨款收入支出决算总表</p>{UNIT}"
        + table(
            tr(("收入", 4), ("支出", 4)),
            tr(
                "项目",
                "年初预算数",
                "调整预算数",
                "决算数",
                "项目",
                "年初预算数",
                "调整预算数",
                "决算数",
            ),
            tr(
                "一、一般公共预算财政拨款", "100", "110", "108", "一、教育支出", "100", "110", "108"
            ),
            tr("总计", "100", "110", "108", "总计", "100", "110", "108"),
        ),
        ACCOUNTS,
    )
    assert unread(found) == []
    stages = {row["phase"]: row["printed"] for row in found.rows["budget_lines"]}
    assert stages == {"approved": "100", "revised": "110", "executed": "108"}
    assert len(figures(found)) == 12


def test_sources_below_what_was_carried_over_are_its_parts():
    found = html(
        f"<p>财政拨款收入支出决算总表</p>{UNIT}"
        + table(
            tr(("收入", 2), ("支出", 2)),
            tr("项目", "金额", "项目", "金额"),
            tr("一、一般公共预算财政拨款", "8", "一、教育支出", "9"),
            tr("年初财政拨款结转和结余", "1", "", ""),
            tr("一、一般公共预算财政拨款", "1", "", ""),
            tr("总计", "9", "总计", "9"),
        ),
        ACCOUNTS,
    )
    own = roles(found)
    assert own["dept-fiscal-balance.revenue.general"] == "leaf"
    assert own["dept-fiscal-balance.revenue.carry-over-in.general"] == "of-which"


def test_basic_expenditure_in_three_parts_side_by_side():
    found = html(
        f"<p>一般公共预算财政拨款基本支出决算明细表</p>{UNIT}"
        + table(
            tr(("人员经费", 3), ("公用经费", 6)),
            tr(*["科目编码", "科目名称", "决算数"] * 3),
            tr("301", "工资福利支出", "50", "302", "商品和服务支出", "9", "310", "资本性支出", "1"),
            tr("30101", "基本工资", "50", "30201", "办公费", "9", "31002", "办公设备购置", "1"),
            tr(("人员经费合计", 2), "50", ("公用经费合计", 5), "10"),
        ),
        ACCOUNTS,
    )
    assert unread(found) == []
    assert figures(found)["dept-general-basic.31002.basic-public"] == "1"
    assert figures(found)["dept-general-basic.total.basic-public"] == "10"
    assert roles(found)["dept-general-basic.301.basic-personnel"] == "subtotal"


def test_budget_and_accounts_of_three_public_in_one_row():
    items = [
        ("合计", 1, 2),
        ("因公出国（境）费", 1, 2),
        ("公务用车购置及运行费", 3),
        ("公务接待费", 1, 2),
    ]
    found = html(
        f"<p>财政拨款“三公”经费支出决算表</p>{UNIT}"
        + table(
            tr(("预算数", 6), ("决算数", 6)),
            tr(*items, *items),
            tr(*["小计", "公务用车购置费", "公务用车运行费"] * 2),
            tr(*map(str, range(1, 13))),
            tr("3.00", "", "2.00", "", "2.00", "1.00", "2.50", "", "1.80", "", "1.80", "0.70"),
        )
        + "<p>注：预算数为“三公”经费全年预算数，反映按规定程序调整后的预算数。</p>",
        ACCOUNTS,
    )
    assert unread(found) == []
    assert figures(found)["dept-three-public.reception"] == "0.70"
    assert figures(found)["dept-three-public.reception.revised"] == "1.00"


def test_income_in_a_table_of_expenditure_is_no_expenditure():
    found = html(
        f"<p>政府性基金预算财政拨款收入支出决算表</p>{UNIT}"
        + table(
            tr(
                ("科目编码", 1, 2),
                ("科目名称", 1, 2),
                ("年初结转和结余", 1, 2),
                ("本年收入", 1, 2),
                ("本年支出", 3),
                ("年末结转和结余", 1, 2),
            ),
            tr("小计", "基本支出", "项目支出"),
            tr("212", "城乡社区支出", "1", "7", "5", "", "5", "3"),
        ),
        ACCOUNTS,
    )
    assert unread(found) == []
    rows = found.rows["budget_lines"]
    assert [(row["direction"], row.get("item"), row["nature"], row["printed"]) for row in rows] == [
        ("revenue", "carry-over-in", "total", "1"),
        ("revenue", "current-total", "total", "7"),
        ("expenditure", None, "total", "5"),
        ("expenditure", None, "project", "5"),
        ("expenditure", "carry-over-out", "total", "3"),
    ]


# ---------------------------------------------------------------- lists of projects


def test_a_list_of_projects():
    found = html(
        f"<p>项目支出表</p>{UNIT}"
        + table(
            tr(
                ("项目类别", 1, 2),
                ("项目名称", 1, 2),
                ("项目单位", 1, 2),
                ("合计", 1, 2),
                ("本年拨款", 3),
            ),
            tr("一般公共预算", "政府性基金预算", "国有资本经营预算"),
            tr("特定目标类", "城区道路维修", "平山县财政局", "12", "10", "2", ""),
            tr("其他运转类", "信息系统运维", "平山县财政局", "3", "3", "", ""),
        )
    )
    projects = {row["name"]: row["project_code"] for row in found.rows["projects"]}
    assert list(projects) == ["城区道路维修", "信息系统运维"]
    rows = found.rows["budget_lines"]
    assert [(row["project_code"], row["fund_source"], row["role"]) for row in rows] == [
        (projects["城区道路维修"], "total", "total"),
        (projects["城区道路维修"], "general", "leaf"),
        (projects["城区道路维修"], "fund", "leaf"),
        (projects["信息系统运维"], "total", "total"),
        (projects["信息系统运维"], "general", "leaf"),
    ]
