"""Wordings that tempt a reader to say more than the document says."""

import pytest

from yusuan.errors import IdentityError
from yusuan.sidecar import Sidecar

BODY = "二、部门预算安排的总体情况\n1、收入说明\n2022年预算收入100.00万元。\n"
THREE = "四、财政拨款“三公”经费预算情况及增减变化原因\n"


@pytest.fixture
def lines(read, narrative):
    """Return (key, yuan) of each line, (key, yuan, reason) of each change, and what is unread."""

    def of(text):
        found = read(narrative(BODY + text))
        return (
            [(r["line_key"], r["amount_cny"]) for r in found.rows["budget_lines"]][1:],
            [(r["change_key"], r["change_cny"], r["reason"]) for r in found.rows["budget_changes"]],
            [unread.text for unread in found.unread],
        )

    return of


def test_last_years_amount_is_not_this_years(lines):
    found, changes, unread = lines(
        THREE + "2022年，我局“三公”经费预算安排3.8万元，2021年为5万元，减少1.2万元。\n"
    )
    assert found == [
        ("dept-three-public.three-public", 38000), ("dept-three-public.three-public.2021", 50000)
    ]  # fmt: skip
    assert [change for _, change, _ in changes] == [-12000]
    assert unread == []


def test_a_sentence_that_is_a_name_says_what_the_next_is_about(lines):
    text = "（三）公务接待费。2022年预算安排1.5万元，较2021年减少0.3万元。\n"
    found, changes, unread = lines(THREE + text)
    assert found == [("dept-three-public.reception", 15000)]
    assert changes == [("dept-three-public.reception", -3000, None)]
    assert unread == []


def test_numbered_names_in_one_paragraph(lines):
    text = "1.因公出国(境)费0万元,与上年持平。2.公务接待费2万元,比上年减少0.2万元。\n"
    found, changes, _ = lines(THREE + text)
    assert found == [("dept-three-public.abroad", 0), ("dept-three-public.reception", 20000)]
    assert [(key, change) for key, change, _ in changes] == [
        ("dept-three-public.abroad", 0), ("dept-three-public.reception", -2000)
    ]  # fmt: skip


def test_what_follows_an_unknown_name_is_about_the_unknown(lines):
    found, changes, unread = lines("3、比上年增减情况\n某某基金7万元，比上年增加1万元。\n")
    assert (found, changes) == ([], [])
    assert unread == ["7万元", "1万元"]


def test_a_part_of_the_income_is_no_expenditure(lines):
    found, _, unread = lines("1、收入说明\n一般公共预算收入90.00万元（其中：本级80.00万元）。\n")
    assert found == [("dept-revenue-text.general", 900000)]
    assert unread == ["80.00万元"]


def test_less_of_a_negative_is_not_guessed(lines):
    _, changes, unread = lines("3、比上年增减情况\n基本支出减少-12.00万元。\n")
    assert changes == []
    assert unread == ["-12.00万元"]


def test_a_reason_ends_where_the_next_figure_begins(lines):
    text = (
        "公务用车购置费3万元，较上年增加3万元，主要原因是购置1辆，公务用车运维费1万元，"
        "较上年减少1万元，下降50%，主要是厉行节约。\n"
    )
    _, changes, _ = lines(THREE + text)
    assert [reason for _, _, reason in changes] == ["购置1辆", "厉行节约"]


def test_full_width_figures_in_a_sentence(lines):
    found, _, unread = lines("2、支出说明\n２０２２年支出预算４６２４．６４万元。\n")
    assert found == [("dept-expenditure-text.total", 46246400)]
    assert unread == []


def test_money_where_nobody_expects_it_is_named(lines):
    _, _, unread = lines("九、其他需要说明的事项\n对外捐赠12.5万元。\n")
    assert unread == ["12.5万元"]


CODE = "131024220000000000AAA"


def test_two_projects_of_one_code_are_both_kept(read, narrative, project_table):
    tables = project_table("甲", CODE) + project_table("乙", CODE, ordinal=2)
    found = read(narrative(BODY + tables))
    assert [row["project_code"] for row in found.rows["projects"]] == [CODE, f"{CODE}.2"]
    assert len({row["target_key"] for row in found.rows["performance_targets"]}) == 4


def test_the_unit_of_one_project_is_not_that_of_another(read, narrative, project_table):
    second = project_table("乙", f"{CODE[:-1]}B", ordinal=2).replace("单位：万元", "单位：元")
    third = project_table("丙", f"{CODE[:-1]}C", ordinal=3).replace("\t单位：万元\n", "")
    found = read(narrative(BODY + project_table("甲", CODE) + second + third))
    totals = [r for r in found.rows["budget_lines"] if r["form"] == "dept-project"]
    totals = [row["amount_cny"] for row in totals if row["role"] == "total"]
    assert totals == [100000, 10]
    assert "10.00" in [unread.text for unread in found.unread]


