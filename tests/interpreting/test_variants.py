"""Other departments' documents of the same template are read just as well."""

import pytest

from yusuan.errors import DocumentError, IdentityError
from yusuan.sidecar import Sidecar

SECTIONS = """一、部门职责及机构设置情况
部门职责：
（一）负责教育工作。
机构设置：
部门机构设置情况
二、部门预算安排的总体情况
1、收入说明
2022年预算收入100.00万元，其中：一般公共预算收入90.00万元，事业收入10.00万元。
2、支出说明
2022年支出预算100.00万元，其中基本支出60.00万元，包括人员经费50.00万元和日常公用经费10.00万元；项目支出40.00万元。
"""
CODES = ("131024220000000000AAA", "131024220000000000BBB", "131024220000000000CCC")


def rows(interpretation, table, *columns):
    return [tuple(row[column] for column in columns) for row in interpretation.rows[table]]


def test_other_projects_with_other_numbers_of_indicators(read, narrative, project_table):
    tables = "".join(
        project_table(f"项目{at}", code, indicators=at + 1, ordinal=at + 1)
        for at, code in enumerate(CODES)
    )
    found = read(narrative(SECTIONS + "第二部分 资金绩效目标\n" + tables))
    assert rows(found, "projects", "project_code", "ordinal") == [
        (code, at + 1) for at, code in enumerate(CODES)
    ]
    assert len(found.rows["performance_targets"]) == 1 + 2 + 3
    assert found.document_id == "131024.401.2022.budget"
    assert found.unread == ()


def test_two_units_instead_of_one(read, narrative, project_table):
    tables = project_table("甲", CODES[0]) + project_table(
        "乙", CODES[1], unit="401002香河县第一中学", ordinal=2
    )
    found = read(narrative(SECTIONS + "第二部分 资金绩效目标\n" + tables))
    assert rows(found, "projects", "name", "org_id") == [
        ("甲", "131024.401001"), ("乙", "131024.401002")
    ]  # fmt: skip
    assert rows(found, "organizations", "org_id", "kind", "parent_org_id") == [
        ("131024.401", "department", None),
        ("131024.401001", "unit", "131024.401"),
        ("131024.401002", "unit", "131024.401"),
    ]


def test_a_project_with_other_funds(read, narrative, project_table):
    table = project_table("甲", CODES[0], money=("12.50", "10.00", "2.50"))
    found = read(narrative(SECTIONS + table))
    lines = [row for row in found.rows["budget_lines"] if row["form"] == "dept-project"]
    assert [(row["fund_source"], row["amount_cny"]) for row in lines] == [
        ("total", 125000), ("fiscal", 100000), ("other", 25000)
    ]  # fmt: skip


def test_a_blank_amount_makes_no_line(read, narrative, project_table):
    found = read(narrative(SECTIONS + project_table("甲", CODES[0], money=("12", "12", ""))))
    lines = [row for row in found.rows["budget_lines"] if row["form"] == "dept-project"]
    assert [row["fund_source"] for row in lines] == ["total", "fiscal"]


@pytest.mark.parametrize("nothing", ["无", "无。", "本部门无此项内容。"])
def test_sections_that_say_nothing(read, narrative, nothing):
    text = SECTIONS + f"三、机关运行经费安排情况\n{nothing}\n七、国有资产信息\n{nothing}\n"
    found = read(narrative(text))
    assert not [row for row in found.rows["budget_lines"] if row["form"] == "dept-operating"]
    status = dict(rows(found, "disclosure_items", "requirement", "status"))
    assert status["operating-statement"] == "empty-with-note"
    assert status["asset-statement"] == "empty-with-note"
    assert found.unread == ()


@pytest.mark.parametrize(
    ("sentence", "change", "base", "reason"),
    [
        ("2022年支出预算100.00万元，较2021年预算增加8.50万元，主要原因是人员增加。", 85000, 2021,
         "人员增加"),
        ("2022年支出预算100.00万元，比上年减少8.50万元。", -85000, 2021, None),
        ("2022年支出预算100.00万元，与2021年预算持平。", 0, 2021, None),
    ],
)  # fmt: skip
def test_changes_in_other_words(read, narrative, sentence, change, base, reason):
    found = read(narrative(SECTIONS + f"3、比上年增减情况\n{sentence}\n"))
    assert rows(found, "budget_changes", "change_cny", "base_year", "reason") == [
        (change, base, reason)
    ]


def test_a_change_of_three_public_with_a_reason(read, narrative):
    text = """四、财政拨款“三公”经费预算情况及增减变化原因
2022年，我局财政拨款“三公”经费预算安排2.60万元，较上年减少1.20万元。其中，因公出国（境）费0万元；公务用车购置及运维费2.10万元，较上年减少1.20万元，主要原因是车辆报废；公务接待费0.50万元，与上年持平。
"""
    found = read(narrative(SECTIONS + text))
    lines = [row for row in found.rows["budget_lines"] if row["form"] == "dept-three-public"]
    assert [(row["item"], row["amount_cny"]) for row in lines] == [
        ("three-public", 26000), ("abroad", 0), ("vehicles", 21000), ("reception", 5000)
    ]  # fmt: skip
    assert rows(found, "budget_changes", "item", "change_cny", "reason") == [
        ("three-public", -12000, None),
        ("vehicles", -12000, "车辆报废"),
        ("reception", 0, None),
    ]


