"""The text of the ministry's template, which most provinces follow: budgets and final accounts."""

from decimal import Decimal

import pytest

BUDGET = """廊坊市文安县教育局2024年部门预算
目录
第一部分 部门概况
一、主要职责
二、部门预算单位构成
第二部分 2024年部门预算表
第三部分 2024年部门预算情况说明
第四部分 名词解释
第一部分 部门概况
一、主要职责
（一）贯彻党的教育方针。
（二）管理各级各类学校。
二、部门预算单位构成
纳入2024年部门预算编制范围的单位包括教育局机关。
第二部分 2024年部门预算表
第三部分 2024年部门预算情况说明
一、关于文安县教育局2024年收支预算情况的总体说明
按照综合预算的原则，部门所有收入和支出均纳入预算管理。文安县教育局2024年收支总预算5000万元。
二、关于文安县教育局2024年收入预算情况说明
文安县教育局2024年收入预算5000万元，其中：上年结转50万元，占1%；一般公共预算拨款收入4900万元，占98%；政府性基金预算拨款收入50万元，占1%。
三、关于文安县教育局2024年支出预算情况说明
文安县教育局2024年支出预算5000万元，其中：基本支出3000万元，占60%；项目支出2000万元，占40%。
四、关于文安县教育局2024年财政拨款收支预算情况的总体说明
文安县教育局2024年财政拨款收支总预算5000万元。收入包括：一般公共预算当年拨款收入4900万元、上年结转50万元，政府性基金当年拨款收入50万元；支出包括：教育支出4600万元、社会保障和就业支出300万元、城乡社区支出100万元。
五、关于文安县教育局2024年一般公共预算当年拨款情况说明
（一）一般公共预算当年拨款规模变化情况
文安县教育局2024年一般公共预算当年拨款4900万元，比2023年执行数增加100万元，主要是新建学校投入使用。
（二）一般公共预算当年拨款结构情况
教育（类）支出4600万元，占93.88%；社会保障和就业（类）支出300万元，占6.12%。
（三）一般公共预算当年拨款具体使用情况
1.教育支出（类）普通教育（款）小学教育（项）2024年预算数为4600万元，比2023年执行数增加90万元，增长2.00%。主要是新建学校投入使用。
2.社会保障和就业支出（类）行政事业单位养老支出（款）机关事业单位基本养老保险缴费支出（项）2024年预算数为300万元，与2023年执行数持平。
六、关于文安县教育局2024年一般公共预算基本支出情况说明
文安县教育局2024年一般公共预算基本支出3000万元，其中：人员经费2800万元，主要包括：基本工资、津贴补贴；公用经费200万元，主要包括：办公费、印刷费。
七、关于文安县教育局2024年“三公”经费预算情况说明
文安县教育局2024年“三公”经费预算数为12万元，其中：因公出国（境）费0万元，公务用车购置及运行费10万元（其中：公务用车购置费0万元，公务用车运行费10万元），公务接待费2万元。2024年“三公”经费预算比2023年预算减少1万元，主要是压减公务接待。
八、关于文安县教育局2024年政府性基金预算支出情况说明
文安县教育局2024年政府性基金预算支出50万元，其中：项目支出50万元。
九、其他重要事项的情况说明
（一）机关运行经费
2024年机关运行经费财政拨款预算200万元，比2023年预算增加12万元，增长6.38%。主要是物价上涨。
（二）政府采购情况
2024年政府采购预算总额600万元，其中：政府采购货物预算400万元、政府采购工程预算0万元、政府采购服务预算200万元。
（三）国有资产占有使用情况
截至2023年12月31日，文安县教育局共有车辆3辆，其中，机要通信用车1辆；单位价值100万元以上设备0台（套）。2024年部门预算安排购置车辆1辆。
（四）预算绩效情况
2024年，文安县教育局8个项目实行绩效目标管理，涉及一般公共预算当年拨款2000万元。
第四部分 名词解释
一、一般公共预算拨款收入
指县级财政当年拨付的资金。
二、基本支出
指为保障机构正常运转而发生的支出。
"""


