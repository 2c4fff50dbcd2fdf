"""Real disclosures as PDF: nothing is lost, and what was one in Word is one again."""

import pdfplumber
import pytest

from yusuan.reading.document import Table
from yusuan.reading.docx import read_docx
from yusuan.reading.pdf import read_pdf


def blocks(document):
    return [
        [[cell.text for cell in row] for row in block.rows]
        if isinstance(block, Table)
        else block.text
        for block in document.blocks
    ]


def squeezed(words):
    return "".join(words.split())


def test_the_first_disclosure_reads_like_its_docx(disclosures):
    docx = read_docx((disclosures / "xianghe-gongxin-2021.docx").read_bytes())
    found = read_pdf((disclosures / "xianghe-gongxin-2021.pdf").read_bytes())
    expected = []
    for block in docx.blocks:
        if not isinstance(block, Table):
            expected += [block.text.strip()] if block.text.strip() else []
            continue
        rows = [[cell.text.strip() for cell in row] for row in block.rows]
        while len(rows[0]) < 3:  # captions: not ruled, so they are lines above the table here
            expected.append("  ".join(rows.pop(0)))
        expected.append([[squeezed(words) for words in row] for row in rows])
    plain = [
        [[squeezed(words) for words in row] for row in block] if isinstance(block, list) else block
        for block in blocks(found)
    ]
    assert plain == expected
    assert len(found.tables) == 35


TITLES = [
    "部门财务收支预算总表",
    "部门收入预算总表",
    "部门支出预算总表",
    "部门财政拨款收支预算总表",
    "部门一般公共预算支出功能分类预算表",
    "部门政府性基金预算支出功能分类预算表",
    "部门国有资本经营预算支出功能分类预算表",
    "部门一般公共预算基本支出部门预算经济分类预算表",
    "部门“三公”经费和机关运行经费预算表",
]


@pytest.mark.parametrize(
    ("name", "rows", "last"),
    [
        (
            "putuo-caizheng-2025",
            [16, 23, 23, 10, 23, 16, 16, 33, 4],
            ["合计", "31,214,205.80", "25,121,091.00", "6,093,114.80"],
        ),
        (
            "putuo-wanli-2025",
            [16, 70, 70, 16, 70, 16, 16, 35, 4],
            ["合计", "189,767,551", "101,341,746", "88,425,805"],
        ),
        (
            "putuo-wanli-2024",
            [16, 70, 70, 16, 70, 15, 15, 35, 4],
            ["合计", "156,211,123", "99,706,020", "56,505,103"],
        ),
    ],
)
def test_a_disclosure_of_shanghai_has_its_nine_tables_whole(disclosures, name, rows, last):
    found = read_pdf((disclosures / f"{name}.pdf").read_bytes())
    assert [len(table.rows) for table in found.tables] == rows
    assert [cell.text for cell in found.tables[2].rows[-1]] == last
    titles = [
        block.text.split("年")[-1]
        for at, block in enumerate(found.blocks[:-2])
        if isinstance(found.blocks[at + 2], Table)
    ]
    assert titles == TITLES
    units = [
        found.blocks[at - 1].text.split("  ")[1]
        for at, block in enumerate(found.blocks)
        if isinstance(block, Table)
    ]
    assert units == ["单位：元"] * 8 + ["单位:万元"]
    codes = [cell.text for row in found.tables[4].rows[3:-1] for cell in row[:3]]
    assert all(code == "" or code.isdigit() for code in codes)


def test_no_character_of_a_page_is_lost_and_none_is_added(disclosures):
    path = disclosures / "putuo-caizheng-2025.pdf"
    with pdfplumber.open(path) as file:
        shown = "".join(
            char["text"]
            for page in file.pages
            for char in page.chars
            if 0 < (char["top"] + char["bottom"]) / 2 < page.height
        )
    found = read_pdf(path.read_bytes())
    assert sorted(squeezed(found.text)) == sorted(squeezed(shown))