def test_a_figure_that_is_not_understood_is_named_and_not_guessed(read, narrative):
    text = SECTIONS + "3、比上年增减情况\n另有某某专用拨付款项7.77万元。\n"
    found = read(narrative(text))
    assert [unread.text for unread in found.unread] == ["7.77万元"]
    assert not [row for row in found.rows["budget_lines"] if row["printed"] == "7.77"]


def test_an_unknown_section_is_named(read, narrative):
    found = read(narrative(SECTIONS + "三、对外宣传情况\n编印手册三种。\n"))
    assert [(unread.section, unread.text) for unread in found.unread] == [
        ("三、对外宣传情况", "三、对外宣传情况"), ("三、对外宣传情况", "编印手册三种。")
    ]  # fmt: skip


def test_an_unknown_table_is_named(read, narrative):
    table = "\t品名\n\t颜色\n\n\t甲\n\t红\n\n\n"
    found = read(narrative(SECTIONS + table))
    assert [unread.text for unread in found.unread] == ["品名", "颜色", "甲", "红"]
    assert found.extraction.tables == 1
    assert found.extraction.tables_interpreted == 0


def test_a_project_without_a_code_gets_one_of_its_own(read, narrative, project_table):
    found = read(narrative(SECTIONS + project_table("甲", "")))
    ((code,),) = rows(found, "projects", "project_code")
    assert code.startswith("131024.401.2022.n-")


def test_the_same_figure_stated_otherwise_is_kept_beside_the_first(read, narrative):
    text = SECTIONS + "3、比上年增减情况\n2022年支出预算101.00万元。\n"
    found = read(narrative(text))
    keys = [
        key for (key,) in rows(found, "budget_lines", "line_key") if "expenditure-text.total" in key
    ]
    assert keys == ["dept-expenditure-text.total", "dept-expenditure-text.total.2"]


def test_the_sidecar_wins(read, narrative):
    sidecar = Sidecar(department="香河县体育局", budget_code="777", year=2023, region="131024")
    found = read(narrative(SECTIONS), sidecar)
    assert found.document_id == "131024.777.2023.budget"
    assert found.rows["organizations"][0]["name"] == "香河县体育局"


def test_a_department_without_a_budget_code(read, narrative):
    found = read(narrative(SECTIONS))
    assert found.document_id.startswith("131024.n-")


def test_a_document_that_is_no_disclosure(read):
    with pytest.raises(DocumentError) as caught:
        read("香河县教育局2022年部门预算\n今天天气很好。\n")
    assert "没有认出任何预算公开的内容" in caught.value.text("zh")


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("关于工作的说明", "看不出是哪个部门的预算"),
        ("编制部门：香河县教育局", "看不出是哪一年的预算"),
        ("某某部教育局2022年部门预算信息公开情况说明", "看不出属于哪个县（区）"),
    ],
)
def test_what_cannot_be_told_is_asked_for(read, title, words):
    with pytest.raises(IdentityError) as caught:
        read(f"{title}\n三、机关运行经费安排情况\n安排1万元。\n")
    assert words in caught.value.text("zh")
    assert "disclosure.toml" in caught.value.text("zh")


def test_an_amount_without_a_unit_is_not_guessed(read, narrative, project_table):
    table = project_table("甲", CODES[0]).replace("\t单位：万元\n", "")
    found = read(narrative(SECTIONS + table))
    assert not [row for row in found.rows["budget_lines"] if row["form"] == "dept-project"]
    assert "10.00" in [unread.text for unread in found.unread]


def test_a_caption_that_stands_as_a_paragraph_over_the_table(read, narrative):
    text = (
        "七、国有资产信息\n上年末固定资产见下表。\n编制部门：香河县教育局 截止时间：2021年6月30日\n"
        "单位：元\n\t项目\n\t数量\n\t价值\n\n\t资产总额\n\t——\n\t120\n\n\t车辆\n\t1\n\t100\n\n\n"
    )
    found = read(narrative(SECTIONS + text))
    assert [(str(r["as_of"]), r["amount_cny"], r["unit"]) for r in found.rows["assets"]] == [
        ("2021-06-30", 120, "元"), ("2021-06-30", 100, "元")
    ]  # fmt: skip
    narratives = [row["text"] for row in found.rows["text_items"] if row["kind"] == "narrative"]
    assert "上年末固定资产见下表。" in narratives
    assert not [text for text in narratives if "编制部门" in text]