def lines_of(interpretation, form, **wanted):
    return {
        row["line_key"].removeprefix(f"{form}."): row["amount_cny"] / 10000
        for row in interpretation.rows["budget_lines"]
        if row["form"] == form and all(row.get(name) == value for name, value in wanted.items())
    }


def changes_of(interpretation):
    return {
        row["change_key"]: (row["change_cny"] / 10000, row["base_year"], row["reason"])
        for row in interpretation.rows["budget_changes"]
    }


@pytest.fixture(scope="module")
def budget(read):
    return read(BUDGET)


def test_the_contents_are_no_sections(budget):
    headings = [r["text"] for r in budget.rows["text_items"] if r["kind"] == "heading"]
    assert headings.count("部门概况") == 1
    assert headings.count("2024年部门预算表") == 1
    assert headings[:4] == ["部门概况", "主要职责", "部门预算单位构成", "2024年部门预算表"]


def test_duties_units_and_terms_are_items(budget):
    kinds = [r["kind"] for r in budget.rows["text_items"]]
    assert (kinds.count("duty"), kinds.count("organisation")) == (2, 1)
    assert [(r["label"], r["definition"]) for r in budget.rows["terms"]] == [
        ("一般公共预算拨款收入", "指县级财政当年拨付的资金。"),
        ("基本支出", "指为保障机构正常运转而发生的支出。"),
    ]


@pytest.mark.parametrize(
    ("form", "figures"),
    [
        ("dept-revenue-text", {"total": 5000, "carry-over": 50, "general": 4900, "fund": 50}),
        ("dept-expenditure-text", {"total": 5000, "basic": 3000, "project": 2000}),
        (
            "dept-fiscal-balance",
            {
                "revenue.total": 5000, "expenditure.total": 5000, "revenue.general": 4900,
                "revenue.carry-over-in.total": 50, "revenue.fund": 50,
                "expenditure.205.total": 4600, "expenditure.208.total": 300,
                "expenditure.212.total": 100,
            },
        ),
        (
            "dept-general-function",
            {"total": 4900, "205.total": 4600, "208.total": 300, "2050202.total": 4600,
             "2080505.total": 300},
        ),
        ("dept-general-basic", {"total": 3000, "basic-personnel": 2800, "basic-public": 200}),
        (
            "dept-three-public",
            {"three-public": 12, "abroad": 0, "vehicles": 10, "vehicle-purchase": 0,
             "vehicle-running": 10, "reception": 2},
        ),
        ("dept-fund", {"total": 50, "project": 50}),
        ("dept-operating", {"operating": 200}),
    ],
)  # fmt: skip
def test_each_section_speaks_of_its_own_table(budget, form, figures):
    assert lines_of(budget, form) == figures


def test_changes_have_their_year_and_reason(budget):
    assert changes_of(budget) == {
        "dept-general-function.total": (100, 2023, "新建学校投入使用"),
        "dept-general-function.2050202.total": (90, 2023, "新建学校投入使用"),
        "dept-general-function.2080505.total": (0, 2023, None),
        "dept-three-public.three-public": (-1, 2023, "压减公务接待"),
        "dept-operating.operating": (12, 2023, "物价上涨"),
    }


def test_procurement_and_vehicles_are_counted(budget):
    found = {
        r["procurement_key"]: r["amount_cny"] / 10000 for r in budget.rows["procurement_items"]
    }
    assert found == {"text.total": 600, "text.goods": 400, "text.works": 0, "text.services": 200}
    assert [(r["asset_class"], r["quantity"]) for r in budget.rows["assets"]] == [
        ("vehicles", 3), ("planned-purchase", 1), ("equipment-1m", 0)
    ]  # fmt: skip


def test_nothing_else_is_left_but_what_no_table_says(budget):
    assert [piece.text for piece in budget.unread] == []


def test_leaves_add_up_where_no_part_is_stated(budget):
    leaves = [
        r["amount_cny"] for r in budget.rows["budget_lines"]
        if r["form"] == "dept-expenditure-text" and r["role"] == "leaf"
    ]  # fmt: skip
    assert sum(leaves) == Decimal(50_000_000)


