"""The dump of a Word file: cells, rows, tables and residue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yusuan.reading.document import Paragraph, Table
from yusuan.reading.dump import read_txt


def tables_of(text):
    document = read_txt(text.encode())
    return [[[cell.text for cell in row] for row in table.rows] for table in document.tables]


def paragraphs_of(text):
    document = read_txt(text.encode())
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


TABLE = "前言\n\t甲\n\t乙\n\n\t丙\n续丙\n\t\n\n\n后记\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_cells_rows_and_tables(end):
    assert tables_of(TABLE.replace("\n", end)) == [[["甲", "乙"], ["丙\n续丙", ""]]]
    assert paragraphs_of(TABLE.replace("\n", end)) == ["前言", "后记"]


def test_bookmark_marks_are_residue_and_spans_skip_them():
    text = "[bookmark: _Toc1]1.标题\n\t[bookmark: _GoBack]19.99\n\n\n"
    document = read_txt(text.encode())
    heading, table = document.blocks
    assert isinstance(table, Table)
    (cell,) = table.cells
    assert (heading.text, cell.text) == ("1.标题", "19.99")
    for block in (heading, cell):
        start, end = block.span()
        assert text[start:end] == block.text
    assert [text[a:b] for a, b in document.residue] == ["[bookmark: _Toc1]", "[bookmark: _GoBack]"]


CUT = "六、采购\n\t名称\n\t数量\n\t金额\n\n\t甲\n\t1\n七、资产\n总额为5万元。\n"


def test_the_heading_that_is_glued_to_a_row_cut_short_ends_the_table():
    assert tables_of(CUT) == [[["名称", "数量", "金额"], ["甲", "1"]]]
    assert paragraphs_of(CUT) == ["六、采购", "七、资产", "总额为5万元。"]


@pytest.mark.parametrize(
    "text",
    [
        CUT.replace("七、资产", "九、资产"),  # not the number that comes next
        CUT.replace("七、资产", "七、资产总额为5万元。"),  # a sentence, no heading
        CUT.replace("\t1\n", "\t1\n\t5\n"),  # the row is whole
    ],
)
def test_a_numbered_line_of_a_cell_stays_in_the_cell(text):
    assert len(paragraphs_of(text)) == 1


def test_cells_on_one_line_with_tabs_between():
    text = "说明\n项目\t金额\n甲\t1\n乙\t\n\n后记\n"
    assert tables_of(text) == [[["项目", "金额"], ["甲", "1"], ["乙", ""]]]
    assert paragraphs_of(text)[0] == "说明"


@given(st.text(alphabet="甲乙\t\n\r 1七、[bookmark: _x]", max_size=80))
def test_each_block_stands_where_it_says(text):
    document = read_txt(text.encode())
    assert document.text == text
    for block in document.blocks:
        for part in block.cells if isinstance(block, Table) else [block]:
            start, end = part.char_start, part.char_end
            assert len(text[start:end]) == len(part.text) + sum(n for _, n in part.marks)


def test_a_tab_that_somebody_typed_into_a_cell_stays_in_it():
    text = "\t甲\n\t乙\t丙\n\n\t丁\t戊\n\t己\n\n\n后记\n"
    assert tables_of(text) == [[["甲", "乙\t丙"], ["丁\t戊", "己"]]]


def test_one_line_with_a_tab_stop_is_a_paragraph_and_not_a_part_of_the_table_below():
    text = "编制单位：香河县\t单位：万元\n\t项目\n\t金额\n\n\t甲\n\t1\n\n\n"
    assert paragraphs_of(text) == ["编制单位：香河县\t单位：万元"]
    assert tables_of(text) == [[["项目", "金额"], ["甲", "1"]]]


def test_a_row_on_one_line_may_begin_with_an_empty_cell():
    text = "项目\t金额\n甲\t1\n\t5\n乙\t2\n"
    assert tables_of(text) == [[["项目", "金额"], ["甲", "1"], ["", "5"], ["乙", "2"]]]


@pytest.mark.parametrize("text", ["\x0c正文\n", "正文\x0b续\n", "\ufeff正文\r\n\r\n", "正文"])
def test_the_canonical_text_is_the_file(text):
    assert read_txt(text.encode()).text == text


def test_blanks_in_cells_and_empty_paragraphs_are_kept():
    assert tables_of("\t \n\t　甲 \n\n\n") == [[[" ", "　甲 "]]]
    assert paragraphs_of("甲\n\n\n乙\n") == ["甲", "", "", "乙"]


def test_the_real_dump_ends_its_table_at_the_glued_heading(disclosures):
    document = read_txt((disclosures / "xianghe-gongxin-2021.txt").read_bytes())
    texts = [block.text.strip() for block in document.blocks if isinstance(block, Paragraph)]
    assert "七、国有资产信息" in texts
    assert len(document.tables) == 35
    # The row of the table above, which the heading ran into, ends before it.
    procurement = document.tables[-2]
    assert procurement.rows[-1][-1].text == "107.14"