def test_a_unit_in_the_cell_wins(read, narrative, project_table):
    table = project_table("甲", CODE, money=("12万元", "120000元", "约2"))
    found = read(narrative(BODY + table))
    lines = [r for r in found.rows["budget_lines"] if r["form"] == "dept-project"]
    assert [(r["amount_cny"], r["printed"], r["unit"]) for r in lines] == [
        (120000, "12", "万元"), (120000, "120000", "元")
    ]  # fmt: skip
    assert [unread.text for unread in found.unread] == ["约2"]


PROCUREMENT = """六、政府采购预算情况
政府采购预算安排30.00万元，另有7.00万元。
\t香河县教育局\n\t单位：万元\n
\t项目名称\n\t采购物品名称\n\t政府采购目录序号\n\t计量单位\n\t数量\n\t单价\n\t合计\n\t一般公共预算拨款\n
\t货物类\n\t\n\t\n\t\n\t\n\t\n\t30.00\n\t30.00\n
\t甲项目\n\t台式机\n\tA02010104\n\t台\n\t10台\n\t1.00\n\t10.00\n\t10.00\n
\t\n\t打印机\n\tA02010601\n\t台\n\t20\n\t1.00\n\t20.00\n\t20.00\n
\t合计\n\t\n\t\n\t\n\t\n\t\n\t30.00\n\t30.00\n

"""


def test_leaves_of_procurement_add_up_once_and_merged_names_go_on(read, narrative):
    found = read(narrative(BODY + PROCUREMENT))
    leaves = [row for row in found.rows["procurement_items"] if row["role"] == "leaf"]
    assert [(r["item_name"], r["project_name"], r["amount_cny"]) for r in leaves] == [
        ("台式机", "甲项目", 100000), ("打印机", "甲项目", 200000)
    ]  # fmt: skip
    # 30.00 stands in the table, too; 7.00 doesn't, and 10台 is no number.
    assert [unread.text for unread in found.unread] == ["7.00万元", "10台"]


def test_a_title_that_begins_with_about(read):
    text = f"关于香河县教育局2022年部门预算信息公开的说明\n{BODY}"
    assert read(text).rows["organizations"][0]["name"] == "香河县教育局"


def test_a_region_that_is_none_is_asked_for(read, narrative):
    with pytest.raises(IdentityError):
        read(narrative(BODY), Sidecar(region="999999"))


def test_a_heading_of_unknown_wording_still_ends_the_section_before(read):
    text = (
        "香河县教育局2022年部门预算信息公开情况说明\n一、部门职责及机构设置情况\n机构设置：\n"
        "下设三个股室。\n二、关于其他方面的安排\n安排5.00万元。\n"
    )
    found = read(text)
    organisation = [r["text"] for r in found.rows["text_items"] if r["kind"] == "organisation"]
    assert organisation == ["下设三个股室。"]
    assert "安排5.00万元。" in [unread.text for unread in found.unread]


def test_a_list_that_counts_as_sections_do_stays_a_list(read):
    text = (
        "香河县教育局2022年部门预算信息公开情况说明\n一、部门职责及机构设置情况\n部门职责：\n"
        "一、负责教育\n二、负责体育\n二、机关运行经费安排情况\n安排1万元。\n"
    )
    found = read(text)
    duties = [r["text"] for r in found.rows["text_items"] if r["kind"] == "duty"]
    assert duties == ["负责教育", "负责体育"]
    assert [r["amount_cny"] for r in found.rows["budget_lines"]] == [10000]


HEADER = "\t一级指标\n\t二级指标\n\t三级指标\n\t绩效指标描述\n\t指标值\n\t指标值确定依据\n\n"


def test_a_header_that_stands_again_on_the_next_page(read, narrative, project_table):
    table = project_table("甲", CODE, indicators=1).rstrip("\n") + "\n\n"
    again = HEADER + "\t\n\t\n\t另一指标\n\t描述\n\t≥5个\n\t历史数据\n\n\n"
    found = read(narrative(BODY + table + again))
    targets = [(r["name"], r["level1"], r["level2"]) for r in found.rows["performance_targets"]]
    assert targets == [("指标0", "output", "quantity"), ("另一指标", "output", "quantity")]


def test_the_departments_table_parted_in_two(read, narrative):
    row = "\t{}\n\t{}\n\t{}\n\t描述\n\t≥90%\n\t历史\n\n"
    text = (
        "五、绩效预算信息\n（四）部门整体支出绩效指标\n" + HEADER
        + row.format("部门产出", "数量", "甲") + "\n续表\n" + row.format("", "", "乙") + "\n"
    )  # fmt: skip
    found = read(narrative(BODY + text))
    assert [(r["name"], r["level2"]) for r in found.rows["performance_targets"]] == [
        ("甲", "quantity"), ("乙", "quantity")
    ]  # fmt: skip