ACCOUNTS = """文安县教育局2023年度部门决算
第一部分 部门概况
一、部门职责
（一）贯彻党的教育方针。
第二部分 2023年度部门决算表
第三部分 2023年度部门决算情况说明
一、收入支出决算总体情况说明
2023年度收、支总计（含结转和结余）均为5200.50万元。与2022年度相比，收、支总计各增加200.50万元，增长4.01%，主要原因是人员增加。
二、收入决算情况说明
2023年度本年收入合计5000.50万元，其中：财政拨款收入4900.50万元，占98.00%；事业收入80.00万元，占1.60%；其他收入20.00万元，占0.40%。
三、支出决算情况说明
2023年度本年支出合计5100.00万元，其中：基本支出3100.00万元，占60.78%；项目支出2000.00万元，占39.22%；经营支出0万元，占0%。
四、财政拨款收入支出决算总体情况说明
2023年度财政拨款收、支总计4950.50万元。与2022年相比，财政拨款收、支总计各减少10.00万元，下降0.20%。主要原因是项目减少。
五、一般公共预算财政拨款支出决算情况说明
（一）一般公共预算财政拨款支出决算总体情况
2023年度一般公共预算财政拨款支出4900.50万元，占本年支出合计的96.09%。与2022年度相比，一般公共预算财政拨款支出增加30.00万元，增长0.62%，主要原因是人员增加。
（二）一般公共预算财政拨款支出决算结构情况
2023年度一般公共预算财政拨款支出4900.50万元，主要用于以下方面：教育支出（类）4600.50万元，占93.88%；社会保障和就业支出（类）300.00万元，占6.12%。
（三）一般公共预算财政拨款支出决算具体情况
2023年度一般公共预算财政拨款支出年初预算为4800.00万元，支出决算为4900.50万元，完成年初预算的102.09%。其中：
1.教育支出（类）普通教育（款）小学教育（项）。年初预算为4500.00万元，支出决算为4600.50万元，完成年初预算的102.23%。决算数大于年初预算数的主要原因是追加人员经费。
2.社会保障和就业支出（类）行政事业单位养老支出（款）机关事业单位基本养老保险缴费支出（项）。年初预算为300.00万元，支出决算为300.00万元，完成年初预算的100.00%，决算数与年初预算数持平。
六、一般公共预算财政拨款基本支出决算情况说明
2023年度一般公共预算财政拨款基本支出3000.00万元，其中：人员经费2800.00万元，主要包括：基本工资；公用经费200.00万元，主要包括：办公费。
七、财政拨款“三公”经费支出决算情况说明
（一）“三公”经费财政拨款支出决算总体情况说明
2023年度“三公”经费财政拨款支出预算为12.00万元，支出决算为8.50万元，完成预算的70.83%。
（二）“三公”经费财政拨款支出决算具体情况说明
1.因公出国（境）费预算为0万元，支出决算为0万元。
2.公务用车购置及运行维护费预算为10.00万元，支出决算为8.00万元，完成预算的80.00%。其中：公务用车购置费支出0万元，公务用车运行维护费支出8.00万元。
3.公务接待费预算为2.00万元，支出决算为0.50万元，比2022年度决算数减少0.30万元，下降37.50%，主要原因是厉行节约。
八、机关运行经费支出情况说明
本部门2023年度机关运行经费支出200.00万元，比2022年度减少5.00万元，降低2.44%。主要原因是压减办公费。
九、政府采购支出情况说明
本部门2023年度政府采购支出总额500.00万元，其中：政府采购货物支出300.00万元、政府采购工程支出150.00万元、政府采购服务支出50.00万元。授予中小企业合同金额400.00万元，占政府采购支出总额的80.00%，其中：授予小微企业合同金额350.00万元，占授予中小企业合同金额的87.50%。
十、国有资产占用情况说明
截至2023年12月31日，本部门共有车辆3辆，其中，机要通信用车1辆；单价100万元（含）以上设备0台（套）。
第四部分 名词解释
财政拨款收入：指财政当年拨付的资金。
"""


@pytest.fixture(scope="module")
def accounts(read):
    return read(ACCOUNTS)


