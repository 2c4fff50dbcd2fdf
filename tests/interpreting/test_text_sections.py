"""Where a document is cut: the titles of sections, as other places word and set them."""

import pytest

from yusuan.interpreting.sections import split
from yusuan.reading.dump import read_txt

HUBEI, SICHUAN, JIANGSU = "咸宁市第三初级中学", "大英县隆盛镇石门小学校", "南京市玄武区教育局"


def keys(text):
    """Return (key, heading) of each section behind the first."""
    return [(one.key, one.title) for one in split(read_txt(text.encode()))[1:]]


@pytest.mark.parametrize(
    ("title", "key"),
    [
        # ministries 2024 (财政部)
        ("一、关于财政部2024年收支总表的说明", "balance-text"),
        ("二、关于财政部2024年收入总表的说明", "revenue-text"),
        ("三、关于财政部2024年支出总表的说明", "expenditure-text"),
        ("四、关于财政部2024年财政拨款收支总表的说明", "fiscal-balance-text"),
        ("五、关于财政部2024年一般公共预算支出表的说明", "general-text"),
        ("六、关于财政部2024年一般公共预算基本支出表的说明", "general-basic-text"),
        ("七、关于财政部2024年“三公”经费预算财政拨款情况的说明", "three-public"),
        ("八、关于财政部2024年政府性基金预算支出表的说明", "fund-text"),
        ("九、关于财政部2024年国有资本经营预算支出表的说明", "state-capital-text"),
        # Hubei 2024
        ("一、部门主要职责及机构设置情况", "duties-organisation"),
        ("三、人员及编制情况", "staff"),
        ("四、部门年度工作重点", "work"),
        ("一、预算收支安排及增减变化情况说明", "arrangement"),
        ("二、机关运行经费安排及增减变化情况说明", "operating"),
        ("三、政府采购预算安排及增减变化情况说明", "procurement"),
        ("四、“三公”经费预算安排及增减变化原因情况说明", "three-public"),
        ("五、国有资产占用及增减变化情况说明", "assets"),
        ("一、部门（单位）主要职责", "duties"),
        ("八、重点项目预算绩效情况", "performance"),
        # Jiangsu 2024
        ("二、部门机构设置及预算单位构成情况", "organisation"),
        ("三、2024年度部门主要工作任务及目标", "work"),
        ("五、财政拨款支出预算情况说明", "fiscal-expenditure-text"),
        ("九、一般公共预算“三公”经费、会议费、培训费支出预算情况说明", "three-public"),
        ("十二、一般公共预算机关运行经费支出预算情况说明", "operating"),
        ("十三、政府采购支出预算情况说明", "procurement"),
        # Sichuan 2024
        ("一、基本职能及主要工作", "duties"),
        ("八、“会议费”“培训费”“差旅费”财政拨款预算安排情况说明", "conference-training"),
        # Beijing 2024
        ("一、部门情况说明", "overview"),
        ("（一）本部门性质、职责等情况", "duties"),
        ("五、其他情况说明", "other-information"),
        # Hunan 2023, 2024
        ("二、机构设置及决算单位构成", "organisation"),
        ("十一、一般性支出情况说明", "conference-training"),
        ("（五）国有资产占用使用及新增资产配置情况", "assets"),
        # Shaanxi 2020
        ("三、部门人员情况", "staff"),
        ("三、2020年度“三公”经费、培训费及会议费支出情况说明", "three-public"),
        ("第四部分 专业名词解释", "terms"),
        # Yunnan 2024
        ("三、预算单位收入情况", "revenue-text"),
        ("五、对下专项转移支付情况", "transfers"),
        ("七、部门“三公”经费增减变化情况及原因说明", "three-public"),
        ("九、其他公开信息", "other-information"),
        # Jiangxi, Xinjiang
        ("（六）机关运行经费等重要事项说明", "operating"),
        ("（一）机关运行经费及公用经费支出情况", "operating"),
        ("十一、预算绩效的情况说明", "performance"),
        # Guangdong 2024
        ("一、部门预算收支增减变化情况", "arrangement"),
        ("六、重点项目绩效情况", "performance"),
        ("二、“三公”经费安排情况", "three-public"),
    ],
)
def test_a_title_opens_its_section(title, key):
    assert keys(f"某局2024年部门预算\n{title}\n某事。\n") == [(key, title)]


@pytest.mark.parametrize(
    "text",
    [
        "一、财政拨款收入：指单位从同级财政部门取得的资金。",
        "（一）公务接待费与2023年预算持平。",
        "一、三公经费支出管理办法由本局负责解释和监督执行",
    ],
)
def test_a_sentence_opens_none(text):
    assert all(key == "unknown" for key, _ in keys(f"某局2024年部门预算\n{text}\n"))


def test_a_title_may_run_over_two_paragraphs():
    # ministries 2024 (财政部)
    sections = split(
        read_txt("第一部分\n财政部概况\n一、部门职责\n第三部分 2024年部门预算\n情况说明\n".encode())
    )
    assert [(one.key, [more.text for more in one.more]) for one in sections[1:]] == [
        ("overview", ["财政部概况"]),
        ("duties", []),
        ("budget-statement", ["情况说明"]),
    ]


def test_title_and_text_may_stand_in_one_paragraph():
    # Chongqing, Zhejiang: 1.机关运行经费。2024年…
    found = split(
        read_txt(
            "五、其他重要事项的情况说明\n1.机关运行经费。2024年预算5万元。\n"
            "2.政府采购情况：2024年预算6万元。\n3.其他。无。\n".encode()
        )
    )
    assert [(one.key, len(one.paragraphs)) for one in found[1:]] == [
        ("other-information", 0),
        ("operating", 1),
        ("procurement", 2),
    ]


CONTENTS = """目 录
第一部分 部门概况
一、主要职责
二、机构设置
第四部分 部门预算表
反映本部门（含所属二级单位）预算收支的总体情况。
一、部门收支总表
八、政府性基金预算支出表（如无数据也要公开此表）
第一部分 部门概况
一、主要职责
（一）办事。
"""


def test_a_remark_in_the_contents_does_not_end_them():
    # Hubei 2024
    assert keys("某局2024年部门预算\n" + CONTENTS) == [
        ("contents", ""),
        ("overview", "第一部分 部门概况"),
        ("duties", "一、主要职责"),
    ]


def test_the_sentence_that_opens_the_text_ends_the_contents():
    # Hebei: the legal basis stands between the contents and the first section
    text = (
        "某局2024年部门预算\n目录\n一、部门职责\n二、名词解释\n按照《预算法》，现公开如下：。\n"
        "一、部门职责\n（一）办事。\n二、名词解释\n"
    )
    sections = split(read_txt(text.encode()))
    assert [one.key for one in sections] == ["", "contents", "", "duties", "terms"]
    assert sections[2].paragraphs[0].text == "按照《预算法》，现公开如下：。"


def test_a_title_of_the_contents_may_name_the_document():
    # Yunnan 2024
    text = (
        "元江县审计局2024年预算公开目录\n一、部门职责\n二、名词解释\n元江县审计局2024年部门预算\n"
    )
    found = keys(text + "一、部门职责\n（一）办事。\n二、名词解释\n")
    assert [key for key, _ in found] == ["contents", "duties", "terms"]
