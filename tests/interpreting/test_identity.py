"""Whose disclosure a document is: told by its title, its labels and what else it says."""

from __future__ import annotations

import pytest

from yusuan.codes import remit_of
from yusuan.errors import IdentityError
from yusuan.interpreting.identity import identify, kind_of
from yusuan.interpreting.titles import parse, squeezed
from yusuan.reading.document import Paragraph
from yusuan.reading.dump import read_txt
from yusuan.sidecar import Sidecar


def identity(text: str, sidecar: Sidecar | None = None):
    return identify(read_txt(text.encode()), sidecar or Sidecar(), "document.txt")


def table(*rows: tuple[str, ...]) -> str:
    return "".join("".join(f"\t{cell}\n" for cell in row) + "\n" for row in rows) + "\n"


# title, name, year, type, of a single unit
BUDGET, FINAL, PERFORMANCE = "budget", "final-accounts", "performance"
TITLES = [
    ("香河县工业和信息化局2021年部门预算信息公开情况说明", "香河县工业和信息化局", 2021, BUDGET, 0),
    ("上海市普陀区2025年区级部门预算", "", 2025, BUDGET, 0),
    ("上海市普陀区2025年区级单位预算", "", 2025, BUDGET, 1),
    ("香河县教育局2024年部门预算公开", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局2024年度部门决算", "香河县教育局", 2024, FINAL, 0),
    ("香河县教育局2024年度部门决算公开说明", "香河县教育局", 2024, FINAL, 0),
    ("2024年香河县教育局部门预算公开", "香河县教育局", 2024, BUDGET, 0),
    ("2024年度香河县教育局部门决算", "香河县教育局", 2024, FINAL, 0),
    ("关于香河县教育局2024年部门预算的说明", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局关于2024年部门预算公开的说明", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局关于公开2024年部门预算的通知", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局部门2024年预算公开", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局（部门）2024年预算公开", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局（本级）2024年部门预算", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局本级2024年部门预算", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局本级2024年单位预算", "香河县教育局本级", 2024, BUDGET, 1),
    ("香河县第一中学2024年单位预算公开", "香河县第一中学", 2024, BUDGET, 1),
    ("香河县第一中学2023年度单位决算", "香河县第一中学", 2023, FINAL, 1),
    ("2023年度香河县第一中学单位决算公开", "香河县第一中学", 2023, FINAL, 1),
    ("香河县教育局二〇二四年部门预算", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局二○二四年部门预算", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局二零二四年度部门决算", "香河县教育局", 2024, FINAL, 0),
    ("香河县教育局二O二四年部门预算", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局２０２４年部门预算", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局 2024 年部门预算", "香河县教育局", 2024, BUDGET, 0),
    ("香 河 县 教 育 局 2024 年 部 门 预 算", "香河县教育局", 2024, BUDGET, 0),
    ("2024年部门预算公开（香河县教育局）", "香河县教育局", 2024, BUDGET, 0),
    ("2024年度部门决算(香河县教育局)", "香河县教育局", 2024, FINAL, 0),
    ("附件1：香河县教育局2024年部门预算", "香河县教育局", 2024, BUDGET, 0),
    ("附件：香河县教育局2024年度部门决算公开", "香河县教育局", 2024, FINAL, 0),
    ("《香河县教育局2024年部门预算》", "香河县教育局", 2024, BUDGET, 0),
    ("香河县2024年教育局部门预算", "香河县教育局", 2024, BUDGET, 0),
    ("香河县2024年部门预算", "", 2024, BUDGET, 0),
    ("2024年度部门决算", "", 2024, FINAL, 0),
    ("2024年部门预算公开", "", 2024, BUDGET, 0),
    ("2024年部门预算编制说明", "", 2024, BUDGET, 0),
    ("廊坊市财政局2024年部门预算", "廊坊市财政局", 2024, BUDGET, 0),
    ("河北省财政厅2024年度部门决算", "河北省财政厅", 2024, FINAL, 0),
    ("河北省廊坊市香河县教育局2024年部门预算", "河北省廊坊市香河县教育局", 2024, BUDGET, 0),
    ("中共香河县委组织部2024年部门预算公开", "中共香河县委组织部", 2024, BUDGET, 0),
    (
        "中国共产党香河县委员会组织部2024年度部门决算",
        "中国共产党香河县委员会组织部",
        2024,
        FINAL,
        0,
    ),
    (
        "香河县人民代表大会常务委员会办公室2024年部门预算",
        "香河县人民代表大会常务委员会办公室",
        2024,
        BUDGET,
        0,
    ),
    (
        "上海市普陀区人民政府万里街道办事处2024年部门预算",
        "上海市普陀区人民政府万里街道办事处",
        2024,
        BUDGET,
        0,
    ),
    ("平山县下口镇财政所2025年部门预算", "平山县下口镇财政所", 2025, BUDGET, 0),
    ("香河县蒋辛屯镇人民政府2025年部门预算信息公开", "香河县蒋辛屯镇人民政府", 2025, BUDGET, 0),
    ("香河经济开发区管理委员会2024年部门预算", "香河经济开发区管理委员会", 2024, BUDGET, 0),
    ("共青团香河县委员会2024年度部门决算", "共青团香河县委员会", 2024, FINAL, 0),
    ("香河县人民医院2024年单位预算", "香河县人民医院", 2024, BUDGET, 1),
    ("香河县教育局部门预算2024年公开", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局2024年预算公开", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局2024年决算公开报告", "香河县教育局", 2024, FINAL, 0),
    ("香河县教育局2024年预决算公开", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局2024年度收支预算公开", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局2023年度部门整体支出绩效自评报告", "香河县教育局", 2023, PERFORMANCE, 0),
    ("香河县教育局2024年部门预算绩效文本", "香河县教育局", 2024, PERFORMANCE, 0),
    ("香河县教育局2024年度部门整体绩效目标", "香河县教育局", 2024, PERFORMANCE, 0),
    ("香河县教育局2024年部门预算公开及绩效目标", "香河县教育局", 2024, BUDGET, 0),
    ("香河县教育局2023年度部门决算公开（含绩效评价）", "香河县教育局", 2023, FINAL, 0),
    ("香河县教育局部门预算公开", "香河县教育局", None, BUDGET, 0),
    ("杭州市余杭区教育局2025年部门预算", "杭州市余杭区教育局", 2025, BUDGET, 0),
    (
        "内蒙古自治区呼和浩特市新城区教育局2024年部门预算",
        "内蒙古自治区呼和浩特市新城区教育局",
        2024,
        BUDGET,
        0,
    ),
    ("北京市海淀区财政局2025年度部门预算信息", "北京市海淀区财政局", 2025, BUDGET, 0),
    ("2025年区级部门预算", "", 2025, BUDGET, 0),
    ("香河县教育局2025年县级部门预算", "香河县教育局", 2025, BUDGET, 0),
    ("香河县教育局2025年本级预算", "香河县教育局", 2025, BUDGET, 0),
    ("香河县教育局2024年部门预算表", "香河县教育局", 2024, BUDGET, 0),
    ("2023年度中共香河县委办公室部门决算", "中共香河县委办公室", 2023, FINAL, 0),
]


@pytest.mark.parametrize(("text", "name", "year", "doc_type", "is_unit"), TITLES)
def test_a_title_says_whose_which_year_and_what(text, name, year, doc_type, is_unit) -> None:
    parts = parse(squeezed(Paragraph(text, 0, len(text))).text)
    assert parts is not None
    found = (parts.name, parts.year, parts.doc_type, parts.is_unit)
    assert found == (name, year, doc_type, bool(is_unit))


@pytest.mark.parametrize(
    "text",
    [
        "1. 2025年部门财务收支预算总表  ……………",
        "2025年部门一般公共预算支出功能分类预算表",
        "第二部分 2024年部门预算表",
        "二、部门预算安排的总体情况",
        "（一）2024年部门预算收入情况",
        "2024年，香河县教育局预算收入4624.64万元。",
        "按照《中华人民共和国预算法》，现将2024年部门预算公开如下：",
        "部门收支总表",
        "公开01表",
        "目录",
        "部门预算",
        "贯彻落实2024年预算",
    ],
)
def test_a_caption_a_section_and_a_sentence_are_no_title(text) -> None:
    assert parse(squeezed(Paragraph(text, 0, len(text))).text) is None


@pytest.mark.parametrize(
    ("cover", "department", "year", "doc_type"),
    [
        ("香河县教育局\n2024年部门预算公开\n", "香河县教育局", 2024, "budget"),
        ("2024年度\n香河县教育局\n部门决算\n", "香河县教育局", 2024, "final-accounts"),
        ("香河县教育局\n二〇二四年\n部门预算\n", "香河县教育局", 2024, "budget"),
        ("2024年度部门决算\n香河县教育局\n", "香河县教育局", 2024, "final-accounts"),
        ("香河县教育局\n一、部门职责\n2024年部门预算\n", "香河县教育局", 2024, "budget"),
        ("2024年部门预算\n\n单位名称：香河县教育局\n", "香河县教育局", 2024, "budget"),
    ],
)
def test_a_title_may_run_over_lines(cover, department, year, doc_type) -> None:
    found = identity(cover + "一、部门职责\n")
    assert (found.department, found.fiscal_year, found.doc_type) == (department, year, doc_type)
    assert found.region_code == "131024"


@pytest.mark.parametrize(
    "label",
    [
        "预算主管部门：上海市普陀区财政局",
        "编制部门：上海市普陀区财政局  单位：元",
        "编制部门：上海市普陀区财政局单位：元",
        "编制部门：上海市普陀区财政局 截止时间：2025年1月",
        "编制部门：上 海 市 普 陀 区 财 政 局",
        "部门名称：上海市普陀区财政局",
        "部门：上海市普陀区财政局",
        "部门：304上海市普陀区财政局",
        "部门名称：[304]上海市普陀区财政局",
        "编制单位:上海市普陀区财政局（公章）",
        "部门（单位）名称：上海市普陀区财政局",
        "预 算 部 门：上海市普陀区财政局",
        "单位名称：上海市普陀区财政局本级",
    ],
)
def test_a_label_names_the_department(label) -> None:
    found = identity(f"上海市普陀区2025年区级部门预算\n{label}\n")
    assert (bare_of(found), found.region_code, found.fiscal_year) == (
        "上海市普陀区财政局",
        "310107",
        2025,
    )
    assert found.budget_code == ("304" if "304" in label else "")


def bare_of(found) -> str:
    return found.department.removesuffix("本级")


def test_a_label_may_stand_in_the_cell_before_the_name() -> None:
    found = identity("2024年部门预算\n" + table(("部门名称", "香河县教育局", "单位：万元")))
    assert found.department == "香河县教育局"


def test_the_heading_of_a_chapter_names_the_department_where_nothing_else_does() -> None:
    found = identity("2024年度部门决算\n第一部分 香河县教育局概况\n")
    assert (found.department, found.doc_type) == ("香河县教育局", "final-accounts")


@pytest.mark.parametrize(
    ("name", "year", "code"),
    [
        ("香河县教育局", 2024, "131024"),
        ("香河县教育局", 1987, "132823"),  # the code of the county until 1988
        ("河北省廊坊市香河县教育局", 2024, "131024"),
        ("廊坊市香河县教育局", 2024, "131024"),
        ("河北香河县教育局", 2024, "131024"),
        ("廊坊市财政局", 2024, "131000"),
        ("河北省财政厅", 2024, "130000"),
        ("上海市普陀区财政局", 2024, "310107"),
        ("舟山市普陀区财政局", 2024, "330903"),
        ("上海市财政局", 2024, "310000"),
        ("三河市财政局", 2024, "131082"),
        ("中共香河县委组织部", 2024, "131024"),
        ("中国共产党香河县委员会办公室", 2024, "131024"),
        ("政协香河县委员会办公室", 2024, "131024"),
        ("国家税务总局香河县税务局", 2024, "131024"),
        ("国家统计局香河调查队", 2024, "131024"),
        ("香河经济开发区管理委员会", 2024, "131024"),
        ("河北香河经济开发区管理委员会", 2024, "131024"),
        ("廊坊经济技术开发区管理委员会", 2024, "131000"),
        ("杭州市临平区财政局", 2022, "330113"),
        ("杭州市临平区财政局", 2020, "330113"),  # final accounts of 2020, under the name of 2021
        ("湘西州人民代表大会常务委员会", 2024, "433100"),
        ("湖北省恩施州利川市教育局", 2024, "422802"),
        ("大厂县教育局", 2024, "131028"),
        ("景宁县财政局", 2024, "331127"),
        ("鄂伦春旗财政局", 2024, "150723"),
        ("财政部", 2024, "100000"),
        ("中华人民共和国财政部", 2024, "100000"),
        ("财政部上海监管局", 2024, "100000"),
        ("教育部考试中心", 2024, "100000"),
        ("国家税务总局", 2024, "100000"),
        ("审计署", 2023, "100000"),
    ],
)
def test_a_name_tells_the_region(name, year, code) -> None:
    said = Sidecar(department=name, year=year)
    assert identity("部门预算\n", said).region_code == code


def test_two_counties_of_one_name_are_told_apart_by_the_text() -> None:
    text = "普陀区财政局2024年部门预算\n"
    assert identity(text + "贯彻执行上海市财政工作的方针。\n").region_code == "310107"
    assert identity(text + "浙江省舟山市普陀区财政局负责本区财政。\n").region_code == "330903"
    assert identity(text, Sidecar(region="310107")).region_code == "310107"


def test_a_name_that_two_counties_have_is_asked_for() -> None:
    with pytest.raises(IdentityError) as caught:
        identity("普陀区财政局2024年部门预算\n")
    assert str(caught.value).startswith(
        "document.txt: several regions have this name, and which one is meant can't be told: "
        "上海市普陀区、浙江省舟山市普陀区\n"
    )


def test_a_department_without_its_region_takes_the_one_that_the_text_names() -> None:
    text = "教育局2024年部门预算\n"
    assert identity(text + "贯彻县委、县政府关于香河县教育的决定。\n").region_code == "131024"
    for unclear in ("", "香河县和大厂回族自治县的学校。\n"):
        with pytest.raises(IdentityError):
            identity(text + unclear)


@pytest.mark.parametrize(
    ("text", "unit", "parent"),
    [
        (
            "上海市普陀区2025年区级单位预算\n预算主管部门：上海市普陀区教育局\n预算单位：上海市普陀区中山北路第一小学\n",
            "上海市普陀区中山北路第一小学",
            "上海市普陀区教育局",
        ),
        (
            "香河县第一中学2024年单位预算\n一、单位职责\n香河县第一中学是香河县教育局下属事业单位。\n",
            "香河县第一中学",
            "香河县教育局",
        ),
        ("香河县第一中学2024年单位预算\n一、单位职责\n", "香河县第一中学", ""),
        ("香河县教育局本级2024年单位预算\n", "香河县教育局本级", "香河县教育局"),
    ],
)
def test_the_budget_of_a_unit_has_its_department_above(text, unit, parent) -> None:
    found = identity(text)
    assert (found.department, found.kind, found.parent) == (unit, "unit", parent)
    department = identity(f"{parent}2024年部门预算\n") if parent else None
    assert found.parent_org_id == (None if department is None else department.org_id)
    assert found.org_id != found.parent_org_id


def test_a_unit_with_a_budget_code_lies_below_its_department() -> None:
    found = identity(
        "香河县第一中学2024年单位预算\n单位名称：304002香河县第一中学\n主管部门：香河县教育局\n"
    )
    assert (found.org_id, found.parent_org_id) == ("131024.304002", "131024.304")


def test_a_department_has_one_id_over_the_years_and_for_all_spellings() -> None:
    names = [
        "上海市普陀区财政局",
        "普陀区财政局",
        "上海市普陀区财政局（本级）",
        "上海市 普陀区 财政局",
    ]
    texts = [f"{name}{year}年部门预算\n上海市\n" for name in names for year in (2022, 2025)]
    assert len({identity(text).org_id for text in texts}) == 1
    assert identity("舟山市普陀区财政局2025年部门预算\n").org_id.startswith("330903.n-")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上海市普陀区万里街道办事处", "上海市普陀区人民政府万里街道办事处"),
        ("中共香河县委组织部", "中国共产党香河县委员会组织部"),
        ("香河县委组织部", "中国共产党香河县委员会组织部"),
        ("香河县人大常委会办公室", "香河县人民代表大会常务委员会办公室"),
        ("共青团香河县委员会", "中国共产主义青年团香河县委员会"),
        ("政协香河县委员会办公室", "中国人民政治协商会议河北省香河县委员会办公室"),
        ("河北省廊坊市香河县教育局", "香河县教育局"),
    ],
)
def test_short_and_full_names_are_one_department(one, other) -> None:
    first, second = (identity(f"{name}2024年部门预算\n").org_id for name in (one, other))
    assert first == second