def test_final_accounts_name_the_totals_of_their_own_tables(accounts):
    assert accounts.document_id.endswith(".2023.final-accounts")
    assert lines_of(accounts, "dept-balance") == {
        "revenue.total": Decimal("5200.50"),
        "expenditure.total": Decimal("5200.50"),
    }
    assert lines_of(accounts, "dept-revenue") == {
        "total": Decimal("5000.50"),
        "fiscal": Decimal("4900.50"),
        "business": 80,
        "other": 20,
    }
    assert lines_of(accounts, "dept-expenditure") == {
        "total": 5100,
        "basic": 3100,
        "project": 2000,
        "operating": 0,
    }
    assert lines_of(accounts, "dept-fiscal-balance") == {
        "revenue.total": Decimal("4950.50"),
        "expenditure.total": Decimal("4950.50"),
    }
    assert not lines_of(accounts, "dept-revenue-text")
    assert not lines_of(accounts, "dept-expenditure-text")


def test_budget_and_execution_of_one_thing_are_two_lines(accounts):
    assert lines_of(accounts, "dept-general-function") == {
        "total": Decimal("4900.50"), "205.total": Decimal("4600.50"), "208.total": 300,
        "total.approved": 4800, "2050202.total.approved": 4500, "2050202.total": Decimal("4600.50"),
        "2080505.total.approved": 300, "2080505.total": 300,
    }  # fmt: skip
    assert lines_of(accounts, "dept-three-public") == {
        "three-public.approved": 12, "three-public": Decimal("8.50"), "abroad.approved": 0,
        "abroad": 0, "vehicles.approved": 10, "vehicles": 8, "vehicle-purchase": 0,
        "vehicle-running": 8, "reception.approved": 2, "reception": Decimal("0.50"),
    }  # fmt: skip
    assert lines_of(accounts, "dept-general-basic") == {
        "total": 3000,
        "basic-personnel": 2800,
        "basic-public": 200,
    }


def test_final_accounts_are_compared_with_the_year_before(accounts):
    assert changes_of(accounts) == {
        "dept-balance.revenue.total": (Decimal("200.50"), 2022, "人员增加"),
        "dept-balance.expenditure.total": (Decimal("200.50"), 2022, "人员增加"),
        "dept-fiscal-balance.revenue.total": (-10, 2022, "项目减少"),
        "dept-fiscal-balance.expenditure.total": (-10, 2022, "项目减少"),
        "dept-general-function.total": (30, 2022, "人员增加"),
        "dept-three-public.reception": (Decimal("-0.30"), 2022, "厉行节约"),
        "dept-operating.operating": (-5, 2022, "压减办公费"),
    }


def test_final_accounts_leave_nothing_unread(accounts):
    assert [piece.text for piece in accounts.unread] == []


# Final accounts of Hebei, 2024: 财政拨款收支与…对比情况, and a change from the own budget.
HEBEI_ACCOUNTS = """文安县司法局2024年度部门决算
四、财政拨款收入支出决算总体情况说明
（一）财政拨款收支与2023年度决算对比情况
本部门2024年度财政拨款本年收入1,280.00万元,比2023年度增加100.00万元，增长8.47%，主要是项目增加；本年支出1,286.52万元，增加120.36万元，增长10.32%，主要是项目增加。
五、“三公”经费支出决算情况说明
本部门2024年度“三公”经费财政拨款支出预算为10.00万元，支出决算为8.00万元，完成预算的80.00%，较预算减少2.00万元，降低20.00%，主要是厉行节约；较2023年度决算增加1.00万元，增长14.29%，主要是车辆老旧。
1.因公出国（境）费支出0万元。因公出国（境）费支出较预算无增减变化，较上年无增减变化。
2.公务用车购置及运行维护费支出8.00万元，较预算减少3.00万元。
"""


def test_a_change_from_the_own_budget_is_read_where_its_figures_are_stated(read):
    found = read(HEBEI_ACCOUNTS)
    assert changes_of(found) == {
        "dept-fiscal-balance.revenue.current-total.total": (100, 2023, "项目增加"),
        "dept-fiscal-balance.expenditure.current-total.total": (
            Decimal("120.36"), 2023, "项目增加"
        ),
        "dept-three-public.three-public": (1, 2023, "车辆老旧"),
        "dept-three-public.abroad": (0, 2023, None),
    }  # fmt: skip
    assert [piece.text for piece in found.unread] == ["3.00万元"]  # the budget of vehicles is not
