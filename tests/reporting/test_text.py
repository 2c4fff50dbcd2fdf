"""A check as an officer reads it on a terminal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from yusuan.findings import Place
from yusuan.layout import NO_BREAK, hung, width
from yusuan.messages import LANGUAGES
from yusuan.reporting import render
from yusuan.reporting.quoting import Quotes

TEXT = "resources/text.txt"


def test_an_officer_reads_what_is_wrong_where_and_what_to_do(checked):
    assert """
原文的毛病：真实性
------------------
[错误] basic-parts  基本支出等于人员经费加公用经费
  原文    第40行 “其中基本支出4624.64万元”
  计算    基本支出写为4624.64万元，人员经费与公用经费合计为1747.49万元，相差2877.15万元
  怎么办  核对这几个数字，改正写错的一个
  依据    地方预决算公开操作规程（财预〔2016〕143号）；详见 yusuan explain basic-parts
""" in render(checked, "text", "zh")


def test_the_same_stands_in_english(checked):
    assert """
[error] basic-parts  Basic expenditure is personnel plus public
  Text     line 40 “其中基本支出4624.64万元”
  Figures  Basic expenditure is stated as 4624.64万元; its parts make 1747.49万元
  To do    Correct the one that is wrong
  Source   Rules of operation (财预〔2016〕143号); see yusuan explain basic-parts
""" in render(checked, "text", "en")


def test_faults_of_the_package_come_first_then_the_headings_of_an_inspection_in_order(checked):
    told = render(checked, "text", "zh")
    headings = re.findall(r"(?m)^(.*)\n-+$", told)
    assert headings == [
        "数据包的毛病",
        "原文的毛病：真实性",
        "原文的毛病：细化程度",
        "原文的毛病：公开形式",
    ]


def test_many_notes_of_one_rule_are_told_briefly_and_what_is_alike_once(checked):
    told = render(checked, "text", "zh")
    assert "[提示] target-sign  指标值写明界限（7 处）" in told
    assert told.count("表3，表中第12行") == 1  # these stand in one place
    assert told.count("指标值没有写明是至少还是至多") == 1
    assert "还有 2 处，用 --json 或 --format html 查看全部" in told


def test_the_end_counts_what_holds_and_what_does_not(checked):
    assert render(checked, "text", "zh").endswith("""
5 条规则，核对 2358 处，2348 处相符。
没有可核对内容的规则 1 条：change-total。
数据包的毛病 1 处；原文的毛病：错误 1 处，需要说明 1 处，提示 7 处。""")


def test_what_could_not_be_checked_is_said(checked):
    halted = replace(
        checked, findings=[], unchecked={"zh": "有的表读不完整。", "en": "A table is torn."}
    )
    told = render(halted, "text", "zh")
    assert "有的表读不完整。" in told
    assert "没有发现毛病。" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_fits_a_terminal_and_a_chinese_windows_console(checked, language):
    told = render(checked, "text", language)
    told.encode("gbk")
    assert max(width(line) for line in told.splitlines()) <= 96
    assert "\x07" not in told


def test_lines_end_where_chinese_lines_may_end():
    assert (
        hung("依据  ", "甲乙丙丁（戊己），庚", 16) == "依据  甲乙丙丁\n      （戊己），\n      庚"
    )
    assert hung("", f"see yusuan{NO_BREAK}explain{NO_BREAK}typo", 16) == "see\nyusuan explain typo"


# ------------------------------------------------------------------------------ quotes


def test_a_figure_is_quoted_in_its_clause_and_a_cell_in_its_row(root, place):
    quotes = Quotes(root)
    figure = quotes.clause(place("2877.15", within="特定目标类项目支出"), 60)
    assert str(figure) == "运转类其他及特定目标类项目支出2877.15万元"
    cell = quotes.clause(place("131024212TLE4Z4GIOL4X"), 80)
    assert str(cell) == "项目编码 | 131024212TLE4Z4GIOL4X | 项目名称 | 民营经济工作办公经费"


def test_an_empty_cell_is_shown_in_its_row(root, text):
    start = text.index("50.00%\n\t\n\t100.00%") + len("50.00%\n\t")
    hole = Quotes(root).clause(Place(TEXT, char_start=start, char_end=start), 60)
    assert hole is not None
    assert (hole.before, hole.words, hole.after) == ("50.00% | ", "", " | 100.00%")


def test_a_long_quote_is_cut_around_the_fault(root, place):
    quote = Quotes(root).around(place("4624.64", within="其中基本支出"), 40)
    assert quote is not None
    assert (quote.words, len(str(quote)) <= 42) == ("4624.64", True)
    assert (str(quote)[0], str(quote)[-1]) == ("…", "…")


def test_words_that_the_text_does_not_have_there_are_quoted_alone(root, tmp_path, place):
    found = place("4624.64")
    moved = replace(found, char_start=0, char_end=7)
    assert str(Quotes(root).clause(moved, 60)) == "4624.64"
    assert str(Quotes(tmp_path).clause(found, 60)) == "4624.64"
    assert Quotes(root).clause(Place("resources/budget_lines.csv", row=3), 60) is None
