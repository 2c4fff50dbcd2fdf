"""Standard tables are known by caption and header; whatever a table holds, nothing breaks."""

import importlib.util
import io
import random
from pathlib import Path

import pytest
from openpyxl import Workbook

from yusuan.errors import YusuanError
from yusuan.interpreting.forms import form_of, is_note, says_empty
from yusuan.reading.document import RawCell, RawParagraph, RawTable, compose
from yusuan.reading.dump import read_txt
from yusuan.reading.sheet import read_xlsx
from yusuan.sidecar import Sidecar

_spec = importlib.util.spec_from_file_location(
    "tablemaker", Path(__file__).parent / "tablemaker.py"
)
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
BUDGET = made.BUDGET
DUTIES = made.DUTIES
HEADER = made.HEADER
UNIT = made.UNIT
figures = made.figures
html = made.html
interpreted = made.interpreted
roles = made.roles
status = made.status
table = made.table
tr = made.tr
unread = made.unread


@pytest.mark.parametrize(
    ("caption", "form"),
    [
        ("2025年部门财务收支预算总表", "dept-balance"),  # 上海市普陀区 2025
        ("部门收支总表", "dept-balance"),
        ("收支预算总表", "dept-balance"),
        ("一、部门预算收支总表（公开01表）", "dept-balance"),
        ("附表2：平山县财政局部门收入总表", "dept-revenue"),
        ("收入决算表", "dept-revenue"),
        ("（三）部门支出总表", "dept-expenditure"),
        ("2024年部门财政拨款收支预算总表", "dept-fiscal-balance"),
        ("财政拨款收入支出决算总表", "dept-fiscal-balance"),
        ("一般公共预算支出表", "dept-general-function"),
        ("一般公共预算财政拨款支出决算表", "dept-general-function"),
        ("一般公共预算基本支出表", "dept-general-basic"),
        ("政府性基金预算财政拨款收入支出决算表", "dept-fund"),
        ("国有资本经营预算支出功能分类预算表", "dept-state-capital"),
        ("部门“三公”经费和机关运行经费预算表", "dept-three-public"),
        ('财政拨款"三公"经费支出决算表', "dept-three-public"),
        ("详见部门收支总表", None),
        ("1. 2025年部门财务收支预算总表  …………………", None),
        ("关于部门收支总表的说明", None),
        ("香河县2021年部门预算", None),
    ],
)
def test_captions(caption, form):
    found = form_of(caption)
    assert (None if found is None else found.key) == form


@pytest.mark.parametrize(
    ("text", "note", "empty"),
    [
        ("注:本部门2024年无“三公”经费和机关运行经费预算，故本表为空表。", True, True),
        ("说明：本部门没有政府性基金预算财政拨款收入支出，故本表无数据。", True, True),
        ("本表无数据", True, True),
        ("注：本表反映部门本年度的总收支和年末结转结余情况。", True, False),
        ("2025年预算收入100万元，无政府性基金预算。", False, True),
        ("一、部门职责", False, False),
    ],
)
def test_notes(text, note, empty):
    assert (is_note(text), says_empty(text)) == (note, empty)


WORDS = [
    "项目",
    "预算数",
    "合计",
    "收入",
    "支出",
    "类",
    "款",
    "项",
    "科目编码",
    "科目名称",
    "财政拨款收入",
    "基本支出",
    "一、一般公共服务支出",
    "201",
    "06",
    "2010601",
    "100.00",
    "-",
    "",
    "",
    "栏次",
    "1",
    "2",
    "3",
    "小计",
    "其中：",
    "“三公”经费",
    "公务接待费",
    "单位名称",
    "单位编码",
    "304001",
    "本年收入",
    "上年结转",
    "收入总计",
    "支出总计",
    "注：本表为空",
    "教育支出",
    "2024年预算数",
    "决算数",
    "行次",
]
TITLES = [
    "部门收支总表",
    "收入总表",
    "支出总表",
    "财政拨款收支总表",
    "一般公共预算支出表",
    "“三公”经费表",
    "一般公共预算基本支出表",
    "政府性基金预算支出表",
    "",
]


def any_table(chance):
    rows = []
    for _ in range(chance.randint(0, 8)):
        row, column = [], chance.choice([0, 0, -1])
        for _ in range(chance.randint(0, 8)):
            span = chance.choice([1, 1, 1, 2, 3])
            text, covered = chance.choice(WORDS), chance.random() < 0.05
            row.append(
                RawCell("" if covered else text, column, chance.choice([1, 2]), span, covered)
            )
            column += chance.choice([span, 1])
        rows.append(row)
    return RawTable(rows)


def test_any_table_is_read_or_left_but_nothing_breaks():
    for seed in range(400):
        chance = random.Random(seed)  # noqa: S311 - the same tables every time
        blocks = [RawParagraph(BUDGET)]
        for _ in range(3):
            blocks += [
                RawParagraph(chance.choice(TITLES)),
                RawParagraph("单位：万元"),
                any_table(chance),
            ]
        document = compose(blocks, format="docx", media_type="application/octet-stream")
        try:
            found = interpreted(document)
        except YusuanError:
            continue  # nothing of a budget was in it
        keys = [row["line_key"] for row in found.rows["budget_lines"]]
        assert len(keys) == len(set(keys))
        for row in found.rows["budget_lines"]:
            assert document.text[row["char_start"] : row["char_end"]].strip() == row["printed"]


