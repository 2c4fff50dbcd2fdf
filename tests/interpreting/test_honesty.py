"""What a document leaves unread is said, by name; a document that says nothing is an error."""

from pathlib import Path

import pytest

from yusuan.errors import DocumentError, IdentityError
from yusuan.interpreting import interpret
from yusuan.reading import Source, read_bytes
from yusuan.sidecar import Sidecar


def interpreted(data, sidecar=None):
    return interpret(
        Source(Path("document"), "0" * 64, len(data), read_bytes(data)), sidecar or Sidecar()
    )


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("今天天气很好。\n", "没有认出任何预算公开的内容"),
        ("某县政府工作报告\n2024年，全县生产总值100亿元，增长5%。\n", "没有认出任何预算公开的内容"),
        ('{"a": 1}\n', "没有认出任何预算公开的内容"),
        ("<html><head><title>404</title></head><body>页面不存在</body></html>",
         "没有认出任何预算公开的内容"),
        ("<html><body></body></html>", "文件里没有文字，可能只有图片"),
    ],
)  # fmt: skip
def test_what_is_no_disclosure_is_told_so(words, reason):
    with pytest.raises(DocumentError) as caught:
        interpreted(words.encode())
    assert caught.value.reason.text("zh") == reason
    assert caught.value.exit_code == 3


def test_a_disclosure_of_nobody_is_asked_for():
    with pytest.raises(IdentityError):
        interpreted("一、部门职责\n（一）办事。\n二、机构设置情况\n".encode())


def test_a_title_alone_is_no_disclosure_even_with_a_sidecar():
    said = Sidecar(department="香河县教育局", year=2024)
    with pytest.raises(DocumentError) as caught:
        interpreted("香河县教育局2024年部门预算\n某事，某物。\n".encode(), said)
    assert caught.value.reason.text("zh") == "没有认出任何预算公开的内容"


TEXT = """香河县教育局2024年部门预算
一、部门职责
（一）办事。
二、机构改革的由来
教育局由两局合并而成。
三、收入预算情况说明
2024年收入预算100万元，其中：门票收入3万元。
四、预算绩效情况说明
全面实施绩效目标管理，涉及资金90万元。单价100万元以上设备0台。
五、附表
"""


def test_the_summary_names_what_was_not_interpreted():
    found = interpreted(TEXT.encode() + "某表\n\t甲\n\t乙\n\n\t丙\n\t丁\n\n\n".encode())
    extraction = found.extraction
    assert extraction.sections_left == ("二、机构改革的由来",)
    assert extraction.tables_left == ((1, "某表"),)
    assert (extraction.tables, extraction.tables_interpreted) == (1, 0)
    assert (extraction.cells, extraction.cells_used, extraction.cells_label) == (4, 0, 0)
    assert extraction.amounts_aside == 2
    assert [piece.text for piece in found.unread] == [
        "二、机构改革的由来", "教育局由两局合并而成。", "3万元", "某表", "甲", "乙", "丙", "丁",
    ]  # fmt: skip


UNITS = """平潭综合实验区城市管理局2023年度部门预算
二、部门预算单位构成
列入预算编制范围的单位见下表：
\t单位名称
\t经费性质
\t在职人数

\t平潭综合实验区城市管理局
\t财政核拨
\t18

\t平潭综合实验区环境卫生中心
\t财政核拨
\t28


"""


def test_a_table_of_units_is_kept_as_text():
    # Fujian 2023
    found = interpreted(UNITS.encode())
    items = [(row["title"], row["text"]) for row in found.rows["text_items"] if row["title"]]
    assert items == [
        ("平潭综合实验区城市管理局", "平潭综合实验区城市管理局 财政核拨 18"),
        ("平潭综合实验区环境卫生中心", "平潭综合实验区环境卫生中心 财政核拨 28"),
    ]
    assert found.unread == ()
    assert found.rows["documents"][0]["region_code"] == "350128"  # 平潭县


def test_a_heading_over_two_paragraphs_is_one_item():
    # ministries 2024, Henan 2024; a number alone has no text of its own
    text = "财政部2024年部门预算\n第一部分\n\n财政部概况\n一、部门职责\n（一）办事。\n第二部分\n"
    found = interpreted(text.encode())
    headings = [row for row in found.rows["text_items"] if row["kind"] == "heading"]
    assert [row["text"] for row in headings] == ["财政部概况", "部门职责"]
    start = headings[0]["char_start"]
    assert text[start : headings[0]["char_end"]] == "第一部分\n\n财政部概况"
    assert all(row["text"] for row in found.rows["text_items"])