def test_a_label_of_another_body_is_no_spelling_of_the_department() -> None:
    found = identity(
        "香河县教育局2024年部门预算\n单位名称：香河县第一中学\n主管部门：河北省教育厅\n部门：香河县教育和体育局\n"
    )
    assert [mention.name for mention in found.department_names] == [
        "香河县教育局",
        "香河县教育和体育局",
    ]


@pytest.mark.parametrize(
    ("name", "kind", "remit"),
    [
        ("上海市普陀区人民政府万里街道办事处", "township", "subdistrict"),
        ("万里街道", "township", "subdistrict"),
        ("香河县蒋辛屯镇人民政府", "township", "township"),
        ("平山县下口镇财政所", "township", "finance"),
        ("香河县人民政府", "government", "general-office"),
        ("香河县工业和信息化局", "department", "industry-it"),
        ("政协香河县委员会办公室", "department", "cppcc"),
        ("中国人民政治协商会议香河县委员会", "department", "cppcc"),
        ("中共香河县委办公室", "department", "general-office"),
        ("香河县就业创业服务中心", "department", "human-resources"),
        ("香河县海洋发展局", "department", "natural-resources"),
        ("香河县第三幼儿园", "unit", "education"),
        ("香河县钱旺镇中心卫生院", "unit", "health"),
        ("财政部", "department", "finance"),
        ("香河县科学技术和工业信息化局", "department", "industry-it"),
        ("上海市普陀区经济和信息化委员会", "department", "industry-it"),
        ("上海市普陀区科学技术和经济委员会", "department", "industry-it"),
        ("杭州市余杭区经济信息化和科学技术局", "department", "industry-it"),
        ("上海市普陀区财政局", "department", "finance"),
        ("香河县蒋辛屯镇中心小学", "unit", "education"),
        ("香河县卫生健康局", "department", "health"),
        ("香河县委社会工作部", "department", "civil-affairs"),
        ("香河县数据和政务服务局", "department", "administrative-approval"),
        ("上海市普陀区国防动员办公室", "department", "general-office"),
        ("中国共产党香河县委员会政法委员会", "department", "politics-law"),
    ],
)
def test_kind_and_remit_follow_from_the_name(name, kind, remit) -> None:
    assert (kind_of(name), remit_of(name)) == (kind, remit)