def test_a_table_goes_on_with_and_without_its_header():
    found = html(
        f"<p>部门支出总表</p>{UNIT}"
        + table(*HEADER, tr("205", "", "", "教育支出", "5", "3", "2"))
        + table(tr("", "02", "", "普通教育", "5", "3", "2"))
        + "<p>续表</p>"
        + table(*HEADER, tr("", "", "02", "小学教育", "5", "3", "2"))
        + table(*HEADER, tr(("合计", 4), "5", "3", "2")),
    )
    assert unread(found) == []
    assert len(figures(found)) == 4 * 3
    assert roles(found)["dept-expenditure.20502.basic"] == "subtotal"
    assert roles(found)["dept-expenditure.2050202.basic"] == "leaf"


def test_a_text_dump_has_no_spans():
    def row(*cells):
        return "".join(f"\t{cell}\n" for cell in cells) + "\n"

    text = f"{BUDGET}\n部门收入总表\n单位：万元\n" + row("项目", "收入预算")
    text += row("功能分类科目编码", "功能分类科目名称", "合计", "财政拨款收入", "事业收入")
    text += row("类", "款", "项", "", "", "", "")
    text += row("201", "", "", "一般公共服务支出", "10.00", "10.00", "")
    text += row("201", "06", "", "财政事务", "10.00", "10.00", "") + row(
        "合计", "10.00", "10.00", ""
    )
    found = interpreted(read_txt((text + "\n").encode()))
    assert unread(found) == []
    assert figures(found) == {
        "dept-revenue.201.total": "10.00",
        "dept-revenue.201.fiscal": "10.00",
        "dept-revenue.20106.total": "10.00",
        "dept-revenue.20106.fiscal": "10.00",
        "dept-revenue.total": "10.00",
        "dept-revenue.total.fiscal": "10.00",
    }


def test_a_workbook_has_a_table_a_sheet():
    book = Workbook()
    balance = book.active
    balance.title = "收支总表"
    for row in [
        ["部门收支总表"],
        ["单位名称：平山县财政局", None, None, "单位：万元"],
        ["收入", None, "支出", None],
        ["项目", "2025年预算", "项目", "2025年预算"],
        ["一、财政拨款", 10.5, "一、教育支出", 10.5],
        ["收入总计", 10.5, "支出总计", 10.5],
    ]:
        balance.append(row)
    balance.merge_cells("A3:B3")
    balance.merge_cells("C3:D3")
    expenditure = book.create_sheet("支出总表")
    for row in [
        ["部门支出总表"],
        [None, None, None, None, "单位：万元"],
        ["科目编码", "科目名称", "合计", "基本支出", "项目支出"],
        ["205", "教育支出", 10.5, 10.5, None],
        ["合计", None, 10.5, 10.5, None],
    ]:
        expenditure.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    sidecar = Sidecar(department="平山县财政局", year=2025)
    found = interpreted(read_xlsx(buffer.getvalue()), sidecar)
    assert unread(found) == []
    assert figures(found) == {
        "dept-balance.revenue.fiscal": "10.5",
        "dept-balance.expenditure.205": "10.5",
        "dept-balance.revenue.total": "10.5",
        "dept-balance.expenditure.total": "10.5",
        "dept-expenditure.205.total": "10.5",
        "dept-expenditure.205.basic": "10.5",
        "dept-expenditure.total": "10.5",
        "dept-expenditure.total.basic": "10.5",
    }


FUND = table(*HEADER, tr("", "", "", "", "", "", ""), tr(("合计", 4), "", "", ""))


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        (
            "<p>注：本部门2025年无政府性基金预算财政拨款安排的预算，故本表为空表。</p>",
            "empty-with-note",
        ),
        ("<p>本部门没有政府性基金预算支出。</p>", "empty-with-note"),
        ("<p>备注：本表无数据</p>", "empty-with-note"),
        ("<p>注：本表反映部门本年度政府性基金预算支出情况。</p>", "empty"),
        ("", "empty"),
    ],
)
def test_an_empty_table_and_its_note(below, expected):
    found = html(f"{DUTIES}<p>政府性基金预算支出表</p>{UNIT}{FUND}{below}")
    assert status(found, "fund-table")[0] == expected
    assert found.rows["budget_lines"] == []


def test_a_note_may_stand_in_the_last_row():
    note = "注：本部门无国有资本经营预算，此表为空表"
    found = html(
        f"{DUTIES}<p>国有资本经营预算支出表</p>{UNIT}"
        + FUND.replace("</table>", tr((note, 7)) + "</table>")
    )
    assert status(found, "state-capital-table") == ("empty-with-note", note)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", "absent"),
        ("<p>附件：</p><p>5.政府性基金预算支出表</p>", "elsewhere"),
        ("<p>政府性基金预算支出表</p><p>无</p>", "empty-with-note"),
        ("<p>政府性基金预算支出表</p>" + table(tr("甲", "乙"), tr("丙", "丁")), "present"),
    ],
)
def test_a_table_is_absent_only_where_nothing_speaks_of_it(body, expected):
    assert status(html(DUTIES + body), "fund-table")[0] == expected


def test_a_table_that_was_not_interpreted_is_named_by_its_caption(tmp_path):
    from yusuan.interpreting import interpret
    from yusuan.reading import read
    from yusuan.sidecar import Sidecar

    text = (
        "香河县教育局2021年部门预算信息公开情况说明\n"
        "一、部门职责及机构设置情况\n部门职责：\n（一）负责全县教育工作。\n"
        "在校学生人数表\n单位：人\n\t学校\n\t人数\n\n\t一中\n\t1200\n\n\n"
    )
    path = tmp_path / "a.txt"
    path.write_text(text, "utf-8")
    found = interpret(read(path, memory=1 << 30, seconds=60), Sidecar())
    assert found.extraction.tables_left == ((1, "在校学生人数表"),)