def test_final_accounts_without_a_title_are_told_by_their_captions() -> None:
    found = identity(
        "部门：香河县教育局\n收入支出决算总表\n" + table(("2023年度部门决算", "金额单位：万元"))
    )
    assert (found.doc_type, found.fiscal_year) == ("final-accounts", 2023)
    assert found.title == "香河县教育局2023年部门决算"


@pytest.mark.parametrize(
    ("file", "department", "remit", "kind", "year"),
    [
        ("putuo-caizheng-2025.pdf", "上海市普陀区财政局", "finance", "department", 2025),
        (
            "putuo-wanli-2024.pdf",
            "上海市普陀区人民政府万里街道办事处",
            "subdistrict",
            "township",
            2024,
        ),
        (
            "putuo-wanli-2025.pdf",
            "上海市普陀区人民政府万里街道办事处",
            "subdistrict",
            "township",
            2025,
        ),
    ],
)
def test_real_disclosures_say_whose_they_are(
    disclosures, file, department, remit, kind, year
) -> None:
    pdf = pytest.importorskip("yusuan.reading.pdf")
    found = identify(pdf.read_pdf((disclosures / file).read_bytes()), Sidecar(), file)
    assert (found.department, found.region_code, found.fiscal_year) == (department, "310107", year)
    assert (found.doc_type, found.kind, remit_of(department)) == ("budget", kind, remit)
    assert [mention.name for mention in found.department_names] == [department]
